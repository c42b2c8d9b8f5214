/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443 section 4.1) from one socket a family. */
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

#define SLOTS 4096     /* echo requests in flight; more wait */
#define TRIES 2
#define ECHO_BYTES 16  /* header and our 8 bytes */

struct echo {
	struct probe_ping *ping;
	struct sockaddr_storage to;
	struct echo *next;
	probe_ping_fn *done;
	void *ctx;
	uint64_t sent_ns, due_ms;
	uint32_t secret;   /* an answer must carry it: another program's echo is not ours */
	uint16_t slot;
	int tries, timeout_ms;
};

struct family {
	int fd;            /* -1: not permitted */
	bool raw;
	uv_poll_t poll;
	bool polling;
	struct probe_ping *ping;
};

struct probe_ping {
	uv_loop_t *loop;
	struct family v4, v6;
	uv_timer_t timer;
	struct echo *slot[SLOTS];
	size_t next_slot, in_flight;
	struct echo *first, *last; /* waiting for a slot */
	uint16_t id;
	int open_handles;
	bool closing;
};

/* RFC 1071 */
static uint16_t
checksum(const unsigned char *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static struct family *
family_of(struct probe_ping *p, const struct sockaddr_storage *to)
{
	return to->ss_family == AF_INET6 ? &p->v6 : &p->v4;
}

/* type, code, checksum, id, sequence (the slot), then a secret of ours twice over */
static void
make_echo(const struct echo *x, bool v6, unsigned char out[ECHO_BYTES])
{
	uint16_t sum;

	memset(out, 0, ECHO_BYTES);
	out[0] = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	out[4] = (unsigned char)(x->ping->id >> 8);
	out[5] = (unsigned char)x->ping->id;
	out[6] = (unsigned char)(x->slot >> 8);
	out[7] = (unsigned char)x->slot;
	memcpy(out + 8, &x->secret, 4);
	sum = checksum(out, ECHO_BYTES);
	if (v6)
		return; /* the kernel fills it: it covers a pseudo header */
	out[2] = (unsigned char)(sum >> 8);
	out[3] = (unsigned char)sum;
}

static void
send_echo(struct echo *x)
{
	struct family *f = family_of(x->ping, &x->to);
	struct sockaddr_storage to = x->to;
	unsigned char packet[ECHO_BYTES];

	make_echo(x, to.ss_family == AF_INET6, packet);
	if (to.ss_family == AF_INET)
		((struct sockaddr_in *)&to)->sin_port = 0;
	else
		((struct sockaddr_in6 *)&to)->sin6_port = 0;
	x->tries++;
	x->sent_ns = uv_hrtime();
	x->due_ms = uv_now(x->ping->loop) + (uint64_t)x->timeout_ms;
	/* A full send buffer is a lost packet: the next try mends it. */
	(void)sendto(f->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&to, addr_length(&to));
}

static void
finish(struct echo *x, enum probe_ping_outcome outcome, double ms)
{
	struct probe_ping *p = x->ping;

	p->slot[x->slot] = NULL;
	p->in_flight--;
	x->done(x->ctx, outcome, ms);
	free(x);
}

static void
start_waiting(struct probe_ping *p)
{
	while (p->first != NULL && p->in_flight < SLOTS && !p->closing) {
		struct echo *x = p->first;

		p->first = x->next;
		while (p->slot[p->next_slot] != NULL)
			p->next_slot = (p->next_slot + 1) % SLOTS;
		x->slot = (uint16_t)p->next_slot;
		p->slot[p->next_slot] = x;
		p->next_slot = (p->next_slot + 1) % SLOTS;
		p->in_flight++;
		send_echo(x);
	}
}

/* The ICMP message inside what a socket of this family gives; NULL when it is none. */
static const unsigned char *
message_of(const struct family *f, const unsigned char *p, size_t *n, bool v6)
{
	size_t head = 0;

	if (f->raw && !v6) {
		if (*n < 20)
			return NULL;
		head = (size_t)(p[0] & 15) * 4;
	}
	if (*n < head + ECHO_BYTES)
		return NULL;
	*n -= head;
	return p + head;
}

static void
take_answer(struct family *f, const unsigned char *packet, size_t n, const struct sockaddr_storage *from)
{
	bool v6 = from->ss_family == AF_INET6;
	const unsigned char *m = message_of(f, packet, &n, v6);
	struct sockaddr_storage a = *from, b;
	struct echo *x;

	if (m == NULL || m[0] != (v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) || m[1] != 0)
		return;
	x = f->ping->slot[(size_t)(m[6] << 8 | m[7]) % SLOTS];
	if (x == NULL || memcmp(m + 8, &x->secret, 4) != 0)
		return;
	b = x->to;
	if (v6) {
		((struct sockaddr_in6 *)&a)->sin6_port = 0;
		((struct sockaddr_in6 *)&b)->sin6_port = 0;
	} else {
		((struct sockaddr_in *)&a)->sin_port = 0;
		((struct sockaddr_in *)&b)->sin_port = 0;
	}
	if (addr_equal(&a, &b)) /* answered by somebody else is not answered */
		finish(x, PROBE_PING_UP, (double)(uv_hrtime() - x->sent_ns) / 1e6);
}

static void
readable(uv_poll_t *handle, int status, int events)
{
	struct family *f = handle->data;
	unsigned char packet[512];
	int error;
	socklen_t size = sizeof(error);

	(void)events;
	if (status < 0) { /* libuv has stopped it on an error of the socket: that is taken off, and on */
		(void)getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		(void)uv_poll_start(handle, UV_READABLE, readable);
	}
	for (int i = 0; i < 256; i++) {
		struct sockaddr_storage from = {0};
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(f->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &length);

		if (n < 0)
			break;
		take_answer(f, packet, (size_t)n, &from);
	}
	start_waiting(f->ping);
}

static void
tick(uv_timer_t *timer)
{
	struct probe_ping *p = timer->data;
	uint64_t now = uv_now(p->loop);

	if (p->in_flight > 0)
		for (size_t i = 0; i < SLOTS; i++) {
			struct echo *x = p->slot[i];

			if (x == NULL || x->due_ms > now)
				continue;
			if (x->tries < TRIES)
				send_echo(x);
			else
				finish(x, PROBE_PING_DOWN, 0);
		}
	start_waiting(p);
	if (p->in_flight == 0 && p->first == NULL)
		uv_timer_stop(timer);
}

static void
open_family(struct probe_ping *p, struct family *f, int domain, int protocol)
{
	int size = 1 << 20;

	f->ping = p;
	f->fd = socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	f->raw = f->fd >= 0;
	if (f->fd < 0)
		f->fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (f->fd < 0)
		return;
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (f->raw && domain == AF_INET) {
		struct icmp_filter only = {~(1u << ICMP_ECHOREPLY)};

		(void)setsockopt(f->fd, SOL_RAW, ICMP_FILTER, &only, sizeof(only));
	}
	if (f->raw && domain == AF_INET6) {
		struct icmp6_filter only;

		ICMP6_FILTER_SETBLOCKALL(&only);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &only);
		(void)setsockopt(f->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only, sizeof(only));
	}
	f->poll.data = f;
	if (uv_poll_init(p->loop, &f->poll, f->fd) != 0 || uv_poll_start(&f->poll, UV_READABLE, readable) != 0) {
		close(f->fd);
		f->fd = -1;
		return;
	}
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
	file_random(&p->id, sizeof(p->id));
	open_family(p, &p->v4, AF_INET, IPPROTO_ICMP);
	open_family(p, &p->v6, AF_INET6, IPPROTO_ICMPV6);
	uv_timer_init(loop, &p->timer);
	p->timer.data = p;
	p->open_handles++;
	*out = p;
	return 0;
}

