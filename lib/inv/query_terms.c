/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "query_private.h"

/* The words of the language, as larch-query(7) has them: tests/data/test_query_terms holds both together. */
static const struct inv_term terms[] = {
    {.word = "name", .value = INV_NAMES, .ops = INV_OPS_EQUAL, .compile = query_sql_name,
     .what = "name:LIST", .help = "its name is in the list, or fits the pattern", .example = "name:web*"},
    {.word = "type", .value = INV_WORDS, .ops = INV_OPS_EQUAL, .compile = query_sql_type,
     .what = "type:LIST", .help = "its type", .example = "type:server"},
    {.word = "attr", .value = INV_TEXT, .ops = INV_OP(INV_HAS) | INV_OPS_EQUAL | INV_OPS_ORDER, .keyed = true, .compile = query_sql_attr,
     .what = "attr:KEY[.SUBKEY][#NUMBER][OP VALUE]", .help = "it has such an attribute, and one that compares so", .example = "attr:ram>=64"},
    {.word = "in", .value = INV_WORDS, .ops = INV_OP(INV_IS), .nested = true, .compile = query_sql_in,
     .what = "in:LIST or in:(QUERY)", .help = "it is in one of these, however deep", .example = "in:rack002"},
    {.word = "pool", .value = INV_WORDS, .ops = INV_OP(INV_IS), .nested = true, .compile = query_sql_pool,
     .what = "pool:LIST or pool:(QUERY)", .help = "it is in one of these pools, or in a pool in one", .example = "pool:production"},
    {.word = "connected to", .value = INV_WORDS, .ops = INV_OP(INV_IS), .nested = true, .compile = query_sql_connected,
     .what = "connected to TERM or connected to (QUERY)", .help = "a cable of it ends at one of these", .example = "connected to name:switch2a"},
    {.word = "has", .value = INV_WORDS, .ops = INV_OP(INV_IS), .compile = query_sql_has,
     .what = "has:KIND", .help = "a port of it of that kind or plug has a cable", .example = "has:console"},
    {.word = "free", .value = INV_WORDS, .ops = INV_OP(INV_IS), .compile = query_sql_free,
     .what = "free:KIND", .help = "a port of it of that kind or plug has none", .example = "free:outlet"},
    {.word = "owner", .value = INV_TEXT, .ops = INV_OPS_EQUAL, .key = "owner", .compile = query_sql_attr,
     .what = "owner:VALUE", .help = "short for attr:owner=VALUE", .example = "owner:tony"},
    {.word = "state", .value = INV_TEXT, .ops = INV_OPS_EQUAL, .key = "state", .compile = query_sql_attr,
     .what = "state:VALUE", .help = "short for attr:state=VALUE", .example = "state:idle"},
    {.word = "changed", .value = INV_WHEN, .ops = INV_OPS_EQUAL | INV_OPS_ORDER, .compile = query_sql_changed,
     .what = "changed:WHEN", .help = "its last change: on that day, or within that time", .example = "changed:2h"},
    {.word = "by", .value = INV_WORDS, .ops = INV_OPS_EQUAL, .compile = query_sql_by,
     .what = "by:PERSON", .help = "who changed it last", .example = "by:ana"},
};

static const struct inv_term *added[LIMIT_QUERY_WORDS];
static size_t n_added;

const char *const query_op_text[INV_OP_COUNT] = {
    [INV_HAS] = "",
    [INV_IS] = "=",
    [INV_NOT] = "!=",
    [INV_LT] = "<",
    [INV_LE] = "<=",
    [INV_GT] = ">",
    [INV_GE] = ">=",
};

const struct inv_term *
inv_term(size_t i)
{
	if (i < LARCH_COUNT(terms))
		return &terms[i];
	return i - LARCH_COUNT(terms) < n_added ? added[i - LARCH_COUNT(terms)] : NULL;
}

const struct inv_term *
query_term(struct str word)
{
	const struct inv_term *t;

	for (size_t i = 0; (t = inv_term(i)) != NULL; i++)
		if (str_is(word, t->word))
			return t;
	return NULL;
}

void
inv_terms_add(const struct inv_term *row)
{
	if (n_added == LIMIT_QUERY_WORDS || query_term(str_of(row->word)) != NULL)
		log_die("the query term \"%s\" is there already, or there are more than %d", row->word, LIMIT_QUERY_WORDS);
	added[n_added++] = row;
}

/* Insertions, deletions, changes and swaps of neighbours between two short words. */
static size_t
distance(struct str a, const char *b)
{
	enum { MOST = 24 };
	size_t row[3][MOST + 1], m = strlen(b);

	if (a.n > MOST || m > MOST)
		return MOST;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = above[j - 1] + (tolower((unsigned char)a.p[i - 1]) != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b[j - 2] && a.p[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.n % 3][m];
}

const char *
query_nearest(struct str word)
{
	const struct inv_term *t;
	const char *near = NULL;
	size_t best = word.n < 5 ? 2 : 3; /* nearer than this */

	for (size_t i = 0; (t = inv_term(i)) != NULL; i++) {
		size_t d = distance(word, t->word);

		if (d < best) {
			best = d;
			near = t->word;
		}
	}
	return near;
}
