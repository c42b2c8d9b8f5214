/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a table as HTML, written by hand where {{{rows}}} stands in
 * templates/partials/table.html: a cell is asked for once, and what is not
 * ours goes through web_put_html. docs/decisions/010 says why no template does it.
 */
#include <string.h>

#include "room.h"

#define OFFSET_TEXT 7 /* " +01:00" */

struct row_writer {
	const struct web_shown *s;
	struct buf *out;
	struct web_ages *ages;
	struct web_cell *cell;        /* of the row, a column each */
	struct str age;               /* that the title of the row says; n 0: none */
	char offset[OFFSET_TEXT + 1]; /* of the "as of" below the page */
};

static void
put_str(struct buf *b, struct str s)
{
	web_put(b, s.p, s.n);
}

/* ---- one cell ---------------------------------------------------------------------- */

/* A time stands without the offset that the page has; in another offset (before a change of the clocks) with it. */
static void
drop_offset(const struct row_writer *w, char *text)
{
	size_t n = strlen(text);

	if (n > OFFSET_TEXT && strcmp(text + n - OFFSET_TEXT, w->offset) == 0)
		text[n - OFFSET_TEXT] = '\0';
}

/* What a cell is of, and its level: both are in its class. Grey is never green, and a critical one stays an alarm. */
enum mark { MARK_NONE, MARK_OK, MARK_WARN, MARK_CRITICAL, MARK_UNKNOWN, MARK_STALE, MARK_STALE_CRITICAL, MARKS };

static enum mark
mark_of(const struct web_column *col, const struct web_cell *cell, bool known)
{
	int rank = known ? web_level_rank(cell->level) : 3;

	if (cell->level == 0 && (known || col->kind != WEB_COL_LEVEL))
		return cell->stale ? MARK_STALE : MARK_NONE;
	if (cell->stale)
		return rank == 2 ? MARK_STALE_CRITICAL : MARK_STALE;
	return (enum mark)(MARK_OK + rank);
}

/* The letter is for eyes and terminals that see no colour. */
static void
put_letter(struct row_writer *w, const struct web_column *col, const struct web_cell *cell, bool known)
{
	static const struct str letters[] = {STR("O "), STR("W "), STR("C "), STR("? ")};

	if (cell->level != 0 || (!known && col->kind == WEB_COL_LEVEL))
		put_str(w->out, letters[known ? web_level_rank(cell->level) : 3]);
}

static bool
is_when(const struct web_column *col)
{
	return col->kind == WEB_COL_AGE || col->kind == WEB_COL_TIME;
}

static bool
has_age(const struct web_column *col, const struct web_cell *cell)
{
	return cell->at != 0 && !is_when(col);
}

/* Does its age stand in its title, or in that of its row? */
static bool
age_in_title(const struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	return w->s->table->ages_in_titles && !cell->stale && has_age(col, cell);
}

static struct str
age_of(struct row_writer *w, const struct web_cell *cell)
{
	return web_age(w->ages, w->s->c->now - cell->at);
}

/* The hint, and before it the age, where tables say it in titles and the row does not say the same. */
static void
put_title(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	bool hint = cell->title != NULL && *cell->title != '\0', age = age_in_title(w, col, cell);
	struct str text = age ? age_of(w, cell) : (struct str){NULL, 0};

	if (!hint && (!age || str_eq(text, w->age)))
		return;
	WEB_PUT(w->out, " title=\"");
	put_str(w->out, text);
	if (age && hint)
		WEB_PUT(w->out, ": ");
	if (hint)
		web_put_html(w->out, cell->title);
	WEB_PUT(w->out, "\"");
}

#define OPEN(kind) {STR("<td class=" kind), STR("<td class=\"" kind " o\""), STR("<td class=\"" kind " w\""), \
	    STR("<td class=\"" kind " c\""), STR("<td class=\"" kind " u\""), STR("<td class=\"" kind " s\""), STR("<td class=\"" kind " c s\"")}

/* The names are short: a page has a thousand of them. */
static void
open_cell(struct row_writer *w, const struct web_column *col, const struct web_cell *cell, bool known)
{
	static const struct str plain[MARKS] = {STR("<td"), STR("<td class=o"), STR("<td class=w"), STR("<td class=c"), STR("<td class=u"),
	    STR("<td class=s"), STR("<td class=\"c s\"")};
	static const struct str unknown[MARKS] = OPEN("unknown"), number[MARKS] = OPEN("n"), prose[MARKS] = OPEN("prose");
	const struct str *open = !known ? unknown : col->kind == WEB_COL_NUMBER || cell->is_number ? number : col->prose ? prose : plain;

	put_str(w->out, open[mark_of(col, cell, known)]);
	put_title(w, col, cell);
	WEB_PUT(w->out, ">");
	put_letter(w, col, cell, known);
}

