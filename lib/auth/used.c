/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a key was last used, to the hour: DATA/used/PROGRAM/keys, a line a key, "16 hex digits, blank, hours since
 * 1970". Each web program writes its own (docs/decisions/021). It is a courtesy to the key's owner and decides
 * nothing: what cannot be read or written is left out.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "used.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define LINE 40 /* bytes of one line at most */

struct auth_used {
	pthread_mutex_t lock;
	char *path;
	struct auth_used_list list;
	bool told; /* that it cannot be written */
};

/* ---- the text ------------------------------------------------------------------------------ */

static bool
is_id(struct str id)
{
	if (id.n != AUTH_ID_TEXT - 1)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (strchr("0123456789abcdef", id.p[i]) == NULL || id.p[i] == '\0')
			return false;
	return true;
}

static struct auth_used_row *
row_of(struct auth_used_list *l, struct str id)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_is(id, l->row[i].id))
			return &l->row[i];
	return NULL;
}

/* The row of this key: its own, a new one, or, when there is no room, that of the key that was not used longest. */
static struct auth_used_row *
row_for(struct auth_used_list *l, struct str id)
{
	struct auth_used_row *r = row_of(l, id);

	if (r != NULL)
		return r;
	if (l->n < LIMIT_KEYS_USED) {
		r = &l->row[l->n++];
	} else {
		r = &l->row[0];
		for (size_t i = 1; i < l->n; i++)
			if (l->row[i].hour < r->hour)
				r = &l->row[i];
	}
	*r = (struct auth_used_row){.hour = 0};
	memcpy(r->id, id.p, AUTH_ID_TEXT - 1);
	return r;
}

void
auth_used_parse(struct str text, struct auth_used_list *l)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n'), id = str_cut(&line, ' ');
		int64_t hour;
		struct auth_used_row *r;

		if (!is_id(id) || line.p == NULL || str_int(line, 1, INT64_MAX / HOUR_MS, &hour) != 0)
			continue;
		r = row_for(l, id);
		if (r->hour < hour)
			r->hour = hour;
	}
}

static void
print(const struct auth_used_list *l, struct buf *out)
{
	for (size_t i = 0; i < l->n; i++)
		buf_printf(out, "%s %lld\n", l->row[i].id, (long long)l->row[i].hour);
}

/* ---- the file ------------------------------------------------------------------------------- */

static void
read_file(const char *path, struct auth_used_list *l)
{
	struct buf text = BUF(0);
	struct err lost;

	if (file_read(path, (size_t)LIMIT_KEYS_USED * LINE, &text, &lost) == 0)
		auth_used_parse(buf_view(&text), l);
	buf_free(&text);
}

/* DATA/used/PROGRAM, when a packager has not made it. */
static void
make_folders(const char *path)
{
	char folder[4096];
	const char *end = strrchr(path, '/');

	for (int up = 1; up >= 0; up--) {
		const char *to = end;

		for (int i = 0; i < up; i++)
			while (to > path && *--to != '/')
				;
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(to - path), path);
		(void)mkdir(folder, up == 1 ? 0755 : 0750);
	}
}

struct auth_used *
auth_used_open(const char *path)
{
	struct auth_used *u = calloc(1, sizeof(*u));

	if (u == NULL || (u->path = strdup(path)) == NULL || (u->list.row = calloc(LIMIT_KEYS_USED, sizeof(*u->list.row))) == NULL)
		log_die("out of memory");
	pthread_mutex_init(&u->lock, NULL);
	make_folders(path);
	read_file(path, &u->list);
	return u;
}

void
auth_used_close(struct auth_used *u)
{
	if (u == NULL)
		return;
	pthread_mutex_destroy(&u->lock);
	free(u->list.row);
	free(u->path);
	free(u);
}

static void
write_file(struct auth_used *u)
{
	struct buf text = BUF((size_t)LIMIT_KEYS_USED * LINE);
	struct err e = {0};

	print(&u->list, &text);
	if (file_publish(u->path, buf_view(&text), 0640, &e) == 0)
		u->told = false;
	else if (!u->told) {
		u->told = true;
		log_warn("when keys are used is not kept: %s", e.text);
	}
	buf_free(&text);
}

void
auth_used_note(struct auth_used *u, const char *id, int64_t now)
{
	struct auth_used_row *r;
	int64_t hour = now / HOUR_MS;

	if (u == NULL || now < 0 || !is_id(str_of(id)))
		return;
	pthread_mutex_lock(&u->lock);
	r = row_for(&u->list, str_of(id));
	if (r->hour < hour) { /* a clock that was put back says nothing new */
		r->hour = hour;
		write_file(u);
	}
	pthread_mutex_unlock(&u->lock);
}

/* ---- what all of them say ------------------------------------------------------------------- */

void
auth_used_read(const char *const *paths, size_t n, struct arena *a, struct auth_used_list *out)
{
	*out = (struct auth_used_list){.row = arena_array(a, LIMIT_KEYS_USED, sizeof(*out->row))};
	for (size_t i = 0; i < n; i++)
		read_file(paths[i], out);
}

int64_t
auth_used_at(const struct auth_used_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->row[i].id, id) == 0)
			return l->row[i].hour * HOUR_MS;
	return 0;
}
