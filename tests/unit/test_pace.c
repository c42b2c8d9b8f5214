/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pace in virtual time: rooms, arrivals and restarts made at random from a seed that is printed; what was sent is
 * kept by the test itself and looked at afterwards with nothing of the library's.
 */
#include <stdlib.h>

#include "power/power.h"
#include "t.h"

static uint64_t seed;

static uint64_t
any(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

/* ---- a room ---------------------------------------------------------------------------------- */

#define PDUS 4
#define UNITS (2 * PDUS + 2) /* PDUs, an infeed of each, two lines that all hang on */
#define STARTS 120

static const char *const unit_names[UNITS] = {"p0", "p1", "p2", "p3", "p0 A", "p1 A", "p2 A", "p3 A", "feed L1", "feed L2"};

struct rule {
	int64_t outlets, within;
	double amps;
};

struct moment {
	struct power_start start;
	const char *units[UNITS];
	int64_t arrives, asked, id, granted, due, sent; /* ms; sent -1: not yet, -2: it was dropped */
	int order; /* in which they were asked */
};

/* What is wrong with a pace, on purpose: the looking below must find it. */
enum fault { SOUND, ONE_TOO_MANY, TOO_SOON, TOO_MANY_AMPS, FORGETS, NEVER_SENT };

struct world {
	enum fault fault;
	struct conf conf;
	struct conf_budget budgets[UNITS];
	struct rule rules[UNITS]; /* what the budgets mean, by the test's own reading */
	struct moment moments[STARTS];
	size_t n;
	int asked;
	struct power_pace *pace;
	int64_t now;
};

static void
make_rules(struct world *w)
{
	w->conf.stagger_ms = 200 + (int64_t)any(2000);
	for (size_t u = 0; u < UNITS; u++) {
		struct rule *r = &w->rules[u];
		bool paced = any(2) == 0, fed = any(2) == 0;

		*r = (struct rule){u < PDUS ? 1 : 0, w->conf.stagger_ms, 0};
		if (paced) {
			r->outlets = 1 + (int64_t)any(5);
			r->within = 100 + (int64_t)any(5000);
		}
		r->amps = fed ? 2 + (double)any(12) : 0;
		if (paced || fed)
			w->budgets[w->conf.n_budgets++] = (struct conf_budget){unit_names[u], paced ? r->outlets : 0,
			    paced ? r->within : 0, r->amps};
	}
	w->conf.budgets = w->budgets;
}

static void
make_start(struct world *w, struct moment *m)
{
	size_t n = 0;

	for (size_t p = 0; p < PDUS; p++)
		if (any(3) == 0 || p == w->n % PDUS)
			m->units[n++] = unit_names[p];
	m->start.n_pdus = n;
	for (size_t u = PDUS; u < UNITS; u++)
		if (any(4) == 0)
			m->units[n++] = unit_names[u];
	m->start.units = m->units;
	m->start.n_units = n;
	m->start.amps = 0.5 + (double)any(80) / 10; /* some are more than a unit has */
	m->start.lasts_ms = 500 + (int64_t)any(9000);
	m->start.tier = (enum power_tier)any(POWER_TIER_COUNT);
	m->arrives = (int64_t)any(3) * (int64_t)any(20000);
	m->asked = m->granted = m->sent = -1;
}

/* The pace is told another rule than the one that is looked for. */
static void
spoil_rules(struct world *w)
{
	w->conf.stagger_ms -= w->fault == TOO_SOON ? w->conf.stagger_ms / 10 : 0;
	for (size_t i = 0; i < w->conf.n_budgets; i++) {
		struct conf_budget *b = &w->budgets[i];

		b->outlets += w->fault == ONE_TOO_MANY && b->outlets > 0;
		b->within_ms -= w->fault == TOO_SOON ? b->within_ms / 10 : 0;
		b->amperes *= w->fault == TOO_MANY_AMPS ? 1.1 : 1;
	}
}

static void
make_world(struct world *w, uint64_t number, enum fault fault)
{
	memset(w, 0, sizeof(*w));
	seed = number;
	w->fault = fault;
	make_rules(w);
	spoil_rules(w);
	for (w->n = 0; w->n < STARTS; w->n++)
		make_start(w, &w->moments[w->n]);
	w->pace = power_pace_create(&w->conf);
}

static bool
share(const struct moment *x, const struct moment *y)
{
	for (size_t i = 0; i < x->start.n_units; i++)
		for (size_t k = 0; k < y->start.n_units; k++)
			if (strcmp(x->units[i], y->units[k]) == 0)
				return true;
	return false;
}

/* Nobody with whom it shares a unit waits in an earlier tier, or longer in the same one. */
static bool
is_its_turn(const struct world *w, const struct moment *m)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct moment *o = &w->moments[i];

		if (o != m && o->asked >= 0 && o->granted < 0 && o->sent != -2 && share(o, m) &&
		    (o->start.tier < m->start.tier || (o->start.tier == m->start.tier && o->order < m->order)))
			return false;
	}
	return true;
}

