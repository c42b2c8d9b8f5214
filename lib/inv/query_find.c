/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers. A policy asks one query of many things, each by itself: so the names that fit are found once and kept
 * beside the query's text, for as long as nothing in the inventory has changed.
 */
#include <stdlib.h>
#include <string.h>

#include "query_private.h"

struct answer {
	char *text;           /* canonical */
	struct arena *arena;  /* holds what was found */
	struct hosts found;
	struct store_mark mark;
	uint64_t used;
};

struct query_kept {
	struct query_regexes *regexes;
	struct answer answer[LIMIT_QUERY_KEPT];
	uint64_t turn;
};

static struct query_kept *
kept(struct inv *i)
{
	struct err e;

	if (i->queries != NULL)
		return i->queries;
	i->queries = calloc(1, sizeof(*i->queries));
	if (i->queries == NULL)
		log_die("out of memory: no queries");
	i->queries->regexes = query_regexes_create();
	if (store_add_test(i->s, "larch_regex", query_regex_test, i->queries->regexes, &e) != 0)
		log_die("%s", e.text);
	return i->queries;
}

struct query_regexes *
query_regexes_of(struct inv *i)
{
	return kept(i)->regexes;
}

static void
drop(struct answer *a)
{
	free(a->text);
	arena_destroy(a->arena);
	*a = (struct answer){0};
}

void
inv_query_forget(struct inv *i)
{
	if (i->queries == NULL)
		return;
	for (size_t k = 0; k < LIMIT_QUERY_KEPT; k++)
		drop(&i->queries->answer[k]);
	query_regexes_destroy(i->queries->regexes);
	free(i->queries);
	i->queries = NULL;
}

static bool
same(const struct store_mark *a, const struct store_mark *b)
{
	return a->version == b->version && a->changes == b->changes && a->begun == b->begun;
}

/* The row of this text, with an answer or without; else the one that was not asked for longest. */
static struct answer *
row_of(struct query_kept *k, const char *text)
{
	struct answer *oldest = &k->answer[0];

	for (size_t i = 0; i < LIMIT_QUERY_KEPT; i++) {
		if (k->answer[i].text != NULL && strcmp(k->answer[i].text, text) == 0)
			return &k->answer[i];
		if (k->answer[i].used < oldest->used)
			oldest = &k->answer[i];
	}
	return oldest;
}

/* The names that fit, of the handle: good until its next query. */
static int
answer(struct inv *i, const struct inv_query *q, const char *text, const struct hosts **out, struct err *e)
{
	struct query_kept *k = kept(i);
	struct store_mark mark = store_mark(i->s);
	struct answer *a = row_of(k, text);

	if (a->text == NULL || strcmp(a->text, text) != 0 || mark.version < 0 || !same(&a->mark, &mark) ||
	    !query_keeps(i, q->root)) {
		drop(a);
		a->arena = arena_create();
		a->mark = mark;
		if (query_run(i, q, false, a->arena, &a->found, e) != 0) {
			drop(a);
			return -1;
		}
		a->text = strdup(text);
		if (a->text == NULL)
			log_die("out of memory: no query");
		if (!query_keeps(i, q->root))
			a->mark.version = -1; /* never the same */
	}
	a->used = ++k->turn;
	*out = &a->found;
	return 0;
}

int
inv_query_find(struct inv *i, const struct inv_query *q, struct arena *a, struct hosts *out, struct err *e)
{
	return query_run(i, q, false, a, out, e);
}

int
inv_query_find_lasting(struct inv *i, const struct inv_query *q, struct arena *a, struct hosts *out, struct err *e)
{
	int rc;

	*out = (struct hosts){0};
	if (!inv_query_is_lasting(q))
		return err_set(e, ERR_INPUT, QUERY_NOT_LASTING);
	i->own_groups = true;
	rc = query_run(i, q, false, a, out, e);
	i->own_groups = false;
	return rc;
}

int
inv_query_match(struct inv *i, const struct inv_query *q, const char *thing, struct err *e)
{
	struct arena *a = arena_create();
	const struct hosts *found;
	int rc = answer(i, q, inv_query_print(q, a), &found, e);

	if (rc == 0)
		rc = hosts_has(found, thing) ? 1 : 0;
	arena_destroy(a);
	return rc;
}

int
inv_query_match_many(struct inv *i, const struct inv_query *q, const struct hosts *things, struct arena *a,
    struct hosts *out, struct err *e)
{
	const struct hosts *found;

	*out = (struct hosts){.name = arena_array(a, things->n + 1, sizeof(char *))};
	if (answer(i, q, inv_query_print(q, a), &found, e) != 0)
		return -1;
	for (size_t k = 0; k < things->n; k++)
		if (hosts_has(found, things->name[k]))
			out->name[out->n++] = arena_strdup(a, things->name[k]);
	return 0;
}

/* ---- one in each container --------------------------------------------------------- */

/* Things in natural order, and of one thing its containers. */
static int
by_thing(const void *x, const void *y)
{
	const struct query_held *a = x, *b = y;
	int c = str_natural(a->thing, b->thing);

	return c != 0 ? c : str_natural(a->container, b->container);
}

int
inv_spread(struct inv *i, const struct hosts *things, const char *type, size_t limit, struct arena *a,
    struct hosts *out, struct err *e)
{
	struct query_held *held;
	struct hosts taken;
	const char *last = NULL;
	size_t n;

	*out = (struct hosts){0};
	if (query_held(i, things, type, a, &held, &n, e) != 0)
		return -1;
	if (n > 1)
		qsort(held, n, sizeof(*held), by_thing);
	out->name = arena_array(a, n + 1, sizeof(char *));
	taken.name = arena_array(a, n + 1, sizeof(char *));
	taken.n = 0;
	for (size_t k = 0; k < n && (limit == 0 || out->n < limit); k++) {
		bool fresh = last == NULL || strcmp(last, held[k].thing) != 0;

		for (size_t t = 0; fresh && t < taken.n; t++)
			fresh = strcmp(taken.name[t], held[k].container) != 0;
		last = held[k].thing;
		if (!fresh)
			continue;
		taken.name[taken.n++] = arena_strdup(a, held[k].container);
		out->name[out->n++] = arena_strdup(a, held[k].thing);
	}
	if (limit == 0 || out->n == limit)
		return 0;
	n = out->n;
	*out = (struct hosts){0};
	if (things->n == 0)
		return err_set(e, ERR_NOT_FOUND, "%zu wanted, each in a different %s, but nothing fits", limit, type);
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND, "none of the %zu things found is in a %s", things->n, type);
	return err_set(e, ERR_NOT_FOUND, "%zu wanted, each in a different %s, but the %zu things found are in %zu %s%s", limit,
	    type, things->n, n, type, n == 1 ? "" : "s");
}
