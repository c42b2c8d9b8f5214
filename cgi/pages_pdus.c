/* SPDX-License-Identifier: Apache-2.0 */
/* /pdus and /pdus/NAME: what the PDUs say, and what hangs on them. */
#include <math.h>
#include <string.h>

#include "pages.h"

/* ---- all of them ----------------------------------------------------------------------- */

static const struct pages_pdu *
at(const void *ctx, size_t row)
{
	const struct pages_room *r = ctx;

	return &r->pdus[row];
}

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(at(ctx, row)->thing->name, at(ctx, row)->href);
}

static struct web_cell
answers(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(at(ctx, row)->value, now, NULL);
}

static struct web_cell
rack(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->rack == NULL ? "" : at(ctx, row)->rack);
}

static struct web_cell
feed(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->feed == NULL ? "" : at(ctx, row)->feed);
}

static struct web_cell
family(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->family);
}

/* A count of outlets nobody has ever read is not nought. */
static struct web_cell
count(const struct pages_pdu *p, size_t n)
{
	return web_cell_number(p->n_outlets == 0 ? NAN : (double)n);
}

static struct web_cell
outlets_on(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(at(ctx, row), at(ctx, row)->on);
}

static struct web_cell
outlets_off(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(at(ctx, row), at(ctx, row)->off);
}

static struct web_cell
outlets_unknown(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(at(ctx, row), at(ctx, row)->unknown);
}

static struct web_cell
faults(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return count(at(ctx, row), at(ctx, row)->faults);
}

static struct web_cell
feeds(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = at(ctx, row)->feeds;
	struct web_cell made = web_cell_text(v == NULL ? "" : v->text);

	made.stale = v != NULL && status_stale(v->at, v->interval, now);
	return made;
}

static struct web_cell
load(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(at(ctx, row)->amps);
}

static struct web_cell
age(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = at(ctx, row)->value;

	if (v == NULL)
		return (struct web_cell){0};
	return (struct web_cell){.at = v->at, .stale = status_stale(v->at, v->interval, now)};
}

static struct web_cell
detail(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = at(ctx, row)->value;

	(void)now;
	return web_cell_text(v == NULL || v->detail == NULL ? "" : v->detail);
}

static const struct pages_column columns[] = {
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, name},
    {{.key = "answers", .title = "Answers", .kind = WEB_COL_LEVEL}, answers},
    {{.key = "rack", .title = "Rack"}, rack},
    {{.key = "feed", .title = "Feed"}, feed},
    {{.key = "family", .title = "Family"}, family},
    {{.key = "outlets_on", .title = "On", .kind = WEB_COL_NUMBER}, outlets_on},
    {{.key = "outlets_off", .title = "Off", .kind = WEB_COL_NUMBER}, outlets_off},
    {{.key = "outlets_unknown", .title = "Unknown", .kind = WEB_COL_NUMBER}, outlets_unknown},
    {{.key = "outlets_faulty", .title = "Faults", .kind = WEB_COL_NUMBER}, faults},
    {{.key = "current_amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"}, load},
    {{.key = "feeds", .title = "In, and air"}, feeds},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, age},
    {{.key = "detail", .title = "Detail"}, detail},
};

struct pdus_call {
	const struct pages_room *room;
	struct pages_filter filter;
	struct web_table table;
};

static struct web_cell
pdus_cell(void *ctx, size_t row, size_t column)
{
	struct pdus_call *p = ctx;

	return p->table.cell(p->table.ctx, row, column);
}

static int
pdus_match(void *ctx, size_t row, const char *q, struct err *e)
{
	struct pdus_call *p = ctx;
	const struct pages_pdu *d = &p->room->pdus[row];
	const char *const texts[] = {d->thing->name, d->family, d->rack, d->feed, d->value == NULL ? NULL : d->value->text,
	    d->value == NULL ? NULL : d->value->detail};

	if (pages_is_query(q))
		return pages_filter_has(&p->filter, d->thing->name, q, e);
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		if (texts[i] != NULL && strcasestr(texts[i], q) != NULL)
			return 1;
	return 0;
}

