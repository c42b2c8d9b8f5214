/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a BMC alone does: reset, soft shutdown, diagnostic interrupt (IPMI v2.0 section 28.3), the identify light (28.5).
 * Look, read, intent on disk, packet, and then whatever can be read back; where nothing can, the outcome says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static void poll_back(struct drive_machine *m);

/* ---- the four ------------------------------------------------------------------------------------------ */

struct act {
	const char *sending;         /* of the intent */
	const char *name;            /* "the reset": in sentences */
	struct ipmi_command (*command)(void);
	/* true: the step has ended. `last`: its time is over. */
	bool (*judge)(struct drive_machine *m, const struct probe_chassis *c, bool last);
};

static const struct act *act_of(enum power_action a);

static const struct act *
act(const struct drive_machine *m)
{
	return act_of(drive_step(m)->action);
}

static void
ended(struct drive_machine *m, const char *outcome, const char *text)
{
	drive_step_end(m, "outcome", outcome, text);
}

/* Whether a command that was not answered was obeyed, when nothing else tells. */
static void
ended_unsure(struct drive_machine *m)
{
	ended(m, "unknown", arena_printf(m->a, "%s was sent %s and did not say whether it obeys, which cannot be read: %s",
	    drive_step(m)->device, act(m)->name, m->said));
}

/* What the chassis is afterwards; the pings, where there are any, are steps of their own. */
static bool
judge_reset(struct drive_machine *m, const struct probe_chassis *c, bool last)
{
	const char *bmc = drive_step(m)->device;

	if (!c->on && !last)
		return false;
	if (!c->on)
		ended(m, "failed", arena_printf(m->a, "%s was sent the reset, and its chassis reads off since", bmc));
	else if (m->unsure)
		ended_unsure(m);
	else
		ended(m, "ok", arena_printf(m->a, "%s accepted the reset, and its chassis reads on", bmc));
	return true;
}

static bool
judge_soft(struct drive_machine *m, const struct probe_chassis *c, bool last)
{
	const char *bmc = drive_step(m)->device;
	char age[TIMES_TEXT];

	if (c->on && !last)
		return false;
	if (c->on)
		ended(m, "failed", arena_printf(m->a, "%s was asked to shut down %s ago and is still on; nothing else was done",
		    drive_name(m), times_age(times_now() - m->began, age)));
	else
		ended(m, "ok", arena_printf(m->a, "%s: the chassis reads off, %s after the system was asked", bmc,
		    times_age(times_now() - m->began, age)));
	return true;
}

static bool
judge_nmi(struct drive_machine *m, const struct probe_chassis *c, bool last)
{
	(void)c;
	(void)last;
	if (m->unsure)
		ended_unsure(m);
	else
		ended(m, "ok", "the BMC accepted it; nothing can be read back");
	return true;
}

static bool
judge_light(struct drive_machine *m, const struct probe_chassis *c, bool last)
{
	const char *bmc = drive_step(m)->device;

	if (c->bits.identify_known && c->bits.identify)
		ended(m, "ok", arena_printf(m->a, "%s: its identify light reads on, for %d seconds from now", bmc, POWER_IDENTIFY_S));
	else if (c->bits.identify_known && !last)
		return false;
	else if (c->bits.identify_known)
		ended(m, "failed", arena_printf(m->a, "%s %s and its identify light reads off", bmc,
		    m->unsure ? "did not answer" : "said yes"));
	else if (m->unsure)
		ended_unsure(m);
	else
		ended(m, "ok", arena_printf(m->a, "%s accepted it; it does not say whether its light is on", bmc));
	return true;
}

static struct ipmi_command
reset(void)
{
	return ipmi_chassis_control(IPMI_CONTROL_RESET);
}

static struct ipmi_command
soft(void)
{
	return ipmi_chassis_control(IPMI_CONTROL_SOFT);
}

static struct ipmi_command
nmi(void)
{
	return ipmi_chassis_control(IPMI_CONTROL_NMI);
}

static struct ipmi_command
light(void)
{
	return ipmi_identify(POWER_IDENTIFY_S);
}

/* The last one is what an action that is none of these would send too: it can do no harm. */
static const struct act acts[] = {
    {"a reset, once", "the reset", reset, judge_reset},
    {"an ACPI shutdown, once", "the shutdown", soft, judge_soft},
    {"a diagnostic interrupt, once", "the interrupt", nmi, judge_nmi},
    {"the identify light", "the light", light, judge_light},
};

static const struct act *
act_of(enum power_action a)
{
	switch (a) {
	case POWER_DO_RESET: return &acts[0];
	case POWER_DO_SOFT: return &acts[1];
	case POWER_DO_NMI: return &acts[2];
	default: return &acts[3];
	}
}

/* ---- reading back ------------------------------------------------------------------------------------------ */

