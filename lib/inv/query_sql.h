/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statement that is being put together: pieces of text that stand in the
 * program, and parameters. No byte of a query goes into `text`. Private to
 * query_rows.c and query_attr_rows.c.
 */
#ifndef LARCH_INV_QUERY_SQL_H
#define LARCH_INV_QUERY_SQL_H

#include "query_private.h"

struct query_params {
	struct store_param *p;
	size_t n, cap;
};

/*
 * Sets of things that a term is about stand before the statement, each under a name of its own, the inner ones first
 * (WITH c0 AS ..., c1 AS ...): within each other they would be too deep for SQLite's parser, whose stack has 100 places.
 */
struct query_sql {
	struct inv *i;
	struct buf text;
	struct query_params params;
	struct buf with;
	struct query_params with_params;
	size_t sets;
	size_t level;     /* parentheses of and/or that are open */
	size_t names;     /* bound in lists so far */
	struct arena *a;
	int64_t now;
	int rc;           /* -1: *e says why, the rest is of no use */
	struct err *e;
};

/* A piece, one of ours. */
#define query_put(s, literal) buf_add(&(s)->text, "" literal, sizeof(literal) - 1)

void query_bind(struct query_sql *s, const char *text);
void query_bind_int(struct query_sql *s, int64_t v);
void query_bind_double(struct query_sql *s, double v);
/* A glob as SQLite reads it: "[" is nothing special to us. */
void query_bind_glob(struct query_sql *s, const char *glob);
/* The pattern as query_regex_test takes it. */
void query_bind_regex(struct query_sql *s, const struct query_value *v);
/* The value's names as a JSON array, or its one name (*one): "=?" or "IN (SELECT value FROM json_each(?))". */
void query_put_names(struct query_sql *s, const struct query_value *v, bool groups);

#endif
