/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection a host and the first line on it. The sockets lie in an epoll of our own, which the loop watches
 * as one: libuv's handle of a socket costs four more system calls. It is entered once, for what is readable: a refusal
 * and a time limit need no word that the connection is there, and a closed socket leaves by itself.
 *
 * How it is left: with a version line of ours and then a reset. A sshd that hears nothing logs an error
 * (kex_exchange_identification) and a line that the connection is gone; one that heard a version line logs the latter
 * alone. A reset leaves nothing behind: ten thousand ordinary ends would lie in TIME_WAIT here for a minute.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "banner.h"
#include "probe.h"
#include "wheel.h"

#define VERSION_LINE "SSH-2.0-larch\r\n"
#define EVENTS 64     /* taken from epoll at once */
#define OUT_BATCH 32  /* connections between two looks at the answers: few are open where answers are fast */
#define OUT_TURN 256  /* connections before others on the loop have their turn */
#define HELD_MS 20    /* until a socket that could not be had is tried again */

union address {
	sa_family_t family;
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct call {
	struct wheel_item item; /* on the wheel while its socket is open, in the line before */
	union address to;
	int fd, timeout_ms;
	probe_ssh_fn *done;
	void *ctx;
	uint64_t began_ns;
	struct buf seen; /* a greeting that did not come at once */
};

struct probe_ssh {
	uv_loop_t *loop;
	int epoll, sockets, open;
	uv_poll_t poll;
	uv_timer_t timer;
	uv_idle_t now; /* runs while there is more to begin: once a turn of the loop, so that others have theirs */
	struct wheel wheel;
	struct bucket rate;
	struct line waiting;
	struct buf banner, text; /* of the answer that is being told */
	int open_handles;
	bool closing;
};

/* ---- the end of a call ------------------------------------------------------------------ */

static const struct row {
	const char *name, *before, *after; /* a sentence, the address in between */
} rows[] = {
    [PROBE_SSH_UP] = {"up", "", ""},
    [PROBE_SSH_REFUSED] = {"refused", "", " refuses connections"},
    [PROBE_SSH_NO_ROUTE] = {"no-route", "there is no way to ", ""},
    [PROBE_SSH_TIMED_OUT] = {"timed-out", "", " does not answer"},
    [PROBE_SSH_NO_BANNER] = {"no-banner", "", " takes connections and says nothing"},
    [PROBE_SSH_WRONG_BANNER] = {"wrong-banner", "what answers at ", " is no ssh server"},
    [PROBE_SSH_CLOSED] = {"closed", "", " closes the connection and says nothing"},
    [PROBE_SSH_NOT_ASKED] = {"not-asked", "this machine could not ask ", ""},
    [PROBE_SSH_CANCELLED] = {"cancelled", "", " was not waited for"},
};

const char *
probe_ssh_name(enum probe_ssh_outcome outcome)
{
	return outcome < LARCH_COUNT(rows) ? rows[outcome].name : "?";
}

static const char *
text_of(const struct buf *b)
{
	return b->n == 0 ? "" : b->p;
}

/* What the kernel said (`why`, 0 nothing), how long it took, or what was said, stands behind the sentence. */
static void
make_text(struct probe_ssh *p, const struct call *x, enum probe_ssh_outcome outcome, int why)
{
	struct sockaddr_storage to = {0};
	char text[ADDR_TEXT];

	buf_clear(&p->text);
	if (outcome == PROBE_SSH_UP)
		return;
	memcpy(&to, &x->to, sizeof(x->to));
	buf_puts(&p->text, rows[outcome].before);
	buf_puts(&p->text, addr_text(&to, text));
	buf_puts(&p->text, rows[outcome].after);
	if (outcome == PROBE_SSH_TIMED_OUT || outcome == PROBE_SSH_NO_BANNER)
		buf_printf(&p->text, " within %d ms", x->timeout_ms);
	if (why != 0 && outcome != PROBE_SSH_REFUSED)
		buf_printf(&p->text, ": %s", strerror(why));
	if (outcome == PROBE_SSH_WRONG_BANNER && p->banner.n > 0)
		buf_printf(&p->text, ": it says \"%s\"", p->banner.p);
}

static void
leave(struct probe_ssh *p, struct call *x)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};

	if (x->fd < 0)
		return;
	(void)setsockopt(x->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(x->fd);
	p->open--;
}

static void
finish(struct probe_ssh *p, struct call *x, enum probe_ssh_outcome outcome, int why, struct str line)
{
	struct probe_ssh_answer a = {.outcome = outcome};
	probe_ssh_fn *done = x->done;
	void *ctx = x->ctx;

	buf_clear(&p->banner);
	buf_plain(&p->banner, line);
	make_text(p, x, outcome, why);
	if (x->fd >= 0 && outcome != PROBE_SSH_CANCELLED)
		a.ms = (double)(uv_hrtime() - x->began_ns) / 1e6;
	leave(p, x);
	wheel_remove(&p->wheel, &x->item);
	buf_free(&x->seen);
	free(x);
	a.banner = text_of(&p->banner);
	a.text = text_of(&p->text);
	done(ctx, &a);
}

