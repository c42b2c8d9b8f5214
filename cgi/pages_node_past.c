/* SPDX-License-Identifier: Apache-2.0 */
/* What was, on a machine's page: who switched it, what was seen to change, how much of the time it was up. */
#include <math.h>

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

/* ---- availability ------------------------------------------------------------------------------ */

static const struct status_share *
share(const void *ctx, size_t row)
{
	return &page(ctx)->share[row];
}

static struct web_cell
share_window(const void *ctx, size_t row, int64_t now)
{
	(void)ctx;
	(void)now;
	return web_cell_text(pages_windows[row].word);
}

static struct web_cell
share_column(const void *ctx, size_t row, int64_t now)
{
	(void)row;
	(void)now;
	return web_cell_text(page(ctx)->share_of);
}

static struct web_cell
share_percent(const void *ctx, size_t row, int64_t now)
{
	double percent = status_share_percent(share(ctx, row));

	(void)now;
	return web_cell_number(isnan(percent) ? percent : floor(percent * 10000) / 10000);
}

static struct web_cell
whole_seconds(int64_t ms)
{
	return web_cell_number(floor((double)ms / 1000));
}

static struct web_cell
share_up(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return whole_seconds(share(ctx, row)->up);
}

static struct web_cell
share_down(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return whole_seconds(share(ctx, row)->down);
}

static struct web_cell
share_unknown(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return whole_seconds(share(ctx, row)->unknown);
}

const struct pages_column pages_node_shares[] = {
    {{.key = "window", .title = "Of the last"}, share_window},
    {{.key = "check", .title = "By"}, share_column},
    {{.key = "percent", .title = "Up", .kind = WEB_COL_NUMBER, .unit = "%"}, share_percent},
    {{.key = "up_seconds", .title = "Up", .kind = WEB_COL_NUMBER, .unit = "s"}, share_up},
    {{.key = "down_seconds", .title = "Down", .kind = WEB_COL_NUMBER, .unit = "s"}, share_down},
    {{.key = "unknown_seconds", .title = "Unknown", .kind = WEB_COL_NUMBER, .unit = "s"}, share_unknown},
};
const size_t pages_node_shares_n = LARCH_COUNT(pages_node_shares);
