/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share: the handle, and what the writer knows of the file without reading it.
 * docs/formats/status.md has the tables.
 */
#ifndef LARCH_STATUS_PRIVATE_H
#define LARCH_STATUS_PRIVATE_H

#include <uthash.h>

#include "status.h"

#define STATUS_HOUR_MS INT64_C(3600000)
#define STATUS_DAY_MS (24 * STATUS_HOUR_MS)

/* A name and its number in the file. */
struct kept_name {
	int64_t nr;
	int64_t last;   /* of a thing: its newest change; of a word: the day it was last used; of an outlet: its PDU */
	bool unwritten;
	UT_hash_handle hh;
	char text[];
};
struct kept_names {
	struct kept_name *hash;
	struct kept_name **by_nr; /* [top + 1]; NULL: no such number */
	size_t n, top, cap;
	struct kept_name **unwritten; /* new, or their `last` has moved */
	size_t n_unwritten, cap_unwritten;
};

/* A batch as a column remembers it: these were seen at that time, and were as before. */
struct kept_round {
	int64_t turn, at;
	size_t live;            /* values that no later batch has reached */
	bool written;
	struct buf reached;     /* as the file has it; empty once written */
	struct kept_round *older;
};

/* A value or an outlet as the file has it, or will with the next batch that can be written. */
struct kept {
	double number, watts;
	int64_t at, since, interval;
	int64_t turn;              /* the batch that wrote the row */
	struct kept_round *round;  /* the last that reached it since; NULL: none */
	char *said;                /* text, detail, data, fault, each with its 0; of an outlet: state, word, device's name, fault */
	uint32_t detail, data, fault; /* where they begin in `said`; 0: there is none */
	uint8_t level;
	bool fixed;                /* of an outlet */
	bool unwritten;
};

/* What of a batch is about one value. */
struct kept_seen {
	struct str text, detail, data, fault; /* {NULL, 0}: none */
	double number, watts;
	int64_t at, interval;
	enum status_level level;
	bool fixed;
};

struct kept_column {
	struct kept_name *name;    /* NULL: the outlets */
	const char *hint;          /* the last address that its name was asked by */
	enum status_kind kind;
	double step;
	bool counts;
	struct kept **by_nr;       /* [n] by the number of the thing, or outlet */
	size_t n, cap, values;
	struct kept_round *rounds; /* newest first */
	size_t n_rounds;
	uint32_t *reached;         /* of the batch in hand */
	size_t n_reached, cap_reached;
	int64_t reached_at;
};

struct kept_change {
	int64_t id, before, at;      /* before: the thing's one before, 0 none */
	int64_t thing, check, from_text, to_text;
	int level;                   /* from * 4 + to; BORN: the first sight */
};
#define KEPT_BORN 16

struct kept_ref {
	struct kept_column *column;
	size_t nr;
};

#define KEPT_HINTS 16384 /* a power of two */
struct kept_all {
	struct kept_names things, checks, words, outlets;
	struct kept_column **columns; /* the first is the outlets */
	size_t n_columns, cap_columns;
	struct kept_ref *unwritten;
	size_t n_unwritten, cap_unwritten;
	struct kept_change *changes;  /* not written yet */
	size_t n_changes, cap_changes;
	int64_t *dead;                /* rounds to be deleted: turn, then the number of the check */
	size_t n_dead, cap_dead;
	struct {
		const char *p;
		struct kept_name *thing;
	} hints[KEPT_HINTS];          /* by the address of a name: the same six times in a batch */
	int64_t turn, change;         /* the last of each */
	int64_t oldest;               /* change in the file */
	int64_t prune_to, pruned_at;  /* changes below go */
	int64_t day;                  /* whose availability is being summed up, and the next column */
	size_t day_column;
	int64_t lost;                 /* changes that did not fit in memory */
	int64_t now;                  /* the time of the last batch, as its writer sees it */
};

struct status {
	struct store *s;
	char *path;
	struct kept_all *kept;      /* of the writer */
	int64_t beat;               /* the writer's last */
	char aside[LIMIT_ERR_TEXT]; /* the sentence that a file was put aside, "" */
	int64_t aside_at;
	struct arena *ages_arena;
	struct status_ages *ages;
	struct store_mark ages_mark;
};

/* Ages as they are now; made anew only when something was written. The handle's own. */
int status_ages_now(struct status *s, struct status_ages **out, struct err *e);

/* Count a change of what is seen: within the transaction that makes it. */
int status_turn(struct status *s, struct err *e);
/* What a file has as a level: none of ours is unknown. */
enum status_level status_level_of(int64_t number);

/* Note an event: within the transaction that makes it. */
int status_event_in(struct status *s, const struct status_event *x, struct err *e);

/* An array in an arena that doubles; what it leaves behind goes with the arena. */
void *status_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size);

/* The same on the heap. */
void *kept_room(void *old, size_t n, size_t *cap, size_t size);

/* ---- kept.c: in memory ----------------------------------------------------------- */

struct kept_all *kept_create(void);
void kept_destroy(struct kept_all *k);
/* The number of a name, made when there is none; NULL: there are too many. */
struct kept_name *kept_name(struct kept_names *names, struct str text, size_t most);
/* One with its number, as the file has it. */
struct kept_name *kept_name_load(struct kept_names *names, int64_t nr, struct str text, int64_t last);
void kept_name_mark(struct kept_names *names, struct kept_name *n);
struct kept_column *kept_column(struct kept_all *k, const char *check);
struct kept_column *kept_column_of(struct kept_all *k, int64_t check);
/* The value with that number, made when there is none. */
struct kept *kept_slot(struct kept_column *c, size_t nr);
void kept_say(struct kept *v, const struct kept_seen *seen);
void kept_mark(struct kept_all *k, struct kept_column *c, size_t nr);
/* Forget a column and all its values. */
void kept_column_drop(struct kept_all *k, struct kept_column *c);
void kept_value(struct kept_all *k, const struct status_value *v);
void kept_outlet(struct kept_all *k, const struct status_outlet *o);
/* The end of a batch: what each column reached becomes a round. */
void kept_settle(struct kept_all *k);
/* For a new file: since when every value is as it is. */
void kept_births(struct kept_all *k);
/* Everything was written; or nothing is, to a new file. */
void kept_written(struct kept_all *k);
void kept_all_unwritten(struct kept_all *k);

/* ---- round.c: what a batch reached, as bytes --------------------------------------- */

void kept_reach(const uint32_t *nr, size_t n, struct buf *out);
/* Calls fn for each; -1: no such bytes are made by kept_reach. */
int kept_reached(struct str blob, void (*fn)(void *ctx, uint32_t nr), void *ctx);

/* ---- rows -------------------------------------------------------------------------- */

int kept_load(struct status *s, struct err *e);
/* The file is gone, or no good: a new one, for which everything is unwritten. */
int status_remake(struct status *s, const char *why, struct err *e);
/* The availability of yesterday, a column at a time; status_share_rows.c. */
void kept_make_day(struct status *s);
/* Write what is unwritten; one transaction. */
int kept_flush(struct status *s, struct err *e);

#endif
