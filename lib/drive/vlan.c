/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One object of a switch changed by one bit, or a PVID: look, read, intent on disk, read again and compare, write, read
 * back, outcome (RFC 4363). What is judged from a reading is in probe/bridge.c. A list is never sent twice: between
 * two sendings another manager may have changed it. SNMP cannot test and set, so what somebody else writes within the
 * round trip between the second reading and the SET is lost: read back, it shows as a list that is ours.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"

static void poll_back(struct drive_machine *m);

/* ---- what is to be changed ------------------------------------------------------------------------ */

static const struct {
	enum bridge_column what;
	bool on;
} changes[POWER_ACTION_COUNT] = {
    [POWER_DO_VLAN_EGRESS] = {BRIDGE_EGRESS, true},
    [POWER_DO_VLAN_UNTAGGED] = {BRIDGE_UNTAGGED, true},
    [POWER_DO_VLAN_PVID] = {BRIDGE_PVID, true},
    [POWER_DO_VLAN_LEAVE_UNTAGGED] = {BRIDGE_UNTAGGED, false},
    [POWER_DO_VLAN_LEAVE_EGRESS] = {BRIDGE_EGRESS, false},
};

static struct bridge_change
change_of(const struct power_plan *p, const struct power_step *s, enum power_action action)
{
	bool back = action != s->action || (action == POWER_DO_VLAN_PVID && s->vlan != p->vlan->vlan);
	struct bridge_change c = {
	    .device = s->device,
	    .port = s->outlet,
	    .name = p->vlan->name,
	    .base_port = (uint32_t)p->vlan->base_port,
	    .if_index = (uint32_t)p->vlan->if_index,
	    .what = changes[action].what,
	    .on = changes[action].on,
	    .vlan = (uint32_t)s->vlan,
	    .was = (uint32_t)(back ? p->vlan->vlan : p->vlan->was),
	};

	return c;
}

/* "sw-b01 swp02: in the egress list of VLAN 20" */
static const char *
words(const struct bridge_change *c, bool is_so, struct arena *a)
{
	if (c->what == BRIDGE_PVID)
		return arena_printf(a, "%s %s: PVID %s%u", c->device, c->port, is_so ? "" : "is not ", c->vlan);
	return arena_printf(a, "%s %s: %s the %s list of VLAN %u", c->device, c->port, c->on == is_so ? "in" : "not in",
	    c->what == BRIDGE_EGRESS ? "egress" : "untagged", c->vlan);
}

static void
end(struct drive_machine *m, const char *kind, const char *outcome, const char *text)
{
	(m->undo.active ? drive_undo_end : drive_step_end)(m, kind, outcome, text);
}

static void
refuse(struct drive_machine *m, const char *why)
{
	end(m, "refuse", "failed", arena_printf(m->a, "%s: nothing was sent: %s", words(&m->change, true, m->a), why));
}

/* ---- reading back --------------------------------------------------------------------------------------- */

/* Was more than our bit changed in what we wrote? Then somebody else writes there too. */
static bool
others_wrote(const struct drive_machine *m, const struct snmp_answer *answer)
{
	const struct snmp_value *v = &answer->values[m->change.what == BRIDGE_EGRESS ? SEEN_EGRESS : SEEN_UNTAGGED];

	return m->change.what != BRIDGE_PVID && m->put.octets.n > 0 && v->type == SNMP_TEXT && !str_eq(v->text, m->put.octets);
}

static void
not_changed(struct drive_machine *m, const char *why)
{
	const char *is = words(&m->change, false, m->a);

	if (m->refused)
		end(m, "outcome", "failed", arena_printf(m->a, "%s: the switch refused: %s", is, m->said));
	else
		end(m, "outcome", "failed", arena_printf(m->a, "%s: the switch %s and still reads so%s%s", is,
		    m->said[0] == '\0' ? "said yes" : "did not confirm", why[0] == '\0' ? "" : ": ", why));
}

static void
judge_back(struct drive_machine *m, const struct snmp_answer *answer)
{
	struct bridge_put put;
	struct err e = {0};

	switch (bridge_judge(&m->change, answer->values, answer->n, &put, &e)) {
	case BRIDGE_IS_SO:
		if (!m->undo.active)
			m->job->step_sent[m->step] = true;
		end(m, "outcome", "ok", arena_printf(m->a, "%s%s", words(&m->change, true, m->a),
		    others_wrote(m, answer) ? "; another manager has changed the list since it was written" : ""));
		break;
	case BRIDGE_SEND:
	case BRIDGE_REFUSE:
		if (times_boot() < m->deadline && !m->refused)
			drive_after(m, DRIVE_POLL_MS, poll_back);
		else if (e.kind == ERR_STALE)
			end(m, "outcome", "unknown", arena_printf(m->a, "%s was asked for, and what is read does not tell: %s",
			    words(&m->change, true, m->a), e.text));
		else
			not_changed(m, e.text);
		break;
	}
	buf_free(&put.bytes);
}

