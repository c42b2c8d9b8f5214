/* SPDX-License-Identifier: Apache-2.0 */
/* status: which machines are not well, and why; again and again; for a monitoring system. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define WATCH_MS 5000
#define NAGIOS_UNKNOWN 3
#define WRONG 3  /* checks of one machine that a row tells */

/* Worst first. */
static const struct level {
	const char *name;
	char letter;
	const char *are; /* "9 are critical" */
	int nagios;      /* Nagios plugin guidelines, "Plugin Return Codes" */
} levels[] = {
	{"critical", 'C', "critical", 2}, {"warn", 'W', "warn", 1}, {"unknown", '?', "unknown", NAGIOS_UNKNOWN}, {"ok", 'O', "well", 0},
};

static const struct level *
level_of(const char *name)
{
	for (size_t i = 0; i < LARCH_COUNT(levels); i++)
		if (strcmp(levels[i].name, name) == 0)
			return &levels[i];
	return &levels[2];
}

char
status_letter(const char *level)
{
	return level_of(level)->letter;
}

/* Stale is not known. */
static const struct level *
level_of_check(const json_t *check)
{
	return level_of(jsn_bool_or(check, "stale", false) ? "unknown" : jsn_text_or(check, "level", "unknown"));
}

static size_t
count(const json_t *items, const char *level)
{
	const json_t *item;
	size_t n = 0, i;

	json_array_foreach(items, i, item)
		n += strcmp(jsn_text_or(item, "level", "unknown"), level) == 0;
	return n;
}

const char *
status_counts(struct cli *c, const json_t *items)
{
	const char *text = "";

	for (size_t i = 0; i < LARCH_COUNT(levels); i++) {
		size_t n = count(items, levels[i].name);

		if (n > 0 || (i + 1 == LARCH_COUNT(levels) && *text == '\0'))
			text = arena_printf(c->arena, "%s%s%zu %s", text, *text == '\0' ? "" : ", ", n, levels[i].are);
	}
	return text;
}

/* "12 min": since a time of the API; "" when it is none. */
static const char *
age_of(struct cli *c, const json_t *check)
{
	char age[TIMES_TEXT];
	int64_t ms;

	if (times_parse(str_of(jsn_text_or(check, "since", "")), &ms, NULL) != 0)
		return "";
	return arena_printf(c->arena, " %s", times_age(times_now() - ms, age));
}

static const char *
wrong_text(struct cli *c, const char *name, const json_t *check)
{
	const char *detail = jsn_text_or(check, "detail", NULL);

	return arena_printf(c->arena, "%s %s%s%s%s%s", name, out_scalar(c, json_object_get(check, "state")),
	    jsn_bool_or(check, "stale", false) ? " (stale)" : "", age_of(c, check), detail == NULL ? "" : ": ",
	    detail == NULL ? "" : detail);
}

const char *
status_wrong(struct cli *c, const json_t *item)
{
	const json_t *checks = json_object_get(item, "checks");
	const char *text = "", *name;
	size_t told = 0, all = 0;
	json_t *check;

	for (size_t i = 0; i + 1 < LARCH_COUNT(levels); i++)
		json_object_foreach((json_t *)(uintptr_t)checks, name, check) {
			bool seen = json_is_string(json_object_get(check, "at"));

			if (!seen || level_of_check(check) != &levels[i])
				continue;
			if (all++ < WRONG)
				text = arena_printf(c->arena, "%s%s%s", text, told++ == 0 ? "" : "; ", wrong_text(c, name, check));
		}
	return all > told ? arena_printf(c->arena, "%s; and %zu more", text, all - told) : text;
}

/* ---- asking --------------------------------------------------------------------------------- */

static const char *
status_path(struct cli *c, const char *list, struct err *e)
{
	static const char fields[] = "level,state,number,unit,at,since,stale,detail,in_inventory,place,owner";
	bool query = list != NULL && strpbrk(list, ":=<>\"/() ") != NULL && *list != '@';
	struct buf b = BUF(2 * LIMIT_HOSTS_TEXT);
	const char *made = NULL;

	buf_printf(&b, "/api/v1/status?fields=%s", fields);
	if (list != NULL) {
		buf_puts(&b, query ? "&q=" : "&nodes=");
		buf_url(&b, str_of(list));
	}
	if (c->opt.checks != NULL) {
		buf_puts(&b, "&checks=");
		buf_url(&b, str_of(c->opt.checks));
	}
	if (b.over)
		err_set(e, ERR_LIMIT, "that is too long for one question");
	else
		made = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return made;
}

static bool
selects(const struct cli *c)
{
	return c->argc > 0 || c->opt.list != NULL || c->opt.group != NULL || c->opt.exclude != NULL;
}

/* ---- showing ---------------------------------------------------------------------------------- */

