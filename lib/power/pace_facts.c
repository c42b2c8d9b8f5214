/* SPDX-License-Identifier: Apache-2.0 */
/* What the inventory knows of the pace: the units of an outlet, start-up currents, tiers; the order of a plan. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pace.h"

#define SWITCH_MS 1000 /* a guess of one switching: read, packet, read back; shown, never relied on */

/* ---- one thing ------------------------------------------------------------------------------------- */

struct facts {
	double amps;
	int64_t lasts_ms;
	enum power_tier tier;
};

/* The thing's own attribute, else its type's word, "" none. */
static const char *
word_of(const struct inv_thing *t, const char *key, const char *of_type)
{
	const char *own = inv_attr(t, key);

	return own != NULL ? own : of_type != NULL ? of_type : "";
}

static struct facts
facts_of(struct inv *inv, const struct conf *conf, const char *name, struct arena *a)
{
	struct facts f = {conf == NULL ? 0 : conf->start_amps, conf == NULL ? 0 : conf->start_ms, POWER_TIER_COMPUTE};
	struct inv_type_def type = {0};
	struct inv_thing t;
	struct err e;
	enum power_tier tier;
	double amps;
	int64_t lasts;

	if (inv == NULL || inv_get(inv, name, a, &t, &e) != 0)
		return f;
	if (inv_type_get(inv, t.type, a, &type, &e) != 0)
		type = (struct inv_type_def){0};
	if ((tier = power_tier_parse(word_of(&t, "tier", type.tier))) != POWER_TIER_COUNT)
		f.tier = tier;
	if (str_double(str_of(word_of(&t, "start_amps", type.start_amps)), 0, 1000, &amps) == 0)
		f.amps = amps;
	if (times_duration(str_of(word_of(&t, "start_time", type.start_time)), &lasts, &e) == 0 && lasts >= 0)
		f.lasts_ms = lasts < POWER_PACE_LONGEST ? lasts : POWER_PACE_LONGEST;
	return f;
}

/* ---- units ----------------------------------------------------------------------------------------------- */

struct units {
	struct arena *a;
	const char **name;
	size_t n, cap, n_pdus;
};

static bool
has_unit(const struct units *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->name[i], name) == 0)
			return true;
	return false;
}

/* Each once; PDUs first. */
static void
add_unit(struct units *u, const char *name, bool pdu)
{
	if (has_unit(u, name))
		return;
	if (u->n == u->cap) {
		const char **more = arena_array(u->a, u->cap == 0 ? 8 : 2 * u->cap, sizeof(*more));

		if (u->n > 0)
			memcpy(more, u->name, u->n * sizeof(*more));
		u->cap = u->cap == 0 ? 8 : 2 * u->cap;
		u->name = more;
	}
	if (pdu) {
		memmove(&u->name[u->n_pdus + 1], &u->name[u->n_pdus], (u->n - u->n_pdus) * sizeof(*u->name));
		u->name[u->n_pdus++] = name;
	} else {
		u->name[u->n] = name;
	}
	u->n++;
}

/* "L1=AA[1-8] L2=AA[9-16]": the word whose list has the outlet; NULL: none, or it cannot be read. */
static const char *
infeed_said(const char *said, const char *outlet, struct arena *a)
{
	struct str rest = str_of(said);

	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ' '), name = str_cut(&word, '=');
		struct hosts list = {0};
		struct err e;

		if (word.p != NULL && name.n > 0 && name.n <= LIMIT_NAME && hosts_parse(word, NULL, a, &list, &e) == 0 &&
		    hosts_has(&list, outlet))
			return arena_strndup(a, name.p, name.n);
	}
	return NULL;
}

/* Sentry families: "AA7" is outlet 7 of tower A, infeed A. */
static const char *
infeed_by_name(const char *family, const char *outlet, struct arena *a)
{
	size_t n = 0;

	if (family == NULL || !str_starts(str_of(family), "sentry"))
		return NULL;
	while (isupper((unsigned char)outlet[n]))
		n++;
	return n == 2 && isdigit((unsigned char)outlet[n]) ? arena_strndup(a, outlet, n) : NULL;
}

