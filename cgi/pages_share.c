/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the last day, week and month things were up. */
#include <math.h>

#include "pages.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)

const struct pages_window pages_windows[PAGES_WINDOWS] = {
    [PAGES_DAY] = {"day", 24 * HOUR_MS}, [PAGES_WEEK] = {"week", 7 * 24 * HOUR_MS}, [PAGES_MONTH] = {"month", 30 * 24 * HOUR_MS}};

int
pages_shares(struct web_call *c, struct status *s, const struct hosts *things, const char *column,
    struct status_share *out[PAGES_WINDOWS], struct err *e)
{
	for (size_t w = 0; w < PAGES_WINDOWS; w++) {
		const struct status_window window = {column, c->now - pages_windows[w].ms, c->now};

		if (s == NULL) {
			out[w] = arena_array(c->arena, things->n + 1, sizeof(*out[w]));
			for (size_t i = 0; i < things->n; i++)
				out[w][i] = (struct status_share){.thing = things->name[i], .unknown = pages_windows[w].ms};
		} else if (status_availability(s, things, &window, c->arena, &out[w], e) != 0) {
			return -1;
		}
	}
	return 0;
}

double
pages_share_unknown(const struct status_share *share)
{
	int64_t all = share->up + share->down + share->unknown;

	return all <= 0 ? NAN : 100 * (double)share->unknown / (double)all;
}

/* Cut, not rounded: what was down for a minute was not there all the time. */
static const char *
share_text(const struct status_share *share, const char *unknown_word, struct arena *a)
{
	double percent = status_share_percent(share), unknown = pages_share_unknown(share);
	const char *text;

	if (isnan(percent))
		return "unknown";
	text = percent >= 100 ? "100 %" : arena_printf(a, "%.2f %%", floor(percent * 100) / 100);
	if (isnan(unknown) || unknown <= 0)
		return text;
	if (unknown < 1 || unknown > 99)
		return arena_printf(a, "%s (%s %% %s)", text, unknown < 1 ? "<1" : ">99", unknown_word);
	return arena_printf(a, "%s (%.0f %% %s)", text, unknown, unknown_word);
}

const char *
pages_share_text(const struct status_share *share, struct arena *a)
{
	return share_text(share, "unknown", a);
}

const char *
pages_share_short(const struct status_share *share, struct arena *a)
{
	return share_text(share, "?", a);
}

json_t *
pages_share_json(const struct status_share *share)
{
	double percent = status_share_percent(share);
	json_t *o = json_object();

	jsn_set(o, "percent", isnan(percent) ? json_null() : json_real(floor(percent * 10000) / 10000));
	jsn_set(o, "up_seconds", json_integer(share->up / 1000));
	jsn_set(o, "down_seconds", json_integer(share->down / 1000));
	jsn_set(o, "unknown_seconds", json_integer(share->unknown / 1000));
	return o;
}