static json_t *
row_of(struct cli *c, const json_t *item)
{
	const json_t *checks = json_object_get(item, "checks");
	const char *level = jsn_text_or(item, "level", "unknown"), *name;
	json_t *row = json_object(), *check;

	jsn_set_text(row, "name", jsn_text_or(item, "name", ""));
	jsn_set_text(row, "level", arena_printf(c->arena, "%c %s", status_letter(level), level));
	jsn_set_text(row, "wrong", status_wrong(c, item));
	jsn_set_text(row, "where", jsn_text_or(item, "place", jsn_bool_or(item, "in_inventory", true) ? "" : "not in the inventory"));
	json_object_foreach((json_t *)(uintptr_t)checks, name, check) {
		const char *text = out_scalar(c, json_object_get(check, "state"));

		jsn_set_text(row, arena_printf(c->arena, "check %s", name), arena_printf(c->arena, "%c %s%s",
		    level_of_check(check)->letter, text, jsn_bool_or(check, "stale", false) ? " (stale)" : ""));
	}
	return row;
}

/* With -c a column a check; else one that says what is wrong. */
static size_t
columns_of(struct cli *c, const json_t *items, struct column **out)
{
	const json_t *checks = json_object_get(json_array_get(items, 0), "checks");
	struct column *columns = arena_array(c->arena, json_object_size(checks) + 4, sizeof(*columns));
	const char *name;
	size_t n = 0;
	json_t *v;

	columns[n++] = (struct column){"name", "machine", false};
	columns[n++] = (struct column){"level", "level", true};
	if (c->opt.checks == NULL) {
		columns[n++] = (struct column){"where", "where", false};
		columns[n++] = (struct column){"wrong", "what is wrong", false};
	} else {
		json_object_foreach((json_t *)(uintptr_t)checks, name, v)
			columns[n++] = (struct column){arena_printf(c->arena, "check %s", name), arena_strdup(c->arena, name), true};
	}
	*out = columns;
	return n;
}

/* The nodes that are to be shown: all that were named, else those that are not well. */
static json_t *
rows_of(struct cli *c, const json_t *items)
{
	json_t *rows = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (c->opt.all || selects(c) || strcmp(jsn_text_or(item, "level", "unknown"), "ok") != 0)
			jsn_add(rows, row_of(c, item));
	return rows;
}

static void
print_names(struct cli *c, const json_t *rows)
{
	struct hosts h = {.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*h.name))};
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(row, "name", ""));
	hosts_sort(&h);
	if (c->opt.expand)
		for (i = 0; i < h.n; i++)
			out_line(stdout, "%s", h.name[i]);
	else if (h.n > 0)
		out_line(stdout, "%s", hosts_fold(&h, c->arena));
}

static void
show(struct cli *c, const json_t *body)
{
	const json_t *items = out_list(body);
	enum format f = out_format(c, FORMAT_TABLE);
	struct column *columns;
	size_t n;
	json_t *rows;

	if (f == FORMAT_JSON || f == FORMAT_JSONL) {
		out_rows(c, f, body, items, NULL, 0);
		return;
	}
	rows = rows_of(c, items);
	n = columns_of(c, items, &columns);
	if (f == FORMAT_TEXT)
		print_names(c, rows);
	else if (json_array_size(rows) > 0 || f == FORMAT_CSV)
		out_rows(c, f, body, rows, columns, n);
	cli_say(c, "%zu machines: %s", json_array_size(items), status_counts(c, items));
	json_decref(rows);
}

/* ---- for a monitoring system --------------------------------------------------------------------- */

/* Nagios wants one line, and performance data behind a bar. */
static int
nagios(struct cli *c, const json_t *items)
{
	const struct level *worst = &levels[LARCH_COUNT(levels) - 1]; /* a room without machines is no room that is well */
	struct hosts bad = {.name = arena_array(c->arena, json_array_size(items) + 1, sizeof(*bad.name))};
	static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	const char *perf = "";
	const json_t *item;
	size_t i;

	for (i = LARCH_COUNT(levels); i-- > 0;) {
		perf = arena_printf(c->arena, "%s%s%s=%zu", perf, *perf == '\0' ? "" : " ", levels[i].name, count(items, levels[i].name));
		if (count(items, levels[i].name) > 0)
			worst = &levels[i];
	}
	if (json_array_size(items) == 0)
		worst = level_of("unknown");
	json_array_foreach(items, i, item)
		if (worst->nagios != 0 && level_of(jsn_text_or(item, "level", "unknown")) == worst)
			bad.name[bad.n++] = arena_strdup(c->arena, jsn_text_or(item, "name", ""));
	hosts_sort(&bad);
	out_line(stdout, "LARCH %s: %s%s%s | %s", words[worst->nagios], status_counts(c, items), bad.n > 0 ? "; " : "",
	    bad.n > 0 ? hosts_fold(&bad, c->arena) : "", perf);
	return worst->nagios;
}

/* ---- the command --------------------------------------------------------------------------------------- */

