/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log export: all rows of a period. The server is asked for the first and the last row whose time lies in it, then for
 * every row between those by number, page after page: where a clock was set back, a row's time says nothing of its
 * place, and the chain has no gap that log verify would have to believe in.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define LOG "/api/v1/log"
#define PAGE "1000" /* rows of one question */

struct period {
	const char *since, *until; /* RFC 3339, or NULL */
	int64_t first, last;       /* numbers of rows; last 0: there is none */
};

/* The number of the first (order "asc") or last row of the period, 0 none. -1: printed. */
static int
ask_edge(struct cli *c, const struct period *p, const char *order, int64_t *seq, int *code)
{
	struct api_answer a = {0};
	struct err e = {0};
	const char *path = path_make(c, LOG, NULL, NULL, (struct path_field[]){{"since", p->since}, {"until", p->until},
	    {"order", order}, {"limit", "1"}}, 4, &e);
	int rc;

	if (path == NULL) {
		*code = cli_fail(c, &e);
		return -1;
	}
	rc = api_get(c, path, &a, code);
	if (rc == 0)
		*seq = jsn_integer_or(json_array_get(out_list(a.body), 0), "seq", 0);
	api_answer_finish(&a);
	return rc;
}

static void
print_line(const json_t *row)
{
	static const char *const keys[] = {"at", "kind", "who", "address", "verb", "machine", "device", "outlet", "outcome", "text"};
	struct buf b = BUF(LIMIT_PAGE);
	json_int_t job = jsn_integer_or(row, "job", 0), step = jsn_integer_or(row, "step", 0);

	buf_printf(&b, "%lld", (long long)jsn_integer_or(row, "seq", 0));
	for (size_t i = 0; i < LARCH_COUNT(keys); i++) {
		const char *text = jsn_text_or(row, keys[i], "");

		if (*text != '\0')
			buf_printf(&b, "  %s", text);
		if (i == 1 && job > 0)
			buf_printf(&b, "  job %lld", (long long)job);
		if (i == 1 && step > 0)
			buf_printf(&b, " step %lld", (long long)step);
	}
	out_line(stdout, "%s", b.p);
	buf_free(&b);
}

static void
print_json(const json_t *row)
{
	struct buf b = BUF(LIMIT_PAGE);

	jsn_canonical(row, &b);
	printf("%s\n", b.p);
	buf_free(&b);
}

/* The rows of one page, up to the last of the period. -1: printed. */
static int
print_page(struct cli *c, enum format f, const json_t *rows, int64_t last, int64_t *at, int *code)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		int64_t seq = jsn_integer_or(row, "seq", 0);

		if (*at == last)
			return 0;
		if (seq != *at + 1)
			break;
		(f == FORMAT_JSONL ? print_json : print_line)(row);
		*at = seq;
	}
	if (i == json_array_size(rows) && i > 0)
		return 0;
	*code = cli_fail_as(c, "incomplete", arena_printf(c->arena, "the server gave no row %" PRId64 ", and the period goes to row %"
	    PRId64 ": what was written is not all of it", *at + 1, last), EXIT_FAILED);
	return -1;
}

static int
print_period(struct cli *c, enum format f, const struct period *p, int *code)
{
	int64_t at = p->first - 1;
	int rc = 0;

	while (rc == 0 && at < p->last) {
		struct api_answer a = {0};
		char path[160];

		snprintf(path, sizeof(path), LOG "?after=%" PRId64 "&order=asc&limit=" PAGE, at);
		rc = api_get(c, path, &a, code);
		if (rc == 0)
			rc = print_page(c, f, out_list(a.body), p->last, &at, code);
		api_answer_finish(&a);
	}
	return rc;
}

int
cmd_log_export(struct cli *c)
{
	enum format f = out_format(c, FORMAT_TEXT);
	struct period p = {0};
	struct err e = {0};
	int code = EXIT_OK;

	if (f != FORMAT_TEXT && f != FORMAT_JSONL)
		return cli_usage(c, "log export writes -o text or -o jsonl, and nothing else");
	if ((c->opt.since != NULL && (p.since = select_times(c, "since", c->opt.since, &e)) == NULL) ||
	    (c->opt.until != NULL && (p.until = select_times(c, "until", c->opt.until, &e)) == NULL))
		return cli_fail(c, &e);
	if (ask_edge(c, &p, "asc", &p.first, &code) != 0 || ask_edge(c, &p, "desc", &p.last, &code) != 0)
		return code;
	if (p.first < 1 || p.last < p.first) {
		cli_say(c, "no row fits");
		return EXIT_OK;
	}
	(void)print_period(c, f, &p, &code);
	return code;
}
