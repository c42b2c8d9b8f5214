/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine that stops takes back, in the opposite order, what it has changed in a switch's lists and in its own boot
 * device; power is left where it is (DESIGN 7, rule 6). Each is a step of its own with a number beyond the plan's:
 * intent, packet, read back. One that fails does not keep the others from being tried.
 */
#include <string.h>

#include "engine.h"

/* Once a machine was told to go on, it may have read its boot device: clearing it would prove nothing. */
static bool
went_on(const struct drive_machine *m, size_t from)
{
	const struct power_plan *p = &m->job->plan;

	for (size_t i = 0; i < from && i < p->n_steps; i++)
		if (p->steps[i].machine == m->index && (p->steps[i].action == POWER_DO_CHASSIS_ON ||
		    p->steps[i].action == POWER_DO_OUTLET_ON || p->steps[i].action == POWER_DO_ENSURE_ON))
			return true;
	return false;
}

static void
collect(struct drive_machine *m, size_t from)
{
	const struct power_plan *p = &m->job->plan;
	bool boot = false;

	m->undo.n = m->undo.at = 0;
	for (size_t i = from; i-- > 0 && m->undo.n < DRIVE_UNDO;) {
		if (p->steps[i].machine != m->index || !m->job->step_sent[i])
			continue;
		if (power_action_is_boot(p->steps[i].action) && (boot || went_on(m, from)))
			continue;
		boot |= power_action_is_boot(p->steps[i].action);
		m->undo.step[m->undo.n++] = i;
	}
}

int64_t
drive_undo_number(const struct drive_machine *m)
{
	return (int64_t)m->job->plan.n_steps + (int64_t)m->undo.step[m->undo.at] + 1;
}

static void
next(struct drive_machine *m)
{
	const struct power_step *s = &m->job->plan.steps[m->undo.step[m->undo.at]];

	if (power_action_is_boot(s->action))
		drive_boot_undo(m, s);
	else
		drive_vlan_undo(m, s);
}

static void
finish(struct drive_machine *m)
{
	m->undo.active = false;
	drive_machine_stop(m, m->undo.state, m->undo.from, arena_printf(m->a, "%s; %s", m->undo.text,
	    m->undo.failed ? "not all of it could be taken back" : "what was changed before was taken back"));
}

bool
drive_undo_begin(struct drive_machine *m, enum drive_machine_state state, size_t from, const char *text)
{
	if (m->job->drive->stopping || state == MACHINE_UNKNOWN) /* what does not answer is not written to */
		return false;
	collect(m, from);
	if (m->undo.n == 0)
		return false;
	m->undo.active = true;
	m->undo.failed = false;
	m->undo.state = state;
	m->undo.from = from;
	m->undo.text = text;
	next(m);
	return true;
}

/* The step that was taken back says so: it is not "ok" any more. */
static void
mark(struct drive_machine *m, size_t step)
{
	struct journal_step s = {m->job->request.id, (int64_t)step + 1, "undone", "taken back", 0, times_now()};
	struct err e;

	m->job->step_sent[step] = false;
	if (journal_set_step(m->job->drive->room.journal, &s, &e) != 0)
		log_error("job %lld step %zu: %s", (long long)s.job, step + 1, e.text);
}

void
drive_undo_end(struct drive_machine *m, const char *kind, const char *outcome, const char *text)
{
	struct drive_job *job = m->job;
	const struct power_step *s = &job->plan.steps[m->undo.step[m->undo.at]];
	struct journal_row row = {
	    .kind = kind,
	    .job = job->request.id,
	    .step = drive_undo_number(m),
	    .who = job->request.who,
	    .verb = power_action_is_boot(s->action) ? "boot-clear" : power_action_name(power_action_undo(s->action)),
	    .machine = drive_name(m),
	    .device = s->device,
	    .outlet = s->outlet,
	    .outcome = outcome,
	    .text = text,
	};
	struct journal_step step = {job->request.id, row.step, outcome, text, m->began, times_now()};
	bool ok = strcmp(outcome, "ok") == 0;
	struct err e;

	if (journal_add_with(job->drive->room.journal, &row, &step, NULL, &e) != 0) {
		log_error("job %lld step %lld: %s cannot be written: %s", (long long)row.job, (long long)row.step, kind, e.text);
		ok = false;
	}
	if (ok)
		mark(m, m->undo.step[m->undo.at]);
	else
		m->undo.failed = true;
	if (!ok)
		m->undo.text = arena_printf(m->a, "%s; taking back: %s", m->undo.text, text);
	if (++m->undo.at < m->undo.n)
		next(m);
	else
		finish(m);
}
