/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are: the way outward, the tree inward, a rack as it stands there. */
#include <stdlib.h>

#include "read_private.h"

static const char *
text(struct store_query *q, int column, struct arena *a)
{
	return store_null(q, column) ? "" : arena_strdup(a, store_text(q, column));
}

struct inv_place
inv_take_place(struct store_query *q, struct arena *a)
{
	return (struct inv_place){
	    .thing = text(q, 0, a),
	    .type = text(q, 1, a),
	    .container = text(q, 2, a),
	    .container_type = text(q, 3, a),
	    .unit = store_int(q, 4),
	    .height = store_int(q, 5),
	    .face = text(q, 6, a),
	    .side = text(q, 7, a),
	};
}

int
inv_named_get(struct inv *i, const char *name, struct arena *a, struct inv_named *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_HEAD), "s", name);
	int more = store_next(q, e);

	if (more == 1)
		*out = (struct inv_named){store_int(q, 0), text(q, 1, a), text(q, 2, a)};
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	return more == 1 ? 0 : -1;
}

int
inv_place(struct inv *i, const char *thing, struct arena *a, struct inv_place **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_PATH), "s", thing);
	struct inv_named lost;
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = read_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = inv_take_place(q, a);
	}
	store_done(q);
	if (more == 0 && *n_out == 0)
		return inv_named_get(i, thing, a, &lost, e);
	return more;
}

/* ---- order --------------------------------------------------------------------------- */

/* With units first, from the top; then what stands at a side; then the rest. */
static int
rank(const struct inv_place *p)
{
	return p->unit > 0 ? 0 : *p->side != '\0' ? 1 : 2;
}

static int
by_stand(const void *x, const void *y)
{
	const struct inv_place *a = x, *b = y;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->unit != b->unit)
		return a->unit > b->unit ? -1 : 1;
	return str_natural(a->thing, b->thing);
}

/* ---- the tree ------------------------------------------------------------------------- */

struct leaf {
	struct inv_place p;
	int64_t id, container; /* container 0: a root */
	bool shown;
};
struct tree {
	struct leaf *leaf;     /* by container, then as they stand */
	size_t n;
	struct inv_place *out;
	size_t n_out;
};

static int
by_container(const void *x, const void *y)
{
	const struct leaf *a = x, *b = y;

	if (a->container != b->container)
		return a->container < b->container ? -1 : 1;
	return by_stand(&a->p, &b->p);
}

/* The first leaf in this container; n when there is none. */
static size_t
first_in(const struct tree *t, int64_t container)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->leaf[mid].container < container)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Each thing before what is in it: a stack of where each level goes on. */
static void
lay_out(struct tree *t)
{
	size_t at[INV_DEPTH + 2];
	int64_t in[INV_DEPTH + 2];
	int level = 0;

	in[0] = 0;
	at[0] = first_in(t, 0);
	while (level >= 0) {
		struct leaf *l = at[level] < t->n ? &t->leaf[at[level]] : NULL;

		if (l == NULL || l->container != in[level]) {
			level--;
			continue;
		}
		at[level]++;
		if (l->shown)
			continue;
		l->shown = true;
		t->out[t->n_out++] = l->p;
		if (level < INV_DEPTH) {
			level++;
			in[level] = l->id;
			at[level] = first_in(t, l->id);
		}
	}
}

static int
take_tree(struct store_query *q, const char *root, struct arena *a, struct tree *t, struct err *e)
{
	size_t cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct leaf *l;

		t->leaf = read_grow(a, t->leaf, t->n, &cap, sizeof(*t->leaf));
		l = &t->leaf[t->n++];
		*l = (struct leaf){.p = inv_take_place(q, a), .id = store_int(q, 9)};
		l->p.depth = (int)store_int(q, 8);
		l->p.inside = (size_t)store_int(q, 11);
		l->container = l->p.depth == 0 ? 0 : store_int(q, 10);
	}
	store_done(q);
	if (more != 0)
		return -1;
	if (t->n > LIMIT_INV_TREE)
		return err_set(e, ERR_LIMIT, "there are more than %d things in %s; ask for fewer levels, or for a part of it",
		    LIMIT_INV_TREE, root == NULL ? "the room" : root);
	return 0;
}

int
inv_inside(struct inv *i, const char *container, int depth, struct arena *a, struct inv_place **out, size_t *n_out,
    struct err *e)
{
	int64_t levels = depth < 0 ? 0 : depth > INV_DEPTH ? INV_DEPTH : depth, limit = LIMIT_INV_TREE + 1;
	struct inv_named lost;
	struct tree t = {0};
	struct store_query *q;

