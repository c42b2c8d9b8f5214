/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes: a row a node. The page shows those that are not well, everything else shows all, unless it is asked otherwise. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "pages_nodes.h"

const struct pages_node *
pages_nodes_at(const void *ctx, size_t row)
{
	const struct nodes_call *n = ctx;

	return &n->room->nodes[n->row[row]];
}

/* ---- the columns of the inventory and of power -------------------------------------------- */

static struct web_cell
name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_link(pages_nodes_at(ctx, row)->name, pages_nodes_at(ctx, row)->href);
}

static struct web_cell
level(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	enum status_level l = pages_level(n->room, pages_nodes_at(ctx, row), now);

	return web_cell_level((int)l, status_level_name(l), 0, false);
}

static const char *
joined(struct arena *a, const char *const *part, size_t n)
{
	size_t len[8], total = 0, at = 0;
	char *text;

	for (size_t i = 0; i < n; i++)
		total += len[i] = strlen(part[i]);
	text = arena_alloc(a, total + 1);
	for (size_t i = 0; i < n; at += len[i++])
		memcpy(text + at, part[i], len[i]);
	return text;
}

/* The worst that is known of it: "Slurm drained: bad DIMM". */
static struct web_cell
why(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct pages_node *node = pages_nodes_at(ctx, row);
	const struct status_value *v = pages_worst(n->room, node, now);
	const struct status_column *col = v == NULL ? NULL : pages_column_find(n->room, v->check);

	if (col == NULL)
		return web_cell_text(pages_level(n->room, node, now) == STATUS_OK ? "" : "never seen");
	return web_cell_text(joined(n->call->arena, (const char *const[]){col->title, " ", v->text,
	    col->kind == STATUS_MEASURE ? col->unit : "", status_stale(v->at, v->interval, now) ? ", long not seen" : "",
	    v->detail == NULL ? "" : ": ", v->detail == NULL ? "" : v->detail}, 7));
}

static struct web_cell
since(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct status_value *v = pages_worst(n->room, pages_nodes_at(ctx, row), now);
	char text[TIMES_TEXT];

	if (v == NULL)
		return web_cell_text(""); /* of one that is well there is nothing to say */
	return (struct web_cell){.at = v->since,
	    .title = n->call->format == WEB_HTML ? arena_strdup(n->call->arena, times_room(v->since, text)) : NULL};
}

/* A row has several cells of it: its advice is made once. */
static const struct advice *
advice_of(const struct nodes_call *n, size_t row)
{
	struct nodes_advice *last = n->last;

	if (!last->made || last->row != row) {
		arena_reset(n->scratch);
		*last = (struct nodes_advice){.made = true, .row = row};
		last->any = pages_advice(n->call, n->room, pages_nodes_at(n, row), n->scratch, &last->advice);
	}
	return last->any ? &last->advice : NULL;
}

/* Where a person reads it what it is, what to do and how sure that is: "Why" stands beside it. For programs the whole line. */
static struct web_cell
advised(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct advice *x;

	(void)now;
	if (n->call->format == WEB_HTML || n->call->format == WEB_TXT)
		return web_cell_text(pages_advice_short(n->call, n->room, pages_nodes_at(n, row)));
	x = advice_of(n, row);
	return web_cell_text(x == NULL ? "" : pages_advice_line(x, n->call->arena));
}

/* The parts of it, each a column of its own. */
static struct web_cell
verdict(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct advice *x = advice_of(n, row);

	(void)now;
	return web_cell_text(x == NULL ? "" : arena_strdup(n->call->arena, x->verdict));
}

static struct web_cell
action_advised(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct advice *x = advice_of(n, row);

	(void)now;
	return web_cell_text(x == NULL ? "" : arena_strdup(n->call->arena, x->action));
}

static struct web_cell
sure(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct advice *x = advice_of(n, row);

	(void)now;
	return web_cell_text(x == NULL ? "" : x->sure);
}

static struct web_cell
cases(const void *ctx, size_t row, int64_t now)
{
	const struct advice *x = advice_of(ctx, row);

	(void)now;
	return web_cell_number(x == NULL || !x->has_share ? NAN : (double)x->share.n);
}

