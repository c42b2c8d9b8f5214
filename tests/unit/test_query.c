/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query language. tests/data/query/NAME.in holds queries, a line each; NAME.ok what they print as and what they
 * find in the room of room.sql, or the refusal. UPDATE=1 in the environment writes NAME.ok anew, to be read before
 * it is committed.
 */
#include <dirent.h>
#include <stdlib.h>

#include "inv/query_private.h"
#include "t.h"

static struct err e;
static int files;

/* The room of the golden cases, in a file of its own. */
static struct inv *
room(void)
{
	struct buf sql;
	struct inv *i = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/query%d.db", t_folder(), files++);
	if (inv_open(path, &i, &e) != 0 || file_read(t_path("tests/data/query/room.sql"), LIMIT_CONFIG_FILE, &sql, &e) != 0 ||
	    store_run_script(i->s, &e, sql.p) != 0) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	buf_free(&sql);
	return i;
}

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

/* ---- attacks ------------------------------------------------------------------------- */

static struct buf
repeat(const char *one, size_t n, const char *end)
{
	struct buf b = BUF(4 * LIMIT_QUERY);

	for (size_t i = 0; i < n; i++)
		buf_puts(&b, one);
	buf_puts(&b, end);
	return b;
}

/* What so many of something say: a part of the refusal, or NULL for an answer. */
static void
try(struct inv *i, const char *one, size_t n, const char *end, const char *refusal)
{
	struct buf b = repeat(one, n, end);
	struct arena *a = arena_create();
	struct inv_query *q;
	struct hosts h;
	int rc;

	err_clear(&e);
	rc = inv_query_parse(buf_view(&b), a, &q, &e);
	if (rc == 0) {
		struct inv_query *again;
		const char *text = inv_query_print(q, a);

		T_INT(inv_query_parse(str_of(text), a, &again, &e), 0);
		T_STR(inv_query_print(again, a), text);
		rc = inv_query_find(i, q, a, &h, &e);
	}
	if (refusal != NULL) {
		T_INT(rc, -1);
		T_ERR(e, refusal);
	} else if (!T_INT(rc, 0)) {
		printf("# %zu times %s: %s\n", n, one, e.text);
	}
	buf_free(&b);
	arena_destroy(a);
}

static void
t_what_is_too_deep_or_too_long_is_refused_by_its_number(void)
{
	struct inv *i = room();

	try(i, "(", 65536, "", "column 17: more than 16 levels");
	try(i, "(", 16, "web1", "is not closed");
	try(i, "connected to ", 20000, "web1", "more than 16 levels");
	try(i, "in:(", 60000, "web1", "more than 16 levels");
	try(i, "not ", 60000, "web1", NULL);
	try(i, "not ", 60001, "web1", NULL);
	try(i, "web1 or ", 10000, "web1", "more than 256 terms");
	try(i, "web1 or ", 255, "web1", NULL);
	try(i, "attr:ram>=1 and ", 255, "web1", NULL);
	try(i, "attr:a.b.c.d.e.f.g=x or ", 255, "web1", NULL);
	try(i, "attr:*.*.*=x or ", 255, "web1", NULL);
	try(i, "in:dc1 or ", 255, "web1", NULL);
	try(i, "changed:2h or ", 255, "web1", NULL);
	try(i, "web*,", 10000, "web1", "more than 256 terms");
	try(i, "web1,", 40000, "web1", NULL);
	try(i, "a,", 200000, "a", "too long");
	try(i, "n[1-65536] or ", 2, "web1", "more than 65536 names");
	try(i, "@* or ", 255, "web1", NULL);
	try(i, "x", 70000, "", "a name of more than");
	try(i, "*", 5000, "", "a pattern of more than");
	try(i, "/(", 1, "((((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))))/", "too deeply nested");
	try(i, "/a", 300, "/", "stands behind a regular expression");
	try(i, "attr:x=\"y", 2, "\"", "stands right behind");
	inv_close(i);
}

