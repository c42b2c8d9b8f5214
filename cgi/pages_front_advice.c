/* SPDX-License-Identifier: Apache-2.0 */
/* "/": what to do about the machines that are not well; those with the same advice are one row. */
#include <stdlib.h>
#include <string.h>

#include "pages_front.h"

struct one {
	const char *text;
	const struct pages_node *node;
};

static int
by_text(const void *x, const void *y)
{
	const struct one *a = x, *b = y;
	int c = strcmp(a->text, b->text);

	return c != 0 ? c : str_natural(a->node->name, b->node->name);
}

/* The most machines first. */
static int
by_count(const void *x, const void *y)
{
	const struct front_advice *a = x, *b = y;

	if (a->nodes.n != b->nodes.n)
		return a->nodes.n < b->nodes.n ? 1 : -1;
	return strcmp(a->text, b->text);
}

static size_t
gather(struct front *f, struct one *list)
{
	size_t n = 0;

	for (size_t i = 0; i < f->room->n_nodes; i++) {
		const struct pages_node *node = &f->room->nodes[i];
		const char *text;

		if (pages_level(f->room, node, f->call->now) == STATUS_OK)
			continue;
		text = pages_advice_short(f->call, f->room, node);
		if (*text != '\0')
			list[n++] = (struct one){text, node};
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), by_text);
	return n;
}

void
pages_front_advise(struct front *f)
{
	struct arena *a = f->call->arena;
	struct one *list = arena_array(a, f->room->n_nodes - f->level[STATUS_OK] + 1, sizeof(*list));
	size_t n;

	pages_advice_banner(f->call);
	n = gather(f, list);
	f->advice = arena_array(a, n + 1, sizeof(*f->advice));
	for (size_t i = 0; i < n; i++) {
		struct front_advice *x = &f->advice[f->n_advice == 0 ? 0 : f->n_advice - 1];

		if (f->n_advice == 0 || strcmp(x->text, list[i].text) != 0) {
			x = &f->advice[f->n_advice++];
			*x = (struct front_advice){.text = list[i].text, .first = list[i].node};
			x->nodes.name = arena_array(a, n - i, sizeof(char *));
		}
		x->nodes.name[x->nodes.n++] = (char *)(uintptr_t)list[i].node->name; /* only read, by hosts_fold */
	}
	for (size_t i = 0; i < f->n_advice; i++)
		f->advice[i].folded = hosts_fold(&f->advice[i].nodes, a);
	if (f->n_advice > 1)
		qsort(f->advice, f->n_advice, sizeof(*f->advice), by_count);
}

static const struct front_advice *
row_of(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->advice[row];
}

static struct web_cell
text(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(row_of(ctx, row)->text);
}

/* One leads to its page, which says why; several to the table of them. */
static struct web_cell
where(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const struct front_advice *x = row_of(ctx, row);
	struct buf b = BUF(LIMIT_URL);
	const char *href;

	(void)now;
	if (x->nodes.n == 1)
		return web_cell_link(x->first->name, x->first->href);
	buf_puts(&b, "/nodes?q=");
	buf_url(&b, str_of(x->folded));
	href = b.over ? NULL : arena_strndup(f->call->arena, b.p, b.n);
	buf_free(&b);
	return web_cell_link(x->folded, href);
}

static struct web_cell
count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)row_of(ctx, row)->nodes.n);
}

const struct pages_column pages_front_advice[] = {
    {{.key = "advice", .title = "Advice", .prose = true}, text},
    {{.key = "things", .title = "Where", .kind = WEB_COL_LINK}, where},
    {{.key = "count", .title = "How many", .kind = WEB_COL_NUMBER}, count},
};
const size_t pages_front_advice_n = LARCH_COUNT(pages_front_advice);
