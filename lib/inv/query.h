/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query language, larch-query(7): a text is parsed to a tree, the tree is
 * printed back or compiled to SQL with bound parameters. Called by inv_find,
 * inv_match and inv_select of inv.h, which are what most callers want; by what
 * shows or keeps queries (print, keys); by rooms that add terms of their own.
 * No byte of a query ever stands in the text of an SQL statement.
 *
 *	query   = all *( "or" all )
 *	all     = one *( ["and"] one )       "and" may be left out before "connected"
 *	one     = *"not" primary
 *	primary = "(" query ")" / "connected" "to" primary / term / names
 *	term    = word ":" value / word op value / word ":" "(" query ")"
 *	        / "attr" ":" key ["." subkey] ["#" number] [op value]
 *	op      = "=" / "!=" / "<" / "<=" / ">" / ">="
 *	value   = a host list, a glob, text / "quoted, exactly" / "/" regex "/" ["i"]
 *	names   = value                      of name:
 *
 * A sentence about a query that is none begins "column N: ", N from 1 in characters (err_caret draws it).
 */
#ifndef LARCH_INV_QUERY_H
#define LARCH_INV_QUERY_H

#include "inv.h"

struct inv_query;

/*
 * Parse a query; the tree is the arena's. ERR_INPUT for what is none, ERR_LIMIT over LIMIT_QUERY bytes,
 * LIMIT_QUERY_TERMS terms, LIMIT_QUERY_DEPTH levels. Groups and names are not looked up here.
 */
LARCH_API int inv_query_parse(struct str text, struct arena *a, struct inv_query **out, struct err *e);

/* The canonical text: it parses to the same query and prints as itself. */
LARCH_API const char *inv_query_print(const struct inv_query *q, struct arena *a);

/* Nothing but names and ranges of names ("n[1-4],n7"): no group, pattern or term, which only choose among what there is. */
LARCH_API bool inv_query_is_plain(const struct inv_query *q);

/* Does it rest on the inventory alone? One that asks another room, as of status, is none for a policy: who may do what must
 * not change with the weather. */
LARCH_API bool inv_query_is_lasting(const struct inv_query *q);

/* All things that match, natural order; none is no error. ERR_INPUT: a group that does not exist, a pattern too slow. */
LARCH_API int inv_query_find(struct inv *i, const struct inv_query *q, struct arena *a, struct hosts *out, struct err *e);

/* Does one thing match? 1, 0 (also for a thing that is not there), -1. The answer for all things is kept for the next. */
LARCH_API int inv_query_match(struct inv *i, const struct inv_query *q, const char *thing, struct err *e);

/* Those of `things` that match. */
LARCH_API int inv_query_match_many(struct inv *i, const struct inv_query *q, const struct hosts *things, struct arena *a,
    struct hosts *out, struct err *e);

/*
 * What a query looks at: who may change that needs the verb `wire` when a policy holds the query.
 * keys: of attributes, as written (a pattern or a dotted key stays one), sorted, the arena's.
 */
struct inv_query_keys {
	struct hosts keys;
	bool names, types, places, pools, connections, ports, changes;
};
LARCH_API void inv_query_keys(const struct inv_query *q, struct arena *a, struct inv_query_keys *out);

/*
 * What somebody typed into a search box. A query is answered as a query. A plain word that names nothing is looked
 * for, in this order, until something is found: a thing with an attribute of exactly that value (an address, a MAC
 * address in any of its spellings, a serial number), then things whose name or value contains it, or all of several
 * words, in upper or lower case. *how_out says which way it was found.
 */
enum inv_search { INV_SEARCH_QUERY, INV_SEARCH_VALUE, INV_SEARCH_PART };
LARCH_API int inv_query_search(struct inv *i, struct str text, struct arena *a, struct hosts *out,
    enum inv_search *how_out, struct err *e);

/*
 * At most one of `things` in each container of that type ("rack"), any depth: the first in natural order of each,
 * `limit` of them (0: as many as there are). ERR_NOT_FOUND with how many could be had when there are fewer.
 */
LARCH_API int inv_spread(struct inv *i, const struct hosts *things, const char *type, size_t limit, struct arena *a,
    struct hosts *out, struct err *e);

/* ---- terms ---------------------------------------------------------------------- */

enum inv_op { INV_HAS, INV_IS, INV_NOT, INV_LT, INV_LE, INV_GT, INV_GE, INV_OP_COUNT };
#define INV_OP(op) (1u << (op))
#define INV_OPS_EQUAL (INV_OP(INV_IS) | INV_OP(INV_NOT))
#define INV_OPS_ORDER (INV_OP(INV_LT) | INV_OP(INV_LE) | INV_OP(INV_GT) | INV_OP(INV_GE))

/* What a term was asked, for a names function of another room. Texts are "" or 0-ended. */
enum inv_form { INV_EXACT, INV_GLOB, INV_REGEX };
struct inv_term_ask {
	const char *key;    /* of a keyed term, status:KEY=value; else "" */
	enum inv_op op;     /* INV_HAS: a key alone */
	enum inv_form form;
	const char *value;  /* as it is; of a regex with its mark before it, for inv_term_fits alone */
	struct query_regexes *regexes;
};

/* Is a text the value asked for, or does it fit the pattern? For = and !=, whose "not" is the caller's. */
LARCH_API bool inv_term_fits(const struct inv_term_ask *ask, const char *text);

enum inv_value { INV_NAMES, INV_WORDS, INV_TEXT, INV_WHEN }; /* a host list; one without groups; one text; a time or a duration */

struct query_sql;
struct query_node;
struct inv_term {
	const char *word;
	unsigned ops;          /* INV_OP bits; word:value is word=value */
	enum inv_value value;
	bool keyed;            /* word:KEY... */
	bool nested;           /* word:(query) */
	const char *key;       /* the attribute that the word stands for, or NULL */
	void (*compile)(struct query_sql *s, const struct query_node *n); /* of this room's; or */
	/* the things for which it holds; of a room that keeps them elsewhere. The answer is never kept. */
	int (*names)(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out,
	    struct err *e);
	void *ctx;
	const char *what;      /* "name:LIST" */
	const char *help;      /* one line */
	const char *example;
};

/* Add a term, before the first query is parsed; `row` lives as long as the program. */
LARCH_API void inv_terms_add(const struct inv_term *row);

/*
 * Groups that another room keeps: "@SOURCE:NAME", and "@NAME" where the inventory has no type, pool or rack of that
 * name. They only choose among what there is, and are nothing for a policy, whose queries see the inventory's own
 * groups alone: a file of names must not widen a role.
 */
struct inv_groups {
	const char *sources;   /* "genders, dsh, pdsh and slurm": for the sentence about one that is none */
	bool (*source)(void *ctx, struct str name);
	/* source {NULL, 0}: any. *known false: there is no such group. */
	int (*members)(void *ctx, struct str source, struct str name, struct arena *a, struct hosts *out, bool *known,
	    struct err *e);
	void *ctx;
};
/* Once, before the first query; `row` lives as long as the program. */
LARCH_API void inv_groups_add(const struct inv_groups *row);

/* As inv_query_find, of a query that is a policy's: ERR_INPUT when it is not lasting; own groups alone. */
LARCH_API int inv_query_find_lasting(struct inv *i, const struct inv_query *q, struct arena *a, struct hosts *out,
    struct err *e);

/* The i-th term, NULL after the last: for a list of them. */
LARCH_API const struct inv_term *inv_term(size_t i);

#endif
