/* SPDX-License-Identifier: Apache-2.0 */
/* One answer in the format that was asked for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

struct tables {
	struct web_shown *shown;
	size_t n;
};

/* ---- a page -------------------------------------------------------------------- */

static struct mustache_value
tables_member(const struct mustache_value *object, struct str name)
{
	const struct tables *t = object->ref;

	for (size_t i = 0; i < t->n; i++)
		if (str_is(name, t->shown[i].table->name))
			return web_table_value(&t->shown[i]);
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static int
as_html(struct web_call *c, const char *template, json_t *model, const struct tables *t, struct err *e)
{
	static const struct mustache_source source = {tables_member, NULL, NULL};
	struct mustache_value more = {.kind = MUSTACHE_OBJECT, .source = &source, .ref = t};

	if (template == NULL)
		template = c->route->template;
	if (template == NULL)
		return err_set(e, ERR_INTERNAL, "The route %s %s names no template.", c->route->method, c->route->path);
	return web_render(c, c->web->status != 0 ? c->web->status : 200, template, model, &more, e);
}

/* ---- data ------------------------------------------------------------------------ */

static void
levels_json(const size_t level[4], struct buf *out)
{
	static const char letters[] = {'o', 'w', 'c', 'u'};

	for (size_t i = 0; i < LARCH_COUNT(letters); i++)
		buf_printf(out, "%s\"%s\": %zu", i > 0 ? ", " : "", web_level_word(letters[i]), level[web_level_rank(letters[i])]);
}

/* How many of what matched are well, and how many of each group. */
static void
counts_json(const struct web_shown *s, struct buf *out)
{
	if (s->table->level != NULL) {
		buf_puts(out, ",\n  \"levels\": {");
		levels_json(s->level, out);
		buf_puts(out, "}");
	}
	if (s->run == NULL)
		return;
	buf_puts(out, ",\n  \"groups\": [");
	for (size_t i = 0; i < s->n_run; i++) {
		buf_puts(out, i > 0 ? ",\n    {" : "\n    {");
		buf_json(out, str_of(s->table->group->key));
		buf_puts(out, ": ");
		buf_json(out, str_of(s->run[i].word));
		buf_printf(out, ", \"count\": %zu, ", s->run[i].n);
		levels_json(s->run[i].level, out);
		buf_puts(out, "}");
	}
	buf_puts(out, s->n_run > 0 ? "\n  ]" : "]");
}

static void
rows_json(const struct web_shown *s, struct buf *out)
{
	buf_char(out, '[');
	web_rows_place(s, web_rows_json, out);
	buf_puts(out, s->n > 0 ? "\n  ]" : "]");
}

/* A list: the rows and where they stand among all. */
static int
list_json(struct web_call *c, const struct web_shown *s, struct err *e)
{
	struct buf *out = &c->web->response->body;
	char now[TIMES_TEXT];

	buf_printf(out, "{\n  \"as_of\": \"%s\",\n  \"total\": %zu,\n  \"matched\": %zu,\n  \"offset\": %zu,\n  \"limit\": ",
	    times_utc(c->now, now), s->total, s->matched, s->offset);
	if (s->limit > INT32_MAX)
		buf_puts(out, "null");
	else
		buf_printf(out, "%zu", s->limit);
	counts_json(s, out);
	buf_puts(out, ",\n  \"items\": ");
	rows_json(s, out);
	buf_puts(out, "\n}\n");
	return web_body(c, c->web->status, "application/json", (struct str){NULL, 0}, e);
}

/* The model, with each table's rows as a member more. */
static int
as_json(struct web_call *c, json_t *model, const struct tables *t, struct err *e)
{
	struct buf *out = &c->web->response->body;
	char now[TIMES_TEXT];
	json_t *o;

	if (model == NULL && t->n == 1)
		return list_json(c, &t->shown[0], e);
	o = model != NULL ? json_copy(model) : json_object();
	if (json_object_get(o, "as_of") == NULL)
		jsn_set_text(o, "as_of", times_utc(c->now, now));
	jsn_pretty(o, out);
	json_decref(o);
	if (out->n >= 3)
		out->n -= 3; /* it goes on before the "\n}\n" of the object, which is never empty */
	for (size_t i = 0; i < t->n; i++) {
		buf_puts(out, ",\n  ");
		buf_json(out, str_of(t->shown[i].table->name));
		buf_puts(out, ": ");
		rows_json(&t->shown[i], out);
	}
	buf_puts(out, "\n}\n");
	return web_body(c, c->web->status, "application/json", (struct str){NULL, 0}, e);
}

/* A scalar of the model as text; false for what is none. */
static bool
scalar(const json_t *v, char *scratch, size_t n, const char **out)
{
	*out = scratch;
	if (json_is_string(v))
		*out = json_string_value(v);
	else if (json_is_integer(v))
		snprintf(scratch, n, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(scratch, n, "%.10g", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(scratch, n, "%s", json_is_true(v) ? "yes" : "no");
	else if (json_is_null(v))
		snprintf(scratch, n, "unknown");
	else
		return false;
	return true;
}

static int
as_text(struct web_call *c, const json_t *model, const struct tables *t, struct err *e)
{
	struct buf *out = &c->web->response->body;
	char scratch[64];
	const char *key, *text;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)model, key, v)
		if (scalar(v, scratch, sizeof(scratch), &text)) {
			buf_printf(out, "%s: ", key);
			buf_plain(out, str_of(text));
			buf_char(out, '\n');
		}
	for (size_t i = 0; i < t->n; i++) {
		buf_puts(out, out->n > 0 ? "\n" : "");
		web_text_head(&t->shown[i], out);
		web_rows_place(&t->shown[i], web_rows_text, out);
	}
	return web_body(c, c->web->status, "text/plain; charset=utf-8", (struct str){NULL, 0}, e);
}

static int
as_csv(struct web_call *c, const json_t *model, const struct tables *t, struct err *e)
{
	struct buf *out = &c->web->response->body;
	char scratch[64];
	const char *key, *text;
	json_t *v;

	if (t->n > 0) {
		web_csv_head(&t->shown[0], out);
		web_rows_place(&t->shown[0], web_rows_csv, out);
	} else {
		buf_puts(out, "key,value\r\n");
		json_object_foreach((json_t *)(uintptr_t)model, key, v)
			if (scalar(v, scratch, sizeof(scratch), &text)) {
				buf_csv(out, str_of(key));
				buf_char(out, ',');
				buf_csv(out, str_of(text));
				buf_puts(out, "\r\n");
			}
	}
	return web_body(c, c->web->status, "text/csv; charset=utf-8; header=present", (struct str){NULL, 0}, e);
}

/* RFC 8288: the next page of a long list. */
static int
link_next(struct web_call *c, const struct web_shown *s, struct err *e)
{
	const char *next = web_next_page(s);
	struct str query;

	if (next == NULL)
		return 0;
	/* the next page has this one's format */
	query = str_of(next);
	(void)str_cut(&query, '?');
	if (query.p != NULL && c->web->match.suffix != 0)
		next = arena_printf(c->arena, "%s%s?%s", strcmp(web_base_path(c), "/") == 0 ? "/index" : web_base_path(c),
		    web_suffix(c->web->match.suffix), query.p);
	return web_header(c, "Link", arena_printf(c->arena, "<%s>; rel=\"next\"", next), e);
}

static int
show(struct web_call *c, const char *template, json_t *model, const struct web_table *tables, size_t n, struct err *e)
{
	struct web_shown *shown = arena_array(c->arena, n + 1, sizeof(*shown));
	struct web_table *kept = arena_array(c->arena, n + 1, sizeof(*kept));
	struct tables t = {shown, n};

	for (size_t i = 0; i < n; i++) {
		kept[i] = tables[i];
		if (web_shown_make(c, &kept[i], i == 0, &shown[i], e) != 0)
			return -1;
	}
	if (n > 0 && link_next(c, &shown[0], e) != 0)
		return -1;
	switch (c->format) {
	case WEB_JSON_FORMAT:
		return as_json(c, model, &t, e);
	case WEB_CSV:
		return as_csv(c, model, &t, e);
	case WEB_TXT:
		return as_text(c, model, &t, e);
	default:
		return as_html(c, template, model, &t, e);
	}
}

int
web_show(struct web_call *c, const char *template, json_t *model, const struct web_table *tables, size_t n_tables,
    struct err *e)
{
	int rc = show(c, template, model, tables, n_tables, e);

	if (rc == 0)
		web_rows_send(c);
	json_decref(model);
	return rc;
}

int
web_page(struct web_call *c, const char *template, json_t *model, struct err *e)
{
	return web_show(c, template, model, NULL, 0, e);
}
