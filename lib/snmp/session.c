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

unsigned
snmp_address_bucket(const struct sockaddr_storage *a)
{
	const unsigned char *p = (const unsigned char *)a;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(struct sockaddr_in6); i++)
		h = (h ^ p[i]) * 16777619u;
	return h % SNMP_BUCKETS;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same(const struct snmp_target *a, const struct snmp_target *b)
{
	return memcmp(&a->address, &b->address, sizeof(struct sockaddr_in6)) == 0 && a->version == b->version &&
	    a->timeout_ms == b->timeout_ms && a->tries == b->tries && a->security == b->security &&
	    same_text(a->community, b->community) && same_text(a->user, b->user) &&
	    same_text(a->auth_secret, b->auth_secret) && same_text(a->priv_secret, b->priv_secret);
}

struct session *
snmp_session_find(struct snmp_client *c, const struct snmp_target *t)
{
	struct session *s;

	LIST_FOREACH(s, &c->bucket[snmp_address_bucket(&t->address)], bucket)
		if (s->broken == 0 && !s->stale && same(&s->key, t))
			return s;
	return NULL;
}

/* ---- opening -------------------------------------------------------------------- */

/* net-snmp keeps users by engine and name: one that is there already would keep its old keys. */
static void
forget_user(struct str engine, const char *user)
{
	struct usmUser *u = usm_get_user((const u_char *)engine.p, engine.n, user);

	if (u != NULL) {
		(void)usm_remove_user(u); /* what it returns is the list that is left: NULL after the last */
		usm_free_user(u);
	}
}

static int
put_key(struct snmp_client *c, const char *passphrase, u_char *out, size_t *n_out)
{
	const struct snmp_key *key = snmp_engine_key(c, passphrase);

	if (key == NULL)
		return -1;
	memcpy(out, key->key, key->n);
	*n_out = key->n;
	return 0;
}

/* Version 3: user, keys and the engine that is known by now. */
static int
secure(struct snmp_client *c, const struct snmp_target *t, netsnmp_session *ns)
{
	static const int level[] = {[SNMP_AUTH_PRIV] = SNMP_SEC_LEVEL_AUTHPRIV,
	    [SNMP_AUTH_NO_PRIV] = SNMP_SEC_LEVEL_AUTHNOPRIV, [SNMP_NO_AUTH] = SNMP_SEC_LEVEL_NOAUTH};
	struct str engine = snmp_engine_of(c, &t->address);
	union {
		const char *given;
		char *wanted; /* net-snmp copies what these point to */
		u_char *bytes;
	} user = {t->user}, id = {engine.p};

	ns->version = SNMP_VERSION_3;
	ns->securityModel = USM_SEC_MODEL_NUMBER;
	ns->securityLevel = level[t->security];
	ns->securityName = user.wanted;
	ns->securityNameLen = strlen(t->user);
	ns->securityEngineID = ns->contextEngineID = id.bytes;
	ns->securityEngineIDLen = ns->contextEngineIDLen = engine.n;
	ns->securityAuthProto = usmHMAC192SHA256AuthProtocol;
	ns->securityAuthProtoLen = LARCH_COUNT(usmHMAC192SHA256AuthProtocol);
	ns->securityPrivProto = usmAESPrivProtocol;
	ns->securityPrivProtoLen = LARCH_COUNT(usmAESPrivProtocol);
	forget_user(engine, t->user);
	if (t->security != SNMP_NO_AUTH &&
	    put_key(c, t->auth_secret, ns->securityAuthKey, &ns->securityAuthKeyLen) != 0)
		return -1;
	return t->security == SNMP_AUTH_PRIV ? put_key(c, t->priv_secret, ns->securityPrivKey, &ns->securityPrivKeyLen) : 0;
}

static void *
open_netsnmp(struct snmp_client *c, const struct snmp_target *t)
{
	netsnmp_session ns;
	char host[80], peer[96];
	void *handle;
	union {
		const char *given;
		u_char *wanted; /* net-snmp copies it */
	} community = {t->community};

	snmp_address_text(&t->address, host, sizeof(host));
	(void)snprintf(peer, sizeof(peer), "%s:%s", t->address.ss_family == AF_INET6 ? "udp6" : "udp", host);
	snmp_sess_init(&ns);
	ns.peername = peer;
	ns.timeout = (long)t->timeout_ms * 1000;
	ns.retries = t->tries - 1;
	if (t->version == 3) {
		handle = secure(c, t, &ns) == 0 ? snmp_sess_open(&ns) : NULL;
		explicit_bzero(ns.securityAuthKey, sizeof(ns.securityAuthKey));
		explicit_bzero(ns.securityPrivKey, sizeof(ns.securityPrivKey));
		return handle;
	}
	ns.version = t->version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	ns.community = community.wanted;
	ns.community_len = strlen(t->community);
	return snmp_sess_open(&ns);
}

