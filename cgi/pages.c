/* SPDX-License-Identifier: Apache-2.0 */
/* pages: shows the room. It writes the inventory and reads the rest; it holds no secret. */
#include "pages.h"

#define NAME {"name", WEB_NAME, .required = true, .summary = "the thing's name"}
#define END {.name = NULL}

static const struct web_field name_field[] = {NAME, END};
static const struct web_field name_at[] = {NAME, PAGES_AT, END};
/* A node that Slurm named may be called anything. */
#define NODE_NAME {"name", WEB_TEXT, .max = LIMIT_NAME, .required = true, .summary = "the node's name"}
#define SPAN {"span", WEB_ENUM, .choices = pages_spans, .summary = "how far back its picture goes; 24h"}
static const struct web_field node_fields[] = {
    NODE_NAME,
    {"since", WEB_TIME, .summary = "only changes at this time or later"},
    {"limit", WEB_INT, .min = 1, .max = LIMIT_CHANGES_SHOWN, .summary = "how many changes, newest first; 30"},
    SPAN,
    END,
};
static const struct web_field picture_fields[] = {NODE_NAME, SPAN, END};
static const struct web_field only_at[] = {PAGES_AT, END};
static const struct web_field trace_fields[] = {
    NAME,
    {"port", WEB_TEXT, .max = LIMIT_NAME, .summary = "from this port; each that has a cable when it is not said"},
    PAGES_AT,
    END,
};
static const struct web_field nodes_fields[] = {
    {"choose", WEB_FLAG, .summary = "the page has the form that chooses columns and groups"},
    {"show", WEB_ENUM, .choices = (const char *const[]){"sick", "all", NULL},
        .summary = "only those that are not well, or all; a page without q shows the sick, all else shows all"},
    {"group", WEB_NAME, .summary = "rows that have the same in this column stand together: level, rack, owner, type or a check's column"},
    END,
};
static const struct web_field things_fields[] = {
    {"type", WEB_TEXT, .max = 64, .summary = "only things of this type"},
    PAGES_AT,
    END,
};
static const struct web_field find_fields[] = {
    {"q", WEB_TEXT, .max = LIMIT_FIELD, .required = true, .summary = "a query, larch-query(7)"},
    {"spread", WEB_TEXT, .max = 64, .summary = "at most one in each container of this type: rack"},
    {"limit", WEB_INT, .min = 1, .max = LIMIT_HOSTS, .summary = "as many as this; with spread it is refused when there are fewer"},
    {"fields", WEB_TEXT, .max = 2048, .summary = "further columns, with commas between: attr:KEY, or attributes for all of them"},
    {"select", WEB_FLAG, .summary = "these things are to be changed: a name, rack, pool or type that is unknown is refused, and so is nothing"},
    PAGES_AT,
    END,
};
static const struct web_field tree_fields[] = {
    {"thing", WEB_NAME, .summary = "what is in this one; all that is in something when it is not said"},
    {"depth", WEB_INT, .min = 1, .max = INV_DEPTH, .summary = "how many levels"},
    PAGES_AT,
    END,
};
static const struct web_field lost_fields[] = {
    {"thing", WEB_NAME, .summary = "what goes: a PDU, a feed, anything"},
    {"port", WEB_TEXT, .max = LIMIT_NAME, .summary = "only this outlet of it"},
    {"feed", WEB_TEXT, .max = LIMIT_NAME, .summary = "what goes: a feed, such as A"},
    {"in", WEB_NAME, .summary = "of this place; of the whole room when it is not said"},
    PAGES_AT,
    END,
};
static const struct web_field since_fields[] = {
    {"t", WEB_TIME, .summary = "from this time on: 22:00, -8h, 2026-11-20T21:00:00Z; eight hours ago when it is not said"},
    {"until", WEB_TIME, .summary = "up to this time; now when it is not said"},
    {"q", WEB_TEXT, .max = LIMIT_FIELD, .summary = "only of these things: a query, larch-query(7)"},
    END,
};
#define HISTORY \
	{"since", WEB_TIME, .summary = "edits at this time or later"}, \
	    {"who", WEB_TEXT, .max = LIMIT_NAME, .summary = "edits of this person"}, \
	    {"before", WEB_INT, .min = 1, .max = INT64_MAX, .summary = "edits older than this one: the next page"}, \
	    {"limit", WEB_INT, .min = 1, .max = 1000, .summary = "edits of one answer"}, PAGES_AT, END
