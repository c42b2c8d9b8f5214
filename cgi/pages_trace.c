/* SPDX-License-Identifier: Apache-2.0 */
/* One thing for programs: its document, where its cables lead, where it is, its console; pools and types. */
#include <math.h>
#include <string.h>

#include "pages.h"

/* ---- the document -------------------------------------------------------------------- */

int
pages_thing_doc(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	char etag[32];
	json_t *doc;

	if (inv == NULL || inv_doc(inv, web_text(c, "name"), c->arena, &doc, e) != 0)
		return -1;
	snprintf(etag, sizeof(etag), "\"%lld\"", (long long)jsn_integer_or(doc, "revision", 0));
	if (web_unchanged(c, etag)) {
		json_decref(doc);
		return 0;
	}
	return web_json(c, 200, doc, e);
}

/* ---- where a cable leads ------------------------------------------------------------------ */

struct ways {
	struct web_call *call;
	const struct inv_way *way;
	const struct inv_location *location;
};

static const struct inv_way *
way(const void *ctx, size_t row)
{
	const struct ways *w = ctx;

	return &w->way[row];
}

static struct web_cell
way_port(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(way(ctx, row)->n == 0 ? "" : way(ctx, row)->steps[0].from_port);
}

static struct web_cell
way_text(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(way(ctx, row)->text);
}

static struct web_cell
way_end(const void *ctx, size_t row, int64_t now)
{
	const struct inv_way *w = way(ctx, row);
	const struct inv_step *last = w->n == 0 ? NULL : &w->steps[w->n - 1];

	(void)now;
	return last == NULL ? web_cell_text("") : web_cell_link(last->to,
	    pages_href(((const struct ways *)ctx)->call->arena, last->to_type, last->to));
}

static struct web_cell
way_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)way(ctx, row)->n);
}

static json_t *
step_json(const struct inv_step *s)
{
	char at[TIMES_TEXT];
	json_t *o = json_object();

	jsn_set(o, "hop", json_integer(s->hop));
	jsn_set_text(o, "from_thing", s->from);
	jsn_set_text(o, "from_type", s->from_type);
	jsn_set_text(o, "from_port", s->from_port);
	jsn_set_text(o, "to_thing", s->to);
	jsn_set_text(o, "to_type", s->to_type);
	jsn_set_text(o, "to_port", s->to_port);
	jsn_set_text(o, "since", s->since == 0 ? NULL : times_utc(s->since, at));
	jsn_set_text(o, "by", s->by);
	return o;
}

static struct web_cell
way_hops(const void *ctx, size_t row, int64_t now)
{
	json_t *list = json_array();

	(void)now;
	for (size_t i = 0; i < way(ctx, row)->n; i++)
		jsn_add(list, step_json(&way(ctx, row)->steps[i]));
	return pages_json_cell(((const struct ways *)ctx)->call->arena, list);
}

static const struct pages_column way_columns[] = {
    {{.key = "port", .title = "From port"}, way_port},
    {{.key = "text", .title = "The way"}, way_text},
    {{.key = "end", .title = "Ends at", .kind = WEB_COL_LINK}, way_end},
    {{.key = "cables", .title = "Cables", .kind = WEB_COL_NUMBER}, way_count},
    {{.key = "hops", .kind = WEB_COL_JSON, .data_only = true}, way_hops},
};

/* A page's title; other formats carry none. */
static json_t *
model_of(struct web_call *c, const char *name, const char *title)
{
	json_t *m = json_object();

	jsn_set_text(m, "name", name);
	if (c->format == WEB_HTML)
		jsn_set_text(m, "title", title);
	return m;
}

int
pages_trace(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name");
	struct inv *inv = pages_inv_at(c, e);
	struct ways w = {.call = c};
	struct inv_way *list;
	struct web_table table;
	size_t n;

	if (inv == NULL || inv_trace(inv, name, web_text(c, "port"), c->arena, &list, &n, e) != 0)
		return -1;
	w.way = list;
	table = pages_table(c, &(struct pages_table){"items", "Where its cables lead", "No cable of it is recorded.", way_columns,
	                           LARCH_COUNT(way_columns), n, &w});
	return web_show(c, NULL, model_of(c, name, arena_printf(c->arena, "The cables of %s", name)), &table, 1, e);
}

/* ---- where it is ------------------------------------------------------------------------------ */

static const struct inv_location *
location(const void *ctx, size_t row)
{
	const struct ways *w = ctx;

	return &w->location[row];
}

static struct web_cell
location_text(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(location(ctx, row)->text);
}

static struct web_cell
location_port(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(location(ctx, row)->port);
}

static struct web_cell
location_to(const void *ctx, size_t row, int64_t now)
{
	const struct inv_location *l = location(ctx, row);

	(void)now;
	return web_cell_link(l->to, pages_href(((const struct ways *)ctx)->call->arena, l->to_type, l->to));
}

static struct web_cell
location_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(location(ctx, row)->to_type);
}

static struct web_cell
location_to_port(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(location(ctx, row)->to_port);
}

static const struct pages_column location_columns[] = {
    {{.key = "text", .title = "In words"}, location_text},
    {{.key = "port", .title = "Its port"}, location_port},
    {{.key = "to", .title = "Is connected to", .kind = WEB_COL_LINK}, location_to},
    {{.key = "to_type", .title = "Is a"}, location_type},
    {{.key = "to_port", .title = "At"}, location_to_port},
};

