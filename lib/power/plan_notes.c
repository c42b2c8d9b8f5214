/* SPDX-License-Identifier: Apache-2.0 */
/* What was measured, and when: a line an outlet and a BMC; of many machines a line a PDU, and one of the chassis of each state. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plan_making.h"

/* What is told together. */
struct noted {
	const char *device;      /* a PDU; NULL: chassis */
	enum power_state state;
	struct hosts of;         /* outlets, or BMCs */
	size_t cap, measured;
	double least, most, sum; /* amperes */
	int64_t first, last;     /* seen */
};

static struct noted *
find(struct making *m, const char *device, enum power_state state, int64_t at)
{
	struct noted *n;

	for (size_t i = m->n_noted; i-- > 0;) {
		n = &m->noted[i];
		if (n->state == state && (n->device == NULL) == (device == NULL) && (device == NULL || strcmp(n->device, device) == 0)) {
			n->first = at < n->first ? at : n->first;
			n->last = at > n->last ? at : n->last;
			return n;
		}
	}
	m->noted = power_plan_grown(m->a, m->noted, m->n_noted, &m->cap_noted, sizeof(*m->noted));
	n = &m->noted[m->n_noted++];
	*n = (struct noted){.device = device, .state = state, .least = INFINITY, .most = -INFINITY, .first = at, .last = at};
	return n;
}

static void
add(struct making *m, struct noted *n, const char *name)
{
	n->of.name = power_plan_grown(m->a, n->of.name, n->of.n, &n->cap, sizeof(*n->of.name));
	n->of.name[n->of.n++] = arena_strdup(m->a, name);
}

void
power_plan_note_outlet(struct making *m, const struct power_outlet *o)
{
	char age[TIMES_TEXT], load[64] = "load not measured";
	struct noted *n;

	power_plan_note_age(m, o->at, o->interval);
	if (m->q->n_machines > POWER_TELL_EACH) {
		n = find(m, o->pdu, o->state, o->at);
		add(m, n, o->outlet);
		if (!isnan(o->amps)) {
			n->measured++;
			n->sum += o->amps;
			n->least = fmin(n->least, o->amps);
			n->most = fmax(n->most, o->amps);
		}
		return;
	}
	if (!isnan(o->amps) && !isnan(o->watts))
		snprintf(load, sizeof(load), "%.2f A, %.0f W", o->amps, o->watts);
	else if (!isnan(o->amps))
		snprintf(load, sizeof(load), "%.2f A", o->amps);
	else if (!isnan(o->watts))
		snprintf(load, sizeof(load), "%.0f W", o->watts);
	power_plan_note(m, arena_printf(m->a, "%s %s: %s, %s, seen %s ago", o->pdu, o->outlet, power_state_name(o->state), load,
	    times_age(m->q->now - o->at, age)));
}

void
power_plan_note_chassis(struct making *m, const struct power_machine *x)
{
	char age[TIMES_TEXT];

	power_plan_note_age(m, x->chassis_at, x->chassis_interval);
	if (m->q->n_machines > POWER_TELL_EACH)
		add(m, find(m, NULL, x->chassis, x->chassis_at), x->bmc);
	else
		power_plan_note(m, arena_printf(m->a, "%s: chassis %s, seen %s ago", x->bmc, power_state_name(x->chassis),
		    times_age(m->q->now - x->chassis_at, age)));
}

void
power_plan_notes(struct making *m)
{
	char oldest[TIMES_TEXT], newest[TIMES_TEXT];

	for (size_t i = 0; i < m->n_noted; i++) {
		struct noted *n = &m->noted[i];
		char load[96] = "";

		if (n->measured > 0 && n->most - n->least < 0.01)
			snprintf(load, sizeof(load), " %.2f A each, %.1f A in all,", n->most, n->sum);
		else if (n->measured > 0)
			snprintf(load, sizeof(load), " %.2f to %.2f A each, %.1f A in all,", n->least, n->most, n->sum);
		else if (n->device != NULL)
			snprintf(load, sizeof(load), " load not measured,");
		(void)times_age(m->q->now - n->first, oldest);
		(void)times_age(m->q->now - n->last, newest);
		power_plan_note(m, arena_printf(m->a, "%s%s%s: %s%s,%s seen %s%s%s ago", n->device == NULL ? "" : n->device,
		    n->device == NULL ? "" : " ", power_plan_names(&n->of, m->a), n->device == NULL ? "chassis " : "",
		    power_state_name(n->state), load, newest, strcmp(oldest, newest) == 0 ? "" : " to ",
		    strcmp(oldest, newest) == 0 ? "" : oldest));
	}
}
