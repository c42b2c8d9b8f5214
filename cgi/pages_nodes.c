/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes: every machine, a row each. */
#include <string.h>
#include <strings.h>

#include "pages.h"

static const struct pages_node *
at(const void *ctx, size_t row)
{
	const struct pages_room *r = ctx;

	return &r->nodes[row];
}

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(at(ctx, row)->thing->name, at(ctx, row)->href);
}

static struct web_cell
power(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = at(ctx, row);

	return pages_value_cell(n->outlets, now, n->n_cords == 0 ? "no wiring" : NULL);
}

static struct web_cell
chassis(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(at(ctx, row)->chassis, now, at(ctx, row)->has_bmc ? NULL : "no BMC");
}

static struct web_cell
ping(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(at(ctx, row)->ping, now, inv_attr(at(ctx, row)->thing, "address") == NULL ? "no address" : NULL);
}

static struct web_cell
bmc(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(at(ctx, row)->bmc, now, at(ctx, row)->has_bmc ? NULL : "none");
}

static struct web_cell
owner(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->owner == NULL ? "" : at(ctx, row)->owner);
}

static struct web_cell
rack(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->rack_unit);
}

static struct web_cell
cords(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->cords_text);
}

/* What the row shows is at least as fresh as this: the oldest of its checks. */
static struct web_cell
age(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = at(ctx, row);
	const struct status_value *all[] = {n->ping, n->bmc, n->chassis, n->outlets};
	struct web_cell made = {0};

	for (size_t i = 0; i < LARCH_COUNT(all); i++) {
		if (all[i] == NULL)
			continue;
		if (made.at == 0 || all[i]->at < made.at)
			made.at = all[i]->at;
		made.stale = made.stale || status_stale(all[i]->at, all[i]->interval, now);
	}
	return made;
}

static struct web_cell
action(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = at(ctx, row);
	struct web_cell made = web_cell_link(n->action_text, n->action_href);

	(void)now;
	if (n->action != NULL)
		made.level = pages_outcome_level(n->action->outcome);
	return made;
}

static struct web_cell
action_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(at(ctx, row)->action == NULL ? 0 : at(ctx, row)->action->at);
}

static struct web_cell
type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(at(ctx, row)->thing->type);
}

static const struct pages_column columns[] = {
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, name},
    {{.key = "power", .title = "Power", .kind = WEB_COL_LEVEL}, power},
    {{.key = "chassis", .title = "Chassis", .kind = WEB_COL_LEVEL}, chassis},
    {{.key = "ping", .title = "Ping", .kind = WEB_COL_LEVEL}, ping},
    {{.key = "bmc", .title = "BMC", .kind = WEB_COL_LEVEL}, bmc},
    {{.key = "owner", .title = "Owner"}, owner},
    {{.key = "rack", .title = "Rack"}, rack},
    {{.key = "outlets", .title = "PDU outlets"}, cords},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, age},
    {{.key = "last_action", .title = "Last action"}, action},
    {{.key = "last_action_at", .title = "Last action at", .kind = WEB_COL_TIME, .data_only = true}, action_at},
    {{.key = "type", .title = "Type", .data_only = true}, type},
};

/* ---- the filter ------------------------------------------------------------------------ */

struct nodes_call {
	const struct pages_room *room;
	struct pages_filter filter;
	struct web_table table;
};

static struct web_cell
node_cell(void *ctx, size_t row, size_t column)
{
	struct nodes_call *n = ctx;

	return n->table.cell(n->table.ctx, row, column);
}

static bool
has_word(const struct pages_node *n, const char *q)
{
	const char *const texts[] = {n->thing->name, n->thing->type, n->owner, n->rack_unit, n->cords_text, n->action_text,
	    n->ping == NULL ? NULL : n->ping->text, n->bmc == NULL ? NULL : n->bmc->text,
	    n->chassis == NULL ? NULL : n->chassis->text, n->outlets == NULL ? NULL : n->outlets->text};

	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		if (texts[i] != NULL && strcasestr(texts[i], q) != NULL)
			return true;
	return false;
}

/* "ping:down": what that check says now, just that word. -1: q is of another kind. */
static int
says(const struct pages_node *n, const char *q, int64_t now)
{
	const struct {
		const char *check;
		const struct status_value *value;
		bool can; /* be known: as the front page counts */
	} rows[] = {
	    {"ping:", n->ping, n->ping != NULL || inv_attr(n->thing, "address") != NULL},
	    {"power:", n->outlets, n->outlets != NULL || n->n_cords > 0},
	    {"chassis:", n->chassis, n->chassis != NULL || n->has_bmc},
	    {"bmc:", n->bmc, n->bmc != NULL || n->has_bmc},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		size_t len = strlen(rows[i].check);
		const char *word;

		if (strncmp(q, rows[i].check, len) != 0)
			continue;
		word = pages_known_word(rows[i].value, now);
		return rows[i].can && strcmp(word == NULL ? "unknown" : word, q + len) == 0;
	}
	return -1;
}

static int
node_match(void *ctx, size_t row, const char *q, struct err *e)
{
	struct nodes_call *n = ctx;
	int said = says(&n->room->nodes[row], q, n->filter.call->now);

	if (said >= 0)
		return said;
	if (!pages_is_query(q) && has_word(&n->room->nodes[row], q))
		return 1; /* what is seen; else what the inventory knows: a serial number, a model */
	return pages_filter_has(&n->filter, n->room->nodes[row].thing->name, q, e);
}

static const char *
selected(void *ctx, size_t row)
{
	struct nodes_call *n = ctx;

	return n->room->nodes[row].thing->name;
}

static const struct web_action actions[] = {
    {.label = "Cycle\u2026", .name = "verb", .value = "cycle"},
    {.label = "Switch on\u2026", .name = "verb", .value = "on"},
    {.label = "Switch off\u2026", .name = "verb", .value = "off"},
};

int
pages_nodes(struct web_call *c, struct err *e)
{
	struct nodes_call *n = arena_alloc(c->arena, sizeof(*n));
	struct pages_room *r = pages_room_get(c, e);
	struct web_table t;
	json_t *model = NULL;
	int rc;

	if (r == NULL)
		return -1;
	*n = (struct nodes_call){.room = r, .filter = {.call = c}};
	n->table = pages_table(c, &(struct pages_table){
	                              .name = "nodes",
	                              .caption = "Machines",
	                              .empty = "No machine to show.",
	                              .columns = columns,
	                              .n_columns = LARCH_COUNT(columns),
	                              .n = r->n_nodes,
	                              .ctx = r,
	                          });
	t = n->table;
	t.cell = node_cell;
	t.ctx = n;
	t.match = node_match;
	t.sort = "name";
	t.form_path = "/power/plan"; /* a POST: a thousand boxes are no URL; it folds them and leads to the plan */
	t.form_post = true;
	t.select = "nodes";
	t.selected = selected;
	t.actions = actions;
	t.n_actions = LARCH_COUNT(actions);
	if (c->format == WEB_HTML) {
		model = json_object();
		jsn_set_text(model, "title", "Machines");
	}
	rc = web_show(c, NULL, model, &t, 1, e);
	pages_room_put(c, r);
	return rc;
}
