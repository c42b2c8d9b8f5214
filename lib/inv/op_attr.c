/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on attributes: add always adds, set replaces the one there is, del takes every match. */
#include <string.h>

#include "op.h"

/* A text is itself; another JSON value is written as its kind writes it. */
static const char *
value_text(const json_t *v, struct arena *a, const char **kind)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	const char *text;

	if (v == NULL || json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v)) {
		*kind = *kind == NULL ? "integer" : *kind;
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	}
	*kind = *kind == NULL ? "json" : *kind;
	jsn_canonical(v, &b);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return text;
}

/* A member that is there must be text. */
static int
text_or_none(const json_t *o, const char *key, const char **out, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	*out = json_string_value(v);
	if (v != NULL && !json_is_null(v) && *out == NULL)
		return err_set(e, ERR_INPUT, "\"%s\" is not a text", key);
	return 0;
}

static int
number_of(const json_t *v, int64_t none, int64_t *out, struct err *e)
{
	*out = none;
	if (v == NULL || json_is_null(v))
		return 0;
	if (json_is_string(v) && strcmp(json_string_value(v), "auto") == 0) {
		*out = INV_AUTO;
		return 0;
	}
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > UINT32_MAX)
		return err_set(e, ERR_INPUT, "\"number\" is a whole number from 0, or \"auto\"");
	*out = json_integer_value(v);
	return 0;
}

int
op_fact(struct op *op, const json_t *o, struct inv_fact_in *out, struct err *e)
{
	*out = (struct inv_fact_in){0};
	if (!json_is_object(o))
		return err_set(e, ERR_INPUT, "an attribute is an object with a key and a value");
	if (jsn_text(o, "key", "it", &out->key, e) != 0 || text_or_none(o, "subkey", &out->subkey, e) != 0 ||
	    text_or_none(o, "kind", &out->kind, e) != 0 || number_of(json_object_get(o, "number"), -1, &out->number, e) != 0)
		return -1;
	out->value = value_text(json_object_get(o, "value"), op->a, &out->kind);
	if (out->value == NULL)
		return err_set(e, ERR_INPUT, "%s has no value", out->key);
	return 0;
}

int
op_attr_add(struct op *op, struct err *e)
{
	struct inv_fact_in in;
	struct inv_ref t;

	return op_ref(op, "thing", &t, e) != 0 || op_fact(op, op->o, &in, e) != 0
	    ? -1
	    : inv_attr_add(op->ed, &t, &in, op->a, e);
}

/* "disk.size#2": as it is typed. */
static const char *
called(const struct inv_fact_in *f, struct arena *a)
{
	const char *name = f->key;

	if (f->subkey != NULL && *f->subkey != '\0')
		name = arena_printf(a, "%s.%s", name, f->subkey);
	return f->number < 0 ? name : arena_printf(a, "%s#%lld", name, (long long)f->number);
}

int
op_attr_set(struct op *op, struct err *e)
{
	struct inv_fact_in in, like;
	struct inv_fact_row *rows;
	struct inv_ref t;
	size_t n;

	if (op_ref(op, "thing", &t, e) != 0 || op_fact(op, op->o, &in, e) != 0)
		return -1;
	if (in.number == INV_AUTO)
		return err_set(e, ERR_INPUT, "set replaces what is there and takes no new number; use attr-add for \"auto\"");
	like = (struct inv_fact_in){.key = in.key, .subkey = in.subkey == NULL ? "" : in.subkey, .number = in.number};
	if (inv_attr_find(op->ed->i, t.id, &like, op->a, &rows, &n, e) != 0)
		return -1;
	if (n > 1)
		return err_set(e, ERR_CONFLICT, "\"%s\" has %zu of %s, and set replaces one; delete those, or add another", t.name,
		    n, called(&in, op->a));
	if (n == 0)
		return inv_attr_add(op->ed, &t, &in, op->a, e);
	return inv_attr_set(op->ed, &t, &rows[0], in.kind, in.value, op->a, e);
}

int
op_attr_del(struct op *op, struct err *e)
{
	struct inv_fact_in like = {.key = op_text(op, "key"), .subkey = op_text(op, "subkey")};
	struct inv_fact_row *rows;
	struct inv_ref t;
	size_t n;

	if (op_ref(op, "thing", &t, e) != 0 || number_of(json_object_get(op->o, "number"), INV_ANY, &like.number, e) != 0)
		return -1;
	if (like.number == INV_AUTO)
		return err_set(e, ERR_INPUT, "\"auto\" is no number that an attribute has");
	like.value = value_text(json_object_get(op->o, "value"), op->a, &like.kind);
	like.kind = op_text(op, "kind");
	if (inv_attr_find(op->ed->i, t.id, &like, op->a, &rows, &n, e) != 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND, "\"%s\" has no attribute %s%s%s", t.name, called(&like, op->a),
		    like.value == NULL ? "" : " with the value ", like.value == NULL ? "" : like.value);
	for (size_t k = 0; k < n; k++)
		if (inv_attr_del(op->ed, &t, &rows[k], e) != 0)
			return -1;
	return 0;
}
