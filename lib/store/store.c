/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* ---- errors ---------------------------------------------------------------- */

int
store_fail(struct store *s, struct err *e, const char *what)
{
	static const struct {
		int code;
		enum err_kind kind;
		const char *text;
	} rows[] = {
	    {SQLITE_CONSTRAINT, ERR_CONFLICT, "a rule of the table forbids it"},
	    {SQLITE_BUSY, ERR_UNAVAILABLE, "another process holds the file"},
	    {SQLITE_LOCKED, ERR_UNAVAILABLE, "the table is in use"},
	    {SQLITE_FULL, ERR_FULL, "the disk is full"},
	    {SQLITE_IOERR, ERR_UNAVAILABLE, "the disk failed"},
	    {SQLITE_CANTOPEN, ERR_UNAVAILABLE, "the file cannot be opened"},
	    {SQLITE_READONLY, ERR_UNAVAILABLE, "the file may not be written"},
	    {SQLITE_INTERRUPT, ERR_UNAVAILABLE, "it takes too long"},
	    {SQLITE_TOOBIG, ERR_LIMIT, "a value in it is too large"},
	    {SQLITE_CORRUPT, ERR_INTERNAL, "the file is damaged"},
	    {SQLITE_NOTADB, ERR_INTERNAL, "the file is no database"},
	};
	int code = sqlite3_errcode(s->db) & 0xff;

	if (code == SQLITE_NOMEM)
		log_die("out of memory in SQLite");
	if (s->test_err.kind != ERR_NONE) { /* a function of our own has said why, for a person */
		err_set(e, s->test_err.kind, "%s", s->test_err.text);
		err_clear(&s->test_err);
		return -1;
	}
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i].code == code)
			return err_set(e, rows[i].kind, "%s: %s: %s (%s)", s->path, what, rows[i].text,
			    sqlite3_errmsg(s->db));
	return err_set(e, ERR_INTERNAL, "%s: %s: %s", s->path, what, sqlite3_errmsg(s->db));
}
int
store_script(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static struct str
argument(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	return (struct str){p == NULL ? "" : p, p == NULL ? 0 : (size_t)sqlite3_value_bytes(v)};
}

static void
run_test(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct test *t = sqlite3_user_data(c);
	struct err e = {0};
	int yes;

	(void)n;
	yes = t->fn(t->ctx, argument(v[0]), argument(v[1]), &e);
	if (yes >= 0) {
		sqlite3_result_int(c, yes);
		return;
	}
	t->s->test_err = e;
	sqlite3_result_error(c, e.text, -1);
}

int
store_add_test(struct store *s, const char *name, store_test_fn *fn, void *ctx, struct err *e)
{
	struct test *t;

	if (s->n_tests == TESTS)
		log_die("store: more than %d functions", TESTS);
	t = &s->test[s->n_tests++];
	*t = (struct test){fn, ctx, s};
	if (sqlite3_create_function_v2(s->db, name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, t, run_test,
	        NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(s, e, "adding a function");
	return 0;
}

/* ---- statements ------------------------------------------------------------ */

static struct store_query *
query_kept(struct store *s, const char *sql)
{
	for (size_t i = 0; i < s->n_kept; i++)
		if (s->kept[i].sql == sql)
			return &s->kept[i].query;
	return NULL;
}

/* A statement that is kept is found by the address of its text: a literal. */
static struct store_query *
prepare(struct store *s, const char *sql, bool keep, struct err *e)
{
	struct store_query *q = keep && s != NULL ? query_kept(s, sql) : NULL;
	sqlite3_stmt *stmt = NULL;

	if (s == NULL) {
		err_set(e, ERR_UNAVAILABLE, "the file is not open: it could not be made");
		return NULL;
	}
	s->until = times_boot() + READ_MS;
	if (q != NULL && !q->busy) {
		q->busy = true;
		return q;
	}
	keep = keep && q == NULL && s->n_kept < KEPT;
	if (sqlite3_prepare_v3(s->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL) != SQLITE_OK) {
		store_fail(s, e, "preparing a statement");
		return NULL;
	}
	if (keep) {
		s->kept[s->n_kept].sql = sql;
		q = &s->kept[s->n_kept++].query;
	} else {
		q = calloc(1, sizeof(*q));
		if (q == NULL)
			log_die("out of memory: no query");
	}
	*q = (struct store_query){.s = s, .stmt = stmt, .kept = keep, .busy = true};
	return q;
}

static void
bind_text(sqlite3_stmt *stmt, int at, struct str t)
{
	if (t.p == NULL)
		(void)sqlite3_bind_null(stmt, at);
	else
		(void)sqlite3_bind_text64(stmt, at, t.p, t.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void
bind_list(sqlite3_stmt *stmt, const char *params, va_list ap)
{
	int at = 1;

	for (const char *p = params; *p != '\0'; p++, at++) {
		const void *blob;

		switch (*p) {
		case 'i': (void)sqlite3_bind_int64(stmt, at, va_arg(ap, int64_t)); break;
		case 'd': (void)sqlite3_bind_double(stmt, at, va_arg(ap, double)); break;
		case 's': bind_text(stmt, at, str_of(va_arg(ap, const char *))); break;
		case 't': bind_text(stmt, at, va_arg(ap, struct str)); break;
		case 'b':
			blob = va_arg(ap, const void *);
			(void)sqlite3_bind_blob64(stmt, at, blob, va_arg(ap, size_t), SQLITE_TRANSIENT);
			break;
		case 'n': (void)sqlite3_bind_null(stmt, at); break;
		default: log_die("store: no parameter type '%c'", *p);
		}
	}
	if (at - 1 != sqlite3_bind_parameter_count(stmt))
		log_die("store: %d parameters given for: %s", at - 1, sqlite3_sql(stmt));
}

int
store_run(struct store *s, struct err *e, const char *sql, const char *params, ...)
{
	struct store_query *q = prepare(s, sql, true, e);
	va_list ap;
	int rc;

	if (q == NULL)
		return -1;
	va_start(ap, params);
	bind_list(q->stmt, params, ap);
	va_end(ap);
	rc = sqlite3_step(q->stmt);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		store_fail(s, e, "writing");
		store_done(q);
		return -1;
	}
	store_done(q);
	return 0;
}

int
store_run_script(struct store *s, struct err *e, const char *sql)
{
	if (store_script(s, sql) != 0)
		return store_fail(s, e, "running a script");
	return 0;
}

int64_t
store_changes(struct store *s)
{
	return sqlite3_changes64(s->db);
}

int64_t
store_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

struct store_query *
store_ask(struct store *s, struct err *e, const char *sql, const char *params, ...)
{
	struct store_query *q = prepare(s, sql, true, e);
	va_list ap;

	if (q == NULL)
		return NULL;
	va_start(ap, params);
	bind_list(q->stmt, params, ap);
	va_end(ap);
	return q;
}

struct store_query *
store_ask_built(struct store *s, struct err *e, const char *sql, const struct store_param *params,
    size_t count)
{
	struct store_query *q = prepare(s, sql, false, e);

	if (q == NULL)
		return NULL;
	if (sqlite3_bind_parameter_count(q->stmt) != (int)count)
		log_die("store: %zu parameters given for: %s", count, sql);
	for (size_t i = 0; i < count; i++) {
		int at = (int)i + 1;

		switch (params[i].type) {
		case 'i': (void)sqlite3_bind_int64(q->stmt, at, params[i].i); break;
		case 'd': (void)sqlite3_bind_double(q->stmt, at, params[i].d); break;
		case 's':
		case 't': bind_text(q->stmt, at, params[i].t); break;
		default: (void)sqlite3_bind_null(q->stmt, at); break;
		}
	}
	return q;
}

int
store_next(struct store_query *q, struct err *e)
{
	if (q == NULL)
		return -1; /* store_ask has said why */
	switch (sqlite3_step(q->stmt)) {
	case SQLITE_ROW: return 1;
	case SQLITE_DONE: return 0;
	default: return store_fail(q->s, e, "reading");
	}
}

void
store_done(struct store_query *q)
{
	if (q == NULL)
		return;
	if (!q->kept) {
		sqlite3_finalize(q->stmt);
		free(q);
		return;
	}
	(void)sqlite3_reset(q->stmt);
	(void)sqlite3_clear_bindings(q->stmt);
	q->busy = false;
}

int64_t
store_int(struct store_query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

double
store_double(struct store_query *q, int column)
{
	return sqlite3_column_double(q->stmt, column);
}

bool
store_null(struct store_query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

const char *
store_text(struct store_query *q, int column)
{
	const unsigned char *t = sqlite3_column_text(q->stmt, column);

	return t == NULL ? "" : (const char *)t;
}

struct str
store_blob(struct store_query *q, int column)
{
	const void *p = sqlite3_column_blob(q->stmt, column);

	return (struct str){p == NULL ? "" : p, (size_t)sqlite3_column_bytes(q->stmt, column)};
}

/* ---- transactions ---------------------------------------------------------- */

int
store_begin(struct store *s, struct err *e)
{
	if (s != NULL)
		s->begun++;
	return store_run(s, e, "BEGIN IMMEDIATE", "");
}

int
store_commit(struct store *s, struct err *e)
{
	if (store_run(s, e, "COMMIT", "") == 0)
		return 0;
	store_rollback(s);
	return -1;
}

void
store_rollback(struct store *s)
{
	if (s != NULL && s->db != NULL && !sqlite3_get_autocommit(s->db))
		(void)store_script(s, "ROLLBACK");
}

int
store_hold(struct store *s, struct err *e)
{
	if (s == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the file is not open");
	if (s->held++ > 0 || !sqlite3_get_autocommit(s->db))
		return 0;
	if (store_run(s, e, "BEGIN", "") != 0) {
		s->held--;
		return -1;
	}
	s->hold_began = true;
	return 0;
}

void
store_unhold(struct store *s)
{
	if (--s->held > 0 || !s->hold_began)
		return;
	s->hold_began = false;
	store_rollback(s);
}
