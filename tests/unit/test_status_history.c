/* SPDX-License-Identifier: Apache-2.0 */
/* What was: changes and how they are asked for, availability, gaps, what goes after ninety days. */
#include <stdlib.h>

#include "status_frame.h"

#define HOUR STATUS_HOUR_MS
#define T0 (1000 * STATUS_DAY_MS) /* some day */

static struct status_change *
ask(struct status *s, struct status_changes_ask what, struct arena *a, size_t *n)
{
	struct status_change *c = NULL;

	T_INT(status_changes(s, &what, a, &c, n, &e), 0);
	return c;
}

static struct hosts
list(struct arena *a, const char *text)
{
	struct hosts h;

	T_INT(hosts_parse(str_of(text), NULL, a, &h, &e), 0);
	return h;
}

static void
t_changes_are_asked_by_thing_check_time_and_level(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct hosts two = list(a, "n1,n3"), many = list(a, "n[1-99]");
	struct status_change *c;
	size_t n;

	for (int i = 0; i < 4; i++) {
		char name[3] = {'n', (char)('0' + i), '\0'};

		put_one(s, seen(name, "ping", STATUS_OK, "up", T0));
		put_one(s, seen(name, "ping", STATUS_CRITICAL, "down", T0 + HOUR));
		put_one(s, seen(name, "ping", STATUS_CRITICAL, "gone", T0 + 2 * HOUR)); /* its level stays */
		put_one(s, seen(name, "bmc", STATUS_OK, "ok", T0 + 2 * HOUR));
		put_one(s, seen(name, "bmc", STATUS_WARN, "slow", T0 + 3 * HOUR));
	}
	c = ask(s, (struct status_changes_ask){0}, a, &n);
	T_INT(n, 12);
	T_OK(c[0].id > c[11].id);
	T_STR(c[0].thing, "n3");
	T_STR(c[0].to_text, "slow");
	T_INT(c[0].from, STATUS_OK);
	c = ask(s, (struct status_changes_ask){.thing = "n2"}, a, &n);
	T_INT(n, 3);
	T_STR(c[2].from_text, "up");
	T_STR(c[2].to_text, "down");
	(void)ask(s, (struct status_changes_ask){.things = &two}, a, &n);
	T_INT(n, 6);
	(void)ask(s, (struct status_changes_ask){.things = &many}, a, &n); /* so many that all is read */
	T_INT(n, 9);
	(void)ask(s, (struct status_changes_ask){.things = &many, .check = "bmc"}, a, &n);
	T_INT(n, 3);
	(void)ask(s, (struct status_changes_ask){.thing = "n1", .check = "bmc"}, a, &n);
	T_INT(n, 1);
	(void)ask(s, (struct status_changes_ask){.since = T0 + 2 * HOUR}, a, &n);
	T_INT(n, 8);
	(void)ask(s, (struct status_changes_ask){.since = T0 + 1, .until = T0 + 2 * HOUR}, a, &n);
	T_INT(n, 4);
	(void)ask(s, (struct status_changes_ask){.thing = "n0", .since = T0 + 2 * HOUR + 1}, a, &n);
	T_INT(n, 1);
	(void)ask(s, (struct status_changes_ask){.levels = STATUS_BIT(STATUS_WARN)}, a, &n);
	T_INT(n, 4);
	(void)ask(s, (struct status_changes_ask){.things = &two, .levels = STATUS_BIT(STATUS_WARN) | STATUS_BIT(STATUS_CRITICAL)}, a, &n);
	T_INT(n, 6);
	(void)ask(s, (struct status_changes_ask){.level_only = true}, a, &n);
	T_INT(n, 8);
	(void)ask(s, (struct status_changes_ask){.thing = "n0", .level_only = true}, a, &n);
	T_INT(n, 2);
	c = ask(s, (struct status_changes_ask){.limit = 5}, a, &n);
	T_INT(n, 5);
	T_STR(c[0].thing, "n3");
	(void)ask(s, (struct status_changes_ask){.things = &two, .limit = 5}, a, &n);
	T_INT(n, 5);
	(void)ask(s, (struct status_changes_ask){.thing = "n9"}, a, &n);
	T_INT(n, 0);
	(void)ask(s, (struct status_changes_ask){.check = "fan"}, a, &n);
	T_INT(n, 0);
	arena_destroy(a);
	status_close(s);
}

/* ---- availability ------------------------------------------------------------------ */

