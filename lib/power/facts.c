/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan is made of, gathered from the inventory and the status. */
#include <math.h>
#include <string.h>

#include "facts.h"

#define FED_JOBS 16 /* that are told of one thing beside the machine */

static enum power_state
state_of(const char *word)
{
	if (strcmp(word, "on") == 0)
		return POWER_IS_ON;
	return strcmp(word, "off") == 0 ? POWER_IS_OFF : POWER_IS_UNKNOWN;
}

static const char *
outlet_name(struct arena *a, const struct inv_cord *c)
{
	return arena_printf(a, "%s:%s", c->pdu, c->outlet);
}

/* What the inventory says of each name of the wish. */
struct wired {
	struct inv_thing thing;  /* a machine, or an outlet's PDU */
	struct inv_cord *cords;
	size_t n;
};

static void
add_outlet(struct gathering *g, const struct inv_cord *c, size_t *cap)
{
	g->outlets.name = power_plan_grown(g->a, g->outlets.name, g->outlets.n, cap, sizeof(*g->outlets.name));
	g->outlets.name[g->outlets.n++] = arena_strdup(g->a, outlet_name(g->a, c));
}

/* "pdu-b01-a:AA7": one outlet stands for a machine of its own. */
static int
wire_outlet(struct gathering *g, const char *name, struct wired *w, struct err *e)
{
	const char *colon = strrchr(name, ':');
	struct inv_cord *cord = w->cords = arena_alloc(g->a, sizeof(*cord));

	if (colon == NULL || colon == name || colon[1] == '\0')
		return err_set(e, ERR_INPUT, "'%s' is no outlet; write it as PDU:OUTLET", name);
	*cord = (struct inv_cord){.pdu = arena_strndup(g->a, name, (size_t)(colon - name)), .outlet = arena_strdup(g->a, colon + 1),
	    .machine = "", .inlet = ""};
	w->n = 1;
	if (inv_get(g->room->inv, cord->pdu, g->a, &w->thing, e) != 0)
		return -1;
	return strcmp(w->thing.type, "pdu") == 0 ? 0 : err_set(e, ERR_INPUT, "%s is a %s, not a PDU", cord->pdu, w->thing.type);
}

/* The outlets the plan is about, so that none of them counts as "another feed"; and of whom status is asked. */
static int
gather_wires(struct gathering *g, struct wired *w, struct err *e)
{
	const struct hosts *names = g->wish->names;
	struct hosts ask = {0};
	size_t cap = 0, cap_ask = 0;

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->name[i];

		if (power_verb_is_outlet(g->wish->verb) ? wire_outlet(g, name, &w[i], e) != 0
		        : inv_get(g->room->inv, name, g->a, &w[i].thing, e) != 0 ||
		            inv_cords(g->room->inv, name, g->a, &w[i].cords, &w[i].n, e) != 0)
			return -1;
		ask.name = power_plan_grown(g->a, ask.name, ask.n, &cap_ask, sizeof(*ask.name));
		ask.name[ask.n++] = arena_strdup(g->a, w[i].thing.name);
		for (size_t k = 0; k < w[i].n; k++) {
			add_outlet(g, &w[i].cords[k], &cap);
			if (k > 0 || i == 0 || w[i - 1].n == 0 || strcmp(w[i - 1].cords[0].pdu, w[i].cords[k].pdu) != 0) {
				ask.name = power_plan_grown(g->a, ask.name, ask.n, &cap_ask, sizeof(*ask.name));
				ask.name[ask.n++] = arena_strdup(g->a, w[i].cords[k].pdu);
			}
		}
	}
	hosts_sort(&g->outlets);
	hosts_sort(&ask);
	return power_seen_open(g->room->status, &ask, g->a, &g->seen, e);
}

