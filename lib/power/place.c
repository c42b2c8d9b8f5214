/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a question about an address may go: to a PDU or a switch of the inventory, which is asked in every sweep, or into
 * a network that larch.json lists. Nowhere else, and to no port that a person chooses.
 */
#include <string.h>

#include "place.h"

#define SNMP_PORT 161

/* The thing of that type that has the address; a recorded address may have a port of its own. 1, 0, -1. */
static int
find_of_type(struct inv *inv, const char *type, const struct sockaddr_storage *at, struct arena *a, struct power_place *out,
    struct err *e)
{
	struct inv_thing *things;
	struct sockaddr_storage has;
	size_t n;

	if (inv_list(inv, type, a, &things, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *address = inv_attr(&things[i], "address");

		if (address == NULL || addr_parse(str_of(address), SNMP_PORT, &has, e) != 0)
			continue;
		addr_plain(&has);
		if (!addr_same_host(&has, at))
			continue;
		out->thing = things[i].name;
		out->type = things[i].type;
		out->family = inv_attr(&things[i], "family");
		out->address = address;
		return 1;
	}
	return 0;
}

/* Is it the address of something that is not asked by SNMP? A community is not sent to a machine that people log in to. */
static int
check_other(struct inv *inv, const char *host, struct arena *a, struct err *e)
{
	struct hosts names;
	struct inv_thing t;

	if (inv_find(inv, arena_printf(a, strchr(host, ':') == NULL ? "attr:address=\"%s\" or attr:address=%s:*" : "attr:address=\"%s\"",
	        host, host), a, &names, e) != 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (inv_get(inv, names.name[i], a, &t, e) == 0)
			return err_set(e, ERR_REFUSED, "%s is the address of %s, a %s: only PDUs and switches are asked what they are",
			    host, t.name, t.type);
	return 0;
}

/* A port that was typed must be the one that would be asked anyway. */
static int
check_port(const struct power_place *p, const struct sockaddr_storage *typed, struct err *e)
{
	struct sockaddr_storage at;

	if (addr_parse(str_of(p->address), SNMP_PORT, &at, e) != 0)
		return p->thing == NULL ? -1 : err_prefix(e, "%s", p->thing);
	if (addr_port(typed) == 0 || addr_port(typed) == addr_port(&at))
		return 0;
	return err_set(e, ERR_REFUSED, "%s is asked at port %d, which %s says; another port is not asked", p->name, addr_port(&at),
	    p->thing == NULL ? "larch.json" : "the inventory");
}

static int
find_address(struct inv *inv, const struct conf *conf, const struct sockaddr_storage *typed, struct arena *a,
    struct power_place *out, struct err *e)
{
	static const char *const types[] = {"pdu", "switch"};
	const struct conf_network *network = conf_network_of(conf, typed);
	struct sockaddr_storage at = *typed;
	char host[ADDR_TEXT], whole[ADDR_TEXT];
	int rc = 0;

	for (size_t i = 0; i < LARCH_COUNT(types) && rc == 0; i++)
		rc = find_of_type(inv, types[i], typed, a, out, e);
	if (rc != 0) {
		out->name = out->thing;
		return rc < 0 ? -1 : 0;
	}
	out->name = arena_strdup(a, addr_host_text(typed, host));
	if (check_other(inv, host, a, e) != 0)
		return -1;
	if (network == NULL)
		return err_set(e, ERR_REFUSED, "%s is the address of no PDU in the inventory, and in no network that 'probe' in larch.json lists",
		    host);
	addr_set_port(&at, network->port);
	out->address = arena_strdup(a, addr_text(&at, whole));
	return 0;
}

static int
find_thing(struct inv *inv, const char *typed, struct arena *a, struct power_place *out, struct err *e)
{
	struct inv_thing t;

	if (inv_get(inv, typed, a, &t, e) != 0)
		return err_prefix(e, "'%s' is no address, and no thing either", typed);
	if (strcmp(t.type, "pdu") != 0 && strcmp(t.type, "switch") != 0)
		return err_set(e, ERR_REFUSED, "%s is a %s: only PDUs and switches are asked what they are", t.name, t.type);
	out->thing = out->name = t.name;
	out->type = t.type;
	out->family = inv_attr(&t, "family");
	out->address = inv_attr(&t, "address");
	if (out->address == NULL)
		return err_set(e, ERR_INPUT, "%s has no attribute 'address'", t.name);
	return 0;
}

int
power_place(struct inv *inv, const struct conf *conf, const char *typed, struct arena *a, struct power_place *out,
    struct err *e)
{
	struct sockaddr_storage at = {.ss_family = AF_UNSPEC};

	*out = (struct power_place){0};
	if (addr_parse(str_of(typed), 0, &at, e) != 0) {
		if (!str_is_name(str_of(typed)))
			return -1;
		return find_thing(inv, typed, a, out, e) != 0 || check_port(out, &(struct sockaddr_storage){.ss_family = AF_INET}, e) != 0 ? -1 : 0;
	}
	addr_plain(&at);
	return find_address(inv, conf, &at, a, out, e) != 0 || check_port(out, &at, e) != 0 ? -1 : 0;
}
