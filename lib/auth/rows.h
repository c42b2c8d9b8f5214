/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of sessions.db and auth.db as C sees them. SQL is in auth_rows.c
 * (sessions.db: passes) and desk_rows.c (auth.db: attempts, known addresses,
 * the log), nowhere else. Texts of rows are the arena's.
 */
#ifndef LARCH_AUTH_ROWS_H
#define LARCH_AUTH_ROWS_H

#include "inner.h"

/* ---- sessions.db: a pass is a session, a key, or a token (a key of a login by API) ---- */

enum auth_pass_kind { AUTH_PASS_SESSION, AUTH_PASS_KEY, AUTH_PASS_TOKEN };

struct auth_pass {
	const char *id;
	enum auth_pass_kind kind;
	unsigned char hash[AUTH_HASH];
	const char *who, *display;
	const char **groups, **scope;
	size_t n_groups, n_scope;
	struct auth_span span;
	int64_t groups_at, ended_at; /* ended_at 0: not ended */
	const char *ended_why;
	const char *title, *address, *agent;
	const char *maker;           /* id of the key that made this one; "": a person did */
	const char *things;          /* of a key; NULL: whatever its person may */
};

int auth_rows_open_sessions(const char *path, struct store **out, struct err *e);
int auth_rows_open_sessions_reader(const char *path, struct store **out, struct err *e);

int auth_pass_add(struct store *s, const struct auth_pass *p, struct err *e);
/* 1 found (ended ones too), 0 not, -1. By the hash of a session's token; by the id of anything. */
int auth_pass_by_hash(struct store *s, const unsigned char hash[AUTH_HASH], struct arena *a,
    struct auth_pass *out, struct err *e);
int auth_pass_by_id(struct store *s, const char *id, struct arena *a, struct auth_pass *out, struct err *e);

struct auth_passes {
	struct auth_pass *row;
	size_t n;
};
/* Passes that nobody ended, of one person, newest first: sessions, or keys and tokens. */
int auth_pass_list(struct store *s, const char *who, bool keys, struct arena *a, struct auth_passes *out,
    struct err *e);
/* The live passes that this key has made. */
int auth_pass_list_made(struct store *s, const char *maker, struct arena *a, struct auth_passes *out, struct err *e);
/* All that nobody ended, of everybody, by person. */
int auth_pass_list_live(struct store *s, struct arena *a, struct auth_passes *out, struct err *e);

int auth_pass_end(struct store *s, const char *id, int64_t at, const char *why, struct err *e);
int auth_pass_groups(struct store *s, const char *who, const char *const *groups, size_t n,
    const char *display, int64_t at, struct err *e);
/* Forget what ended before `before`. */
int auth_pass_forget(struct store *s, int64_t before, struct err *e);

/* ---- auth.db --------------------------------------------------------------------------- */

int auth_rows_open_desk(const char *path, struct store **out, struct err *e);

struct auth_try {
	const char *account, *address;
	bool known;     /* the person has logged in from there lately */
	int64_t boot;   /* CLOCK_BOOTTIME, ms */
};
/* Which attempts are counted together. */
enum auth_try_scope { AUTH_TRY_PAIR, AUTH_TRY_STRANGERS, AUTH_TRY_ADDRESS };

/* How many there are since a moment, and when the oldest of them was. */
int auth_try_count(struct store *s, enum auth_try_scope scope, const struct auth_try *t, int64_t since,
    int64_t *count, int64_t *oldest, struct err *e);
int auth_try_add(struct store *s, const struct auth_try *t, const struct auth_now *now, int64_t *id,
    struct err *e);
int auth_try_drop(struct store *s, int64_t id, struct err *e);
/* Forget what is older than `since`. */
int auth_try_forget(struct store *s, int64_t since, struct err *e);
/* Give rows of an earlier boot a time of this one, so that a jump of the wall clock locks nobody out. */
int auth_try_rebase(struct store *s, const struct auth_now *now, int64_t window, struct err *e);

/* 1 when the person logged in from there at or after `since`. */
int auth_known_has(struct store *s, const char *account, const char *address, int64_t since, struct err *e);
int auth_known_put(struct store *s, const char *account, const char *address, int64_t at, struct err *e);
int auth_known_forget(struct store *s, int64_t before, struct err *e);

/* One row; the same again within a minute is counted in the row that is there. */
int auth_event_add(struct store *s, const struct auth_event *v, struct err *e);
int auth_event_list(struct store *s, const char *who, int64_t before, size_t limit, struct arena *a,
    struct auth_events *out, struct err *e);
/* Keep the newest `keep` rows. */
int auth_event_prune(struct store *s, int64_t keep, struct err *e);

#endif
