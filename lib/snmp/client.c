/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and packets. A session is a net-snmp session with its own connected
 * socket, a uv_poll on it and a timer for net-snmp's retransmissions.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#include <net-snmp/library/large_fd_set.h>
#include <net-snmp/library/snmp_transport.h>

#define BUCKETS 256
#define IDLE_MS 60000       /* a session nobody uses is closed after this */
#define SWEEP_MS 15000
#define SNMP_PORT 161

struct session {
	TAILQ_ENTRY(session) age;    /* client->sessions, the longest unused first */
	LIST_ENTRY(session) bucket;
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
};

struct snmp_client {
	uv_loop_t *loop;
	TAILQ_HEAD(, session) sessions;
	LIST_HEAD(, session) bucket[BUCKETS];
	size_t n_sessions;
	struct snmp_calls ready;     /* have an answer, or ended before anything was sent */
	struct snmp_calls waiting;   /* for a session */
	uv_timer_t later;            /* drains `ready` once the caller has returned */
	uv_timer_t sweep;
	int handles;                 /* own handles and sessions not yet freed */
	bool dying, draining;
	netsnmp_large_fd_set fds;    /* scratch: one descriptor at a time */
};

static void drain(struct snmp_client *c);

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

/* The address as connect(2) wants it, the port filled in, the padding zero. */
static struct sockaddr_storage
normal(const struct sockaddr_storage *a, socklen_t *len)
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
	return h % BUCKETS;
}

/* ---- the end of handles -------------------------------------------------------- */

static void
release(struct snmp_client *c)
{
	if (--c->handles > 0 || !c->dying)
		return;
	netsnmp_large_fd_set_cleanup(&c->fds);
	free(c);
}

static void
on_client_closed(uv_handle_t *h)
{
	release(h->data);
}

static void
on_session_closed(uv_handle_t *h)
{
	struct session *s = h->data;
	struct snmp_client *c = s->client;

	if (--s->handles > 0)
		return;
	free(s);
	release(c);
}

/* Off the lists, the socket closed. Its calls have been taken off before. */
static void
close_session(struct session *s)
{
	struct snmp_client *c = s->client;
	char *community;

	memcpy(&community, &s->key.community, sizeof(community));
	explicit_bzero(community, strlen(community));
	free(community);
	TAILQ_REMOVE(&c->sessions, s, age);
	LIST_REMOVE(s, bucket);
	c->n_sessions--;
	uv_close((uv_handle_t *)&s->poll, on_session_closed);
	uv_close((uv_handle_t *)&s->timer, on_session_closed);
	(void)snmp_sess_close(s->handle);
	s->handle = NULL;
}

/* ---- calls and sessions ------------------------------------------------------- */

static void
make_ready(struct snmp_call *call)
{
	struct session *s = call->session;

	if (call->ready)
		return;
	call->ready = true;
	if (s != NULL) {
		TAILQ_REMOVE(&s->calls, call, link);
		if (--s->in_flight == 0)
			uv_unref((uv_handle_t *)&s->poll);
	}
	TAILQ_INSERT_TAIL(&call->client->ready, call, link);
}

static void
on_later(uv_timer_t *t)
{
	drain(t->data);
}

/* From a caller's own stack: nothing may be told before it has returned. */
static void
drain_later(struct snmp_client *c)
{
	if (!c->draining && !c->dying)
		(void)uv_timer_start(&c->later, on_later, 0, 0);
}

static void
end_silent(struct snmp_call *call, const struct session *s)
{
	char peer[80];

	snmp_address_text(&s->key.address, peer, sizeof(peer));
	if (s->strays > call->strays)
		snmp_call_end(call, SNMP_GARBAGE, "%s sent datagrams, but no answer to the question", peer);
	else
		snmp_call_end(call, SNMP_SILENT, "%s did not answer: %d %s of %d ms", peer, s->key.tries,
		    s->key.tries == 1 ? "try" : "tries", s->key.timeout_ms);
}

