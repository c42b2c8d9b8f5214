/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time to render a table of 10,000 rows of 10 cells from a source of rows
 * in C, and from JSON. Prints "name value unit" a line; the median of 21 runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mustache/mustache.h"

#define ROWS 10000
#define COLUMNS 10
#define RUNS 21

static const char *const column[COLUMNS] = {"name", "state", "rack", "unit", "owner",
    "power", "watts", "uptime", "checked", "note"};
static char cell[ROWS][COLUMNS][24];

/* What a table of a page does: the name is interned, so its pointer tells the column. */
static struct mustache_value
row_member(const struct mustache_value *object, struct str name)
{
	static _Thread_local const char *known[COLUMNS];
	const char(*row)[24] = cell[object->index];

	for (size_t i = 0; i < COLUMNS; i++)
		if (known[i] == name.p)
			return (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(row[i])};
	for (size_t i = 0; i < COLUMNS; i++)
		if (str_is(name, column[i])) {
			known[i] = name.p;
			return (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(row[i])};
		}
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static struct mustache_value
row_item(const struct mustache_value *list, size_t i)
{
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = list->source, .index = i};
}

static const struct mustache_source rows = {.member = row_member, .item = row_item};

static struct mustache_value
root_member(const struct mustache_value *object, struct str name)
{
	(void)object;
	if (str_is(name, "rows"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = ROWS, .source = &rows};
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static const struct mustache_source root = {.member = root_member};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(const char *what, const struct mustache_set *set, const struct mustache_value *data)
{
	struct buf out = BUF(LIMIT_PAGE);
	struct timespec a, b;
	double ms[RUNS];
	struct err e;

	for (int i = 0; i < RUNS; i++) {
		buf_clear(&out);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		if (mustache_render(set, "table", data, &out, &e) != 0)
			log_die("%s", e.text);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		ms[i] = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	}
	qsort(ms, RUNS, sizeof(*ms), by_value);
	printf("%s %.2f ms\n", what, ms[RUNS / 2]);
	printf("%s_bytes %zu B\n", what, out.n);
	buf_free(&out);
}

int
main(void)
{
	static const char text[] = "<table>\n{{#rows}}\n<tr><td><a href=\"/nodes/{{name}}\">{{name}}</a></td>"
	    "<td>{{state}}</td><td>{{rack}}</td><td>{{unit}}</td><td>{{owner}}</td><td>{{power}}</td>"
	    "<td>{{watts}}</td><td>{{uptime}}</td><td>{{checked}}</td><td>{{note}}</td></tr>\n{{/rows}}\n</table>\n";
	struct mustache_value data = {.kind = MUSTACHE_OBJECT, .source = &root};
	struct mustache_set *set = NULL;
	json_t *doc = json_object(), *list = json_array();
	struct err e;

	for (size_t i = 0; i < ROWS; i++) {
		json_t *row = json_object();

		for (size_t k = 0; k < COLUMNS; k++) {
			snprintf(cell[i][k], sizeof(cell[i][k]), k == 9 ? "%s & %zu" : "%s %zu", column[k], i);
			jsn_set_text(row, column[k], cell[i][k]);
		}
		jsn_add(list, row);
	}
	jsn_set(doc, "rows", list);
	if (mustache_add(&set, "table", str_of(text), &e) != 0)
		log_die("%s", e.text);
	measure("mustache_10000_rows_of_10_from_c", set, &data);
	data = mustache_json(doc);
	measure("mustache_10000_rows_of_10_from_json", set, &data);
	json_decref(doc);
	mustache_destroy(set);
	return 0;
}
