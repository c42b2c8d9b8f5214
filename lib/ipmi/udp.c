/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h> /* needs struct timespec */

#include "udp.h"

#define BATCH 64              /* datagrams of one system call */
#define BATCHES 8             /* batches before others on the loop have their turn */
#define QUEUE 1024            /* datagrams that wait to leave */
#define RECEIVE LIMIT_IPMI_PACKET /* a longer datagram is cut, and then breaks its own length */
#define RECEIVE_BUFFER (4 << 20) /* the default of 212 kB loses answers of a burst */
#define ERRORS 64             /* asynchronous errors read at once */
#define SEND_TRIES 8          /* an error may be an older one, of another host */

struct out {
	struct sockaddr_storage to;
	struct packet packet;
};

struct port {
	struct udp *u;
	int fd;                  /* -1: not open */
	sa_family_t family;
	bool blocked;            /* the kernel's buffer is full: wait until writable */
	uv_poll_t poll;
	struct out *queue;       /* [head, n) are to leave */
	size_t head, n;
};

struct udp {
	struct udp_events events;
	uv_loop_t *loop;
	struct port ports[2];
	uv_prepare_t prepare;
	bool closed;
	int handles;
	struct mmsghdr in[BATCH];
	struct iovec in_iov[BATCH];
	struct sockaddr_storage from[BATCH];
	uint8_t in_bytes[BATCH][RECEIVE];
};

socklen_t
udp_address_size(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return sizeof(struct sockaddr_in);
	return a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

/* ---- what came ----------------------------------------------------------------------- */

static void
read_one_error(struct udp *u, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct sock_extended_err ee;

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&ee, CMSG_DATA(c), sizeof(ee));
		if (!u->closed && m->msg_name != NULL && m->msg_namelen > 0)
			u->events.unreachable(u->events.ctx, m->msg_name, (int)ee.ee_errno);
	}
}

