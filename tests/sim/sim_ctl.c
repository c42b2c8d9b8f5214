/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim_ctl.h"
#include "sim_text.h"

#define LINE 1024
#define WORDS 16
#define ANSWER (4u << 20) /* `list` of 10,000 names */

struct sim_answer {
	char *p;
	size_t n, cap;
};

struct peer {
	struct peer *next;
	int fd;
	size_t n;
	char line[LINE];
};

struct sim_ctl {
	int epoll, listener;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	sim_ctl_fn *fn;
	void *ctx;
	struct peer *peers;
};

static void add_list(struct sim_answer *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static void
add_list(struct sim_answer *a, const char *fmt, va_list ap)
{
	char text[LINE];
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;

	if (a->n + len + 2 > ANSWER)
		return;
	if (a->n + len + 2 > a->cap) {
		a->cap = (a->n + len + 2) * 2;
		a->p = realloc(a->p, a->cap);
		if (a->p == NULL)
			abort();
	}
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	memcpy(a->p + a->n, text, len);
	a->n += len;
}

void
sim_answer_add(struct sim_answer *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_list(a, fmt, ap);
	va_end(ap);
}

void
sim_answer_error(struct sim_answer *a, const char *fmt, ...)
{
	va_list ap;

	a->n = 0;
	sim_answer_add(a, "error ");
	va_start(ap, fmt);
	add_list(a, fmt, ap);
	va_end(ap);
}

static void
drop(struct sim_ctl *c, struct peer *p)
{
	struct peer **at = &c->peers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	close(p->fd);
	free(p);
}

/* An answer may be longer than the socket's buffer; a test reads it, so waiting is right. */
static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
answer(struct sim_ctl *c, struct peer *p, char *line)
{
	struct sim_answer a = {0};
	char *words[WORDS];
	int n = sim_words(line, words, WORDS), rc;

	sim_answer_add(&a, "ok");
	if (n < 0)
		sim_answer_error(&a, "more than %d words", WORDS);
	else if (n > 0)
		c->fn(c->ctx, n, words, &a);
	sim_answer_add(&a, "%s", "");
	a.p[a.n] = '\n';
	rc = write_all(p->fd, a.p, a.n + 1);
	free(a.p);
	return rc;
}

static void
read_peer(struct sim_ctl *c, struct peer *p)
{
	ssize_t got = recv(p->fd, p->line + p->n, sizeof(p->line) - 1 - p->n, MSG_DONTWAIT);
	char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(c, p);
		return;
	}
	p->n += (size_t)got;
	while ((end = memchr(p->line, '\n', p->n)) != NULL) {
		size_t used = (size_t)(end - p->line) + 1;

		*end = '\0';
		if (answer(c, p, p->line) != 0) {
			drop(c, p);
			return;
		}
		memmove(p->line, p->line + used, p->n - used);
		p->n -= used;
	}
	if (p->n == sizeof(p->line) - 1)
		drop(c, p);
}

static void
accept_peer(struct sim_ctl *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	struct peer *p;

	if (fd < 0)
		return;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		abort();
	p->fd = fd;
	p->next = c->peers;
	c->peers = p;
	(void)epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = p});
}

struct sim_ctl *
sim_ctl_create(const char *path, sim_ctl_fn *fn, void *ctx)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct sim_ctl *c;

	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		abort();
	*c = (struct sim_ctl){.fn = fn, .ctx = ctx, .listener = -1};
	memcpy(c->path, at.sun_path, sizeof(c->path));
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)unlink(path);
	if (c->epoll < 0 || c->listener < 0 || bind(c->listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(c->listener, 16) != 0 ||
	    epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->listener, &(struct epoll_event){.events = EPOLLIN}) != 0) {
		int saved = errno;

		sim_ctl_destroy(c);
		errno = saved;
		return NULL;
	}
	return c;
}

void
sim_ctl_destroy(struct sim_ctl *c)
{
	if (c == NULL)
		return;
	while (c->peers != NULL)
		drop(c, c->peers);
	if (c->listener >= 0)
		close(c->listener);
	if (c->epoll >= 0)
		close(c->epoll);
	(void)unlink(c->path);
	free(c);
}

int
sim_ctl_fd(const struct sim_ctl *c)
{
	return c->epoll;
}

void
sim_ctl_work(struct sim_ctl *c)
{
	struct epoll_event ready[16];
	int n = epoll_wait(c->epoll, ready, 16, 0);

	/* a peer is dropped only by its own event, and an event comes once a call: no pointer here is stale */
	for (int i = 0; i < n; i++) {
		if (ready[i].data.ptr == NULL)
			accept_peer(c);
		else
			read_peer(c, ready[i].data.ptr);
	}
}
