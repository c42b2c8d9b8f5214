/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person may do about a machine that a job has left: finish what was asked, undo it, or the same by another way. Each is a
 * wish for a new plan, made from what the room then is; nothing of it happens by itself.
 */
#include <string.h>

#include "power_job.h"

/* ---- where it was left ------------------------------------------------------------------------- */

static bool
same_place(const struct power_step *a, const struct power_step *b)
{
	return a->device != NULL && b->device != NULL && strcmp(a->device, b->device) == 0 &&
	    (a->outlet == NULL || (b->outlet != NULL && strcmp(a->outlet, b->outlet) == 0));
}

static bool
is_done(const struct power_job *j, size_t step)
{
	return strcmp(j->steps[step].state, "ok") == 0;
}

json_t *
power_job_left_off(struct web_call *c, const struct power_job *j, size_t machine)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct power_step *s = &j->plan.steps[i];
		bool on_again = false;

		if (s->machine != machine || !is_done(j, i) ||
		    (s->action != POWER_DO_OUTLET_OFF && s->action != POWER_DO_CHASSIS_OFF && s->action != POWER_DO_SOFT))
			continue;
		for (size_t k = i + 1; k < j->plan.n_steps; k++)
			on_again |= is_done(j, k) && j->plan.steps[k].action != s->action && same_place(s, &j->plan.steps[k]);
		if (!on_again)
			jsn_add(list, json_string(s->outlet == NULL ? s->device
			                                            : arena_printf(c->arena, "%s %s", s->device, s->outlet)));
	}
	return list;
}

/* Was anything of it switched, or may it have been? */
static bool
is_touched(const struct power_job *j, size_t machine)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].machine == machine && power_action_switches(j->plan.steps[i].action) &&
		    (is_done(j, i) || strcmp(j->steps[i].state, "unknown") == 0))
			return true;
	return false;
}

static bool
is_off(struct web_call *c, const struct power_job *j, size_t machine)
{
	json_t *list = power_job_left_off(c, j, machine);
	bool off = json_array_size(list) > 0;

	json_decref(list);
	return off;
}

/* ---- wishes ------------------------------------------------------------------------------------------ */

static void
add_query(struct buf *url, const char *key, const char *value)
{
	buf_printf(url, "&%s=", key);
	buf_url(url, str_of(value));
}

/* {"verb": "on", "machine": "n7", "via": "pdu", "href": "/power?..."}: what the form, the API and the command take. */
struct next {
	const char *names; /* a machine, an outlet, or a host list of some */
	enum power_verb verb;
	enum power_way way;
	int64_t vlan;
};

static json_t *
wish(struct web_call *c, const struct power_job *j, struct next n)
{
	struct buf url = BUF(LIMIT_URL);
	json_t *o = json_object();

	jsn_set_text(o, "verb", power_verb_name(n.verb));
	jsn_set_text(o, "machine", n.names);
	jsn_set_text(o, "via", power_way_name(n.way));
	buf_printf(&url, "/power?verb=%s", power_verb_name(n.verb));
	add_query(&url, "nodes", n.names);
	add_query(&url, "via", power_way_name(n.way));
	if (n.verb == POWER_SETVLAN) {
		jsn_set_text(o, "port", j->plan.vlan->port);
		jsn_set(o, "vlan", json_integer((json_int_t)n.vlan));
		add_query(&url, "port", j->plan.vlan->port);
		buf_printf(&url, "&vlan=%lld", (long long)n.vlan);
	}
	if (n.verb == POWER_BOOTDEV) {
		jsn_set_text(o, "boot", power_boot_name(j->plan.boot));
		add_query(&url, "boot", power_boot_name(j->plan.boot));
	}
	jsn_set_text(o, "href", arena_strndup(c->arena, url.p, url.n));
	if (url.over) { /* half a list is another one */
		json_decref(o);
		o = NULL;
	}
	buf_free(&url);
	return o;
}

static bool
is_left(const struct power_job *j, size_t machine)
{
	return !j->open && strcmp(j->machines[machine].state, "ok") != 0 && j->plan.machines[machine].refused == NULL;
}

