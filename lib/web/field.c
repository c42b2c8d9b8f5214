/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields: gathered from the path, the query and the body, then held against
 * the rows. What no row names is refused, and so is a repetition.
 */
#include <string.h>

#include "room.h"

const struct web_field web_list_fields[] = {
    {.name = "sort", .type = WEB_NAME, .summary = "the column to sort by"},
    {.name = "order", .type = WEB_ENUM, .choices = (const char *const[]){"asc", "desc", NULL},
        .summary = "asc or desc"},
    {.name = "limit", .type = WEB_INT, .min = 1, .max = LIMIT_HOSTS, .word = "all",
        .summary = "rows of one answer; the word all for as many as there may be"},
    {.name = "offset", .type = WEB_INT, .min = 0, .max = INT32_MAX, .summary = "rows passed over"},
    {.name = "q", .type = WEB_TEXT, .summary = "which rows"},
    {.name = "fields", .type = WEB_TEXT, .max = 2048, .list = true, .summary = "which columns, with commas between, or one each"},
    {.name = NULL},
};

static const struct web_field csrf_field = {.name = "csrf", .type = WEB_TEXT, .max = 128};

/* ---- gathering ------------------------------------------------------------------ */

static void
input_add(struct web_private *w, struct http_pair pair, json_t *json)
{
	w->input[w->n_input++] = (struct web_input){pair.name, pair.value, json};
}

static bool
has_body_fields(const struct web_call *c)
{
	const char *m = c->route->method;

	return !c->route->raw && (strcmp(m, "POST") == 0 || strcmp(m, "PUT") == 0 || strcmp(m, "PATCH") == 0);
}

static int
body_json(struct web_call *c, struct err *e)
{
	json_t *body = jsn_parse(c->request->body, "the body", e);

	if (body == NULL)
		return -1;
	c->web->body = body;
	if (!json_is_object(body))
		return err_set(e, ERR_INPUT, "The body is JSON, but not an object with the fields as members.");
	if (json_object_size(body) > LIMIT_FIELDS)
		return err_set(e, ERR_LIMIT, "The body has more than %d members.", LIMIT_FIELDS);
	return 0;
}

static int
body_pairs(struct web_call *c, struct http_pairs *out, struct err *e)
{
	const struct http_request *q = c->request;
	bool form_ok = c->route->change == WEB_CSRF || c->route->change == WEB_PRELOGIN;

	*out = (struct http_pairs){0};
	if (!has_body_fields(c) || (q->body.n == 0 && *q->content_type == '\0'))
		return 0;
	if (http_is_type(q->content_type, "application/json"))
		return q->body.n == 0 ? 0 : body_json(c, e);
	if (form_ok && http_is_type(q->content_type, "application/x-www-form-urlencoded"))
		return http_form_parse(q->body, c->arena, out, e);
	if (form_ok && http_is_type(q->content_type, "multipart/form-data"))
		return http_multipart_parse(q->body, q->content_type, c->route->body_max == 0 ? LIMIT_FIELD : c->route->body_max,
		    c->arena, out, e);
	web_status(c, 415);
	return err_set(e, ERR_INPUT, "The body must be %s, in UTF-8.", form_ok ?
	    "application/x-www-form-urlencoded or application/json" : "application/json");
}

int
web_fields_gather(struct web_call *c, struct err *e)
{
	struct web_private *w = c->web;
	struct http_pairs query, body;
	const char *key;
	json_t *value;

	if (http_form_parse(c->request->query, c->arena, &query, e) != 0 || body_pairs(c, &body, e) != 0)
		return -1;
	if (query.n > 0 && has_body_fields(c))
		return err_set(e, ERR_INPUT, "The address of a %s takes no fields after '?'; they belong in its body.",
		    c->route->method);
	w->input = arena_array(c->arena, w->match.parts.n + query.n + body.n + json_object_size(w->body) + 1,
	    sizeof(*w->input));
	for (size_t i = 0; i < w->match.parts.n; i++)
		input_add(w, w->match.parts.pair[i], NULL);
	for (size_t i = 0; i < query.n; i++)
		input_add(w, query.pair[i], NULL);
	for (size_t i = 0; i < body.n; i++)
		input_add(w, body.pair[i], NULL);
	json_object_foreach(w->body, key, value)
		input_add(w, (struct http_pair){str_of(key), {NULL, 0}}, value);
	return 0;
}

