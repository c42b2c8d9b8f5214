/* SPDX-License-Identifier: Apache-2.0 */
/* "/": what is wrong now, and what is going on. "/help": how to read it. */
#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define CHANGES_SHOWN 20
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* ---- what is wrong: things with the same trouble are one row -------------------------------- */

struct problem {
	const char *check, *text, *detail;
	enum status_level level;
	struct hosts things;
	const char *one_type;   /* of the first thing: where its link leads */
	int64_t since, at;      /* earliest since, oldest sight */
	bool stale;
	const char *folded;
};

struct front {
	struct web_call *call;
	const struct pages_room *room;
	struct problem *problems;
	size_t n_problems;
	struct status_job *jobs;
	size_t n_jobs;
	struct status_change *changes;
	size_t n_changes;
};

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
		if (f->room->values[i].level != STATUS_OK)
			bad[n++] = &f->room->values[i];
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
    {{.key = "detail", .title = "Why"}, problem_detail},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, problem_since},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, problem_age},
};

/* ---- what is going on -------------------------------------------------------------------------- */

static const struct status_job *
job(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->jobs[row];
}

static struct web_cell
job_id(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;

	(void)now;
	return web_cell_link(arena_printf(f->call->arena, "%lld", (long long)job(ctx, row)->id),
	    arena_printf(f->call->arena, "/jobs/%lld", (long long)job(ctx, row)->id));
}

static struct web_cell
job_state(const void *ctx, size_t row, int64_t now)
{
	static const struct {
		const char *state;
		char level;
	} levels[] = {{"ok", 'o'}, {"waiting", 'o'}, {"running", 'o'}, {"paused", 'w'}, {"partial", 'w'}, {"refused", 'w'},
	    {"failed", 'c'}, {"unknown", 'u'}};
	struct web_cell made = web_cell_text(job(ctx, row)->state);

	(void)now;
	made.level = 'u';
	for (size_t i = 0; i < LARCH_COUNT(levels); i++)
		if (strcmp(levels[i].state, made.text) == 0)
			made.level = levels[i].level;
	return made;
}

static struct web_cell
job_what(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const struct status_job *j = job(ctx, row);

	(void)now;
	return web_cell_text(arena_printf(f->call->arena, "%s %s", j->verb, j->machines));
}

static struct web_cell
job_way(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->way);
}

static struct web_cell
job_steps(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;

	(void)now;
	return web_cell_text(arena_printf(f->call->arena, "%lld of %lld", (long long)job(ctx, row)->done,
	    (long long)job(ctx, row)->total));
}

static struct web_cell
job_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->who);
}

static struct web_cell
job_reason(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->reason);
}

static struct web_cell
job_created(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(job(ctx, row)->created);
}

static const struct pages_column job_columns[] = {
    {{.key = "job", .title = "Job", .kind = WEB_COL_LINK}, job_id},
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, job_state},
    {{.key = "what", .title = "What"}, job_what},
    {{.key = "way", .title = "Way"}, job_way},
    {{.key = "steps", .title = "Steps"}, job_steps},
    {{.key = "who", .title = "Who"}, job_who},
    {{.key = "reason", .title = "Why"}, job_reason},
    {{.key = "created", .title = "Asked", .kind = WEB_COL_TIME}, job_created},
};

static const struct status_change *
change(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->changes[row];
}

static struct web_cell
change_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(change(ctx, row)->at);
}

static struct web_cell
change_thing(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const struct inv_thing *t = pages_thing_find(f->room, change(ctx, row)->thing);

	(void)now;
	return web_cell_link(change(ctx, row)->thing,
	    t == NULL ? NULL : pages_href(f->call->arena, t->type, t->name));
}

static struct web_cell
change_check(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(change(ctx, row)->check);
}

static struct web_cell
change_from(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)change(ctx, row)->from, change(ctx, row)->from_text, 0, false);
}

static struct web_cell
change_to(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)change(ctx, row)->to, change(ctx, row)->to_text, 0, false);
}

