/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.db at its limit: six columns of 10,000 nodes. A line a measure: "NAME VALUE UNIT"; times are medians in
 * processor time, as what else the machine does is not ours, and status_write_wall is what a clock on the wall says.
 *
 * status_write is a batch of 60,000 values of which 1 % changed; the rows that SQLite says it wrote for it are
 * status_write_rows. The file of ninety days is made by the same status_put, from batches that hold only what changed: we
 * assume that of every node something changes ten times a day, which is a hundred times a room that we know.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "status/status_private.h"

enum { NODES = 10000, COLUMNS = 6, RUNS = 15, DAYS = 90, A_DAY = 10, SLICES = 4 };
#define T0 (STATUS_DAY_MS * 20000)

static const char *const checks[COLUMNS] = {"ping", "ssh", "bmc", "chassis", "outlets", "slurm"};
static const char *const words[STATUS_LEVEL_COUNT] = {"ok", "slow", "down", "unknown"};
static char names[NODES][16];
static struct status_value v[NODES * COLUMNS];
static uint32_t dice = 4711;
static struct err e;

static uint32_t
roll(uint32_t sides)
{
	dice = dice * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)dice * sides) >> 32);
}

static double
ms_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *ms)
{
	qsort(ms, RUNS, sizeof(*ms), by_value);
	return ms[RUNS / 2];
}

static void
must(int rc)
{
	if (rc != 0)
		log_die("%s", e.text);
}

static void
fill(size_t nodes, int64_t at)
{
	for (size_t i = 0; i < nodes; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%05zu", i);
		for (size_t k = 0; k < COLUMNS; k++)
			v[i * COLUMNS + k] = (struct status_value){.thing = names[i], .check = checks[k], .text = words[0], .number = NAN, .at = at,
			    .interval = 30000};
	}
}

static void
change(struct status_value *x)
{
	x->level = (enum status_level)((x->level + 1 + roll(STATUS_LEVEL_COUNT - 1)) % STATUS_LEVEL_COUNT);
	x->text = words[x->level];
}

/* ---- batches ------------------------------------------------------------------------- */

static void
measure_write(const char *folder, size_t nodes, const char *name)
{
	double cpu[RUNS], wall[RUNS];
	char path[128];
	struct status *s;
	int64_t rows = 0;

	(void)snprintf(path, sizeof(path), "%s/write%zu.db", folder, nodes);
	must(status_open(path, &s, &e));
	fill(nodes, T0);
	must(status_put(s, v, nodes * COLUMNS, NULL, 0, &e));
	for (int k = 0; k < RUNS; k++) {
		for (size_t i = 0; i < nodes * COLUMNS; i++)
			v[i].at += 30000;
		for (size_t i = 0; i < nodes * COLUMNS / 100; i++)
			change(&v[roll((uint32_t)(nodes * COLUMNS))]);
		rows = store_mark(s->s).changes;
		cpu[k] = ms_of(CLOCK_PROCESS_CPUTIME_ID);
		wall[k] = ms_of(CLOCK_MONOTONIC);
		must(status_put(s, v, nodes * COLUMNS, NULL, 0, &e));
		cpu[k] = ms_of(CLOCK_PROCESS_CPUTIME_ID) - cpu[k];
		wall[k] = ms_of(CLOCK_MONOTONIC) - wall[k];
		rows = store_mark(s->s).changes - rows;
	}
	printf("%s %.3f ms\n", name, median(cpu));
	if (nodes == NODES) {
		printf("status_write_10000 %.3f ms\nstatus_write_wall %.3f ms\nstatus_write_rows %lld rows\n", median(cpu), median(wall),
		    (long long)rows);
		for (size_t i = 0; i < nodes * COLUMNS; i++)
			v[i].at += 30000;
		cpu[0] = ms_of(CLOCK_PROCESS_CPUTIME_ID);
		must(status_put(s, v, nodes * COLUMNS, NULL, 0, &e));
		printf("status_write_nothing %.3f ms\n", ms_of(CLOCK_PROCESS_CPUTIME_ID) - cpu[0]);
	}
	status_close(s);
}

/* ---- ninety days ---------------------------------------------------------------------- */

