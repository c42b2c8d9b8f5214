/* SPDX-License-Identifier: Apache-2.0 */
/* Where a machine is left that stops in the middle, in words: for the journal, the job's page and whoever comes next. */
#include <string.h>

#include "engine.h"

/* Was what this step switched off switched on again before the machine stopped? */
static bool
on_again(const struct drive_machine *m, size_t off)
{
	const struct power_plan *p = &m->job->plan;
	const struct power_step *x = &p->steps[off];

	for (size_t i = off + 1; i < m->step; i++) {
		const struct power_step *s = &p->steps[i];

		if (s->machine == m->index && (s->action == POWER_DO_OUTLET_ON || s->action == POWER_DO_CHASSIS_ON) &&
		    strcmp(s->device, x->device) == 0 &&
		    (x->outlet == NULL || (s->outlet != NULL && strcmp(s->outlet, x->outlet) == 0)))
			return true;
	}
	return false;
}

/* Where a machine is left that stops in the middle: rule 6 wants it said. */
const char *
drive_left_where(struct drive_machine *m)
{
	const struct power_plan *p = &m->job->plan;
	struct buf b = BUF(300);
	const char *text;
	size_t n = 0;

	for (size_t i = 0; i < m->step; i++) {
		const struct power_step *s = &p->steps[i];

		if (s->machine != m->index || (s->action != POWER_DO_OUTLET_OFF && s->action != POWER_DO_CHASSIS_OFF) || on_again(m, i))
			continue;
		n++;
		buf_printf(&b, "%s%s%s%s is off", b.n > 0 ? ", " : "; left where it is: ", s->device,
		    s->outlet == NULL ? "" : " ", s->outlet == NULL ? "" : s->outlet);
	}
	text = b.over ? arena_printf(m->a, "; left where it is: %zu of its outlets are off", n)
	              : arena_strdup(m->a, b.n > 0 ? b.p : "");
	buf_free(&b);
	return text;
}

/* Is the action among the steps that the machine has not taken? */
static bool
comes(const struct drive_machine *m, enum power_action a)
{
	const struct power_plan *p = &m->job->plan;

	for (size_t i = m->step; i < p->n_steps; i++)
		if (p->steps[i].machine == m->index && p->steps[i].action == a)
			return true;
	return false;
}

/* Of an aborted machine it is said too when nothing of it was touched, or when only what goes on was. */
const char *
drive_aborted_where(struct drive_machine *m)
{
	const struct power_plan *p = &m->job->plan;
	size_t on = 0, switched = 0;

	for (size_t i = 0; i < m->step; i++) {
		enum power_action a = p->steps[i].action;

		if (p->steps[i].machine != m->index || !power_action_switches(a))
			continue;
		switched++;
		on += a == POWER_DO_OUTLET_ON || a == POWER_DO_CHASSIS_ON;
	}
	if (switched == 0)
		return "aborted: nothing of it was switched, it is as it was";
	if (on == switched && (comes(m, POWER_DO_OUTLET_ON) || comes(m, POWER_DO_CHASSIS_ON)))
		return arena_printf(m->a, "aborted: %zu of what should go on is on, the rest is as it was", on);
	if (drive_left_where(m)[0] != '\0')
		return "aborted";
	if (!comes(m, POWER_DO_ENSURE_ON))
		return "aborted: nothing of it is left off; what came after was not waited for";
	return m->halted ? "aborted: its outlets are on, and its chassis reads off"
	                 : "aborted: its outlets are on, and nobody has looked whether its chassis is";
}
