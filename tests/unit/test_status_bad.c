/* SPDX-License-Identifier: Apache-2.0 */
/* Bad days: a full disk, a file that is gone, replaced, damaged or another version's, a writer that is killed. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "status_frame.h"

enum { N = 400 };
static char names[N][16];
static struct status_value v[N];

static void
batch(struct status *s, const char *text, int64_t at, int want)
{
	for (int i = 0; i < N; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%03d", i);
		v[i] = seen(names[i], "ping", STATUS_OK, text, at);
		v[i].detail = "so that a batch takes more than a page or two of room";
	}
	T_INT(status_put(s, v, N, NULL, 0, &e), want);
}

static void
t_a_full_disk_leaves_what_was_good_and_takes_the_rest_when_it_can(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status_change *c;
	struct status *s, *r;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	batch(s, "up", 1000, 0);
	batch(s, "up", 31000, 0);
	r = reading(path);
	T_INT(store_run_script(s->s, &e, "PRAGMA max_page_count=1"), 0); /* no page more than it has */
	for (int i = 0; i < N; i++)
		(void)snprintf(names[i], sizeof(names[i]), "m%03d", i); /* new things need room */
	for (int i = 0; i < N; i++)
		v[i] = seen(names[i], "ping", STATUS_OK, "up", 61000);
	v[0] = seen("n007", "ping", STATUS_CRITICAL, "down", 61000);
	T_INT(status_put(s, v, N, NULL, 0, &e), -1);
	T_INT(e.kind, ERR_FULL);
	T_ERR(e, "the disk is full");
	T_STR(get(r, a, "n007", "ping").text, "up");
	T_INT(get(r, a, "n007", "ping").at, 31000); /* with its age */
	T_INT(status_values(r, NULL, a, &(struct status_value *){0}, &n, &e), 0);
	T_INT(n, N);
	v[0] = seen("n008", "ping", STATUS_CRITICAL, "down", 91000);
	for (int i = 1; i < N; i++)
		v[i].at = 91000;
	T_INT(status_put(s, v, N, NULL, 0, &e), -1);
	T_INT(store_run_script(s->s, &e, "PRAGMA max_page_count=1000000"), 0);
	put_one(s, seen("n009", "ping", STATUS_OK, "up", 121000)); /* about another thing; what was missed goes with it */
	T_STR(get(r, a, "n007", "ping").text, "down");
	T_INT(get(r, a, "n007", "ping").at, 61000);
	T_STR(get(r, a, "n008", "ping").text, "down");
	T_INT(get(r, a, "m399", "ping").at, 91000);
	T_INT(get(r, a, "m399", "ping").since, 61000);
	T_INT(get(r, a, "n009", "ping").at, 121000);
	T_INT(status_changes(r, &(struct status_changes_ask){0}, a, &c, &n, &e), 0);
	T_INT(n, 2);
	T_INT(c[1].at, 61000);
	arena_destroy(a);
	status_close(r);
	status_close(s);
}