/* Runs inside net-snmp: take and mark, nothing more. */
static int
on_answer(int op, netsnmp_session *ns, int reqid, netsnmp_pdu *pdu, void *magic)
{
	struct snmp_call *call = magic;
	struct session *s = call->session;

	(void)reqid;
	if (s == NULL) /* snmp_sess_close tells of what it drops; the call has gone its way */
		return 1;
	switch (op) {
	case NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE:
		s->answered++;
		snmp_call_take(call, pdu);
		make_ready(call);
		break;
	case NETSNMP_CALLBACK_OP_TIMED_OUT:
		end_silent(call, s);
		make_ready(call);
		break;
	case NETSNMP_CALLBACK_OP_SEND_FAILED: /* net-snmp keeps the request: the session must go */
		if (ns->s_errno != EAGAIN && ns->s_errno != ENOBUFS) /* these count as a lost packet */
			s->broken = ns->s_errno != 0 ? ns->s_errno : EIO;
		break;
	default:
		break;
	}
	return 1;
}

/* net-snmp's next deadline of this session, on our timer. */
static void on_timer(uv_timer_t *t);
static void
arm(struct session *s)
{
	struct timeval tv = {0};
	int numfds = 0, block = 1;

	if (s->in_flight == 0) {
		(void)uv_timer_stop(&s->timer);
		return;
	}
	(void)snmp_sess_select_info2_flags(s->handle, &numfds, &s->client->fds, &tv, &block,
	    NETSNMP_SELECT_NOALARMS);
	netsnmp_large_fd_clr(s->fd, &s->client->fds);
	if (!block)
		(void)uv_timer_start(&s->timer, on_timer,
		    (uint64_t)tv.tv_sec * 1000 + ((uint64_t)tv.tv_usec + 999) / 1000, 0);
}

static void
on_timer(uv_timer_t *t)
{
	struct session *s = t->data;

	errno = 0;
	snmp_sess_timeout(s->handle);
	arm(s);
	drain(s->client);
}

