/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "plan_making.h"

/* ---- growing lists in the arena ------------------------------------------------------ */

void *
power_plan_grown(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 16 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

struct power_step *
power_plan_add_step(struct making *m, size_t machine, enum power_action action, const char *device,
    const struct power_outlet *o, enum power_state expected)
{
	struct power_plan *p = m->p;

	p->steps = power_plan_grown(m->a, p->steps, p->n_steps, &m->cap_steps, sizeof(*p->steps));
	p->steps[p->n_steps] = (struct power_step){
	    .machine = machine,
	    .action = action,
	    .device = device,
	    .outlet = o == NULL ? NULL : o->outlet,
	    .device_name = o == NULL ? "" : o->device_name,
	    .expected = expected,
	};
	return &p->steps[p->n_steps++];
}

void
power_plan_note(struct making *m, const char *text)
{
	m->p->notes = power_plan_grown(m->a, m->p->notes, m->p->n_notes, &m->cap_notes, sizeof(*m->p->notes));
	m->p->notes[m->p->n_notes++] = text;
}

void
power_plan_note_age(struct making *m, int64_t at, int64_t interval)
{
	if (at == 0 || status_stale(at, interval, m->q->now))
		m->p->stale = true;
}

/* ---- refusals ------------------------------------------------------------------------ */

/* A chassis command to a BMC of two machines would reach one of them, or both: nobody is cut by accident. */
static const char *
refuse_two(const struct power_machine *x, const char *instead, struct arena *a)
{
	if (x->bmc_shared == NULL)
		return NULL;
	return arena_printf(a, "its BMC %s is recorded for %s too, and which of them it would reach cannot be told: correct the inventory%s%s", x->bmc,
	    x->bmc_shared, instead == NULL ? "" : ", or ", instead == NULL ? "" : instead);
}

static const char *
refuse_bmc(const struct power_machine *x, struct arena *a)
{
	if (x->bmc_shared != NULL)
		return refuse_two(x, x->n_outlets > 0 ? "ask for it by its outlets (pdu)" : NULL, a);
	if (x->bmc == NULL)
		return x->n_outlets > 0 ? "no BMC is recorded for it; ask for it by its outlets (pdu)"
		                        : "nothing of it is wired: no BMC and no outlet is recorded";
	if (!x->bmc_answers)
		return arena_printf(a, "its BMC %s does not answer%s", x->bmc,
		    x->n_outlets > 0 ? "; ask for it by its outlets (pdu)"
		                     : ", and its wiring is unknown: there is no other way");
	if (x->chassis == POWER_IS_UNKNOWN)
		return arena_printf(a, "its BMC %s does not say whether the chassis is on", x->bmc);
	return NULL;
}

static const char *
refuse_outlet(const struct power_outlet *o, struct arena *a)
{
	if (o->at == 0)
		return arena_printf(a, "outlet %s %s was never seen on its PDU", o->pdu, o->outlet);
	if (!o->reachable)
		return arena_printf(a, "%s does not answer, so what its outlet %s does could not be verified",
		    o->pdu, o->outlet);
	if (o->state == POWER_IS_UNKNOWN)
		return arena_printf(a, "the state of outlet %s %s is unknown (the device says '%s')", o->pdu,
		    o->outlet, o->word[0] == '\0' ? "nothing" : o->word);
	return NULL;
}

/* Nobody is cut by accident who must never be cut: said before the first step, not in the middle. */
static const char *
refuse_guarded(struct making *m, const struct power_outlet *o)
{
	if (o->guarded == NULL || o->state != POWER_IS_ON || m->q->verb == POWER_ON || m->q->verb == POWER_OUTLET_ON)
		return NULL;
	return arena_printf(m->a, "outlet %s %s also feeds %s, which larch.json protects", o->pdu, o->outlet, o->guarded);
}

/* Two machines on one outlet can only be cut together, which no step of one machine says. */
static const char *
refuse_shared(struct making *m, const struct power_outlet *o)
{
	for (size_t i = 0; i < o->n_fed; i++)
		for (size_t k = 0; k < m->q->n_machines; k++)
			if (!power_verb_is_outlet(m->q->verb) &&
			    strcmp(o->fed[i].thing, m->q->machines[k].name) == 0)
				return arena_printf(m->a,
				    "shares outlet %s %s with %s: ask for that outlet itself (outlet cycle)", o->pdu,
				    o->outlet, o->fed[i].thing);
	return NULL;
}

static const char *
refuse_pdu(struct making *m, const struct power_machine *x)
{
	const char *why = NULL;

	if (x->n_outlets == 0)
		return x->bmc != NULL ? "wiring unknown: no outlet is recorded for it; ask for it by its BMC (bmc)"
		                      : "nothing of it is wired: no BMC and no outlet is recorded";
	for (size_t i = 0; i < x->n_outlets && why == NULL; i++) {
		why = refuse_outlet(&x->outlets[i], m->a);
		if (why == NULL)
			why = refuse_guarded(m, &x->outlets[i]);
		if (why == NULL)
			why = refuse_shared(m, &x->outlets[i]);
	}
	return why;
}

/* The boot device is set by the BMC, whichever way the power then goes. */
static const char *
refuse_rebuild(const struct power_machine *x, struct arena *a)
{
	if (x->bmc == NULL)
		return "no BMC is recorded for it, and the boot device is set by IPMI";
	if (x->bmc_shared != NULL)
		return refuse_two(x, NULL, a);
	if (!x->bmc_answers)
		return arena_printf(a, "its BMC %s does not answer, and the boot device is set by it", x->bmc);
	return NULL;
}

/* What nobody but a BMC can do, and what else there is. */
static const struct {
	const char *by, *instead;
} by_bmc[POWER_VERB_COUNT] = {
    [POWER_RESET] = {"only a BMC resets a machine", "ask for a cycle by its outlets (pdu)"},
    [POWER_SOFT] = {"only a BMC shuts a machine down softly", "shut it down over ssh, or ask for off by its outlets (pdu)"},
    [POWER_NMI] = {"only a BMC sends a diagnostic interrupt", "record its BMC in the inventory first"},
    [POWER_IDENTIFY] = {"only a BMC has an identify light", "its page says in which rack and unit it stands"},
    [POWER_BOOTDEV] = {"the boot device is set by IPMI", "choose it at the machine's console"},
};

static const char *
refuse_bmc_verb(struct making *m, const struct power_machine *x)
{
	enum power_verb v = m->q->verb;
	const char *instead = by_bmc[v].instead;

	if (x->n_outlets == 0 && (v == POWER_RESET || v == POWER_SOFT))
		instead = x->bmc == NULL ? "nothing of it is wired, so it can be switched by hand alone"
		                         : "no outlet of it is recorded either";
	if (x->bmc == NULL)
		return arena_printf(m->a, "no BMC is recorded for it, and %s: %s", by_bmc[v].by, instead);
	if (x->bmc_shared != NULL)
		return refuse_two(x, x->n_outlets > 0 ? instead : NULL, m->a);
	if (!x->bmc_answers)
		return arena_printf(m->a, "its BMC %s does not answer, and %s: %s", x->bmc, by_bmc[v].by, instead);
	if (x->chassis == POWER_IS_UNKNOWN && v != POWER_IDENTIFY && v != POWER_BOOTDEV)
		return arena_printf(m->a, "its BMC %s does not say whether the chassis is on", x->bmc);
	return NULL;
}

/* The first tag in force that covers what this plan would switch; the others are still there when that is lifted. */
static const char *
refuse_tagged(struct making *m, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_tags; i++)
		if (x->tags[i].in_force && (x->tags[i].ways & 1u << m->p->way) != 0)
			return x->tags[i].text;
	return NULL;
}

