/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An operation of an edit is a row of op.c: its name, its members, the verb it
 * asks for, and the function that does it. The functions lie in op_thing.c,
 * op_attr.c and op_wire.c; docs/formats/inventory.md lists the members.
 */
#ifndef LARCH_INV_OP_H
#define LARCH_INV_OP_H

#include "inv_edit.h"

struct op {
	struct inv_edit *ed;
	const struct inv_change *c;
	const json_t *o;            /* its members, checked against the row */
	struct arena *a;            /* until the next operation */
};

typedef int op_fn(struct op *op, struct err *e);
typedef const char *op_verb_fn(struct op *op); /* before it is done */

enum op_member_kind {
	OP_THING,    /* the name of a thing that is there */
	OP_NEW,      /* a name that no thing has */
	OP_THINGS,   /* a host list of things */
	OP_TEXT,
	OP_INTEGER,
	OP_BOOL,
	OP_LIST,     /* an array of objects */
	OP_ANY,
};

struct op_member {
	const char *name;
	enum op_member_kind kind;
	bool needed;
};

struct op_row {
	const char *name;
	op_verb_fn *verb;
	op_fn *run;
	struct op_member member[10]; /* ends with a NULL name */
};

/* A member's text, or NULL. */
const char *op_text(const struct op *op, const char *member);
/* The thing that a member names. */
int op_ref(struct op *op, const char *member, struct inv_ref *out, struct err *e);

/* The members of an attribute. */
int op_fact(struct op *op, const json_t *o, struct inv_fact_in *out, struct err *e);

op_fn op_new, op_rename, op_retype, op_rm, op_put, op_take, op_pool_add, op_pool_remove;
op_fn op_attr_add, op_attr_set, op_attr_del;
op_fn op_port_add, op_port_set, op_port_del, op_connect, op_disconnect;
op_verb_fn op_verb_wire, op_verb_new, op_verb_attr, op_verb_place;

#endif
