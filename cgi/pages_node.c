/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes/NAME: everything known about one thing, with ages. */
#include <math.h>
#include <string.h>

#include "pages_node.h"

#define CHANGES_SHOWN 30
#define ACTIONS_SHOWN 20


static const struct node_page *
page(const void *ctx)
{
	return ctx;
}

/* ---- checks ---------------------------------------------------------------------------- */

static struct web_cell
check_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->values[row].check);
}

static struct web_cell
check_value(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(&page(ctx)->values[row], now, NULL);
}

static struct web_cell
check_number(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(page(ctx)->values[row].number);
}

/* The number with the unit its check has; "" for a check that measures nothing. */
static struct web_cell
check_reading(const void *ctx, size_t row, int64_t now)
{
	static const struct {
		const char *check, *unit;
	} units[] = {{"ping", "ms"}, {"pdu", "A"}};
	const struct status_value *v = &page(ctx)->values[row];
	const char *unit = "";

	(void)now;
	if (isnan(v->number))
		return web_cell_text("");
	for (size_t i = 0; i < LARCH_COUNT(units); i++)
		if (strcmp(units[i].check, v->check) == 0)
			unit = units[i].unit;
	return web_cell_text(arena_printf(page(ctx)->call->arena, "%.3g %s", v->number, unit));
}

static struct web_cell
check_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(page(ctx)->values[row].since);
}

static struct web_cell
check_age(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = &page(ctx)->values[row];

	return (struct web_cell){.at = v->at, .stale = status_stale(v->at, v->interval, now)};
}

static struct web_cell
check_detail(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->values[row].detail == NULL ? "" : page(ctx)->values[row].detail);
}

static const struct pages_column check_columns[] = {
    {{.key = "check", .title = "Check"}, check_name},
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, check_value},
    {{.key = "reading", .title = "Reading"}, check_reading},
    {{.key = "number", .title = "Number", .kind = WEB_COL_NUMBER, .data_only = true}, check_number},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, check_since},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, check_age},
    {{.key = "detail", .title = "Detail"}, check_detail},
};

/* ---- power cords ------------------------------------------------------------------------- */

static const struct inv_cord *
cord(const void *ctx, size_t row)
{
	return &page(ctx)->cords[row];
}

static const struct status_outlet *
outlet_of(const void *ctx, size_t row)
{
	const struct pages_pdu *p = pages_pdu_find(page(ctx)->room, cord(ctx, row)->pdu);

	for (size_t i = 0; p != NULL && i < p->n_outlets; i++)
		if (strcmp(p->outlets[i].outlet, cord(ctx, row)->outlet) == 0)
			return &p->outlets[i];
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
	const struct status_outlet *o = outlet_of(ctx, row);
	struct web_cell made = pages_outlet_cell(o, now);

	if (o != NULL && strcmp(o->state, "off") == 0)
		made.level = 'w'; /* a free outlet may be off; one that feeds this machine is worth knowing, as in its check */
	return made;
}

static struct web_cell
cord_device_name(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = outlet_of(ctx, row);

	(void)now;
	return web_cell_text(o == NULL ? NULL : o->device_name);
}

static struct web_cell
cord_amps(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = outlet_of(ctx, row);

	(void)now;
	return web_cell_number(o == NULL ? NAN : o->amps);
}

static struct web_cell
cord_watts(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = outlet_of(ctx, row);

	(void)now;
	return web_cell_number(o == NULL ? NAN : o->watts);
}

/* Who else loses power with this outlet. */
static struct web_cell
cord_beside(const void *ctx, size_t row, int64_t now)
{
	const struct inv_cord *mine = cord(ctx, row);
	struct arena *a = page(ctx)->call->arena;
	const struct inv_cord *all;
	const char *text = "";
	size_t n;

	(void)now;
	all = pages_cords_on(page(ctx)->room, mine->pdu, mine->outlet, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].machine, mine->machine) != 0)
			text = *text == '\0' ? all[i].machine : arena_printf(a, "%s, %s", text, all[i].machine);
	return web_cell_text(text);
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