static void
read_back(void *ctx, const struct probe_chassis *c)
{
	struct drive_machine *m = ctx;
	bool last = times_boot() >= m->deadline;

	if (m->job->drive->stopping)
		return; /* the intent stays open: recovery settles it by reading */
	if (c->outcome == IPMI_OK && act(m)->judge(m, c, last))
		return;
	if (!last)
		drive_after(m, DRIVE_SLOW_POLL_MS, poll_back);
	else
		ended(m, "unknown", arena_printf(m->a, "%s was sent %s and cannot be read since: %s", drive_step(m)->device,
		    act(m)->name, c->text));
}

static void
poll_back(struct drive_machine *m)
{
	probe_chassis_read(m->target.device, GATE_POWER, read_back, m);
}

/* ---- the packet ---------------------------------------------------------------------------------------------- */

static void
sent(void *ctx, const struct ipmi_answer *answer)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	m->unsure = answer->outcome == IPMI_UNSURE || answer->outcome == IPMI_CANCELLED || answer->outcome == IPMI_GARBAGE;
	snprintf(m->said, sizeof(m->said), "%s", answer->text);
	if (m->unsure || (answer->outcome == IPMI_OK && answer->completion == 0))
		poll_back(m);
	else
		ended(m, "failed", arena_printf(m->a, "%s refused %s, and nothing else was done: %s", drive_step(m)->device,
		    act(m)->name, m->said));
}

static int
write_intent(struct drive_machine *m, const char *state, struct err *e)
{
	const struct power_step *s = drive_step(m);
	const struct drive_intent intent = {
	    .step = (int64_t)m->step + 1,
	    .verb = power_action_name(s->action),
	    .device = s->device,
	    .text = arena_printf(m->a, "%s reads %s; sending %s", s->device, state, act(m)->sending),
	    .cites = m->job->request.plan_hash,
	};

	return drive_write_intent(m, &intent, e);
}

static void
send_act(struct drive_machine *m)
{
	enum power_action a = drive_step(m)->action;
	struct ipmi_command c = act(m)->command();
	const struct conf *conf = m->job->drive->room.conf;

	m->deadline = times_boot() + (a == POWER_DO_SOFT ? conf->soft_limit_ms : conf->on_limit_ms);
	gate_ask(m->target.device, GATE_POWER, &c, sent, m);
}

static void
before_read(void *ctx, const struct probe_chassis *c)
{
	struct drive_machine *m = ctx;
	struct power_seen seen = {c->on ? POWER_IS_ON : POWER_IS_OFF, c->on ? "on" : "off", ""};
	struct power_look look = drive_look(m);
	struct err e;

	if (m->job->drive->stopping)
		return;
	if (c->outcome != IPMI_OK)
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "%s does not answer, so nothing was sent: %s",
		    drive_step(m)->device, c->text));
	else if (power_look_device(&look, m->step, &seen, &e) != 0 || power_look_ceiling(&look, m->step, &e) != 0)
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else if (write_intent(m, seen.word, &e) != 0)
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else
		send_act(m);
}

void
drive_act_begin(struct drive_machine *m)
{
	struct err e;

	if (drive_look_device(m, &e) != 0)
		drive_step_end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else
		probe_chassis_read(m->target.device, GATE_POWER, before_read, m);
}

/* ---- after a restart ------------------------------------------------------------------------------------------- */

struct check {
	enum power_action action;
	drive_found_fn *done;
	void *ctx;
};

/* A light goes out by itself, a reset and an interrupt leave no mark: only a shutdown can be told for certain. */
static void
check_seen(void *ctx, const struct probe_chassis *c)
{
	struct check *k = ctx;
	struct drive_found found = {.text = c->text};

	if (c->outcome == IPMI_OK && k->action == POWER_DO_SOFT)
		found = (struct drive_found){.answered = true, .as_wanted = !c->on,
		    .text = c->on ? "the chassis is still on" : "the chassis reads off"};
	else if (c->outcome == IPMI_OK && k->action == POWER_DO_IDENTIFY && c->bits.identify_known && c->bits.identify)
		found = (struct drive_found){.answered = true, .as_wanted = true, .text = "the identify light reads on"};
	else if (c->outcome == IPMI_OK)
		found = (struct drive_found){.answered = true, .cannot = true,
		    .text = c->on ? "the chassis reads on, and whether the command was obeyed no reading tells"
		                  : "the chassis reads off, and whether the command was obeyed no reading tells"};
	k->done(k->ctx, &found);
	free(k);
}

void
drive_act_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx)
{
	struct check *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_die("out of memory: a check of what a BMC did");
	*k = (struct check){power_action_parse(intent->verb), done, ctx};
	probe_chassis_read(d, GATE_ASKED, check_seen, k);
}
