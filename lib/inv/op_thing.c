/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on things as a whole, on where they are, and on pools. */
#include <string.h>

#include "op.h"

/* ---- new -------------------------------------------------------------------------------------- */

static int
ports_of_type(struct op *op, const char *type, struct inv_port_in **out, size_t *n_out, struct err *e)
{
	const struct inv_type_row *row = inv_type_row(op->ed->i, type);
	size_t cap = 0;

	(void)e;
	*out = NULL;
	*n_out = 0;
	for (size_t k = 0; row != NULL && k < row->def.n_ports; k++)
		for (size_t p = 0; p < row->ports[k].n; p++) {
			*out = inv_grow(op->a, *out, *n_out, &cap, sizeof(**out));
			(*out)[(*n_out)++] = (struct inv_port_in){.name = arena_strdup(op->a, row->ports[k].name[p])};
		}
	return 0;
}

static int
ports_given(struct op *op, const json_t *list, struct inv_port_in **out, size_t *n_out, struct err *e)
{
	*n_out = json_array_size(list);
	*out = arena_array(op->a, *n_out + 1, sizeof(**out));
	if (*n_out > LIMIT_PORTS)
		return err_set(e, ERR_LIMIT, "a thing has at most %d ports", LIMIT_PORTS);
	for (size_t k = 0; k < *n_out; k++) {
		const json_t *row = json_array_get(list, k);

		(*out)[k] = (struct inv_port_in){jsn_text_or(row, "name", ""), jsn_text_or(row, "kind", NULL),
		    jsn_text_or(row, "plug", NULL)};
	}
	return 0;
}

int
op_new(struct op *op, struct err *e)
{
	const json_t *facts = json_object_get(op->o, "attributes"), *ports = json_object_get(op->o, "ports");
	struct inv_thing_in in = {.name = op_text(op, "thing"), .type = op_text(op, "type")};
	struct inv_fact_in *fact = arena_array(op->a, json_array_size(facts) + 1, sizeof(*fact));
	struct inv_port_in *port;
	struct inv_ref made;

	in.n_facts = json_array_size(facts);
	for (size_t k = 0; k < in.n_facts; k++)
		if (op_fact(op, json_array_get(facts, k), &fact[k], e) != 0)
			return err_prefix(e, "attribute %zu", k + 1);
	if ((ports == NULL ? ports_of_type(op, in.type, &port, &in.n_ports, e)
	                   : ports_given(op, ports, &port, &in.n_ports, e)) != 0)
		return -1;
	in.facts = fact;
	in.ports = port;
	return inv_thing_add(op->ed, &in, op->a, &made, e);
}

/* ---- rename, retype, rm -------------------------------------------------------------------------- */

int
op_rename(struct op *op, struct err *e)
{
	struct inv_ref t;

	return op_ref(op, "thing", &t, e) != 0 ? -1 : inv_thing_rename(op->ed, &t, op_text(op, "to"), e);
}

int
op_retype(struct op *op, struct err *e)
{
	struct inv_ref t;

	return op_ref(op, "thing", &t, e) != 0 ? -1 : inv_thing_retype(op->ed, &t, op_text(op, "type"), e);
}

int
op_rm(struct op *op, struct err *e)
{
	struct inv_ref t;
	struct inv_end *ends;
	size_t n;

	if (op_ref(op, "thing", &t, e) != 0)
		return -1;
	if (jsn_bool_or(op->o, "with_cables", false)) {
		if (inv_ends(op->ed->i, &t, op->a, &ends, &n, e) != 0)
			return -1;
		for (size_t k = 0; k < n; k++)
			if (ends[k].peer != 0 && inv_cable_del(op->ed, &ends[k], op->a, e) != 0)
				return -1;
	}
	return inv_thing_remove(op->ed, &t, op->a, e);
}

/* ---- places ----------------------------------------------------------------------------------------- */

int
op_put(struct op *op, struct err *e)
{
	struct inv_spot spot = {
	    .container = op_text(op, "container"),
	    .unit = jsn_integer_or(op->o, "unit", 0),
	    .height = jsn_integer_or(op->o, "height", 0),
	    .face = op_text(op, "face"),
	    .side = op_text(op, "side"),
	};
	struct inv_ref t;

	if (op_ref(op, "thing", &t, e) != 0)
		return -1;
	if (json_object_get(op->o, "unit") != NULL && (spot.unit < 1 || spot.unit > LIMIT_RACK_UNITS))
		return err_set(e, ERR_INPUT, "a unit is a number from 1, the lowest, to %d", LIMIT_RACK_UNITS);
	if (json_object_get(op->o, "height") != NULL && (spot.height < 1 || spot.height > LIMIT_RACK_UNITS))
		return err_set(e, ERR_INPUT, "a height is a number of units from 1 to %d", LIMIT_RACK_UNITS);
	return inv_spot_put(op->ed, &t, &spot, op->a, e);
}

int
op_take(struct op *op, struct err *e)
{
	struct inv_ref t;

	return op_ref(op, "thing", &t, e) != 0 ? -1 : inv_spot_take(op->ed, &t, op->a, e);
}

/* ---- pools ------------------------------------------------------------------------------------------- */

typedef int member_fn(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, struct err *e);

static int
each_member(struct op *op, member_fn *act, bool must_be, struct err *e)
{
	struct inv_ref pool, t;
	struct hosts names;
	int did;

	if (op_ref(op, "pool", &pool, e) != 0 ||
	    hosts_parse(str_of(op_text(op, "things")), NULL, op->a, &names, e) != 0)
		return -1;
	for (size_t k = 0; k < names.n; k++) {
		if (inv_ref(op->ed->i, names.name[k], op->a, &t, e) != 0)
			return -1;
		did = act(op->ed, &pool, &t, e);
		if (did < 0)
			return -1;
		if (did == 0 && must_be)
			return err_set(e, ERR_CONFLICT, "\"%s\" is not in the pool \"%s\" itself", t.name, pool.name);
	}
	return 0;
}

int
op_pool_add(struct op *op, struct err *e)
{
	return each_member(op, inv_member_add, false, e);
}

int
op_pool_remove(struct op *op, struct err *e)
{
	return each_member(op, inv_member_del, true, e);
}
