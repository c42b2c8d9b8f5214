/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a room may go on: a queue, the budget of each unit, and the time that a whole run takes. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "pace.h"

/* ---- tiers ------------------------------------------------------------------------------------ */

static const char *const tiers[POWER_TIER_COUNT] = {
    [POWER_TIER_NETWORK] = "network",
    [POWER_TIER_STORAGE] = "storage",
    [POWER_TIER_MANAGEMENT] = "management",
    [POWER_TIER_COMPUTE] = "compute",
};

const char *
power_tier_name(enum power_tier t)
{
	return tiers[t];
}

enum power_tier
power_tier_parse(const char *word)
{
	int t = 0;

	while (t < POWER_TIER_COUNT && strcmp(tiers[t], word) != 0)
		t++;
	return (enum power_tier)t;
}

/* ---- what is kept -------------------------------------------------------------------------------- */

struct unit {
	char *name;
	bool pdu;
	int64_t outlets, within_ms; /* so many starts within the time; outlets 0: any number */
	double amps;                /* 0: any */
};

enum place { WAITS, HELD, SENT };

/* A start in the queue, held, or in the past as long as it still counts. */
struct entry {
	int64_t id, at;
	enum place place;
	enum power_tier tier;
	size_t *units; /* numbers of units */
	size_t n_units;
	double amps;
	int64_t lasts_ms;
};

struct power_pace {
	const struct conf *conf;
	struct unit *units;
	size_t n_units, cap_units;
	struct entry *entries; /* those that wait stand by tier, then by id, before all others */
	size_t n, cap, n_waiting;
	int64_t last_id;
};

/* The rule of a unit: the first row of larch.json that its name fits. */
static void
set_rule(const struct power_pace *p, struct unit *u)
{
	const struct conf *c = p->conf;

	u->outlets = u->pdu ? 1 : 0;
	u->within_ms = u->pdu ? c->stagger_ms : 0;
	u->amps = 0;
	for (size_t i = 0; i < c->n_budgets; i++) {
		const struct conf_budget *b = &c->budgets[i];

		if (fnmatch(b->match, u->name, 0) != 0)
			continue;
		u->amps = b->amperes;
		if (b->outlets > 0) {
			u->outlets = b->outlets;
			u->within_ms = b->within_ms;
		}
		return;
	}
}

static void *
grown(void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	*cap = *cap == 0 ? 16 : 2 * *cap;
	list = reallocarray(list, *cap, size);
	if (list == NULL)
		log_die("out of memory: the pace of power");
	return list;
}

static size_t
unit_of(struct power_pace *p, const char *name, bool pdu)
{
	struct unit *u;

	for (size_t i = 0; i < p->n_units; i++)
		if (strcmp(p->units[i].name, name) == 0)
			return i;
	p->units = grown(p->units, p->n_units, &p->cap_units, sizeof(*p->units));
	u = &p->units[p->n_units];
	*u = (struct unit){.name = strdup(name), .pdu = pdu};
	if (u->name == NULL)
		log_die("out of memory: a unit of power");
	set_rule(p, u);
	return p->n_units++;
}

struct power_pace *
power_pace_create(const struct conf *conf)
{
	struct power_pace *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: the pace of power");
	p->conf = conf;
	return p;
}

void
power_pace_set_conf(struct power_pace *p, const struct conf *conf)
{
	p->conf = conf;
	for (size_t i = 0; i < p->n_units; i++)
		set_rule(p, &p->units[i]);
}

void
power_pace_destroy(struct power_pace *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_units; i++)
		free(p->units[i].name);
	for (size_t i = 0; i < p->n; i++)
		free(p->entries[i].units);
	free(p->units);
	free(p->entries);
	free(p);
}

/* ---- entries -------------------------------------------------------------------------------------- */

static void
insert(struct power_pace *p, size_t at, const struct entry *x)
{
	p->entries = grown(p->entries, p->n, &p->cap, sizeof(*p->entries));
	memmove(&p->entries[at + 1], &p->entries[at], (p->n - at) * sizeof(*p->entries));
	p->entries[at] = *x;
	p->n++;
	p->n_waiting += x->place == WAITS;
}

static struct entry
take_out(struct power_pace *p, size_t at)
{
	struct entry x = p->entries[at];

	p->n--;
	p->n_waiting -= x.place == WAITS;
	memmove(&p->entries[at], &p->entries[at + 1], (p->n - at) * sizeof(*p->entries));
	return x;
}

static struct entry
entry_of(struct power_pace *p, const struct power_start *s)
{
	struct entry x = {.id = ++p->last_id, .tier = s->tier, .n_units = s->n_units, .amps = s->amps,
	    .lasts_ms = s->lasts_ms < POWER_PACE_LONGEST ? s->lasts_ms : POWER_PACE_LONGEST};

	x.units = calloc(s->n_units + 1, sizeof(*x.units));
	if (x.units == NULL)
		log_die("out of memory: a start");
	for (size_t i = 0; i < s->n_units; i++)
		x.units[i] = unit_of(p, s->units[i], i < s->n_pdus);
	return x;
}

int64_t
power_pace_ask(struct power_pace *p, const struct power_start *s)
{
	struct entry x = entry_of(p, s);
	size_t at = 0;

	while (at < p->n_waiting && p->entries[at].tier <= x.tier)
		at++;
	insert(p, at, &x);
	return x.id;
}

