/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing, for the files of this room (op_*.c, inv_import.c): one edit is one
 * transaction; within it each function here writes one fact and its row of
 * `change`, and touches the thing, whose revision grows once an edit.
 *
 * What is refused here is what would break the tables' meaning: names and
 * words that are none, a name taken, a port in use, ends that do not fit, a
 * unit taken or outside, a thing inside itself. Who may, and what somebody
 * meant, is the callers' (op.c). After a failure the edit can only be closed
 * without keeping it.
 *
 *	if (inv_edit_open(i, author, &ed, e) != 0)
 *		return -1;
 *	rc = ... inv_thing_add(&ed, ...) ...;
 *	return inv_edit_close(&ed, rc == 0, &edit, e) != 0 ? -1 : rc;
 */
#ifndef LARCH_INV_EDIT_H
#define LARCH_INV_EDIT_H

#include "inv_private.h"

/* What an edit touched, for who asks whether its author may. */
struct inv_touch {
	const char *verb;
	int64_t thing;
};

struct inv_edit {
	struct inv *i;
	const struct inv_author *author;
	int64_t id, at;             /* of the row of `edit`; at is ms, greater than the last edit's */
	int64_t seq;                /* rows of `change` written so far; 0: nothing has changed */
	int64_t facts;              /* the same, a cable and a pool's member counted once */
	bool addresses;             /* an address of a BMC may have changed: inv_edit_check looks */
	bool units;                 /* so may how many units a rack has */
	json_t *told;               /* an array that gets what inv_apply tells of each change; NULL: none */
	const char *verb;           /* of the operation that works now */
	struct arena *keep;         /* what lives as long as the edit: the list below */
	struct inv_touch *touched;
	size_t n_touched, cap_touched;
	struct buf before, after;   /* scratch */
};

/* BEGIN, and the row of `edit`. keep: NULL when nobody asks what was touched. */
int inv_edit_open(struct inv *i, const struct inv_author *author, struct arena *keep, struct inv_edit *out,
    struct err *e);
/*
 * COMMIT when keep and something changed, else ROLLBACK; *edit_out 0 when nothing was kept. -1 when it was to
 * be kept and could not (two BMCs with one address: ERR_INPUT).
 */
int inv_edit_close(struct inv_edit *ed, bool keep, int64_t *edit_out, struct err *e);

struct inv_spot;

/* What holds for all things together: no address of two BMCs, nothing above a rack that was touched. inv_edit_close
 * asks it when the edit is to be kept. */
int inv_edit_check(struct inv_edit *ed, struct err *e);

/* Once in an edit: remember what is now; and go back to it. What was touched since is still listed. */
int inv_edit_mark(struct inv_edit *ed, struct err *e);
int inv_edit_back(struct inv_edit *ed, struct err *e);
/* Does anything else hang on this thing: inside it, its member, a relation to it, with `cables` a cable? 1, 0, -1. */
int inv_holds_others(struct inv_edit *ed, int64_t thing, bool cables, struct err *e);

/* A thing as the writing functions want it; texts in the arena given to inv_ref. */
struct inv_ref {
	int64_t id, revision;
	const char *name, *type;
};
int inv_ref(struct inv *i, const char *name, struct arena *a, struct inv_ref *out, struct err *e);
int inv_ref_of(struct inv *i, int64_t id, struct arena *a, struct inv_ref *out, struct err *e);

/* ---- the change log ------------------------------------------------------------------- */

struct inv_note {
	int64_t thing;
	const char *name, *what;
	json_t *before, *after;     /* taken over; NULL: was not there, is not there any more */
	bool mirror;                /* the other end's row of what was told already */
};
/* A row of `change`; the thing is touched. What is written beside it is the caller's. */
int inv_note(struct inv_edit *ed, const struct inv_note *note, struct err *e);

/* One plain line: "n0001: owner ana -> bob". */
void inv_fact_text(const char *name, const char *what, const json_t *before, const json_t *after, struct buf *out);

/* How the change log writes them; the caller's. */
json_t *inv_attr_json(const struct inv_attr *at);
json_t *inv_spot_json(const struct inv_spot *spot);

/* As inv_mark_set, within a transaction that is open. */
int inv_mark_write(struct inv *i, const char *name, int64_t value, struct err *e);

/* The edit concerns this thing too, though nothing of it changes: a rack that something is put in. */
void inv_concerns(struct inv_edit *ed, int64_t thing);

/* ---- words ----------------------------------------------------------------------- */

/* As larch-room says them; -1 with a sentence that says `what` it is and what may stand there. */
int inv_check_name(const char *what, const char *name, struct err *e);      /* of a thing */
int inv_check_port_name(const char *name, struct err *e);
int inv_check_word(const char *what, const char *word, struct err *e);      /* type, key, kind, plug */
int inv_check_subkey(const char *subkey, struct err *e);                    /* NULL and "" are none */
bool inv_is_line(struct str s);                                            /* text on one line, nothing hidden */

/* ---- things ---------------------------------------------------------------------- */

struct inv_fact_in { /* an attribute as it is written */
	const char *key, *subkey;   /* subkey NULL or "": none */
	int64_t number;             /* -1 none, INV_AUTO: the next one */
	const char *kind;           /* NULL: "string" */
	const char *value;          /* of a relation: the other thing's name */
};
#define INV_AUTO (-2)

struct inv_port_in {
	const char *name;
	const char *kind, *plug;    /* NULL: as the thing's type says, or the name */
};

struct inv_thing_in {
	const char *name, *type;
	const struct inv_fact_in *facts;
	size_t n_facts;
	const struct inv_port_in *ports;
	size_t n_ports;
};

