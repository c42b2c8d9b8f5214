/* SPDX-License-Identifier: Apache-2.0 */
/* A round: everything, or a few things, asked once; one transaction at its end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

struct round;

/* One question of a round; lives in the round's arena. */
struct asked {
	struct round *round;
	const char *thing;   /* that the answer is about: the machine, not its BMC */
	struct gate_device *device; /* that is asked; NULL: a ping, or none */
	bool done;
};

struct round {
	struct probe *probe;
	struct arena *a;
	struct status_value *values;
	size_t n_values, cap_values;
	struct status_outlet *outlets;
	size_t n_outlets, cap_outlets;
	struct inv_cord *cords;
	size_t n_cords;
	size_t pending, things;
	int64_t began;
	const char **pdus;   /* asked in a check: two machines may hang on one */
	size_t n_pdus, cap_pdus;
	bool whole;          /* a sweep, not a check */
};

/* How long what was just seen has to hold: a device that stays silent is asked less often, and its value is not old before that. */
static int64_t
holds(const struct asked *q)
{
	int64_t sweep = q->round->probe->room.conf->sweep_ms;

	return q->device == NULL ? sweep : sweep + gate_rest(q->device, sweep);
}

/* ---- collecting ----------------------------------------------------------------------------- */

static void *
grown(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 64 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

static struct status_value *
add_value(struct asked *q, const char *check, enum status_level level, const char *text)
{
	struct round *r = q->round;
	struct status_value *v;

	r->values = grown(r->a, r->values, r->n_values, &r->cap_values, sizeof(*r->values));
	v = &r->values[r->n_values++];
	*v = (struct status_value){
	    .thing = q->thing,
	    .check = check,
	    .level = level,
	    .text = text,
	    .number = NAN,
	    .at = times_now(),
	    .interval = holds(q),
	};
	return v;
}

static void
add_outlet(struct asked *q, const struct probe_outlet *o)
{
	struct round *r = q->round;

	r->outlets = grown(r->a, r->outlets, r->n_outlets, &r->cap_outlets, sizeof(*r->outlets));
	r->outlets[r->n_outlets++] = (struct status_outlet){
	    .pdu = q->thing,
	    .outlet = arena_strdup(r->a, o->outlet),
	    .device_name = arena_strdup(r->a, o->device_name),
	    .state = devtype_state_name(o->state),
	    .word = arena_strdup(r->a, o->word),
	    .amps = o->amps,
	    .watts = o->watts,
	    .at = times_now(),
	    .interval = holds(q),
	};
}

/* ---- the end of a round ------------------------------------------------------------------------ */

static int
by_outlet(const void *x, const void *y)
{
	const struct status_outlet *a = x, *b = y;
	int c = strcmp(a->pdu, b->pdu);

	return c != 0 ? c : strcmp(a->outlet, b->outlet);
}

/* The outlets are in order by now: ten thousand machines are judged at the end of a sweep, on the loop that switches. */
static const char *
outlet_state(const struct round *r, const struct inv_cord *c)
{
	const struct status_outlet key = {.pdu = c->pdu, .outlet = c->outlet}, *found;

	if (r->n_outlets == 0)
		return NULL;
	found = bsearch(&key, r->outlets, r->n_outlets, sizeof(*r->outlets), by_outlet);
	return found == NULL ? NULL : found->state;
}

/* What the outlets of one machine say together; cords [from, to) are its own. */
static void
judge_outlets(struct round *r, size_t from, size_t to)
{
	struct asked q = {.round = r, .thing = r->cords[from].machine};
	size_t on = 0, off = 0, seen = 0;

	for (size_t i = from; i < to; i++) {
		const char *state = outlet_state(r, &r->cords[i]);

		seen += state != NULL;
		on += state != NULL && strcmp(state, "on") == 0;
		off += state != NULL && strcmp(state, "off") == 0;
	}
	if (seen < to - from && !r->whole)
		return; /* a check looks at some PDUs: of a machine on others too it knows too little */
	if (on == to - from)
		add_value(&q, "outlets", STATUS_OK, "on");
	else if (off == to - from)
		add_value(&q, "outlets", STATUS_WARN, "off");
	else if (on + off == to - from)
		add_value(&q, "outlets", STATUS_WARN, "mixed");
	else
		add_value(&q, "outlets", STATUS_UNKNOWN, "unknown");
}

static void
judge_machines(struct round *r)
{
	size_t from = 0;

	if (r->n_outlets > 1)
		qsort(r->outlets, r->n_outlets, sizeof(*r->outlets), by_outlet);
	for (size_t i = 1; i <= r->n_cords; i++)
		if (i == r->n_cords || strcmp(r->cords[i].machine, r->cords[from].machine) != 0) {
			judge_outlets(r, from, i);
			from = i;
		}
}

static void
round_end(struct round *r)
{
	struct probe *p = r->probe;
	struct err e;

	judge_machines(r);
	if (status_put(p->room.status, r->values, r->n_values, r->outlets, r->n_outlets, &e) != 0)
		log_error("what was seen cannot be kept: %s", e.text);
	if (r->whole) {
		p->began = r->began;
		p->ended = times_now();
		p->things = (int64_t)r->things;
		p->sweep = NULL;
	} else {
		p->checks--;
	}
	arena_destroy(r->a);
	free(r);
}

static void
answered(struct asked *q)
{
	struct round *r = q->round;

	q->done = true;
	if (--r->pending == 0)
		round_end(r);
}

/* ---- answers -------------------------------------------------------------------------------------- */

static void
ping_answered(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	struct asked *q = ctx;
	struct status_value *v;

	if (outcome == PROBE_PING_UP)
		add_value(q, "ping", STATUS_OK, "up")->number = ms;
	else if (outcome == PROBE_PING_DOWN || outcome == PROBE_PING_NO_ROUTE)
		add_value(q, "ping", STATUS_CRITICAL, "down");
	else if (outcome == PROBE_PING_NOT_PERMITTED || outcome == PROBE_PING_NOT_SENT) {
		v = add_value(q, "ping", STATUS_UNKNOWN, "unknown");
		v->detail = outcome == PROBE_PING_NOT_SENT ? "not sent" : "not permitted";
	}
	answered(q);
}

static void
chassis_seen(void *ctx, const struct probe_chassis *c)
{
	struct asked *q = ctx;
	struct status_value *v;

	if (c->outcome == IPMI_CANCELLED) {
		answered(q);
		return;
	}
	if (c->outcome == IPMI_OK) {
		add_value(q, "bmc", STATUS_OK, "ok");
		v = add_value(q, "chassis", c->fault ? STATUS_CRITICAL : c->on ? STATUS_OK : STATUS_WARN,
		    c->on ? "on" : "off");
		v->detail = c->fault ? "the chassis reports a power fault" : NULL;
	} else {
		v = add_value(q, "bmc", STATUS_CRITICAL, ipmi_outcome_name(c->outcome));
		v->detail = arena_strdup(q->round->a, c->text);
		add_value(q, "chassis", STATUS_UNKNOWN, "unknown");
	}
	answered(q);
}

static void
pdu_seen(void *ctx, const struct probe_pdu *pdu)
{
	struct asked *q = ctx;
	struct status_value *v;
	double amps = 0;

	if (pdu->outcome == SNMP_CANCELLED) {
		answered(q);
		return;
	}
	if (pdu->outcome != SNMP_OK) {
		v = add_value(q, "pdu", STATUS_CRITICAL, snmp_outcome_name(pdu->outcome));
		v->detail = arena_strdup(q->round->a, pdu->text);
		answered(q);
		return;
	}
	for (size_t i = 0; i < pdu->n; i++) {
		add_outlet(q, &pdu->outlets[i]);
		amps += isnan(pdu->outlets[i].amps) ? 0 : pdu->outlets[i].amps;
	}
	add_value(q, "pdu", STATUS_OK, "ok")->number = amps;
	answered(q);
}

static void
keep_switch(struct asked *q, const struct bridge *b)
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
		    .interval = holds(q),
		};
	}
	for (size_t i = 0; i < b->n_vlans; i++)
		vlans[i] = (struct status_vlan){.vlan = b->vlans[i].vlan, .name = b->vlans[i].name};
	if (status_put_switch(q->round->probe->room.status, q->thing, ports, n, vlans, b->n_vlans, &e) != 0)
		log_error("what %s says cannot be kept: %s", q->thing, e.text);
	arena_destroy(a);
}

