/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants and approvals: rows of power.db, written by the `power` program.
 *
 * A grant is what somebody opened for themselves with a proof: some verbs on
 * some things for some minutes and some uses. A use is a request that is filed
 * under it, counted in the transaction that files it.
 *
 * An approval is a plan that was too large for one person: it waits for a
 * second one, and is good for one request about that plan, by who asked.
 *
 * larchd reads both again before it begins a machine (look.h).
 */
#ifndef LARCH_POWER_GRANT_H
#define LARCH_POWER_GRANT_H

#include "request.h"

#define POWER_APPROVAL_MS (INT64_C(15) * 60000) /* a plan waits so long, and so long an approval is good */
#define POWER_SUM_TEXT 65                       /* SHA-256 of a token as hex, and the NUL */

struct power_grant {
	int64_t id;
	const char *who, *pass;      /* login name; id of the session or key it was opened in, and holds in */
	const char *verbs, *things;  /* "on,cycle"; folded */
	const char *how;             /* what proved it: "totp" "recovery" "password" */
	int64_t minutes, uses, used;
	int64_t made, until;         /* ms */
	int64_t revoked_at;          /* 0: not */
	const char *revoked_by;
};

/* The grant with its proof: the proof is burned in the same transaction. ERR_DENIED when it was burned before. */
LARCH_API int power_grant_put(struct power_requests *r, const struct power_grant *g, const char *token_sum,
    const char *proof, int64_t *id_out, struct err *e);
/* 1 found (over and revoked ones too), 0 none, -1. A malformed row is none. */
LARCH_API int power_grant_by_token(struct power_requests *r, const char *token_sum, struct arena *a,
    struct power_grant *out, struct err *e);
LARCH_API int power_grant_get(struct power_requests *r, int64_t id, struct arena *a, struct power_grant *out, struct err *e);
/* Those that are open at `now`, newest first, at most LIMIT_GRANTS. */
LARCH_API int power_grants_open(struct power_requests *r, int64_t now, struct arena *a, struct power_grant **out,
    size_t *n_out, struct err *e);
/* ERR_NOT_FOUND when there is none that is open. */
LARCH_API int power_grant_revoke(struct power_requests *r, int64_t id, const char *by, int64_t now, struct err *e);

/* Is it open at `at`, for one use more? 0, or -1 ERR_DENIED: revoked, over, used up, a clock that was set back. */
LARCH_API int power_grant_check(const struct power_grant *g, int64_t at, struct err *e);
/* Is it for this verb and each of these things? 0, or -1 ERR_DENIED with the first that it is not for. */
LARCH_API int power_grant_covers(const struct power_grant *g, const char *verb, const struct hosts *things,
    struct arena *a, struct err *e);

struct power_approval {
	int64_t id;
	const char *plan;            /* its hash, 64 digits */
	const char *who;             /* who asked */
	const char *verb, *things;   /* what an approver must be allowed; folded */
	const char *text;            /* the plan as it was shown */
	const char *back;            /* the plan's page */
	int64_t machines;
	int64_t asked, until;        /* ms; approved, the end is that of the approval */
	const char *approver, *how;  /* "" waiting */
	int64_t approved;
	int64_t request;             /* it was used for; 0: not yet */
};

/* A plan that waits. One that waits already for the same person stays, and its id is given. */
LARCH_API int power_approval_ask(struct power_requests *r, const struct power_approval *x, int64_t *id_out, struct err *e);
/* The newest that is not over and not used of this plan; who NULL: of anybody. 1, 0 none, -1. */
LARCH_API int power_approval_of(struct power_requests *r, const char *plan, const char *who, int64_t now, struct arena *a,
    struct power_approval *out, struct err *e);
LARCH_API int power_approval_get(struct power_requests *r, int64_t id, struct arena *a, struct power_approval *out,
    struct err *e);
/* All that are not over and not used, newest first, at most LIMIT_GRANTS; without their texts. */
LARCH_API int power_approvals_open(struct power_requests *r, int64_t now, struct arena *a, struct power_approval **out,
    size_t *n_out, struct err *e);
/* By another person than who asked: else ERR_DENIED. The proof is burned with it. */
LARCH_API int power_approve(struct power_requests *r, const struct power_approval *x, const char *approver,
    const char *how, const char *proof, int64_t now, struct err *e);

/* Within the transaction that files a request: count the use, spend the approval. */
int power_grant_use(struct store *s, int64_t id, const char *who, int64_t now, struct err *e);
int power_approval_use(struct store *s, int64_t id, int64_t request, const char *who, int64_t now, struct err *e);

#endif