static const struct web_field history_fields[] = {HISTORY};
static const struct web_field thing_history_fields[] = {NAME, HISTORY};

static json_t *
expect_schema(void)
{
	return json_pack("{s:s,s:{s:[ss],s:i}}", "type", "object", "additionalProperties", "type", "integer", "boolean", "minimum", 0);
}

static const struct web_field edit_fields[] = {
    {"ops", WEB_JSON, .required = true, .summary = "a list of operations, in order: all of them are done, or none",
        .schema = inv_ops_schema},
    {"expect", WEB_JSON, .summary = "the revision of each thing that is named, as it was seen: {\"n0001\": 5}; {\"*\": true} for "
        "whatever they are now. If-Match does for one thing",
        .schema = expect_schema},
    {"why", WEB_TEXT, .summary = "why, for the history"},
    {"dry_run", WEB_FLAG, .summary = "say what would change, and change nothing"},
    END,
};

static const struct web_field edit_page_fields[] = {
    NAME,
    {"done", WEB_INT, .min = 0, .max = INT64_MAX - 1, .summary = "the change that was just made"},
    END,
};

static const struct web_field form_fields[] = {
    {"name", WEB_NAME, .required = true, .summary = "the thing's name"},
    {"op", WEB_ENUM, .required = true, .choices = pages_ops, .summary = "what to do"},
    {"revision", WEB_INT, .required = true, .summary = "the revision that was looked at"},
    {"why", WEB_TEXT, .summary = "why, for the history"},
    {"key", WEB_TEXT, .max = 64, .summary = "of an attribute"},
    {"subkey", WEB_TEXT, .max = 128, .summary = "of an attribute"},
    {"number", WEB_TEXT, .max = 10, .summary = "of an attribute; auto: the next one"},
    {"kind", WEB_TEXT, .max = 64, .summary = "of an attribute or a port"},
    {"value", WEB_TEXT, .max = 4096, .summary = "of an attribute"},
    {"old", WEB_TEXT, .max = 4096, .summary = "the value an attribute has"},
    {"port", WEB_TEXT, .max = LIMIT_NAME, .summary = "its port"},
    {"plug", WEB_TEXT, .max = 64, .summary = "of a port"},
    {"other", WEB_TEXT, .max = LIMIT_NAME, .summary = "the thing at the other end"},
    {"other_port", WEB_TEXT, .max = LIMIT_NAME, .summary = "the port there"},
    {"move", WEB_FLAG, .summary = "pull the cables that are in the way"},
    {"container", WEB_TEXT, .max = LIMIT_NAME, .summary = "where to put it"},
    {"unit", WEB_TEXT, .max = 10, .summary = "the lowest one it takes"},
    {"height", WEB_TEXT, .max = 10, .summary = "units"},
    {"face", WEB_TEXT, .max = 8, .summary = "front, rear or both"},
    {"side", WEB_TEXT, .max = 8, .summary = "left or right: beside the rack"},
    {"pool", WEB_TEXT, .max = LIMIT_NAME, .summary = "a pool"},
    {"to", WEB_TEXT, .max = LIMIT_NAME, .summary = "the new name"},
    {"type", WEB_TEXT, .max = 64, .summary = "the new type"},
    {"with_cables", WEB_FLAG, .summary = "its cables too"},
    {.name = NULL},
};

static const struct web_field room_fields[] = {
    {"room", WEB_TEXT, .max = LIMIT_UPLOAD, .summary = "a room.json"},
    {"file", WEB_TEXT, .max = LIMIT_UPLOAD, .summary = "or the file"},
    {"prune", WEB_FLAG, .summary = "also remove what the file does not name"},
    {"reason", WEB_TEXT, .summary = "why, for the history"},
    {"go", WEB_ENUM, .choices = (const char *const[]){"preview", "import", NULL}, .required = true, .summary = "what to do"},
    {"seen", WEB_INT, .summary = "the edit at which the preview was looked at"},
    END,
};

static const struct web_field new_fields[] = {
    {"name", WEB_TEXT, .max = LIMIT_NAME, .summary = "the new thing's name"},
    {"type", WEB_TEXT, .max = 64, .summary = "its type"},
    {"why", WEB_TEXT, .summary = "why, for the history"},
    {.name = NULL},
};