void
power_pace_recall(struct power_pace *p, const struct power_start *s, int64_t at)
{
	struct entry x = entry_of(p, s);

	x.place = SENT;
	x.at = at;
	insert(p, p->n, &x);
}

static size_t
find(const struct power_pace *p, int64_t id)
{
	size_t i = 0;

	while (i < p->n && p->entries[i].id != id)
		i++;
	return i;
}

void
power_pace_sent(struct power_pace *p, int64_t id, int64_t now)
{
	size_t i = find(p, id);

	if (i == p->n || p->entries[i].place != HELD)
		return;
	p->entries[i].place = SENT;
	p->entries[i].at = now;
}

void
power_pace_drop(struct power_pace *p, int64_t id)
{
	size_t i = find(p, id);

	if (i < p->n && p->entries[i].place != SENT)
		free(take_out(p, i).units);
}

/* What lies so far back that it counts nowhere is forgotten. */
static void
forget(struct power_pace *p, int64_t now)
{
	for (size_t i = p->n; i-- > p->n_waiting;)
		if (p->entries[i].place == SENT && now - p->entries[i].at >= POWER_PACE_LONGEST)
			free(take_out(p, i).units);
}

/* ---- the budget of one unit -------------------------------------------------------------------------- */

static bool
loads(const struct entry *x, size_t unit)
{
	for (size_t i = 0; i < x->n_units; i++)
		if (x->units[i] == unit)
			return true;
	return false;
}

static double
amps_of(const struct entry *x, int64_t now)
{
	if (x->place == HELD || now < x->at)
		return x->amps;
	if (now - x->at >= x->lasts_ms)
		return 0;
	return x->amps * (double)(x->lasts_ms - (now - x->at)) / (double)x->lasts_ms;
}

static double
amps_on(const struct power_pace *p, size_t unit, int64_t now)
{
	double sum = 0;

	for (size_t i = p->n_waiting; i < p->n; i++)
		if (loads(&p->entries[i], unit))
			sum += amps_of(&p->entries[i], now);
	return sum;
}

double
power_pace_amps(const struct power_pace *p, const char *unit, int64_t now)
{
	for (size_t i = 0; i < p->n_units; i++)
		if (strcmp(p->units[i].name, unit) == 0)
			return amps_on(p, i, now);
	return 0;
}

#define NEVER INT64_MAX /* as long as what is held is neither sent nor dropped */

/* ms until one more start keeps to "so many within the time". */
static int64_t
wait_count(const struct power_pace *p, size_t unit, int64_t now)
{
	const struct unit *u = &p->units[unit];
	int64_t within = 0, wait = NEVER;

	if (u->outlets == 0)
		return 0;
	for (size_t i = p->n_waiting; i < p->n; i++) {
		const struct entry *x = &p->entries[i];
		int64_t left = x->place == HELD ? NEVER : x->at + u->within_ms - now;

		if (!loads(x, unit) || left <= 0)
			continue;
		within++;
		wait = left < wait ? left : wait;
	}
	/* When the oldest goes out of the window there is room for one, or it is asked again then. */
	return within < u->outlets ? 0 : wait;
}

static bool
has_amps(const struct power_pace *p, size_t unit, double amps, int64_t at)
{
	double flows = amps_on(p, unit, at), most = p->units[unit].amps;

	return flows + amps <= most || (amps > most && flows <= 0);
}

/* ms until its current fits; currents only fall, so the first moment is found by halving. */
static int64_t
wait_amps(const struct power_pace *p, size_t unit, double amps, int64_t now)
{
	int64_t no = 0, yes = POWER_PACE_LONGEST;

	if (p->units[unit].amps <= 0 || has_amps(p, unit, amps, now))
		return 0;
	if (!has_amps(p, unit, amps, now + yes))
		return NEVER;
	while (yes - no > 1) {
		int64_t middle = no + (yes - no) / 2;

		if (has_amps(p, unit, amps, now + middle))
			yes = middle;
		else
			no = middle;
	}
	return yes;
}

static int64_t
wait_of(const struct power_pace *p, const struct entry *x, int64_t now)
{
	int64_t wait = 0;

	for (size_t i = 0; i < x->n_units; i++) {
		int64_t count = wait_count(p, x->units[i], now), amps = wait_amps(p, x->units[i], x->amps, now);

		wait = count > wait ? count : wait;
		wait = amps > wait ? amps : wait;
	}
	return wait;
}

/* ---- who is next ------------------------------------------------------------------------------------ */

/* Does somebody before it wait for one of its units? */
static bool
is_behind(const struct power_pace *p, size_t at)
{
	const struct entry *x = &p->entries[at];

	for (size_t i = 0; i < at; i++)
		for (size_t k = 0; k < x->n_units; k++)
			if (loads(&p->entries[i], x->units[k]))
				return true;
	return false;
}

int64_t
power_pace_next(struct power_pace *p, int64_t now, int64_t *wait_out)
{
	int64_t soonest = NEVER;

	forget(p, now);
	for (size_t i = 0; i < p->n_waiting; i++) {
		int64_t wait;

		if (is_behind(p, i))
			continue;
		wait = wait_of(p, &p->entries[i], now);
		if (wait == 0) {
			struct entry x = take_out(p, i);

			x.place = HELD;
			insert(p, p->n, &x);
			return x.id;
		}
		soonest = wait < soonest ? wait : soonest;
	}
	*wait_out = soonest == NEVER ? -1 : soonest;
	return 0;
}
