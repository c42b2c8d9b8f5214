/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: what session.c and client.c share. A call is one ipmi_ask from its line
 * to its outcome. session.c knows the states and speaks; client.c keeps time,
 * order and addresses.
 */
#ifndef LARCH_IPMI_ROOM_H
#define LARCH_IPMI_ROOM_H

#include <sys/queue.h>

#include "crypto.h"
#include "udp.h"

#define LEVELS 16     /* steps of waiting */
#define GROWTH 1.2    /* of a wait from its level to the next: eight tries of the first are 16.5 of it */
#define LONGEST 10    /* no wait is longer than this many times the first */
#define BUCKETS 4096  /* of calls by address; a power of two */
#define TRIES_MAX 8

enum state { STATE_LINE, STATE_OPEN, STATE_RAKP1, STATE_RAKP3, STATE_PRIVILEGE, STATE_COMMAND, STATE_CLOSE, STATE_COUNT };

struct call {
	TAILQ_ENTRY(call) order;   /* in the line, or in its level */
	LIST_ENTRY(call) near;     /* calls of the same bucket */
	struct ipmi_client *c;
	struct sockaddr_storage address;
	int suites[2];
	int suite_at;              /* which of them is tried */
	struct ipmi_command command;
	ipmi_next_fn *next;        /* NULL: one command */
	ipmi_done_fn *done;
	void *ctx;

	enum state state;
	int tries;                 /* sent so often in this state */
	int level;                 /* of the current wait; -1: in no level */
	int slow;                  /* level to begin with: grows when answers come late, shrinks when one comes soon */
	int restarts;              /* sessions begun anew: RAKP 4 did not come */
	bool quiet;                /* does not count as in flight: it waits for a second try or later */
	int asked;                 /* commands of the session that were answered */
	uint64_t due_ms, began_ms;
	uint64_t since_ms;         /* began_ms, or when the last command was answered: what is too late counts from here */

	uint8_t tag, rq_seq;
	bool standing;             /* the BMC holds a session of ours */
	uint32_t seq_out, seq_in, seen;
	struct secrets secrets;
	const char *complaint;     /* the first answer that broke the specification */
	struct ipmi_answer answer;
};

TAILQ_HEAD(call_line, call);
LIST_HEAD(call_bucket, call);

struct remembered; /* suites by address */

struct ipmi_client {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct udp *udp;
	struct crypto *crypto;
	struct ipmi_settings settings;
	bool dead;
	uint64_t armed_ms;         /* when the timer fires; 0: it does not */
	int busy;                  /* calls in flight that are not quiet */
	int n_calls, n_line;
	struct call_line line;
	struct call_line levels[LEVELS];
	int wait_ms[LEVELS];
	struct call_bucket buckets[BUCKETS];
	struct remembered *remembered;
};

/* ---- client.c, for session.c ---------------------------------------------------- */

/* Wait for an answer at this level (a number beyond LEVELS is the last). */
void client_wait(struct call *k, int level);
/* k ended: its done is called with k->answer, then k is wiped and freed. */
void client_complete(struct call *k);
void client_send(struct call *k, const struct packet *p);
uint64_t client_now(const struct ipmi_client *c);

void client_expire(struct call *k); /* its wait is over */

/* What udp.c calls, with the client as context; tests/fuzz/fuzz_ipmi.c stands in for it. */
void client_received(void *ctx, const struct sockaddr_storage *from, struct view packet);
void client_unreachable(void *ctx, const struct sockaddr_storage *to, int error);
void client_turn(void *ctx);

/* ---- session.c, for client.c ----------------------------------------------------- */

void session_start(struct call *k);                     /* out of the line */
void session_expired(struct call *k);                   /* its wait is over */
void session_unreachable(struct call *k, int error);    /* ICMP */
void session_cancel(struct call *k);                    /* completes it as IPMI_CANCELLED */

/* What is wrong with a command, or NULL. */
const char *client_wrong_command(const struct ipmi_command *command);

enum taken {
	NOT_MINE, /* of another session, or late: nothing is said */
	TAKEN,    /* k may be gone */
	BROKEN    /* *why says what is wrong with it */
};
enum taken session_receive(struct call *k, const struct frame *f, const char **why);
void session_complain(struct call *k, const char *why);

/* ---- suites.c ---------------------------------------------------------------------- */

struct remembered *suites_create(void);
void suites_destroy(struct remembered *r);
int suites_get(const struct remembered *r, const struct sockaddr_storage *a); /* 0: nothing known */
void suites_put(struct remembered *r, const struct sockaddr_storage *a, int suite);
void suites_forget(struct remembered *r, const struct sockaddr_storage *a);

/* ---- address.c ----------------------------------------------------------------------- */

#define ADDRESS_TEXT 72 /* "[fe80::1%12]:623" */

bool address_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b); /* with ports */
uint32_t address_hash(const struct sockaddr_storage *a);
const char *address_text(const struct sockaddr_storage *a, char out[ADDRESS_TEXT]);

#endif