/* A tag on a rack covers all that stand in it: said once. */
static void
warn_tagged(struct making *m, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_tags; i++)
		if (!x->tags[i].in_force && (x->tags[i].ways & 1u << m->p->way) != 0)
			power_plan_warn(m, x->tags[i].text);
}

static const char *
refusal(struct making *m, const struct power_machine *x)
{
	const char *why;

	if (x->is_protected)
		return "it is protected: larch.json lists it, and only the person who keeps that file can change it";
	if ((why = refuse_tagged(m, x)) != NULL)
		return why;
	if ((why = power_plan_stands_refusal(m, x)) != NULL)
		return why;
	if (m->q->verb == POWER_SETVLAN)
		return power_plan_vlan_refusal(m, x);
	if (m->q->verb == POWER_REBUILD && (why = refuse_rebuild(x, m->a)) != NULL)
		return why;
	if (power_verb_is_bmc(m->q->verb))
		return refuse_bmc_verb(m, x);
	return m->p->way == POWER_WAY_BMC ? refuse_bmc(x, m->a) : refuse_pdu(m, x);
}

/* ---- the plan -------------------------------------------------------------------------------- */

/*
 * One plan has one way (DESIGN 7, rule 1): the BMC where any of the machines'
 * BMCs answered in the last sweep, else the outlets. What cannot go that way is
 * refused by name, not quietly done another way.
 */
