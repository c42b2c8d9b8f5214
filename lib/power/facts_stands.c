/* SPDX-License-Identifier: Apache-2.0 */
/* Does Larch stand on a thing? By larch.json, by its host's name, or because it carries the network by which PDUs and BMCs are reached. */
#include <string.h>
#include <unistd.h>

#include "plan_making.h"

/* A thing that has the name of the machine we run on, with its domain or without. */
static bool
is_host(const char *name)
{
	char host[LIMIT_NAME + 1] = "";

	if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		return false;
	return strcmp(host, name) == 0 || (strcspn(host, ".") == strlen(name) && strncmp(host, name, strlen(name)) == 0);
}

static bool
is_listed(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_stands_on; i++)
		if (strcmp(c->stands_on[i], name) == 0)
			return true;
	return false;
}

/* "a switch that carries the network of 2 PDUs and 40 BMCs" */
static const char *
carries(const struct power_room *room, const char *name, const char *type, struct arena *a)
{
	struct inv_connection *links;
	size_t n = 0, pdus = 0, bmcs = 0;
	struct err e;

	if (inv_connections(room->inv, name, a, &links, &n, &e) != 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		pdus += strcmp(links[i].b_type, "pdu") == 0;
		bmcs += strcmp(links[i].b_type, "bmc") == 0;
	}
	if (pdus + bmcs == 0)
		return arena_printf(a, "a %s", type);
	return arena_printf(a, "a %s that carries the network of %s%s%s", type, pdus == 0 ? "" : arena_printf(a, "%zu PDU%s", pdus, pdus == 1 ? "" : "s"),
	    pdus == 0 || bmcs == 0 ? "" : " and ", bmcs == 0 ? "" : arena_printf(a, "%zu BMC%s", bmcs, bmcs == 1 ? "" : "s"));
}

const char *
power_stands(const struct power_room *room, const char *name, const char *type, struct arena *a)
{
	if (is_listed(room->conf, name))
		return "what Larch itself stands on (larch.json)";
	if (strcmp(type, "switch") == 0 || strcmp(type, "network") == 0)
		return carries(room, name, type, a);
	if (strcmp(type, "pdu") == 0)
		return "a PDU";
	return is_host(name) ? "the host that Larch runs on" : NULL;
}
