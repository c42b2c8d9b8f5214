/* SPDX-License-Identifier: Apache-2.0 */
/* The lower tables of a machine's page: who switched it, and what was seen to change. */
#include "pages_node.h"

static const struct node_page *
page(const void *ctx)
{
	return ctx;
}

/* ---- power log and changes -------------------------------------------------------------------- */

static const struct status_action *
action(const void *ctx, size_t row)
{
	return &page(ctx)->actions[row];
}

static struct web_cell
action_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(action(ctx, row)->at);
}

static struct web_cell
action_job(const void *ctx, size_t row, int64_t now)
{
	struct arena *a = page(ctx)->call->arena;

	(void)now;
	return web_cell_link(arena_printf(a, "%lld", (long long)action(ctx, row)->job),
	    arena_printf(a, "/jobs/%lld", (long long)action(ctx, row)->job));
}

static struct web_cell
action_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(action(ctx, row)->who);
}

static struct web_cell
action_verb(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(action(ctx, row)->verb);
}

static struct web_cell
action_way(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(action(ctx, row)->way);
}

static struct web_cell
action_outcome(const void *ctx, size_t row, int64_t now)
{
	const struct status_action *x = action(ctx, row);
	struct web_cell made = web_cell_text(x->outcome);

	(void)now;
	made.level = pages_outcome_level(x->outcome);
	return made;
}

static struct web_cell
action_text(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(action(ctx, row)->text);
}

const struct pages_column pages_node_actions[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, action_at},
    {{.key = "job", .title = "Job", .kind = WEB_COL_LINK}, action_job},
    {{.key = "who", .title = "Who"}, action_who},
    {{.key = "verb", .title = "Verb"}, action_verb},
    {{.key = "way", .title = "Way"}, action_way},
    {{.key = "outcome", .title = "Outcome", .kind = WEB_COL_LEVEL}, action_outcome},
    {{.key = "text", .title = "What happened"}, action_text},
};
const size_t pages_node_actions_n = LARCH_COUNT(pages_node_actions);

static struct web_cell
change_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(page(ctx)->changes[row].at);
}

static struct web_cell
change_check(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(page(ctx)->changes[row].check);
}

static struct web_cell
change_from(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)page(ctx)->changes[row].from, page(ctx)->changes[row].from_text, 0, false);
}

static struct web_cell
change_to(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)page(ctx)->changes[row].to, page(ctx)->changes[row].to_text, 0, false);
}

const struct pages_column pages_node_changes[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, change_at},
    {{.key = "check", .title = "Check"}, change_check},
    {{.key = "from", .title = "Was", .kind = WEB_COL_LEVEL}, change_from},
    {{.key = "to", .title = "Became", .kind = WEB_COL_LEVEL}, change_to},
};
const size_t pages_node_changes_n = LARCH_COUNT(pages_node_changes);
