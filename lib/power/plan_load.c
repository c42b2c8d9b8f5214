/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load of an outlet against what its machine should draw. A BMC that says off beside an outlet that carries what a running
 * machine draws, or on beside outlets that carry nothing, is the sign of a cable that is not where the inventory says.
 */
#include <math.h>
#include <stdio.h>

#include "plan_making.h"

#define RUNNING_W 60        /* watts: more than power supplies and a BMC draw beside a chassis that is off */
#define RUNNING_A 0.3       /* the same in amperes, at 230 V */
#define SETTLED_MS 15000    /* meters lag behind: a reading counts so long after the chassis changed */

/* Is the reading young, and of the time in which the chassis was as it is? */
static bool
counts(struct making *m, const struct power_machine *x, const struct power_outlet *o)
{
	return o->at > 0 && o->reachable && !status_stale(o->at, o->interval, m->q->now) && o->at >= x->chassis_since + SETTLED_MS;
}

static bool
runs(const struct power_outlet *o)
{
	return isnan(o->watts) ? o->amps >= RUNNING_A : o->watts >= RUNNING_W;
}

static bool
idles(struct making *m, const struct power_outlet *o)
{
	return o->pdu_loaded && (isnan(o->amps) ? o->watts < 230 * m->q->load_floor_a : o->amps < m->q->load_floor_a);
}

static void
warn_loaded(struct making *m, const struct power_machine *x, const struct power_outlet *o)
{
	char load[32];

	if (isnan(o->watts))
		snprintf(load, sizeof(load), "%.2f A", o->amps);
	else
		snprintf(load, sizeof(load), "%.0f W", o->watts);
	power_plan_warn_measured(m,
	    arena_printf(m->a, "outlet %s %s carries %s, the BMC says %s is off: is the cable where the inventory says?", o->pdu, o->outlet,
	        load, x->name),
	    arena_printf(m->a, "outlet %s %s carries a load, the BMC says %s is off: is the cable where the inventory says?", o->pdu,
	        o->outlet, x->name));
}

void
power_plan_warn_load(struct making *m, const struct power_machine *x)
{
	size_t idle = 0;

	if (x->bmc == NULL || !x->bmc_answers || x->chassis == POWER_IS_UNKNOWN ||
	    status_stale(x->chassis_at, x->chassis_interval, m->q->now))
		return;
	for (size_t i = 0; i < x->n_outlets; i++) {
		const struct power_outlet *o = &x->outlets[i];

		if (!counts(m, x, o))
			continue;
		if (x->chassis == POWER_IS_OFF && o->state == POWER_IS_ON && o->n_fed == 0 && runs(o))
			warn_loaded(m, x, o);
		idle += x->chassis == POWER_IS_ON && idles(m, o);
	}
	if (x->n_outlets > 0 && idle == x->n_outlets)
		power_plan_warn_of(m, x->name, "no outlet carries a load, the BMC says it is on: are the cables where the inventory says?");
}