static void
t_a_file_that_is_deleted_is_made_anew_with_all_that_is_known(void)
{
	char path[4096];
	const struct status_column col = {.name = "ping", .probe = "ping", .title = "Ping", .unit = "ms", .help = "h", .counts = true};
	const struct status_job job = {.id = 7, .who = "ana", .verb = "on", .way = "pdu", .machines = "n1", .state = "running", .created = 1};
	const struct status_group group = {"dsh", "all", "n[1-3]", 5};
	const struct status_outlet o = {.pdu = "p", .outlet = "A1", .device_name = "", .state = "on", .word = "on", .amps = NAN, .watts = 3,
	    .at = 1000, .interval = 30000};
	struct arena *a = arena_create();
	struct status_column *cols;
	struct status_group *groups;
	struct status_job *jobs;
	struct status_outlet got;
	struct status *s, *r;
	int64_t rows;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	T_INT(status_put_columns(s, &col, 1, &e), 0);
	T_INT(status_put_job(s, &job, &e), 0);
	T_INT(status_put_groups(s, "dsh", &group, 1, &e), 0);
	T_INT(status_put(s, NULL, 0, &o, 1, &e), 0);
	batch(s, "up", 1000, 0);
	batch(s, "up", 31000, 0);
	beat(s, 31000);
	rows = status_generation(s);
	r = reading(path);
	T_OK(!status_replaced(r));
	T_INT(unlink(path), 0);
	T_OK(status_replaced(r));
	status_close(r);
	put_one(s, seen("n000", "ping", STATUS_CRITICAL, "down", 40000));
	r = reading(path);
	T_OK(r != NULL && !status_replaced(s));
	T_INT(status_values(r, NULL, a, &(struct status_value *){0}, &n, &e), 0);
	T_INT(n, N);
	T_STR(get(r, a, "n000", "ping").text, "down");
	T_INT(get(r, a, "n001", "ping").at, 31000);
	T_INT(get(r, a, "n001", "ping").since, 1000);
	T_INT(status_outlet(r, "p", "A1", a, &got, &e), 0);
	T_OK(got.watts > 2 && got.at == 1000);
	T_INT(status_columns(r, a, &cols, &n, &e), 0);
	T_INT(n, 1);
	T_INT(status_jobs(r, a, &jobs, &n, &e), 0);
	T_INT(n, 1);
	T_INT(status_groups(r, a, &groups, &n, &e), 0);
	T_STR(n == 1 ? groups[0].members : "", "n[1-3]");
	T_OK(status_generation(r) > rows);
	put_one(s, seen("n000", "ping", STATUS_OK, "up", 50000));
	T_STR(get(r, a, "n000", "ping").text, "up");
	status_close(r);
	T_INT(unlink(path), 0); /* and the beat notices too */
	beat(s, 60000);
	r = reading(path);
	T_INT(get(r, a, "n001", "ping").at, 31000);
	arena_destroy(a);
	status_close(r);
	status_close(s);
}

static void
t_a_file_put_in_its_place_is_put_aside(void)
{
	char path[4096], other[4096], move[9000];
	struct arena *a = arena_create();
	struct status *s, *r;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	(void)snprintf(other, sizeof(other), "%s", fresh_path());
	s = opened(other);
	put_one(s, seen("liar", "ping", STATUS_OK, "up", 1000));
	status_close(s);
	s = opened(path);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
	T_INT(rename(other, path), 0);
	put_one(s, seen("n2", "ping", STATUS_OK, "up", 1000));
	r = reading(path);
	T_STR(get(r, a, "n1", "ping").text, "up");
	T_STR(get(r, a, "n2", "ping").text, "up");
	T_INT(status_value(r, "liar", "ping", a, &v[0], &e), -1);
	(void)snprintf(move, sizeof(move), "%s.", path);
	T_OK(strstr(s->aside, move) != NULL);
	arena_destroy(a);
	status_close(r);
	status_close(s);
}

static void
write_file(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	if (T_OK(f != NULL)) {
		T_INT(fwrite(text, 1, n, f), n);
		T_INT(fclose(f), 0);
	}
}

static void
t_a_damaged_file_is_put_aside_and_people_are_told(void)
{
	char path[4096], rubbish[8192];
	struct arena *a = arena_create();
	struct status_pulse p;
	struct status *s;

	for (size_t i = 0; i < sizeof(rubbish); i++)
		rubbish[i] = (char)(i * 7919 >> 3);
	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	write_file(path, rubbish, sizeof(rubbish));
	s = opened(path);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
	beat(s, 1000);
	T_INT(status_pulse(s, a, &p, &e), 0);
	T_OK(strstr(p.notice, "was begun anew") != NULL && strstr(p.notice, path) != NULL);
	T_OK(strstr(status_banner(s, a, 1000), "the old one, with its history") != NULL);
	for (int64_t at = 1000; at <= 2 * STATUS_HOUR_MS; at += 10 * 60 * 1000)
		beat(s, at);
	T_INT(status_pulse(s, a, &p, &e), 0);
	T_STR(p.notice, ""); /* not for ever */
	status_close(s);
	s = opened(path); /* it is a good one now */
	T_STR(s->aside, "");
	T_STR(get(s, a, "n1", "ping").text, "up");
	arena_destroy(a);
	status_close(s);
}

