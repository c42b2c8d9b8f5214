/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages: the program that shows the room. Its page families lie in
 * pages_*.c; here is what they share: the room as it was last read, and tables
 * whose columns are rows.
 */
#ifndef LARCH_CGI_PAGES_H
#define LARCH_CGI_PAGES_H

#include "advice/advice.h"
#include "glass/glass.h"
#include "inv/inv.h"
#include "status/status.h"
#include "web/web.h"

/* ---- where things are --------------------------------------------------------------------- */

/* Where each of some things is; by name, in bytes. */
struct pages_places {
	const struct inv_place *place;
	size_t n;
};
/* things NULL: of all. */
int pages_places(struct inv *inv, const struct hosts *things, struct arena *a, struct pages_places *out, struct err *e);
const struct inv_place *pages_place_find(const struct pages_places *p, const char *thing); /* NULL: nowhere */
/* "rack b07 unit 13", "room 2"; NULL: nowhere. */
const char *pages_place_text(const struct inv_place *p, struct arena *a);

/* ---- the room as it was last read ---------------------------------------------- */

struct pages_node {
	const char *name;
	const struct inv_thing *thing;    /* NULL: the inventory has none of this name; Slurm, a group or a check has */
	const char *href;                 /* "/nodes/n0001" */
	const char *type;                 /* "server"; "" nobody says */
	const char *owner, *rack, *unit;  /* NULL: nobody says */
	const char *rack_unit;            /* "b01 U12"; "" */
	bool has_bmc, watched;            /* watched: there is something of it that can be asked */
	const struct inv_cord *cords;
	size_t n_cords;
	const char *cords_text;           /* "pdu-b01-a/AA1 pdu-b01-b/AA1" */
	const struct status_action *action; /* the last one, or NULL */
	const char *action_text, *action_href; /* "", NULL: none is known */
	const struct status_value **values; /* one a column of the room, in its order; NULL: never seen */
	int64_t seen;                     /* the oldest sight of all of them, ms; 0: never */
	const struct status_value *worst; /* only pages_worst reads it: so at r->judged, and until `fresh` */
	int64_t fresh;
};

struct pages_pdu {
	const struct inv_thing *thing;
	const char *href;
	const char *family, *rack, *feed;
	const struct status_value *value; /* of the check "pdu" */
	const struct status_value *feeds; /* what goes in, and the air at it; NULL: not told */
	const struct status_outlet *outlets;
	size_t n_outlets, on, off, unknown;
	size_t faults, fixed;             /* outlets with a fault; outlets that nothing switches */
	double amps;                      /* NAN: nothing measured */
};

/*
 * All of it, kept until inventory or status change: a page of ten thousand
 * rows is then a walk over memory. Shared by the threads, never changed once
 * it is made.
 */
struct pages_inventory;
struct pages_seen;
struct pages_keeper;
struct pages_room {
	struct arena *arena;
	struct pages_keeper *keeper;
	struct pages_inventory *inventory; /* the halves it stands on */
	struct pages_seen *seen;
	uint64_t number;                  /* no other room of this program has it */
	int64_t rounds;                   /* status_rounds_generation: of its ages */
	int holders;

	struct inv_thing *things;         /* natural order */
	size_t n_things;
	struct pages_places places;       /* of all that is in something */
	struct status_column *columns;    /* what larchd says it asks, in its order */
	size_t n_columns;
	struct pages_node *nodes;         /* machines, and with them what only status knows; natural order */
	size_t n_nodes;
	unsigned char *levels;            /* of each node: pages_level reads them */
	size_t *sick;                     /* places of those that are not ok, in order; pages_sick */
	size_t level[STATUS_LEVEL_COUNT]; /* how many nodes have each; pages_tally */
	int64_t judged, fresh;            /* when that was so, and until when it is */
	struct pages_pdu *pdus;
	size_t n_pdus;
	struct inv_cord *cords;           /* by machine */
	size_t n_cords;
	struct inv_cord *by_outlet;       /* the same, by PDU and outlet */
	struct status_value *values;      /* by thing and check */
	size_t n_values;
	struct status_outlet *outlets;    /* by PDU and outlet, natural order */
	size_t n_outlets;
	struct status_action *actions;    /* the last of each machine, by machine */
	size_t n_actions;
	struct status_action *acts;       /* the newest PAGES_ACTS of all, by machine, and of each newest first */
	size_t n_acts;
	struct status_cured *cured;       /* past cases: what helped */
	size_t n_cured;
};

