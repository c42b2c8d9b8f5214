/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as RFC 4180 says it, with the separators that programs and spreadsheets use. */
#include <string.h>

#include "import.h"

void
csv_begin(struct csv *c, const struct source *s)
{
	static const char seps[] = ",;\t|";
	struct str rest = s->text, line = {NULL, 0};
	size_t number = 0, best = 0;

	*c = (struct csv){.source = s, .next_line = 1, .sep = ',', .row = BUF(LIMIT_CSV_ROW)};
	while (import_line(&rest, &line, &number) && (str_trim(line).n == 0 || line.p[0] == '#'))
		;
	for (size_t k = 0; k < sizeof(seps) - 1; k++) {
		size_t n = 0;
		bool quoted = false;

		for (size_t i = 0; i < line.n; i++) {
			quoted = quoted != (line.p[i] == '"');
			n += !quoted && line.p[i] == seps[k];
		}
		if (n > best) {
			best = n;
			c->sep = seps[k];
		}
	}
}

void
csv_finish(struct csv *c)
{
	buf_free(&c->row);
}

static int
wrong(const struct csv *c, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s", c->source->name, c->line, why);
}

static bool
at_end_of_row(const struct csv *c)
{
	struct str text = c->source->text;

	return c->at >= text.n || text.p[c->at] == '\n' ||
	    (text.p[c->at] == '\r' && (c->at + 1 == text.n || text.p[c->at + 1] == '\n'));
}

/* Behind the opening quote: to the closing one. Two quotes are one. */
static int
quoted_field(struct csv *c, struct err *e)
{
	struct str text = c->source->text;

	for (; c->at < text.n; c->at++) {
		char x = text.p[c->at];

		c->next_line += x == '\n';
		if (x == '"') {
			c->at++;
			if (c->at >= text.n || text.p[c->at] != '"')
				return 0;
		}
		if (c->row.n >= LIMIT_CSV_ROW - 1)
			return wrong(c, "the row is too long", e);
		buf_char(&c->row, x);
	}
	return wrong(c, "a quote that begins here does not end", e);
}

/* One field; offsets are kept, for the bytes may move while the row grows. */
static int
one_field(struct csv *c, struct err *e)
{
	struct str text = c->source->text;

	while (c->at < text.n && text.p[c->at] == ' ')
		c->at++;
	if (c->at < text.n && text.p[c->at] == '"') {
		c->at++;
		if (quoted_field(c, e) != 0)
			return -1;
		while (c->at < text.n && text.p[c->at] == ' ')
			c->at++;
		if (!at_end_of_row(c) && text.p[c->at] != c->sep)
			return wrong(c, "something follows a closing quote", e);
		return 0;
	}
	while (!at_end_of_row(c) && text.p[c->at] != c->sep) {
		if (c->row.n >= LIMIT_CSV_ROW - 1)
			return wrong(c, "the row is too long", e);
		buf_char(&c->row, text.p[c->at++]);
	}
	return 0;
}

/* 1 a row, 0 the end, -1 a sentence; a row of nothing too. */
static int
one_row(struct csv *c, struct err *e)
{
	struct str text = c->source->text;
	size_t ends[CSV_COLUMNS], at = 0;

	if (c->at >= text.n)
		return 0;
	c->line = c->next_line;
	c->n = 0;
	buf_clear(&c->row);
	for (;;) {
		if (c->n == CSV_COLUMNS)
			return wrong(c, "too many fields", e);
		if (one_field(c, e) != 0)
			return -1;
		if (c->row.n - at > LIMIT_IMPORT_FIELD)
			return wrong(c, "a field is too long", e);
		at = ends[c->n++] = c->row.n;
		if (at_end_of_row(c))
			break;
		c->at++;
	}
	if (c->at < text.n && text.p[c->at] == '\r')
		c->at++;
	if (c->at < text.n)
		c->at++;
	c->next_line++;
	at = 0;
	for (size_t i = 0; i < c->n; i++) {
		c->field[i] = str_trim((struct str){c->row.p == NULL ? "" : c->row.p + at, ends[i] - at});
		at = ends[i];
	}
	return 1;
}

int
csv_next(struct csv *c, struct err *e)
{
	int rc;

	while ((rc = one_row(c, e)) == 1) {
		bool empty = true;

		for (size_t i = 0; i < c->n; i++)
			empty = empty && c->field[i].n == 0;
		if (empty || (c->comments && c->field[0].n > 0 && c->field[0].p[0] == '#'))
			continue;
		for (size_t i = c->n_titles; c->n_titles > 0 && i < c->n; i++)
			if (c->field[i].n > 0)
				return wrong(c, "it has more fields than there are titles", e);
		return 1;
	}
	return rc;
}

/* "IP Address" and "ip_address" are one title: lower case, what is no letter or digit is one _. */
static void
title_of(struct str text, char out[65])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < 64; i++) {
		char x = text.p[i];

		x = (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
		if ((x >= 'a' && x <= 'z') || (x >= '0' && x <= '9'))
			out[n++] = x;
		else if (n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}

int
csv_header(struct csv *c, struct err *e)
{
	int rc;

	do /* "#name,mac" is a row of titles, "# of May" is a comment */
		rc = csv_next(c, e);
	while (rc == 1 && c->n == 1 && c->field[0].n > 0 && c->field[0].p[0] == '#');
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "%s: there is no row of titles", c->source->name);
	for (size_t i = 0; i < c->n; i++) {
		title_of(c->field[i], c->title[i]);
		for (size_t k = 0; k < i; k++)
			if (c->title[i][0] != '\0' && strcmp(c->title[k], c->title[i]) == 0)
				return err_set(e, ERR_INPUT, "%s: line %zu: two columns are called \"%s\"", c->source->name,
				    c->line, c->title[i]);
	}
	c->n_titles = c->n;
	c->comments = true;
	return 0;
}

int
csv_column(struct csv *c, const char *names)
{
	struct str rest = str_of(names);

	while (rest.p != NULL) {
		struct str name = str_cut(&rest, ' ');

		for (size_t i = 0; i < c->n_titles; i++)
			if (str_is(name, c->title[i])) {
				c->used[i] = true;
				return (int)i;
			}
	}
	return -1;
}

struct str
csv_get(struct csv *c, const char *names)
{
	int i = csv_column(c, names);

	return i < 0 || (size_t)i >= c->n || c->field[i].n == 0 ? (struct str){NULL, 0} : c->field[i];
}
