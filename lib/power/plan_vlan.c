/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setvlan: one port of a switch into another VLAN. First into the new one, then its PVID, then out of the old one:
 * at no time is the port in no VLAN (Q-BRIDGE-MIB, RFC 4363).
 */
#include <string.h>

#include "plan_making.h"

#define VLAN_MAX 4094 /* IEEE 802.1Q: 0 and 4095 are none */

/* ---- which port of the switch ------------------------------------------------------------- */

/*
 * A port's name is its ifName. A number is an ifIndex or a base port; where it is one of the one and another one of the
 * other, it is refused: the wrong port would be somebody else's.
 */
static const struct status_port *
find_port(const struct power_vlan_facts *f, const char *name, const char **why, struct arena *a)
{
	const struct status_port *by_index = NULL, *by_number = NULL, *by_name = NULL;
	int64_t n = -1;

	(void)str_int(str_of(name), 1, INT32_MAX, &n);
	for (size_t i = 0; i < f->n_ports; i++) {
		const struct status_port *p = &f->ports[i];

		if (strcmp(p->name, name) == 0) {
			if (by_name != NULL) {
				*why = arena_printf(a, "%s has two ports called %s", f->peer, name);
				return NULL;
			}
			by_name = p;
		}
		if (p->if_index == n)
			by_index = p;
		if (p->base_port == n)
			by_number = p;
	}
	if (by_name != NULL)
		return by_name;
	if (by_index != NULL && by_number != NULL && by_index != by_number) {
		*why = arena_printf(a, "%s is two ports of %s: the ifIndex of %s and the base port of %s; record the port by its name",
		    name, f->peer, by_index->name, by_number->name);
		return NULL;
	}
	return by_index != NULL ? by_index : by_number;
}

static const char *
no_such_port(const struct power_vlan_facts *f, struct arena *a)
{
	if (f->n_ports == 0)
		return arena_printf(a, "%s names no port of a bridge (dot1dBasePortIfIndex), so it has none called %s", f->peer,
		    f->peer_port);
	return arena_printf(a, "%s has no port %s (ifName, ifIndex or base port); its first is %s, its last %s", f->peer,
	    f->peer_port, f->ports[0].name, f->ports[f->n_ports - 1].name);
}

/* ---- refusals ---------------------------------------------------------------------------------- */

static const char *
refuse_link(const struct power_vlan_facts *f, const struct power_machine *x, struct arena *a)
{
	if (f->vlan < 1 || f->vlan > VLAN_MAX)
		return arena_printf(a, "%lld is no VLAN: they are 1 to %d", (long long)f->vlan, VLAN_MAX);
	if (f->peer == NULL)
		return arena_printf(a, "the inventory has no connection of its port %s", f->port);
	if (strcmp(f->peer_type, "switch") != 0)
		return arena_printf(a, "its port %s is connected to %s, a %s and no switch", f->port, f->peer, f->peer_type);
	if (f->is_protected)
		return arena_printf(a, "%s is protected: larch.json lists it", f->peer);
	if (f->address == NULL)
		return arena_printf(a, "%s has no attribute 'address'", f->peer);
	(void)x;
	return NULL;
}

static const char *
refuse_switch(const struct power_vlan_facts *f, struct arena *a)
{
	if (f->seen == NULL)
		return arena_printf(a, "%s was never read: it has no row in credentials.json, or larchd has not asked it yet (check now)",
		    f->peer);
	if (strcmp(f->seen, "no-vlans") == 0)
		return arena_printf(a, "%s: this switch does not answer Q-BRIDGE-MIB dot1qPvid", f->peer);
	if (strcmp(f->seen, "ok") != 0)
		return arena_printf(a, "%s does not answer as a switch (%s%s%s)", f->peer, f->seen,
		    f->detail == NULL ? "" : ": ", f->detail == NULL ? "" : f->detail);
	return NULL;
}

static const struct status_vlan *
find_vlan(const struct power_vlan_facts *f, int64_t vlan)
{
	for (size_t i = 0; i < f->n_vlans; i++)
		if (f->vlans[i].vlan == vlan)
			return &f->vlans[i];
	return NULL;
}

static const char *
refuse_vlan(const struct power_vlan_facts *f, const struct status_port *p, struct arena *a)
{
	if (p->pvid == 0)
		return arena_printf(a, "%s: this switch does not answer Q-BRIDGE-MIB dot1qPvid for port %s", f->peer, f->peer_port);
	if (find_vlan(f, f->vlan) == NULL)
		return arena_printf(a, "VLAN %lld does not exist on %s, which has %zu VLANs; create it there first",
		    (long long)f->vlan, f->peer, f->n_vlans);
	if (status_vlan_in(p->forbidden, f->vlan))
		return arena_printf(a, "%s forbids VLAN %lld on port %s (dot1qVlanForbiddenEgressPorts)", f->peer,
		    (long long)f->vlan, f->peer_port);
	return NULL;
}

static const char *
vlan_name(const struct power_vlan_facts *f, int64_t vlan)
{
	const struct status_vlan *v = find_vlan(f, vlan);

	return v == NULL ? "" : v->name;
}

static void
take_port(struct power_vlan *v, const struct power_vlan_facts *f, const struct status_port *p)
{
	v->device = f->peer;
	v->device_port = f->peer_port;
	v->name = p->name;
	v->base_port = p->base_port;
	v->if_index = p->if_index;
	v->was = p->pvid;
	v->vlan_name = vlan_name(f, f->vlan);
	v->was_name = vlan_name(f, p->pvid);
}

