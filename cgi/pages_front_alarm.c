/* SPDX-License-Identifier: Apache-2.0 */
/* What nobody may overlook: uses of the break-glass account, and power steps without an outcome. */
#include "pages_front.h"

#define GLASS_ROWS 50

int
pages_front_alarms(struct front *f, struct err *e)
{
	const struct glass_ask ask = {.since = f->call->now - GLASS_SHOWN_MS, .limit = GLASS_ROWS, .newest_first = true};
	struct glass *glass = pages_glass(f->call);

	if (glass != NULL && glass_uses(glass, &ask, f->call->arena, &f->glass, &f->n_glass, e) != 0)
		return -1;
	return f->status == NULL ? 0 : status_unsettled_rows(f->status, f->call->arena, &f->unsettled, &f->n_unsettled, e);
}

/* ---- the break-glass account ------------------------------------------------------------ */

static const struct glass_use *
use(const void *ctx, size_t row)
{
	return &((const struct front *)ctx)->glass[row];
}

static struct web_cell
use_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(use(ctx, row)->at);
}

static struct web_cell
use_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(use(ctx, row)->who);
}

static struct web_cell
use_what(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level(STATUS_CRITICAL, use(ctx, row)->what, 0, false);
}

static struct web_cell
use_address(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(use(ctx, row)->address);
}

const struct pages_column pages_front_glass[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, use_at},
    {{.key = "who", .title = "Account"}, use_who},
    {{.key = "what", .title = "What", .kind = WEB_COL_LEVEL}, use_what},
    {{.key = "address", .title = "From"}, use_address},
};
const size_t pages_front_glass_n = LARCH_COUNT(pages_front_glass);

/* ---- steps without an outcome --------------------------------------------------------------- */

static const struct status_unsettled *
step(const void *ctx, size_t row)
{
	return &((const struct front *)ctx)->unsettled[row];
}

static struct web_cell
step_machine(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const char *name = step(ctx, row)->machine;
	const struct pages_node *n = pages_node_find(f->room, name);

	(void)now;
	return web_cell_link(name, n == NULL ? NULL : n->href);
}

static struct web_cell
step_what(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level(STATUS_CRITICAL, step(ctx, row)->what, 0, false);
}

static struct web_cell
step_job(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	long long job = (long long)step(ctx, row)->job;

	(void)now;
	return web_cell_link(arena_printf(f->call->arena, "%lld", job), arena_printf(f->call->arena, "/jobs/%lld", job));
}

static struct web_cell
step_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(step(ctx, row)->who);
}

static struct web_cell
step_age(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return (struct web_cell){.at = step(ctx, row)->at};
}

const struct pages_column pages_front_unsettled[] = {
    {{.key = "machine", .title = "Machine", .kind = WEB_COL_LINK}, step_machine},
    {{.key = "step", .title = "Sent", .kind = WEB_COL_LEVEL}, step_what},
    {{.key = "job", .title = "Job", .kind = WEB_COL_LINK}, step_job},
    {{.key = "who", .title = "Who"}, step_who},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, step_age},
};
const size_t pages_front_unsettled_n = LARCH_COUNT(pages_front_unsettled);