/* msg_name of a queued error is the destination that failed: ip(7). */
static void
read_errors(struct port *p)
{
	for (int i = 0; i < ERRORS && !p->u->closed; i++) {
		struct sockaddr_storage to = {0};
		uint8_t bytes[64];
		_Alignas(struct cmsghdr) uint8_t control[512];
		struct iovec iov = {bytes, sizeof(bytes)};
		struct msghdr m = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov, .msg_iovlen = 1,
		    .msg_control = control, .msg_controllen = sizeof(control)};

		if (recvmsg(p->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		read_one_error(p->u, &m);
	}
}

static int
receive_batch(struct port *p)
{
	struct udp *u = p->u;
	int n;

	for (size_t i = 0; i < BATCH; i++)
		u->in[i].msg_hdr = (struct msghdr){.msg_name = &u->from[i], .msg_namelen = sizeof(u->from[i]),
		    .msg_iov = &u->in_iov[i], .msg_iovlen = 1};
	n = recvmmsg(p->fd, u->in, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		read_errors(p); /* an ICMP error of one host ends the call for all: it is asked again */
	for (int i = 0; i < n && !u->closed; i++)
		u->events.received(u->events.ctx, &u->from[i], (struct view){u->in_bytes[i], u->in[i].msg_len});
	return n;
}

/* ---- what leaves ----------------------------------------------------------------------- */

static void on_ready(uv_poll_t *h, int status, int events);

static void
want_writable(struct port *p, bool yes)
{
	if (p->blocked == yes || p->u->closed)
		return;
	p->blocked = yes;
	(void)uv_poll_start(&p->poll, yes ? UV_READABLE | UV_WRITABLE : UV_READABLE, on_ready);
}

static int
send_batch(struct port *p)
{
	struct mmsghdr out[BATCH];
	struct iovec iov[BATCH];
	size_t n = p->n - p->head < BATCH ? p->n - p->head : BATCH;

	for (size_t i = 0; i < n; i++) {
		struct out *o = &p->queue[p->head + i];

		iov[i] = (struct iovec){o->packet.p, o->packet.n};
		out[i].msg_hdr = (struct msghdr){.msg_name = &o->to, .msg_namelen = udp_address_size(&o->to),
		    .msg_iov = &iov[i], .msg_iovlen = 1};
	}
	return sendmmsg(p->fd, out, (unsigned)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/*
 * A failed call may have met the pending error of another host: the datagram
 * was not sent and is sent again. What fails SEND_TRIES times fails for itself;
 * ECONNREFUSED is never the datagram's own.
 */
static void
flush_port(struct port *p)
{
	int tries = 0;

	while (p->fd >= 0 && p->head < p->n && !p->u->closed) {
		int n = send_batch(p), error = errno;

		if (n > 0) {
			p->head += (size_t)n;
			tries = 0;
		} else if (error == EAGAIN || error == ENOBUFS) {
			want_writable(p, true);
			return;
		} else if (error != EINTR && error != ECONNREFUSED && ++tries >= SEND_TRIES) {
			struct sockaddr_storage to = p->queue[p->head++].to;

			tries = 0;
			p->u->events.unreachable(p->u->events.ctx, &to, error);
		}
	}
	if (p->head == p->n)
		p->head = p->n = 0;
	want_writable(p, false);
}

void
udp_flush(struct udp *u)
{
	for (size_t i = 0; i < LARCH_COUNT(u->ports); i++)
		if (u->ports[i].n > 0 && !u->ports[i].blocked)
			flush_port(&u->ports[i]);
}

/* ---- the loop's calls --------------------------------------------------------------------- */

static void
on_ready(uv_poll_t *h, int status, int events)
{
	struct port *p = h->data;
	struct udp *u = p->u;
	int n = BATCH;

	(void)events;
	/* libuv stops a poll that meets EPOLLERR, which is ICMP's word about one host: unstarted, all would fall silent. */
	if (status < 0 && !u->closed)
		(void)uv_poll_start(&p->poll, p->blocked ? UV_READABLE | UV_WRITABLE : UV_READABLE, on_ready);
	read_errors(p); /* an error of the socket waits in its queue */
	for (int i = 0; i < BATCHES && n == BATCH && !u->closed; i++) {
		n = receive_batch(p);
		if (!u->closed)
			u->events.batch_done(u->events.ctx);
		udp_flush(u);
	}
	if (p->blocked && !u->closed)
		flush_port(p);
}

static void
on_prepare(uv_prepare_t *h)
{
	udp_flush(h->data);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static int
open_socket(sa_family_t family, struct err *e)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, size = RECEIVE_BUFFER;
	bool six = family == AF_INET6;

	if (fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "IPMI: no UDP socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on)) != 0) {
		err_set(e, ERR_UNAVAILABLE, "IPMI: the UDP socket does not report ICMP errors: %s", strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int
open_port(struct udp *u, struct port *p, sa_family_t family, struct err *e)
{
	int rc;

	p->fd = open_socket(family, e);
	if (p->fd < 0)
		return -1;
	rc = uv_poll_init(u->loop, &p->poll, p->fd);
	if (rc != 0) {
		close(p->fd);
		p->fd = -1;
		return err_set(e, ERR_INTERNAL, "IPMI: the loop does not take the socket: %s", uv_strerror(rc));
	}
	p->queue = calloc(QUEUE, sizeof(*p->queue));
	if (p->queue == NULL)
		log_die("out of memory: no IPMI queue");
	p->u = u;
	p->poll.data = p;
	u->handles++;
	(void)uv_poll_start(&p->poll, UV_READABLE, on_ready);
	uv_unref((uv_handle_t *)&p->poll); /* waiting calls hold the loop by their timer, not the sockets */
	return 0;
}

int
udp_create(uv_loop_t *loop, const struct udp_events *events, struct udp **out, struct err *e)
{
	struct udp *u = calloc(1, sizeof(*u));

	if (u == NULL)
		log_die("out of memory: no IPMI sockets");
	u->events = *events;
	u->loop = loop;
	u->ports[0].fd = u->ports[1].fd = -1;
	for (size_t i = 0; i < BATCH; i++)
		u->in_iov[i] = (struct iovec){u->in_bytes[i], RECEIVE};
	if (open_port(u, &u->ports[0], AF_INET, e) != 0) {
		free(u);
		return -1;
	}
	(void)uv_prepare_init(loop, &u->prepare);
	u->handles++;
	u->prepare.data = u;
	(void)uv_prepare_start(&u->prepare, on_prepare);
	uv_unref((uv_handle_t *)&u->prepare);
	*out = u;
	return 0;
}

static void
closed(struct udp *u)
{
	if (--u->handles > 0)
		return;
	for (size_t i = 0; i < LARCH_COUNT(u->ports); i++)
		free(u->ports[i].queue);
	free(u);
}

static void
port_closed(uv_handle_t *h)
{
	struct port *p = h->data;

	closed(p->u);
}

static void
prepare_closed(uv_handle_t *h)
{
	closed(h->data);
}

void
udp_destroy(struct udp *u)
{
	if (u == NULL || u->closed)
		return;
	udp_flush(u); /* the last Close Session requests */
	u->closed = true;
	for (size_t i = 0; i < LARCH_COUNT(u->ports); i++) {
		struct port *p = &u->ports[i];

		if (p->fd < 0)
			continue;
		(void)uv_poll_stop(&p->poll);
		uv_close((uv_handle_t *)&p->poll, port_closed);
		close(p->fd);
		p->fd = -1;
	}
	uv_close((uv_handle_t *)&u->prepare, prepare_closed);
}

static struct port *
port_of(struct udp *u, sa_family_t family)
{
	struct port *p = &u->ports[family == AF_INET6];
	struct err e;

	if (family != AF_INET && family != AF_INET6)
		return NULL;
	if (p->fd < 0 && open_port(u, p, family, &e) != 0)
		return NULL;
	return p;
}

int
udp_send(struct udp *u, const struct sockaddr_storage *to, const struct packet *packet)
{
	struct port *p = port_of(u, to->ss_family);

	if (p == NULL || u->closed || p->n == QUEUE)
		return -1;
	memcpy(&p->queue[p->n].to, to, udp_address_size(to));
	memcpy(p->queue[p->n].packet.p, packet->p, packet->n);
	p->queue[p->n++].packet.n = packet->n;
	return 0;
}
