/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server: threads that each take a connection, read one FastCGI request,
 * have it handled and write the answer. Everything that knows libfcgi is here.
 *
 * The connection is accepted here and not by FCGX_Accept_r, so that it can be
 * given time limits: libfcgi has none, and a peer that sends half a request
 * would hold a thread for ever (docs: facts A2). FCGX_Accept_r takes over a
 * connection it finds in ipcFd, as it does one that was kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "http.h"
#include "record.h"

#define THREADS_MAX 64
#define READ_S 10      /* a peer that says nothing for so long is dropped */
#define WRITE_S 60     /* nginx takes an answer as it comes; a stopped one does not */
#define BODY_KEPT (128u << 10)
#define PAUSE_MS 200   /* after accept failed for want of descriptors or memory */

struct worker {
	const struct http_server *server;
	pthread_t thread;
	void *state;
	struct arena *arena; /* of the request at hand */
	struct buf body;     /* kept between two answers, wiped */
	bool opened, started;
};

static atomic_int stop_fd = -1;
static atomic_bool stopping;
static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER; /* it is not closed while somebody writes to it */

void
http_stop(void)
{
	uint64_t one = 1;
	int fd;

	(void)pthread_mutex_lock(&stop_lock);
	atomic_store(&stopping, true);
	fd = atomic_load(&stop_fd);
	if (fd >= 0 && write(fd, &one, sizeof(one)) != sizeof(one))
		log_error("http: the stop could not be written to its descriptor: %s", strerror(errno));
	(void)pthread_mutex_unlock(&stop_lock);
}

/* ---- one request -------------------------------------------------------------- */

static const char *
param(const FCGX_Request *f, struct arena *a, const char *name)
{
	const char *v = FCGX_GetParam(name, f->envp);

	return v == NULL ? "" : arena_strdup(a, v);
}

/* The client's own name for its request, when it can stand in a log line and a header as it is. */
static const char *
request_id(const char *sent, struct arena *a)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	unsigned char raw[8];
	char *made;
	size_t n = strlen(sent);

	if (n >= 1 && n <= 64 && strspn(sent, ok) == n)
		return sent;
	made = arena_alloc(a, 2 * sizeof(raw) + 1);
	file_random(raw, sizeof(raw));
	hex_encode(raw, sizeof(raw), made);
	return made;
}

static void
head_read(const FCGX_Request *f, struct http_request *q)
{
	const struct {
		const char **to, *name;
	} rows[] = {
	    {&q->method, "REQUEST_METHOD"}, {&q->path, "DOCUMENT_URI"},
	    {&q->remote, "REMOTE_ADDR"}, {&q->scheme, "REQUEST_SCHEME"},
	    {&q->host, "HTTP_HOST"}, {&q->cookie, "HTTP_COOKIE"},
	    {&q->authorization, "HTTP_AUTHORIZATION"}, {&q->accept, "HTTP_ACCEPT"},
	    {&q->content_type, "CONTENT_TYPE"}, {&q->if_match, "HTTP_IF_MATCH"},
	    {&q->if_none_match, "HTTP_IF_NONE_MATCH"},
	    {&q->idempotency_key, "HTTP_IDEMPOTENCY_KEY"},
	    {&q->request_id, "HTTP_X_REQUEST_ID"}, {&q->user_agent, "HTTP_USER_AGENT"},
	    {&q->origin, "HTTP_ORIGIN"}, {&q->sec_fetch_site, "HTTP_SEC_FETCH_SITE"},
	    {&q->csrf_token, "HTTP_X_CSRF_TOKEN"}, {&q->larch_grant, "HTTP_LARCH_GRANT"},
	};
	const char *length = param(f, q->arena, "CONTENT_LENGTH");

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		*rows[i].to = param(f, q->arena, rows[i].name);
		if (strlen(*rows[i].to) > LIMIT_HEADER) {
			*rows[i].to = "";
			q->refused = "A header of the request is too long.";
		}
	}
	q->query = str_of(param(f, q->arena, "QUERY_STRING"));
	q->request_id = request_id(q->request_id, q->arena);
	if (*length != '\0' && str_int(str_of(length), 0, INT64_MAX, &q->content_length) != 0)
		q->refused = "The Content-Length is no number.";
	if (strspn(q->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(q->method) || strlen(q->method) > 16 ||
	    *q->method == '\0')
		q->refused = "The method of the request is none.";
	if (strlen(q->idempotency_key) > LIMIT_NAME || !str_is_text(str_of(q->idempotency_key)))
		q->refused = "The Idempotency-Key is too long or no text.";
	if (!http_is_path(q->path) || q->query.n > LIMIT_URL)
		q->refused = "The address is not one of this site: it is too long, or holds bytes that no address has.";
}

