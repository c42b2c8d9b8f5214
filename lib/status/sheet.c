/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and their values as bytes, in six shapes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet_private.h"

#define PIECE (64u << 10) /* bytes after which what is written is handed on */

/* ---- the other shapes ------------------------------------------------------------------------- */

static void
cell_of(struct status_sheet *s, size_t k, struct sheet_row *r, struct sheet_cell *cell)
{
	(void)s;
	*cell = (struct sheet_cell){0};
	s->key[k]->cell(r, s->key[k]->column, cell);
}

static void
put_cell(struct buf *b, const struct sheet_cell *cell)
{
	switch (cell->kind) {
	case SHEET_NULL: buf_puts(b, "null"); break;
	case SHEET_TEXT: buf_json(b, str_of(cell->text)); break;
	case SHEET_NUMBER: sheet_put_number(b, cell->number); break;
	case SHEET_BOOL: sheet_put_flag(b, cell->flag); break;
	case SHEET_LIST: sheet_put_json(b, cell->list); break;
	}
}

/* For CSV and text: a list has blanks between; what is not known is nothing. */
static void
plain_cell(struct buf *b, const struct sheet_cell *cell)
{
	const json_t *one;
	size_t i;

	if (cell->kind == SHEET_TEXT)
		buf_puts(b, cell->text);
	else if (cell->kind == SHEET_LIST)
		json_array_foreach(cell->list, i, one)
		{
			buf_puts(b, i == 0 ? "" : " ");
			buf_puts(b, json_is_string(one) ? json_string_value(one) : "?");
		}
	else if (cell->kind != SHEET_NULL)
		put_cell(b, cell);
}

static void
put_record(struct status_sheet *s, struct sheet_row *r, size_t i)
{
	struct buf *b = &s->out;
	struct sheet_cell cell;
	bool split = s->ask.shape == STATUS_SPLIT;

	buf_puts(b, i == 0 ? "\n" : ",\n");
	if (s->ask.shape == STATUS_INDEX) {
		sheet_put_text(b, r->node.name);
		buf_char(b, ':');
	}
	buf_char(b, split ? '[' : '{');
	for (size_t k = 0; k < s->n_keys; k++) {
		if (k > 0)
			buf_char(b, ',');
		if (!split) {
			sheet_put_text(b, s->key[k]->key);
			buf_char(b, ':');
		}
		cell_of(s, k, r, &cell);
		put_cell(b, &cell);
	}
	buf_char(b, split ? ']' : '}');
}

static void
put_csv(struct status_sheet *s, struct sheet_row *r)
{
	struct buf text = BUF(LIMIT_PAGE);
	struct sheet_cell cell;

	for (size_t k = 0; k < s->n_keys; k++) {
		buf_clear(&text);
		cell_of(s, k, r, &cell);
		plain_cell(&text, &cell);
		buf_puts(&s->out, k == 0 ? "" : ",");
		buf_csv(&s->out, buf_view(&text));
	}
	buf_puts(&s->out, "\r\n");
	buf_free(&text);
}

/* One cell of text, cleaned; the last of a line is not filled up. measure: only how wide it is. */
static void
put_padded(struct status_sheet *s, size_t k, struct str text, bool measure)
{
	struct buf clean = BUF(LIMIT_PAGE);
	int n;

	if (text.n == 0)
		text = STR("-");
	buf_plain(&clean, text);
	n = (int)str_characters(buf_view(&clean));
	if (measure) {
		s->width[k] = n > s->width[k] ? n : s->width[k];
	} else {
		buf_str(&s->out, buf_view(&clean));
		for (; n < s->width[k] && k + 1 < s->n_keys; n++)
			buf_char(&s->out, ' ');
		buf_puts(&s->out, k + 1 < s->n_keys ? "  " : "\n");
	}
	buf_free(&clean);
}