static const struct web_field import_fields[] = {
    {"dry_run", WEB_FLAG, .summary = "say what would change, and change nothing"},
    {"prune", WEB_FLAG, .summary = "remove what the file does not name: afterwards the room is what the file says"},
    {"merge", WEB_FLAG, .summary = "the file knows only a part: keep what it does not say of a thing, and pull no cable"},
    {"move", WEB_FLAG, .summary = "with merge: pull the cables that are in the way"},
    {"reason", WEB_TEXT, .summary = "why, for the history"},
    {.name = NULL},
};

static const struct web_field metrics_fields[] = {{"nodes", WEB_FLAG, .summary = "a line a node, and one a node and check, too"}, END};
static const struct web_field adopt_fields[] = {NAME, {"why", WEB_TEXT, .summary = "why, for the history"}, END};

/* ---- /api/v1/status, and the addresses that show a part of it ---- */
#define STATUS_HOW \
	{"checks", WEB_TEXT, .max = 2048, .summary = "checks or their columns, with commas between; all"}, \
	    {"fields", WEB_TEXT, .max = 2048, .summary = "members of what is answered, with commas between"}, \
	    {"q", WEB_TEXT, .max = LIMIT_FIELD, .summary = "only nodes that a query holds, larch-query(7)"}, \
	    {"orient", WEB_ENUM, .choices = pages_orients, .summary = "rows under the keys of the bot before Larch"}, \
	    {"keys", WEB_ENUM, .choices = pages_key_sets, .summary = "other keys: botd, host (as its command had them), sinfo, own"}
#define STATUS_WHICH \
	{"groups", WEB_TEXT, .max = LIMIT_FIELD, .selects = true, .summary = "nodes of these groups, with commas between; all is every node"}, \
	    {"group", WEB_TEXT, .max = LIMIT_FIELD, .selects = true, .summary = "the same"}, \
	    {"g", WEB_TEXT, .max = LIMIT_FIELD, .selects = true, .summary = "the same"}, \
	    {"nodes", WEB_TEXT, .max = LIMIT_FIELD, .selects = true, .summary = "only these, a host list"}
static const struct web_field status_fields[] = {STATUS_WHICH, STATUS_HOW, END};
static const struct web_field node_status_fields[] = {NAME, STATUS_HOW, END};
static const struct web_field mount_fields[] = {
    {"mount", WEB_NAME, .required = true, .summary = "the mount's name in the configuration: tmp"}, STATUS_WHICH, STATUS_HOW, END};
static const struct web_field hostinfo_fields[] = {
    {"h", WEB_TEXT, .max = LIMIT_FIELD, .required = true, .summary = "nodes, a host list"}, STATUS_HOW, END};
#define STATUS(at, takes, id, what) \
	{.method = "GET", .path = "/api/v1/" at, .handler = pages_status_show, .guard = WEB_LOGIN, .verb = "see", .fields = takes, \
	    .formats = WEB_JSON_FORMAT | WEB_CSV | WEB_TXT, .operation_id = id, .summary = what}