static void
switch_seen(void *ctx, const struct probe_switch *seen)
{
	struct asked *q = ctx;
	struct status_value *v;

	if (seen->outcome == SNMP_CANCELLED) {
		answered(q);
		return;
	}
	if (seen->outcome != SNMP_OK) {
		v = add_value(q, "switch", STATUS_WARN, snmp_outcome_name(seen->outcome));
		v->detail = arena_strdup(q->round->a, seen->text);
	} else if (!seen->bridge->has_pvid) {
		v = add_value(q, "switch", STATUS_WARN, "no-vlans");
		v->detail = "this switch does not answer Q-BRIDGE-MIB dot1qPvid";
		keep_switch(q, seen->bridge);
	} else {
		add_value(q, "switch", STATUS_OK, "ok")->number = (double)seen->bridge->n_ports;
		keep_switch(q, seen->bridge);
	}
	answered(q);
}

/* ---- questions --------------------------------------------------------------------------------------- */

static struct asked *
ask(struct round *r, const char *thing)
{
	struct asked *q = arena_alloc(r->a, sizeof(*q));

	*q = (struct asked){.round = r, .thing = thing};
	r->pending++;
	return q;
}

/* Leave a silent device alone for a while; its values keep their age and say how long they hold. */
static bool
rests(struct round *r, struct gate_device *d)
{
	return r->whole && gate_rest(d, r->probe->room.conf->sweep_ms) > 0;
}