/* Below ADVICE_CASES there is no share, only their number. */
static double
share_of(const struct nodes_call *n, size_t row, double (*part)(const struct advice_share *))
{
	const struct advice *x = advice_of(n, row);

	return x == NULL || !x->has_share || x->share.n < ADVICE_CASES ? NAN : part(&x->share);
}

static double
part_well(const struct advice_share *s)
{
	return (double)s->well;
}

static double
part_low(const struct advice_share *s)
{
	return s->low;
}

static double
part_high(const struct advice_share *s)
{
	return s->high;
}

static struct web_cell
helped(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(share_of(ctx, row, part_well));
}

static struct web_cell
helped_low(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(share_of(ctx, row, part_low));
}

static struct web_cell
helped_high(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(share_of(ctx, row, part_high));
}

static void
drop_scratch(void *ctx)
{
	arena_destroy(ctx);
}

static struct web_cell
owner(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = pages_nodes_at(ctx, row);

	(void)now;
	return web_cell_text(n->owner == NULL ? "" : n->owner);
}

/* On a page, that the inventory has none of this name stands where it would stand. */
static struct web_cell
rack(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct pages_node *node = pages_nodes_at(ctx, row);

	(void)now;
	if (node->thing != NULL || (n->call->format != WEB_HTML && n->call->format != WEB_TXT))
		return web_cell_text(node->rack_unit);
	if (!n->may_edit)
		return web_cell_text("not in the inventory");
	return web_cell_link("not in the inventory: adopt", web_link(n->call->arena, "/things/new?name=%s&type=server", node->name));
}

static struct web_cell
cords(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(pages_nodes_at(ctx, row)->cords_text);
}

/* What Slurm says of it in full: why it was drained, by whom and when. */
static struct web_cell
reason(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct status_value *v = pages_value(n->room, pages_nodes_at(ctx, row), "slurm");

	(void)now;
	return web_cell_text(v == NULL || v->detail == NULL ? "" : v->detail);
}

/* What the row shows is at least as fresh as this: the oldest of its checks. */
static struct web_cell
age(const void *ctx, size_t row, int64_t now)
{
	const struct nodes_call *n = ctx;
	const struct pages_node *node = pages_nodes_at(ctx, row);
	struct web_cell made = {.at = node->seen};

	for (size_t i = 0; i < n->room->n_columns && !made.stale; i++)
		made.stale = node->values[i] != NULL && status_stale(node->values[i]->at, node->values[i]->interval, now);
	return made;
}

static struct web_cell
action(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = pages_nodes_at(ctx, row);
	struct web_cell made = web_cell_link(n->action_text, n->action_href);

	(void)now;
	if (n->action != NULL)
		made.level = pages_outcome_level(n->action->outcome);
	return made;
}

static struct web_cell
action_at(const void *ctx, size_t row, int64_t now)
{
	const struct pages_node *n = pages_nodes_at(ctx, row);

	(void)now;
	return web_cell_time(n->action == NULL ? 0 : n->action->at);
}

static struct web_cell
type(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(pages_nodes_at(ctx, row)->type);
}

static struct web_cell
known(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_flag(pages_nodes_at(ctx, row)->thing != NULL);
}