static struct status_share
share(struct status *s, struct arena *a, const char *thing, int64_t from, int64_t to)
{
	struct hosts h = list(a, thing);
	struct status_share *got = NULL;
	const struct status_window w = {"ping", from, to};

	T_INT(status_availability(s, &h, &w, a, &got, &e), 0);
	T_INT(got[0].up + got[0].down + got[0].unknown, to > from ? to - from : 0);
	return got[0];
}

static void
t_a_window_is_up_down_and_unknown(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_share x;

	beat(s, T0);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", T0 + HOUR)); /* nobody knew it before */
	put_one(s, seen("n1", "ping", STATUS_CRITICAL, "down", T0 + 3 * HOUR));
	put_one(s, seen("n1", "ping", STATUS_WARN, "slow", T0 + 4 * HOUR)); /* up, too */
	put_one(s, seen("n1", "ping", STATUS_UNKNOWN, "unknown", T0 + 6 * HOUR));
	put_one(s, seen("n1", "ping", STATUS_OK, "up", T0 + 7 * HOUR));
	for (int64_t at = T0 + STATUS_BEAT_MS; at <= T0 + 10 * HOUR; at += STATUS_BEAT_MS)
		s->beat = at; /* it was there all the time */
	beat(s, T0 + 10 * HOUR);
	x = share(s, a, "n1", T0, T0 + 10 * HOUR);
	T_INT(x.up, 7 * HOUR);
	T_INT(x.down, HOUR);
	T_INT(x.unknown, 2 * HOUR);
	T_OK(fabs(status_share_percent(&x) - 87.5) < 0.001);
	x = share(s, a, "n1", T0 + 3 * HOUR + HOUR / 2, T0 + 4 * HOUR + HOUR / 2);
	T_INT(x.up, HOUR / 2);
	T_INT(x.down, HOUR / 2);
	x = share(s, a, "n1", T0 + 9 * HOUR, T0 + 12 * HOUR); /* two of them are to come */
	T_INT(x.up, HOUR);
	T_INT(x.unknown, 2 * HOUR);
	x = share(s, a, "n1", T0 - 5 * HOUR, T0);
	T_INT(x.unknown, 5 * HOUR);
	T_OK(isnan(status_share_percent(&x)));
	x = share(s, a, "n9", T0, T0 + HOUR);
	T_INT(x.unknown, HOUR);
	T_INT(share(s, a, "n1", T0 + HOUR, T0).up, 0); /* backwards: nothing */
	arena_destroy(a);
	status_close(s);
}

static void
t_while_larchd_was_away_nothing_is_known(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_gap *gaps;
	struct status_share x;
	struct status *s;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	beat(s, T0);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", T0));
	beat(s, T0 + STATUS_BEAT_MS);
	status_close(s);
	s = opened(path); /* an hour later */
	beat(s, T0 + HOUR);
	put_one(s, seen("n1", "ping", STATUS_CRITICAL, "down", T0 + HOUR + 1000));
	beat(s, T0 + HOUR + STATUS_BEAT_MS);
	T_INT(status_gaps(s, a, &gaps, &n, &e), 0);
	T_INT(n, 1);
	T_INT(gaps[0].began, T0 + STATUS_BEAT_MS);
	T_INT(gaps[0].ended, T0 + HOUR);
	x = share(s, a, "n1", T0, T0 + HOUR + STATUS_BEAT_MS);
	T_INT(x.up, STATUS_BEAT_MS + 1000);
	T_INT(x.down, STATUS_BEAT_MS - 1000);
	T_INT(x.unknown, HOUR - STATUS_BEAT_MS);
	beat(s, T0 + HOUR / 2); /* the clock is put back: no gap */
	beat(s, T0 + HOUR / 2 + STATUS_GONE_MS);
	T_INT(status_gaps(s, a, &gaps, &n, &e), 0);
	T_INT(n, 1);
	arena_destroy(a);
	status_close(s);
}

