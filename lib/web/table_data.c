/* SPDX-License-Identifier: Apache-2.0 */
/* A table as JSON, CSV and text: the same rows, for programs and terminals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

#define TEXT_COLUMNS 80
#define CELL_TEXT 160 /* bytes of one cell in text; longer ones are cut and end in "..." */

/* ---- JSON: written as it comes, for a list of ten thousand is no tree to be built first ------ */

static void
put_when(struct buf *out, int64_t at)
{
	char t[TIMES_TEXT];

	if (at == 0)
		buf_puts(out, "null");
	else
		buf_json(out, str_of(times_utc(at, t)));
}

static void
put_text(struct buf *out, const char *text)
{
	if (text == NULL)
		buf_puts(out, "null");
	else
		buf_json(out, str_of(text));
}

/* The shortest form that reads back as the same number. */
static void
put_number(struct buf *out, double v)
{
	char text[40];

	if (!isfinite(v)) {
		buf_puts(out, "null");
		return;
	}
	if (v == floor(v) && fabs(v) < 1e15)
		snprintf(text, sizeof(text), "%.0f", v);
	else
		snprintf(text, sizeof(text), "%.15g", v);
	if (strtod(text, NULL) != v)
		snprintf(text, sizeof(text), "%.17g", v);
	buf_puts(out, text);
}

static void
put_level(struct buf *out, const struct web_cell *cell, bool known)
{
	buf_puts(out, "{\"state\": ");
	put_text(out, !known ? "unknown" : cell->level == 0 ? "none" : web_level_word(cell->level));
	buf_puts(out, ", \"text\": ");
	put_text(out, cell->text);
	buf_puts(out, ", \"at\": ");
	put_when(out, cell->at);
	buf_printf(out, ", \"stale\": %s}", cell->stale ? "true" : "false");
}

static void
put_cell(struct buf *out, const struct web_column *col, const struct web_cell *cell)
{
	bool known = web_cell_known(col, cell);

	switch (col->kind) {
	case WEB_COL_LEVEL:
		put_level(out, cell, known);
		break;
	case WEB_COL_NUMBER:
		put_number(out, known ? cell->number : NAN);
		break;
	case WEB_COL_TIME:
	case WEB_COL_AGE:
		put_when(out, cell->at);
		break;
	case WEB_COL_STATE:
		put_text(out, known ? cell->text : "unknown");
		break;
	case WEB_COL_FLAG:
		buf_puts(out, !known ? "null" : *cell->text != '\0' ? "true" : "false");
		break;
	case WEB_COL_JSON:
		buf_puts(out, known && *cell->text != '\0' ? cell->text : "null");
		break;
	case WEB_COL_TEXT:
	case WEB_COL_LINK:
		put_text(out, cell->text);
		break;
	}
}

void
web_table_json(const struct web_shown *s, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < s->n; i++) {
		buf_puts(out, i == 0 ? "\n    {" : ",\n    {");
		for (size_t k = 0; k < s->n_column; k++) {
			struct web_cell cell = s->table->cell(s->table->ctx, s->row[i], s->column[k]);

			buf_puts(out, k == 0 ? "" : ", ");
			buf_json(out, str_of(s->table->columns[s->column[k]].key));
			buf_puts(out, ": ");
			put_cell(out, &s->table->columns[s->column[k]], &cell);
		}
		buf_char(out, '}');
	}
	buf_puts(out, s->n > 0 ? "\n  ]" : "]");
}

/* ---- CSV: RFC 4180 ------------------------------------------------------------------ */

static void
csv_field(struct buf *out, bool *first, const char *text)
{
	if (!*first)
		buf_char(out, ',');
	*first = false;
	buf_csv(out, str_of(text));
}

static void
csv_head(const struct web_shown *s, struct buf *out)
{
	char name[2 * LIMIT_NAME];
	bool first = true;

	for (size_t k = 0; k < s->n_column; k++) {
		const struct web_column *col = &s->table->columns[s->column[k]];

		csv_field(out, &first, col->key);
		if (col->kind != WEB_COL_LEVEL)
			continue;
		snprintf(name, sizeof(name), "%s_level", col->key);
		csv_field(out, &first, name);
		snprintf(name, sizeof(name), "%s_at", col->key);
		csv_field(out, &first, name);
	}
	buf_puts(out, "\r\n");
}

/* What is not known is an empty field where a program expects a number or a time, else "unknown". */
static void
csv_cell(const struct web_shown *s, const struct web_column *col, const struct web_cell *cell, struct buf *out,
    bool *first)
{
	bool known = web_cell_known(col, cell);
	char scratch[TIMES_TEXT];

	if (col->kind == WEB_COL_TIME || col->kind == WEB_COL_AGE)
		csv_field(out, first, known ? times_utc(cell->at, scratch) : "");
	else if (col->kind == WEB_COL_NUMBER) {
		snprintf(scratch, sizeof(scratch), "%.10g", cell->number);
		csv_field(out, first, known ? scratch : "");
	} else
		csv_field(out, first, web_cell_shown(s->c, col, cell, scratch));
	if (col->kind != WEB_COL_LEVEL)
		return;
	csv_field(out, first, known ? web_level_word(cell->level) : "unknown");
	csv_field(out, first, cell->at != 0 ? times_utc(cell->at, scratch) : "");
}