static const struct pages_column before[] = {
    {{.key = "name", .title = "Name", .kind = WEB_COL_LINK}, name},
    {{.key = "level", .title = "State", .kind = WEB_COL_LEVEL, .groups = true, .help = "The worst of its checks that count."}, level},
    {{.key = "why", .title = "Why", .prose = true, .help = "The worst that is known of it."}, why},
    {{.key = "since", .title = "For", .kind = WEB_COL_AGE, .help = "How long the worst of it has been as it is."}, since},
    {{.key = "advice", .title = "Advice", .prose = true, .help = "What to do next, and how sure that is; its page says why."}, advised},
};
static const struct pages_column after[] = {
    {{.key = "verdict", .title = "Verdict", .prose = true, .data_only = true, .help = "Of the advice what is so."}, verdict},
    {{.key = "advised", .title = "Advised action", .data_only = true, .help = "Of the advice the next action: a verb of power, ticket, none or a sentence."},
        action_advised},
    {{.key = "sure", .title = "How sure", .data_only = true, .help = "Of the advice how sure it is: high, medium or low."}, sure},
    {{.key = "cases", .title = "Past cases", .kind = WEB_COL_NUMBER, .data_only = true, .help = "How often the same was done after the same signs."}, cases},
    {{.key = "helped", .title = "Helped", .kind = WEB_COL_NUMBER, .data_only = true,
        .help = "In how many of these the machine was well within fifteen minutes; empty below five cases."}, helped},
    {{.key = "helped_low", .title = "Helped, low", .kind = WEB_COL_NUMBER, .data_only = true, .help = "The lower end of the share's 95 % interval."}, helped_low},
    {{.key = "helped_high", .title = "Helped, high", .kind = WEB_COL_NUMBER, .data_only = true, .help = "The upper end of it."}, helped_high},
    {{.key = "owner", .title = "Owner", .groups = true}, owner},
    {{.key = "rack", .title = "Rack", .groups = true}, rack},
    {{.key = "cords", .title = "PDU outlets", .data_only = true, .help = "The outlets that its cords hang on."}, cords},
    {{.key = "reason", .title = "Slurm's reason", .prose = true, .data_only = true, .help = "Why Slurm drained it, who and when, in full."}, reason},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE, .data_only = true, .help = "When the oldest of its checks was seen."}, age},
    {{.key = "last_action", .title = "Last action", .prose = true, .data_only = true, .help = "The last power step, what came of it, and who asked."},
        action},
    {{.key = "last_action_at", .title = "Last action at", .kind = WEB_COL_TIME, .data_only = true}, action_at},
    {{.key = "type", .title = "Type", .groups = true, .data_only = true}, type},
    {{.key = "in_inventory", .title = "In the inventory", .kind = WEB_COL_FLAG, .data_only = true,
        .help = "No: Slurm, a group or a check knows it, and the inventory does not."}, known},
};

/* ---- the columns that larchd publishes, between them ----------------------------------------- */

/* What stands in a check's column when it was never seen, and cannot be. NULL: unknown. */
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
cell(void *ctx, size_t row, size_t column)
{
	struct nodes_call *n = ctx;
	size_t i = column - LARCH_COUNT(before);
	const struct pages_node *node;
	const struct status_value *v;

	if (column < LARCH_COUNT(before))
		return before[column].cell(n, row, n->call->now);
	if (i >= n->room->n_columns)
		return after[i - n->room->n_columns].cell(n, row, n->call->now);
	node = pages_nodes_at(n, row);
	v = node->values[i];
	return pages_column_cell(n->call, &n->room->columns[i], v, v == NULL ? absent(node, n->room->columns[i].name) : NULL);
}

static void
make_columns(struct nodes_call *n)
{
	const struct pages_room *r = n->room;

	n->columns = arena_array(n->call->arena, LARCH_COUNT(before) + r->n_columns + LARCH_COUNT(after), sizeof(*n->columns));
	for (size_t i = 0; i < LARCH_COUNT(before); i++)
		n->columns[n->n_columns++] = before[i].column;
	for (size_t i = 0; i < r->n_columns; i++) {
		const struct status_column *col = &r->columns[i];

		n->columns[n->n_columns++] = (struct web_column){.key = col->name, .title = col->title, .kind = WEB_COL_LEVEL,
		    .unit = col->kind == STATUS_MEASURE && *col->unit != '\0' ? col->unit : NULL, .help = col->help, .groups = true,
		    .data_only = !col->shown};
	}
	for (size_t i = 0; i < LARCH_COUNT(after); i++)
		n->columns[n->n_columns++] = after[i].column;
}

/* ---- which rows ------------------------------------------------------------------------------ */

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

static int
match(void *ctx, size_t row, const char *q, struct err *e)
{
	struct nodes_call *n = ctx;
	const struct pages_node *node = pages_nodes_at(n, row);

	if (!pages_is_query(q) && has_word(n->room, node, q))
		return 1; /* what is seen; else what the inventory knows: a serial number, a model */
	return pages_filter_has(&n->filter, node->name, q, e);
}

static void
make_rows(struct nodes_call *n)
{
	const struct pages_room *r = n->room;
	size_t level_n[STATUS_LEVEL_COUNT];

	pages_tally(r, n->call->now, level_n);
	n->row = arena_array(n->call->arena, (n->sick ? r->n_nodes - level_n[STATUS_OK] : r->n_nodes) + 1, sizeof(*n->row));
	n->n = n->sick ? pages_sick(r, n->call->now, n->row) : r->n_nodes;
	for (size_t i = 0; i < n->n && !n->sick; i++)
		n->row[i] = i;
	memcpy(n->levels, level_n, sizeof(n->levels));
}

