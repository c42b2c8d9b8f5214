/* SPDX-License-Identifier: Apache-2.0 */
/* Things of a room.json: the rows, their attributes, ports, places and members. */
#include <stdlib.h>

#include "import.h"

/* ---- attributes ---------------------------------------------------------------------------- */

static const char *
subkey_of(const struct inv_attr *at)
{
	return at->subkey == NULL ? "" : at->subkey;
}

/* Key, subkey, number: what tells two facts apart. */
static int
by_place(const struct inv_attr *a, const struct inv_attr *b)
{
	int c = strcmp(a->key, b->key);

	if (c == 0)
		c = strcmp(subkey_of(a), subkey_of(b));
	return c != 0 ? c : (a->number > b->number) - (a->number < b->number);
}

static int
by_fact(const void *x, const void *y)
{
	const struct inv_attr *a = x, *b = y;
	int c = by_place(a, b);

	if (c == 0)
		c = strcmp(a->kind, b->kind);
	return c != 0 ? c : strcmp(a->value, b->value);
}

static int
by_row(const void *x, const void *y)
{
	return by_fact(&((const struct inv_fact_row *)x)->attr, &((const struct inv_fact_row *)y)->attr);
}

static bool
is_relation(const struct inv_attr *at)
{
	return strcmp(at->kind, "relation") == 0;
}

/* The file's attributes, values as they are kept, sorted. */
static int
wanted(struct import *im, const json_t *o, struct inv_attr **out, size_t *n_out, struct err *e)
{
	const json_t *list = json_object_get(o, "attribute");
	size_t n = json_array_size(list);
	struct inv_attr *at = arena_array(im->a, n + 1, sizeof(*at));

	for (size_t k = 0; k < n; k++) {
		const json_t *row = json_array_get(list, k);

		at[k] = (struct inv_attr){
		    .key = jsn_text_or(row, "key", ""),
		    .subkey = jsn_text_or(row, "subkey", NULL),
		    .number = jsn_integer_or(row, "number", -1),
		    .kind = jsn_text_or(row, "kind", "string"),
		};
		if (inv_value_text(at[k].key, at[k].kind, jsn_text_or(row, "value", ""), im->a, &at[k].value, e) != 0)
			return -1;
	}
	if (n > 1)
		qsort(at, n, sizeof(*at), by_fact);
	*out = at;
	*n_out = n;
	return 0;
}

static int
add_fact(struct import *im, const struct inv_ref *t, const struct inv_attr *at, struct err *e)
{
	struct inv_fact_in in = {.key = at->key, .subkey = at->subkey, .number = at->number, .kind = at->kind, .value = at->value};

	return inv_attr_add(&im->ed, t, &in, im->a, e);
}

/* What is left of both sides after equal ones went: those in one place become each other, the rest comes and goes. */
static int
settle(struct import *im, const struct inv_ref *t, struct inv_fact_row *old, size_t n_old, struct inv_attr *new,
    size_t n_new, struct err *e)
{
	size_t k = 0, m = 0;
	int rc = 0;

	while (rc == 0 && (k < n_old || m < n_new)) {
		int c = k == n_old ? 1 : m == n_new ? -1 : by_place(&old[k].attr, &new[m]);

		if (c == 0) {
			rc = inv_attr_set(&im->ed, t, &old[k], new[m].kind, new[m].value, im->a, e);
			k++;
			m++;
		} else if (c < 0) {
			rc = inv_attr_del(&im->ed, t, &old[k++], e);
		} else {
			rc = add_fact(im, t, &new[m++], e);
		}
	}
	return rc;
}

/* Those of the old ones whose key the file gives. */
static size_t
of_keys(struct inv_fact_row *old, size_t n_old, const struct inv_attr *new, size_t n_new)
{
	size_t n = 0;

	for (size_t k = 0; k < n_old; k++)
		for (size_t m = 0; m < n_new; m++)
			if (strcmp(old[k].attr.key, new[m].key) == 0) {
				old[n++] = old[k];
				break;
			}
	return n;
}

/* A thing's attributes become those of the file. */
static int
replace_attrs(struct import *im, const struct import_thing *x, struct err *e)
{
	struct inv_fact_in any = {.number = INV_ANY};
	struct inv_fact_row *old;
	struct inv_attr *new;
	size_t n_old, n_new, k = 0, m = 0, left = 0, more = 0;

	if (inv_attr_find(im->i, x->ref.id, &any, im->a, &old, &n_old, e) != 0 || wanted(im, x->o, &new, &n_new, e) != 0)
		return -1;
	if (im->merge)
		n_old = of_keys(old, n_old, new, n_new);
	if (n_old > 1)
		qsort(old, n_old, sizeof(*old), by_row);
	while (k < n_old || m < n_new) {
		int c = k == n_old ? 1 : m == n_new ? -1 : by_fact(&old[k].attr, &new[m]);

		if (c < 0) {
			old[left++] = old[k++];
		} else if (c > 0) {
			new[more++] = new[m++];
		} else {
			k++;
			m++;
		}
	}
	return settle(im, &x->ref, old, left, new, more, e);
}