static const char *
infeed_of(struct inv *inv, const char *pdu, const char *outlet, struct arena *a)
{
	const char *said, *infeed = NULL;
	struct inv_thing t;
	struct err e;

	if (inv_get(inv, pdu, a, &t, &e) != 0)
		return NULL;
	if ((said = inv_attr(&t, "infeeds")) != NULL)
		infeed = infeed_said(said, outlet, a);
	return infeed != NULL ? infeed : infeed_by_name(inv_attr(&t, "family"), outlet, a);
}

static bool
is_phase(const char *infeed)
{
	return infeed != NULL && infeed[0] == 'L' && infeed[1] >= '1' && infeed[1] <= '3' && infeed[2] == '\0';
}

static void
add_outlet(struct units *u, struct inv *inv, const char *pdu, const char *outlet)
{
	const char *infeed;
	struct inv_connection *links;
	struct err e;
	size_t n = 0;

	add_unit(u, arena_strdup(u->a, pdu), true);
	if (inv == NULL)
		return;
	infeed = infeed_of(inv, pdu, outlet, u->a);
	if (infeed != NULL)
		add_unit(u, arena_printf(u->a, "%s %s", pdu, infeed), false);
	if (inv_connections(inv, pdu, u->a, &links, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++) /* a phase is the same on the PDU and on its feed */
		if (strcmp(links[i].b_type, "feed") == 0 || strcmp(links[i].b_type, "ups") == 0)
			add_unit(u, arena_printf(u->a, "%s %s", links[i].b, is_phase(infeed) ? infeed : links[i].b_port), false);
}

/* ---- starts ----------------------------------------------------------------------------------------------- */

static void
set_start(struct power_start *out, const struct units *u, const struct facts *f)
{
	*out = (struct power_start){.units = u->name, .n_units = u->n, .n_pdus = u->n_pdus, .amps = f->amps,
	    .lasts_ms = f->lasts_ms, .tier = f->tier};
}

void
power_start_outlet(struct inv *inv, const struct conf *conf, const char *pdu, const char *outlet, struct arena *a,
    struct power_start *out)
{
	struct units u = {.a = a};
	struct facts all = {0, 0, POWER_TIER_COMPUTE};
	struct inv_cord *fed;
	struct err e;
	size_t n = 0;

	add_outlet(&u, inv, pdu, outlet);
	if (inv == NULL || inv_fed_by(inv, pdu, outlet, a, &fed, &n, &e) != 0 || n == 0) {
		all = facts_of(NULL, conf, "", a);
		n = 0;
	}
	for (size_t i = 0; i < n; i++) { /* what hangs on one outlet starts together */
		struct facts f = facts_of(inv, conf, fed[i].machine, a);

		all.amps += f.amps;
		all.lasts_ms = f.lasts_ms > all.lasts_ms ? f.lasts_ms : all.lasts_ms;
		all.tier = f.tier < all.tier ? f.tier : all.tier;
	}
	set_start(out, &u, &all);
}

void
power_start_machine(struct inv *inv, const struct conf *conf, const char *machine, struct arena *a, struct power_start *out)
{
	struct units u = {.a = a};
	struct facts f = facts_of(inv, conf, machine, a);
	struct inv_cord *cords;
	struct err e;
	size_t n = 0;

	if (inv != NULL && inv_cords(inv, machine, a, &cords, &n, &e) == 0)
		for (size_t i = 0; i < n; i++)
			add_outlet(&u, inv, cords[i].pdu, cords[i].outlet);
	set_start(out, &u, &f);
}

/* ---- tiers and order ------------------------------------------------------------------------------------------- */

enum power_tier
power_tier_of(struct inv *inv, const char *name, struct arena *a)
{
	const char *colon = strrchr(name, ':');
	struct power_start s;

	if (colon == NULL)
		return facts_of(inv, NULL, name, a).tier;
	power_start_outlet(inv, NULL, arena_strndup(a, name, (size_t)(colon - name)), colon + 1, a, &s);
	return s.tier;
}

int
power_verb_tiered(enum power_verb v)
{
	if (v == POWER_ON || v == POWER_OUTLET_ON)
		return 1;
	return v == POWER_OFF || v == POWER_SOFT || v == POWER_OUTLET_OFF ? -1 : 0;
}

struct place {
	size_t index, turn; /* turn: how many before it have their first step on the same device */
	int tier;
};

static int
by_turn(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->tier != y->tier)
		return x->tier < y->tier ? -1 : 1;
	if (x->turn != y->turn)
		return x->turn < y->turn ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The PDU of each machine's first outlet, NULL none. */
static const char **
first_pdus(const struct power_plan *p, struct arena *a)
{
	const char **pdu = arena_array(a, p->n_machines + 1, sizeof(*pdu));

	for (size_t i = 0; i < p->n_machines; i++)
		pdu[i] = NULL;
	for (size_t i = p->n_steps; i-- > 0;)
		if (p->steps[i].action == POWER_DO_OUTLET_ON || p->steps[i].action == POWER_DO_OUTLET_OFF)
			pdu[p->steps[i].machine] = p->steps[i].device;
	return pdu;
}

const size_t *
power_pace_order(struct inv *inv, const struct power_plan *p, struct arena *a, enum power_tier **tiers_out)
{
	struct place *places = arena_array(a, p->n_machines + 1, sizeof(*places));
	size_t *order = arena_array(a, p->n_machines + 1, sizeof(*order));
	const char **pdu = first_pdus(p, a);
	int sign = power_verb_tiered(p->verb) < 0 ? -1 : 1;

	*tiers_out = arena_array(a, p->n_machines + 1, sizeof(**tiers_out));
	for (size_t i = 0; i < p->n_machines; i++) {
		(*tiers_out)[i] = power_tier_of(inv, p->machines[i].name, a);
		places[i] = (struct place){.index = i, .tier = sign * (int)(*tiers_out)[i]};
		for (size_t k = 0; k < i && pdu[i] != NULL; k++)
			places[i].turn += pdu[k] != NULL && strcmp(pdu[k], pdu[i]) == 0 && (*tiers_out)[k] == (*tiers_out)[i];
	}
	qsort(places, p->n_machines, sizeof(*places), by_turn);
	for (size_t i = 0; i < p->n_machines; i++)
		order[i] = places[i].index;
	return order;
}

/* ---- the estimate ------------------------------------------------------------------------------------------------- */

/* What the machine does before it first goes on, and each of its starts. */
static void
run_machine(struct inv *inv, const struct conf *conf, const struct power_plan *p, size_t machine, struct arena *a,
    struct power_pace_machine *out)
{
	struct power_start *starts = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < p->n_steps; i++)
		cap += p->steps[i].machine == machine;
	starts = arena_array(a, cap + 1, sizeof(*starts));
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct power_step *s = &p->steps[i];

		if (s->machine != machine)
			continue;
		if (s->action == POWER_DO_OUTLET_ON)
			power_start_outlet(inv, conf, s->device, s->outlet, a, &starts[out->n_starts++]);
		else if (s->action == POWER_DO_CHASSIS_ON)
			power_start_machine(inv, conf, p->machines[machine].name, a, &starts[out->n_starts++]);
		else
			out->before_ms += s->action == POWER_DO_DWELL ? conf->dwell_ms : power_action_switches(s->action) ? SWITCH_MS : 0;
	}
	out->starts = starts;
	out->each_ms = SWITCH_MS;
}

