/* SPDX-License-Identifier: Apache-2.0 */
/* log: what was done, by whom, and what came back. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct column columns[] = {
	{"at", "at", false}, {"job", "job", false}, {"who", "who", false}, {"kind", "kind", false},
	{"machine", "machine", false}, {"device", "device", false}, {"verb", "verb", false},
	{"outcome", "outcome", true}, {"text", "text", false},
};
static const struct column all_columns[] = {
	{"seq", "seq", false}, {"at", "at", false}, {"kind", "kind", false}, {"job", "job", false},
	{"who", "who", false}, {"machine", "machine", false}, {"device", "device", false},
	{"verb", "verb", false}, {"text", "text", false}, {"outcome", "outcome", true}, {"hash", "hash", false},
};

static void
add_field(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(b, "%c%s=", strchr(b->p, '?') == NULL ? '?' : '&', name);
	buf_url(b, str_of(value));
}

const char *
api_query(struct cli *c, const char *path)
{
	struct buf b = BUF(LIMIT_URL);
	struct err e = {0};
	const char *since = NULL, *text = NULL;
	int64_t n;

	if (c->opt.limit != NULL && str_int(str_of(c->opt.limit), 1, 1000000, &n) != 0) {
		cli_usage(c, "--limit: \"%s\" is no number from 1 to 1000000", c->opt.limit);
		return NULL;
	}
	if (c->opt.since != NULL && (since = select_times(c, c->opt.since, &e)) == NULL) {
		cli_fail(c, &e);
		return NULL;
	}
	buf_puts(&b, path);
	add_field(&b, "since", since);
	add_field(&b, "thing", c->opt.thing);
	add_field(&b, "who", c->opt.who);
	add_field(&b, "limit", c->opt.limit);
	if (b.over)
		cli_usage(c, "the options are too long for one question");
	else
		text = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return text;
}

int
cmd_log(struct cli *c)
{
	enum format f = out_format(c, FORMAT_TABLE);
	const char *path = api_query(c, "/api/v1/log");
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (path == NULL)
		return EXIT_USAGE;
	if (api_get(c, path, &a, &code) == 0)
		out_rows(c, f, a.body, out_list(a.body), f == FORMAT_CSV ? all_columns : columns,
		    f == FORMAT_CSV ? LARCH_COUNT(all_columns) : LARCH_COUNT(columns));
	api_answer_finish(&a);
	return code;
}
