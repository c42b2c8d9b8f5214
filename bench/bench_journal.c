/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: a row's commit, and the walk of its chain, in a file of 100,000 rows below the build's own folder (a
 * disk: /tmp may be none).
 *
 * journal_commit is the median time, by the clock, of journal_add(); its peer is the median of a bare one-row commit of
 * SQLite (synchronous=FULL, WAL, one table without an index, the same number of bytes), taken in turns with it, so that
 * both have the same disk and the same neighbours. journal_commit_step is a row with the step's state in the same
 * transaction, as an intent is written.
 * verify_100000 is journal_verify(), verify_100000_cli the whole program `larch log verify`: processor time, the median.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "power/journal.h"

#define ROWS 100000
#define COMMITS 401
#define RUNS 9

static const char text[] = "outlet off was sent to the device, and is read back until it is off or its time is over";

static double
clock_of(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void
must(int rc, const char *what)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		log_die("bench_journal: %s failed: %s", what, sqlite3_errstr(rc));
}

/* ---- a journal of 100,000 rows ------------------------------------------------------------- */

static void
name_row(struct journal_row *r, int i, char machine[32], char device[32], char outlet[32])
{
	snprintf(machine, 32, "n%05d", i * 7 % 5000);
	snprintf(device, 32, "pdu-b%03d-%c", i * 11 % 250, 'a' + i % 2);
	snprintf(outlet, 32, "AA%d", 1 + i % 24);
	*r = (struct journal_row){.kind = i % 2 == 0 ? "intent" : "outcome", .job = 1 + i / 800, .step = 1 + i % 800 / 2,
	    .who = "ana", .address = "10.0.0.17", .verb = "outlet-off", .machine = machine, .device = device,
	    .outlet = outlet, .outcome = i % 2 == 0 ? "" : "ok", .text = text,
	    .cites = "a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788990011223344556677"};
}

