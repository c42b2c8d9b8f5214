/* SPDX-License-Identifier: Apache-2.0 */
/* Every format of every answer. Commands hand over rows and columns, not text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const struct { const char *name; enum format format; } formats[] = {
	{"table", FORMAT_TABLE}, {"json", FORMAT_JSON}, {"jsonl", FORMAT_JSONL},
	{"csv", FORMAT_CSV}, {"text", FORMAT_TEXT},
};

/* A state's colour on a terminal; what is not here has none. */
static const struct { const char *state, *colour; } colours[] = {
	{"on", "\033[32m"}, {"ok", "\033[32m"}, {"off", "\033[2m"}, {"unknown", "\033[33m"},
	{"failed", "\033[31m"}, {"partial", "\033[31m"}, {"refused", "\033[31m"}, {"paused", "\033[33m"},
	{"aborted", "\033[33m"},
};

enum format
out_format(const struct cli *c, enum format fallback)
{
	for (size_t i = 0; c->opt.output != NULL && i < LARCH_COUNT(formats); i++)
		if (strcmp(formats[i].name, c->opt.output) == 0)
			return formats[i].format;
	return fallback;
}

bool
out_colour(const struct cli *c, FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (c->opt.color != NULL && strcmp(c->opt.color, "auto") != 0)
		return strcmp(c->opt.color, "always") == 0;
	if (no != NULL && *no != '\0')
		return false;
	return isatty(fileno(f)) && term != NULL && strcmp(term, "dumb") != 0;
}

static const char *
colour_of(const char *state)
{
	for (size_t i = 0; i < LARCH_COUNT(colours); i++)
		if (strcmp(colours[i].state, state) == 0)
			return colours[i].colour;
	return NULL;
}

/* "admins,staff": a list of texts in one cell. */
static void
add_texts(struct buf *b, const json_t *list)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		if (i > 0)
			buf_char(b, ',');
		if (json_is_string(v))
			buf_plain(b, str_of(json_string_value(v)));
		else
			jsn_canonical(v, b);
	}
}

