/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a machine, by its BMC and by its outlets, once nothing refuses it. */
#include <string.h>

#include "plan_making.h"

/* The BMC switches no outlet: somebody who asks for "on" must hear that a feed is dead. */
static void
warn_dead_feed(struct making *m, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_outlets && m->q->verb != POWER_OFF; i++)
		if (x->outlets[i].state == POWER_IS_OFF)
			power_plan_warn_of(m, x->name, arena_printf(m->a, "feed %s from %s is off, and only by its outlets (pdu) does it go on",
			    x->outlets[i].inlet, x->outlets[i].pdu));
}

/* ---- rebuild ----------------------------------------------------------------------------- */

static enum power_action
boot_action(const struct power_machine *x)
{
	return power_action_of_boot(POWER_BOOT_PXE, x->efi);
}

/* What comes after the machine is on: somebody has to see it come back. */
static void
steps_watch(struct making *m, size_t at, const struct power_machine *x)
{
	power_plan_add_step(m, at, POWER_DO_WATCH, x->bmc, NULL, POWER_IS_UNKNOWN);
	power_plan_warn_of(m, x->name, "boots what the network gives, which may install anew: what is on the disks may be lost");
	if (x->address == NULL)
		power_plan_warn_of(m, x->name, "without an attribute 'address': nobody can see it come back, so its state stays pxe");
}

/*
 * The boot device is set first, so that a BMC that will not have it ends the machine while it still runs; and looked
 * at again when the chassis is off: a BMC forgets it 60 s after it was set unless a chassis control comes (IPMI v2.0
 * section 28.13, parameter 3, which is left as it is: a device set for longer than the job is a surprise later).
 */
static const char *
steps_rebuild(struct making *m, size_t at, const struct power_machine *x, bool on)
{
	power_plan_add_step(m, at, boot_action(x), x->bmc, NULL, POWER_IS_UNKNOWN);
	if (on) {
		power_plan_add_step(m, at, POWER_DO_CHASSIS_OFF, x->bmc, NULL, POWER_IS_ON);
		power_plan_add_step(m, at, POWER_DO_DWELL, NULL, NULL, POWER_IS_OFF);
		power_plan_add_step(m, at, boot_action(x), x->bmc, NULL, POWER_IS_UNKNOWN);
	}
	power_plan_add_step(m, at, POWER_DO_CHASSIS_ON, x->bmc, NULL, POWER_IS_OFF);
	steps_watch(m, at, x);
	return NULL;
}

/* ---- what a BMC alone does ------------------------------------------------------------------ */

/* Only of a machine that answers pings, or did, is it a sign that it does. */
static void
add_ping(struct making *m, size_t at, const struct power_machine *x)
{
	if (x->address != NULL && x->pings)
		power_plan_add_step(m, at, POWER_DO_WAIT_PING, NULL, NULL, POWER_IS_UNKNOWN);
}

/* IPMI has no word for "was reset": what can be seen of it is that its pings stop, and come again. */
static const char *
steps_reset(struct making *m, size_t at, const struct power_machine *x)
{
	if (x->chassis != POWER_IS_ON)
		return "is off: there is nothing to reset; ask for on";
	power_plan_add_step(m, at, POWER_DO_RESET, x->bmc, NULL, POWER_IS_ON);
	if (x->address != NULL && x->up)
		power_plan_add_step(m, at, POWER_DO_PING_LOST, NULL, NULL, POWER_IS_UNKNOWN);
	else if (x->address == NULL || !x->pings)
		power_plan_warn_of(m, x->name,
		    "not known to answer pings: that it was reset nobody can see, only that its BMC accepted it");
	add_ping(m, at, x);
	return NULL;
}

static const char *
steps_soft(struct making *m, size_t at, const struct power_machine *x)
{
	if (x->chassis != POWER_IS_ON)
		return "is off already";
	power_plan_add_step(m, at, POWER_DO_SOFT, x->bmc, NULL, POWER_IS_ON);
	return NULL;
}

static const char *
steps_nmi(struct making *m, size_t at, const struct power_machine *x)
{
	if (x->chassis != POWER_IS_ON)
		return "is off: there is nothing to interrupt";
	power_plan_add_step(m, at, POWER_DO_NMI, x->bmc, NULL, POWER_IS_ON);
	power_plan_warn(m, "the kernel stops, writes a dump or starts anew, as it is set up: nothing of that can be read back");
	return NULL;
}

static const char *
steps_identify(struct making *m, size_t at, const struct power_machine *x)
{
	power_plan_add_step(m, at, POWER_DO_IDENTIFY, x->bmc, NULL, POWER_IS_UNKNOWN);
	return NULL;
}

