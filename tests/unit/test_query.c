/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query language. tests/data/query/NAME.in holds queries, a line each; NAME.ok what they print as and what they
 * find in the room of room.sql, or the refusal. UPDATE=1 in the environment writes NAME.ok anew, to be read before
 * it is committed.
 */
#include <dirent.h>
#include <stdlib.h>

#include "query_room.h"

/* ---- golden cases -------------------------------------------------------------- */

static void
ask_line(struct inv *i, struct str line, struct arena *a, struct buf *out)
{
	struct inv_query *q, *again;
	const char *text;
	struct hosts h, same;

	err_clear(&e);
	buf_printf(out, "> %.*s\n", (int)line.n, line.p);
	if (inv_query_parse(line, a, &q, &e) != 0) {
		buf_printf(out, "! %s: %s\n", err_kind_name(e.kind), e.text);
		return;
	}
	text = inv_query_print(q, a);
	buf_printf(out, "  %s\n", text);
	if (!T_OK(inv_query_parse(str_of(text), a, &again, &e) == 0)) {
		T_STR(e.text, text);
		return;
	}
	T_STR(inv_query_print(again, a), text);
	if (inv_query_find(i, q, a, &h, &e) != 0) {
		buf_printf(out, "! %s: %s\n", err_kind_name(e.kind), e.text);
		return;
	}
	buf_printf(out, "= %s\n", h.n == 0 ? "nothing" : hosts_fold(&h, a));
	T_INT(inv_query_find(i, again, a, &same, &e), 0);
	T_STR(hosts_fold(&same, a), hosts_fold(&h, a));
	for (size_t k = 0; k < h.n; k++)
		T_INT(inv_query_match(i, q, h.name[k], &e), 1);
}

static void
run_case(struct inv *i, const char *name)
{
	struct buf in, want, got = BUF(LIMIT_PAGE);
	struct arena *a = arena_create();
	char path[4200];
	struct str rest;

	snprintf(path, sizeof(path), "%s/%s.in", t_path("tests/data/query"), name);
	if (!T_OK(file_read(path, LIMIT_CONFIG_FILE, &in, &e) == 0))
		return;
	rest = buf_view(&in);
	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 0 && line.p[0] != '#')
			ask_line(i, line, a, &got);
	}
	buf_free(&in);
	snprintf(path, sizeof(path), "%s/%s.ok", t_path("tests/data/query"), name);
	if (getenv("UPDATE") != NULL) {
		FILE *f = fopen(path, "w");

		T_OK(f != NULL && fwrite(got.p, 1, got.n, f) == got.n);
		if (f != NULL)
			fclose(f);
	} else if (T_OK(file_read(path, LIMIT_PAGE, &want, &e) == 0)) {
		T_STR(got.p, want.p);
		buf_free(&want);
	}
	buf_free(&got);
	arena_destroy(a);
}

static int
is_case(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && strcmp(d->d_name + n - 3, ".in") == 0;
}

static void
t_every_golden_case_is_answered_as_written(void)
{
	struct inv *i = room();
	struct dirent **list = NULL;
	int n = scandir(t_path("tests/data/query"), &list, is_case, alphasort);

	T_OK(n >= 4);
	for (int k = 0; k < n; k++) {
		list[k]->d_name[strlen(list[k]->d_name) - 3] = '\0';
		run_case(i, list[k]->d_name);
		free(list[k]);
	}
	free(list);
	inv_close(i);
}

/* ---- every shape stays on an index ------------------------------------------------ */

/* A line of a plan that reads a whole table is one of things, by its narrow index, or of what is in memory. */
static bool
may_scan(const char *line)
{
	static const char *const small[] = {"SCAN t USING COVERING INDEX", "SCAN thing USING COVERING INDEX", "SCAN w", "SCAN k", "SCAN c", "SCAN (subquery", "SCAN json_each",
	    "SCAN CONSTANT ROW"};

	if (strncmp(line, "SCAN ", 5) != 0)
		return true;
	for (size_t i = 0; i < LARCH_COUNT(small); i++)
		if (strncmp(line, small[i], strlen(small[i])) == 0)
			return true;
	return false;
}

static void
check_plan(struct inv *i, struct str line, struct arena *a)
{
	struct inv_query *q;
	struct hosts plan;

	if (inv_query_parse(line, a, &q, &e) != 0 || query_run(i, q, true, a, &plan, &e) != 0)
		return;
	T_OK(plan.n > 0);
	for (size_t k = 0; k < plan.n; k++)
		if (!T_OK(may_scan(plan.name[k])))
			printf("# %.*s: %s\n", (int)line.n, line.p, plan.name[k]);
}

