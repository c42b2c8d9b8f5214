/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is at an address: what it says it is (identify.c), then what its tables say (pdu_table.c). A device may stay silent,
 * or trickle: the client is this question's own, and goes with it when its time is over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

struct finding {
	struct finding *next;
	struct probe *probe;
	struct snmp_client *snmp;
	struct snmp_target target;     /* its texts live as long as the gate */
	struct gate_device *device;    /* NULL: no line to wait in */
	probe_found_fn *done;
	probe_phase_fn *phase;
	void *ctx;
	void (*step)(struct finding *f); /* when it is its turn */
	uv_timer_t deadline;
	int64_t began;                 /* boot ms */
	bool in_line, has_turn;        /* the gate knows it; nobody else is asking the device */
	bool over, closed;
	struct probe_identity identity;
	char descr[LIMIT_NAME + 1], name[LIMIT_NAME + 1];
};

/* ---- its life --------------------------------------------------------------------------------- */

static void
let_go(struct finding *f)
{
	if (f->closed && !f->in_line)
		free(f);
}

static void
closed(uv_handle_t *handle)
{
	struct finding *f = handle->data;

	f->closed = true;
	let_go(f);
}

static void
leave_turn(struct finding *f)
{
	if (!f->has_turn)
		return;
	f->has_turn = f->in_line = false;
	gate_turn_end(f->device);
}

/* The end. What the client still has on its way ends here, and is not listened to. */
static void
finish(struct finding *f, struct probe_found *found)
{
	struct finding **at;

	if (f->over)
		return;
	f->over = true;
	for (at = &f->probe->findings; *at != f; at = &(*at)->next)
		;
	*at = f->next;
	snmp_client_destroy(f->snmp);
	found->version = f->target.version;
	found->identity = &f->identity;
	found->took_ms = times_boot() - f->began;
	f->done(f->ctx, found);
	leave_turn(f);
	uv_close((uv_handle_t *)&f->deadline, closed);
}

static void
time_is_up(uv_timer_t *timer)
{
	struct finding *f = timer->data;
	char text[200];

	snprintf(text, sizeof(text), f->identity.outcome == SNMP_OK
	        ? "it was still answering after %d s; what it is, is known, but not what its tables say"
	        : "nothing was heard of it in %d s", PROBE_FIND_MS / 1000);
	finish(f, &(struct probe_found){.outcome = SNMP_SILENT, .text = text});
}

static void
on_turn(void *ctx, bool cancelled)
{
	struct finding *f = ctx;

	if (cancelled || f->over) {
		f->in_line = false;
		if (!cancelled)
			gate_turn_end(f->device);
		let_go(f);
		return;
	}
	f->has_turn = true;
	f->step(f);
}

/* Power that waits goes first: each of the two questions has a turn of its own. */
static void
take_turn(struct finding *f, void (*step)(struct finding *f))
{
	leave_turn(f);
	f->step = step;
	if (f->device == NULL) {
		step(f);
		return;
	}
	f->in_line = true;
	gate_turn(f->device, GATE_ASKED, on_turn, f);
}

/* ---- its tables ---------------------------------------------------------------------------------- */

static void
walked(void *ctx, const struct snmp_answer *answer)
{
	struct finding *f = ctx;
	struct probe_found found = {.outcome = answer->outcome, .text = answer->text};
	struct probe_pdu pdu = {.outcome = answer->outcome};
	struct arena *a;

	if (f->over)
		return;
	a = arena_create();
	if (answer->outcome == SNMP_OK) {
		probe_pdu_take(f->identity.type, answer->values, answer->n, a, &pdu);
		found.outcome = pdu.outcome;
		found.text = pdu.outcome == SNMP_OK ? f->identity.text : pdu.text;
		found.pdu = pdu.outcome == SNMP_OK ? &pdu : NULL;
	}
	finish(f, &found);
	arena_destroy(a);
}

static void
read_tables(struct finding *f)
{
	struct arena *a = arena_create();
	const struct devtype *t = f->identity.type;
	const struct snmp_oid *columns;
	size_t n = probe_pdu_columns(t, false, a, &columns);

	f->phase(f->ctx, "reading its tables");
	f->target.max_varbinds = t->max_varbinds;
	if (t->version1 && f->target.version == 2)
		f->target.version = 1;
	snmp_walk(f->snmp, &f->target, columns, n, LIMIT_PDU_VALUES, walked, f);
	arena_destroy(a);
}

/* ---- what it is ------------------------------------------------------------------------------------ */

static void identify(struct finding *f);

static void
identified(void *ctx, const struct probe_identity *identity)
{
	struct finding *f = ctx;

	if (f->over)
		return;
	f->identity = *identity;
	snprintf(f->descr, sizeof(f->descr), "%s", identity->descr);
	snprintf(f->name, sizeof(f->name), "%s", identity->name);
	f->identity.descr = f->descr;
	f->identity.name = f->name;
	if (identity->outcome == SNMP_SILENT && f->target.version == 2) {
		f->target.version = 1; /* a card of version 1 says nothing to 2c */
		f->phase(f->ctx, "no answer to version 2c; asking by version 1");
		identify(f);
	} else if (identity->type != NULL) {
		take_turn(f, read_tables);
	} else {
		finish(f, &(struct probe_found){.outcome = identity->outcome, .text = f->identity.text});
	}
}

static void
identify(struct finding *f)
{
	const struct probe_identify ask = {.snmp = f->snmp, .target = &f->target, .types = f->probe->room.types};

	probe_pdu_identify(&ask, identified, f);
}

static void
begin(struct finding *f)
{
	f->phase(f->ctx, "asking what it is");
	identify(f);
}

/* ---- the front ------------------------------------------------------------------------------------------ */

int
probe_find(struct probe *p, const struct probe_find *ask, struct err *e)
{
	struct finding *f;
	size_t n = 0;

	for (f = p->findings; f != NULL; f = f->next)
		n++;
	if (n >= LIMIT_FINDS)
		return err_set(e, ERR_LIMIT, "%zu addresses are being asked what is there, which is the most; ask again in half a minute", n);
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		log_die("out of memory: no question to %s", ask->address);
	*f = (struct finding){.probe = p, .device = ask->device, .done = ask->done, .phase = ask->phase, .ctx = ask->ctx,
	    .began = times_boot(), .identity = {.outcome = SNMP_SILENT, .descr = "", .name = ""}};
	if (gate_target(p->room.gate, ask->name, ask->address, &f->target, e) != 0 || snmp_client_create(p->room.loop, &f->snmp, e) != 0) {
		free(f);
		return -1;
	}
	f->next = p->findings;
	p->findings = f;
	f->deadline.data = f;
	uv_timer_init(p->room.loop, &f->deadline);
	uv_timer_start(&f->deadline, time_is_up, PROBE_FIND_MS, 0);
	take_turn(f, begin);
	return 0;
}

void
probe_find_stop(struct probe *p)
{
	while (p->findings != NULL)
		finish(p->findings, &(struct probe_found){.outcome = SNMP_CANCELLED, .text = "larchd is stopping"});
}
