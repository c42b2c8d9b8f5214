/* SPDX-License-Identifier: Apache-2.0 */
/* Second factors (auth.db) and proofs (sessions.db) as C sees them. SQL is in step_rows.c. */
#ifndef LARCH_AUTH_STEP_ROWS_H
#define LARCH_AUTH_STEP_ROWS_H

#include "rows.h"
#include "totp.h"

struct auth_totp {
	unsigned char seed[AUTH_SEED];
	int64_t made_at, last_step;
};
/* 1 there is one, 0 none, -1. The caller wipes the seed. */
int auth_totp_get(struct store *s, const char *account, bool confirmed, struct auth_totp *out, struct err *e);
/* In the place of one that was begun and not confirmed. */
int auth_totp_put(struct store *s, const char *account, const struct auth_totp *t, struct err *e);
/* The one that was begun takes the place of the one there is, with its first code's step. */
int auth_totp_hold(struct store *s, const char *account, int64_t step, struct err *e);
/* 1 this step is taken now, 0 it was, or a later one. */
int auth_totp_take(struct store *s, const char *account, int64_t step, struct err *e);
int auth_totp_drop(struct store *s, const char *account, struct err *e);

int64_t auth_recovery_left(struct store *s, const char *account, struct err *e); /* -1 failed */
int auth_recovery_put(struct store *s, const char *account, const unsigned char hash[AUTH_HASH], struct err *e);
int auth_recovery_take(struct store *s, const char *account, const unsigned char hash[AUTH_HASH], struct err *e); /* as above */
int auth_recovery_drop(struct store *s, const char *account, struct err *e);

struct auth_proof_row {
	const char *id, *pass, *who, *purpose, *about, *how;
	unsigned char hash[AUTH_HASH];
	struct auth_span span;
};
/* Those that are long over are forgotten with it. */
int auth_proof_put(struct store *s, const struct auth_proof_row *p, struct err *e);
int auth_proof_get(struct store *s, const unsigned char hash[AUTH_HASH], struct arena *a, struct auth_proof_row *out,
    struct err *e);

#endif