static struct moment *
by_id(struct world *w, int64_t id)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->moments[i].id == id)
			return &w->moments[i];
	return NULL;
}

static void
ask(struct world *w, struct moment *m)
{
	m->id = power_pace_ask(w->pace, &m->start);
	m->asked = w->now;
	m->granted = -1;
	m->order = w->asked++;
}

/* A larchd that comes back: what was sent the journal knows; what waited or was held is asked anew. */
static void
restart(struct world *w)
{
	power_pace_destroy(w->pace);
	w->pace = power_pace_create(&w->conf);
	for (size_t i = 0; i < w->n; i++)
		w->moments[i].id = 0;
	for (size_t i = 0; i < w->n; i++)
		if (w->moments[i].sent >= 0 && w->fault != FORGETS)
			power_pace_recall(w->pace, &w->moments[i].start, w->moments[i].sent);
	for (size_t i = 0; i < w->n; i++)
		if (w->moments[i].asked >= 0 && w->moments[i].sent == -1)
			ask(w, &w->moments[i]);
}

static bool
grant_all(struct world *w, int64_t *wait)
{
	int64_t id;

	while ((id = power_pace_next(w->pace, w->now, wait)) != 0) {
		struct moment *m = by_id(w, id);

		if (m == NULL || m->granted >= 0 || !is_its_turn(w, m))
			return false;
		m->granted = w->now;
		m->due = w->now + (int64_t)any(4) * (int64_t)any(700);
	}
	return true;
}

static void
act(struct world *w, struct moment *m)
{
	if (m->asked < 0 && m->sent == -1 && m->arrives <= w->now)
		ask(w, m);
	if (m->granted < 0 || m->sent != -1 || m->due > w->now)
		return;
	if (any(20) == 0) { /* its last look refused it */
		m->sent = -2;
		power_pace_drop(w->pace, m->id);
	} else {
		m->sent = w->now;
		(w->fault == NEVER_SENT ? power_pace_drop(w->pace, m->id) : power_pace_sent(w->pace, m->id, w->now));
	}
}

static int64_t
next_moment(const struct world *w, int64_t wait)
{
	int64_t next = wait < 0 ? INT64_MAX : w->now + wait;

	for (size_t i = 0; i < w->n; i++) {
		const struct moment *m = &w->moments[i];
		int64_t at = m->sent != -1 ? INT64_MAX : m->asked < 0 ? m->arrives : m->granted >= 0 ? m->due : INT64_MAX;

		next = at < next ? at : next;
	}
	return next;
}

/* To its end: false when somebody is never let go, or out of turn. */
static bool
run_world(struct world *w, bool restarts)
{
	for (int round = 0; round < 100000; round++) {
		int64_t wait = -1, next;

		for (size_t i = 0; i < w->n; i++)
			act(w, &w->moments[i]);
		if (restarts && any(15) == 0)
			restart(w);
		if (!grant_all(w, &wait))
			return false;
		next = next_moment(w, wait);
		if (next == INT64_MAX)
			break;
		w->now = next > w->now ? next : w->now + 1;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->moments[i].sent == -1)
			return false;
	return true;
}

/* ---- what was sent, looked at --------------------------------------------------------------------- */