const struct web_input *
web_input(struct web_call *c, const char *name)
{
	for (size_t i = 0; i < c->web->n_input; i++)
		if (str_is(c->web->input[i].name, name))
			return &c->web->input[i];
	return NULL;
}

/* ---- rows ------------------------------------------------------------------------- */

static void
slot_add(struct web_private *w, const struct web_field *row)
{
	w->slot[w->n_slot++] = (struct web_slot){.row = row};
}

static struct web_slot *
slot_find(struct web_private *w, struct str name)
{
	for (size_t i = 0; i < w->n_slot; i++)
		if (str_is(name, w->slot[i].row->name))
			return &w->slot[i];
	return NULL;
}

static size_t
rows_count(const struct web_field *f)
{
	size_t n = 0;

	for (; f != NULL && f[n].name != NULL; n++)
		;
	return n;
}

/* One slot for each row: the route's own, a list's, csrf, and parts of the path that have no row. */
static void
slots_make(struct web_call *c)
{
	struct web_private *w = c->web;
	size_t own = rows_count(c->route->fields);

	w->slot = arena_array(c->arena, own + rows_count(web_list_fields) + 1 + w->match.parts.n, sizeof(*w->slot));
	for (size_t i = 0; i < own; i++)
		slot_add(w, &c->route->fields[i]);
	for (const struct web_field *f = web_list_fields; c->route->lists && f->name != NULL; f++)
		slot_add(w, f);
	if (c->route->change == WEB_CSRF || c->route->change == WEB_PRELOGIN)
		slot_add(w, &csrf_field);
	for (size_t i = 0; i < w->match.parts.n; i++)
		if (slot_find(w, w->match.parts.pair[i].name) == NULL) {
			struct web_field *f = arena_alloc(c->arena, sizeof(*f));

			*f = (struct web_field){.name = w->match.parts.pair[i].name.p, .type = WEB_NAME, .required = true};
			slot_add(w, f);
		}
}

static int
refuse_unknown(struct web_call *c, struct str name, struct err *e)
{
	struct buf known = BUF(256);
	int rc;

	for (size_t i = 0; i < c->web->n_slot; i++) {
		buf_puts(&known, known.n > 0 ? ", " : "");
		buf_puts(&known, c->web->slot[i].row->name);
	}
	rc = err_set(e, ERR_INPUT, "This address takes no field '%.*s'. It takes: %s%s.", (int)(name.n > 60 ? 60 : name.n),
	    name.p, known.n > 0 ? known.p : "none", known.over ? " ..." : "");
	buf_free(&known);
	return rc;
}

/* ---- JSON to text, where the type allows it ------------------------------------------ */

static int
json_text(const struct web_field *row, const json_t *v, struct arena *a, struct str *out, struct err *e)
{
	if (json_is_string(v)) {
		*out = (struct str){json_string_value(v), json_string_length(v)};
		if (out->n > LIMIT_FIELD)
			return err_set(e, ERR_INPUT, "Field '%s' is longer than %u bytes.", row->name, LIMIT_FIELD);
		if (!str_is_text(*out))
			return err_set(e, ERR_INPUT, "Field '%s' holds control characters.", row->name);
		return 0;
	}
	if (json_is_integer(v) && row->type == WEB_INT) {
		*out = str_of(arena_printf(a, "%lld", (long long)json_integer_value(v)));
		return 0;
	}
	if (json_is_boolean(v) && row->type == WEB_FLAG) {
		*out = json_is_true(v) ? STR("true") : STR("false");
		return 0;
	}
	return err_set(e, ERR_INPUT, "Field '%s' has the wrong JSON type: a %s is wanted.", row->name,
	    row->type == WEB_INT ? "number" : row->type == WEB_FLAG ? "boolean" : "text");
}