/* The room as it is now, or NULL with the sentence. pages_room_put when the answer is made. */
struct pages_room *pages_room_get(struct web_call *c, struct err *e);
void pages_room_put(struct web_call *c, struct pages_room *r);
/* Put it by itself, when the answer has gone out: for a table that is written while it is sent. */
void pages_room_hold(struct web_call *c, struct pages_room *r);

/* The column of a check, or NULL: larchd asks no such thing. Its place is its distance from r->columns. */
const struct status_column *pages_column_find(const struct pages_room *r, const char *name);
/* What a check last said of a node; NULL: never seen. */
const struct status_value *pages_value(const struct pages_room *r, const struct pages_node *n, const char *column);
/*
 * How a node is: the worst of its columns that count. What is stale counts as unknown; a node that can be asked and
 * was never seen is unknown, and one that nothing can be asked of is ok. Whoever is not ok is sick.
 */
enum status_level pages_level(const struct pages_room *r, const struct pages_node *n, int64_t now);
/* The places of those that are not ok, in order; out has room for all of them. */
size_t pages_sick(const struct pages_room *r, int64_t now, size_t *out);
/* How many nodes are at each level. */
void pages_tally(const struct pages_room *r, int64_t now, size_t out[STATUS_LEVEL_COUNT]);
/* The value that makes it so: the first of the worst; NULL: it is ok, or nothing was ever seen. */
const struct status_value *pages_worst(const struct pages_room *r, const struct pages_node *n, int64_t now);

/* ---- pages_advice.c ---- */
#define PAGES_ACTS 16384 /* what was done lately, of all machines: a room that was switched twice in a week */
/* What to do about a node that is not well; false: it is well, or no rule fits. Texts in `a`, or of the rules. */
bool pages_advice(struct web_call *c, const struct pages_room *r, const struct pages_node *n, struct arena *a, struct advice *out);
/* Its whole line as a cell, in `a`; and as much of it as stands in a table, "" none, which lives as long as the call. Both may be cut. */
const char *pages_advice_line(const struct advice *x, struct arena *a);
const char *pages_advice_short(struct web_call *c, const struct pages_room *r, const struct pages_node *n);
/* Rules that cannot be read are a banner: a page without advice does not mean that there is none to give. */
void pages_advice_banner(struct web_call *c);

/* Any thing of the inventory, or NULL. */
const struct inv_thing *pages_thing_find(const struct pages_room *r, const char *name);
const struct pages_node *pages_node_find(const struct pages_room *r, const char *name);
const struct pages_pdu *pages_pdu_find(const struct pages_room *r, const char *name);
/* Cords that hang on one outlet: a run of by_outlet. */
const struct inv_cord *pages_cords_on(const struct pages_room *r, const char *pdu, const char *outlet, size_t *n_out);

/* ---- the files -------------------------------------------------------------------- */

/*
 * As pages_inv, or the inventory as it was at the time that the field "at" says, when it was sent: for rows that
 * have PAGES_AT among their fields. Nothing to give back; the next call of this thread may close it. NULL: 400 for
 * a time to come, 404 for one before the first edit.
 */
#define PAGES_AT {.name = "at", .type = WEB_TIME, .summary = "as it was at this time"}
struct inv *pages_inv_at(struct web_call *c, struct err *e);

/* This thread's readers. inv: NULL with the sentence (503). status: NULL when it cannot be read now. */
struct inv *pages_inv(struct web_call *c, struct err *e);
struct status *pages_status(struct web_call *c);
struct glass *pages_glass(struct web_call *c); /* uses of the break-glass account; NULL: none, or they cannot be read */

/* This thread's rules of advice, as their file was when this answer asked first. */
int pages_rules(struct web_call *c, const struct advice_rules **out, struct err *e);

/* For struct auth_ask: what is so of a thing; ctx is the call. */
int pages_fact(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e);

