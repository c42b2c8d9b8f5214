/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of names that host lists are worked out in: each operand is applied
 * name by name, at the cost of the operand, never of what is there already.
 * Private to hosts.c.
 */
#ifndef LARCH_BASE_HOSTS_SET_H
#define LARCH_BASE_HOSTS_SET_H

#include <stdint.h>

#include "arena.h"
#include "text.h"

enum hosts_op {
	HOSTS_UNION,
	HOSTS_DIFFERENCE,
	HOSTS_INTERSECTION,
	HOSTS_SYMMETRIC,
};

struct hosts_entry {
	char *name;
	uint32_t n;    /* bytes of name */
	uint32_t hash;
	uint32_t gen;  /* a member while this is the set's */
	uint32_t turn; /* the operand that last touched it */
};

struct hosts_set {
	struct arena *arena;       /* holds the names */
	struct hosts_entry *entry; /* all names ever put in, in that order */
	size_t n, cap;
	uint32_t *slot;            /* hash table: index of an entry + 1, or 0 */
	size_t mask;
	size_t live;               /* members now */
	uint32_t gen, turn;
	enum hosts_op op;          /* of the operand that is being applied */
};

/* Empty; the arena must outlive it. Finish releases the tables, not the names. */
void hosts_set_init(struct hosts_set *s, struct arena *a);
void hosts_set_finish(struct hosts_set *s);

/* Apply one operand: begin, then each of its names in any order, repetition allowed. */
void hosts_set_begin(struct hosts_set *s, enum hosts_op op);
void hosts_set_apply(struct hosts_set *s, struct str name);

/* Is entry i (below n) a member? */
bool hosts_set_live(const struct hosts_set *s, size_t i);

#endif
