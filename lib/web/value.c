/* SPDX-License-Identifier: Apache-2.0 */
/* The types of fields: a row a type. */
#include <inttypes.h>
#include <string.h>

#include "room.h"

#define SECRET_MAX 1024

/* Say which field, and what it wants. What was sent is not repeated: it may be a secret. */
static int
wants(const struct web_field *f, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "Field '%s'%s%s%s must be %s.", f->name, f->summary != NULL ? " (" : "",
	    f->summary != NULL ? f->summary : "", f->summary != NULL ? ")" : "", what);
}

static int
length_check(const struct web_field *f, struct str v, int64_t max, struct err *e)
{
	if ((int64_t)v.n > max)
		return err_set(e, ERR_INPUT, "Field '%s' is longer than %" PRId64 " bytes.", f->name, max);
	if ((int64_t)v.n < f->min)
		return err_set(e, ERR_INPUT, "Field '%s' is shorter than %" PRId64 " bytes.", f->name, f->min);
	return 0;
}

static int
value_text(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	(void)number;
	return length_check(f, v, f->max > 0 ? f->max : LIMIT_REASON, e);
}

static int
value_secret(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	(void)number;
	return length_check(f, v, f->max > 0 ? f->max : SECRET_MAX, e);
}

static int
value_name(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	(void)number;
	return str_is_name(v) ? 0 : wants(f, e, "a name: at most 128 letters, digits and . _ - : @ + / or blanks within");
}

static int
value_int(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	int64_t max = f->min == 0 && f->max == 0 ? INT64_MAX : f->max;

	if (f->word != NULL && str_is(v, f->word)) {
		*number = max;
		return 0;
	}
	if (str_int(v, f->min, max, number) == 0)
		return 0;
	return err_set(e, ERR_INPUT, "Field '%s' must be a whole number from %" PRId64 " to %" PRId64 "%s%s.", f->name,
	    f->min, max, f->word == NULL ? "" : ", or ", f->word == NULL ? "" : f->word);
}

static int
value_flag(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {{"1", 1}, {"0", 0}, {"on", 1}, {"off", 0}, {"true", 1}, {"false", 0}, {"yes", 1}, {"no", 0}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (str_is(v, rows[i].text)) {
			*number = rows[i].value;
			return 0;
		}
	return wants(f, e, "1 or 0, on or off, true or false, yes or no");
}

static int
value_enum(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	struct buf b = BUF(256);
	int rc;

	for (int64_t i = 0; f->choices[i] != NULL; i++)
		if (str_is(v, f->choices[i])) {
			*number = i;
			return 0;
		}
	for (size_t i = 0; f->choices[i] != NULL; i++) {
		buf_puts(&b, i == 0 ? "one of " : ", ");
		buf_puts(&b, f->choices[i]);
	}
	rc = wants(f, e, b.p);
	buf_free(&b);
	return rc;
}

static int
value_time(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	return times_when(v, times_now(), number, NULL) == 0 ? 0
	                                                     : wants(f, e, "a time such as 2026-11-20T21:38:05Z, 22:00 or -2h");
}

static int
value_duration(const struct web_field *f, struct str v, int64_t *number, struct err *e)
{
	char low[TIMES_TEXT], high[TIMES_TEXT];

	if (times_duration(v, number, NULL) != 0)
		return wants(f, e, "a span such as 15m, 2h or 8h30m");
	if (*number < f->min || (f->max > 0 && *number > f->max))
		return err_set(e, ERR_INPUT, "Field '%s' must be a span from %s to %s.", f->name,
		    times_age(f->min, low), f->max > 0 ? times_age(f->max, high) : "any");
	return 0;
}

/*
 * A host list. Several values are the checkboxes of a table: each is a name and
 * no expression, or "a" and "!a" in two boxes would mean nobody knows what. A list with groups
 * stays text: what is in a group, the inventory knows (inv_select); so does a query where the row takes one.
 */
static int
slot_hosts(struct web_slot *s, struct arena *a, int *status, struct err *e)
{
	struct buf b = BUF(LIMIT_HOSTS_TEXT);
	struct hosts h = {0};
	int rc = -1;

	for (size_t i = 0; i < s->n; i++) {
		if (s->n > 1 && !str_is_name(s->item[i])) {
			wants(s->row, e, "one host list, or several plain names");
			goto out;
		}
		buf_puts(&b, i > 0 ? "," : "");
		buf_str(&b, s->item[i]);
	}
	if (b.over) {
		*status = 413;
		err_set(e, ERR_LIMIT, "Field '%s' is longer than %d bytes.", s->row->name, LIMIT_HOSTS_TEXT);
		goto out;
	}
	if (memchr(b.p, '@', b.n) == NULL && !(s->row->query && s->n == 1 && memchr(b.p, ':', b.n) != NULL)) {
		const char *folded; /* with a colon it may be a term: folded, "in:b07!n1" would be in:b07 */

		if (hosts_parse(buf_view(&b), NULL, a, &h, e) != 0) {
			if (s->row->query && s->n == 1 && e != NULL && e->kind == ERR_INPUT && str_trim(s->item[0]).n > 0) {
				rc = 0; /* the inventory says what it is, or why it is none */
				goto out;
			}
			if (e != NULL && e->kind == ERR_LIMIT)
				*status = 413;
			err_prefix(e, "Field '%s'", s->row->name);
			goto out;
		}
		folded = hosts_fold(&h, a);
		s->item[0] = str_of(folded);
	} else {
		s->item[0] = (struct str){arena_strndup(a, b.p, b.n), b.n};
	}
	s->n = 1;
	rc = 0;
out:
	buf_free(&b);
	return rc;
}

int
web_value_check(struct web_slot *s, struct arena *a, int *status, struct err *e)
{
	static int (*const rows[])(const struct web_field *, struct str, int64_t *, struct err *) = {
	    [WEB_TEXT] = value_text, [WEB_NAME] = value_name, [WEB_SECRET] = value_secret,
	    [WEB_INT] = value_int, [WEB_FLAG] = value_flag, [WEB_ENUM] = value_enum,
	    [WEB_TIME] = value_time, [WEB_DURATION] = value_duration,
	};

	if (s->n == 0 && s->json == NULL)
		return s->row->required ? err_set(e, ERR_INPUT, "Field '%s'%s%s%s is required.", s->row->name,
		    s->row->summary != NULL ? " (" : "", s->row->summary != NULL ? s->row->summary : "",
		    s->row->summary != NULL ? ")" : "") : 0;
	if (s->row->type == WEB_JSON)
		return 0;
	if (s->row->type == WEB_HOSTS)
		return slot_hosts(s, a, status, e);
	for (size_t i = 0; i < s->n; i++)
		if (rows[s->row->type](s->row, s->item[i], &s->number, e) != 0)
			return -1;
	return 0;
}
