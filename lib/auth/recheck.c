/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the background: passes whose time is over are ended (a clock that is set
 * back afterwards revives nothing), and groups are asked for again.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desk.h"

#define ENDED_KEPT_MS (INT64_C(30) * 86400000) /* ended passes are kept so long, to say why they ended */
#define EVENTS_KEPT 200000
#define TICK_MS 5000
#define AT_ONCE 500 /* people of one round; the rest is still due in the next */

/* One person with live passes: rows [from, to) of the list, which is sorted by person. */
struct somebody {
	const struct auth_passes *list;
	size_t from, to;
};

static bool
next(struct somebody *s)
{
	const struct auth_pass *row = s->list->row;

	s->from = s->to;
	while (s->to < s->list->n && strcmp(row[s->to].who, row[s->from].who) == 0)
		s->to++;
	return s->from < s->to;
}

static int
end_all(struct auth_desk *d, const struct somebody *s, const char *why, struct err *e)
{
	int rc = 0;

	pthread_mutex_lock(&d->lock);
	for (size_t i = s->from; i < s->to; i++)
		if (auth_desk_end(d, &s->list->row[i], why, "", e) != 0)
			rc = -1;
	pthread_mutex_unlock(&d->lock);
	return rc;
}

static int
end_over(struct auth_desk *d, const struct auth_passes *list, struct err *e)
{
	struct auth_now now;
	int rc = 0;

	auth_now(&now);
	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < list->n; i++)
		if (auth_span_spent(&list->row[i].span, &now) &&
		    auth_desk_end(d, &list->row[i], "its time was over", "", e) != 0)
			rc = -1;
	pthread_mutex_unlock(&d->lock);
	return rc;
}

/* Is it time to ask for this person? A stamp of the future is a clock that was set back. */
static bool
due(const struct auth_desk *d, const struct somebody *s, const struct auth_now *now)
{
	for (size_t i = s->from; i < s->to; i++) {
		int64_t age = now->wall - s->list->row[i].groups_at;

		if (age >= d->conf.group_recheck_ms || age < 0)
			return true;
	}
	return false;
}

static bool
had_groups(const struct somebody *s)
{
	for (size_t i = s->from; i < s->to; i++)
		if (s->list->row[i].n_groups > 0)
			return true;
	return false;
}

static int
update(struct auth_desk *d, const char *who, const struct auth_found *found, struct err *e)
{
	struct auth_now now;
	int rc;

	auth_now(&now);
	pthread_mutex_lock(&d->lock);
	rc = auth_pass_groups(d->sessions, who, found->groups, found->n_groups, found->display, now.wall, e);
	pthread_mutex_unlock(&d->lock);
	return rc;
}

/* What the directory said of one person. */
struct verdict {
	struct somebody who;
	enum auth_outcome outcome;
	struct auth_found found;
	const char *why; /* of AUTH_GONE */
};

/* A person who cannot be decided is asked about every round, and named once in a while. */
static void
say_once(struct auth_desk *d, enum auth_outcome outcome, const struct err *e)
{
	int64_t now = times_boot();

	if (outcome == AUTH_DOWN ? d->directory_was_down : now < d->complained_at + d->conf.group_recheck_ms)
		return;
	if (outcome != AUTH_DOWN)
		d->complained_at = now;
	log_warn("%s; who is logged in stays logged in", e->text);
}

/* The local account is the configuration's to decide, not the directory's: it is there as long as larch.json names it. */
static bool
ask_local(const struct auth_desk *d, const struct somebody *s, struct arena *a, struct verdict *out)
{
	bool is = auth_local_is(d, s->list->row[s->from].who), all = true, any = false;

	for (size_t i = s->from; i < s->to; i++) {
		bool has = auth_local_group(s->list->row[i].groups, s->list->row[i].n_groups);

		all &= has;
		any |= has;
	}
	if (!is && !any)
		return false;
	/* a pass of somebody of the directory who had the name before must not become one of the account */
	out->outcome = is && all ? AUTH_OK : AUTH_GONE;
	out->why = "the break-glass account was given or lost this name";
	if (out->outcome == AUTH_OK)
		auth_local_found(d, a, &out->found);
	return true;
}

