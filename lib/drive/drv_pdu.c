/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outlets of a PDU by SNMP, through its device type's data. An outlet is found
 * by its id once; each later reading asks the id again beside the state, so a
 * table that was renumbered meanwhile is noticed before anything is written.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

struct call {
	struct drive_target *target;
	enum gate_priority priority;
	drive_read_fn *read_done;
	drive_sent_fn *sent_done;
	void *ctx;
};

static struct call *
call_create(struct drive_target *t, void *ctx)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out of memory: no call of a driver");
	c->target = t;
	c->ctx = ctx;
	return c;
}

static void
read_end(struct call *c, struct drive_reading *r)
{
	c->read_done(c->ctx, r);
	free(c);
}

static void
read_failed(struct call *c, enum snmp_outcome outcome, const char *text)
{
	struct drive_reading r = {
	    .silent = outcome == SNMP_SILENT || outcome == SNMP_UNREACHABLE,
	    .word = "",
	    .device_name = "",
	    .amps = NAN,
	    .text = text,
	};

	read_end(c, &r);
}

static void
read_state(struct drive_reading *r, enum devtype_state state)
{
	r->answered = true;
	r->changing = state == DEVTYPE_ON_PENDING || state == DEVTYPE_OFF_PENDING;
	r->state = state == DEVTYPE_ON ? POWER_IS_ON : state == DEVTYPE_OFF ? POWER_IS_OFF : POWER_IS_UNKNOWN;
}

/* ---- finding the outlet ------------------------------------------------------------------ */

/* The outlet of this name. A device that has two of them is not switched: which one would it be? */
static const struct probe_outlet *
only_one(const struct probe_pdu *pdu, const char *name, const char **why)
{
	const struct probe_outlet *found = NULL;

	*why = "the device has no outlet of this name";
	for (size_t i = 0; i < pdu->n; i++) {
		if (strcmp(pdu->outlets[i].outlet, name) != 0)
			continue;
		if (found != NULL) {
			*why = "the device has two outlets of this name";
			return NULL;
		}
		found = &pdu->outlets[i];
	}
	return found;
}

static void
table_read(void *ctx, const struct probe_pdu *pdu)
{
	struct call *c = ctx;
	struct drive_target *t = c->target;
	const struct probe_outlet *o;
	struct drive_reading r;
	const char *why;

	if (pdu->outcome != SNMP_OK) {
		read_failed(c, pdu->outcome, pdu->text);
		return;
	}
	o = only_one(pdu, t->outlet, &why);
	if (o == NULL) {
		read_failed(c, SNMP_GARBAGE, why);
		return;
	}
	r = (struct drive_reading){.word = o->word, .device_name = o->device_name, .amps = o->amps, .text = ""};
	t->index = o->index;
	read_state(&r, o->state);
	read_end(c, &r);
}

/* ---- reading it again ---------------------------------------------------------------------- */

enum column { STATE, PENDING, ID, NAME, CURRENT, COLUMNS };

static const struct snmp_value *
value_of(const struct snmp_answer *answer, const struct devtype_oid *column)
{
	struct snmp_oid base = probe_oid(column);

	for (size_t i = 0; column->n > 0 && i < answer->n; i++)
		if (snmp_oid_below(&answer->values[i].oid, &base) && answer->values[i].type != SNMP_NONE)
			return &answer->values[i];
	return NULL;
}

static void
plain(const struct snmp_value *v, char *out, size_t size)
{
	struct buf b = BUF(LIMIT_NAME);

	if (v != NULL && v->type == SNMP_NUMBER)
		buf_printf(&b, "%lld", (long long)v->number);
	else if (v != NULL)
		buf_plain(&b, str_trim(v->text));
	snprintf(out, size, "%s", b.n > 0 ? b.p : "");
	buf_free(&b);
}

