/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "query_sql.h"

#define LEVELS 6 /* of and/or in one statement: deeper ones are a set of their own */

static void put(struct query_sql *s, const struct query_node *n);

/* ---- parameters ---------------------------------------------------------------------- */

/* The distinct values of a column of port that begins an index: one step in it finds the next. */
#define DISTINCT(column)                                                                                  \
	"WITH RECURSIVE k(v) AS (SELECT MIN(" column ") FROM port UNION ALL SELECT (SELECT MIN(x." column ")" \
	" FROM port x WHERE x." column ">k.v) FROM k WHERE k.v IS NOT NULL) SELECT v FROM k WHERE v IS NOT NULL"

static void
params_add(struct arena *a, struct query_params *to, const struct store_param *p, size_t n)
{
	if (to->n + n > to->cap) {
		size_t cap = 2 * (to->n + n) + 16;
		struct store_param *wider = arena_array(a, cap, sizeof(*wider));

		if (to->n > 0)
			memcpy(wider, to->p, to->n * sizeof(*wider));
		to->p = wider;
		to->cap = cap;
	}
	if (n > 0)
		memcpy(to->p + to->n, p, n * sizeof(*p));
	to->n += n;
}

static void
keep(struct query_sql *s, struct store_param p)
{
	params_add(s->a, &s->params, &p, 1);
}

static void
bind_str(struct query_sql *s, struct str text)
{
	keep(s, (struct store_param){.type = 't', .t = text});
}

void
query_bind(struct query_sql *s, const char *text)
{
	bind_str(s, str_of(text));
}

void
query_bind_int(struct query_sql *s, int64_t v)
{
	keep(s, (struct store_param){.type = 'i', .i = v});
}

void
query_bind_double(struct query_sql *s, double v)
{
	keep(s, (struct store_param){.type = 'd', .d = v});
}

void
query_bind_glob(struct query_sql *s, const char *glob)
{
	char *out = arena_alloc(s->a, 3 * strlen(glob) + 1), *to = out;

	for (; *glob != '\0'; glob++) {
		if (*glob == '[') {
			*to++ = '[';
			*to++ = '[';
			*to++ = ']';
		} else {
			*to++ = *glob;
		}
	}
	bind_str(s, (struct str){out, (size_t)(to - out)});
}

void
query_bind_regex(struct query_sql *s, const struct query_value *v)
{
	query_bind(s, arena_printf(s->a, "%c%s", v->any_case ? 'i' : '-', v->text));
}

static void
put_list(struct query_sql *s, const struct hosts *h)
{
	s->names += h->n;
	if (s->rc == 0 && s->names > 2 * (size_t)LIMIT_HOSTS)
		s->rc = err_set(s->e, ERR_LIMIT, "the groups and lists of this query have more than %d names", 2 * LIMIT_HOSTS);
	if (h->n == 1) {
		query_put(s, "=?");
		query_bind(s, h->name[0]);
	} else {
		query_put(s, " IN (SELECT value FROM json_each(?))");
		bind_str(s, query_json(h, s->a));
	}
}

void
query_put_names(struct query_sql *s, const struct query_value *v, bool groups)
{
	struct hosts h = {0};

	if (s->rc == 0)
		s->rc = query_names(s->i, v, groups, s->a, &h, s->e);
	put_list(s, &h);
}

/* ---- columns that hold a name -------------------------------------------------------------- */

/* A run of bytes before the first * or ?: everything that fits begins so. */
static void
put_prefix(struct query_sql *s, const char *glob)
{
	size_t n = strcspn(glob, "*?");
	char *below = arena_strndup(s->a, glob, n);

	query_bind(s, arena_strndup(s->a, glob, n));
	below[n - 1] = (char)((unsigned char)below[n - 1] + 1); /* of UTF-8: never over 0xff */
	query_bind(s, below);
}

/* The pieces of a column that a value is compared with; the column's name is in them, so they are literals. */
struct column {
	const char *is, *prefix, *glob, *regex;
};
#define COLUMN(c) {c, "(" c ">=? AND " c "<? AND " c " GLOB ?)", c " GLOB ?", "larch_regex(?," c ")"}

