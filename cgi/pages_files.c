/* SPDX-License-Identifier: Apache-2.0 */
/* The files that the pages read, and the writer of the inventory. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages_room.h"

struct shared {
	pthread_mutex_t lock;       /* of the writer */
	struct inv *writer;
	struct yang *yang;
	struct pages_keeper *keeper;
	struct pages_states *states;
};

/* A file that was replaced while we hold it open must be opened again. */
struct file_id {
	dev_t dev;
	ino_t ino;
};

struct state {
	struct inv *inv;
	struct status *status, *asked; /* asked: by queries, in the middle of a handler that holds the other */
	struct file_id inv_file, status_file, asked_file;
	struct glass *glass;
	struct pages_lines *lines;
	struct inv *past;           /* as of past_at, a copy of what past_generation of inv_file was; NULL: none */
	int64_t past_at, past_generation, past_used;
	struct file_id past_file;
	/* What an answer has looked at stays open until it has gone out, also when the file is replaced meanwhile: others hold it. */
	struct advice_file *advice;
	const struct advice_rules *rules; /* NULL: they cannot be read, no_rules says why */
	struct err no_rules;
	bool answering, inv_held, status_held, asked_held, past_held, rules_held;
};

static void
answered(void *ctx)
{
	struct state *t = ctx;

	t->answering = t->inv_held = t->status_held = t->asked_held = t->past_held = t->rules_held = false;
}

/* The state of this call; what it opens is let go of when its answer has gone out. */
static struct state *
state_of(struct web_call *c)
{
	struct state *t = c->state;

	if (!t->answering)
		web_after(c, answered, t);
	t->answering = true;
	return t;
}

