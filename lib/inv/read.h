/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the room beyond one thing and its cords: where things are, what a
 * rack looks like, where a cable leads, whose console is where, what goes dark,
 * and all of it as one file. Included by inv.h; nobody includes it alone.
 *
 * Each call is one query or a few, on indexes, whatever the room's size; what
 * follows from thing to thing has a depth (INV_HOPS for cables, INV_DEPTH for
 * places and pools), so that a circle ends. Lists have ceilings (limits.h); a
 * list that reached one says so with ERR_LIMIT. Texts live in the caller's arena.
 */
#ifndef LARCH_INV_READ_H
#define LARCH_INV_READ_H

#define INV_DEPTH 32 /* things in things in things; pools in pools */

/*
 * Everything of one thing as JSON, the caller's (json_decref):
 *	name type revision changed (RFC 3339) changed_by
 *	attributes [{key subkey number kind value}]  (subkey, number null: none; a relation's value is a name)
 *	ports [{name kind plug peer since by}]       (peer {thing port type} or null)
 *	place {container unit height face side} or null
 *	inside ["b01" "room1" ...]                   (from its container outward)
 *	contents [{thing type unit height face side}] of a container
 *	pools [name ...]  members [name ...]         (what it is directly in, and holds)
 *	referrers [{thing type key subkey number}]   (who names it by a relation)
 *	services [name ...]                          (relation `runs`: its own and its pools')
 * ERR_NOT_FOUND names it.
 */
LARCH_API int inv_doc(struct inv *i, const char *name, struct arena *a, json_t **out, struct err *e);

/* ---- places ------------------------------------------------------------------------ */

/* A thing and where it stands. Numbers 0 and texts "": not said. */
struct inv_place {
	const char *thing, *type;
	const char *container, *container_type; /* "": it is in nothing */
	int64_t unit, height;                   /* from the floor, from 1 */
	const char *face;                       /* "front" "rear" "both": with a unit */
	const char *side;                       /* "left" "right": beside the rack, 0U */
	int depth;                              /* of a tree: 0 what was asked for, 1 what is in it, ... */
	size_t inside;                          /* of a tree: how many things are directly in it, shown or not */
};

/* The way outward: the thing in its rack, the rack in its room ...; n 0: it stands nowhere. */
LARCH_API int inv_place(struct inv *i, const char *thing, struct arena *a, struct inv_place **out, size_t *n_out,
    struct err *e);

/*
 * What is in a container, as a tree: each thing is followed by what is in it. Within one container
 * by unit from the top, then 0U, then by name. container NULL: all things that are in nothing
 * and hold something or are of a type that is a place. depth: 1 is what is directly inside.
 */
LARCH_API int inv_inside(struct inv *i, const char *container, int depth, struct arena *a, struct inv_place **out,
    size_t *n_out, struct err *e);

/* A rack, as it stands there. */
struct inv_rack {
	struct inv_place rack;                /* .thing and .type are its own */
	int64_t revision;
	int64_t units;                        /* how high it is: attribute `units`, else its type's, else what stands in it */
	const struct inv_place **front, **rear; /* units + 1 of each: front[13] is what is seen in unit 13, or NULL */
	struct inv_place *things;             /* all that is in it: with units from the top, beside it, the rest */
	size_t n;                             /* of all */
	size_t n_units, n_beside;             /* the first n_units have a unit, the next n_beside stand at a side */
};
LARCH_API int inv_rack(struct inv *i, const char *name, struct arena *a, struct inv_rack *out, struct err *e);

/* All racks (and whatever else holds things by unit), natural order, with how full they are. */
struct inv_rack_row {
	const char *name, *type, *container; /* "": it is in nothing */
	int64_t units, used;                 /* used: units of which a face is taken */
	int64_t things;                      /* directly in it */
};
LARCH_API int inv_racks(struct inv *i, struct arena *a, struct inv_rack_row **out, size_t *n_out, struct err *e);

/* ---- where a cable leads ------------------------------------------------------------- */

