/* SPDX-License-Identifier: Apache-2.0 */
/* The files are read in a worker of the loop; what they say is published from the loop. One reading at a time. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

#define NOTICE_MAX 2048
#define SAID 3 /* refusals of one source that are told one by one */

struct reading;
typedef int read_fn(struct reading *r, const char *path, struct groups *g, struct err *e);
static read_fn read_genders, read_folder;

enum { GENDERS, DSH, PDSH, FILES, SLURM = FILES, SOURCES };
static const struct {
	const char *name;
	read_fn *read;  /* NULL: of no file */
} sources[SOURCES] = {
    [GENDERS] = {"genders", read_genders}, [DSH] = {"dsh", read_folder}, [PDSH] = {"pdsh", read_folder}, [SLURM] = {"slurm", NULL},
};

/* One reading of all files: the worker's until it is over. */
struct reading {
	uv_work_t work;
	struct probe_groups *owner; /* NULL: it is gone */
	struct arena *a;            /* paths */
	struct arena *names[FILES]; /* what each source says: one that is large takes nothing from the others */
	const char *path[FILES];
	struct status_group *groups[FILES];
	size_t n[FILES];
	bool good[FILES];
	size_t refused;             /* of the source that is being read */
	struct buf notice;
};

struct probe_groups {
	const struct conf *conf;
	struct status *status;
	uv_timer_t timer;
	struct reading *reading;
	int64_t began;              /* of the reading, wall ms */
	int64_t generation;
	char notice[NOTICE_MAX + 1];
	struct published {
		uint64_t hash;
		int64_t at;         /* times_boot() ms; 0: never */
	} published[SOURCES];
};

/* ---- in the worker ------------------------------------------------------------------------ */

static void
say(struct reading *r, const char *path, const char *why)
{
	if (++r->refused <= SAID)
		buf_printf(&r->notice, "%s%s%s%s", r->notice.n > 0 ? "; " : "the groups of ", path, path[0] != '\0' ? ": " : "", why);
	else if (r->refused == SAID + 1)
		buf_puts(&r->notice, "; and more");
}

static int
read_genders(struct reading *r, const char *path, struct groups *g, struct err *e)
{
	struct buf text;
	int rc;

	(void)r;
	if (file_read(path, LIMIT_GROUP_FILE, &text, e) != 0)
		return e->kind == ERR_NOT_FOUND ? 0 : -1;
	rc = groups_parse_genders(g, buf_view(&text), e);
	buf_free(&text);
	return rc == 0 ? 0 : err_prefix(e, "%s", path);
}

/* One file of a folder; what is wrong with it is said, and the others go on. */
static void
read_group(struct reading *r, const char *folder, const char *name, struct groups *g)
{
	const char *path = arena_printf(r->a, "%s/%s", folder, name);
	struct buf text;
	struct err e;

	if (file_read(path, LIMIT_GROUP_FILE, &text, &e) != 0) {
		if (e.kind != ERR_NOT_FOUND)
			say(r, "", e.text);
		return;
	}
	if (groups_parse_list(g, name, buf_view(&text), &e) != 0)
		say(r, path, e.text);
	buf_free(&text);
}

/* Hidden files, an editor's copies and names that no list could ask for are left alone. */
static int
read_folder(struct reading *r, const char *path, struct groups *g, struct err *e)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	if (d == NULL)
		return errno == ENOENT ? 0 : err_set(e, ERR_INPUT, "%s: %s", path, strerrordesc_np(errno));
	while ((entry = readdir(d)) != NULL && n <= LIMIT_GROUP_FILES)
		if (groups_is_name(str_of(entry->d_name)) && n++ < LIMIT_GROUP_FILES)
			read_group(r, path, entry->d_name, g);
	closedir(d);
	if (n > LIMIT_GROUP_FILES)
		say(r, path, "more files than are read");
	return 0;
}

static void
read_source(struct reading *r, size_t i)
{
	struct groups g;
	struct err e;
	size_t dropped = 0;

	r->refused = 0;
	groups_init(&g, r->names[i]);
	r->good[i] = sources[i].read(r, r->path[i], &g, &e) == 0;
	if (r->good[i])
		groups_fold(&g, sources[i].name, times_now(), &r->groups[i], &r->n[i], &dropped);
	else
		say(r, "", e.text);
	if (dropped > 0)
		say(r, r->path[i], "groups that are too large or too many are left out");
	groups_finish(&g);
}

static void
read_all(uv_work_t *work)
{
	struct reading *r = work->data;

	for (size_t i = 0; i < FILES; i++)
		read_source(r, i);
}