/* Read what was announced, when it is within the limit of its route. */
static void
body_read(FCGX_Request *f, struct worker *w, struct http_request *q, struct buf *body)
{
	const struct http_server *s = w->server;
	size_t limit = q->refused != NULL ? 0 : s->body_limit(s->ctx, w->state, q);
	char block[8192];
	size_t left;

	if (q->content_length <= 0 || (uint64_t)q->content_length > limit)
		return;
	*body = BUF(limit);
	for (left = (size_t)q->content_length; left > 0;) {
		int n = FCGX_GetStr(block, (int)(left < sizeof(block) ? left : sizeof(block)), f->in);

		if (n <= 0)
			break;
		buf_add(body, block, (size_t)n);
		left -= (size_t)n;
	}
	explicit_bzero(block, sizeof(block)); /* it may have held a password */
	if (left > 0)
		q->refused = "The body of the request ended early.";
	else
		q->body = buf_view(body);
}

/* An answer that is not whole must not look as if it were: without FCGI_END_REQUEST nginx, and the client, see it. */
static void
answer_write(FCGX_Request *f, struct http_response *r)
{
	struct buf head = BUF(HTTP_HEADERS * (LIMIT_HEADER + 256u));
	struct http_out out = {.fd = f->ipcFd, .request = (unsigned)f->requestId};
	struct err e = {0};
	int rc = 0;

	if (r->body.over) {
		log_error("http: an answer was larger than %zu bytes; the client got a 500", r->body.max);
		buf_free(&r->body);
		buf_puts(&r->body, "The answer is too large. Ask for less, with limit= or fewer fields.\n");
		r->status = 500;
		(void)http_header_set(r, "Content-Type", "text/plain; charset=utf-8");
	}
	buf_printf(&head, "Status: %d %s\r\n", r->status, http_status_text(r->status));
	for (size_t i = 0; i < r->n_headers; i++)
		buf_printf(&head, "%s: %s\r\n", r->header[i].name, r->header[i].value);
	if (r->status != 204 && r->status != 304 && r->stream == NULL)
		buf_printf(&head, "Content-Length: %zu\r\n", r->body.n);
	buf_puts(&head, "\r\n");
	if (r->stream != NULL) {
		rc = http_write(&out, buf_view(&head));
		if (r->stream(&out, r->stream_ctx, &e) != 0) /* also when nobody listens: it lets go of what it holds */
			rc = -1;
		if (rc != 0)
			log_error("http: an answer was cut short: %s", e.kind == ERR_NONE ? "the client went away" : e.text);
		else
			(void)http_records(&out, STR(""), STR(""), true);
	} else
		(void)http_records(&out, buf_view(&head), r->status == 204 || r->status == 304 ? STR("") : buf_view(&r->body), true);
	buf_wipe(&head); /* a new session's cookie stands in it */
}

/* A page of the usual size leaves its memory for the next one. */
static void
body_keep(struct worker *w, struct buf *body)
{
	if (body->cap > BODY_KEPT) {
		buf_wipe(body);
		return;
	}
	if (body->p != NULL)
		explicit_bzero(body->p, body->cap);
	buf_clear(body);
	w->body = *body;
}

/* Had it a body? Then the peer may still be sending: what was not read of it, or the record that ends it. */
static bool
request_serve(FCGX_Request *f, struct worker *w)
{
	const struct http_server *s = w->server;
	struct buf body = BUF(0);
	struct http_request q = {.arena = w->arena};
	struct http_response r = {.status = 200, .body = w->body, .arena = w->arena};
	bool had_body;

	w->body = BUF(LIMIT_PAGE);
	head_read(f, &q);
	body_read(f, w, &q, &body);
	s->handle(s->ctx, w->state, &q, &r);
	answer_write(f, &r);
	if (r.done != NULL)
		r.done(r.done_ctx);
	had_body = q.content_length > 0;
	buf_wipe(&body);
	body_keep(w, &r.body);
	arena_reset(w->arena);
	return had_body;
}

/* ---- the threads --------------------------------------------------------------- */

/* Wait until somebody connects. False: the stop was asked for. */
static bool
wait_for_work(int listener, int timeout_ms)
{
	struct pollfd p[2] = {{.fd = atomic_load(&stop_fd), .events = POLLIN}, {.fd = listener, .events = POLLIN}};

	/* with a timeout it is a pause, and only the stop ends it early */
	while (poll(p, timeout_ms < 0 ? 2 : 1, timeout_ms) < 0 && errno == EINTR)
		;
	return (p[0].revents & POLLIN) == 0;
}

/* One connection with its time limits, or -1: try again. */
static int
connection_take(int listener)
{
	static atomic_llong said; /* one line in ten seconds, whatever happens */
	const struct timeval read_limit = {.tv_sec = READ_S}, write_limit = {.tv_sec = WRITE_S};
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &read_limit, sizeof(read_limit));
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &write_limit, sizeof(write_limit));
		return fd;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
		return -1;
	if (times_boot() - atomic_load(&said) > 10000) {
		int why = errno;

		atomic_store(&said, times_boot());
		log_error("http: no connection can be taken (%s); waiting for better times", strerror(why));
	}
	(void)wait_for_work(listener, PAUSE_MS);
	return -1;
}