static const struct pages_column change_columns[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, change_at},
    {{.key = "thing", .title = "Thing", .kind = WEB_COL_LINK}, change_thing},
    {{.key = "check", .title = "Check"}, change_check},
    {{.key = "from", .title = "Was", .kind = WEB_COL_LEVEL}, change_from},
    {{.key = "to", .title = "Became", .kind = WEB_COL_LEVEL}, change_to},
};

/* ---- counts ------------------------------------------------------------------------------------------ */

/* How many have each word. What is stale or unknown is not counted as what it last was; "other" is every other word. */
#define WORDS 4
struct tally {
	const char *key, *label, *href;
	const char *filter; /* the address of those with a word, up to the word; NULL: there is none */
	const char *groups; /* where the unknown stand together: those that were never seen fit no query of status */
	struct {
		const char *word;
		enum status_level level;
		size_t n;
	} words[WORDS];     /* the first is the good one, and always shown */
	size_t unknown;
};

static void
tally(struct tally *t, const struct status_value *v, int64_t now)
{
	const char *word = pages_known_word(v, now);
	size_t k = 0;

	if (word == NULL) {
		t->unknown++;
		return;
	}
	while (k + 1 < WORDS && (t->words[k].word == NULL || strcmp(t->words[k].word, word) != 0))
		k++;
	t->words[k].n++;
}

static json_t *
tally_json(const struct tally *t)
{
	json_t *o = json_object();
	size_t total = t->unknown;

	for (size_t k = 0; k < WORDS; k++)
		total += t->words[k].n;
	jsn_set(o, "total", json_integer((json_int_t)total));
	for (size_t k = 0; k < WORDS; k++)
		if (t->words[k].word != NULL)
			jsn_set(o, t->words[k].word, json_integer((json_int_t)t->words[k].n));
	jsn_set(o, "unknown", json_integer((json_int_t)t->unknown));
	return o;
}

static void
word_add(json_t *list, struct arena *a, const struct tally *t, const char *word, const char *level, size_t n)
{
	json_t *o = json_object();

	jsn_set(o, "n", json_integer((json_int_t)n));
	jsn_set_text(o, "word", word);
	jsn_set_text(o, "level", level);
	if (t->filter == NULL || strcmp(word, "other") == 0)
		jsn_set(o, "filter", json_false());
	else if (strcmp(word, "unknown") == 0)
		jsn_set_text(o, "filter", t->groups);
	else
		jsn_set_text(o, "filter", arena_printf(a, "%s%s", t->filter, word));
	jsn_add(list, o);
}

static json_t *
tally_html(const struct tally *t, struct arena *a)
{
	static const char *const levels[STATUS_LEVEL_COUNT] = {[STATUS_OK] = "level-ok", [STATUS_WARN] = "level-warn",
	    [STATUS_CRITICAL] = "level-critical", [STATUS_UNKNOWN] = "level-unknown"};
	json_t *o = json_object(), *list = json_array();

	jsn_set_text(o, "label", t->label);
	jsn_set_text(o, "href", t->href);
	for (size_t k = 0; k < WORDS; k++)
		if (k == 0 || t->words[k].n > 0)
			word_add(list, a, t, t->words[k].word, levels[t->words[k].level], t->words[k].n);
	if (t->unknown > 0)
		word_add(list, a, t, "unknown", levels[STATUS_UNKNOWN], t->unknown);
	jsn_set(o, "words", list);
	return o;
}

