/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk's inside: two files, one lock. desk.c opens it and makes and ends
 * passes, throttle.c counts attempts, recheck.c is the background.
 */
#ifndef LARCH_AUTH_DESK_H
#define LARCH_AUTH_DESK_H

#include <pthread.h>

#include "rows.h"

struct auth_desk {
	struct auth_desk_conf conf;
	struct store *sessions, *desk; /* both under the lock */
	pthread_mutex_t lock;
	int checking;                  /* passwords that are being checked now */
	int64_t down_at;               /* CLOCK_BOOTTIME of the last check that found the directory down */
	int local_checks;              /* passwords of the local account that are being checked now */
	pthread_cond_t local_free;
	/* the background thread */
	pthread_t thread;
	pthread_cond_t wake;
	bool running, stop;
	int64_t complained_at;         /* CLOCK_BOOTTIME, of a person who cannot be decided */
	bool directory_was_down;       /* so that it is logged once, not every round */
};

/* ---- throttle.c: all under the lock ---- */

struct auth_grant {
	int64_t id;       /* of an attempt that was granted */
	const char *why;  /* of a refusal, for the log */
	int64_t wait_ms;
};
/* Ask for one attempt: 1 granted, 0 refused (*e says until when), -1 failed. */
int auth_throttle_take(struct auth_desk *d, const char *account, const char *address, struct auth_grant *out,
    struct err *e);
/* What came of it: a right password, and a directory that is down, are no guesses. */
int auth_throttle_settle(struct auth_desk *d, int64_t id, enum auth_outcome outcome, const char *account,
    const char *address, struct err *e);
/* Forget what is too old to matter. */
int auth_throttle_tidy(struct auth_desk *d, struct err *e);
/* Once, at the start. */
int auth_throttle_open(struct auth_desk *d, struct err *e);

/* ---- local.c ---- */

/* The name is read once, at the start: without the lock. */
bool auth_local_is(const struct auth_desk *d, const char *account);
/* What the directory would say of it. */
void auth_local_found(const struct auth_desk *d, struct arena *a, struct auth_found *out);
/* As auth_check, of the local account; two at one time. Not under the lock. */
enum auth_outcome auth_local_check(struct auth_desk *d, struct str password, struct arena *a, struct auth_found *out,
    struct err *e);

/* ---- desk.c ---- */

/* A row of the log. Under the lock. */
int auth_desk_write(struct auth_desk *d, const char *who, const char *address, const char *what,
    const char *why, struct err *e);
/* End a pass and write the row of it. Under the lock. */
int auth_desk_end(struct auth_desk *d, const struct auth_pass *p, const char *why, const char *address,
    struct err *e);

#endif
