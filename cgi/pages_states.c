/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states that jobs of larchd ended in, taken over into the inventory. The
 * number of the last one taken is written in the same transaction as what it
 * changes, so that none is lost and none is taken twice, whoever is killed when.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define LOOK_MS 300       /* between two looks at the last number in status.db */
#define TAKEN_AT_ONCE 100 /* states of one look */
#define MARK "status.state"

struct pages_states {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool started, stop;     /* stop: under the lock */
	void *shared;
	char *path;             /* of status.db */
	struct status *status;  /* NULL until it can be read */
	int64_t taken;          /* the last number; -1: not read yet */
	bool said;              /* that something is wrong, once until it is well again */
};

static void
complain(struct pages_states *s, const struct err *e)
{
	if (!s->said)
		log_warn("states of jobs wait to be taken over into the inventory: %s", e->text);
	s->said = true;
}

/* ---- one of them ------------------------------------------------------------------------- */

static json_t *
op_of(const struct status_state *w)
{
	json_t *list = json_array(), *o = json_object();

	jsn_set_text(o, "op", "attr-set");
	jsn_set_text(o, "thing", w->thing);
	jsn_set_text(o, "key", "state");
	jsn_set_text(o, "value", w->state);
	jsn_add(list, o);
	return list;
}

/*
 * 0: taken over, or passed for good: a machine that is not in the inventory any more, or one with
 * several states, is no reason to hold up the others. -1: it must be tried again.
 */
static int
take(struct pages_states *s, struct inv *writer, const struct status_state *w, struct arena *a, struct err *e)
{
	json_t *ops = op_of(w), *result = NULL;
	const struct inv_author author = {
	    .who = arena_printf(a, "job %lld", (long long)w->job),
	    .why = arena_printf(a, "%s (asked for by %s)", w->why, w->who),
	    .request_id = arena_printf(a, "state-%lld", (long long)w->seq),
	};
	const struct inv_change change = {.ops = ops, .author = &author, .mark = MARK, .mark_value = w->seq};
	int rc = inv_apply(writer, &change, &result, e);

	if (rc == 0)
		log_info("%s is in the state '%s' by job %lld", w->thing, w->state, (long long)w->job);
	else if (e->kind != ERR_UNAVAILABLE && e->kind != ERR_INTERNAL) {
		log_warn("the state '%s' of %s by job %lld is not taken over: %s", w->state, w->thing, (long long)w->job, e->text);
		rc = inv_mark_set(writer, MARK, w->seq, e);
	}
	if (rc == 0)
		s->taken = w->seq;
	json_decref(ops);
	json_decref(result);
	return rc;
}

/* ---- a look -------------------------------------------------------------------------------- */

static int
open_all(struct pages_states *s, struct err *e)
{
	struct yang *yang;
	int rc = 0;

	if (s->status != NULL && status_replaced(s->status)) {
		status_close(s->status);
		s->status = NULL;
	}
	if (s->status == NULL && status_open_reader(s->path, &s->status, NULL) != 0)
		return 1; /* larchd has not run yet, or its file is gone: the banner says so */
	if (s->taken < 0) {
		rc = inv_mark(pages_shared_lock(s->shared, &yang), MARK, &s->taken, e);
		pages_shared_unlock(s->shared);
		if (rc != 0)
			s->taken = -1;
	}
	return rc;
}

/* All that wait. 0, or -1: some still do. */
static int
take_all(struct pages_states *s, struct arena *a, struct err *e)
{
	struct status_state *list;
	struct yang *yang;
	size_t n;
	int rc;

	do {
		rc = status_states_after(s->status, s->taken, TAKEN_AT_ONCE, a, &list, &n, e);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			rc = take(s, pages_shared_lock(s->shared, &yang), &list[i], a, e);
			pages_shared_unlock(s->shared);
		}
	} while (rc == 0 && n == TAKEN_AT_ONCE);
	return rc;
}

static void
look(struct pages_states *s)
{
	struct arena *a;
	struct err e = {0};
	int rc = open_all(s, &e);

	if (rc == 0 && status_last_state(s->status) > s->taken) {
		a = arena_create();
		rc = take_all(s, a, &e);
		arena_destroy(a);
	}
	if (rc < 0)
		complain(s, &e);
	else if (rc == 0)
		s->said = false;
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* False: it is time to stop. */
static bool
pause_for(struct pages_states *s)
{
	struct timespec until;
	bool stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&s->lock);
	while (!s->stop && pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0)
		;
	stop = s->stop;
	pthread_mutex_unlock(&s->lock);
	return !stop;
}

static void *
run(void *arg)
{
	struct pages_states *s = arg;

	do
		look(s);
	while (pause_for(s));
	return NULL;
}

int
pages_states_start(const struct conf *conf, void *shared, struct pages_states **out, struct err *e)
{
	struct pages_states *s = calloc(1, sizeof(*s));
	struct arena *a = arena_create();
	pthread_condattr_t attr;
	sigset_t all, before;
	int rc;

	if (s == NULL)
		log_die("out of memory: no thread for the states of jobs");
	*out = s;
	s->shared = shared;
	s->taken = -1;
	s->path = strdup(conf_db(conf, "status", a));
	arena_destroy(a);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* the signals of the program are the main thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->started = rc == 0;
	return rc == 0 ? 0 : err_set(e, ERR_UNAVAILABLE, "The thread that takes over states of jobs cannot be started: %s.", strerror(rc));
}

void
pages_states_stop(struct pages_states *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	if (s->started)
		(void)pthread_join(s->thread, NULL);
	status_close(s->status);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->wake);
	free(s->path);
	free(s);
}