/* Waits for the stop and for connections; of these each wakes one thread and not all. -1: no descriptor. */
static int
watch(int listener)
{
	struct epoll_event stop = {.events = EPOLLIN}, work = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, atomic_load(&stop_fd), &stop) == 0 &&
	    epoll_ctl(fd, EPOLL_CTL_ADD, listener, &work) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* The next connection, or -1: there is none now. */
static int
next_connection(int watched, int listener)
{
	struct epoll_event seen;
	int fd = connection_take(listener);

	if (fd < 0 && !atomic_load(&stopping))
		(void)epoll_wait(watched, &seen, 1, -1);
	return fd;
}

static void *
worker_run(void *arg)
{
	struct worker *w = arg;
	int watched = watch(w->server->fd), fd;
	FCGX_Request f;
	bool sending;

	if (watched < 0)
		log_die("http: a thread has no descriptor to wait at: %s", strerror(errno));
	if (FCGX_InitRequest(&f, -1, 0) != 0)
		log_die("http: libfcgi did not start");
	w->arena = arena_create();
	w->body = BUF(LIMIT_PAGE);
	while (!atomic_load(&stopping)) {
		fd = next_connection(watched, w->server->fd);
		if (fd < 0)
			continue;
		f.ipcFd = fd;
		f.keepConnection = 1; /* else FCGX_Accept_r would close it as the rest of a former request */
		sending = FCGX_Accept_r(&f) == 0 && request_serve(&f, w);
		if (f.ipcFd >= 0)
			http_hang_up(f.ipcFd, sending);
		f.ipcFd = -1;
		FCGX_Free(&f, 0);
	}
	FCGX_Free(&f, 1);
	buf_free(&w->body);
	arena_destroy(w->arena);
	(void)close(watched);
	return NULL;
}

static int
workers_start(struct worker *w, const struct http_server *s, struct err *e)
{
	for (int i = 0; i < s->threads; i++) {
		w[i].server = s;
		if (s->open != NULL && s->open(s->ctx, &w[i].state, e) != 0)
			return -1;
		w[i].opened = true;
	}
	for (int i = 0; i < s->threads; i++) {
		int rc = pthread_create(&w[i].thread, NULL, worker_run, &w[i]);

		if (rc != 0)
			return err_set(e, ERR_UNAVAILABLE, "Thread %d of %d cannot be started: %s.", i + 1,
			    s->threads, strerror(rc));
		w[i].started = true;
	}
	return 0;
}

static void
workers_join(struct worker *w, const struct http_server *s)
{
	http_stop();
	for (int i = 0; i < s->threads; i++)
		if (w[i].started)
			(void)pthread_join(w[i].thread, NULL);
	for (int i = 0; i < s->threads; i++)
		if (w[i].opened && s->close != NULL)
			s->close(s->ctx, w[i].state);
}

/* Until the stop is asked for: signals to their meaning. */
static void
signals_wait(const struct http_server *s, int signal_fd)
{
	while (wait_for_work(signal_fd, -1)) {
		struct signalfd_siginfo info;

		if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo != SIGHUP)
			return;
		if (s->reload != NULL)
			s->reload(s->ctx);
	}
}

static int
socket_check(const struct http_server *s, struct err *e)
{
	int listens = 0, flags;
	socklen_t n = sizeof(listens);

	if (s->threads < 1 || s->threads > THREADS_MAX)
		return err_set(e, ERR_INPUT, "There must be 1 to %d threads, not %d.", THREADS_MAX, s->threads);
	if (getsockopt(s->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 || listens == 0)
		return err_set(e, ERR_INPUT, "Descriptor %d is not a listening socket: start the program with spawn-fcgi -n, "
		    "or by a systemd socket unit.", s->fd);
	flags = fcntl(s->fd, F_GETFL);
	if (flags < 0 || fcntl(s->fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_set(e, ERR_UNAVAILABLE, "Descriptor %d cannot be made non-blocking: %s.", s->fd,
		    strerror(errno));
	return 0;
}

int
http_serve(const struct http_server *s, struct err *e)
{
	struct worker workers[THREADS_MAX] = {0};
	sigset_t ours, before;
	int signal_fd = -1, fd, rc = -1;

	if (socket_check(s, e) != 0)
		return -1;
	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &ours, &before);
	if (FCGX_Init() != 0)
		log_die("http: libfcgi did not start");
	/* FCGX_Init has put handlers of its own over TERM, USR1 and PIPE */
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	atomic_store(&stopping, false);
	atomic_store(&stop_fd, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (atomic_load(&stop_fd) < 0 || signal_fd < 0) {
		err_set(e, ERR_UNAVAILABLE, "No descriptor for signals: %s.", strerror(errno));
		goto out;
	}
	rc = workers_start(workers, s, e);
	if (rc == 0)
		signals_wait(s, signal_fd);
	workers_join(workers, s);
out:
	(void)pthread_mutex_lock(&stop_lock);
	fd = atomic_exchange(&stop_fd, -1);
	if (fd >= 0)
		(void)close(fd);
	(void)pthread_mutex_unlock(&stop_lock);
	if (signal_fd >= 0)
		(void)close(signal_fd);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
