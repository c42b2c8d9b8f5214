/* SPDX-License-Identifier: Apache-2.0 */
/* history: who changed what, when and why; each fact before and after. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define SHOWN 12 /* lines of one change that touched many things; -v prints all */

/* "  n0042: owner bob → ana", of one change */
static void
print_change(struct cli *c, const json_t *row)
{
	const char *text = jsn_text_or(row, "text", NULL);

	if (text == NULL)
		text = arena_printf(c->arena, "%s: %s %s → %s", jsn_text_or(row, "thing", "?"), jsn_text_or(row, "what", "?"),
		    out_scalar(c, json_object_get(row, "before")), out_scalar(c, json_object_get(row, "after")));
	out_line(stdout, "    %s", text);
}

static void
print_edit(struct cli *c, const json_t *edit)
{
	const json_t *changes = jsn_array(edit, "changes"), *row;
	const char *why = jsn_text_or(edit, "why", ""), *at = jsn_text_or(edit, "at", "");
	size_t n = json_array_size(changes), shown = !c->opt.verbose && n > SHOWN + 1 ? SHOWN : n, i;
	char room[TIMES_TEXT];
	int64_t ms;

	out_line(stdout, "%lld  %s  %s%s%s", (long long)jsn_integer_or(edit, "edit", jsn_integer_or(edit, "id", 0)),
	    times_parse(str_of(at), &ms, NULL) == 0 ? times_room(ms, room) : at, out_scalar(c, json_object_get(edit, "who")),
	    *why != '\0' ? ": " : "", why);
	json_array_foreach(changes, i, row)
		if (i < shown)
			print_change(c, row);
	if (shown < n)
		printf("    and %zu more (-v prints all)\n", n - shown);
}

int
cmd_history(struct cli *c)
{
	static const struct column columns[] = {
		{"edit", "change", false}, {"at", "at", false}, {"who", "who", false}, {"why", "why", false}, {"request", "request", false},
	};
	const char *thing = c->argc > 0 ? c->argv[0] : NULL, *since = NULL, *path;
	struct api_answer a = {0};
	struct err e = {0};
	const json_t *items, *edit;
	int64_t n;
	int code;
	size_t i;

	if (path_number(c, "limit", c->opt.limit, 1, 1000000, &n) != 0)
		return EXIT_USAGE;
	if (c->opt.since != NULL && (since = select_times(c, "since", c->opt.since, &e)) == NULL)
		return cli_fail(c, &e);
	path = path_make(c, thing != NULL ? "/api/v1/things" : "/api/v1/history", thing, thing != NULL ? "/history" : NULL,
	    (struct path_field[]){{"since", since}, {"who", c->opt.who}, {"limit", c->opt.limit}}, 3, &e);
	if (path == NULL)
		return cli_fail(c, &e);
	if (api_get(c, path, &a, &code) != 0)
		goto out;
	items = out_list(a.body);
	code = EXIT_OK;
	if (json_array_size(items) == 0 || out_format(c, FORMAT_TEXT) != FORMAT_TEXT)
		code = out_found(c, FORMAT_TEXT, a.body, columns, LARCH_COUNT(columns), "no change fits");
	else
		json_array_foreach(items, i, edit)
			print_edit(c, edit);
out:
	api_answer_finish(&a);
	return code;
}
