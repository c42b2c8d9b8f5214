/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: SQLite files with one writer each. It opens them as security needs
 * (WAL that survives its writer, readers read-only, no extensions), runs
 * numbered migrations, and binds parameters. Called by every *_rows.c, which
 * alone hold SQL; never by a handler. It knows no table.
 *
 * A `struct store` belongs to one thread at a time. A writer program shares
 * one between threads under its own lock; readers open one a thread.
 */
#ifndef LARCH_STORE_STORE_H
#define LARCH_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"

struct store;
struct store_query;

/*
 * A migration is a number from 1 upwards without a gap and the SQL that leads
 * to it. Each runs once, in a transaction of its own; the number is kept in
 * PRAGMA user_version. A file that is newer than the program is refused.
 */
struct store_migration {
	int version;
	const char *sql;
};

/*
 * Open for writing; created 0640 when missing. journal_mode=WAL kept across
 * the writer's end (SQLITE_FCNTL_PERSIST_WAL), synchronous=FULL, foreign keys
 * on, a second writer is refused by a lock file beside it (PATH.lock).
 */
LARCH_API int store_open(const char *path, const struct store_migration *rows, size_t count,
    struct store **out, struct err *e);

/*
 * Open read-only; a missing file, or one of another version than `version`,
 * is ERR_UNAVAILABLE with a sentence that names the program which makes it.
 * What a reader reads is another program's, which may have been taken over: a
 * query that is not through its rows after three seconds fails as
 * ERR_UNAVAILABLE, one with a value of more than 64 MiB as ERR_LIMIT.
 */
LARCH_API int store_open_reader(const char *path, int version, struct store **out, struct err *e);

/* The version of the file at path; 0 for a new one, -1 when there is none or it cannot be read. */
LARCH_API int store_version(const char *path);

/*
 * A copy of the file at path as it is now, in memory and to be written to, for what is asked of another time.
 * As store_open_reader in what it refuses; ERR_LIMIT for a file over LIMIT_STORE_COPY. store_close frees it.
 */
LARCH_API int store_open_copy(const char *path, int version, struct store **out, struct err *e);

/* Checkpoint and close. NULL does nothing. */
LARCH_API void store_close(struct store *s);

/* Is another file, or none, at the path now? What is open is then a copy that nobody looks at any more. */
LARCH_API bool store_replaced(struct store *s);

/* Changes whenever another process commits: PRAGMA data_version. -1 on failure. */
LARCH_API int64_t store_data_version(struct store *s);

/* What a store was like when something was read from it. As long as a new mark equals an old one, the same
 * question has the same answer: no commit of anybody, no change of one's own, none undone in between. */
struct store_mark {
	int64_t version, changes, begun;
};
LARCH_API struct store_mark store_mark(struct store *s);

/*
 * A test of two texts as a function NAME(a,b) of this connection's SQL, `name` a literal: fn gives 1, 0, or -1
 * with *e set, which fails the query with that sentence. A null is "".
 */
typedef int store_test_fn(void *ctx, struct str a, struct str b, struct err *e);
LARCH_API int store_add_test(struct store *s, const char *name, store_test_fn *fn, void *ctx, struct err *e);

/*
 * Parameters are given by a text of one letter each:
 *   i int64_t   d double   s const char * (NULL: null)   t struct str ({NULL,0}: null)
 *   b const void *, size_t (a blob)   n nothing, binds null
 * Statements are prepared once and kept; `sql` must be a literal that lives as long.
 */

/* Run one statement that gives no row. 0; or -1: ERR_CONFLICT for a broken UNIQUE or CHECK, ERR_UNAVAILABLE
 * for a file that is locked, full or gone. */
LARCH_API int store_run(struct store *s, struct err *e, const char *sql, const char *params, ...);
/* As store_run, for a statement made up at run time; not kept. Still bound parameters only. */
LARCH_API int store_run_script(struct store *s, struct err *e, const char *sql);

LARCH_API int64_t store_changes(struct store *s);   /* rows changed by the last store_run */
LARCH_API int64_t store_last_id(struct store *s);

/*
 * A query: store_ask, then store_next until it is 0. A query that is left
 * before its end is given up with store_done (safe to call always, also NULL).
 *
 *	q = store_ask(s, e, "SELECT name FROM thing WHERE type=?", "s", type);
 *	while ((more = store_next(q, e)) == 1)
 *		use(store_text(q, 0));
 *	store_done(q);
 */
LARCH_API struct store_query *store_ask(struct store *s, struct err *e, const char *sql,
    const char *params, ...);
/* The same, with SQL composed at run time from constant pieces (a sort column
 * from a table of ours, a compiled query) and parameters in an array. */
struct store_param {
	char type; /* as above: i d s t n */
	int64_t i;
	double d;
	struct str t;
};
LARCH_API struct store_query *store_ask_built(struct store *s, struct err *e, const char *sql,
    const struct store_param *params, size_t count);
LARCH_API int store_next(struct store_query *q, struct err *e); /* 1 a row, 0 the end, -1 failed */
LARCH_API void store_done(struct store_query *q);

/* Columns of the current row; texts are borrowed until the next store_next. */
LARCH_API int64_t store_int(struct store_query *q, int column);
LARCH_API double store_double(struct store_query *q, int column);
LARCH_API bool store_null(struct store_query *q, int column);
LARCH_API const char *store_text(struct store_query *q, int column); /* "" for null */
LARCH_API struct str store_blob(struct store_query *q, int column);

/* BEGIN IMMEDIATE, COMMIT, ROLLBACK. A commit that fails has rolled back. */
LARCH_API int store_begin(struct store *s, struct err *e);
LARCH_API int store_commit(struct store *s, struct err *e);
LARCH_API void store_rollback(struct store *s); /* does nothing outside a transaction */

/*
 * Several questions, one view: what is asked until store_unhold sees the file as it was at the first of them, whatever
 * others commit meanwhile. Holds may lie within each other; within a transaction of one's own they do nothing more.
 * A hold keeps the writer's log from being taken in: hold it for a page, not for a while.
 */
LARCH_API int store_hold(struct store *s, struct err *e);
LARCH_API void store_unhold(struct store *s);

#endif
