/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls find a session, their packets go out, answers and deadlines come in,
 * and what is ready is told to who asked, once net-snmp has returned.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#define IDLE_MS 60000       /* a session nobody uses is closed after this */
#define SWEEP_MS 15000

static void drain(struct snmp_client *c);

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
		if (--s->in_flight == 0) {
			s->client->n_busy--;
			uv_unref((uv_handle_t *)&s->poll);
		}
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

	/* net-snmp shows no Report of an engine it does not know: the device may be another one. What must not be
	 * written twice ends here all the same, and the next question finds out. */
	if (call->target.version == 3 && s->strays > call->strays && !call->asked_engine) {
		call->other_engine = true;
		if (!call->put.once)
			return;
	}
	snmp_address_text(&s->key.address, peer, sizeof(peer));
	if (s->strays > call->strays)
		snmp_call_end(call, SNMP_GARBAGE, "%s sent datagrams, but no answer to the question", peer);
	else
		snmp_call_end(call, SNMP_SILENT, "%s did not answer: %d %s of %d ms", peer, s->key.tries,
		    s->key.tries == 1 ? "try" : "tries", s->key.timeout_ms);
}

/* The session ends when net-snmp has returned: drop_broken. code 0: it does not. */
static void
break_session(struct session *s, int code)
{
	if (code != 0 && s->broken == 0)
		TAILQ_INSERT_TAIL(&s->client->broken, s, bad);
	if (code != 0)
		s->broken = code;
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
			break_session(s, ns->s_errno != 0 ? ns->s_errno : EIO);
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

static void
on_readable(uv_poll_t *p, int status, int events)
{
	struct session *s = p->data;
	uint64_t answered = s->answered;

	(void)events;
	if (status < 0) { /* libuv has stopped the poll: EPOLLERR, which is ICMP's word */
		break_session(s, snmp_address_error(s->fd));
		if (s->broken == 0)
			(void)uv_poll_start(p, UV_READABLE, on_readable);
	} else {
		netsnmp_large_fd_setfd(s->fd, &s->client->fds);
		errno = 0;
		if (snmp_sess_read2(s->handle, &s->client->fds) != 0 && errno == ECONNREFUSED)
			break_session(s, ECONNREFUSED);
		else if (s->answered == answered && errno != EAGAIN)
			s->strays++;
		netsnmp_large_fd_clr(s->fd, &s->client->fds);
		arm(s);
	}
	drain(s->client);
}

/* The longest unused session makes room for another. */
static bool
evict(struct snmp_client *c)
{
	struct session *s;

	if (c->n_busy == c->n_sessions)
		return false;
	TAILQ_FOREACH(s, &c->sessions, age) {
		if (s->in_flight == 0 && s->broken == 0) {
			snmp_session_close(s);
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
			snmp_session_close(s);
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
		s->client->n_busy++;
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
		break_session(s, code); /* an ICMP error may come as the error of the next send */
	drain_later(s->client);
}

void
snmp_client_refuse(struct snmp_client *c, struct snmp_call *call, int code)
{
	end_errno(call, code);
	make_ready(call);
	drain_later(c);
}

/* Find or make its session, or put it in line for one. */
static void
place(struct snmp_client *c, struct snmp_call *call)
{
	struct session *s;

	if (call->target.version == 3 && snmp_engine_of(c, &call->target.address).n == 0) {
		snmp_engine_ask(c, call);
		return;
	}
	s = snmp_session_find(c, &call->target);
	if (s == NULL && (c->n_sessions < LIMIT_SNMP_SESSIONS || evict(c))) {
		errno = 0;
		s = snmp_session_open(c, &call->target, on_readable);
		if (s == NULL && (errno == EMFILE || errno == ENFILE) && evict(c))
			s = snmp_session_open(c, &call->target, on_readable);
		if (s == NULL) {
			snmp_client_refuse(c, call, errno);
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
	call->target.address = snmp_address_normal(&call->target.address, &len);
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
	struct session *s;
	struct snmp_call *call;

	while ((s = TAILQ_FIRST(&c->broken)) != NULL) {
		while ((call = TAILQ_FIRST(&s->calls)) != NULL) {
			end_errno(call, s->broken);
			make_ready(call);
		}
		TAILQ_FOREACH(call, &c->ready, link)
			if (call->session == s)
				call->session = NULL;
		snmp_session_close(s);
	}
}

/* Its engine id is asked for again, once, and the session of the old one not used any more. */
static void
other_engine(struct snmp_client *c, struct snmp_call *call)
{
	if (call->session != NULL)
		call->session->stale = true;
	snmp_engine_forget(c, &call->target.address);
	call->other_engine = false;
	call->asked_engine = true;
	call->session = NULL;
}

/* One call that is ready: its next request, or its end. */
static void
step(struct snmp_client *c, struct snmp_call *call)
{
	TAILQ_REMOVE(&c->ready, call, link);
	call->ready = false;
	if (call->other_engine)
		other_engine(c, call);
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

void
snmp_client_resume(struct snmp_client *c, struct snmp_calls *calls, enum snmp_outcome outcome, const char *text)
{
	struct snmp_call *call;

	while ((call = TAILQ_FIRST(calls)) != NULL) {
		TAILQ_REMOVE(calls, call, link);
		if (outcome != SNMP_OK)
			snmp_call_end(call, outcome, "%s", text);
		make_ready(call); /* and placed again by the drain, when it has not ended */
	}
	snmp_engine_next(c);
	drain(c);
}

/* ---- life ---------------------------------------------------------------------------- */

static void
on_client_closed(uv_handle_t *h)
{
	snmp_client_release(h->data);
}

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
	snmp_engine_init();
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
	TAILQ_INIT(&c->broken);
	TAILQ_INIT(&c->ready);
	TAILQ_INIT(&c->waiting);
	TAILQ_INIT(&c->discoveries);
	TAILQ_INIT(&c->unasked);
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
	struct snmp_calls left = TAILQ_HEAD_INITIALIZER(left);

	if (c == NULL || c->dying)
		return;
	c->dying = true;
	snmp_engine_end(c, &left);
	while ((call = TAILQ_FIRST(&left)) != NULL) {
		TAILQ_REMOVE(&left, call, link);
		make_ready(call);
	}
	while ((s = TAILQ_FIRST(&c->sessions)) != NULL) {
		while ((call = TAILQ_FIRST(&s->calls)) != NULL)
			make_ready(call);
		TAILQ_FOREACH(call, &c->ready, link)
			call->session = NULL;
		snmp_session_close(s);
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
