/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a room may go on (DESIGN 7, rule 7). Whatever goes on is a start: it loads some units, each a PDU, one of its
 * infeeds or a line of the feed it hangs on. Of one unit no more than so many starts fall within a time, and the
 * start-up currents that flow at one moment stay below its amperes; a start-up current begins at its full value and
 * falls evenly to nothing over its time.
 *
 * Pure: it knows no clock, no device and no inventory. `now` is any clock that never goes back, in ms.
 *
 *	id = power_pace_ask(p, &start);              a place in the queue
 *	id = power_pace_next(p, now, &wait);         one that may go on: its place in the budget is held from now on
 *	power_pace_sent(p, id, now);                 its packet leaves: its current begins
 *	power_pace_drop(p, id);                      it goes on no more, wherever it was
 *
 * The queue goes by tier, then by who came first; whoever waits for a unit is not overtaken on it by those behind. So
 * nobody starves, as long as everything held is sent or dropped.
 */
#ifndef LARCH_POWER_PACE_H
#define LARCH_POWER_PACE_H

#include "plan.h"

/* What comes back first when a room was dark. The order is that of the enum. */
enum power_tier { POWER_TIER_NETWORK, POWER_TIER_STORAGE, POWER_TIER_MANAGEMENT, POWER_TIER_COMPUTE, POWER_TIER_COUNT };
LARCH_API const char *power_tier_name(enum power_tier t); /* "network": power and network */
/* The tier of a word, POWER_TIER_COUNT when it is none. */
LARCH_API enum power_tier power_tier_parse(const char *word);

#define POWER_PACE_LONGEST (INT64_C(10) * 60000) /* ms: no `within` and no start-up current lasts longer */

struct power_start {
	const char *const *units; /* "pdu-b01-a", "pdu-b01-a AA", "feed-1 L1"; each once. None: nothing is known, it goes on at once */
	size_t n_units;
	size_t n_pdus;            /* the first so many are whole PDUs: without a row of power.budget they have power.stagger */
	double amps;              /* start-up current, of each unit alone: one cord may have to carry it */
	int64_t lasts_ms;
	enum power_tier tier;
};

struct power_pace;
/* conf is kept, until power_pace_set_conf gives another. */
LARCH_API struct power_pace *power_pace_create(const struct conf *conf);
LARCH_API void power_pace_set_conf(struct power_pace *p, const struct conf *conf);
LARCH_API void power_pace_destroy(struct power_pace *p); /* NULL does nothing */

/* A place in the queue; s is copied. The number is above 0. */
LARCH_API int64_t power_pace_ask(struct power_pace *p, const struct power_start *s);
/*
 * The next that may go on now, or 0; then *wait_out is after how many ms to ask again, -1 when only something
 * that is held or nothing at all is waited for. A start that alone is more than a unit's amperes goes on alone, once
 * nothing else flows there.
 */
LARCH_API int64_t power_pace_next(struct power_pace *p, int64_t now, int64_t *wait_out);
LARCH_API void power_pace_sent(struct power_pace *p, int64_t id, int64_t now);
LARCH_API void power_pace_drop(struct power_pace *p, int64_t id);
/* A start that was sent before: what the journal knows of the time before a restart. `at` may lie before 0. */
LARCH_API void power_pace_recall(struct power_pace *p, const struct power_start *s, int64_t at);

/* Start-up amperes on a unit at `now`; what is held counts in full. */
LARCH_API double power_pace_amps(const struct power_pace *p, const char *unit, int64_t now);

/* ---- how long it takes --------------------------------------------------------------------- */

struct power_pace_machine {
	enum power_tier tier;
	const struct power_start *starts; /* one after the other */
	size_t n_starts;
	int64_t before_ms;            /* what it does before the first of them: off, proof, dwell */
	int64_t each_ms;              /* one switching: reading, packet, reading back */
};
/*
 * ms until the last of them has started, at_once in the middle at one time; `tiered`: a tier begins when all before it
 * have ended. Found by letting the pace run in virtual time; nothing fails in it and no boot is waited for.
 */
struct power_pace_run {
	const struct power_pace_machine *machines;
	size_t n;
	size_t at_once;
	bool tiered;
};
LARCH_API int64_t power_pace_estimate(const struct conf *conf, const struct power_pace_run *run);

/* ---- what the inventory knows (pace_facts.c) -------------------------------------------------- */

#define POWER_PACE_AT_ONCE 16 /* machines of one job in the middle of a step */

/*
 * The units of an outlet: its PDU; its infeed, by the PDU's attribute `infeeds` ("L1=AA[1-8] L2=AA[9-16]") or, for
 * the Sentry families, by the letters before the outlet's number; and the line of each feed that the PDU hangs on.
 * The current, its time and the tier are those of what hangs on it: attributes start_amps, start_time and tier, else
 * its type, else larch.json and compute. What is not known is not a reason to stop.
 */
LARCH_API void power_start_outlet(struct inv *inv, const struct conf *conf, const char *pdu, const char *outlet,
    struct arena *a, struct power_start *out);
/* A machine that goes on by its BMC: all outlets it is recorded on, each unit once. */
LARCH_API void power_start_machine(struct inv *inv, const struct conf *conf, const char *machine, struct arena *a,
    struct power_start *out);
/* Of a machine, of an outlet "pdu:outlet" the first of what hangs on it. */
LARCH_API enum power_tier power_tier_of(struct inv *inv, const char *name, struct arena *a);

/* Does the verb bring up what is dark, tier after tier, or shut down, the last tier first? +1, -1, 0 neither. */
LARCH_API int power_verb_tiered(enum power_verb v);

/*
 * The order in which a plan's machines begin: by tier, and within a tier one of each PDU in turn, so that all of them
 * go on beside each other. An array of n_machines indices; *tiers_out the tier of each machine.
 */
LARCH_API const size_t *power_pace_order(struct inv *inv, const struct power_plan *p, struct arena *a,
    enum power_tier **tiers_out);

/*
 * Roughly how long the plan takes, ms: the pace, the proofs and the dwell in virtual time; not how long machines boot.
 * Shown, not hashed. 0: nothing of it goes on.
 */
LARCH_API int64_t power_plan_estimate(struct inv *inv, const struct conf *conf, const struct power_plan *p,
    struct arena *a);
/* The same of what is left: over[] of n_machines, NULL: of none. */
LARCH_API int64_t power_plan_estimate_rest(struct inv *inv, const struct conf *conf, const struct power_plan *p,
    const bool *over, struct arena *a);

#endif