/* Ask about everybody whose time has come; the first that finds the directory down ends the asking. */
static size_t
ask_all(struct auth_desk *d, const struct auth_passes *list, struct arena *a, struct verdict *out)
{
	struct somebody s = {.list = list};
	struct auth_now now;
	size_t n = 0;

	auth_now(&now);
	while (n < AT_ONCE && next(&s)) {
		struct verdict *v = &out[n];
		struct err e;

		if (!due(d, &s, &now))
			continue;
		v->who = s;
		v->why = "no longer in the directory";
		if (ask_local(d, &s, a, v)) {
			n++;
			continue;
		}
		if (d->conf.checker == NULL || !auth_recheck_possible(d->conf.checker))
			continue;
		v->outcome = auth_recheck(d->conf.checker, str_of(list->row[s.from].who), a, &v->found, &e);
		if (v->outcome == AUTH_WRONG || v->outcome == AUTH_DOWN)
			say_once(d, v->outcome, &e);
		if (v->outcome != AUTH_DOWN && d->directory_was_down)
			log_info("the directory answers again");
		d->directory_was_down = v->outcome == AUTH_DOWN;
		if (d->directory_was_down)
			break;
		n++;
	}
	return n;
}

static int
apply(struct auth_desk *d, const struct verdict *v, struct err *e)
{
	if (v->outcome == AUTH_GONE)
		return end_all(d, &v->who, v->why, e);
	if (v->outcome != AUTH_OK)
		return 0;
	if (v->found.n_groups == 0 && had_groups(&v->who))
		return end_all(d, &v->who, "no longer in any group", e);
	return update(d, v->who.list->row[v->who.from].who, &v->found, e);
}

static int
recheck(struct auth_desk *d, const struct auth_passes *list, struct err *e)
{
	struct arena *a;
	struct verdict *v;
	size_t n;
	int rc = 0;

	if (list->n == 0)
		return 0;
	a = arena_create();
	v = arena_array(a, list->n, sizeof(*v));
	n = ask_all(d, list, a, v);
	for (size_t i = 0; i < n; i++)
		if (apply(d, &v[i], e) != 0)
			rc = -1;
	arena_destroy(a);
	return rc;
}

static int
tidy(struct auth_desk *d, struct err *e)
{
	struct auth_now now;
	int rc = 0;

	auth_now(&now);
	pthread_mutex_lock(&d->lock);
	if (auth_throttle_tidy(d, e) != 0 || auth_pass_forget(d->sessions, now.wall - ENDED_KEPT_MS, e) != 0 ||
	    auth_event_prune(d->desk, EVENTS_KEPT, e) != 0)
		rc = -1;
	pthread_mutex_unlock(&d->lock);
	return rc;
}

static int
live(struct auth_desk *d, struct arena *a, struct auth_passes *out, struct err *e)
{
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = auth_pass_list_live(d->sessions, a, out, e);
	pthread_mutex_unlock(&d->lock);
	return rc;
}

int
auth_desk_round(struct auth_desk *d, struct err *e)
{
	struct arena *a = arena_create();
	struct auth_passes list;
	int rc = -1;

	if (live(d, a, &list, e) != 0 || end_over(d, &list, e) != 0 || live(d, a, &list, e) != 0)
		goto out;
	rc = recheck(d, &list, e);
	if (tidy(d, e) != 0)
		rc = -1;
out:
	arena_destroy(a);
	return rc;
}

/*
 * What only a new start mends: the helper that checks passwords cannot be forked
 * again beside threads, and a database that was replaced is open in its old form.
 */
static bool
beyond_help(struct auth_desk *d)
{
	const char *why = d->conf.checker != NULL && auth_checker_gone(d->conf.checker) ? "the password checker has died"
	    : store_replaced(d->sessions) ? "sessions.db is not the file that was opened"
	    : store_replaced(d->desk) ? "auth.db is not the file that was opened"
	                              : NULL;

	if (why != NULL)
		log_error("%s; stopping, to be started again", why);
	return why != NULL;
}

static void *
background(void *arg)
{
	struct auth_desk *d = arg;
	struct err e;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		struct timespec until;

		pthread_mutex_unlock(&d->lock);
		err_clear(&e);
		if (beyond_help(d)) {
			(void)kill(getpid(), SIGTERM);
			return NULL;
		}
		if (auth_desk_round(d, &e) != 0)
			log_error("%s", e.text);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += TICK_MS / 1000;
		pthread_mutex_lock(&d->lock);
		while (!d->stop && pthread_cond_timedwait(&d->wake, &d->lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

int
auth_desk_background(struct auth_desk *d, struct err *e)
{
	sigset_t all, was;
	int rc;

	if (d->conf.checker != NULL && !auth_recheck_possible(d->conf.checker))
		log_warn("groups of people who are logged in cannot be asked again: with dn_template that needs bind_dn");
	/* signals are for the program's own threads: one that is not blocked here would end it */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	rc = pthread_create(&d->thread, NULL, background, d);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (rc != 0)
		return err_set(e, ERR_INTERNAL, "the background thread cannot be started: %s", strerror(rc));
	d->running = true;
	return 0;
}