static const struct pages_column cord_columns[] = {
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

static const struct pages_column cable_columns[] = {
    {{.key = "port", .title = "Port"}, cable_port},
    {{.key = "to", .title = "To", .kind = WEB_COL_LINK}, cable_to},
    {{.key = "to_port", .title = "Its port"}, cable_to_port},
    {{.key = "to_type", .title = "Is a"}, cable_to_type},
    {{.key = "since", .title = "Recorded", .kind = WEB_COL_TIME}, cable_since},
    {{.key = "by", .title = "By"}, cable_by},
};

/* ---- the page -------------------------------------------------------------------------------------- */

/* What a BMC says is filed under its machine: the end of its cable. */
static const char *
machine_of(const struct node_page *p)
{
	for (size_t i = 0; strcmp(p->thing.type, "bmc") == 0 && i < p->n_cables; i++)
		if (inv_is_machine(p->inv, p->cables[i].b_type) && strcmp(p->cables[i].b_type, "switch") != 0)
			return p->cables[i].b;
	return NULL;
}

/* Of a BMC: the checks of its own name (ping), then those it answers for its machine. */
static int
read_values(struct node_page *p, struct err *e)
{
	struct arena *a = p->call->arena;
	struct status_value *theirs, *all;
	size_t n;

	if (status_values(p->status, p->thing.name, a, &p->values, &p->n_values, e) != 0)
		return -1;
	if (p->machine == NULL)
		return 0;
	if (status_values(p->status, p->machine, a, &theirs, &n, e) != 0)
		return -1;
	all = arena_array(a, p->n_values + n + 1, sizeof(*all));
	if (p->n_values > 0)
		memcpy(all, p->values, p->n_values * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (strcmp(theirs[i].check, "bmc") == 0 || strcmp(theirs[i].check, "chassis") == 0)
			all[p->n_values++] = theirs[i];
	p->values = all;
	return 0;
}

static int
read_all(struct node_page *p, struct err *e)
{
	struct arena *a = p->call->arena;
	const char *name = p->thing.name;
	struct err none;

	p->has_bmc = inv_bmc(p->inv, name, a, &p->bmc, &none) == 0;
	if (!p->has_bmc && none.kind != ERR_NOT_FOUND)
		return err_set(e, none.kind, "%s", none.text);
	if (inv_cords(p->inv, name, a, &p->cords, &p->n_cords, e) != 0 ||
	    inv_connections(p->inv, name, a, &p->cables, &p->n_cables, e) != 0)
		return -1;
	p->machine = machine_of(p);
	if (p->status == NULL)
		return 0;
	if (read_values(p, e) != 0 ||
	    status_changes(p->status, &(struct status_changes_ask){.thing = name, .limit = CHANGES_SHOWN}, a, &p->changes, &p->n_changes, e) != 0 ||
	    status_actions(p->status, name, ACTIONS_SHOWN, a, &p->actions, &p->n_actions, e) != 0)
		return -1;
	return 0;
}

/* What the policy would let this person ask for: links to `power`, which judges again. */
static json_t *
verbs(struct node_page *p)
{
	static const struct {
		enum auth_verb verb;
		const char *label;
	} rows[] = {{AUTH_CYCLE, "Cycle\u2026"}, {AUTH_ON, "Switch on\u2026"}, {AUTH_OFF, "Switch off\u2026"},
	    {AUTH_REBUILD, "Rebuild\u2026"}};
	struct auth_ask ask = {.who = p->call->person, .match = pages_match, .match_ctx = p->inv, .arena = p->call->arena};
	struct buf href = BUF(LIMIT_URL);
	json_t *list = json_array();
	uint32_t bits = 0;
	struct err e;

	if (!inv_is_machine(p->inv, p->thing.type) || auth_verbs_on(p->call->policy, &ask, p->thing.name, &bits, &e) != 0)
		bits = 0;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		json_t *o;

		if ((bits & (1u << rows[i].verb)) == 0)
			continue;
		buf_clear(&href);
		buf_printf(&href, "/power?verb=%s&nodes=", auth_verb_name(rows[i].verb));
		buf_url(&href, str_of(p->thing.name));
		o = json_object();
		jsn_set_text(o, "label", rows[i].label);
		jsn_set_str(o, "href", buf_view(&href));
		jsn_add(list, o);
	}
	buf_free(&href);
	return list;
}

static json_t *
model_of(struct node_page *p)
{
	json_t *m = json_object();
	char text[TIMES_TEXT];

	jsn_set_text(m, "name", p->thing.name);
	jsn_set_text(m, "type", p->thing.type);
	jsn_set(m, "revision", json_integer(p->thing.revision));
	jsn_set_text(m, "changed_by", p->thing.changed_by);
	jsn_set_text(m, "changed_at",
	    p->call->format == WEB_HTML ? times_room(p->thing.changed, text) : times_utc(p->thing.changed, text));
	jsn_set(m, "attributes", pages_attributes(&p->thing));
	jsn_set_text(m, "bmc", p->has_bmc ? p->bmc.name : NULL);
	jsn_set_text(m, "bmc_of", p->machine);
	if (p->call->format != WEB_HTML)
		return m;
	jsn_set_text(m, "title", p->thing.name);
	jsn_set_text(m, "thing_href", web_link(p->call->arena, "/things/%s", p->thing.name));
	jsn_set(m, "places", pages_places_model(p->call, p->inv, p->thing.name));
	jsn_set(m, "verbs", verbs(p));
	jsn_set(m, "vlan_ports", pages_vlan_ports(p->call, p->inv, p->thing.name, p->cables, p->n_cables));
	jsn_set(m, "has_vlan_ports", json_boolean(json_array_size(json_object_get(m, "vlan_ports")) > 0));
	jsn_set(m, "is_node", json_boolean(inv_is_machine(p->inv, p->thing.type)));
	jsn_set(m, "wiring_unknown", json_boolean(inv_is_machine(p->inv, p->thing.type) && p->n_cords == 0));
	if (p->machine != NULL)
		jsn_set_text(m, "bmc_of_href", pages_href(p->call->arena, "server", p->machine));
	if (p->has_bmc) {
		jsn_set_text(m, "bmc_href", pages_href(p->call->arena, p->bmc.type, p->bmc.name));
		jsn_set_text(m, "bmc_address", inv_attr(&p->bmc, "address"));
	}
	return m;
}

static int
show(struct node_page *p, struct err *e)
{
	struct web_call *c = p->call;
	const struct pages_table rows[] = {
	    {"checks", "Checks", "Nothing has been seen of it yet.", check_columns, LARCH_COUNT(check_columns), p->n_values, p},
	    {"cords", "Power cords", "No cord of it is recorded.", cord_columns, LARCH_COUNT(cord_columns), p->n_cords, p},
	    {"cables", "All cables", "No cable is recorded.", cable_columns, LARCH_COUNT(cable_columns), p->n_cables, p},
	    {"actions", "Power log", "Nobody has switched it.", pages_node_actions, pages_node_actions_n, p->n_actions, p},
	    {"changes", "What changed", "No change has been seen.", pages_node_changes, pages_node_changes_n, p->n_changes,
	        p},
	};
	struct web_table tables[LARCH_COUNT(rows)];
	char etag[32];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		tables[i] = pages_table(c, &rows[i]);
		tables[i].given = true;
		tables[i].total = rows[i].n;
	}
	snprintf(etag, sizeof(etag), "\"%lld\"", (long long)p->thing.revision);
	if (c->format != WEB_HTML && web_header(c, "ETag", arena_strdup(c->arena, etag), e) != 0)
		return -1;
	return web_show(c, NULL, model_of(p), tables, LARCH_COUNT(tables), e);
}

int
pages_node(struct web_call *c, struct err *e)
{
	struct node_page p = {.call = c, .status = pages_status(c)};
	int rc = -1;

	p.room = pages_room_get(c, e);
	if (p.room == NULL)
		return -1;
	p.inv = pages_inv(c, e);
	if (p.inv == NULL || inv_get(p.inv, web_text(c, "name"), c->arena, &p.thing, e) != 0)
		goto out;
	if (c->format == WEB_HTML && strcmp(p.thing.type, "pdu") == 0)
		rc = web_redirect(c, pages_href(c->arena, "pdu", p.thing.name), e);
	else if (read_all(&p, e) == 0)
		rc = show(&p, e);
out:
	pages_room_put(c, p.room);
	return rc;
}
