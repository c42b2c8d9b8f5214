/* SPDX-License-Identifier: Apache-2.0 */
/* What a query may ask of status. What is older than twice its interval reads unknown, here as on the pages. */
#include <math.h>
#include <string.h>

#include "inv/query.h"
#include "status_private.h"

static status_get_fn *get_reader;
static void *get_ctx;

static struct status *
reader(struct err *e)
{
	struct status *s = get_reader == NULL ? NULL : get_reader(get_ctx);

	if (s == NULL)
		err_set(e, ERR_UNAVAILABLE,
		    "the room's status cannot be read, and the query asks for it: larchd, which writes it, has not run yet or its file is gone");
	return s;
}

static void
add_name(struct arena *a, struct hosts *out, size_t *cap, const char *name)
{
	out->name = status_grow(a, out->name, out->n, cap, sizeof(*out->name));
	out->name[out->n++] = arena_strdup(a, name);
}

/* ---- status:COLUMN ----------------------------------------------------------------- */

/* The column; or a sentence that lists those there are. */
static int
find_column(struct status *s, const char *name, struct arena *a, const struct status_column **out, struct err *e)
{
	struct buf list = BUF(LIMIT_ERR_TEXT);
	struct status_column *columns;
	size_t n;

	if (status_columns(s, a, &columns, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i].name, name) == 0) {
			*out = &columns[i];
			return 0;
		}
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i == 0 ? "" : ", ", columns[i].name);
	err_set(e, ERR_INPUT, "no check gives \"%.60s\"; what is checked: %s", name, list.n == 0 ? "nothing yet" : list.p);
	buf_free(&list);
	return -1;
}

static bool
holds(enum inv_op op, double a, double b)
{
	switch (op) {
	case INV_LT: return a < b;
	case INV_LE: return a <= b;
	case INV_GT: return a > b;
	case INV_GE: return a >= b;
	default: return false;
	}
}

struct asking {
	const struct inv_term_ask *ask;
	const struct status_column *column;
	double number; /* NAN: it is none */
	int64_t now;
};

static bool
fits(const struct asking *q, const struct status_value *v)
{
	bool stale = status_stale(v->at, v->interval, q->now);

	if (q->ask->op == INV_HAS)
		return true;
	if ((INV_OP(q->ask->op) & INV_OPS_ORDER) != 0)
		return !stale && holds(q->ask->op, v->number, q->number);
	if (!stale && q->column->kind == STATUS_MEASURE && !isnan(q->number))
		return (v->number == q->number) == (q->ask->op == INV_IS);
	return inv_term_fits(q->ask, stale ? "unknown" : v->text) == (q->ask->op == INV_IS);
}