/* A new thing with all this: one row of `change`. Relations name things that are there by now. */
int inv_thing_add(struct inv_edit *ed, const struct inv_thing_in *in, struct arena *a, struct inv_ref *out,
    struct err *e);
int inv_thing_rename(struct inv_edit *ed, struct inv_ref *t, const char *to, struct err *e);
int inv_thing_retype(struct inv_edit *ed, struct inv_ref *t, const char *type, struct err *e);
/* It must be connected to nothing, hold nothing, and be named by no relation: refused with what it is. */
int inv_thing_remove(struct inv_edit *ed, const struct inv_ref *t, struct arena *a, struct err *e);

/* ---- attributes ------------------------------------------------------------------- */

struct inv_fact_row {
	int64_t id;
	struct inv_attr attr;       /* in the arena */
};
/* The text that is kept of a value: an integer's digits, a date in UTC, canonical JSON; a relation's name as it is. */
int inv_value_text(const char *key, const char *kind, const char *value, struct arena *a, const char **out,
    struct err *e);
/* What matches: key; and subkey, number, value where given (subkey NULL, number INV_ANY, value NULL: any). */
#define INV_ANY (-3)
int inv_attr_find(struct inv *i, int64_t thing, const struct inv_fact_in *like, struct arena *a,
    struct inv_fact_row **out, size_t *n_out, struct err *e);
/* The row alone, without a row of `change`; *made_out (may be NULL; the caller's) is how the log writes it. */
int inv_attr_write(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_in *in, struct arena *a,
    json_t **made_out, struct err *e);
/* Always adds. */
int inv_attr_add(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_in *in, struct arena *a,
    struct err *e);
/* The row gets this kind (NULL: the one it has) and value; nothing happens when it has them. */
int inv_attr_set(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_row *row, const char *kind,
    const char *value, struct arena *a, struct err *e);
int inv_attr_del(struct inv_edit *ed, const struct inv_ref *t, const struct inv_fact_row *row, struct err *e);

/* ---- ports and cables --------------------------------------------------------------- */

struct inv_end {
	struct inv_ref thing;
	int64_t port;
	const char *name, *kind, *plug; /* of the port */
	int64_t peer;               /* the port at the other end, 0: free */
};
/* A port of a thing: 1 and *out, 0 when it has none of that name (out->thing is set), -1. */
int inv_end_find(struct inv *i, const struct inv_ref *t, const char *port, struct arena *a, struct inv_end *out,
    struct err *e);
/* The end that a port id is. */
int inv_end_of(struct inv *i, int64_t port, struct arena *a, struct inv_end *out, struct err *e);
/* All ports of a thing, in natural order. */
int inv_ends(struct inv *i, const struct inv_ref *t, struct arena *a, struct inv_end **out, size_t *n_out,
    struct err *e);
/* The row alone, without a row of `change`. */
int inv_port_write(struct inv_edit *ed, const struct inv_ref *t, const struct inv_port_in *in, struct arena *a,
    struct inv_end *out, struct err *e);
int inv_port_add(struct inv_edit *ed, const struct inv_ref *t, const struct inv_port_in *in, struct arena *a,
    struct inv_end *out, struct err *e);
/* kind and plug NULL: as it is. What it is connected to must fit still. */
int inv_port_set(struct inv_edit *ed, struct inv_end *p, const char *kind, const char *plug, struct arena *a,
    struct err *e);
int inv_port_del(struct inv_edit *ed, const struct inv_end *p, struct arena *a, struct err *e);
/* 1 they may be joined, 0 not with the reason in *e (ERR_CONFLICT), -1. */
int inv_fits(struct inv *i, const struct inv_end *a, const struct inv_end *b, struct err *e);
/* Both ports free and fit, else refused. Two rows of `change`, one for each end. */
int inv_cable_add(struct inv_edit *ed, const struct inv_end *a, const struct inv_end *b, struct arena *mem,
    struct err *e);
int inv_cable_del(struct inv_edit *ed, const struct inv_end *a, struct arena *mem, struct err *e);

/* ---- places and pools ------------------------------------------------------------------ */

struct inv_spot {
	const char *container;      /* NULL: nowhere */
	int64_t id;                 /* of the container; set by the functions */
	int64_t unit, height;       /* 0: none; height 0 with a unit: 1 */
	const char *face, *side;    /* NULL: none; face NULL with a unit: as the type says, else both */
};
/* Where it is now; container NULL: nowhere. */
int inv_spot_get(struct inv *i, int64_t thing, struct arena *a, struct inv_spot *out, struct err *e);
/* Put it there, from wherever it is; nothing happens when it is there already. */
int inv_spot_put(struct inv_edit *ed, const struct inv_ref *t, const struct inv_spot *spot, struct arena *a,
    struct err *e);
/* Out of its place: refused as ERR_CONFLICT when it is in none. */
int inv_spot_take(struct inv_edit *ed, const struct inv_ref *t, struct arena *a, struct err *e);

/* The rows alone, without a row of `change`: nowhere; and there, when it is nowhere, the spot being complete. */
int inv_spot_clear(struct inv *i, int64_t thing, struct err *e);
int inv_spot_write(struct inv *i, const struct inv_ref *t, const struct inv_ref *rack, const struct inv_spot *s,
    struct err *e);

/* 1 when it was not in it, 0 when it was (nothing happens). */
int inv_member_add(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, struct err *e);
/* 1 when it was in it, 0 when it was not (nothing happens). */
int inv_member_del(struct inv_edit *ed, const struct inv_ref *pool, const struct inv_ref *t, struct err *e);

#endif