/* The connection is over, or never was: what ended it, and whether something had been said. */
static void
finish_error(struct probe_ssh *p, struct call *x, int why)
{
	static const struct {
		int why;
		enum probe_ssh_outcome outcome;
	} known[] = {
	    {0, PROBE_SSH_CLOSED},
	    {ECONNRESET, PROBE_SSH_CLOSED},
	    {EPIPE, PROBE_SSH_CLOSED},
	    {ECONNREFUSED, PROBE_SSH_REFUSED},
	    {ENETUNREACH, PROBE_SSH_NO_ROUTE},
	    {EHOSTUNREACH, PROBE_SSH_NO_ROUTE}, /* ICMP's "administratively prohibited" too: RFC 1812 section 5.2.7.1 */
	    {ENETDOWN, PROBE_SSH_NO_ROUTE},
	    {EHOSTDOWN, PROBE_SSH_NO_ROUTE},
	    {ENONET, PROBE_SSH_NO_ROUTE},
	    {EACCES, PROBE_SSH_NO_ROUTE}, /* ICMPv6's "administratively prohibited"; a prohibit route of ours */
	    {ETIMEDOUT, PROBE_SSH_TIMED_OUT},
	};
	enum probe_ssh_outcome outcome = PROBE_SSH_NOT_ASKED;
	struct str line = {NULL, 0};

	for (size_t i = 0; i < LARCH_COUNT(known); i++)
		if (known[i].why == why)
			outcome = known[i].outcome;
	if (x->seen.n > 0) {
		(void)banner_parse(buf_view(&x->seen), &line);
		outcome = PROBE_SSH_WRONG_BANNER;
	}
	finish(p, x, outcome, why, line);
}

/* ---- what is said ----------------------------------------------------------------------- */

static void
take_greeting(struct probe_ssh *p, struct call *x, const char *bytes, size_t n)
{
	struct str seen = {bytes, n}, line;

	if (x->seen.n > 0) {
		size_t room = LIMIT_SSH_GREETING - x->seen.n;

		buf_add(&x->seen, bytes, n < room ? n : room);
		seen = buf_view(&x->seen);
	}
	switch (banner_parse(seen, &line)) {
	case BANNER_SSH:
		(void)send(x->fd, VERSION_LINE, strlen(VERSION_LINE), MSG_NOSIGNAL | MSG_DONTWAIT);
		finish(p, x, PROBE_SSH_UP, 0, line);
		break;
	case BANNER_WRONG:
		finish(p, x, PROBE_SSH_WRONG_BANNER, 0, line);
		break;
	case BANNER_MORE:
		if (x->seen.n == 0)
			buf_add(&x->seen, bytes, n);
		break;
	}
}

static void
take_event(struct probe_ssh *p, struct call *x)
{
	char bytes[LIMIT_SSH_GREETING];
	ssize_t n = recv(x->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n > 0)
		take_greeting(p, x, bytes, (size_t)n);
	else if (n == 0)
		finish_error(p, x, 0);
	else if (errno != EAGAIN && errno != EINTR)
		finish_error(p, x, errno);
}

/* A socket is in one event of a batch at most, and only its own event ends it. */
static void
take_events(struct probe_ssh *p)
{
	struct epoll_event events[EVENTS];
	int n = EVENTS;

	for (int turn = 0; turn < OUT_TURN / EVENTS && n == EVENTS && !p->closing; turn++) {
		n = epoll_wait(p->epoll, events, EVENTS, 0);
		for (int i = 0; i < n && !p->closing; i++)
			take_event(p, events[i].data.ptr);
	}
}

static void
end_late(struct probe_ssh *p)
{
	struct call *x;

	wheel_turn(&p->wheel, uv_hrtime());
	while (!p->closing && (x = (struct call *)wheel_pop(&p->wheel)) != NULL) {
		union address peer;
		socklen_t size = sizeof(peer);
		struct str line = {NULL, 0};

		if (x->seen.n > 0) {
			(void)banner_parse(buf_view(&x->seen), &line);
			finish(p, x, PROBE_SSH_WRONG_BANNER, 0, line);
		} else if (getpeername(x->fd, &peer.any, &size) == 0) {
			finish(p, x, PROBE_SSH_NO_BANNER, 0, line);
		} else {
			finish(p, x, PROBE_SSH_TIMED_OUT, 0, line);
		}
	}
}

/* ---- the beginning of a call ------------------------------------------------------------ */

static void
begin(struct probe_ssh *p, struct call *x)
{
	socklen_t size = x->to.family == AF_INET6 ? sizeof(x->to.v6) : sizeof(x->to.v4);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = x};

	x->began_ns = uv_hrtime();
	wheel_add(&p->wheel, &x->item, x->began_ns, x->timeout_ms);
	if (connect(x->fd, &x->to.any, size) != 0 && errno != EINPROGRESS)
		finish_error(p, x, errno);
	else if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, x->fd, &event) != 0)
		finish(p, x, PROBE_SSH_NOT_ASKED, errno, (struct str){NULL, 0});
}

