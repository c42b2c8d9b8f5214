/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy asks of a thing: is this verb what is advised for it, and does Slurm run jobs on it? */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "advice.h"

/* ---- rules that are read again when their file differs ------------------------------------- */

struct advice_file {
	struct advice_rules *rules;
	struct stat was; /* all zero: the file was not there */
};

struct advice_file *
advice_file_create(void)
{
	struct advice_file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		log_die("out of memory");
	return f;
}

void
advice_file_destroy(struct advice_file *f)
{
	if (f != NULL)
		advice_destroy(f->rules);
	free(f);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int
advice_file_rules(struct advice_file *f, const char *path, const char *yang_folder, const struct advice_rules **out, struct err *e)
{
	struct yang *y = NULL;
	struct stat now = {0};
	int rc;

	if (stat(path, &now) != 0) {
		if (errno != ENOENT)
			return err_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
		now = (struct stat){0};
	}
	if (f->rules == NULL || !same_file(&now, &f->was)) {
		struct advice_rules *rules = NULL;

		rc = yang_create(yang_folder, &y, e);
		if (rc == 0)
			rc = advice_load(path, y, &rules, e);
		yang_destroy(y);
		if (rc != 0)
			return -1;
		advice_destroy(f->rules);
		f->rules = rules;
		f->was = now;
	}
	*out = f->rules;
	return 0;
}

/* ---- what is known --------------------------------------------------------------------------- */

/* Of a larchd that is gone nothing is known, however well it looked when it was last heard of. */
static int
check_pulse(const struct advice_room *r, struct arena *a, struct err *e)
{
	struct status_pulse pulse = {0};
	char age[TIMES_TEXT];

	if (status_pulse(r->status, a, &pulse, e) != 0)
		return -1;
	if (pulse.beat == 0)
		return err_set(e, ERR_UNAVAILABLE, "larchd has never run");
	if (r->now - pulse.beat > STATUS_GONE_MS)
		return err_set(e, ERR_UNAVAILABLE, "larchd has not been heard of for %s", times_age(r->now - pulse.beat, age));
	return 0;
}

static const struct advice_check *
newest(const struct advice_facts *f)
{
	const struct advice_check *best = NULL;

	for (size_t i = 0; i < f->n_checks; i++)
		if (f->checks[i].counts && (best == NULL || f->checks[i].at > best->at))
			best = &f->checks[i];
	return best;
}

static int
read_facts(const struct advice_room *r, const char *thing, struct arena *a, struct advice_facts *out, struct err *e)
{
	struct advice_seen seen = {.thing = thing, .now = r->now};
	const struct advice_check *last;
	struct status_column *columns;
	struct status_value *values;
	struct status_action *actions;
	char age[TIMES_TEXT];

	if (status_columns(r->status, a, &columns, &seen.n_columns, e) != 0 ||
	    status_values(r->status, thing, a, &values, &seen.n_values, e) != 0 ||
	    status_actions(r->status, thing, 20, a, &actions, &seen.n_actions, e) != 0)
		return -1;
	seen.columns = columns;
	seen.values = values;
	seen.actions = actions;
	advice_facts_of(&seen, a, out);
	last = newest(out);
	if (last == NULL)
		return err_set(e, ERR_UNAVAILABLE, "larchd has not looked at it yet");
	if (last->stale)
		return err_set(e, ERR_UNAVAILABLE, "larchd last looked at it %s ago", times_age(r->now - last->at, age));
	return 0;
}

static int
no(struct err *e, const char *why)
{
	err_set(e, ERR_DENIED, "%s", why);
	return 0;
}

static int
says(const struct advice_room *r, const char *verb, const char *thing, struct arena *a, struct err *e)
{
	struct advice_facts f;
	struct advice x;

	if (advice_count(r->rules) == 0)
		return no(e, "there are no rules of advice here");
	if (check_pulse(r, a, e) != 0 || read_facts(r, thing, a, &f, e) != 0)
		return -1;
	if (!advice_for(r->rules, &f, a, &x))
		return no(e, f.level == STATUS_OK ? "it is well" : "nothing is advised for it");
	if (advice_is_power(x.verb) && strcmp(x.action, verb) == 0)
		return 1;
	err_set(e, ERR_DENIED, "the advice is '%.60s' (%.120s)", x.action, x.verdict);
	return 0;
}

int
advice_says(const struct advice_room *r, const char *verb, const char *thing, struct err *e)
{
	struct arena *a = arena_create();
	int rc = says(r, verb, thing, a, e);

	arena_destroy(a);
	return rc;
}

/* Slurm names no such node: then no job runs on it, if Slurm has named any of late. It may have got this one since. */
static int
not_named(const struct advice_room *r, struct arena *a, struct err *e)
{
	struct status_value *values, last = {0};
	char age[TIMES_TEXT];
	size_t n;

	if (status_column_values(r->status, "jobs", a, &values, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || values[i].at > last.at)
			last = values[i];
	if (n == 0)
		return err_set(e, ERR_UNAVAILABLE, "Slurm has not said yet which jobs run");
	if (status_stale(last.at, last.interval, r->now))
		return err_set(e, ERR_UNAVAILABLE, "Slurm last said %s ago which jobs run", times_age(r->now - last.at, age));
	return 0;
}

/* A room whose larchd asks no Slurm has no column of its jobs. */
static int
busy(const struct advice_room *r, const char *thing, struct arena *a, struct err *e)
{
	struct status_column *columns;
	struct status_value v;
	char age[TIMES_TEXT];
	size_t n, i = 0;

	if (check_pulse(r, a, e) != 0 || status_columns(r->status, a, &columns, &n, e) != 0)
		return -1;
	while (i < n && strcmp(columns[i].name, "jobs") != 0)
		i++;
	if (i == n)
		return 0;
	if (status_value(r->status, thing, "jobs", a, &v, e) != 0)
		return e->kind == ERR_NOT_FOUND ? not_named(r, a, e) : -1;
	if (status_stale(v.at, v.interval, r->now))
		return err_set(e, ERR_UNAVAILABLE, "Slurm last said %s ago which jobs run", times_age(r->now - v.at, age));
	if (isnan(v.number))
		return err_set(e, ERR_UNAVAILABLE, "Slurm does not say how many jobs run on it");
	if (v.number < 1)
		return 0;
	err_set(e, ERR_DENIED, "%.0f job%s on it", v.number, v.number < 2 ? " runs" : "s run");
	return 1;
}

int
advice_busy(const struct advice_room *r, const char *thing, struct err *e)
{
	struct arena *a = arena_create();
	int rc = busy(r, thing, a, e);

	arena_destroy(a);
	return rc;
}
