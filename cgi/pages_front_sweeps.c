/* SPDX-License-Identifier: Apache-2.0 */
/* How the checks themselves go: when each was last through with the room, how long that took, and who is left alone. */
#include <math.h>

#include "pages_front.h"

static const struct status_lane *
lane(const void *ctx, size_t row)
{
	return &((const struct front *)ctx)->lanes[row];
}

static struct web_cell
lane_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(lane(ctx, row)->name);
}

/* Rounds that take longer than their interval, most of the time: ages grow, and somebody should know. */
static struct web_cell
lane_state(const void *ctx, size_t row, int64_t now)
{
	const struct status_lane *l = lane(ctx, row);
	bool late = l->rounds > 0 && l->late * 2 > l->rounds;

	(void)now;
	if (l->ended == 0)
		return web_cell_text("first round"); /* no level: nothing is wrong with a beginning */
	return web_cell_level(late ? STATUS_WARN : STATUS_OK, late ? "takes longer than its interval" : "in time", 0, false);
}

static struct web_cell
lane_ended(const void *ctx, size_t row, int64_t now)
{
	const struct status_lane *l = lane(ctx, row);

	return (struct web_cell){.at = l->ended, .stale = l->ended != 0 && status_stale(l->ended, l->interval, now)};
}

static struct web_cell
lane_took(const void *ctx, size_t row, int64_t now)
{
	const struct status_lane *l = lane(ctx, row);

	(void)now;
	return web_cell_number(l->ended == 0 || l->began == 0 || l->ended < l->began ? NAN : (double)(l->ended - l->began) / 1000);
}

static struct web_cell
lane_interval(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->interval / 1000);
}

static struct web_cell
lane_asked(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->asked);
}

static struct web_cell
lane_answered(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->answered);
}

static struct web_cell
lane_rested(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->rested);
}

static struct web_cell
lane_late(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->late);
}

static struct web_cell
lane_rounds(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)lane(ctx, row)->rounds);
}

const struct pages_column pages_front_lanes[] = {
    {{.key = "check", .title = "Check"}, lane_name},
    {{.key = "state", .title = "Goes", .kind = WEB_COL_LEVEL}, lane_state},
    {{.key = "ended", .title = "Last round", .kind = WEB_COL_AGE}, lane_ended},
    {{.key = "took_seconds", .title = "Took", .kind = WEB_COL_NUMBER, .unit = "s"}, lane_took},
    {{.key = "interval_seconds", .title = "Every", .kind = WEB_COL_NUMBER, .unit = "s"}, lane_interval},
    {{.key = "asked", .title = "Asked", .kind = WEB_COL_NUMBER}, lane_asked},
    {{.key = "answered", .title = "Answered", .kind = WEB_COL_NUMBER}, lane_answered},
    {{.key = "rested", .title = "Left alone", .kind = WEB_COL_NUMBER}, lane_rested},
    {{.key = "rounds", .title = "Rounds", .kind = WEB_COL_NUMBER}, lane_rounds},
    {{.key = "late", .title = "Late", .kind = WEB_COL_NUMBER}, lane_late},
};
const size_t pages_front_lanes_n = LARCH_COUNT(pages_front_lanes);
