/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store.h"

#define TESTS 4            /* functions of our own that SQL may call */
#define KEPT 96            /* prepared statements a connection keeps */
#define BUSY_MS 2000
#define READ_MS 3000       /* a reader's query: the file is another program's, and may hold a view without end */
#define READ_LENGTH (64 << 20) /* bytes of one value that a reader takes */
#define READER_TRIES 20    /* x 25 ms: a reader that meets a writer's restart */

struct store_query {
	struct store *s;
	sqlite3_stmt *stmt;
	bool kept, busy;
};

struct store {
	sqlite3 *db;
	char *path;
	int lock_fd;
	int64_t until;         /* of a reader's query, boot ms */
	struct {
		const char *sql;
		struct store_query query;
	} kept[KEPT];
	size_t n_kept;
	int64_t begun;         /* transactions of our own so far */
	struct test {          /* functions of our own that its SQL may call */
		store_test_fn *fn;
		void *ctx;
		struct store *s;
	} test[TESTS];
	size_t n_tests;
	struct err test_err;   /* why the last of them failed */
};

/* ---- errors ---------------------------------------------------------------- */

static int
fail(struct store *s, struct err *e, const char *what)
{
	static const struct {
		int code;
		enum err_kind kind;
		const char *text;
	} rows[] = {
	    {SQLITE_CONSTRAINT, ERR_CONFLICT, "a rule of the table forbids it"},
	    {SQLITE_BUSY, ERR_UNAVAILABLE, "another process holds the file"},
	    {SQLITE_LOCKED, ERR_UNAVAILABLE, "the table is in use"},
	    {SQLITE_FULL, ERR_UNAVAILABLE, "the disk is full"},
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

/* ---- opening --------------------------------------------------------------- */

/* sqlite3_db_config takes its flags as varargs. */
static void
harden(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_MS);
}

static struct store *
store_create(const char *path)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->path = strdup(path)) == NULL)
		log_die("out of memory opening %s", path);
	s->lock_fd = -1;
	return s;
}

/* Two writers on one file would both believe they are the only one. */
static int
take_lock(struct store *s, struct err *e)
{
	char lock[4096];
	int n = snprintf(lock, sizeof(lock), "%s.lock", s->path);

	if (n < 0 || n >= (int)sizeof(lock))
		return err_set(e, ERR_INPUT, "%s: path too long", s->path);
	s->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", lock, strerror(errno));
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: another process already writes it; stop that one first", s->path);
	return 0;
}

/* The -wal and -shm files take the database's mode, so it is made before SQLite sees it. */
static int
make_file(struct store *s, struct err *e)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", s->path, strerror(errno));
	close(fd);
	return 0;
}

static int
script(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static int
user_version(struct store *s, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	int version = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		version = sqlite3_column_int(stmt, 0);
	else
		(void)fail(s, e, "reading its version");
	sqlite3_finalize(stmt);
	return version;
}

static int
migrate(struct store *s, const struct store_migration *rows, size_t count, struct err *e)
{
	int have = user_version(s, e);
	char set[64];

	if (have < 0)
		return -1;
	if (count > 0 && have > rows[count - 1].version)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: has version %d, this program knows %d; a newer Larch made it", s->path, have,
		    rows[count - 1].version);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].version != (int)i + 1)
			log_die("%s: migration %zu has number %d", s->path, i + 1, rows[i].version);
		if (rows[i].version <= have)
			continue;
		snprintf(set, sizeof(set), "PRAGMA user_version=%d", rows[i].version);
		if (script(s, "BEGIN IMMEDIATE") != 0 || script(s, rows[i].sql) != 0 ||
		    script(s, set) != 0 || script(s, "COMMIT") != 0) {
			fail(s, e, "bringing it up to date");
			(void)script(s, "ROLLBACK");
			return -1;
		}
	}
	return 0;
}

int
store_open(const char *path, const struct store_migration *rows, size_t count, struct store **out,
    struct err *e)
{
	struct store *s = store_create(path);
	int on = 1;

	if (take_lock(s, e) != 0 || make_file(s, e) != 0)
		goto bad;
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		fail(s, e, "opening");
		goto bad;
	}
	harden(s->db);
	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	if (script(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
	              "PRAGMA journal_size_limit=1048576") != 0) {
		fail(s, e, "setting up");
		goto bad;
	}
	if (migrate(s, rows, count, e) != 0)
		goto bad;
	*out = s;
	return 0;
bad:
	store_close(s);
	return -1;
}

static int
too_long(void *ctx)
{
	const struct store *s = ctx;

	return times_boot() > s->until;
}

