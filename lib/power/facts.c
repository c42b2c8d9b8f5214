/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan is made of, gathered from the inventory and the status. */
#include <math.h>
#include <string.h>

#include "plan_making.h"

struct gathering {
	const struct power_room *room;
	struct arena *a;
	int64_t now;
	bool waits;           /* the verb's plan may wait for pings */
	struct hosts outlets; /* "pdu:outlet" of everything the plan may switch off */
};

static enum power_state
state_of(const char *word)
{
	if (strcmp(word, "on") == 0)
		return POWER_IS_ON;
	return strcmp(word, "off") == 0 ? POWER_IS_OFF : POWER_IS_UNKNOWN;
}

/* Was the value seen, with this text, and not long ago? */
static bool
reads(struct gathering *g, const char *thing, const char *check, const char *text)
{
	struct status_value v;
	struct err e;

	return status_value(g->room->status, thing, check, g->a, &v, &e) == 0 && strcmp(v.text, text) == 0;
}

static const char *
outlet_name(struct arena *a, const struct inv_cord *c)
{
	return arena_printf(a, "%s:%s", c->pdu, c->outlet);
}

/* The outlets the plan is about, so that none of them counts as "another feed". */
static int
gather_outlets(struct gathering *g, const struct hosts *names, bool outlets, struct err *e)
{
	size_t cap = names->n;
	char **list = arena_array(g->a, cap, sizeof(*list));

	g->outlets = (struct hosts){list, 0};
	for (size_t i = 0; i < names->n; i++) {
		struct inv_cord *cords = NULL;
		size_t n = 0;

		if (!outlets && inv_cords(g->room->inv, names->name[i], g->a, &cords, &n, e) != 0)
			return -1;
		if (g->outlets.n + n + 1 > cap) {
			char **wide = arena_array(g->a, 2 * cap + n, sizeof(*wide));

			memcpy(wide, list, g->outlets.n * sizeof(*wide));
			g->outlets.name = list = wide;
			cap = 2 * cap + n;
		}
		if (outlets)
			list[g->outlets.n++] = names->name[i];
		for (size_t k = 0; k < n; k++)
			list[g->outlets.n++] = arena_strdup(g->a, outlet_name(g->a, &cords[k]));
	}
	hosts_sort(&g->outlets);
	return 0;
}

/* Does a thing have an outlet that reads on and is not in this plan? */
static bool
has_other_feed(struct gathering *g, const struct inv_cord *here)
{
	struct inv_cord *cords;
	struct status_outlet o;
	size_t n;
	struct err e;

	if (inv_cords(g->room->inv, here->machine, g->a, &cords, &n, &e) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (hosts_has(&g->outlets, outlet_name(g->a, &cords[i])))
			continue;
		if (status_outlet(g->room->status, cords[i].pdu, cords[i].outlet, g->a, &o, &e) == 0 &&
		    state_of(o.state) == POWER_IS_ON)
			return true;
	}
	return false;
}

bool
power_is_protected(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_protected; i++)
		if (strcmp(c->protected_things[i], name) == 0)
			return true;
	return false;
}

static int
gather_fed(struct gathering *g, struct power_outlet *o, const char *self, struct err *e)
{
	struct inv_cord *cords;
	struct power_fed *fed;
	struct inv_thing thing;
	size_t n, kept = 0;

	if (inv_fed_by(g->room->inv, o->pdu, o->outlet, g->a, &cords, &n, e) != 0)
		return -1;
	fed = arena_array(g->a, n, sizeof(*fed));
	for (size_t i = 0; i < n; i++) {
		if (self != NULL && strcmp(cords[i].machine, self) == 0)
			continue;
		if (inv_get(g->room->inv, cords[i].machine, g->a, &thing, e) != 0)
			return -1;
		if (power_is_protected(g->room->conf, thing.name))
			o->guarded = thing.name;
		fed[kept++] = (struct power_fed){
		    .thing = thing.name,
		    .inlet = cords[i].inlet,
		    .type = thing.type,
		    .other_feed = has_other_feed(g, &cords[i]),
		};
	}
	o->fed = fed;
	o->n_fed = kept;
	return 0;
}

static int
gather_outlet(struct gathering *g, const struct inv_cord *cord, struct power_outlet *o, struct err *e)
{
	struct status_outlet seen;
	struct err none;

	*o = (struct power_outlet){
	    .pdu = cord->pdu,
	    .outlet = cord->outlet,
	    .inlet = cord->inlet,
	    .device_name = "",
	    .word = "",
	    .amps = NAN,
	    .recent = cord->by != NULL && cord->since > g->now - POWER_RECENT_MS,
	    .recent_by = cord->by,
	    .reachable = reads(g, cord->pdu, "pdu", "ok"),
	};
	if (status_outlet(g->room->status, cord->pdu, cord->outlet, g->a, &seen, &none) == 0) {
		o->device_name = seen.device_name;
		o->state = state_of(seen.state);
		o->word = seen.word;
		o->amps = seen.amps;
		o->at = seen.at;
		o->interval = seen.interval;
	}
	return gather_fed(g, o, cord->machine, e);
}

static int
gather_bmc(struct gathering *g, struct power_machine *m, struct err *e)
{
	struct inv_thing bmc;
	struct status_value v;
	struct err none = {0};

	if (inv_bmc(g->room->inv, m->name, g->a, &bmc, &none) != 0) {
		if (none.kind == ERR_NOT_FOUND)
			return 0;
		*e = none;
		return -1;
	}
	m->bmc = bmc.name;
	m->bmc_answers = reads(g, m->name, "bmc", "ok");
	if (status_value(g->room->status, m->name, "chassis", g->a, &v, &none) == 0) {
		m->chassis = state_of(v.text);
		m->chassis_at = v.at;
		m->chassis_interval = v.interval;
	}
	return 0;
}

