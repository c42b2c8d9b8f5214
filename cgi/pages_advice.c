/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a machine that is not well: the rules of larch-advice(5) over the room as it was last read. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "pages_room.h"

/* The run of a machine's values, or of its actions: both are in bytes of its name. */
static size_t
first_act(const struct pages_room *r, const char *machine)
{
	size_t lo = 0, hi = r->n_acts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(r->acts[mid].machine, machine) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
pages_advice(struct web_call *c, const struct pages_room *r, const struct pages_node *n, struct arena *a, struct advice *out)
{
	const struct advice_rules *rules;
	struct err none;
	size_t value = pages_first_value(r, n->name), act = first_act(r, n->name);
	struct advice_seen seen = {.thing = n->name, .columns = r->columns, .n_columns = r->n_columns, .values = r->values + value,
	    .actions = r->acts + act, .cured = r->cured, .n_cured = r->n_cured, .now = c->now};
	struct advice_facts facts;

	if (pages_level(r, n, c->now) == STATUS_OK || pages_rules(c, &rules, &none) != 0 || advice_count(rules) == 0)
		return false;
	while (value + seen.n_values < r->n_values && strcmp(seen.values[seen.n_values].thing, n->name) == 0)
		seen.n_values++;
	while (act + seen.n_actions < r->n_acts && strcmp(seen.actions[seen.n_actions].machine, n->name) == 0)
		seen.n_actions++;
	advice_facts_of(&seen, a, &facts);
	return advice_for(rules, &facts, a, out);
}

void
pages_advice_banner(struct web_call *c)
{
	const struct advice_rules *rules;
	struct err e;

	if (c->format == WEB_HTML && pages_rules(c, &rules, &e) != 0)
		web_banner(c, "warn", "Nothing is advised: %s", e.text);
}

/* ---- as cells ---------------------------------------------------------------------------------- */

#define CELL LIMIT_STATUS_DETAIL /* bytes of one line in a table: ten thousand of them go into an arena */
#define KEPT (LIMIT_ARENA / 4)

/* Whole characters of a line, CELL bytes at most. */
static const char *
cell_text(const struct buf *line, struct arena *a)
{
	size_t n = line->n;

	if (n > CELL)
		for (n = CELL; n > 0 && ((unsigned char)line->p[n] & 0xc0) == 0x80;)
			n--;
	return arena_strndup(a, n == 0 ? "" : line->p, n);
}

const char *
pages_advice_line(const struct advice *x, struct arena *a)
{
	struct buf line = BUF(LIMIT_ADVICE_TEXT * 4);
	const char *text;

	advice_line(x, &line);
	text = cell_text(&line, a);
	buf_free(&line);
	return text;
}

/* Short lines of one room in one second: the same fifty rows are asked for again and again. */
struct pages_lines {
	uint64_t room;
	int64_t second;
	struct arena *lines, *scratch;
	const char **line;            /* one a node; NULL: not made yet */
};

struct pages_lines *
pages_lines_create(void)
{
	struct pages_lines *l = calloc(1, sizeof(*l));

	if (l == NULL)
		log_die("out of memory: no lines");
	l->lines = arena_create();
	l->scratch = arena_create();
	return l;
}

void
pages_lines_destroy(struct pages_lines *l)
{
	if (l == NULL)
		return;
	arena_destroy(l->lines);
	arena_destroy(l->scratch);
	free(l);
}

const char *
pages_advice_short(struct web_call *c, const struct pages_room *r, const struct pages_node *n)
{
	struct pages_lines *l = pages_lines(c);
	size_t i = (size_t)(n - r->nodes);
	struct buf line = BUF(LIMIT_ADVICE_TEXT * 4);
	const char *text = "";
	struct advice x;

	if (l->room != r->number || l->second != c->now / 1000) {
		arena_reset(l->lines);
		l->line = arena_array(l->lines, r->n_nodes + 1, sizeof(*l->line));
		l->room = r->number;
		l->second = c->now / 1000;
	}
	if (l->line[i] != NULL)
		return l->line[i];
	arena_reset(l->scratch);
	if (pages_advice(c, r, n, l->scratch, &x)) {
		advice_short(&x, &line);
		text = cell_text(&line, arena_used(l->lines) < KEPT ? l->lines : c->arena);
	}
	if (arena_used(l->lines) < KEPT)
		l->line[i] = text;
	buf_free(&line);
	return text;
}

uint64_t
pages_room_number(void)
{
	static _Atomic uint64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}