static void
put_column(struct query_sql *s, const struct column *c, const struct query_value *v, bool groups)
{
	switch (v->shape) {
	case QUERY_GLOB:
		if (strcspn(v->text, "*?") > 0) {
			buf_puts(&s->text, c->prefix);
			put_prefix(s, v->text);
		} else {
			buf_puts(&s->text, c->glob);
		}
		query_bind_glob(s, v->text);
		break;
	case QUERY_REGEX:
		buf_puts(&s->text, c->regex);
		query_bind_regex(s, v);
		break;
	default:
		buf_puts(&s->text, c->is);
		query_put_names(s, v, groups);
	}
}

/* "=" or "!=": the second is "not", of what every thing has one of. */
static void
put_own(struct query_sql *s, const struct column *c, const struct query_node *n, bool groups)
{
	if (n->op == INV_NOT)
		query_put(s, "NOT ");
	query_put(s, "(");
	put_column(s, c, &n->value, groups);
	query_put(s, ")");
}

void
query_sql_name(struct query_sql *s, const struct query_node *n)
{
	static const struct column name = COLUMN("t.name");

	if (n->value.shape == QUERY_GLOB && strcmp(n->value.text, "*") == 0 && n->op == INV_IS)
		query_put(s, "1");
	else
		put_own(s, &name, n, true);
}

void
query_sql_type(struct query_sql *s, const struct query_node *n)
{
	static const struct column type = COLUMN("t.type");

	put_own(s, &type, n, false);
}

void
query_sql_by(struct query_sql *s, const struct query_node *n)
{
	static const struct column by = COLUMN("t.changed_by");

	put_own(s, &by, n, false);
}

void
query_sql_changed(struct query_sql *s, const struct query_node *n)
{
	struct query_when w = {0};
	bool since = strchr(n->value.text, 'T') == NULL && strchr(n->value.text, ':') == NULL;

	(void)query_is_when(n->value.text, true, s->now, &w);
	since = since && w.to - w.from == 1; /* "2h": from then to now */
	switch (n->op) {
	case INV_LT: query_put(s, "t.changed<?"); query_bind_int(s, w.from); break;
	case INV_LE: query_put(s, "t.changed<?"); query_bind_int(s, w.to); break;
	case INV_GT: query_put(s, "t.changed>=?"); query_bind_int(s, w.to); break;
	case INV_GE: query_put(s, "t.changed>=?"); query_bind_int(s, w.from); break;
	default:
		if (n->op == INV_NOT)
			query_put(s, "NOT ");
		query_put(s, "(t.changed>=? AND t.changed<?)");
		query_bind_int(s, w.from);
		query_bind_int(s, since ? INT64_MAX : w.to);
	}
}

/* ---- sets of things --------------------------------------------------------------------------- */

/* A set: what it is up to the things that the term is about, and after them; "*" is the set's own name. */
struct set {
	const char *before, *after;
};

static void
put_named(struct query_sql *s, const char *text, size_t set)
{
	const char *star;

	for (; (star = strchr(text, '*')) != NULL; text = star + 1) {
		buf_add(&s->text, text, (size_t)(star - text));
		buf_printf(&s->text, "c%zu", set);
	}
	buf_puts(&s->text, text);
}

/* The things that a term is about: by name, or of a query. */
static void
put_things(struct query_sql *s, const struct query_node *n)
{
	static const struct column name = COLUMN("name");

	if (n->n > 0) {
		query_put(s, "SELECT t.id FROM thing t WHERE ");
		put(s, n->kid[0]);
	} else {
		query_put(s, "SELECT id FROM thing WHERE ");
		put_column(s, &name, &n->value, false);
	}
}

/* The set's own text, around what chooses its things. */
static void
wrap_set(struct query_sql *s, const struct set *set, size_t mine)
{
	struct buf things = s->text;

	s->text = BUF(LIMIT_QUERY_SQL);
	put_named(s, set->before, mine);
	buf_str(&s->text, buf_view(&things));
	put_named(s, set->after, mine);
	s->text.over = s->text.over || things.over;
	buf_free(&things);
}