/* Did it answer pings before one of its last changes? */
static bool
did_ping(struct gathering *g, const char *name)
{
	const struct status_changes_ask ask = {.thing = name, .check = "ping", .limit = 4};
	struct status_change *changes;
	struct err e;
	size_t n = 0;

	if (status_changes(g->room->status, &ask, g->a, &changes, &n, &e) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(changes[i].from_text, "up") == 0)
			return true;
	return false;
}

static int
gather_machine(struct gathering *g, const char *name, struct power_machine *m, struct err *e)
{
	struct power_outlet *outlets;
	struct inv_thing thing;
	struct inv_cord *cords;
	const char *owner;
	size_t n;

	if (inv_get(g->room->inv, name, g->a, &thing, e) != 0 ||
	    inv_cords(g->room->inv, name, g->a, &cords, &n, e) != 0)
		return -1;
	owner = inv_attr(&thing, "owner");
	*m = (struct power_machine){
	    .name = thing.name,
	    .type = thing.type,
	    .owner = owner == NULL ? "" : owner,
	    .is_protected = power_is_protected(g->room->conf, name),
	    .address = inv_attr(&thing, "address"),
	    .up = g->waits && reads(g, name, "ping", "up"),
	    .efi = inv_attr(&thing, "boot_mode") != NULL && strcmp(inv_attr(&thing, "boot_mode"), "efi") == 0,
	};
	m->pings = m->up || (g->waits && m->address != NULL && did_ping(g, name));
	outlets = arena_array(g->a, n, sizeof(*outlets));
	for (size_t i = 0; i < n; i++) {
		if (gather_outlet(g, &cords[i], &outlets[i], e) != 0)
			return -1;
		m->is_protected |= power_is_protected(g->room->conf, cords[i].pdu);
	}
	m->outlets = outlets;
	m->n_outlets = n;
	return gather_bmc(g, m, e);
}

/* "pdu-b01-a:AA7": one outlet stands for a machine of its own. */
static int
gather_single(struct gathering *g, const char *name, struct power_machine *m, struct err *e)
{
	const char *colon = strrchr(name, ':');
	struct power_outlet *o = arena_alloc(g->a, sizeof(*o));
	struct inv_thing pdu;
	struct inv_cord cord = {0};

	if (colon == NULL || colon == name || colon[1] == '\0')
		return err_set(e, ERR_INPUT, "'%s' is no outlet; write it as PDU:OUTLET", name);
	cord.pdu = arena_strndup(g->a, name, (size_t)(colon - name));
	cord.outlet = arena_strdup(g->a, colon + 1);
	cord.machine = cord.inlet = "";
	if (inv_get(g->room->inv, cord.pdu, g->a, &pdu, e) != 0)
		return -1;
	if (strcmp(pdu.type, "pdu") != 0)
		return err_set(e, ERR_INPUT, "%s is a %s, not a PDU", cord.pdu, pdu.type);
	if (gather_outlet(g, &cord, o, e) != 0)
		return -1;
	*m = (struct power_machine){
	    .name = arena_strdup(g->a, name),
	    .type = "outlet",
	    .owner = "",
	    .outlets = o,
	    .n_outlets = 1,
	    .is_protected = power_is_protected(g->room->conf, cord.pdu),
	};
	for (size_t i = 0; i < o->n_fed; i++)
		m->is_protected |= power_is_protected(g->room->conf, o->fed[i].thing);
	return 0;
}

int
power_plan_wish(const struct power_room *room, const struct power_wish *wish, struct arena *a,
    struct power_plan *out, struct err *e)
{
	struct gathering g = {.room = room, .a = a, .now = times_now(),
	    .waits = wish->verb == POWER_CYCLE || wish->verb == POWER_RESET};
	struct power_question q = {
	    .verb = wish->verb,
	    .way = wish->way,
	    .revision = room->revision,
	    .now = g.now,
	    .load_floor_a = room->conf->load_floor_a,
	    .boot = wish->boot,
	};
	const struct hosts *names = wish->names;
	bool outlets = power_verb_is_outlet(wish->verb);
	struct power_machine *machines;

	if (names->n > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_LIMIT, "%zu things in one plan; the most is %d", names->n,
		    LIMIT_PLAN_THINGS);
	if (gather_outlets(&g, names, outlets, e) != 0)
		return -1;
	machines = arena_array(a, names->n, sizeof(*machines));
	for (size_t i = 0; i < names->n; i++)
		if ((outlets ? gather_single : gather_machine)(&g, names->name[i], &machines[i], e) != 0)
			return -1;
	q.machines = machines;
	q.n_machines = names->n;
	if (wish->verb == POWER_SETVLAN && names->n == 1 && wish->port != NULL &&
	    power_gather_vlan(room, wish, a, &q.vlan, e) != 0)
		return -1;
	if (power_gather_tags(room, wish, q.vlan, machines, a, e) != 0)
		return -1;
	return power_plan(&q, a, out, e);
}

int
power_plan_for(const struct power_room *room, enum power_verb verb, enum power_way way,
    const struct hosts *names, struct arena *a, struct power_plan *out, struct err *e)
{
	const struct power_wish wish = {.verb = verb, .way = way, .names = names};

	return power_plan_wish(room, &wish, a, out, e);
}
