/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443 section 4.1) from one socket a family. What it costs is the kernel's
 * sendto and its reply; ours is kept out of the way: echoes come from a pool, their secrets from the kernel a
 * page at a time, their time limits lie on a wheel, and an answer finds its echo by the sequence number.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "icmp.h"
#include "probe.h"
#include "wheel.h"

#define TRIES 2
#define POOL 256              /* echoes allocated at once */
#define SECRETS 512           /* read from the kernel at once */
#define IN_BATCH 32           /* answers of one system call */
#define IN_BYTES 128          /* of an answer are looked at: an IP header of at most 60, and our message */
#define IN_BATCHES 64         /* batches before others on the loop have their turn */
#define OUT_BATCH 32           /* requests between two looks at the answers, so that these do not pile up */
#define OUT_TURN 512          /* requests before others on the loop have their turn */
#define HELD_MS 5             /* until a request for which the socket had no room is offered again */
#define HELD_LIMIT_NS UINT64_C(5000000000) /* a full buffer is emptied when ARP gives up, after 3 s */

union address {
	sa_family_t family;
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct echo {
	struct wheel_item item; /* on the wheel, in a line, or in the pool */
	union address to;
	int timeout_ms;
	probe_ping_fn *done;
	void *ctx;
	uint64_t secret;          /* an answer must carry it: another program's echo is not ours */
	uint64_t sent_ns[TRIES];
	uint64_t offered_ns;      /* when the socket first had no room for it; 0: it always had */
	uint16_t slot;            /* the sequence number */
	uint8_t tries, left;      /* how many of the tries have left this machine */
	bool has_slot;
};

struct pool {
	struct pool *next;
	struct echo echo[POOL];
};

struct family {
	int fd;            /* -1: not permitted */
	enum icmp_kind kind;
	uv_poll_t poll;
	bool polling;
	struct probe_ping *ping;
};

/* Where answers are received. */
struct in {
	struct mmsghdr message[IN_BATCH];
	struct iovec part[IN_BATCH];
	union address from[IN_BATCH];
	unsigned char bytes[IN_BATCH][IN_BYTES];
};

struct probe_ping {
	uv_loop_t *loop;
	struct family v4, v6;
	uv_timer_t timer;
	uv_idle_t now;                  /* runs while there is more to send: once a turn of the loop, so that others have theirs */
	struct wheel wheel;
	struct bucket rate;
	struct line again, fresh;       /* second tries come first: they hold a slot */
	struct echo *slot[LIMIT_PINGS];
	uint16_t free_slot[LIMIT_PINGS];
	size_t n_free, used_slots;      /* slots from used_slots on have never been taken */
	struct pool *pools;
	struct echo *free;
	uint64_t secret[SECRETS];
	size_t secrets;                 /* that are left */
	struct in in;
	uint16_t id;
	int open_handles;
	bool closing;
};

/* ---- echoes ---------------------------------------------------------------------------- */

static struct echo *
echo_new(struct probe_ping *p)
{
	struct echo *x;

	if (p->free == NULL) {
		struct pool *more = calloc(1, sizeof(*more));

		if (more == NULL)
			log_die("out of memory: no echo");
		more->next = p->pools;
		p->pools = more;
		for (size_t i = POOL; i-- > 0;) {
			more->echo[i].item.next = (struct wheel_item *)p->free;
			p->free = &more->echo[i];
		}
	}
	x = p->free;
	p->free = (struct echo *)x->item.next;
	memset(x, 0, sizeof(*x));
	return x;
}

static uint64_t
new_secret(struct probe_ping *p)
{
	if (p->secrets == 0) {
		file_random(p->secret, sizeof(p->secret));
		p->secrets = SECRETS;
	}
	return p->secret[--p->secrets];
}

static bool
take_slot(struct probe_ping *p, struct echo *x)
{
	if (p->n_free > 0)
		x->slot = p->free_slot[--p->n_free];
	else if (p->used_slots < LIMIT_PINGS)
		x->slot = (uint16_t)p->used_slots++;
	else
		return false;
	p->slot[x->slot] = x;
	x->has_slot = true;
	return true;
}

/* The echo is free before its owner hears of it: he may ask the next one at once. */
static void
finish(struct probe_ping *p, struct echo *x, enum probe_ping_outcome outcome, double ms)
{
	probe_ping_fn *done = x->done;
	void *ctx = x->ctx;

	wheel_remove(&p->wheel, &x->item);
	if (x->has_slot) {
		p->slot[x->slot] = NULL;
		p->free_slot[p->n_free++] = x->slot;
	}
	x->item.next = (struct wheel_item *)p->free;
	p->free = x;
	done(ctx, outcome, ms);
}

/* ---- requests -------------------------------------------------------------------------- */

static struct family *
family_of(struct probe_ping *p, sa_family_t family)
{
	return family == AF_INET6 ? &p->v6 : &p->v4;
}

/* Which try an answer belongs to is told by the secret: the second request carries its complement. */
static uint64_t
secret_of(const struct echo *x, int try)
{
	return try == 0 ? x->secret : ~x->secret;
}

enum sent { SENT, HELD, ENDED };

static enum probe_ping_outcome
unanswered(const struct echo *x)
{
	return x->left > 0 ? PROBE_PING_DOWN : PROBE_PING_NOT_SENT;
}

static enum sent
hold(struct probe_ping *p, struct echo *x, uint64_t now)
{
	if (x->offered_ns == 0)
		x->offered_ns = now;
	if (now - x->offered_ns < HELD_LIMIT_NS) {
		line_put(&p->again, &x->item);
		return HELD;
	}
	finish(p, x, unanswered(x), 0);
	return ENDED;
}

/* How the kernel refused it says nothing about the host, but where there is no route. */
static enum sent
judge_refusal(struct probe_ping *p, struct echo *x, int why, uint64_t now)
{
	switch (why) {
	case EAGAIN: /* the socket's buffer is full: nobody's request would leave */
		return hold(p, x, now);
	case ENOBUFS: /* the table of neighbours or the interface's queue is full: others may leave, this one's next try too */
	case ENOMEM:
		return SENT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL: /* no address of ours of that family */
		finish(p, x, PROBE_PING_NO_ROUTE, 0);
		return ENDED;
	default: /* EPERM: a firewall of ours; EACCES: a broadcast address */
		finish(p, x, PROBE_PING_NOT_SENT, 0);
		return ENDED;
	}
}

static enum sent
send_echo(struct probe_ping *p, struct echo *x, uint64_t now)
{
	const struct family *f = family_of(p, x->to.family);
	socklen_t size = x->to.family == AF_INET6 ? sizeof(x->to.v6) : sizeof(x->to.v4);
	unsigned char packet[ICMP_ECHO_BYTES];
	enum sent sent = SENT;

	icmp_make((struct icmp_echo){p->id, x->slot, secret_of(x, x->tries)}, x->to.family == AF_INET6, packet);
	x->sent_ns[x->tries] = now;
	if (sendto(f->fd, packet, sizeof(packet), MSG_DONTWAIT, &x->to.any, size) < 0)
		sent = judge_refusal(p, x, errno, now);
	else
		x->left++;
	if (sent != SENT)
		return sent;
	x->tries++;
	x->offered_ns = 0;
	wheel_add(&p->wheel, &x->item, now, x->timeout_ms);
	return SENT;
}

/* The next one to send: it has a slot. NULL: none waits, or all slots are taken. */
static struct echo *
next_echo(struct probe_ping *p)
{
	struct echo *x = (struct echo *)line_take(&p->again);

	if (x != NULL || p->fresh.first == NULL || !take_slot(p, (struct echo *)p->fresh.first))
		return x;
	x = (struct echo *)line_take(&p->fresh);
	x->secret = new_secret(p);
	return x;
}

static void receive(struct family *f);

/* Send what waits and may leave. Returns in how many ms there is more to do: -1 not before an answer. */
static int64_t
send_waiting(struct probe_ping *p)
{
	for (size_t i = 0; i < OUT_TURN && !p->closing; i++) {
		uint64_t now = uv_hrtime();
		struct echo *x;
		bool v6;

		if (p->again.first == NULL && p->fresh.first == NULL)
			return -1;
		if (!bucket_take(&p->rate, now))
			return (int64_t)bucket_wait_ms(&p->rate);
		x = next_echo(p);
		if (x == NULL)
			return -1;
		v6 = x->to.family == AF_INET6;
		if (send_echo(p, x, now) == HELD)
			return HELD_MS;
		if ((i + 1) % OUT_BATCH == 0 && !p->closing)
			receive(v6 ? &p->v6 : &p->v4);
	}
	return 0;
}

/* ---- answers --------------------------------------------------------------------------- */

/* Answered by somebody else is not answered. */
static bool
is_from(const struct echo *x, const union address *from)
{
	const struct sockaddr_in6 *a = &x->to.v6, *b = &from->v6;

	if (x->to.family != from->family)
		return false;
	if (x->to.family == AF_INET)
		return x->to.v4.sin_addr.s_addr == from->v4.sin_addr.s_addr;
	return memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) == 0 &&
	    (a->sin6_scope_id == 0 || b->sin6_scope_id == 0 || a->sin6_scope_id == b->sin6_scope_id);
}

