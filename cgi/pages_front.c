/* SPDX-License-Identifier: Apache-2.0 */
/* "/": what is wrong now, and what is going on. "/help": how to read it. */
#include <stdlib.h>
#include <string.h>

#include "pages_front.h"

#define CHANGES_SHOWN 20
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* ---- what is wrong: things with the same trouble are one row -------------------------------- */

/* Severity in the order people want it: critical, unknown, warn. */
static int
rank(enum status_level l)
{
	static const int ranks[STATUS_LEVEL_COUNT] = {
	    [STATUS_CRITICAL] = 0, [STATUS_UNKNOWN] = 1, [STATUS_WARN] = 2, [STATUS_OK] = 3};

	return (unsigned)l < STATUS_LEVEL_COUNT ? ranks[l] : 1;
}

static int
same_text(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

static int
by_trouble(const void *x, const void *y)
{
	const struct status_value *a = *(const struct status_value *const *)x;
	const struct status_value *b = *(const struct status_value *const *)y;
	int c = rank(a->level) - rank(b->level);

	if (c == 0)
		c = strcmp(a->check, b->check);
	if (c == 0)
		c = strcmp(a->text, b->text);
	if (c == 0)
		c = same_text(a->detail, b->detail);
	return c != 0 ? c : str_natural(a->thing, b->thing);
}

static bool
same_trouble(const struct problem *p, const struct status_value *v)
{
	return p->level == v->level && strcmp(p->check, v->check) == 0 && strcmp(p->text, v->text) == 0 &&
	    same_text(p->detail, v->detail) == 0;
}

static void
add_to(struct problem *p, const struct status_value *v, int64_t now)
{
	p->things.name[p->things.n++] = (char *)(uintptr_t)v->thing; /* only read, by hosts_fold */
	if (p->since == 0 || v->since < p->since)
		p->since = v->since;
	if (p->at == 0 || v->at < p->at)
		p->at = v->at;
	p->stale = p->stale || status_stale(v->at, v->interval, now);
}

static void
gather(struct front *f)
{
	struct arena *a = f->call->arena;
	const struct status_value **bad = arena_array(a, f->room->n_values + 1, sizeof(void *));
	size_t n = 0;

	for (size_t i = 0; i < f->room->n_values; i++)
		if (f->room->values[i].level != STATUS_OK && (f->call->format != WEB_HTML || !pages_front_is_drained(&f->room->values[i])))
			bad[n++] = &f->room->values[i]; /* on the page the drained have a table of their own */
	if (n > 1)
		qsort(bad, n, sizeof(void *), by_trouble);
	f->problems = arena_array(a, n + 1, sizeof(*f->problems));
	for (size_t i = 0; i < n; i++) {
		struct problem *p = &f->problems[f->n_problems == 0 ? 0 : f->n_problems - 1];

		if (f->n_problems == 0 || !same_trouble(p, bad[i])) {
			p = &f->problems[f->n_problems++];
			*p = (struct problem){.check = bad[i]->check, .text = bad[i]->text, .detail = bad[i]->detail,
			    .level = bad[i]->level};
			p->things.name = arena_array(a, n - i, sizeof(char *));
		}
		add_to(p, bad[i], f->call->now);
	}
	for (size_t i = 0; i < f->n_problems; i++) {
		const struct inv_thing *t = pages_thing_find(f->room, f->problems[i].things.name[0]);

		f->problems[i].folded = hosts_fold(&f->problems[i].things, a);
		f->problems[i].one_type = t == NULL ? "" : t->type;
	}
}

static const struct problem *
problem(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->problems[row];
}

static struct web_cell
problem_state(const void *ctx, size_t row, int64_t now)
{
	const struct problem *p = problem(ctx, row);

	(void)now;
	return web_cell_level((int)p->level, p->text, 0, p->stale);
}

static struct web_cell
problem_check(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(problem(ctx, row)->check);
}

static struct web_cell
problem_things(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const struct problem *p = problem(ctx, row);
	struct arena *a = f->call->arena;
	struct buf b = BUF(LIMIT_URL);
	const char *href;

	(void)now;
	if (p->things.n == 1)
		return web_cell_link(p->things.name[0], pages_href(a, p->one_type, p->things.name[0]));
	buf_puts(&b, strcmp(p->check, "pdu") == 0 ? "/pdus?q=" : "/nodes?q=");
	buf_url(&b, str_of(p->folded));
	href = b.over ? NULL : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return web_cell_link(p->folded, href);
}

static struct web_cell
problem_count(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)problem(ctx, row)->things.n);
}

