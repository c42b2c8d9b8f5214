/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory with several at once, and with many things. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inv_frame.h"

/* ---- readers while a writer works ---------------------------------------------------- */

static atomic_bool done;

/* Each import moves both cords of n1 together: a reader sees both on one PDU, or it saw half a change. */
static void *
reader(void *path)
{
	struct inv *i;
	struct err mine;
	intptr_t bad = 0, reads = 0;

	if (inv_open_reader(path, &i, &mine) != 0)
		return (void *)1000;
	do {
		struct arena *a = arena_create();
		struct inv_cord *c;
		size_t n;

		if (inv_cords(i, "n1", a, &c, &n, &mine) != 0 || n != 2 || strcmp(c[0].pdu, c[1].pdu) != 0)
			bad++;
		reads++;
		arena_destroy(a);
	} while (!atomic_load(&done) || reads < 5);
	inv_close(i);
	return (void *)bad;
}

static void
t_readers_see_all_of_a_change_or_nothing_while_it_is_made(void)
{
	static const char *const moves[] = {
	    "\"connection\":[" C("n1", "psu1", "p-a", "1") "," C("n1", "psu2", "p-a", "2") "]",
	    "\"connection\":[" C("n1", "psu1", "p-b", "1") "," C("n1", "psu2", "p-b", "2") "]",
	};
	struct inv *i;
	char path[4096];
	pthread_t threads[2];
	void *bad;

	snprintf(path, sizeof(path), "%s", fresh_path());
	T_INT(inv_open(path, &i, &e), 0);
	T_INT(take(i, SMALL, NULL), 0);
	T_INT(take(i, moves[0], NULL), 0);
	atomic_store(&done, false);
	for (size_t k = 0; k < 2; k++)
		T_INT(pthread_create(&threads[k], NULL, reader, path), 0);
	for (int k = 1; k <= 40; k++)
		T_INT(take(i, moves[k % 2], NULL), 0);
	atomic_store(&done, true);
	for (size_t k = 0; k < 2; k++) {
		pthread_join(threads[k], &bad);
		T_INT((intptr_t)bad, 0);
	}
	inv_close(i);
}

static void
t_a_reader_may_not_write_and_a_second_writer_is_refused(void)
{
	struct inv *i, *r, *w;
	struct inv_import_result out;
	char path[4096];

	snprintf(path, sizeof(path), "%s", fresh_path());
	T_INT(inv_open_reader(path, &r, &e), -1);
	T_INT(e.kind, ERR_UNAVAILABLE);
	T_INT(inv_open(path, &i, &e), 0);
	T_INT(inv_open(path, &w, &e), -1);
	T_INT(inv_open_reader(path, &r, &e), 0);
	T_INT(take(r, SMALL, &out), -1);
	inv_close(r);
	inv_close(i);
}

static void
t_ten_thousand_things_go_in_within_seconds(void)
{
	struct inv *i = fresh();
	struct buf b = BUF(LIMIT_ROOM_FILE);
	struct arena *a = arena_create();
	struct inv_import_result r = {0};
	struct inv_thing *t;
	size_t n = 0;
	int64_t began;

	buf_puts(&b, "\"thing\":[");
	for (int k = 0; k < 10000; k++)
		buf_printf(&b,
		    "%s{\"name\":\"m%05d\",\"type\":\"server\",\"attribute\":[{\"key\":\"owner\",\"value\":\"o%d\"},"
		    "{\"key\":\"rack\",\"value\":\"r%d\"},{\"key\":\"unit\",\"value\":\"%d\"}]}",
		    k == 0 ? "" : ",", k, k % 7, k / 40, k % 40);
	buf_puts(&b, "]");
	began = times_boot();
	T_INT(take(i, b.p, &r), 0);
	printf("# import of 10000 things: %lld ms\n", (long long)(times_boot() - began));
	T_OK(times_boot() - began < 20000);
	T_INT(r.added, 10000);
	began = times_boot();
	T_INT(inv_list(i, "server", a, &t, &n, &e), 0);
	printf("# list of 10000 things: %lld ms\n", (long long)(times_boot() - began));
	T_INT(n, 10000);
	buf_free(&b);
	arena_destroy(a);
	inv_close(i);
}