const char *
out_scalar(const struct cli *c, const json_t *v)
{
	struct buf b = BUF(LIMIT_PAGE);
	char *text;

	if (json_is_object(v) && json_object_get(v, "text") != NULL)
		v = json_object_get(v, "text"); /* a cell with a level or an age beside its text */
	if (json_is_string(v))
		buf_plain(&b, str_of(json_string_value(v)));
	else if (json_is_integer(v))
		buf_printf(&b, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(&b, "%.6g", json_real_value(v));
	else if (json_is_boolean(v))
		buf_puts(&b, json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		add_texts(&b, v);
	else if (v != NULL && !json_is_null(v))
		jsn_canonical(v, &b);
	text = arena_strdup(c->arena, b.n > 0 ? b.p : "-");
	buf_free(&b);
	return text;
}

/* Columns a terminal gives a text: one a code point (names and words here are not double width). */
size_t
out_width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
put_cell(const char *text, size_t pad_to, const char *colour)
{
	size_t w = out_width(text);

	printf("%s%s%s", colour != NULL ? colour : "", text, colour != NULL ? "\033[0m" : "");
	for (; w < pad_to; w++)
		putchar(' ');
}

static void
table_row(const struct cli *c, const json_t *row, const struct column *columns, size_t n, const size_t *w)
{
	bool colour = out_colour(c, stdout);

	for (size_t i = 0; i < n; i++) {
		const char *text = row == NULL ? columns[i].title : out_scalar(c, json_object_get(row, columns[i].key));

		put_cell(text, i + 1 < n ? w[i] + 2 : 0,
		    row == NULL ? (colour ? "\033[1m" : NULL) : colour && columns[i].state ? colour_of(text) : NULL);
	}
	putchar('\n');
}

static void
out_table(const struct cli *c, const json_t *rows, const struct column *columns, size_t n, bool titles)
{
	size_t *w = arena_array(c->arena, n, sizeof(*w));
	size_t i;
	const json_t *row;

	for (size_t k = 0; k < n; k++)
		w[k] = titles ? out_width(columns[k].title) : 0;
	json_array_foreach(rows, i, row)
		for (size_t k = 0; k < n; k++) {
			size_t have = out_width(out_scalar(c, json_object_get(row, columns[k].key)));

			w[k] = have > w[k] ? have : w[k];
		}
	if (titles)
		table_row(c, NULL, columns, n, w);
	json_array_foreach(rows, i, row)
		table_row(c, row, columns, n, w);
}

static void
csv_row(const struct cli *c, const json_t *row, const struct column *columns, size_t n)
{
	struct buf b = BUF(LIMIT_PAGE);

	for (size_t i = 0; i < n; i++) {
		const json_t *v = row == NULL ? NULL : json_object_get(row, columns[i].key);

		if (i > 0)
			buf_char(&b, ',');
		if (row == NULL)
			buf_puts(&b, columns[i].key);
		else if (v != NULL && !json_is_null(v))
			buf_csv(&b, str_of(json_is_string(v) ? json_string_value(v) : out_scalar(c, v)));
	}
	buf_puts(&b, "\r\n"); /* RFC 4180 section 2 */
	fputs(b.p, stdout);
	buf_free(&b);
}

void
out_json(const json_t *value)
{
	struct buf b = BUF(LIMIT_PAGE);

	jsn_pretty(value, &b);
	fputs(b.n > 0 ? b.p : "null\n", stdout);
	buf_free(&b);
}

static void
out_jsonl(const json_t *rows)
{
	struct buf b = BUF(LIMIT_PAGE);
	size_t i;
	const json_t *row;

	json_array_foreach(rows, i, row) {
		buf_clear(&b);
		jsn_canonical(row, &b);
		printf("%s\n", b.n > 0 ? b.p : "{}");
	}
	buf_free(&b);
}

void
out_rows(const struct cli *c, enum format f, const json_t *whole, const json_t *rows,
    const struct column *columns, size_t n_columns)
{
	size_t i;
	const json_t *row;

	switch (f) {
	case FORMAT_JSON:
		out_json(whole);
		break;
	case FORMAT_JSONL:
		out_jsonl(rows);
		break;
	case FORMAT_CSV:
		csv_row(c, NULL, columns, n_columns);
		json_array_foreach(rows, i, row)
			csv_row(c, row, columns, n_columns);
		break;
	case FORMAT_TABLE:
	case FORMAT_TEXT:
		out_table(c, rows, columns, n_columns, f == FORMAT_TABLE);
		break;
	}
}

int
out_found(const struct cli *c, enum format fallback, const json_t *whole, const struct column *columns, size_t n,
    const char *nothing)
{
	const json_t *rows = out_list(whole);
	enum format f = out_format(c, fallback);
	bool found = json_array_size(rows) > 0;

	if (found || (f != FORMAT_TABLE && f != FORMAT_TEXT))
		out_rows(c, f, whole, rows, columns, n);
	if (!found)
		cli_say(c, "%s", nothing);
	return found ? EXIT_OK : EXIT_FAILED;
}

const json_t *
out_list(const json_t *body)
{
	const json_t *rows = jsn_array(body, "items");
	void *at = rows == NULL ? json_object_iter((json_t *)(uintptr_t)body) : NULL;

	for (; at != NULL && rows == NULL; at = json_object_iter_next((json_t *)(uintptr_t)body, at))
		if (json_is_array(json_object_iter_value(at)))
			rows = json_object_iter_value(at);
	return rows;
}

void
out_text_to(FILE *to, const char *text)
{
	struct str rest = str_of(text);

	while (rest.p != NULL) {
		struct buf b = BUF(LIMIT_PAGE);
		struct str line = str_cut(&rest, '\n');

		buf_plain(&b, line);
		if (rest.p != NULL || line.n > 0)
			fprintf(to, "%s\n", b.n > 0 ? b.p : "");
		buf_free(&b);
	}
}

void
out_text(const char *text)
{
	out_text_to(stdout, text);
}

void
out_by_state(const struct cli *c, const json_t *rows, const char *name_key, const char *const *states,
    size_t n_states)
{
	size_t i;
	const json_t *row;

	for (size_t s = 0; s < n_states; s++) {
		struct hosts h = {.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*h.name))};

		json_array_foreach(rows, i, row)
			if (strcmp(jsn_text_or(row, "state", "unknown"), states[s]) == 0 && h.n < LIMIT_HOSTS)
				h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(row, name_key, "?"));
		hosts_sort(&h);
		printf("%s:%*s", states[s], (int)(8 - strlen(states[s])), "");
		if (c->opt.expand)
			for (size_t k = 0; k < h.n; k++)
				printf("%s%s", k > 0 ? "," : "", h.name[k]);
		else
			printf("%s", h.n > 0 ? hosts_fold(&h, c->arena) : "");
		putchar('\n');
	}
}

void
out_line(FILE *to, const char *fmt, ...)
{
	struct buf clean = BUF(LIMIT_PAGE);
	char one[1024], *text = one;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(one, sizeof(one), fmt, ap);
	if (n >= (int)sizeof(one)) {
		if ((text = malloc((size_t)n + 1)) == NULL)
			log_die("out of memory");
		vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	va_end(ap);
	buf_plain(&clean, str_of(text));
	fprintf(to, "%s\n", clean.n > 0 ? clean.p : "");
	if (text != one)
		free(text);
	buf_free(&clean);
}

int
out_finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "larch: the output could not be written\n");
	return code == EXIT_OK ? EXIT_FAILED : code;
}
