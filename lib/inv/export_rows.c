/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The room as a file. What is written depends on what is there and on nothing else: things by natural order of
 * their names, each on a line, its members in the module's order; cables by the end that stands first. Whatever
 * an import would otherwise guess (a port's kind and plug) is said.
 */
#include <stdlib.h>

#include "read_private.h"

struct cable {
	const char *a, *a_port, *b, *b_port;
};
struct exporting {
	struct inv *i;
	struct arena *a;
	struct buf *out;
};

static void
line(struct exporting *x, json_t *take, bool first)
{
	char *text = json_dumps(take, JSON_COMPACT);

	if (text == NULL)
		log_die("out of memory: a line of an export");
	buf_puts(x->out, first ? "\n" : ",\n");
	buf_puts(x->out, text);
	free(text);
	json_decref(take);
}

/* ---- a thing -------------------------------------------------------------------------------- */

static void
put_text(json_t *o, const char *key, struct store_query *q, int column)
{
	if (!store_null(q, column) && *store_text(q, column) != '\0')
		jsn_set_text(o, key, store_text(q, column));
}

static void
put_number(json_t *o, const char *key, struct store_query *q, int column)
{
	if (!store_null(q, column) && store_int(q, column) >= 0)
		jsn_set(o, key, json_integer(store_int(q, column)));
}

static json_t *
attribute(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "key", store_text(q, 0));
	put_text(o, "subkey", q, 1);
	put_number(o, "number", q, 2);
	if (strcmp(store_text(q, 3), "string") != 0)
		jsn_set_text(o, "kind", store_text(q, 3));
	jsn_set_text(o, "value", store_text(q, 4));
	return o;
}

static json_t *
port(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", store_text(q, 0));
	jsn_set_text(o, "kind", store_text(q, 1));
	jsn_set_text(o, "plug", store_text(q, 2));
	return o;
}

static json_t *
place(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "container", store_text(q, 0));
	put_number(o, "unit", q, 1);
	put_number(o, "height", q, 2);
	put_text(o, "face", q, 3);
	put_text(o, "side", q, 4);
	return o;
}

static int
by_name(const void *x, const void *y)
{
	return str_natural(jsn_text_or(*(json_t *const *)x, "name", ""), jsn_text_or(*(json_t *const *)y, "name", ""));
}

static int
rows(struct exporting *x, enum inv_ask ask, int64_t id, json_t *(*row)(struct store_query *q), json_t **out, struct err *e)
{
	struct store_query *q = store_ask(x->i->s, e, INV_SQL(ask), "i", id);
	int more;

	*out = json_array();
	while ((more = store_next(q, e)) == 1)
		jsn_add(*out, row(q));
	store_done(q);
	return more;
}

/* Ports of switches come as 1, 10, 2: they are put in order here. */
static json_t *
in_order(struct exporting *x, json_t *list)
{
	size_t n = json_array_size(list);
	json_t **item = arena_array(x->a, n + 1, sizeof(*item)), *out = json_array();

	for (size_t k = 0; k < n; k++)
		item[k] = json_array_get(list, k);
	if (n > 1)
		qsort(item, n, sizeof(*item), by_name);
	for (size_t k = 0; k < n; k++)
		jsn_add(out, json_incref(item[k]));
	json_decref(list);
	return out;
}

/* A list member, unless it is empty. */
static void
put_list(json_t *o, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		jsn_set(o, key, list);
	else
		json_decref(list);
}

static int
thing(struct exporting *x, const struct inv_named *t, bool first, struct err *e)
{
	json_t *o = json_object(), *facts = NULL, *ports = NULL, *places = NULL, *members = NULL;
	int rc = -1;

	if (rows(x, ASK_ATTRS, t->id, attribute, &facts, e) == 0 && rows(x, ASK_PORTS, t->id, port, &ports, e) == 0 &&
	    rows(x, ASK_PLACE, t->id, place, &places, e) == 0 && inv_names_json(x->i, ASK_MEMBERS, t->id, &members, e) == 0)
		rc = 0;
	if (rc != 0) {
		json_decref(facts);
		json_decref(ports);
		json_decref(places);
		json_decref(members);
		json_decref(o);
		return -1;
	}
	jsn_set_text(o, "name", t->name);
	jsn_set_text(o, "type", t->type);
	put_list(o, "attribute", facts);
	put_list(o, "port", in_order(x, ports));
	if (json_array_size(places) > 0)
		jsn_set(o, "place", json_incref(json_array_get(places, 0)));
	json_decref(places);
	put_list(o, "member", members);
	line(x, o, first);
	return 0;
}

