/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows and columns of a table are shown: q, sort, order, limit, offset, fields. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#define PAGE_ROWS 1000          /* of a page or a text, when nobody asks for a number */
#define DATA_ROWS LIMIT_HOSTS   /* of JSON and CSV */

/* What a row is sorted by. */
struct key {
	size_t row;
	bool known;
	double number;
	const char *text;
};

struct web_view
web_view(struct web_call *c)
{
	struct web_view v = {.limit = c->format == WEB_HTML || c->format == WEB_TXT ? PAGE_ROWS : DATA_ROWS};
	const char *order;

	if (!c->route->lists)
		return (struct web_view){.limit = SIZE_MAX};
	v.sort = web_text(c, "sort");
	v.q = web_text(c, "q");
	order = web_text(c, "order");
	v.descending = order != NULL && strcmp(order, "desc") == 0;
	v.limit = (size_t)web_int(c, "limit", (int64_t)v.limit);
	v.offset = (size_t)web_int(c, "offset", 0);
	return v;
}

/* ---- columns ------------------------------------------------------------------ */

static int
no_column(const struct web_table *t, struct str name, struct err *e)
{
	struct buf b = BUF(300);
	int rc;

	for (size_t i = 0; i < t->n_columns; i++) {
		buf_puts(&b, i > 0 ? ", " : "");
		buf_puts(&b, t->columns[i].key);
	}
	rc = err_set(e, ERR_INPUT, "There is no column '%.*s' here. There are: %s.", (int)(name.n > 60 ? 60 : name.n),
	    name.p, b.n > 0 ? b.p : "none");
	buf_free(&b);
	return rc;
}

static bool
column_find(const struct web_table *t, struct str name, size_t *out)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (str_is(name, t->columns[i].key)) {
			*out = i;
			return true;
		}
	return false;
}

/* The columns of one text, "name,ping"; taken: which there are already. */
static int
columns_add(struct web_shown *s, struct str rest, bool *taken, struct err *e)
{
	const struct web_table *t = s->table;

	while (rest.p != NULL) {
		struct str name = str_trim(str_cut(&rest, ','));
		size_t i;

		if (!column_find(t, name, &i))
			return no_column(t, name, e);
		if (taken[i])
			return err_set(e, ERR_INPUT, "Column '%s' was asked for twice.", t->columns[i].key);
		taken[i] = true;
		s->column[s->n_column++] = i;
	}
	return 0;
}

static int
columns_choose(struct web_shown *s, struct err *e)
{
	const struct web_table *t = s->table;
	bool data = s->c->format == WEB_JSON_FORMAT || s->c->format == WEB_CSV;
	bool *taken = arena_array(s->c->arena, t->n_columns + 1, sizeof(*taken));
	size_t n = s->main ? web_count(s->c, "fields") : 0;

	s->column = arena_array(s->c->arena, t->n_columns + 1, sizeof(*s->column));
	for (size_t i = 0; n == 0 && i < t->n_columns; i++)
		if (data || !t->columns[i].data_only)
			s->column[s->n_column++] = i;
	for (size_t i = 0; i < n; i++)
		if (columns_add(s, str_of(web_item(s->c, "fields", i)), taken, e) != 0)
			return -1;
	s->cell = arena_array(s->c->arena, s->n_column + 1, sizeof(*s->cell));
	return 0;
}

/* ---- rows ------------------------------------------------------------------------ */

/* q without a language of its own: somewhere in the row, any case. */
static bool
row_has(const struct web_shown *s, size_t row, const char *q)
{
	char scratch[TIMES_TEXT];

	for (size_t i = 0; i < s->table->n_columns; i++) {
		struct web_cell cell = s->table->cell(s->table->ctx, row, i);

		if (strcasestr(web_cell_shown(s->c, &s->table->columns[i], &cell, scratch), q) != NULL)
			return true;
	}
	return false;
}

static int
rows_choose(struct web_shown *s, const char *q, struct err *e)
{
	const struct web_table *t = s->table;

	s->row = arena_array(s->c->arena, t->n + 1, sizeof(*s->row));
	for (size_t i = 0; i < t->n; i++) {
		int fits = 1;

		if (q != NULL && !t->given)
			fits = t->match != NULL ? t->match(t->ctx, i, q, e) : row_has(s, i, q);
		if (fits < 0)
			return -1;
		if (fits > 0)
			s->row[s->n++] = i;
	}
	return 0;
}

