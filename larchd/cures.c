/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What helped: before a job acts on a machine it is noted which rule of advice.json fits, and a quarter of an hour after
 * its end whether the machine is well. Only what was seen since then counts; where nobody looked in time there is no case.
 */
#include <string.h>

#include "larchd.h"

#define CURED_MS (15 * 60 * 1000)
#define LATE_MS (5 * 60 * 1000) /* so long after that moment the machine may be judged by, and no longer */
#define LOOK_MS (5 * 1000)

static size_t
keep_since(struct status_value *values, size_t n, int64_t since)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i].at >= since)
			values[kept++] = values[i];
	return kept;
}

/* What is known of a machine, of values seen at `since` or later. */
static int
facts(struct larchd *l, const char *machine, int64_t since, struct arena *a, struct advice_facts *out)
{
	struct advice_seen seen = {.thing = machine, .now = times_now()};
	struct status_column *columns;
	struct status_value *values;
	struct status_action *actions;
	struct err e;

	if (status_columns(l->status, a, &columns, &seen.n_columns, &e) != 0 ||
	    status_values(l->status, machine, a, &values, &seen.n_values, &e) != 0 ||
	    status_actions(l->status, machine, 20, a, &actions, &seen.n_actions, &e) != 0) {
		log_error("%s: what is known of it cannot be read: %s", machine, e.text);
		return -1;
	}
	seen.n_values = keep_since(values, seen.n_values, since);
	seen.columns = columns;
	seen.values = values;
	seen.actions = actions;
	advice_facts_of(&seen, a, out);
	return 0;
}

/* Well, or nothing is left but what a rule says is no fault of the machine. */
static void
judge(struct larchd *l, struct status_cure *c, struct arena *a)
{
	struct advice_facts f;
	struct advice advice;
	bool counted = false;
	struct err e = {0};

	if (facts(l, c->machine, c->ended, a, &f) != 0)
		return;
	for (size_t i = 0; i < f.n_checks; i++)
		counted = counted || f.checks[i].counts;
	c->judged = f.now;
	c->well = f.level == STATUS_OK || (advice_for(l->advice, &f, a, &advice) && advice.well);
	if ((counted ? status_put_cure(l->status, c, &e) : status_drop_cure(l->status, c->job, c->machine, &e)) != 0)
		log_error("job %lld: whether it helped %s cannot be kept: %s", (long long)c->job, c->machine, e.text);
}

/* Whoever acts on it again judges what was done before by what it is now. */
static void
judge_before(struct larchd *l, const char *machine, struct arena *a)
{
	struct status_cure *open;
	struct err e;
	size_t n;

	if (status_cures_open(l->status, machine, a, &open, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (open[i].ended != 0)
			judge(l, &open[i], a);
}

static void
begin(struct larchd *l, const struct drive_act *act)
{
	struct arena *a = arena_create();
	struct advice_facts f;
	struct advice advice;
	struct err e;

	judge_before(l, act->machine, a);
	if (advice_verb_is_power(act->verb) && facts(l, act->machine, 0, a, &f) == 0 && advice_for(l->advice, &f, a, &advice)) {
		const struct status_cure c = {.job = act->job, .machine = act->machine, .rule = advice.rule, .signs = advice.signs,
		    .verb = act->verb, .began = f.now};

		if (status_put_cure(l->status, &c, &e) != 0)
			log_error("job %lld: the signs of %s cannot be kept: %s", (long long)act->job, act->machine, e.text);
	}
	arena_destroy(a);
}

void
larchd_acted(void *ctx, const struct drive_act *act)
{
	struct larchd *l = ctx;
	struct err e;
	int rc;

	if (act->outcome == NULL) {
		begin(l, act);
		return;
	}
	rc = strcmp(act->outcome, "ok") == 0 ? status_end_cure(l->status, act->job, act->machine, times_now(), &e)
	                                     : status_drop_cure(l->status, act->job, act->machine, &e);
	if (rc != 0)
		log_error("job %lld: its end at %s cannot be kept: %s", (long long)act->job, act->machine, e.text);
}

static void
look(uv_timer_t *t)
{
	struct larchd *l = t->data;
	struct arena *a = arena_create();
	struct status_cure *open;
	int64_t now = times_now();
	struct err e;
	size_t n = 0;

	if (status_cures_open(l->status, NULL, a, &open, &n, &e) != 0)
		log_error("cases that are to be judged cannot be read: %s", e.text);
	for (size_t i = 0; i < n; i++)
		if (open[i].ended != 0 && now > open[i].ended + CURED_MS + LATE_MS)
			(void)status_drop_cure(l->status, open[i].job, open[i].machine, &e);
		else if (open[i].ended != 0 && now >= open[i].ended + CURED_MS)
			judge(l, &open[i], a);
	arena_destroy(a);
}

/* A job that was in the middle when larchd was stopped says nothing of what helps. */
static void
drop_interrupted(struct larchd *l)
{
	struct arena *a = arena_create();
	struct status_cure *open;
	struct err e;
	size_t n = 0;

	if (status_cures_open(l->status, NULL, a, &open, &n, &e) == 0)
		for (size_t i = 0; i < n; i++)
			if (open[i].ended == 0)
				(void)status_drop_cure(l->status, open[i].job, open[i].machine, &e);
	arena_destroy(a);
}

void
larchd_watch_cures(struct larchd *l)
{
	drop_interrupted(l);
	uv_timer_init(&l->loop, &l->cures);
	l->cures.data = l;
	uv_timer_start(&l->cures, look, LOOK_MS, LOOK_MS);
}
