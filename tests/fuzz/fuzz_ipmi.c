/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile BMC: the input is a list of its deeds, each a byte and what that
 * takes, fed to one call as if they came from the network. It can speak the
 * protocol (it is given the keys), so that its lies reach every state.
 *
 * Besides crashes, three things are never to happen: an answer taken that was
 * not sealed with the keys of the session; a command that left before RAKP 4
 * was right; a command marked `once` that left twice. With several commands in
 * the session, that holds of each: no answer is taken for another's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipmi/room.h"
#include "fuzz.h"

#define DEEDS 64

struct input {
	const uint8_t *p;
	size_t n;
};

static struct ipmi_client *client;
static struct sockaddr_storage bmc;

/* What is true of the call under test. */
static bool done, sealed, rakp4_right;
static struct ipmi_answer answer;

static uint8_t
next(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

static struct view
take(struct input *in, size_t n)
{
	struct view v = {in->p, n < in->n ? n : in->n};

	in->p += v.n;
	in->n -= v.n;
	return v;
}

static void
require(bool what)
{
	if (!what)
		abort();
}

static void
keep(void *ctx, const struct ipmi_answer *a)
{
	(void)ctx;
	require(!done);
	done = true;
	answer = *a;
	require((unsigned)a->outcome < IPMI_OUTCOME_COUNT && memchr(a->text, '\0', sizeof(a->text)) != NULL);
	require(a->outcome != IPMI_OK || sealed);
	require(!a->left || rakp4_right);
	require(a->n <= sizeof(a->data));
}

/* Up to three more commands, a harmless one and one that may leave but once in turn. */
static bool
ask_more(void *ctx, const struct ipmi_answer *a, struct ipmi_command *out)
{
	int *more = ctx;

	require(!done && sealed && a->outcome == IPMI_OK && a->left);
	if (*more == 0)
		return false;
	*out = *more % 2 == 0 ? ipmi_chassis_status() : ipmi_chassis_control(IPMI_CONTROL_CYCLE);
	if (*more == 3)
		out->privilege = 4; /* more than any first command has: refused */
	--*more;
	sealed = false;
	return true;
}

static struct call *
find_call(void)
{
	return LIST_FIRST(&client->buckets[address_hash(&bmc) % BUCKETS]);
}

/* ---- what an honest BMC would answer ----------------------------------------------------- */

static void
put_algorithms(uint8_t *p, struct algorithms a)
{
	const uint8_t number[3] = {a.authentication, a.integrity, a.confidentiality};

	for (uint8_t i = 0; i < 3; i++) {
		memset(p + 8 * i, 0, 8);
		p[8 * i] = i;
		p[8 * i + 3] = 8;
		p[8 * i + 4] = number[i];
	}
}

static void
honest_setup(const struct call *k, struct packet *out)
{
	struct secrets s = k->secrets;
	uint8_t *p = out->p + PACKET_HEADER;
	uint8_t type = k->state == STATE_OPEN ? PACKET_OPEN_REPLY : k->state == STATE_RAKP1 ? PACKET_RAKP2 : PACKET_RAKP4;
	size_t n = k->state == STATE_OPEN ? 36 : k->state == STATE_RAKP1 ? 40 + s.suite->hash_n : 8 + s.suite->code_n;

	packet_begin(out, type, 0, 0, n);
	memset(p, 0, n);
	p[0] = k->tag;
	p[2] = k->state == STATE_OPEN ? k->command.privilege : 0;
	packet_put32(p + 4, s.console_id);
	if (k->state == STATE_OPEN) {
		packet_put32(p + 8, 0x01020304);
		put_algorithms(p + 12, s.suite->algorithms);
	} else if (k->state == STATE_RAKP1) {
		memset(p + 8, 0x11, 32);
		memset(s.bmc_random, 0x11, 16);
		memset(s.guid, 0x11, 16);
		crypto_rakp2_code(client->crypto, &s, p + 40);
	} else {
		uint8_t code[PACKET_HASH];

		crypto_rakp4_code(client->crypto, &s, code);
		memcpy(p + 8, code, s.suite->code_n);
	}
}

static uint8_t
sum(const uint8_t *p, size_t n)
{
	uint8_t s = 0;

	while (n-- > 0)
		s = (uint8_t)(s + *p++);
	return (uint8_t)-s;
}

/* seal() sends to the BMC's number; an answer bears ours. */
static void
seal(const struct call *k, uint32_t seq, struct view message, struct packet *out)
{
	struct secrets s = k->secrets;

	s.bmc_id = s.console_id;
	crypto_seal(client->crypto, &s, seq, message, out);
}

static void
answer_message(const struct call *k, uint8_t completion, struct view data, struct packet *out)
{
	bool mine = k->state == STATE_COMMAND;
	uint8_t m[PACKET_REQUEST] = {0x81, (uint8_t)((mine ? k->command.netfn | 1 : 7) << 2), 0, 0x20,
	    (uint8_t)(k->rq_seq << 2), k->state == STATE_PRIVILEGE ? 0x3b : mine ? k->command.cmd : 0x3c, completion};
	size_t n = data.n < 32 ? data.n : 32;

	memcpy(m + 7, data.p, n);
	m[2] = sum(m, 2);
	m[7 + n] = sum(m + 3, 4 + n);
	seal(k, k->seq_in + 1, (struct view){m, 8 + n}, out);
	sealed = sealed || mine;
}

static void
honest(const struct call *k, struct packet *out)
{
	const uint8_t privilege[1] = {k->command.privilege}, status[3] = {1, 0, 0x40};

	if (k->state <= STATE_RAKP3)
		honest_setup(k, out);
	else if (k->state == STATE_PRIVILEGE)
		answer_message(k, 0, (struct view){privilege, 1}, out);
	else
		answer_message(k, 0, (struct view){status, 3}, out);
}

/* ---- deeds --------------------------------------------------------------------------------- */

static void
feed(struct view v)
{
	uint8_t *copy = malloc(v.n > 0 ? v.n : 1); /* so that a byte read past the end is seen */

	require(copy != NULL);
	memcpy(copy, v.p == NULL ? (const uint8_t *)"" : v.p, v.n);
	client_received(client, &bmc, (struct view){copy, v.n});
	free(copy);
}

static void
feed_packet(const struct call *k, const struct packet *p, bool right)
{
	if (right && k->state == STATE_RAKP3)
		rakp4_right = true;
	feed((struct view){p->p, p->n});
}

static void
do_raw(struct call *k, struct input *in)
{
	(void)k;
	feed(take(in, next(in)));
}

static void
do_honest(struct call *k, struct input *in)
{
	struct packet p;

	(void)in;
	honest(k, &p);
	feed_packet(k, &p, true);
}

/* Some bytes of an honest answer turned. */
static void
do_turned(struct call *k, struct input *in)
{
	struct packet p, before;
	bool was = sealed;

	honest(k, &p);
	before = p;
	for (int i = next(in) % 4; i >= 0; i--) {
		size_t at = next(in) % p.n;

		p.p[at] ^= next(in);
	}
	/* the first 4 bytes are covered by nothing, and not all of their bits mean something */
	if (memcmp(p.p + 4, before.p + 4, p.n - 4) != 0)
		sealed = was;
	feed_packet(k, &p, k->state == STATE_RAKP3 && memcmp(p.p + PACKET_HEADER + 8, before.p + PACKET_HEADER + 8,
	    k->secrets.suite->code_n) == 0);
}

/* An honest answer of another length. */
static void
do_length(struct call *k, struct input *in)
{
	struct packet p = {.n = 0};
	bool was = sealed;
	size_t n = next(in) % PACKET_MAX;

	honest(k, &p);
	if (n < p.n)
		sealed = was;
	if (n < p.n || k->state < STATE_PRIVILEGE)
		p.n = n;
	feed_packet(k, &p, true);
}

/* A status that is an error, in 2 bytes or in 8. */
static void
do_status(struct call *k, struct input *in)
{
	static const uint8_t types[] = {PACKET_OPEN_REPLY, PACKET_RAKP2, PACKET_RAKP4};
	struct packet p;
	size_t n = next(in) % 2 == 0 ? 2 : 8;

	packet_begin(&p, types[next(in) % 3], 0, 0, n);
	memset(p.p + PACKET_HEADER, 0, 8);
	p.p[PACKET_HEADER] = k->tag;
	p.p[PACKET_HEADER + 1] = next(in);
	if (n == 8 && next(in) % 2 == 0)
		packet_put32(p.p + PACKET_HEADER + 4, k->secrets.console_id);
	feed_packet(k, &p, false);
}

/* With the keys of the session: a well-formed message with any content. */
static void
do_message(struct call *k, struct input *in)
{
	struct packet p;
	uint8_t completion = next(in);

	if (k->state < STATE_PRIVILEGE)
		return;
	answer_message(k, completion, take(in, next(in)), &p);
	feed_packet(k, &p, true);
}

/* With the keys: any plain text, any sequence number. */
static void
do_plain(struct call *k, struct input *in)
{
	struct packet p;
	uint32_t seq = k->seq_in + next(in) - 100;

	if (k->state < STATE_PRIVILEGE)
		return;
	seal(k, seq, take(in, next(in) % PACKET_REQUEST), &p);
	sealed = sealed || k->state == STATE_COMMAND;
	feed_packet(k, &p, true);
}

static void
do_wait(struct call *k, struct input *in)
{
	(void)in;
	client_expire(k);
}

static void
do_icmp(struct call *k, struct input *in)
{
	(void)k;
	client_unreachable(client, &bmc, next(in) % 2 == 0 ? ECONNREFUSED : EHOSTUNREACH);
}

static void (*const deeds[])(struct call *k, struct input *in) = {do_honest, do_raw, do_turned, do_length, do_status,
    do_message, do_plain, do_wait, do_icmp};

/* ---- a call ----------------------------------------------------------------------------------- */

static void
start(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct err e;

	if (client != NULL)
		return;
	at.sin_addr.s_addr = htonl(0x7f000001);
	memcpy(&bmc, &at, sizeof(at));
	/* its loop never runs: what it sends stays in the queue of the socket, and is dropped when that is full */
	require(ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){.tries = 2}, &client, &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = {data, n};
	struct ipmi_target t = {.user = "admin", .password = "secret", .suites = {17, 3}};
	struct ipmi_command c = ipmi_chassis_status();
	struct call *k;
	uint8_t kind = next(&in);
	int more = kind >> 6;

	start();
	t.address = bmc;
	if (kind & 1)
		c = ipmi_chassis_control((enum ipmi_control)(kind >> 1 & 3));
	if (kind & 0x10)
		t.suites[0] = 3, t.suites[1] = kind & 0x20 ? 17 : 0;
	done = sealed = rakp4_right = false;
	ipmi_ask_many(client, &t, &c, more > 0 ? ask_more : NULL, keep, &more);
	client_turn(client);
	for (int i = 0; i < DEEDS && in.n > 0 && (k = find_call()) != NULL; i++) {
		deeds[next(&in) % LARCH_COUNT(deeds)](k, &in);
		k = find_call();
		require(k == NULL || !k->command.once || k->state != STATE_COMMAND || k->tries == 1);
	}
	if ((k = find_call()) != NULL)
		session_cancel(k);
	require(done && find_call() == NULL && ipmi_client_unfinished(client) == 0 && client->busy == 0);
	return 0;
}
