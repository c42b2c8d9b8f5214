/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step that switches: look, read, intent on disk, packet, read back,
 * outcome. The order of these calls is the safety of the whole.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"

static void switch_look(struct drive_machine *m);
static void switch_poll(struct drive_machine *m);

/* "pdu-b01-a AA7" or "n0001-bmc" */
static const char *
where(const struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);

	return s->outlet == NULL ? s->device : arena_printf(m->a, "%s %s", s->device, s->outlet);
}

static const char *
on_off(bool on)
{
	return on ? "on" : "off";
}

/* ---- the end: what the device says it is --------------------------------------------------------- */

static void
switched(struct drive_machine *m, const struct drive_reading *r)
{
	if (r->amps == r->amps) /* measured: not NAN */
		drive_step_end(m, "outcome", "ok", arena_printf(m->a, "%s reads %s, %.2f A", where(m),
		    on_off(m->wanted_on), r->amps));
	else
		drive_step_end(m, "outcome", "ok", arena_printf(m->a, "%s reads %s", where(m),
		    on_off(m->wanted_on)));
}

static void
not_switched(struct drive_machine *m, const struct drive_reading *r)
{
	struct arena *a = m->a;

	if (!r->answered)
		drive_step_end(m, "outcome", "unknown", arena_printf(a,
		    "%s was told to go %s and cannot be read since: %s%s%s", where(m), on_off(m->wanted_on), r->text,
		    m->said[0] == '\0' ? "" : "; to the command: ", m->said));
	else if (!m->wanted_on && r->state == POWER_IS_OFF)
		drive_step_end(m, "outcome", "failed", arena_printf(a, "%s reads off and still carries %.2f A", where(m),
		    r->amps));
	else if (m->refused)
		drive_step_end(m, "outcome", "failed", arena_printf(a, "%s refused to go %s: %s", where(m),
		    on_off(m->wanted_on), m->said));
	else
		drive_step_end(m, "outcome", "failed", arena_printf(a,
		    "%s %s and still reads %s: it did not go %s", where(m),
		    m->said[0] == '\0' ? "said yes" : "did not confirm the command",
		    r->word[0] == '\0' ? power_state_name(r->state) : r->word, on_off(m->wanted_on)));
}

/* An outlet that reads off and carries a load is not off (rule 5). */
static bool
carries(const struct drive_machine *m, const struct drive_reading *r)
{
	return !m->wanted_on && r->amps >= m->job->drive->room.conf->load_floor_a; /* false for NAN */
}

static void
read_back(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	enum power_state wanted = m->wanted_on ? POWER_IS_ON : POWER_IS_OFF;

	if (m->job->drive->stopping)
		return; /* the intent stays open: recovery settles it by reading */
	if (r->answered && r->state == wanted && !r->changing && !carries(m, r))
		switched(m, r);
	else if (times_boot() < m->deadline && !(m->refused && r->answered && !r->changing))
		drive_after(m, DRIVE_POLL_MS, switch_poll);
	else
		not_switched(m, r);
}

static void
switch_poll(struct drive_machine *m)
{
	drive_driver_of(m->target.device)->read(&m->target, GATE_POWER, read_back, m);
}

/* ---- the packet ----------------------------------------------------------------------------------- */

static void
sent(void *ctx, enum drive_sent outcome, const char *text)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	m->refused = outcome == DRIVE_REFUSED;
	if (outcome != DRIVE_SENT)
		snprintf(m->said, sizeof(m->said), "%s", text);
	/* Whatever it said: what counts is what it is (rule 5). */
	switch_poll(m);
}

int
drive_write_intent(struct drive_machine *m, const struct drive_intent *intent, struct err *e)
{
	struct drive_job *job = m->job;
	struct journal_row row = {
	    .kind = "intent",
	    .job = job->request.id,
	    .step = intent->step,
	    .who = job->request.who,
	    .address = job->request.address,
	    .verb = intent->verb,
	    .machine = drive_name(m),
	    .device = intent->device,
	    .outlet = intent->outlet,
	    .text = intent->text,
	    .cites = intent->cites,
	};
	struct journal_step step = {job->request.id, row.step, "running", row.text, m->began, 0};
	const struct power_about about = {row.machine, intent->device, intent->outlet, power_verb_is_outlet(job->plan.verb)};
	struct power_look look = drive_look(m);

	if (job->aborted && !m->undo.active) {
		m->halted = true; /* whoever said abort must not see one more thing switched */
		return err_set(e, ERR_REFUSED, "the job was aborted");
	}
	if (power_look_tags(&look, &about, m->a, e) != 0)
		return -1;
	if (journal_add_with(job->drive->room.journal, &row, &step, NULL, e) == 0)
		return 0;
	log_error("job %lld: an intent cannot be written, so nothing is sent: %s", (long long)job->request.id, e->text);
	return err_set(e, ERR_UNAVAILABLE, "the intent could not be written");
}

static int
write_intent(struct drive_machine *m, const struct power_seen *seen, struct err *e)
{
	const struct power_step *s = drive_step(m);
	const struct drive_intent intent = {
	    .step = (int64_t)m->step + 1,
	    .verb = power_action_name(s->action),
	    .device = s->device,
	    .outlet = s->outlet,
	    .text = arena_printf(m->a, "%s reads %s%s%s%s; sending %s", where(m), power_state_name(seen->state),
	        seen->device_name != NULL && seen->device_name[0] != '\0' ? " (\"" : "",
	        seen->device_name == NULL ? "" : seen->device_name,
	        seen->device_name != NULL && seen->device_name[0] != '\0' ? "\")" : "", on_off(m->wanted_on)),
	    .cites = m->job->request.plan_hash,
	};

	return drive_write_intent(m, &intent, e);
}

