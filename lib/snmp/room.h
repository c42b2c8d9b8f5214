/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room. client.c keeps the sessions and moves packets; call.c knows
 * what a get, a walk and a set ask and whether an answer answers it.
 *
 * The one rule that keeps net-snmp's re-entrancy out of our way: inside one of
 * its callbacks a call only takes its answer and is put on client->ready. What
 * follows (the next request, the caller's done, closing a session) happens in
 * snmp_client_drain, after net-snmp has returned.
 */
#ifndef LARCH_SNMP_ROOM_H
#define LARCH_SNMP_ROOM_H

#include <sys/queue.h>

#include "snmp.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

enum snmp_kind { SNMP_KIND_GET, SNMP_KIND_WALK, SNMP_KIND_SET, SNMP_KIND_COUNT };

/* One object asked: of a get, a set, or a column of a walk. */
struct snmp_asked {
	struct snmp_oid base;
	struct snmp_oid last; /* walk: the last row seen, base before the first */
	bool done;            /* has its value, or its last row */
};

struct session; /* of client.c */

struct snmp_call {
	TAILQ_ENTRY(snmp_call) link;  /* on exactly one of: session->calls, client->ready, client->waiting */
	struct snmp_client *client;
	struct session *session;      /* NULL while waiting for one */
	enum snmp_kind kind;
	snmp_done_fn *done;
	void *ctx;
	struct snmp_target target;    /* strings are owned copies */
	struct snmp_asked *asked;
	size_t n_asked, first;        /* all before `first` are done */
	int64_t set_value;
	size_t max_values;
	size_t budget;                /* varbinds of one request; tooBig halves it */
	size_t chunk[LIMIT_SNMP_VARBINDS]; /* what the request in flight asks, indexes of asked */
	size_t n_chunk, repeat;       /* repeat: max-repetitions of a GETBULK */
	uint64_t strays;              /* of the session, when the request left */
	struct snmp_value *values;    /* texts are offsets into `text` until the end */
	size_t *column;               /* walk: whose value; beside values */
	size_t n_values, cap_values;
	struct buf text;
	bool ended, ready;
	struct snmp_answer answer;
};

TAILQ_HEAD(snmp_calls, snmp_call);

/* call.c ----------------------------------------------------------------- */
struct snmp_question {
	enum snmp_kind kind;
	const struct snmp_oid *oids;
	size_t n;
	int64_t value;
	size_t max_values;
	snmp_done_fn *done;
	void *ctx;
};
struct snmp_call *snmp_call_create(struct snmp_client *c, const struct snmp_target *t,
    const struct snmp_question *q);
void snmp_call_destroy(struct snmp_call *call);
/* The next request's PDU, net-snmp's to free once sent. */
netsnmp_pdu *snmp_call_pdu(struct snmp_call *call);
/* Take an answer: the call has ended, or asks for its next PDU. */
void snmp_call_take(struct snmp_call *call, const netsnmp_pdu *pdu);
/* The request was too big: ask half as much. False when it was one object already. */
bool snmp_call_shrink(struct snmp_call *call);
/* End with a sentence; the first end counts. */
void snmp_call_end(struct snmp_call *call, enum snmp_outcome outcome, const char *fmt, ...)
    LARCH_PRINTF(3, 4);
/* Tell the caller. The call is off every list. */
void snmp_call_tell(struct snmp_call *call);

/* client.c --------------------------------------------------------------- */
void snmp_client_start(struct snmp_client *c, struct snmp_call *call);
/* "127.0.0.1:161" */
void snmp_address_text(const struct sockaddr_storage *a, char *out, size_t size);

#endif