static enum power_way
choose_way(const struct power_question *q)
{
	if (power_verb_is_outlet(q->verb))
		return POWER_WAY_PDU;
	if (q->verb == POWER_SETVLAN)
		return POWER_WAY_SWITCH;
	if (power_verb_is_bmc(q->verb) || (q->verb == POWER_REBUILD && q->way == POWER_WAY_AUTO))
		return POWER_WAY_BMC;
	if (q->way != POWER_WAY_AUTO)
		return q->way;
	for (size_t i = 0; i < q->n_machines; i++)
		if (q->machines[i].bmc != NULL && q->machines[i].bmc_shared == NULL && q->machines[i].bmc_answers)
			return POWER_WAY_BMC;
	for (size_t i = 0; i < q->n_machines; i++)
		if (q->machines[i].n_outlets > 0)
			return POWER_WAY_PDU;
	return POWER_WAY_BMC;
}

static void
warn_recent(struct making *m, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_outlets; i++)
		if (x->outlets[i].recent) {
			power_plan_warn_of(m, x->name, arena_printf(m->a, "wiring recorded within the last day, by %s",
			    x->outlets[i].recent_by));
			return;
		}
}

static void
plan_machine(struct making *m, size_t at)
{
	const struct power_machine *x = &m->q->machines[at];
	struct power_plan_machine *out = &m->p->machines[at];

	*out = (struct power_plan_machine){.name = x->name, .owner = x->known.owner, .bmc = x->bmc,
	    .jobs = x->known.jobs, .n_jobs = x->known.n_listed, .known = &x->known};
	out->refused = refusal(m, x);
	if (out->refused != NULL) {
		m->p->refused = true;
		return;
	}
	warn_tagged(m, x);
	if (m->p->way == POWER_WAY_BMC || (m->p->way == POWER_WAY_PDU && !power_verb_is_outlet(m->q->verb)))
		power_plan_warn_load(m, x);
	out->nothing = m->q->verb == POWER_SETVLAN ? power_plan_vlan_steps(m, at) : power_plan_steps(m, at, x);
	if (m->p->way == POWER_WAY_PDU)
		warn_recent(m, x); /* the last of its warnings: what goes dark comes first */
}