/* A pending ICMP error of the socket, or 0. The error queue is emptied: it would keep the poll awake. */
static int
socket_error(int fd)
{
	char space[512];
	struct msghdr m;
	int code = 0;
	socklen_t n = sizeof(code);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &n);
	do {
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

static void
on_readable(uv_poll_t *p, int status, int events)
{
	struct session *s = p->data;
	uint64_t answered = s->answered;

	(void)events;
	if (status < 0) { /* libuv has stopped the poll: EPOLLERR, which is ICMP's word */
		s->broken = socket_error(s->fd);
		if (s->broken == 0)
			(void)uv_poll_start(p, UV_READABLE, on_readable);
	} else {
		netsnmp_large_fd_setfd(s->fd, &s->client->fds);
		errno = 0;
		if (snmp_sess_read2(s->handle, &s->client->fds) != 0 && errno == ECONNREFUSED)
			s->broken = ECONNREFUSED;
		else if (s->answered == answered && errno != EAGAIN)
			s->strays++;
		netsnmp_large_fd_clr(s->fd, &s->client->fds);
		arm(s);
	}
	drain(s->client);
}

/* ---- opening -------------------------------------------------------------------- */

static bool
same(const struct snmp_target *a, const struct snmp_target *b)
{
	return memcmp(&a->address, &b->address, sizeof(struct sockaddr_in6)) == 0 && a->version == b->version &&
	    a->timeout_ms == b->timeout_ms && a->tries == b->tries && strcmp(a->community, b->community) == 0;
}

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
	struct sockaddr_storage to = normal(a, &len);
	int on = 1;

	if (connect(fd, (const struct sockaddr *)&to, len) != 0)
		return -1;
	if (a->ss_family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	return setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
}

/* NULL, with errno, when the socket cannot be made or the kernel has no way there. */
static struct session *
open_session(struct snmp_client *c, const struct snmp_target *t)
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

static struct session *
find_session(struct snmp_client *c, const struct snmp_target *t)
{
	struct session *s;

	LIST_FOREACH(s, &c->bucket[bucket_of(&t->address)], bucket)
		if (s->broken == 0 && same(&s->key, t))
			return s;
	return NULL;
}

/* The longest unused session makes room for another. */
static bool
evict(struct snmp_client *c)
{
	struct session *s;

	TAILQ_FOREACH(s, &c->sessions, age) {
		if (s->in_flight == 0 && s->broken == 0) {
			close_session(s);
			return true;
		}
	}
	return false;
}

static void
on_sweep(uv_timer_t *t)
{
	struct snmp_client *c = t->data;
	int64_t now = (int64_t)uv_now(c->loop);
	struct session *s, *next;

	for (s = TAILQ_FIRST(&c->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, age);
		if (s->in_flight == 0 && s->broken == 0 && now - s->used > IDLE_MS)
			close_session(s);
	}
}

/* ---- sending --------------------------------------------------------------------- */

static void
end_errno(struct snmp_call *call, int code)
{
	char peer[80];
	bool away = code == ECONNREFUSED || code == EHOSTUNREACH || code == ENETUNREACH || code == EHOSTDOWN ||
	    code == ENOPROTOOPT || code == EACCES || code == EPERM;

	snmp_address_text(&call->target.address, peer, sizeof(peer));
	if (code == ECONNREFUSED)
		snmp_call_end(call, SNMP_UNREACHABLE, "%s: nobody listens there (ICMP port unreachable)", peer);
	else
		snmp_call_end(call, away ? SNMP_UNREACHABLE : SNMP_NOT_SENT, "%s: %s", peer, strerrordesc_np(code));
}

/* 0, or an errno. A request that does not fit a datagram is asked in halves. */
static int
send_pdu(struct session *s, struct snmp_call *call)
{
	netsnmp_pdu *pdu;
	int liberr, snmperr;
	char *text = NULL;

	for (;;) {
		pdu = snmp_call_pdu(call);
		if (snmp_sess_async_send(s->handle, pdu, on_answer, call) != 0)
			return 0;
		snmp_free_pdu(pdu);
		snmp_sess_error(s->handle, &liberr, &snmperr, &text);
		free(text);
		text = NULL;
		if (snmperr != SNMPERR_TOO_LONG || !snmp_call_shrink(call))
			return snmperr == SNMPERR_BAD_SENDTO && liberr != 0 ? liberr : EMSGSIZE;
	}
}

static void
send_next(struct session *s, struct snmp_call *call)
{
	int code;

	if (s->in_flight++ == 0) {
		uv_ref((uv_handle_t *)&s->poll);
		s->used = (int64_t)uv_now(s->client->loop);
		TAILQ_REMOVE(&s->client->sessions, s, age);
		TAILQ_INSERT_TAIL(&s->client->sessions, s, age);
	}
	call->session = s;
	call->strays = s->strays;
	call->ready = false;
	TAILQ_INSERT_TAIL(&s->calls, call, link);
	code = send_pdu(s, call);
	if (code == 0) {
		arm(s);
		return;
	}
	end_errno(call, code);
	make_ready(call);
	if (code != EMSGSIZE && code != EAGAIN && code != ENOBUFS)
		s->broken = code; /* an ICMP error may come as the error of the next send */
	drain_later(s->client);
}

/* Find or make its session, or put it in line for one. */
static void
place(struct snmp_client *c, struct snmp_call *call)
{
	struct session *s = find_session(c, &call->target);

	if (s == NULL && (c->n_sessions < LIMIT_SNMP_SESSIONS || evict(c))) {
		errno = 0;
		s = open_session(c, &call->target);
		if (s == NULL && (errno == EMFILE || errno == ENFILE) && evict(c))
			s = open_session(c, &call->target);
		if (s == NULL) {
			end_errno(call, errno);
			make_ready(call);
			drain_later(c);
			return;
		}
	}
	if (s != NULL)
		send_next(s, call);
	else
		TAILQ_INSERT_TAIL(&c->waiting, call, link);
}

void
snmp_client_start(struct snmp_client *c, struct snmp_call *call)
{
	socklen_t len;

	if (call->ended || c->dying) {
		snmp_call_end(call, SNMP_CANCELLED, "the SNMP client is closing");
		make_ready(call);
		drain_later(c);
		return;
	}
	call->target.address = normal(&call->target.address, &len);
	place(c, call);
}

/* ---- after net-snmp has returned ---------------------------------------------------- */

static void
finish(struct snmp_call *call)
{
	snmp_call_tell(call);
	snmp_call_destroy(call);
}

/* A broken session ends its calls and goes. */
static void
drop_broken(struct snmp_client *c)
{
	struct session *s, *next;
	struct snmp_call *call;

	for (s = TAILQ_FIRST(&c->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, age);
		if (s->broken == 0)
			continue;
		while ((call = TAILQ_FIRST(&s->calls)) != NULL) {
			end_errno(call, s->broken);
			make_ready(call);
		}
		TAILQ_FOREACH(call, &c->ready, link)
			if (call->session == s)
				call->session = NULL;
		close_session(s);
	}
}

/* One call that is ready: its next request, or its end. */
static void
step(struct snmp_client *c, struct snmp_call *call)
{
	TAILQ_REMOVE(&c->ready, call, link);
	call->ready = false;
	if (call->ended || c->dying) {
		snmp_call_end(call, SNMP_CANCELLED, "the SNMP client is closing");
		finish(call);
	} else if (call->session != NULL && call->session->broken == 0) {
		send_next(call->session, call);
	} else {
		call->session = NULL;
		place(c, call);
	}
}

static void
drain(struct snmp_client *c)
{
	struct snmp_call *call;

	if (c->draining || c->dying)
		return;
	c->draining = true;
	do {
		drop_broken(c);
		while (!c->dying && (call = TAILQ_FIRST(&c->ready)) != NULL)
			step(c, call);
		drop_broken(c);
		while (!c->dying && (call = TAILQ_FIRST(&c->waiting)) != NULL &&
		    (c->n_sessions < LIMIT_SNMP_SESSIONS || evict(c))) {
			TAILQ_REMOVE(&c->waiting, call, link);
			place(c, call);
		}
	} while (!c->dying && !TAILQ_EMPTY(&c->ready));
	c->draining = false;
}

/* ---- life ---------------------------------------------------------------------------- */

/* net-snmp is told once, before its first session, to touch no file and print nothing. */
static void
quiet_netsnmp(void)
{
	static const int on[] = {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
	    NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG};
	static bool done;

	if (done)
		return;
	done = true;
	(void)setenv("MIBS", "", 1);
	for (size_t i = 0; i < LARCH_COUNT(on); i++)
		(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, on[i], 1);
	snmp_disable_log();
}

int
snmp_client_create(uv_loop_t *loop, struct snmp_client **out, struct err *e)
{
	struct snmp_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out of memory: the SNMP client");
	quiet_netsnmp();
	c->loop = loop;
	TAILQ_INIT(&c->sessions);
	TAILQ_INIT(&c->ready);
	TAILQ_INIT(&c->waiting);
	if (uv_timer_init(loop, &c->later) != 0 || uv_timer_init(loop, &c->sweep) != 0) {
		free(c);
		return err_set(e, ERR_INTERNAL, "the SNMP client got no timer from its loop");
	}
	netsnmp_large_fd_set_init(&c->fds, FD_SETSIZE);
	c->later.data = c->sweep.data = c;
	c->handles = 2;
	(void)uv_timer_start(&c->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
	uv_unref((uv_handle_t *)&c->sweep);
	*out = c;
	return 0;
}

void
snmp_client_destroy(struct snmp_client *c)
{
	struct session *s;
	struct snmp_call *call;

	if (c == NULL || c->dying)
		return;
	c->dying = true;
	while ((s = TAILQ_FIRST(&c->sessions)) != NULL) {
		while ((call = TAILQ_FIRST(&s->calls)) != NULL)
			make_ready(call);
		TAILQ_FOREACH(call, &c->ready, link)
			call->session = NULL;
		close_session(s);
	}
	while ((call = TAILQ_FIRST(&c->waiting)) != NULL) {
		TAILQ_REMOVE(&c->waiting, call, link);
		make_ready(call);
	}
	while ((call = TAILQ_FIRST(&c->ready)) != NULL)
		step(c, call);
	uv_close((uv_handle_t *)&c->later, on_client_closed);
	uv_close((uv_handle_t *)&c->sweep, on_client_closed);
}