static int
status_names(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out, struct err *e)
{
	struct asking q = {.ask = ask, .number = NAN, .now = times_now()};
	struct status *s = reader(e);
	struct status_value *values;
	size_t n, cap = 0;

	(void)i;
	(void)ctx;
	if (s == NULL || find_column(s, ask->key, a, &q.column, e) != 0)
		return -1;
	if (ask->form == INV_EXACT && str_double(str_of(ask->value), -1e300, 1e300, &q.number) != 0)
		q.number = NAN;
	if ((INV_OP(ask->op) & INV_OPS_ORDER) != 0 && isnan(q.number))
		return err_set(e, ERR_INPUT, "status:%s is compared with a number, and \"%.60s\" is none", ask->key, ask->value);
	if (status_column_values(s, ask->key, a, &values, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (fits(&q, &values[k]))
			add_name(a, out, &cap, values[k].thing);
	return 0;
}

/* ---- level -------------------------------------------------------------------------- */

/* How bad: as status_worse. */
static const struct {
	const char *name;
	enum status_level level;
	int badness;
} levels[] = {{"ok", STATUS_OK, 0}, {"unknown", STATUS_UNKNOWN, 1}, {"warn", STATUS_WARN, 2}, {"critical", STATUS_CRITICAL, 3}};

static int
badness_of(enum status_level level)
{
	for (size_t i = 0; i < LARCH_COUNT(levels); i++)
		if (levels[i].level == level)
			return levels[i].badness;
	return 1;
}

static int
level_asked(const struct inv_term_ask *ask, int *out, struct err *e)
{
	for (size_t i = 0; ask->form == INV_EXACT && i < LARCH_COUNT(levels); i++)
		if (strcmp(levels[i].name, ask->value) == 0) {
			*out = levels[i].badness;
			return 0;
		}
	return err_set(e, ERR_INPUT, "\"%.60s\" is no level; there are ok, unknown, warn and critical, from good to bad", ask->value);
}

static int
level_names(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out, struct err *e)
{
	struct status_thing_level *list;
	struct status *s = reader(e);
	size_t n, cap = 0;
	int want = 0;

	(void)i;
	(void)ctx;
	if (s == NULL || level_asked(ask, &want, e) != 0 || status_levels(s, times_now(), a, &list, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		int is = badness_of(list[k].level);

		if (ask->op == INV_IS ? is == want : ask->op == INV_NOT ? is != want : holds(ask->op, is, want))
			add_name(a, out, &cap, list[k].thing);
	}
	return 0;
}

/* ---- since --------------------------------------------------------------------------- */

/* 2h: that long ago; a time; a day, from its beginning in UTC. */
static int
since_when(const char *text, int64_t now, int64_t *out, struct err *e)
{
	struct buf day = BUF(TIMES_TEXT);
	struct err lost;
	int64_t ms;
	int rc = 0;

	buf_printf(&day, "%sT00:00:00Z", text);
	if (times_duration(str_of(*text == '-' ? text + 1 : text), &ms, &lost) == 0)
		*out = now - ms;
	else if (!day.over && times_parse(buf_view(&day), &ms, &lost) == 0)
		*out = ms;
	else if (times_parse(str_of(text), &ms, &lost) == 0)
		*out = ms;
	else
		rc = err_set(e, ERR_INPUT, "\"%.60s\" is no time; 2h is that long ago, 2027-01-01 a day, 2027-01-01T22:00:00Z a time", text);
	buf_free(&day);
	return rc;
}

static int
since_names(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out, struct err *e)
{
	struct status *s = reader(e);
	int64_t since;

	(void)i;
	(void)ctx;
	if (s == NULL || since_when(ask->value, times_now(), &since, e) != 0)
		return -1;
	return status_changed_since(s, since, a, out, e);
}

static const struct inv_term rows[] = {
    {.word = "status", .value = INV_TEXT, .ops = INV_OP(INV_HAS) | INV_OPS_EQUAL | INV_OPS_ORDER, .keyed = true, .names = status_names,
     .what = "status:CHECK[OP VALUE]", .help = "it has a value of that check, and one that compares so", .example = "status:ping=down"},
    {.word = "level", .value = INV_TEXT, .ops = INV_OPS_EQUAL | INV_OPS_ORDER, .names = level_names,
     .what = "level:LEVEL", .help = "the worst level of its checks that count", .example = "level>=warn"},
    {.word = "since", .value = INV_WHEN, .ops = INV_OP(INV_IS), .names = since_names,
     .what = "since:WHEN", .help = "something of it changed within that time", .example = "since:2h"},
};

/* ---- groups -------------------------------------------------------------------------- */

static const char *const sources[] = {"genders", "dsh", "pdsh", "slurm"};

static bool
is_source(void *ctx, struct str name)
{
	(void)ctx;
	for (size_t i = 0; i < LARCH_COUNT(sources); i++)
		if (str_is(name, sources[i]))
			return true;
	return false;
}

/* Of several sources that have a group of the name the first one, in the order above. */
static int
group_members(void *ctx, struct str source, struct str name, struct arena *a, struct hosts *out, bool *known, struct err *e)
{
	const struct hosts_rules rules = {.empty_ok = true};
	struct status *s = reader(e);
	struct status_group *groups;
	size_t n;

	(void)ctx;
	*known = false;
	if (s == NULL) /* nobody has read a group yet: there is none */
		return 0;
	if (status_groups(s, a, &groups, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < LARCH_COUNT(sources); k++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(groups[i].source, sources[k]) == 0 && str_is(name, groups[i].name) &&
			    (source.p == NULL || str_is(source, groups[i].source))) {
				*known = true;
				return hosts_parse(str_of(groups[i].members), &rules, a, out, e);
			}
	return 0;
}

static const struct inv_groups groups = {
    .sources = "genders, dsh, pdsh and slurm", .source = is_source, .members = group_members};

void
status_terms_add(status_get_fn *get, void *ctx)
{
	get_reader = get;
	get_ctx = ctx;
	inv_groups_add(&groups);
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		inv_terms_add(&rows[i]);
}
