/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that wait and look: the two proofs that a machine is dark, by its outlets
 * and by its BMC's silence, the dwell, and the wait for its BMC. They send nothing that switches.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"

static void dark_outlet(struct drive_machine *m);
static void dwell_look(struct drive_machine *m);
static void wait_poll(struct drive_machine *m);
static void silent_poll(struct drive_machine *m);

static int64_t
left(const struct drive_machine *m)
{
	return m->deadline - times_boot();
}

/* ---- outlets, one after the other -------------------------------------------------------------- */

static void
add_target(struct drive_machine *m, const char *pdu, const char *outlet, struct err *e)
{
	struct drive_target *t = &m->dark[m->n_dark];

	for (size_t i = 0; i < m->n_dark; i++)
		if (strcmp(gate_name(m->dark[i].device), pdu) == 0 && strcmp(m->dark[i].outlet, outlet) == 0)
			return;
	t->outlet = outlet;
	if (probe_device(m->job->drive->room.probe, pdu, m->a, &t->device, e) == 0)
		m->n_dark++;
}

/* Of a single outlet itself; of a machine nothing that its plan does not name: the inventory says more. */
static size_t
planned_outlets(struct drive_machine *m, struct inv_cord *out)
{
	const struct power_plan *p = &m->job->plan;
	size_t n = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].machine == m->index && p->steps[i].outlet != NULL)
			out[n++] = (struct inv_cord){.pdu = p->steps[i].device, .outlet = p->steps[i].outlet};
	return n;
}

/* The outlets to prove: all that the inventory records for the machine now, and all that the plan switched. */
static int
dark_targets(struct drive_machine *m, struct err *e)
{
	struct drive_job *job = m->job;
	struct inv_cord *cords = NULL, *planned = arena_array(m->a, job->plan.n_steps, sizeof(*planned));
	size_t n = 0, n_planned = planned_outlets(m, planned);

	if (*job->drive->room.inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory to look at");
	if (!power_verb_is_outlet(job->plan.verb) &&
	    inv_cords(*job->drive->room.inv, drive_name(m), m->a, &cords, &n, e) != 0)
		return -1;
	m->dark = arena_array(m->a, n + n_planned, sizeof(*m->dark));
	m->n_dark = m->at_dark = m->n_unmeasured = 0;
	err_clear(e);
	for (size_t i = 0; i < n && e->kind == ERR_NONE; i++)
		add_target(m, cords[i].pdu, cords[i].outlet, e);
	for (size_t i = 0; i < n_planned && e->kind == ERR_NONE; i++)
		add_target(m, planned[i].pdu, planned[i].outlet, e);
	return e->kind == ERR_NONE ? 0 : -1;
}

static void
dark_fail(struct drive_machine *m, const char *text)
{
	drive_step_end(m, "seen", "failed", text);
}

/* Not dark, or not yet. */
static void
dark_again(struct drive_machine *m, const char *text)
{
	if (left(m) <= 0) {
		dark_fail(m, text);
		return;
	}
	m->at_dark = m->n_unmeasured = 0;
	drive_after(m, DRIVE_POLL_MS, dark_outlet);
}

/* After the first proof there is no "yet": what is on now was on during it. One that does not answer is asked again. */
static void
dark_not(struct drive_machine *m, const struct drive_reading *r, const char *text)
{
	if (drive_step(m)->action == POWER_DO_LOAD)
		dark_again(m, text);
	else if (!r->answered && left(m) + m->job->drive->room.conf->off_limit_ms > 0)
		drive_after(m, DRIVE_POLL_MS, drive_step(m)->action == POWER_DO_BMC_SILENT ? silent_poll : dwell_look);
	else
		dark_fail(m, text);
}

/* The outlets were read after the BMC: what it did means something now. */
static void
silent_done(struct drive_machine *m)
{
	const char *bmc = drive_step(m)->device;

	if (m->silent)
		drive_step_end(m, "seen", "ok", arena_printf(m->a, "%s is silent, and %zu outlet%s off", bmc, m->n_dark,
		    m->n_dark == 1 ? " reads" : "s read"));
	else
		dark_fail(m, arena_printf(m->a,
		    "all %zu recorded outlets read off, and %s still answers: the machine has a feed that is not recorded",
		    m->n_dark, bmc));
}

/* A PDU that measures nothing has not said that there is no load. */
static const char *
no_load(const struct drive_machine *m)
{
	if (m->n_unmeasured == 0)
		return "no load";
	if (m->n_unmeasured == m->n_dark)
		return "load not measured";
	return arena_printf(m->a, "no load on %zu of them, the others are not measured", m->n_dark - m->n_unmeasured);
}

static void
dark_done(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct arena *a = m->a;

	if (s->action == POWER_DO_DWELL && m->dark_began < m->deadline)
		drive_after(m, left(m) < DRIVE_DWELL_POLL_MS ? left(m) : DRIVE_DWELL_POLL_MS, dwell_look);
	else if (s->action == POWER_DO_DWELL)
		drive_step_end(m, "seen", "ok", arena_printf(a, "%zu outlet%s read off through the dwell time",
		    m->n_dark, m->n_dark == 1 ? "" : "s"));
	else if (s->action == POWER_DO_BMC_SILENT)
		silent_done(m);
	else
		drive_step_end(m, "seen", "ok", arena_printf(a, "%zu outlet%s off, %s", m->n_dark,
		    m->n_dark == 1 ? " reads" : "s read", no_load(m)));
}

/* ---- the BMC's silence ------------------------------------------------------------------------------ */

static void
bmc_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	struct err e;

	if (m->job->drive->stopping)
		return;
	m->silent = !r->answered && r->silent;
	if (!m->silent && left(m) > 0)
		drive_after(m, DRIVE_POLL_MS, silent_poll);
	else if (dark_targets(m, &e) != 0)
		dark_fail(m, e.text);
	else
		dark_outlet(m); /* what a BMC does counts only beside outlets that read off (rule 5) */
}

