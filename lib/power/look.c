/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "look.h"
#include "plan_making.h"

#define HOUR_MS ((int64_t)3600000)
#define PERMIT_MS ((int64_t)300000) /* no permit lasts so long: policy.c gives a minute */

#define NO_TAGS "power.db cannot be read, so it is not known what is tagged"

/* ---- when a request is taken up ------------------------------------------------------------ */

static int
look_fits(const struct power_look *l, struct err *e)
{
	if (l->request->verb != l->plan->verb || l->request->way != l->plan->way)
		return err_set(e, ERR_REFUSED, "the request's verb or way is not the one of its plan");
	if (strcmp(l->request->plan_hash, l->plan->hash) != 0)
		return err_set(e, ERR_REFUSED, "the request's plan is not the one that was confirmed");
	if (l->plan->refused)
		return err_set(e, ERR_REFUSED, "the plan has refusals in it");
	if (l->plan->n_steps == 0)
		return err_set(e, ERR_REFUSED, "the plan has no step");
	return 0;
}

int
power_look_request(const struct power_look *l, struct arena *a, struct err *e)
{
	const struct power_request *r = l->request;
	char age[TIMES_TEXT];

	if (r->malformed != NULL)
		return err_set(e, ERR_REFUSED, "%s", r->malformed);
	if (l->now > r->until)
		return err_set(e, ERR_REFUSED, "it was asked for %s ago, and its permit has run out; ask again",
		    times_age(l->now - r->created, age));
	if (r->until > l->now + PERMIT_MS)
		return err_set(e, ERR_REFUSED, "its permit would last for %s, which none does: a clock was set, or the row "
		    "was made up", times_age(r->until - l->now, age));
	if (look_fits(l, e) != 0)
		return -1;
	if (r->at_once < 1 || r->per_hour < 1)
		return err_set(e, ERR_REFUSED, "it names no ceilings, and every role has them");
	if (r->at_once > LIMIT_PLAN_THINGS || r->per_hour > LIMIT_PER_HOUR)
		return err_set(e, ERR_REFUSED, "it names ceilings that no role can have: %lld machines at once, %lld an hour",
		    (long long)r->at_once, (long long)r->per_hour);
	if (l->plan->n_machines > (size_t)r->at_once)
		return err_set(e, ERR_REFUSED, "role %s may switch %lld machines at once, the plan has %zu", r->role,
		    (long long)r->at_once, l->plan->n_machines);
	return power_look_grant(l, a, e);
}

/* ---- the plan, made again --------------------------------------------------------------------- */

/* The first thing that differs, in words. */
static const char *
difference(const struct power_plan *was, const struct power_plan *now, struct arena *a)
{
	size_t n = was->n_steps < now->n_steps ? was->n_steps : now->n_steps;

	for (size_t i = 0; i < now->n_machines; i++)
		if (now->machines[i].refused != NULL)
			return arena_printf(a, "%s is refused now: %s", now->machines[i].name, now->machines[i].refused);
	for (size_t i = 0; i < n; i++) {
		const struct power_step *x = &was->steps[i], *y = &now->steps[i];
		const char *old = power_step_text(was, i, a), *new = power_step_text(now, i, a);

		if (strcmp(old, new) != 0)
			return arena_printf(a, "step %zu would be \"%s\", not \"%s\"", i + 1, new, old);
		if (x->expected != y->expected)
			return arena_printf(a, "step %zu expects %s, and it is %s now", i + 1, power_state_name(x->expected),
			    power_state_name(y->expected));
		if (strcmp(x->device_name == NULL ? "" : x->device_name, y->device_name) != 0)
			return arena_printf(a, "step %zu is about an outlet called \"%s\", and it is called \"%s\" now", i + 1,
			    x->device_name == NULL ? "" : x->device_name, y->device_name);
	}
	if (was->n_steps != now->n_steps)
		return arena_printf(a, "it would have %zu steps, not %zu", now->n_steps, was->n_steps);
	if (was->n_cut != now->n_cut)
		return arena_printf(a, "it would cut %zu other things, not %zu", now->n_cut, was->n_cut);
	return "owners, warnings or what else is cut have changed";
}

