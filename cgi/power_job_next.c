/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person may do about a machine that a job has left: finish what was asked, undo it, or the same by another way. Each is a
 * wish for a new plan, made from what the room then is; nothing of it happens by itself.
 */
#include <string.h>

#include "power_job.h"

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
	if (n.verb == POWER_SETVLAN && j->plan.vlan != NULL) {
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
is_over(const struct power_job *j, size_t machine)
{
	return !j->open && j->machines[machine].later == 0 && j->plan.machines[machine].refused == NULL &&
	    j->plan.machines[machine].nothing == NULL;
}

static bool
is_left(const struct power_job *j, size_t machine)
{
	return is_over(j, machine) && strcmp(j->machines[machine].state, "ok") != 0;
}

static json_t *
again(struct web_call *c, const struct power_job *j, const char *names)
{
	return wish(c, j, (struct next){names, j->plan.verb, j->plan.way, j->plan.vlan == NULL ? 0 : j->plan.vlan->vlan});
}

/* The outlets of a machine that this job has switched the other way: "pdu-b01-a:AA4,pdu-b01-b:AA4". */
static const char *
outlets_of(struct web_call *c, const struct power_job *j, size_t machine, bool went_on)
{
	const char *names = NULL;

	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct power_step *s = &j->plan.steps[i];

		if (s->machine == machine && s->outlet != NULL && power_job_went(c, j, i, went_on))
			names = names == NULL ? arena_printf(c->arena, "%s:%s", s->device, s->outlet)
			                      : arena_printf(c->arena, "%s,%s:%s", names, s->device, s->outlet);
	}
	return names;
}

/* What the job switched goes the other way, and nothing else: an outlet that was so before stays so. */
static json_t *
turn(struct web_call *c, const struct power_job *j, size_t machine, bool on)
{
	const char *name = j->plan.machines[machine].name, *outlets;
	enum power_verb verb = on ? POWER_ON : POWER_OFF;

	if (power_verb_is_outlet(j->plan.verb))
		verb = on ? POWER_OUTLET_ON : POWER_OUTLET_OFF;
	else if (j->plan.way == POWER_WAY_PDU && !power_job_whole(c, j, machine)) {
		if ((outlets = outlets_of(c, j, machine, !on)) == NULL)
			return NULL;
		name = outlets;
		verb = on ? POWER_OUTLET_ON : POWER_OUTLET_OFF;
	}
	return wish(c, j, (struct next){name, verb, j->plan.way, 0});
}

/* A cycle that has begun is finished by its second half: nothing is cut a second time. */
json_t *
power_job_finish(struct web_call *c, const struct power_job *j, size_t machine)
{
	const char *name = j->plan.machines[machine].name;

	if (!is_left(j, machine))
		return NULL;
	if (j->plan.verb != POWER_CYCLE && j->plan.verb != POWER_OUTLET_CYCLE)
		return again(c, j, name);
	if (power_job_any_went(c, j, machine, false))
		return turn(c, j, machine, true);
	if (power_job_any_went(c, j, machine, true) && j->plan.verb == POWER_CYCLE)
		return wish(c, j, (struct next){name, POWER_ON, POWER_WAY_AUTO, 0}); /* its outlets are on: the chassis may not be */
	return again(c, j, name);
}

json_t *
power_job_begin_all(struct web_call *c, const struct power_job *j, const char *names)
{
	return again(c, j, names);
}

/* How it was before: what went on goes off, what went off goes on; a reset, a light or a boot device has no undo. */
json_t *
power_job_undo(struct web_call *c, const struct power_job *j, size_t machine)
{
	static const enum { NONE, TURN_ON, TURN_OFF, VLAN } back[POWER_VERB_COUNT] = {
	    [POWER_ON] = TURN_OFF, [POWER_OFF] = TURN_ON, [POWER_CYCLE] = TURN_ON, [POWER_REBUILD] = TURN_ON,
	    [POWER_SOFT] = TURN_ON, [POWER_OUTLET_ON] = TURN_OFF, [POWER_OUTLET_OFF] = TURN_ON,
	    [POWER_OUTLET_CYCLE] = TURN_ON, [POWER_SETVLAN] = VLAN,
	};
	bool on = back[j->plan.verb] == TURN_ON;

	if (!is_over(j, machine) || back[j->plan.verb] == NONE || !power_job_touched(j, machine))
		return NULL;
	if (back[j->plan.verb] == VLAN)
		return j->plan.vlan->was < 1 ? NULL
		    : wish(c, j, (struct next){j->plan.machines[machine].name, POWER_SETVLAN, j->plan.way, j->plan.vlan->was});
	/* of a cycle whose outlets are on again nothing is left to undo */
	return power_job_any_went(c, j, machine, !on) ? turn(c, j, machine, on) : NULL;
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

/* ---- many at once ---------------------------------------------------------------------------------------- */

#define GROUPS 4 /* verbs and ways that one job can leave its machines with */

struct group {
	const char *verb, *via;
	struct hosts names;
};

static void
add_to(struct web_call *c, const struct power_job *j, struct group *groups, size_t *n, const json_t *wish)
{
	const char *verb = jsn_text_or(wish, "verb", ""), *via = jsn_text_or(wish, "via", ""), *name = jsn_text_or(wish, "machine", "");
	size_t i = 0;

	while (i < *n && (strcmp(groups[i].verb, verb) != 0 || strcmp(groups[i].via, via) != 0))
		i++;
	if (i == GROUPS || strchr(name, ',') != NULL)
		return;
	if (i == *n)
		groups[(*n)++] = (struct group){arena_strdup(c->arena, verb), arena_strdup(c->arena, via),
		    {.name = arena_array(c->arena, j->plan.n_machines + 1, sizeof(char *))}};
	groups[i].names.name[groups[i].names.n++] = arena_strdup(c->arena, name);
}

/* Wishes that differ in their machines alone are one wish, where they are more than one. */
json_t *
power_job_together(struct web_call *c, const struct power_job *j, power_job_next_fn *next)
{
	struct group groups[GROUPS];
	json_t *list = json_array(), *o;
	size_t n = 0;

	for (size_t i = 0; i < j->plan.n_machines; i++) {
		if (power_job_untouched(j, i) || (o = next(c, j, i)) == NULL)
			continue;
		add_to(c, j, groups, &n, o);
		json_decref(o);
	}
	for (size_t i = 0; i < n && j->plan.vlan == NULL; i++) {
		struct next all = {.vlan = 0};
		struct err e;

		if (groups[i].names.n < 2 || power_verb_parse(str_of(groups[i].verb), &all.verb, &e) != 0 ||
		    power_way_parse(str_of(groups[i].via), &all.way, &e) != 0)
			continue;
		hosts_sort(&groups[i].names);
		all.names = hosts_fold(&groups[i].names, c->arena);
		if ((o = wish(c, j, all)) == NULL)
			continue;
		jsn_set(o, "n", json_integer((json_int_t)groups[i].names.n));
		jsn_add(list, o);
	}
	return list;
}