static struct web_cell
problem_detail(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(problem(ctx, row)->detail == NULL ? "" : problem(ctx, row)->detail);
}

static struct web_cell
problem_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(problem(ctx, row)->since);
}

static struct web_cell
problem_age(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return (struct web_cell){.at = problem(ctx, row)->at, .stale = problem(ctx, row)->stale};
}

static const struct pages_column problem_columns[] = {
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, problem_state},
    {{.key = "check", .title = "Check"}, problem_check},
    {{.key = "things", .title = "Where", .kind = WEB_COL_LINK}, problem_things},
    {{.key = "count", .title = "How many", .kind = WEB_COL_NUMBER}, problem_count},
    {{.key = "detail", .title = "Why", .prose = true}, problem_detail},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, problem_since},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, problem_age},
};

/* ---- the page ------------------------------------------------------------------------------------------ */

static void
words_of_sweep(struct front *f, json_t *m)
{
	struct status_pulse pulse;
	char text[TIMES_TEXT];
	struct err lost;

	if (f->status == NULL || status_pulse(f->status, f->call->arena, &pulse, &lost) != 0 || pulse.sweep_ended == 0)
		return;
	jsn_set_text(m, "swept_age", times_age(f->call->now - pulse.sweep_ended, text));
	jsn_set(m, "swept_things", json_integer(pulse.sweep_things));
}

static json_t *
model_of(struct front *f)
{
	json_t *m = json_object();
	int64_t unsettled = f->status == NULL ? 0 : status_unsettled(f->status);
	size_t sick = f->room->n_nodes - f->level[STATUS_OK];

	jsn_set(m, "counts", pages_front_counts(f));
	jsn_set(m, "nodes", json_integer((json_int_t)f->room->n_nodes));
	jsn_set(m, "levels", pages_front_levels(f));
	jsn_set(m, "availability", pages_front_share_model(f));
	jsn_set(m, "slurm", pages_front_states(f));
	jsn_set(m, "unsettled", unsettled == 0 ? json_false() : json_integer(unsettled));
	jsn_set(m, "one_unsettled", json_boolean(unsettled == 1));
	words_of_sweep(f, m);
	if (f->call->format != WEB_HTML)
		return m;
	jsn_set_text(m, "title", "Now");
	pages_tags_all(f->call, m);
	jsn_set(m, "empty_room", json_boolean(f->room->n_things == 0));
	jsn_set(m, "sick", sick == 0 ? json_false() : json_integer((json_int_t)sick));
	jsn_set(m, "one_sick", json_boolean(sick == 1));
	jsn_set(m, "has_availability", json_boolean(f->n_shared > 0));
	jsn_set(m, "has_slurm", json_boolean(f->n_slurm > 0));
	jsn_set(m, "n_slurm", json_integer((json_int_t)f->n_slurm));
	jsn_set(m, "has_glass", json_boolean(f->n_glass > 0));
	jsn_set(m, "has_unsettled", json_boolean(f->n_unsettled > 0));
	jsn_set(m, "has_told", json_boolean(f->n_told > 0));
	jsn_set(m, "has_problems", json_boolean(f->n_problems > 0));
	jsn_set(m, "has_advice", json_boolean(f->n_advice > 0));
	jsn_set(m, "has_drained", json_boolean(f->n_drained > 0));
	jsn_set(m, "has_jobs", json_boolean(f->n_jobs > 0));
	jsn_set(m, "has_sweeps", json_boolean(f->n_lanes > 0));
	jsn_set(m, "has_changes", json_boolean(f->n_changes > 0));
	jsn_set(m, "calm", json_boolean(sick == 0 && unsettled == 0 && f->n_glass == 0 && f->n_problems == 0 && f->n_told == 0 && f->n_drained == 0 &&
	    f->status != NULL && f->room->n_nodes > 0));
	pages_front_grants(f->call, f->status, m);
	return m;
}

