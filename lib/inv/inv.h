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
LARCH_API bool inv_replaced(struct inv *i); /* another file, or none, is in its place: open it anew */

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

/* What a thing is called may change, its id is never another's. The id of a name: 0 none, -1 failed; the name of an id, or NULL. */
LARCH_API int64_t inv_id_of(struct inv *i, const char *name);
LARCH_API const char *inv_name_of(struct inv *i, int64_t id, struct arena *a);

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
	const char *plug;         /* what it looks like: "pwr-c13", "nic-eth" ...; "" not said */
};
/* The ports of a thing, connected or not, natural order. */
LARCH_API int inv_ports(struct inv *i, const char *thing, struct arena *a, struct inv_port **out,
    size_t *n_out, struct err *e);

/* The kind a port has when nobody says: as types.json has it, else by the port's name. Never NULL; valid until
 * types.json is taken over again. */
LARCH_API const char *inv_kind_of(struct inv *i, const char *type, const char *port);

/*
 * May things of this type be meant when somebody says "these machines" by a group? As types.json has it; of a
 * type that it does not name: a server or a switch, yes; a rack, a PDU, a BMC or a power strip, no.
 */
LARCH_API bool inv_is_machine(struct inv *i, const char *type);

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

/* The BMC connected to a machine: a thing of type "bmc", by a port of kind "bmc" at one of the two ends: through any other
 * it is plugged into something that it does not manage. ERR_NOT_FOUND: none is recorded. */
LARCH_API int inv_bmc(struct inv *i, const char *machine, struct arena *a, struct inv_thing *out, struct err *e);

/* The names of what a BMC manages, sorted. More than one: it cannot be told which of them a command to it would reach. */
LARCH_API int inv_bmc_machines(struct inv *i, const char *bmc, struct arena *a, struct hosts *out, struct err *e);

/* The names of all things that a BMC is connected to, sorted: for a table of all. */
LARCH_API int inv_with_bmc(struct inv *i, struct arena *a, struct hosts *out, struct err *e);

/*
 * What is watched, and no more of it than watching needs: every thing with an address, every PDU and switch and
 * whatever machines are. Two queries for the whole room.
 */
struct inv_watched {
	const char *name, *type;
	const char *address, *family;   /* NULL: not recorded */
	const char *bmc, *bmc_address;  /* the BMC connected to it, the first recorded; NULL none */
};
/* Sorted by name, as strcmp. */
LARCH_API int inv_watch(struct inv *i, struct arena *a, struct inv_watched **out, size_t *n_out, struct err *e);

/* ---- selection -------------------------------------------------------------- */

/*
 * Queries, larch-query(7); query.h has their trees, printing, search and spreading. A sentence about a text that is
 * no query names the column.
 *
 * Does a thing match? A thing that is not in the inventory matches nothing. 1, 0, or -1. The names that match are kept
 * with the query until something changes: asking of one thing after the other, as a policy does, costs one query.
 * A query that is not lasting (query.h: it asks for status) is refused: ERR_INPUT.
 */
LARCH_API int inv_match(struct inv *i, const char *query, const char *thing, struct err *e);

/* All things that match a query, natural order; none is no error (a filter, not a selection). */
LARCH_API int inv_find(struct inv *i, const char *query, struct arena *a, struct hosts *out, struct err *e);

/*
 * What a person typed, to switch it or to change it: a host list or a query. Every thing, container, pool and type that
 * it writes out and that is not there is named in one error (ERR_NOT_FOUND), also behind a "not"; a selection of
 * nothing is ERR_INPUT. Lines may stand for commas. Names with a colon that are all there are names, whatever a query
 * would read in them.
 */
LARCH_API int inv_select(struct inv *i, struct str text, struct arena *a, struct hosts *out, struct err *e);

/* ---- types ---------------------------------------------------------------------- */

/* What a type says of its things: a row of etc/types.json (YANG module larch-types). */
struct inv_type_port {
	const char *names;        /* a host list: "psu[1-2]"; "*": ports are named by the device, and made when connected */
	const char *kind;         /* "" told by the name */
	const char *plug;         /* "" not said */
};
struct inv_type_def {
	const char *name, *title;
	bool is_machine, is_place;
	int64_t units;            /* of a rack; 0: it has none */
	const char *face;         /* of the rack that its things take when nobody says: "front" "rear" "both" */
	const char *tier;         /* what comes back first when a room was dark: "network" ...; "" not said */
	const char *start_amps, *start_time; /* start-up current, "2.5" and "8s"; "" not said */
	const struct inv_type_port *ports;
	size_t n_ports;
};

