/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in our own shape, and the pieces of JSON that all shapes are made of. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet_private.h"

/* Members of ITEMS: of the node, and of each check. `level` is of both. */
enum { OF_NODE = 1, OF_CHECK = 2, BY_DEFAULT = 4 };
enum member { M_LEVEL, M_TYPE, M_OWNER, M_PLACE, M_IN_INVENTORY, M_STATE, M_NUMBER, M_UNIT, M_AT, M_SINCE, M_STALE, M_DETAIL,
	M_INTERVAL, M_DATA };
_Static_assert(M_DATA + 1 == SHEET_MEMBERS, "a member has no place in the sheet");
static const struct {
	const char *name;
	unsigned of;
} members[SHEET_MEMBERS] = {
    [M_LEVEL] = {"level", OF_NODE | OF_CHECK | BY_DEFAULT},
    [M_TYPE] = {"type", OF_NODE},
    [M_OWNER] = {"owner", OF_NODE},
    [M_PLACE] = {"place", OF_NODE},
    [M_IN_INVENTORY] = {"in_inventory", OF_NODE},
    [M_STATE] = {"state", OF_CHECK | BY_DEFAULT},
    [M_NUMBER] = {"number", OF_CHECK | BY_DEFAULT},
    [M_UNIT] = {"unit", OF_CHECK | BY_DEFAULT},
    [M_AT] = {"at", OF_CHECK | BY_DEFAULT},
    [M_SINCE] = {"since", OF_CHECK},
    [M_STALE] = {"stale", OF_CHECK | BY_DEFAULT},
    [M_DETAIL] = {"detail", OF_CHECK | BY_DEFAULT},
    [M_INTERVAL] = {"interval", OF_CHECK},
    [M_DATA] = {"data", OF_CHECK},
};

/* ---- pieces of JSON --------------------------------------------------------------------- */

void
sheet_put_text(struct buf *b, const char *text)
{
	if (text == NULL)
		buf_puts(b, "null");
	else
		buf_json(b, str_of(text));
}

void
sheet_put_number(struct buf *b, double v)
{
	if (isfinite(v))
		buf_number(b, v);
	else
		buf_puts(b, "null");
}

/* As times_utc, which is asked once a second of what is written. */
void
sheet_put_time(struct status_sheet *s, int64_t ms)
{
	int64_t second = ms / 1000, rest = ms % 1000;
	char text[TIMES_TEXT + 8];
	size_t n = s->second_n;

	if (ms <= 0) {
		buf_puts(&s->out, "null");
		return;
	}
	if (s->second != second) {
		times_utc(second * 1000, s->second_text);
		n = s->second_n = strlen(s->second_text) - 1; /* without its Z */
		s->second = second;
	}
	text[0] = '"';
	memcpy(text + 1, s->second_text, n++);
	if (rest != 0) {
		text[n++] = '.';
		for (int unit = 100; unit > 0; unit /= 10)
			text[n++] = (char)('0' + rest / unit % 10);
	}
	text[n++] = 'Z';
	text[n++] = '"';
	buf_add(&s->out, text, n);
}

void
sheet_put_flag(struct buf *b, bool flag)
{
	buf_puts(b, flag ? "true" : "false");
}

static int
sink(const char *p, size_t n, void *ctx)
{
	buf_add(ctx, p, n);
	return 0;
}

