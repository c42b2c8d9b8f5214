/* SPDX-License-Identifier: Apache-2.0 */
/* key list, make, end: API keys of the person who is logged in. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define DEFAULT_LIFE "1h"

int
cmd_key_list(struct cli *c)
{
	static const struct column columns[] = {
		{"id", "id", false}, {"kind", "kind", false}, {"title", "for", false}, {"scope", "may", false},
		{"things", "to", false}, {"used", "last used (hour)", false}, {"expires", "ends", false},
	};
	struct api_answer a = {0};
	enum format f = out_format(c, FORMAT_TABLE);
	int code = EXIT_OK;

	if (api_get(c, "/api/v1/keys", &a, &code) == 0)
		out_rows(c, f, a.body, json_object_get(a.body, "items"), columns, LARCH_COUNT(columns));
	api_answer_finish(&a);
	return code;
}

/* "read,cycle" as a list. */
static json_t *
scope_list(const char *text)
{
	struct str rest = str_of(text);
	json_t *list = json_array();

	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ',');

		if (word.n > 0)
			jsn_add(list, json_stringn(word.p, word.n));
	}
	return list;
}

/* The key alone goes to standard output, so that it can be put into a file; what it is, to the person. */
static void
show_key(struct cli *c, const json_t *made)
{
	printf("%s\n", jsn_text_or(made, "key", ""));
	cli_say(c, "Key %s ends %s. It is shown this once: keep it in a file that only you can read.", jsn_text_or(made, "id", "?"),
	    jsn_text_or(made, "expires", "?"));
}

int
cmd_key_make(struct cli *c)
{
	static const struct column columns[] = {{"id", "id", false}, {"key", "key", false}, {"expires", "ends", false}};
	struct api_request q = {.method = "POST", .path = "/api/v1/keys"};
	enum format f = out_format(c, FORMAT_TEXT);
	struct buf body = BUF(LIMIT_JSON_BODY);
	struct api_answer a = {0};
	json_t *o = json_object(), *rows;
	struct err e = {0};
	int code = EXIT_OK;

	jsn_set_text(o, "title", c->argv[0]);
	jsn_set_text(o, "expires", c->opt.expires != NULL ? c->opt.expires : DEFAULT_LIFE);
	jsn_set(o, "scope", scope_list(c->opt.scope != NULL ? c->opt.scope : "read"));
	if (c->opt.things != NULL)
		jsn_set_text(o, "things", c->opt.things);
	jsn_canonical(o, &body);
	q.body = buf_view(&body);
	if (api_call(c, &q, &a, &e) != 0) {
		code = cli_fail(c, &e);
	} else if (a.status < 200 || a.status > 299) {
		code = api_fail(c, &a);
	} else if (f == FORMAT_TEXT) {
		show_key(c, a.body);
	} else {
		rows = json_array();
		jsn_add(rows, json_incref(a.body));
		out_rows(c, f, a.body, rows, columns, LARCH_COUNT(columns));
		json_decref(rows);
	}
	api_answer_finish(&a);
	buf_free(&body);
	json_decref(o);
	return code;
}

int
cmd_key_end(struct cli *c)
{
	struct buf path = BUF(LIMIT_URL);
	struct api_request q = {.method = "DELETE", .retry = true};
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;

	buf_puts(&path, "/api/v1/keys/");
	buf_url(&path, str_of(c->argv[0]));
	q.path = path.p;
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else
		cli_say(c, "Key %s is ended.", c->argv[0]);
	api_answer_finish(&a);
	buf_free(&path);
	return code;
}
