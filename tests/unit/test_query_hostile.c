/* SPDX-License-Identifier: Apache-2.0 */
/* The query language under attack: depth, length, patterns without end, SQL in what is typed. */
#include <stdlib.h>

#include "query_room.h"

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

T_MAIN(T(t_what_is_too_deep_or_too_long_is_refused_by_its_number),
    T(t_the_deepest_query_of_every_kind_is_answered),
    T(t_a_pattern_that_would_run_for_ever_fails_the_query),
    T(t_what_is_typed_is_never_sql))