static void
t_every_shape_of_a_query_stays_on_an_index(void)
{
	static const char *const cases[] = {"words", "operators", "attributes"};
	struct inv *i = room();
	struct arena *a = arena_create();

	for (size_t c = 0; c < LARCH_COUNT(cases); c++) {
		char path[4200];
		struct buf in;
		struct str rest;

		snprintf(path, sizeof(path), "%s/%s.in", t_path("tests/data/query"), cases[c]);
		if (!T_OK(file_read(path, LIMIT_CONFIG_FILE, &in, &e) == 0))
			continue;
		rest = buf_view(&in);
		while (rest.p != NULL) {
			struct str line = str_cut(&rest, '\n');

			if (line.n > 0 && line.p[0] != '#')
				check_plan(i, line, a);
		}
		buf_free(&in);
	}
	arena_destroy(a);
	inv_close(i);
}

/* ---- the manual ------------------------------------------------------------------------------------- */

/* The rows of larch-query(7)'s list of terms, as the table in C has them: what, help, example. */
static void
t_the_manual_lists_every_term_as_the_table_has_it(void)
{
	struct buf page, want = BUF(LIMIT_PAGE);
	const struct inv_term *t;
	const char *at;
	size_t n = 0;

	if (!T_OK(file_read(t_path("docs/man/larch-query.7"), LIMIT_CONFIG_FILE, &page, &e) == 0))
		return;
	at = strstr(page.p, "\n.Ss Terms\n");
	if (!T_OK(at != NULL))
		return;
	for (size_t i = 0; (t = inv_term(i)) != NULL; i++) {
		if (t->names != NULL)
			continue; /* another room's, of this test */
		buf_clear(&want);
		buf_printf(&want, "\n.It Cm %s%s\n%s:\n.Ql %s .\n", t->what, t->what[strlen(t->what) - 1] == ']' ? "\\&" : "", t->help,
		    t->example);
		at = strstr(at, want.p);
		if (!T_OK(at != NULL)) {
			printf("# not there, or not in this place: %s\n", want.p);
			break;
		}
		n++;
	}
	at = strstr(page.p, "\n.Ss Terms\n");
	for (const char *it = at; (it = strstr(it, "\n.It Cm ")) != NULL && it < strstr(at, "\n.Ss Status\n"); it++)
		n--;
	T_INT(n, 0);
	buf_free(&want);
	buf_free(&page);
}

/* Whatever the manual shows as a query is one. */
static void
t_every_example_of_the_manual_is_a_query(void)
{
	struct arena *a = arena_create();
	struct inv_query *q;
	struct buf page;
	struct str rest, line;
	size_t n = 0;

	if (!T_OK(file_read(t_path("docs/man/larch-query.7"), LIMIT_CONFIG_FILE, &page, &e) == 0))
		return;
	rest = buf_view(&page);
	while (rest.p != NULL) {
		struct buf text = BUF(LIMIT_QUERY);

		line = str_cut(&rest, '\n');
		if (!str_starts(line, ".Dl ") && !str_starts(line, ".It Li "))
			continue;
		line = (struct str){line.p + (line.p[1] == 'D' ? 4 : 7), line.n - (line.p[1] == 'D' ? 4 : 7)};
		if (str_starts(line, "larch find '"))
			line = (struct str){line.p + 12, (size_t)((const char *)memrchr(line.p, '\'', line.n) - line.p) - 12};
		for (size_t i = 0; i < line.n; i++)
			if (str_starts((struct str){line.p + i, line.n - i}, "\\(dq")) {
				buf_char(&text, '"');
				i += 3;
			} else {
				buf_char(&text, line.p[i]);
			}
		if (!T_INT(inv_query_parse(buf_view(&text), a, &q, &e), 0))
			printf("# %s: %s\n", text.p, e.text);
		n++;
		buf_free(&text);
	}
	T_OK(n > 30);
	buf_free(&page);
	arena_destroy(a);
}

T_MAIN(T(t_every_golden_case_is_answered_as_written),
    T(t_every_shape_of_a_query_stays_on_an_index),
    T(t_the_manual_lists_every_term_as_the_table_has_it),
    T(t_every_example_of_the_manual_is_a_query))
