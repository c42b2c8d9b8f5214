/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define NOTHING "Nothing found: a sentence on stderr and exit 1, as grep.\n"
#define FIND_MORE "QUERY is a host list or a query of larch-query(7): type:server and in:b07, connected to name:sw1.\n" \
	"Prints one folded host list, which every other command takes; -e name by name; -o table with type and place.\n" \
	"With --spread and --limit, fewer than asked for is an error that says how many there are.\n" NOTHING
#define THINGS_MORE "THINGS is a host list or a query in quotes. A name that is not there is an error.\n"
#define TRACE_MORE "From port to port, through power strips and patch panels. Without PORT, of all ports.\n" NOTHING
#define LOST_MORE "What would lose power: what goes dark, and what has a feed left.\n" \
	"THING is a PDU or a feed, PORT one of its outlets; --feed names all of that feed, --in those in a room or rack.\n" NOTHING
#define CONSOLE_MORE "Runs your own ssh to the console server's port, and prints the command first; -n only prints it.\n" \
	"A BMC has a console too (serial-over-LAN): that is not carried yet, and its name is printed.\n"
#define HISTORY_MORE "Newest first: who, when, why, and each fact before and after. A thing is found by its old names too.\n"
#define ATTR_GET_MORE "KEY is KEY, KEY.SUBKEY, KEY#NUMBER or KEY.SUBKEY#NUMBER; without one, all.\n" NOTHING

static const struct command rows[] = {
	{.words = "find", .args = "QUERY", .min_args = 1, .max_args = -1, .options = OPT_SPREAD | OPT_LIST | OPT_EXPAND | OPT_AT,
	    .run = cmd_find, .help = "the things that fit a query", .more = FIND_MORE,
	    .example = "larch find 'in:datacenterZ and type:server and attr:status=unallocated' --spread rack --limit 4"},
	{.words = "info", .args = "THINGS", .min_args = 1, .max_args = -1, .options = OPT_AT, .run = cmd_info,
	    .help = "all of a thing: attributes, ports, place, pools", .more = THINGS_MORE, .example = "larch info n0042"},
	{.words = "tree", .args = "[THING]", .max_args = 1, .options = OPT_DEPTH | OPT_AT, .run = cmd_tree,
	    .help = "what is inside what", .example = "larch tree room2 --depth 1"},
	{.words = "locate", .args = "THINGS", .min_args = 1, .max_args = -1, .options = OPT_AT, .verb = "locate", .run = cmd_lines,
	    .help = "where it is and what it is connected to", .more = THINGS_MORE NOTHING, .example = "larch locate server1"},
	{.words = "trace", .args = "THING [PORT]", .min_args = 1, .max_args = 2, .options = OPT_AT, .verb = "trace", .run = cmd_lines,
	    .help = "follow its cables to their end", .more = TRACE_MORE, .example = "larch trace n0042 psu1"},
	{.words = "rack", .args = "[RACK]", .max_args = 1, .options = OPT_AT, .run = cmd_rack,
	    .help = "the elevation of a rack; without one, all racks", .example = "larch rack b07"},
	{.words = "lost", .args = "[THING [PORT]]", .max_args = 2, .options = OPT_LOST | OPT_AT, .run = cmd_lost,
	    .help = "what loses power when this goes", .more = LOST_MORE, .example = "larch lost --feed A --in room2"},
	{.words = "console", .args = "SERVER", .min_args = 1, .max_args = 1, .options = OPT_DRY | OPT_USER | OPT_AT,
	    .run = cmd_console, .help = "open its console by ssh", .more = CONSOLE_MORE, .example = "larch console server1"},
	{.words = "attr get", .args = "THINGS [KEY...]", .min_args = 1, .max_args = -1, .options = OPT_AT, .run = cmd_attr_get,
	    .help = "attributes of things", .more = THINGS_MORE ATTR_GET_MORE, .example = "larch attr get 'n[1-40]' owner"},
	{.words = "history", .args = "[THING]", .max_args = 1, .options = OPT_SINCE | OPT_LIST, .run = cmd_history,
	    .help = "what was changed, by whom and why", .more = HISTORY_MORE, .example = "larch history n0042 --since -2h"},
	{.words = "pool list", .options = OPT_AT, .run = cmd_pool_list, .help = "the pools", .example = "larch pool list"},
	{.words = "pool show", .args = "POOL", .min_args = 1, .max_args = 1, .options = OPT_EXPAND | OPT_AT, .run = cmd_pool_show,
	    .help = "what a pool holds", .example = "larch pool show production -e"},
	{.words = "service list", .options = OPT_AT, .run = cmd_service_list,
	    .help = "the services, what runs them, and their addresses", .example = "larch service list"},
	{.words = "service show", .args = "SERVICE", .min_args = 1, .max_args = 1, .options = OPT_AT, .run = cmd_service_show,
	    .help = "one service: what runs it, its load balancer", .example = "larch service show web"},
	{.words = "types", .options = OPT_AT, .run = cmd_types, .help = "the types of things, and their ports", .example = "larch types"},
	{.words = "export", .args = "[FILE]", .max_args = 1, .options = OPT_AT, .run = cmd_export,
	    .help = "the whole inventory as a room file, which import reads", .example = "larch export --at -1d room.json"},
};
const struct section find_section = {"Find and read", rows, LARCH_COUNT(rows)};
