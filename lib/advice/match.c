/* SPDX-License-Identifier: Apache-2.0 */
/* Do the conditions of a rule hold? */
#include <math.h>
#include <string.h>

#include "inner.h"

const struct advice_check *
advice_check_of(const struct advice_facts *f, const char *column)
{
	for (size_t i = 0; i < f->n_checks; i++)
		if (strcmp(f->checks[i].column, column) == 0)
			return &f->checks[i];
	return NULL;
}

bool
advice_has_column(const struct advice_facts *f, const char *column)
{
	for (size_t i = 0; i < f->n_columns; i++)
		if (strcmp(f->columns[i].name, column) == 0)
			return true;
	return false;
}

/* ---- the data of a value ---------------------------------------------------------------- */

bool
advice_member(const char *data, const char *name, struct buf *out)
{
	struct err e;
	json_t *o = data == NULL ? NULL : jsn_parse(str_of(data), "the data", &e);
	const json_t *v = json_object_get(o, name);

	if (json_is_string(v))
		buf_plain(out, (struct str){json_string_value(v), json_string_length(v)});
	else if (json_is_integer(v))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(out, "%g", json_real_value(v));
	json_decref(o);
	return out->n > 0;
}

static bool
members_hold(const struct advice_cond *c, const char *data)
{
	for (size_t i = 0; i < c->n_members; i++) {
		const struct advice_member *m = &c->members[i];
		struct buf b = BUF(LIMIT_STATUS_DATA);
		bool good = advice_member(data, m->name, &b);

		good = good && (m->is.n == 0 || advice_any(&m->is, b.p)) && !advice_any(&m->not, b.p);
		buf_free(&b);
		if (!good)
			return false;
	}
	return true;
}

/* ---- one column --------------------------------------------------------------------------- */

/* A clock that was put back makes nothing younger than now. */
static int64_t
span(int64_t from, int64_t now)
{
	return from < now ? now - from : 0;
}

/* A value whose level is unknown has no number that one may act on. */
static bool
number_holds(const struct advice_cond *c, const struct advice_check *v)
{
	if (isnan(c->at_least) && isnan(c->at_most))
		return true;
	return !isnan(v->number) && v->level != STATUS_UNKNOWN && !(v->number < c->at_least) && !(v->number > c->at_most);
}

static bool
value_holds(const struct advice_cond *c, const struct advice_check *v, int64_t now)
{
	int64_t lasts = span(v->since, now);

	return (c->seen & (v->stale ? SEEN_STALE : SEEN_FRESH)) != 0 &&
	    (c->levels == 0 || (c->levels & STATUS_BIT(v->level)) != 0) &&
	    (c->is.n == 0 || advice_any(&c->is, v->text)) && !advice_any(&c->not, v->text) &&
	    (c->detail.n == 0 || (v->detail != NULL && advice_any(&c->detail, v->detail))) && number_holds(c, v) &&
	    (c->for_at_least < 0 || lasts >= c->for_at_least) && (c->for_at_most < 0 || lasts <= c->for_at_most) &&
	    members_hold(c, v->data);
}

static bool
column_holds(const struct advice_cond *c, const struct advice_facts *f)
{
	const struct advice_check *v = advice_check_of(f, c->column);

	if (v != NULL)
		return value_holds(c, v, f->now);
	return (c->seen & SEEN_NEVER) != 0 && advice_has_column(f, c->column);
}

/* ---- the machine ---------------------------------------------------------------------------- */

int64_t
advice_acted(const struct advice_rule *r, const struct advice_facts *f, int64_t *last)
{
	int64_t n = 0;

	*last = 0;
	for (size_t i = 0; i < f->n_acts; i++) {
		const struct advice_act *x = &f->acts[i];

		if (span(x->at, f->now) > r->within || !advice_names(&r->acted, x->verb))
			continue;
		n++;
		*last = x->at > *last ? x->at : *last;
	}
	return n;
}

static bool
others_are_well(const struct advice_texts *but, const struct advice_facts *f)
{
	for (size_t i = 0; i < f->n_checks; i++) {
		const struct advice_check *v = &f->checks[i];

		if (v->counts && !advice_names(but, v->column) && (v->stale || v->level != STATUS_OK))
			return false;
	}
	return true;
}

bool
advice_unknown(const struct advice_facts *f, const char *column, struct buf *out)
{
	const struct advice_check *v = advice_check_of(f, column);
	char age[TIMES_TEXT];

	if (!advice_has_column(f, column))
		return false;
	if (v == NULL)
		buf_printf(out, "%s (never seen)", column);
	else if (v->stale)
		buf_printf(out, "%s (last seen %s ago)", column, times_age(f->now - v->at, age));
	else if (v->level == STATUS_UNKNOWN)
		buf_printf(out, "%s (%s)", column, v->detail != NULL ? v->detail : v->text);
	return v == NULL || v->stale || v->level == STATUS_UNKNOWN;
}

static bool
some_missing(const struct advice_texts *columns, const struct advice_facts *f)
{
	struct buf none = BUF(0);
	bool found = false;

	for (size_t i = 0; i < columns->n && !found; i++)
		found = advice_unknown(f, columns->text[i], &none);
	buf_free(&none);
	return found;
}

bool
advice_holds(const struct advice_rule *r, const struct advice_facts *f)
{
	int64_t last;

	if (r->levels != 0 && (r->levels & STATUS_BIT(f->level)) == 0)
		return false;
	for (size_t i = 0; i < r->n_conds; i++)
		if (!column_holds(&r->conds[i], f))
			return false;
	return (!r->has_acted || advice_acted(r, f, &last) >= r->times) &&
	    (!r->has_well_but || others_are_well(&r->well_but, f)) && (r->missing.n == 0 || some_missing(&r->missing, f));
}
