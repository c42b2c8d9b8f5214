/* SPDX-License-Identifier: Apache-2.0 */
/* The tags that hold back a machine, each with the ways it holds back. */
#include "tag_private.h"

struct gathering {
	struct power_tags tags;
	struct power_tag_fact *facts;
	size_t n, cap;
	const char *self;
	int64_t now;
};

/* What was collected since the last call holds back these ways. */
static void
take(struct gathering *g, unsigned ways)
{
	for (; g->n < g->tags.n; g->n++) {
		const struct power_tag *t = &g->tags.tag[g->n];
		bool in_force = power_tag_in_force(t, g->now);

		g->facts = power_plan_grown(g->tags.a, g->facts, g->n, &g->cap, sizeof(*g->facts));
		g->facts[g->n] = (struct power_tag_fact){
		    .text = in_force ? power_tag_refusal(&g->tags, t, g->self) : power_tag_warning(&g->tags, t),
		    .in_force = in_force,
		    .ways = ways,
		};
	}
}

static int
gather(struct gathering *g, const struct power_vlan_facts *vlan, bool outlets, struct power_machine *m, struct err *e)
{
	const unsigned bmc = 1u << POWER_WAY_BMC, pdu = 1u << POWER_WAY_PDU, by_switch = 1u << POWER_WAY_SWITCH;

	if (!outlets && power_tags_add(&g->tags, m->name, NULL, e) != 0)
		return -1;
	take(g, bmc | pdu | by_switch);
	for (size_t i = 0; i < m->n_outlets; i++) {
		const struct power_outlet *o = &m->outlets[i];

		if (power_tags_add(&g->tags, o->pdu, o->outlet, e) != 0)
			return -1;
		for (size_t k = 0; k < o->n_fed; k++) /* all on it but the machine itself */
			if (power_tags_add(&g->tags, o->fed[k].thing, NULL, e) != 0)
				return -1;
	}
	take(g, pdu);
	if (vlan != NULL && vlan->peer != NULL && power_tags_add(&g->tags, vlan->peer, NULL, e) != 0)
		return -1;
	take(g, by_switch);
	return 0;
}

int
power_gather_tags(const struct power_room *room, const struct power_wish *wish, const struct power_vlan_facts *vlan,
    struct power_machine *machines, struct arena *a, struct err *e)
{
	struct gathering g = {.tags = {.requests = room->requests, .inv = room->inv, .a = a}, .now = times_now()};
	bool outlets = power_verb_is_outlet(wish->verb);

	if (room->requests == NULL || !power_verb_heeds_tags(wish->verb))
		return 0;
	for (size_t i = 0; i < wish->names->n; i++) {
		power_tags_next(&g.tags);
		g.facts = NULL;
		g.n = g.cap = 0;
		g.self = machines[i].name;
		if (gather(&g, vlan, outlets, &machines[i], e) != 0)
			return -1;
		machines[i].tags = g.facts;
		machines[i].n_tags = g.n;
	}
	return 0;
}
