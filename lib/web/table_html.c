/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for templates/partials/table.html. The frame (caption, headings,
 * forms, pages) is a little JSON; the rows are answered cell by cell while the
 * template is rendered, so that ten thousand of them never become JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

#define OFFSET_TEXT 7 /* " +01:00" */

static const char *const forget_page[] = {"offset", NULL};
static const char *const forget_order[] = {"order", "offset", NULL};

/* One table while it is rendered. `cell` is the one at hand: the template walks them one by one. */
struct html {
	const struct web_shown *shown;
	json_t *frame;
	struct web_cell cell;
	const struct web_column *column;
	char scratch[TIMES_TEXT], age[2 * TIMES_TEXT], order[TIMES_TEXT];
};

static const struct mustache_value absent = {.kind = MUSTACHE_ABSENT}, no = {.kind = MUSTACHE_FALSE};

static struct mustache_value
text(const char *s)
{
	return s == NULL || *s == '\0' ? no : (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(s)};
}

/* ---- one cell ---------------------------------------------------------------------- */

/* A time stands without the offset that the "as of" below the page has; in another offset (before a change of the clocks) with it. */
static void
drop_offset(struct html *h)
{
	char now[TIMES_TEXT];
	size_t n = strlen(h->scratch), m = strlen(times_room(h->shown->c->now, now));

	if (n > OFFSET_TEXT && m > OFFSET_TEXT && strcmp(h->scratch + n - OFFSET_TEXT, now + m - OFFSET_TEXT) == 0)
		h->scratch[n - OFFSET_TEXT] = '\0';
}

static struct mustache_value
cell_text(struct html *h)
{
	const char *shown = web_cell_shown(h->shown->c, h->column, &h->cell, h->scratch);

	if (h->column->kind == WEB_COL_TIME && shown == h->scratch)
		drop_offset(h);
	return text(shown);
}

/* A device's name may have found its way into a link: what is no path of this site ("javascript:...") is none. */
static struct mustache_value
cell_href(struct html *h)
{
	return h->cell.href != NULL && http_is_local(h->cell.href) ? text(h->cell.href) : no;
}

static struct mustache_value
cell_hint(struct html *h)
{
	return text(h->cell.title);
}

/* The class of the td: numbers stand to the right; what is not known looks like it. */
static struct mustache_value
cell_class(struct html *h)
{
	if (!web_cell_known(h->column, &h->cell))
		return text("unknown");
	return h->column->kind == WEB_COL_NUMBER ? text("number") : no;
}

/* The class of the span around a level: what is stale is grey and never green, and a critical one stays an alarm. */
static struct mustache_value
cell_level(struct html *h)
{
	static const char *const classes[] = {"level-ok", "level-warn", "level-critical", "level-unknown"};

	if (!web_cell_judged(h->column, &h->cell))
		return h->cell.stale ? text("stale") : no;
	if (h->cell.stale)
		return text(h->cell.level == 'c' ? "level-critical stale" : "stale");
	return text(classes[web_cell_known(h->column, &h->cell) ? web_level_rank(h->cell.level) : 3]);
}

/* The level in a letter, for eyes and terminals that see no colour. */
static struct mustache_value
cell_letter(struct html *h)
{
	static const char *const letters[] = {"O", "W", "C", "?"};

	if (!web_cell_judged(h->column, &h->cell))
		return no;
	return text(letters[web_cell_known(h->column, &h->cell) ? web_level_rank(h->cell.level) : 3]);
}

static struct mustache_value
cell_age(struct html *h)
{
	char span[TIMES_TEXT];

	if (h->cell.at == 0 || h->column->kind == WEB_COL_AGE || h->column->kind == WEB_COL_TIME)
		return no;
	snprintf(h->age, sizeof(h->age), "%s%s", times_age(h->shown->c->now - h->cell.at, span),
	    h->cell.stale ? ", stale" : "");
	return text(h->age);
}

/* What a script sorts by, where the text would sort wrong. */
static struct mustache_value
cell_order(struct html *h)
{
	if (!web_cell_known(h->column, &h->cell))
		return no;
	if (h->column->kind == WEB_COL_NUMBER)
		snprintf(h->order, sizeof(h->order), "%.17g", h->cell.number);
	else if (h->column->kind == WEB_COL_TIME)
		snprintf(h->order, sizeof(h->order), "%" PRId64, h->cell.at);
	else if (h->column->kind == WEB_COL_AGE)
		snprintf(h->order, sizeof(h->order), "%" PRId64, -h->cell.at);
	else if (h->column->kind == WEB_COL_LEVEL)
		snprintf(h->order, sizeof(h->order), "%d", web_level_rank(h->cell.level));
	else
		return no;
	return text(h->order);
}