/* IPMI v2.0 section 28.13, parameter 3: what was not used within 60 s may be gone. */
static const char *
steps_bootdev(struct making *m, size_t at, const struct power_machine *x)
{
	power_plan_add_step(m, at, power_action_of_boot(m->q->boot, x->efi), x->bmc, NULL, POWER_IS_UNKNOWN);
	power_plan_warn(m, "nothing is started anew by this, and a BMC may forget it after 60 seconds: start the machine at once");
	return NULL;
}

typedef const char *steps_fn(struct making *m, size_t at, const struct power_machine *x);
static steps_fn *const bmc_verbs[POWER_VERB_COUNT] = {
    [POWER_RESET] = steps_reset, [POWER_SOFT] = steps_soft, [POWER_NMI] = steps_nmi,
    [POWER_IDENTIFY] = steps_identify, [POWER_BOOTDEV] = steps_bootdev,
};

/* ---- steps by the BMC ------------------------------------------------------------------ */

static const char *
steps_bmc(struct making *m, size_t at, const struct power_machine *x)
{
	bool on = x->chassis == POWER_IS_ON;

	power_plan_note_chassis(m, x);
	if (bmc_verbs[m->q->verb] != NULL)
		return bmc_verbs[m->q->verb](m, at, x);
	warn_dead_feed(m, x);
	if (m->q->verb == POWER_REBUILD)
		return steps_rebuild(m, at, x, on);
	if (m->q->verb == POWER_ON && on)
		return "is on already";
	if (m->q->verb == POWER_OFF && !on)
		return "is off already";
	if (m->q->verb == POWER_CYCLE && !on)
		return "is off: there is nothing to cycle; ask for on";
	if (m->q->verb != POWER_ON)
		power_plan_add_step(m, at, POWER_DO_CHASSIS_OFF, x->bmc, NULL, POWER_IS_ON);
	if (m->q->verb == POWER_CYCLE)
		power_plan_add_step(m, at, POWER_DO_DWELL, NULL, NULL, POWER_IS_OFF);
	if (m->q->verb != POWER_OFF)
		power_plan_add_step(m, at, POWER_DO_CHASSIS_ON, x->bmc, NULL, POWER_IS_OFF);
	if (m->q->verb == POWER_CYCLE)
		add_ping(m, at, x);
	return NULL;
}

/* ---- steps by outlets ------------------------------------------------------------------- */

static bool
in_plan(const struct power_question *q, const char *thing)
{
	for (size_t i = 0; i < q->n_machines; i++)
		if (strcmp(q->machines[i].name, thing) == 0)
			return true;
	return false;
}

/* "; owner eve; jobs 4711 bob, 4712 eve" */
static const char *
whose(struct making *m, const struct power_fed *f)
{
	const char *owner = f->owner == NULL || f->owner[0] == '\0' ? "" : arena_printf(m->a, "; owner %s", f->owner);

	return f->n_jobs == 0 ? owner : arena_printf(m->a, "%s; %s", owner, power_plan_jobs(f->jobs, f->n_jobs, m->a));
}

static void
add_cut(struct making *m, const struct power_outlet *o)
{
	struct power_plan *p = m->p;

	for (size_t i = 0; i < o->n_fed; i++) {
		const struct power_fed *f = &o->fed[i];

		if (in_plan(m->q, f->thing))
			continue;
		p->cut = power_plan_grown(m->a, p->cut, p->n_cut, &m->cap_cut, sizeof(*p->cut));
		p->cut[p->n_cut++] = *f;
		power_plan_warn(m, arena_printf(m->a, "outlet %s %s %sfeeds %s (%s, %s): it %s%s", o->pdu, o->outlet,
		    power_verb_is_outlet(m->q->verb) ? "" : "also ", f->thing, f->type, f->inlet,
		    f->other_feed ? "loses this feed and keeps another" : "goes dark", whose(m, f)));
	}
}

/* How many outlets are in `state`; each one told with its value and age. */
static size_t
count_outlets(struct making *m, const struct power_machine *x, enum power_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_outlets; i++) {
		power_plan_note_outlet(m, &x->outlets[i]);
		n += x->outlets[i].state == state;
	}
	return n;
}

static void
outlets_off(struct making *m, size_t at, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_outlets; i++) {
		const struct power_outlet *o = &x->outlets[i];

		if (o->state != POWER_IS_ON)
			continue;
		power_plan_add_step(m, at, POWER_DO_OUTLET_OFF, o->pdu, o, POWER_IS_ON);
		add_cut(m, o);
	}
}

/* Outlets that go on: for `on` those that are off, after `off` in a cycle those that were on. */
static void
outlets_on(struct making *m, size_t at, const struct power_machine *x, enum power_state was)
{
	for (size_t i = 0; i < x->n_outlets; i++)
		if (x->outlets[i].state == was)
			power_plan_add_step(m, at, POWER_DO_OUTLET_ON, x->outlets[i].pdu, &x->outlets[i], POWER_IS_OFF);
}