int
power_look_plan(const struct power_look *l, struct status *status, struct arena *a, struct err *e)
{
	const struct power_plan *p = l->plan;
	struct power_room room = {.inv = l->inv, .status = status, .conf = l->conf, .revision = p->revision,
	    .requests = l->requests};
	struct hosts names = {.n = p->n_machines};
	struct power_wish wish = {.verb = p->verb, .way = p->way, .names = &names, .boot = p->boot};
	struct power_plan now;
	struct hosts even;

	if (p->even != NULL) {
		if (hosts_parse(str_of(p->even), NULL, a, &even, e) != 0)
			return -1;
		wish.even = &even;
	}
	if (l->requests == NULL)
		return err_set(e, ERR_UNAVAILABLE, NO_TAGS);
	if (p->vlan != NULL) {
		wish.port = p->vlan->port;
		wish.vlan = p->vlan->vlan;
	}
	names.name = arena_array(a, names.n, sizeof(*names.name));
	for (size_t i = 0; i < names.n; i++)
		names.name[i] = arena_strdup(a, p->machines[i].name);
	if (power_plan_wish(&room, &wish, a, &now, e) != 0)
		return -1;
	if (strcmp(now.hash, p->hash) == 0)
		return 0;
	return err_set(e, ERR_REFUSED, "this is not the plan that larchd makes of it now: %s",
	    difference(p, &now, a));
}

/* ---- before each intent ---------------------------------------------------------------------- */

static int
look_protected(const struct power_look *l, const char *name, struct err *e)
{
	for (size_t i = 0; name != NULL && i < l->conf->n_protected; i++)
		if (strcmp(l->conf->protected_things[i], name) == 0)
			return err_set(e, ERR_REFUSED, "%s is protected by larch.json", name);
	return 0;
}

/* Does the inventory, as it is now, still say that this outlet feeds this machine? */
static int
look_cord(const struct power_look *l, const struct power_step *s, const char *machine, struct arena *a,
    struct err *e)
{
	struct inv_cord *cords;
	size_t n;

	if (inv_cords(l->inv, machine, a, &cords, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(cords[i].pdu, s->device) == 0 && strcmp(cords[i].outlet, s->outlet) == 0)
			return 0;
	return err_set(e, ERR_REFUSED, "the inventory no longer says that %s %s feeds %s", s->device, s->outlet,
	    machine);
}

/* Whatever hangs on the outlet now must have been in the plan: nobody is cut unseen. */
static int
look_fed(const struct power_look *l, const struct power_step *s, const char *machine, struct arena *a,
    struct err *e)
{
	struct inv_cord *cords;
	size_t n, k;

	if (s->action != POWER_DO_OUTLET_OFF)
		return 0;
	if (inv_fed_by(l->inv, s->device, s->outlet, a, &cords, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(cords[i].machine, machine) == 0)
			continue;
		if (look_protected(l, cords[i].machine, e) != 0)
			return -1;
		for (k = 0; k < l->plan->n_cut; k++)
			if (strcmp(l->plan->cut[k].thing, cords[i].machine) == 0)
				break;
		if (k == l->plan->n_cut)
			return err_set(e, ERR_REFUSED, "%s %s also feeds %s now, which the plan did not show", s->device,
			    s->outlet, cords[i].machine);
	}
	return 0;
}

/* Does the inventory still say that this port of the machine is that port of the switch? */
static int
look_port(const struct power_look *l, const struct power_step *s, const char *machine, struct arena *a, struct err *e)
{
	const char *port = l->plan->vlan->port;
	struct inv_connection *links;
	size_t n;

	if (inv_connections(l->inv, machine, a, &links, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].a_port, port) == 0 && strcmp(links[i].b, s->device) == 0 &&
		    strcmp(links[i].b_port, s->outlet) == 0)
			return 0;
	return err_set(e, ERR_REFUSED, "the inventory no longer says that %s of %s is %s %s", port, machine, s->device,
	    s->outlet);
}

static int
look_bmc(const struct power_look *l, const struct power_step *s, const char *machine, struct arena *a,
    struct err *e)
{
	struct inv_thing bmc;
	const char *other;

