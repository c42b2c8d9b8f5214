/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check "power": PDUs with their outlets, switches with their VLANs; and, when all have answered, what the outlets
 * of each machine say together.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* ---- a PDU ----------------------------------------------------------------------------- */

static void
keep_outlet(struct sweep_asked *q, const struct probe_outlet *o)
{
	struct sweep_round *r = q->round;
	const struct status_outlet kept = {
	    .outlet = sweep_text(r, o->outlet),
	    .device_name = sweep_text(r, o->device_name),
	    .state = devtype_state_name(o->state),
	    .word = sweep_text(r, o->word),
	    .fault = sweep_text(r, probe_outlet_fault(o)),
	    .fixed = !o->switchable,
	    .amps = o->amps,
	    .watts = o->watts,
	};

	sweep_outlet(q, &kept);
}

/* It answers, and so many of its outlets say that something is wrong with them: the first is named. */
static struct status_value *
keep_answer(struct sweep_asked *q, const struct probe_pdu *pdu)
{
	const struct probe_outlet *first = NULL;
	struct sweep_round *r = q->round;
	size_t n = 0;

	for (size_t i = 0; i < pdu->n; i++)
		if (*probe_outlet_fault(&pdu->outlets[i]) != '\0') {
			first = n++ == 0 ? &pdu->outlets[i] : first;
		}
	if (n == 0)
		return sweep_value(q, "pdu", STATUS_OK, "ok", NULL);
	return sweep_value(q, "pdu", STATUS_WARN, "fault",
	    n == 1 ? arena_printf(r->a, "outlet %s: %s", first->outlet, probe_outlet_fault(first))
	           : arena_printf(r->a, "outlet %s: %s, and %zu others", first->outlet, probe_outlet_fault(first), n - 1));
}

/* Amperes are what the outlets measure, else what goes in where that is one number. */
static double
load_of(const struct probe_pdu *pdu)
{
	double amps = NAN;

	for (size_t i = 0; i < pdu->n; i++)
		if (!isnan(pdu->outlets[i].amps))
			amps = (isnan(amps) ? 0 : amps) + pdu->outlets[i].amps;
	return isnan(amps) && pdu->n_infeeds == 1 ? pdu->infeeds[0].amps : amps;
}

static void
pdu_seen(void *ctx, const struct probe_pdu *pdu)
{
	struct sweep_asked *q = ctx;
	struct probe_feeds feeds;

	if (pdu->outcome == SNMP_OK) {
		for (size_t i = 0; i < pdu->n; i++)
			keep_outlet(q, &pdu->outlets[i]);
		keep_answer(q, pdu)->number = load_of(pdu);
		if (probe_pdu_feeds(pdu, q->round->a, &feeds))
			sweep_value(q, "feeds", STATUS_OK, feeds.text, NULL)->data = feeds.data;
	} else if (pdu->outcome != SNMP_CANCELLED) {
		sweep_value(q, "pdu", STATUS_CRITICAL, snmp_outcome_name(pdu->outcome), pdu->text);
	}
	sweep_answered(q);
}

static void
ask_pdu(struct sweep_round *r, struct sweep_node *n)
{
	struct sweep_asked *q;
	struct err e;

	if (n->device == NULL && probe_gate_of(r->probe, n->name, "pdu", n->address, n->family, &n->device, &e) != 0) {
		sweep_cannot_tell(r, n, "pdu", e.text);
		return;
	}
	if (sweep_rests(r, n->device))
		return;
	q = sweep_ask(r, n);
	q->device = n->device;
	probe_pdu_read(n->device, sweep_priority(r), pdu_seen, q);
}

/* ---- a switch -------------------------------------------------------------------------------- */

static void
keep_switch(struct sweep_asked *q, const struct bridge *b, int64_t interval)
{
	struct arena *a = arena_create(); /* a switch may have much to say: it is not kept through the round */
	size_t n = b->n_ports < LIMIT_SWITCH_PORTS ? b->n_ports : LIMIT_SWITCH_PORTS;
	struct status_port *ports = arena_array(a, n + 1, sizeof(*ports));
	struct status_vlan *vlans = arena_array(a, b->n_vlans + 1, sizeof(*vlans));
	struct err e;

	for (size_t i = 0; i < n; i++) {
		const struct bridge_port *p = &b->ports[i];

		ports[i] = (struct status_port){
		    .name = p->name,
		    .base_port = p->base_port,
		    .if_index = p->if_index,
		    .pvid = p->pvid,
		    .egress = bridge_vlans_of(b, p->base_port, BRIDGE_EGRESS, a),
		    .untagged = bridge_vlans_of(b, p->base_port, BRIDGE_UNTAGGED, a),
		    .forbidden = bridge_vlans_of(b, p->base_port, BRIDGE_FORBIDDEN, a),
		    .at = times_now(),
		    .interval = interval,
		};
	}
	for (size_t i = 0; i < b->n_vlans; i++)
		vlans[i] = (struct status_vlan){.vlan = b->vlans[i].vlan, .name = b->vlans[i].name};
	if (!q->round->probe->stopping &&
	    status_put_switch(q->round->probe->room.status, q->node->name, ports, n, vlans, b->n_vlans, &e) != 0)
		sweep_complain(q->round->probe, q->node->name, e.text);
	arena_destroy(a);
}