static int
by_named(const void *x, const void *y)
{
	return str_natural(((const struct inv_named *)x)->name, ((const struct inv_named *)y)->name);
}

int
inv_all_named(struct inv *i, struct arena *a, struct inv_named **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_ALL_THINGS), "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = read_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] =
		    (struct inv_named){store_int(q, 0), arena_strdup(a, store_text(q, 1)), arena_strdup(a, store_text(q, 2))};
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_named);
	return more;
}

static int
all_things(struct exporting *x, struct err *e)
{
	struct arena *names = arena_create();
	struct inv_named *t;
	size_t n;
	int rc = inv_all_named(x->i, names, &t, &n, e);

	for (size_t k = 0; k < n && rc == 0; k++, arena_reset(x->a))
		rc = thing(x, &t[k], k == 0, e);
	arena_destroy(names);
	return rc;
}

/* ---- cables ------------------------------------------------------------------------------------ */

static int
by_end(const void *x, const void *y)
{
	const struct cable *a = x, *b = y;
	int c = str_natural(a->a, b->a);

	return c != 0 ? c : str_natural(a->a_port, b->a_port);
}

/* A cord is told from its inlet, any other cable from the end that stands first. */
static struct cable
cable_of(struct store_query *q, struct arena *a)
{
	struct cable c = {arena_strdup(a, store_text(q, 0)), arena_strdup(a, store_text(q, 1)), arena_strdup(a, store_text(q, 3)),
	    arena_strdup(a, store_text(q, 4))};
	bool swap;

	if (strcmp(store_text(q, 2), store_text(q, 5)) != 0 && strcmp(store_text(q, 2), "inlet") == 0)
		swap = false;
	else if (strcmp(store_text(q, 2), store_text(q, 5)) != 0 && strcmp(store_text(q, 5), "inlet") == 0)
		swap = true;
	else
		swap = str_natural(c.b, c.a) < 0;
	return swap ? (struct cable){c.b, c.b_port, c.a, c.a_port} : c;
}

static int
all_cables(struct exporting *x, struct err *e)
{
	struct store_query *q = store_ask(x->i->s, e, INV_SQL(ASK_ALL_CABLES), "");
	struct arena *a = arena_create();
	struct cable *c = NULL;
	size_t n = 0, cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		c = read_grow(a, c, n, &cap, sizeof(*c));
		c[n++] = cable_of(q, a);
	}
	store_done(q);
	if (n > 1)
		qsort(c, n, sizeof(*c), by_end);
	for (size_t k = 0; k < n && more == 0; k++) {
		json_t *o = json_object();

		jsn_set_text(o, "a", c[k].a);
		jsn_set_text(o, "a-port", c[k].a_port);
		jsn_set_text(o, "b", c[k].b);
		jsn_set_text(o, "b-port", c[k].b_port);
		line(x, o, k == 0);
	}
	arena_destroy(a);
	return more;
}

static int
write_room(struct exporting *x, struct err *e)
{
	int rc;

	buf_puts(x->out, "{\"larch-room:room\":{\n\"thing\":[");
	if (all_things(x, e) != 0)
		return -1;
	buf_puts(x->out, "\n],\n\"connection\":[");
	rc = all_cables(x, e);
	buf_puts(x->out, "\n]}}\n");
	return rc;
}

int
inv_export(struct inv *i, struct buf *out, struct err *e)
{
	struct exporting x = {.i = i, .a = arena_create(), .out = out};
	int rc = store_hold(i->s, e);

	if (rc == 0) {
		rc = write_room(&x, e);
		store_unhold(i->s);
	}
	arena_destroy(x.a);
	if (rc == 0 && out->over)
		return err_set(e, ERR_LIMIT, "the room as a file is larger than %zu bytes, which is as large as a room.json may be", out->max);
	return rc;
}
