/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request is a plan that somebody was permitted to ask for: a row of
 * power.db, written by the `power` program, read by larchd. Its id is the job's.
 */
#ifndef LARCH_POWER_REQUEST_H
#define LARCH_POWER_REQUEST_H

#include "plan.h"
#include "store/store.h"

#define REQUEST_VERSION 4 /* of power.db */
#define REQUEST_HASH 32

struct power_requests;
LARCH_API int power_requests_open(const char *path, struct power_requests **out, struct err *e);        /* power */
LARCH_API int power_requests_open_reader(const char *path, struct power_requests **out, struct err *e); /* larchd */
LARCH_API void power_requests_close(struct power_requests *r);
LARCH_API int64_t power_requests_generation(struct power_requests *r);
LARCH_API bool power_requests_replaced(struct power_requests *r); /* another file, or none, is in its place: open it anew */

struct power_request {
	int64_t id, created, until;  /* ms; not begun after `until` */
	const char *who, *source;    /* login name; "session 12" or "key ab12" */
	const char *address;         /* from where */
	const char *role, *reason;
	const char *idempotency;     /* NULL none */
	const char *request_id;
	int64_t at_once, per_hour;   /* ceilings of the role; 0: none */
	int64_t second_over;         /* machines of one request that the role may switch alone; 0: any number */
	int64_t grant_id;            /* the grant it was asked under; 0: none */
	const char *approver;        /* the second person; "" none, ... */
	int64_t approval_id;         /* ... and the row that says so */
	const char *plan_text;       /* canonical JSON of the plan */
	const char *plan_hash;
	const char *machines;        /* folded */
	enum power_verb verb;
	enum power_way way;
	const char *chain;           /* its hash in the chain of requests, hex; "": it is in none */
	const char *malformed;       /* why the row is not one that the power program writes; NULL: it is one */
};

/*
 * File a request. The permit must cover the plan's verb and every thing of
 * power_plan_things; the plan must not be refused. On success *id_out is the
 * job. A key already used by the same person gives the same job and *again_out true.
 * `busy` tells whether a job has ended: a machine in an open one is ERR_CONFLICT with its number.
 */
/* What a job claims while it is open: its machines, every outlet it switches ("pdu:outlet"), a switch whose lists it
 * changes, and what else it cuts. Two jobs never have one of these in common. Sorted. */
LARCH_API void power_plan_claims(const struct power_plan *p, struct arena *a, struct hosts *out);

typedef bool power_ended_fn(void *ctx, int64_t job);
struct power_filing {
	const struct permit *permit;
	const struct power_plan *plan;
	const char *source, *address, *reason, *idempotency, *request_id;
	int64_t at_once, per_hour;
	int64_t second_over, grant_id, approval_id; /* as in the request; the use of both is counted with it */
	const char *approver;        /* NULL: none */
	int64_t after;               /* the highest job the journal knows: a power.db that was lost does not begin at 1 */
	int64_t journal;             /* the journal's head as `power` sees it: its number, 0 none, ... */
	unsigned char journal_hash[REQUEST_HASH]; /* ... and its hash; the request cites it */
	power_ended_fn *ended;
	void *ctx;
};
/* With the request goes its row of the chain (docs/formats/requests.md), in the same transaction. */
LARCH_API int power_file(struct power_requests *r, const struct power_filing *f, int64_t *id_out,
    bool *again_out, struct err *e);

/*
 * The job that this person filed with this Idempotency-Key: 1 and its number when its plan was this one (or 16
 * digits of its hash), 0 none, -1 with ERR_CONFLICT when the key was used for another. Asked before anything is
 * planned anew: a request that comes a second time is not another one because the room has changed meanwhile.
 */
LARCH_API int power_filed(struct power_requests *r, const char *who, const char *key, const char *plan,
    int64_t *id_out, struct err *e);

/*
 * The oldest request with an id above `after`: 1, 0 when there is none, -1. A field that is too long or no
 * text is left empty and `malformed` says so: power.db is another program's, and larchd believes nothing in it.
 */
LARCH_API int power_request_after(struct power_requests *r, int64_t after, struct arena *a,
    struct power_request *out, struct err *e);
LARCH_API int power_request_get(struct power_requests *r, int64_t id, struct arena *a,
    struct power_request *out, struct err *e);

/* The newest requests, newest first, at most limit; without their plans (plan_text is empty). */
LARCH_API int power_requests_newest(struct power_requests *r, size_t limit, struct arena *a,
    struct power_request **out, size_t *n_out, struct err *e);

/* What somebody asked of a running job ("abort"), and questions for larchd ("check now"). */
struct power_order {
	int64_t id, at, job;         /* job 0: a question */
	const char *who, *what;      /* "abort" "resume" "check" "probe" "bmc" */
	const char *verb;            /* that the permit must be for: the job's; NULL: `what` itself */
	const char *things;          /* folded, for "check"; an address or a thing for "probe", a machine for "bmc" */
};
LARCH_API int power_order(struct power_requests *r, const struct permit *permit, const struct power_order *o,
    int64_t *id_out, struct err *e);
/* Orders with an id above `after`, oldest first, at most LIMIT_ORDERS; one that is malformed has `what` "". */
LARCH_API int power_orders_after(struct power_requests *r, int64_t after, struct arena *a,
    struct power_order **out, size_t *n_out, struct err *e);
LARCH_API int power_order_get(struct power_requests *r, int64_t id, struct arena *a, struct power_order *out, struct err *e);
/* The highest id of an order; 0 none, -1 failed. */
LARCH_API int64_t power_orders_last(struct power_requests *r);
/* Has somebody asked to abort this job? Who, or NULL. */
LARCH_API const char *power_order_abort(struct power_requests *r, int64_t job, struct arena *a);

/* request_chain_rows.c: the row of the chain for a request that stands in the file, in the caller's transaction. */
int power_chain_add(struct store *s, int64_t request, const struct power_filing *f, struct err *e);

#endif
