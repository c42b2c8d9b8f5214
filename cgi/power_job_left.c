/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a job has left its machines, as far as its journal and the last sweep know: which steps sent something, what came of them,
 * and who has switched the machine since.
 */
#include <string.h>

#include "power_job.h"

#define LATER 1000 /* intents after the end of a job that are looked through; what comes after so many is another story */

/* ---- what was sent ------------------------------------------------------------------------------------ */

static bool
is(const struct power_job *j, size_t step, const char *state)
{
	return strcmp(j->steps[step].state, state) == 0;
}

/* While it runs its steps tell enough; once it has ended, and something is offered, each intent counts. */
static void
load_sent(struct power_job *j, struct journal *journal, struct arena *a)
{
	struct journal_filter f = {.job = j->request.id, .kind = "intent", .limit = LIMIT_PLAN_STEPS};
	struct journal_row *rows;
	size_t n = 0;
	int64_t total;
	struct err e;

	j->sent = arena_array(a, j->plan.n_steps + 1, sizeof(*j->sent));
	for (size_t i = 0; i < j->plan.n_steps; i++)
		j->sent[i] = is(j, i, "ok") || is(j, i, "unknown");
	if (j->open || journal == NULL || journal_rows(journal, &f, a, &rows, &n, &total, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (rows[i].step >= 1 && (size_t)rows[i].step <= j->plan.n_steps)
			j->sent[rows[i].step - 1] = true;
}

/* ---- who has switched it since ---------------------------------------------------------------------------- */

static bool
on_device(const struct power_step *s, const struct journal_row *r)
{
	return s->device != NULL && strcmp(s->device, r->device) == 0 &&
	    strcmp(s->outlet == NULL ? "" : s->outlet, r->outlet) == 0;
}

static bool
goes_off(enum power_action a)
{
	return a == POWER_DO_OUTLET_OFF || a == POWER_DO_CHASSIS_OFF || a == POWER_DO_SOFT;
}

static bool
goes_on(enum power_action a)
{
	return a == POWER_DO_OUTLET_ON || a == POWER_DO_CHASSIS_ON || a == POWER_DO_ENSURE_ON;
}

/* Does the later intent make what this job left another thing? A light, a boot device, a port's VLAN do not make it of power. */
static bool
changes(const struct power_job *j, enum power_action a)
{
	return j->plan.vlan != NULL ? power_action_is_vlan(a) : goes_on(a) || goes_off(a) || a == POWER_DO_RESET;
}

static void
mark_later(struct power_job *j, const struct journal_row *r)
{
	enum power_action a = power_action_parse(r->verb);

	for (size_t i = 0; i < j->plan.n_machines && changes(j, a); i++)
		if (strcmp(j->plan.machines[i].name, r->machine) == 0)
			j->machines[i].later = r->job;
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if ((changes(j, a) || a == j->plan.steps[i].action) && on_device(&j->plan.steps[i], r))
			j->machines[j->plan.steps[i].machine].later = r->job;
}

void
power_job_load_left(struct web_call *c, struct power_job *j, struct journal *journal)
{
	struct journal_filter end = {.job = j->request.id, .kind = "end", .limit = 1};
	struct journal_filter after = {.kind = "intent", .limit = LATER, .oldest_first = true};
	struct journal_row *rows;
	size_t n = 0;
	int64_t total;
	struct err e;

	load_sent(j, journal, c->arena);
	if (j->open || journal == NULL || journal_rows(journal, &end, c->arena, &rows, &n, &total, &e) != 0 || n == 0)
		return;
	after.after = rows[0].seq;
	if (journal_rows(journal, &after, c->arena, &rows, &n, &total, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		mark_later(j, &rows[i]);
}

/* ---- what came of it --------------------------------------------------------------------------------------- */

/* A command that failed may still be obeyed late: an outlet tells in the next sweep, whatever it was in the middle of. */
static enum power_job_done
seen_since(struct web_call *c, const struct power_step *s)
{
	struct status_outlet o;
	struct status *status;
	struct err e;

	if (s->outlet == NULL)
		return POWER_JOB_NOT_DONE;
	if (power_need_status(c, &status, &e) != 0 || status_outlet(status, s->device, s->outlet, c->arena, &o, &e) != 0)
		return POWER_JOB_UNSURE;
	if (strcmp(o.state, "on") != 0 && strcmp(o.state, "off") != 0)
		return POWER_JOB_UNSURE;
	return goes_on(s->action) == (strcmp(o.state, "on") == 0) ? POWER_JOB_DONE : POWER_JOB_NOT_DONE;
}

enum power_job_done
power_job_done(struct web_call *c, const struct power_job *j, size_t step)
{
	if (is(j, step, "ok"))
		return POWER_JOB_DONE;
	if (!j->sent[step] || is(j, step, "undone"))
		return POWER_JOB_NOT_DONE;
	return is(j, step, "failed") ? seen_since(c, &j->plan.steps[step]) : POWER_JOB_UNSURE;
}

static bool
same_place(const struct power_step *a, const struct power_step *b)
{
	return a->device != NULL && b->device != NULL && strcmp(a->device, b->device) == 0 &&
	    (a->outlet == NULL || (b->outlet != NULL && strcmp(a->outlet, b->outlet) == 0));
}

/* Off by this step, and not known to be on again by a later one. */
static enum power_job_done
left_off(struct web_call *c, const struct power_job *j, size_t step)
{
	for (size_t k = step + 1; k < j->plan.n_steps; k++)
		if (goes_on(j->plan.steps[k].action) && same_place(&j->plan.steps[step], &j->plan.steps[k]) &&
		    power_job_done(c, j, k) == POWER_JOB_DONE)
			return POWER_JOB_NOT_DONE;
	return power_job_done(c, j, step);
}

bool
power_job_went(struct web_call *c, const struct power_job *j, size_t step, bool on)
{
	enum power_action a = j->plan.steps[step].action;

	if (on)
		return goes_on(a) && power_job_done(c, j, step) != POWER_JOB_NOT_DONE;
	return goes_off(a) && left_off(c, j, step) != POWER_JOB_NOT_DONE;
}

bool
power_job_any_went(struct web_call *c, const struct power_job *j, size_t machine, bool on)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].machine == machine && power_job_went(c, j, i, on))
			return true;
	return false;
}

json_t *
power_job_left_off(struct web_call *c, const struct power_job *j, size_t machine)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_steps && j->machines[machine].later == 0; i++) {
		const struct power_step *s = &j->plan.steps[i];

		if (s->machine == machine && goes_off(s->action) && left_off(c, j, i) == POWER_JOB_DONE)
			jsn_add(list, json_string(s->outlet == NULL ? s->device
			                                            : arena_printf(c->arena, "%s %s", s->device, s->outlet)));
	}
	return list;
}

