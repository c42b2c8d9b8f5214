/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences with holes: compiled when the rules are read, filled with what is known of a machine. */
#include <math.h>
#include <string.h>

#include "inner.h"

/* ---- compiling ------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	enum advice_part part;
} parts[] = {
    {"text", PART_TEXT},   {"detail", PART_DETAIL}, {"number", PART_NUMBER},
    {"level", PART_LEVEL}, {"since", PART_SINCE},   {"age", PART_AGE},
};

static const struct advice_cond *
cond_of(const struct advice_rule *r, struct str column)
{
	for (size_t i = 0; i < r->n_conds; i++)
		if (str_is(column, r->conds[i].column))
			return &r->conds[i];
	return NULL;
}

/* A part of a column that a condition names. */
static int
column_hole(const struct advice_cond *c, struct str part, struct advice_piece *out)
{
	out->column = c->column;
	for (size_t i = 0; i < LARCH_COUNT(parts); i++)
		if (str_is(part, parts[i].name)) {
			out->part = parts[i].part;
			return 0;
		}
	for (size_t i = 0; i < c->n_members; i++)
		if (str_is(part, c->members[i].name)) {
			out->part = PART_MEMBER;
			out->member = c->members[i].name;
			return 0;
		}
	return -1;
}

static int
hole(const struct advice_rule *r, struct str name, struct advice_piece *out)
{
	struct str part = name, column = str_cut(&part, '.');
	const struct advice_cond *c = cond_of(r, column);

	if (str_is(name, "thing"))
		out->part = PART_THING;
	else if (str_is(name, "unwell"))
		out->part = PART_UNWELL;
	else if (str_is(name, "missing") && r->missing.n > 0)
		out->part = PART_MISSING;
	else if (str_is(name, "acted.times") && r->has_acted)
		out->part = PART_TIMES;
	else if (str_is(name, "acted.last") && r->has_acted)
		out->part = PART_LAST;
	else if (part.p != NULL && c != NULL)
		return column_hole(c, part, out);
	return out->part == PART_NONE ? -1 : 0;
}

int
advice_sentence(const struct advice_rule *r, const char *text, const char *where, struct arena *a, struct advice_sentence *out,
    struct err *e)
{
	struct str rest = str_of(text);
	struct advice_piece *p = arena_array(a, rest.n + 1, sizeof(*p));
	size_t n = 0;

	while (rest.p != NULL && rest.n > 0) {
		struct str before = str_cut(&rest, '{'), name;

		if (before.n > 0)
			p[n++].text = (struct str){arena_strndup(a, before.p, before.n), before.n};
		if (rest.p == NULL)
			break;
		name = str_cut(&rest, '}');
		if (hole(r, name, &p[n++]) != 0)
			return err_set(e, ERR_INPUT,
			    "%s: nothing fills {%.*s}: it may be {thing}, {unwell}; {missing} or {acted.times}, {acted.last} where the rule has "
			    "such a condition; {COLUMN.text} or .detail .number .level .since .age of a column in its 'check'",
			    where, (int)name.n, name.p);
	}
	*out = (struct advice_sentence){p, n};
	return 0;
}

/* ---- filling ---------------------------------------------------------------------------------- */

static void
say_age(int64_t from, int64_t now, struct buf *b)
{
	char age[TIMES_TEXT];

	buf_puts(b, times_age(now - from, age));
}

static void
say_missing(const struct advice_texts *columns, const struct advice_facts *f, struct buf *b)
{
	for (size_t i = 0, said = 0; i < columns->n; i++) {
		struct buf one = BUF(LIMIT_STATUS_DETAIL * 2);

		if (advice_unknown(f, columns->text[i], &one)) {
			buf_puts(b, said++ > 0 ? ", " : "");
			buf_str(b, buf_view(&one));
		}
		buf_free(&one);
	}
}

/* What counts and is not well: "load 96.00, slurm drain (Kill task failed)". */
static void
say_unwell(const struct advice_facts *f, struct buf *b)
{
	size_t said = 0;

	for (size_t i = 0; i < f->n_checks; i++) {
		const struct advice_check *v = &f->checks[i];

		if (!v->counts || (!v->stale && v->level == STATUS_OK))
			continue;
		buf_printf(b, "%s%s %s", said++ > 0 ? ", " : "", v->column, v->stale ? "stale" : v->text);
		if (!v->stale && v->detail != NULL && *v->detail != '\0')
			buf_printf(b, " (%s)", v->detail);
	}
	buf_puts(b, said == 0 ? "nothing was seen" : "");
}

static void
say_value(const struct advice_piece *p, const struct advice_facts *f, struct buf *b)
{
	const struct advice_check *v = advice_check_of(f, p->column);

	if (v == NULL) {
		buf_puts(b, "never seen");
		return;
	}
	switch (p->part) {
	case PART_TEXT: buf_puts(b, v->text); break;
	case PART_DETAIL: buf_puts(b, v->detail == NULL || *v->detail == '\0' ? "no reason is given" : v->detail); break;
	case PART_NUMBER: isnan(v->number) ? buf_puts(b, "unknown") : buf_printf(b, "%g", v->number); break;
	case PART_LEVEL: buf_puts(b, status_level_name(v->level)); break;
	case PART_SINCE: say_age(v->since, f->now, b); break;
	case PART_AGE: say_age(v->at, f->now, b); break;
	case PART_MEMBER:
		if (!advice_member(v->data, p->member, b))
			buf_puts(b, "unknown");
		break;
	default: break;
	}
}

static void
say_acted(const struct advice_rule *r, enum advice_part part, const struct advice_facts *f, struct buf *b)
{
	int64_t last, n = advice_acted(r, f, &last);

	if (part == PART_TIMES)
		buf_printf(b, "%lld", (long long)n);
	else
		say_age(last, f->now, b);
}

const char *
advice_say(const struct advice_rule *r, const struct advice_sentence *s, const struct advice_facts *f, struct arena *a)
{
	struct buf b = BUF(LIMIT_ADVICE_TEXT), filled = BUF(LIMIT_ADVICE_TEXT);
	const char *out;

	for (size_t i = 0; i < s->n; i++) {
		const struct advice_piece *p = &s->piece[i];

		buf_clear(&filled);
		switch (p->part) {
		case PART_NONE: buf_str(&b, p->text); continue;
		case PART_THING: buf_puts(&filled, f->thing); break;
		case PART_UNWELL: say_unwell(f, &filled); break;
		case PART_MISSING: say_missing(&r->missing, f, &filled); break;
		case PART_TIMES:
		case PART_LAST: say_acted(r, p->part, f, &filled); break;
		default: say_value(p, f, &filled); break;
		}
		buf_plain(&b, buf_view(&filled)); /* one line stays one line */
	}
	out = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	buf_free(&filled);
	return out;
}
