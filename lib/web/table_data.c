/* SPDX-License-Identifier: Apache-2.0 */
/* A table as JSON and CSV: the same rows, for programs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

/* ---- JSON: written as it comes, for a list of ten thousand is no tree to be built first ------ */

/* Times repeat: a sweep sees many at once. */
static void
put_when(const struct web_shown *s, struct buf *out, int64_t at)
{
	struct web_whens *whens = &s->c->web->whens;
	size_t k = (size_t)(uint64_t)at % WEB_WHENS;

	if (at == 0) {
		WEB_PUT(out, "null");
		return;
	}
	if (whens->of[k].at != at) {
		whens->of[k].at = at;
		whens->of[k].n = strlen(times_utc(at, whens->of[k].text));
	}
	WEB_PUT(out, "\"");
	web_put(out, whens->of[k].text, whens->of[k].n);
	WEB_PUT(out, "\"");
}

static void
put_text(struct buf *out, const char *text)
{
	if (text == NULL)
		WEB_PUT(out, "null");
	else
		buf_json(out, str_of(text));
}

/* The shortest form that reads back as the same number. */
static void
put_number(struct buf *out, double v)
{
	char text[40];

	if (!isfinite(v)) {
		WEB_PUT(out, "null");
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

/* A cell as one object. Its members come in this order, and "number" only where there is one. */
static void
put_level(const struct web_shown *s, struct buf *out, const struct web_cell *cell, bool known)
{
	static const struct str states[] = {STR("{\"state\": \"ok\", \"text\": "), STR("{\"state\": \"warn\", \"text\": "),
	    STR("{\"state\": \"critical\", \"text\": "), STR("{\"state\": \"unknown\", \"text\": ")};

	if (known && cell->level == 0)
		WEB_PUT(out, "{\"state\": \"none\", \"text\": ");
	else
		web_put(out, states[known ? web_level_rank(cell->level) : 3].p,
		    states[known ? web_level_rank(cell->level) : 3].n);
	put_text(out, cell->text);
	if (cell->is_number) {
		WEB_PUT(out, ", \"number\": ");
		put_number(out, cell->number);
	}
	WEB_PUT(out, ", \"at\": ");
	put_when(s, out, cell->at);
	if (cell->stale)
		WEB_PUT(out, ", \"stale\": true}");
	else
		WEB_PUT(out, ", \"stale\": false}");
}

static void
put_cell(const struct web_shown *s, struct buf *out, const struct web_column *col, const struct web_cell *cell)
{
	bool known = web_cell_known(col, cell);

	switch (col->kind) {
	case WEB_COL_LEVEL:
		put_level(s, out, cell, known);
		break;
	case WEB_COL_NUMBER:
		put_number(out, known ? cell->number : NAN);
		break;
	case WEB_COL_TIME:
	case WEB_COL_AGE:
		put_when(s, out, cell->at);
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

/* The group of a row stands before its columns when it is none of them. */
static bool
adds_group(const struct web_shown *s)
{
	for (size_t k = 0; s->run != NULL && k < s->n_column; k++)
		if (strcmp(s->table->columns[s->column[k]].key, s->table->group->key) == 0)
			return false;
	return s->run != NULL;
}

/* `"ping": ` of each column, once for all rows. */
static struct str *
json_keys(const struct web_shown *s)
{
	struct str *keys = arena_array(s->c->arena, s->n_column + 1, sizeof(*keys));

	for (size_t k = 0; k < s->n_column; k++) {
		struct buf b = BUF(LIMIT_ERR_TEXT);

		buf_puts(&b, k == 0 ? "" : ", ");
		buf_json(&b, str_of(s->table->columns[s->column[k]].key));
		buf_puts(&b, ": ");
		keys[k] = (struct str){arena_strndup(s->c->arena, b.p, b.n), b.n};
		buf_free(&b);
	}
	return keys;
}

void
web_rows_json(const struct web_shown *s, size_t from, size_t to, struct buf *out)
{
	const struct str *keys = json_keys(s);
	bool group = adds_group(s);

	for (size_t i = from; i < to; i++) {
		buf_puts(out, i == 0 ? "\n    {" : ",\n    {");
		if (group) {
			buf_json(out, str_of(s->table->group->key));
			WEB_PUT(out, ": ");
			put_text(out, web_run_of(s, i)->word);
			buf_puts(out, s->n_column > 0 ? ", " : "");
		}
		for (size_t k = 0; k < s->n_column; k++) {
			const struct web_column *col = &s->table->columns[s->column[k]];
			struct web_cell cell = s->table->cell(s->table->ctx, s->row[i], s->column[k]);

			web_put(out, keys[k].p, keys[k].n);
			put_cell(s, out, col, &cell);
		}
		WEB_PUT(out, "}");
	}
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

void
web_csv_head(const struct web_shown *s, struct buf *out)
{
	char name[2 * LIMIT_NAME];
	bool first = true;

	if (adds_group(s))
		csv_field(out, &first, s->table->group->key);

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
web_rows_csv(const struct web_shown *s, size_t from, size_t to, struct buf *out)
{
	bool group = adds_group(s);

	for (size_t i = from; i < to; i++) {
		bool first = true;

		if (group)
			csv_field(out, &first, web_run_of(s, i)->word);
		for (size_t k = 0; k < s->n_column; k++) {
			struct web_cell cell = s->table->cell(s->table->ctx, s->row[i], s->column[k]);

			csv_cell(s, &s->table->columns[s->column[k]], &cell, out, &first);
		}
		buf_puts(out, "\r\n");
	}
}
