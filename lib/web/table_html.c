/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for templates/partials/table.html. The frame (caption, forms,
 * pages) is a little JSON that the template renders; the headings are written
 * here, and the rows by table_rows.c, where the template has {{{headings}}}
 * and {{{rows}}}.
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

/* ---- headings ---------------------------------------------------------------------------------- */

static bool
is_current(const struct web_shown *s, const struct web_column *col)
{
	return s->sort != NULL && strcmp(s->sort, col->key) == 0;
}

static void
attribute(struct buf *out, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	buf_puts(out, name);
	web_put_html(out, value);
	WEB_PUT(out, "\"");
}

/* The title, as a link to this address sorted by the column, and the other way round by the one it is sorted by. */
static void
heading_title(const struct html *h, const struct web_column *col, struct buf *out)
{
	const struct web_shown *s = h->shown;
	bool link = s->main && !s->table->given, current = is_current(s, col);

	if (link) {
		WEB_PUT(out, "<a href=\"");
		web_put_html(out, h->unsorted);
		buf_puts(out, strchr(h->unsorted, '?') != NULL ? "&amp;sort=" : "?sort=");
		buf_url(out, str_of(col->key));
		buf_puts(out, current && !s->descending ? "&amp;order=desc\">" : "\">");
	}
	web_put_html(out, col->title != NULL ? col->title : col->key);
	if (link && current)
		buf_puts(out, s->descending ? " ▼" : " ▲");
	if (link)
		WEB_PUT(out, "</a>");
}

static void
heading_write(const struct html *h, const struct web_column *col, struct buf *out)
{
	const struct web_shown *s = h->shown;

	buf_puts(out, col->kind == WEB_COL_NUMBER ? "<th scope=col class=number" : "<th scope=col");
	attribute(out, " title=\"", col->help);
	if (is_current(s, col))
		buf_puts(out, s->descending ? " aria-sort=descending" : " aria-sort=ascending");
	attribute(out, " data-key=\"", col->key);
	WEB_PUT(out, ">");
	heading_title(h, col, out);
	if (col->unit != NULL && *col->unit != '\0') {
		WEB_PUT(out, " <span class=unit>");
		web_put_html(out, col->unit);
		WEB_PUT(out, "</span>");
	}
	WEB_PUT(out, "\n");
}

static void
headings_write(const struct mustache_value *made, struct buf *out)
{
	const struct html *h = made->ref;

	for (size_t i = 0; i < h->shown->n_column; i++)
		heading_write(h, &h->shown->table->columns[h->shown->column[i]], out);
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
	static const struct mustache_source rows = {no_member, no_item, rows_write}, headings = {no_member, no_item, headings_write};
	const struct html *h = object->ref;
	struct mustache_value frame;

	if (str_is(name, "rows"))
		return (struct mustache_value){.kind = MUSTACHE_MADE, .source = &rows, .ref = h->shown};
	if (str_is(name, "headings"))
		return (struct mustache_value){.kind = MUSTACHE_MADE, .source = &headings, .ref = h};
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
