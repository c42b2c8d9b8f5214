/* SPDX-License-Identifier: Apache-2.0 */
/* network setvlan: one port of one machine to another VLAN, planned and confirmed as a power verb is. */
#include <string.h>

#include "cli.h"

int
cmd_setvlan(struct cli *c)
{
	struct wish w = {.verb = "setvlan", .noun = "nodes", .base = "/api/v1/power", .port = c->argv[1]};
	struct hosts names;
	struct err e = {0};

	if (hosts_parse(str_of(c->argv[0]), NULL, c->arena, &names, &e) != 0)
		return cli_fail(c, &e);
	if (names.n != 1)
		return cli_usage(c, "one machine at a time, and \"%s\" is %zu", c->argv[0], names.n);
	if (!str_is_name(str_of(w.port)))
		return cli_usage(c, "\"%s\" is no port", w.port);
	if (str_int(str_of(c->argv[2]), 1, 4094, &w.vlan) != 0)
		return cli_usage(c, "\"%s\" is no VLAN; they are 1 to 4094", c->argv[2]);
	w.list = names.name[0];
	return power_carry_out(c, &w);
}
