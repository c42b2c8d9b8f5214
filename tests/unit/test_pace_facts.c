/* SPDX-License-Identifier: Apache-2.0 */
/* What the inventory says of the pace: units of an outlet, currents, tiers, the order of a plan; and how long a dark room takes. */
#include <stdlib.h>

#include "inv_frame.h"
#include "power/power.h"
#include "t.h"

static const struct conf conf = {.stagger_ms = 1000, .start_amps = 2, .start_ms = 10000, .dwell_ms = 5000};

#define THINGS                                                                                                    \
	"\"thing\":[" S("f1", "feed") ","                                                                        \
	WITH("p1", "pdu", FACTS(A("infeeds", "L1=AA[1-4] L2=AA[5-8] L3=AA[9-10]"))) ","                          \
	WITH("p2", "pdu", FACTS(A("family", "sentry3"))) "," S("p3", "pdu") ","                                  \
	WITH("p4", "pdu", FACTS(A("infeeds", "=, L1=[ L2 L3=AA1=AA2 ,,= L4=BB[1-2]"))) ","                       \
	WITH("n1", "server", FACTS(A("start_amps", "3.5") "," A("start_time", "4s"))) ","                        \
	WITH("n2", "server", FACTS(A("tier", "storage") "," A("start_amps", "much") "," A("start_time", "-4s"))) "," \
	WITH("n3", "server", FACTS(A("tier", "first") "," A("start_time", "3h"))) ","                            \
	S("sw", "switch") "," S("st", "storage") "," S("con", "console-server") "," S("n4", "server") "],"       \
	"\"connection\":[" C("p1", "inlet1", "f1", "7") "," C("p2", "inlet1", "f1", "8") ","                       \
	C("n1", "psu1", "p1", "AA5") "," C("n1", "psu2", "p2", "BA3") "," C("n2", "psu1", "p3", "4") ","           \
	C("sw", "psu1", "p3", "5") "," C("n3", "psu1", "p4", "BB1") "," C("con", "psu1", "p3", "6") "]"

static struct inv *
room(void)
{
	struct inv *i = fresh_typed();

	T_OK(take(i, THINGS, NULL) == 0);
	return i;
}

static const char *
units(const struct power_start *s, struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < s->n_units; i++)
		text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : i == s->n_pdus ? "|" : ",", s->units[i]);
	return text;
}

static void
t_an_outlet_loads_its_pdu_its_infeed_and_the_line_of_its_feed(void)
{
	static const struct {
		const char *pdu, *outlet, *units;
	} rows[] = {
	    {"p1", "AA5", "p1|p1 L2,f1 L2"},       /* the infeed is a phase: the same on the feed */
	    {"p1", "AA10", "p1|p1 L3,f1 L3"},
	    {"p1", "AA11", "p1|f1 7"},             /* in no infeed: only where the PDU hangs */
	    {"p2", "BA3", "p2|p2 BA,f1 8"},        /* a Sentry's letters are tower and infeed */
	    {"p2", "3", "p2|f1 8"},
	    {"p3", "4", "p3"},                     /* nothing is known: the PDU is the unit */
	    {"p4", "BB2", "p4|p4 L4"},             /* what cannot be read of an attribute stops nobody */
	    {"p4", "AA1", "p4"},
	    {"gone", "AA1", "gone"},
	};
	struct arena *a = arena_create();
	struct inv *i = room();
	struct power_start s;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		power_start_outlet(i, &conf, rows[k].pdu, rows[k].outlet, a, &s);
		T_STR(units(&s, a), rows[k].units);
	}
	power_start_outlet(NULL, &conf, "p1", "AA5", a, &s);
	T_STR(units(&s, a), "p1");
	inv_close(i);
	arena_destroy(a);
}

static void
t_a_chassis_loads_every_outlet_it_is_recorded_on_and_without_any_nothing(void)
{
	struct arena *a = arena_create();
	struct inv *i = room();
	struct power_start s;

	power_start_machine(i, &conf, "n1", a, &s);
	T_STR(units(&s, a), "p1,p2|p1 L2,f1 L2,p2 BA,f1 8");
	T_OK(s.amps > 3.49 && s.amps < 3.51 && s.lasts_ms == 4000);
	power_start_machine(i, &conf, "n4", a, &s);
	T_INT(s.n_units, 0);
	T_OK(s.amps > 1.99 && s.amps < 2.01 && s.lasts_ms == 10000);
	inv_close(i);
	arena_destroy(a);
}

