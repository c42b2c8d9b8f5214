/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as the API gives it: what is decided, what becomes of whom, and what is known of each machine. */
#include "plan_making.h"

static json_t *
rows_json(const struct power_tell_row *rows, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "label", rows[i].label);
		jsn_set_text(o, "text", rows[i].text);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
job_list(const struct power_known *k)
{
	json_t *list = json_array();

	for (size_t i = 0; i < k->n_listed; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "id", k->jobs[i].id);
		jsn_set_text(o, "user", k->jobs[i].user);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
past_list(const struct power_known *k)
{
	json_t *list = json_array();
	char at[TIMES_TEXT];

	for (size_t i = 0; i < k->n_past; i++) {
		const struct power_past *x = &k->past[i];
		json_t *o = json_object();

		jsn_set_text(o, "at", times_utc(x->at, at));
		jsn_set(o, "job", json_integer(x->job));
		jsn_set_text(o, "who", x->who);
		jsn_set_text(o, "verb", x->verb);
		jsn_set_text(o, "via", x->way);
		jsn_set_text(o, "outcome", x->outcome);
		jsn_set(o, "helped", x->helped == POWER_HELP_UNKNOWN ? json_null() : json_boolean(x->helped == POWER_HELPED));
		jsn_add(list, o);
	}
	return list;
}

static json_t *
facts_json(const struct power_plan *p)
{
	json_t *list = json_array();
	char at[TIMES_TEXT];

	for (size_t i = 0; i < p->n_machines; i++) {
		const struct power_known *k = p->machines[i].known;
		json_t *o;

		if (k == NULL)
			continue;
		o = json_object();
		jsn_set_text(o, "machine", p->machines[i].name);
		jsn_set_text(o, "owner", k->owner);
		jsn_set_text(o, "state", k->state);
		jsn_set_text(o, "slurm", k->slurm);
		jsn_set_text(o, "reason", k->reason);
		jsn_set(o, "jobs", job_list(k));
		jsn_set(o, "n_jobs", k->jobs_at == 0 ? json_null() : json_integer(k->n_jobs));
		jsn_set_text(o, "jobs_at", k->jobs_at == 0 ? NULL : times_utc(k->jobs_at, at));
		jsn_set(o, "cycled", past_list(k));
		jsn_add(list, o);
	}
	return list;
}

json_t *
power_plan_show_json(const struct power_plan *p)
{
	struct arena *a = arena_create();
	json_t *o = power_plan_json(p);
	struct power_tale tale;

	power_plan_tell(p, a, &tale);
	jsn_set(o, "summary", rows_json(tale.rows, tale.n_rows));
	jsn_set(o, "facts", facts_json(p));
	jsn_set(o, "takes_ms", p->takes_ms > 0 ? json_integer(p->takes_ms) : json_null());
	arena_destroy(a);
	return o;
}