static void
put_columns(struct status *s)
{
	struct status_column c[COLUMNS];

	for (size_t k = 0; k < COLUMNS; k++)
		c[k] = (struct status_column){.name = checks[k], .probe = checks[k], .title = checks[k], .unit = "", .help = "", .counts = true,
		    .interval = 30000};
	must(status_put_columns(s, c, COLUMNS, &e));
}

static int64_t
make_days(struct status *s)
{
	enum { EACH = NODES * A_DAY / SLICES };
	static struct status_value batch[EACH];
	int64_t at = T0;

	must(store_run_script(s->s, &e, "PRAGMA synchronous=OFF"));
	put_columns(s);
	fill(NODES, T0);
	must(status_put(s, v, (size_t)NODES * COLUMNS, NULL, 0, &e));
	for (int k = 0; k < DAYS * SLICES; k++, at += STATUS_DAY_MS / SLICES) {
		for (size_t i = 0; i < EACH; i++) {
			struct status_value *x = &v[roll(NODES * COLUMNS)];

			x->at = at + STATUS_DAY_MS / SLICES * (int64_t)i / EACH;
			change(x);
			batch[i] = *x;
		}
		s->beat = at + STATUS_DAY_MS / SLICES; /* larchd was there all the time */
		must(status_put(s, batch, EACH, NULL, 0, &e));
	}
	must(store_run_script(s->s, &e, "PRAGMA synchronous=FULL"));
	for (size_t i = 0; i < (size_t)NODES * COLUMNS; i++)
		v[i].at = at; /* a sweep that finds all as it was */
	must(status_put(s, v, (size_t)NODES * COLUMNS, NULL, 0, &e));
	must(status_set_pulse(s, &(struct status_pulse){.beat = at}, &e));
	return at;
}

static double
resident_mb(void)
{
	struct buf text;
	const char *at;
	int64_t kb = 0;

	must(file_read("/proc/self/status", LIMIT_CONFIG_FILE, &text, &e));
	at = strstr(text.p, "VmRSS:");
	if (at != NULL)
		kb = strtoll(at + 6, NULL, 10);
	buf_free(&text);
	return (double)kb / 1024;
}

/* What a page asks of the file. */
static size_t
ask_history_node(struct status *s, int64_t now, struct arena *a)
{
	struct status_change *c;
	size_t n;

	(void)now;
	must(status_changes(s, &(struct status_changes_ask){.thing = names[roll(NODES)]}, a, &c, &n, &e));
	return n;
}

static size_t
ask_since(struct status *s, int64_t now, struct arena *a)
{
	struct status_change *c;
	size_t n;

	must(status_changes(s, &(struct status_changes_ask){.since = now - 2 * STATUS_HOUR_MS}, a, &c, &n, &e));
	return n;
}

static size_t
share(struct status *s, int64_t from, int64_t to, size_t nodes, struct arena *a)
{
	char *list[NODES];
	const struct hosts h = {list, nodes};
	const struct status_window w = {"ping", from, to};
	struct status_share *x;

	for (size_t i = 0; i < nodes; i++)
		list[i] = names[i];
	must(status_availability(s, &h, &w, a, &x, &e));
	return (size_t)(status_share_sum(x, nodes).down / STATUS_HOUR_MS);
}

static size_t
ask_day(struct status *s, int64_t now, struct arena *a)
{
	return share(s, now - STATUS_DAY_MS, now, NODES, a);
}

static size_t
ask_month(struct status *s, int64_t now, struct arena *a)
{
	return share(s, now - 30 * STATUS_DAY_MS, now, NODES, a);
}

static size_t
ask_month_node(struct status *s, int64_t now, struct arena *a)
{
	return share(s, now - 30 * STATUS_DAY_MS, now, 1, a);
}

static size_t
ask_all(struct status *s, int64_t now, struct arena *a)
{
	struct status_value *x;
	size_t n;

	(void)now;
	must(status_values(s, NULL, a, &x, &n, &e));
	return n;
}

static size_t
ask_ages(struct status *s, int64_t now, struct arena *a)
{
	struct status_ages *g;

	(void)now;
	must(status_ages(s, a, &g, &e));
	return 1;
}

static size_t
ask_levels(struct status *s, int64_t now, struct arena *a)
{
	struct status_thing_level *x;
	size_t n;

	must(status_levels(s, now, a, &x, &n, &e));
	return n;
}