	if (inv_bmc(l->inv, machine, a, &bmc, e) != 0)
		return -1;
	if (strcmp(bmc.name, s->device) != 0)
		return err_set(e, ERR_REFUSED, "the inventory says that %s, not %s, is the BMC of %s", bmc.name,
		    s->device, machine);
	if (power_bmc_shared(l->inv, s->device, machine, a, &other, e) != 0)
		return -1;
	if (other != NULL)
		return err_set(e, ERR_REFUSED, "the inventory gives the BMC %s to %s too", s->device, other);
	return 0;
}

int
power_look_ceiling(const struct power_look *l, size_t step, struct err *e)
{
	const struct power_request *r = l->request;
	const char *machine = l->plan->machines[l->plan->steps[step].machine].name;
	int touched = journal_touched(l->journal, r->id, machine);
	int64_t n;

	if (touched > 0)
		return 0; /* counted at its first intent: what has gone off is not kept from going on again */
	n = touched < 0 ? -1 : journal_machines_since(l->journal, r->who, l->now - HOUR_MS, machine);
	if (n < 0)
		return err_set(e, ERR_UNAVAILABLE, "the journal cannot be counted");
	if (n >= r->per_hour)
		return err_set(e, ERR_REFUSED,
		    "%s has switched %lld machines within the hour, the most that role %s may", r->who, (long long)n,
		    r->role);
	return 0;
}

int
power_look_tags(const struct power_look *l, const struct power_about *x, struct arena *a, struct err *e)
{
	struct power_tags t = {.requests = l->requests, .inv = l->inv, .a = a};

	if (!power_verb_heeds_tags(l->plan->verb))
		return 0;
	if (l->requests == NULL)
		return err_set(e, ERR_UNAVAILABLE, NO_TAGS);
	if (l->inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the inventory cannot be read, so it is not known what is tagged");
	if (power_tags_add_about(&t, x, e) != 0)
		return -1;
	for (size_t i = 0; i < t.n; i++)
		if (power_tag_in_force(&t.tag[i], l->now))
			return err_set(e, ERR_REFUSED, "%s", power_tag_refusal(&t, &t.tag[i], x->machine));
	return 0;
}

int
power_look_step(const struct power_look *l, size_t step, struct arena *a, struct err *e)
{
	const struct power_step *s = &l->plan->steps[step];
	const char *machine = l->plan->machines[s->machine].name;
	bool outlet_verb = power_verb_is_outlet(l->plan->verb);
	const struct power_about about = {machine, s->device, s->outlet, outlet_verb};

	if (power_look_tags(l, &about, a, e) != 0 || power_look_revoked(l, step, a, e) != 0)
		return -1;
	if (look_protected(l, s->device, e) != 0 || look_protected(l, machine, e) != 0)
		return -1;
	if (power_action_is_vlan(s->action))
		return look_port(l, s, machine, a, e) != 0 ? -1 : power_look_ceiling(l, step, e);
	if (s->outlet == NULL && look_bmc(l, s, machine, a, e) != 0)
		return -1;
	if (s->outlet != NULL && !outlet_verb && look_cord(l, s, machine, a, e) != 0)
		return -1;
	if (s->outlet != NULL && look_fed(l, s, machine, a, e) != 0)
		return -1;
	return power_look_ceiling(l, step, e);
}

/* ---- after reading the device ------------------------------------------------------------------- */

int
power_look_device(const struct power_look *l, size_t step, const struct power_seen *seen, struct err *e)
{
	const struct power_step *s = &l->plan->steps[step];
	const char *where = s->outlet == NULL ? "the chassis" : s->outlet;

	if (seen->state == POWER_IS_UNKNOWN)
		return err_set(e, ERR_REFUSED, "%s does not say whether %s is on or off (it says '%s')", s->device,
		    where, seen->word == NULL ? "nothing" : seen->word);
	if (s->expected != POWER_IS_UNKNOWN && seen->state != s->expected)
		return err_set(e, ERR_REFUSED, "%s: %s is %s, the plan expected %s: somebody else has switched it",
		    s->device, where, power_state_name(seen->state), power_state_name(s->expected));
	if (s->outlet != NULL && s->device_name != NULL && seen->device_name != NULL &&
	    strcmp(s->device_name, seen->device_name) != 0)
		return err_set(e, ERR_REFUSED, "%s calls outlet %s \"%s\" now, the plan saw \"%s\"", s->device,
		    s->outlet, seen->device_name, s->device_name);
	return 0;
}
