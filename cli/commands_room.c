/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define CHASSIS_MORE "Power is what the outlets of a machine say, chassis what its BMC says of the machine itself.\n" \
	"A switched-on outlet is not a running server.\n"
#define IMPORT_MORE "Things the file names are added or changed; what it does not name stays, unless --prune removes it.\n" \
	"A bad file changes nothing, and the error names the line or the path. -n prints the difference.\n"

static const struct command rows[] = {
	{.words = "nodes", .args = "[NODES]", .max_args = -1, .options = OPT_LIST, .verb = "nodes", .run = cmd_list,
	    .help = "the machines: power, ping, BMC, owner, outlets", .more = CHASSIS_MORE, .example = "larch nodes @b01"},
	{.words = "pdus", .options = OPT_LIST, .verb = "pdus", .run = cmd_list,
	    .help = "the PDUs, and how many of their outlets are on", .example = "larch pdus"},
	{.words = "import", .args = "FILE|-", .min_args = 1, .max_args = 1, .options = OPT_EDIT | OPT_IMPORT,
	    .run = cmd_import, .help = "load a room file into the inventory", .more = IMPORT_MORE,
	    .example = "larch import room.json -n"},
	{.words = "check-config", .args = "[FILE]", .max_args = 1, .options = OPT_CONF, .run = cmd_check_config,
	    .help = "check larch.json and the files it names", .example = "larch check-config /etc/larch/larch.json"},
};
const struct section room_section = {"Room", rows, LARCH_COUNT(rows)};
