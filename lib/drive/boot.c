/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot device of the next boot, by IPMI (v2.0 sections 28.12 and 28.13): read, intent on disk, set, read back. What
 * reads as wanted already is left alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* ---- what is wanted ------------------------------------------------------------------------------ */

static uint8_t
number_of(enum power_boot b)
{
	static const uint8_t numbers[POWER_BOOT_COUNT] = {
	    [POWER_BOOT_PXE] = IPMI_BOOT_PXE, [POWER_BOOT_DISK] = IPMI_BOOT_DISK, [POWER_BOOT_BIOS] = IPMI_BOOT_BIOS,
	};

	return numbers[b];
}

/* Does it read as the action wants it? */
static bool
is_set(const struct ipmi_boot *b, enum power_action a)
{
	return b->valid && b->device == number_of(power_action_boot(a)) && !b->persistent && b->efi == power_action_is_efi(a);
}

/* Taken back, by a rebuild alone, is whatever is not "PXE next". */
static bool
is_cleared(const struct ipmi_boot *b)
{
	return !b->valid || b->device != IPMI_BOOT_PXE;
}

static const char *
words(const struct ipmi_boot *b, struct arena *a)
{
	static const char *const names[POWER_BOOT_COUNT] = {
	    [POWER_BOOT_PXE] = "PXE", [POWER_BOOT_DISK] = "the disk", [POWER_BOOT_BIOS] = "the firmware's setup",
	};
	const char *name = NULL;

	for (size_t i = POWER_BOOT_PXE; i < POWER_BOOT_COUNT; i++)
		if (b->device == number_of((enum power_boot)i))
			name = names[i];
	if (!b->valid || b->device == 0)
		return "no boot device is set";
	if (name == NULL)
		return "another boot device is set";
	return b->persistent ? arena_printf(a, "%s is set for every boot", name)
	                     : arena_printf(a, "the next boot is from %s%s", name, b->efi ? " (EFI)" : "");
}

static bool
wanted(const struct drive_machine *m, const struct ipmi_boot *b)
{
	return m->undo.active ? is_cleared(b) : is_set(b, drive_step(m)->action);
}

static void
end(struct drive_machine *m, const char *kind, const char *outcome, const char *text)
{
	(m->undo.active ? drive_undo_end : drive_step_end)(m, kind, outcome, text);
}

static const char *
why_not(const struct ipmi_answer *a)
{
	return a->text[0] != '\0' ? a->text : "its answer is no boot device";
}

/* ---- reading back ----------------------------------------------------------------------------------- */

static void poll_back(struct drive_machine *m);

static void
read_back(void *ctx, const struct ipmi_answer *answer)
{
	struct drive_machine *m = ctx;
	const char *bmc = gate_name(m->target.device);
	struct ipmi_boot b;

	if (m->job->drive->stopping)
		return;
	if (ipmi_boot_parse(answer, &b) != 0) {
		if (times_boot() < m->deadline)
			drive_after(m, DRIVE_POLL_MS, poll_back);
		else
			end(m, "outcome", "unknown", arena_printf(m->a, "%s was told and its boot device cannot be read since: %s", bmc,
			    why_not(answer)));
		return;
	}
	if (wanted(m, &b)) {
		if (!m->undo.active)
			m->job->step_sent[m->step] = true;
		end(m, "outcome", "ok", arena_printf(m->a, "%s: %s", bmc, words(&b, m->a)));
	} else if (times_boot() < m->deadline && !m->refused) {
		drive_after(m, DRIVE_POLL_MS, poll_back);
	} else {
		end(m, "outcome", "failed", arena_printf(m->a, "%s %s%s%s, and %s", bmc, m->refused ? "refused" : "said yes",
		    m->said[0] == '\0' ? "" : ": ", m->said, words(&b, m->a)));
	}
}

static void
poll_back(struct drive_machine *m)
{
	struct ipmi_command read = ipmi_boot_read();

	gate_ask(m->target.device, GATE_POWER, &read, read_back, m);
}

/* ---- setting ------------------------------------------------------------------------------------------ */

static void
set_done(void *ctx, const struct ipmi_answer *answer)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	m->refused = answer->outcome == IPMI_OK && answer->completion != 0;
	if (answer->outcome != IPMI_OK || answer->completion != 0)
		snprintf(m->said, sizeof(m->said), "%s", answer->text);
	if (m->said[0] != '\0' && m->said[strlen(m->said) - 1] == '.') /* a sentence within another */
		m->said[strlen(m->said) - 1] = '\0';
	poll_back(m);
}

