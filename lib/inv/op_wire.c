/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on ports and cables. */
#include <string.h>

#include "op.h"

/* ---- ports ------------------------------------------------------------------------------------ */

/* "psu1, psu2, eth1": the names of ports, those with `free_only` that nothing is in; as far as a sentence holds. */
static const char *
port_list(struct op *op, const struct inv_ref *t, bool free_only)
{
	struct hosts names = {0};
	struct inv_end *ends;
	struct err lost;
	size_t n;

	if (inv_ends(op->ed->i, t, op->a, &ends, &n, &lost) != 0)
		return "?";
	names.name = arena_array(op->a, n + 1, sizeof(char *));
	for (size_t k = 0; k < n; k++)
		if (!free_only || ends[k].peer == 0)
			names.name[names.n++] = arena_strdup(op->a, ends[k].name);
	hosts_sort(&names);
	return names.n == 0 ? "none" : hosts_fold(&names, op->a);
}

static int
no_such_port(struct op *op, const struct inv_ref *t, const char *port, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "\"%s\" has no port %s; its ports: %s", t->name, port, port_list(op, t, false));
}

/* The port that a member names: it is there. */
static int
port_of(struct op *op, const struct inv_ref *t, const char *port, struct inv_end *out, struct err *e)
{
	int found = inv_end_find(op->ed->i, t, port, op->a, out, e);

	return found == 0 ? no_such_port(op, t, port, e) : found == 1 ? 0 : -1;
}

int
op_port_add(struct op *op, struct err *e)
{
	struct inv_port_in in = {op_text(op, "port"), op_text(op, "kind"), op_text(op, "plug")};
	struct inv_end made;
	struct inv_ref t;

	return op_ref(op, "thing", &t, e) != 0 ? -1 : inv_port_add(op->ed, &t, &in, op->a, &made, e);
}

int
op_port_set(struct op *op, struct err *e)
{
	struct inv_end end;
	struct inv_ref t;

	if (op_ref(op, "thing", &t, e) != 0 || port_of(op, &t, op_text(op, "port"), &end, e) != 0)
		return -1;
	return inv_port_set(op->ed, &end, op_text(op, "kind"), op_text(op, "plug"), op->a, e);
}

int
op_port_del(struct op *op, struct err *e)
{
	struct inv_end end;
	struct inv_ref t;

	if (op_ref(op, "thing", &t, e) != 0 || port_of(op, &t, op_text(op, "port"), &end, e) != 0)
		return -1;
	return inv_port_del(op->ed, &end, op->a, e);
}

/* ---- connect: which ports --------------------------------------------------------------------- */

/* One end as it was asked for: the ports that it may be. */
struct side {
	struct inv_ref t;
	const char *port;           /* NULL: any free one */
	struct inv_end *ends;
	size_t n;
};

/* Some types' ports are named by the device, and are made when somebody first says one (a PDU's outlets). */
static bool
names_its_own(struct op *op, const struct inv_ref *t, const char *port)
{
	const struct inv_type_port *row = inv_type_port(op->ed->i, t->type, port);

	return row != NULL ? strcmp(row->names, "*") == 0 : false;
}

static int
make_port(struct op *op, struct side *s, struct err *e)
{
	struct inv_port_in in = {.name = s->port};

	return inv_port_add(op->ed, &s->t, &in, op->a, &s->ends[0], e);
}

static int
take_side(struct op *op, const char *thing, const char *port, struct side *s, struct err *e)
{
	struct inv_end *all;
	size_t n;
	int found;

	*s = (struct side){.port = op_text(op, port)};
	if (op_ref(op, thing, &s->t, e) != 0)
		return -1;
	if (s->port != NULL) {
		s->ends = arena_array(op->a, 1, sizeof(*s->ends));
		s->n = 1;
		found = inv_end_find(op->ed->i, &s->t, s->port, op->a, s->ends, e);
		if (found != 0)
			return found == 1 ? 0 : -1;
		return names_its_own(op, &s->t, s->port) ? make_port(op, s, e) : no_such_port(op, &s->t, s->port, e);
	}
	if (inv_ends(op->ed->i, &s->t, op->a, &all, &n, e) != 0)
		return -1;
	s->ends = arena_array(op->a, n + 1, sizeof(*s->ends));
	for (size_t k = 0; k < n; k++)
		if (all[k].peer == 0)
			s->ends[s->n++] = all[k];
	return 0;
}

/* What a cable with a thing of this type is for, when nobody says; else it is for the network. */
static const struct {
	const char *type, *kind;
} purposes[] = {
    {"pdu", "outlet"},
    {"ups", "outlet"},
    {"strip", "outlet"},
    {"feed", "outlet"},
    {"console-server", "console"},
    {"bmc", "bmc"},
};

#define PURPOSE 10 /* points, more than all others together */