static enum gate_priority
priority(const struct round *r)
{
	return r->whole ? GATE_SWEEP : GATE_ASKED;
}

static bool
asked_before(struct round *r, const char *pdu)
{
	if (r->whole)
		return false;
	for (size_t i = 0; i < r->n_pdus; i++)
		if (strcmp(r->pdus[i], pdu) == 0)
			return true;
	r->pdus = grown(r->a, r->pdus, r->n_pdus, &r->cap_pdus, sizeof(*r->pdus));
	r->pdus[r->n_pdus++] = pdu;
	return false;
}

static void
ask_pdu(struct round *r, const struct inv_thing *t)
{
	struct gate_device *d;
	struct asked *q;
	struct err e;

	if (asked_before(r, t->name))
		return;
	if (probe_device_of(r->probe, t, &d, &e) != 0) {
		q = ask(r, t->name);
		add_value(q, "pdu", STATUS_UNKNOWN, "unknown")->detail = arena_strdup(r->a, e.text);
		answered(q);
	} else if (!rests(r, d)) {
		q = ask(r, t->name);
		q->device = d;
		probe_pdu_read(d, priority(r), pdu_seen, q);
	}
}

static void
ask_bmc(struct round *r, const char *machine, const struct inv_thing *bmc)
{
	struct gate_device *d;
	struct asked *q;
	struct err e;

	if (probe_device_of(r->probe, bmc, &d, &e) != 0) {
		q = ask(r, machine);
		add_value(q, "bmc", STATUS_UNKNOWN, "unknown")->detail = arena_strdup(r->a, e.text);
		answered(q);
	} else if (!rests(r, d)) {
		q = ask(r, machine);
		q->device = d;
		probe_chassis_read(d, priority(r), chassis_seen, q);
	}
}

/* A switch whose credentials nobody gave is only pinged: most rooms have some that Larch has no business with. */
static void
ask_switch(struct round *r, const struct inv_thing *t)
{
	struct gate_device *d;
	struct asked *q;
	struct err e;

	if (asked_before(r, t->name) || probe_device_of(r->probe, t, &d, &e) != 0 || rests(r, d))
		return;
	q = ask(r, t->name);
	q->device = d;
	probe_switch_read(d, priority(r), switch_seen, q);
}