static bool
has(const struct moment *m, const char *unit)
{
	for (size_t i = 0; i < m->start.n_units; i++)
		if (strcmp(m->units[i], unit) == 0)
			return true;
	return false;
}

/* In any window that begins with a start. */
static bool
count_holds(const struct world *w, size_t u)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct moment *m = &w->moments[i];
		int64_t n = 0;

		if (m->sent < 0 || !has(m, unit_names[u]) || w->rules[u].outlets == 0)
			continue;
		for (size_t k = 0; k < w->n; k++)
			n += has(&w->moments[k], unit_names[u]) && w->moments[k].sent >= m->sent &&
			    w->moments[k].sent < m->sent + w->rules[u].within;
		if (n > w->rules[u].outlets)
			return false;
	}
	return true;
}

/* At the moment of a start, where the sum is highest: below the budget, or it flows alone. */
static bool
amps_hold(const struct world *w, size_t u)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct moment *m = &w->moments[i];
		double sum = 0;
		int flows = 0;

		if (m->sent < 0 || !has(m, unit_names[u]) || w->rules[u].amps <= 0)
			continue;
		for (size_t k = 0; k < w->n; k++) {
			const struct moment *o = &w->moments[k];
			int64_t age = m->sent - o->sent;

			if (o->sent < 0 || age < 0 || age >= o->start.lasts_ms || !has(o, unit_names[u]))
				continue;
			sum += o->start.amps * (1 - (double)age / (double)o->start.lasts_ms);
			flows++;
		}
		if (sum > w->rules[u].amps + 1e-6 && flows > 1)
			return false;
	}
	return true;
}

struct found {
	bool ended, count, amps; /* it ran to its end in the order of the queue; the budgets held */
};

static struct found
look_at(uint64_t number, enum fault fault, bool restarts)
{
	static struct world w;
	struct found f = {.count = true, .amps = true};

	make_world(&w, number, fault);
	f.ended = run_world(&w, restarts);
	for (size_t u = 0; u < UNITS; u++) {
		f.count &= count_holds(&w, u);
		f.amps &= amps_hold(&w, u);
	}
	power_pace_destroy(w.pace);
	return f;
}

static void
try_worlds(uint64_t from, bool restarts)
{
	for (uint64_t number = from; number < from + 150; number++) {
		struct found f = look_at(number, SOUND, restarts);

		if (!f.ended || !f.count || !f.amps)
			printf("# world %llu\n", (unsigned long long)number);
		T_OK(f.ended);
		T_OK(f.count);
		T_OK(f.amps);
	}
}

static void
t_in_random_rooms_no_budget_is_ever_exceeded_nobody_overtakes_and_all_end(void)
{
	try_worlds(1, false);
}

static void
t_a_larchd_that_comes_back_again_and_again_keeps_to_the_same_budgets(void)
{
	try_worlds(1000, true);
}

/* In how many of fifty rooms the looking finds it: most, else it looks at too little. A rule that another hides is not seen. */
static void
t_a_pace_that_breaks_its_rule_is_found_by_the_same_looking(void)
{
	static const struct {
		enum fault fault;
		const char *says;
		bool restarts;
	} rows[] = {
	    {ONE_TOO_MANY, "one start more in each window", false},
	    {TOO_SOON, "windows a tenth shorter", false},
	    {TOO_MANY_AMPS, "a tenth more amperes", false},
	    {FORGETS, "a restart that forgets what was sent", true},
	    {NEVER_SENT, "what was sent is given back", false},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		int found = 0;

		for (uint64_t number = 1; number <= 50; number++) {
			struct found f = look_at(number, rows[i].fault, rows[i].restarts);

			found += !f.count || !f.amps;
		}
		printf("# %s: found in %d of 50 rooms\n", rows[i].says, found);
		T_OK(found >= 30);
	}
}

/* ---- single rules ----------------------------------------------------------------------------------- */

static const char *const one[] = {"pdu-1"}, *const line[] = {"pdu-1", "feed-1 L2"};

static int64_t
go(struct power_pace *p, int64_t now)
{
	int64_t wait = -7, id = power_pace_next(p, now, &wait);

	if (id != 0)
		power_pace_sent(p, id, now);
	return id != 0 ? 0 : wait;
}