/* ---- on the loop ----------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: whether it is what was published. */
static uint64_t
hash_text(uint64_t h, const char *s)
{
	do {
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	} while (*s++ != '\0');
	return h;
}

static void
publish(struct probe_groups *p, size_t source, const struct status_group *groups, size_t n)
{
	struct published *was = &p->published[source];
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct err e;

	for (size_t i = 0; i < n; i++)
		h = hash_text(hash_text(h, groups[i].name), groups[i].members);
	if (was->at != 0 && was->hash == h && times_boot() - was->at < GROUPS_FRESH_MS)
		return;
	if (status_put_groups(p->status, sources[source].name, groups, n, &e) != 0) {
		log_error("the groups of %s cannot be published: %s", sources[source].name, e.text);
		return;
	}
	*was = (struct published){h, times_boot()};
	p->generation++;
}

static void
set_notice(struct probe_groups *p, const char *text, size_t n)
{
	n = n < NOTICE_MAX ? n : NOTICE_MAX;
	if (strlen(p->notice) == n && memcmp(p->notice, text, n) == 0)
		return;
	memcpy(p->notice, text, n);
	p->notice[n] = '\0';
	if (n > 0)
		log_warn("%s", p->notice);
}

static void
release(struct reading *r)
{
	buf_free(&r->notice);
	for (size_t i = 0; i < FILES; i++)
		arena_destroy(r->names[i]);
	arena_destroy(r->a);
	free(r);
}

static void
was_read(uv_work_t *work, int status)
{
	struct reading *r = work->data;
	struct probe_groups *p = r->owner;

	if (p != NULL) {
		p->reading = NULL;
		for (size_t i = 0; status == 0 && i < FILES; i++)
			if (r->good[i])
				publish(p, i, r->groups[i], r->n[i]);
		if (status == 0)
			set_notice(p, r->notice.n > 0 ? r->notice.p : "", r->notice.n);
	}
	release(r);
}

static void
begin(uv_timer_t *t)
{
	struct probe_groups *p = t->data;
	struct reading *r;
	char text[LIMIT_ERR_TEXT], clock[TIMES_TEXT];

	if (p->reading != NULL) { /* a file system that hangs: the worker waits for it, we do not */
		snprintf(text, sizeof(text), "the files of groups (%s, %s, %s) are being read since %s: does their file system hang?",
		    p->reading->path[GENDERS], p->reading->path[DSH], p->reading->path[PDSH], times_clock(p->began, clock));
		set_notice(p, text, strlen(text));
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		log_die("out of memory: groups of nodes");
	*r = (struct reading){.owner = p, .a = arena_create(), .notice = BUF(NOTICE_MAX)};
	for (size_t i = 0; i < FILES; i++)
		r->names[i] = arena_create();
	r->path[GENDERS] = arena_strdup(r->a, p->conf->status.genders);
	r->path[DSH] = arena_strdup(r->a, p->conf->status.dsh_groups);
	r->path[PDSH] = arena_strdup(r->a, p->conf->status.pdsh_groups);
	r->work.data = r;
	p->reading = r;
	p->began = times_now();
	if (uv_queue_work(t->loop, &r->work, read_all, was_read) != 0) {
		p->reading = NULL;
		release(r);
	}
}

void
probe_groups_put(struct probe_groups *p, const char *source, const struct status_group *groups, size_t n)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (strcmp(sources[i].name, source) == 0)
			publish(p, i, groups, n);
}

const char *
probe_groups_notice(const struct probe_groups *p)
{
	return p->notice;
}

/* ---- its life ----------------------------------------------------------------------------------- */

struct probe_groups *
probe_groups_create(uv_loop_t *loop, const struct conf *conf, struct status *status)
{
	struct probe_groups *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: groups of nodes");
	p->conf = conf;
	p->status = status;
	uv_timer_init(loop, &p->timer);
	p->timer.data = p;
	uv_timer_start(&p->timer, begin, 0, GROUPS_READ_MS);
	return p;
}

void
probe_groups_set_conf(struct probe_groups *p, const struct conf *conf)
{
	p->conf = conf;
	uv_timer_start(&p->timer, begin, 0, GROUPS_READ_MS);
}

static void
gone(uv_handle_t *h)
{
	free(h->data);
}

void
probe_groups_destroy(struct probe_groups *p)
{
	if (p == NULL)
		return;
	if (p->reading != NULL) {
		p->reading->owner = NULL;
		(void)uv_cancel((uv_req_t *)&p->reading->work);
	}
	uv_close((uv_handle_t *)&p->timer, gone);
}

int64_t
probe_groups_generation(const struct probe_groups *p)
{
	return p->generation;
}
