/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share: the handle, and the writing of rows.
 * Reading is public (inv.h) and lies in inv_rows.c; writing is only called
 * by inv_import.c, inside its transaction, and lies in inv_change_rows.c.
 */
#ifndef LARCH_INV_PRIVATE_H
#define LARCH_INV_PRIVATE_H

#include "inv.h"
#include "inv_types.h"

struct inv {
	struct store *s;
	bool writer;
	struct query_kept *queries; /* query_find.c */
	struct inv_types types;
};
/* What queries keep in the handle: before it is closed. */
void inv_query_forget(struct inv *i);

extern const struct store_migration inv_migrations[];
extern const size_t inv_migrations_count;

/* An array in an arena that doubles: `old` with room for one more than n. What it leaves behind goes with the arena. */
void *inv_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size);

/* ---- reads of inv_rows.c that only this room needs ------------------------------ */

/* The type of a thing, or NULL with ERR_NOT_FOUND. */
const char *inv_type_of(struct inv *i, const char *name, struct arena *a, struct err *e);

/* Names of things by what a group means: "type", an attribute's key ("pool", "rack"), or "*" (value ignored). */
int inv_names(struct inv *i, const char *source, const char *value, struct arena *a, struct hosts *out,
    struct err *e);

/* Two BMCs with one address: sets ERR_INPUT with both names and returns -1; 0 when there are none. */
int inv_check_addresses(struct inv *i, struct err *e);

/* ---- writes ---------------------------------------------------------------------- */

/* One transaction's line of the change log; the rows below it name its id. */
int inv_edit_begin(struct inv *i, const struct inv_author *author, int64_t at, int64_t *edit_out, struct err *e);

/* One change: JSON texts, NULL for what was not there before or is not there after. */
int inv_edit_add(struct inv *i, int64_t edit, const char *thing, const char *what, const char *before,
    const char *after, struct err *e);

struct inv_stamp {
	int64_t edit, at;
	const char *who;
};
/* Insert or update the row of a thing and replace its attributes; its revision grows. */
int inv_put_thing(struct inv *i, const struct inv_thing *t, const struct inv_stamp *stamp, int64_t *id_out,
    struct err *e);
/* The port's id, made when missing; kind NULL keeps what it has, or is told by inv_kind_of. */
struct inv_port_row {
	int64_t id, thing;
	const char *kind;        /* in the arena */
	bool added, changed;
};
int inv_put_port(struct inv *i, const char *thing, const char *port, const char *kind, struct arena *a,
    struct inv_port_row *out, struct err *e);

/* The port at the other end, 0 when there is none. */
int inv_peer(struct inv *i, int64_t port, int64_t *peer_out, struct err *e);
/* Join two ports that have no connection, or part two that have one. Both things' revisions grow. */
int inv_join(struct inv *i, int64_t a, int64_t b, const struct inv_stamp *stamp, struct err *e);
int inv_part(struct inv *i, int64_t port, const struct inv_stamp *stamp, struct err *e);
/* "thing" and "port" of a port, for the change log. */
int inv_port_names(struct inv *i, int64_t port, struct arena *a, const char **thing_out, const char **port_out,
    struct err *e);

#endif
