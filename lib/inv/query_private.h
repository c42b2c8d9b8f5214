/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the query language share: the tree, and who does what.
 * query_parse.c makes it of text with query_value.c, query_terms.c knows the
 * words, query_print.c writes it back, query_compile.c looks up what it names,
 * query_rows.c makes SQL of it and runs that, query_find.c keeps answers.
 */
#ifndef LARCH_INV_QUERY_PRIVATE_H
#define LARCH_INV_QUERY_PRIVATE_H

#include "inv_private.h"
#include "query.h"

#define QUERY_NUMBER_MAX 1e300 /* of a number in a comparison, either sign */

enum query_kind { QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_TERM };

enum query_shape {
	QUERY_NONE,   /* a key alone, or a query in parentheses */
	QUERY_LIST,   /* a host list; folded when it has no group */
	QUERY_EXACT,  /* one text, as it is */
	QUERY_GLOB,   /* with * and ? */
	QUERY_REGEX,  /* between slashes; text is what stands between them */
	QUERY_TIME,   /* for INV_WHEN */
};

struct query_value {
	enum query_shape shape;
	const char *text;
	bool any_case; /* of a regex */
	size_t column; /* from 1, in characters */
};

struct query_attr {
	const char *key, *subkey; /* subkey "": not asked */
	int64_t number;           /* -1: not asked */
	bool exact;               /* key was quoted: a dot in it is a dot */
};

struct query_node {
	enum query_kind kind;
	struct query_node **kid; /* AND, OR: two or more; NOT: one; a term: one or none */
	size_t n;
	const struct inv_term *term;
	struct query_attr attr;
	enum inv_op op;
	struct query_value value;
	size_t column; /* from 1, in characters */
};

struct inv_query {
	struct query_node *root;
};

/* ---- query_parse.c: what query_value.c reads with ------------------------------------ */

struct query_parser {
	struct str text;
	size_t at;
	size_t terms, depth;
	size_t open;     /* parentheses */
	size_t names;    /* of all its lists */
	struct arena *a;
	struct err *e;
};

/* "column N: sentence"; returns -1. `at` is an offset in bytes. */
int query_bad(const struct query_parser *p, size_t at, enum err_kind kind, const char *fmt, ...) LARCH_PRINTF(4, 5);
size_t query_column(struct str text, size_t at);
/* The keyword at an offset ("and" "or" "not" "connected" "to"), or NULL. */
const char *query_keyword(struct str text, size_t at);
void query_blanks(struct query_parser *p);
/* What stands at the offset, for a sentence: a word in quotes, cut, or "the end". */
const char *query_found(const struct query_parser *p, size_t at);

/* ---- query_value.c -------------------------------------------------------------------- */

/* A value at p->at, blanks before it skipped; `what` names it in sentences ("name:"). Several patterns with commas
 * become several values: *n_out. */
int query_read_value(struct query_parser *p, enum inv_value want, const char *what, struct query_value **out,
    size_t *n_out);
/* "quoted": p->at is on the quote. */
const char *query_read_quoted(struct query_parser *p);
/* KEY[.SUBKEY][#NUMBER] */
int query_read_attr(struct query_parser *p, const char *what, struct query_attr *out);

/* A date, an RFC 3339 time or a duration back from now: the first ms that it means, and the first one after it. */
struct query_when {
	int64_t from, to;
};
bool query_is_when(const char *text, bool durations, int64_t now, struct query_when *out);
bool query_is_pattern(const char *text); /* has * or ? */
bool query_needs_quotes(const char *text, bool names); /* would it read as something else without? */

/* ---- query_terms.c --------------------------------------------------------------------- */

const struct inv_term *query_term(struct str word);
const char *query_nearest(struct str word); /* NULL: none is near */
extern const char *const query_op_text[INV_OP_COUNT];

/* ---- query_regex.c --------------------------------------------------------------------- */

/* Is it a regular expression that we take? -1 with a sentence (ERR_INPUT) and the offset in the pattern. */
int query_regex_check(const char *pattern, bool any_case, size_t *at_out, struct err *e);
/* Compiled ones, the last few of them. */
struct query_regexes;
struct query_regexes *query_regexes_create(void);
void query_regexes_destroy(struct query_regexes *r);
/* A new statement begins: its time starts. */
void query_regexes_begin(struct query_regexes *r);
/* store_test_fn: the pattern (with "i" or "-" before it), the text. */
int query_regex_test(void *ctx, struct str pattern, struct str text, struct err *e);

/* ---- query_compile.c -------------------------------------------------------------------- */

/* A thing's names of a value, groups looked up. */
int query_names(struct inv *i, const struct query_value *v, bool groups, struct arena *a, struct hosts *out,
    struct err *e);
/* Names as a JSON array, for json_each. */
struct str query_json(const struct hosts *h, struct arena *a);
/* The inventory's compiled patterns, made with the SQL function "larch_regex" at the first call. */
struct query_regexes *query_regexes_of(struct inv *i);
/* May the answer be kept? Not when it rests on the time, or on what another room knows. */
#define QUERY_NOT_LASTING "it asks how things are at the moment; what a role may touch rests on the inventory alone"
bool query_keeps(const struct inv *i, const struct query_node *n);

/* ---- query_rows.c ------------------------------------------------------------------------ */

void query_sql_name(struct query_sql *s, const struct query_node *n);
void query_sql_type(struct query_sql *s, const struct query_node *n);
void query_sql_attr(struct query_sql *s, const struct query_node *n);
void query_sql_in(struct query_sql *s, const struct query_node *n);
void query_sql_pool(struct query_sql *s, const struct query_node *n);
void query_sql_connected(struct query_sql *s, const struct query_node *n);
void query_sql_has(struct query_sql *s, const struct query_node *n);
void query_sql_free(struct query_sql *s, const struct query_node *n);
void query_sql_changed(struct query_sql *s, const struct query_node *n);
void query_sql_by(struct query_sql *s, const struct query_node *n);

/* The names in a column of what is asked, in its order; the query is done. */
int query_take_names(struct store_query *q, int column, struct arena *a, struct hosts *out, struct err *e);
/* All that fit. `explain`: the plan's lines instead of names. */
int query_run(struct inv *i, const struct inv_query *q, bool explain, struct arena *a, struct hosts *out, struct err *e);
/* ---- query_attr_rows.c -------------------------------------------------------------------- */

/* Things with an attribute of one of these values; things whose name or value contains the text, any case. */
int query_with_value(struct inv *i, const struct hosts *values, struct arena *a, struct hosts *out, struct err *e);
int query_with_part(struct inv *i, const char *part, struct arena *a, struct hosts *out, struct err *e);

/* ---- query_find_rows.c ------------------------------------------------------------------- */

/* Names of a type ("type"), in a pool ("pool") or a container ("rack"), any depth; "*": all. *known: the group exists. */
int query_group(struct inv *i, const char *source, const char *value, struct arena *a, struct hosts *out, bool *known,
    struct err *e);
/* Those names that are no things ("thing"), or no types ("type"). */
int query_unknown(struct inv *i, const char *what, const struct hosts *names, struct arena *a, struct hosts *out,
    struct err *e);
/* For each of `things` that is in a container of that type: its name, the container's; in no order. */
struct query_held {
	const char *thing, *container;
};
int query_held(struct inv *i, const struct hosts *things, const char *type, struct arena *a, struct query_held **out,
    size_t *n_out, struct err *e);

#endif
