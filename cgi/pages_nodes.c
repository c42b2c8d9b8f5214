/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes: every machine, a row each. */
#include <string.h>
#include <strings.h>

#include "pages.h"

/*
 * The columns of the table: those of the inventory and of power, and between them one for each that larchd publishes.
 */
struct nodes_call {
	struct web_call *call;
	const struct pages_room *room;
	struct pages_filter filter;
	struct web_column *columns;
	size_t n_columns, first; /* first: the place of the first that larchd publishes */
};

static const struct pages_node *
at(const void *ctx, size_t row)
{
	const struct nodes_call *n = ctx;

	return &n->room->nodes[row];
}

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	struct web_cell made = web_cell_link(at(ctx, row)->name, at(ctx, row)->href);

	(void)now;
	if (at(ctx, row)->thing == NULL)
		made.title = "not in the inventory";
	return made;
}

static struct web_cell
level(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	enum status_level l = pages_level(n->room, at(ctx, row), now);

	return web_cell_level((int)l, status_level_name(l), 0, false);
}

/* The one of the worst: "Ping down", with its detail behind it. */
static struct web_cell
why(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct pages_node *node = at(ctx, row);
	const struct status_value *v = pages_worst(n->room, node, now);
	const struct status_column *col = v == NULL ? NULL : pages_column_find(n->room, v->check);

	if (col == NULL)
		return web_cell_text(pages_level(n->room, node, now) == STATUS_OK ? "" : "never seen");
	return web_cell_text(arena_printf(n->call->arena, "%s %s%s%s", col->title, v->text, v->detail == NULL ? "" : ": ",
	    v->detail == NULL ? "" : v->detail));
}

static struct web_cell
since(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct status_value *v = pages_worst(n->room, at(ctx, row), now);

	return v == NULL ? web_cell_text("") : web_cell_time(v->since);
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
	const struct nodes_call *n = ctx;
	const struct pages_node *node = at(ctx, row);
	struct web_cell made = {.at = node->seen};

	for (size_t i = 0; i < n->room->n_columns && !made.stale; i++)
		made.stale = node->values[i] != NULL && status_stale(node->values[i]->at, node->values[i]->interval, now);
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
	return web_cell_text(at(ctx, row)->type);
}

static struct web_cell
known(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(at(ctx, row)->thing != NULL);
}

static const struct pages_column before[] = {
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, name},
    {{.key = "level", .title = "State", .kind = WEB_COL_LEVEL}, level},
    {{.key = "why", .title = "Why"}, why},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, since},
};
static const struct pages_column after[] = {
    {{.key = "owner", .title = "Owner"}, owner},
    {{.key = "rack", .title = "Rack"}, rack},
    {{.key = "cords", .title = "PDU outlets", .data_only = true}, cords},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE, .data_only = true}, age},
    {{.key = "last_action", .title = "Last action"}, action},
    {{.key = "last_action_at", .title = "Last action at", .kind = WEB_COL_TIME, .data_only = true}, action_at},
    {{.key = "type", .title = "Type", .data_only = true}, type},
    {{.key = "in_inventory", .title = "In the inventory", .kind = WEB_COL_FLAG, .data_only = true}, known},
};

/* What stands in a check's column when it was never seen, and cannot be. */
static const char *
absent(const struct pages_node *n, const char *check)
{
	if (strcmp(check, "bmc") == 0 || strcmp(check, "chassis") == 0)
		return n->has_bmc ? NULL : "no BMC";
	if (strcmp(check, "outlets") == 0)
		return n->n_cords > 0 ? NULL : "no wiring";
	if (strcmp(check, "ping") == 0)
		return n->thing == NULL || inv_attr(n->thing, "address") != NULL ? NULL : "no address";
	return "";
}

static struct web_cell
check_cell(const struct nodes_call *n, const struct pages_node *node, size_t i)
{
	const struct status_column *col = &n->room->columns[i];
	const struct status_value *v = node->values[i];

	return pages_value_cell(v, n->call->now, v == NULL ? absent(node, col->name) : NULL);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	struct nodes_call *n = ctx;
	size_t first = LARCH_COUNT(before);

	if (column < first)
		return before[column].cell(n, row, n->call->now);
	if (column - first < n->room->n_columns)
		return check_cell(n, at(n, row), column - first);
	return after[column - first - n->room->n_columns].cell(n, row, n->call->now);
}