	*out = NULL;
	*n_out = 0;
	if (container == NULL)
		q = store_ask(i->s, e, INV_SQL(ASK_ROOTS), "ii", levels, limit);
	else
		q = store_ask(i->s, e, INV_SQL(ASK_INSIDE), "iis", levels, limit, container);
	if (take_tree(q, container, a, &t, e) != 0)
		return -1;
	if (t.n == 0)
		return container == NULL ? 0 : inv_named_get(i, container, a, &lost, e);
	qsort(t.leaf, t.n, sizeof(*t.leaf), by_container);
	t.out = arena_array(a, t.n, sizeof(*t.out));
	lay_out(&t);
	*out = t.out;
	*n_out = t.n_out;
	return 0;
}

/* ---- racks ------------------------------------------------------------------------------ */

#define RACK_UNITS 45 /* of one that nobody measured */

static int64_t
units_of(struct store_query *q, int column)
{
	int64_t units = store_null(q, column) ? store_int(q, column + 1) : store_int(q, column);

	return units < 0 ? 0 : units > 1000 ? 1000 : units;
}

static int64_t
top_of(const struct inv_place *p)
{
	return p->unit + (p->height > 0 ? p->height : 1) - 1;
}

static bool
takes(const struct inv_place *p, const char *face)
{
	return strcmp(p->face, face) == 0 || *p->face == '\0' || strcmp(p->face, "both") == 0;
}

static void
draw(struct inv_rack *r, struct arena *a)
{
	for (size_t k = 0; k < r->n_units; k++)
		if (top_of(&r->things[k]) > r->units)
			r->units = top_of(&r->things[k]);
	r->front = arena_array(a, (size_t)r->units + 1, sizeof(*r->front));
	r->rear = arena_array(a, (size_t)r->units + 1, sizeof(*r->rear));
	for (size_t k = 0; k < r->n_units; k++)
		for (int64_t u = r->things[k].unit; u <= top_of(&r->things[k]); u++) {
			if (takes(&r->things[k], "front"))
				r->front[u] = &r->things[k];
			if (takes(&r->things[k], "rear"))
				r->rear[u] = &r->things[k];
		}
}

static void
take_in_rack(struct store_query *q, struct inv_rack *r, size_t *cap, struct arena *a)
{
	struct inv_place *p;

	if (store_null(q, 11))
		return;
	r->things = read_grow(a, r->things, r->n, cap, sizeof(*r->things));
	p = &r->things[r->n++];
	*p = (struct inv_place){
	    .thing = text(q, 11, a),
	    .type = text(q, 12, a),
	    .container = r->rack.thing,
	    .container_type = r->rack.type,
	    .unit = store_int(q, 13),
	    .height = store_int(q, 14),
	    .face = text(q, 15, a),
	    .side = text(q, 16, a),
	    .depth = 1,
	    .inside = (size_t)store_int(q, 17),
	};
	if (rank(p) == 0)
		r->n_units++;
	else if (rank(p) == 1)
		r->n_beside++;
}

int
inv_rack(struct inv *i, const char *name, struct arena *a, struct inv_rack *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_RACK), "s", name);
	bool known = false;
	size_t cap = 0;
	int more;

	*out = (struct inv_rack){0};
	while ((more = store_next(q, e)) == 1) {
		if (!known) {
			out->rack = inv_take_place(q, a);
			out->revision = store_int(q, 8);
			out->units = units_of(q, 9);
			known = true;
		}
		take_in_rack(q, out, &cap, a);
	}
	store_done(q);
	if (more != 0)
		return -1;
	if (!known)
		return err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	if (out->n > 1)
		qsort(out->things, out->n, sizeof(*out->things), by_stand);
	if (out->units == 0 && strcmp(out->rack.type, "rack") == 0)
		out->units = RACK_UNITS;
	draw(out, a);
	return 0;
}

static int
by_rack_name(const void *x, const void *y)
{
	return str_natural(((const struct inv_rack_row *)x)->name, ((const struct inv_rack_row *)y)->name);
}

int
inv_racks(struct inv *i, struct arena *a, struct inv_rack_row **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_RACKS), "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		struct inv_rack_row *r;

		*out = read_grow(a, *out, *n_out, &cap, sizeof(**out));
		r = &(*out)[(*n_out)++];
		*r = (struct inv_rack_row){.name = text(q, 0, a), .type = text(q, 1, a), .container = text(q, 2, a),
		    .units = units_of(q, 3), .used = store_int(q, 5), .things = store_int(q, 6)};
		if (r->units == 0)
			r->units = RACK_UNITS;
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_rack_name);
	return more;
}