static void
take_answer(struct family *f, const unsigned char *packet, size_t n, const union address *from)
{
	struct icmp_echo e;
	struct echo *x;

	if (!icmp_read(packet, n, f->kind, &e))
		return;
	x = e.sequence < LIMIT_PINGS ? f->ping->slot[e.sequence] : NULL;
	if (x == NULL || !is_from(x, from))
		return;
	for (int i = 0; i < x->tries; i++)
		if (e.secret == secret_of(x, i)) {
			if (x->item.prev == NULL)
				return; /* it waits in the line for its second try, which will tell as well */
			finish(f->ping, x, PROBE_PING_UP, (double)(uv_hrtime() - x->sent_ns[i]) / 1e6);
			return;
		}
}

static void
prepare(struct in *in)
{
	for (size_t i = 0; i < IN_BATCH; i++) {
		in->part[i] = (struct iovec){in->bytes[i], IN_BYTES};
		in->message[i].msg_hdr = (struct msghdr){.msg_name = &in->from[i], .msg_iov = &in->part[i], .msg_iovlen = 1};
	}
}

static void
receive(struct family *f)
{
	struct in *in = &f->ping->in;
	int n = IN_BATCH;

	for (int turn = 0; turn < IN_BATCHES && n == IN_BATCH && !f->ping->closing; turn++) {
		for (size_t i = 0; i < IN_BATCH; i++)
			in->message[i].msg_hdr.msg_namelen = sizeof(in->from[i]);
		n = recvmmsg(f->fd, in->message, IN_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n && !f->ping->closing; i++)
			take_answer(f, in->bytes[i], in->message[i].msg_len, &in->from[i]);
	}
}