static int
ask_once(struct cli *c, const char *path)
{
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (api_get(c, path, &a, &code) != 0) {
		code = c->opt.nagios ? NAGIOS_UNKNOWN : code; /* 2 would be an alarm */
	} else {
		if (c->opt.watch && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		if (c->opt.nagios)
			code = nagios(c, out_list(a.body));
		else
			show(c, a.body);
	}
	api_answer_finish(&a);
	return code;
}

static int
watch(struct cli *c, const char *path)
{
	for (;;) {
		struct timespec pause = {.tv_sec = WATCH_MS / 1000};
		char now[TIMES_TEXT];
		int code = ask_once(c, path);

		if (code != EXIT_OK && code != EXIT_UNREACHABLE)
			return interrupted ? EXIT_OK : code;
		cli_say(c, "as of %s; every %d s, Ctrl-C ends", times_clock(times_now(), now), WATCH_MS / 1000);
		fflush(stdout);
		if (interrupted || nanosleep(&pause, NULL) != 0)
			return EXIT_OK;
	}
}

int
cmd_room_status(struct cli *c)
{
	const char *list = NULL, *path;
	struct err e = {0};
	int code;

	if (c->opt.nagios && c->opt.watch)
		return cli_usage(c, "--nagios and --watch exclude each other");
	if ((selects(c) && (list = select_nodes(c, &e)) == NULL) || (path = status_path(c, list, &e)) == NULL) {
		code = cli_fail(c, &e);
		return c->opt.nagios ? NAGIOS_UNKNOWN : code;
	}
	code = c->opt.watch ? watch(c, path) : ask_once(c, path);
	return code;
}

/* ---- check: ask now ---------------------------------------------------------------------------------------- */

#define CHECK_MS 60000
#define POLL_MS 500

/* The checks of the items that have not been seen since `asked`; in the arena. */
static const char *
waiting_for(struct cli *c, const json_t *items, int64_t asked)
{
	const char *text = "", *name;
	const json_t *item;
	json_t *check;
	int64_t at;
	size_t i;

	json_array_foreach(items, i, item)
		json_object_foreach(json_object_get(item, "checks"), name, check)
			if (times_parse(str_of(jsn_text_or(check, "at", "")), &at, NULL) == 0 && at < asked && strlen(text) < 200)
				text = arena_printf(c->arena, "%s%s%s of %s", text, *text == '\0' ? "" : ", ", name,
				    jsn_text_or(item, "name", ""));
	return text;
}

/* Larchd's own time, which the ages are of: what the server says it is. */
static int64_t
server_time(const json_t *body)
{
	int64_t ms;

	return times_parse(str_of(jsn_text_or(body, "as_of", "")), &ms, NULL) == 0 ? ms : times_now();
}

static int
order(struct cli *c, const char *list, int *code)
{
	json_t *body = json_object();
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct api_request q = {.method = "POST", .path = "/api/v1/power/check"};
	struct api_answer a = {0};
	struct err e = {0};
	int rc = -1;

	jsn_set_text(body, "nodes", list);
	jsn_canonical(body, &text);
	q.body = buf_view(&text);
	if (api_call(c, &q, &a, &e) != 0)
		*code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		*code = api_fail(c, &a);
	else
		rc = 0;
	api_answer_finish(&a);
	buf_free(&text);
	json_decref(body);
	return rc;
}

/* Poll until all have answered. The last answer is in *a. */
static int
wait_for_answers(struct cli *c, const char *path, int64_t asked, struct api_answer *a)
{
	int64_t limit = CHECK_MS, began = times_boot();
	const char *missing = "";
	struct err e = {0};
	int code = EXIT_OK;

	if (c->opt.timeout != NULL && times_duration(str_of(c->opt.timeout), &limit, &e) != 0)
		return cli_fail(c, &e);
	for (;;) {
		if (api_get(c, path, a, &code) != 0)
			return code;
		missing = waiting_for(c, out_list(a->body), asked);
		if (*missing == '\0' || interrupted || times_boot() - began > limit)
			break;
		api_answer_finish(a);
		*a = (struct api_answer){0};
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
	if (*missing != '\0')
		cli_say(c, "no answer yet from %s; what is shown of it is older", missing);
	return interrupted ? EXIT_INTERRUPTED : *missing == '\0' ? EXIT_OK : EXIT_UNKNOWN;
}

int
cmd_check(struct cli *c)
{
	struct api_answer before = {0}, after = {0};
	const char *list, *path;
	struct err e = {0};
	int64_t asked;
	int code = EXIT_OK;

	if ((list = select_nodes(c, &e)) == NULL || (path = status_path(c, list, &e)) == NULL)
		return cli_fail(c, &e);
	if (api_get(c, path, &before, &code) != 0 || order(c, list, &code) != 0)
		goto out;
	asked = server_time(before.body);
	cli_say(c, "asking %s", list);
	code = wait_for_answers(c, path, asked, &after);
	if (after.body != NULL)
		show(c, after.body);
out:
	api_answer_finish(&before);
	api_answer_finish(&after);
	return code;
}