static void
t_without_a_row_a_pdu_has_the_stagger_and_nothing_else_a_pace(void)
{
	const struct conf conf = {.stagger_ms = 1000};
	const struct power_start s = {.units = line, .n_units = 2, .n_pdus = 1, .amps = 50, .lasts_ms = 5000},
	                         other = {.units = line + 1, .n_units = 1, .amps = 50, .lasts_ms = 5000};
	struct power_pace *p = power_pace_create(&conf);

	for (int i = 0; i < 2; i++)
		(void)power_pace_ask(p, &s);
	T_INT(go(p, 0), 0);
	T_INT(go(p, 0), 1000);
	T_INT(go(p, 999), 1);
	T_INT(go(p, 1000), 0);
	for (int i = 0; i < 5; i++)
		(void)power_pace_ask(p, &other);
	for (int i = 0; i < 5; i++)
		T_INT(go(p, 1000), 0);
	T_INT(go(p, 1000), -1); /* nobody waits */
	power_pace_destroy(p);
}

static void
t_a_current_that_falls_makes_room_for_the_next(void)
{
	struct conf_budget b = {"pdu-*", 100, 100, 10};
	const struct conf conf = {.stagger_ms = 1000, .budgets = &b, .n_budgets = 1};
	const struct power_start s = {.units = one, .n_units = 1, .n_pdus = 1, .amps = 8, .lasts_ms = 8000};
	struct power_pace *p = power_pace_create(&conf);

	for (int i = 0; i < 2; i++)
		(void)power_pace_ask(p, &s);
	T_INT(go(p, 0), 0);
	T_INT(go(p, 0), 6000); /* 8 A fall to 2 A in six of eight seconds */
	T_OK(power_pace_amps(p, "pdu-1", 4000) > 3.99 && power_pace_amps(p, "pdu-1", 4000) < 4.01);
	T_INT(go(p, 5999), 1);
	T_INT(go(p, 6000), 0);
	power_pace_destroy(p);
}

static void
t_a_machine_that_needs_more_than_there_is_goes_on_alone(void)
{
	struct conf_budget b = {"pdu-1", 0, 0, 5};
	const struct conf conf = {.stagger_ms = 100, .budgets = &b, .n_budgets = 1};
	const struct power_start small = {.units = one, .n_units = 1, .n_pdus = 1, .amps = 2, .lasts_ms = 3000},
	                         large = {.units = one, .n_units = 1, .n_pdus = 1, .amps = 9, .lasts_ms = 3000};
	struct power_pace *p = power_pace_create(&conf);

	(void)power_pace_ask(p, &small);
	(void)power_pace_ask(p, &large);
	(void)power_pace_ask(p, &small);
	T_INT(go(p, 0), 0);
	T_INT(go(p, 0), 3000);
	T_INT(go(p, 3000), 0);
	T_INT(go(p, 3000), 2000); /* 9 A fall to 3 A */
	T_INT(go(p, 5000), 0);
	power_pace_destroy(p);
}

static void
t_what_is_held_counts_until_it_is_sent_or_dropped(void)
{
	const struct conf conf = {.stagger_ms = 1000};
	const struct power_start s = {.units = one, .n_units = 1, .n_pdus = 1, .amps = 2, .lasts_ms = 3000};
	struct power_pace *p = power_pace_create(&conf);
	int64_t wait = 0, first;

	(void)power_pace_ask(p, &s);
	(void)power_pace_ask(p, &s);
	first = power_pace_next(p, 0, &wait);
	T_OK(first != 0);
	T_INT(go(p, 60000), -1); /* its reading takes a minute: nobody else goes on meanwhile */
	power_pace_drop(p, first);
	T_INT(go(p, 60000), 0);
	power_pace_destroy(p);
}