static void
t_a_file_of_another_version_is_put_aside_by_its_writer_and_refused_by_readers(void)
{
	struct store_migration rows[STATUS_VERSION + 1];
	char path[4096];
	struct status *s;
	struct store *old;

	for (int i = 0; i <= STATUS_VERSION; i++)
		rows[i] = (struct store_migration){i + 1, i == 0 ? "CREATE TABLE value(x)" : ""};
	for (size_t version = 1; version <= STATUS_VERSION + 1; version++) { /* older ones, one of our number, a newer one */
		(void)snprintf(path, sizeof(path), "%s", fresh_path());
		T_INT(store_open(path, rows, version, &old, &e), 0);
		store_close(old);
		if (version > STATUS_VERSION) {
			T_INT(status_open_reader(path, &s, &e), -1);
			T_INT(e.kind, ERR_UNAVAILABLE);
		}
		s = opened(path);
		if (!T_OK(s != NULL))
			return;
		T_OK(strstr(s->aside, "begun anew") != NULL);
		put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
		status_close(s);
	}
}

static void
t_a_second_writer_is_refused_and_takes_nothing_away(void)
{
	char path[4096];
	struct arena *a = arena_create();
	struct status *s, *second;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	s = opened(path);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
	T_INT(status_open(path, &second, &e), -1);
	T_INT(e.kind, ERR_UNAVAILABLE);
	T_ERR(e, "another process already writes it");
	T_OK(!status_replaced(s));
	T_STR(get(s, a, "n1", "ping").text, "up");
	second = reading(path);
	T_INT(status_put(second, v, 0, NULL, 0, &e), -1);
	T_ERR(e, "open to be read");
	status_close(second);
	arena_destroy(a);
	status_close(s);
}

static int
number(const char *text)
{
	int64_t n = -1;

	(void)str_int(str_of(text + 1), 0, INT32_MAX, &n);
	return (int)n;
}

/* A batch writes the same text to all: two texts are half of one. */
static void
t_a_writer_that_is_killed_loses_no_more_than_the_batch_in_hand(void)
{
	char path[4096], text[16];
	struct arena *a = arena_create();
	struct status_value *got;
	struct status *s;
	int pipes[2], last = 0, told;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s", fresh_path());
	for (int k = 0; k < 8; k++) {
		pid_t child;

		T_INT(pipe(pipes), 0);
		child = fork();
		if (child == 0) {
			(void)close(pipes[0]);
			s = opened(path);
			if (s == NULL)
				_exit(1);
			for (int i = last + 1;; i++) {
				(void)snprintf(text, sizeof(text), "w%d", i);
				batch(s, text, 1000 * i, 0);
				if (write(pipes[1], &i, sizeof(i)) != sizeof(i))
					_exit(1);
			}
			_exit(1);
		}
		(void)close(pipes[1]);
		for (int i = 0; i <= k && read(pipes[0], &told, sizeof(told)) == sizeof(told); i++)
			last = told; /* so many batches it said are written */
		T_INT(kill(child, SIGKILL), 0);
		T_INT(waitpid(child, NULL, 0), child);
		while (read(pipes[0], &told, sizeof(told)) == sizeof(told))
			last = told;
		(void)close(pipes[0]);
		s = opened(path);
		if (!T_OK(s != NULL && s->aside[0] == '\0'))
			return;
		T_INT(status_values(s, NULL, a, &got, &n, &e), 0);
		T_INT(n, N);
		for (size_t i = 1; i < n; i++)
			T_STR(got[i].text, got[0].text);
		T_OK(number(got[0].text) == last || number(got[0].text) == last + 1);
		last = number(got[0].text);
		T_INT(status_changes(s, &(struct status_changes_ask){.thing = "n000"}, a, &(struct status_change *){0}, &n, &e), 0);
		T_INT(n, last - 1); /* every one is in the history */
		status_close(s);
	}
	arena_destroy(a);
}