/* A file that is not there is a room whose things have the ports that they are given; a bad one is no start. */
static int
take_types(const struct conf *conf, struct shared *s, struct err *e)
{
	struct buf text;
	int rc;

	if (access(conf->types, F_OK) != 0) {
		log_warn("%s is not there: new things have no ports but those that they are given", conf->types);
		return 0;
	}
	if (file_read(conf->types, LIMIT_CONFIG_FILE, &text, e) != 0)
		return -1;
	rc = inv_types_load(s->writer, s->yang, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

/* Whose call this thread answers: a query that asks for status does so in the middle of a question to the inventory. */
static _Thread_local struct state *mine;
static char *status_path;

static struct status *status_of(const char *path, struct file_id *id, bool *held, struct status **s);

static struct status *
status_for_query(void *ctx)
{
	(void)ctx;
	return mine == NULL ? NULL : status_of(status_path, &mine->asked_file, &mine->asked_held, &mine->asked);
}

#define PAST_KEPT_MS 60000 /* a copy that nobody asked for so long is let go at the thread's next question */

int
pages_open(const struct conf *conf, void **shared, struct err *e)
{
	struct shared *s = calloc(1, sizeof(*s));
	struct arena *a = arena_create();
	int rc = -1;

	if (s == NULL)
		log_die("out of memory: no shared state");
	pthread_mutex_init(&s->lock, NULL);
	s->keeper = pages_keeper_create();
	if (yang_create(conf->yang, &s->yang, e) != 0 || inv_open(conf_db(conf, "inventory", a), &s->writer, e) != 0 ||
	    take_types(conf, s, e) != 0)
		goto out;
	if (pages_states_start(conf, s, &s->states, e) != 0)
		goto out;
	status_path = strdup(conf_db(conf, "status", a));
	if (status_path == NULL)
		log_die("out of memory: no path");
	status_terms_add(status_for_query, NULL);
	*shared = s;
	rc = 0;
out:
	arena_destroy(a);
	if (rc != 0)
		pages_close(s);
	return rc;
}

void
pages_close(void *shared)
{
	struct shared *s = shared;

	if (s == NULL)
		return;
	free(status_path);
	status_path = NULL;
	pages_states_stop(s->states);
	pages_keeper_destroy(s->keeper);
	inv_close(s->writer);
	yang_destroy(s->yang);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int
pages_thread_open(const struct conf *conf, void *shared, void **state, struct err *e)
{
	(void)conf;
	(void)shared;
	(void)e;
	*state = calloc(1, sizeof(struct state));
	if (*state == NULL)
		log_die("out of memory: no thread's state");
	((struct state *)*state)->lines = pages_lines_create();
	return 0;
}

void
pages_thread_close(void *state)
{
	struct state *t = state;

	if (t == NULL)
		return;
	inv_close(t->inv);
	inv_close(t->past);
	status_close(t->status);
	status_close(t->asked);
	advice_file_destroy(t->advice);
	glass_close(t->glass);
	pages_lines_destroy(t->lines);
	free(t);
}

struct inv *
pages_shared_lock(void *shared, struct yang **yang_out)
{
	struct shared *s = shared;

	pthread_mutex_lock(&s->lock);
	*yang_out = s->yang;
	return s->writer;
}

void
pages_shared_unlock(void *shared)
{
	struct shared *s = shared;

	pthread_mutex_unlock(&s->lock);
}

struct inv *
pages_writer_lock(struct web_call *c, struct yang **yang_out)
{
	mine = state_of(c);
	return pages_shared_lock(c->shared, yang_out);
}

void
pages_writer_unlock(struct web_call *c)
{
	pages_shared_unlock(c->shared);
}

/* Is the file at path still the one we have? */
static bool
same_file(const char *path, struct file_id *id)
{
	struct stat st = {0};
	bool same;

	if (stat(path, &st) != 0)
		return false;
	same = st.st_dev == id->dev && st.st_ino == id->ino;
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	return same;
}

struct inv *
pages_inv(struct web_call *c, struct err *e)
{
	struct state *t = state_of(c);
	const char *path = conf_db(c->conf, "inventory", c->arena);

	mine = t;
	if (t->inv != NULL && (t->inv_held || same_file(path, &t->inv_file))) {
		t->inv_held = true;
		return t->inv;
	}
	inv_close(t->inv);
	t->inv = NULL;
	(void)same_file(path, &t->inv_file);
	t->inv_held = inv_open_reader(path, &t->inv, e) == 0;
	return t->inv_held ? t->inv : NULL;
}

static void
past_forget(struct state *t)
{
	inv_close(t->past);
	t->past = NULL;
}

/* Making the copy takes a while, and somebody who looks at the past looks at more than one page of it. */
struct inv *
pages_inv_at(struct web_call *c, struct err *e)
{
	struct state *t = c->state;
	struct inv *inv = pages_inv(c, e);
	int64_t at = web_int(c, "at", 0), generation;

	if (inv == NULL)
		return NULL;
	if (t->past != NULL && !t->past_held && c->now - t->past_used > PAST_KEPT_MS)
		past_forget(t);
	if (!web_has(c, "at"))
		return inv;
	if (at > c->now) {
		err_set(e, ERR_INPUT, "'at' is a time to come; the inventory can be asked of as it is or as it was.");
		return NULL;
	}
	generation = inv_generation(inv);
	if (t->past_held && t->past != NULL && t->past_at == at)
		return t->past;
	if (t->past != NULL && (t->past_at != at || t->past_generation != generation ||
	    memcmp(&t->past_file, &t->inv_file, sizeof(t->inv_file)) != 0))
		past_forget(t);
	if (t->past == NULL && inv_open_at(conf_db(c->conf, "inventory", c->arena), at, &t->past, e) != 0)
		return NULL;
	t->past_at = at;
	t->past_generation = generation;
	t->past_file = t->inv_file;
	t->past_used = c->now;
	t->past_held = true;
	return t->past;
}

static struct status *
status_of(const char *path, struct file_id *id, bool *held, struct status **s)
{
	struct err e;

	if (*s != NULL && (*held || same_file(path, id))) {
		*held = true;
		return *s;
	}
	status_close(*s);
	*s = NULL;
	(void)same_file(path, id);
	*held = status_open_reader(path, s, &e) == 0;
	return *held ? *s : NULL;
}

struct status *
pages_status(struct web_call *c)
{
	struct state *t = state_of(c);

	return status_of(conf_db(c->conf, "status", c->arena), &t->status_file, &t->status_held, &t->status);
}

struct glass *
pages_glass(struct web_call *c)
{
	struct state *t = state_of(c);
	struct err e;

	if (t->glass != NULL && glass_replaced(t->glass)) {
		glass_close(t->glass);
		t->glass = NULL;
	}
	if (t->glass == NULL && glass_open_reader(conf_db(c->conf, "glass", c->arena), &t->glass, &e) != 0)
		return NULL;
	return t->glass;
}

void
pages_banners(struct web_call *c)
{
	const char *text = status_banner(pages_status(c), c->arena, c->now);

	if (text != NULL)
		web_banner(c, "critical", "%s", text);
}

int
pages_rules(struct web_call *c, const struct advice_rules **out, struct err *e)
{
	struct state *t = state_of(c);

	if (t->advice == NULL)
		t->advice = advice_file_create();
	if (!t->rules_held && advice_file_rules(t->advice, c->conf->advice, c->conf->yang, &t->rules, &t->no_rules) != 0)
		t->rules = NULL;
	t->rules_held = true;
	*out = t->rules;
	return t->rules != NULL ? 0 : err_set(e, t->no_rules.kind, "%s", t->no_rules.text);
}

uint64_t
pages_inv_file(struct web_call *c)
{
	const struct state *t = c->state;

	return (uint64_t)t->inv_file.ino;
}

uint64_t
pages_status_file(struct web_call *c)
{
	const struct state *t = c->state;

	return t->status == NULL ? 0 : (uint64_t)t->status_file.ino;
}

struct pages_lines *
pages_lines(struct web_call *c)
{
	const struct state *t = c->state;

	return t->lines;
}

struct pages_keeper *
pages_keeper(struct web_call *c)
{
	const struct shared *s = c->shared;

	return s->keeper;
}