static void
read_back(void *ctx, const struct snmp_answer *answer)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return; /* the intent stays open: recovery settles it by reading */
	if (answer->outcome == SNMP_OK)
		judge_back(m, answer);
	else if (times_boot() < m->deadline)
		drive_after(m, DRIVE_POLL_MS, poll_back);
	else
		end(m, "outcome", "unknown", arena_printf(m->a, "%s was asked for and cannot be read since: %s",
		    words(&m->change, true, m->a), answer->text));
}

static void
ask(struct drive_machine *m, snmp_done_fn *done)
{
	struct snmp_oid oids[SEEN_COUNT];

	bridge_questions(&m->change, oids);
	gate_get(m->target.device, GATE_POWER, oids, SEEN_COUNT, done, m);
}

static void
poll_back(struct drive_machine *m)
{
	ask(m, read_back);
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

static void
written(void *ctx, const struct snmp_answer *answer)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	m->refused = answer->outcome == SNMP_REFUSED || answer->outcome == SNMP_AUTH || answer->outcome == SNMP_NOT_SENT;
	if (answer->outcome != SNMP_OK)
		snprintf(m->said, sizeof(m->said), "%s", answer->text);
	poll_back(m); /* whatever it said: what counts is what it is */
}

/* The second reading, with the intent on disk: what somebody else changed meanwhile must not be written over. */
static void
read_again(void *ctx, const struct snmp_answer *answer)
{
	struct drive_machine *m = ctx;

	if (m->job->drive->stopping)
		return;
	if (answer->outcome != SNMP_OK) {
		end(m, "outcome", "failed", arena_printf(m->a, "nothing was sent: %s cannot be read any more: %s", m->change.device,
		    answer->text));
		return;
	}
	if (!bridge_same(&m->change, m->seen, SEEN_COUNT, answer->values, answer->n)) {
		end(m, "outcome", "failed", arena_printf(m->a,
		    "nothing was sent: another manager changed %s of %s between reading and writing; plan it again",
		    m->change.what == BRIDGE_PVID ? "the PVID" : "the list", m->change.device));
		return;
	}
	m->deadline = times_boot() + m->job->drive->room.conf->on_limit_ms;
	gate_write(m->target.device, GATE_POWER, &m->put_at, &m->put, written, m);
}

static int
write_intent(struct drive_machine *m, struct err *e)
{
	const struct bridge_change *c = &m->change;
	enum power_action action = drive_step(m)->action;
	const struct drive_intent intent = {
	    .step = m->undo.active ? drive_undo_number(m) : (int64_t)m->step + 1,
	    .verb = power_action_name(m->undo.active
	            ? power_action_undo(m->job->plan.steps[m->undo.step[m->undo.at]].action) : action),
	    .device = c->device,
	    .outlet = c->port,
	    .text = arena_printf(m->a, "%s; %swriting it so", words(c, false, m->a), m->undo.active ? "taken back: " : ""),
	    .cites = arena_printf(m->a, "%s vlan %u port %u interface %u was %u", m->job->request.plan_hash, c->vlan,
	        c->base_port, c->if_index, c->was),
	};

	return drive_write_intent(m, &intent, e);
}

/* Keep what was read: the answer's texts go with it. */
static void
keep(struct drive_machine *m, const struct snmp_answer *answer, const struct bridge_put *put)
{
	for (int i = 0; i < SEEN_COUNT; i++) {
		m->seen[i] = answer->values[i];
		if (m->seen[i].type == SNMP_TEXT)
			m->seen[i].text.p = arena_strndup(m->a, m->seen[i].text.p, m->seen[i].text.n);
	}
	m->put = put->put;
	m->put_at = put->oid;
	if (put->put.octets.n > 0)
		m->put.octets.p = arena_strndup(m->a, put->put.octets.p, put->put.octets.n);
}

static void
send_change(struct drive_machine *m, const struct snmp_answer *answer, const struct bridge_put *put)
{
	struct power_look look = drive_look(m);
	struct err e;

	keep(m, answer, put);
	if (!m->undo.active && power_look_ceiling(&look, m->step, &e) != 0)
		refuse(m, e.text);
	else if (write_intent(m, &e) != 0)
		end(m, "refuse", "failed", arena_printf(m->a, "nothing was sent: %s", e.text));
	else
		ask(m, read_again);
}

static void
before_read(void *ctx, const struct snmp_answer *answer)
{
	struct drive_machine *m = ctx;
	struct bridge_put put = {0};
	struct err e = {0};

	if (m->job->drive->stopping)
		return;
	if (answer->outcome != SNMP_OK) {
		refuse(m, arena_printf(m->a, "%s does not answer: %s", m->change.device, answer->text));
		return;
	}
	switch (bridge_judge(&m->change, answer->values, answer->n, &put, &e)) {
	case BRIDGE_IS_SO:
		end(m, "seen", "ok", arena_printf(m->a, "%s already", words(&m->change, true, m->a)));
		break;
	case BRIDGE_SEND:
		send_change(m, answer, &put);
		break;
	case BRIDGE_REFUSE:
		refuse(m, e.text);
		break;
	}
	buf_free(&put.bytes);
}

