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

/* A state that is read where it was written is an echo until the device's own time is over. */
static void
not_sooner(const struct drive_target *t, struct drive_reading *r)
{
	const struct devtype *type = gate_type(t->device);

	if (t->written != 0 && devtype_echoes(type) && times_boot() - t->written < type->settle_ms)
		r->changing = true;
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
	t->fixed = !o->switchable;
	read_state(&r, o->state);
	not_sooner(t, &r);
	read_end(c, &r);
}

/* ---- reading it again ---------------------------------------------------------------------- */

static void
row_read(void *ctx, const struct snmp_answer *answer)
{
	struct call *c = ctx;
	struct drive_target *t = c->target;
	struct arena *a;
	struct probe_pdu row;
	struct drive_reading r = {.word = t->word, .device_name = t->name, .text = ""};

	if (answer->outcome != SNMP_OK) {
		read_failed(c, answer->outcome, answer->text);
		return;
	}
	a = arena_create();
	probe_pdu_take(gate_type(t->device), answer->values, answer->n, a, &row);
	if (row.n != 1 || strcmp(row.outlets[0].outlet, t->outlet) != 0) {
		t->index.n = 0; /* gone or renumbered: look for it again */
		probe_pdu_read(t->device, c->priority, table_read, c);
	} else {
		snprintf(t->name, sizeof(t->name), "%s", row.outlets[0].device_name);
		snprintf(t->word, sizeof(t->word), "%s", row.outlets[0].word);
		t->fixed = !row.outlets[0].switchable;
		r.amps = row.outlets[0].amps;
		read_state(&r, row.outlets[0].state);
		not_sooner(t, &r);
		read_end(c, &r);
	}
	arena_destroy(a);
}

static void
pdu_read(struct drive_target *t, enum gate_priority p, drive_read_fn *done, void *ctx)
{
	struct snmp_oid oids[PROBE_PDU_ROW];
	struct call *c = call_create(t, ctx);

	c->read_done = done;
	c->priority = p;
	if (t->index.n == 0)
		probe_pdu_read(t->device, p, table_read, c);
	else
		gate_get(t->device, p, oids, probe_pdu_row(gate_type(t->device), &t->index, oids), row_read, c);
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

/* Why it cannot be written, or NULL. */
static const char *
not_writable(const struct drive_target *t)
{
	if (gate_type(t->device)->control.n == 0)
		return "this PDU measures only: it cannot switch";
	if (t->fixed)
		return "the device says that this outlet cannot be switched";
	return gate_may_write(t->device) ? NULL : "credentials.json has no write community for it";
}

static void
pdu_set(struct drive_target *t, bool on, drive_sent_fn *done, void *ctx)
{
	const struct devtype *type = gate_type(t->device);
	const char *why = not_writable(t);
	struct snmp_oid oid;
	struct call *c;

	if (why != NULL) {
		done(ctx, DRIVE_REFUSED, why);
		return;
	}
	t->written = times_boot();
	oid = probe_oid_at(on ? &type->control : &type->control_off_column, &t->index);
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
