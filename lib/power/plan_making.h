/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the planner: a plan while it is made. plan.c what is refused and the way, plan_steps.c the steps of power, plan_vlan.c a switch's port, plan_warn.c warnings, plan_notes.c what was measured, plan_stands.c what Larch stands on, plan_load.c loads. */
#ifndef LARCH_POWER_PLAN_MAKING_H
#define LARCH_POWER_PLAN_MAKING_H

#include "plan.h"

struct making {
	const struct power_question *q;
	struct arena *a;
	struct power_plan *p;
	struct warned *warned;
	struct noted *noted;
	size_t n_warned, n_noted;
	struct hosts even_used; /* of the extra word's names those that are cut */
	size_t cap_even;
	size_t cap_steps, cap_warned, cap_noted, cap_notes, cap_cut;
};

/* An array in an arena that doubles. */
void *power_plan_grown(struct arena *a, void *old, size_t n, size_t *cap, size_t size);
/* The new step; the next call may move it. */
struct power_step *power_plan_add_step(struct making *m, size_t machine, enum power_action action, const char *device,
    const struct power_outlet *o, enum power_state expected);
/* plan_notes.c: an outlet and a chassis as last seen; and all that are told together, into the plan. */
void power_plan_note_outlet(struct making *m, const struct power_outlet *o);
void power_plan_note_chassis(struct making *m, const struct power_machine *x);
void power_plan_notes(struct making *m);

/* plan_warn.c: a warning, said once however often it is given. */
void power_plan_warn(struct making *m, const char *text);
/* The same of a machine: what is so of several is one warning, their names folded before it. */
void power_plan_warn_of(struct making *m, const char *machine, const char *text);
/* One whose text has what is measured; `decided` is the same without. */
void power_plan_warn_measured(struct making *m, const char *text, const char *decided);
/* All of them, into the plan. */
void power_plan_warnings(struct making *m);
/* "Slurm job 4711 bob", "Slurm jobs 4711 bob, 4712 eve and 3 more". */
const char *power_plan_jobs(const struct power_slurm_job *jobs, size_t n, struct arena *a);
/* plan_stands.c: why a machine is not done without the extra word, or NULL; and what was asked with it, said. */
const char *power_plan_stands_refusal(struct making *m, const struct power_machine *x);
/* The same of something else that a step cuts. `by`: "outlet pdu-b01-a A7 also feeds ", "port 3 of sw-b01 is also that of "; "" itself */
const char *power_plan_stands_on(struct making *m, const char *by, const char *thing, const char *stands);
void power_plan_warn_even(struct making *m);
/* plan_load.c: where the load of its outlets and its BMC disagree. */
void power_plan_warn_load(struct making *m, const struct power_machine *x);
/* Names folded; those that a list cannot hold stand after it. */
const char *power_plan_names(struct hosts *h, struct arena *a);
void power_plan_note(struct making *m, const char *text);
/* A value of this age makes the plan stale, or does not. */
void power_plan_note_age(struct making *m, int64_t at, int64_t interval);

#define POWER_RECENT_MS ((int64_t)86400000) /* wiring changed within a day is named in the plan */

/* facts.c: another machine that has this BMC too, or NULL. */
int power_bmc_shared(struct inv *inv, const char *bmc, const char *machine, struct arena *a, const char **out, struct err *e);
bool power_is_protected(const struct conf *c, const char *name);
/* facts_stands.c: why Larch stands on a thing, as the end of "it is ..."; NULL: it does not. */
const char *power_stands(const struct power_room *room, const char *name, const char *type, struct arena *a);
void power_plan_set_hash(struct power_plan *p); /* plan_json.c */
/* plan_text.c: a step with these names, of one machine or of several. */
struct power_words {
	const char *machine, *device; /* "n[1-7]" "n[1-7]-bmc" */
	const char *where;            /* "pdu-b01-a A7", "pdu-b01-a:A[1-7]" */
};
void power_step_words(const struct power_plan *p, const struct power_step *s, const struct power_words *w, struct buf *b);

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