static void
put_line(struct status_sheet *s, struct sheet_row *r, bool measure)
{
	struct buf text = BUF(LIMIT_PAGE);
	struct sheet_cell cell;

	for (size_t k = 0; k < s->n_keys; k++) {
		buf_clear(&text);
		cell_of(s, k, r, &cell);
		plain_cell(&text, &cell);
		put_padded(s, k, buf_view(&text), measure);
	}
	buf_free(&text);
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static struct sheet_row
row_of(struct status_sheet *s, const struct status_nodes *nodes, size_t i)
{
	struct sheet_row r = {.ask = &s->ask, .role = s->role};

	nodes->node(nodes->ctx, i, &r.node);
	return r;
}

static void
measure(struct status_sheet *s, const struct status_nodes *nodes)
{
	for (size_t k = 0; k < s->n_keys; k++)
		put_padded(s, k, str_of(s->key[k]->key), true);
	for (size_t i = 0; i < nodes->n; i++) {
		struct sheet_row r = row_of(s, nodes, i);

		put_line(s, &r, true);
		sheet_row_end(&r);
	}
}

static void
split_head(struct status_sheet *s, const struct status_nodes *nodes)
{
	buf_puts(&s->out, "{\"columns\":[");
	for (size_t k = 0; k < s->n_keys; k++) {
		buf_puts(&s->out, k == 0 ? "" : ",");
		sheet_put_text(&s->out, s->key[k]->key);
	}
	buf_puts(&s->out, "],\n\"index\":[");
	for (size_t i = 0; i < nodes->n; i++) {
		struct status_node n = {0};

		nodes->node(nodes->ctx, i, &n);
		buf_puts(&s->out, i == 0 ? "" : ",");
		sheet_put_text(&s->out, n.name);
	}
	buf_puts(&s->out, "],\n\"data\":[");
}

static void
put_head(struct status_sheet *s, const struct status_nodes *nodes)
{
	struct buf *b = &s->out;

	switch (s->ask.shape) {
	case STATUS_ITEMS:
		buf_puts(b, "{\"as_of\":");
		sheet_put_time(s, s->ask.now);
		buf_printf(b, ",\"total\":%zu,\"items\":[", nodes->n);
		break;
	case STATUS_RECORDS: buf_char(b, '['); break;
	case STATUS_INDEX: buf_char(b, '{'); break;
	case STATUS_SPLIT: split_head(s, nodes); break;
	case STATUS_CSV:
		for (size_t k = 0; k < s->n_keys; k++) {
			buf_puts(b, k == 0 ? "" : ",");
			buf_csv(b, str_of(s->key[k]->key));
		}
		buf_puts(b, "\r\n");
		break;
	case STATUS_TEXT:
		measure(s, nodes);
		for (size_t k = 0; k < s->n_keys; k++)
			put_padded(s, k, str_of(s->key[k]->key), false);
		break;
	}
}

static const char *const feet[] = {
    [STATUS_ITEMS] = "\n]}\n", [STATUS_RECORDS] = "\n]\n", [STATUS_INDEX] = "\n}\n", [STATUS_SPLIT] = "\n]}\n",
    [STATUS_CSV] = "", [STATUS_TEXT] = "",
};

static void
put_node(struct status_sheet *s, const struct status_nodes *nodes, size_t i)
{
	struct sheet_row r = row_of(s, nodes, i);

	switch (s->ask.shape) {
	case STATUS_ITEMS: sheet_put_item(s, &r.node, i); break;
	case STATUS_CSV: put_csv(s, &r); break;
	case STATUS_TEXT: put_line(s, &r, false); break;
	default: put_record(s, &r, i);
	}
	sheet_row_end(&r);
}

int
status_sheet_write(struct status_sheet *s, const struct status_nodes *nodes, int (*put)(void *ctx, struct str piece),
    void *ctx)
{
	int rc = 0;

	put_head(s, nodes);
	for (size_t i = 0; i < nodes->n && rc == 0; i++) {
		put_node(s, nodes, i);
		if (s->out.n >= PIECE) {
			rc = put(ctx, buf_view(&s->out));
			buf_clear(&s->out);
		}
	}
	buf_puts(&s->out, feet[s->ask.shape]);
	/* no piece comes near the ceiling: a node's texts have ceilings of their own */
	if (rc == 0)
		rc = s->out.over ? -1 : put(ctx, buf_view(&s->out));
	buf_free(&s->out);
	return rc;
}

/* ---- making one ------------------------------------------------------------------------------------- */

static bool
rests_on_chosen(const struct status_sheet *s, const struct sheet_key *k)
{
	if (s->ask.chosen == NULL || k->roles == 0)
		return true;
	for (size_t r = 0; r < SHEET_ROLES; r++)
		if ((k->roles & 1u << r) != 0 && s->role[r] < s->ask.n_columns && s->ask.chosen[s->role[r]])
			return true;
	return false;
}

/* Of text without fields, what a person reads in a terminal. */
static void
keys_by_default(struct status_sheet *s, const struct sheet_key *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rests_on_chosen(s, &all[i]) && !(s->ask.shape == STATUS_TEXT && all[i].data_only))
			s->key[s->n_keys++] = &all[i];
}

/* Once is enough: an object has no member twice. */
static void
add_key(struct status_sheet *s, const struct sheet_key *key)
{
	for (size_t i = 0; i < s->n_keys; i++)
		if (s->key[i] == key)
			return;
	s->key[s->n_keys++] = key;
}

static int
choose_keys(struct status_sheet *s, const struct sheet_key *all, size_t n, struct err *e)
{
	struct buf names = BUF(LIMIT_ERR_TEXT / 2);
	struct str rest = str_of(s->ask.fields);
	int rc = 0;

	while (rest.p != NULL && rc == 0) {
		struct str one = str_trim(str_cut(&rest, ','));
		size_t i = 0;

		while (i < n && !str_is(one, all[i].key))
			i++;
		if (i < n) {
			add_key(s, &all[i]);
			continue;
		}
		for (i = 0; i < n; i++)
			buf_printf(&names, i == 0 ? "%s" : " %s", all[i].key);
		rc = sheet_unknown_field(one, buf_view(&names), e);
	}
	buf_free(&names);
	return rc;
}

int
status_sheet_make(const struct status_sheet_ask *ask, struct arena *a, struct status_sheet **out, struct err *e)
{
	struct status_sheet *s = arena_alloc(a, sizeof(*s));
	const struct sheet_key *all;
	size_t n, fields = ask->fields == NULL ? 0 : strlen(ask->fields);

	*s = (struct status_sheet){.ask = *ask, .second = -1, .out = BUF(LIMIT_PAGE)};
	*out = s;
	if (ask->shape == STATUS_ITEMS) {
		if (sheet_choose_members(s, e) != 0)
			return -1;
		sheet_make_heads(s, a);
		return 0;
	}
	sheet_roles(ask, s->role);
	all = sheet_keys(ask, a, &n);
	s->key = arena_array(a, n + fields + 1, sizeof(*s->key));
	s->width = arena_array(a, n + fields + 1, sizeof(*s->width));
	memset(s->width, 0, (n + fields + 1) * sizeof(*s->width));
	if (ask->fields != NULL)
		return choose_keys(s, all, n, e);
	keys_by_default(s, all, n);
	return 0;
}
