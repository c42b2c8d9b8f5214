/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that stand together below a heading, and how many of them are well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

/* What a row is grouped by. */
struct member {
	const char *word;
	size_t first;  /* place among the words that come first, or their number */
	size_t row, at; /* at: where it came */
};

static size_t
place_of(const struct web_grouping *g, const char *word)
{
	size_t i = 0;

	for (; g->first != NULL && g->first[i] != NULL; i++)
		if (strcmp(g->first[i], word) == 0)
			return i;
	return i;
}

static int
by_group(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int c;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if ((*a->word == '\0') != (*b->word == '\0'))
		return *a->word == '\0' ? 1 : -1;
	c = str_natural(a->word, b->word);
	return c != 0 ? c : (a->at > b->at) - (a->at < b->at);
}

static void
count(struct web_shown *s, struct web_run *run, size_t row)
{
	const struct web_table *t = s->table;

	run->n++;
	if (t->level != NULL)
		run->level[web_level_rank(t->level(t->ctx, row))]++;
}

void
web_runs_make(struct web_shown *s)
{
	const struct web_table *t = s->table;
	struct member *m = arena_array(s->c->arena, s->n + 1, sizeof(*m));

	s->run = arena_array(s->c->arena, s->n + 1, sizeof(*s->run));
	s->run_at = arena_array(s->c->arena, s->n + 1, sizeof(*s->run_at));
	for (size_t i = 0; i < s->n; i++) {
		const char *word = t->group->word(t->ctx, s->row[i]);

		m[i] = (struct member){word, place_of(t->group, word), s->row[i], i};
	}
	if (s->n > 1)
		qsort(m, s->n, sizeof(*m), by_group);
	for (size_t i = 0; i < s->n; i++) {
		if (s->n_run == 0 || strcmp(s->run[s->n_run - 1].word, m[i].word) != 0)
			s->run[s->n_run++].word = m[i].word;
		s->row[i] = m[i].row;
		s->run_at[i] = s->n_run - 1;
		count(s, &s->run[s->n_run - 1], m[i].row);
	}
}

bool
web_run_begins(const struct web_shown *s, size_t i)
{
	return s->run != NULL && (i == 0 || s->run_at[i] != s->run_at[i - 1]);
}

const struct web_run *
web_run_of(const struct web_shown *s, size_t i)
{
	return &s->run[s->run_at[i]];
}

const char *
web_run_text(const struct web_run *run, char out[WEB_COUNTS_TEXT])
{
	static const char letters[] = {'c', 'w', 'u'}; /* in the order in which they are looked for */
	int n = snprintf(out, WEB_COUNTS_TEXT, "%zu", run->n);
	const char *gap = ": ";

	for (size_t i = 0; i < LARCH_COUNT(letters); i++) {
		size_t k = run->level[web_level_rank(letters[i])];

		if (k == 0)
			continue;
		n += snprintf(out + n, (size_t)(WEB_COUNTS_TEXT - n), "%s%zu %s", gap, k, web_level_word(letters[i]));
		gap = ", ";
	}
	return out;
}