static void
switch_seen(void *ctx, const struct probe_switch *seen)
{
	struct sweep_asked *q = ctx;
	struct status_value *v = NULL;

	if (seen->outcome == SNMP_OK && seen->bridge->has_pvid) {
		v = sweep_value(q, "switch", STATUS_OK, "ok", NULL);
		v->number = (double)seen->bridge->n_ports;
	} else if (seen->outcome == SNMP_OK) {
		v = sweep_value(q, "switch", STATUS_WARN, "no-vlans", "this switch does not answer Q-BRIDGE-MIB dot1qPvid");
	} else if (seen->outcome != SNMP_CANCELLED) {
		sweep_value(q, "switch", STATUS_WARN, snmp_outcome_name(seen->outcome), seen->text);
	}
	if (v != NULL)
		keep_switch(q, seen->bridge, v->interval);
	sweep_answered(q);
}

/* A switch whose credentials nobody gave is only pinged: most rooms have some that Larch has no business with. */
static void
ask_switch(struct sweep_round *r, struct sweep_node *n)
{
	struct sweep_asked *q;
	struct err e;

	if (n->device == NULL && probe_gate_of(r->probe, n->name, "switch", n->address, NULL, &n->device, &e) != 0)
		return;
	if (sweep_rests(r, n->device))
		return;
	q = sweep_ask(r, n);
	q->device = n->device;
	probe_switch_read(n->device, sweep_priority(r), switch_seen, q);
}

void
ask_power(struct sweep_round *r, struct sweep_node *n)
{
	if (n->what & SWEEP_PDU)
		ask_pdu(r, n);
	else
		ask_switch(r, n);
}

/* ---- the machines ------------------------------------------------------------------------------- */

static int
by_outlet(const void *x, const void *y)
{
	const struct status_outlet *a = x, *b = y;
	int c = strcmp(a->pdu, b->pdu);

	return c != 0 ? c : strcmp(a->outlet, b->outlet);
}

/* The outlets are in order by now: ten thousand machines are judged at the end of a round, on the loop that switches. */
static const struct status_outlet *
outlet_of(const struct sweep_round *r, const struct sweep_cord *c)
{
	const struct status_outlet key = {.pdu = c->pdu, .outlet = c->outlet};

	return r->n_outlets == 0 ? NULL : bsearch(&key, r->outlets, r->n_outlets, sizeof(*r->outlets), by_outlet);
}

/* What the outlets of one machine say together; cords [from, to) are its own. Its load is known where each of them measures. */
static void
judge(struct sweep_round *r, size_t from, size_t to)
{
	const char *name = r->list->cord[from].machine->name;
	size_t on = 0, off = 0, seen = 0, all = to - from;
	enum status_level level = STATUS_WARN;
	const char *text = "mixed";
	double watts = 0;

	for (size_t i = from; i < to; i++) {
		const struct status_outlet *o = outlet_of(r, &r->list->cord[i]);

		seen += o != NULL;
		on += o != NULL && strcmp(o->state, "on") == 0;
		off += o != NULL && strcmp(o->state, "off") == 0;
		watts += o == NULL ? NAN : o->watts;
	}
	if (seen < all && r->kind != SWEEP_WHOLE)
		return; /* some PDUs were looked at: of a machine on others too it knows too little */
	if (on == all || off == all) {
		level = on == all ? STATUS_OK : STATUS_WARN;
		text = on == all ? "on" : "off";
	} else if (on + off < all) {
		level = STATUS_UNKNOWN;
		text = "unknown";
	}
	sweep_value_of(r, name, "outlets", level, text, NULL)->number = watts;
}

void
ask_power_end(struct sweep_round *r)
{
	const struct sweep_cord *c = r->list->cord;
	size_t from = 0;

	if (r->n_outlets > 1)
		qsort(r->outlets, r->n_outlets, sizeof(*r->outlets), by_outlet);
	for (size_t i = 1; i <= r->list->n_cords; i++)
		if (i == r->list->n_cords || c[i].machine != c[from].machine) {
			judge(r, from, i);
			from = i;
		}
}