/* Open and touch the file once: an error of a WAL shows at the first read, not at the open. */
static int
reader_try(struct store *s, struct err *e)
{
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		fail(s, e, "opening to read");
		return -1;
	}
	harden(s->db);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, READ_LENGTH);
	s->until = times_boot() + READ_MS;
	sqlite3_progress_handler(s->db, 10000, too_long, s);
	if (script(s, "PRAGMA query_only=1") != 0)
		return fail(s, e, "opening to read");
	return user_version(s, e);
}

int
store_open_reader(const char *path, int version, struct store **out, struct err *e)
{
	struct store *s = store_create(path);
	int have = -1;

	for (int i = 0; i < READER_TRIES; i++) {
		if (access(path, F_OK) != 0) {
			err_set(e, ERR_UNAVAILABLE, "%s is not there: the program that writes it has not run yet", path);
			break;
		}
		have = reader_try(s, e);
		if (have >= 0)
			break;
		sqlite3_close(s->db);
		s->db = NULL;
		usleep(25000); /* facts: a writer's restart answers 264, 1288, 14 or 1544 for moments */
	}
	if (have >= 0 && have != version) {
		err_set(e, ERR_UNAVAILABLE,
		    "%s has version %d, this program reads %d: start the program that writes it, or upgrade both",
		    path, have, version);
		have = -1;
	}
	if (have < 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

/* What is copied is looked at before it is in memory. */
static int
small_enough(struct store *s, struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT page_count*page_size FROM pragma_page_count(),pragma_page_size()", "");
	int more = store_next(q, e);
	int64_t bytes = more == 1 ? store_int(q, 0) : 0;

	store_done(q);
	if (more != 1)
		return -1;
	if (bytes > LIMIT_STORE_COPY)
		return err_set(e, ERR_LIMIT, "%s has %lld bytes; %u are copied into memory at most", s->path, (long long)bytes,
		    LIMIT_STORE_COPY);
	return 0;
}

/* The pages of `from` into `to`, in one step: one moment's view. */
static int
copy_pages(struct store *from, struct store *to, struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc = b == NULL ? SQLITE_ERROR : sqlite3_backup_step(b, -1);

	(void)sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : fail(to, e, "copying");
}

int
store_open_copy(const char *path, int version, struct store **out, struct err *e)
{
	struct store *from = NULL, *s;
	int rc = -1;

	if (store_open_reader(path, version, &from, e) != 0)
		return -1;
	s = store_create(path);
	if (sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		fail(s, e, "making a copy in memory");
		goto out;
	}
	harden(s->db);
	if (small_enough(from, e) != 0 || copy_pages(from, s, e) != 0)
		goto out;
	rc = script(s, "PRAGMA foreign_keys=ON; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
	if (rc != 0)
		fail(s, e, "setting up a copy");
out:
	store_close(from);
	if (rc != 0)
		store_close(s);
	else
		*out = s;
	return rc;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_kept; i++)
		sqlite3_finalize(s->kept[i].query.stmt);
	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	free(s);
}

bool
store_replaced(struct store *s)
{
	int moved = 0;

	return sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

int64_t
store_data_version(struct store *s)
{
	struct err e;
	struct store_query *q = store_ask(s, &e, "PRAGMA data_version", "");
	int64_t v = -1;

	if (store_next(q, &e) == 1)
		v = store_int(q, 0);
	store_done(q);
	return v;
}

struct store_mark
store_mark(struct store *s)
{
	return (struct store_mark){store_data_version(s), sqlite3_total_changes64(s->db),
	    s->begun * 2 + (sqlite3_get_autocommit(s->db) == 0)};
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
		return fail(s, e, "adding a function");
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
	struct store_query *q = keep ? query_kept(s, sql) : NULL;
	sqlite3_stmt *stmt = NULL;

	s->until = times_boot() + READ_MS;
	if (q != NULL && !q->busy) {
		q->busy = true;
		return q;
	}
	keep = keep && q == NULL && s->n_kept < KEPT;
	if (sqlite3_prepare_v3(s->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL) != SQLITE_OK) {
		fail(s, e, "preparing a statement");
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
		fail(s, e, "writing");
		store_done(q);
		return -1;
	}
	store_done(q);
	return 0;
}

int
store_run_script(struct store *s, struct err *e, const char *sql)
{
	if (script(s, sql) != 0)
		return fail(s, e, "running a script");
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
	default: return fail(q->s, e, "reading");
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
		(void)script(s, "ROLLBACK");
}