/* ---- ports ------------------------------------------------------------------------------------ */

static struct inv_port_in
port_of(const json_t *row)
{
	return (struct inv_port_in){
	    .name = jsn_text_or(row, "name", ""),
	    .kind = jsn_text_or(row, "kind", NULL),
	    .plug = jsn_text_or(row, "plug", NULL),
	};
}

static int
put_ports(struct import *im, const struct import_thing *x, struct err *e)
{
	const json_t *list = json_object_get(x->o, "port");

	for (size_t k = 0; k < json_array_size(list); k++) {
		struct inv_port_in in = port_of(json_array_get(list, k));
		struct inv_end end;
		int found = inv_end_find(im->i, &x->ref, in.name, im->a, &end, e);

		if (found == 0)
			found = inv_port_add(&im->ed, &x->ref, &in, im->a, &end, e);
		else if (found == 1)
			found = inv_port_set(&im->ed, &end, in.kind, in.plug, im->a, e);
		if (found < 0)
			return -1;
	}
	return 0;
}

/* ---- things ------------------------------------------------------------------------------------- */

static int
add_thing(struct import *im, struct import_thing *x, struct err *e)
{
	const json_t *ports = json_object_get(x->o, "port");
	struct inv_thing_in in = {.name = jsn_text_or(x->o, "name", ""), .type = jsn_text_or(x->o, "type", "")};
	struct inv_port_in *port = arena_array(im->a, json_array_size(ports) + 1, sizeof(*port));
	struct inv_fact_in *fact;
	struct inv_attr *at;
	size_t n;

	if (wanted(im, x->o, &at, &n, e) != 0)
		return -1;
	fact = arena_array(im->a, n + 1, sizeof(*fact));
	for (size_t k = 0; k < n; k++)
		if (!is_relation(&at[k]))
			fact[in.n_facts++] = (struct inv_fact_in){.key = at[k].key, .subkey = at[k].subkey, .number = at[k].number,
			    .kind = at[k].kind, .value = at[k].value};
	for (; in.n_ports < json_array_size(ports); in.n_ports++)
		port[in.n_ports] = port_of(json_array_get(ports, in.n_ports));
	in.facts = fact;
	in.ports = port;
	x->added = true;
	return inv_thing_add(&im->ed, &in, im->a, &x->ref, e);
}

static int
one_thing(struct import *im, struct import_thing *x, struct err *e)
{
	const char *name = jsn_text_or(x->o, "name", ""), *type = jsn_text_or(x->o, "type", "");
	int64_t before = im->ed.seq;
	struct err why;

	if (inv_ref(im->i, name, im->names, &x->ref, &why) != 0) {
		if (why.kind != ERR_NOT_FOUND)
			return err_set(e, why.kind, "%s", why.text);
		if (add_thing(im, x, e) != 0)
			return -1;
		x->ref.name = name; /* the file's own texts live until the end */
		x->ref.type = type;
		return 0;
	}
	if ((!im->merge && inv_thing_retype(&im->ed, &x->ref, type, e) != 0) || put_ports(im, x, e) != 0)
		return -1;
	x->changed = im->ed.seq != before;
	return 0;
}

typedef int pass_fn(struct import *im, struct import_thing *x, struct err *e);

static int
pass(struct import *im, pass_fn *fn, struct err *e)
{
	for (size_t k = 0; k < im->n; k++) {
		arena_reset(im->a);
		if (fn(im, &im->thing[k], e) != 0)
			return import_fault(e, "thing", jsn_text_or(im->thing[k].o, "name", ""));
		import_drain(im);
	}
	return 0;
}

int
import_things(struct import *im, struct err *e)
{
	return pass(im, one_thing, e);
}

/* ---- what names other things ------------------------------------------------------------------------ */

