/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp: net-snmp's single-session asynchronous API on a libuv loop: get, walk
 * by GETBULK (GETNEXT for version 1), set of one integer. Called by gate and
 * its users. A value that is no value (noSuchObject, noSuchInstance,
 * endOfMibView) is SNMP_NONE, never a number. It knows no device family.
 */
#ifndef LARCH_SNMP_SNMP_H
#define LARCH_SNMP_SNMP_H

#include <netinet/in.h>
#include <uv.h>

#include "base/base.h"

#define SNMP_OID 64

struct snmp_oid {
	uint32_t id[SNMP_OID];
	size_t n;
};

enum snmp_type { SNMP_NONE, SNMP_NUMBER, SNMP_TEXT, SNMP_OBJECT };

struct snmp_value {
	struct snmp_oid oid;
	enum snmp_type type;   /* INTEGER, Gauge32, Counter, TimeTicks are all SNMP_NUMBER */
	int64_t number;
	struct str text;       /* bytes of an OCTET STRING */
	struct snmp_oid object;
};

struct snmp_client;
LARCH_API int snmp_client_create(uv_loop_t *loop, struct snmp_client **out, struct err *e);
LARCH_API void snmp_client_destroy(struct snmp_client *c); /* unfinished calls end as SNMP_CANCELLED */

struct snmp_target {
	struct sockaddr_storage address; /* numeric, with port (161 by default) */
	int version;                     /* 1, 2 (2c) or 3 */
	const char *community;           /* versions 1 and 2 */
	const char *user, *auth_secret, *priv_secret; /* version 3, authPriv: SHA-256, AES */
	int timeout_ms;                  /* of one try; 0: 1000 */
	int tries;                       /* 0: 3 */
	int max_varbinds;                /* of one request; 0: 16 */
};

enum snmp_outcome {
	SNMP_OK,
	SNMP_SILENT,      /* nothing came */
	SNMP_UNREACHABLE, /* ICMP port unreachable, no route */
	SNMP_REFUSED,     /* the agent answered with an error-status; text names it (RFC 3416 section 3) */
	SNMP_AUTH,        /* version 3: unknown user, wrong digest */
	SNMP_GARBAGE,     /* an answer to another question, or out of order */
	SNMP_CANCELLED,
	SNMP_OUTCOME_COUNT
};

struct snmp_answer {
	enum snmp_outcome outcome;
	const struct snmp_value *values; /* n of them, in the order asked; borrowed until done returns */
	size_t n;
	char text[200];                  /* a sentence for outcome != OK */
};

/* Called once, from the loop, never before the call that asked has returned. */
typedef void snmp_done_fn(void *ctx, const struct snmp_answer *answer);

/* Values of n objects; more than max_varbinds are asked in several requests, tooBig halves them. */
LARCH_API void snmp_get(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oids,
    size_t n, snmp_done_fn *done, void *ctx);

/* All rows below n columns, at most max_values values in all, else SNMP_GARBAGE. */
LARCH_API void snmp_walk(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *columns,
    size_t n, size_t max_values, snmp_done_fn *done, void *ctx);

/*
 * Write one INTEGER. One SET, retransmitted like any request: callers write only
 * values that may be written twice (on, off), never "reboot".
 */
LARCH_API void snmp_set(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oid,
    int64_t value, snmp_done_fn *done, void *ctx);

LARCH_API const char *snmp_outcome_name(enum snmp_outcome o);
LARCH_API bool snmp_oid_below(const struct snmp_oid *oid, const struct snmp_oid *base);
LARCH_API void snmp_oid_text(const struct snmp_oid *oid, struct buf *out);

#endif
