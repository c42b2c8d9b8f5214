/* SPDX-License-Identifier: Apache-2.0 */
/* A table as text: the same rows, aligned for a terminal. */
#include <string.h>

#include "room.h"

#define TEXT_COLUMNS 80
#define CELL_TEXT 160 /* bytes of one cell; longer ones are cut and end in "..." */

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
	if (cell.stale && (col->kind == WEB_COL_AGE || cell.at == 0))
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

		width[k] = str_characters(str_of(title_of(col))) + (col->unit != NULL ? strlen(col->unit) + 1 : 0);
		for (size_t i = 0; i < s->n; i++) {
			cell_line(s, s->row[i], s->column[k], &b);
			if (str_characters(buf_view(&b)) > width[k])
				width[k] = str_characters(buf_view(&b));
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
	size_t have = str_characters(text), fill = have < width ? width - have : 0;

	if (right)
		pad(out, fill);
	buf_str(out, text);
	if (!right && !last)
		pad(out, fill);
}

void
web_text_head(struct web_shown *s, struct buf *out)
{
	struct buf b = BUF(4096);

	s->width = arena_array(s->c->arena, s->n_column + 1, sizeof(*s->width));
	s->gap = widths(s, s->width) > TEXT_COLUMNS ? 1 : 2;
	buf_printf(out, "# %s: %s\n", s->table->caption != NULL ? s->table->caption : s->table->name,
	    web_shown_count(s, s->c->arena));
	for (size_t k = 0; k < s->n_column && s->n > 0; k++) {
		const struct web_column *col = &s->table->columns[s->column[k]];

		buf_clear(&b);
		buf_puts(&b, title_of(col));
		if (col->unit != NULL)
			buf_printf(&b, " %s", col->unit);
		pad(out, k > 0 ? s->gap : 0);
		put_column(out, buf_view(&b), s->width[k], col->kind == WEB_COL_NUMBER, k + 1 == s->n_column);
	}
	buf_puts(out, s->n > 0 ? "\n" : "");
	buf_free(&b);
}

/* "# rack b07: 12: 3 critical", with an empty line before it. */
static void
put_heading(const struct web_shown *s, const struct web_run *run, struct buf *out)
{
	char counts[WEB_COUNTS_TEXT];

	buf_printf(out, "\n# %s ", s->table->group->key);
	buf_plain(out, str_of(*run->word == '\0' ? "none" : run->word));
	buf_printf(out, ": %s\n", web_run_text(run, counts));
}

void
web_rows_text(const struct web_shown *s, size_t from, size_t to, struct buf *out)
{
	struct buf b = BUF(4096);

	for (size_t i = from; i < to; i++) {
		if (web_run_begins(s, i))
			put_heading(s, web_run_of(s, i), out);
		for (size_t k = 0; k < s->n_column; k++) {
			cell_line(s, s->row[i], s->column[k], &b);
			pad(out, k > 0 ? s->gap : 0);
			put_column(out, buf_view(&b), s->width[k],
			    s->table->columns[s->column[k]].kind == WEB_COL_NUMBER, k + 1 == s->n_column);
		}
		buf_char(out, '\n');
	}
	buf_free(&b);
}
