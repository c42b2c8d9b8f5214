/* SPDX-License-Identifier: Apache-2.0 */
/* The line, the timers, and whom an answer is for. */
#include <stdlib.h>
#include <string.h>

#include "room.h"

uint64_t
client_now(const struct ipmi_client *c)
{
	return uv_now(c->loop);
}

/* ---- the timer: one, set for the earliest wait ------------------------------------------ */

static void on_timer(uv_timer_t *t);

static void
arm(struct ipmi_client *c, uint64_t at_ms)
{
	uint64_t now = client_now(c);

	if (c->dead || (c->armed_ms != 0 && c->armed_ms <= at_ms))
		return;
	c->armed_ms = at_ms == 0 ? 1 : at_ms;
	(void)uv_timer_start(&c->timer, on_timer, at_ms > now ? at_ms - now : 0, 0);
}

/* Waits of one level are equally long, so each level is in the order of time. */
static void
arm_earliest(struct ipmi_client *c)
{
	uint64_t earliest = UINT64_MAX;

	for (size_t i = 0; i < LEVELS; i++) {
		const struct call *k = TAILQ_FIRST(&c->levels[i]);

		if (k != NULL && k->due_ms < earliest)
			earliest = k->due_ms;
	}
	if (earliest != UINT64_MAX)
		arm(c, earliest);
}

static void
leave_level(struct call *k)
{
	if (k->level >= 0)
		TAILQ_REMOVE(&k->c->levels[k->level], k, order);
	k->level = -1;
}

static void
set_quiet(struct call *k, bool quiet)
{
	if (k->quiet != quiet)
		k->c->busy += quiet ? -1 : 1;
	k->quiet = quiet;
}

void
client_wait(struct call *k, int level)
{
	struct ipmi_client *c = k->c;

	if (k->state == STATE_COMMAND && k->command.once)
		level = LEVELS - 1; /* its only copy is waited for as long as several would be */
	else if (level > LEVELS - 2)
		level = LEVELS - 2;
	leave_level(k);
	set_quiet(k, k->tries > 0);
	k->level = level;
	k->due_ms = client_now(c) + (uint64_t)c->wait_ms[level];
	TAILQ_INSERT_TAIL(&c->levels[level], k, order);
	arm(c, k->due_ms);
}

/* ---- calls come and go -------------------------------------------------------------------- */

static void
start_waiting(struct ipmi_client *c)
{
	struct call *k;

	while (!c->dead && c->busy < c->settings.in_flight && c->n_calls < LIMIT_IPMI_CALLS &&
	    (k = TAILQ_FIRST(&c->line)) != NULL) {
		TAILQ_REMOVE(&c->line, k, order);
		c->n_line--;
		c->n_calls++;
		c->busy++;
		k->began_ms = k->since_ms = client_now(c);
		LIST_INSERT_HEAD(&c->buckets[address_hash(&k->address) % BUCKETS], k, near);
		if (k->answer.text[0] != '\0')
			client_complete(k); /* it was wrong from the start: nothing is sent */
		else
			session_start(k);
	}
}

static void
release(struct call *k)
{
	explicit_bzero(k, sizeof(*k));
	free(k);
}

void
client_complete(struct call *k)
{
	struct ipmi_client *c = k->c;

	leave_level(k);
	set_quiet(k, true);
	LIST_REMOVE(k, near);
	c->n_calls--;
	k->done(k->ctx, &k->answer);
	release(k);
	if (c->dead)
		return;
	if (!TAILQ_EMPTY(&c->line)) {
		arm(c, client_now(c));
	} else if (c->n_calls == 0) { /* nothing unfinished holds the loop */
		c->armed_ms = 0;
		(void)uv_timer_stop(&c->timer);
	}
}

void
client_send(struct call *k, const struct packet *p)
{
	(void)udp_send(k->c->udp, &k->address, p); /* what does not fit is lost, like any datagram */
}

void
client_expire(struct call *k)
{
	leave_level(k);
	session_expired(k);
}