static int
show(struct front *f, struct err *e)
{
	const struct pages_table rows[] = {
	    {"break_glass", "Uses of the break-glass account", "Nobody used it in the last day.", pages_front_glass,
	        pages_front_glass_n, f->n_glass, f},
	    {"unsettled_steps", "Power steps that nobody knows the outcome of", "What was sent has been read back.",
	        pages_front_unsettled, pages_front_unsettled_n, f->n_unsettled, f},
	    {"problems", "What is wrong now", "Nothing that is watched is wrong.", problem_columns,
	        LARCH_COUNT(problem_columns), f->n_problems, f},
	    {"advice", "What to do", "Nothing is advised.", pages_front_advice, pages_front_advice_n, f->n_advice, f},
	    {"drained", "Not used by Slurm", "Slurm uses all of its nodes.", pages_front_drained, pages_front_drained_n, f->n_drained, f},
	    {"told", "Messages that did not go out", "All messages went out.", pages_front_told, pages_front_told_n, f->n_told, f},
	    {"jobs", "Power jobs", "No job is open, and none ended in the last hour.", pages_front_jobs, pages_front_jobs_n,
	        f->n_jobs, f},
	    {"changes", "Newest changes", "Nothing changed in the last day.", pages_front_changes, pages_front_changes_n,
	        f->n_changes, f},
	    {"sweeps", "How the checks go", "larchd has not said how its checks go.", pages_front_lanes, pages_front_lanes_n, f->n_lanes,
	        f},
	};
	struct web_table tables[LARCH_COUNT(rows)];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		tables[i] = pages_table(f->call, &rows[i]);
		tables[i].given = true;
		tables[i].total = rows[i].n;
	}
	return web_show(f->call, NULL, model_of(f), tables, LARCH_COUNT(tables), e);
}

/* Of all rules, those whose last message did not go out. */
static int
read_told(struct front *f, struct err *e)
{
	struct status_told *all;
	size_t n;

	if (status_told(f->status, f->call->arena, &all, &n, e) != 0)
		return -1;
	f->told = all;
	for (size_t i = 0; i < n; i++)
		if (*all[i].trouble != '\0')
			f->told[f->n_told++] = all[i];
	return 0;
}

static int
read_status(struct front *f, struct err *e)
{
	const struct status_changes_ask ask = {.since = f->call->now - DAY_MS, .limit = CHANGES_SHOWN};
	struct arena *a = f->call->arena;

	if (f->status == NULL)
		return 0;
	return status_jobs(f->status, a, &f->jobs, &f->n_jobs, e) != 0 ||
	            status_changes(f->status, &ask, a, &f->changes, &f->n_changes, e) != 0 || read_told(f, e) != 0 ||
	            status_lanes(f->status, a, &f->lanes, &f->n_lanes, e) != 0
	        ? -1
	        : 0;
}

int
pages_front(struct web_call *c, struct err *e)
{
	struct front f = {.call = c, .status = pages_status(c)};
	struct pages_room *r = pages_room_get(c, e);
	int rc = -1;

	if (r == NULL)
		return -1;
	f.room = r;
	for (size_t i = 0; i < r->n_nodes; i++)
		f.level[(unsigned)pages_level(r, &r->nodes[i], c->now) % STATUS_LEVEL_COUNT]++;
	gather(&f);
	pages_front_slurm(&f);
	pages_front_advise(&f);
	if (read_status(&f, e) == 0 && pages_front_alarms(&f, e) == 0 && pages_front_shares(&f, e) == 0)
		rc = show(&f, e);
	pages_room_put(c, r);
	return rc;
}

int
pages_help(struct web_call *c, struct err *e)
{
	json_t *m = json_object();

	jsn_set_text(m, "title", "How to read it");
	return web_page(c, NULL, m, e);
}
