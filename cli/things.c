/* SPDX-License-Identifier: Apache-2.0 */
/* The things that somebody means: a host list or a query, asked of the server; and texts about one. */
#include <string.h>

#include "cli.h"

/* Marks that no host list has: then it is a query. A ':' is a list's only after '@', as in @rack:b07. */
static bool
is_query(const char *text)
{
	if (text[0] == '^' || strcmp(text, "-") == 0)
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr(" \t()=<>~*?\"'/", *p) != NULL && !(*p == '*' && p > text && (p[-1] == '@' || p[-1] == ':')))
			return true;
		if (*p == ':') {
			const char *q = p;

			while (q > text && strchr(",!&^", q[-1]) == NULL)
				q--;
			if (*q != '@')
				return true;
		}
	}
	return false;
}

const char *
things_join(struct cli *c, char **argv, int argc)
{
	struct buf b = BUF(LIMIT_HOSTS_TEXT);
	bool queries = false;
	const char *made;

	for (int i = 0; i < argc; i++)
		queries = queries || is_query(argv[i]);
	if (argc == 1)
		return argv[0];
	for (int i = 0; i < argc; i++)
		buf_printf(&b, queries ? "%s(%s)" : "%s%s", i == 0 ? "" : queries ? " or " : ",", argv[i]);
	made = arena_strdup(c->arena, b.n > 0 ? b.p : "");
	buf_free(&b);
	return made;
}

/* Names that were written out and did not come back. Rows are in the order of the server; named is sorted. */
static int
check_all_there(struct cli *c, const struct hosts *named, const json_t *items)
{
	struct hosts here = {.name = arena_array(c->arena, json_array_size(items) + 1, sizeof(*here.name))};
	struct hosts gone = {.name = arena_array(c->arena, named->n + 1, sizeof(*gone.name))};
	const json_t *row;
	size_t i;

	json_array_foreach(items, i, row)
		here.name[here.n++] = arena_strdup(c->arena, jsn_text_or(row, "name", ""));
	hosts_sort(&here);
	for (i = 0; i < named->n; i++)
		if (!hosts_has(&here, named->name[i]))
			gone.name[gone.n++] = named->name[i];
	if (gone.n == 0)
		return EXIT_OK;
	return cli_fail_as(c, err_kind_name(ERR_NOT_FOUND),
	    arena_printf(c->arena, "there is no thing %s%s; `larch find` looks for names", hosts_fold(&gone, c->arena),
	        c->at != NULL ? " at that time" : ""), EXIT_USAGE);
}

/* One question into items. A list that is too long for an address is asked for in halves. */
static int
ask(struct cli *c, const char *asked, const struct hosts *named, const char *fields, json_t *items, int *exit_out)
{
	struct err e = {0};
	const char *path = path_make(c, "/api/v1/find", NULL, NULL, (struct path_field[]){{"q", asked},
	    {"fields", fields}, {"select", named->n == 0 ? "1" : NULL}}, 3, &e);
	struct api_answer a = {0};
	int rc;

	if (path == NULL && named->n > 1) {
		struct hosts low = {named->name, named->n / 2}, high = {named->name + low.n, named->n - low.n};

		return ask(c, hosts_fold(&low, c->arena), &low, fields, items, exit_out) == 0 &&
		    ask(c, hosts_fold(&high, c->arena), &high, fields, items, exit_out) == 0 ? 0 : -1;
	}
	if (path == NULL) {
		*exit_out = cli_fail(c, &e);
		return -1;
	}
	rc = api_get(c, path, &a, exit_out);
	if (rc == 0)
		json_array_extend(items, (json_t *)(uintptr_t)out_list(a.body));
	else
		api_point(c, &a, asked);
	api_answer_finish(&a);
	return rc;
}

const json_t *
things_find(struct cli *c, const char *text, const char *fields, struct api_answer *a, int *exit_out)
{
	struct hosts named = {0};
	struct err e = {0};
	bool known = false;
	const char *asked = text;
	json_t *items = json_array();

	a->body = json_object();
	jsn_set(a->body, "items", items);
	if (*text == '\0') {
		*exit_out = cli_usage(c, "no thing is named; all of them is @*");
		return NULL;
	}
	if (!is_query(text) && (asked = select_list(c, text, &named, &known, &e)) == NULL) {
		*exit_out = cli_fail(c, &e);
		return NULL;
	}
	if (!known)
		named.n = 0;
	if (ask(c, asked, &named, fields, items, exit_out) != 0 || (known && (*exit_out = check_all_there(c, &named, items)) != EXIT_OK))
		return NULL;
	if (json_array_size(items) == 0) {
		*exit_out = cli_fail_as(c, err_kind_name(ERR_NOT_FOUND),
		    arena_printf(c->arena, "nothing fits %s; `larch find` tries a query", asked), EXIT_USAGE);
		return NULL;
	}
	return items;
}

int
things_get(struct cli *c, const char *name, struct api_answer *a, int *exit_out)
{
	struct err e = {0};
	const char *path = path_make(c, "/api/v1/things", name, NULL, NULL, 0, &e);

	if (path == NULL) {
		*exit_out = cli_fail(c, &e);
		return -1;
	}
	return api_get(c, path, a, exit_out);
}

/* "rack b01": one step of the path outward. */
static const char *
above_text(const json_t *above, const char *fallback)
{
	return json_is_string(above) ? json_string_value(above) : jsn_text_or(above, "text", jsn_text_or(above, "name", fallback));
}

const char *
things_place(struct cli *c, const json_t *doc)
{
	const json_t *place = json_object_get(doc, "place"), *inside = jsn_array(doc, "inside");
	struct buf b = BUF(LIMIT_PAGE);
	int64_t unit = jsn_integer_or(place, "unit", -1), height = jsn_integer_or(place, "height", 1);
	const char *side = jsn_text_or(place, "side", ""), *face = jsn_text_or(place, "face", ""), *made;
	size_t i;
	const json_t *above;

	if (json_is_object(place))
		buf_plain(&b, str_of(above_text(json_array_get(inside, 0), jsn_text_or(place, "container", "?"))));
	if (unit > 0 && height > 1)
		buf_printf(&b, " U%lld-%lld", (long long)unit, (long long)(unit + height - 1));
	else if (unit > 0)
		buf_printf(&b, " U%lld", (long long)unit);
	if (*face != '\0' && unit > 0)
		buf_printf(&b, " %s", strcmp(face, "both") == 0 ? "full depth" : face);
	if (*side != '\0')
		buf_printf(&b, " %s side", side);
	json_array_foreach(inside, i, above)
		if (i > 0 || !json_is_object(place))
			buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", above_text(above, "?"));
	made = arena_strdup(c->arena, b.n > 0 ? b.p : "");
	buf_free(&b);
	return made;
}

const char *
things_key(struct cli *c, const json_t *attribute)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *key = jsn_text_or(attribute, "key", "?"), *subkey = jsn_text_or(attribute, "subkey", NULL), *made;
	const json_t *number = json_object_get(attribute, "number");

	for (; *key != '\0'; key++) {
		if (*key == '.')
			buf_char(&b, '\\');
		buf_char(&b, *key);
	}
	if (subkey != NULL && *subkey != '\0')
		buf_printf(&b, ".%s", subkey);
	if (json_is_string(number))
		buf_printf(&b, "#%s", json_string_value(number));
	else if (json_is_integer(number) && json_integer_value(number) >= 0)
		buf_printf(&b, "#%lld", (long long)json_integer_value(number));
	made = arena_strdup(c->arena, b.n > 0 ? b.p : "");
	buf_free(&b);
	return made;
}