static void
put_row(sqlite3_stmt *put, const struct journal_row *r)
{
	const int64_t numbers[] = {r->seq, r->at, r->boot, r->job, r->step};
	const char *const texts[] = {r->kind, r->who, r->address, r->verb, r->machine, r->device, r->outlet, r->outcome,
	    r->text, r->cites};
	int at = 1;

	for (size_t i = 0; i < LARCH_COUNT(numbers); i++)
		(void)sqlite3_bind_int64(put, at++, numbers[i]);
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		(void)sqlite3_bind_text(put, at++, texts[i], -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob(put, at++, r->prev, JOURNAL_HASH, SQLITE_STATIC);
	(void)sqlite3_bind_blob(put, at, r->hash, JOURNAL_HASH, SQLITE_STATIC);
	must(sqlite3_step(put), "a row");
	must(sqlite3_reset(put), "a row");
}

/* In one transaction: a hundred thousand commits are not what is measured. */
static void
fill(const char *path)
{
	unsigned char head[JOURNAL_HASH] = {0};
	char machine[32], device[32], outlet[32];
	struct journal *j;
	struct journal_row r;
	sqlite3 *db = NULL;
	sqlite3_stmt *put = NULL;
	struct err e;

	if (journal_open(path, &j, &e) != 0)
		log_die("%s", e.text);
	journal_close(j);
	must(sqlite3_open(path, &db), "opening");
	must(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), "beginning");
	must(sqlite3_prepare_v2(db, "INSERT INTO row(seq,at,boot,job,step,kind,who,address,verb,machine,device,outlet,outcome,"
	    "text,cites,prev,hash) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &put, NULL), "preparing");
	for (int i = 0; i < ROWS; i++) {
		name_row(&r, i, machine, device, outlet);
		r.seq = i + 1;
		r.at = INT64_C(1795210685000) + i * 250;
		r.boot = i * 250;
		memcpy(r.prev, head, JOURNAL_HASH);
		journal_hash(&r, r.hash);
		memcpy(head, r.hash, JOURNAL_HASH);
		put_row(put, &r);
	}
	sqlite3_finalize(put);
	must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), "the commit");
	sqlite3_close(db);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void
measure_walk(const char *path)
{
	unsigned char head[JOURNAL_HASH];
	double ms[RUNS];
	struct err e;

	for (int k = 0; k < RUNS; k++) {
		double begun = clock_of(CLOCK_PROCESS_CPUTIME_ID);
		struct journal *j;
		int64_t n = 0;

		if (journal_open_reader(path, &j, &e) != 0 || journal_verify(j, &n, head, &e) != 0)
			log_die("%s", e.text);
		if (n != ROWS)
			log_die("%lld rows were walked, there are %d", (long long)n, ROWS);
		journal_close(j);
		ms[k] = clock_of(CLOCK_PROCESS_CPUTIME_ID) - begun;
	}
	printf("verify_100000 %.1f ms\n", median(ms, RUNS));
}

static double
run_verify(const char *program, const char *path)
{
	pid_t pid = fork();
	struct rusage used;
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null >= 0)
			(void)dup2(null, STDOUT_FILENO);
		execl(program, program, "log", "verify", path, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status != 0)
		log_die("%s log verify %s: it did not end well", program, path);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void
measure_command(const char *build, const char *path)
{
	struct buf program = BUF(4096);
	double ms[RUNS];

	buf_printf(&program, "%s/bin/larch", build);
	for (int k = 0; k < RUNS; k++)
		ms[k] = run_verify(program.p, path);
	printf("verify_100000_cli %.1f ms\n", median(ms, RUNS));
	buf_free(&program);
}

/* ---- a commit -------------------------------------------------------------------------------- */

static sqlite3_stmt *
open_bare(const char *path, sqlite3 **db)
{
	sqlite3_stmt *put = NULL;

	must(sqlite3_open(path, db), "opening");
	must(sqlite3_exec(*db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row(seq INTEGER PRIMARY KEY, v TEXT)",
	    NULL, NULL, NULL), "making a table");
	must(sqlite3_prepare_v2(*db, "INSERT INTO row(v) VALUES(?)", -1, &put, NULL), "preparing");
	return put;
}

static double
commit_bare(sqlite3_stmt *put)
{
	static const char row[360] = {[0 ... 358] = 'x'};
	double begun = clock_of(CLOCK_MONOTONIC);

	(void)sqlite3_bind_text(put, 1, row, -1, SQLITE_STATIC);
	must(sqlite3_step(put), "a bare row");
	must(sqlite3_reset(put), "a bare row");
	return clock_of(CLOCK_MONOTONIC) - begun;
}

static double
commit_row(struct journal *j, int i, bool with_step)
{
	char machine[32], device[32], outlet[32];
	struct journal_row r;
	struct journal_step s;
	struct err e;
	double begun;

	name_row(&r, ROWS + i, machine, device, outlet);
	s = (struct journal_step){.job = r.job, .step = r.step, .state = "running", .text = text, .began = 1};
	begun = clock_of(CLOCK_MONOTONIC);
	if (journal_add_with(j, &r, with_step ? &s : NULL, NULL, &e) != 0)
		log_die("%s", e.text);
	return clock_of(CLOCK_MONOTONIC) - begun;
}

static void
measure_commits(const char *path, const char *bare_path)
{
	double bare[COMMITS], row[COMMITS], step[COMMITS], peer;
	struct journal *j;
	sqlite3 *db;
	sqlite3_stmt *put = open_bare(bare_path, &db);
	struct err e;

	if (journal_open(path, &j, &e) != 0)
		log_die("%s", e.text);
	for (int k = 0; k < COMMITS; k++) {
		bare[k] = commit_bare(put);
		row[k] = commit_row(j, 2 * k, false);
		step[k] = commit_row(j, 2 * k + 1, true);
	}
	sqlite3_finalize(put);
	sqlite3_close(db);
	journal_close(j);
	peer = median(bare, COMMITS);
	printf("journal_commit %.3f ms | a bare one-row commit of SQLite %.3f ms\n", median(row, COMMITS), peer);
	printf("journal_commit_step %.3f ms | a bare one-row commit of SQLite %.3f ms\n", median(step, COMMITS), peer);
}

static void
remove_all(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char extra[4200];

	for (size_t k = 0; k < LARCH_COUNT(ends); k++) {
		snprintf(extra, sizeof(extra), "%s%s", path, ends[k]);
		(void)unlink(extra);
	}
}

int
main(void)
{
	const char *build = getenv("LARCH_BUILD");
	char folder[4000], path[4100], bare[4100];

	if (build == NULL)
		build = "build/release";
	snprintf(folder, sizeof(folder), "%s/bench-journal.XXXXXX", build);
	if (mkdtemp(folder) == NULL)
		log_die("no folder below %s", build);
	snprintf(path, sizeof(path), "%s/journal.db", folder);
	snprintf(bare, sizeof(bare), "%s/bare.db", folder);
	fill(path);
	measure_walk(path);
	measure_command(build, path);
	measure_commits(path, bare);
	remove_all(path);
	remove_all(bare);
	(void)rmdir(folder);
	return 0;
}
