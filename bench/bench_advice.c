/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time to advise on 10,000 nodes of thirteen columns each, a hundredth of them down, by the rules of etc/advice.json
 * from what status keeps; and as if all were down, each way. "NAME VALUE ms" a line, the median of 21 runs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "advice/advice.h"

#define NODES 10000
#define RUNS 21
#define NOW INT64_C(1795210685000)

static const char *const names[] = {"ping", "ssh", "bmc", "chassis", "outlets", "slurm", "jobs", "uptime", "load", "df", "users", "gpu",
    "df_tmp"};
#define COLUMNS LARCH_COUNT(names)

static struct status_column columns[COLUMNS];
static struct status_value values[NODES][COLUMNS];

static void
node(struct status_value *v, size_t way)
{
	for (size_t i = 0; i < COLUMNS; i++)
		v[i] = (struct status_value){.thing = "n", .check = names[i], .text = "ok", .number = 0, .at = NOW, .since = NOW - 3600000, .interval = 30000};
	v[3].text = "on";
	v[4].text = "on";
	if (way > 4)
		return;
	v[0].level = v[5].level = STATUS_CRITICAL;
	v[0].text = way == 2 ? "up" : "down";
	v[1].text = way == 2 ? "up" : "timed-out";
	v[3].text = way == 1 ? "off" : "on";
	v[5].text = way == 3 ? "drain" : "down*";
	v[5].detail = "Not responding";
	v[5].data = "{\"state\":\"down\",\"flags\":[\"not_responding\"],\"reason\":\"Not responding\",\"user\":\"slurm\",\"partitions\":[\"batch\"]}";
	v[0].at -= way == 4 ? 3600000 : 0;
}

static double
once(const struct advice_rules *r, size_t *advised)
{
	struct arena *a = arena_create();
	struct timespec from, to;

	*advised = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (size_t i = 0; i < NODES; i++) {
		const struct advice_seen s = {.thing = "n", .columns = columns, .n_columns = COLUMNS, .values = values[i], .n_values = COLUMNS, .now = NOW};
		struct advice_facts f;
		struct advice x;

		arena_reset(a);
		advice_facts_of(&s, a, &f);
		*advised += advice_for(r, &f, a, &x);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	arena_destroy(a);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(const struct advice_rules *r, const char *name, size_t one_in)
{
	double ms[RUNS];
	size_t advised = 0;

	for (size_t i = 0; i < NODES; i++)
		node(values[i], i % one_in == 0 ? i / one_in % 5 : 5);
	for (size_t i = 0; i < RUNS; i++)
		ms[i] = once(r, &advised);
	qsort(ms, RUNS, sizeof(*ms), by_value);
	if (advised != NODES / one_in)
		log_die("%s: %zu nodes were advised on, not %zu", name, advised, NODES / one_in);
	printf("%s %.2f ms\n", name, ms[RUNS / 2]);
}

int
main(void)
{
	const char *root = getenv("LARCH_ROOT");
	struct arena *a = arena_create();
	struct advice_rules *r = NULL;
	struct yang *y = NULL;
	struct err e;

	root = root == NULL ? "." : root;
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = (struct status_column){.name = names[i], .counts = strcmp(names[i], "jobs") != 0};
	if (yang_create(arena_printf(a, "%s/etc/yang", root), &y, &e) != 0 || advice_load(arena_printf(a, "%s/etc/advice.json", root), y, &r, &e) != 0)
		log_die("%s", e.text);
	measure(r, "advice_10000", 100);
	measure(r, "advice_10000_all_down", 1);
	advice_destroy(r);
	yang_destroy(y);
	arena_destroy(a);
	return 0;
}