int
pages_pdus(struct web_call *c, struct err *e)
{
	struct pages_room *r = pages_room_get(c, e);
	struct pdus_call p = {.room = r, .filter = {.call = c}};
	struct web_table t;
	json_t *model = NULL;
	int rc;

	if (r == NULL)
		return -1;
	p.table = pages_table(c, &(struct pages_table){
	                             .name = "pdus",
	                             .caption = "PDUs",
	                             .empty = "No PDU to show.",
	                             .columns = columns,
	                             .n_columns = LARCH_COUNT(columns),
	                             .n = r->n_pdus,
	                             .ctx = r,
	                         });
	t = p.table;
	t.cell = pdus_cell;
	t.ctx = &p;
	t.match = pdus_match;
	t.sort = "name";
	if (c->format == WEB_HTML) {
		model = json_object();
		jsn_set_text(model, "title", "PDUs");
	}
	rc = web_show(c, NULL, model, &t, 1, e);
	pages_room_put(c, r);
	return rc;
}

/* ---- one, outlet by outlet --------------------------------------------------------------- */

struct pdu_page {
	struct web_call *call;
	const struct pages_room *room;
	const struct pages_pdu *pdu;
	const char **outlet;                  /* seen or recorded, natural order */
	const struct status_outlet **seen;    /* NULL: the device has not said */
	size_t n;
};

static const struct pdu_page *
page(const void *ctx)
{
	return ctx;
}

static struct web_cell
outlet_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->outlet[row]);
}

static struct web_cell
outlet_state(const void *ctx, size_t row, int64_t now)
{
	return pages_outlet_cell(page(ctx)->seen[row], now);
}

static struct web_cell
outlet_word(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->seen[row] == NULL ? NULL : page(ctx)->seen[row]->word);
}

static struct web_cell
outlet_fault(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = page(ctx)->seen[row];

	(void)now;
	return web_cell_text(o == NULL ? "" : o->fault);
}

static struct web_cell
outlet_switchable(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return page(ctx)->seen[row] == NULL ? (struct web_cell){0} : web_cell_flag(!page(ctx)->seen[row]->fixed);
}

static struct web_cell
outlet_device_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->seen[row] == NULL ? NULL : page(ctx)->seen[row]->device_name);
}

/* What hangs on it: a link where it is one thing. */
static struct web_cell
outlet_feeds(const void *ctx, size_t row, int64_t now)
{
	const struct pdu_page *p = page(ctx);
	struct arena *a = p->call->arena;
	const struct inv_cord *c;
	const char *text;
	size_t n;

	(void)now;
	c = pages_cords_on(p->room, p->pdu->thing->name, p->outlet[row], &n);
	if (n == 0)
		return web_cell_text("");
	text = c[0].machine;
	for (size_t i = 1; i < n; i++)
		text = arena_printf(a, "%s, %s", text, c[i].machine);
	return web_cell_link(text, pages_href(a, c[0].type, c[0].machine));
}

static struct web_cell
outlet_inlet(const void *ctx, size_t row, int64_t now)
{
	const struct inv_cord *c;
	size_t n;

	(void)now;
	c = pages_cords_on(page(ctx)->room, page(ctx)->pdu->thing->name, page(ctx)->outlet[row], &n);
	return web_cell_text(n == 1 ? c[0].inlet : "");
}

static struct web_cell
outlet_amps(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(page(ctx)->seen[row] == NULL ? NAN : page(ctx)->seen[row]->amps);
}

static struct web_cell
outlet_watts(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(page(ctx)->seen[row] == NULL ? NAN : page(ctx)->seen[row]->watts);
}

static struct web_cell
outlet_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(page(ctx)->seen[row] == NULL ? 0 : page(ctx)->seen[row]->since);
}

static struct web_cell
outlet_age(const void *ctx, size_t row, int64_t now)
{
	const struct status_outlet *o = page(ctx)->seen[row];

	if (o == NULL)
		return (struct web_cell){0};
	return (struct web_cell){.at = o->at, .stale = status_stale(o->at, o->interval, now)};
}

