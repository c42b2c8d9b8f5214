/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "inv_private.h"

/*
 * What a port is when neither somebody nor types.json says. The first row that fits wins; type NULL
 * fits every type, prefix "" every name. A PDU's outlets are named as the
 * device names them (AA1, 7, 1.12), so there everything is an outlet that
 * does not look like something else.
 */
static const struct {
	const char *type, *prefix, *kind;
} kinds[] = {
    {NULL, "bmc", "bmc"},
    {NULL, "ipmi", "bmc"},
    {NULL, "idrac", "bmc"},
    {NULL, "ilo", "bmc"},
    {"bmc", "eth", "nic"},
    {"bmc", "nic", "nic"},
    {"bmc", "", "bmc"},
    {NULL, "eth", "nic"},
    {NULL, "nic", "nic"},
    {NULL, "net", "nic"},
    {NULL, "mgmt", "nic"},
    {NULL, "console", "console"},
    {NULL, "serial", "console"},
    {NULL, "psu", "inlet"},
    {NULL, "pwr", "inlet"},
    {NULL, "power", "inlet"},
    {NULL, "inlet", "inlet"},
    {NULL, "input", "inlet"},
    {NULL, "infeed", "inlet"},
    {NULL, "feed", "inlet"},
    {NULL, "outlet", "outlet"},
    {NULL, "out", "outlet"},
    {"pdu", "", "outlet"},
    {"strip", "", "outlet"},
    {"ups", "", "outlet"},
    {"chassis", "slot", "outlet"},
    {"chassis", "bay", "outlet"},
    {"chassis", "node", "outlet"},
};

static const char *
by_name(const char *type, const char *port)
{
	for (size_t i = 0; i < LARCH_COUNT(kinds); i++)
		if ((kinds[i].type == NULL || strcmp(kinds[i].type, type) == 0) &&
		    strncasecmp(port, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return kinds[i].kind;
	return "";
}

const char *
inv_kind_of(struct inv *i, const char *type, const char *port)
{
	const struct inv_type_port *row = inv_type_port(i, type, port);

	return row != NULL && *row->kind != '\0' ? row->kind : by_name(type, port);
}

bool
inv_is_machine(struct inv *i, const char *type)
{
	static const char *const others[] = {"pdu", "bmc", "rack", "cage", "room", "datacenter", "zone", "pool", "strip",
	    "chassis", "ups", "service", "feed", "patch-panel"};
	const struct inv_type_row *row = inv_type_row(i, type);

	if (row != NULL)
		return row->def.is_machine;
	for (size_t k = 0; k < LARCH_COUNT(others); k++)
		if (strcmp(type, others[k]) == 0)
			return false;
	return true;
}
