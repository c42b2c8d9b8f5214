/* SPDX-License-Identifier: Apache-2.0 */
/* info: one thing on a page, as somebody reads it who was woken up. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define LABEL 12 /* columns of the left edge */

static void
line(const char *label, const char *text)
{
	if (*text != '\0')
		out_line(stdout, "%-*s%s", LABEL, label, text);
}

static const char *
cell(struct cli *c, const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return json_is_string(v) && *json_string_value(v) == '\0' ? "" : out_scalar(c, v);
}

/* Rows beneath a label: their columns are as wide as the widest. */
static void
block(struct cli *c, const char *label, const json_t *rows, const char *const *keys, size_t n)
{
	size_t *w = arena_array(c->arena, n, sizeof(*w)), i;
	const json_t *row;

	json_array_foreach(rows, i, row)
		for (size_t k = 0; k < n; k++) {
			size_t have = out_width(cell(c, row, keys[k]));

			w[k] = have > w[k] ? have : w[k];
		}
	json_array_foreach(rows, i, row) {
		struct buf b = BUF(LIMIT_PAGE);

		for (size_t k = 0; k < n; k++) {
			const char *text = cell(c, row, keys[k]);

			if (w[k] > 0) /* a column that says nothing is left out */
				buf_printf(&b, "%s%*s", text, (int)(w[k] + 2 - out_width(text)), "");
		}
		while (b.n > 0 && b.p[b.n - 1] == ' ')
			b.p[--b.n] = '\0';
		out_line(stdout, "%-*s%s", LABEL, i == 0 ? label : "", b.n > 0 ? b.p : "");
		buf_free(&b);
	}
}

static const char *
folded(struct cli *c, const json_t *names)
{
	struct hosts h = {.name = arena_array(c->arena, json_array_size(names) + 1, sizeof(*h.name))};
	const json_t *v;
	size_t i;

	json_array_foreach(names, i, v)
		h.name[h.n++] = arena_strdup(c->arena, json_is_string(v) ? json_string_value(v) : jsn_text_or(v, "thing", jsn_text_or(v, "name", "?")));
	hosts_sort(&h);
	return h.n > 0 ? hosts_fold(&h, c->arena) : "";
}

static void
print_attributes(struct cli *c, const json_t *doc)
{
	static const char *const keys[] = {"name", "value", "kind"};
	const json_t *list = jsn_array(doc, "attributes"), *a;
	json_t *rows = json_array();
	size_t i;

	json_array_foreach(list, i, a) {
		json_t *o = json_object();
		const char *kind = jsn_text_or(a, "kind", "string");
		bool relation = strcmp(kind, "relation") == 0;

		jsn_set_text(o, "name", things_key(c, a));
		jsn_set_text(o, "value", arena_printf(c->arena, "%s%s", relation ? "→ " : "", out_scalar(c, json_object_get(a, "value"))));
		jsn_set_text(o, "kind", strcmp(kind, "date") == 0 || strcmp(kind, "json") == 0 ? arena_printf(c->arena, "(%s)", kind) : "");
		jsn_add(rows, o);
	}
	block(c, "attributes", rows, keys, LARCH_COUNT(keys));
	json_decref(rows);
}

/* "psu1  inlet pwr-c14  → pdu-b07-a 7" */
static void
print_ports(struct cli *c, const json_t *doc)
{
	static const char *const keys[] = {"name", "kind", "plug", "peer"};
	const json_t *list = jsn_array(doc, "ports"), *p;
	json_t *rows = json_array();
	size_t i;

	json_array_foreach(list, i, p) {
		const json_t *peer = json_object_get(p, "peer");
		json_t *o = json_object();

		for (size_t k = 0; k < 3; k++)
			jsn_set_text(o, keys[k], jsn_text_or(p, keys[k], ""));
		jsn_set_text(o, "peer", !json_is_object(peer) ? "free" : arena_printf(c->arena, "→ %s %s",
		    jsn_text_or(peer, "thing", "?"), jsn_text_or(peer, "port", "?")));
		jsn_add(rows, o);
	}
	block(c, "ports", rows, keys, LARCH_COUNT(keys));
	json_decref(rows);
}

static void
print_referrers(struct cli *c, const json_t *doc)
{
	const json_t *list = jsn_array(doc, "referrers"), *row;
	size_t i;

	json_array_foreach(list, i, row)
		line(i == 0 ? "named by" : "", arena_printf(c->arena, "%s (%s)", jsn_text_or(row, "thing", "?"), jsn_text_or(row, "key", "?")));
}

static void
print_doc(struct cli *c, const json_t *doc)
{
	char at[TIMES_TEXT] = "";
	int64_t ms;

	if (times_parse(str_of(jsn_text_or(doc, "changed", "")), &ms, NULL) == 0)
		times_room(ms, at);
	out_line(stdout, "%s  %s", out_scalar(c, json_object_get(doc, "name")), out_scalar(c, json_object_get(doc, "type")));
	line("in", things_place(c, doc));
	line("pools", folded(c, jsn_array(doc, "pools")));
	print_attributes(c, doc);
	print_ports(c, doc);
	line("holds", folded(c, jsn_array(doc, "contents")));
	line("members", folded(c, jsn_array(doc, "members")));
	print_referrers(c, doc);
	line("changed", arena_printf(c->arena, "%s by %s, revision %lld", *at != '\0' ? at : "at a time that is not known",
	    out_scalar(c, json_object_get(doc, "changed_by")), (long long)jsn_integer_or(doc, "revision", 0)));
}

int
cmd_info(struct cli *c)
{
	static const struct column columns[] = {
		{"name", "name", false}, {"type", "type", false}, {"revision", "revision", false}, {"changed", "changed", false},
		{"changed_by", "by", false},
	};
	enum format f = out_format(c, FORMAT_TEXT);
	json_t *whole = json_object(), *docs = json_array();
	struct api_answer found = {0};
	const json_t *items, *row;
	int code = EXIT_OK;
	size_t i;

	jsn_set(whole, "items", docs);
	if ((items = things_find(c, things_join(c, c->argv, c->argc), NULL, &found, &code)) == NULL)
		goto out;
	json_array_foreach(items, i, row) {
		struct api_answer a = {0};

		if (things_get(c, jsn_text_or(row, "name", ""), &a, &code) != 0) {
			api_answer_finish(&a);
			goto out;
		}
		jsn_add(docs, json_incref(a.body));
		api_answer_finish(&a);
	}
	if (f == FORMAT_JSON && c->argc == 1 && strcmp(jsn_text_or(json_array_get(docs, 0), "name", ""), c->argv[0]) == 0)
		out_json(json_array_get(docs, 0)); /* one was asked for, by its name: no list around it */
	else if (f != FORMAT_TEXT)
		out_rows(c, f, whole, docs, columns, LARCH_COUNT(columns));
	else
		json_array_foreach(docs, i, row) {
			if (i > 0)
				putchar('\n');
			print_doc(c, row);
		}
	code = EXIT_OK;
out:
	api_answer_finish(&found);
	json_decref(whole);
	return code;
}