/* ---- beginning ---------------------------------------------------------------------------------------------- */

static void
begin(struct drive_machine *m)
{
	m->refused = false;
	m->said[0] = '\0';
	if (gate_may_write(m->target.device))
		ask(m, before_read);
	else
		refuse(m, "credentials.json has no write community for it");
}

void
drive_vlan_begin(struct drive_machine *m)
{
	const struct power_step *s = drive_step(m);
	struct err e;

	m->change = change_of(&m->job->plan, s, s->action);
	if (drive_look_device(m, &e) != 0)
		refuse(m, e.text);
	else
		begin(m);
}

/* The opposite of a step that was done. What was asked of the person's role was asked for the step itself. */
void
drive_vlan_undo(struct drive_machine *m, const struct power_step *s)
{
	struct power_step back = *s;
	struct err e;

	if (s->action == POWER_DO_VLAN_PVID)
		back.vlan = m->job->plan.vlan->was;
	m->change = change_of(&m->job->plan, &back, power_action_undo(s->action));
	if (probe_device(m->job->drive->room.probe, s->device, m->a, &m->target.device, &e) != 0)
		refuse(m, e.text);
	else
		begin(m);
}

const char *
drive_vlan_left(struct drive_machine *m)
{
	const struct power_plan *p = &m->job->plan;
	struct buf b = BUF(300);
	const char *text;

	for (size_t i = 0; p->vlan != NULL && i < p->n_steps; i++) {
		struct bridge_change c;

		if (p->steps[i].machine != m->index || !m->job->step_sent[i])
			continue;
		c = change_of(p, &p->steps[i], p->steps[i].action);
		buf_printf(&b, "%s%s", b.n > 0 ? ", " : "; left where it is: ", words(&c, true, m->a));
	}
	text = arena_strdup(m->a, b.n > 0 ? b.p : "");
	buf_free(&b);
	return text;
}

/* ---- after a restart -------------------------------------------------------------------------------------------- */

struct check {
	struct bridge_change change;
	struct arena *a;
	drive_found_fn *done;
	void *ctx;
};

static void
check_seen(void *ctx, const struct snmp_answer *answer)
{
	struct check *k = ctx;
	struct arena *a = k->a;
	struct drive_found found = {.text = answer->text};
	struct bridge_put put = {0};
	struct err e = {0};
	enum bridge_verdict v;

	if (answer->outcome == SNMP_OK) {
		v = bridge_judge(&k->change, answer->values, answer->n, &put, &e);
		found.answered = v != BRIDGE_REFUSE || e.kind != ERR_STALE;
		found.as_wanted = v == BRIDGE_IS_SO;
		found.text = v == BRIDGE_REFUSE ? arena_strdup(a, e.text) : words(&k->change, found.as_wanted, a);
		buf_free(&put.bytes);
	}
	k->done(k->ctx, &found);
	arena_destroy(a);
}

/* "HASH vlan 20 port 3 interface 103 was 1", as write_intent wrote it. */
static int
read_cites(const char *cites, struct bridge_change *c)
{
	static const char *const names[] = {"vlan", "port", "interface", "was"};
	uint32_t *const to[] = {&c->vlan, &c->base_port, &c->if_index, &c->was};
	struct str rest = str_of(cites);
	int64_t n;

	(void)str_cut(&rest, ' ');
	for (size_t i = 0; i < LARCH_COUNT(names); i++) {
		if (!str_is(str_cut(&rest, ' '), names[i]) || str_int(str_cut(&rest, ' '), 0, INT32_MAX, &n) != 0)
			return -1;
		*to[i] = (uint32_t)n;
	}
	return 0;
}

void
drive_vlan_check(struct gate_device *d, const struct journal_row *intent, drive_found_fn *done, void *ctx)
{
	enum power_action action = power_action_parse(intent->verb);
	struct arena *a = arena_create();
	struct check *k = arena_alloc(a, sizeof(*k));
	struct drive_found none = {.text = "the journal does not say which port of which VLAN"};
	struct snmp_oid oids[SEEN_COUNT];

	*k = (struct check){.a = a, .done = done, .ctx = ctx};
	k->change = (struct bridge_change){.device = arena_strdup(a, intent->device), .port = arena_strdup(a, intent->outlet),
	    .name = "", .what = changes[action].what, .on = changes[action].on};
	if (read_cites(intent->cites, &k->change) != 0) {
		done(ctx, &none);
		arena_destroy(a);
		return;
	}
	bridge_questions(&k->change, oids);
	gate_get(d, GATE_ASKED, oids, SEEN_COUNT, check_seen, k);
}
