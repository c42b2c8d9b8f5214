/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files behind read.h share: their questions, all in one table
 * (read_rows.c), so that a test can ask SQLite how it would answer each.
 */
#ifndef LARCH_INV_READ_PRIVATE_H
#define LARCH_INV_READ_PRIVATE_H

#include <string.h>

#include "inv_private.h"

enum inv_ask {
	ASK_HEAD,      /* name: id name type revision changed changed_by */
	ASK_ATTRS,     /* thing: key subkey number kind value-or-name */
	ASK_PORTS,     /* thing: name kind plug | peer's thing port type kind, since, by (null: none) */
	ASK_PLACE,     /* thing: container's name, unit height face side */
	ASK_CONTENTS,  /* thing: name type unit height face side */
	ASK_POOLS,     /* thing: name */
	ASK_MEMBERS,   /* thing: name */
	ASK_REFERRERS, /* thing: name type key subkey number */
	ASK_SERVICES,  /* thing: name */
	ASK_PATH,      /* name: PLACE_COLUMNS depth */
	ASK_INSIDE,    /* name, depth, limit: PLACE_COLUMNS depth, id, container's id, how many are in it */
	ASK_ROOTS,     /* depth, limit: the same */
	ASK_RACK,      /* name: the rack's columns, then those of each thing in it */
	ASK_RACKS,     /* -: name type container units-attribute type's-units used things */
	ASK_TRACE,     /* name, port or null, limit: see trace_rows.c */
	ASK_CONSOLES,  /* name: port */
	ASK_OUTLETS,   /* name, port or null: outlet's id, thing's id, its name */
	ASK_FEED,      /* value: thing's id, name, type */
	ASK_FEED_IN,   /* value, place: the same */
	ASK_HIT,       /* [outlet ids]: thing's id name type, feeding thing's id name, its outlet's id */
	ASK_UNWIRED_IN, /* place: name, type of what has no cord */
	ASK_UNWIRED,    /* the same, of the whole room */
	ASK_ALL_THINGS, /* id name type */
	ASK_ALL_CABLES, /* thing port kind thing port kind, one row a cable */
	ASK_COUNT
};
struct inv_question {
	const char *sql;
	bool whole; /* it is about everything there is: reading whole tables is what it is for */
};
extern const struct inv_question inv_questions[ASK_COUNT];
#define INV_SQL(ask) (inv_questions[ask].sql)

/* An array in an arena that doubles; what it leaves behind goes with the arena. */
static inline void *
read_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 16 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

/* The columns that ASK_PATH, ASK_INSIDE and ASK_ROOTS begin with; texts into the arena, null as "". */
struct inv_place inv_take_place(struct store_query *q, struct arena *a);

/* One thing's part of room.json: the members of a thing in the module's order; `id` and its texts are known. */
struct inv_named {
	int64_t id;
	const char *name, *type;
};
int inv_named_get(struct inv *i, const char *name, struct arena *a, struct inv_named *out, struct err *e);

/* All things, natural order. */
int inv_all_named(struct inv *i, struct arena *a, struct inv_named **out, size_t *n_out, struct err *e);

/* The names a question gives, natural order, as a JSON array. */
int inv_names_json(struct inv *i, enum inv_ask ask, int64_t id, json_t **out, struct err *e);

/* A feed in words: "feed A" for a value of the attribute. */
const char *inv_feed_text(const char *value, struct arena *a);

#endif
