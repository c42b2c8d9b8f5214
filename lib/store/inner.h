/* SPDX-License-Identifier: Apache-2.0 */
/* The connection itself: store_open.c makes and closes it, store.c runs what is asked of it. */
#ifndef LARCH_STORE_INNER_H
#define LARCH_STORE_INNER_H

#include <sqlite3.h>

#include "store.h"

#define TESTS 4            /* functions of our own that SQL may call */
#define KEPT 256           /* prepared statements a connection keeps */
#define READ_MS 3000       /* a reader's query: the file is another program's, and may hold a view without end */

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
	int held;              /* holds that lie within each other */
	bool hold_began;       /* the outermost one has begun a transaction */
	struct test {          /* functions of our own that its SQL may call */
		store_test_fn *fn;
		void *ctx;
		struct store *s;
	} test[TESTS];
	size_t n_tests;
	struct err test_err;   /* why the last of them failed */
};

/* What SQLite says went wrong with `what`, as an error of ours. Returns -1. */
int store_fail(struct store *s, struct err *e, const char *what);
/* Run statements that give no rows: 0, or -1 for store_fail to explain. */
int store_script(struct store *s, const char *sql);

#endif
