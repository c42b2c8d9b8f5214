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

int
power_gather_tags(const struct power_room *room, const struct power_vlan_facts *vlan, bool outlets, struct power_machine *m,
    struct arena *a, struct err *e)
{
	const unsigned bmc = 1u << POWER_WAY_BMC, pdu = 1u << POWER_WAY_PDU, by_switch = 1u << POWER_WAY_SWITCH;
	struct gathering g = {.tags = {.requests = room->requests, .inv = room->inv, .a = a}, .self = m->name, .now = times_now()};

	if (room->requests == NULL)
		return 0;
	if (!outlets && power_tags_add(&g.tags, m->name, NULL, e) != 0)
		return -1;
	take(&g, bmc | pdu | by_switch);
	if (m->bmc != NULL && power_tags_add(&g.tags, m->bmc, NULL, e) != 0)
		return -1;
	take(&g, bmc | pdu);
	for (size_t i = 0; i < m->n_outlets; i++)
		if (power_tags_add_fed(&g.tags, m->outlets[i].pdu, m->outlets[i].outlet, e) != 0)
			return -1;
	take(&g, pdu);
	if (vlan != NULL && vlan->peer != NULL && power_tags_add(&g.tags, vlan->peer, NULL, e) != 0)
		return -1;
	take(&g, by_switch);
	m->tags = g.facts;
	m->n_tags = g.n;
	return 0;
}