/* pages_tags.c: the members of partials/tags: all tags that hang, or those that cover a thing, and where to hang one. */
void pages_tags_all(struct web_call *c, json_t *m);
void pages_tags_on(struct web_call *c, struct inv *inv, const char *thing, json_t *m);

/* The writer, shared: hold the lock while you use it. */
struct inv *pages_writer_lock(struct web_call *c, struct yang **yang_out);
void pages_writer_unlock(struct web_call *c);

/* The same for what is no call: a thread of the program's own. */
struct inv *pages_shared_lock(void *shared, struct yang **yang_out);
void pages_shared_unlock(void *shared);

int pages_open(const struct conf *conf, void **shared, struct err *e);
void pages_close(void *shared);
int pages_thread_open(const struct conf *conf, void *shared, void **state, struct err *e);
void pages_thread_close(void *state);
void pages_banners(struct web_call *c);

/* ---- cells ------------------------------------------------------------------------- */

/* JSON (taken over) for a column of kind WEB_COL_JSON; in the arena. */
struct web_cell pages_json_cell(struct arena *a, json_t *take);
/*
 * A check's value in a table of its column: a measure sorts by its number, and a time stands as how long ago it was,
 * in s. none: as below, where it was never seen.
 */
struct web_cell pages_column_cell(struct web_call *c, const struct status_column *col, const struct status_value *v,
    const char *none);
/* A check's value with its age; text `none` (may be NULL: unknown) where it was never seen. */
struct web_cell pages_value_cell(const struct status_value *v, int64_t now, const char *none);
/* The word of a check as it is counted and filtered: NULL for what is stale, unknown or was never seen. */
const char *pages_known_word(const struct status_value *v, int64_t now);
/* The level of a power step's outcome: 'o', 'u' (nobody knows), 'c'. */
char pages_outcome_level(const char *outcome);
/* An outlet's state with its age. */
/* pages_pdu_feeds.c: tables of a PDU's infeeds and sensors. What they point to is the caller's: json_decref when they were shown. */
json_t *pages_pdu_feeds(struct web_call *c, const struct pages_pdu *pdu, struct web_table *infeeds, struct web_table *sensors);
struct web_cell pages_outlet_cell(const struct status_outlet *o, int64_t now);
/* The page of a thing: "/nodes/NAME", "/pdus/NAME", "/racks/NAME" ... by its type; in the arena. */
const char *pages_href(struct arena *a, const char *type, const char *name);

/* ---- availability: pages_share.c ---------------------------------------------------------- */

enum { PAGES_DAY, PAGES_WEEK, PAGES_MONTH, PAGES_WINDOWS };
struct pages_window {
	const char *word; /* "day" */
	int64_t ms;
};
extern const struct pages_window pages_windows[PAGES_WINDOWS];
#define PAGES_LIFE "ping" /* the column by which a group or the room is up or down */

/* How each of some things spent the windows that end now; s NULL: nobody knows. out[w] has one a thing, in their order. */
int pages_shares(struct web_call *c, struct status *s, const struct hosts *things, const char *column,
    struct status_share *out[PAGES_WINDOWS], struct err *e);
const char *pages_share_text(const struct status_share *share, struct arena *a); /* "99.98 % (4 % unknown)" */
const char *pages_share_short(const struct status_share *share, struct arena *a); /* "99.98 % (4 % ?)" */
double pages_share_unknown(const struct status_share *share);                    /* per cent of the window; NAN */
json_t *pages_share_json(const struct status_share *share); /* {percent up_seconds down_seconds unknown_seconds} */

/* ---- tables -------------------------------------------------------------------------- */

/* One column: what it is, and what stands in a row of it. */
struct pages_column {
	struct web_column column;
	struct web_cell (*cell)(const void *ctx, size_t row, int64_t now);
};

/* A table over such columns; all of it lives in the call's arena. ctx is handed to the cells. */
struct pages_table {
	const char *name, *caption, *empty;
	const struct pages_column *columns;
	size_t n_columns, n;
	const void *ctx;
};
struct web_table pages_table(struct web_call *c, const struct pages_table *t);

/* ---- what ?q= means ----------------------------------------------------------------- */

/* Does it look like an inventory query (a host list, a group, type:, name:)? Else it is a word to look for. */
bool pages_is_query(const char *q);