static void
row_read(void *ctx, const struct snmp_answer *answer)
{
	struct call *c = ctx;
	struct drive_target *t = c->target;
	const struct devtype *type = gate_type(t->device);
	const struct snmp_value *state, *pending, *amps;
	const struct devtype_state_row *row;
	bool moves;
	struct drive_reading r = {.word = t->word, .device_name = t->name, .amps = NAN, .text = ""};
	char id[LIMIT_NAME + 1];

	if (answer->outcome != SNMP_OK) {
		read_failed(c, answer->outcome, answer->text);
		return;
	}
	plain(value_of(answer, &type->outlet_id), id, sizeof(id));
	if (type->outlet_id.n > 0 && strcmp(id, t->outlet) != 0) {
		t->index.n = 0; /* renumbered: look for it again */
		probe_pdu_read(t->device, c->priority, table_read, c);
		return;
	}
	plain(value_of(answer, &type->outlet_name), t->name, sizeof(t->name));
	state = value_of(answer, &type->state);
	pending = value_of(answer, &type->pending);
	/* a reboot begun on the device reads off in between, and is not off */
	moves = pending != NULL && pending->type == SNMP_NUMBER && devtype_is_pending(type, pending->number);
	amps = value_of(answer, &type->current.oid);
	row = state != NULL && state->type == SNMP_NUMBER ? devtype_state_of(type, state->number) : NULL;
	if (row != NULL)
		snprintf(t->word, sizeof(t->word), "%s", row->word);
	else
		plain(state, t->word, sizeof(t->word));
	if (amps != NULL && amps->type == SNMP_NUMBER && amps->number >= type->current.absent_below)
		r.amps = (double)amps->number * type->current.scale;
	read_state(&r, row == NULL ? DEVTYPE_UNKNOWN : devtype_with_pending(row->state, moves));
	read_end(c, &r);
}

static void
pdu_read(struct drive_target *t, enum gate_priority p, drive_read_fn *done, void *ctx)
{
	const struct devtype *type = gate_type(t->device);
	const struct devtype_oid *columns[COLUMNS] = {
	    [STATE] = &type->state,
	    [PENDING] = &type->pending,
	    [ID] = &type->outlet_id,
	    [NAME] = &type->outlet_name,
	    [CURRENT] = &type->current.oid,
	};
	struct snmp_oid oids[COLUMNS];
	struct call *c = call_create(t, ctx);
	size_t n = 0;

	c->read_done = done;
	c->priority = p;
	if (t->index.n == 0) {
		probe_pdu_read(t->device, p, table_read, c);
		return;
	}
	for (int i = 0; i < COLUMNS; i++)
		if (columns[i]->n > 0)
			oids[n++] = probe_oid_at(columns[i], &t->index);
	gate_get(t->device, p, oids, n, row_read, c);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void
written(void *ctx, const struct snmp_answer *answer)
{
	struct call *c = ctx;

	if (answer->outcome == SNMP_OK)
		c->sent_done(c->ctx, DRIVE_SENT, "");
	else if (answer->outcome == SNMP_REFUSED || answer->outcome == SNMP_AUTH ||
	    answer->outcome == SNMP_NOT_SENT)
		c->sent_done(c->ctx, DRIVE_REFUSED, answer->text);
	else
		c->sent_done(c->ctx, DRIVE_UNSURE, answer->text);
	free(c);
}

static void
pdu_set(struct drive_target *t, bool on, drive_sent_fn *done, void *ctx)
{
	const struct devtype *type = gate_type(t->device);
	struct snmp_oid oid = probe_oid_at(&type->control, &t->index);
	struct call *c;

	if (type->control.n == 0 || !gate_may_write(t->device)) {
		done(ctx, DRIVE_REFUSED, type->control.n == 0 ? "this PDU measures only: it cannot switch"
		                                             : "credentials.json has no write community for it");
		return;
	}
	c = call_create(t, ctx);
	c->sent_done = done;
	gate_set(t->device, GATE_POWER, &oid, on ? type->control_on : type->control_off, written, c);
}

const struct drive_driver drive_pdu = {.name = "pdu", .read = pdu_read, .set = pdu_set};

const struct drive_driver *
drive_driver_of(const struct gate_device *d)
{
	return gate_type(d) != NULL ? &drive_pdu : &drive_ipmi;
}