const char *
power_plan_vlan_refusal(struct making *m, const struct power_machine *x)
{
	const struct power_vlan_facts *f = m->q->vlan;
	const struct status_port *p;
	const char *why, *ignored = NULL;

	m->p->vlan = arena_alloc(m->a, sizeof(*m->p->vlan));
	*m->p->vlan = (struct power_vlan){.port = f->port, .vlan = f->vlan, .name = "", .vlan_name = "", .was_name = ""};
	if ((why = refuse_link(f, x, m->a)) != NULL || (why = refuse_switch(f, m->a)) != NULL)
		return why;
	p = find_port(f, f->peer_port, &why, m->a);
	if (p == NULL)
		return why != NULL ? why : no_such_port(f, m->a);
	if ((why = refuse_vlan(f, p, m->a)) != NULL)
		return why;
	take_port(m->p->vlan, f, p);
	for (size_t i = 0; i < f->n_others && why == NULL; i++)
		if (find_port(f, f->others[i].switch_port, &ignored, m->a) == p)
			why = power_plan_stands_on(m, arena_printf(m->a, "port %s of %s is also that of ", f->others[i].switch_port, f->peer),
			    f->others[i].thing, f->others[i].stands);
	return why;
}

/* ---- what a person must know -------------------------------------------------------------------------- */

static const struct status_port *
planned_port(const struct making *m)
{
	const struct power_vlan_facts *f = m->q->vlan;
	size_t i = 0;

	while (f->ports[i].base_port != m->p->vlan->base_port)
		i++;
	return &f->ports[i];
}

/* VLANs that the port sends with a tag, but for the new one: those stay. */
static bool
carries_tagged(const struct making *m, const struct status_port *p, int64_t vlan)
{
	const struct power_vlan_facts *f = m->q->vlan;

	for (size_t i = 0; i < f->n_vlans; i++) {
		int64_t v = f->vlans[i].vlan;

		if (v != vlan && v != p->pvid && status_vlan_in(p->egress, v) && !status_vlan_in(p->untagged, v))
			return true;
	}
	return false;
}

static void
warn_others(struct making *m)
{
	const struct power_vlan_facts *f = m->q->vlan;
	const struct power_vlan *v = m->p->vlan;
	struct power_plan *p = m->p;

	for (size_t i = 0; i < f->n_others; i++) {
		const struct power_on_port *o = &f->others[i];
		const char *ignored = NULL;
		const struct status_port *port = find_port(f, o->switch_port, &ignored, m->a);

		if (port == NULL || port->base_port != v->base_port)
			continue;
		p->cut = power_plan_grown(m->a, p->cut, p->n_cut, &m->cap_cut, sizeof(*p->cut));
		p->cut[p->n_cut++] = (struct power_fed){.thing = o->thing, .inlet = o->port, .type = o->type};
		power_plan_warn(m, arena_printf(m->a, "port %s of %s is also recorded as that of %s (%s, %s): it moves too", o->switch_port,
		    f->peer, o->thing, o->type, o->port));
	}
}

static void
tell_port(struct making *m, const struct status_port *p)
{
	const struct power_vlan_facts *f = m->q->vlan;
	char age[TIMES_TEXT];

	power_plan_note_age(m, p->at, p->interval);
	power_plan_note(m, arena_printf(m->a, "%s %s: ifIndex %lld, base port %lld, PVID %lld, sends VLANs %s, without a tag %s, seen %s ago",
	    f->peer, f->peer_port, (long long)p->if_index, (long long)p->base_port, (long long)p->pvid,
	    p->egress[0] == '\0' ? "none" : p->egress, p->untagged[0] == '\0' ? "none" : p->untagged,
	    times_age(m->q->now - p->at, age)));
	if (carries_tagged(m, p, f->vlan))
		power_plan_warn(m, arena_printf(m->a,
		    "port %s of %s also carries VLANs with a tag, which stay as they are: is it a link to another switch?",
		    f->peer_port, f->peer));
	if (status_vlan_in(p->egress, f->vlan) && !status_vlan_in(p->untagged, f->vlan))
		power_plan_warn(m, arena_printf(m->a, "VLAN %lld reaches %s with a tag now, and will without",
		    (long long)f->vlan, m->q->machines[0].name));
	if (f->recent)
		power_plan_warn(m, arena_printf(m->a, "the connection of %s %s was recorded within the last day, by %s",
		    m->q->machines[0].name, f->port, f->recent_by));
}

/* ---- steps --------------------------------------------------------------------------------------------------- */

static void
add(struct making *m, size_t at, enum power_action action, int64_t vlan)
{
	const struct power_vlan *v = m->p->vlan;
	struct power_step *s = power_plan_add_step(m, at, action, v->device, NULL, POWER_IS_UNKNOWN);

	s->outlet = v->device_port;
	s->device_name = v->name;
	s->vlan = vlan;
}

const char *
power_plan_vlan_steps(struct making *m, size_t at)
{
	const struct status_port *p = planned_port(m);
	const struct power_vlan *v = m->p->vlan;
	bool inside = status_vlan_in(p->egress, v->vlan) && status_vlan_in(p->untagged, v->vlan);

	warn_others(m);
	tell_port(m, p);
	if (v->was == v->vlan && inside)
		return arena_printf(m->a, "%s %s is in VLAN %lld already", v->device, v->device_port, (long long)v->vlan);
	add(m, at, POWER_DO_VLAN_EGRESS, v->vlan);
	add(m, at, POWER_DO_VLAN_UNTAGGED, v->vlan);
	if (v->was == v->vlan)
		return NULL;
	add(m, at, POWER_DO_VLAN_PVID, v->vlan);
	add(m, at, POWER_DO_VLAN_LEAVE_UNTAGGED, v->was);
	add(m, at, POWER_DO_VLAN_LEAVE_EGRESS, v->was);
	return NULL;
}