/* A device's name may have found its way into a link: what is no path of this site ("javascript:...") is none. */
static void
put_text(struct row_writer *w, const struct web_column *col, const struct web_cell *cell, bool known)
{
	char scratch[TIMES_TEXT];
	const char *shown = known && cell->text != NULL && !is_when(col) ? cell->text : web_cell_shown(w->s->c, col, cell, scratch);
	bool link = cell->href != NULL && http_is_local(cell->href);

	if (col->kind == WEB_COL_TIME && shown == scratch)
		drop_offset(w, scratch);
	if (link) {
		WEB_PUT(w->out, "<a href=\"");
		web_put_html(w->out, cell->href);
		WEB_PUT(w->out, "\">");
	}
	web_put_html(w->out, shown);
	if (link)
		WEB_PUT(w->out, "</a>");
}

/* The end of a cell and of a row is where the next one begins (HTML, 13.1.2.4): no end tags. */
static void
put_cell(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	bool known = web_cell_known(col, cell);

	open_cell(w, col, cell, known);
	put_text(w, col, cell, known);
	if (has_age(col, cell) && !age_in_title(w, col, cell)) {
		WEB_PUT(w->out, " <small class=age>");
		put_str(w->out, age_of(w, cell));
		if (cell->stale)
			WEB_PUT(w->out, ", stale");
		WEB_PUT(w->out, "</small>");
	}
}

/* ---- rows ------------------------------------------------------------------------------ */

static void
put_select(struct row_writer *w, size_t row)
{
	const struct web_table *t = w->s->table;
	const char *value = t->selected == NULL ? NULL : t->selected(t->ctx, row);

	WEB_PUT(w->out, "<td class=select>");
	if (value == NULL || *value == '\0')
		return;
	WEB_PUT(w->out, "<input type=checkbox name=\"");
	web_put_html(w->out, t->select);
	WEB_PUT(w->out, "\" value=\"");
	web_put_html(w->out, value);
	WEB_PUT(w->out, "\" aria-label=\"Select ");
	web_put_html(w->out, value);
	WEB_PUT(w->out, "\">");
}

/* What most cells of a row would say of their age is said once, by the row: the age of the first that has one. */
static void
open_row(struct row_writer *w)
{
	const struct web_shown *s = w->s;

	w->age = (struct str){NULL, 0};
	for (size_t k = 0; k < s->n_column && w->age.n == 0; k++)
		if (age_in_title(w, &s->table->columns[s->column[k]], &w->cell[k]))
			w->age = age_of(w, &w->cell[k]);
	if (w->age.n == 0) {
		WEB_PUT(w->out, "<tr>");
		return;
	}
	WEB_PUT(w->out, "<tr title=\"");
	put_str(w->out, w->age);
	WEB_PUT(w->out, "\">");
}

static void
put_row(struct row_writer *w, size_t row)
{
	const struct web_shown *s = w->s;

	for (size_t k = 0; k < s->n_column; k++)
		w->cell[k] = s->table->cell(s->table->ctx, row, s->column[k]);
	open_row(w);
	if (web_has_boxes(s))
		put_select(w, row);
	for (size_t k = 0; k < s->n_column; k++)
		put_cell(w, &s->table->columns[s->column[k]], &w->cell[k]);
	WEB_PUT(w->out, "\n");
}

/* "b07 12: 3 critical, 1 warn" across the table. */
static void
put_heading(struct row_writer *w, const struct web_run *run)
{
	const struct web_shown *s = w->s;
	char text[WEB_COUNTS_TEXT];

	buf_printf(w->out, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">",
	    s->n_column + (web_has_boxes(s) ? 1 : 0));
	web_put_html(w->out, *run->word == '\0' ? "none" : run->word);
	WEB_PUT(w->out, " <span class=\"count\">");
	web_put_html(w->out, web_run_text(run, text));
	WEB_PUT(w->out, "</span></th></tr>\n");
}

void
web_rows_html(const struct web_shown *s, size_t from, size_t to, struct buf *out)
{
	struct row_writer w = {.s = s, .out = out, .ages = &s->c->web->ages, .cell = s->cell};
	char now[TIMES_TEXT];
	size_t n;

	times_room(s->c->now, now);
	n = strlen(now);
	if (n > OFFSET_TEXT)
		memcpy(w.offset, now + n - OFFSET_TEXT, sizeof(w.offset));
	for (size_t i = from; i < to; i++) {
		if (web_run_begins(s, i))
			put_heading(&w, web_run_of(s, i));
		put_row(&w, s->row[i]);
	}
}