static void
on_timer(uv_timer_t *t)
{
	struct ipmi_client *c = t->data;
	uint64_t now = client_now(c);

	c->armed_ms = 0;
	for (size_t i = 0; i < LEVELS; i++) {
		struct call *k;

		while (!c->dead && (k = TAILQ_FIRST(&c->levels[i])) != NULL && k->due_ms <= now)
			client_expire(k);
	}
	start_waiting(c);
	if (!c->dead)
		arm_earliest(c);
}

/* ---- what comes from the sockets ------------------------------------------------------------ */

static struct call_bucket *
bucket(struct ipmi_client *c, const struct sockaddr_storage *a)
{
	return &c->buckets[address_hash(a) % BUCKETS];
}

static void
complain_all(struct ipmi_client *c, const struct sockaddr_storage *from, const char *why)
{
	struct call *k;

	LIST_FOREACH(k, bucket(c, from), near)
		if (address_equal(&k->address, from))
			session_complain(k, why);
}

void
client_received(void *ctx, const struct sockaddr_storage *from, struct view packet)
{
	struct ipmi_client *c = ctx;
	struct call *k, *next;
	struct frame f;
	const char *why = NULL;

	if (packet_frame(packet, &f, &why) != 0) {
		complain_all(c, from, why);
		return;
	}
	for (k = LIST_FIRST(bucket(c, from)); k != NULL; k = next) {
		enum taken t;

		next = LIST_NEXT(k, near);
		if (!address_equal(&k->address, from))
			continue;
		t = session_receive(k, &f, &why);
		if (t == TAKEN)
			return;
		if (t == BROKEN)
			session_complain(k, why);
	}
}

void
client_unreachable(void *ctx, const struct sockaddr_storage *to, int error)
{
	struct ipmi_client *c = ctx;
	struct call *k, *next;

	for (k = LIST_FIRST(bucket(c, to)); k != NULL && !c->dead; k = next) {
		next = LIST_NEXT(k, near);
		if (address_equal(&k->address, to))
			session_unreachable(k, error);
	}
}

void
client_turn(void *ctx)
{
	start_waiting(ctx);
}

/* ---- asked from outside ------------------------------------------------------------------------ */

const char *
client_wrong_command(const struct ipmi_command *command)
{
	if (command->n > sizeof(command->data) || command->privilege < 2 || command->privilege > 4 ||
	    (command->netfn & 1) != 0 || command->netfn > 0x3e)
		return "the command is malformed";
	return NULL;
}

/* What is wrong with the call itself, or NULL. */
static const char *
wrong(const struct ipmi_client *c, const struct ipmi_target *t, const struct ipmi_command *command)
{
	if (udp_address_size(&t->address) == 0)
		return "its address is neither IPv4 nor IPv6";
	if (t->user != NULL && strlen(t->user) > 16)
		return "the user name has more than 16 bytes (section 22.28)";
	if (t->password != NULL && strlen(t->password) > 20)
		return "the password has more than 20 bytes (section 22.30)";
	if (crypto_suite(t->suites[0]) == NULL || (t->suites[1] != 0 && crypto_suite(t->suites[1]) == NULL))
		return "only cipher suites 17 and 3 are spoken";
	if (client_wrong_command(command) != NULL)
		return client_wrong_command(command);
	return c->n_line >= LIMIT_IPMI_LINE ? "too many calls wait in line" : NULL;
}

/* The suite that worked here last comes first. */
static void
order_suites(struct call *k)
{
	int known = suites_get(k->c->remembered, &k->address);

	if (known != 0 && known == k->suites[1]) {
		k->suites[1] = k->suites[0];
		k->suites[0] = known;
	}
}

static void
copy_secrets(struct secrets *s, const struct ipmi_target *t, uint8_t privilege)
{
	if (t->user != NULL) {
		s->user_n = (uint8_t)strlen(t->user);
		memcpy(s->user, t->user, s->user_n);
	}
	if (t->password != NULL)
		memcpy(s->password, t->password, strlen(t->password));
	s->role = 0x10 | privilege; /* look up the name alone: table 13-11 */
}