/* Every shape as deep as may be: SQLite's own limits are never met. */
static void
t_the_deepest_query_of_every_kind_is_answered(void)
{
	static const struct {
		const char *open, *close;
	} rows[] = {{"(not ", ")"}, {"(web1 or not ", ")"}, {"in:(", ")"}, {"pool:(", ")"}, {"connected to ", ""},
	    {"in:(web1 and not ", ")"}, {"(web1 or (web2 and not ", "))"}, {"in:(web1 or (not ", "))"}, {"(web1 and (not pool:(", ")))"}};
	struct inv *i = room();
	struct arena *a = arena_create();

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		size_t times = LIMIT_QUERY_DEPTH / (strlen(rows[k].close) < 2 ? 1 : strlen(rows[k].close));
		struct buf b = repeat(rows[k].open, times, "attr:a.b>=4.5 or has:*x or web1");
		struct hosts h;

		for (size_t n = 0; n < times; n++)
			buf_puts(&b, rows[k].close);
		if (!T_INT(inv_find(i, b.p, a, &h, &e), 0))
			printf("# %s: %s\n", rows[k].open, e.text);
		buf_free(&b);
	}
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_pattern_that_would_run_for_ever_fails_the_query(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	int64_t before = times_boot();
	struct hosts h;

	T_INT(store_run_script(i->s, &e, "INSERT INTO attr(thing,key,kind,value) VALUES(10,'long','string',"
	                                 "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')"), 0);
	T_INT(inv_find(i, "attr:long=/^(a+)+$/", a, &h, &e), -1);
	T_INT(e.kind, ERR_INPUT);
	T_ERR(e, "the regular expression /^(a+)+$/ takes too long");
	T_INT(inv_find(i, "attr:long=/(?:a?){50}a{50}$/", a, &h, &e), -1);
	T_INT(inv_find(i, "attr:long=/^(?R)*$/", a, &h, &e), -1);
	T_OK(times_boot() - before < 5000);
	T_INT(inv_find(i, "attr:long=/^a+!$/", a, &h, &e), 0);
	T_INT(h.n, 1);
	arena_destroy(a);
	inv_close(i);
}

static void
t_what_is_typed_is_never_sql(void)
{
	static const char *const rows[] = {"\"x' OR 1=1 --\"", "attr:model=\"'; DROP TABLE thing; --\"", "attr:\"a'b\".c=1", "name:\"\\\"\"",
	    "type:\"server') OR (1\"", "in:\"') UNION SELECT id FROM thing --\"", "attr:x=/'|'/", "owner:'", "attr:x='*'", "has:\"'\"", "by:\"'\""};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct hosts h;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		if (!T_INT(inv_find(i, rows[k], a, &h, &e), 0))
			printf("# %s: %s\n", rows[k], e.text);
		T_INT(h.n, 0);
	}
	T_INT(inv_find(i, "*", a, &h, &e), 0);
	T_INT(h.n, 24);
	T_INT(inv_find(i, "attr:x=\"a\nb\"", a, &h, &e), 0);
	T_INT(inv_find(i, "web1\x01", a, &h, &e), -1);
	T_ERR(e, "column 5: the byte 0x01");
	T_INT(inv_find(i, "owner:\xff", a, &h, &e), -1);
	T_INT(inv_find(i, "", a, &h, &e), -1);
	T_ERR(e, "never means all");
	T_INT(inv_find(i, "owner:\xc3\xa4 bnad", a, &h, &e), -1);
	T_ERR(e, "column 9: \"bnad\""); /* in characters */
	arena_destroy(a);
	inv_close(i);
}

/* ---- answers that are kept ---------------------------------------------------------------- */

