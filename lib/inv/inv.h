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
	const char *value;        /* as room.json writes it: an integer in decimal, a date in RFC 3339 UTC, JSON canonical */
	const char *kind;         /* "string" "integer" "date" "json" "relation" */
	const char *target;       /* of a relation the other thing's name, which is its value too; else NULL */
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

/* How many things of each type, by type. */
struct inv_type {
	const char *type;
	int64_t count;
};
LARCH_API int inv_types(struct inv *i, struct arena *a, struct inv_type **out, size_t *n_out, struct err *e);

/*
 * A port of a thing. kind: "inlet" takes power, "outlet" gives it, "bmc" manages; any other word is
 * the site's; "" is a kind that neither the file nor the table in inv_kind.c knows.
 */
struct inv_port {
	const char *name, *kind;
};
/* The ports of a thing, connected or not, natural order. */
LARCH_API int inv_ports(struct inv *i, const char *thing, struct arena *a, struct inv_port **out,
    size_t *n_out, struct err *e);

/* The kind a port has when nobody says: by the thing's type and the port's name. Never NULL. */
LARCH_API const char *inv_kind_of(const char *type, const char *port);

/*
 * May things of this type be meant when somebody says "these machines" by a group? A server or a switch, yes;
 * a rack, a PDU, a BMC or a power strip, no.
 */
LARCH_API bool inv_is_machine(const char *type);

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
 * (a chassis, a strip): `via` names those, or is NULL. A passive thing is any that is no PDU and has
 * outlets; at most INV_HOPS of them are followed. */
struct inv_cord {
	const char *machine, *type, *inlet;  /* "n0001" "server" "psu1"; any thing with an inlet */
	const char *pdu, *outlet;     /* "pdu-b01-a" "AA7" */
	const char *via;
	int64_t since;                /* of the latest change along the way, ms */
	const char *by;               /* who made that */
};
#define INV_HOPS 8

/* The cords of a machine; n 0: wiring is not known (it does not mean "single cord"). */
LARCH_API int inv_cords(struct inv *i, const char *machine, struct arena *a, struct inv_cord **out,
    size_t *n_out, struct err *e);

/* Everything fed by one outlet, direct or through other things: machines, switches, a chassis and
 * what is in it, a PDU and what hangs on its outlets. `pdu` and `outlet` are the ones asked for. */
LARCH_API int inv_fed_by(struct inv *i, const char *pdu, const char *outlet, struct arena *a,
    struct inv_cord **out, size_t *n_out, struct err *e);

/* All cords of the room, also those of passive things themselves, in one query (the sweep, the pages): by machine, then inlet. */
LARCH_API int inv_all_cords(struct inv *i, struct arena *a, struct inv_cord **out, size_t *n_out, struct err *e);

/* The BMC connected to a machine: a thing of type "bmc". ERR_NOT_FOUND: none is recorded. */
LARCH_API int inv_bmc(struct inv *i, const char *machine, struct arena *a, struct inv_thing *out, struct err *e);

/* The names of all things that a BMC is connected to, sorted: for a table of all. */
LARCH_API int inv_with_bmc(struct inv *i, struct arena *a, struct hosts *out, struct err *e);

/* ---- selection -------------------------------------------------------------- */

/*
 * Does a thing match a query? For now a query is a host list (groups: @NAME is a type or a pool,
 * @type:T, @pool:P, @rack:R; @* is all), "type:T", "name:GLOB", or "*"; the whole language is a
 * later work that keeps this call. A pool is an attribute `pool` for now. A thing that is not in
 * the inventory matches nothing. 1, 0, or -1 for a query that is none.
 */
LARCH_API int inv_match(struct inv *i, const char *query, const char *thing, struct err *e);

/* All things that match a query, natural order; none is no error (a filter, not a selection). */
LARCH_API int inv_find(struct inv *i, const char *query, struct arena *a, struct hosts *out, struct err *e);

/* Expand what a person typed to names of existing things; unknown names are all named in one error. */
LARCH_API int inv_select(struct inv *i, struct str text, struct arena *a, struct hosts *out, struct err *e);

/* ---- changes (the writer) ---------------------------------------------------- */

struct inv_author {
	const char *who, *why, *request_id;
};

struct inv_import_result {
	size_t added, changed, unchanged, removed, connected, disconnected;
	int64_t edit; /* the row of the change log; 0 when nothing changed or dry_run */
};

/*
 * Take over a room.json (YANG module larch-room) in one transaction: things named are added or
 * changed, things not named stay. A thing's attributes, when the file gives it any, replace those
 * it had. A connection replaces what was plugged into either of its ports; other cables stay.
 * dry_run: count, change nothing. A bad file changes nothing, and the error (ERR_INPUT) names the
 * line or the path. Refused beside what the module refuses: a connection with a thing that nobody
 * knows, a port used twice, a thing with itself, an inlet with an inlet or an outlet with an
 * outlet, one fact twice, and one address for two BMCs.
 */
LARCH_API int inv_import(struct inv *i, struct yang *y, struct str text, const struct inv_author *author,
    bool dry_run, struct inv_import_result *out, struct err *e);

#endif
