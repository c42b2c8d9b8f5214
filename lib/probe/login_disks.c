/* SPDX-License-Identifier: Apache-2.0 */
/* What df -kP prints (POSIX.1-2017, df, "STDOUT"): local file systems, and the mounts of the configuration. */
#include <string.h>

#include "login_inner.h"

#define KIB 1024
#define BLOCKS_MAX (INT64_C(1) << 50) /* of 1 KiB: so that their bytes fit */

struct row {
	struct str device, mount;
	int64_t size, used, available; /* KiB */
};

/* "1000 200 800 20% /mnt/a b": the numbers and the mount; -1 when the line does not go on so. */
static int
take_numbers(struct str line, struct row *out)
{
	struct str use;

	if (str_int(login_word(&line), 0, BLOCKS_MAX, &out->size) != 0 || str_int(login_word(&line), 0, BLOCKS_MAX, &out->used) != 0 ||
	    str_int(login_word(&line), -BLOCKS_MAX, BLOCKS_MAX, &out->available) != 0)
		return -1;
	use = login_word(&line);
	out->mount = str_trim(line);
	return use.n > 0 && use.p[use.n - 1] == '%' && out->mount.n > 0 && out->mount.p[0] == '/' ? 0 : -1;
}

/* The name of a device may have blanks in it: the numbers are where four fit. */
static int
take_row(struct str line, struct row *out)
{
	const char *from;

	line = str_trim(line);
	from = line.p;
	for (struct str w = login_word(&line); w.p != NULL; w = login_word(&line)) {
		out->device = (struct str){from, (size_t)(w.p + w.n - from)};
		if (take_numbers(line, out) == 0)
			return 0;
	}
	return -1;
}

static struct login_mount
seen(const struct row *r, struct arena *a)
{
	int64_t available = r->available < 0 ? 0 : r->available, of = r->used + available;

	return (struct login_mount){
	    .mount = login_clean(r->mount, LIMIT_NAME * 2, a),
	    .state = LOGIN_MOUNT_SEEN,
	    .size = r->size * KIB,
	    .used = r->used * KIB,
	    .use = of == 0 ? 0 : (int)((r->used * 100 + of - 1) / of),
	};
}

/* What is no disk, or is full by its nature: a device, and the mount where it counts nevertheless. */
static const struct {
	const char *device, *at;
} passed_over[] = {{"devtmpfs", ""}, {"udev", ""}, {"none", ""}, {"efivarfs", ""}, {"run", ""}, {"shm", ""}, {"ramfs", ""},
    {"tmpfs", "/tmp"}, {"overlay", "/"}, {"squashfs", ""}};

static bool
can_fill(const struct row *r)
{
	if (r->size == 0 || str_starts(r->device, "/dev/loop"))
		return false;
	for (size_t i = 0; i < LARCH_COUNT(passed_over); i++)
		if (str_is(r->device, passed_over[i].device))
			return str_is(r->mount, passed_over[i].at);
	return true;
}

static void
take_local(const struct login_part *p, const struct login_parsing *how, struct arena *a, struct login_facts *f)
{
	struct login_mount *out = arena_array(a, LIMIT_LOGIN_MOUNTS, sizeof(*out));
	struct str rest = p == NULL ? (struct str){NULL, 0} : p->body;
	struct row r;
	size_t rows = 0;

	while (rest.p != NULL && f->n_mounts < LIMIT_LOGIN_MOUNTS) {
		if (take_row(str_cut(&rest, '\n'), &r) != 0)
			continue;
		rows++;
		if (can_fill(&r))
			out[f->n_mounts++] = seen(&r, a);
	}
	f->mounts = out;
	if (rows == 0)
		f->no_df = login_why_not(p, "df", how, a);
}

/* What df says of a mount that it cannot read. */
static const struct {
	const char *said;
	enum login_mount_state state;
} sayings[] = {{"No such file or directory", LOGIN_MOUNT_ABSENT}, {"Stale file handle", LOGIN_MOUNT_BROKEN},
    {"Transport endpoint is not connected", LOGIN_MOUNT_BROKEN}, {"Input/output error", LOGIN_MOUNT_BROKEN},
    {"Host is down", LOGIN_MOUNT_BROKEN}};

static enum login_mount_state
state_of(const struct login_part *p)
{
	if (p == NULL)
		return LOGIN_MOUNT_UNKNOWN;
	if (login_hangs(p))
		return LOGIN_MOUNT_HANGS;
	for (size_t i = 0; i < LARCH_COUNT(sayings) && p->body.p != NULL; i++)
		if (memmem(p->body.p, p->body.n, sayings[i].said, strlen(sayings[i].said)) != NULL)
			return sayings[i].state;
	return LOGIN_MOUNT_UNKNOWN;
}

static struct str
without_slash(const char *path)
{
	struct str s = str_of(path);

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* df names the file system that holds a path: when another one does, nothing is mounted there. */
static struct login_mount
take_mount(const struct login_part *p, const char *path, const struct login_parsing *how, struct arena *a)
{
	struct login_mount out = {.mount = login_clean(without_slash(path), LIMIT_NAME * 2, a)};
	struct str rest = p == NULL ? (struct str){NULL, 0} : p->body;
	struct row r;

	while (rest.p != NULL) {
		if (take_row(str_cut(&rest, '\n'), &r) != 0)
			continue;
		if (str_eq(r.mount, without_slash(path)))
			return seen(&r, a);
		out.state = LOGIN_MOUNT_ABSENT;
		out.why = arena_printf(a, "nothing is mounted on %s: it is in %s", out.mount, login_clean(r.mount, LOGIN_CELL, a));
		return out;
	}
	out.state = p == NULL && how->late ? LOGIN_MOUNT_HANGS : state_of(p);
	if (out.state == LOGIN_MOUNT_ABSENT)
		out.why = arena_printf(a, "it has no %s", out.mount);
	else
		out.why = login_why_not(p, arena_printf(a, "df of %s", out.mount), how, a);
	return out;
}

void
login_take_disks(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f)
{
	struct login_mount *asked = arena_array(a, how->conf->n_mounts + 1, sizeof(*asked));

	take_local(login_part(all, "df"), how, a, f);
	for (size_t i = 0; i < how->conf->n_mounts; i++) {
		asked[i] = take_mount(login_part(all, arena_printf(a, "mount:%zu", i)), how->conf->mounts[i].mount, how, a);
		asked[i].name = how->conf->mounts[i].name;
	}
	f->asked = asked;
	f->n_asked = how->conf->n_mounts;
}
