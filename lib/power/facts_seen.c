/* SPDX-License-Identifier: Apache-2.0 */
/* What status says of the things of one plan: asked for all of them at once, and each PDU's outlets once. */
#include <stdlib.h>
#include <string.h>

#include "facts.h"

struct pdu {
	const char *name;
	struct status_outlet *outlets;
	size_t n;
	int loaded; /* 0 not looked yet, 1, -1 not */
};

struct power_seen {
	struct status *status;
	struct arena *a;
	struct hosts known;          /* whose values are in `values` */
	struct status_value *values; /* by thing, then check, in bytes */
	size_t n;
	struct pdu *pdus;
	size_t n_pdus, cap_pdus, last;
};

static int
compare(const char *thing, const char *check, const struct status_value *v)
{
	int c = strcmp(thing, v->thing);

	return c != 0 ? c : strcmp(check, v->check);
}

static int
by_thing(const void *x, const void *y)
{
	const struct status_value *v = x;

	return compare(v->thing, v->check, y);
}

int
power_seen_open(struct status *s, const struct hosts *things, struct arena *a, struct power_seen **out, struct err *e)
{
	struct power_seen *seen = *out = arena_alloc(a, sizeof(*seen));

	*seen = (struct power_seen){.status = s, .a = a, .known = *things};
	if (status_values_of(s, things, a, &seen->values, &seen->n, e) != 0)
		return -1;
	if (seen->n > 1)
		qsort(seen->values, seen->n, sizeof(*seen->values), by_thing);
	return 0;
}

const struct status_value *
power_seen_value(struct power_seen *s, const char *thing, const char *check)
{
	struct status_value *alone;
	size_t low = 0, high = s->n;
	struct err e;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(thing, check, &s->values[mid]) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < s->n && compare(thing, check, &s->values[low]) == 0)
		return &s->values[low];
	if (hosts_has(&s->known, thing))
		return NULL;
	alone = arena_alloc(s->a, sizeof(*alone));
	return status_value(s->status, thing, check, s->a, alone, &e) == 0 ? alone : NULL;
}

bool
power_seen_reads(struct power_seen *s, const char *thing, const char *check, const char *text)
{
	const struct status_value *v = power_seen_value(s, thing, check);

	return v != NULL && strcmp(v->text, text) == 0;
}

/* Outlets come PDU by PDU, so the last is most often the one. */
static struct pdu *
pdu_of(struct power_seen *s, const char *name)
{
	struct pdu *p;
	struct err e;

	for (size_t i = 0; i < s->n_pdus; i++) {
		size_t k = (s->last + i) % s->n_pdus;

		if (strcmp(s->pdus[k].name, name) == 0) {
			s->last = k;
			return &s->pdus[k];
		}
	}
	s->pdus = power_plan_grown(s->a, s->pdus, s->n_pdus, &s->cap_pdus, sizeof(*s->pdus));
	p = &s->pdus[s->n_pdus++];
	*p = (struct pdu){.name = arena_strdup(s->a, name)};
	if (status_outlets(s->status, name, s->a, &p->outlets, &p->n, &e) != 0)
		p->n = 0; /* not seen: each of its outlets is refused by name */
	return p;
}

const struct status_outlet *
power_seen_outlet(struct power_seen *s, const char *pdu, const char *outlet)
{
	const struct pdu *p = pdu_of(s, pdu);

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->outlets[i].outlet, outlet) == 0)
			return &p->outlets[i];
	return NULL;
}

bool
power_seen_loaded(struct power_seen *s, const char *pdu, double floor_a)
{
	struct pdu *p = pdu_of(s, pdu);

	if (p->loaded == 0) {
		p->loaded = -1;
		for (size_t i = 0; i < p->n; i++)
			if (p->outlets[i].amps >= floor_a || p->outlets[i].watts >= 230 * floor_a)
				p->loaded = 1;
	}
	return p->loaded > 0;
}
