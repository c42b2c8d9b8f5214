/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inv: the inventory: things with a type and attributes, ports of things,
 * connections between ports. inventory.db is written by `pages` alone and is
 * wiring: it says what a cord feeds and what a role reaches. It switches
 * nothing and knows no status.
 *
 * All texts handed out live in the caller's arena.
 */
#ifndef LARCH_INV_INV_H
#define LARCH_INV_INV_H

#include "base/base.h"
#include "store/store.h"
#include "yang/yang.h"

#define INV_VERSION 1 /* of inventory.db */

struct inv;
LARCH_API int inv_open(const char *path, struct inv **out, struct err *e);        /* the writer: pages */
LARCH_API int inv_open_reader(const char *path, struct inv **out, struct err *e); /* everybody else */
LARCH_API void inv_close(struct inv *i);
LARCH_API int64_t inv_generation(struct inv *i); /* changes with every commit */

struct inv_attr {
	const char *key, *subkey; /* subkey NULL: none */
	int64_t number;           /* -1: none */
	const char *value;
};

struct inv_thing {
	int64_t id;
	const char *name, *type;  /* "server" "pdu" "bmc" "rack" "switch" ... */
	int64_t changed;          /* ms */
	const char *changed_by;
	int64_t revision;         /* for ETag */
	const struct inv_attr *attrs;
	size_t n_attrs;
};

/* One thing with its attributes. ERR_NOT_FOUND names it. */
LARCH_API int inv_get(struct inv *i, const char *name, struct arena *a, struct inv_thing *out, struct err *e);

/* All things of a type (NULL: all), natural order by name; with attributes. */
LARCH_API int inv_list(struct inv *i, const char *type, struct arena *a, struct inv_thing **out,
    size_t *n_out, struct err *e);

/* The first value of an attribute, or NULL. */
LARCH_API const char *inv_attr(const struct inv_thing *t, const char *key);

/* ---- wiring ----------------------------------------------------------------- */

struct inv_connection {
	const char *a, *a_port, *b, *b_port; /* thing and port at each end */
	const char *a_type, *b_type;
	int64_t since;          /* ms, when it was recorded */
	const char *by;         /* who recorded it */
};

/* Connections of one thing, `a` being the thing asked for. Ordered by port. */
LARCH_API int inv_connections(struct inv *i, const char *thing, struct arena *a,
    struct inv_connection **out, size_t *n_out, struct err *e);

/* One cord: a machine's power inlet and the PDU outlet that feeds it, also through passive things
 * (a chassis, a strip): `via` names those, or is NULL. */
struct inv_cord {
	const char *machine, *inlet;  /* "n0001" "psu1" */
	const char *pdu, *outlet;     /* "pdu-b01-a" "AA7" */
	const char *via;
	int64_t since;
	const char *by;
};

/* The cords of a machine; n 0: wiring is not known (it does not mean "single cord"). */
LARCH_API int inv_cords(struct inv *i, const char *machine, struct arena *a, struct inv_cord **out,
    size_t *n_out, struct err *e);

/* Everything fed by one outlet, direct or through passive things: machines, switches, PDUs ... */
LARCH_API int inv_fed_by(struct inv *i, const char *pdu, const char *outlet, struct arena *a,
    struct inv_cord **out, size_t *n_out, struct err *e);

/* All cords of the room in one query (the sweep, the pages): by machine, then inlet. */
LARCH_API int inv_all_cords(struct inv *i, struct arena *a, struct inv_cord **out, size_t *n_out, struct err *e);

/* The BMC connected to a machine: a thing of type "bmc". ERR_NOT_FOUND: none is recorded. */
LARCH_API int inv_bmc(struct inv *i, const char *machine, struct arena *a, struct inv_thing *out, struct err *e);

/* ---- selection -------------------------------------------------------------- */

/*
 * Does a thing match a query? For now a query is a host list (with @type and
 * @pool groups), "type:T", "name:GLOB", or "*"; the whole language is a later work
 * that keeps this call. 1, 0, or -1 for a query that is none.
 */
LARCH_API int inv_match(struct inv *i, const char *query, const char *thing, struct err *e);

/* Expand what a person typed to names of existing things; unknown names are all named in one error. */
LARCH_API int inv_select(struct inv *i, struct str text, struct arena *a, struct hosts *out, struct err *e);

/* ---- changes (the writer) ---------------------------------------------------- */

struct inv_author {
	const char *who, *why, *request_id;
};

struct inv_import_result {
	size_t added, changed, unchanged, removed, connected, disconnected;
};

/*
 * Take over a room.json (YANG module larch-room) in one transaction: things named are added or
 * changed, things not named stay. dry_run: count, change nothing. A bad file changes nothing,
 * and the error names the line or the path.
 */
LARCH_API int inv_import(struct inv *i, struct yang *y, struct str text, const struct inv_author *author,
    bool dry_run, struct inv_import_result *out, struct err *e);

#endif
