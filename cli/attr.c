/* SPDX-License-Identifier: Apache-2.0 */
/* attr get, add, set, del: clusto's four, of many things at one time. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

int
attr_key(struct cli *c, const char *text, struct key *k)
{
	char *copy = arena_strdup(c->arena, text), *hash = strrchr(copy, '#'), *dot = copy;

	*k = (struct key){.number = -1};
	if (hash != NULL) {
		*hash = '\0';
		k->next = strcmp(hash + 1, "auto") == 0;
		if (!k->next && str_int(str_of(hash + 1), 0, UINT32_MAX, &k->number) != 0)
			return cli_usage(c, "%s: \"%s\" is no number; write KEY#3 or KEY#auto", text, hash + 1);
	}
	while (*dot != '\0' && *dot != '.') {
		if (dot[0] == '\\' && dot[1] == '.')
			memmove(dot, dot + 1, strlen(dot)); /* "\." is the key's own */
		dot++;
	}
	if (*dot == '.') {
		*dot = '\0';
		k->subkey = dot + 1;
	}
	k->key = copy;
	if (*k->key == '\0' || (k->subkey != NULL && *k->subkey == '\0'))
		return cli_usage(c, "\"%s\" is no key; write KEY, KEY.SUBKEY, KEY#3 or KEY.SUBKEY#3", text);
	return 0;
}

void
attr_set_key(json_t *o, const struct key *k)
{
	jsn_set_text(o, "key", k->key);
	if (k->subkey != NULL)
		jsn_set_text(o, "subkey", k->subkey);
	if (k->next)
		jsn_set_text(o, "number", "auto");
	else if (k->number >= 0)
		jsn_set(o, "number", json_integer(k->number));
}

static bool
fits(const json_t *attribute, const struct key *k)
{
	const char *subkey = jsn_text_or(attribute, "subkey", "");

	return strcmp(jsn_text_or(attribute, "key", ""), k->key) == 0 && (k->subkey == NULL || strcmp(subkey, k->subkey) == 0) &&
	    (k->number < 0 || jsn_integer_or(attribute, "number", -1) == k->number);
}

/* ---- get ------------------------------------------------------------------------------ */

static void
add_fitting(struct cli *c, const json_t *doc, const struct key *keys, size_t n_keys, json_t *rows)
{
	const json_t *list = jsn_array(doc, "attributes"), *a;
	size_t i, k;

	json_array_foreach(list, i, a) {
		json_t *o;

		for (k = 0; k < n_keys && !fits(a, &keys[k]); k++)
			;
		if (n_keys > 0 && k == n_keys)
			continue;
		o = json_object();
		jsn_set_text(o, "thing", jsn_text_or(doc, "name", ""));
		jsn_set_text(o, "attribute", things_key(c, a));
		json_object_update(o, (json_t *)(uintptr_t)a);
		jsn_add(rows, o);
	}
}

int
cmd_attr_get(struct cli *c)
{
	static const struct column columns[] = {
		{"thing", "thing", false}, {"attribute", "attribute", false}, {"value", "value", false}, {"kind", "kind", false},
	};
	struct key *keys = arena_array(c->arena, (size_t)c->argc, sizeof(*keys));
	struct api_answer found = {0};
	json_t *whole = json_object(), *rows = json_array();
	const json_t *items, *thing;
	int code = EXIT_OK;
	size_t i;

	jsn_set(whole, "items", rows);
	for (int k = 1; k < c->argc; k++)
		if ((code = attr_key(c, c->argv[k], &keys[k - 1])) != 0)
			goto out;
	if ((items = things_find(c, c->argv[0], "attributes", &found, &code)) == NULL)
		goto out;
	json_array_foreach(items, i, thing)
		add_fitting(c, thing, keys, (size_t)c->argc - 1, rows);
	code = out_found(c, FORMAT_TABLE, whole, columns, LARCH_COUNT(columns), "no such attribute");
out:
	api_answer_finish(&found);
	json_decref(whole);
	return code;
}

/* ---- add, set, del ---------------------------------------------------------------------- */

/* A value as the kind wants it in JSON: all are texts but an integer, which is a number. */
static int
set_value(struct cli *c, json_t *o, const char *value)
{
	int64_t n;

	if (c->opt.kind != NULL)
		jsn_set_text(o, "kind", c->opt.kind);
	if (c->opt.kind != NULL && strcmp(c->opt.kind, "integer") == 0 &&
	    str_int(str_of(value), INT64_MIN, INT64_MAX, &n) != 0)
		return cli_usage(c, "\"%s\" is no integer", value);
	jsn_set_text(o, "value", value);
	return 0;
}

int
cmd_attr(struct cli *c)
{
	struct edit ed;
	struct key key;
	struct api_answer found = {0};
	const json_t *items, *thing;
	int code;
	size_t i;

	edit_begin(&ed, c);
	if ((code = attr_key(c, c->argv[1], &key)) != 0)
		goto out;
	if (key.next && strcmp(c->command->verb, "attr-add") != 0) {
		code = cli_usage(c, "#auto is for attr add: it takes the next number");
		goto out;
	}
	if ((items = things_find(c, c->argv[0], NULL, &found, &code)) == NULL)
		goto out;
	json_array_foreach(items, i, thing)
		for (int v = 2; v < c->argc || v == 2; v++) {
			json_t *o = edit_op_on(&ed, c->command->verb, thing);

			attr_set_key(o, &key);
			if (v < c->argc && (code = set_value(c, o, c->argv[v])) != 0)
				goto out;
		}
	code = edit_send(&ed);
out:
	api_answer_finish(&found);
	edit_drop(&ed);
	return code;
}
