/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share. The room is made of two halves, each with its own memory: what the inventory
 * says and what status says. When one of them changed the other is used again.
 */
#ifndef LARCH_CGI_PAGES_ROOM_H
#define LARCH_CGI_PAGES_ROOM_H

#include "pages.h"

/* Of what a half was read: the file, and its generation. */
struct pages_source {
	uint64_t file;            /* a replaced file is another one; 0: it cannot be read */
	int64_t generation;
};

struct pages_inventory {
	struct arena *arena;
	struct pages_source from;
	int holders;              /* rooms that stand on it */
	struct inv_thing *things; /* natural order */
	size_t n_things;
	struct inv_thing **by_name; /* the same, in bytes */
	struct pages_places places;
	struct inv_cord *cords, *by_outlet;
	size_t n_cords;
	struct pages_node *nodes; /* its machines, natural order; what status says is not in them yet */
	size_t n_nodes;
};

struct pages_seen {
	struct arena *arena;
	struct pages_source from; /* of status_generation */
	int holders;
	struct status_column *columns;
	size_t n_columns;
	struct status_value *values; /* by thing and check, in bytes */
	size_t n_values;
	struct status_outlet *outlets;
	size_t n_outlets;
	struct status_action *actions, *acts;
	size_t n_actions, n_acts;
	struct status_cured *cured;
	size_t n_cured;
	struct hosts others;      /* names of values and of members of groups, natural order */
};

/* ---- pages_halves.c: reading them ---- */
struct pages_inventory *pages_inventory_read(struct inv *inv, struct err *e);
void pages_inventory_destroy(struct pages_inventory *i);
/* s NULL: nothing is known, and the columns are those of `last` (which may be NULL). */
struct pages_seen *pages_seen_read(struct status *s, const struct pages_seen *last, struct err *e);
void pages_seen_destroy(struct pages_seen *s);
const struct inv_thing *pages_inventory_find(const struct pages_inventory *i, const char *name);

/* ---- pages_join.c: one room of both; in r->arena. ages: of the values and outlets of s, or NULL: as they were read ---- */
void pages_join(struct pages_room *r, const struct pages_inventory *i, const struct pages_seen *s,
    const struct status_ages *ages, int64_t now);

size_t pages_first_value(const struct pages_room *r, const char *thing); /* where the run of its values begins */

/* ---- pages_advice.c: a thread's lines of advice, kept for a second ---- */
struct pages_lines *pages_lines_create(void);
void pages_lines_destroy(struct pages_lines *l);
struct pages_lines *pages_lines(struct web_call *c); /* of pages_files.c */
uint64_t pages_room_number(void);

/* ---- pages_files.c: which files the readers of this call have; 0: none ---- */
uint64_t pages_inv_file(struct web_call *c);
uint64_t pages_status_file(struct web_call *c);

/* ---- pages_room.c: who keeps the room ---- */
struct pages_keeper *pages_keeper_create(void);
void pages_keeper_destroy(struct pages_keeper *k);
struct pages_keeper *pages_keeper(struct web_call *c); /* of pages_files.c */

#endif
