/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are: of a few, of all, as a tree, and what goes dark with what. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define EACH_ALONE 64 /* up to so many things are asked for one by one; of more, the whole room is read at once */

static int
by_thing(const void *x, const void *y)
{
	const struct inv_place *a = x, *b = y;

	return strcmp(a->thing, b->thing);
}

int
pages_places(struct inv *inv, const struct hosts *things, struct arena *a, struct pages_places *out, struct err *e)
{
	struct inv_place *all;

	*out = (struct pages_places){0};
	if (things == NULL || things->n > EACH_ALONE) {
		if (inv_inside(inv, NULL, INV_DEPTH, a, &all, &out->n, e) != 0)
			return -1;
	} else {
		all = arena_array(a, things->n + 1, sizeof(*all));
		for (size_t i = 0; i < things->n; i++) {
			struct inv_place *way;
			size_t n;

			if (inv_place(inv, things->name[i], a, &way, &n, e) != 0)
				return -1;
			if (n > 0)
				all[out->n++] = way[0];
		}
	}
	if (out->n > 0)
		qsort(all, out->n, sizeof(*all), by_thing);
	out->place = all;
	return 0;
}

const struct inv_place *
pages_place_find(const struct pages_places *p, const char *thing)
{
	const struct inv_place key = {.thing = thing};
	const struct inv_place *found = p->n == 0 ? NULL : bsearch(&key, p->place, p->n, sizeof(key), by_thing);

	return found == NULL || *found->container == '\0' ? NULL : found;
}

const char *
pages_place_text(const struct inv_place *p, struct arena *a)
{
	const char *in;

	if (p == NULL)
		return NULL;
	in = arena_printf(a, "%s %s", p->container_type, p->container);
	if (p->unit > 0)
		return arena_printf(a, "%s unit %lld", in, (long long)p->unit);
	return *p->side != '\0' ? arena_printf(a, "%s, %s side", in, p->side) : in;
}

/* ---- columns that several tables have ------------------------------------------------- */

struct list {
	struct web_call *call;
	const struct inv_place *place;
	const struct inv_lost *lost;
};

static const struct inv_place *
at(const void *ctx, size_t row)
{
	const struct list *l = ctx;

	return &l->place[row];
}

static struct web_cell
thing_link(const struct list *l, const char *type, const char *name)
{
	return web_cell_link(name, pages_href(l->call->arena, type, name));
}

/* 0 is not said. */
static struct web_cell
some(int64_t n)
{
	struct web_cell made = web_cell_number(n == 0 ? NAN : (double)n);

	if (n == 0)
		made.text = "";
	return made;
}

/* ---- the tree ------------------------------------------------------------------------------ */

/* On a page and in text what is in a thing stands further in; a program has the depth. */
static struct web_cell
tree_name(const void *ctx, size_t row, int64_t now)
{
	static const char dots[] = "\u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 \u00b7 ";
	const struct list *l = ctx;
	struct web_cell made = thing_link(l, at(ctx, row)->type, at(ctx, row)->thing);
	int depth = at(ctx, row)->depth > INV_DEPTH ? INV_DEPTH : at(ctx, row)->depth;

	(void)now;
	if (l->call->format == WEB_HTML || l->call->format == WEB_TXT)
		made.text = arena_printf(l->call->arena, "%.*s%s", depth * 3, dots, made.text);
	return made;
}

static struct web_cell
tree_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->type);
}

static struct web_cell
tree_depth(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(at(ctx, row)->depth);
}

static struct web_cell
tree_container(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->container);
}

static struct web_cell
tree_unit(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return some(at(ctx, row)->unit);
}

static struct web_cell
tree_height(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return some(at(ctx, row)->height);
}

static struct web_cell
tree_face(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->face);
}

static struct web_cell
tree_side(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->side);
}

static struct web_cell
tree_inside(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)at(ctx, row)->inside);
}

static const struct pages_column tree_columns[] = {
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, tree_name},
    {{.key = "type", .title = "Type"}, tree_type},
    {{.key = "depth", .title = "Depth", .kind = WEB_COL_NUMBER, .data_only = true}, tree_depth},
    {{.key = "container", .title = "In"}, tree_container},
    {{.key = "unit", .title = "Unit", .kind = WEB_COL_NUMBER}, tree_unit},
    {{.key = "height", .title = "Height", .kind = WEB_COL_NUMBER, .unit = "U"}, tree_height},
    {{.key = "face", .title = "Face"}, tree_face},
    {{.key = "side", .title = "Side"}, tree_side},
    {{.key = "inside", .title = "Things in it", .kind = WEB_COL_NUMBER}, tree_inside},
};

