/* SPDX-License-Identifier: Apache-2.0 */
/* A job as the API gives it. */
#include <string.h>

#include "power_job.h"

static void
set_time(json_t *o, const char *key, int64_t at)
{
	char when[TIMES_TEXT];

	jsn_set_text(o, key, at == 0 ? NULL : times_utc(at, when));
}

static json_t *
step_json(struct web_call *c, const struct power_job *j, size_t i)
{
	const struct power_step *s = &j->plan.steps[i];
	const struct journal_step *at = &j->steps[i];
	json_t *o = json_object();

	jsn_set(o, "n", json_integer((json_int_t)i + 1));
	jsn_set_text(o, "machine", j->plan.machines[s->machine].name);
	jsn_set_text(o, "device", s->device);
	jsn_set_text(o, "outlet", s->outlet);
	jsn_set_text(o, "action", power_action_name(s->action));
	jsn_set_text(o, "what", power_step_text(&j->plan, i, c->arena));
	jsn_set_text(o, "state", at->state);
	jsn_set_text(o, "text", at->text);
	set_time(o, "began", at->began);
	set_time(o, "ended", at->ended);
	return o;
}

json_t *
power_job_machine_json(struct web_call *c, const struct power_job *j, size_t i)
{
	const struct power_job_machine *m = &j->machines[i];
	json_t *o = json_object(), *next;

	jsn_set_text(o, "machine", j->plan.machines[i].name);
	jsn_set_text(o, "state", m->state);
	jsn_set_text(o, "text", m->text);
	jsn_set_text(o, "waits_for", m->waits_for);
	set_time(o, "since", m->since);
	jsn_set(o, "limit_s", m->limit_ms == 0 ? json_null() : json_integer((json_int_t)(m->limit_ms / 1000)));
	jsn_set(o, "steps_done", json_integer((json_int_t)m->done));
	jsn_set(o, "steps", json_integer((json_int_t)m->total));
	jsn_set(o, "left_off", power_job_left_off(c, j, i));
	if (m->later != 0)
		jsn_set(o, "later", json_integer(m->later));
	if (!j->open && (next = power_job_finish(c, j, i)) != NULL)
		jsn_set(o, "finish", next);
	if (!j->open && (next = power_job_undo(c, j, i)) != NULL)
		jsn_set(o, "undo", next);
	return o;
}

size_t
power_job_count(const struct power_job *j, const char *state)
{
	size_t n = 0;

	for (size_t i = 0; i < j->plan.n_machines; i++)
		n += strcmp(j->machines[i].state, state) == 0;
	return n;
}

/* {"machines": 200, "ok": 12, "running": 16, "failed": 1, "waiting": 171}: states that are there. */
static json_t *
progress_json(const struct power_job *j)
{
	json_t *o = json_object();

	jsn_set(o, "machines", json_integer((json_int_t)j->plan.n_machines));
	for (size_t i = 0; i < j->plan.n_machines; i++)
		if (json_object_get(o, j->machines[i].state) == NULL)
			jsn_set(o, j->machines[i].state, json_integer((json_int_t)power_job_count(j, j->machines[i].state)));
	return o;
}

json_t *
power_job_json(struct web_call *c, const struct power_job *j)
{
	json_t *o = json_object(), *machines = json_array(), *steps = json_array();

	jsn_set(o, "id", json_integer(j->request.id));
	jsn_set_text(o, "state", j->state.state);
	jsn_set_text(o, "text", j->state.text);
	jsn_set_text(o, "who", j->request.who);
	jsn_set_text(o, "verb", power_verb_name(j->request.verb));
	jsn_set_text(o, "via", power_way_name(j->request.way));
	jsn_set_text(o, "nodes", j->request.machines);
	jsn_set_text(o, "reason", j->request.reason);
	jsn_set_text(o, "role", j->request.role);
	jsn_set_text(o, "plan", j->request.plan_hash);
	set_time(o, "created", j->request.created);
	set_time(o, "began", j->state.began);
	set_time(o, "ended", j->state.ended);
	jsn_set(o, "progress", progress_json(j));
	jsn_set(o, "rest_s", j->rest_ms == 0 ? json_null() : json_integer((json_int_t)((j->rest_ms + 999) / 1000)));
	for (size_t i = 0; i < j->plan.n_machines; i++)
		jsn_add(machines, power_job_machine_json(c, j, i));
	for (size_t i = 0; i < j->plan.n_steps; i++)
		jsn_add(steps, step_json(c, j, i));
	jsn_set(o, "machines", machines);
	jsn_set(o, "steps", steps);
	return o;
}

int
power_api_job(struct web_call *c, struct err *e)
{
	struct power_job j;

	if (power_job_load(c, web_int(c, "id", 0), &j, e) != 0)
		return -1;
	return web_json(c, 200, power_job_json(c, &j), e);
}