int64_t
power_plan_estimate(struct inv *inv, const struct conf *conf, const struct power_plan *p, struct arena *a)
{
	return power_plan_estimate_rest(inv, conf, p, NULL, a);
}

int64_t
power_plan_estimate_rest(struct inv *inv, const struct conf *conf, const struct power_plan *p, const bool *over,
    struct arena *a)
{
	struct power_pace_machine *machines = arena_array(a, p->n_machines + 1, sizeof(*machines));
	struct power_pace_run run = {.machines = machines, .at_once = POWER_PACE_AT_ONCE,
	    .tiered = power_verb_tiered(p->verb) != 0};
	enum power_tier *tiers;
	const size_t *order = power_pace_order(inv, p, a, &tiers);
	int sign = power_verb_tiered(p->verb);

	for (size_t i = 0; i < p->n_machines; i++) {
		enum power_tier tier = tiers[order[i]];
		struct power_pace_machine *m = &machines[run.n];

		if (over != NULL && over[order[i]])
			continue;
		*m = (struct power_pace_machine){.tier = sign < 0 ? (enum power_tier)(POWER_TIER_COMPUTE - tier) : tier};
		run_machine(inv, conf, p, order[i], a, m);
		run.n++;
	}
	return power_pace_estimate(conf, &run);
}
