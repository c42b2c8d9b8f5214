/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define CHASSIS_MORE "Power is what the outlets of a machine say, chassis what its BMC says of the machine itself.\n" \
	"A switched-on outlet is not a running server.\n"
#define IMPORT_MORE "FILE is a room file, or one of another program; --from names the format, or the file is looked at:\n" \
	"pdu-config powerman genders ethers (CSV too) netbox racktables clusto. What could not be carried over\n" \
	"or was made up is said on stderr. Things it names are added or changed; what it does not name stays,\n" \
	"unless --prune removes it. A bad file changes nothing, and the error names the line or the path.\n" \
	"-n prints the difference, --print the room file.\n"

static const struct command rows[] = {
	{.words = "nodes", .args = "[NODES]", .max_args = -1, .options = OPT_LIST, .verb = "nodes", .run = cmd_list,
	    .help = "the machines: power, ping, BMC, owner, outlets", .more = CHASSIS_MORE, .example = "larch nodes @b01"},
	{.words = "pdus", .options = OPT_LIST, .verb = "pdus", .run = cmd_list,
	    .help = "the PDUs, and how many of their outlets are on", .example = "larch pdus"},
	{.words = "import", .args = "FILE...|-", .min_args = 1, .max_args = -1, .options = OPT_EDIT | OPT_IMPORT,
	    .run = cmd_import, .help = "load a room file, or files of other programs, into the inventory", .more = IMPORT_MORE,
	    .example = "larch import --from netbox devices.csv cables.csv -n"},
	{.words = "check-config", .args = "[FILE]", .max_args = 1, .options = OPT_CONF, .run = cmd_check_config,
	    .help = "check larch.json and the files it names", .example = "larch check-config /etc/larch/larch.json"},
};
const struct section room_section = {"Room", rows, LARCH_COUNT(rows)};
