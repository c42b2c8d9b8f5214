/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Larch itself stands on: who cuts that cuts the hand that would switch it on again. A plan that does is refused, unless
 * the wish names it with the extra word, `even`. What larch.json protects stays refused, whatever is named.
 */
#include <string.h>

#include "plan_making.h"

const char *
power_plan_stands_on(struct making *m, const char *by, const char *thing, const char *stands)
{
	if (stands == NULL)
		return NULL;
	if (m->q->even == NULL || !hosts_has(m->q->even, thing))
		return by[0] == '\0' ? arena_printf(m->a, "it is %s: it is cut only with the extra word, even %s", stands, thing)
		    : arena_printf(m->a, "%s%s, %s: it is cut only with the extra word, even %s", by, thing, stands, thing);
	m->even_used.name = power_plan_grown(m->a, m->even_used.name, m->even_used.n, &m->cap_even, sizeof(*m->even_used.name));
	m->even_used.name[m->even_used.n++] = arena_strdup(m->a, thing);
	power_plan_warn(m, arena_printf(m->a, "%s is %s, and is cut all the same, as was asked (even)", thing, stands));
	return NULL;
}

const char *
power_plan_stands_refusal(struct making *m, const struct power_machine *x)
{
	const char *why;

	if (!power_verb_ends(m->q->verb))
		return NULL;
	if ((why = power_plan_stands_on(m, "", x->name, x->stands)) != NULL || m->p->way != POWER_WAY_PDU)
		return why;
	for (size_t i = 0; i < x->n_outlets && why == NULL; i++) {
		const struct power_outlet *o = &x->outlets[i];

		for (size_t k = 0; o->state == POWER_IS_ON && k < o->n_fed && why == NULL; k++)
			if (!o->fed[k].other_feed)
				why = power_plan_stands_on(m, arena_printf(m->a, "outlet %s %s also feeds ", o->pdu, o->outlet), o->fed[k].thing,
				    o->fed[k].stands);
	}
	return why;
}

void
power_plan_warn_even(struct making *m)
{
	const struct hosts *even = m->q->even;
	struct hosts spare = {.name = arena_array(m->a, even == NULL ? 0 : even->n, sizeof(*spare.name))};

	hosts_sort(&m->even_used);
	for (size_t i = 0; even != NULL && i < even->n; i++)
		if (!hosts_has(&m->even_used, even->name[i]))
			spare.name[spare.n++] = even->name[i];
	if (spare.n > 0)
		power_plan_warn(m, arena_printf(m->a, "even names %s, which this plan does not cut, or on which Larch does not stand",
		    power_plan_names(&spare, m->a)));
}
