/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of a machine says from the inventory: its attributes, where it stands, which ports may move. */
#include <string.h>

#include "pages.h"

json_t *
pages_attributes(const struct inv_thing *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n_attrs; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "key", t->attrs[i].key);
		if (t->attrs[i].subkey != NULL)
			jsn_set_text(o, "subkey", t->attrs[i].subkey);
		if (t->attrs[i].number >= 0)
			jsn_set(o, "number", json_integer(t->attrs[i].number));
		jsn_set_text(o, "value", t->attrs[i].value);
		jsn_add(list, o);
	}
	return list;
}

/* Where it stands: its rack and unit, then what that is in. */
json_t *
pages_places_model(struct web_call *c, struct inv *inv, const char *name)
{
	struct arena *a = c->arena;
	struct inv_place *way;
	json_t *list = json_array();
	struct err lost;
	size_t n;

	if (inv_place(inv, name, a, &way, &n, &lost) != 0)
		return list;
	for (size_t i = 0; i < n; i++) {
		json_t *o;

		if (*way[i].container == '\0')
			continue;
		o = json_object();
		jsn_set_text(o, "name", way[i].container);
		jsn_set_text(o, "href", pages_href(a, way[i].container_type, way[i].container));
		jsn_set_text(o, "unit", way[i].unit > 0 ? arena_printf(a, "U%lld", (long long)way[i].unit) : NULL);
		jsn_add(list, o);
	}
	return list;
}

/* Its ports that a switch is at the other end of, when this person may move them. */
json_t *
pages_vlan_ports(struct web_call *c, struct inv *inv, const char *name, const struct inv_connection *cables, size_t n)
{
	struct auth_ask ask = {.who = c->person, .match = pages_match, .match_ctx = inv, .fact = pages_fact, .fact_ctx = c,
	    .arena = c->arena};
	json_t *list = json_array();
	uint32_t bits = 0;
	struct err lost;

	if (auth_verbs_on(c->policy, &ask, name, &bits, &lost) != 0 || (bits & (1u << AUTH_SETVLAN)) == 0)
		return list;
	for (size_t i = 0; i < n; i++)
		if (strcmp(cables[i].b_type, "switch") == 0)
			jsn_add(list, json_string(cables[i].a_port));
	return list;
}