static int
suits(const struct inv_end *x, const struct inv_end *y)
{
	int points = (*x->plug != '\0') + (*y->plug != '\0') + (*x->kind != '\0') + (*y->kind != '\0');
	const char *purpose = "nic";

	for (size_t k = 0; k < LARCH_COUNT(purposes); k++)
		if (strcmp(purposes[k].type, x->thing.type) == 0 || strcmp(purposes[k].type, y->thing.type) == 0) {
			purpose = purposes[k].kind;
			break;
		}
	return points + (strcmp(x->kind, purpose) == 0 || strcmp(y->kind, purpose) == 0 ? PURPOSE : 0);
}

/*
 * The pair that suits best; of equals the first in natural order. NULL in *x: none fits. Where neither port was
 * said, a pair that is not for what such a cable is for is no answer: a server and a PDU with no inlet left are
 * not joined by their network ports.
 */
static int
choose(struct op *op, struct side *a, struct side *b, struct inv_end **x, struct inv_end **y, struct err *e)
{
	int best = a->port == NULL && b->port == NULL ? PURPOSE - 1 : -1;

	*x = *y = NULL;
	for (size_t k = 0; k < a->n; k++)
		for (size_t m = 0; m < b->n; m++) {
			int points = suits(&a->ends[k], &b->ends[m]), fits;
			struct err why;

			if (points <= best)
				continue;
			fits = inv_fits(op->ed->i, &a->ends[k], &b->ends[m], &why);
			if (fits < 0)
				return err_set(e, why.kind, "%s", why.text);
			if (fits == 0)
				continue;
			best = points;
			*x = &a->ends[k];
			*y = &b->ends[m];
		}
	return 0;
}

/* ---- connect ------------------------------------------------------------------------------------ */

/* Pull what is in a port. The other end is read again after it: one cable may have been in both. */
static int
pull(struct op *op, struct inv_end *x, struct err *e)
{
	struct inv_end now;

	if (inv_end_of(op->ed->i, x->port, op->a, &now, e) != 0)
		return -1;
	x->peer = 0;
	return now.peer == 0 ? 0 : inv_cable_del(op->ed, &now, op->a, e);
}

static int
join(struct op *op, struct inv_end *x, struct inv_end *y, struct err *e)
{
	if (x->peer != 0 && x->peer == y->port)
		return 0; /* so it is */
	if (jsn_bool_or(op->o, "move", false) && (pull(op, x, e) != 0 || pull(op, y, e) != 0))
		return -1;
	return inv_cable_add(op->ed, x, y, op->a, e);
}

int
op_connect(struct op *op, struct err *e)
{
	struct side a, b;
	struct inv_end *x, *y;

	if (take_side(op, "a", "a_port", &a, e) != 0 || take_side(op, "b", "b_port", &b, e) != 0)
		return -1;
	if (a.t.id == b.t.id)
		return err_set(e, ERR_INPUT, "a cable from \"%s\" to itself joins nothing", a.t.name);
	if (a.port != NULL && b.port != NULL)
		return join(op, &a.ends[0], &b.ends[0], e);
	if (choose(op, &a, &b, &x, &y, e) != 0)
		return -1;
	if (x == NULL)
		return err_set(e, ERR_CONFLICT, "no free port of \"%s\" (%s) fits one of \"%s\" (%s); name the ports", a.t.name,
		    a.port != NULL ? a.port : port_list(op, &a.t, true), b.t.name,
		    b.port != NULL ? b.port : port_list(op, &b.t, true));
	return join(op, x, y, e);
}

/* ---- disconnect --------------------------------------------------------------------------------- */

/* All cables of a thing, or all between two. */
static int
pull_all_to(struct op *op, struct inv_end *ends, size_t n, const char *other, struct err *e)
{
	struct inv_end peer;
	size_t pulled = 0;

	for (size_t k = 0; k < n; k++) {
		if (ends[k].peer == 0)
			continue;
		if (inv_end_of(op->ed->i, ends[k].peer, op->a, &peer, e) != 0)
			return -1;
		if (other != NULL && strcmp(peer.thing.name, other) != 0)
			continue;
		if (inv_cable_del(op->ed, &ends[k], op->a, e) != 0)
			return -1;
		pulled++;
	}
	if (pulled == 0)
		return err_set(e, ERR_CONFLICT, "\"%s\" is connected with nothing%s%s%s", op_text(op, "thing"),
		    other == NULL ? "" : " of \"", other == NULL ? "" : other, other == NULL ? "" : "\"");
	return 0;
}

int
op_disconnect(struct op *op, struct err *e)
{
	const char *port = op_text(op, "port"), *other = op_text(op, "other");
	struct inv_end end, *ends;
	struct inv_ref t, there;
	size_t n;

	if (op_ref(op, "thing", &t, e) != 0 || (other != NULL && op_ref(op, "other", &there, e) != 0))
		return -1;
	if (port != NULL && other != NULL)
		return err_set(e, ERR_INPUT, "give the port, or the other thing, not both");
	if (port != NULL)
		return port_of(op, &t, port, &end, e) != 0 ? -1 : inv_cable_del(op->ed, &end, op->a, e);
	if (inv_ends(op->ed->i, &t, op->a, &ends, &n, e) != 0)
		return -1;
	return pull_all_to(op, ends, n, other, e);
}