/* Write the set aside, and where we are that a thing is in it. */
static void
put_set(struct query_sql *s, const struct query_node *n, const struct set *set)
{
	struct buf outer = s->text;
	struct query_params params = s->params;
	size_t mine, level = s->level;

	s->text = BUF(LIMIT_QUERY_SQL);
	s->params = (struct query_params){0};
	s->level = 0;
	put_things(s, n); /* sets within are written aside before it */
	mine = s->sets++;
	wrap_set(s, set, mine);
	if (mine > 0)
		buf_puts(&s->with, ",");
	buf_str(&s->with, buf_view(&s->text));
	s->with.over = s->with.over || s->text.over;
	params_add(s->a, &s->with_params, s->params.p, s->params.n);
	buf_free(&s->text);
	s->text = outer;
	s->params = params;
	s->level = level;
	buf_printf(&s->text, "t.id IN c%zu", mine);
}

void
query_sql_in(struct query_sql *s, const struct query_node *n)
{
	static const struct set set = {"*(id) AS (SELECT p.thing FROM place p WHERE p.container IN (",
	    ") UNION SELECT p.thing FROM * w CROSS JOIN place p ON p.container=w.id)"};

	put_set(s, n, &set);
}

void
query_sql_pool(struct query_sql *s, const struct query_node *n)
{
	static const struct set set = {"*(id) AS (SELECT m.thing FROM member m WHERE m.pool IN (",
	    ") UNION SELECT m.thing FROM * w CROSS JOIN member m ON m.pool=w.id)"};

	put_set(s, n, &set);
}

void
query_sql_connected(struct query_sql *s, const struct query_node *n)
{
	static const struct set set = {"*(id) AS (SELECT p.thing FROM port o CROSS JOIN link l ON l.port=o.id"
	    " CROSS JOIN port p ON p.id=l.peer WHERE o.thing IN (", "))"};

	put_set(s, n, &set);
}

static void
put_kinds(struct query_sql *s, const struct query_value *v, const struct column *k)
{
	if (v->shape != QUERY_GLOB && v->shape != QUERY_REGEX) {
		query_put_names(s, v, false);
		return;
	}
	query_put(s, " IN (SELECT v FROM (");
	buf_puts(&s->text, k->is);
	query_put(s, ") WHERE ");
	buf_puts(&s->text, v->shape == QUERY_GLOB ? k->glob : k->regex);
	query_put(s, ")");
	if (v->shape == QUERY_GLOB)
		query_bind_glob(s, v->text);
	else
		query_bind_regex(s, v);
}

/* Ports of a kind or with a plug; a second piece says whether a cable is in. */
static void
put_ports(struct query_sql *s, const struct query_value *v, const char *cable)
{
	static const struct column kinds = {DISTINCT("kind"), NULL, "v GLOB ?", "larch_regex(?,v)"};
	static const struct column plugs = {DISTINCT("plug"), NULL, "v GLOB ?", "larch_regex(?,v)"};

	query_put(s, "t.id IN (SELECT p.thing FROM port p WHERE p.kind");
	put_kinds(s, v, &kinds);
	buf_puts(&s->text, cable);
	query_put(s, " UNION ALL SELECT p.thing FROM port p WHERE p.plug");
	put_kinds(s, v, &plugs);
	buf_puts(&s->text, cable);
	query_put(s, ")");
}

void
query_sql_has(struct query_sql *s, const struct query_node *n)
{
	put_ports(s, &n->value, " AND EXISTS (SELECT 1 FROM link l WHERE l.port=p.id)");
}

void
query_sql_free(struct query_sql *s, const struct query_node *n)
{
	put_ports(s, &n->value, " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.port=p.id)");
}