int
pages_locate(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name");
	struct inv *inv = pages_inv_at(c, e);
	struct ways w = {.call = c};
	struct inv_location *list;
	struct web_table table;
	size_t n;

	if (inv == NULL || inv_locate(inv, name, c->arena, &list, &n, e) != 0)
		return -1;
	w.location = list;
	table = pages_table(c, &(struct pages_table){"items", "Where it is", "It is in nothing and connected to nothing.",
	                           location_columns, LARCH_COUNT(location_columns), n, &w});
	return web_show(c, NULL, model_of(c, name, arena_printf(c->arena, "Where %s is", name)), &table, 1, e);
}

/* ---- the console ------------------------------------------------------------------------------ */

int
pages_console(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name");
	struct inv *inv = pages_inv_at(c, e);
	struct inv_console con;
	struct inv_thing t;
	json_t *o;

	if (inv == NULL || inv_console(inv, name, c->arena, &con, e) != 0 || inv_get(inv, con.thing, c->arena, &t, e) != 0)
		return -1;
	o = json_object();
	jsn_set_text(o, "name", name);
	jsn_set_text(o, "kind", con.bmc ? "bmc" : "console");
	jsn_set_text(o, "server", con.thing);
	jsn_set_text(o, "type", con.type);
	jsn_set_text(o, "port", con.port);
	jsn_set_text(o, "own_port", con.own_port);
	jsn_set_text(o, "address", *con.address == '\0' ? NULL : con.address);
	jsn_set(o, "ssh_port", con.tcp == 0 ? json_null() : json_integer(con.tcp));
	jsn_set_text(o, "user", inv_attr(&t, "console_user"));
	jsn_set_text(o, "text", con.bmc ?
	    arena_printf(c->arena, "%s has no console server; its BMC is %s, and serial-over-LAN is not carried yet", name, con.thing) :
	    arena_printf(c->arena, "%s -> port %s on %s", name, con.port, con.thing));
	return web_json(c, 200, o, e);
}

/* ---- types ----------------------------------------------------------------------------------------- */

struct types {
	struct web_call *call;
	const struct inv_type_def *type;
	const struct inv_type *count;
	size_t n_count;
};

static const struct inv_type_def *
type_at(const void *ctx, size_t row)
{
	const struct types *t = ctx;

	return &t->type[row];
}

static struct web_cell
type_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(type_at(ctx, row)->name);
}

static struct web_cell
type_title(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(type_at(ctx, row)->title);
}

static struct web_cell
type_machine(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(type_at(ctx, row)->is_machine);
}

static struct web_cell
type_place(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(type_at(ctx, row)->is_place);
}

static struct web_cell
type_units(const void *ctx, size_t row, int64_t now)
{
	struct web_cell made = web_cell_number(type_at(ctx, row)->units == 0 ? NAN : (double)type_at(ctx, row)->units);

	(void)now;
	if (type_at(ctx, row)->units == 0)
		made.text = "";
	return made;
}

static struct web_cell
type_count(const void *ctx, size_t row, int64_t now)
{
	const struct types *t = ctx;

	(void)now;
	for (size_t i = 0; i < t->n_count; i++)
		if (strcmp(t->count[i].type, t->type[row].name) == 0)
			return web_cell_number((double)t->count[i].count);
	return web_cell_number(0);
}

static struct web_cell
type_ports(const void *ctx, size_t row, int64_t now)
{
	const struct inv_type_def *d = type_at(ctx, row);
	json_t *list = json_array();

	(void)now;
	for (size_t i = 0; i < d->n_ports; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "names", d->ports[i].names);
		jsn_set_text(o, "kind", d->ports[i].kind);
		jsn_set_text(o, "plug", d->ports[i].plug);
		jsn_add(list, o);
	}
	return pages_json_cell(((const struct types *)ctx)->call->arena, list);
}

static const struct pages_column type_columns[] = {
    {{.key = "name", .title = "Type"}, type_name},
    {{.key = "title", .title = "What it is"}, type_title},
    {{.key = "is_machine", .title = "Machine", .kind = WEB_COL_FLAG}, type_machine},
    {{.key = "is_place", .title = "Place", .kind = WEB_COL_FLAG}, type_place},
    {{.key = "units", .title = "Units", .kind = WEB_COL_NUMBER}, type_units},
    {{.key = "things", .title = "Things", .kind = WEB_COL_NUMBER}, type_count},
    {{.key = "ports", .kind = WEB_COL_JSON, .data_only = true}, type_ports},
};

static bool
is_listed(const struct inv_type_def *d, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].name, name) == 0)
			return true;
	return false;
}

/* The types of types.json, then those that things have and it does not name. */
int
pages_types(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	struct types t = {.call = c};
	struct inv_type_def *known, *all;
	struct inv_type *count;
	struct web_table table;
	size_t n;

	if (inv == NULL || inv_type_list(inv, c->arena, &known, &n, e) != 0 ||
	    inv_types(inv, c->arena, &count, &t.n_count, e) != 0)
		return -1;
	all = arena_array(c->arena, n + t.n_count + 1, sizeof(*all));
	if (n > 0)
		memcpy(all, known, n * sizeof(*all));
	for (size_t i = 0, k = n; i < t.n_count; i++)
		if (!is_listed(all, k, count[i].type))
			all[n++] = (struct inv_type_def){.name = count[i].type, .title = ""};
	t.type = all;
	t.count = count;
	table = pages_table(c, &(struct pages_table){"items", "Types", "There is no type.", type_columns,
	                           LARCH_COUNT(type_columns), n, &t});
	table.sort = "name";
	return web_show(c, NULL, NULL, &table, 1, e);
}
