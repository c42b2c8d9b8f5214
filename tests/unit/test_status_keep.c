/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch writes, and what is read of it: rows that changed, and rounds for the rest. */
#include "status_frame.h"

enum { N = 50 };
static char names[N][16];

static void
all(struct status_value v[N], int64_t at)
{
	for (int i = 0; i < N; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%02d", i);
		v[i] = seen(names[i], "ping", STATUS_OK, "up", at + i);
	}
}

static void
t_what_is_as_before_gets_a_younger_age_and_no_row(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_value v[N];
	int64_t rows, rounds, both[2];

	all(v, 1000);
	put(s, v, N);
	rows = status_generation(s);
	rounds = status_rounds_generation(s);
	status_generations(s, &both[0], &both[1]);
	T_INT(both[0], rows);
	T_INT(both[1], rounds);
	all(v, 31000);
	put(s, v, N);
	T_INT(status_generation(s), rows);
	T_OK(status_rounds_generation(s) > rounds);
	T_INT(get(s, a, "n00", "ping").at, 31000);
	T_INT(get(s, a, "n49", "ping").at, 31000); /* of the earliest: none seems younger than it is */
	T_INT(get(s, a, "n49", "ping").since, 1049);
	T_INT(get(s, a, "n49", "ping").key.turn, 1); /* the row is the first batch's */
	all(v, 61000);
	v[7].level = STATUS_CRITICAL;
	v[7].text = "down";
	put(s, v, N);
	T_OK(status_generation(s) > rows);
	T_INT(get(s, a, "n07", "ping").at, 61007);
	T_INT(get(s, a, "n07", "ping").key.turn, 3);
	T_INT(get(s, a, "n08", "ping").at, 61000);
	T_INT(get(s, a, "n08", "ping").key.turn, 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_what_a_round_does_not_reach_keeps_its_time(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_value v[N];

	all(v, 1000);
	put(s, v, N);
	all(v, 31000);
	put(s, v, N);
	all(v, 61000);
	put(s, v, 30); /* the others rest */
	put_one(s, seen("n40", "ping", STATUS_OK, "up", 70000)); /* and one is asked by somebody */
	T_INT(get(s, a, "n29", "ping").at, 61000);
	T_INT(get(s, a, "n30", "ping").at, 31000);
	T_INT(get(s, a, "n40", "ping").at, 70000);
	all(v, 91000);
	put(s, v, 30);
	T_INT(get(s, a, "n29", "ping").at, 91000);
	T_INT(get(s, a, "n49", "ping").at, 31000);
	T_INT(get(s, a, "n40", "ping").at, 70000);
	arena_destroy(a);
	status_close(s);
}

static void
t_a_writer_that_comes_back_knows_rows_and_rounds(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_value v[N], *got;
	struct status_outlet o = {.pdu = "p", .outlet = "AA1", .device_name = "n1", .state = "on", .word = "outletOn", .amps = 1, .watts = NAN,
	    .at = 1000, .interval = 30000}, have;
	struct status *s;
	int64_t rows;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	all(v, 1000);
	T_INT(status_put(s, v, N, &o, 1, &e), 0);
	all(v, 31000);
	put(s, v, 20);
	rows = status_generation(s);
	status_close(s);
	s = opened(path);
	all(v, 61000);
	o.at = 61000;
	T_INT(status_put(s, v, N - 10, &o, 1, &e), 0);
	T_INT(status_generation(s), rows);
	T_INT(get(s, a, "n00", "ping").at, 61000);
	T_INT(get(s, a, "n39", "ping").at, 61000);
	T_INT(get(s, a, "n40", "ping").at, 1040);
	T_INT(status_outlet(s, "p", "AA1", a, &have, &e), 0);
	T_INT(have.at, 61000);
	T_INT(have.since, 1000);
	T_STR(have.device_name, "n1");
	T_STR(have.word, "outletOn");
	T_INT(status_column_values(s, "ping", a, &got, &n, &e), 0);
	T_INT(n, N);
	T_STR(got[N - 1].thing, "n49");
	arena_destroy(a);
	status_close(s);
}

/* Logins come in slices, each a batch of its own: more of them than rounds are kept. */
static void
t_many_small_rounds_lose_no_time(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	enum { THINGS = 3 * LIMIT_STATUS_ROUNDS };
	static char many[THINGS][16];

	for (int i = 0; i < THINGS; i++) {
		(void)snprintf(many[i], sizeof(many[i]), "m%04d", i);
		put_one(s, seen(many[i], "uptime", STATUS_OK, "up", 1000));
	}
	for (int i = 0; i < THINGS; i++)
		put_one(s, seen(many[i], "uptime", STATUS_OK, "up", 100000 + i));
	for (int i = 0; i < THINGS; i += 7)
		T_INT(get(s, a, many[i], "uptime").at, 100000 + i);
	T_INT(get(s, a, many[THINGS - 1], "uptime").at, 100000 + THINGS - 1);
	T_INT(s->kept->columns[0]->n_rounds <= LIMIT_STATUS_ROUNDS, 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_ages_alone_say_what_a_reading_again_would(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_ages *ages;
	struct status_value v[N], *before, *after;
	struct status *s, *r;
	int64_t rows;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	all(v, 1000);
	put(s, v, N);
	r = reading(path);
	T_INT(status_values(r, NULL, a, &before, &n, &e), 0);
	rows = status_generation(r);
	all(v, 31000);
	put(s, v, 33);
	all(v, 61000);
	put(s, v + 20, 20);
	T_INT(status_generation(r), rows);
	T_INT(status_ages(r, a, &ages, &e), 0);
	T_INT(status_values(r, NULL, a, &after, &n, &e), 0);
	T_INT(n, N);
	for (size_t i = 0; i < n; i++)
		T_INT(status_ages_at(ages, &before[i].key, before[i].at), after[i].at);
	T_INT(after[0].at, 31000);
	T_INT(after[25].at, 61020);
	T_INT(after[45].at, 1045);
	T_INT(status_ages_at(ages, &(struct status_key){0}, 77), 77); /* never read from a file */
	arena_destroy(a);
	status_close(r);
	status_close(s);
}

static const struct status_column columns[] = {
    {.name = "load", .probe = "login", .title = "Load", .unit = "", .help = "", .kind = STATUS_MEASURE, .step = 0.5, .counts = true},
    {.name = "uptime", .probe = "login", .title = "Up", .unit = "s", .help = "", .kind = STATUS_TIME, .step = 120},
    {.name = "users", .probe = "login", .title = "Users", .unit = "", .help = "", .kind = STATUS_MEASURE},
    {.name = "ping", .probe = "ping", .title = "Ping", .unit = "ms", .help = "", .kind = STATUS_WORD, .step = 5, .counts = true},
};

static size_t
changes(struct status *s, struct arena *a)
{
	struct status_change *c;
	size_t n;

	T_INT(status_changes(s, &(struct status_changes_ask){0}, a, &c, &n, &e), 0);
	return n;
}

static void
t_a_measure_moves_by_its_step_and_only_its_level_is_history(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_value v = seen("n1", "load", STATUS_OK, "1.00", 1000);

	T_INT(status_put_columns(s, columns, LARCH_COUNT(columns), &e), 0);
	v.number = 1;
	put_one(s, v);
	v.number = 1.5;
	v.text = "1.50";
	v.at = 2000;
	put_one(s, v);
	T_STR(get(s, a, "n1", "load").text, "1.00"); /* within its step: as it was, text and number */
	T_INT(get(s, a, "n1", "load").at, 2000);
	v.number = 1.6;
	v.text = "1.60";
	v.at = 3000;
	put_one(s, v);
	T_STR(get(s, a, "n1", "load").text, "1.60");
	T_INT(get(s, a, "n1", "load").since, 1000);
	T_INT(changes(s, a), 0);
	v.level = STATUS_CRITICAL; /* another threshold: the number is the same */
	v.at = 4000;
	put_one(s, v);
	T_INT(changes(s, a), 1);
	T_INT(get(s, a, "n1", "load").since, 4000);
	v.number = NAN;
	v.text = "?";
	v.at = 5000;
	put_one(s, v);
	T_STR(get(s, a, "n1", "load").text, "?");
	T_OK(isnan(get(s, a, "n1", "load").number));
	v.text = "none";
	put_one(s, v);
	T_STR(get(s, a, "n1", "load").text, "none"); /* no number that it would print */
	arena_destroy(a);
	status_close(s);
}

static void
t_a_time_is_a_word_whose_number_moves_by_its_step(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_value v = seen("n1", "uptime", STATUS_OK, "up", 1000);

	T_INT(status_put_columns(s, columns, LARCH_COUNT(columns), &e), 0);
	v.number = 1000000;
	put_one(s, v);
	v.number += 100;
	put_one(s, v);
	T_OK(fabs(get(s, a, "n1", "uptime").number - 1000000) < 1);
	v.number += 100; /* 200 from what is kept: it does not creep */
	put_one(s, v);
	T_OK(fabs(get(s, a, "n1", "uptime").number - 1000200) < 1);
	T_INT(changes(s, a), 0);
	v.text = "rebooted";
	put_one(s, v);
	T_INT(changes(s, a), 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_what_stands_beside_a_number_that_rests_is_renewed_by_the_hour(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_value v = seen("n1", "load", STATUS_OK, "1.00", 1000), u = seen("n1", "users", STATUS_OK, "1", 1000);

	T_INT(status_put_columns(s, columns, LARCH_COUNT(columns), &e), 0);
	v.number = u.number = 1;
	v.detail = u.detail = "ana";
	v.data = "{\"a\":1}";
	put_one(s, v);
	put_one(s, u);
	v.detail = u.detail = "eva";
	v.data = "{\"a\":2}";
	v.at = u.at = 2000;
	put_one(s, v);
	put_one(s, u);
	T_STR(get(s, a, "n1", "load").detail, "ana");
	T_STR(get(s, a, "n1", "users").detail, "eva"); /* it has no step: what it says is what it is */
	v.at = 1000 + STATUS_REST_MS;
	put_one(s, v);
	T_STR(get(s, a, "n1", "load").detail, "eva");
	T_STR(get(s, a, "n1", "load").data, "{\"a\":2}");
	v.detail = NULL;
	v.data = NULL;
	v.at += STATUS_REST_MS;
	put_one(s, v);
	T_OK(get(s, a, "n1", "load").detail == NULL && get(s, a, "n1", "load").data == NULL);
	arena_destroy(a);
	status_close(s);
}

static void
t_columns_that_move_keep_their_values_and_others_go(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_column moved[2] = {columns[3], columns[0]}, *got;
	struct status_value *v;
	struct status *s;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	T_INT(status_put_columns(s, columns, LARCH_COUNT(columns), &e), 0);
	put_one(s, seen("n1", "load", STATUS_OK, "1", 1000));
	put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
	put_one(s, seen("n1", "uptime", STATUS_OK, "up", 1000));
	put_one(s, seen("n1", "uptime", STATUS_OK, "up", 2000)); /* a round too */
	T_INT(status_put_columns(s, moved, 2, &e), 0);
	T_INT(status_values(s, "n1", a, &v, &n, &e), 0);
	T_INT(n, 2);
	T_STR(v[0].check, "load");
	T_STR(v[1].check, "ping");
	T_INT(status_columns(s, a, &got, &n, &e), 0);
	T_INT(n, 2);
	T_STR(got[0].name, "ping");
	T_OK(got[0].counts && !got[1].shown && got[1].kind == STATUS_MEASURE);
	status_close(s);
	s = opened(path);
	T_INT(status_values(s, NULL, a, &v, &n, &e), 0);
	T_INT(n, 2);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", 9000));
	T_INT(get(s, a, "n1", "ping").at, 9000);
	put_one(s, seen("n1", "uptime", STATUS_OK, "up", 9500)); /* nobody published it: kept until somebody publishes again */
	T_INT(get(s, a, "n1", "uptime").since, 9500);
	arena_destroy(a);
	status_close(s);
}

static void
t_foreign_text_is_made_harmless(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	char longest[LIMIT_STATUS_DATA + 10], word[LIMIT_STATUS_TEXT + 8];
	struct status_value v = seen("$(reboot)", "ping", STATUS_OK, "a\x1b[31m\xff", 1000), got;
	int64_t rows;
	size_t n;

	v.detail = "<script>\nx\x7f";
	v.data = "{\"a\":\"\xc3\"}";
	put_one(s, v);
	got = get(s, a, "$(reboot)", "ping");
	T_STR(got.text, "a?[31m?");
	T_STR(got.detail, "<script>?x?");
	T_OK(got.data == NULL); /* no UTF-8 */
	rows = status_generation(s);
	put_one(s, v);
	T_INT(status_generation(s), rows); /* the same again is no change */
	memset(word, 'x', sizeof(word));
	memcpy(word + LIMIT_STATUS_TEXT - 1, "\xe2\x82\xac", 4); /* an euro sign over the edge */
	v.text = word;
	memset(longest, ' ', sizeof(longest));
	memcpy(longest, "{}", 2);
	longest[sizeof(longest) - 1] = '\0';
	v.data = longest;
	v.detail = longest;
	put_one(s, v);
	got = get(s, a, "$(reboot)", "ping");
	T_INT(strlen(got.text), LIMIT_STATUS_TEXT - 1);
	T_INT(strlen(got.detail), LIMIT_STATUS_DETAIL);
	T_OK(got.data == NULL);
	rows = status_generation(s);
	put_one(s, v);
	T_INT(status_generation(s), rows);
	v.level = (enum status_level)77;
	put_one(s, v);
	T_INT(get(s, a, "$(reboot)", "ping").level, STATUS_UNKNOWN);
	for (size_t i = 0; i < 3; i++) { /* no names: nothing is kept under them */
		const char *bad[] = {"", longest, "n\x01"};

		put_one(s, seen(bad[i], "ping", STATUS_OK, "up", 1000));
		put_one(s, seen("n1", i == 2 ? "" : bad[i], STATUS_OK, "up", 1000));
	}
	T_INT(status_values(s, NULL, a, &(struct status_value *){0}, &n, &e), 0);
	T_INT(n, 1);
	arena_destroy(a);
	status_close(s);
}

static void
t_an_outlet_moves_by_a_tenth_of_an_ampere(void)
{
	struct status *s = opened(fresh_path());
	struct arena *a = arena_create();
	struct status_outlet o = {.pdu = "p", .outlet = "AA1", .device_name = "n1", .state = "on", .word = "on", .amps = 1, .watts = 100,
	    .at = 1000, .interval = 30000}, got;
	int64_t rows;

	T_INT(status_put(s, NULL, 0, &o, 1, &e), 0);
	rows = status_generation(s);
	o.amps = 1.09;
	o.watts = 108;
	o.at = 2000;
	T_INT(status_put(s, NULL, 0, &o, 1, &e), 0);
	T_INT(status_generation(s), rows);
	T_INT(status_outlet(s, "p", "AA1", a, &got, &e), 0);
	T_INT(got.at, 2000);
	T_OK(got.amps < 1.01);
	o.device_name = "another";
	T_INT(status_put(s, NULL, 0, &o, 1, &e), 0);
	T_INT(status_outlet(s, "p", "AA1", a, &got, &e), 0);
	T_STR(got.device_name, "another");
	T_OK(got.amps > 1.05);
	T_INT(got.since, 1000);
	T_INT(changes(s, a), 0);
	arena_destroy(a);
	status_close(s);
}

static void
collect(void *ctx, uint32_t nr)
{
	*(uint64_t *)ctx = *(uint64_t *)ctx * 31 + nr;
}

static void
t_a_round_is_read_as_it_was_written_and_rubbish_is_refused(void)
{
	static const uint32_t dense[] = {1, 2, 3, 5, 8, 13}, sparse[] = {7, 60000};
	const struct {
		const uint32_t *nr;
		size_t n;
		char form;
	} rows[] = {{dense, 6, 'b'}, {sparse, 2, 'l'}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct buf b = BUF(LIMIT_STATUS_THINGS * 4 + 1);
		uint64_t want = 0, have = 0;

		kept_reach(rows[i].nr, rows[i].n, &b);
		for (size_t k = 0; k < rows[i].n; k++)
			collect(&want, rows[i].nr[k]);
		T_INT(b.p[0], rows[i].form);
		T_INT(kept_reached(buf_view(&b), collect, &have), 0);
		T_OK(have == want);
		buf_free(&b);
	}
	T_INT(kept_reached(STR(""), collect, &(uint64_t){0}), -1);
	T_INT(kept_reached(STR("x1234"), collect, &(uint64_t){0}), -1);
	T_INT(kept_reached(STR("l123"), collect, &(uint64_t){0}), -1);
}

T_MAIN(T(t_what_is_as_before_gets_a_younger_age_and_no_row), T(t_what_a_round_does_not_reach_keeps_its_time),
    T(t_a_writer_that_comes_back_knows_rows_and_rounds), T(t_many_small_rounds_lose_no_time),
    T(t_ages_alone_say_what_a_reading_again_would), T(t_a_measure_moves_by_its_step_and_only_its_level_is_history),
    T(t_a_time_is_a_word_whose_number_moves_by_its_step), T(t_what_stands_beside_a_number_that_rests_is_renewed_by_the_hour),
    T(t_columns_that_move_keep_their_values_and_others_go), T(t_foreign_text_is_made_harmless),
    T(t_an_outlet_moves_by_a_tenth_of_an_ampere), T(t_a_round_is_read_as_it_was_written_and_rubbish_is_refused))
