/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /racks and /racks/NAME: how full the racks are, and one of them as it stands
 * there: front and rear, 0U things beside it, a letter and a colour for state.
 * One query of the inventory, one of the status.
 */
#include <string.h>

#include "pages.h"
#include "web/svg.h"

/* ---- all racks ------------------------------------------------------------------------- */

struct racks {
	struct web_call *call;
	struct inv_rack_row *row;
	size_t n;
};

static const struct inv_rack_row *
rack_at(const void *ctx, size_t row)
{
	const struct racks *r = ctx;

	return &r->row[row];
}

static struct web_cell
rack_name(const void *ctx, size_t row, int64_t now)
{
	const struct racks *r = ctx;
	const char *name = rack_at(ctx, row)->name;

	(void)now;
	return web_cell_link(name, web_link(r->call->arena, "/racks/%s", name));
}

static struct web_cell
rack_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(rack_at(ctx, row)->type);
}

static struct web_cell
rack_where(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(rack_at(ctx, row)->container);
}

static struct web_cell
rack_units(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)rack_at(ctx, row)->units);
}

static struct web_cell
rack_used(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)rack_at(ctx, row)->used);
}

static struct web_cell
rack_free(const void *ctx, size_t row, int64_t now)
{
	const struct inv_rack_row *r = rack_at(ctx, row);

	(void)now;
	return web_cell_number((double)(r->units > r->used ? r->units - r->used : 0));
}

static struct web_cell
rack_things(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)rack_at(ctx, row)->things);
}

static const struct pages_column rack_columns[] = {
    {{.key = "name", .title = "Rack", .kind = WEB_COL_LINK}, rack_name},
    {{.key = "type", .title = "Type", .data_only = true}, rack_type},
    {{.key = "container", .title = "In"}, rack_where},
    {{.key = "units", .title = "Units", .kind = WEB_COL_NUMBER}, rack_units},
    {{.key = "used", .title = "Used", .kind = WEB_COL_NUMBER}, rack_used},
    {{.key = "free", .title = "Free", .kind = WEB_COL_NUMBER}, rack_free},
    {{.key = "things", .title = "Things", .kind = WEB_COL_NUMBER}, rack_things},
};

int
pages_racks(struct web_call *c, struct err *e)
{
	struct racks r = {.call = c};
	struct inv *inv = pages_inv_at(c, e);
	struct web_table t;

	if (inv == NULL || inv_racks(inv, c->arena, &r.row, &r.n, e) != 0)
		return -1;
	t = pages_table(c, &(struct pages_table){
	                       .name = "racks",
	                       .caption = "Racks",
	                       .empty = "No rack is in the inventory. Things of type rack stand here, and whatever holds things by unit.",
	                       .columns = rack_columns,
	                       .n_columns = LARCH_COUNT(rack_columns),
	                       .n = r.n,
	                       .ctx = &r,
	                   });
	t.sort = "name";
	return web_show(c, NULL, NULL, &t, 1, e);
}

/* ---- one rack ---------------------------------------------------------------------------- */

struct rack_page {
	struct web_call *call;
	struct inv *inv;
	struct inv_rack rack;
	struct inv_place *outward; /* the rack's own place first */
	size_t n_outward;
	struct status_value *values; /* of all that is in it, by thing */
	size_t n_values;
};

/* What is known of a thing in one letter and a few words. level 0: nobody watches it. */
struct rack_state {
	char level;
	const char *text;
};