/* A story of several things, step by step, against what the answers say. */
static void
t_what_is_summed_is_what_happened(void)
{
	enum { THINGS = 40, STEPS = 1500 };
	const int64_t step = 8 * 60000; /* eight days of them: whole days are summed up by the writer */
	static uint8_t was[THINGS][STEPS]; /* level + 1; 0 before it was seen, or when nobody looked */
	static const char *const words[] = {"up", "slow", "down", "unknown"};
	const struct status_column ping = {.name = "ping", .probe = "ping", .title = "", .unit = "", .help = "", .counts = true};
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct store_query *q;
	struct hosts h = list(a, "n[10-49]");
	uint32_t dice = 4711;
	int level[THINGS];

	T_INT(status_put_columns(s, &ping, 1, &e), 0);
	for (int i = 0; i < THINGS; i++)
		level[i] = -1;
	for (int m = 0; m < STEPS; m++) {
		struct status_value v[THINGS];
		size_t n = 0;
		bool away = m % 400 >= 350;

		for (int i = 0; i < THINGS && !away; i++) {
			dice = dice * 1103515245u + 12345u;
			if ((dice >> 16) % 20 == 0)
				level[i] = (int)(dice >> 24) % STATUS_LEVEL_COUNT;
			if (level[i] >= 0)
				v[n++] = seen(h.name[i], "ping", (enum status_level)level[i], words[level[i]], T0 + m * step);
		}
		for (int i = 0; i < THINGS; i++)
			was[i][m] = away ? 0 : (uint8_t)(level[i] + 1);
		if (away)
			continue;
		beat(s, T0 + m * step); /* the first after an absence ends the gap */
		put(s, v, n);
		s->beat = T0 + (m + 1) * step; /* until the last */
	}
	beat(s, T0 + STEPS * step - 1);
	q = store_ask(s->s, &e, "SELECT COUNT(*) FROM day", "");
	T_OK(store_next(q, &e) == 1 && store_int(q, 0) >= 7);
	store_done(q);
	for (int k = 0; k < 60; k++) {
		int from = (int)(dice % STEPS), to = from + (int)(dice / STEPS % (unsigned)(STEPS - from)) + 1;
		const struct status_window w = {"ping", T0 + from * step, T0 + to * step - 1};
		struct status_share *many, one;

		dice = dice * 1103515245u + 12345u;
		T_INT(status_availability(s, &h, &w, a, &many, &e), 0);
		for (int i = 0; i < THINGS; i++) {
			int64_t up = 0, down = 0;

			for (int m = from; m < to; m++) {
				int64_t ms = m == to - 1 ? step - 1 : step;

				up += was[i][m] == 1 + STATUS_OK || was[i][m] == 1 + STATUS_WARN ? ms : 0;
				down += was[i][m] == 1 + STATUS_CRITICAL ? ms : 0;
			}
			if (!T_INT(many[i].up, up) || !T_INT(many[i].down, down))
				printf("# %s, steps %d to %d\n", h.name[i], from, to);
			if (i % 8 != 0)
				continue;
			one = share(s, a, h.name[i], w.from, w.to);
			T_INT(one.up, up);
			T_INT(one.down, down);
		}
		one = status_share_sum(many, THINGS);
		T_INT(one.up + one.down + one.unknown, THINGS * (w.to - w.from));
	}
	arena_destroy(a);
	status_close(s);
}

static void
t_a_clock_that_is_put_back_loses_nothing_and_makes_no_age_negative(void)
{
	static const int64_t clock[] = {0, 10, 20, 90, 100, 40, 50, 60, 110}; /* minutes: ahead by an hour, and back again */
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_change *c;
	struct status_share x;
	char text[32];
	size_t n;

	beat(s, T0);
	for (size_t i = 0; i < LARCH_COUNT(clock); i++) {
		(void)snprintf(text, sizeof(text), "w%zu", i);
		put_one(s, seen("n1", "ping", i % 2 == 0 ? STATUS_OK : STATUS_CRITICAL, text, T0 + clock[i] * 60000));
	}
	s->beat = T0 + 110 * 60000;
	beat(s, T0 + 120 * 60000);
	s->beat = T0 + 120 * 60000;
	c = ask(s, (struct status_changes_ask){.thing = "n1"}, a, &n);
	T_INT(n, LARCH_COUNT(clock) - 1);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "w%zu", n - i);
		T_STR(c[i].to_text, text); /* as it happened */
	}
	c = ask(s, (struct status_changes_ask){.since = T0 + 80 * 60000, .until = T0 + 105 * 60000}, a, &n);
	T_INT(n, 2); /* what bears the wrong time is found under it */
	x = share(s, a, "n1", T0, T0 + 120 * 60000);
	T_OK(x.up >= 0 && x.down >= 0 && x.unknown >= 0);
	T_OK(get(s, a, "n1", "ping").since <= get(s, a, "n1", "ping").at);
	put_one(s, seen("n1", "ping", STATUS_OK, "w8", T0 + 50 * 60000)); /* back once more: seen again, at the clock's time */
	T_INT(get(s, a, "n1", "ping").at, T0 + 50 * 60000);
	T_OK(!status_stale(T0 + 110 * 60000, 30000, T0 + 50 * 60000));
	arena_destroy(a);
	status_close(s);
}