/* The ceiling of an arena ends the program that passes it: whoever reads all of a room that says very much reads on. */
static void
t_what_says_more_than_there_is_room_for_is_read_without_its_data(void)
{
	enum { NODES = 6000 };
	static char name[NODES][16], data[LIMIT_STATUS_DATA - 64];
	static struct status_value all[NODES];
	struct arena *a = arena_create(), *b = arena_create();
	struct status *s = opened(fresh_path());
	struct status_value *out;
	size_t n;

	(void)snprintf(data, sizeof(data), "{\"x\":\"%0*d\"}", (int)sizeof(data) - 16, 1);
	for (int i = 0; i < NODES; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "n%04d", i);
		all[i] = seen(name[i], "df", STATUS_WARN, "full", 1000);
		all[i].data = data;
	}
	T_INT(status_put(s, all, NODES, NULL, 0, &e), 0);
	T_INT(status_values(s, NULL, a, &out, &n, &e), 0);
	T_INT(n, NODES);
	T_STR(out[0].data, data);
	T_STR(out[n - 1].thing, name[NODES - 1]);
	T_INT(out[n - 1].level, STATUS_WARN);
	T_OK(out[n - 1].data == NULL);
	T_OK(arena_used(a) < LIMIT_ARENA / 4 * 3);
	T_INT(status_value(s, name[NODES - 1], "df", b, &out[0], &e), 0); /* alone it says it all */
	T_STR(out[0].data, data);
	arena_destroy(a);
	arena_destroy(b);
	status_close(s);
}

static void
t_groups_that_are_larger_than_can_be_read_are_an_error(void)
{
	enum { GROUPS = 80 };
	static char members[1u << 20];
	static struct status_group g[GROUPS];
	static char name[GROUPS][16];
	struct arena *a = arena_create();
	struct status *s = opened(fresh_path());
	struct status_group *out;
	size_t n;

	memset(members, 'n', sizeof(members) - 1);
	for (int i = 0; i < GROUPS; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "g%d", i);
		g[i] = (struct status_group){"dsh", name[i], members, 1};
	}
	T_INT(status_put_groups(s, "dsh", g, GROUPS / 8, &e), 0);
	T_INT(status_groups(s, a, &out, &n, &e), 0);
	T_INT(n, GROUPS / 8);
	T_INT(status_put_groups(s, "dsh", g, GROUPS, &e), 0);
	arena_reset(a);
	T_INT(status_groups(s, a, &out, &n, &e), -1);
	T_ERR(e, "larger than can be read");
	arena_destroy(a);
	status_close(s);
}

/* The hours say where a thing's chain of changes ends: one that says nowhere is no reason to go on for ever. */
static void
t_a_chain_of_changes_ends_whatever_the_hours_say(void)
{
	struct arena *a = arena_create();
	struct status *s = opened(fresh_path());
	struct status_change *c;
	size_t n;

	put_one(s, seen("n1", "ping", STATUS_OK, "up", 1000));
	put_one(s, seen("n1", "ping", STATUS_CRITICAL, "down", 31000));
	T_INT(store_run_script(s->s, &e, "UPDATE hour SET first=-9223372036854775807; UPDATE change SET level=-7"), 0);
	T_INT(status_changes(s, &(struct status_changes_ask){.thing = "n1", .births = true}, a, &c, &n, &e), 0);
	T_INT(n, 2);
	T_OK((unsigned)c[0].to < STATUS_LEVEL_COUNT && (unsigned)c[0].from < STATUS_LEVEL_COUNT);
	arena_destroy(a);
	status_close(s);
}

T_MAIN(T(t_a_chain_of_changes_ends_whatever_the_hours_say), T(t_what_says_more_than_there_is_room_for_is_read_without_its_data),
    T(t_groups_that_are_larger_than_can_be_read_are_an_error), T(t_a_full_disk_leaves_what_was_good_and_takes_the_rest_when_it_can),
    T(t_a_file_that_is_deleted_is_made_anew_with_all_that_is_known), T(t_a_file_put_in_its_place_is_put_aside),
    T(t_a_damaged_file_is_put_aside_and_people_are_told),
    T(t_a_file_of_another_version_is_put_aside_by_its_writer_and_refused_by_readers),
    T(t_a_second_writer_is_refused_and_takes_nothing_away), T(t_a_writer_that_is_killed_loses_no_more_than_the_batch_in_hand))