static const struct pages_column outlet_columns[] = {
    {{.key = "outlet", .title = "Outlet"}, outlet_name},
    {{.key = "state", .title = "State", .kind = WEB_COL_STATE}, outlet_state},
    {{.key = "device_word", .title = "Device says", .data_only = true}, outlet_word},
    {{.key = "fault", .title = "Fault"}, outlet_fault},
    {{.key = "switchable", .title = "Switchable", .kind = WEB_COL_FLAG, .data_only = true}, outlet_switchable},
    {{.key = "feeds", .title = "What hangs on it", .kind = WEB_COL_LINK}, outlet_feeds},
    {{.key = "inlet", .title = "Inlet"}, outlet_inlet},
    {{.key = "device_name", .title = "Name on the device"}, outlet_device_name},
    {{.key = "current_amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"}, outlet_amps},
    {{.key = "power_watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W", .data_only = true}, outlet_watts},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, outlet_since},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, outlet_age},
};

/* Outlets the device has shown, and those the inventory says something hangs on. */
static void
collect(struct pdu_page *p)
{
	struct arena *a = p->call->arena;
	struct hosts names = {.name = arena_array(a, p->pdu->n_outlets + p->room->n_cords + 1, sizeof(char *))};

	for (size_t i = 0; i < p->pdu->n_outlets; i++)
		names.name[names.n++] = arena_strdup(a, p->pdu->outlets[i].outlet);
	for (size_t i = 0; i < p->room->n_cords; i++)
		if (strcmp(p->room->by_outlet[i].pdu, p->pdu->thing->name) == 0)
			names.name[names.n++] = arena_strdup(a, p->room->by_outlet[i].outlet);
	hosts_sort(&names);
	p->n = names.n;
	p->outlet = arena_array(a, names.n + 1, sizeof(char *));
	p->seen = arena_array(a, names.n + 1, sizeof(void *));
	for (size_t i = 0, k = 0; i < names.n; i++) {
		p->outlet[i] = names.name[i];
		if (k < p->pdu->n_outlets && strcmp(p->pdu->outlets[k].outlet, names.name[i]) == 0)
			p->seen[i] = &p->pdu->outlets[k++];
	}
}

/* It has answered, and there is no outlet that anything could switch. */
static bool
only_meters(const struct pages_pdu *d)
{
	return d->n_outlets > 0 ? d->fixed == d->n_outlets : d->value != NULL && d->value->level < STATUS_CRITICAL;
}

/* Faults are rare: without one their column is none of the page's. */
static const struct pages_column *
columns_of(const struct pdu_page *p)
{
	struct pages_column *c = arena_array(p->call->arena, LARCH_COUNT(outlet_columns), sizeof(*c));

	memcpy(c, outlet_columns, sizeof(outlet_columns));
	for (size_t i = 0; i < LARCH_COUNT(outlet_columns); i++)
		if (strcmp(c[i].column.key, "fault") == 0)
			c[i].column.data_only = p->pdu->faults == 0;
	return c;
}