static void
t_an_answer_is_kept_until_something_changes_also_when_that_is_undone(void)
{
	struct inv *i = room(), *reader = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/query%d.db", t_folder(), files - 1);
	T_INT(inv_open_reader(path, &reader, &e), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 0);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 0);
	T_INT(store_begin(i->s, &e), 0);
	T_INT(store_run_script(i->s, &e, "INSERT INTO attr(thing,key,kind,value) VALUES(15,'owner','string','tony')"), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 1);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 0);
	store_rollback(i->s);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 0);
	T_INT(store_begin(i->s, &e), 0);
	T_INT(store_run_script(i->s, &e, "INSERT INTO attr(thing,key,kind,value) VALUES(15,'owner','string','tony')"), 0);
	T_INT(store_commit(i->s, &e), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 1);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 1);
	for (int k = 0; k < 3 * LIMIT_QUERY_KEPT; k++) { /* more than are kept */
		char query[64];

		snprintf(query, sizeof(query), "owner:tony and n%d", k);
		T_INT(inv_match(reader, query, "n9", &e), k == 9);
	}
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 1);
	inv_close(reader);
	inv_close(i);
}

static void
t_many_are_matched_by_one_query(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_query *q;
	struct hosts h, out;

	T_INT(hosts_parse(STR("web[1-9],db1,nope"), NULL, a, &h, &e), 0);
	T_INT(inv_query_parse(STR("in:room1"), a, &q, &e), 0);
	T_INT(inv_query_match_many(i, q, &h, a, &out, &e), 0);
	T_STR(hosts_fold(&out, a), "db1,web[1-3]");
	T_INT(inv_query_match(i, q, "nope", &e), 0);
	arena_destroy(a);
	inv_close(i);
}

/* ---- selections ------------------------------------------------------------------------------ */

static const char *
selected(struct inv *i, const char *text, struct arena *a)
{
	struct hosts h;

	err_clear(&e);
	return inv_select(i, str_of(text), a, &h, &e) == 0 ? hosts_fold(&h, a) : e.text;
}

static void
t_a_selection_takes_lists_and_queries_and_names_what_is_unknown(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();

	T_STR(selected(i, "web1, web2\nweb3\n", a), "web[1-3]");
	T_STR(selected(i, "web1\nand\n", a), "and,web1");
	T_STR(selected(i, "web1\nor\n", a), "column 8: expected a term or a name, found the end");
	T_STR(selected(i, "a:b", a), "a:b");
	T_STR(selected(i, "a:c", a), "column 1: there is no term \"a\"; an attribute is asked for as attr:a=c");
	T_STR(selected(i, "type:server and in:rack001", a), "web[1-2]");
	T_STR(selected(i, "web1,web[7-9],zebra", a), "not in the inventory: web[7-9],zebra");
	T_STR(selected(i, "type:server and not in:rakc001", a), "not in the inventory: rakc001");
	T_STR(selected(i, "web* and not web9", a), "not in the inventory: web9");
	T_STR(selected(i, "not type:swich", a), "no thing is of the type swich");
	T_STR(selected(i, "type:ups", a), "\"type:ups\" selects nothing; that never means all");
	T_STR(selected(i, "pool:empty", a), "\"pool:empty\" selects nothing; that never means all");
	T_STR(selected(i, "@empty", a), "\"@empty\" selects nothing; that never means all");
	T_STR(selected(i, "web1!web1", a), "\"web1!web1\" selects nothing; that never means all");
	T_STR(selected(i, " \n", a), "nothing is selected; empty never means all: name the machines");
	T_STR(selected(i, "connected to (web9)", a), "not in the inventory: web9");
	arena_destroy(a);
	inv_close(i);
}

static void
t_plain_names_are_told_from_what_chooses(void)
{
	static const struct {
		const char *text;
		bool plain;
	} rows[] = {{"web1", true}, {"web[1-3],db1", true}, {"web1 or web2", true}, {"name:web1", true}, {"\"and\"", true}, {"@webs", false}, {"web*", false},
	    {"*", false}, {"web1 and web2", false}, {"type:server", false}, {"not web1", false}, {"web1 or type:server", false}, {"/web/", false}};
	struct arena *a = arena_create();
	struct inv_query *q;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		T_INT(inv_query_parse(str_of(rows[k].text), a, &q, &e), 0);
		if (!T_INT(inv_query_is_plain(q), rows[k].plain))
			printf("# %s\n", rows[k].text);
	}
	arena_destroy(a);
}

/* ---- the search box ---------------------------------------------------------------------------- */