/* Was anything of it switched, or may it have been? */
bool
power_job_touched(const struct power_job *j, size_t machine)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].machine == machine && power_action_switches(j->plan.steps[i].action) && j->sent[i] &&
		    !is(j, i, "undone"))
			return true;
	return false;
}

bool
power_job_untouched(const struct power_job *j, size_t machine)
{
	return strcmp(j->machines[machine].state, "skipped") == 0 && j->machines[machine].done == 0 && !power_job_touched(j, machine);
}

/* Has the job a step on each of the machine's outlets? Else one of them was what it should become before, and is not the job's. */
bool
power_job_whole(struct web_call *c, const struct power_job *j, size_t machine)
{
	struct inv_cord *cords;
	struct inv *inv;
	size_t n = 0, k;
	struct err e;

	if (power_need_inv(c, &inv, &e) != 0 || inv_cords(inv, j->plan.machines[machine].name, c->arena, &cords, &n, &e) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < j->plan.n_steps; k++)
			if (j->plan.steps[k].machine == machine && j->plan.steps[k].outlet != NULL &&
			    strcmp(j->plan.steps[k].device, cords[i].pdu) == 0 && strcmp(j->plan.steps[k].outlet, cords[i].outlet) == 0)
				break;
		if (k == j->plan.n_steps)
			return false;
	}
	return true;
}