static void
ask_ping(struct round *r, const struct inv_thing *t)
{
	struct sockaddr_storage to;
	const char *address = inv_attr(t, "address");
	struct asked *q;
	struct err e;

	if (address == NULL)
		return;
	q = ask(r, t->name);
	if (addr_parse(str_of(address), 0, &to, &e) != 0) {
		add_value(q, "ping", STATUS_UNKNOWN, "unknown")->detail = arena_strdup(r->a, e.text);
		answered(q);
		return;
	}
	probe_ping_send(r->probe->ping, &to, PING_MS, ping_answered, q);
}

static void
ask_thing(struct round *r, const struct inv_thing *t)
{
	struct inv_thing bmc;
	struct err e;

	r->things++;
	if (strcmp(t->type, "pdu") == 0) {
		ask_pdu(r, t);
	} else if (strcmp(t->type, "bmc") != 0 &&
	    (inv_is_machine(*r->probe->room.inv, t->type) || inv_attr(t, "address") != NULL)) { /* no room, no pool */
		ask_ping(r, t);
		/* NOLINTBEGIN(clang-analyzer-unix.Malloc): the round holds itself (pending is 1) until round_asked */
		if (strcmp(t->type, "switch") == 0)
			ask_switch(r, t);
		if (inv_bmc(*r->probe->room.inv, t->name, r->a, &bmc, &e) == 0)
			ask_bmc(r, t->name, &bmc);
		/* NOLINTEND(clang-analyzer-unix.Malloc) */
	}
}

static struct round *
round_create(struct probe *p, bool whole, struct err *e)
{
	struct round *r;

	if (*p->room.inv == NULL) {
		err_set(e, ERR_UNAVAILABLE, "there is no inventory yet");
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		log_die("out of memory: no sweep");
	*r = (struct round){.probe = p, .a = arena_create(), .whole = whole, .began = times_now(), .pending = 1};
	if (inv_all_cords(*p->room.inv, r->a, &r->cords, &r->n_cords, e) != 0) {
		arena_destroy(r->a);
		free(r);
		return NULL;
	}
	return r;
}

/* The round holds itself open while it asks, so that an early answer does not end it. */
static void
round_asked(struct round *r)
{
	if (--r->pending == 0)
		round_end(r);
}

int
probe_sweep(struct probe *p, struct err *e)
{
	struct inv_thing *things;
	struct round *r;
	size_t n;

	if (p->sweep != NULL)
		return 1;
	r = round_create(p, true, e);
	if (r == NULL)
		return -1;
	if (inv_list(*p->room.inv, NULL, r->a, &things, &n, e) != 0) {
		arena_destroy(r->a);
		free(r);
		return -1;
	}
	p->sweep = r;
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc): as above, the round holds itself while it asks */
	for (size_t i = 0; i < n; i++)
		ask_thing(r, &things[i]);
	round_asked(r);
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
	return 0;
}

static void
check_thing(struct round *r, const char *name)
{
	struct inv *inv = *r->probe->room.inv;
	struct inv_connection *links;
	struct inv_cord *cords;
	struct inv_thing t;
	struct err e;
	size_t n;

	if (inv_get(inv, name, r->a, &t, &e) != 0)
		return; /* gone since it was asked */
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc): as above, the round holds itself while it asks */
	ask_thing(r, &t);
	if (inv_cords(inv, name, r->a, &cords, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (inv_get(inv, cords[i].pdu, r->a, &t, &e) == 0)
			ask_pdu(r, &t);
	if (inv_connections(inv, name, r->a, &links, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].b_type, "switch") == 0 && inv_get(inv, links[i].b, r->a, &t, &e) == 0)
			ask_switch(r, &t);
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
}

int
probe_check(struct probe *p, const struct hosts *things, struct err *e)
{
	struct round *r;

	if (p->checks >= LIMIT_CHECKS) {
		err_set(e, ERR_LIMIT, "%zu checks run already; ask again in a moment", p->checks);
		return 1;
	}
	r = round_create(p, false, e);
	if (r == NULL)
		return -1;
	p->checks++;
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc): as above, the round holds itself while it asks */
	for (size_t i = 0; i < things->n; i++)
		check_thing(r, things->name[i]);
	round_asked(r);
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
	return 0;
}
