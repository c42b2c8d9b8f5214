/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why, and pdu show: everything known about one thing, on one screen: where it stands, what each check says and since when, what
 * changed, who switched it. The text is the server's, as that of the machine's page.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* What is more than one table: its page as text, or the whole as JSON. */
static int
show_one(struct cli *c, const char *collection)
{
	enum format f = out_format(c, FORMAT_TEXT);
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;
	const char *path;

	if (f != FORMAT_TEXT && f != FORMAT_JSON)
		return cli_usage(c, "it is more than one table: -o text, or -o json");
	path = path_make(c, collection, c->argv[0], f == FORMAT_TEXT ? ".txt" : NULL, NULL, 0, &e);
	if (path == NULL)
		return cli_fail(c, &e);
	if (f == FORMAT_TEXT && api_get_text(c, path, &a, &code) == 0)
		out_text(a.text.n > 0 ? a.text.p : "");
	else if (f == FORMAT_JSON && api_get(c, path, &a, &code) == 0)
		out_json(a.body);
	api_answer_finish(&a);
	return code;
}

int
cmd_why(struct cli *c)
{
	return show_one(c, "/api/v1/nodes");
}

int
cmd_pdu_show(struct cli *c)
{
	return show_one(c, "/api/v1/pdus");
}
