/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "pdu_sim.h"
#include "sim_text.h"

static const char *const fault_name[FAULT_COUNT] = {
    [FAULT_NONE] = "none",
    [FAULT_LIE] = "lie",
    [FAULT_STALL] = "stall",
    [FAULT_DROP] = "drop",
    [FAULT_DROP_OBEYED] = "drop-obeyed",
    [FAULT_REFUSE] = "refuse",
    [FAULT_STUCK_ON] = "stuck-on",
    [FAULT_SILENT] = "silent",
};

const char *
pdu_fault_name(enum pdu_fault f)
{
	return fault_name[f];
}

enum pdu_fault
pdu_fault_of(const char *word)
{
	int f = 0;

	while (f < FAULT_COUNT && strcmp(fault_name[f], word) != 0)
		f++;
	return (enum pdu_fault)f;
}

static void
fill(const char *text, int n, char out[PDU_TEXT])
{
	const char *hole = strstr(text, "{n}");

	if (hole == NULL)
		snprintf(out, PDU_TEXT, "%.*s", PDU_TEXT - 1, text);
	else
		snprintf(out, PDU_TEXT, "%.*s%d%.*s", (int)(hole - text), text, n, 64, hole + 3);
}

void
pdu_model_init(struct pdu_model *m, const struct pdu_profile *p)
{
	memset(m, 0, sizeof(*m));
	m->profile = p;
	m->n = p->outlets;
	m->began = sim_now();
	for (int i = 0; i < m->n; i++) {
		struct pdu_outlet *o = &m->outlet[i];

		fill(p->id, i + 1, o->id);
		fill(p->name, i + 1, o->name);
		o->on = o->wanted = o->live = true;
		o->look = LOOK_ON;
		o->due = PDU_NEVER;
		o->load = p->load_default;
	}
}

int
pdu_model_find(const struct pdu_model *m, const char *word)
{
	long n;

	for (int i = 0; i < m->n; i++)
		if (strcmp(m->outlet[i].id, word) == 0)
			return i;
	return sim_int(word, 1, m->n, &n) == 0 ? (int)n - 1 : -1;
}

bool
pdu_model_commands(const struct pdu_row *row)
{
	return row->live == LIVE_COMMAND || row->live == LIVE_COMMAND_ON || row->live == LIVE_COMMAND_OFF;
}

enum pdu_verb
pdu_model_verb(const struct pdu_model *m, const struct pdu_row *row, long value)
{
	int v = 0;

	if (row->live != LIVE_COMMAND) /* a delay in seconds: only now is understood */
		return value != 0 ? VERB_COUNT : row->live == LIVE_COMMAND_ON ? VERB_ON : VERB_OFF;
	while (v < VERB_COUNT && !(m->profile->command[v].given && m->profile->command[v].value == value))
		v++;
	return (enum pdu_verb)v;
}

void
pdu_model_log(struct pdu_model *m, int outlet, long value, const char *verdict, int64_t now)
{
	m->log[m->n_log++ % PDU_LOG] =
	    (struct pdu_log){.when = now, .outlet = outlet, .value = value, .verdict = verdict};
}

/* ---- change ------------------------------------------------------------------------ */

static void
settle(struct pdu_outlet *o, bool on)
{
	o->on = on;
	o->live = on || (o->fault == FAULT_STUCK_ON && o->live); /* a welded relay still feeds */
	o->look = on ? LOOK_ON : LOOK_OFF;
	o->after = VERB_NONE;
	o->due = PDU_NEVER;
}

void
pdu_model_force(struct pdu_model *m, int outlet, bool on)
{
	m->outlet[outlet].wanted = on;
	settle(&m->outlet[outlet], on);
	m->outlet[outlet].live = on;
}

static void
move(struct pdu_outlet *o, enum pdu_look look, enum pdu_verb after, int64_t due)
{
	o->look = look;
	o->after = after;
	o->due = o->fault == FAULT_STALL ? PDU_NEVER : due;
}

