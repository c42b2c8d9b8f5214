/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session is a net-snmp session with its own connected socket, a uv_poll on
 * it and a timer for net-snmp's retransmissions.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#define SNMP_PORT 161

/* ---- addresses -------------------------------------------------------------- */

static in_port_t
port_of(const struct sockaddr_storage *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	in_port_t port;

	if (a->ss_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		port = ntohs(v6.sin6_port);
	} else {
		memcpy(&v4, a, sizeof(v4));
		port = ntohs(v4.sin_port);
	}
	return port == 0 ? SNMP_PORT : port;
}

void
snmp_address_text(const struct sockaddr_storage *a, char *out, size_t size)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->ss_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		(void)snprintf(out, size, "[%s]:%u", host, port_of(a));
	} else {
		memcpy(&v4, a, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(out, size, "%s:%u", host, port_of(a));
	}
}

struct sockaddr_storage
snmp_address_normal(const struct sockaddr_storage *a, socklen_t *len)
{
	struct sockaddr_storage out = {0};
	struct sockaddr_in v4 = {0}, from4;
	struct sockaddr_in6 v6 = {0}, from6;

	if (a->ss_family == AF_INET6) {
		memcpy(&from6, a, sizeof(from6));
		v6.sin6_family = AF_INET6;
		v6.sin6_port = htons(port_of(a));
		v6.sin6_addr = from6.sin6_addr;
		v6.sin6_scope_id = from6.sin6_scope_id;
		memcpy(&out, &v6, sizeof(v6));
		*len = sizeof(v6);
	} else {
		memcpy(&from4, a, sizeof(from4));
		v4.sin_family = AF_INET;
		v4.sin_port = htons(port_of(a));
		v4.sin_addr = from4.sin_addr;
		memcpy(&out, &v4, sizeof(v4));
		*len = sizeof(v4);
	}
	return out;
}

/* FNV-1a over the address */
static unsigned
bucket_of(const struct sockaddr_storage *a)
{
	const unsigned char *p = (const unsigned char *)a;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(struct sockaddr_in6); i++)
		h = (h ^ p[i]) * 16777619u;
	return h % SNMP_BUCKETS;
}

static bool
same(const struct snmp_target *a, const struct snmp_target *b)
{
	return memcmp(&a->address, &b->address, sizeof(struct sockaddr_in6)) == 0 && a->version == b->version &&
	    a->timeout_ms == b->timeout_ms && a->tries == b->tries && strcmp(a->community, b->community) == 0;
}

struct session *
snmp_session_find(struct snmp_client *c, const struct snmp_target *t)
{
	struct session *s;

	LIST_FOREACH(s, &c->bucket[bucket_of(&t->address)], bucket)
		if (s->broken == 0 && same(&s->key, t))
			return s;
	return NULL;
}

/* ---- opening -------------------------------------------------------------------- */

static void *
open_netsnmp(const struct snmp_target *t)
{
	netsnmp_session ns;
	char host[80], peer[96];
	union {
		const char *given;
		u_char *wanted; /* net-snmp copies it */
	} community = {t->community};

	snmp_address_text(&t->address, host, sizeof(host));
	(void)snprintf(peer, sizeof(peer), "%s:%s", t->address.ss_family == AF_INET6 ? "udp6" : "udp", host);
	snmp_sess_init(&ns);
	ns.peername = peer;
	ns.version = t->version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	ns.community = community.wanted;
	ns.community_len = strlen(t->community);
	ns.timeout = (long)t->timeout_ms * 1000;
	ns.retries = t->tries - 1;
	return snmp_sess_open(&ns);
}

/* Connected, the kernel compares the source of every datagram and tells us ICMP errors. */
static int
connect_socket(int fd, const struct sockaddr_storage *a)
{
	socklen_t len;
	struct sockaddr_storage to = snmp_address_normal(a, &len);
	int on = 1;

	if (connect(fd, (const struct sockaddr *)&to, len) != 0)
		return -1;
	if (a->ss_family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	return setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
}

struct session *
snmp_session_open(struct snmp_client *c, const struct snmp_target *t, uv_poll_cb on_readable)
{
	struct session *s;
	netsnmp_transport *transport;
	void *handle = open_netsnmp(t);

	if (handle == NULL) {
		errno = errno == 0 ? EMFILE : errno;
		return NULL;
	}
	transport = snmp_sess_transport(handle);
	if (connect_socket(transport->sock, &t->address) != 0) {
		int code = errno;

		(void)snmp_sess_close(handle);
		errno = code;
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		log_die("out of memory: an SNMP session");
	s->client = c;
	s->handle = handle;
	s->fd = transport->sock;
	s->key = *t;
	s->key.community = strdup(t->community);
	if (s->key.community == NULL)
		log_die("out of memory: an SNMP session");
	TAILQ_INIT(&s->calls);
	if (uv_poll_init(c->loop, &s->poll, s->fd) != 0 || uv_timer_init(c->loop, &s->timer) != 0)
		log_die("libuv takes no more handles");
	s->poll.data = s->timer.data = s;
	s->handles = 2;
	c->handles++;
	(void)uv_poll_start(&s->poll, UV_READABLE, on_readable);
	uv_unref((uv_handle_t *)&s->poll);
	TAILQ_INSERT_TAIL(&c->sessions, s, age);
	LIST_INSERT_HEAD(&c->bucket[bucket_of(&t->address)], s, bucket);
	c->n_sessions++;
	return s;
}

/* ---- the end of handles -------------------------------------------------------- */

void
snmp_client_release(struct snmp_client *c)
{
	if (--c->handles > 0 || !c->dying)
		return;
	netsnmp_large_fd_set_cleanup(&c->fds);
	free(c);
}

static void
on_session_closed(uv_handle_t *h)
{
	struct session *s = h->data;
	struct snmp_client *c = s->client;

	if (--s->handles > 0)
		return;
	free(s);
	snmp_client_release(c);
}

void
snmp_session_close(struct session *s)
{
	struct snmp_client *c = s->client;
	char *community;

	memcpy(&community, &s->key.community, sizeof(community));
	explicit_bzero(community, strlen(community));
	free(community);
	TAILQ_REMOVE(&c->sessions, s, age);
	LIST_REMOVE(s, bucket);
	if (s->broken != 0)
		TAILQ_REMOVE(&c->broken, s, bad);
	c->n_sessions--;
	uv_close((uv_handle_t *)&s->poll, on_session_closed);
	uv_close((uv_handle_t *)&s->timer, on_session_closed);
	(void)snmp_sess_close(s->handle);
	s->handle = NULL;
}

/* ---- ICMP ------------------------------------------------------------------------ */

int
snmp_session_error(const struct session *s)
{
	char space[512];
	struct msghdr m;
	int code = 0;
	socklen_t n = sizeof(code);

	(void)getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &code, &n);
	do { /* the error queue would keep the poll awake */
		memset(&m, 0, sizeof(m));
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
	} while (recvmsg(s->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0);
	switch (code) {
	case ECONNREFUSED: /* ICMP port unreachable */
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENOPROTOOPT:
	case EACCES: /* administratively prohibited */
		return code;
	default: /* EMSGSIZE of path MTU discovery and the like pass */
		return 0;
	}
}
