/* SPDX-License-Identifier: Apache-2.0 */
/* connect, disconnect. An end is a thing, or a thing and one of its ports: n0042:psu1. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct end {
	struct api_answer found;
	const json_t *thing;   /* {name, revision} of what was found; borrowed from it */
	const char *port;      /* NULL: not named */
};

/* One name asked of the server: 1 it is there, 0 it is not, -1 with the trouble printed. */
static int
try_name(struct cli *c, const char *name, struct end *end, int *code)
{
	struct err e = {0};
	struct api_request q = {.method = "GET", .retry = true, .path = path_make(c, "/api/v1/things", name, NULL, NULL, 0, &e)};

	if (q.path == NULL || api_call(c, &q, &end->found, &e) != 0) {
		*code = cli_fail(c, &e);
		return -1;
	}
	if (end->found.status == 200 && end->found.body != NULL) {
		end->thing = end->found.body;
		return 1;
	}
	if (end->found.status != 404 && end->found.status != 400 && end->found.status != 422) {
		*code = api_fail(c, &end->found);
		return -1;
	}
	api_answer_finish(&end->found);
	return 0;
}

/*
 * A name may hold a colon, and so may a port: the longest name that is there wins, so that
 * "rack:b07" stays what it is when there is a thing of that name.
 */
static int
find_end(struct cli *c, const char *text, struct end *end, int *code)
{
	const char *colon = NULL;
	int there = 0;

	while (there == 0) {
		const char *name = colon == NULL ? text : arena_strndup(c->arena, text, (size_t)(colon - text));
		const char *before = NULL;

		if (*name != '\0')
			there = try_name(c, name, end, code);
		if (there > 0 && colon != NULL)
			end->port = colon + 1;
		for (const char *p = text; *p != '\0' && (colon == NULL || p < colon); p++)
			before = *p == ':' ? p : before;
		if (before == NULL)
			break;
		colon = before;
	}
	if (there > 0 && end->port != NULL && *end->port == '\0')
		there = -1, *code = cli_usage(c, "%s: the port is missing", text);
	if (there == 0)
		*code = cli_fail_as(c, err_kind_name(ERR_NOT_FOUND), arena_printf(c->arena,
		    "there is no thing %.*s; `larch find` looks for names", (int)strcspn(text, ":"), text), EXIT_USAGE);
	return there > 0 ? 0 : -1;
}

int
cmd_connect(struct cli *c)
{
	struct end a = {0}, b = {0};
	struct edit ed;
	json_t *o;
	int code = EXIT_OK;

	edit_begin(&ed, c);
	if (find_end(c, c->argv[0], &a, &code) != 0 || find_end(c, c->argv[1], &b, &code) != 0)
		goto out;
	o = edit_op(&ed, "connect");
	jsn_set_text(o, "a", jsn_text_or(a.thing, "name", ""));
	jsn_set_text(o, "b", jsn_text_or(b.thing, "name", ""));
	if (a.port != NULL)
		jsn_set_text(o, "a_port", a.port);
	if (b.port != NULL)
		jsn_set_text(o, "b_port", b.port);
	if (c->opt.move)
		jsn_set(o, "move", json_true());
	edit_expect(&ed, a.thing);
	edit_expect(&ed, b.thing);
	code = edit_send(&ed);
out:
	api_answer_finish(&a.found);
	api_answer_finish(&b.found);
	edit_drop(&ed);
	return code;
}

int
cmd_disconnect(struct cli *c)
{
	struct end a = {0}, b = {0};
	struct edit ed;
	json_t *o;
	int code = EXIT_OK;

	edit_begin(&ed, c);
	if (find_end(c, c->argv[0], &a, &code) != 0 || (c->argc > 1 && find_end(c, c->argv[1], &b, &code) != 0))
		goto out;
	if (c->argc > 1 && (a.port != NULL || b.port != NULL)) {
		code = cli_usage(c, "name one port, or two things: A:PORT, or A and B");
		goto out;
	}
	o = edit_op_on(&ed, "disconnect", a.thing);
	if (a.port != NULL)
		jsn_set_text(o, "port", a.port);
	if (c->argc > 1) {
		jsn_set_text(o, "other", jsn_text_or(b.thing, "name", ""));
		edit_expect(&ed, b.thing);
	}
	code = edit_send(&ed);
out:
	api_answer_finish(&a.found);
	api_answer_finish(&b.found);
	edit_drop(&ed);
	return code;
}