void
ipmi_ask(struct ipmi_client *c, const struct ipmi_target *target, const struct ipmi_command *command,
    ipmi_done_fn *done, void *ctx)
{
	ipmi_ask_many(c, target, command, NULL, done, ctx);
}

void
ipmi_ask_many(struct ipmi_client *c, const struct ipmi_target *target, const struct ipmi_command *command,
    ipmi_next_fn *next, ipmi_done_fn *done, void *ctx)
{
	struct call *k = calloc(1, sizeof(*k));
	const char *why = wrong(c, target, command);

	if (k == NULL)
		log_die("out of memory: no IPMI call");
	*k = (struct call){.c = c, .address = target->address, .suites = {target->suites[0], target->suites[1]},
	    .command = *command, .next = next, .done = done, .ctx = ctx, .level = -1};
	if (why == NULL) {
		order_suites(k);
		copy_secrets(&k->secrets, target, command->privilege);
	} else {
		k->answer.outcome = IPMI_REFUSED;
		snprintf(k->answer.text, sizeof(k->answer.text), "Nothing was sent: %s.", why);
	}
	TAILQ_INSERT_TAIL(&c->line, k, order);
	c->n_line++;
	arm(c, client_now(c));
}

int
ipmi_client_unfinished(const struct ipmi_client *c)
{
	return c->n_line + c->n_calls;
}

static int
within(int value, int fallback, int max)
{
	if (value <= 0)
		return fallback;
	return value > max ? max : value;
}

static void
fill_waits(struct ipmi_client *c)
{
	int first = c->settings.retransmit_ms;
	double wait = first;
	int sum = 0;

	for (int i = 0; i < LEVELS - 1; i++) {
		c->wait_ms[i] = (int)wait;
		if (i < c->settings.tries)
			sum += (int)wait;
		wait = wait * GROWTH < (double)first * LONGEST ? wait * GROWTH : (double)first * LONGEST;
	}
	c->wait_ms[LEVELS - 1] = sum;
}

int
ipmi_client_create(uv_loop_t *loop, const struct ipmi_settings *s, struct ipmi_client **out, struct err *e)
{
	struct ipmi_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out of memory: no IPMI client");
	c->loop = loop;
	c->settings = (struct ipmi_settings){.retransmit_ms = within(s->retransmit_ms, 250, 60000),
	    .tries = within(s->tries, 8, TRIES_MAX), .in_flight = within(s->in_flight, 256, LIMIT_IPMI_CALLS)};
	fill_waits(c);
	TAILQ_INIT(&c->line);
	for (size_t i = 0; i < LEVELS; i++)
		TAILQ_INIT(&c->levels[i]);
	if (crypto_create(&c->crypto, e) != 0 ||
	    udp_create(loop, &(struct udp_events){c, client_received, client_unreachable, client_turn}, &c->udp, e) != 0) {
		crypto_destroy(c->crypto);
		free(c);
		return -1;
	}
	c->remembered = suites_create();
	(void)uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	*out = c;
	return 0;
}

static void
timer_closed(uv_handle_t *h)
{
	struct ipmi_client *c = h->data;

	suites_destroy(c->remembered);
	crypto_destroy(c->crypto);
	free(c);
}

void
ipmi_client_destroy(struct ipmi_client *c)
{
	struct call *k;

	if (c == NULL || c->dead)
		return;
	c->dead = true;
	for (size_t i = 0; i < LEVELS; i++)
		while ((k = TAILQ_FIRST(&c->levels[i])) != NULL)
			session_cancel(k);
	while ((k = TAILQ_FIRST(&c->line)) != NULL) {
		TAILQ_REMOVE(&c->line, k, order);
		k->answer.outcome = IPMI_CANCELLED;
		snprintf(k->answer.text, sizeof(k->answer.text), "The call was cancelled before its turn.");
		k->done(k->ctx, &k->answer);
		release(k);
	}
	udp_destroy(c->udp);
	(void)uv_timer_stop(&c->timer);
	uv_close((uv_handle_t *)&c->timer, timer_closed);
}