struct inv_step {
	const char *from, *from_type, *from_port;
	const char *to, *to_type, *to_port;
	int hop;        /* 1: the cable in the thing's own port */
	int64_t since;  /* ms, when it was recorded */
	const char *by;
};
/* One way from one port to where it ends. */
struct inv_way {
	const struct inv_step *steps;
	size_t n;
	const char *text; /* "n0042 psu1 → pdu-b07-a outlet 7 → feed A" */
};

/*
 * From a port (NULL: from each that has a cable) outward. It goes on through what is passive:
 * from an outlet to the inlets of its thing, from an inlet to the outlets, from frontN of a patch
 * panel to rearN and back. The end of a power way is the feed: a thing of that type, or what the
 * PDU's attribute `feed` says. Several ways from one port when a PDU has several infeeds.
 */
LARCH_API int inv_trace(struct inv *i, const char *thing, const char *port, struct arena *a, struct inv_way **out,
    size_t *n_out, struct err *e);

/* A port in a sentence: "outlet 7" (kind outlet), "port 4" (a name that begins with a digit), "psu1". */
LARCH_API const char *inv_port_text(const char *name, const char *kind, struct arena *a);

/* What it is connected to and where it stands, a line each:
 * "server1 -> connected to port 4 on switch2a", "server1 -> connected to RU13 in rack101". */
struct inv_location {
	const char *port;       /* its own; "" for its place */
	const char *to, *to_type, *to_port; /* the thing and the port it is connected to; or the container and "RU13" or "" */
	const char *text;
};
LARCH_API int inv_locate(struct inv *i, const char *thing, struct arena *a, struct inv_location **out, size_t *n_out,
    struct err *e);

/* The console of a machine: what its port of kind console leads to (through patch panels); else its BMC. */
struct inv_console {
	const char *thing, *type, *port; /* "con-b01" "console-server" "4"; of a BMC its own port */
	const char *own_port;            /* the machine's */
	const char *address;             /* attribute `address`, else `host`; "" when there is none */
	int64_t tcp;  /* from `console_port` of the console server: the one of this port (subkey its name, or
	               * number its number), else the one of neither plus the port's number; 0: not said */
	bool bmc;     /* it is a BMC: its console is not carried yet */
};
/* ERR_NOT_FOUND: neither is recorded. */
LARCH_API int inv_console(struct inv *i, const char *thing, struct arena *a, struct inv_console *out, struct err *e);

/* ---- what goes dark -------------------------------------------------------------------- */

/*
 * What goes: `thing`, all of it, or only its outlet `port`; or a feed ("A") of the place `in`
 * (NULL: of the whole room): that is every thing of type "feed" which has the attribute feed=A or
 * that name, and every thing with outlets that has the attribute feed=A, such as a PDU. A thing of
 * type feed that has an attribute feed takes the PDUs of its own place with it likewise.
 */
struct inv_outage {
	const char *thing, *port;
	const char *feed, *in;
};
struct inv_loss {
	const char *thing, *type;
	int64_t had, left;   /* cords that carry power before and after */
	bool dark;           /* left is 0 */
	const char *via;     /* what its lost cords come from: "pdu-b01-a, pdu-b02-a" */
	const char *text;    /* "dark", "one feed left", "2 feeds left" */
};
struct inv_lost {
	const char *what;         /* "feed A of room2", "pdu-b01-a", "outlet 7 of pdu-b01-a" */
	struct hosts gone;        /* the things taken as gone */
	struct hosts unwired;     /* machines in the same place without a recorded cord: nobody knows of them */
	struct inv_loss *things;  /* dark ones first, then natural order */
	size_t n, n_dark;
};
LARCH_API int inv_lost(struct inv *i, const struct inv_outage *o, struct arena *a, struct inv_lost *out,
    struct err *e);

/* ---- the file ------------------------------------------------------------------------------ */

/*
 * The whole room as a room.json (docs/formats/room.md): a thing a line, natural order, all said that an
 * import needs to make the same again. Imported into an empty inventory and exported again it is the same
 * bytes. ERR_LIMIT over LIMIT_ROOM_FILE (the ceiling of `out` is the caller's).
 */
LARCH_API int inv_export(struct inv *i, struct buf *out, struct err *e);

#endif