/* Begin what waits and may. Returns in how many ms there is more to do: -1 not before an answer. */
static int64_t
begin_waiting(struct probe_ssh *p)
{
	for (size_t i = 0; i < OUT_TURN && !p->closing; i++) {
		struct call *x = (struct call *)p->waiting.first;

		if (x == NULL || p->open >= p->sockets)
			return -1;
		if (!bucket_take(&p->rate, uv_hrtime()))
			return (int64_t)bucket_wait_ms(&p->rate);
		x->fd = socket(x->to.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
		if (x->fd < 0 && p->open > 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
			return HELD_MS; /* those that are open will end */
		(void)line_take(&p->waiting);
		if (x->fd < 0) {
			finish(p, x, PROBE_SSH_NOT_ASKED, errno, (struct str){NULL, 0});
			continue;
		}
		p->open++;
		begin(p, x);
		if ((i + 1) % OUT_BATCH == 0 && !p->closing)
			take_events(p);
	}
	return 0;
}

/* ---- the loop --------------------------------------------------------------------------- */

static void work(struct probe_ssh *p);

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

static void
readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	work(poll->data);
}

/* Work again in `ms`; 0: in the next turn of the loop; -1: when an answer comes, or a time limit. */
static void
arm(struct probe_ssh *p, int64_t ms)
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

/* What came is read before anything is late: a loop that was held up for a while must not call the living dead. */
static void
work(struct probe_ssh *p)
{
	int64_t ms = -1;

	if (!p->closing)
		take_events(p);
	if (!p->closing)
		end_late(p);
	if (!p->closing)
		ms = begin_waiting(p);
	if (!p->closing)
		arm(p, ms);
}

/* ---- life ------------------------------------------------------------------------------- */

void
probe_ssh_set_sockets(struct probe_ssh *p, int sockets)
{
	p->sockets = sockets > 0 ? sockets : PROBE_SSH_SOCKETS;
}

int
probe_ssh_create(uv_loop_t *loop, int sockets, struct probe_ssh **out)
{
	struct probe_ssh *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: no ssh probe");
	*out = NULL;
	p->loop = loop;
	probe_ssh_set_sockets(p, sockets);
	p->banner = BUF(LIMIT_SSH_VERSION);
	p->text = BUF(LIMIT_ERR_TEXT);
	wheel_init(&p->wheel, uv_hrtime());
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0 || uv_poll_init(loop, &p->poll, p->epoll) != 0) {
		if (p->epoll >= 0)
			close(p->epoll);
		free(p);
		return -1;
	}
	uv_timer_init(loop, &p->timer);
	uv_idle_init(loop, &p->now);
	p->poll.data = p->timer.data = p->now.data = p;
	p->open_handles = 3;
	(void)uv_poll_start(&p->poll, UV_READABLE, readable);
	*out = p;
	return 0;
}

static void
closed(uv_handle_t *handle)
{
	struct probe_ssh *p = handle->data;

	if (--p->open_handles > 0)
		return;
	buf_free(&p->banner);
	buf_free(&p->text);
	free(p);
}

void
probe_ssh_destroy(struct probe_ssh *p)
{
	struct wheel_item *x;

	if (p == NULL || p->closing)
		return;
	p->closing = true;
	wheel_turn_all(&p->wheel);
	while ((x = wheel_pop(&p->wheel)) != NULL || (x = line_take(&p->waiting)) != NULL)
		finish(p, (struct call *)x, PROBE_SSH_CANCELLED, 0, (struct str){NULL, 0});
	uv_poll_stop(&p->poll);
	close(p->epoll);
	uv_close((uv_handle_t *)&p->poll, closed);
	uv_close((uv_handle_t *)&p->timer, closed);
	uv_close((uv_handle_t *)&p->now, closed);
}

void
probe_ssh_set_rate(struct probe_ssh *p, int connections_per_second)
{
	bucket_set(&p->rate, connections_per_second, uv_hrtime());
}

void
probe_ssh_ask(struct probe_ssh *p, const struct sockaddr_storage *to, int timeout_ms, probe_ssh_fn *done, void *ctx)
{
	struct call *x = calloc(1, sizeof(*x));

	if (x == NULL)
		log_die("out of memory: no call");
	x->fd = -1;
	x->done = done;
	x->ctx = ctx;
	x->timeout_ms = timeout_ms;
	x->seen = BUF(LIMIT_SSH_GREETING);
	memcpy(&x->to, to, sizeof(x->to));
	if (p->closing) {
		finish(p, x, PROBE_SSH_CANCELLED, 0, (struct str){NULL, 0});
		return;
	}
	line_put(&p->waiting, &x->item);
	arm(p, 0);
}