static int
slot_text(struct web_slot *s, struct str text, struct arena *a, struct err *e)
{
	if (text.n == 0 && s->row->selects)
		return err_set(e, ERR_INPUT, "Field '%s' is empty: an empty selection never means all.", s->row->name);
	if (text.n == 0) /* an empty field of a form is one that was not filled in */
		return 0;
	if (s->n == LIMIT_FIELDS)
		return err_set(e, ERR_LIMIT, "Field '%s' has more than %d values.", s->row->name, LIMIT_FIELDS);
	if (s->n == s->cap) {
		struct str *grown;

		s->cap = s->cap == 0 ? 1 : s->cap * 8;
		grown = arena_array(a, s->cap, sizeof(*grown));
		if (s->n > 0)
			memcpy(grown, s->item, s->n * sizeof(*grown));
		s->item = grown;
	}
	s->item[s->n++] = (struct str){arena_strndup(a, text.p, text.n), text.n};
	return 0;
}

static int
slot_json(struct web_slot *s, json_t *v, struct arena *a, struct err *e)
{
	struct str text = {NULL, 0};

	if (json_is_null(v))
		return 0;
	if (s->row->type == WEB_JSON) {
		s->json = v;
		return 0;
	}
	if (!json_is_array(v) || !s->row->list)
		return json_text(s->row, v, a, &text, e) != 0 ? -1 : slot_text(s, text, a, e);
	for (size_t i = 0; i < json_array_size(v); i++)
		if (json_text(s->row, json_array_get(v, i), a, &text, e) != 0 || slot_text(s, text, a, e) != 0)
			return -1;
	return 0;
}

int
web_fields_fill(struct web_call *c, struct err *e)
{
	struct web_private *w = c->web;
	bool *seen;

	slots_make(c);
	seen = arena_array(c->arena, w->n_slot + 1, sizeof(*seen));
	for (size_t i = 0; i < w->n_input; i++) {
		const struct web_input *in = &w->input[i];
		struct web_slot *s = slot_find(w, in->name);

		if (s == NULL)
			return refuse_unknown(c, in->name, e);
		if (seen[s - w->slot] && !s->row->list)
			return err_set(e, ERR_INPUT, "Field '%s' was given twice; it takes one value.", s->row->name);
		seen[s - w->slot] = true;
		if (in->json == NULL && s->row->type == WEB_JSON)
			return err_set(e, ERR_INPUT, "Field '%s' can only be sent as JSON.", s->row->name);
		if ((in->json != NULL ? slot_json(s, in->json, c->arena, e) : slot_text(s, in->text, c->arena, e)) != 0)
			return -1;
	}
	for (size_t i = 0; i < w->n_slot; i++)
		if (web_value_check(&w->slot[i], c->arena, &w->status, e) != 0)
			return -1;
	return 0;
}

/* ---- what handlers ask ------------------------------------------------------------------ */

const struct web_slot *
web_slot(struct web_call *c, const char *name)
{
	const struct web_slot *s = slot_find(c->web, str_of(name));

	if (s == NULL)
		log_die("web: the handler of %s %s asks for the field '%s', which its row does not name",
		    c->route->method, c->route->path, name);
	return s;
}

const char *
web_text(struct web_call *c, const char *name)
{
	return web_item(c, name, 0);
}

struct str
web_str(struct web_call *c, const char *name)
{
	const struct web_slot *s = web_slot(c, name);

	return s->n > 0 ? s->item[0] : (struct str){NULL, 0};
}

bool
web_has(struct web_call *c, const char *name)
{
	const struct web_slot *s = web_slot(c, name);

	return s->n > 0 || s->json != NULL;
}

int64_t
web_int(struct web_call *c, const char *name, int64_t absent)
{
	const struct web_slot *s = web_slot(c, name);

	return s->n > 0 ? s->number : absent;
}

bool
web_flag(struct web_call *c, const char *name)
{
	const struct web_slot *s = web_slot(c, name);

	return s->n > 0 && s->number != 0;
}

size_t
web_count(struct web_call *c, const char *name)
{
	return web_slot(c, name)->n;
}

const char *
web_item(struct web_call *c, const char *name, size_t i)
{
	const struct web_slot *s = web_slot(c, name);

	return i < s->n ? s->item[i].p : NULL;
}

json_t *
web_value(struct web_call *c, const char *name)
{
	return web_slot(c, name)->json;
}