static size_t
first_value(const struct rack_page *p, const char *thing)
{
	size_t lo = 0, hi = p->n_values;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(p->values[mid].thing, thing) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Worse is greater; what is stale or unknown is worse than well, and better than what is known to be ill. */
static int
badness(const struct status_value *v, int64_t now)
{
	if (v->level == STATUS_UNKNOWN || status_stale(v->at, v->interval, now))
		return 1;
	return v->level == STATUS_CRITICAL ? 3 : v->level == STATUS_WARN ? 2 : 0;
}

static struct rack_state
state_of(const struct rack_page *p, const char *thing)
{
	static const char levels[] = "ouwc";
	const struct status_value *worst = NULL, *chassis = NULL;
	int bad = -1;

	for (size_t i = first_value(p, thing); i < p->n_values && strcmp(p->values[i].thing, thing) == 0; i++) {
		const struct status_value *v = &p->values[i];

		if (strcmp(v->check, "chassis") == 0)
			chassis = v;
		if (badness(v, p->call->now) > bad) {
			bad = badness(v, p->call->now);
			worst = v;
		}
	}
	if (worst == NULL)
		return (struct rack_state){0, ""};
	if (bad == 0)
		return (struct rack_state){'o', chassis == NULL ? worst->text : chassis->text};
	return (struct rack_state){levels[bad], arena_printf(p->call->arena, "%s %s", worst->check, worst->text)};
}

static int64_t
top_of(const struct rack_page *p, const struct inv_place *x)
{
	int64_t top = x->unit + (x->height < 1 ? 1 : x->height) - 1;

	return top > p->rack.units ? p->rack.units : top;
}

static const char *
units_text(const struct rack_page *p, const struct inv_place *x)
{
	int64_t top = top_of(p, x);

	if (top == x->unit)
		return arena_printf(p->call->arena, "U%lld", (long long)x->unit);
	return arena_printf(p->call->arena, "U%lld-%lld", (long long)x->unit, (long long)top);
}

/* One thing as the template draws it. */
static json_t *
box(const struct rack_page *p, const struct inv_place *x)
{
	static const struct {
		char level;
		const char *class;
	} classes[] = {{'o', "level-ok"}, {'w', "level-warn"}, {'c', "level-critical"}, {'u', "level-unknown"}};
	struct rack_state s = state_of(p, x->thing);
	json_t *o = json_object();

	jsn_set_text(o, "name", x->thing);
	jsn_set_text(o, "type", x->type);
	jsn_set_text(o, "href", pages_href(p->call->arena, x->type, x->thing));
	jsn_set_text(o, "letter", web_svg_letter(s.level));
	jsn_set_text(o, "state", s.text);
	jsn_set_text(o, "side", x->side);
	for (size_t i = 0; i < LARCH_COUNT(classes); i++)
		if (classes[i].level == s.level)
			jsn_set_text(o, "class", classes[i].class);
	return o;
}

/* A cell of the elevation: a thing, or free space. NULL: another cell covers this place. */
static json_t *
cell(const struct rack_page *p, const struct inv_place *x, int64_t unit, int columns)
{
	json_t *o;

	if (x != NULL && top_of(p, x) != unit)
		return NULL;
	o = x == NULL ? json_object() : box(p, x);
	jsn_set(o, "rows", json_integer(x == NULL ? 1 : top_of(p, x) - x->unit + 1));
	jsn_set(o, "columns", json_integer(columns));
	jsn_set(o, "free", json_boolean(x == NULL));
	if (x != NULL)
		jsn_set_text(o, "units", units_text(p, x));
	return o;
}

static void
add_cell(json_t *cells, json_t *take)
{
	if (take != NULL)
		jsn_add(cells, take);
}

/* A row for each unit from the top; a thing of several is one cell over their rows, a deep one over both faces. */
static json_t *
elevation(const struct rack_page *p)
{
	json_t *rows = json_array();

	for (int64_t u = p->rack.units; u >= 1; u--) {
		const struct inv_place *front = p->rack.front[u], *rear = p->rack.rear[u];
		json_t *row = json_object(), *cells = json_array();

		jsn_set(row, "unit", json_integer(u));
		if (front == rear) {
			add_cell(cells, cell(p, front, u, 2));
		} else {
			add_cell(cells, cell(p, front, u, 1));
			add_cell(cells, cell(p, rear, u, 1));
		}
		jsn_set(row, "cells", cells);
		jsn_add(rows, row);
	}
	return rows;
}

static json_t *
boxes(const struct rack_page *p, size_t from, size_t to)
{
	json_t *list = json_array();

	for (size_t i = from; i < to; i++)
		jsn_add(list, box(p, &p->rack.things[i]));
	return list;
}

static json_t *
page_model(const struct rack_page *p)
{
	const struct inv_rack *r = &p->rack;
	json_t *m = json_object(), *way = json_array(), *beside = boxes(p, r->n_units, r->n_units + r->n_beside);
	json_t *loose = boxes(p, r->n_units + r->n_beside, r->n);
	int64_t used = 0;

	for (int64_t u = 1; u <= r->units; u++)
		used += r->front[u] != NULL || r->rear[u] != NULL;
	for (size_t i = 0; i < p->n_outward; i++) {
		const char *in = p->outward[i].container;
		json_t *o = json_object();

		if (*in == '\0') {
			json_decref(o);
			continue;
		}
		jsn_set_text(o, "name", in);
		jsn_set_text(o, "href", web_link(p->call->arena, "/things/%s", in));
		jsn_add(way, o);
	}
	jsn_set_text(m, "title", arena_printf(p->call->arena, "Rack %s", r->rack.thing));
	jsn_set_text(m, "name", r->rack.thing);
	pages_tags_on(p->call, p->inv, r->rack.thing, m);
	jsn_set_text(m, "thing_href", web_link(p->call->arena, "/things/%s", r->rack.thing));
	jsn_set_text(m, "picture_href", web_link(p->call->arena, "/racks/%s/picture", r->rack.thing));
	jsn_set_text(m, "nodes_href", web_link(p->call->arena, "/nodes?q=%s", arena_printf(p->call->arena, "in:%s", r->rack.thing)));
	jsn_set(m, "units", json_integer(r->units));
	jsn_set(m, "used", json_integer(used));
	jsn_set(m, "free", json_integer(r->units - used));
	jsn_set(m, "inside", way);
	jsn_set(m, "rows", elevation(p));
	jsn_set(m, "has_beside", json_boolean(json_array_size(beside) > 0));
	jsn_set(m, "beside", beside);
	jsn_set(m, "has_loose", json_boolean(json_array_size(loose) > 0));
	jsn_set(m, "loose", loose);
	return m;
}

/* ---- data, text -------------------------------------------------------------------------------- */

static json_t *
data_row(const struct rack_page *p, const struct inv_place *x)
{
	struct rack_state s = state_of(p, x->thing);
	json_t *o = json_object();

	jsn_set_text(o, "thing", x->thing);
	jsn_set_text(o, "type", x->type);
	jsn_set(o, "unit", x->unit == 0 ? json_null() : json_integer(x->unit));
	jsn_set(o, "height", x->unit == 0 ? json_null() : json_integer(x->height));
	jsn_set_text(o, "face", *x->face == '\0' ? NULL : x->face);
	jsn_set_text(o, "side", *x->side == '\0' ? NULL : x->side);
	jsn_set_text(o, "level", s.level == 0 ? NULL : s.level == 'o' ? "ok" : s.level == 'w' ? "warn" : s.level == 'c' ? "critical" : "unknown");
	jsn_set_text(o, "state", *s.text == '\0' ? NULL : s.text);
	return o;
}

static json_t *
data(const struct rack_page *p)
{
	const struct inv_rack *r = &p->rack;
	const size_t ends[] = {0, r->n_units, r->n_units + r->n_beside, r->n};
	static const char *const keys[] = {"slots", "beside", "loose"};
	json_t *m = json_object(), *way = json_array();

	for (size_t i = 0; i < p->n_outward; i++)
		if (*p->outward[i].container != '\0')
			jsn_add(way, json_string(p->outward[i].container));
	jsn_set_text(m, "name", r->rack.thing);
	jsn_set_text(m, "type", r->rack.type);
	jsn_set(m, "revision", json_integer(r->revision));
	jsn_set(m, "units", json_integer(r->units));
	jsn_set(m, "inside", way);
	for (size_t k = 0; k < LARCH_COUNT(keys); k++) {
		json_t *list = json_array();

		for (size_t i = ends[k]; i < ends[k + 1]; i++)
			jsn_add(list, data_row(p, &r->things[i]));
		jsn_set(m, keys[k], list);
	}
	return m;
}

#define TEXT_WIDTH 35 /* of one face: two of them and the unit are a line of 80 */

static void
text_face(const struct rack_page *p, const struct inv_place *x, int64_t unit, struct buf *out)
{
	char line[256];
	const char *text = "";

	if (x != NULL && top_of(p, x) == unit) {
		struct rack_state s = state_of(p, x->thing);

		text = arena_printf(p->call->arena, "%s %s%s%s", s.level == 0 ? "-" : web_svg_letter(s.level), x->thing,
		    *s.text == '\0' ? "" : "  ", s.text);
	} else if (x != NULL) {
		text = "|";
	}
	snprintf(line, sizeof(line), "%-*.*s", TEXT_WIDTH, TEXT_WIDTH, text);
	buf_puts(out, line);
}

static void
text_list(const struct rack_page *p, const char *title, size_t from, size_t to, struct buf *out)
{
	for (size_t i = from; i < to; i++) {
		const struct inv_place *x = &p->rack.things[i];
		struct rack_state s = state_of(p, x->thing);

		buf_printf(out, "%s%s%s: %s %s  %s\n", title, *x->side == '\0' ? "" : " ", x->side,
		    s.level == 0 ? "-" : web_svg_letter(s.level), x->thing, s.text);
	}
}

static void
as_text(const struct rack_page *p, struct buf *out)
{
	const struct inv_rack *r = &p->rack;

	buf_printf(out, "# %s, %lld units", r->rack.thing, (long long)r->units);
	for (size_t i = 0; i < p->n_outward; i++)
		if (*p->outward[i].container != '\0')
			buf_printf(out, "%s %s", i == 0 ? " in" : ",", p->outward[i].container);
	buf_printf(out, "\n%4s  %-*s  %-*s\n", "U", TEXT_WIDTH, "FRONT", TEXT_WIDTH, "REAR");
	for (int64_t u = r->units; u >= 1; u--) {
		buf_printf(out, "%4lld  ", (long long)u);
		text_face(p, r->front[u], u, out);
		buf_puts(out, "  ");
		text_face(p, r->rear[u], u, out);
		while (out->n > 0 && out->p[out->n - 1] == ' ')
			out->p[--out->n] = '\0';
		buf_char(out, '\n');
	}
	text_list(p, "beside", r->n_units, r->n_units + r->n_beside, out);
	text_list(p, "inside", r->n_units + r->n_beside, r->n, out);
}

/* ---- picture ------------------------------------------------------------------------------------- */

#define UNIT_HIGH 18 /* user units of the drawing */
#define FACE_WIDE 220
#define LABEL_WIDE 30
#define SIDE_WIDE 22

struct frame {
	int64_t x, y, wide, high;
	bool upright; /* the text runs from below to above */
};

static void
draw_box(const struct rack_page *p, const struct inv_place *t, struct frame f, struct buf *out)
{
	struct rack_state s = state_of(p, t->thing);
	struct web_svg_ink ink = web_svg_ink(s.level);

	buf_puts(out, "<g><title>");
	buf_html(out, str_of(arena_printf(p->call->arena, "%s (%s) %s", t->thing, t->type, s.text)));
	buf_printf(out,
	    "</title><rect x=\"%lld\" y=\"%lld\" width=\"%lld\" height=\"%lld\" rx=\"2\" fill=\"%s\" stroke=\"#a9b2bd\"/>",
	    (long long)f.x, (long long)f.y, (long long)f.wide, (long long)f.high, ink.ground);
	if (f.upright)
		buf_printf(out, "<text transform=\"translate(%lld,%lld) rotate(-90)\" fill=\"%s\">", (long long)(f.x + 15),
		    (long long)(f.y + f.high - 6), ink.ink);
	else
		buf_printf(out, "<text x=\"%lld\" y=\"%lld\" fill=\"%s\">", (long long)(f.x + 6), (long long)(f.y + 13), ink.ink);
	buf_puts(out, web_svg_letter(s.level));
	buf_char(out, ' ');
	buf_html(out, str_of(t->thing));
	buf_puts(out, "</text></g>\n");
}

static void
draw_face(const struct rack_page *p, const struct inv_place *const *slot, int64_t left, struct buf *out)
{
	for (int64_t u = p->rack.units; u >= 1; u--) {
		const struct frame f = {left, 24 + (p->rack.units - u) * UNIT_HIGH, FACE_WIDE, UNIT_HIGH, false};

		if (slot[u] == NULL) {
			buf_printf(out, "<rect x=\"%lld\" y=\"%lld\" width=\"%lld\" height=\"%lld\" fill=\"#fff\" stroke=\"#d5dae0\"/>\n",
			    (long long)f.x, (long long)f.y, (long long)f.wide, (long long)f.high);
		} else if (top_of(p, slot[u]) == u) {
			struct frame whole = f;

			whole.high = (u - slot[u]->unit + 1) * UNIT_HIGH;
			draw_box(p, slot[u], whole, out);
		}
	}
}

static void
draw(const struct rack_page *p, struct buf *out)
{
	const struct inv_rack *r = &p->rack;
	int64_t front = LABEL_WIDE, rear = front + FACE_WIDE + LABEL_WIDE, side = rear + FACE_WIDE + 8;
	int64_t high = r->units * UNIT_HIGH, wide = side + (int64_t)r->n_beside * SIDE_WIDE;

	web_svg_begin(out, wide, high + 28, r->rack.thing, NULL);
	buf_printf(out,
	    "<text x=\"%lld\" y=\"15\" font-weight=\"bold\">front</text><text x=\"%lld\" y=\"15\" font-weight=\"bold\">rear</text>\n",
	    (long long)front, (long long)rear);
	for (int64_t u = r->units; u >= 1; u--)
		buf_printf(out, "<text x=\"%d\" y=\"%lld\" text-anchor=\"end\" fill=\"#56606c\">%lld</text>\n", LABEL_WIDE - 6,
		    (long long)(24 + (r->units - u) * UNIT_HIGH + 13), (long long)u);
	draw_face(p, r->front, front, out);
	draw_face(p, r->rear, rear, out);
	for (size_t i = 0; i < r->n_beside; i++)
		draw_box(p, &r->things[r->n_units + i],
		    (struct frame){side + (int64_t)i * SIDE_WIDE, 24, SIDE_WIDE - 2, high, true}, out);
	buf_puts(out, "</svg>\n");
}

/* ---- the handlers ---------------------------------------------------------------------------------- */

static int
read_rack(struct web_call *c, struct rack_page *p, struct err *e)
{
	const char *name = web_text(c, "name");
	struct inv *inv = pages_inv_at(c, e);
	struct status *status = pages_status(c);
	struct hosts things = {0};
	struct err lost;

	p->call = c;
	p->inv = inv;
	if (inv == NULL || inv_rack(inv, name, c->arena, &p->rack, e) != 0 ||
	    inv_place(inv, name, c->arena, &p->outward, &p->n_outward, e) != 0)
		return -1;
	things.name = arena_array(c->arena, p->rack.n + 1, sizeof(*things.name));
	for (size_t i = 0; i < p->rack.n; i++)
		things.name[things.n++] = arena_strdup(c->arena, p->rack.things[i].thing);
	/* what cannot be read is shown as not watched; the banner of every page says that status is away */
	if (status != NULL && status_values_of(status, &things, c->arena, &p->values, &p->n_values, &lost) != 0)
		p->n_values = 0;
	return 0;
}

int
pages_rack(struct web_call *c, struct err *e)
{
	struct rack_page p = {0};
	struct buf text = BUF(LIMIT_PAGE);
	int rc;

	if (read_rack(c, &p, e) != 0)
		return -1;
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, data(&p), e);
	if (c->format != WEB_TXT)
		return web_page(c, NULL, page_model(&p), e);
	as_text(&p, &text);
	rc = web_plain(c, 200, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

int
pages_rack_picture(struct web_call *c, struct err *e)
{
	struct rack_page p = {0};
	struct buf text = BUF(LIMIT_PAGE);
	int rc;

	if (read_rack(c, &p, e) != 0)
		return -1;
	draw(&p, &text);
	rc = web_body(c, 200, "image/svg+xml; charset=utf-8", buf_view(&text), e);
	buf_free(&text);
	return rc;
}
