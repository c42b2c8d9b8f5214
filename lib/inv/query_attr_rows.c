/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr:KEY[.SUBKEY][#NUMBER] and what it is compared with. An attribute's text is its value, or of a relation the
 * name of its target. Each comparison is one or several selects of things, each by an index that begins with the key.
 */
#include <stdio.h>
#include <string.h>

#include "query_sql.h"

/* The keys that there are, each found by one step in the index. */
#define KEYS                                                                                                  \
	"WITH RECURSIVE k(v) AS (SELECT MIN(key) FROM attr UNION ALL SELECT (SELECT MIN(x.key) FROM attr x"    \
	" WHERE x.key>k.v) FROM k WHERE k.v IS NOT NULL) SELECT v FROM k WHERE v IS NOT NULL"
#define DOTTED 8 /* dots of a key with its subkey; more have no subkey */

/* What stands for the key: before the dot or with it. "vip.10.0.0.5:443" may be cut at each of its dots. */
static struct hosts
cuts(struct query_sql *s, const char *key)
{
	struct hosts h = {.name = arena_array(s->a, DOTTED + 1, sizeof(char *))};

	h.name[h.n++] = arena_strdup(s->a, key);
	for (const char *dot = strchr(key, '.'); dot != NULL && h.n <= DOTTED; dot = strchr(dot + 1, '.'))
		h.name[h.n++] = arena_strndup(s->a, key, (size_t)(dot - key));
	return h;
}

/* For each key there is, whether a pattern of the list fits it. */
static void
put_glob_key(struct query_sql *s, const char *key)
{
	struct hosts h = cuts(s, key);

	query_put(s, "a.key IN (SELECT v FROM (" KEYS ") WHERE ");
	for (size_t i = 0; i < h.n; i++) {
		if (i > 0)
			query_put(s, " OR ");
		query_put(s, "v GLOB ?");
		query_bind_glob(s, h.name[i]);
	}
	query_put(s, ")");
	if (h.n == 1)
		return;
	query_put(s, " AND (a.key GLOB ? OR (a.subkey<>'' AND a.key||'.'||a.subkey GLOB ?))");
	query_bind_glob(s, key);
	query_bind_glob(s, key);
}

static void
put_key(struct query_sql *s, const struct query_attr *at)
{
	struct hosts h;

	if (!at->exact && query_is_pattern(at->key)) {
		put_glob_key(s, at->key);
	} else if (at->exact || strchr(at->key, '.') == NULL) {
		query_put(s, "a.key=?");
		query_bind(s, at->key);
	} else {
		h = cuts(s, at->key);
		query_put(s, "a.key IN (?");
		query_bind(s, h.name[0]);
		for (size_t i = 1; i < h.n; i++) {
			query_put(s, ",?");
			query_bind(s, h.name[i]);
		}
		query_put(s, ") AND (a.key=? OR (a.subkey<>'' AND a.key||'.'||a.subkey=?))");
		query_bind(s, at->key);
		query_bind(s, at->key);
	}
	if (*at->subkey != '\0') {
		query_put(s, " AND a.subkey=?");
		query_bind(s, at->subkey);
	}
	if (at->number >= 0) {
		query_put(s, " AND a.number=?");
		query_bind_int(s, at->number);
	}
}

#define THINGS "SELECT a.thing FROM attr a WHERE "
#define WITH_TARGET "SELECT a.thing FROM attr a LEFT JOIN thing u ON u.id=a.target WHERE "
#define TEXT "coalesce(u.name,a.value)"

/* ---- = and != ------------------------------------------------------------------------- */

/* A number not written as integers are kept: 012, +12. */
static bool
other_number(const char *text, int64_t *out)
{
	char canonical[32];

	if (str_int(str_of(*text == '+' ? text + 1 : text), INT64_MIN, INT64_MAX, out) != 0)
		return false;
	snprintf(canonical, sizeof(canonical), "%lld", (long long)*out);
	return strcmp(text, canonical) != 0;
}

static void
put_equal(struct query_sql *s, const struct query_attr *at, const struct query_value *v)
{
	struct query_when w;
	int64_t number;

	query_put(s, THINGS);
	put_key(s, at);
	query_put(s, " AND a.value=?");
	query_bind(s, v->text);
	if (*v->text == '\0') { /* a relation has no value of its own */
		query_put(s, " AND a.target IS NULL");
		return;
	}
	query_put(s, " UNION ALL SELECT a.thing FROM thing u CROSS JOIN attr a ON a.target=u.id WHERE u.name=? AND ");
	query_bind(s, v->text);
	put_key(s, at);
	if (query_is_when(v->text, false, 0, &w)) {
		query_put(s, " UNION ALL " THINGS);
		put_key(s, at);
		query_put(s, " AND a.num>=? AND a.num<? AND a.kind='date'");
		query_bind_int(s, w.from);
		query_bind_int(s, w.to);
	} else if (other_number(v->text, &number)) {
		query_put(s, " UNION ALL " THINGS);
		put_key(s, at);
		query_put(s, " AND a.num=? AND a.kind='integer'");
		query_bind_int(s, number);
	}
}

static void
put_other(struct query_sql *s, const struct query_attr *at, const struct query_value *v)
{
	struct query_when w;
	int64_t number;

	query_put(s, WITH_TARGET);
	put_key(s, at);
	query_put(s, " AND " TEXT "<>?");
	query_bind(s, v->text);
	if (query_is_when(v->text, false, 0, &w)) {
		query_put(s, " AND NOT (a.kind='date' AND a.num>=? AND a.num<?)");
		query_bind_int(s, w.from);
		query_bind_int(s, w.to);
	} else if (other_number(v->text, &number)) {
		query_put(s, " AND NOT (a.kind='integer' AND a.num=?)");
		query_bind_int(s, number);
	}
}

static void
put_pattern(struct query_sql *s, const struct query_attr *at, const struct query_value *v, bool other)
{
	query_put(s, WITH_TARGET);
	put_key(s, at);
	if (other)
		query_put(s, " AND NOT ");
	else
		query_put(s, " AND ");
	if (v->shape == QUERY_GLOB) {
		query_put(s, TEXT " GLOB ?");
		query_bind_glob(s, v->text);
	} else {
		query_put(s, "larch_regex(?," TEXT ")");
		query_bind_regex(s, v);
	}
}

/* ---- < <= > >= -------------------------------------------------------------------------- */

#define OPS(left) {[INV_LT] = left "<?", [INV_LE] = left "<=?", [INV_GT] = left ">?", [INV_GE] = left ">=?"}

/* A day is all of its moments: before it, up to its end, behind it, from its begin. Also a text that is written as a
 * date is one, since files of other systems have no kinds. */
static void
put_time(struct query_sql *s, const struct query_attr *at, enum inv_op op, const struct query_when *w)
{
	static const char *const date[INV_OP_COUNT] = {
	    [INV_LT] = "a.num<?", [INV_LE] = "a.num<?", [INV_GT] = "a.num>=?", [INV_GE] = "a.num>=?"};
	static const char *const text[INV_OP_COUNT] = {
	    [INV_LT] = "a.value<?", [INV_LE] = "a.value<?", [INV_GT] = "a.value>=?", [INV_GE] = "a.value>=?"};
	int64_t bound = op == INV_LE || op == INV_GT ? w->to : w->from;
	char day[TIMES_TEXT];

	query_put(s, THINGS);
	put_key(s, at);
	query_put(s, " AND a.kind='date' AND ");
	buf_puts(&s->text, date[op]);
	query_bind_int(s, bound);
	query_put(s, " UNION ALL " THINGS);
	put_key(s, at);
	query_put(s, " AND a.kind='string' AND a.value GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND ");
	buf_puts(&s->text, text[op]);
	times_utc(bound, day);
	if (strlen(day) > 10 && strcmp(day + 10, "T00:00:00Z") == 0)
		day[10] = '\0'; /* "2027-01-01" is less than "2027-01-01T..." and not than itself */
	query_bind(s, arena_strdup(s->a, day));
}

static void
bind_number(struct query_sql *s, const char *text)
{
	double real = 0;
	int64_t whole;

	if (str_int(str_of(text), INT64_MIN, INT64_MAX, &whole) == 0) {
		query_bind_int(s, whole);
		return;
	}
	(void)str_double(str_of(text), -QUERY_NUMBER_MAX, QUERY_NUMBER_MAX, &real);
	query_bind_double(s, real);
}

/* A string that is an integer has its number in `num` too; one with a fraction is read here. */
static void
put_number(struct query_sql *s, const struct query_attr *at, enum inv_op op, const char *number)
{
	static const char *const whole[INV_OP_COUNT] = OPS("a.num");
	static const char *const real[INV_OP_COUNT] = OPS("CAST(a.value AS REAL)");

	query_put(s, THINGS);
	put_key(s, at);
	query_put(s, " AND a.kind<>'date' AND ");
	buf_puts(&s->text, whole[op]);
	bind_number(s, number);
	query_put(s, " UNION ALL " THINGS);
	put_key(s, at);
	query_put(s, " AND a.kind='string' AND a.num IS NULL AND a.value GLOB '*[0-9].[0-9]*'"
	    " AND ltrim(a.value,'-') NOT GLOB '*[^0-9.]*' AND a.value NOT GLOB '*.*.*' AND ");
	buf_puts(&s->text, real[op]);
	bind_number(s, number);
}

void
query_sql_attr(struct query_sql *s, const struct query_node *n)
{
	struct query_attr at = n->attr;
	struct query_when w;

	if (n->term->key != NULL)
		at.key = n->term->key;
	query_put(s, "t.id IN (");
	if (n->op == INV_HAS) {
		query_put(s, THINGS);
		put_key(s, &at);
	} else if (n->op == INV_IS || n->op == INV_NOT) {
		if (n->value.shape != QUERY_EXACT)
			put_pattern(s, &at, &n->value, n->op == INV_NOT);
		else if (n->op == INV_IS)
			put_equal(s, &at, &n->value);
		else
			put_other(s, &at, &n->value);
	} else if (query_is_when(n->value.text, false, 0, &w)) {
		put_time(s, &at, n->op, &w);
	} else {
		put_number(s, &at, n->op, n->value.text);
	}
	query_put(s, ")");
}

/* ---- what a search box asks ------------------------------------------------------------------------------ */

int
query_with_value(struct inv *i, const struct hosts *values, struct arena *a, struct hosts *out, struct err *e)
{
	if (query_take_names(store_ask(i->s, e, "SELECT DISTINCT t.name FROM (" KEYS ") d"
	        " CROSS JOIN json_each(?) j CROSS JOIN attr w ON w.key=d.v AND w.value=j.value JOIN thing t ON t.id=w.thing",
	        "t", query_json(values, a)), 0, a, out, e) != 0)
		return -1;
	hosts_sort(out);
	return 0;
}

int
query_with_part(struct inv *i, const char *part, struct arena *a, struct hosts *out, struct err *e)
{
	if (query_take_names(store_ask(i->s, e,
	        "SELECT name FROM thing WHERE instr(lower(name),lower(?))>0 UNION"
	        " SELECT t.name FROM attr w JOIN thing t ON t.id=w.thing WHERE instr(lower(w.value),lower(?))>0",
	        "ss", part, part), 0, a, out, e) != 0)
		return -1;
	hosts_sort(out);
	return 0;
}
