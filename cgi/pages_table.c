/* SPDX-License-Identifier: Apache-2.0 */
/* Tables whose columns are rows, and the cells that all page families use. */
#include <math.h>
#include <string.h>

#include "inv/query.h"
#include "pages.h"

struct view {
	struct pages_table table;
	int64_t now;
	bool one_age; /* a column of the row says how old it is: its cells say so only when they are stale */
};

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct view *v = ctx;
	const struct pages_column *col = &v->table.columns[column];
	struct web_cell made = col->cell(v->table.ctx, row, v->now);

	if (v->one_age && !made.stale && (col->column.kind == WEB_COL_LEVEL || col->column.kind == WEB_COL_STATE))
		made.at = 0;
	return made;
}

struct web_table
pages_table(struct web_call *c, const struct pages_table *t)
{
	struct view *v = arena_alloc(c->arena, sizeof(*v));
	struct web_column *columns = arena_array(c->arena, t->n_columns, sizeof(*columns));

	v->table = *t;
	v->now = c->now;
	for (size_t i = 0; i < t->n_columns; i++) {
		columns[i] = t->columns[i].column;
		if (columns[i].kind == WEB_COL_AGE && c->format == WEB_HTML)
			v->one_age = true;
	}
	return (struct web_table){
	    .name = t->name,
	    .caption = t->caption,
	    .empty = t->empty,
	    .columns = columns,
	    .n_columns = t->n_columns,
	    .n = t->n,
	    .cell = cell,
	    .ctx = v,
	};
}

/* ---- what ?q= means ------------------------------------------------------------- */

/* A term, a list, a pattern or a word of the language; "n1 or n2" too. Other words are looked for in what a row shows. */
bool
pages_is_query(const char *q)
{
	static const char *const words[] = {"and", "or", "not", "connected"};
	struct str rest = str_trim(str_of(q)), word;

	if (strpbrk(q, ":@[],*?!&^()<>=\"") != NULL || *q == '/')
		return true;
	while (rest.p != NULL) {
		word = str_cut(&rest, ' ');
		for (size_t i = 0; i < LARCH_COUNT(words); i++)
			if (str_is(word, words[i]) && rest.p != NULL)
				return true;
	}
	return false;
}

int
pages_filter_has(struct pages_filter *f, const char *name, const char *q, struct err *e)
{
	enum inv_search how;
	struct inv *inv;

	if (!f->asked) {
		inv = pages_inv(f->call, e);
		if (inv == NULL || inv_query_search(inv, str_of(q), f->call->arena, &f->found, &how, e) != 0)
			return -1;
		f->asked = true;
	}
	return hosts_has(&f->found, name);
}

/* ---- cells ------------------------------------------------------------------------- */

static int
sink(const char *p, size_t n, void *data)
{
	buf_add(data, p, n);
	return 0;
}

struct web_cell
pages_json_cell(struct arena *a, json_t *take)
{
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	json_dump_callback(take, sink, &b, 0);
	text = b.over ? NULL : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	json_decref(take);
	return web_cell_text(text);
}

struct web_cell
pages_value_cell(const struct status_value *v, int64_t now, const char *none)
{
	struct web_cell made;

	if (v == NULL)
		return web_cell_text(none);
	made = web_cell_level((int)v->level, v->text, v->at, status_stale(v->at, v->interval, now));
	made.title = v->detail;
	return made;
}

struct web_cell
pages_column_cell(struct web_call *c, const struct status_column *col, const struct status_value *v, const char *none)
{
	struct web_cell made = pages_value_cell(v, c->now, none);
	char text[TIMES_TEXT];

	if (v == NULL || isnan(v->number) || col->kind == STATUS_WORD)
		return made;
	made.is_number = true;
	made.number = v->number;
	if (col->kind == STATUS_TIME) {
		made.number = floor((double)c->now / 1000 - v->number);
		made.text = arena_strdup(c->arena, times_age((int64_t)made.number * 1000, text));
	}
	return made;
}

const char *
pages_known_word(const struct status_value *v, int64_t now)
{
	return v == NULL || v->level == STATUS_UNKNOWN || status_stale(v->at, v->interval, now) ? NULL : v->text;
}

char
pages_outcome_level(const char *outcome)
{
	return strcmp(outcome, "ok") == 0 ? 'o' : strcmp(outcome, "unknown") == 0 ? 'u' : 'c';
}

/* An outlet that is off is no fault: it has no letter. What it is about to do has one. */
static const struct {
	const char *state;
	char level;
} outlet_levels[] = {{"on", 'o'}, {"off", 0}, {"on-pending", 'w'}, {"off-pending", 'w'}};

static char
outlet_level(const char *state)
{
	for (size_t i = 0; i < LARCH_COUNT(outlet_levels); i++)
		if (strcmp(outlet_levels[i].state, state) == 0)
			return outlet_levels[i].level;
	return 'u';
}

struct web_cell
pages_outlet_cell(const struct status_outlet *o, int64_t now)
{
	struct web_cell made;

	if (o == NULL)
		return (struct web_cell){0};
	made = web_cell_text(o->state);
	made.at = o->at;
	made.stale = status_stale(o->at, o->interval, now);
	made.level = outlet_level(o->state);
	made.title = *o->word == '\0' ? NULL : o->word;
	return made;
}