/* ---- the page ---------------------------------------------------------------------------------- */

static const char *
selected(void *ctx, size_t row)
{
	const struct pages_node *n = pages_nodes_at(ctx, row);

	return n->thing == NULL ? NULL : n->name;
}

static char
row_level(void *ctx, size_t row)
{
	static const char letters[STATUS_LEVEL_COUNT] = {[STATUS_OK] = 'o', [STATUS_WARN] = 'w', [STATUS_CRITICAL] = 'c', [STATUS_UNKNOWN] = 'u'};
	const struct nodes_call *n = ctx;

	return letters[pages_level(n->room, pages_nodes_at(ctx, row), n->call->now)];
}

static const struct web_action actions[] = {
    {.label = "Cycle\u2026", .name = "verb", .value = "cycle"},
    {.label = "Switch on\u2026", .name = "verb", .value = "on"},
    {.label = "Switch off\u2026", .name = "verb", .value = "off"},
};

/* Of these those that some role of this person allows; what of a machine is judged with its plan. */
static const struct web_action *
allowed(struct web_call *c, size_t *n_out)
{
	struct web_action *list = arena_array(c->arena, LARCH_COUNT(actions), sizeof(*list));
	struct err no;

	*n_out = 0;
	for (size_t i = 0; i < LARCH_COUNT(actions); i++)
		if (auth_may_some(c->policy, c->person, actions[i].value, &no) == 0)
			list[(*n_out)++] = actions[i];
	return list;
}

/* Boxes send a field each; an address has them in one. */
static int
to_one_field(struct web_call *c, struct err *e)
{
	struct buf b = BUF(LIMIT_FIELD);
	const char *fields;

	for (size_t i = 0; i < web_count(c, "fields"); i++) {
		buf_puts(&b, i > 0 ? "," : "");
		buf_puts(&b, web_item(c, "fields", i));
	}
	fields = arena_strndup(c->arena, b.p, b.n);
	buf_free(&b);
	return web_redirect(c, web_here_with(c, "fields", fields), e);
}

int
pages_nodes(struct web_call *c, struct err *e)
{
	struct nodes_call *n;
	struct pages_room *r;
	const char *show = web_text(c, "show");
	const struct web_action *acts;
	size_t n_actions;

	if (c->format == WEB_HTML && web_count(c, "fields") > 1)
		return to_one_field(c, e);
	r = pages_room_get(c, e);
	if (r == NULL)
		return -1;
	pages_room_hold(c, r);
	n = arena_alloc(c->arena, sizeof(*n));
	*n = (struct nodes_call){.call = c, .room = r, .filter = {.call = c}, .may_edit = pages_may_edit(c)};
	n->sick = show != NULL ? strcmp(show, "sick") == 0 : c->format == WEB_HTML && !web_has(c, "q");
	acts = allowed(c, &n_actions);
	n->last = arena_alloc(c->arena, sizeof(*n->last));
	*n->last = (struct nodes_advice){0};
	n->scratch = arena_create();
	pages_advice_banner(c);
	web_after(c, drop_scratch, n->scratch);
	make_columns(n);
	make_rows(n);
	if (pages_nodes_group(n, e) != 0)
		return -1;
	return web_show(c, NULL, c->format == WEB_HTML ? pages_nodes_model(n) : NULL, &(struct web_table){
	    .name = "nodes", .caption = pages_nodes_caption(n), .empty = n->sick ? "Every machine is well." : "No machine to show.",
	    .columns = n->columns, .n_columns = n->n_columns, .n = n->n, .cell = cell, .ctx = n, .match = match,
	    .level = row_level, .group = n->group.key != NULL ? &n->group : NULL,
	    .choose = web_flag(c, "choose") ? WEB_CHOOSE_FORM : WEB_CHOOSE_LINK, .lasts = true, .ages_in_titles = true, .sort = "name",
	    .form_path = n_actions == 0 ? NULL : "/power/plan", /* a POST: a thousand boxes are no URL; it folds them and leads to the plan */
	    .form_post = true, .select = n_actions == 0 ? NULL : "nodes", .selected = selected,
	    .actions = acts, .n_actions = n_actions,
	}, 1, e);
}