static void
closed(uv_handle_t *handle)
{
	struct probe_ping *p = handle->type == UV_TIMER ? handle->data : ((struct family *)handle->data)->ping;

	if (--p->open_handles == 0)
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
	struct echo *x, *next;

	if (p == NULL)
		return;
	p->closing = true;
	for (size_t i = 0; i < SLOTS; i++)
		if (p->slot[i] != NULL)
			finish(p->slot[i], PROBE_PING_CANCELLED, 0);
	for (x = p->first; x != NULL; x = next) {
		next = x->next;
		x->done(x->ctx, PROBE_PING_CANCELLED, 0);
		free(x);
	}
	close_family(&p->v4);
	close_family(&p->v6);
	uv_close((uv_handle_t *)&p->timer, closed);
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
probe_ping_send(struct probe_ping *p, const struct sockaddr_storage *to, int timeout_ms, probe_ping_fn *done,
    void *ctx)
{
	struct echo *x;

	if (family_of(p, to)->fd < 0) {
		done(ctx, PROBE_PING_NOT_PERMITTED, 0);
		return;
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		log_die("out of memory: no echo");
	*x = (struct echo){.ping = p, .to = *to, .done = done, .ctx = ctx, .timeout_ms = timeout_ms};
	file_random(&x->secret, sizeof(x->secret));
	if (p->first == NULL)
		p->first = x;
	else
		p->last->next = x;
	p->last = x;
	if (!uv_is_active((uv_handle_t *)&p->timer))
		uv_timer_start(&p->timer, tick, 1, 20);
}