static bool
already(const struct drive_machine *m, const struct power_seen *seen)
{
	return drive_step(m)->action == POWER_DO_ENSURE_ON && seen->state == POWER_IS_ON;
}

static void
before_read(void *ctx, const struct drive_reading *r)
{
	struct drive_machine *m = ctx;
	struct power_seen seen = {r->state, r->word, r->device_name};
	struct power_look look = drive_look(m);
	const struct conf *conf = m->job->drive->room.conf;
	struct err e;

	if (m->job->drive->stopping)
		return;
	if (!r->answered) {
		drive_step_end(m, "refuse", "failed", arena_printf(m->a,
		    "%s does not answer, so nothing was sent: %s", where(m), r->text));
		return;
	}
	if (already(m, &seen)) {
		drive_step_end(m, "seen", "ok", arena_printf(m->a, "%s reads on by itself", where(m)));
		return;
	}
	if (power_look_device(&look, m->step, &seen, &e) != 0 || power_look_ceiling(&look, m->step, &e) != 0) {
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
		return;
	}
	if (write_intent(m, &seen, &e) != 0) {
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
		return;
	}
	m->deadline = times_boot() + (m->wanted_on ? conf->on_limit_ms : conf->off_limit_ms);
	if (gate_type(m->target.device) != NULL && gate_type(m->target.device)->settle_ms > conf->off_limit_ms)
		m->deadline = times_boot() + gate_type(m->target.device)->settle_ms;
	drive_pace_sent(m);
	drive_driver_of(m->target.device)->set(&m->target, m->wanted_on, sent, m);
}

/* ---- the look ----------------------------------------------------------------------------------------- */

int
drive_look_device(struct drive_machine *m, struct err *e)
{
	struct power_look look = drive_look(m);

	if (*m->job->drive->room.inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory to look at");
	if (power_look_step(&look, m->step, m->a, e) != 0)
		return -1;
	return probe_device(m->job->drive->room.probe, drive_step(m)->device, m->a, &m->target.device, e);
}

static void
switch_look(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct err e;

	if (drive_look_device(m, &e) == 0) {
		m->target.outlet = s->outlet;
		m->target.index.n = 0;
		drive_driver_of(m->target.device)->read(&m->target, GATE_POWER, before_read, m);
		return;
	}
	drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
}

static void
switch_begin(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);

	m->wanted_on = s->action == POWER_DO_OUTLET_ON || s->action == POWER_DO_CHASSIS_ON ||
	    s->action == POWER_DO_ENSURE_ON;
	if (m->wanted_on)
		drive_pace_ask(m, switch_look);
	else
		switch_look(m);
}

void
drive_step_begin(struct drive_machine *m)
{
	static void (*const begin[POWER_ACTION_COUNT])(struct drive_machine *) = {
	    [POWER_DO_CHASSIS_OFF] = switch_begin, [POWER_DO_CHASSIS_ON] = switch_begin,
	    [POWER_DO_OUTLET_OFF] = switch_begin,  [POWER_DO_OUTLET_ON] = switch_begin,
	    [POWER_DO_ENSURE_ON] = switch_begin,   [POWER_DO_LOAD] = drive_load_begin,
	    [POWER_DO_BMC_SILENT] = drive_silent_begin,
	    [POWER_DO_DWELL] = drive_dwell_begin,  [POWER_DO_WAIT_BMC] = drive_wait_begin,
	    [POWER_DO_WAIT_PING] = drive_ping_begin, [POWER_DO_PING_LOST] = drive_lost_begin,
	    [POWER_DO_RESET] = drive_act_begin,    [POWER_DO_SOFT] = drive_act_begin,
	    [POWER_DO_NMI] = drive_act_begin,      [POWER_DO_IDENTIFY] = drive_act_begin,
	    [POWER_DO_BOOT_PXE] = drive_boot_begin, [POWER_DO_BOOT_PXE_EFI] = drive_boot_begin,
	    [POWER_DO_BOOT_DISK] = drive_boot_begin, [POWER_DO_BOOT_DISK_EFI] = drive_boot_begin,
	    [POWER_DO_BOOT_BIOS] = drive_boot_begin, [POWER_DO_BOOT_BIOS_EFI] = drive_boot_begin,
	    [POWER_DO_WATCH] = drive_watch_begin,
	    [POWER_DO_VLAN_EGRESS] = drive_vlan_begin, [POWER_DO_VLAN_UNTAGGED] = drive_vlan_begin,
	    [POWER_DO_VLAN_PVID] = drive_vlan_begin, [POWER_DO_VLAN_LEAVE_UNTAGGED] = drive_vlan_begin,
	    [POWER_DO_VLAN_LEAVE_EGRESS] = drive_vlan_begin,
	};
	struct journal_step step = {m->job->request.id, (int64_t)m->step + 1, "running", "", m->began, 0};
	struct err e;

	if (journal_set_step(m->job->drive->room.journal, &step, &e) != 0) {
		log_error("job %lld: %s", (long long)m->job->request.id, e.text);
		drive_step_end(m, "refuse", "failed", "the journal could not be written, so nothing was sent");
		return;
	}
	drive_job_publish(m->job);
	begin[drive_step(m)->action](m);
}
