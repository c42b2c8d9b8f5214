/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the file does not name goes: cables, ports, places, and things with all they have. Attributes, members
 * and places of things that it names have been made as the file says by the passes before.
 */
#include <stdlib.h>

#include "import.h"

struct known {
	const char **text;
	size_t n;
};

static int
by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool
has(const struct known *k, const char *text)
{
	return bsearch(&text, k->text, k->n, sizeof(*k->text), by_text) != NULL;
}

static const char *
end_key(struct arena *a, const char *thing, const char *port)
{
	return arena_printf(a, "%s/%s", thing, port); /* no thing's name has a slash */
}

/* "thing/port" of each end that a connection of the file names. */
static struct known
named_ends(struct import *im)
{
	const json_t *list = json_object_get(im->room, "connection");
	struct known k = {.text = arena_array(im->names, 2 * json_array_size(list) + 1, sizeof(char *))};

	for (size_t at = 0; at < json_array_size(list); at++) {
		const json_t *o = json_array_get(list, at);

		k.text[k.n++] = end_key(im->names, jsn_text_or(o, "a", ""), jsn_text_or(o, "a-port", ""));
		k.text[k.n++] = end_key(im->names, jsn_text_or(o, "b", ""), jsn_text_or(o, "b-port", ""));
	}
	if (k.n > 1)
		qsort(k.text, k.n, sizeof(*k.text), by_text);
	return k;
}

static struct known
named_things(struct import *im)
{
	struct known k = {.text = arena_array(im->names, im->n + 1, sizeof(char *))};

	for (; k.n < im->n; k.n++)
		k.text[k.n] = jsn_text_or(im->thing[k.n].o, "name", "");
	if (k.n > 1)
		qsort(k.text, k.n, sizeof(*k.text), by_text);
	return k;
}

/* Cables and ports of one thing that the file does not name; `all`: every one. */
static int
strip_ports(struct import *im, const struct inv_ref *t, const json_t *o, const struct known *ends, bool all, struct err *e)
{
	const json_t *list = json_object_get(o, "port");
	struct known ports = {.text = arena_array(im->a, json_array_size(list) + 1, sizeof(char *))};
	struct inv_end *end;
	size_t n;

	for (; ports.n < json_array_size(list); ports.n++)
		ports.text[ports.n] = jsn_text_or(json_array_get(list, ports.n), "name", "");
	if (ports.n > 1)
		qsort(ports.text, ports.n, sizeof(*ports.text), by_text);
	if (inv_ends(im->i, t, im->a, &end, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		bool cable = !all && has(ends, end_key(im->a, t->name, end[k].name));

		if (end[k].peer != 0 && !cable) {
			im->r->disconnected++;
			if (inv_cable_del(&im->ed, &end[k], im->a, e) != 0)
				return -1;
			end[k].peer = 0;
		}
		if (!all && !cable && !has(&ports, end[k].name) && inv_port_del(&im->ed, &end[k], im->a, e) != 0)
			return -1;
	}
	return 0;
}

struct doomed {
	struct inv_ref *t;
	size_t n;
};

static int
not_named(struct import *im, const struct known *things, struct doomed *out, struct err *e)
{
	struct inv_named *all;
	size_t n;

	if (inv_all_named(im->i, im->names, &all, &n, e) != 0)
		return -1;
	out->t = arena_array(im->names, n + 1, sizeof(*out->t));
	for (size_t k = 0; k < n; k++)
		if (!has(things, all[k].name))
			out->t[out->n++] = (struct inv_ref){.id = all[k].id, .name = all[k].name, .type = all[k].type};
	return 0;
}

/* Everything that holds it or that it holds, so that it can be removed whatever is removed with it. */
static int
let_go(struct import *im, const struct inv_ref *t, struct err *e)
{
	struct inv_fact_in any = {.number = INV_ANY};
	struct inv_fact_row *row;
	json_t *members = NULL;
	struct inv_spot spot;
	struct inv_ref m;
	size_t n;
	int rc;

	if (strip_ports(im, t, NULL, NULL, true, e) != 0 || inv_spot_get(im->i, t->id, im->a, &spot, e) != 0 ||
	    (spot.container != NULL && inv_spot_take(&im->ed, t, im->a, e) != 0) ||
	    inv_attr_find(im->i, t->id, &any, im->a, &row, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (row[k].attr.target != NULL && inv_attr_del(&im->ed, t, &row[k], e) != 0)
			return -1;
	rc = inv_names_json(im->i, ASK_MEMBERS, t->id, &members, e);
	for (size_t k = 0; k < json_array_size(members) && rc == 0; k++)
		if (inv_ref(im->i, json_string_value(json_array_get(members, k)), im->a, &m, e) != 0 ||
		    inv_member_del(&im->ed, t, &m, e) < 0)
			rc = -1;
	json_decref(members);
	return rc;
}

static int
remove_thing(struct import *im, const struct inv_ref *t, struct err *e)
{
	im->r->removed++;
	return inv_thing_remove(&im->ed, t, im->a, e);
}

typedef int each_fn(struct import *im, const struct inv_ref *t, struct err *e);

static int
each(struct import *im, const struct doomed *d, each_fn *fn, struct err *e)
{
	for (size_t k = 0; k < d->n; k++) {
		arena_reset(im->a);
		if (fn(im, &d->t[k], e) != 0)
			return import_fault(e, "thing", d->t[k].name);
		import_drain(im);
	}
	return 0;
}

int
import_prune(struct import *im, struct err *e)
{
	struct known ends = named_ends(im), things = named_things(im);
	struct doomed d = {0};

	for (size_t k = 0; k < im->n; k++) {
		struct import_thing *x = &im->thing[k];
		int64_t before = im->ed.seq;
		size_t cut = im->r->disconnected;

		arena_reset(im->a);
		if (strip_ports(im, &x->ref, x->o, &ends, false, e) != 0)
			return import_fault(e, "thing", x->ref.name);
		x->changed = x->changed || (im->ed.seq != before && im->r->disconnected == cut);
		import_drain(im);
	}
	if (not_named(im, &things, &d, e) != 0)
		return -1;
	return each(im, &d, let_go, e) != 0 || each(im, &d, remove_thing, e) != 0 ? -1 : 0;
}