int
pages_tree(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	struct inv_place *place;
	struct list l = {.call = c};
	struct web_table table;
	size_t n;

	if (inv == NULL || inv_inside(inv, web_text(c, "thing"), (int)web_int(c, "depth", INV_DEPTH), c->arena, &place, &n, e) != 0)
		return -1;
	l.place = place;
	table = pages_table(c, &(struct pages_table){"items", "What is where", "Nothing is in anything.", tree_columns,
	                           LARCH_COUNT(tree_columns), n, &l});
	return web_show(c, NULL, NULL, &table, 1, e);
}

/* ---- what goes dark ---------------------------------------------------------------------- */

static const struct inv_loss *
loss(const void *ctx, size_t row)
{
	const struct list *l = ctx;

	return &l->lost->things[row];
}

static struct web_cell
lost_thing(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return thing_link(ctx, loss(ctx, row)->type, loss(ctx, row)->thing);
}

static struct web_cell
lost_type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(loss(ctx, row)->type);
}

static struct web_cell
lost_dark(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(loss(ctx, row)->dark);
}

static struct web_cell
lost_text(const void *ctx, size_t row, int64_t now)
{
	struct web_cell made = web_cell_text(loss(ctx, row)->text);

	(void)now;
	made.level = loss(ctx, row)->dark ? 'c' : 'w';
	return made;
}

static struct web_cell
lost_left(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)loss(ctx, row)->left);
}

static struct web_cell
lost_had(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)loss(ctx, row)->had);
}

static struct web_cell
lost_via(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(loss(ctx, row)->via);
}

static const struct pages_column lost_columns[] = {
    {{.key = "thing", .title = "Thing", .kind = WEB_COL_LINK}, lost_thing},
    {{.key = "type", .title = "Type"}, lost_type},
    {{.key = "text", .title = "Is then"}, lost_text},
    {{.key = "dark", .title = "Dark", .kind = WEB_COL_FLAG, .data_only = true}, lost_dark},
    {{.key = "feeds_left", .title = "Feeds left", .kind = WEB_COL_NUMBER}, lost_left},
    {{.key = "feeds", .title = "of", .kind = WEB_COL_NUMBER}, lost_had},
    {{.key = "via", .title = "Fed by what goes"}, lost_via},
};

static json_t *
lost_model(struct web_call *c, const struct inv_lost *lost)
{
	struct hosts dark = {.name = arena_array(c->arena, lost->n + 1, sizeof(char *))}, left = dark;
	json_t *m = json_object();

	left.name = arena_array(c->arena, lost->n + 1, sizeof(char *));
	for (size_t i = 0; i < lost->n; i++) {
		struct hosts *h = lost->things[i].dark ? &dark : &left;

		h->name[h->n++] = arena_strdup(c->arena, lost->things[i].thing);
	}
	hosts_sort(&dark);
	hosts_sort(&left);
	jsn_set_text(m, "what", lost->what);
	jsn_set_text(m, "gone", hosts_fold(&lost->gone, c->arena));
	jsn_set(m, "total", json_integer((json_int_t)lost->n));
	jsn_set(m, "dark", json_integer((json_int_t)lost->n_dark));
	jsn_set_text(m, "folded_dark", hosts_fold(&dark, c->arena));
	jsn_set_text(m, "folded_left", hosts_fold(&left, c->arena));
	jsn_set_text(m, "wiring_unknown", hosts_fold(&lost->unwired, c->arena));
	if (c->format == WEB_HTML)
		jsn_set_text(m, "title", arena_printf(c->arena, "What goes dark with %s", lost->what));
	return m;
}

int
pages_lost(struct web_call *c, struct err *e)
{
	const struct inv_outage what = {web_text(c, "thing"), web_text(c, "port"), web_text(c, "feed"), web_text(c, "in")};
	struct inv *inv = pages_inv_at(c, e);
	struct inv_lost lost;
	struct list l = {.call = c, .lost = &lost};
	struct web_table table;
	json_t *model;

	if (c->format == WEB_HTML && what.thing == NULL && what.feed == NULL && what.port == NULL && what.in == NULL) {
		model = json_object();
		jsn_set_text(model, "title", "What goes dark");
		return web_page(c, NULL, model, e);
	}
	if ((what.thing == NULL) == (what.feed == NULL))
		return err_set(e, ERR_INPUT, "Say what goes: 'thing' (and one 'port' of it), or 'feed' (and the place it is 'in').");
	if ((what.port != NULL && what.thing == NULL) || (what.in != NULL && what.feed == NULL))
		return err_set(e, ERR_INPUT, "Field '%s' needs '%s' beside it.", what.port != NULL ? "port" : "in",
		    what.port != NULL ? "thing" : "feed");
	if (inv == NULL || inv_lost(inv, &what, c->arena, &lost, e) != 0)
		return -1;
	table = pages_table(c, &(struct pages_table){"items", "What loses power", "Nothing loses power.", lost_columns,
	                           LARCH_COUNT(lost_columns), lost.n, &l});
	return web_show(c, NULL, lost_model(c, &lost), &table, 1, e);
}