static void
silent_poll(struct drive_machine *m)
{
	drive_driver_of(m->target.device)->read(&m->target, GATE_POWER, bmc_seen, m);
}

void
drive_silent_begin(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct err e;

	m->deadline = times_boot() + m->job->drive->room.conf->silent_limit_ms;
	m->target.outlet = NULL;
	if (!m->bmc_answered) /* silence proves something only of a BMC that answered before (rule 5) */
		drive_step_end(m, "seen", "ok", arena_printf(m->a, "%s was silent before and proves nothing", s->device));
	else if (probe_device(m->job->drive->room.probe, s->device, m->a, &m->target.device, &e) != 0)
		dark_fail(m, e.text);
	else
		silent_poll(m);
}

/* ---- the outlets --------------------------------------------------------------------------------------- */

static void
dark_next(struct drive_machine *m, const struct drive_reading *r)
{
	m->n_unmeasured += r->amps != r->amps; /* NAN */
	if (++m->at_dark < m->n_dark)
		dark_outlet(m);
	else
		dark_done(m);
}

static void
dark_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	struct drive_target *t = &m->dark[m->at_dark];
	struct arena *a = m->a;
	const char *pdu = gate_name(t->device);
	double floor_a = m->job->drive->room.conf->load_floor_a;

	if (m->job->drive->stopping)
		return;
	if (!r->answered)
		dark_not(m, r, arena_printf(a, "%s %s cannot be read: %s", pdu, t->outlet, r->text));
	else if (r->state != POWER_IS_OFF)
		dark_not(m, r, arena_printf(a, "%s %s reads %s, not off", pdu, t->outlet,
		    r->word[0] == '\0' ? "unknown" : r->word));
	else if (r->amps >= floor_a)
		dark_not(m, r, arena_printf(a, "%s %s reads off and still carries %.2f A", pdu, t->outlet, r->amps));
	else
		dark_next(m, r);
}

static void
dark_outlet(struct drive_machine *m)
{
	struct drive_target *t = &m->dark[m->at_dark];

	if (m->n_dark == 0) {
		dark_fail(m, "the inventory records no outlet for it any more");
		return;
	}
	drive_driver_of(t->device)->read(t, GATE_POWER, dark_seen, m);
}

void
drive_load_begin(struct drive_machine *m)
{
	struct err e;

	m->deadline = times_boot() + m->job->drive->room.conf->off_limit_ms;
	if (dark_targets(m, &e) != 0)
		dark_fail(m, e.text);
	else
		dark_outlet(m);
}

/* ---- the dwell ---------------------------------------------------------------------------------------------- */

/* Every outlet again and again until the time is over; the last look begins after its end. */
static void
dwell_look(struct drive_machine *m)
{
	m->at_dark = 0;
	m->dark_began = times_boot();
	dark_outlet(m);
}

/* By the BMC nothing is read meanwhile: the step that comes next demands a chassis that reads off. */
static void
dwelt(struct drive_machine *m)
{
	drive_step_end(m, "seen", "ok", "waited");
}

void
drive_dwell_begin(struct drive_machine *m)
{
	int64_t dwell = m->job->drive->room.conf->dwell_ms;
	struct err e;

	m->deadline = times_boot() + dwell;
	if (m->job->plan.way == POWER_WAY_BMC)
		drive_after(m, dwell, dwelt);
	else if (dark_targets(m, &e) != 0)
		dark_fail(m, e.text);
	else
		dwell_look(m);
}

/* ---- waiting for the BMC ---------------------------------------------------------------------------------------- */

static void
wait_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	const struct power_step *s = drive_step(m);
	char age[TIMES_TEXT];

	if (m->job->drive->stopping)
		return;
	if (r->answered)
		drive_step_end(m, "seen", "ok", arena_printf(m->a, "%s answers after %s: chassis %s", s->device,
		    times_age(times_now() - m->began, age), power_state_name(r->state)));
	else if (m->job->aborted)
		drive_machine_halt(m);
	else if (left(m) > 0)
		drive_after(m, DRIVE_POLL_MS, wait_poll);
	else
		drive_step_end(m, "seen", "failed", arena_printf(m->a,
		    "%s has not answered within %s since its outlets went on: %s", s->device,
		    times_age(times_now() - m->began, age), r->text));
}

static void
wait_poll(struct drive_machine *m)
{
	drive_driver_of(m->target.device)->read(&m->target, GATE_POWER, wait_seen, m);
}

void
drive_wait_begin(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct err e;

	m->deadline = times_boot() + m->job->drive->room.conf->boot_limit_ms;
	if (probe_device(m->job->drive->room.probe, s->device, m->a, &m->target.device, &e) != 0) {
		drive_step_end(m, "seen", "failed", e.text);
		return;
	}
	m->target.outlet = NULL;
	wait_poll(m);
}
