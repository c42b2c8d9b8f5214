/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define THINGS_MORE "THINGS is a host list or a query in quotes. All of it is one change: done whole or not at all.\n"
#define STALE_MORE "What somebody else changed in the meantime is shown and left alone (exit 3).\n"
#define NEW_MORE "Without further ports of its own a thing gets those of its type (`larch types`).\n" \
	"KEY is KEY[.SUBKEY][#NUMBER|#auto], as in attr add.\n"
#define RM_MORE THINGS_MORE "What has something inside, is named by a relation, or is connected (see --with-cables) is refused.\n" \
	"Asks before it removes. The history keeps what was.\n"
#define KEY_MORE "KEY is KEY[.SUBKEY][#NUMBER]. A dot that belongs to the key is written \\. (in quotes).\n"
#define ADD_MORE KEY_MORE "add always adds, one a VALUE; #auto takes the next number.\n" THINGS_MORE STALE_MORE
#define SET_MORE KEY_MORE "set replaces the one that is there, or adds it; several that fit are refused.\n" THINGS_MORE STALE_MORE
#define DEL_MORE KEY_MORE "del removes all that fit, of any subkey and number when none is named; none is an error.\n" \
	THINGS_MORE STALE_MORE
#define CONNECT_MORE "Without a port, the first free pair that fits is taken, and printed. An end that is in use is\n" \
	"refused with what is there; --move pulls that cable.\n"
#define DISCONNECT_MORE "A:PORT pulls that cable; A alone all of A's; A and B all between the two.\n"
#define PUT_MORE "A unit holds one thing a face; a full-depth thing (--face both) takes two. It is moved if it was elsewhere.\n" \
	"Several THINGS go upwards from --unit, one above the other.\n"
#define SERVICE_MORE "The service is made when there is none. Each of THINGS gets the relation runs; the load balancer\n" \
	"the relation vip, with the virtual address as its subkey.\n"

static const struct command rows[] = {
	{.words = "new", .args = "TYPE THINGS [KEY=VALUE...]", .min_args = 2, .max_args = -1, .options = OPT_EDIT, .run = cmd_new,
	    .help = "put new things into the inventory", .more = NEW_MORE, .example = "larch new server 'n[41-80]' owner=ana"},
	{.words = "rename", .args = "THING NAME", .min_args = 2, .max_args = 2, .options = OPT_EDIT, .run = cmd_rename,
	    .help = "give a thing another name", .example = "larch rename n0042 spare1"},
	{.words = "rm", .args = "THINGS", .min_args = 1, .max_args = -1, .options = OPT_EDIT | OPT_YES | OPT_CABLES, .run = cmd_rm,
	    .help = "remove things", .more = RM_MORE, .example = "larch rm n0042 --with-cables"},
	{.words = "attr add", .args = "THINGS KEY VALUE...", .min_args = 3, .max_args = -1, .options = OPT_EDIT | OPT_KIND,
	    .verb = "attr-add", .run = cmd_attr, .help = "add an attribute", .more = ADD_MORE,
	    .example = "larch attr add n0042 'disk#auto' nvme0 nvme1"},
	{.words = "attr set", .args = "THINGS KEY VALUE", .min_args = 3, .max_args = 3, .options = OPT_EDIT | OPT_KIND,
	    .verb = "attr-set", .run = cmd_attr, .help = "set an attribute", .more = SET_MORE,
	    .example = "larch attr set 'n[1-40]' owner ana"},
	{.words = "attr del", .args = "THINGS KEY [VALUE...]", .min_args = 2, .max_args = -1, .options = OPT_EDIT | OPT_KIND,
	    .verb = "attr-del", .run = cmd_attr, .help = "remove attributes", .more = DEL_MORE,
	    .example = "larch attr del 'type:server and in:b07' owner"},
	{.words = "connect", .args = "A[:PORT] B[:PORT]", .min_args = 2, .max_args = 2, .options = OPT_EDIT | OPT_MOVE,
	    .run = cmd_connect, .help = "put a cable between two ports", .more = CONNECT_MORE,
	    .example = "larch connect n0042:psu1 pdu-b07-a:7"},
	{.words = "disconnect", .args = "A[:PORT] [B]", .min_args = 1, .max_args = 2, .options = OPT_EDIT, .run = cmd_disconnect,
	    .help = "pull cables", .more = DISCONNECT_MORE, .example = "larch disconnect n0042:psu1"},
	{.words = "put", .args = "THINGS in PLACE", .min_args = 2, .max_args = 3, .options = OPT_EDIT | OPT_PLACE, .run = cmd_put,
	    .help = "place things in a rack, a room ...", .more = PUT_MORE, .example = "larch put n0042 in b07 --unit 13 --face both"},
	{.words = "take", .args = "THINGS", .min_args = 1, .max_args = -1, .options = OPT_EDIT, .run = cmd_take,
	    .help = "take things out of where they are", .example = "larch take n0042"},
	{.words = "pool new", .args = "POOL [THINGS]", .min_args = 1, .max_args = 2, .options = OPT_EDIT, .verb = "new", .run = cmd_pool,
	    .help = "make a pool", .example = "larch pool new batch 'n[1-40]'"},
	{.words = "pool add", .args = "POOL THINGS", .min_args = 2, .max_args = 2, .options = OPT_EDIT, .verb = "pool-add", .run = cmd_pool,
	    .help = "put things or pools into a pool", .example = "larch pool add batch 'n[41-80]'"},
	{.words = "pool remove", .args = "POOL THINGS", .min_args = 2, .max_args = 2, .options = OPT_EDIT, .verb = "pool-remove",
	    .run = cmd_pool, .help = "take things out of a pool", .example = "larch pool remove batch n7"},
	{.words = "service add", .args = "SERVICE on THINGS to BALANCER", .min_args = 3, .max_args = 5, .options = OPT_EDIT | OPT_ADDRESS,
	    .run = cmd_service_add, .help = "say what runs a service, and behind which load balancer", .more = SERVICE_MORE,
	    .example = "larch service add web on 'n[1-4]' to lb1 --address 10.0.0.5:443"},
	{.words = "service rm", .args = "SERVICE on THINGS", .min_args = 1, .max_args = 3, .options = OPT_EDIT,
	    .run = cmd_service_rm, .help = "take a service off things; without them, remove it", .example = "larch service rm web on n4"},
};
const struct section change_section = {"Change", rows, LARCH_COUNT(rows)};
