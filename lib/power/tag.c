/* SPDX-License-Identifier: Apache-2.0 */
/* What a tag covers, and how it is said. */
#include <string.h>

#include "tag_private.h"

#define DAY_MS INT64_C(86400000)

bool
power_tag_in_force(const struct power_tag *t, int64_t now)
{
	return t->lifted_at == 0 && now < t->until;
}

bool
power_verb_heeds_tags(enum power_verb v)
{
	return strcmp(power_verb_name(v), "identify") != 0;
}

/* ---- what is covered ---------------------------------------------------------------------------- */

#define BUCKETS 1024u

/* What is known of a thing: the tags on it and its outlets, then those on its BMC and on what stands in it, and last those
 * on the places where it stands. */
struct power_tags_known {
	const char *thing;
	struct power_tag *tag;
	size_t n, n_own, n_below, cap; /* its own end at n_own, those below it at n_below */
	struct power_tags_known *next;
};

void
power_tags_next(struct power_tags *t)
{
	t->tag = NULL;
	t->n = t->cap = 0;
}

static void
keep(struct power_tags *t, const struct power_tag *x)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->tag[i].id == x->id)
			return;
	t->tag = power_plan_grown(t->a, t->tag, t->n, &t->cap, sizeof(*t->tag));
	t->tag[t->n++] = *x;
}

static int
read_on(struct power_tags *t, const char *thing, struct power_tags_known *k, struct err *e)
{
	int64_t number = inv_id_of(t->inv, thing);
	struct power_tag *found;
	size_t n;

	if (number < 0)
		return err_set(e, ERR_UNAVAILABLE, "the inventory cannot be read, so it is not known what is tagged");
	if (power_tags_of(t->requests, thing, number, t->a, &found, &n, e) != 0)
		return err_prefix(e, "it is not known what is tagged");
	for (size_t i = 0; i < n; i++) {
		k->tag = power_plan_grown(t->a, k->tag, k->n, &k->cap, sizeof(*k->tag));
		k->tag[k->n++] = found[i];
	}
	return 0;
}