/* Darkness is proved in two ways, each with a time of its own: by the outlets, and by the BMC that lives on them. */
static void
steps_dark(struct making *m, size_t at, const struct power_machine *x)
{
	power_plan_add_step(m, at, POWER_DO_LOAD, NULL, NULL, POWER_IS_OFF);
	if (x->bmc_shared != NULL)
		power_plan_warn_of(m, x->name, arena_printf(m->a, "the BMC %s is recorded for %s too: it proves nothing and is not asked", x->bmc,
		    x->bmc_shared));
	else if (x->bmc != NULL)
		power_plan_add_step(m, at, POWER_DO_BMC_SILENT, x->bmc, NULL, POWER_IS_UNKNOWN);
}

static void
steps_wake(struct making *m, size_t at, const struct power_machine *x)
{
	if (x->bmc != NULL && x->bmc_shared == NULL) {
		power_plan_add_step(m, at, POWER_DO_WAIT_BMC, x->bmc, NULL, POWER_IS_UNKNOWN);
		power_plan_add_step(m, at, POWER_DO_ENSURE_ON, x->bmc, NULL, POWER_IS_UNKNOWN);
	}
	if (m->q->verb == POWER_CYCLE)
		add_ping(m, at, x);
}

static void
warn_odd(struct making *m, const struct power_machine *x)
{
	for (size_t i = 0; i < x->n_outlets; i++)
		if (x->outlets[i].state == POWER_IS_OFF)
			power_plan_warn_of(m, x->name, arena_printf(m->a, "feed %s from %s is off now and stays off", x->outlets[i].inlet,
			    x->outlets[i].pdu));
}

static const char *
steps_pdu(struct making *m, size_t at, const struct power_machine *x)
{
	size_t on = count_outlets(m, x, POWER_IS_ON);

	switch (m->q->verb) {
	case POWER_ON:
		if (on == x->n_outlets)
			return "its outlets are on already";
		outlets_on(m, at, x, POWER_IS_OFF);
		steps_wake(m, at, x);
		return NULL;
	case POWER_OFF:
		if (on == 0)
			return "its outlets are off already";
		outlets_off(m, at, x);
		steps_dark(m, at, x);
		return NULL;
	default:
		if (on == 0)
			return "its outlets are off: there is nothing to cycle; ask for on";
		warn_odd(m, x);
		if (m->q->verb == POWER_REBUILD) {
			power_plan_add_step(m, at, boot_action(x), x->bmc, NULL, POWER_IS_UNKNOWN);
			power_plan_warn_of(m, x->name, "the BMC loses its power too and may forget the boot device: by it (bmc) is surer");
		}
		outlets_off(m, at, x);
		steps_dark(m, at, x);
		power_plan_add_step(m, at, POWER_DO_DWELL, NULL, NULL, POWER_IS_OFF);
		outlets_on(m, at, x, POWER_IS_ON);
		steps_wake(m, at, x);
		if (m->q->verb == POWER_REBUILD)
			steps_watch(m, at, x);
		return NULL;
	}
}

/* ---- steps on one outlet ------------------------------------------------------------------ */

static const char *
steps_outlet(struct making *m, size_t at, const struct power_machine *x)
{
	const struct power_outlet *o = &x->outlets[0];
	bool on = o->state == POWER_IS_ON;

	power_plan_note_outlet(m, o);
	if (m->q->verb == POWER_OUTLET_ON && on)
		return "is on already";
	if (m->q->verb == POWER_OUTLET_OFF && !on)
		return "is off already";
	if (m->q->verb == POWER_OUTLET_CYCLE && !on)
		return "is off: there is nothing to cycle; ask for on";
	if (m->q->verb != POWER_OUTLET_ON) {
		power_plan_add_step(m, at, POWER_DO_OUTLET_OFF, o->pdu, o, POWER_IS_ON);
		add_cut(m, o);
	}
	if (m->q->verb == POWER_OUTLET_CYCLE)
		power_plan_add_step(m, at, POWER_DO_DWELL, NULL, NULL, POWER_IS_OFF);
	if (m->q->verb != POWER_OUTLET_OFF)
		power_plan_add_step(m, at, POWER_DO_OUTLET_ON, o->pdu, o, POWER_IS_OFF);
	return NULL;
}

const char *
power_plan_steps(struct making *m, size_t at, const struct power_machine *x)
{
	if (power_verb_is_outlet(m->q->verb))
		return steps_outlet(m, at, x);
	return m->p->way == POWER_WAY_BMC ? steps_bmc(m, at, x) : steps_pdu(m, at, x);
}
