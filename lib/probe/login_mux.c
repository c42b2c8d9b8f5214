/* SPDX-License-Identifier: Apache-2.0 */
/* One session over a master. All that we say goes out at once; then three streams are read until their ends. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "login_mux.h"

/* PROTOCOL.mux sections 1 to 4: a message is its length, its type, and mostly a request id; numbers are big-endian. */
#define HELLO 0x00000001u
#define VERSION 4u
#define NEW_SESSION 0x10000002u
#define TERMINATE 0x10000005u
#define EXIT_MESSAGE 0x80000004u
#define SESSION_OPENED 0x80000006u
#define NO_ESCAPE 0xffffffffu

#define MESSAGE_MAX 1024   /* bytes of a message: a master tells little */
#define CHUNK 8192
#define LINGER_MS 1000     /* that a pipe may stay open behind the end of its session */

enum { CONTROL, OUT, ERR, STREAMS };

struct stream {
	uv_pipe_t pipe;
	struct buf got;
	bool open;
};

struct login_mux {
	struct stream stream[STREAMS];
	uv_timer_t timer;
	char chunk[CHUNK];
	login_mux_fn *done;
	void *ctx;
	struct login_mux_answer answer;
	bool opened;   /* the master has opened the session */
	bool exited;   /* and told its exit status */
	bool ending;   /* the timer is for what is open behind the end */
	bool told;
	int handles;
};

/* ---- what we say --------------------------------------------------------------------------------- */

static void
put(struct buf *b, uint32_t n)
{
	const unsigned char p[4] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n};

	buf_add(b, p, sizeof(p));
}

static void
put_text(struct buf *b, const char *text)
{
	put(b, (uint32_t)strlen(text));
	buf_puts(b, text);
}

static void
put_message(struct buf *b, const struct buf *body)
{
	put(b, (uint32_t)body->n);
	buf_add(b, body->p, body->n);
}

static void
put_hello(struct buf *b)
{
	put(b, 8);
	put(b, HELLO);
	put(b, VERSION);
}

static void
put_session(struct buf *b, const char *command)
{
	struct buf body = BUF(MESSAGE_MAX);

	put(&body, NEW_SESSION);
	put(&body, 0);      /* our request id */
	put_text(&body, ""); /* reserved */
	for (int i = 0; i < 4; i++)
		put(&body, 0);  /* no terminal, no X11, no agent, no subsystem */
	put(&body, NO_ESCAPE);
	put_text(&body, ""); /* no TERM */
	put_text(&body, command);
	put_message(b, &body);
	buf_free(&body);
}

static int
send_all(int fd, const struct buf *b)
{
	return send(fd, b->p, b->n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)b->n ? 0 : -1;
}

/* A byte with a descriptor beside it, as the master's mm_receive_fd() takes it. */
static int
send_fd(int fd, int given)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 0;
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &given, sizeof(given));
	return sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 0 : -1;
}

