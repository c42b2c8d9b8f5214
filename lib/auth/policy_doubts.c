/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says that its author can hardly mean. Nothing of it is wrong; `larch check-config` tells. */
#include <string.h>

#include "policy.h"

#define BIT(v) (1u << (v))
/* What advice can name, and what is of no machine: a role for advised machines alone can do the rest of what switches never. */
#define ADVISED (BIT(AUTH_ON) | BIT(AUTH_OFF) | BIT(AUTH_CYCLE) | BIT(AUTH_RESET))
#define SWITCHES (~(BIT(AUTH_ON) - 1) & ~BIT(AUTH_IDENTIFY) & (BIT(AUTH_VERB_COUNT) - 1))

struct doubts {
	const struct auth_policy *p;
	struct arena *arena;
	const char **text;
	size_t n, room;
};

static void
add(struct doubts *d, const char *text)
{
	if (d->n < d->room)
		d->text[d->n++] = text;
}

/* "off, nmi" */
static const char *
verbs_text(uint32_t verbs, struct arena *a)
{
	struct buf b = BUF(1024);
	const char *out;

	for (int v = 0; v < AUTH_VERB_COUNT; v++)
		if ((verbs & BIT(v)) != 0)
			buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", auth_verb_name((enum auth_verb)v));
	out = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

static void
of_role(struct doubts *d, const struct auth_role *r)
{
	const struct auth_limits *l = &r->limits;
	uint32_t never = l->advised ? r->verbs & SWITCHES & ~ADVISED : 0;
	struct arena *a = d->arena;

	if (never != 0 && never == r->verbs)
		add(d, arena_printf(a, "role '%s' can never do anything: it does only what is advised, and no advice is %s", r->name, verbs_text(never, a)));
	else if (never != 0)
		add(d, arena_printf(a, "role '%s' can never %s: it does only what is advised, and no advice is that", r->name, verbs_text(never, a)));
	if ((r->verbs & BIT(AUTH_IMPORT)) != 0 && !r->everything)
		add(d, arena_printf(a, "role '%s' can never import: that needs hosts \"@*\"", r->name));
	if ((r->verbs & SWITCHES) == 0) {
		if (l->advised || !l->allocated || l->second_over > 0)
			add(d, arena_printf(a, "role '%s' switches nothing, so advised, allocated and second_over change nothing in it", r->name));
		return;
	}
	if (l->per_hour < l->at_once)
		add(d, arena_printf(a, "role '%s' may %lld at once but %lld an hour: more than that are never carried out", r->name,
		    (long long)l->at_once, (long long)l->per_hour));
	if (l->second_over >= l->at_once)
		add(d, arena_printf(a, "role '%s' asks another person above %lld machines, but may no more than %lld at once: nobody is ever asked",
		    r->name, (long long)l->second_over, (long long)l->at_once));
}

/* A later role that has the same groups, things and limits gives nothing when an earlier one has all of its verbs. */
static bool
same_list(const char *const *x, size_t n, const char *const *y, size_t m)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			found += strcmp(x[i], y[k]) == 0;
	return found == n;
}

static void
of_two(struct doubts *d, const struct auth_role *first, const struct auth_role *r)
{
	const struct auth_limits *a = &first->limits, *b = &r->limits;

	if ((r->verbs & ~first->verbs) == 0 && first->everything && same_list(r->groups, r->n_groups, first->groups, first->n_groups) &&
	    a->at_once >= b->at_once && a->per_hour >= b->per_hour && a->grant <= b->grant && (b->advised || !a->advised) &&
	    (a->allocated || !b->allocated) && a->confirm_over >= b->confirm_over &&
	    (a->second_over == 0 || (b->second_over > 0 && a->second_over >= b->second_over)))
		add(d, arena_printf(d->arena, "role '%s' gives its people nothing that role '%s' does not", r->name, first->name));
}

const char *const *
auth_policy_doubts(const struct auth_policy *p, struct arena *a, size_t *n)
{
	struct doubts d = {.p = p, .arena = a, .room = p->n * 8 + 2};
	uint32_t all = 0;

	d.text = arena_array(a, d.room, sizeof(*d.text));
	for (size_t i = 0; i < p->n; i++) {
		all |= p->roles[i].verbs;
		of_role(&d, &p->roles[i]);
		for (size_t k = 0; k < p->n && !p->missing; k++)
			if (k != i)
				of_two(&d, &p->roles[k], &p->roles[i]);
	}
	if ((all & BIT(AUTH_SEE)) == 0)
		add(&d, "no role has the verb see: nobody sees the pages");
	*n = d.n;
	return d.text;
}