static json_t *
model_of(const struct pdu_page *p)
{
	const struct pages_pdu *d = p->pdu;
	const struct status_value *v = d->value;
	json_t *m = json_object();
	char text[TIMES_TEXT];
	struct inv *inv;
	struct err lost;

	jsn_set_text(m, "name", d->thing->name);
	jsn_set_text(m, "family", d->family);
	jsn_set_text(m, "address", inv_attr(d->thing, "address"));
	jsn_set_text(m, "rack", d->rack);
	jsn_set_text(m, "feed", d->feed);
	jsn_set_text(m, "answers", v == NULL ? NULL : v->text);
	jsn_set_text(m, "detail", v == NULL ? NULL : v->detail);
	jsn_set(m, "switches", v == NULL || (d->n_outlets == 0 && v->level >= STATUS_CRITICAL) ? json_null() : json_boolean(!only_meters(d)));
	jsn_set(m, "current_amperes", isnan(d->amps) ? json_null() : json_real(round(d->amps * 100) / 100));
	if (p->call->format != WEB_HTML) {
		jsn_set_text(m, "seen_at", v == NULL ? NULL : times_utc(v->at, text));
		return m;
	}
	jsn_set_text(m, "title", d->thing->name);
	inv = pages_inv(p->call, &lost);
	if (inv != NULL)
		pages_tags_on(p->call, inv, d->thing->name, m);
	jsn_set_text(m, "seen_age", v == NULL ? NULL : times_age(p->call->now - v->at, text));
	jsn_set_text(m, "level",
	    v == NULL || status_stale(v->at, v->interval, p->call->now) ? "unknown" : status_level_name(v->level));
	jsn_set(m, "only_meters", json_boolean(only_meters(d)));
	jsn_set_text(m, "load", isnan(d->amps) ? NULL : arena_printf(p->call->arena, "%.1f A", d->amps));
	jsn_set_text(m, "outlets_text",
	    d->n_outlets == 0 ? "unknown"
	                      : arena_printf(p->call->arena, "%zu on, %zu off, %zu unknown", d->on, d->off, d->unknown));
	return m;
}

static const struct web_action outlet_actions[] = {
    {.label = "Cycle outlet\u2026", .name = "verb", .value = "outlet-cycle"},
    {.label = "On\u2026", .name = "verb", .value = "outlet-on"},
    {.label = "Off\u2026", .name = "verb", .value = "outlet-off"},
};

/* web's table knows its own context, the cells know ours. */
struct outlets {
	const struct pdu_page *page;
	struct web_table table;
};

static struct web_cell
outlets_cell(void *ctx, size_t row, size_t column)
{
	struct outlets *o = ctx;

	return o->table.cell(o->table.ctx, row, column);
}

static const char *
outlets_selected(void *ctx, size_t row)
{
	const struct pdu_page *p = ((struct outlets *)ctx)->page;

	if (p->seen[row] != NULL && p->seen[row]->fixed)
		return NULL; /* nothing switches it */
	return arena_printf(p->call->arena, "%s:%s", p->pdu->thing->name, p->outlet[row]);
}

static struct web_table
outlets_table(struct outlets *o)
{
	struct web_table t = o->table;

	t.cell = outlets_cell;
	t.ctx = o;
	t.sort = "outlet";
	if (only_meters(o->page->pdu))
		return t; /* a strip that only meters offers no switching */
	t.form_path = "/power/plan"; /* a POST: a thousand boxes are no URL; it folds them and leads to the plan */
	t.form_post = true;
	t.select = "nodes";
	t.selected = outlets_selected;
	t.actions = outlet_actions;
	t.n_actions = LARCH_COUNT(outlet_actions);
	return t;
}

int
pages_pdu(struct web_call *c, struct err *e)
{
	const char *wanted = web_text(c, "name");
	struct pages_room *r = pages_room_get(c, e);
	struct pdu_page p = {.call = c, .room = r};
	struct outlets o = {.page = &p};
	struct web_table t[3];
	json_t *feeds;
	int rc;

	if (r == NULL)
		return -1;
	p.pdu = pages_pdu_find(r, wanted);
	if (p.pdu == NULL) {
		pages_room_put(c, r);
		return err_set(e, ERR_NOT_FOUND, "there is no PDU named \"%s\" in the inventory", wanted);
	}
	collect(&p);
	o.table = pages_table(c, &(struct pages_table){
	                       .name = "outlets",
	                       .caption = "Outlets",
	                       .empty = "No outlet has been seen or recorded.",
	                       .columns = columns_of(&p),
	                       .n_columns = LARCH_COUNT(outlet_columns),
	                       .n = p.n,
	                       .ctx = &p,
	                   });
	t[0] = outlets_table(&o);
	feeds = pages_pdu_feeds(c, p.pdu, &t[1], &t[2]);
	rc = web_show(c, NULL, model_of(&p), t, 3, e);
	json_decref(feeds);
	pages_room_put(c, r);
	return rc;
}
