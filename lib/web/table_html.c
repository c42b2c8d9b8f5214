/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for templates/partials/table.html. The frame (caption, headings,
 * forms, pages) is a little JSON that the template renders; the rows are
 * written by table_rows.c where the template has {{{rows}}}.
 */
#include <string.h>

#include "room.h"

/* One table while it is rendered. */
struct html {
	const struct web_shown *shown;
	json_t *frame;
	const char *unsorted; /* this address without its order */
};

static struct mustache_value
text(const char *s)
{
	return s == NULL || *s == '\0' ? (struct mustache_value){.kind = MUSTACHE_FALSE} :
	    (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(s)};
}

static struct mustache_value
no_item(const struct mustache_value *list, size_t i)
{
	(void)list;
	(void)i;
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static struct mustache_value
no_member(const struct mustache_value *object, struct str name)
{
	(void)object;
	(void)name;
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static const char *const forget_page[] = {"offset", NULL};
static const char *const forget_order[] = {"sort", "order", "offset", NULL};

/* ---- headings: asked for by the template, a column each ----------------------------------------- */

static bool
is_current(const struct web_shown *s, const struct web_column *col)
{
	return s->sort != NULL && strcmp(s->sort, col->key) == 0;
}

/* This address sorted by a column, and the other way round by the one it is sorted by. */
static struct mustache_value
sort_link(const struct html *h, const struct web_column *col)
{
	const struct web_shown *s = h->shown;
	struct buf b = BUF(2 * LIMIT_URL);
	const char *link;

	if (!s->main || s->table->given)
		return text(NULL);
	buf_puts(&b, h->unsorted);
	buf_puts(&b, strchr(h->unsorted, '?') != NULL ? "&sort=" : "?sort=");
	buf_url(&b, str_of(col->key));
	buf_puts(&b, is_current(s, col) && !s->descending ? "&order=desc" : "");
	link = arena_strndup(s->c->arena, b.p, b.n);
	buf_free(&b);
	return text(link);
}

static struct mustache_value
heading_member(const struct mustache_value *object, struct str name)
{
	const struct html *h = object->ref;
	const struct web_shown *s = h->shown;
	const struct web_column *col = &s->table->columns[s->column[object->index]];

	if (str_is(name, "title"))
		return text(col->title != NULL ? col->title : col->key);
	if (str_is(name, "unit"))
		return text(col->unit);
	if (str_is(name, "help"))
		return text(col->help);
	if (str_is(name, "key"))
		return text(col->key);
	if (str_is(name, "class"))
		return text(col->kind == WEB_COL_NUMBER ? "number" : NULL);
	if (str_is(name, "aria"))
		return text(!is_current(s, col) ? NULL : s->descending ? "descending" : "ascending");
	if (str_is(name, "arrow"))
		return text(!is_current(s, col) ? NULL : s->descending ? "▼" : "▲");
	if (str_is(name, "href"))
		return sort_link(h, col);
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static struct mustache_value
heading_item(const struct mustache_value *list, size_t i)
{
	static const struct mustache_source source = {heading_member, no_item, NULL};

	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = list->ref, .index = i};
}

/* ---- rows ----------------------------------------------------------------------------- */

static void
rows_write(const struct mustache_value *made, struct buf *out)
{
	web_rows_place(made->ref, web_rows_html, out);
}

static struct mustache_value
table_member(const struct mustache_value *object, struct str name)
{
	static const struct mustache_source rows = {no_member, no_item, rows_write}, headings = {no_member, heading_item, NULL};
	const struct html *h = object->ref;
	struct mustache_value frame;

	if (str_is(name, "rows"))
		return (struct mustache_value){.kind = MUSTACHE_MADE, .source = &rows, .ref = h->shown};
	if (str_is(name, "columns"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = h->shown->n_column, .source = &headings, .ref = h};
	if (str_is(name, "choose"))
		return web_choose_value(h->shown);
	frame = mustache_json(h->frame);
	return frame.source->member(&frame, name);
}

/* ---- the frame --------------------------------------------------------------------------- */

/* Every name a template asks for is there, be it false: an absent one would be looked for further out. */
static void
set(json_t *o, const char *key, const char *value)
{
	if (value == NULL)
		jsn_set(o, key, json_false());
	else
		jsn_set_text(o, key, value);
}

static bool
is_forgotten(struct str name, const char *const *forget)
{
	for (; *forget != NULL; forget++)
		if (str_is(name, *forget))
			return true;
	return str_is(name, "offset");
}

/* A form that asks for a field keeps the others of the address. */
json_t *
web_hidden(const struct web_shown *s, const char *const *forget)
{
	struct http_pairs pairs = {0};
	json_t *hidden = json_array();

	if (http_form_parse(s->c->request->query, s->c->arena, &pairs, NULL) != 0)
		pairs.n = 0;
	for (size_t i = 0; i < pairs.n; i++) {
		json_t *field;

		if (is_forgotten(pairs.pair[i].name, forget) || pairs.pair[i].value.n == 0)
			continue;
		field = json_object();
		jsn_set_str(field, "name", pairs.pair[i].name);
		jsn_set_str(field, "value", pairs.pair[i].value);
		jsn_add(hidden, field);
	}
	return hidden;
}

static json_t *
filter(const struct web_shown *s)
{
	static const char *const own[] = {"q", NULL};
	const char *q;
	json_t *o;

	if (!s->main)
		return json_false();
	o = json_object();
	q = web_text(s->c, "q");
	set(o, "action", web_base_path(s->c));
	jsn_set_text(o, "q", q != NULL ? q : "");
	set(o, "clear", q != NULL ? web_with(s->c, web_base_path(s->c), "q", NULL, forget_page) : NULL);
	jsn_set(o, "hidden", web_hidden(s, own));
	return o;
}

static const char *
page_link(const struct web_shown *s, size_t offset)
{
	return web_with(s->c, web_base_path(s->c), "offset",
	    offset == 0 ? NULL : arena_printf(s->c->arena, "%zu", offset), NULL);
}

const char *
web_next_page(const struct web_shown *s)
{
	return s->main && s->n > 0 && s->offset + s->n < s->matched ? page_link(s, s->offset + s->n) : NULL;
}

static json_t *
pages(const struct web_shown *s)
{
	const char *next = web_next_page(s);
	json_t *o;

	if (!s->main || (s->offset == 0 && next == NULL))
		return json_false();
	o = json_object();
	set(o, "previous", s->offset == 0 ? NULL : page_link(s, s->offset > s->limit ? s->offset - s->limit : 0));
	set(o, "next", next);
	return o;
}

static json_t *
actions(const struct web_table *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n_actions; i++) {
		json_t *o = json_object();

		set(o, "label", t->actions[i].label);
		set(o, "name", t->actions[i].name);
		set(o, "value", t->actions[i].value);
		set(o, "path", t->actions[i].path);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
form(const struct web_shown *s)
{
	const struct web_table *t = s->table;
	json_t *o;

	if (t->form_path == NULL || s->n == 0)
		return json_false();
	o = json_object();
	set(o, "path", t->form_path);
	set(o, "method", t->form_post ? "post" : "get");
	set(o, "token", t->form_post ? web_csrf(s->c) : NULL);
	jsn_set(o, "actions", actions(t));
	return o;
}

void
web_keep(struct web_call *c, json_t *take)
{
	if (c->web->kept == NULL)
		c->web->kept = json_array();
	jsn_add(c->web->kept, take);
}

bool
web_has_boxes(const struct web_shown *s)
{
	return s->table->select != NULL && s->table->form_path != NULL && s->n > 0;
}

struct mustache_value
web_table_value(const struct web_shown *s)
{
	static const struct mustache_source source = {table_member, no_item, NULL};
	struct html *h = arena_alloc(s->c->arena, sizeof(*h));
	const struct web_table *t = s->table;
	json_t *o = json_object();

	h->shown = s;
	h->frame = o;
	h->unsorted = web_with(s->c, web_base_path(s->c), NULL, NULL, forget_order);
	set(o, "id", t->name);
	set(o, "caption", t->caption);
	set(o, "count", web_shown_count(s, s->c->arena));
	set(o, "empty", s->n > 0 ? NULL : t->empty != NULL ? t->empty : "Nothing to show.");
	set(o, "select", web_has_boxes(s) ? t->select : NULL);
	jsn_set(o, "filter", filter(s));
	jsn_set(o, "pages", pages(s));
	jsn_set(o, "form", form(s));
	web_keep(s->c, o);
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = h};
}