/* The things of one query, found when the first row asks. Starts as {.call = c}. */
struct pages_filter {
	struct web_call *call;
	struct hosts found;
	bool asked;
};
/* Is this thing among those of the query? 1, 0, or -1 with the sentence. */
int pages_filter_has(struct pages_filter *f, const char *name, const char *q, struct err *e);

/* For struct auth_ask: does a query of the policy hold a thing? ctx is the reader, or the writer within its edit. */
int pages_match(void *ctx, const char *query, const char *thing, struct err *e);

/* ---- changes of the inventory ----------------------------------------------------------- */

/*
 * One edit by the person of this call: for forms and for POST /api/v1/edit. It asks the policy, holds the writer,
 * and logs. ops, expect: as struct inv_change has them, borrowed; expect NULL: whatever it is now. *result_out: what
 * inv_apply gives (the caller's), NULL after an error. After an error the answer's status is set where its kind does not
 * say it, and the problem has its members: 412 with "stale" (names), "current" (inv_doc of each that is there) and
 * "yours" (the ops); 428 when a thing is named whose revision was not said.
 */
int pages_apply(struct web_call *c, json_t *ops, json_t *expect, const char *why, bool dry_run, json_t **result_out,
    struct err *e);

/*
 * What larchd wants the inventory to say (status_states_after): taken over by a thread, each once and in order, as a
 * change by its job. Started before the threads that serve; stopped after them.
 */
struct pages_states;
int pages_states_start(const struct conf *conf, void *shared, struct pages_states **out, struct err *e);
void pages_states_stop(struct pages_states *s); /* NULL is safe */
/*
 * Take over a room file, or tell what that would change: asks the policy, holds the writer, logs. The author is
 * the person of this call; why is the field "reason". *result_out (the caller's) is the API's answer.
 * seen (may be NULL): the edit at which somebody looked, ERR_STALE when there was one since; -1: nobody did. Out:
 * the edit it was held against.
 */
int pages_take_room(struct web_call *c, const struct inv_import_ask *ask, int64_t *seen, json_t **result_out,
    struct err *e);

/* Where the button leads that takes a node into the inventory: NULL where it is there, or the person may not. */
const char *pages_adopt_path(struct web_call *c, const struct pages_node *n);

/* ---- things ---------------------------------------------------------------------------- */

/* The model of inv_doc gets what a page needs beside: addresses, and whether lists are empty. */
void pages_thing_links(struct web_call *c, struct inv *inv, json_t *model);
bool pages_may_edit(struct web_call *c);
json_t *pages_attributes(const struct inv_thing *t);                                          /* [{key subkey number value}] */
json_t *pages_places_model(struct web_call *c, struct inv *inv, const char *name);            /* [{name href unit}] outward */
/* Its ports that a switch is at the other end of, when this person may move them to another VLAN. */
json_t *pages_vlan_ports(struct web_call *c, struct inv *inv, const char *name, const struct inv_connection *cables,
    size_t n);
/* What a form of one thing may do: for the field "op". */
extern const char *const pages_ops[];

/* ---- the page families: handlers ------------------------------------------------------ */

web_handler pages_front, pages_help;
web_handler pages_nodes, pages_node, pages_node_picture;
web_handler pages_groups, pages_group;
extern const char *const pages_spans[]; /* of pages_node_picture; ends with NULL */
web_handler pages_pdus, pages_pdu;
web_handler pages_things, pages_find, pages_names, pages_export, pages_import, pages_edit;
web_handler pages_thing_doc, pages_history, pages_thing_history, pages_trace, pages_locate, pages_console;
web_handler pages_tree, pages_pools, pages_pool, pages_types, pages_lost;
web_handler pages_thing, pages_edit_form, pages_edit_post, pages_new_form, pages_new_post;
web_handler pages_import_form, pages_import_post;
web_handler pages_racks, pages_rack, pages_rack_picture;
web_handler pages_things, pages_import;
web_handler pages_status_show, pages_group_list, pages_checks, pages_adopt;
extern const char *const pages_orients[], *const pages_key_sets[]; /* of pages_status_show; end with NULL */
web_handler pages_healthz, pages_metrics, pages_since;

#endif