/* Never waits: a master whose queue is full is none for now. */
static int
reach(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
login_mux_end(const char *path)
{
	struct buf b = BUF(MESSAGE_MAX);
	int fd = reach(path);

	put_hello(&b);
	put(&b, 8);
	put(&b, TERMINATE);
	put(&b, 0);
	if (fd >= 0 && send_all(fd, &b) != 0) {
		close(fd);
		fd = -1;
	}
	buf_free(&b);
	return fd;
}

/* ---- the end ------------------------------------------------------------------------------------------ */

static void
gone(uv_handle_t *h)
{
	struct login_mux *m = h->data;

	if (--m->handles > 0)
		return;
	for (int i = 0; i < STREAMS; i++)
		buf_free(&m->stream[i].got);
	free(m);
}

static void
close_stream(struct stream *s)
{
	if (s->open)
		uv_close((uv_handle_t *)&s->pipe, gone);
	s->open = false;
}

static void
release(struct login_mux *m)
{
	m->told = true;
	for (int i = 0; i < STREAMS; i++)
		close_stream(&m->stream[i]);
	uv_close((uv_handle_t *)&m->timer, gone);
}

static struct str
printed(const struct buf *b)
{
	return b->p == NULL ? STR("") : buf_view(b);
}

static void
finish(struct login_mux *m, enum login_mux_outcome outcome)
{
	if (m->told)
		return;
	m->answer.outcome = outcome;
	m->answer.out = printed(&m->stream[OUT].got);
	m->answer.err = printed(&m->stream[ERR].got);
	m->done(m->ctx, &m->answer);
	release(m);
}

/* The control stream has ended. */
static enum login_mux_outcome
end_of(const struct login_mux *m)
{
	if (!m->opened)
		return LOGIN_MUX_NO_MASTER;
	return m->exited ? LOGIN_MUX_DONE : LOGIN_MUX_LOST;
}

static void
ring(uv_timer_t *t)
{
	struct login_mux *m = t->data;

	finish(m, m->ending || !m->stream[CONTROL].open ? end_of(m) : LOGIN_MUX_TIMEOUT);
}

/* ---- what is answered --------------------------------------------------------------------------------------- */

static uint32_t
take(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

/* One message after the first: 0, or -1 when it is a refusal or none of the protocol. */
static int
take_message(struct login_mux *m, const char *p, uint32_t n)
{
	switch (take(p)) {
	case HELLO:
		return n >= 8 && take(p + 4) == VERSION ? 0 : -1;
	case SESSION_OPENED:
		m->opened = true;
		return 0;
	case EXIT_MESSAGE:
		if (n < 12)
			return -1;
		m->exited = true;
		m->answer.status = (int)(take(p + 8) & 0xff);
		return 0;
	default:
		return -1;
	}
}

static int
take_messages(struct login_mux *m)
{
	struct buf *b = &m->stream[CONTROL].got;
	size_t at = 0;

	while (b->n - at >= 4) {
		uint32_t n = take(b->p + at);

		if (n < 4 || n > MESSAGE_MAX)
			return -1;
		if (b->n - at - 4 < n)
			break;
		if (take_message(m, b->p + at + 4, n) != 0)
			return -1;
		at += 4 + n;
	}
	if (at > 0) {
		memmove(b->p, b->p + at, b->n - at);
		b->n -= at;
	}
	return b->over ? -1 : 0;
}

static void
ended(struct login_mux *m, struct stream *s)
{
	close_stream(s);
	if (m->stream[CONTROL].open)
		return;
	if (!m->opened || (!m->stream[OUT].open && !m->stream[ERR].open)) {
		finish(m, end_of(m));
	} else if (!m->ending) {
		m->ending = true;
		uv_timer_start(&m->timer, ring, LINGER_MS, 0);
	}
}

static void
room_for(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	struct login_mux *m = h->data;

	(void)wanted;
	*out = uv_buf_init(m->chunk, sizeof(m->chunk));
}

static void
came(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct login_mux *m = stream->data;
	struct stream *s = m->stream;

	while ((uv_stream_t *)&s->pipe != stream)
		s++;
	if (n > 0)
		buf_add(&s->got, b->base, (size_t)n);
	if (n < 0)
		ended(m, s);
	else if (s == &m->stream[CONTROL] && take_messages(m) != 0)
		finish(m, end_of(m));
	else if (s != &m->stream[CONTROL] && s->got.over)
		finish(m, LOGIN_MUX_TOO_MUCH);
}

/* ---- the start ------------------------------------------------------------------------------------------------ */

static int
open_stream(struct login_mux *m, int which, int fd)
{
	struct stream *s = &m->stream[which];

	uv_pipe_init(m->timer.loop, &s->pipe, 0);
	s->pipe.data = m;
	s->open = true;
	m->handles++;
	if (uv_pipe_open(&s->pipe, fd) != 0) {
		close(fd);
		return -1;
	}
	return uv_read_start((uv_stream_t *)&s->pipe, room_for, came);
}

static int
open_input(struct str input)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd >= 0 && (write(fd, input.p, input.n) != (ssize_t)input.n || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Everything at once: the master reads each message by its length, and behind the second one three descriptors. */
static int
say(int fd, const char *command, const int given[3])
{
	struct buf b = BUF(MESSAGE_MAX * 2);
	int rc;

	put_hello(&b);
	put_session(&b, command);
	rc = b.over ? -1 : send_all(fd, &b);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = send_fd(fd, given[i]);
	buf_free(&b);
	return rc;
}

static int
begin(struct login_mux *m, const struct login_mux_spec *spec)
{
	int given[3] = {-1, -1, -1}, rc = -1, pipes[2], control = reach(spec->path);

	if (control < 0)
		return -1;
	if (open_stream(m, CONTROL, control) != 0)
		return -1;
	given[0] = open_input(spec->input);
	if (given[0] < 0)
		goto out;
	for (int i = OUT; i <= ERR; i++) {
		if (pipe2(pipes, O_CLOEXEC) != 0)
			goto out;
		given[i] = pipes[1];
		if (open_stream(m, i, pipes[0]) != 0)
			goto out;
	}
	rc = say(control, spec->command, given);
out:
	for (int i = 0; i < 3; i++)
		if (given[i] >= 0)
			close(given[i]);
	return rc;
}

struct login_mux *
login_mux_start(uv_loop_t *loop, const struct login_mux_spec *spec, login_mux_fn *done, void *ctx)
{
	struct login_mux *m = calloc(1, sizeof(*m));
	int64_t ms = spec->timeout_ms;

	if (m == NULL)
		log_die("out of memory: a login cannot be asked for");
	m->done = done;
	m->ctx = ctx;
	m->stream[CONTROL].got = BUF(MESSAGE_MAX * 4);
	m->stream[OUT].got = m->stream[ERR].got = BUF(spec->max_out);
	uv_update_time(loop);
	uv_timer_init(loop, &m->timer);
	m->timer.data = m;
	m->handles = 1;
	if (begin(m, spec) != 0) {
		for (int i = 0; i < STREAMS; i++)
			close_stream(&m->stream[i]);
		ms = 0; /* told from the loop */
	}
	uv_timer_start(&m->timer, ring, ms < 0 ? 0 : (uint64_t)ms, 0);
	return m;
}

void
login_mux_drop(struct login_mux *m)
{
	if (m != NULL && !m->told)
		release(m);
}