static void
begin(struct pdu_model *m, struct pdu_outlet *o, enum pdu_verb verb, int64_t now)
{
	const long *delay = m->profile->delay;

	switch (verb) {
	case VERB_ON:
		o->wanted = true;
		if (!o->on || o->look != LOOK_ON)
			move(o, LOOK_GOING_ON, VERB_NONE, now + delay[DELAY_ON]);
		break;
	case VERB_OFF:
		o->wanted = false;
		if (o->on || o->look != LOOK_OFF)
			move(o, LOOK_GOING_OFF, VERB_NONE, now + delay[DELAY_OFF]);
		break;
	case VERB_REBOOT:
		o->wanted = true;
		move(o, LOOK_GOING_OFF, VERB_REBOOT, now + (o->on ? delay[DELAY_OFF] : 0));
		break;
	case VERB_DELAYED_ON:
		move(o, LOOK_GOING_ON, VERB_ON, now + delay[DELAY_DELAYED]);
		break;
	case VERB_DELAYED_OFF:
		move(o, LOOK_GOING_OFF, VERB_OFF, now + delay[DELAY_DELAYED]);
		break;
	case VERB_DELAYED_REBOOT:
		move(o, LOOK_GOING_OFF, VERB_DELAYED_REBOOT, now + delay[DELAY_DELAYED]);
		break;
	case VERB_CANCEL:
		settle(o, o->on);
		break;
	case VERB_NONE:
	case VERB_COUNT:
		break;
	}
}

void
pdu_model_act(struct pdu_model *m, int outlet, enum pdu_verb verb, int64_t now)
{
	struct pdu_outlet *o = &m->outlet[outlet];

	if (o->fault != FAULT_LIE)
		begin(m, o, verb, now);
}

/* What was due has come. */
static void
ripe(struct pdu_model *m, struct pdu_outlet *o)
{
	enum pdu_verb after = o->after;
	int64_t now = o->due;

	if (after == VERB_ON || after == VERB_OFF) { /* a delayed command starts */
		begin(m, o, after, now);
	} else if (after == VERB_DELAYED_REBOOT) {
		begin(m, o, VERB_REBOOT, now);
	} else if (after == VERB_REBOOT) { /* off now, and on after the device's own pause */
		settle(o, false);
		move(o, LOOK_REBOOTING, VERB_NONE, now + m->profile->delay[DELAY_REBOOT]);
	} else {
		settle(o, o->look != LOOK_GOING_OFF);
	}
}

void
pdu_model_advance(struct pdu_model *m, int64_t now)
{
	for (int i = 0; i < m->n; i++)
		while (m->outlet[i].due <= now)
			ripe(m, &m->outlet[i]);
}

int64_t
pdu_model_due(const struct pdu_model *m)
{
	int64_t due = PDU_NEVER;

	for (int i = 0; i < m->n; i++)
		if (m->outlet[i].due < due)
			due = m->outlet[i].due;
	return due;
}

/* ---- what is shown -------------------------------------------------------------------- */

/* A family without the word shows the relay as it is: still on while going off, and so on. */
static long
mapped(const struct pdu_number map[LOOK_COUNT], enum pdu_look look)
{
	static const enum pdu_look plain[LOOK_COUNT] = {[LOOK_ON] = LOOK_ON, [LOOK_OFF] = LOOK_OFF,
	    [LOOK_GOING_ON] = LOOK_OFF, [LOOK_GOING_OFF] = LOOK_ON, [LOOK_REBOOTING] = LOOK_OFF};

	return map[look].given ? map[look].value : map[plain[look]].value;
}

static long
command_reads(const struct pdu_model *m, const struct pdu_outlet *o)
{
	if (m->profile->reads_state)
		return mapped(m->profile->state, o->look);
	if (!m->profile->reads_wanted)
		return m->profile->command_reads;
	return m->profile->command[o->wanted ? VERB_ON : VERB_OFF].value;
}

/* Milliamperes of all that feeds. */
static long
all_load(const struct pdu_model *m)
{
	long sum = 0;

	for (int i = 0; i < m->n; i++)
		sum += m->outlet[i].live ? m->outlet[i].load : 0;
	return sum;
}

long
pdu_model_number(const struct pdu_model *m, const struct pdu_row *row, int64_t now)
{
	const struct pdu_outlet *o = &m->outlet[row->outlet < 0 ? 0 : row->outlet];

	switch (row->live) {
	case LIVE_STATE:
		return mapped(m->profile->state, o->look);
	case LIVE_PENDING:
		return mapped(m->profile->pending, o->look);
	case LIVE_COMMAND:
	case LIVE_COMMAND_ON:
	case LIVE_COMMAND_OFF:
		return command_reads(m, o);
	case LIVE_LOAD:
		return o->live ? o->load / m->profile->load_unit : 0;
	case LIVE_INFEED:
		return all_load(m) / m->profile->load_unit;
	case LIVE_WATTS: /* at 230 V */
		return o->live ? o->load * 230 / 1000 : 0;
	case LIVE_INFEED_WATTS:
		return all_load(m) * 230 / 1000;
	case LIVE_UPTIME:
		return (long)((now - m->began) / 10);
	case LIVE_NO:
	case LIVE_NAME:
	case LIVE_RW:
	case LIVE_COUNT:
		break;
	}
	return 0;
}