static void
make_columns(struct nodes_call *n)
{
	const struct pages_room *r = n->room;

	n->columns = arena_array(n->call->arena, LARCH_COUNT(before) + r->n_columns + LARCH_COUNT(after), sizeof(*n->columns));
	for (size_t i = 0; i < LARCH_COUNT(before); i++)
		n->columns[n->n_columns++] = before[i].column;
	for (size_t i = 0; i < r->n_columns; i++)
		n->columns[n->n_columns++] = (struct web_column){.key = r->columns[i].name, .title = r->columns[i].title,
		    .kind = WEB_COL_LEVEL, .data_only = !r->columns[i].shown};
	for (size_t i = 0; i < LARCH_COUNT(after); i++)
		n->columns[n->n_columns++] = after[i].column;
}

/* ---- the filter ------------------------------------------------------------------------ */

static bool
has_word(const struct pages_room *r, const struct pages_node *n, const char *q)
{
	const char *const texts[] = {n->name, n->type, n->owner, n->rack_unit, n->cords_text, n->action_text};

	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		if (texts[i] != NULL && strcasestr(texts[i], q) != NULL)
			return true;
	for (size_t i = 0; i < r->n_columns; i++)
		if (n->values[i] != NULL && (strcasestr(n->values[i]->text, q) != NULL ||
		        (n->values[i]->detail != NULL && strcasestr(n->values[i]->detail, q) != NULL)))
			return true;
	return false;
}

/* "ping:down": what that check says now, just that word. -1: q is of another kind. */
static int
says(const struct pages_room *r, const struct pages_node *n, const char *q, int64_t now)
{
	static const struct {
		const char *word, *check;
	} rows[] = {{"ping:", "ping"}, {"power:", "outlets"}, {"chassis:", "chassis"}, {"bmc:", "bmc"}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		size_t len = strlen(rows[i].word);
		const struct status_value *v = pages_value(r, n, rows[i].check);
		const char *word;

		if (strncmp(q, rows[i].word, len) != 0)
			continue;
		word = pages_known_word(v, now);
		return (v != NULL || absent(n, rows[i].check) == NULL) && strcmp(word == NULL ? "unknown" : word, q + len) == 0;
	}
	return -1;
}

static int
node_match(void *ctx, size_t row, const char *q, struct err *e)
{
	struct nodes_call *n = ctx;
	int said = says(n->room, at(n, row), q, n->call->now);

	if (said >= 0)
		return said;
	if (!pages_is_query(q) && has_word(n->room, at(n, row), q))
		return 1; /* what is seen; else what the inventory knows: a serial number, a model */
	return pages_filter_has(&n->filter, at(n, row)->name, q, e);
}

static const char *
selected(void *ctx, size_t row)
{
	return at(ctx, row)->thing == NULL ? NULL : at(ctx, row)->name;
}

static const struct web_action actions[] = {
    {.label = "Cycle\u2026", .name = "verb", .value = "cycle"},
    {.label = "Switch on\u2026", .name = "verb", .value = "on"},
    {.label = "Switch off\u2026", .name = "verb", .value = "off"},
};

int
pages_nodes(struct web_call *c, struct err *e)
{
	struct pages_room *r = pages_room_get(c, e);
	struct nodes_call *n = arena_alloc(c->arena, sizeof(*n));
	json_t *model = NULL;
	int rc;

	if (r == NULL)
		return -1;
	*n = (struct nodes_call){.call = c, .room = r, .filter = {.call = c}};
	make_columns(n);
	if (c->format == WEB_HTML) {
		model = json_object();
		jsn_set_text(model, "title", "Machines");
	}
	rc = web_show(c, NULL, model, &(struct web_table){
	    .name = "nodes", .caption = "Machines", .empty = "No machine to show.",
	    .columns = n->columns, .n_columns = n->n_columns, .n = r->n_nodes, .cell = cell, .ctx = n, .lasts = true,
	    .ages_in_titles = true,
	    .match = node_match, .sort = "name",
	    .form_path = "/power/plan", /* a POST: a thousand boxes are no URL; it folds them and leads to the plan */
	    .form_post = true, .select = "nodes", .selected = selected,
	    .actions = actions, .n_actions = LARCH_COUNT(actions),
	}, 1, e);
	return rc;
}