/* Does a thing have an outlet that is not in this plan, and read on in a sweep that is not long past? */
static bool
has_other_feed(struct gathering *g, const struct inv_cord *here)
{
	const struct status_outlet *o;
	struct inv_cord *cords;
	size_t n;
	struct err e;

	if (inv_cords(g->room->inv, here->machine, g->a, &cords, &n, &e) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (hosts_has(&g->outlets, outlet_name(g->a, &cords[i])))
			continue;
		o = power_seen_outlet(g->seen, cords[i].pdu, cords[i].outlet);
		if (o != NULL && state_of(o->state) == POWER_IS_ON && !status_stale(o->at, o->interval, g->now) &&
		    power_seen_reads(g->seen, cords[i].pdu, "pdu", "ok"))
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

/* Who hangs on the outlet too; of what goes dark with it whose it is, and what ends there. */
static int
take_fed(struct gathering *g, const struct inv_cord *cord, struct power_outlet *o, struct power_fed *out, struct err *e)
{
	struct power_known known;
	struct inv_thing thing;

	if (inv_get(g->room->inv, cord->machine, g->a, &thing, e) != 0)
		return -1;
	power_gather_known(g, &thing, &known);
	if (power_is_protected(g->room->conf, thing.name))
		o->guarded = thing.name;
	*out = (struct power_fed){
	    .thing = thing.name,
	    .inlet = cord->inlet,
	    .type = thing.type,
	    .other_feed = has_other_feed(g, cord),
	    .owner = known.owner,
	    .stands = power_stands(g->room, thing.name, thing.type, g->a),
	};
	if (!out->other_feed) {
		out->jobs = known.jobs;
		out->n_jobs = known.n_listed < FED_JOBS ? known.n_listed : FED_JOBS;
	}
	return 0;
}

static int
gather_fed(struct gathering *g, struct power_outlet *o, const char *self, struct err *e)
{
	struct inv_cord *cords;
	struct power_fed *fed;
	size_t n, kept = 0;

	if (inv_fed_by(g->room->inv, o->pdu, o->outlet, g->a, &cords, &n, e) != 0)
		return -1;
	o->fed = fed = arena_array(g->a, n, sizeof(*fed));
	for (size_t i = 0; i < n; i++)
		if ((self == NULL || strcmp(cords[i].machine, self) != 0) && take_fed(g, &cords[i], o, &fed[kept++], e) != 0)
			return -1;
	o->n_fed = kept;
	return 0;
}

static int
gather_outlet(struct gathering *g, const struct inv_cord *cord, struct power_outlet *o, struct err *e)
{
	const struct status_outlet *seen = power_seen_outlet(g->seen, cord->pdu, cord->outlet);

	*o = (struct power_outlet){
	    .pdu = cord->pdu,
	    .outlet = cord->outlet,
	    .inlet = cord->inlet,
	    .device_name = "",
	    .word = "",
	    .amps = NAN,
	    .watts = NAN,
	    .recent = cord->by != NULL && cord->since > g->now - POWER_RECENT_MS,
	    .recent_by = cord->by,
	    .reachable = power_seen_reads(g->seen, cord->pdu, "pdu", "ok"),
	    .pdu_loaded = power_seen_loaded(g->seen, cord->pdu, g->room->conf->load_floor_a),
	};
	if (seen != NULL) {
		o->device_name = seen->device_name;
		o->state = state_of(seen->state);
		o->word = seen->word;
		o->amps = seen->amps;
		o->watts = seen->watts;
		o->at = seen->at;
		o->interval = seen->interval;
	}
	return gather_fed(g, o, cord->machine, e);
}

int
power_bmc_shared(struct inv *inv, const char *bmc, const char *machine, struct arena *a, const char **out, struct err *e)
{
	struct hosts names;

	*out = NULL;
	if (inv_bmc_machines(inv, bmc, a, &names, e) != 0)
		return -1;
	for (size_t i = 0; i < names.n && *out == NULL; i++)
		if (strcmp(names.name[i], machine) != 0)
			*out = names.name[i];
	return 0;
}

static int
gather_bmc(struct gathering *g, struct power_machine *m, struct err *e)
{
	const struct status_value *chassis = power_seen_value(g->seen, m->name, "chassis");
	struct inv_thing bmc;
	struct err none = {0};

	if (inv_bmc(g->room->inv, m->name, g->a, &bmc, &none) != 0) {
		if (none.kind == ERR_NOT_FOUND)
			return 0;
		*e = none;
		return -1;
	}
	m->bmc = bmc.name;
	if (power_bmc_shared(g->room->inv, bmc.name, m->name, g->a, &m->bmc_shared, e) != 0)
		return -1;
	m->bmc_answers = power_seen_reads(g->seen, m->name, "bmc", "ok");
	if (chassis != NULL) {
		m->chassis = state_of(chassis->text);
		m->chassis_at = chassis->at;
		m->chassis_interval = chassis->interval;
		m->chassis_since = chassis->since;
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
gather_machine(struct gathering *g, const struct wired *w, struct power_machine *m, struct err *e)
{
	const char *mode = inv_attr(&w->thing, "boot_mode");
	struct power_outlet *outlets = arena_array(g->a, w->n, sizeof(*outlets));

	*m = (struct power_machine){
	    .name = w->thing.name,
	    .type = w->thing.type,
	    .is_protected = power_is_protected(g->room->conf, w->thing.name),
	    .stands = power_stands(g->room, w->thing.name, w->thing.type, g->a),
	    .address = inv_attr(&w->thing, "address"),
	    .up = g->waits && power_seen_reads(g->seen, w->thing.name, "ping", "up"),
	    .efi = mode != NULL && strcmp(mode, "efi") == 0,
	    .outlets = outlets,
	    .n_outlets = w->n,
	};
	m->pings = m->up || (g->waits && m->address != NULL && did_ping(g, m->name));
	for (size_t i = 0; i < w->n; i++) {
		if (gather_outlet(g, &w->cords[i], &outlets[i], e) != 0)
			return -1;
		m->is_protected |= power_is_protected(g->room->conf, w->cords[i].pdu);
	}
	power_gather_known(g, &w->thing, &m->known);
	return gather_bmc(g, m, e);
}

static int
gather_single(struct gathering *g, const struct wired *w, const char *name, struct power_machine *m, struct err *e)
{
	struct power_outlet *o = arena_alloc(g->a, sizeof(*o));

	if (gather_outlet(g, &w->cords[0], o, e) != 0)
		return -1;
	*m = (struct power_machine){
	    .name = arena_strdup(g->a, name),
	    .type = "outlet",
	    .known = {.owner = "", .state = ""},
	    .outlets = o,
	    .n_outlets = 1,
	    .is_protected = power_is_protected(g->room->conf, w->thing.name),
	};
	for (size_t i = 0; i < o->n_fed; i++)
		m->is_protected |= power_is_protected(g->room->conf, o->fed[i].thing);
	return 0;
}

/* Every machine of the wish with its facts. */
static int
gather(struct gathering *g, struct power_machine *machines, struct err *e)
{
	const struct hosts *names = g->wish->names;
	struct wired *w = arena_array(g->a, names->n, sizeof(*w));

	if (gather_wires(g, w, e) != 0 || power_gather_pasts(g, e) != 0)
		return -1;
	for (size_t i = 0; i < names->n; i++)
		if ((power_verb_is_outlet(g->wish->verb) ? gather_single(g, &w[i], names->name[i], &machines[i], e)
		                                         : gather_machine(g, &w[i], &machines[i], e)) != 0)
			return -1;
	return 0;
}

int
power_plan_wish(const struct power_room *room, const struct power_wish *wish, struct arena *a,
    struct power_plan *out, struct err *e)
{
	struct gathering g = {.room = room, .wish = wish, .a = a, .now = times_now(),
	    .waits = wish->verb == POWER_CYCLE || wish->verb == POWER_RESET, .cuts = power_verb_ends(wish->verb)};
	struct power_question q = {
	    .verb = wish->verb,
	    .way = wish->way,
	    .revision = room->revision,
	    .now = g.now,
	    .load_floor_a = room->conf->load_floor_a,
	    .boot = wish->boot,
	    .even = wish->even,
	    .n_machines = wish->names->n,
	};
	struct power_machine *machines = arena_array(a, wish->names->n, sizeof(*machines));

	if (wish->names->n > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_LIMIT, "%zu things in one plan; the most is %d", wish->names->n, LIMIT_PLAN_THINGS);
	if (gather(&g, machines, e) != 0)
		return -1;
	q.machines = machines;
	if (wish->verb == POWER_SETVLAN && wish->names->n == 1 && wish->port != NULL &&
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
