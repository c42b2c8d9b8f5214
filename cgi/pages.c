/* SPDX-License-Identifier: Apache-2.0 */
/* pages: shows the room. It writes the inventory and reads the rest; it holds no secret. */
#include "pages.h"

static const struct web_field name_field[] = {
    {"name", WEB_NAME, .required = true, .summary = "the thing's name"},
    {.name = NULL},
};

static const struct web_field things_fields[] = {
    {"type", WEB_TEXT, .max = 64, .summary = "only things of this type"},
    {.name = NULL},
};

static const struct web_field import_fields[] = {
    {"dry_run", WEB_FLAG, .summary = "say what would change, and change nothing"},
    {"reason", WEB_TEXT, .summary = "why, for the history"},
    {.name = NULL},
};

static const struct web_route routes[] = {
    {.method = "GET", .path = "/", .handler = pages_front, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_ANY_FORMAT,
        .template = "pages/front"},
    {.method = "GET", .path = "/index", .handler = pages_front, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_ANY_FORMAT,
        .template = "pages/front"},
    {.method = "GET", .path = "/nodes", .handler = pages_nodes, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "pages/nodes"},
    {.method = "GET", .path = "/nodes/{name}", .handler = pages_node, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .formats = WEB_ANY_FORMAT, .template = "pages/node"},
    {.method = "GET", .path = "/pdus", .handler = pages_pdus, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "pages/pdus"},
    {.method = "GET", .path = "/pdus/{name}", .handler = pages_pdu, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "pages/pdu"},
    {.method = "GET", .path = "/help", .handler = pages_help, .guard = WEB_OPEN, .template = "pages/help"},
    {.method = "GET", .path = "/healthz", .handler = pages_healthz, .guard = WEB_OPEN, .formats = WEB_TXT},
    {.method = "GET", .path = "/metrics", .handler = pages_metrics, .guard = WEB_LOGIN, .verb = "see", .formats = WEB_TXT},
    {.method = "GET", .path = "/api/v1/nodes", .handler = pages_nodes, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .operation_id = "listNodes", .summary = "All machines with what is known of them, and when it was seen."},
    {.method = "GET", .path = "/api/v1/nodes/{name}", .handler = pages_node, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .operation_id = "getNode", .summary = "Everything known of one machine."},
    {.method = "GET", .path = "/api/v1/pdus", .handler = pages_pdus, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .operation_id = "listPdus", .summary = "All PDUs, how many outlets are on, and their load."},
    {.method = "GET", .path = "/api/v1/pdus/{name}", .handler = pages_pdu, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .lists = true, .operation_id = "getPdu", .summary = "One PDU, outlet by outlet."},
    {.method = "GET", .path = "/api/v1/things", .handler = pages_things, .guard = WEB_LOGIN, .verb = "see", .fields = things_fields,
        .lists = true, .operation_id = "listThings", .summary = "All things of the inventory."},
    {.method = "GET", .path = "/api/v1/things/{name}", .handler = pages_node, .guard = WEB_LOGIN, .verb = "see", .fields = name_field,
        .operation_id = "getThing", .summary = "One thing: attributes, cables, what was seen of it."},
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