/* ---- the loop -------------------------------------------------------------------------- */

static void work(struct probe_ping *p);

static void
timed(uv_timer_t *timer)
{
	work(timer->data);
}

static void
idle(uv_idle_t *now)
{
	work(now->data);
}

/* Work again in `ms`; 0: in the next turn of the loop; -1: when an answer comes, or a time limit. */
static void
arm(struct probe_ping *p, int64_t ms)
{
	if (ms == 0) {
		uv_idle_start(&p->now, idle);
		return;
	}
	uv_idle_stop(&p->now);
	if (p->wheel.n > 0 && (ms < 0 || ms > WHEEL_TICK_MS))
		ms = WHEEL_TICK_MS;
	if (ms < 0)
		uv_timer_stop(&p->timer);
	else
		uv_timer_start(&p->timer, timed, (uint64_t)ms, 0);
}

static void
end_late(struct probe_ping *p)
{
	struct echo *x;

	wheel_turn(&p->wheel, uv_hrtime());
	while (!p->closing && (x = (struct echo *)wheel_pop(&p->wheel)) != NULL)
		if (x->tries < TRIES)
			line_put(&p->again, &x->item);
		else
			finish(p, x, unanswered(x), 0);
}

/* Answers are read before anything is late: a loop that was held up for a while must not call the living dead. */
static void
work(struct probe_ping *p)
{
	int64_t ms;

	if (p->wheel.n > 0 && p->v4.fd >= 0)
		receive(&p->v4);
	if (p->wheel.n > 0 && p->v6.fd >= 0 && !p->closing)
		receive(&p->v6);
	if (!p->closing)
		end_late(p);
	ms = p->closing ? -1 : send_waiting(p);
	if (!p->closing)
		arm(p, ms);
}

static void
readable(uv_poll_t *handle, int status, int events)
{
	struct family *f = handle->data;
	int error;
	socklen_t size = sizeof(error);

	(void)events;
	if (status < 0) { /* libuv has stopped it on an error of the socket: that is taken off, and on */
		(void)getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		(void)uv_poll_start(handle, UV_READABLE, readable);
	}
	receive(f);
	if (!f->ping->closing && (f->ping->again.first != NULL || f->ping->fresh.first != NULL) &&
	    f->ping->rate.rate == 0)
		arm(f->ping, 0);
}

