/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a machine's port and the switch at its other end. */
#include <string.h>

#include "plan_making.h"

struct gathering {
	const struct power_room *room;
	struct arena *a;
	const char *machine;
	struct power_vlan_facts *f;
};

static int
gather_link(struct gathering *g, struct err *e)
{
	struct inv_connection *links;
	size_t n;

	if (inv_connections(g->room->inv, g->machine, g->a, &links, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].a_port, g->f->port) == 0) {
			g->f->peer = links[i].b;
			g->f->peer_type = links[i].b_type;
			g->f->peer_port = links[i].b_port;
			g->f->recent = links[i].by != NULL && links[i].since > times_now() - POWER_RECENT_MS;
			g->f->recent_by = links[i].by;
			g->f->is_protected = power_is_protected(g->room->conf, links[i].b);
			break;
		}
	return 0;
}

/* Two names of one port ("3" and "swp02") are two connections for the inventory: the plan finds out. */
static int
gather_others(struct gathering *g, struct err *e)
{
	struct power_on_port *others;
	struct inv_connection *links;
	size_t n;

	if (inv_connections(g->room->inv, g->f->peer, g->a, &links, &n, e) != 0)
		return -1;
	g->f->others = others = arena_array(g->a, n + 1, sizeof(*others));
	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].b, g->machine) != 0 || strcmp(links[i].b_port, g->f->port) != 0)
			others[g->f->n_others++] = (struct power_on_port){links[i].b, links[i].b_type, links[i].b_port, links[i].a_port,
			    power_stands(g->room, links[i].b, links[i].b_type, g->a)};
	return 0;
}

static int
gather_switch(struct gathering *g, struct err *e)
{
	struct power_vlan_facts *f = g->f;
	struct status *status = g->room->status;
	struct status_port *ports;
	struct status_vlan *vlans;
	struct status_value v;
	struct inv_thing t;
	struct err none = {0};

	if (inv_get(g->room->inv, f->peer, g->a, &t, e) != 0)
		return -1;
	f->address = inv_attr(&t, "address");
	if (status_value(status, f->peer, "switch", g->a, &v, &none) == 0) {
		f->seen = v.text;
		f->detail = v.detail;
	}
	if (status_switch_ports(status, f->peer, g->a, &ports, &f->n_ports, e) != 0 ||
	    status_switch_vlans(status, f->peer, g->a, &vlans, &f->n_vlans, e) != 0)
		return -1;
	f->ports = ports;
	f->vlans = vlans;
	return gather_others(g, e);
}

int
power_gather_vlan(const struct power_room *room, const struct power_wish *wish, struct arena *a,
    const struct power_vlan_facts **out, struct err *e)
{
	struct power_vlan_facts *f = arena_alloc(a, sizeof(*f));
	struct gathering g = {.room = room, .a = a, .machine = wish->names->name[0], .f = f};

	*f = (struct power_vlan_facts){.port = arena_strdup(a, wish->port), .vlan = wish->vlan};
	if (gather_link(&g, e) != 0 ||
	    (f->peer != NULL && strcmp(f->peer_type, "switch") == 0 && gather_switch(&g, e) != 0))
		return -1;
	*out = f;
	return 0;
}