static void
send_change(struct drive_machine *m)
{
	struct ipmi_command set = m->undo.active ? ipmi_boot_clear()
	    : ipmi_boot_set(number_of(power_action_boot(drive_step(m)->action)), power_action_is_efi(drive_step(m)->action));

	gate_ask(m->target.device, GATE_POWER, &set, set_done, m);
}

/* A BMC without parameter 4 says so, and that is no harm. */
static void
new_done(void *ctx, const struct ipmi_answer *answer)
{
	struct drive_machine *m = ctx;

	(void)answer;
	if (!m->job->drive->stopping)
		send_change(m);
}

static int
write_intent(struct drive_machine *m, const struct ipmi_boot *b, struct err *e)
{
	const struct drive_intent intent = {
	    .step = m->undo.active ? drive_undo_number(m) : (int64_t)m->step + 1,
	    .verb = m->undo.active ? "boot-clear" : power_action_name(drive_step(m)->action),
	    .device = gate_name(m->target.device),
	    .text = arena_printf(m->a, "%s: %s; %s%s", gate_name(m->target.device), words(b, m->a),
	        m->undo.active ? "taken back: sending none" : "sending once: ",
	        m->undo.active ? "" : power_boot_name(power_action_boot(drive_step(m)->action))),
	    .cites = m->job->request.plan_hash,
	};

	return drive_write_intent(m, &intent, e);
}

static void
before_read(void *ctx, const struct ipmi_answer *answer)
{
	struct drive_machine *m = ctx;
	struct power_look look = drive_look(m);
	const char *bmc = gate_name(m->target.device);
	struct ipmi_command new = ipmi_boot_new();
	struct ipmi_boot b;
	struct err e;

	if (m->job->drive->stopping)
		return;
	if (ipmi_boot_parse(answer, &b) != 0)
		end(m, "refuse", "failed", arena_printf(m->a, "%s does not say its boot device, so nothing was sent: %s", bmc,
		    why_not(answer)));
	else if (wanted(m, &b))
		end(m, "seen", "ok", arena_printf(m->a, "%s: %s already", bmc, words(&b, m->a)));
	else if (!m->undo.active && power_look_ceiling(&look, m->step, &e) != 0)
		end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else if (write_intent(m, &b, &e) != 0)
		end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else {
		m->deadline = times_boot() + m->job->drive->room.conf->on_limit_ms;
		if (m->undo.active)
			send_change(m);
		else
			gate_ask(m->target.device, GATE_POWER, &new, new_done, m);
	}
}

static void
begin(struct drive_machine *m)
{
	struct ipmi_command read = ipmi_boot_read();

	m->refused = false;
	m->said[0] = '\0';
	gate_ask(m->target.device, GATE_POWER, &read, before_read, m);
}

void
drive_boot_begin(struct drive_machine *m)
{
	struct err e;

	if (drive_look_device(m, &e) != 0)
		end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else
		begin(m);
}

void
drive_boot_undo(struct drive_machine *m, const struct power_step *s)
{
	struct err e;

	if (probe_device(m->job->drive->room.probe, s->device, m->a, &m->target.device, &e) != 0)
		end(m, "refuse", "failed", e.text);
	else
		begin(m);
}

/* ---- after a restart ------------------------------------------------------------------------------------ */

struct check {
	enum power_action action;    /* POWER_ACTION_COUNT: it was taken back */
	drive_found_fn *done;
	void *ctx;
};

static void
check_seen(void *ctx, const struct ipmi_answer *answer)
{
	struct check *k = ctx;
	struct drive_found found = {.text = why_not(answer)};
	struct arena *a = arena_create();
	struct ipmi_boot b;

	if (ipmi_boot_parse(answer, &b) == 0)
		found = (struct drive_found){.answered = true, .text = words(&b, a),
		    .as_wanted = k->action == POWER_ACTION_COUNT ? is_cleared(&b) : is_set(&b, k->action)};
	k->done(k->ctx, &found);
	arena_destroy(a);
	free(k);
}

void
drive_boot_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx)
{
	struct ipmi_command read = ipmi_boot_read();
	struct check *k = calloc(1, sizeof(*k));

	if (k == NULL)
		log_die("out of memory: a check of a boot device");
	*k = (struct check){power_action_parse(intent->verb), done, ctx}; /* "boot-clear" is none */
	gate_ask(d, GATE_ASKED, &read, check_seen, k);
}