static void
t_a_search_box_finds_names_values_and_parts(void)
{
	static const struct {
		const char *text, *found;
		enum inv_search how;
	} rows[] = {
	    {"web1", "web1", INV_SEARCH_QUERY}, {"web", "web[1-3],webs", INV_SEARCH_PART}, {"WEB", "web[1-3],webs", INV_SEARCH_PART},
	    {"web*", "web[1-3],webs", INV_SEARCH_QUERY}, {"10.0.0.1", "web1", INV_SEARCH_VALUE}, {"P0123456789", "web1", INV_SEARCH_VALUE},
	    {"p0123456789", "web1", INV_SEARCH_VALUE}, {"tony", "web[1-2]", INV_SEARCH_VALUE}, {"brien", "web3", INV_SEARCH_PART},
	    {"blade 3000", "web2", INV_SEARCH_PART}, {"3000 blade", "web2", INV_SEARCH_PART}, {"blade 4000", "", INV_SEARCH_PART},
	    {"00:1b:2C:3d:4e:5f", "web1", INV_SEARCH_VALUE}, {"zebra", "", INV_SEARCH_PART}, {"type:server and in:rack001", "web[1-2]", INV_SEARCH_QUERY},
	    {"type:nothing", "", INV_SEARCH_QUERY}, {" web2 ", "web2", INV_SEARCH_QUERY},
	};
	static const char *const slips[] = {"staet:idle", "web and", "type:server bnad web1", "web1)", ""};
	struct inv *i = room();
	struct arena *a = arena_create();
	enum inv_search how;
	struct hosts h;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		if (!T_INT(inv_query_search(i, str_of(rows[k].text), a, &h, &how, &e), 0))
			printf("# %s: %s\n", rows[k].text, e.text);
		T_STR(hosts_fold(&h, a), rows[k].found);
		T_INT(how, rows[k].how);
	}
	for (size_t k = 0; k < LARCH_COUNT(slips); k++)
		if (!T_INT(inv_query_search(i, str_of(slips[k]), a, &h, &how, &e), -1))
			printf("# %s\n", slips[k]);
	T_INT(store_run_script(i->s, &e, "UPDATE attr SET value='00:1b:2c:3d:4e:5f' WHERE subkey='mac'"), 0);
	T_INT(inv_query_search(i, STR("001B.2c3d.4e5f"), a, &h, &how, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	T_INT(inv_query_search(i, STR("00-1B-2C-3D-4E-5F"), a, &h, &how, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	arena_destroy(a);
	inv_close(i);
}

/* ---- one in each rack ----------------------------------------------------------------------------- */

static const char *
spread(struct inv *i, const char *query, const char *type, size_t limit, struct arena *a)
{
	struct hosts h, out;

	if (inv_find(i, query, a, &h, &e) != 0 || inv_spread(i, &h, type, limit, a, &out, &e) != 0)
		return e.text;
	return hosts_fold(&out, a);
}

static void
t_things_are_spread_over_containers_or_it_says_how_many_could_be(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();

	T_STR(spread(i, "type:server", "rack", 0, a), "db[1-2],web1");
	T_STR(spread(i, "type:server", "rack", 3, a), "db[1-2],web1");
	T_STR(spread(i, "type:server", "rack", 2, a), "db[1-2]");
	T_STR(spread(i, "web*", "rack", 2, a), "web[1,3]");
	T_STR(spread(i, "type:server", "room", 2, a), "db[1-2]");
	T_STR(spread(i, "web*", "rack", 3, a), "3 wanted, each in a different rack, but the 4 things found are in 2 racks");
	T_STR(spread(i, "n9", "rack", 1, a), "none of the 1 things found is in a rack");
	arena_destroy(a);
	inv_close(i);
}

/* ---- what a query looks at, and terms of other rooms -------------------------------------------------- */

static void
t_a_query_says_what_it_looks_at(void)
{
	struct arena *a = arena_create();
	struct inv_query_keys k;
	struct inv_query *q;

	T_INT(inv_query_parse(STR("owner:x and (attr:ip.cidr=1 or not in:rack1) or connected to (type:switch)"), a, &q, &e), 0);
	inv_query_keys(q, a, &k);
	T_STR(hosts_fold(&k.keys, a), "ip.cidr,owner");
	T_OK(k.places && k.connections && k.types && k.names && !k.pools && !k.ports && !k.changes);
	T_INT(inv_query_parse(STR("@production or has:bmc or changed:2h"), a, &q, &e), 0);
	inv_query_keys(q, a, &k);
	T_OK(k.places && k.pools && k.types && k.ports && k.connections && k.changes);
	arena_destroy(a);
}

static int
ping_names(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out, struct err *why)
{
	static const struct {
		const char *thing, *says;
	} rows[] = {{"web1", "up"}, {"web2", "down"}, {"web3", "down"}};

	(void)i;
	++*(int *)ctx;
	*out = (struct hosts){.name = arena_array(a, 3, sizeof(char *))};
	if (strcmp(ask->key, "ping") != 0)
		return err_set(why, ERR_INPUT, "there is no check \"%s\"", ask->key);
	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		if (ask->op == INV_HAS || inv_term_fits(ask, rows[k].says) == (ask->op == INV_IS))
			out->name[out->n++] = arena_strdup(a, rows[k].thing);
	return 0;
}

static void
t_another_room_adds_a_term_whose_answer_is_never_kept(void)
{
	static int asked;
	static const struct inv_term row = {.word = "status", .value = INV_TEXT, .ops = INV_OP(INV_HAS) | INV_OPS_EQUAL, .keyed = true,
	    .names = ping_names, .ctx = &asked, .what = "status:CHECK=WORD", .help = "what a check says", .example = "status:ping=down"};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct hosts h;

	inv_terms_add(&row);
	T_INT(inv_find(i, "status:ping=down and in:rack001", a, &h, &e), 0);
	T_STR(hosts_fold(&h, a), "web2");
	T_INT(inv_find(i, "status:ping!=down", a, &h, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	T_INT(inv_find(i, "status:ping=d*n", a, &h, &e), 0);
	T_INT(h.n, 2);
	T_INT(inv_find(i, "status:ping=/^u/", a, &h, &e), 0);
	T_INT(h.n, 1);
	T_INT(inv_find(i, "status:ping", a, &h, &e), 0);
	T_INT(h.n, 3);
	T_INT(inv_find(i, "status:fan=up", a, &h, &e), -1);
	T_ERR(e, "no check \"fan\"");
	T_INT(inv_find(i, "statsu:ping=up", a, &h, &e), -1);
	T_ERR(e, "did you mean \"status\"?");
	asked = 0;
	T_INT(inv_match(i, "status:ping=down", "web2", &e), 1);
	T_INT(inv_match(i, "status:ping=down", "web1", &e), 0);
	T_INT(asked, 2);
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
	for (const char *it = at; (it = strstr(it, "\n.It Cm ")) != NULL && it < strstr(at, "\n.Ss Values\n"); it++)
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

T_MAIN(T(t_every_golden_case_is_answered_as_written), T(t_every_shape_of_a_query_stays_on_an_index),
    T(t_what_is_too_deep_or_too_long_is_refused_by_its_number), T(t_the_deepest_query_of_every_kind_is_answered),
    T(t_a_pattern_that_would_run_for_ever_fails_the_query), T(t_what_is_typed_is_never_sql),
    T(t_an_answer_is_kept_until_something_changes_also_when_that_is_undone), T(t_many_are_matched_by_one_query),
    T(t_a_selection_takes_lists_and_queries_and_names_what_is_unknown), T(t_plain_names_are_told_from_what_chooses),
    T(t_a_search_box_finds_names_values_and_parts), T(t_things_are_spread_over_containers_or_it_says_how_many_could_be),
    T(t_a_query_says_what_it_looks_at), T(t_another_room_adds_a_term_whose_answer_is_never_kept),
    T(t_the_manual_lists_every_term_as_the_table_has_it), T(t_every_example_of_the_manual_is_a_query))