/* A cycle that has begun is finished by its second half: nothing is cut a second time. */
json_t *
power_job_finish(struct web_call *c, const struct power_job *j, size_t machine)
{
	enum power_verb verb = j->plan.verb;

	if (!is_left(j, machine))
		return NULL;
	if (verb == POWER_CYCLE && is_touched(j, machine))
		verb = POWER_ON;
	else if (verb == POWER_OUTLET_CYCLE && is_touched(j, machine))
		verb = POWER_OUTLET_ON;
	return wish(c, j, (struct next){j->plan.machines[machine].name, verb, j->plan.way,
	    j->plan.vlan == NULL ? 0 : j->plan.vlan->vlan});
}

json_t *
power_job_begin_all(struct web_call *c, const struct power_job *j, const char *names)
{
	return wish(c, j, (struct next){names, j->plan.verb, j->plan.way, j->plan.vlan == NULL ? 0 : j->plan.vlan->vlan});
}

bool
power_job_untouched(const struct power_job *j, size_t machine)
{
	return strcmp(j->machines[machine].state, "skipped") == 0 && j->machines[machine].done == 0 && !is_touched(j, machine);
}

/* How it was before: what went on goes off, what went off goes on; a reset, a light or a boot device has no undo. */
json_t *
power_job_undo(struct web_call *c, const struct power_job *j, size_t machine)
{
	static const enum power_verb back[POWER_VERB_COUNT] = {
	    [POWER_ON] = POWER_OFF, [POWER_OFF] = POWER_ON, [POWER_CYCLE] = POWER_ON, [POWER_REBUILD] = POWER_ON,
	    [POWER_SOFT] = POWER_ON, [POWER_OUTLET_ON] = POWER_OUTLET_OFF, [POWER_OUTLET_OFF] = POWER_OUTLET_ON,
	    [POWER_OUTLET_CYCLE] = POWER_OUTLET_ON, [POWER_SETVLAN] = POWER_SETVLAN,
	    [POWER_RESET] = POWER_VERB_COUNT, [POWER_NMI] = POWER_VERB_COUNT, [POWER_IDENTIFY] = POWER_VERB_COUNT,
	    [POWER_BOOTDEV] = POWER_VERB_COUNT,
	};
	const char *name = j->plan.machines[machine].name;
	enum power_verb verb = back[j->plan.verb];
	bool goes_on = verb == POWER_ON || verb == POWER_OUTLET_ON;

	if (!is_left(j, machine) || verb == POWER_VERB_COUNT || !is_touched(j, machine))
		return NULL;
	if (verb == POWER_SETVLAN)
		return j->plan.vlan->was < 1 ? NULL : wish(c, j, (struct next){name, verb, j->plan.way, j->plan.vlan->was});
	if (goes_on && !is_off(c, j, machine) && (j->plan.verb == POWER_CYCLE || j->plan.verb == POWER_OUTLET_CYCLE ||
	    j->plan.verb == POWER_REBUILD))
		return NULL; /* what went off is on again */
	return wish(c, j, (struct next){name, verb, j->plan.way, 0});
}

json_t *
power_job_other_way(struct web_call *c, const struct power_job *j, size_t machine)
{
	enum power_way other = j->plan.way == POWER_WAY_BMC ? POWER_WAY_PDU : POWER_WAY_BMC;
	const char *name = j->plan.machines[machine].name;

	if (!is_left(j, machine) || power_verb_is_outlet(j->plan.verb) || j->plan.vlan != NULL)
		return NULL;
	if (j->plan.verb == POWER_SOFT)
		return wish(c, j, (struct next){name, POWER_OFF, POWER_WAY_AUTO, 0});
	if (j->plan.verb == POWER_RESET)
		return wish(c, j, (struct next){name, POWER_CYCLE, POWER_WAY_AUTO, 0});
	return power_verb_is_bmc(j->plan.verb) ? NULL : wish(c, j, (struct next){name, j->plan.verb, other, 0});
}
