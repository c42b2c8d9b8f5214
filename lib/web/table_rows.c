/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a table as HTML, written by hand where {{{rows}}} stands in
 * templates/partials/table.html: a cell is asked for once, and what is not
 * ours goes through buf_html. docs/decisions/010 says why no template does it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

#define OFFSET_TEXT 7 /* " +01:00" */

struct row_writer {
	const struct web_shown *s;
	struct buf *out;
	struct web_ages *ages;
	char offset[OFFSET_TEXT + 1]; /* of the "as of" below the page */
};

static void
put_escaped(struct buf *b, const char *text)
{
	buf_html(b, str_of(text));
}

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

/*
 * The span around a level and its letter, which is for eyes and terminals that see no colour. What is stale is grey
 * and never green, and a critical one stays an alarm.
 */
static struct str
level_span(const struct web_column *col, const struct web_cell *cell)
{
	static const struct str classes[] = {STR("<span class=\"level-ok\">O "), STR("<span class=\"level-warn\">W "),
	    STR("<span class=\"level-critical\">C "), STR("<span class=\"level-unknown\">? ")};
	static const struct str stale[] = {STR("<span class=\"stale\">O "), STR("<span class=\"stale\">W "),
	    STR("<span class=\"level-critical stale\">C "), STR("<span class=\"stale\">? ")};

	if (!web_cell_judged(col, cell))
		return cell->stale ? STR("<span class=\"stale\">") : (struct str){NULL, 0};
	return (cell->stale ? stale : classes)[web_cell_known(col, cell) ? web_level_rank(cell->level) : 3];
}

/* What a script sorts by, where the text would sort wrong. */
static void
put_order(struct buf *out, const struct web_column *col, const struct web_cell *cell)
{
	char text[40];

	if (!web_cell_known(col, cell))
		return;
	if (col->kind == WEB_COL_NUMBER)
		snprintf(text, sizeof(text), "%.17g", cell->number);
	else if (col->kind == WEB_COL_TIME)
		snprintf(text, sizeof(text), "%" PRId64, cell->at);
	else if (col->kind == WEB_COL_AGE)
		snprintf(text, sizeof(text), "%" PRId64, -cell->at);
	else
		return;
	WEB_PUT(out, " data-order=\"");
	buf_puts(out, text);
	WEB_PUT(out, "\"");
}

static bool
has_age(const struct web_column *col, const struct web_cell *cell)
{
	return cell->at != 0 && col->kind != WEB_COL_AGE && col->kind != WEB_COL_TIME;
}

static void
put_age(struct row_writer *w, const struct web_cell *cell)
{
	put_str(w->out, web_age(w->ages, w->s->c->now - cell->at));
	if (cell->stale)
		WEB_PUT(w->out, ", stale");
}

/* The hint, and in a table that says ages in titles the age before it. */
static void
put_title(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	bool age = w->s->table->ages_in_titles && !cell->stale && has_age(col, cell), hint = cell->title != NULL && *cell->title != '\0';

	if (!age && !hint)
		return;
	WEB_PUT(w->out, " title=\"");
	if (age)
		put_age(w, cell);
	if (age && hint)
		WEB_PUT(w->out, ": ");
	if (hint)
		put_escaped(w->out, cell->title);
	WEB_PUT(w->out, "\"");
}

static void
open_cell(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	if (!web_cell_known(col, cell))
		WEB_PUT(w->out, "<td class=\"unknown\"");
	else if (col->kind == WEB_COL_NUMBER || cell->is_number)
		WEB_PUT(w->out, "<td class=\"number\"");
	else if (col->prose)
		WEB_PUT(w->out, "<td class=\"prose\"");
	else
		WEB_PUT(w->out, "<td");
	put_title(w, col, cell);
	if (col->kind == WEB_COL_NUMBER || col->kind == WEB_COL_TIME || col->kind == WEB_COL_AGE)
		put_order(w->out, col, cell);
	WEB_PUT(w->out, ">");
}

/* A device's name may have found its way into a link: what is no path of this site ("javascript:...") is none. */
static void
put_text(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	char scratch[TIMES_TEXT];
	const char *shown = web_cell_shown(w->s->c, col, cell, scratch);
	bool link = cell->href != NULL && http_is_local(cell->href);

	if (col->kind == WEB_COL_TIME && shown == scratch)
		drop_offset(w, scratch);
	if (link) {
		WEB_PUT(w->out, "<a href=\"");
		put_escaped(w->out, cell->href);
		WEB_PUT(w->out, "\">");
	}
	put_escaped(w->out, shown);
	if (link)
		WEB_PUT(w->out, "</a>");
}

static void
put_cell(struct row_writer *w, const struct web_column *col, const struct web_cell *cell)
{
	struct str span = level_span(col, cell);

	open_cell(w, col, cell);
	if (span.p != NULL)
		put_str(w->out, span);
	put_text(w, col, cell);
	if (span.p != NULL)
		WEB_PUT(w->out, "</span>");
	if ((cell->stale || !w->s->table->ages_in_titles) && has_age(col, cell)) {
		WEB_PUT(w->out, " <small class=\"age\">");
		put_age(w, cell);
		WEB_PUT(w->out, "</small>");
	}
	WEB_PUT(w->out, "</td>");
}

/* ---- rows ------------------------------------------------------------------------------ */

static void
put_select(struct row_writer *w, size_t row)
{
	const struct web_table *t = w->s->table;
	const char *value = t->selected == NULL ? NULL : t->selected(t->ctx, row);

	WEB_PUT(w->out, "<td class=\"select\">");
	if (value != NULL && *value != '\0') {
		WEB_PUT(w->out, "<input type=\"checkbox\" name=\"");
		put_escaped(w->out, t->select);
		WEB_PUT(w->out, "\" value=\"");
		put_escaped(w->out, value);
		WEB_PUT(w->out, "\" aria-label=\"Select ");
		put_escaped(w->out, value);
		WEB_PUT(w->out, "\">");
	}
	WEB_PUT(w->out, "</td>\n");
}

/* "b07 12: 3 critical, 1 warn" across the table. */
static void
put_heading(struct row_writer *w, const struct web_run *run)
{
	const struct web_shown *s = w->s;
	char text[WEB_COUNTS_TEXT];

	buf_printf(w->out, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">",
	    s->n_column + (web_has_boxes(s) ? 1 : 0));
	put_escaped(w->out, *run->word == '\0' ? "none" : run->word);
	WEB_PUT(w->out, " <span class=\"count\">");
	put_escaped(w->out, web_run_text(run, text));
	WEB_PUT(w->out, "</span></th></tr>\n");
}

void
web_rows_html(const struct web_shown *s, size_t from, size_t to, struct buf *out)
{
	struct row_writer w = {.s = s, .out = out, .ages = &s->c->web->ages};
	bool boxes = web_has_boxes(s);
	char now[TIMES_TEXT];
	size_t n;

	times_room(s->c->now, now);
	n = strlen(now);
	if (n > OFFSET_TEXT)
		memcpy(w.offset, now + n - OFFSET_TEXT, sizeof(w.offset));
	for (size_t i = from; i < to; i++) {
		if (web_run_begins(s, i))
			put_heading(&w, web_run_of(s, i));
		WEB_PUT(out, "<tr>\n");
		if (boxes)
			put_select(&w, s->row[i]);
		for (size_t k = 0; k < s->n_column; k++) {
			struct web_cell cell = s->table->cell(s->table->ctx, s->row[i], s->column[k]);

			put_cell(&w, &s->table->columns[s->column[k]], &cell);
		}
		WEB_PUT(out, "\n</tr>\n");
	}
}