void
sheet_put_json(struct buf *b, const json_t *value)
{
	if (value == NULL)
		buf_puts(b, "[]");
	else
		(void)json_dump_callback(value, sink, b, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* What another program wrote is read before it is handed on. */
static void
put_data(struct buf *b, const char *text)
{
	struct err e = {0};
	json_t *value = text == NULL ? NULL : jsn_parse(str_of(text), "what a check says", &e);

	if (value == NULL)
		buf_puts(b, "null");
	else
		sheet_put_json(b, value);
	json_decref(value);
}

/* ---- ITEMS ----------------------------------------------------------------------------------- */

/* A member of a check; v NULL: it was never seen. */
static void
put_member(struct status_sheet *s, enum member m, const struct status_column *c, const struct status_value *v)
{
	struct buf *b = &s->out;

	switch (m) {
	case M_STATE: sheet_put_text(b, v == NULL ? "unknown" : v->text); break;
	case M_LEVEL: sheet_put_text(b, v == NULL ? "unknown" : status_level_name(v->level)); break;
	case M_NUMBER: sheet_put_number(b, v == NULL ? (double)NAN : v->number); break;
	case M_UNIT: sheet_put_text(b, *c->unit == '\0' ? NULL : c->unit); break;
	case M_AT: sheet_put_time(s, v == NULL ? 0 : v->at); break;
	case M_SINCE: sheet_put_time(s, v == NULL ? 0 : v->since); break;
	case M_STALE: sheet_put_flag(b, v != NULL && status_stale(v->at, v->interval, s->ask.now)); break;
	case M_DETAIL: sheet_put_text(b, v == NULL ? NULL : v->detail); break;
	case M_INTERVAL: sheet_put_number(b, (double)(v == NULL ? c->interval : v->interval) / 1000); break;
	case M_DATA: put_data(b, v == NULL ? NULL : v->data); break;
	default: break;
	}
}

static void
put_check(struct status_sheet *s, size_t column, const struct status_value *v)
{
	bool first = true;

	buf_puts(&s->out, s->head[column]);
	for (enum member m = 0; m < SHEET_MEMBERS; m++) {
		if (!s->member[m] || (members[m].of & OF_CHECK) == 0)
			continue;
		buf_str(&s->out, first ? s->opens[m] : s->follows[m]);
		first = false;
		put_member(s, m, &s->ask.columns[column], v);
	}
	buf_char(&s->out, '}');
}

static bool
chosen(const struct status_sheet *s, size_t column)
{
	return s->ask.chosen == NULL || s->ask.chosen[column];
}

void
sheet_put_item(struct status_sheet *s, const struct status_node *n, size_t i)
{
	struct buf *b = &s->out;
	bool first_check = true;

	buf_puts(b, i == 0 ? "\n{\"name\":" : ",\n{\"name\":");
	sheet_put_text(b, n->name);
	for (enum member m = 0; m < SHEET_MEMBERS; m++) {
		if (!s->member[m] || (members[m].of & OF_NODE) == 0)
			continue;
		buf_str(b, s->follows[m]);
		switch (m) {
		case M_LEVEL: sheet_put_text(b, status_level_name(n->level)); break;
		case M_TYPE: sheet_put_text(b, n->type); break;
		case M_OWNER: sheet_put_text(b, n->owner); break;
		case M_PLACE: sheet_put_text(b, n->place); break;
		default: sheet_put_flag(b, n->in_inventory); break;
		}
	}
	buf_puts(b, ",\"checks\":{");
	for (size_t c = 0; c < s->ask.n_columns; c++) {
		if (!chosen(s, c))
			continue;
		if (!first_check)
			buf_char(b, ',');
		first_check = false;
		if (n->value[c] == NULL)
			buf_puts(b, s->never[c]);
		else
			put_check(s, c, n->value[c]);
	}
	buf_puts(b, "}}");
}

/* ---- what an item holds ----------------------------------------------------------------- */

int
sheet_unknown_field(struct str one, struct str all, struct err *e)
{
	return err_set(e, ERR_INPUT, "no field is called '%.*s'; there are: %.*s", (int)(one.n > 64 ? 64 : one.n), one.p, (int)all.n,
	    all.p);
}

int
sheet_choose_members(struct status_sheet *s, struct err *e)
{
	struct buf names = BUF(LIMIT_ERR_TEXT / 2);
	struct str rest = str_of(s->ask.fields);
	int rc = 0;

	for (size_t m = 0; m < SHEET_MEMBERS; m++)
		s->member[m] = s->ask.fields == NULL && (members[m].of & BY_DEFAULT) != 0;
	while (rest.p != NULL && rc == 0) {
		struct str one = str_trim(str_cut(&rest, ','));
		size_t m = 0;

		while (m < SHEET_MEMBERS && !str_is(one, members[m].name))
			m++;
		if (m < SHEET_MEMBERS)
			s->member[m] = true;
		else if (!str_is(one, "name")) {
			for (m = 0; m < SHEET_MEMBERS; m++)
				buf_printf(&names, m == 0 ? "name %s" : " %s", members[m].name);
			rc = sheet_unknown_field(one, buf_view(&names), e);
		}
	}
	buf_free(&names);
	return rc;
}

/* What is the same in every item, once. */
void
sheet_make_heads(struct status_sheet *s, struct arena *a)
{
	s->head = arena_array(a, s->ask.n_columns + 1, sizeof(*s->head));
	s->never = arena_array(a, s->ask.n_columns + 1, sizeof(*s->never));
	for (size_t m = 0; m < SHEET_MEMBERS; m++) {
		s->follows[m] = str_of(arena_printf(a, ",\"%s\":", members[m].name));
		s->opens[m] = (struct str){s->follows[m].p + 1, s->follows[m].n - 1};
	}
	for (size_t i = 0; i < s->ask.n_columns; i++) {
		sheet_put_text(&s->out, s->ask.columns[i].name);
		buf_puts(&s->out, ":{");
		s->head[i] = arena_strndup(a, s->out.p, s->out.n);
		buf_clear(&s->out);
		put_check(s, i, NULL);
		s->never[i] = arena_strndup(a, s->out.p, s->out.n);
		buf_clear(&s->out);
	}
	buf_free(&s->out);
}
