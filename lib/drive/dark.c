/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that wait and look: the proof that a machine is dark, the dwell, and
 * the wait for its BMC. They send nothing that switches.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"

static void dark_outlet(struct drive_machine *m);
static void wait_poll(struct drive_machine *m);

static int64_t
left(const struct drive_machine *m)
{
	return m->deadline - times_boot();
}

/* ---- outlets, one after the other -------------------------------------------------------------- */

/* The outlets to prove: all that the inventory records for the machine now; for a single outlet itself. */
static int
dark_targets(struct drive_machine *m, struct err *e)
{
	struct drive_job *job = m->job;
	struct drive_room *room = &job->drive->room;
	struct inv_cord *cords, single;
	size_t n = 0;

	if (*room->inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory to look at");
	if (power_verb_is_outlet(job->plan.verb)) {
		const char *name = drive_name(m), *colon = strrchr(name, ':');

		if (colon == NULL)
			return err_set(e, ERR_INPUT, "%s is no outlet", name);
		single = (struct inv_cord){.pdu = arena_strndup(job->a, name, (size_t)(colon - name)),
		    .outlet = colon + 1};
		cords = &single;
		n = 1;
	} else if (inv_cords(*room->inv, drive_name(m), job->a, &cords, &n, e) != 0) {
		return -1;
	}
	m->dark = arena_array(job->a, n, sizeof(*m->dark));
	m->n_dark = n;
	m->at_dark = 0;
	for (size_t i = 0; i < n; i++) {
		m->dark[i].outlet = cords[i].outlet;
		if (probe_device(room->probe, cords[i].pdu, job->a, &m->dark[i].device, e) != 0)
			return -1;
	}
	return 0;
}

static void
dark_fail(struct drive_machine *m, const char *text)
{
	drive_step_end(m, "seen", "failed", text);
}

static void
dark_again(struct drive_machine *m, const char *text)
{
	if (left(m) <= 0) {
		dark_fail(m, text);
		return;
	}
	m->at_dark = 0;
	drive_after(m, DRIVE_POLL_MS, dark_outlet);
}

static void
dark_done(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct arena *a = m->job->a;

	if (s->action == POWER_DO_DWELL)
		drive_step_end(m, "seen", "ok", arena_printf(a, "%zu outlet%s read off through the dwell time",
		    m->n_dark, m->n_dark == 1 ? "" : "s"));
	else
		drive_step_end(m, "seen", "ok", arena_printf(a, "dark: %zu outlet%s off, no load%s%s", m->n_dark,
		    m->n_dark == 1 ? " reads" : "s read", m->said[0] == '\0' ? "" : ", ", m->said));
}

/* ---- the BMC's silence ------------------------------------------------------------------------------ */

static void
bmc_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	const char *bmc = drive_step(m)->device;

	if (m->job->drive->stopping)
		return;
	if (r->answered || !r->silent) {
		dark_again(m, arena_printf(m->job->a,
		    "all %zu recorded outlets read off, and %s still answers: the machine has a feed that is not recorded",
		    m->n_dark, bmc));
		return;
	}
	snprintf(m->said, sizeof(m->said), "%s silent", bmc);
	dark_done(m);
}

static void
dark_bmc(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct err e;

	if (s->action != POWER_DO_DARK || s->device == NULL) {
		dark_done(m);
		return;
	}
	if (!m->bmc_answered) { /* silence proves something only of a BMC that answered before (rule 5) */
		snprintf(m->said, sizeof(m->said), "%s was silent before and proves nothing", s->device);
		dark_done(m);
		return;
	}
	if (probe_device(m->job->drive->room.probe, s->device, m->job->a, &m->target.device, &e) != 0) {
		dark_fail(m, e.text);
		return;
	}
	m->target.outlet = NULL;
	drive_driver_of(m->target.device)->read(&m->target, GATE_POWER, bmc_seen, m);
}

/* ---- the outlets --------------------------------------------------------------------------------------- */

static void
dark_seen(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	struct drive_target *t = &m->dark[m->at_dark];
	struct arena *a = m->job->a;
	const char *pdu = gate_name(t->device);
	double floor_a = m->job->drive->room.conf->load_floor_a;

	if (m->job->drive->stopping)
		return;
	if (!r->answered)
		dark_again(m, arena_printf(a, "%s %s cannot be read: %s", pdu, t->outlet, r->text));
	else if (r->state != POWER_IS_OFF)
		dark_again(m, arena_printf(a, "%s %s reads %s, not off", pdu, t->outlet,
		    r->word[0] == '\0' ? "unknown" : r->word));
	else if (r->amps >= floor_a)
		dark_again(m, arena_printf(a, "%s %s reads off and still carries %.2f A", pdu, t->outlet, r->amps));
	else if (++m->at_dark < m->n_dark)
		dark_outlet(m);
	else
		dark_bmc(m);
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
drive_dark_begin(struct drive_machine *m)
{
	struct err e;

	m->said[0] = '\0';
	m->deadline = times_boot() + m->job->drive->room.conf->off_limit_ms;
	if (dark_targets(m, &e) != 0)
		dark_fail(m, e.text);
	else
		dark_outlet(m);
}

/* ---- the dwell ---------------------------------------------------------------------------------------------- */

static void
dwelt(struct drive_machine *m)
{
	struct err e;

	if (m->job->plan.way == POWER_WAY_BMC) {
		drive_step_end(m, "seen", "ok", "waited");
		return;
	}
	m->deadline = times_boot(); /* one look: what is on now was on during the dwell */
	if (dark_targets(m, &e) != 0)
		dark_fail(m, e.text);
	else
		dark_outlet(m);
}

void
drive_dwell_begin(struct drive_machine *m)
{
	drive_after(m, m->job->drive->room.conf->dwell_ms, dwelt);
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
		drive_step_end(m, "seen", "ok", arena_printf(m->job->a, "%s answers after %s: chassis %s", s->device,
		    times_age(times_now() - m->began, age), power_state_name(r->state)));
	else if (left(m) > 0)
		drive_after(m, DRIVE_POLL_MS, wait_poll);
	else
		drive_step_end(m, "seen", "failed", arena_printf(m->job->a,
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
	if (probe_device(m->job->drive->room.probe, s->device, m->job->a, &m->target.device, &e) != 0) {
		drive_step_end(m, "seen", "failed", e.text);
		return;
	}
	m->target.outlet = NULL;
	wait_poll(m);
}