/*
 * Take over a types.json, whole: types that it does not name are no longer known (things of them stay). The
 * same text again changes nothing. ERR_INPUT names the path of what is wrong. Types have no history.
 */
LARCH_API int inv_types_load(struct inv *i, struct yang *y, struct str text, struct err *e);
/* One type; ERR_NOT_FOUND: types.json does not name it. All of them, by name. */
LARCH_API int inv_type_get(struct inv *i, const char *type, struct arena *a, struct inv_type_def *out, struct err *e);
LARCH_API int inv_type_list(struct inv *i, struct arena *a, struct inv_type_def **out, size_t *n_out, struct err *e);

/* ---- changes (the writer) ---------------------------------------------------- */

struct inv_author {
	const char *who, *why, *request_id;
};

/*
 * May the author do `verb` ("edit", "wire") to these things? 0, or -1 with a sentence. It is asked within the
 * transaction: what answers must look through the writer's own handle.
 */
typedef int inv_may_fn(void *ctx, const char *verb, const struct hosts *things, struct err *e);

/*
 * One edit: a list of operations, all of them or none. Each is an object with "op" and the members of its row
 * in op.c (docs/formats/inventory.md lists them): new rename retype rm attr-add attr-set attr-del port-add
 * port-set port-del connect disconnect put take pool-add pool-remove.
 */
struct inv_change {
	const json_t *ops;             /* an array, borrowed */
	const struct inv_author *author;
	/*
	 * What the author saw: {"n0001": 5, ...}; 0: there is none of that name. Each thing that an operation names,
	 * and that is there before the edit, must be in it, unless it has "*": true. NULL: whatever it is.
	 */
	const json_t *expect;
	/*
	 * Asked with every verb and the set of things that the edit touches, before anything of them is written and
	 * again after the last operation. NULL: all is allowed.
	 */
	inv_may_fn *may;
	void *ctx;
	/*
	 * What the policy's queries use: those attributes, and places, are wiring beside what always is. A key may be
	 * a glob ("ho*"), or have its subkey behind a dot ("net.mac").
	 */
	const char *const *wire_keys;
	size_t n_wire_keys;
	bool wire_places;
	bool wire_cables;              /* a query asks what something is connected to */
	/*
	 * Things that come into somebody's reach without being named: what is inside a rack that is moved, in a pool
	 * that is put into another, behind a name that is given anew. Called with after = false on the room as it was
	 * (*come stays empty) and with true on the room as it would be: *come is what a query of the policy reaches
	 * now and did not before. `may` is then asked for "wire" on them, as they were. NULL: nobody looks.
	 */
	int (*reach)(void *ctx, bool after, struct arena *a, struct hosts *come, struct err *e);
	/* Kept in the same transaction, also when nothing changes; see inv_mark. NULL: none. */
	const char *mark;
	int64_t mark_value;
	bool dry_run;                  /* all refusals and the result, and nothing is changed */
};

/*
 * 0: *result_out (the caller's) is {"edit": id or null, "changes": [{"thing", "what", "before", "after",
 * "text"}], "revisions": {name: n}}; edit is null when nothing changed or dry_run. A cable and a pool's member
 * are told once, though both ends have it in their history.
 * -1: nothing changed, and the sentence names the operation: "operation 3 (connect): ...". ERR_INPUT what was
 * sent is wrong; ERR_NOT_FOUND no such thing or port; ERR_CONFLICT a port in use, a unit or a name taken, a
 * thing inside itself; ERR_STALE a revision has passed: *result_out is then {"stale": [names]}, else NULL;
 * ERR_DENIED what `may` says.
 */
LARCH_API int inv_apply(struct inv *i, const struct inv_change *c, json_t **result_out, struct err *e);

/* The JSON Schema of `ops`, made from the rows that inv_apply checks it with; the caller's. */
LARCH_API json_t *inv_ops_schema(void);

/*
 * A mark says how far the writer has taken over what another program publishes (a row of status.db, of a
 * journal): nothing is taken over twice. 0 when there is none of that name. inv_mark_set is a transaction of
 * its own, for what cannot be applied.
 */