/* ---- life ------------------------------------------------------------------------------ */

static void
open_family(struct probe_ping *p, struct family *f, int domain)
{
	f->ping = p;
	f->fd = icmp_open(domain, p->id, &f->kind);
	if (f->fd < 0)
		return;
	f->poll.data = f;
	if (uv_poll_init(p->loop, &f->poll, f->fd) != 0) {
		close(f->fd);
		f->fd = -1;
		return;
	}
	(void)uv_poll_start(&f->poll, UV_READABLE, readable);
	f->polling = true;
	p->open_handles++;
}

int
probe_ping_create(uv_loop_t *loop, struct probe_ping **out)
{
	struct probe_ping *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: no ping");
	p->loop = loop;
	wheel_init(&p->wheel, uv_hrtime());
	prepare(&p->in);
	file_random(&p->id, sizeof(p->id));
	open_family(p, &p->v4, AF_INET);
	open_family(p, &p->v6, AF_INET6);
	uv_timer_init(loop, &p->timer);
	uv_idle_init(loop, &p->now);
	p->timer.data = p->now.data = p;
	p->open_handles += 2;
	*out = p;
	return 0;
}

static void
closed(uv_handle_t *handle)
{
	struct probe_ping *p = handle->type == UV_POLL ? ((struct family *)handle->data)->ping : handle->data;

	if (--p->open_handles > 0)
		return;
	for (struct pool *next; p->pools != NULL; p->pools = next) {
		next = p->pools->next;
		free(p->pools);
	}
	free(p);
}

static void
close_family(struct family *f)
{
	if (!f->polling)
		return;
	uv_poll_stop(&f->poll);
	close(f->fd);
	uv_close((uv_handle_t *)&f->poll, closed);
}

void
probe_ping_destroy(struct probe_ping *p)
{
	struct wheel_item *x;

	if (p == NULL || p->closing)
		return;
	p->closing = true;
	p->again = (struct line){NULL, NULL}; /* these have a slot each */
	for (size_t i = 0; i < p->used_slots; i++)
		if (p->slot[i] != NULL)
			finish(p, p->slot[i], PROBE_PING_CANCELLED, 0);
	while ((x = line_take(&p->fresh)) != NULL)
		finish(p, (struct echo *)x, PROBE_PING_CANCELLED, 0);
	close_family(&p->v4);
	close_family(&p->v6);
	uv_close((uv_handle_t *)&p->timer, closed);
	uv_close((uv_handle_t *)&p->now, closed);
}

const char *
probe_ping_refused(const struct probe_ping *p)
{
	if (p->v4.fd >= 0)
		return NULL;
	return "ping: not permitted: give larchd CAP_NET_RAW (AmbientCapabilities=CAP_NET_RAW in larchd.service), or allow "
	       "its group ping sockets (sysctl net.ipv4.ping_group_range=\"0 2147483647\")";
}

void
probe_ping_set_rate(struct probe_ping *p, int packets_per_second)
{
	bucket_set(&p->rate, packets_per_second, uv_hrtime());
}

const char *
probe_ping_name(enum probe_ping_outcome outcome)
{
	static const char *const names[] = {
	    [PROBE_PING_UP] = "up",
	    [PROBE_PING_DOWN] = "down",
	    [PROBE_PING_NO_ROUTE] = "no-route",
	    [PROBE_PING_NOT_SENT] = "not-sent",
	    [PROBE_PING_NOT_PERMITTED] = "not-permitted",
	    [PROBE_PING_CANCELLED] = "cancelled",
	};

	return outcome < LARCH_COUNT(names) ? names[outcome] : "?";
}

void
probe_ping_send(struct probe_ping *p, const struct sockaddr_storage *to, int timeout_ms, probe_ping_fn *done,
    void *ctx)
{
	struct echo *x;

	if (p->closing || family_of(p, to->ss_family)->fd < 0) {
		done(ctx, p->closing ? PROBE_PING_CANCELLED : PROBE_PING_NOT_PERMITTED, 0);
		return;
	}
	x = echo_new(p);
	memcpy(&x->to, to, sizeof(x->to));
	if (x->to.family == AF_INET6)
		x->to.v6.sin6_port = 0; /* a raw IPv6 socket takes it for a protocol */
	x->done = done;
	x->ctx = ctx;
	x->timeout_ms = timeout_ms;
	line_put(&p->fresh, &x->item);
	arm(p, 0);
}