static struct key
key_make(const struct web_shown *s, size_t row, size_t column)
{
	const struct web_column *col = &s->table->columns[column];
	struct web_cell cell = s->table->cell(s->table->ctx, row, column);
	struct key k = {.row = row, .known = web_cell_known(col, &cell), .text = cell.text != NULL ? cell.text : ""};

	if (col->kind == WEB_COL_NUMBER)
		k.number = cell.number;
	else if (col->kind == WEB_COL_TIME)
		k.number = (double)cell.at;
	else if (col->kind == WEB_COL_AGE)
		k.number = -(double)cell.at; /* the youngest is the smallest age */
	else if (col->kind == WEB_COL_LEVEL)
		k.number = cell.is_number ? cell.number : web_level_rank(cell.level);
	k.known = k.known && (col->kind != WEB_COL_LEVEL || cell.level != 0 || cell.is_number);
	if (col->kind == WEB_COL_NUMBER || col->kind == WEB_COL_TIME || col->kind == WEB_COL_AGE)
		k.text = "";
	return k;
}

/* The unknown come last, whichever way; equal ones stay as they came. */
static int
by_key(const void *a, const void *b, void *descending)
{
	const struct key *x = a, *y = b;
	int order;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	order = (x->number > y->number) - (x->number < y->number);
	if (order == 0)
		order = str_natural(x->text, y->text);
	if (order == 0)
		return (x->row > y->row) - (x->row < y->row);
	return *(const bool *)descending ? -order : order;
}

static void
rows_sort(struct web_shown *s, size_t column)
{
	struct key *keys = arena_array(s->c->arena, s->n + 1, sizeof(*keys));

	for (size_t i = 0; i < s->n; i++)
		keys[i] = key_make(s, s->row[i], column);
	qsort_r(keys, s->n, sizeof(*keys), by_key, &s->descending);
	for (size_t i = 0; i < s->n; i++)
		s->row[i] = keys[i].row;
}

static void
rows_page(struct web_shown *s, const struct web_view *v)
{
	size_t from = v->offset < s->n ? v->offset : s->n;

	s->offset = v->offset;
	s->limit = v->limit;
	s->matched = s->n;
	if (s->table->given) {
		s->matched = s->total = s->table->total;
		return;
	}
	s->row += from;
	if (s->run_at != NULL)
		s->run_at += from;
	s->n = s->n - from < v->limit ? s->n - from : v->limit;
}

int
web_shown_make(struct web_call *c, const struct web_table *t, bool main, struct web_shown *out, struct err *e)
{
	struct web_view v = main ? web_view(c) : (struct web_view){.limit = SIZE_MAX};
	size_t column;

	*out = (struct web_shown){.table = t, .c = c, .total = t->n, .sort = t->sort, .main = main && c->route->lists};
	if (columns_choose(out, e) != 0 || rows_choose(out, v.q, e) != 0)
		return -1;
	if (v.sort != NULL && (t->given || !column_find(t, str_of(v.sort), &column)))
		return t->given ? err_set(e, ERR_INPUT, "This table comes sorted by time; it takes no sort.") :
		    no_column(t, str_of(v.sort), e);
	if (v.sort != NULL || v.descending) {
		out->descending = v.descending;
		if (v.sort != NULL)
			out->sort = v.sort;
		else if (t->sort == NULL || !column_find(t, str_of(t->sort), &column))
			return err_set(e, ERR_INPUT, "Field 'order' needs 'sort' beside it here.");
		rows_sort(out, column);
	}
	for (size_t i = 0; t->level != NULL && i < out->n; i++)
		out->level[web_level_rank(t->level(t->ctx, out->row[i]))]++;
	if (t->group != NULL)
		web_runs_make(out);
	rows_page(out, &v);
	return 0;
}

const char *
web_shown_count(const struct web_shown *s, struct arena *a)
{
	if (s->n == s->matched && s->matched == s->total)
		return arena_printf(a, "%zu", s->n);
	if (s->n == s->matched)
		return arena_printf(a, "%zu of %zu", s->n, s->total);
	if (s->n == 0)
		return arena_printf(a, "0 of %zu", s->matched);
	return arena_printf(a, "%zu-%zu of %zu", s->offset + 1, s->offset + s->n, s->matched);
}