int
snmp_address_connect(int fd, const struct sockaddr_storage *a)
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

/* Its own copies of the target's texts. */
static void
keep_key(struct session *s, const struct snmp_target *t)
{
	const char *const from[] = {t->community, t->user, t->auth_secret, t->priv_secret};
	const char **const to[] = {&s->key.community, &s->key.user, &s->key.auth_secret, &s->key.priv_secret};

	s->key = *t;
	for (size_t i = 0; i < LARCH_COUNT(from); i++) {
		*to[i] = from[i] == NULL ? NULL : strdup(from[i]);
		if (from[i] != NULL && *to[i] == NULL)
			log_die("out of memory: an SNMP session");
	}
}

static void
wipe_key(struct session *s)
{
	const char *const texts[] = {s->key.community, s->key.user, s->key.auth_secret, s->key.priv_secret};

	for (size_t i = 0; i < LARCH_COUNT(texts); i++) {
		char *text;

		memcpy(&text, &texts[i], sizeof(text)); /* our own copy behind a const */
		if (text != NULL)
			explicit_bzero(text, strlen(text));
		free(text);
	}
}

static struct str
engine_of(const struct session *s)
{
	const netsnmp_session *ns = snmp_sess_session(s->handle);

	return (struct str){(const char *)ns->securityEngineID, ns->securityEngineIDLen};
}

/* net-snmp has one user of a name at an engine: a session with other secrets for it takes it from those before. */
static void
outdate(struct snmp_client *c, const struct snmp_target *t)
{
	struct session *s;

	LIST_FOREACH(s, &c->bucket[snmp_address_bucket(&t->address)], bucket)
		if (t->version == 3 && s->key.version == 3 && strcmp(s->key.user, t->user) == 0 &&
		    memcmp(&s->key.address, &t->address, sizeof(struct sockaddr_in6)) == 0)
			s->stale = true;
}

/* The user of a session that ends goes too, unless a newer session has taken it. */
static void
release_user(const struct session *s)
{
	const struct session *o;

	LIST_FOREACH(o, &s->client->bucket[snmp_address_bucket(&s->key.address)], bucket)
		if (o != s && !o->stale && o->key.version == 3 && strcmp(o->key.user, s->key.user) == 0 &&
		    str_eq(engine_of(o), engine_of(s)))
			return;
	forget_user(engine_of(s), s->key.user);
}

struct session *
snmp_session_open(struct snmp_client *c, const struct snmp_target *t, uv_poll_cb on_readable)
{
	struct session *s;
	netsnmp_transport *transport;
	void *handle = open_netsnmp(c, t);

	if (handle == NULL) {
		errno = errno == 0 ? EMFILE : errno;
		return NULL;
	}
	transport = snmp_sess_transport(handle);
	if (snmp_address_connect(transport->sock, &t->address) != 0) {
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
	keep_key(s, t);
	outdate(c, t);
	TAILQ_INIT(&s->calls);
	if (uv_poll_init(c->loop, &s->poll, s->fd) != 0 || uv_timer_init(c->loop, &s->timer) != 0)
		log_die("libuv takes no more handles");
	s->poll.data = s->timer.data = s;
	s->handles = 2;
	c->handles++;
	(void)uv_poll_start(&s->poll, UV_READABLE, on_readable);
	uv_unref((uv_handle_t *)&s->poll);
	TAILQ_INSERT_TAIL(&c->sessions, s, age);
	LIST_INSERT_HEAD(&c->bucket[snmp_address_bucket(&t->address)], s, bucket);
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

	if (s->key.version == 3)
		release_user(s);
	wipe_key(s);
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
snmp_address_error(int fd)
{
	char space[512];
	struct msghdr m;
	int code = 0;
	socklen_t n = sizeof(code);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &n);
	do { /* the error queue would keep the poll awake */
		memset(&m, 0, sizeof(m));
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
	} while (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0);
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