static int
add_relations(struct import *im, const struct import_thing *x, struct err *e)
{
	struct inv_attr *at;
	size_t n;

	if (wanted(im, x->o, &at, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (is_relation(&at[k]) && add_fact(im, &x->ref, &at[k], e) != 0)
			return -1;
	return 0;
}

static int
relations(struct import *im, struct import_thing *x, struct err *e)
{
	int64_t before = im->ed.seq;
	int rc = 0;

	if (x->added)
		rc = add_relations(im, x, e);
	else if (im->prune || json_array_size(json_object_get(x->o, "attribute")) > 0)
		rc = replace_attrs(im, x, e);
	x->changed = x->changed || im->ed.seq != before;
	return rc;
}

int
import_relations(struct import *im, struct err *e)
{
	return pass(im, relations, e);
}

/* ---- places ------------------------------------------------------------------------------------------ */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct inv_spot
spot_of(const json_t *place)
{
	return (struct inv_spot){
	    .container = jsn_text_or(place, "container", NULL),
	    .unit = jsn_integer_or(place, "unit", 0),
	    .height = jsn_integer_or(place, "height", 0),
	    .face = jsn_text_or(place, "face", NULL),
	    .side = jsn_text_or(place, "side", NULL),
	};
}

/* Who goes elsewhere leaves first, so that two things can change places. */
static int
leave(struct import *im, struct import_thing *x, struct err *e)
{
	const json_t *place = json_object_get(x->o, "place");
	struct inv_spot old, new = spot_of(place);

	if (x->added || (place == NULL && !im->prune))
		return 0;
	if (inv_spot_get(im->i, x->ref.id, im->a, &old, e) != 0)
		return -1;
	if (old.container == NULL)
		return 0;
	if (new.unit > 0 && new.height == 0)
		new.height = 1;
	x->moves = !same(old.container, new.container) || old.unit != new.unit || old.height != new.height ||
	    !same(old.side, new.side) || (new.face != NULL && !same(old.face, new.face));
	if (!x->moves)
		return 0;
	im->r->placed++;
	return inv_spot_take(&im->ed, &x->ref, im->a, e);
}

static int
arrive(struct import *im, struct import_thing *x, struct err *e)
{
	const json_t *place = json_object_get(x->o, "place");
	struct inv_spot spot = spot_of(place);
	int64_t before = im->ed.seq;

	if (place == NULL)
		return 0;
	if (inv_spot_put(&im->ed, &x->ref, &spot, im->a, e) != 0)
		return -1;
	if (!x->moves && im->ed.seq != before)
		im->r->placed++;
	return 0;
}

int
import_places(struct import *im, struct err *e)
{
	return pass(im, leave, e) != 0 || pass(im, arrive, e) != 0 ? -1 : 0;
}

/* ---- pools --------------------------------------------------------------------------------------------- */

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Names, in the order of strcmp, each once. */
static size_t
names_of(const json_t *list, struct arena *a, const char ***out)
{
	size_t n = json_array_size(list), kept = 0;
	const char **name = arena_array(a, n + 1, sizeof(*name));

	for (size_t k = 0; k < n; k++)
		name[k] = json_string_value(json_array_get(list, k));
	if (n > 1)
		qsort(name, n, sizeof(*name), by_name);
	for (size_t k = 0; k < n; k++)
		if (kept == 0 || strcmp(name[kept - 1], name[k]) != 0)
			name[kept++] = name[k];
	*out = name;
	return kept;
}

static int
member(struct import *im, const struct inv_ref *pool, const char *name, bool in, struct err *e)
{
	struct inv_ref t;
	int rc;

	if (inv_ref(im->i, name, im->a, &t, e) != 0)
		return -1;
	rc = in ? inv_member_add(&im->ed, pool, &t, e) : inv_member_del(&im->ed, pool, &t, e);
	if (rc == 1)
		im->r->pooled++;
	return rc < 0 ? -1 : 0;
}

static int
pool(struct import *im, struct import_thing *x, struct err *e)
{
	const json_t *list = json_object_get(x->o, "member");
	const char **old, **new;
	json_t *now = NULL;
	size_t n_old, n_new, k = 0, m = 0;
	int rc = -1;

	if (list == NULL && !im->prune)
		return 0;
	if (inv_names_json(im->i, ASK_MEMBERS, x->ref.id, &now, e) != 0)
		goto out;
	n_old = names_of(now, im->a, &old);
	n_new = names_of(list, im->a, &new);
	rc = 0;
	while (rc == 0 && (k < n_old || m < n_new)) {
		int c = k == n_old ? 1 : m == n_new ? -1 : strcmp(old[k], new[m]);

		if (c < 0 && im->merge)
			k++;
		else if (c < 0)
			rc = member(im, &x->ref, old[k++], false, e);
		else if (c > 0)
			rc = member(im, &x->ref, new[m++], true, e);
		else
			k++, m++;
	}
out:
	json_decref(now);
	return rc;
}

int
import_pools(struct import *im, struct err *e)
{
	return pass(im, pool, e);
}
