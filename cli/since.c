/* SPDX-License-Identifier: Apache-2.0 */
/* since: what happened in the room; the text is the server's, made to be printed. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct column columns[] = {
	{"at", "at", false}, {"rack", "rack", false}, {"thing", "thing", false}, {"kind", "what", false},
	{"text", "what happened", false}, {"who", "who", false}, {"why", "why", false},
};

int
cmd_since(struct cli *c)
{
	bool text = out_format(c, FORMAT_TEXT) == FORMAT_TEXT;
	const char *since = NULL, *until = NULL, *path;
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;

	if ((c->argc > 0 && (since = select_times(c, "since", c->argv[0], &e)) == NULL) ||
	    (c->opt.until != NULL && (until = select_times(c, "until", c->opt.until, &e)) == NULL))
		return cli_fail(c, &e);
	path = path_make(c, text ? "/api/v1/since.txt" : "/api/v1/since", NULL, NULL,
	    (struct path_field[]){{"t", since}, {"until", until}, {"q", c->argc > 1 ? c->argv[1] : NULL}}, 3, &e);
	if (path == NULL)
		return cli_fail(c, &e);
	if (text && api_get_text(c, path, &a, &code) == 0)
		out_text(a.text.n > 0 ? a.text.p : "");
	else if (!text && api_get(c, path, &a, &code) == 0)
		code = out_found(c, FORMAT_TABLE, a.body, columns, LARCH_COUNT(columns), "nothing happened");
	api_answer_finish(&a);
	return code;
}
