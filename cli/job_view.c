/* SPDX-License-Identifier: Apache-2.0 */
/* A job on a terminal, drawn again and again: how far it is, who is not well, and what each machine waits for. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

/* Who needs somebody comes first. What is not here comes with the well. */
static const char *const order[] = {"failed", "unknown", "refused", "stopped", "skipped", "running", "waiting", "ok"};

static size_t
rank(const json_t *row)
{
	size_t i = 0;

	while (i < LARCH_COUNT(order) && strcmp(order[i], jsn_text_or(row, "state", "")) != 0)
		i++;
	return i;
}

static int
lines(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 ? w.ws_row : 24;
}

const char *
job_progress(const struct cli *c, const json_t *job)
{
	const json_t *p = json_object_get(job, "progress");
	const char *text = arena_printf(c->arena, "%lld of %lld done", (long long)jsn_integer_or(p, "ok", 0),
	    (long long)jsn_integer_or(p, "machines", 0));
	int64_t rest = jsn_integer_or(job, "rest_s", 0);
	char age[TIMES_TEXT];

	for (size_t i = 0; i + 1 < LARCH_COUNT(order); i++)
		if (jsn_integer_or(p, order[i], 0) > 0)
			text = arena_printf(c->arena, "%s, %lld %s", text, (long long)jsn_integer_or(p, order[i], 0), order[i]);
	return rest == 0 ? text : arena_printf(c->arena, "%s; the last goes on in about %s", text, times_age(rest * 1000, age));
}

/* One machine as the table has it. */
static json_t *
shown(const struct cli *c, const json_t *row)
{
	json_t *o = json_object();
	const char *waits = jsn_text_or(row, "waits_for", ""), *text = jsn_text_or(row, "text", "");
	int64_t limit = jsn_integer_or(row, "limit_s", 0), since;
	char age[TIMES_TEXT], most[TIMES_TEXT];
	struct err e;

	jsn_set_text(o, "machine", jsn_text_or(row, "machine", ""));
	jsn_set_text(o, "state", jsn_text_or(row, "state", ""));
	jsn_set_text(o, "what", *waits == '\0' ? text : *text == '\0' ? waits : arena_printf(c->arena, "%s (%s)", waits, text));
	if (times_parse(str_of(jsn_text_or(row, "since", "")), &since, &e) == 0)
		jsn_set_text(o, "since", limit == 0 ? times_age(times_now() - since, age)
		    : arena_printf(c->arena, "%s of %s", times_age(times_now() - since, age), times_age(limit * 1000, most)));
	else
		jsn_set_text(o, "since", "");
	return o;
}

void
job_draw(const struct cli *c, const json_t *job)
{
	static const struct column columns[] = {
		{"machine", "machine", false}, {"state", "state", true}, {"since", "for", false}, {"what", "what", false},
	};
	json_t *rows = json_array();
	const json_t *row;
	size_t i, room = (size_t)(lines() > 8 ? lines() - 6 : 2), left = 0;

	for (size_t r = 0; r <= LARCH_COUNT(order); r++)
		json_array_foreach(jsn_array(job, "machines"), i, row) {
			if (rank(row) != r)
				continue;
			if (json_array_size(rows) < room)
				jsn_add(rows, shown(c, row));
			else
				left++;
		}
	fputs("\033[H\033[J", stdout);
	out_line(stdout, "job %s: %s  %s %s via %s, by %s", out_scalar(c, json_object_get(job, "id")), jsn_text_or(job, "state", ""),
	    jsn_text_or(job, "verb", ""), jsn_text_or(job, "nodes", ""), jsn_text_or(job, "via", ""), jsn_text_or(job, "who", ""));
	out_line(stdout, "%s", job_progress(c, job));
	out_rows(c, FORMAT_TABLE, NULL, rows, columns, LARCH_COUNT(columns));
	if (left > 0)
		out_line(stdout, "and %zu more, all of them no worse", left);
	fflush(stdout);
	json_decref(rows);
}