void
web_table_csv(const struct web_shown *s, struct buf *out)
{
	csv_head(s, out);
	for (size_t i = 0; i < s->n; i++) {
		bool first = true;

		for (size_t k = 0; k < s->n_column; k++) {
			struct web_cell cell = s->table->cell(s->table->ctx, s->row[i], s->column[k]);

			csv_cell(s, &s->table->columns[s->column[k]], &cell, out, &first);
		}
		buf_puts(out, "\r\n");
	}
}

/* ---- text: aligned ---------------------------------------------------------------------- */

/* Columns a text takes on a terminal, one a code point. */
static size_t
width_of(struct str t)
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += ((unsigned char)t.p[i] & 0xc0) != 0x80;
	return n;
}

/* A cell on one line: "o up", "o up (3 min, stale)". */
static void
cell_line(const struct web_shown *s, size_t row, size_t column, struct buf *out)
{
	static const char letters[] = "owc?";
	const struct web_column *col = &s->table->columns[column];
	struct web_cell cell = s->table->cell(s->table->ctx, row, column);
	char scratch[TIMES_TEXT], age[TIMES_TEXT];
	struct str text = str_of(web_cell_shown(s->c, col, &cell, scratch));
	bool cut = text.n > CELL_TEXT;

	buf_clear(out);
	if (col->kind == WEB_COL_LEVEL && web_cell_judged(col, &cell))
		buf_printf(out, "%c ", letters[web_cell_known(col, &cell) ? web_level_rank(cell.level) : 3]);
	if (cut) {
		text.n = CELL_TEXT;
		while (text.n > 0 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	buf_plain(out, text);
	if (cut)
		buf_puts(out, "...");
	if (cell.stale && col->kind == WEB_COL_AGE)
		buf_puts(out, " (stale)");
	else if (cell.stale)
		buf_printf(out, " (%s, stale)", times_age(s->c->now - cell.at, age));
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] == '\n' || out->p[i] == '\t' || out->p[i] == '\r')
			out->p[i] = ' ';
}

static const char *
title_of(const struct web_column *col)
{
	return col->title != NULL ? col->title : col->key;
}

/* Widths of all columns; the sum with gaps of two. */
static size_t
widths(const struct web_shown *s, size_t *width)
{
	struct buf b = BUF(4096);
	size_t sum = 0;

	for (size_t k = 0; k < s->n_column; k++) {
		const struct web_column *col = &s->table->columns[s->column[k]];

		width[k] = width_of(str_of(title_of(col))) + (col->unit != NULL ? strlen(col->unit) + 1 : 0);
		for (size_t i = 0; i < s->n; i++) {
			cell_line(s, s->row[i], s->column[k], &b);
			if (width_of(buf_view(&b)) > width[k])
				width[k] = width_of(buf_view(&b));
		}
		sum += width[k] + (k > 0 ? 2 : 0);
	}
	buf_free(&b);
	return sum;
}

static void
pad(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_char(out, ' ');
}

/* Text to the left, numbers to the right, and no blanks at the end of a line. */
static void
put_column(struct buf *out, struct str text, size_t width, bool right, bool last)
{
	size_t have = width_of(text), fill = have < width ? width - have : 0;

	if (right)
		pad(out, fill);
	buf_str(out, text);
	if (!right && !last)
		pad(out, fill);
}

void
web_table_text(const struct web_shown *s, struct buf *out)
{
	size_t *width = arena_array(s->c->arena, s->n_column + 1, sizeof(*width));
	size_t gap = widths(s, width) > TEXT_COLUMNS ? 1 : 2;
	struct buf b = BUF(4096);

	buf_printf(out, "# %s: %s\n", s->table->caption != NULL ? s->table->caption : s->table->name,
	    web_shown_count(s, s->c->arena));
	for (size_t k = 0; k < s->n_column && s->n > 0; k++) {
		const struct web_column *col = &s->table->columns[s->column[k]];

		buf_clear(&b);
		buf_puts(&b, title_of(col));
		if (col->unit != NULL)
			buf_printf(&b, " %s", col->unit);
		pad(out, k > 0 ? gap : 0);
		put_column(out, buf_view(&b), width[k], col->kind == WEB_COL_NUMBER, k + 1 == s->n_column);
	}
	buf_puts(out, s->n > 0 ? "\n" : "");
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->n_column; k++) {
			cell_line(s, s->row[i], s->column[k], &b);
			pad(out, k > 0 ? gap : 0);
			put_column(out, buf_view(&b), width[k],
			    s->table->columns[s->column[k]].kind == WEB_COL_NUMBER, k + 1 == s->n_column);
		}
		buf_char(out, '\n');
	}
	buf_free(&b);
}
