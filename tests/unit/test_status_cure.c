/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of what helped: kept, ended, judged, counted. */
#include "status_frame.h"

static struct status_cure
cure(int64_t job, const char *machine)
{
	return (struct status_cure){.job = job, .machine = machine, .rule = "hung", .signs = "0123456789abcdef", .verb = "cycle",
	    .began = times_now()};
}

static size_t
open_of(struct status *s, const char *machine, struct arena *a, struct status_cure **out)
{
	size_t n = 99;

	T_INT(status_cures_open(s, machine, a, out, &n, &e), 0);
	return n;
}

static void
t_a_case_is_open_until_it_is_judged_and_counts_only_then(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_cure c = cure(7, "n1"), d = cure(7, "n2"), *open;
	struct status_cured *done;
	size_t n = 99;

	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(status_put_cure(s, &d, &e), 0);
	T_INT(open_of(s, NULL, a, &open), 2);
	T_OK(open[0].ended == 0 && open[0].judged == 0 && !open[0].well);
	T_INT(status_cures(s, a, &done, &n, &e), 0);
	T_INT(n, 0);
	T_INT(status_end_cure(s, 7, "n1", c.began + 5000, &e), 0);
	T_INT(open_of(s, "n1", a, &open), 1);
	T_INT(open[0].ended, c.began + 5000);
	T_STR(open[0].rule, "hung");
	T_STR(open[0].signs, "0123456789abcdef");
	T_STR(open[0].verb, "cycle");
	c = open[0];
	c.judged = c.ended + 900000;
	c.well = true;
	T_INT(status_put_cure(s, &c, &e), 0);
	d.judged = c.judged;
	T_INT(status_put_cure(s, &d, &e), 0);
	T_INT(open_of(s, NULL, a, &open), 0);
	T_INT(status_cures(s, a, &done, &n, &e), 0);
	T_INT(n, 1);
	T_OK(done[0].n == 2 && done[0].well == 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_cases_are_counted_apart_by_rule_signs_and_verb(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_cured *done;
	size_t n = 0;

	for (int64_t i = 0; i < 12; i++) {
		struct status_cure c = cure(i, "n1");

		c.rule = i < 6 ? "hung" : "half-dead";
		c.signs = i % 2 == 0 ? "0123456789abcdef" : "fedcba9876543210";
		c.verb = i % 3 == 0 ? "reset" : "cycle";
		c.judged = c.began;
		c.well = i == 4;
		T_INT(status_put_cure(s, &c, &e), 0);
	}
	T_INT(status_cures(s, a, &done, &n, &e), 0);
	T_INT(n, 8);
	for (size_t i = 0; i < n; i++)
		T_INT(done[i].well, strcmp(done[i].rule, "hung") == 0 && strcmp(done[i].signs, "0123456789abcdef") == 0 &&
		    strcmp(done[i].verb, "cycle") == 0);
	arena_destroy(a);
	status_close(s);
}

static void
t_what_is_dropped_is_gone_and_what_is_judged_stays(void)
{
	const char *path = fresh_path();
	struct status *s = opened(path);
	struct arena *a = arena_create();
	struct status_cure c = cure(7, "n1"), *open;
	struct status_cured *done;
	size_t n;

	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(status_drop_cure(s, 8, "n1", &e), 0);
	T_INT(open_of(s, NULL, a, &open), 1);
	T_INT(status_drop_cure(s, 7, "n1", &e), 0);
	T_INT(open_of(s, NULL, a, &open), 0);
	c.judged = c.began;
	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(status_drop_cure(s, 7, "n1", &e), 0);
	T_INT(status_end_cure(s, 7, "n1", 1, &e), 0);
	status_close(s);
	s = opened(path); /* they outlive larchd */
	T_INT(status_cures(s, a, &done, &n, &e), 0);
	T_INT(n, 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_cases_of_more_than_two_years_ago_go_and_a_reader_hears_of_new_ones(void)
{
	const char *path = fresh_path();
	struct status *s = opened(path), *r = reading(path);
	struct arena *a = arena_create();
	struct status_cure c = cure(1, "n1");
	struct status_cured *done;
	int64_t was = status_generation(r);
	size_t n;

	c.judged = 1;
	c.began -= INT64_C(731) * 24 * 3600 * 1000;
	T_INT(status_put_cure(s, &c, &e), 0);
	T_OK(status_generation(r) > was);
	c = cure(2, "n1");
	c.judged = 1;
	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(status_cures(r, a, &done, &n, &e), 0);
	T_OK(n == 1 && done[0].n == 1);
	arena_destroy(a);
	status_close(r);
	status_close(s);
}

static void
t_no_more_are_kept_than_the_ceiling(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_cure c = cure(1, "n1"), *open;

	T_INT(status_put_cure(s, &c, &e), 0);
	c = cure(2, "n2");
	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(store_run(s->s, &e, "UPDATE sqlite_sequence SET seq=? WHERE name='cure'", "i", (int64_t)LIMIT_STATUS_CURES), 0);
	c = cure(3, "n3"); /* as if as many had come between */
	T_INT(status_put_cure(s, &c, &e), 0);
	T_INT(open_of(s, NULL, a, &open), 2);
	T_STR(open[0].machine, "n2");
	arena_destroy(a);
	status_close(s);
}

T_MAIN(T(t_no_more_are_kept_than_the_ceiling), T(t_a_case_is_open_until_it_is_judged_and_counts_only_then), T(t_cases_are_counted_apart_by_rule_signs_and_verb),
    T(t_what_is_dropped_is_gone_and_what_is_judged_stays), T(t_cases_of_more_than_two_years_ago_go_and_a_reader_hears_of_new_ones))
