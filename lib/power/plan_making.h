/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the planner: a plan while it is made. plan.c what is refused and the way, plan_steps.c the steps of power, plan_vlan.c a switch's port. */
#ifndef LARCH_POWER_PLAN_MAKING_H
#define LARCH_POWER_PLAN_MAKING_H

#include "plan.h"

struct making {
	const struct power_question *q;
	struct arena *a;
	struct power_plan *p;
	size_t cap_steps, cap_warnings, cap_notes, cap_cut;
};

/* An array in an arena that doubles. */
void *power_plan_grown(struct arena *a, void *old, size_t n, size_t *cap, size_t size);
/* The new step; the next call may move it. */
struct power_step *power_plan_add_step(struct making *m, size_t machine, enum power_action action, const char *device,
    const struct power_outlet *o, enum power_state expected);
void power_plan_warn(struct making *m, const char *text);
void power_plan_note(struct making *m, const char *text);
/* A value of this age makes the plan stale, or does not. */
void power_plan_note_age(struct making *m, int64_t at, int64_t interval);

#define POWER_RECENT_MS ((int64_t)86400000) /* wiring changed within a day is named in the plan */

bool power_is_protected(const struct conf *c, const char *name);
/* facts_vlan.c: what is known of the port that a wish names, of its one machine. */
int power_gather_vlan(const struct power_room *room, const struct power_wish *wish, struct arena *a,
    const struct power_vlan_facts **out, struct err *e);

/* plan_steps.c: the steps of a machine that nothing refuses, or why there is nothing to do. */
const char *power_plan_steps(struct making *m, size_t at, const struct power_machine *x);

/* facts_tags.c: what holds back each machine of the wish, whose other facts are there. */
int power_gather_tags(const struct power_room *room, const struct power_wish *wish, const struct power_vlan_facts *vlan,
    struct power_machine *machines, struct arena *a, struct err *e);

/* plan_vlan.c: why not, or NULL; and its steps, or why there is nothing to do. m->p->vlan is made by the first. */
const char *power_plan_vlan_refusal(struct making *m, const struct power_machine *x);
const char *power_plan_vlan_steps(struct making *m, size_t at);

#endif