/* Asked eight times a cell: lengths are compared before bytes are. */
static struct mustache_value
cell_member(const struct mustache_value *object, struct str name)
{
	static const struct {
		const char *name;
		size_t n;
		struct mustache_value (*get)(struct html *);
	} rows[] = {
	    {"text", 4, cell_text}, {"class", 5, cell_class}, {"href", 4, cell_href}, {"hint", 4, cell_hint},
	    {"level", 5, cell_level}, {"letter", 6, cell_letter}, {"age", 3, cell_age}, {"order", 5, cell_order},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (name.n == rows[i].n && memcmp(name.p, rows[i].name, rows[i].n) == 0)
			return rows[i].get((struct html *)(uintptr_t)object->ref);
	return absent;
}

static struct mustache_value
no_item(const struct mustache_value *list, size_t i)
{
	(void)list;
	(void)i;
	return absent;
}

static struct mustache_value
no_member(const struct mustache_value *object, struct str name)
{
	(void)object;
	(void)name;
	return absent;
}

/* ---- rows and their cells -------------------------------------------------------------- */

static struct mustache_value
cells_item(const struct mustache_value *list, size_t i)
{
	static const struct mustache_source source = {cell_member, no_item};
	struct html *h = (struct html *)(uintptr_t)list->ref;
	const struct web_shown *s = h->shown;

	h->column = &s->table->columns[s->column[i]];
	h->cell = s->table->cell(s->table->ctx, s->row[list->index], s->column[i]);
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = h};
}

static struct mustache_value
row_member(const struct mustache_value *object, struct str name)
{
	static const struct mustache_source source = {no_member, cells_item};
	const struct html *h = object->ref;
	const struct web_shown *s = h->shown;

	if (str_is(name, "cells"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = s->n_column, .source = &source, .ref = h,
		    .index = object->index};
	if (str_is(name, "selected"))
		return s->table->selected == NULL ? no : text(s->table->selected(s->table->ctx, s->row[object->index]));
	return absent;
}

static struct mustache_value
rows_item(const struct mustache_value *list, size_t i)
{
	static const struct mustache_source source = {row_member, no_item};

	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = list->ref, .index = i};
}

static struct mustache_value
table_member(const struct mustache_value *object, struct str name)
{
	static const struct mustache_source source = {no_member, rows_item};
	const struct html *h = object->ref;
	struct mustache_value frame;

	if (str_is(name, "rows"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = h->shown->n, .source = &source, .ref = h};
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

static json_t *
heading(const struct web_shown *s, const struct web_column *col)
{
	bool current = s->sort != NULL && strcmp(s->sort, col->key) == 0;
	json_t *o = json_object();

	set(o, "title", col->title != NULL ? col->title : col->key);
	set(o, "unit", col->unit);
	set(o, "key", col->key);
	set(o, "class", col->kind == WEB_COL_NUMBER ? "number" : NULL);
	set(o, "aria", !current ? NULL : s->descending ? "descending" : "ascending");
	set(o, "arrow", !current ? NULL : s->descending ? "▼" : "▲");
	set(o, "href", NULL);
	if (s->main && !s->table->given) {
		const char *link = web_with(s->c, web_base_path(s->c), "sort", col->key, forget_order);

		if (current && !s->descending)
			link = arena_printf(s->c->arena, "%s&order=desc", link);
		set(o, "href", link);
	}
	return o;
}

/* The form that asks for q keeps the other fields of the address. */
static json_t *
filter(const struct web_shown *s)
{
	struct http_pairs pairs = {0};
	json_t *o, *hidden = json_array();
	const char *q;

	if (!s->main) {
		json_decref(hidden);
		return json_false();
	}
	o = json_object();
	q = web_text(s->c, "q");
	set(o, "action", web_base_path(s->c));
	jsn_set_text(o, "q", q != NULL ? q : "");
	set(o, "clear", q != NULL ? web_with(s->c, web_base_path(s->c), "q", NULL, forget_page) : NULL);
	if (http_form_parse(s->c->request->query, s->c->arena, &pairs, NULL) != 0)
		pairs.n = 0;
	for (size_t i = 0; i < pairs.n; i++) {
		json_t *field;

		if (str_is(pairs.pair[i].name, "q") || str_is(pairs.pair[i].name, "offset") || pairs.pair[i].value.n == 0)
			continue;
		field = json_object();
		jsn_set_str(field, "name", pairs.pair[i].name);
		jsn_set_str(field, "value", pairs.pair[i].value);
		jsn_add(hidden, field);
	}
	jsn_set(o, "hidden", hidden);
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

struct mustache_value
web_table_value(const struct web_shown *s)
{
	static const struct mustache_source source = {table_member, no_item};
	struct html *h = arena_alloc(s->c->arena, sizeof(*h));
	const struct web_table *t = s->table;
	json_t *headings = json_array(), *o = json_object();

	h->shown = s;
	h->frame = o;
	for (size_t i = 0; i < s->n_column; i++)
		jsn_add(headings, heading(s, &t->columns[s->column[i]]));
	set(o, "id", t->name);
	set(o, "caption", t->caption);
	set(o, "count", web_shown_count(s, s->c->arena));
	set(o, "empty", s->n > 0 ? NULL : t->empty != NULL ? t->empty : "Nothing to show.");
	set(o, "select", t->select != NULL && t->form_path != NULL && s->n > 0 ? t->select : NULL);
	jsn_set(o, "columns", headings);
	jsn_set(o, "filter", filter(s));
	jsn_set(o, "pages", pages(s));
	jsn_set(o, "form", form(s));
	if (s->c->web->kept == NULL)
		s->c->web->kept = json_array();
	jsn_add(s->c->web->kept, o);
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = h};
}