static void
t_the_first_row_that_fits_counts_and_a_reload_changes_it(void)
{
	struct conf_budget b[] = {{"pdu-1", 2, 1000, 0}, {"pdu-*", 1, 60000, 0}};
	const struct conf conf = {.stagger_ms = 500, .budgets = b, .n_budgets = 2}, bare = {.stagger_ms = 100};
	const struct power_start s = {.units = one, .n_units = 1, .n_pdus = 1};
	struct power_pace *p = power_pace_create(&conf);

	for (int i = 0; i < 4; i++)
		(void)power_pace_ask(p, &s);
	T_INT(go(p, 0), 0);
	T_INT(go(p, 0), 0);
	T_INT(go(p, 0), 1000);
	power_pace_set_conf(p, &bare);
	T_INT(go(p, 0), 100);
	T_INT(go(p, 100), 0);
	power_pace_destroy(p);
}

static void
t_a_tier_that_came_later_goes_first(void)
{
	const struct conf conf = {.stagger_ms = 1000};
	struct power_start s = {.units = one, .n_units = 1, .n_pdus = 1, .tier = POWER_TIER_COMPUTE};
	struct power_pace *p = power_pace_create(&conf);
	int64_t compute = power_pace_ask(p, &s), network, wait;

	s.tier = POWER_TIER_NETWORK;
	network = power_pace_ask(p, &s);
	T_INT(power_pace_next(p, 0, &wait), network);
	power_pace_sent(p, network, 0);
	T_INT(power_pace_next(p, 1000, &wait), compute);
	power_pace_destroy(p);
}

static void
t_words_of_tiers_are_read_and_others_refused(void)
{
	T_INT(power_tier_parse("storage"), POWER_TIER_STORAGE);
	T_INT(power_tier_parse("Storage"), POWER_TIER_COUNT);
	T_INT(power_tier_parse(""), POWER_TIER_COUNT);
	T_STR(power_tier_name(POWER_TIER_NETWORK), "network");
}

/* ---- a dark room ------------------------------------------------------------------------------------------ */

static void
t_a_dark_room_of_400_takes_as_long_as_its_pace_says(void)
{
	static struct power_start starts[400][2];
	static struct power_pace_machine machines[400];
	static const char *units[20][1];
	static char names[20][16];
	const struct conf conf = {.stagger_ms = 1000};
	struct power_pace_run run = {.machines = machines, .n = 400, .at_once = 400, .tiered = true};
	int64_t beside;

	for (size_t i = 0; i < 400; i++) {
		for (size_t k = 0; k < 2; k++) { /* twenty machines on each two of twenty PDUs: forty starts a PDU */
			size_t pdu = 2 * (i % 10) + k;

			snprintf(names[pdu], sizeof(names[pdu]), "pdu-%zu", pdu);
			units[pdu][0] = names[pdu];
			starts[i][k] = (struct power_start){.units = units[pdu], .n_units = 1, .n_pdus = 1, .tier = POWER_TIER_COMPUTE};
		}
		machines[i] = (struct power_pace_machine){.tier = POWER_TIER_COMPUTE, .starts = starts[i], .n_starts = 2};
	}
	/* Forty starts on each PDU, a second apart; the second cords begin with the first. */
	beside = power_pace_estimate(&conf, &run);
	T_INT(beside, 39000);
	for (size_t i = 0; i < 10; i++)
		machines[i].tier = POWER_TIER_NETWORK;
	T_OK(power_pace_estimate(&conf, &run) >= beside);
	run.n = 0;
	T_INT(power_pace_estimate(&conf, &run), 0);
}

T_MAIN(T(t_in_random_rooms_no_budget_is_ever_exceeded_nobody_overtakes_and_all_end),
    T(t_a_larchd_that_comes_back_again_and_again_keeps_to_the_same_budgets),
    T(t_a_pace_that_breaks_its_rule_is_found_by_the_same_looking),
    T(t_without_a_row_a_pdu_has_the_stagger_and_nothing_else_a_pace), T(t_a_current_that_falls_makes_room_for_the_next),
    T(t_a_machine_that_needs_more_than_there_is_goes_on_alone), T(t_what_is_held_counts_until_it_is_sent_or_dropped),
    T(t_the_first_row_that_fits_counts_and_a_reload_changes_it), T(t_a_tier_that_came_later_goes_first),
    T(t_words_of_tiers_are_read_and_others_refused), T(t_a_dark_room_of_400_takes_as_long_as_its_pace_says))