static const struct {
	const char *name;
	size_t (*ask)(struct status *s, int64_t now, struct arena *a);
} questions[] = {
    {"status_read_10000", ask_all}, {"status_ages_10000", ask_ages}, {"status_levels_10000", ask_levels},
    {"status_history_node", ask_history_node}, {"status_since_2h", ask_since},
    {"status_share_node_month", ask_month_node}, {"status_share_10000_day", ask_day}, {"status_share_10000_month", ask_month},
};

static void
measure_questions(const char *path, int64_t now)
{
	double ms[RUNS];
	struct status *r;

	must(status_open_reader(path, &r, &e));
	for (size_t i = 0; i < LARCH_COUNT(questions); i++) {
		size_t n = 0;

		for (int k = 0; k < RUNS; k++) {
			struct arena *a = arena_create();

			ms[k] = ms_of(CLOCK_PROCESS_CPUTIME_ID);
			n = questions[i].ask(r, now, a);
			ms[k] = ms_of(CLOCK_PROCESS_CPUTIME_ID) - ms[k];
			arena_destroy(a);
		}
		fprintf(stderr, "%s: %zu\n", questions[i].name, n);
		printf("%s %.3f ms\n", questions[i].name, median(ms));
	}
	status_close(r);
}

/* In the full file: a batch that only prunes, and one of the usual. */
static void
measure_prune(struct status *s, int64_t now)
{
	double worst = 0;

	for (int k = 0; k < 200; k++) {
		struct status_value x = v[0];
		double began;

		x.at = now + 2 * STATUS_DAY_MS + k;
		began = ms_of(CLOCK_PROCESS_CPUTIME_ID);
		must(status_put(s, &x, 1, NULL, 0, &e));
		began = ms_of(CLOCK_PROCESS_CPUTIME_ID) - began;
		worst = began > worst ? began : worst;
	}
	fprintf(stderr, "pruned up to change %lld\n", (long long)s->kept->oldest);
	printf("status_prune_worst %.3f ms\n", worst);
}

/* In a process of its own: what else this one has held would hide it. */
static int
measure_open(const char *path)
{
	double before = resident_mb(), began = ms_of(CLOCK_PROCESS_CPUTIME_ID);
	struct status *s;

	must(status_open(path, &s, &e));
	printf("status_open_10000 %.1f ms\n", ms_of(CLOCK_PROCESS_CPUTIME_ID) - began);
	printf("status_writer_memory %.1f MB\n", resident_mb() - before);
	status_close(s);
	return 0;
}

static void
measure_days(const char *folder)
{
	struct stat st;
	char path[128];
	struct status *s;
	int64_t now;
	pid_t child;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/days.db", folder);
	must(status_open(path, &s, &e));
	now = make_days(s);
	must(store_run_script(s->s, &e, "PRAGMA wal_checkpoint(TRUNCATE)"));
	if (stat(path, &st) != 0)
		log_die("no file");
	printf("status_size_90d %.1f MB\n", (double)st.st_size / 1e6);
	status_close(s);
	measure_questions(path, now);
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)execl("/proc/self/exe", "bench_status", path, (char *)NULL);
		_exit(1);
	}
	if (waitpid(child, &rc, 0) != child || rc != 0)
		log_die("the other process failed");
	must(status_open(path, &s, &e));
	measure_prune(s, now);
	status_close(s);
}

int
main(int argc, char **argv)
{
	static const char *const files[] = {"days.db", "write100.db", "write1000.db", "write10000.db"};
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char folder[] = P_tmpdir "/larch-bench-status.XXXXXX", path[96];

	if (argc == 2)
		return measure_open(argv[1]);
	if (mkdtemp(folder) == NULL)
		log_die("no folder");
	measure_write(folder, 100, "status_write_100");
	measure_write(folder, 1000, "status_write_1000");
	measure_write(folder, NODES, "status_write");
	measure_days(folder);
	for (size_t k = 0; k < LARCH_COUNT(files); k++)
		for (size_t m = 0; m < LARCH_COUNT(ends); m++) {
			(void)snprintf(path, sizeof(path), "%s/%s%s", folder, files[k], ends[m]);
			(void)unlink(path);
		}
	(void)rmdir(folder);
	return 0;
}
