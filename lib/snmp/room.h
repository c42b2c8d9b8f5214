/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room. session.c opens and closes sockets; client.c brings calls to
 * sessions and moves packets; call.c knows what a get, a walk and a set ask and
 * whether an answer answers it; engine.c learns and keeps the engine ids of
 * version 3.
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
#include <net-snmp/library/large_fd_set.h>
#include <net-snmp/library/snmp_transport.h>

enum snmp_kind { SNMP_KIND_GET, SNMP_KIND_WALK, SNMP_KIND_SET, SNMP_KIND_COUNT };

/* One object asked: of a get, a set, or a column of a walk. */
struct snmp_asked {
	struct snmp_oid base;
	struct snmp_oid last; /* walk: the last row seen, base before the first */
	bool done;            /* has its value, or its last row */
};

struct session;

struct snmp_call {
	TAILQ_ENTRY(snmp_call) link;  /* on exactly one of: session->calls, client->ready, client->waiting, a discovery's */
	struct snmp_client *client;
	struct session *session;      /* NULL while waiting for one */
	enum snmp_kind kind;
	snmp_done_fn *done;
	void *ctx;
	struct snmp_target target;    /* strings are owned copies */
	struct snmp_asked *asked;
	size_t n_asked, first;        /* all before `first` are done */
	struct snmp_put put;          /* set; its octets point into octets[] */
	char octets[LIMIT_SNMP_OCTETS];
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
	bool other_engine, asked_engine; /* the device says it is another engine; it has been asked again */
	struct snmp_answer answer;
};

TAILQ_HEAD(snmp_calls, snmp_call);

#define SNMP_BUCKETS 256

struct session {
	TAILQ_ENTRY(session) age;    /* client->sessions, the longest unused first */
	LIST_ENTRY(session) bucket;
	TAILQ_ENTRY(session) bad;    /* client->broken, when broken is not 0 */
	struct snmp_client *client;
	void *handle;                /* net-snmp's */
	int fd;
	struct snmp_target key;      /* address, version, community (owned), timeout_ms, tries */
	uv_poll_t poll;
	uv_timer_t timer;
	int handles;                 /* open uv handles; the last one frees the session */
	struct snmp_calls calls;     /* in flight */
	size_t in_flight;
	uint64_t strays;             /* datagrams that answered no call */
	uint64_t answered;
	int64_t used;                /* loop time, ms */
	int broken;                  /* errno of an ICMP error or a failed send; 0: fine */
	bool stale;                  /* of an engine that is gone: not found again */
};

#define SNMP_KEYS 16         /* passphrases whose key is kept: a room has a few */
#define SNMP_KEY_BYTES 64

/* RFC 3414 section 2.6: a passphrase's key before it is made an engine's own. A million bytes are hashed for it. */
struct snmp_key {
	char *passphrase;            /* NULL: none */
	unsigned char key[SNMP_KEY_BYTES];
	size_t n;
};

struct snmp_engine;
struct snmp_discovery;

struct snmp_client {
	uv_loop_t *loop;
	TAILQ_HEAD(, session) sessions, broken;
	LIST_HEAD(, session) bucket[SNMP_BUCKETS];
	size_t n_sessions, n_busy;   /* busy: with a call in flight */
	struct snmp_calls ready;     /* have an answer, or ended before anything was sent */
	struct snmp_calls waiting;   /* for a session */
	LIST_HEAD(, snmp_engine) engines[SNMP_BUCKETS];
	size_t n_engines;
	TAILQ_HEAD(, snmp_discovery) discoveries;
	size_t n_discoveries;
	struct snmp_calls unasked;   /* of version 3, waiting for a discovery's socket */
	struct snmp_key keys[SNMP_KEYS];
	size_t next_key;
	uv_timer_t later;            /* drains `ready` once the caller has returned */
	uv_timer_t sweep;
	int handles;                 /* own handles and sessions not yet freed */
	bool dying, draining;
	netsnmp_large_fd_set fds;    /* scratch: one descriptor at a time */
};

/* call.c ----------------------------------------------------------------- */
struct snmp_question {
	enum snmp_kind kind;
	const struct snmp_oid *oids;
	size_t n;
	struct snmp_put put;
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
/* Calls whose engine is known now, or, with an outcome, will not be; from a uv callback. They are taken off the list. */
void snmp_client_resume(struct snmp_client *c, struct snmp_calls *calls, enum snmp_outcome outcome, const char *text);
/* The call cannot be sent at all: an errno. */
void snmp_client_refuse(struct snmp_client *c, struct snmp_call *call, int code);
/* engine.c --------------------------------------------------------------- */
/* Make net-snmp fit for version 3, once. */
void snmp_engine_init(void);
/* The engine id kept for an address, or {NULL, 0}. */
struct str snmp_engine_of(const struct snmp_client *c, const struct sockaddr_storage *address);
void snmp_engine_forget(struct snmp_client *c, const struct sockaddr_storage *address);
/* Put the call in line for its target's engine id: snmp_client_resume follows. */
void snmp_engine_ask(struct snmp_client *c, struct snmp_call *call);
/* The next of client->unasked, when there is room. */
void snmp_engine_next(struct snmp_client *c);
/* Discoveries end, their calls are put on `left`; engines and keys are forgotten. */
void snmp_engine_end(struct snmp_client *c, struct snmp_calls *left);
/* The key of a passphrase of 8 bytes or more. NULL when net-snmp makes none. */
const struct snmp_key *snmp_engine_key(struct snmp_client *c, const char *passphrase);

/* session.c -------------------------------------------------------------- */
/* "127.0.0.1:161" */
void snmp_address_text(const struct sockaddr_storage *a, char *out, size_t size);
/* FNV-1a over a normal address, below SNMP_BUCKETS. */
unsigned snmp_address_bucket(const struct sockaddr_storage *a);
/* Connected, the kernel compares the source of every datagram and tells us ICMP errors. 0, or -1 with errno. */
int snmp_address_connect(int fd, const struct sockaddr_storage *a);
/* What ICMP said of a socket: an errno that means nobody is there, or 0. */
int snmp_address_error(int fd);
/* The address as connect(2) wants it, the port filled in, the padding zero: fit to be compared. */
struct sockaddr_storage snmp_address_normal(const struct sockaddr_storage *a, socklen_t *len);
/* The open session of a target (its address normal), or NULL. */
struct session *snmp_session_find(struct snmp_client *c, const struct snmp_target *t);
/* A new one; NULL, with errno, when the socket cannot be made or the kernel has no way there. */
struct session *snmp_session_open(struct snmp_client *c, const struct snmp_target *t, uv_poll_cb on_readable);
/* Off the lists, the socket closed; its calls have been taken off before. Memory goes with the uv handles. */
void snmp_session_close(struct session *s);
/* One uv handle of the client, or one session, is gone; the last frees the client when it is dying. */
void snmp_client_release(struct snmp_client *c);

#endif