LARCH_API int inv_mark(struct inv *i, const char *name, int64_t *out, struct err *e);
LARCH_API int inv_mark_set(struct inv *i, const char *name, int64_t value, struct err *e);

/* ---- history --------------------------------------------------------------------- */

struct inv_fact {
	const char *thing;             /* the name it had then */
	const char *what;              /* "thing" "name" "type" "attr" "port" "cable" "place" "pool" */
	const char *before, *after;    /* JSON objects; NULL: was not there, is not there any more */
	const char *text;              /* one plain line: "n0001: owner ana -> bob" */
};
struct inv_edit_row {
	int64_t edit, at;              /* at: ms, greater than that of the edit before */
	const char *who, *why, *request;
	const struct inv_fact *facts;
	size_t n_facts, n_all;         /* n_all: how many there are; a large edit hands out the first ones, and an
	                                * answer no more than LIMIT_HISTORY bytes of them */
};
struct inv_history_ask {
	const char *thing;             /* NULL: all. Also a name that it had once, or that of a thing removed */
	int64_t before;                /* edits older than this one; 0: from the newest */
	int64_t since;                 /* ms; 0: all */
	const char *who;               /* NULL: everybody */
	int64_t limit;                 /* edits, 1 to 1000 */
	size_t facts;                  /* facts of one edit; 0: 200 */
};
/* Edits, newest first; of one thing, with the facts about it alone. ERR_NOT_FOUND: no thing ever had that name. */
LARCH_API int inv_history(struct inv *i, const struct inv_history_ask *ask, struct arena *a, struct inv_edit_row **out,
    size_t *n_out, struct err *e);

/*
 * The inventory as it was then: a copy in memory with all edits later than ms (wall clock) undone; to read only.
 * Every question is asked of it as of any other. ERR_NOT_FOUND: nothing was recorded yet at that time.
 */
LARCH_API int inv_open_at(const char *path, int64_t ms, struct inv **out, struct err *e);

/* ---- a whole file ------------------------------------------------------------------ */

struct inv_import_ask {
	struct str text;           /* a room.json */
	const struct inv_author *author;
	bool dry_run;              /* all refusals and the result, and nothing is changed */
	bool prune;                /* afterwards the room is what the file says and nothing else */
	/*
	 * The file knows only a part, as that of another program does: attributes of keys it does not give stay, types
	 * of things that are there stay, members only come, and a port in use is refused instead of pulled.
	 */
	bool merge;
	bool move;                 /* with merge: pull the cables that are in the way */
	bool lines;                /* tell every difference */
};

struct inv_import_result {
	size_t added, changed, unchanged, removed; /* things; changed: type, attributes or ports */
	size_t connected, disconnected;            /* cables */
	size_t placed, pooled;                     /* things put elsewhere or taken out; members that came or went */
	int64_t edit;              /* the row of the change log; 0 when nothing changed or dry_run */
	const char **lines;        /* "+ n1: new server" "~ n1: owner ana -> bob" "- n1: disconnected ..." */
	size_t n_lines, n_all;     /* n_all: how many there are; the first LIMIT_IMPORT_LINES are told */
	const char **notes;        /* what was taken and should be known: "type foo is not in types.json" */
	size_t n_notes;
};

/*
 * Take over a room.json (YANG module larch-room) in one edit: things named are added or changed, things not
 * named stay. What the file gives a thing of attributes, and a pool of members, replaces all it had; a place
 * is where it is from now on; ports are added or changed. A connection replaces what was plugged into either of
 * its ports; other cables stay. With prune what the file does not name goes: things, cables, ports, places,
 * attributes, members.
 *
 * A file with a fault changes nothing, and the error (ERR_INPUT) names the line, the thing or the connection.
 * Refused beside what the module refuses: a name that nobody has (an end, a container, a member, a relation's
 * target), a port used twice, a thing with itself, ends that do not fit, a unit taken or outside of its rack, a
 * thing inside itself, and one address for two BMCs. Lines and notes live in the arena; a NULL: none are told.
 */
LARCH_API int inv_import_file(struct inv *i, struct yang *y, const struct inv_import_ask *ask, struct arena *a,
    struct inv_import_result *out, struct err *e);
/* The same without prune, lines and notes. */
LARCH_API int inv_import(struct inv *i, struct yang *y, struct str text, const struct inv_author *author,
    bool dry_run, struct inv_import_result *out, struct err *e);

#include "read.h"

#endif
