/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of some nodes, for programs: JSON of our own shape, rows under
 * the keys that the bot before Larch gave its clients, CSV, and aligned text.
 * `pages` calls it, behind every address below /api/v1/status. It is handed
 * nodes and values and writes bytes; it reads no file and knows no request.
 *
 * The old keys hold what that bot's tools go by: SSH "up" "Down" "TimedOut",
 * POWER "on" "off" "error", sizes in bytes, STATE in Slurm's short words
 * ("drain" of "drained"), TIMESTAMP in the room's zone without its offset. They
 * have no room for an age: what is stale is null in them, as is what was never seen.
 */
#ifndef LARCH_STATUS_SHEET_H
#define LARCH_STATUS_SHEET_H

#include "status.h"

/* A node as it is written; texts may be NULL, and live as long as the writing takes. */
struct status_node {
	const char *name, *type, *owner, *place;
	bool in_inventory;
	enum status_level level;                 /* its own, as all pages show it */
	const struct status_value *const *value; /* one a column, in the columns' order; NULL: never seen */
};
struct status_nodes {
	size_t n;
	void (*node)(void *ctx, size_t i, struct status_node *out);
	void *ctx;
};

/*
 * ITEMS: {"as_of","total","items":[{"name","level",...,"checks":{"ping":{"state","level",...}}}]}, a node a line.
 * RECORDS: [{..}]. INDEX: {"n1":{..}}. SPLIT: {"columns":[],"index":[],"data":[[]]}. CSV: RFC 4180. TEXT: aligned, a
 * heading above, nothing cut.
 */
enum status_shape { STATUS_ITEMS, STATUS_RECORDS, STATUS_INDEX, STATUS_SPLIT, STATUS_CSV, STATUS_TEXT };

/*
 * The members of a row. OWN: name, level, and of each check "ping" (its text), "ping_level", "ping_number", "ping_at".
 * BOTD: NODELIST STATE TIMESTAMP USER REASON SSH POWER SCRATCH SOFTWARE TMP USERS LOAD UPTIME OVERALL. HOST: HOSTNAMES
 * LAST_JOB LOAD OVERALL PING ... as `bot check` printed them. SINFO: the first five of BOTD. ITEMS has its own.
 */
enum status_keys { STATUS_KEYS_OWN, STATUS_KEYS_BOTD, STATUS_KEYS_HOST, STATUS_KEYS_SINFO };

struct status_sheet_ask {
	const struct status_column *columns; /* all there are */
	size_t n_columns;
	const bool *chosen;                  /* of each column: is it asked for; NULL: all are */
	enum status_shape shape;
	enum status_keys keys;
	const char *fields;                  /* members, with commas; NULL: all, of ITEMS what a list needs */
	int64_t now;
};

#define STATUS_ALL_FIELDS "level,type,owner,place,in_inventory,state,number,unit,at,since,stale,detail,interval,data"

/*
 * What a sheet holds of each node, worked out once. With columns chosen, of the old keys those that rest on them
 * and the names of the node. ERR_INPUT: a field that is none, with all that are.
 */
struct status_sheet;
LARCH_API int status_sheet_make(const struct status_sheet_ask *ask, struct arena *a, struct status_sheet **out,
    struct err *e);

/* Write it in pieces; -1 as soon as `put` says so. */
LARCH_API int status_sheet_write(struct status_sheet *s, const struct status_nodes *nodes,
    int (*put)(void *ctx, struct str piece), void *ctx);

#endif