static const struct web_route routes[] = {
    {.method = "GET", .path = "/", .handler = pages_front, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_ANY_FORMAT,
        .template = "pages/front"},
    {.method = "GET", .path = "/index", .handler = pages_front, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_ANY_FORMAT,
        .template = "pages/front"},
    {.method = "GET", .path = "/nodes", .handler = pages_nodes, .guard = WEB_LOGIN, .verb = "see", .fields = nodes_fields,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/nodes"},
    {.method = "GET", .path = "/nodes/{name}", .handler = pages_node, .guard = WEB_LOGIN, .verb = "see", .fields = node_fields,
        .formats = WEB_ANY_FORMAT, .template = "pages/node"},
    {.method = "GET", .path = "/nodes/{name}/history.svg", .handler = pages_node_picture, .guard = WEB_LOGIN, .verb = "see",
        .fields = picture_fields},
    {.method = "POST", .path = "/nodes/{name}/adopt", .handler = pages_adopt, .guard = WEB_LOGIN, .verb = "edit", .change = WEB_CSRF,
        .fields = adopt_fields},
    {.method = "GET", .path = "/groups", .handler = pages_groups, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "pages/groups"},
    {.method = "GET", .path = "/groups/{name}", .handler = pages_group, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .formats = WEB_ANY_FORMAT, .template = "pages/group"},
    {.method = "GET", .path = "/pdus", .handler = pages_pdus, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "pages/pdus"},
    {.method = "GET", .path = "/pdus/{name}", .handler = pages_pdu, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/pdu"},
    {.method = "GET", .path = "/things", .handler = pages_things, .guard = WEB_LOGIN, .verb = "see", .fields = things_fields,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/things"},
    {.method = "GET", .path = "/things/new", .handler = pages_new_form, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire",
        .fields = new_fields, .template = "pages/edit"},
    {.method = "POST", .path = "/things/new", .handler = pages_new_post, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire", .change = WEB_CSRF,
        .fields = new_fields, .template = "pages/edit"},
    {.method = "GET", .path = "/things/{name}", .handler = pages_thing, .guard = WEB_LOGIN, .verb = "see", .fields = name_at,
        .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "pages/thing"},
    {.method = "GET", .path = "/things/{name}/edit", .handler = pages_edit_form, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire",
        .fields = edit_page_fields, .template = "pages/edit"},
    {.method = "POST", .path = "/things/{name}/edit", .handler = pages_edit_post, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire",
        .change = WEB_CSRF, .fields = form_fields, .template = "pages/edit"},
    {.method = "GET", .path = "/things/{name}/trace", .handler = pages_trace, .guard = WEB_LOGIN, .verb = "see",
        .fields = trace_fields, .formats = WEB_ANY_FORMAT, .template = "pages/trace"},
    {.method = "GET", .path = "/things/{name}/history", .handler = pages_thing_history, .guard = WEB_LOGIN, .verb = "see",
        .fields = thing_history_fields, .formats = WEB_ANY_FORMAT, .template = "pages/history"},
    {.method = "GET", .path = "/history", .handler = pages_history, .guard = WEB_LOGIN, .verb = "see",
        .fields = history_fields, .formats = WEB_ANY_FORMAT, .template = "pages/history"},
    {.method = "GET", .path = "/tree", .handler = pages_tree, .guard = WEB_LOGIN, .verb = "see", .fields = tree_fields,
        .formats = WEB_ANY_FORMAT, .template = "pages/tree"},
    {.method = "GET", .path = "/pools", .handler = pages_pools, .guard = WEB_LOGIN, .verb = "see", .fields = only_at,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/pools"},
    {.method = "GET", .path = "/pools/{name}", .handler = pages_pool, .guard = WEB_LOGIN, .verb = "see", .fields = name_at,
        .formats = WEB_ANY_FORMAT, .template = "pages/pool"},
    {.method = "GET", .path = "/types", .handler = pages_types, .guard = WEB_LOGIN, .verb = "see", .fields = only_at,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/types"},
    {.method = "GET", .path = "/lost", .handler = pages_lost, .guard = WEB_LOGIN, .verb = "see", .fields = lost_fields,
        .formats = WEB_ANY_FORMAT, .template = "pages/lost"},
    {.method = "GET", .path = "/import", .handler = pages_import_form, .guard = WEB_LOGIN, .verb = "import", .template = "pages/import"},
    {.method = "POST", .path = "/import", .handler = pages_import_post, .guard = WEB_LOGIN, .verb = "import", .change = WEB_CSRF,
        .fields = room_fields, .body_max = LIMIT_UPLOAD, .template = "pages/import"},
    {.method = "GET", .path = "/racks", .handler = pages_racks, .guard = WEB_LOGIN, .verb = "see", .fields = only_at, .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "pages/racks"},
    {.method = "GET", .path = "/racks/{name}", .handler = pages_rack, .guard = WEB_LOGIN, .verb = "see", .fields = name_at,
        .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "pages/rack"},
    {.method = "GET", .path = "/racks/{name}/picture", .handler = pages_rack_picture, .guard = WEB_LOGIN, .verb = "see",
        .fields = name_at},
    {.method = "GET", .path = "/since", .handler = pages_since, .guard = WEB_LOGIN, .verb = "see", .fields = since_fields,
        .formats = WEB_ANY_FORMAT, .template = "pages/since"},
    {.method = "GET", .path = "/help", .handler = pages_help, .guard = WEB_OPEN, .template = "pages/help"},
    {.method = "GET", .path = "/healthz", .handler = pages_healthz, .guard = WEB_OPEN, .formats = WEB_TXT},
    {.method = "GET", .path = "/metrics", .handler = pages_metrics, .guard = WEB_LOGIN, .verb = "see", .fields = metrics_fields,
        .formats = WEB_TXT},
    {.method = "GET", .path = "/api/v1/nodes", .handler = pages_nodes, .guard = WEB_LOGIN, .verb = "see", .fields = nodes_fields,
        .lists = true, .operation_id = "listNodes", .summary = "All machines with what is known of them, and when it was seen."},
    {.method = "GET", .path = "/api/v1/nodes/{name}", .handler = pages_node, .guard = WEB_LOGIN, .verb = "see", .fields = node_fields,
        .formats = WEB_JSON_FORMAT | WEB_TXT, .operation_id = "getNode", .summary = "Everything known of one machine."},
    STATUS("status", status_fields, "getStatus", "What is known of the nodes, check by check, with its age."),
    STATUS("status/{name}", node_status_fields, "getNodeStatus", "All that is known of one node. One whose name is a word of an "
        "address below this one is asked for by nodes= of getStatus."),
    STATUS("sinfo", status_fields, "getSinfo", "The nodes that sinfo -R lists: state, since when, who, and the reason in full."),
    STATUS("hostinfo", hostinfo_fields, "getHostinfo", "What Slurm says of some nodes."),
    STATUS("status-ping", status_fields, "statusPing", "Whether the nodes answer ping."),
    STATUS("status-ssh", status_fields, "statusSsh", "Whether their ssh answers."),
    STATUS("status-uptime", status_fields, "statusUptime", "Since when they are up."),
    STATUS("status-ipmi-reachable", status_fields, "statusIpmiReachable", "Whether their BMC answers."),
    STATUS("status-ipmi-state", status_fields, "statusIpmiState", "What their BMC says of their power."),
    STATUS("df", status_fields, "statusDf", "How full their disks are."),
    STATUS("df/{mount}", mount_fields, "statusDfMount", "How full one mount is."),
    STATUS("status/ping", status_fields, "statusPingToo", "As statusPing."),
    STATUS("status/ssh", status_fields, "statusSshToo", "As statusSsh."),
    STATUS("status/cmd/uptime", status_fields, "statusUptimeToo", "As statusUptime."),
    STATUS("status/cmd/load", status_fields, "statusLoad", "Their load."),
    STATUS("status/cmd/users", status_fields, "statusUsers", "Who has processes on them."),
    STATUS("status/cmd/df", status_fields, "statusDfToo", "As statusDf."),
    STATUS("status/cmd/df/{mount}", mount_fields, "statusDfMountToo", "As statusDfMount."),
    {.method = "GET", .path = "/api/v1/group-list", .handler = pages_group_list, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_JSON_FORMAT | WEB_CSV | WEB_TXT, .operation_id = "listGroups", .summary = "Groups of nodes, and who is in them."},
    {.method = "GET", .path = "/api/v1/checks", .handler = pages_checks, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_JSON_FORMAT | WEB_CSV | WEB_TXT, .operation_id = "listChecks",
        .summary = "What can be checked: the columns of each check, their units, intervals and levels."},
    {.method = "GET", .path = "/api/v1/pdus", .handler = pages_pdus, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .operation_id = "listPdus", .summary = "All PDUs, how many outlets are on, and their load."},
    {.method = "GET", .path = "/api/v1/pdus/{name}", .handler = pages_pdu, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .lists = true, .formats = WEB_JSON_FORMAT | WEB_TXT, .operation_id = "getPdu",
        .summary = "One PDU: outlet by outlet, what goes in, temperature and humidity."},
    {.method = "GET", .path = "/api/v1/racks", .handler = pages_racks, .guard = WEB_LOGIN, .verb = "see", .fields = only_at, .lists = true,
        .operation_id = "listRacks", .summary = "All racks, and how full they are."},
    {.method = "GET", .path = "/api/v1/racks/{name}", .handler = pages_rack, .guard = WEB_LOGIN, .verb = "see", .fields = name_at,
        .operation_id = "getRack", .summary = "One rack as it stands there: what is in which unit, beside it, and in it without a unit."},
    {.method = "GET", .path = "/api/v1/things", .handler = pages_things, .guard = WEB_LOGIN, .verb = "see", .fields = things_fields,
        .lists = true, .operation_id = "listThings", .summary = "All things of the inventory."},
    {.method = "GET", .path = "/api/v1/things/{name}", .handler = pages_thing_doc, .guard = WEB_LOGIN, .verb = "see",
        .fields = name_at, .operation_id = "getThing", .summary = "Everything the inventory says of one thing; its ETag is its revision."},
    {.method = "GET", .path = "/api/v1/things/{name}/history", .handler = pages_thing_history, .guard = WEB_LOGIN, .verb = "see",
        .fields = thing_history_fields, .operation_id = "thingHistory",
        .summary = "Who changed it, when, why, before and after; under each name it ever had."},
    {.method = "GET", .path = "/api/v1/things/{name}/trace", .handler = pages_trace, .guard = WEB_LOGIN, .verb = "see",
        .fields = trace_fields, .operation_id = "traceThing", .summary = "Where its cables lead, to the end."},
    {.method = "GET", .path = "/api/v1/things/{name}/locate", .handler = pages_locate, .guard = WEB_LOGIN, .verb = "see",
        .fields = name_at, .operation_id = "locateThing", .summary = "What it is connected to and where it stands, a sentence each."},
    {.method = "GET", .path = "/api/v1/things/{name}/console", .handler = pages_console, .guard = WEB_LOGIN, .verb = "see",
        .fields = name_at, .operation_id = "getConsole", .summary = "The console server and its port that a machine is connected to, or its BMC."},
    {.method = "GET", .path = "/api/v1/find", .handler = pages_find, .guard = WEB_LOGIN, .verb = "see", .fields = find_fields,
        .operation_id = "findThings", .summary = "The things that match a query, and their names folded to a host list."},
    {.method = "GET", .path = "/api/v1/names", .handler = pages_names, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_TXT,
        .operation_id = "listNames", .summary = "Name, tab, type: a line a thing, for completion. The ETag changes with every edit."},
    {.method = "GET", .path = "/api/v1/tree", .handler = pages_tree, .guard = WEB_LOGIN, .verb = "see", .fields = tree_fields,
        .operation_id = "getTree", .summary = "What is in what: each thing is followed by what is in it."},
    {.method = "GET", .path = "/api/v1/pools", .handler = pages_pools, .guard = WEB_LOGIN, .verb = "see", .fields = only_at,
        .lists = true, .operation_id = "listPools", .summary = "All pools and who is in them."},
    {.method = "GET", .path = "/api/v1/pools/{name}", .handler = pages_pool, .guard = WEB_LOGIN, .verb = "see", .fields = name_at,
        .operation_id = "getPool", .summary = "One pool: its members, and the pools it is in."},
    {.method = "GET", .path = "/api/v1/types", .handler = pages_types, .guard = WEB_LOGIN, .verb = "see", .fields = only_at,
        .lists = true, .operation_id = "listTypes", .summary = "The types of things, their ports, and how many things each has."},
    {.method = "GET", .path = "/api/v1/lost", .handler = pages_lost, .guard = WEB_LOGIN, .verb = "see", .fields = lost_fields,
        .operation_id = "whatIsLost", .summary = "Everything that loses power when a feed, a PDU or an outlet goes."},
    {.method = "GET", .path = "/api/v1/since", .handler = pages_since, .guard = WEB_LOGIN, .verb = "see", .fields = since_fields,
        .formats = WEB_JSON_FORMAT | WEB_TXT | WEB_CSV, .operation_id = "whatChangedSince", .summary = "What happened in the room since a time: died, came back, switched, edited; by rack."},
    {.method = "GET", .path = "/api/v1/history", .handler = pages_history, .guard = WEB_LOGIN, .verb = "see", .fields = history_fields,
        .operation_id = "listHistory", .summary = "The edits of the inventory, newest first, with what each changed."},
    {.method = "GET", .path = "/api/v1/export", .handler = pages_export, .guard = WEB_LOGIN, .verb = "see", .fields = only_at,
        .operation_id = "exportRoom", .summary = "The whole room as a room.json, which an import reads."},
    {.method = "POST", .path = "/api/v1/edit", .handler = pages_edit, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire",
        .change = WEB_KEY, .fields = edit_fields, .body_max = LIMIT_EDIT_BODY, .operation_id = "edit",
        .summary = "Change the inventory: a list of operations, all of them or none."},
    {.method = "POST", .path = "/api/v1/import", .handler = pages_import, .guard = WEB_LOGIN, .verb = "import",
        .change = WEB_KEY, .fields = import_fields, .raw = true, .body_max = LIMIT_ROOM_FILE,
        .operation_id = "importRoom",
        .summary = "Take over a room.json: whole, or not at all with the line or path that is wrong."},
};

static const struct web_program pages_program = {
    .name = "pages",
    .routes = routes,
    .n_routes = LARCH_COUNT(routes),
    .open = pages_open,
    .close = pages_close,
    .thread_open = pages_thread_open,
    .thread_close = pages_thread_close,
    .banners = pages_banners,
};

int
main(int argc, char **argv)
{
	return web_main(argc, argv, &pages_program);
}
