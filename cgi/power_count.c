/* SPDX-License-Identifier: Apache-2.0 */
/* The number of machines, or their rack, typed by the person who is about to switch more than the role's confirm_over. */
#include <string.h>

#include "power_private.h"

/* Of an outlet its PDU. */
static const char *
stands(struct web_call *c, const struct power_plan *p, size_t i)
{
	char *name = arena_strdup(c->arena, p->machines[i].name), *colon = strrchr(name, ':');

	if (power_verb_is_outlet(p->verb) && colon != NULL)
		*colon = '\0';
	return name;
}

/* The one rack in which all of them stand, or NULL. */
static const char *
one_rack(struct web_call *c, const struct power_plan *p)
{
	const char *rack = NULL;
	struct inv_place *way;
	struct inv *inv;
	struct err e;
	size_t n, k;

	if (power_need_inv(c, &inv, &e) != 0)
		return NULL;
	for (size_t i = 0; i < p->n_machines; i++) {
		if (inv_place(inv, stands(c, p, i), c->arena, &way, &n, &e) != 0)
			return NULL;
		for (k = 0; k < n && strcmp(way[k].container_type, "rack") != 0; k++)
			;
		if (k == n || (rack != NULL && strcmp(rack, way[k].container) != 0))
			return NULL;
		rack = way[k].container;
	}
	return rack;
}

int64_t
power_count_over(struct web_call *c, const struct power_plan *p, const struct permit *permit)
{
	struct auth_limits limits;
	struct hosts things;

	if (permit == NULL || auth_policy_limits(c->policy, permit_role(permit), &limits) != 0)
		return -1;
	power_plan_things(p, c->arena, &things);
	return (int64_t)p->n_machines > limits.confirm_over || (int64_t)things.n > limits.confirm_over ? limits.confirm_over : -1;
}

int
power_count_check(struct web_call *c, const struct power_plan *p, const struct permit *permit, struct err *e)
{
	const char *typed = web_has(c, "count") ? web_text(c, "count") : "";
	const char *what = power_verb_is_outlet(p->verb) ? "outlets" : "machines", *rack;
	int64_t over = power_count_over(c, p, permit);

	if (typed[0] == '\0')
		return over < 0 ? 0
		    : err_set(e, ERR_REFUSED, "nothing was filed: role %s is asked for the number of %s, or the name of their one rack, when"
		                              " more than %lld things are touched (count)", permit_role(permit), what, (long long)over);
	if (strcmp(typed, arena_printf(c->arena, "%zu", p->n_machines)) == 0)
		return 0;
	rack = one_rack(c, p);
	if (rack != NULL && strcmp(typed, rack) == 0)
		return 0;
	return err_set(e, ERR_REFUSED, "nothing was filed: \"%.80s\" is neither the number of %s in this plan nor the one rack they all stand in",
	    typed, what);
}