static void
t_currents_and_tiers_are_the_things_own_then_its_types_then_the_files(void)
{
	struct arena *a = arena_create();
	struct inv *i = room();
	struct power_start s;

	T_INT(power_tier_of(i, "sw", a), POWER_TIER_NETWORK);
	T_INT(power_tier_of(i, "st", a), POWER_TIER_STORAGE);
	T_INT(power_tier_of(i, "con", a), POWER_TIER_MANAGEMENT);
	T_INT(power_tier_of(i, "n1", a), POWER_TIER_COMPUTE);
	T_INT(power_tier_of(i, "n2", a), POWER_TIER_STORAGE);
	T_INT(power_tier_of(i, "n3", a), POWER_TIER_COMPUTE); /* "first" is no tier */
	T_INT(power_tier_of(i, "p3:4", a), POWER_TIER_STORAGE);
	T_INT(power_tier_of(i, "gone", a), POWER_TIER_COMPUTE);
	power_start_machine(i, &conf, "n2", a, &s); /* "much" is no number, -4s no time */
	T_OK(s.amps > 1.99 && s.amps < 2.01 && s.lasts_ms == 10000);
	power_start_machine(i, &conf, "n3", a, &s);
	T_INT(s.lasts_ms, POWER_PACE_LONGEST);
	inv_close(i);
	arena_destroy(a);
}

/* ---- the order ---------------------------------------------------------------------------------- */

static struct power_step steps[8];

static struct power_plan
plan_of(enum power_verb verb, struct power_plan_machine *machines, size_t n, const char *const *pdus)
{
	for (size_t i = 0; i < n; i++)
		steps[i] = (struct power_step){.machine = i, .action = verb == POWER_ON ? POWER_DO_OUTLET_ON : POWER_DO_OUTLET_OFF,
		    .device = pdus[i], .outlet = "1"};
	return (struct power_plan){.verb = verb, .way = POWER_WAY_PDU, .machines = machines, .n_machines = n, .steps = steps,
	    .n_steps = n};
}

static const char *
order(struct inv *i, const struct power_plan *p, struct arena *a)
{
	enum power_tier *tiers;
	const size_t *at = power_pace_order(i, p, a, &tiers);
	const char *text = "";

	for (size_t k = 0; k < p->n_machines; k++)
		text = arena_printf(a, "%s%s%s", text, k == 0 ? "" : " ", p->machines[at[k]].name);
	return text;
}

static void
t_a_plan_begins_tier_by_tier_and_with_one_of_each_pdu_in_turn(void)
{
	struct power_plan_machine machines[] = {{.name = "n1"}, {.name = "n3"}, {.name = "n4"}, {.name = "n5"}, {.name = "n2"}, {.name = "sw"}};
	static const char *const pdus[] = {"p1", "p1", "p2", "p2", "p1", "p3"};
	struct arena *a = arena_create();
	struct inv *i = room();
	struct power_plan p = plan_of(POWER_ON, machines, LARCH_COUNT(machines), pdus);

	T_STR(order(i, &p, a), "sw n2 n1 n4 n3 n5");
	p = plan_of(POWER_OFF, machines, LARCH_COUNT(machines), pdus);
	T_STR(order(i, &p, a), "n1 n4 n3 n5 n2 sw");
	inv_close(i);
	arena_destroy(a);
}

static void
t_a_dark_room_of_400_is_back_in_the_time_of_its_slowest_pdu(void)
{
	static struct power_plan_machine machines[400];
	static struct power_step many[800];
	static char names[400][8], pdus[20][8];
	struct power_plan p = {.verb = POWER_ON, .way = POWER_WAY_PDU, .machines = machines, .n_machines = 400, .steps = many, .n_steps = 800};
	static bool over[400];
	struct arena *a = arena_create();
	int64_t all, half;

	for (size_t i = 0; i < 400; i++) {
		snprintf(names[i], sizeof(names[i]), "m%zu", i);
		machines[i].name = names[i];
		for (size_t k = 0; k < 2; k++) { /* rack by rack: forty machines on two PDUs */
			size_t pdu = 2 * (i / 40) + k;

			snprintf(pdus[pdu], sizeof(pdus[pdu]), "p%zu", pdu);
			many[2 * i + k] = (struct power_step){.machine = i, .action = POWER_DO_OUTLET_ON, .device = pdus[pdu], .outlet = "1"};
		}
		over[i] = i % 40 >= 20;
	}
	/* Forty starts on each PDU, one a second; sixteen machines at one time, two seconds each: between 39 s and two minutes. */
	all = power_plan_estimate(NULL, &conf, &p, a);
	half = power_plan_estimate_rest(NULL, &conf, &p, over, a);
	T_OK(all >= 39000 && all <= 120000);
	T_OK(half > all / 3 && half < 2 * all / 3);
	p.n_steps = 0;
	T_INT(power_plan_estimate(NULL, &conf, &p, a), 0);
	arena_destroy(a);
}

T_MAIN(T(t_an_outlet_loads_its_pdu_its_infeed_and_the_line_of_its_feed),
    T(t_a_chassis_loads_every_outlet_it_is_recorded_on_and_without_any_nothing),
    T(t_currents_and_tiers_are_the_things_own_then_its_types_then_the_files),
    T(t_a_plan_begins_tier_by_tier_and_with_one_of_each_pdu_in_turn),
    T(t_a_dark_room_of_400_is_back_in_the_time_of_its_slowest_pdu))