static void
t_after_ninety_days_changes_go_in_bites(void)
{
	enum { OLD = 3500 };
	static char name[OLD][16];
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	static struct status_value v[OLD];
	size_t n, left;

	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < OLD; i++) {
			(void)snprintf(name[i], sizeof(name[i]), "n%d", i);
			v[i] = seen(name[i], "ping", k == 0 ? STATUS_OK : STATUS_CRITICAL, "x", T0 + k * HOUR);
		}
		put(s, v, OLD);
	}
	(void)ask(s, (struct status_changes_ask){0}, a, &n);
	T_INT(n, OLD);
	for (left = n; left > 0; left = n) {
		put_one(s, seen("n0", "bmc", STATUS_OK, "ok", T0 + 92 * STATUS_DAY_MS));
		(void)ask(s, (struct status_changes_ask){0}, a, &n);
		if (!T_OK(left - n <= 1000 && s->kept->oldest > 0) || s->kept->oldest > 3 * OLD)
			break;
	}
	T_INT(n, 0);
	put_one(s, seen("n0", "ping", STATUS_OK, "y", T0 + 92 * STATUS_DAY_MS));
	(void)ask(s, (struct status_changes_ask){.thing = "n0"}, a, &n);
	T_INT(n, 1); /* its chain ends where the rest is gone */
	arena_destroy(a);
	status_close(s);
}

static void
t_what_nobody_saw_for_ninety_days_is_forgotten_at_the_next_start(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_value *v;
	struct status *s;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	beat(s, T0);
	for (int i = 0; i < 2; i++) {
		put_one(s, seen("gone", "ping", STATUS_OK, "up", T0 + i));
		put_one(s, seen("n1", "ping", STATUS_OK, "up", T0 + i));
	}
	put_one(s, seen("n1", "ping", STATUS_OK, "up", T0 + 100 * STATUS_DAY_MS)); /* in a round: its row is old */
	put_one(s, seen("gone", "bmc", STATUS_OK, "ok", T0));
	beat(s, T0 + 100 * STATUS_DAY_MS);
	status_close(s);
	s = opened(path);
	T_INT(status_values(s, NULL, a, &v, &n, &e), 0);
	T_INT(n, 1);
	T_STR(v[0].thing, "n1");
	put_one(s, seen("gone", "ping", STATUS_OK, "up", T0 + 100 * STATUS_DAY_MS)); /* and comes back */
	T_INT(get(s, a, "gone", "ping").since, T0 + 100 * STATUS_DAY_MS);
	arena_destroy(a);
	status_close(s);
}

static void
t_the_first_sight_of_a_value_is_told_to_who_asks_for_it(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_change *c;
	size_t n;

	put_one(s, seen("n1", "ping", STATUS_CRITICAL, "down", T0));
	put_one(s, seen("n1", "ping", STATUS_OK, "up", T0 + HOUR));
	c = ask(s, (struct status_changes_ask){.thing = "n1"}, a, &n);
	T_INT(n, 1);
	T_OK(!c[0].born);
	c = ask(s, (struct status_changes_ask){.thing = "n1", .births = true}, a, &n);
	T_INT(n, 2);
	T_OK(!c[0].born && c[1].born);
	T_INT(c[1].at, T0);
	T_INT(c[1].from, STATUS_UNKNOWN);
	T_INT(c[1].to, STATUS_CRITICAL);
	T_STR(c[1].from_text, "");
	T_STR(c[1].to_text, "");
	(void)ask(s, (struct status_changes_ask){.thing = "n1", .births = true, .check = "bmc"}, a, &n);
	T_INT(n, 0);
	arena_destroy(a);
	status_close(s);
}

T_MAIN(T(t_changes_are_asked_by_thing_check_time_and_level), T(t_the_first_sight_of_a_value_is_told_to_who_asks_for_it),
    T(t_a_window_is_up_down_and_unknown),
    T(t_while_larchd_was_away_nothing_is_known), T(t_what_is_summed_is_what_happened),
    T(t_a_clock_that_is_put_back_loses_nothing_and_makes_no_age_negative), T(t_after_ninety_days_changes_go_in_bites),
    T(t_what_nobody_saw_for_ninety_days_is_forgotten_at_the_next_start))
