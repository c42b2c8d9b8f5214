/* SPDX-License-Identifier: Apache-2.0 */
/* How each check goes, as larchd publishes it. */
#include "status/status.h"
#include "t.h"

static struct err e;

static void
t_what_was_put_last_is_there_and_nothing_else(void)
{
	static const struct status_lane first[] = {
	    {"ping", 30000, 1000, 2000, 7, 1, 70, 69, 3},
	    {"ssh", 30000, 1100, 0, 0, 0, 10, 9, 0},
	    {"login", 900000, 1, 2, 0, 0, INT64_MAX, INT64_MAX, 0},
	};
	static const struct status_lane then[] = {
	    {"ssh", 60000, 5000, 6000, 1, 0, 20, 20, 0},
	    {"ping", 30000, 7000, 8000, 8, 1, 80, 79, 3},
	};
	struct arena *a = arena_create();
	struct status_lane *got;
	struct status *s = NULL, *reader = NULL;
	char path[4200];
	size_t n;

	snprintf(path, sizeof(path), "%s/status.db", t_folder());
	T_INT(status_open(path, &s, &e), 0);
	T_INT(status_open_reader(path, &reader, &e), 0);
	T_INT(status_lanes(reader, a, &got, &n, &e), 0); /* larchd has not said */
	T_INT(n, 0);
	T_INT(status_put_lanes(s, first, LARCH_COUNT(first), &e), 0);
	T_INT(status_lanes(reader, a, &got, &n, &e), 0);
	T_INT(n, 3);
	T_STR(got[0].name, "ping");
	T_INT(got[0].interval, 30000);
	T_INT(got[0].began, 1000);
	T_INT(got[0].ended, 2000);
	T_INT(got[0].rounds, 7);
	T_INT(got[0].late, 1);
	T_INT(got[0].asked, 70);
	T_INT(got[0].answered, 69);
	T_INT(got[0].rested, 3);
	T_OK(got[2].asked == INT64_MAX);
	T_INT(status_put_lanes(s, then, LARCH_COUNT(then), &e), 0);
	T_INT(status_lanes(reader, a, &got, &n, &e), 0);
	T_INT(n, 2);
	T_STR(got[0].name, "ssh");
	T_STR(got[1].name, "ping");
	T_INT(got[1].began, 7000);
	T_INT(status_put_lanes(s, NULL, 0, &e), 0);
	T_INT(status_lanes(reader, a, &got, &n, &e), 0);
	T_INT(n, 0);
	status_close(reader);
	status_close(s);
	arena_destroy(a);
}

static void
t_a_reader_may_not_write_them(void)
{
	struct status *s = NULL, *reader = NULL;
	char path[4200];

	snprintf(path, sizeof(path), "%s/other.db", t_folder());
	T_INT(status_open(path, &s, &e), 0);
	T_INT(status_open_reader(path, &reader, &e), 0);
	T_INT(status_put_lanes(reader, NULL, 0, &e), -1);
	status_close(reader);
	status_close(s);
}

T_MAIN(T(t_what_was_put_last_is_there_and_nothing_else), T(t_a_reader_may_not_write_them))