/* Only what can be known is counted: a machine without an address answers no ping, one without wiring has no outlets. */
static json_t *
counts(const struct front *f)
{
	struct tally all[] = {
	    {"machines", "Machines", "/nodes", "/nodes?q=status:ping=", "/nodes?show=all&group=ping",
	        {{"up", STATUS_OK, 0}, {"down", STATUS_CRITICAL, 0}, {NULL, 0, 0}, {"other", STATUS_WARN, 0}}, 0},
	    {"power", "Power", "/nodes?sort=outlets", "/nodes?q=status:outlets=", "/nodes?show=all&group=outlets",
	        {{"on", STATUS_OK, 0}, {"off", STATUS_WARN, 0}, {"mixed", STATUS_WARN, 0}, {"other", STATUS_WARN, 0}}, 0},
	    {"pdus", "PDUs", "/pdus", NULL, NULL,
	        {{"ok", STATUS_OK, 0}, {"silent", STATUS_CRITICAL, 0}, {NULL, 0, 0}, {"other", STATUS_CRITICAL, 0}}, 0},
	};
	bool html = f->call->format == WEB_HTML;
	json_t *o = html ? json_array() : json_object();

	for (size_t i = 0; i < f->room->n_nodes; i++) {
		const struct pages_node *n = &f->room->nodes[i];

		const struct status_value *ping = pages_value(f->room, n, "ping"), *power = pages_value(f->room, n, "outlets");

		if (ping != NULL || (n->thing != NULL && inv_attr(n->thing, "address") != NULL))
			tally(&all[0], ping, f->call->now);
		if (power != NULL || n->n_cords > 0)
			tally(&all[1], power, f->call->now);
	}
	for (size_t i = 0; i < f->room->n_pdus; i++)
		tally(&all[2], f->room->pdus[i].value, f->call->now);
	for (size_t i = 0; i < LARCH_COUNT(all); i++)
		if (html)
			jsn_add(o, tally_html(&all[i], f->call->arena));
		else
			jsn_set(o, all[i].key, tally_json(&all[i]));
	return o;
}

/* ---- the page ------------------------------------------------------------------------------------------ */

static json_t *
model_of(struct front *f, struct status *s, struct err *e)
{
	json_t *m = json_object();
	int64_t unsettled = s == NULL ? 0 : status_unsettled(s);
	struct status_pulse pulse;
	char text[TIMES_TEXT];

	jsn_set(m, "counts", counts(f));
	jsn_set(m, "unsettled", unsettled == 0 ? json_false() : json_integer(unsettled));
	jsn_set(m, "one_unsettled", json_boolean(unsettled == 1));
	if (status_pulse(s, f->call->arena, &pulse, e) == 0 && pulse.sweep_ended != 0) {
		jsn_set_text(m, "swept_age", times_age(f->call->now - pulse.sweep_ended, text));
		jsn_set(m, "swept_things", json_integer(pulse.sweep_things));
	}
	if (f->call->format == WEB_HTML) {
		jsn_set_text(m, "title", "Now");
		jsn_set(m, "empty_room", json_boolean(f->room->n_things == 0));
	}
	return m;
}

static int
show(struct front *f, struct status *s, struct err *e)
{
	const struct pages_table rows[] = {
	    {"problems", "What is wrong now", "Nothing that is watched is wrong.", problem_columns,
	        LARCH_COUNT(problem_columns), f->n_problems, f},
	    {"jobs", "Power jobs", "No job is open, and none ended in the last hour.", job_columns, LARCH_COUNT(job_columns),
	        f->n_jobs, f},
	    {"changes", "Newest changes", "Nothing changed in the last day.", change_columns, LARCH_COUNT(change_columns),
	        f->n_changes, f},
	};
	struct web_table tables[LARCH_COUNT(rows)];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		tables[i] = pages_table(f->call, &rows[i]);
		tables[i].given = true;
		tables[i].total = rows[i].n;
	}
	return web_show(f->call, NULL, model_of(f, s, e), tables, LARCH_COUNT(tables), e);
}

int
pages_front(struct web_call *c, struct err *e)
{
	struct front f = {.call = c};
	struct pages_room *r = pages_room_get(c, e);
	struct status *s = pages_status(c);
	int rc = -1;

	if (r == NULL)
		return -1;
	f.room = r;
	gather(&f);
	if (s == NULL ||
	    (status_jobs(s, c->arena, &f.jobs, &f.n_jobs, e) == 0 &&
	        status_changes(s, &(struct status_changes_ask){.since = c->now - DAY_MS, .limit = CHANGES_SHOWN}, c->arena, &f.changes,
	            &f.n_changes, e) == 0))
		rc = show(&f, s, e);
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