/* Who switches a chassis switches what is in it, and a BMC goes dark with its machine. */
static int
read_below(struct power_tags *t, struct power_tags_known *k, struct err *e)
{
	struct inv_place *inside;
	struct inv_thing bmc;
	struct err none = {0};
	size_t n = 0;

	if (inv_bmc(t->inv, k->thing, t->a, &bmc, &none) == 0) {
		if (read_on(t, bmc.name, k, e) != 0)
			return -1;
	} else if (none.kind != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	none.kind = ERR_NONE;
	if (inv_inside(t->inv, k->thing, INV_DEPTH, t->a, &inside, &n, &none) != 0 && none.kind != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (inside[i].depth > 0 && read_on(t, inside[i].thing, k, e) != 0)
			return -1;
	return 0;
}

static int
read_places(struct power_tags *t, struct power_tags_known *k, struct err *e)
{
	struct inv_place *way;
	struct err none = {0};
	size_t n = 0;

	if (inv_place(t->inv, k->thing, t->a, &way, &n, &none) != 0) {
		if (none.kind == ERR_NOT_FOUND)
			return 0;
		*e = none;
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (way[i].container[0] != '\0' && read_on(t, way[i].container, k, e) != 0)
			return -1;
	return 0;
}

static struct power_tags_known **
bucket(struct power_tags *t, const char *thing)
{
	uint32_t h = 2166136261u;

	if (t->known == NULL)
		t->known = memset(arena_array(t->a, BUCKETS, sizeof(*t->known)), 0, BUCKETS * sizeof(*t->known));
	for (const char *p = thing; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return &t->known[h % BUCKETS];
}

static int
know(struct power_tags *t, const char *thing, const struct power_tags_known **out, struct err *e)
{
	struct power_tags_known **at = bucket(t, thing), *k;

	for (k = *at; k != NULL; k = k->next)
		if (strcmp(k->thing, thing) == 0) {
			*out = k;
			return 0;
		}
	k = arena_alloc(t->a, sizeof(*k));
	*k = (struct power_tags_known){.thing = arena_strdup(t->a, thing)};
	if (read_on(t, k->thing, k, e) != 0)
		return -1;
	k->n_own = k->n;
	if (read_below(t, k, e) != 0)
		return -1;
	k->n_below = k->n;
	if (read_places(t, k, e) != 0)
		return -1;
	k->next = *at;
	*out = *at = k;
	return 0;
}

/* Without a tag in the room, which is how it mostly is, nothing else is asked. */
static int
none_at_all(struct power_tags *t, bool *none, struct err *e)
{
	bool any = true;

	if (!t->asked && power_tags_any(t->requests, &any, e) != 0)
		return err_prefix(e, "it is not known what is tagged");
	t->none = t->asked ? t->none : !any;
	t->asked = true;
	*none = t->none;
	return 0;
}

/* Of one outlet: a tag on its neighbour is none on it. Of a place: one on an outlet of it is none on what stands beside. */
static bool
covers(const struct power_tags_known *k, size_t i, const char *outlet)
{
	const char *on = k->tag[i].outlet;

	if (i < k->n_own)
		return outlet == NULL || on[0] == '\0' || strcmp(on, outlet) == 0;
	return i < k->n_below ? outlet == NULL : on[0] == '\0';
}

int
power_tags_add(struct power_tags *t, const char *thing, const char *outlet, struct err *e)
{
	const struct power_tags_known *k;
	bool skip;

	if (none_at_all(t, &skip, e) != 0)
		return -1;
	if (skip)
		return 0;
	if (know(t, thing, &k, e) != 0)
		return -1;
	for (size_t i = 0; i < k->n; i++)
		if (covers(k, i, outlet))
			keep(t, &k->tag[i]);
	return 0;
}

int
power_tags_add_fed(struct power_tags *t, const char *pdu, const char *outlet, struct err *e)
{
	struct inv_cord *cords;
	size_t n;
	bool skip;

	if (none_at_all(t, &skip, e) != 0)
		return -1;
	if (skip)
		return 0;
	if (power_tags_add(t, pdu, outlet, e) != 0 || inv_fed_by(t->inv, pdu, outlet, t->a, &cords, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (power_tags_add(t, cords[i].machine, NULL, e) != 0)
			return -1;
	return 0;
}

int
power_tags_add_about(struct power_tags *t, const struct power_about *x, struct err *e)
{
	if (!x->outlet_verb && power_tags_add(t, x->machine, NULL, e) != 0)
		return -1;
	return x->outlet == NULL ? power_tags_add(t, x->device, NULL, e) : power_tags_add_fed(t, x->device, x->outlet, e);
}

int
power_tags_add_plan(struct power_tags *t, const struct power_plan *p, struct err *e)
{
	bool outlets = power_verb_is_outlet(p->verb);

	for (size_t i = 0; i < p->n_steps && power_verb_heeds_tags(p->verb); i++) {
		const struct power_step *s = &p->steps[i];
		const struct power_about about = {p->machines[s->machine].name, s->device, s->outlet, outlets};

		if (power_action_switches(s->action) && power_tags_add_about(t, &about, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- how it is said -------------------------------------------------------------------------------- */

const char *
power_tag_name(const struct power_tag *t, struct inv *inv, struct arena *a)
{
	const char *name = inv == NULL || t->number <= 0 ? NULL : inv_name_of(inv, t->number, a);

	if (name == NULL)
		name = t->thing;
	return t->outlet[0] == '\0' ? name : arena_printf(a, "%s:%s", name, t->outlet);
}

/* "05:00" of a tag that hangs for less than a day, else with its date: it never depends on when it is read. */
static const char *
when(const struct power_tag *t, bool date, struct arena *a)
{
	char text[TIMES_TEXT];

	if (!date && t->until - t->made < DAY_MS)
		return arena_printf(a, "%.5s", times_clock(t->until, text));
	return arena_printf(a, "%.16s", times_room(t->until, text));
}

static const char *
why(const struct power_tag *t, struct arena *a)
{
	return t->contact[0] == '\0' ? t->reason : arena_printf(a, "%s (%s)", t->reason, t->contact);
}

const char *
power_tag_refusal(const struct power_tags *t, const struct power_tag *tag, const char *self)
{
	const char *on = power_tag_name(tag, t->inv, t->a);
	bool own = self != NULL && strcmp(on, self) == 0;

	return arena_printf(t->a, "%s%stagged by %s until %s: %s; only %s or two others lift it", own ? "" : on, own ? "" : " is ",
	    tag->who, when(tag, false, t->a), why(tag, t->a), tag->who);
}

const char *
power_tag_warning(const struct power_tags *t, const struct power_tag *tag)
{
	return arena_printf(t->a, "%s: the tag of %s ended %s and was not lifted: %s; ask before you switch",
	    power_tag_name(tag, t->inv, t->a), tag->who, when(tag, true, t->a), why(tag, t->a));
}
