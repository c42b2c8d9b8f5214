/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snmp: net-snmp's single-session asynchronous API on a libuv loop: get, walk
 * by GETBULK (GETNEXT for version 1), set of one object. Called by gate and
 * its users. A value that is no value (noSuchObject, noSuchInstance,
 * endOfMibView) is SNMP_NONE, never a number. It knows no device family, reads
 * no MIB, configuration or persistent file of net-snmp's, and resolves no name.
 *
 * One connected UDP socket stands for one target (address, version, community,
 * time limit, tries) and is kept for a minute: the kernel drops what comes from
 * another address or port, and an ICMP error ends the calls at once. Answers
 * are matched by request id; RFC 3416 is the protocol of versions 2c and 3,
 * RFC 1157 of version 1. Calls to one target may overlap; nothing is queued
 * per device here (that is gate's).
 *
 * Version 3 (RFC 3414) speaks HMAC-192-SHA-256 (RFC 7860) and AES-128 (RFC 3826).
 * An engine's id is learnt by a datagram of our own: net-snmp's discovery blocks
 * for the whole time limit of a silent device. It is kept per address, and asked
 * again when the device says that it is another.
 *
 * A loop whose calls have all ended is not kept alive by this room.
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
	struct str text;       /* bytes of an OCTET STRING as they came: clean them before a person sees them */
	struct snmp_oid object;
};

struct snmp_client;
LARCH_API int snmp_client_create(uv_loop_t *loop, struct snmp_client **out, struct err *e);

/*
 * Unfinished calls end as SNMP_CANCELLED before this returns. Memory and
 * handles go when the loop runs next. May be called from a snmp_done_fn.
 * NULL does nothing.
 */
LARCH_API void snmp_client_destroy(struct snmp_client *c);

/* What version 3 demands of a message (RFC 3411 section 3.4.3). Less than the first is only used where somebody says so. */
enum snmp_security { SNMP_AUTH_PRIV, SNMP_AUTH_NO_PRIV, SNMP_NO_AUTH };

struct snmp_target {
	struct sockaddr_storage address; /* numeric, with port; port 0 means 161 */
	int version;                     /* 1, 2 (2c) or 3 */
	const char *community;           /* versions 1 and 2 */
	const char *user, *auth_secret, *priv_secret; /* version 3: SHA-256, AES; secrets of 8 bytes or more */
	enum snmp_security security;     /* version 3 */
	int timeout_ms;                  /* of one try; 0: 1000 */
	int tries;                       /* 0: 3 */
	int max_varbinds;                /* of one request; 0: 16; at most LIMIT_SNMP_VARBINDS */
};

enum snmp_outcome {
	SNMP_OK,
	SNMP_SILENT,      /* nothing came; a SET may have been obeyed all the same */
	SNMP_UNREACHABLE, /* ICMP port unreachable, no route */
	SNMP_REFUSED,     /* the agent answered with an error-status; text names it (RFC 3416 section 3) */
	SNMP_AUTH,        /* version 3: unknown user, wrong secret, security level not allowed */
	SNMP_GARBAGE,     /* an answer to another question, out of order, or larger than its ceiling */
	SNMP_CANCELLED,
	SNMP_NOT_SENT,    /* nothing left: the target or the question is not possible (no community, no secret) */
	SNMP_OUTCOME_COUNT
};

struct snmp_answer {
	enum snmp_outcome outcome;
	const struct snmp_value *values; /* n of them, in the order asked; borrowed until done returns */
	size_t n;                        /* 0 unless outcome is SNMP_OK */
	int status;                      /* of SNMP_REFUSED: error-status, RFC 3416 section 3; else 0 */
	char text[200];                  /* a sentence for outcome != OK */
};

/* Called once, from the loop, never before the call that asked has returned. */
typedef void snmp_done_fn(void *ctx, const struct snmp_answer *answer);

/*
 * Values of n objects; more than max_varbinds are asked in several requests,
 * one after the other; tooBig halves them. Everything given is copied.
 */
LARCH_API void snmp_get(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oids,
    size_t n, snmp_done_fn *done, void *ctx);

/*
 * All rows below n columns, at most max_values values in all, else
 * SNMP_GARBAGE. The values come column by column in the order asked, the rows
 * of a column in the device's order, which must increase (RFC 3416 section
 * 4.2.3). A column the device does not have gives no value. With n columns of
 * r rows, n * (r + 1) varbinds or more in max_varbinds make it one round trip.
 */
LARCH_API void snmp_walk(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *columns,
    size_t n, size_t max_values, snmp_done_fn *done, void *ctx);

/*
 * Write one INTEGER (32 bits). One SET, retransmitted like any request: callers
 * write only values that may be written twice (on, off), never "reboot". The
 * answer holds the value the agent echoed; what the device does is another
 * question: read it back.
 */
LARCH_API void snmp_set(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oid,
    int64_t value, snmp_done_fn *done, void *ctx);

/*
 * Write one object of another type. An agent refuses the wrong one (wrongType): a VLAN of RFC 4363 is Unsigned32.
 * Octets are at most LIMIT_SNMP_OCTETS bytes, and copied. `once`: never retransmitted; after SNMP_SILENT only reading
 * tells. For what must not be written twice: a list that somebody else may have changed in between.
 */
enum snmp_put_type { SNMP_PUT_INTEGER, SNMP_PUT_UNSIGNED, SNMP_PUT_OCTETS };
struct snmp_put {
	enum snmp_put_type type;
	int64_t number;        /* INTEGER: 32 bits with sign; UNSIGNED: without */
	struct str octets;
	bool once;
};
LARCH_API void snmp_write(struct snmp_client *c, const struct snmp_target *t, const struct snmp_oid *oid,
    const struct snmp_put *put, snmp_done_fn *done, void *ctx);

/*
 * The engine id that an answer to a discovery names (RFC 3414 section 4): true, or false when it is no message of
 * version 3 and the user-based security model that answers msg_id. `id` points into the datagram: 5 to 32 bytes.
 */
LARCH_API bool snmp_engine_read(struct str datagram, uint32_t msg_id, struct str *id);

LARCH_API const char *snmp_outcome_name(enum snmp_outcome o);

/* True when oid is base or lies below it. */
LARCH_API bool snmp_oid_below(const struct snmp_oid *oid, const struct snmp_oid *base);

/* "1.3.6.1.4"; nothing for n == 0. */
LARCH_API void snmp_oid_text(const struct snmp_oid *oid, struct buf *out);

#endif
