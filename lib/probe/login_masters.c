/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uthash.h>

#include "login_masters.h"
#include "login_mux.h"

#define SSH_ADDS 17         /* "." and 16 letters: ssh binds a name beside the path first (misc.c, muxserver_listen) */
#define NUMBER_MAX 5        /* digits of a place */
#define END_MS 1000         /* for all masters together to end */
#define ENDED_AT_ONCE 128   /* sockets that are open for that */

struct place {
	struct login_master front; /* first: what others hold */
	char *name, *address;
	size_t number;
	int64_t used;              /* times_boot() */
	UT_hash_handle hh;         /* by name */
};

struct login_masters {
	char *folder;              /* NULL: it cannot be had */
	struct place *by_name;
	struct place **at;         /* by number; NULL is free */
	size_t max, high;          /* places there may be; room of `at` */
	int64_t persist_ms;
};

/* ---- the end of masters ------------------------------------------------------------------------------ */

/* "17", and "17.Xy3f": what an ssh that was killed had bound and not yet named. */
static bool
is_place(const char *name)
{
	struct str rest = str_of(name), number = str_cut(&rest, '.');
	int64_t n;

	return number.n <= NUMBER_MAX && str_int(number, 0, INT64_MAX, &n) == 0;
}

/* Wait until the other side of each is gone, and close it; how many are not. */
static size_t
wait_for(struct pollfd *fds, size_t n, int64_t until)
{
	size_t left = n;

	while (left > 0) {
		int64_t ms = until - times_boot();
		char drain[256];

		if (ms <= 0 || poll(fds, n, (int)ms) <= 0)
			break;
		for (size_t i = 0; i < n; i++)
			if (fds[i].fd >= 0 && fds[i].revents != 0 && read(fds[i].fd, drain, sizeof(drain)) <= 0) {
				close(fds[i].fd);
				fds[i].fd = -1;
				left--;
			}
	}
	for (size_t i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return left;
}

/* All sockets of the folder: masters of ours, and of a larchd that was killed. */
static void
end_all(const char *folder)
{
	struct pollfd fds[ENDED_AT_ONCE];
	DIR *dir = opendir(folder);
	const struct dirent *d;
	int64_t until = times_boot() + END_MS;
	size_t n = 0, left = 0;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		struct buf path = BUF(PATH_MAX);

		if (!is_place(d->d_name))
			continue;
		if (n == ENDED_AT_ONCE) {
			left += wait_for(fds, n, until);
			n = 0;
		}
		buf_printf(&path, "%s/%s", folder, d->d_name);
		fds[n] = (struct pollfd){.fd = login_mux_end(path.p), .events = POLLIN};
		if (fds[n].fd >= 0)
			n++;
		(void)unlink(path.p);
		buf_free(&path);
	}
	left += wait_for(fds, n, until);
	if (left > 0)
		log_warn("%zu shared connections of ssh do not end; they do when nobody used them for a while", left);
	if (dir != NULL)
		closedir(dir);
}

/* ---- places --------------------------------------------------------------------------------------------- */

static void
forget(struct login_masters *m, struct place *p)
{
	HASH_DEL(m->by_name, p); /* NOLINT(clang-analyzer-unix.Malloc): what is in by_name is not freed */
	m->at[p->number] = NULL;
	free((char *)(uintptr_t)p->front.path);
	free(p->name);
	free(p->address);
	free(p);
}

void
login_masters_lose(struct login_masters *m, struct login_master *place)
{
	int fd;

	if (place == NULL)
		return;
	fd = login_mux_end(place->path);
	if (fd >= 0)
		close(fd);
	(void)unlink(place->path);
	forget(m, (struct place *)place);
}

size_t
login_masters_count(const struct login_masters *m)
{
	size_t n = 0;

	for (const struct place *p = m->by_name; p != NULL; p = p->hh.next)
		n += p->front.ready;
	return n;
}

/* Its master is gone by itself when it waited for so long. */
static bool
is_over(const struct login_masters *m, const struct place *p, int64_t now)
{
	return !p->front.held && (p->number >= m->max || now - p->used > m->persist_ms);
}

static struct place *
new_place(struct login_masters *m, size_t number, const char *name, const char *address)
{
	struct buf path = BUF(sizeof(((struct sockaddr_un *)0)->sun_path));
	struct place *p = calloc(1, sizeof(*p));

	buf_printf(&path, "%s/%zu", m->folder, number);
	if (p == NULL || (p->name = strdup(name)) == NULL || (p->address = strdup(address)) == NULL)
		log_die("out of memory: no place for a shared connection");
	p->front.path = buf_take(&path);
	p->number = number;
	m->at[number] = p;
	HASH_ADD_KEYPTR(hh, m->by_name, p->name, strlen(p->name), p);
	return p;
}

struct login_master *
login_masters_at(struct login_masters *m, const char *name, const char *address)
{
	int64_t now = times_boot();
	struct place *p;

	if (address == NULL)
		address = "";
	HASH_FIND_STR(m->by_name, name, p);
	if (p != NULL && (is_over(m, p, now) || strcmp(p->address, address) != 0)) {
		login_masters_lose(m, &p->front);
		p = NULL;
	}
	for (size_t i = 0; p == NULL && m->folder != NULL && i < m->max; i++) {
		if (m->at[i] != NULL && is_over(m, m->at[i], now))
			login_masters_lose(m, &m->at[i]->front);
		if (m->at[i] == NULL)
			p = new_place(m, i, name, address);
	}
	if (p == NULL)
		return NULL;
	p->used = now;
	return &p->front;
}

void
login_masters_set(struct login_masters *m, size_t max, int64_t persist_ms)
{
	m->persist_ms = persist_ms;
	m->max = max;
	if (max <= m->high)
		return;
	m->at = realloc(m->at, max * sizeof(struct place *));
	if (m->at == NULL)
		log_die("out of memory: no places for %zu shared connections", max);
	memset(m->at + m->high, 0, (max - m->high) * sizeof(struct place *));
	m->high = max;
}

/* ---- the folder -------------------------------------------------------------------------------------------- */

/* ssh reads '%', '~' and '$' in a ControlPath as something else. */
static bool
is_plain(const char *path)
{
	return path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@")] == '\0';
}

/* Why the sockets cannot be there, or NULL. Nobody but us may be able to put one there. */
static const char *
why_not(const char *folder)
{
	struct stat st;

	if (!is_plain(folder))
		return "ssh reads such a path as something else";
	if (strlen(folder) + 1 + NUMBER_MAX + SSH_ADDS >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return "the path is too long for a socket";
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return "it cannot be made";
	if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
		return "it is no folder";
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return "it is not ours alone";
	return NULL;
}

struct login_masters *
login_masters_create(const char *folder)
{
	struct login_masters *m = calloc(1, sizeof(*m));
	const char *why = why_not(folder);

	if (m == NULL)
		log_die("out of memory: no shared connections");
	if (why != NULL) {
		log_warn("connections of ssh are not shared: %s: %s", folder, why);
		return m;
	}
	m->folder = strdup(folder);
	if (m->folder == NULL)
		log_die("out of memory: no shared connections");
	end_all(folder);
	return m;
}

void
login_masters_destroy(struct login_masters *m)
{
	struct place *p, *next;

	if (m == NULL)
		return;
	if (m->folder != NULL)
		end_all(m->folder);
	HASH_ITER(hh, m->by_name, p, next)
		forget(m, p);
	free(m->at);
	free(m->folder);
	free(m);
}
