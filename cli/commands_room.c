/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define CHASSIS_MORE "Power is what the outlets of a machine say, chassis what its BMC says of the machine itself.\n" \
	"A switched-on outlet is not a running server.\n"
#define STATUS_MORE "Without NODES those that are not well, and a count; -a all. With NODES, these, well or not.\n" \
	"A row says what is wrong and for how long; with -c a column a check, each with its letter:\n" \
	"O ok, W warn, C critical, ? unknown. What is stale counts as unknown.\n" \
	"--nagios: exit 0 all are well, 1 warn, 2 critical, 3 unknown or no answer; nothing else.\n"
#define CHECK_MORE "Waits until each of their checks has answered, then prints them. A check of a silent BMC takes seconds.\n"
#define SINCE_MORE "TIME is 22:00, -8h or RFC 3339; eight hours ago when it is not said. QUERY: only of these things.\n" \
	"The text is a log of a shift to print; -o json and csv have a row each.\n"
#define ADVICE_MORE "A line a machine: what is so, the next action, how sure that is, why, and how often it helped before\n" \
	"after the same signs, with the 95 % interval; below five cases it says so. -o json and csv have the parts.\n"
#define TOP_MORE "A terminal of 80 columns and 24 lines or more. Those that are not well first; h there lists the keys.\n"
#define IMPORT_MORE "FILE is a room file, or one of another program; --from names the format, or the file is looked at:\n" \
	"pdu-config powerman genders ethers (CSV too) netbox racktables clusto. What could not be carried over\n" \
	"or was made up is said on stderr. Things it names are added or changed; what it does not name stays,\n" \
	"unless --prune removes it. A bad file changes nothing, and the error names the line or the path.\n" \
	"-n prints the difference, --print the room file.\n"

#define GLASS_MORE "Asks no server. The password is asked for twice, has 15 characters at least, and is not the account's\n" \
	"name (-u). Without FILE the hash is printed; FILE is written with mode 0640, and must be login's to read:\n" \
	"  chgrp larch-login FILE && systemctl restart larch-login\n"
#define POLICY_MORE "For the break-glass account alone, and only while there is no policy; everybody is told.\n" \
	"Afterwards the policy is changed on the server, and larch check-config checks it.\n"

static const struct command rows[] = {
	{.words = "status", .args = "[NODES]", .max_args = -1, .options = OPT_SELECT | OPT_STATUS | OPT_EXPAND, .run = cmd_room_status,
	    .help = "which machines are not well, and why", .more = STATUS_MORE, .example = "larch status -g savio3 -c ping,slurm,df_tmp"},
	{.words = "check", .args = "NODES", .max_args = -1, .options = OPT_SELECT | OPT_CHECKS | OPT_TIMEOUT, .run = cmd_check,
	    .help = "ask machines now, not the store", .more = CHECK_MORE, .example = "larch check n0042"},
	{.words = "why", .args = "NODE", .min_args = 1, .max_args = 1, .run = cmd_why,
	    .help = "everything known about one machine, on one screen", .example = "larch why n0042"},
	{.words = "advice", .args = "[NODES]", .max_args = -1, .options = OPT_LIST, .verb = "advice", .run = cmd_list,
	    .help = "what to do about machines that are not well", .more = ADVICE_MORE, .example = "larch advice @b01"},
	{.words = "since", .args = "[TIME [QUERY]]", .max_args = 2, .options = OPT_UNTIL, .run = cmd_since,
	    .help = "what happened in the room since then, by rack", .more = SINCE_MORE, .example = "larch since 22:00"},
	{.words = "top", .run = cmd_top, .help = "machines, PDUs and jobs, live on a terminal; from there into a power plan",
	    .more = TOP_MORE, .example = "larch top"},
	{.words = "nodes", .args = "[NODES]", .max_args = -1, .options = OPT_LIST, .verb = "nodes", .run = cmd_list,
	    .help = "the machines: power, ping, BMC, owner, outlets", .more = CHASSIS_MORE, .example = "larch nodes @b01"},
	{.words = "pdus", .options = OPT_LIST, .verb = "pdus", .run = cmd_list,
	    .help = "the PDUs, and how many of their outlets are on", .example = "larch pdus"},
	{.words = "import", .args = "FILE...|-", .min_args = 1, .max_args = -1, .options = OPT_EDIT | OPT_IMPORT,
	    .run = cmd_import, .help = "load a room file, or files of other programs, into the inventory", .more = IMPORT_MORE,
	    .example = "larch import --from netbox devices.csv cables.csv -n"},
	{.words = "check-config", .args = "[FILE]", .max_args = 1, .options = OPT_CONF, .run = cmd_check_config,
	    .help = "check larch.json and the files it names", .example = "larch check-config /etc/larch/larch.json"},
	{.words = "break-glass hash", .args = "[FILE]", .max_args = 1, .options = OPT_USER | OPT_GLASS, .run = cmd_break_glass_hash,
	    .help = "make the hash of the break-glass account's password", .more = GLASS_MORE,
	    .example = "larch break-glass hash -u breakglass /etc/larch/break-glass.hash"},
	{.words = "policy add", .args = "FILE|-", .min_args = 1, .max_args = 1, .run = cmd_policy_add,
	    .help = "the first policy of a room that has none", .more = POLICY_MORE, .example = "larch policy add policy.json"},
};
const struct section room_section = {"Room", rows, LARCH_COUNT(rows)};