/* ---- writers ------------------------------------------------------------------------------ */

#define WRITERS 200

/* Add one to n1's count, as the revision was when it was seen. */
static int
count_up(struct inv *w, int64_t revision, int64_t count)
{
	json_t *ops = json_pack("[{s:s,s:s,s:s,s:s,s:I}]", "op", "attr-set", "thing", "n1", "key", "count", "kind", "integer",
	    "value", (json_int_t)count + 1);
	json_t *expect = json_pack("{s:I}", "n1", (json_int_t)revision), *result = NULL;
	struct inv_change c = {.ops = ops, .author = &ana, .expect = expect};
	int rc = inv_apply(w, &c, &result, &e);

	json_decref(ops);
	json_decref(expect);
	json_decref(result);
	return rc;
}

static int
seen(struct inv *i, int64_t *revision, int64_t *count)
{
	struct arena *a = arena_create();
	struct inv_thing t;
	int rc = inv_get(i, "n1", a, &t, &e);

	if (rc == 0) {
		*revision = t.revision;
		rc = str_int(str_of(inv_attr(&t, "count")), 0, WRITERS, count);
	}
	arena_destroy(a);
	return rc;
}

/* A process: it looks, waits for its turn to write, and looks again when somebody was faster. 0, 1 was stale, 9. */
static int
one_writer(const char *path)
{
	struct inv *r, *w = NULL;
	int64_t revision, count, until = times_boot() + 60000;
	int stale = 0;

	if (inv_open_reader(path, &r, &e) != 0 || seen(r, &revision, &count) != 0)
		return 9;
	inv_close(r);
	while (inv_open(path, &w, &e) != 0)
		if (e.kind != ERR_UNAVAILABLE || times_boot() > until)
			return 9;
		else
			sched_yield();
	while (count_up(w, revision, count) != 0) {
		if (e.kind != ERR_STALE || stale++ > 0 || seen(w, &revision, &count) != 0)
			return 9;
	}
	inv_close(w);
	return stale;
}

static void
t_two_hundred_writers_at_once_lose_no_update(void)
{
	struct inv *i;
	struct arena *a = arena_create();
	struct inv_thing t;
	char path[4096];
	pid_t pid[WRITERS];
	int how, bad = 0, stale = 0;

	snprintf(path, sizeof(path), "%s", fresh_path());
	T_INT(inv_open(path, &i, &e), 0);
	T_INT(take(i, "\"thing\":[{\"name\":\"n1\",\"type\":\"server\",\"attribute\":[{\"key\":\"count\",\"kind\":"
	              "\"integer\",\"value\":\"0\"}]}]", NULL), 0);
	inv_close(i);
	fflush(stdout);
	for (size_t k = 0; k < WRITERS; k++) {
		pid[k] = fork();
		if (pid[k] == 0)
			_exit(one_writer(path));
	}
	for (size_t k = 0; k < WRITERS; k++) {
		if (pid[k] < 0 || waitpid(pid[k], &how, 0) < 0 || !WIFEXITED(how) || WEXITSTATUS(how) > 1)
			bad++;
		else
			stale += WEXITSTATUS(how);
	}
	T_INT(bad, 0);
	printf("# %d of %d had seen an older revision and were told so\n", stale, WRITERS);
	T_INT(inv_open_reader(path, &i, &e), 0);
	T_INT(inv_get(i, "n1", a, &t, &e), 0);
	T_STR(inv_attr(&t, "count"), "200");
	T_INT(t.revision, WRITERS + 1);
	inv_close(i);
	arena_destroy(a);
}

T_MAIN(T(t_readers_see_all_of_a_change_or_nothing_while_it_is_made),
    T(t_a_reader_may_not_write_and_a_second_writer_is_refused), T(t_ten_thousand_things_go_in_within_seconds),
    T(t_two_hundred_writers_at_once_lose_no_update))