/* A term of another room. */
static void
put_added(struct query_sql *s, const struct query_node *n)
{
	struct inv_term_ask ask = {.key = n->attr.key, .op = n->op, .value = n->value.text == NULL ? "" : n->value.text,
	    .regexes = query_regexes_of(s->i)};
	struct hosts h = {0};

	if (n->value.shape == QUERY_REGEX) {
		ask.form = INV_REGEX;
		ask.value = arena_printf(s->a, "%c%s", n->value.any_case ? 'i' : '-', n->value.text);
		query_regexes_begin(ask.regexes);
	} else if (n->value.shape == QUERY_GLOB) {
		ask.form = INV_GLOB;
	}
	if (s->rc == 0 && n->term->keyed && (*n->attr.subkey != '\0' || n->attr.number >= 0))
		s->rc = err_set(s->e, ERR_INPUT, "column %zu: %s:%s has no parts; a name with a # in it is written in quotes",
		    n->column, n->term->word, n->attr.key);
	if (s->rc == 0)
		s->rc = n->term->names(s->i, n->term->ctx, &ask, s->a, &h, s->e);
	query_put(s, "t.name");
	put_list(s, &h);
}

/* ---- operators ---------------------------------------------------------------------------------- */

static void
put(struct query_sql *s, const struct query_node *n)
{
	if (n->kind == QUERY_TERM) {
		if (n->term->compile != NULL)
			n->term->compile(s, n);
		else
			put_added(s, n);
		return;
	}
	if (n->kind != QUERY_NOT && s->level == LEVELS) {
		static const struct set set = {"*(id) AS (", ")"};
		struct query_node *kid = arena_alloc(s->a, sizeof(*kid));

		*kid = *n;
		put_set(s, &(struct query_node){.kind = QUERY_TERM, .kid = &kid, .n = 1}, &set);
		return;
	}
	if (n->kind == QUERY_NOT) { /* what follows is one term, or has parentheses */
		query_put(s, "NOT ");
		put(s, n->kid[0]);
		return;
	}
	s->level++;
	query_put(s, "(");
	for (size_t i = 0; i < n->n; i++) { /* one behind the other, as SQLite's parser reads at least stack */
		if (i > 0 && n->kind == QUERY_AND)
			query_put(s, " AND ");
		else if (i > 0)
			query_put(s, " OR ");
		put(s, n->kid[i]);
	}
	query_put(s, ")");
	s->level--;
}

/* ---- running --------------------------------------------------------------------------------------- */

int
query_run(struct inv *i, const struct inv_query *q, bool explain, struct arena *a, struct hosts *out, struct err *e)
{
	struct query_sql s = {.i = i, .a = arena_create(), .now = times_now(), .e = e, .text = BUF(LIMIT_QUERY_SQL),
	    .with = BUF(LIMIT_QUERY_SQL)};
	struct buf whole = BUF(2 * LIMIT_QUERY_SQL);
	struct query_regexes *regexes = query_regexes_of(i);
	int rc = -1;

	*out = (struct hosts){0};
	if (regexes == NULL)
		log_die("no regular expressions in this inventory");
	put(&s, q->root);
	if (explain)
		buf_puts(&whole, "EXPLAIN QUERY PLAN ");
	if (s.sets > 0) {
		buf_puts(&whole, "WITH RECURSIVE ");
		buf_str(&whole, buf_view(&s.with));
	}
	buf_puts(&whole, " SELECT t.name FROM thing t WHERE ");
	buf_str(&whole, buf_view(&s.text));
	params_add(s.a, &s.with_params, s.params.p, s.params.n);
	if (s.rc == 0 && (s.text.over || s.with.over || whole.over))
		s.rc = err_set(e, ERR_LIMIT, "the query is too large");
	if (s.rc == 0) {
		query_regexes_begin(regexes);
		rc = query_take_names(store_ask_built(i->s, e, whole.p, s.with_params.p, s.with_params.n), explain ? 3 : 0, a, out, e);
	}
	if (!explain)
		hosts_sort(out);
	buf_free(&whole);
	buf_free(&s.with);
	buf_free(&s.text);
	arena_destroy(s.a);
	return rc;
}
