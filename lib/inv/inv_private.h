/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share: the handle, its tables, and what only this
 * room asks. Writing is in inv_edit.h, the questions of read.h in read_private.h.
 */
#ifndef LARCH_INV_PRIVATE_H
#define LARCH_INV_PRIVATE_H

#include "inv.h"
#include "inv_types.h"

struct inv {
	struct store *s;
	bool writer;
	struct query_kept *queries; /* query_find.c */
	bool own_groups;            /* what is asked now is a policy's: no group of another room */
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

/* Two BMCs with one address: sets ERR_INPUT with both names and returns -1; 0 when there are none. */
int inv_check_addresses(struct inv *i, struct err *e);

/*
 * Of a link between ports p and o of which one is a BMC's: it manages the thing at the other end. Through its network port a
 * BMC is plugged into a switch, which it does not manage.
 */
#define INV_MANAGES "(p.kind='bmc' OR o.kind='bmc')"

#endif
