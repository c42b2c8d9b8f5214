/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a machine's page that the inventory makes: its power cords, and all its cables. */
#include <math.h>
#include <string.h>

#include "pages_node.h"

static const struct node_page *
page(const void *ctx)
{
	return ctx;
}

/* ---- power cords ------------------------------------------------------------------------- */

static const struct inv_cord *
cord(const void *ctx, size_t row)
{
	return &page(ctx)->cords[row];
}

const struct status_outlet *
pages_node_outlet(const struct node_page *p, size_t row)
{
	const struct pages_pdu *pdu = pages_pdu_find(p->room, p->cords[row].pdu);

	for (size_t i = 0; pdu != NULL && i < pdu->n_outlets; i++)
		if (strcmp(pdu->outlets[i].outlet, p->cords[row].outlet) == 0)
			return &pdu->outlets[i];
	return NULL;
}

static struct web_cell
cord_inlet(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cord(ctx, row)->inlet);
}

static struct web_cell
cord_pdu(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(cord(ctx, row)->pdu, pages_href(page(ctx)->call->arena, "pdu", cord(ctx, row)->pdu));
}

static struct web_cell
cord_outlet(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cord(ctx, row)->outlet);
}

static struct web_cell
cord_state(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = pages_node_outlet(page(ctx), row);
	struct web_cell made = pages_outlet_cell(o, now);

	if (o != NULL && strcmp(o->state, "off") == 0)
		made.level = 'w'; /* a free outlet may be off; one that feeds this machine is worth knowing, as in its check */
	return made;
}

static struct web_cell
cord_device_name(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = pages_node_outlet(page(ctx), row);

	(void)now;
	return web_cell_text(o == NULL ? NULL : o->device_name);
}

static struct web_cell
cord_amps(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = pages_node_outlet(page(ctx), row);

	(void)now;
	return web_cell_number(o == NULL ? NAN : o->amps);
}

static struct web_cell
cord_watts(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = pages_node_outlet(page(ctx), row);

	(void)now;
	return web_cell_number(o == NULL ? NAN : o->watts);
}

/* Who else loses power with this outlet. */
const char *
pages_node_beside(const struct node_page *p, size_t row)
{
	const struct inv_cord *mine = &p->cords[row], *all;
	struct arena *a = p->call->arena;
	const char *text = "";
	size_t n;

	all = pages_cords_on(p->room, mine->pdu, mine->outlet, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].machine, mine->machine) != 0)
			text = *text == '\0' ? all[i].machine : arena_printf(a, "%s, %s", text, all[i].machine);
	return text;
}

static struct web_cell
cord_beside(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(pages_node_beside(page(ctx), row));
}

static struct web_cell
cord_via(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cord(ctx, row)->via == NULL ? "" : cord(ctx, row)->via);
}

static struct web_cell
cord_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(cord(ctx, row)->since);
}

static struct web_cell
cord_by(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cord(ctx, row)->by);
}

const struct pages_column pages_node_cords[] = {
    {{.key = "inlet", .title = "Inlet"}, cord_inlet},
    {{.key = "pdu", .title = "PDU", .kind = WEB_COL_LINK}, cord_pdu},
    {{.key = "outlet", .title = "Outlet"}, cord_outlet},
    {{.key = "state", .title = "State", .kind = WEB_COL_STATE}, cord_state},
    {{.key = "device_name", .title = "Name on the device"}, cord_device_name},
    {{.key = "current_amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"}, cord_amps},
    {{.key = "power_watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W", .data_only = true}, cord_watts},
    {{.key = "via", .title = "Through"}, cord_via},
    {{.key = "also_fed", .title = "Also on it"}, cord_beside},
    {{.key = "wired_at", .title = "Wired", .kind = WEB_COL_TIME}, cord_since},
    {{.key = "wired_by", .title = "By"}, cord_by},
};
const size_t pages_node_cords_n = LARCH_COUNT(pages_node_cords);

/* ---- all cables ---------------------------------------------------------------------------- */

static const struct inv_connection *
cable(const void *ctx, size_t row)
{
	return &page(ctx)->cables[row];
}

static struct web_cell
cable_port(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cable(ctx, row)->a_port);
}

static struct web_cell
cable_to(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(cable(ctx, row)->b, pages_href(page(ctx)->call->arena, cable(ctx, row)->b_type, cable(ctx, row)->b));
}

static struct web_cell
cable_to_port(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cable(ctx, row)->b_port);
}

static struct web_cell
cable_to_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cable(ctx, row)->b_type);
}

static struct web_cell
cable_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(cable(ctx, row)->since);
}

static struct web_cell
cable_by(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(cable(ctx, row)->by);
}

const struct pages_column pages_node_cables[] = {
    {{.key = "port", .title = "Port"}, cable_port},
    {{.key = "to", .title = "To", .kind = WEB_COL_LINK}, cable_to},
    {{.key = "to_port", .title = "Its port"}, cable_to_port},
    {{.key = "to_type", .title = "Is a"}, cable_to_type},
    {{.key = "since", .title = "Recorded", .kind = WEB_COL_TIME}, cable_since},
    {{.key = "by", .title = "By"}, cable_by},
};
const size_t pages_node_cables_n = LARCH_COUNT(pages_node_cables);