/* A way that the verb has not is no plan at all: the person has mixed up two things. */
static int
check_question(const struct power_question *q, struct err *e)
{
	bool vlan = q->verb == POWER_SETVLAN, by_switch = q->way == POWER_WAY_SWITCH;

	if (vlan && q->way != POWER_WAY_AUTO && !by_switch)
		return err_set(e, ERR_INPUT, "a VLAN is set on the switch, not via %s", power_way_name(q->way));
	if (!vlan && by_switch)
		return err_set(e, ERR_INPUT, "only setvlan goes via switch; there are bmc and pdu");
	if (power_verb_is_bmc(q->verb) && q->way == POWER_WAY_PDU)
		return err_set(e, ERR_INPUT, "%s is done by the BMC, and no outlet can: leave the way out, or say bmc",
		    power_verb_name(q->verb));
	if ((q->verb == POWER_BOOTDEV) != (q->boot != POWER_BOOT_NONE))
		return err_set(e, ERR_INPUT, q->verb == POWER_BOOTDEV ? "bootdev needs a boot device: pxe, disk or bios"
		    : "a boot device is for bootdev alone");
	if (vlan && (q->vlan == NULL || q->n_machines != 1))
		return err_set(e, ERR_INPUT, "setvlan is for one port of one machine: name one machine, a port and a VLAN");
	return 0;
}

int
power_plan(const struct power_question *q, struct arena *a, struct power_plan *out, struct err *e)
{
	struct making m = {.q = q, .a = a, .p = out};

	if (q->n_machines == 0)
		return err_set(e, ERR_INPUT, "nothing is selected, and nothing never means everything; name machines");
	if (q->n_machines > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_LIMIT, "%zu things in one plan; the most is %d", q->n_machines,
		    LIMIT_PLAN_THINGS);
	if (check_question(q, e) != 0)
		return -1;
	*out = (struct power_plan){.verb = q->verb, .way = choose_way(q), .boot = q->boot,
	    .even = q->even == NULL || q->even->n == 0 ? NULL : hosts_fold(q->even, a), .revision = q->revision};
	out->n_machines = q->n_machines;
	out->machines = arena_array(a, q->n_machines, sizeof(*out->machines));
	for (size_t i = 0; i < q->n_machines; i++)
		plan_machine(&m, i);
	if (out->n_steps > LIMIT_PLAN_STEPS)
		return err_set(e, ERR_LIMIT, "%zu steps in one plan; the most is %d: ask for fewer machines",
		    out->n_steps, LIMIT_PLAN_STEPS);
	power_plan_warn_even(&m);
	power_plan_warnings(&m);
	power_plan_notes(&m);
	if (out->n_cut > LIMIT_PLAN_CUT)
		return err_set(e, ERR_LIMIT, "the plan cuts %zu other things; the most is %d: ask for fewer machines",
		    out->n_cut, LIMIT_PLAN_CUT);
	power_plan_set_hash(out);
	return 0;
}

static char *
add_name(struct arena *a, struct hosts *h, size_t *cap, const char *name)
{
	h->name = power_plan_grown(a, h->name, h->n, cap, sizeof(*h->name));
	return h->name[h->n++] = arena_strdup(a, name);
}

/* Of an outlet its PDU, also when nothing is done to it: whoever may not switch it is told that first. */
static void
add_pdu(struct arena *a, struct hosts *h, size_t *cap, const char *outlet)
{
	char *name = add_name(a, h, cap, outlet), *colon = strrchr(name, ':');

	if (colon != NULL)
		*colon = '\0';
}

void
power_plan_things(const struct power_plan *p, struct arena *a, struct hosts *out)
{
	size_t cap = 0;

	*out = (struct hosts){0};
	for (size_t i = 0; i < p->n_machines && !power_verb_is_outlet(p->verb); i++)
		(void)add_name(a, out, &cap, p->machines[i].name);
	for (size_t i = 0; i < p->n_machines && power_verb_is_outlet(p->verb); i++)
		add_pdu(a, out, &cap, p->machines[i].name);
	for (size_t i = 0; i < p->n_cut; i++)
		(void)add_name(a, out, &cap, p->cut[i].thing);
	hosts_sort(out);
}

size_t
power_plan_size(const struct power_plan *p)
{
	struct arena *a = arena_create();
	struct hosts things;
	size_t n;

	power_plan_things(p, a, &things);
	n = things.n > p->n_machines ? things.n : p->n_machines;
	arena_destroy(a);
	return n;
}
