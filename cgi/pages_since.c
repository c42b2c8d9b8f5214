/* SPDX-License-Identifier: Apache-2.0 */
/* /since: what happened in the room since a time, rack by rack: the log of a shift. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define SHIFT_MS ((int64_t)8 * 60 * 60 * 1000) /* when nobody says since when */
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define EDITS 1000 /* of one answer: what inv_history hands out */

/* What a row says, in the order of the headline; the words are the API's too. */
enum kind { DIED, BACK, WORSE, BETTER, CHANGED, SWITCHED, EDITED, EVENT, KINDS };
static const struct {
	const char *word, *one, *many;
	bool things; /* counted by thing, not by row */
} kinds[KINDS] = {
    [DIED] = {"died", "node died", "nodes died", true},
    [BACK] = {"back", "came back", "came back", true},
    [WORSE] = {"worse", "got worse", "got worse", true},
    [BETTER] = {"better", "got better", "got better", true},
    [CHANGED] = {"changed", "other change", "other changes", false},
    [SWITCHED] = {"switched", "power action", "power actions", false},
    [EDITED] = {"edited", "edit", "edits", false},
    [EVENT] = {"event", "event", "events", false},
};

struct moment {
	int64_t at;
	enum kind kind;
	const char *thing, *rack;  /* "": nothing in particular; nowhere */
	const char *text;          /* one line */
	const char *who, *why;     /* "" */
	const char *href;          /* of the thing, the job or the history; NULL */
	char level;                /* of web_cell; 0 none */
};

struct shift {
	struct web_call *call;
	const struct pages_room *room;
	struct pages_filter filter;
	int64_t since, until;
	struct moment *moments;
	size_t n, cap;
	bool cut;                  /* there was more than one page tells */
};

/* ---- collecting ----------------------------------------------------------------------- */

static const char *
rack_of(const struct pages_room *r, const char *thing)
{
	const struct pages_node *n = pages_node_find(r, thing);
	const struct inv_place *p;

	if (n != NULL)
		return n->rack == NULL ? "" : n->rack;
	p = pages_place_find(&r->places, thing);
	return p == NULL || p->container == NULL ? "" : p->container;
}

static const char *
href_of(const struct shift *s, const char *thing)
{
	const struct pages_node *n = pages_node_find(s->room, thing);
	const struct inv_thing *t;

	if (n != NULL)
		return n->href;
	t = pages_thing_find(s->room, thing);
	return t == NULL ? NULL : pages_href(s->call->arena, t->type, t->name);
}

/* Is this to be told? 1, 0, or -1 with the sentence. thing "": nothing in particular. */
static int
wanted(struct shift *s, int64_t at, const char *thing, struct err *e)
{
	const char *q = web_text(s->call, "q");

	if (at < s->since || at > s->until)
		return 0;
	if (q == NULL || *q == '\0')
		return 1;
	return *thing == '\0' ? 0 : pages_filter_has(&s->filter, thing, q, e);
}

static void
add(struct shift *s, const struct moment *m)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 256 : s->cap * 2;
		struct moment *p = arena_array(s->call->arena, cap, sizeof(*p));

		if (s->n > 0)
			memcpy(p, s->moments, s->n * sizeof(*p));
		s->moments = p;
		s->cap = cap;
	}
	s->moments[s->n++] = *m;
}

static enum kind
kind_of(const struct status_change *c)
{
	bool life = strcmp(c->check, "ping") == 0 || strcmp(c->check, "ssh") == 0;

	if (life && c->to == STATUS_CRITICAL && c->from != STATUS_CRITICAL)
		return DIED;
	if (life && c->from == STATUS_CRITICAL && c->to == STATUS_OK)
		return BACK;
	if (c->from == c->to || (c->from == STATUS_UNKNOWN && c->to == STATUS_OK))
		return CHANGED; /* it was not known before, and is well: nothing got better */
	return status_worse(c->from, c->to) == c->to ? WORSE : BETTER;
}

static int
add_changes(struct shift *s, struct status *st, struct err *e)
{
	static const char letters[STATUS_LEVEL_COUNT] = {[STATUS_OK] = 'o', [STATUS_WARN] = 'w', [STATUS_CRITICAL] = 'c',
	    [STATUS_UNKNOWN] = 'u'};
	struct arena *a = s->call->arena;
	struct status_change *c;
	size_t n;

	if (status_changes(st, &(struct status_changes_ask){.since = s->since, .limit = LIMIT_SINCE}, a, &c, &n, e) != 0)
		return -1;
	s->cut = s->cut || n == LIMIT_SINCE;
	for (size_t i = 0; i < n; i++) {
		int is = wanted(s, c[i].at, c[i].thing, e);

		if (is < 0)
			return -1;
		if (is == 1)
			add(s, &(struct moment){.at = c[i].at, .kind = kind_of(&c[i]), .thing = c[i].thing, .who = "", .why = "",
			           .rack = rack_of(s->room, c[i].thing), .href = href_of(s, c[i].thing),
			           .level = letters[(unsigned)c[i].to % STATUS_LEVEL_COUNT],
			           .text = arena_printf(a, "%s %s, was %s", c[i].check, c[i].to_text, c[i].from_text)});
	}
	return 0;
}

static int
add_actions(struct shift *s, struct status *st, struct err *e)
{
	struct arena *a = s->call->arena;
	struct status_action *x;
	size_t n;

	if (status_actions(st, NULL, LIMIT_SINCE, a, &x, &n, e) != 0)
		return -1;
	s->cut = s->cut || (n == LIMIT_SINCE && x[n - 1].at >= s->since);
	for (size_t i = 0; i < n; i++) {
		int is = wanted(s, x[i].at, x[i].machine, e);

		if (is < 0)
			return -1;
		if (is == 1)
			add(s, &(struct moment){.at = x[i].at, .kind = SWITCHED, .thing = x[i].machine, .who = x[i].who, .why = x[i].why,
			           .rack = rack_of(s->room, x[i].machine), .level = pages_outcome_level(x[i].outcome),
			           .href = arena_printf(a, "/jobs/%lld", (long long)x[i].job),
			           .text = arena_printf(a, "%s via %s: %s%s%s, job %lld", x[i].verb, x[i].way, x[i].outcome,
			               *x[i].text == '\0' ? "" : ", ", x[i].text, (long long)x[i].job)});
	}
	return 0;
}

/* The things of an edit, and the rack that all of them are in; "" when they are in several. */
static const char *
edit_things(const struct shift *s, const struct inv_edit_row *x, const char **rack_out)
{
	struct arena *a = s->call->arena;
	struct hosts names = {arena_array(a, x->n_facts + 1, sizeof(char *)), 0};

	for (size_t i = 0; i < x->n_facts; i++)
		names.name[names.n++] = arena_strdup(a, x->facts[i].thing);
	hosts_sort(&names);
	*rack_out = names.n == 0 ? "" : rack_of(s->room, names.name[0]);
	for (size_t i = 1; i < names.n; i++)
		if (strcmp(rack_of(s->room, names.name[i]), *rack_out) != 0)
			*rack_out = "";
	return names.n == 0 ? "" : names.n == 1 ? names.name[0] : hosts_fold(&names, a);
}

/* An edit is about the query's things when one of its things is. */
static int
edit_wanted(struct shift *s, const struct inv_edit_row *x, struct err *e)
{
	const char *q = web_text(s->call, "q");
	int is = 0;

	if (q == NULL || *q == '\0')
		return wanted(s, x->at, "", e);
	for (size_t i = 0; is == 0 && i < x->n_facts; i++)
		is = wanted(s, x->at, x->facts[i].thing, e);
	return is;
}

static int
add_edits(struct shift *s, struct err *e)
{
	const struct inv_history_ask ask = {.since = s->since, .limit = EDITS, .facts = 20};
	struct arena *a = s->call->arena;
	struct inv *inv = pages_inv(s->call, e);
	struct inv_edit_row *x;
	size_t n;

	if (inv == NULL || inv_history(inv, &ask, a, &x, &n, e) != 0)
		return -1;
	s->cut = s->cut || n == EDITS;
	for (size_t i = 0; i < n; i++) {
		struct moment m = {.at = x[i].at, .kind = EDITED, .who = x[i].who, .why = x[i].why == NULL ? "" : x[i].why,
		    .href = "/history"};
		int is = edit_wanted(s, &x[i], e);

		if (is < 0)
			return -1;
		if (is == 0)
			continue;
		m.thing = edit_things(s, &x[i], &m.rack);
		m.text = x[i].n_facts == 0 ? "" : x[i].facts[0].text;
		if (x[i].n_all > 1)
			m.text = arena_printf(a, "%s; and %zu more", m.text, x[i].n_all - 1);
		add(s, &m);
	}
	return 0;
}

static int
add_events(struct shift *s, struct status *st, struct err *e)
{
	const struct status_event_ask ask = {.since = s->since, .limit = LIMIT_SINCE};
	struct status_event *x;
	size_t n;

	if (status_events(st, &ask, s->call->arena, &x, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int is = wanted(s, x[i].at, x[i].thing, e);

		if (is < 0)
			return -1;
		if (is == 1)
			add(s, &(struct moment){.at = x[i].at, .kind = EVENT, .thing = x[i].thing, .rack = "", .who = "", .why = "",
			           .text = x[i].text});
	}
	return 0;
}

/* What is in no rack comes last. */
static int
by_rack(const void *x, const void *y)
{
	const struct moment *a = x, *b = y;
	int c = (*a->rack == '\0') - (*b->rack == '\0');

	if (c == 0)
		c = str_natural(a->rack, b->rack);
	if (c == 0)
		c = (a->at > b->at) - (a->at < b->at);
	return c != 0 ? c : str_natural(a->thing, b->thing);
}

static int
collect(struct shift *s, struct err *e)
{
	struct status *st = pages_status(s->call);

	if (add_edits(s, e) != 0)
		return -1;
	if (st != NULL && (add_changes(s, st, e) != 0 || add_actions(s, st, e) != 0 || add_events(s, st, e) != 0))
		return -1;
	if (s->n > 1)
		qsort(s->moments, s->n, sizeof(*s->moments), by_rack);
	return 0;
}

/* ---- the headline ------------------------------------------------------------------------- */

static size_t
count(const struct shift *s, enum kind kind)
{
	struct hosts names = {arena_array(s->call->arena, s->n + 1, sizeof(char *)), 0};

	for (size_t i = 0; i < s->n; i++)
		if (s->moments[i].kind == kind)
			names.name[names.n++] = (char *)(uintptr_t)s->moments[i].thing; /* only sorted */
	if (kinds[kind].things)
		hosts_sort(&names);
	return names.n;
}

static const char *
headline(const struct shift *s)
{
	struct buf b = BUF(LIMIT_LOG_LINE);
	const char *text;

	for (int k = 0; k < KINDS; k++) {
		size_t n = count(s, (enum kind)k);

		if (n > 0)
			buf_printf(&b, "%s%zu %s", b.n == 0 ? "" : ", ", n, n == 1 ? kinds[k].one : kinds[k].many);
	}
	text = b.n == 0 ? "Nothing happened." : arena_strndup(s->call->arena, b.p, b.n);
	buf_free(&b);
	return text;
}

/* "22:14:05", with the day in front when the shift was longer than one. */
static const char *
clock_of(const struct shift *s, int64_t at)
{
	char text[TIMES_TEXT];

	times_room(at, text); /* "2026-11-20 22:38:05 +01:00" */
	return arena_strndup(s->call->arena, s->until - s->since > DAY_MS ? text + 5 : text + 11,
	    s->until - s->since > DAY_MS ? 14 : 8);
}

/* ---- as a page and as a text ----------------------------------------------------------------- */

static json_t *
moment_model(const struct shift *s, const struct moment *m)
{
	json_t *o = json_object();

	jsn_set_text(o, "clock", clock_of(s, m->at));
	jsn_set_text(o, "thing", m->thing);
	jsn_set_text(o, "href", m->href);
	jsn_set_text(o, "word", kinds[m->kind].word);
	jsn_set_text(o, "level", m->level == 'o' ? "level-ok" : m->level == 'w' ? "level-warn"
	        : m->level == 'c' ? "level-critical" : m->level == 'u' ? "level-unknown" : NULL);
	jsn_set(o, "letter", m->level == 0 ? json_null() : json_pack("s#", &(char){(char)(m->level == 'u' ? '?' : m->level - 'a' + 'A')}, 1));
	jsn_set_text(o, "text", m->text);
	jsn_set_text(o, "who", *m->who == '\0' ? NULL : m->who);
	jsn_set_text(o, "why", *m->why == '\0' ? NULL : m->why);
	return o;
}

static int
as_page(struct shift *s, struct err *e)
{
	json_t *m = json_object(), *racks = json_array(), *rows = NULL;
	char text[TIMES_TEXT];

	for (size_t i = 0; i < s->n; i++) {
		if (i == 0 || strcmp(s->moments[i].rack, s->moments[i - 1].rack) != 0) {
			json_t *o = json_object();

			rows = json_array();
			if (*s->moments[i].rack != '\0') {
				jsn_set_text(o, "rack", s->moments[i].rack);
				jsn_set_text(o, "href", href_of(s, s->moments[i].rack));
			}
			jsn_set(o, "rows", rows);
			jsn_add(racks, o);
		}
		jsn_add(rows, moment_model(s, &s->moments[i]));
	}
	jsn_set_text(m, "title", "Since");
	jsn_set_text(m, "from", times_room(s->since, text));
	jsn_set_text(m, "to", times_room(s->until, text));
	jsn_set_text(m, "since", times_utc(s->since / 1000 * 1000, text));
	jsn_set_text(m, "until", web_has(s->call, "until") ? times_utc(s->until, text) : "");
	jsn_set_text(m, "q", web_text(s->call, "q"));
	jsn_set_text(m, "headline", headline(s));
	jsn_set(m, "cut", json_boolean(s->cut));
	jsn_set(m, "racks", racks);
	return web_page(s->call, NULL, m, e);
}

static int
as_text(struct shift *s, struct err *e)
{
	struct buf b = BUF(LIMIT_PAGE);
	char from[TIMES_TEXT], to[TIMES_TEXT];
	size_t wide = 1;
	int rc;

	for (size_t i = 0; i < s->n; i++)
		if (strlen(s->moments[i].thing) > wide && strlen(s->moments[i].thing) <= 24)
			wide = strlen(s->moments[i].thing);
	buf_printf(&b, "from %s to %s\n%s\n", times_room(s->since, from), times_room(s->until, to), headline(s));
	if (s->cut)
		buf_puts(&b, "There was more than fits here: ask for a shorter time.\n");
	for (size_t i = 0; i < s->n; i++) {
		const struct moment *m = &s->moments[i];

		if (i == 0 || strcmp(m->rack, s->moments[i - 1].rack) != 0)
			buf_printf(&b, "\n%s\n", *m->rack == '\0' ? "in no rack" : m->rack);
		buf_printf(&b, "  %s  %-8s  %-*s  ", clock_of(s, m->at), kinds[m->kind].word, (int)wide, m->thing);
		buf_plain(&b, str_of(m->text));
		if (*m->who != '\0')
			buf_printf(&b, ", by %s", m->who);
		if (*m->why != '\0') {
			buf_puts(&b, ": ");
			buf_plain(&b, str_of(m->why));
		}
		buf_char(&b, '\n');
	}
	rc = b.over ? err_set(e, ERR_LIMIT, "That is more than %u bytes; ask for a shorter time.", LIMIT_PAGE)
	            : web_plain(s->call, 200, buf_view(&b), e);
	buf_free(&b);
	return rc;
}

/* ---- as data ---------------------------------------------------------------------------------- */

static const struct moment *
moment(const void *ctx, size_t row)
{
	return &((const struct shift *)ctx)->moments[row];
}

static struct web_cell
at_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(moment(ctx, row)->at);
}

static struct web_cell
kind_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(kinds[moment(ctx, row)->kind].word);
}

static struct web_cell
rack_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(moment(ctx, row)->rack);
}

static struct web_cell
thing_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(moment(ctx, row)->thing);
}

static struct web_cell
text_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(moment(ctx, row)->text);
}

static struct web_cell
who_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(moment(ctx, row)->who);
}

static struct web_cell
why_cell(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(moment(ctx, row)->why);
}

static const struct pages_column columns[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, at_cell},
    {{.key = "rack", .title = "Rack"}, rack_cell},
    {{.key = "thing", .title = "Thing"}, thing_cell},
    {{.key = "kind", .title = "What"}, kind_cell},
    {{.key = "text", .title = "What happened"}, text_cell},
    {{.key = "who", .title = "Who"}, who_cell},
    {{.key = "why", .title = "Why"}, why_cell},
};

static int
as_data(struct shift *s, struct err *e)
{
	struct web_table t = pages_table(s->call, &(struct pages_table){"items", "Since", "Nothing happened.", columns,
	                                     LARCH_COUNT(columns), s->n, s});
	json_t *m = json_object(), *counts = json_object();
	char text[TIMES_TEXT];

	for (int k = 0; k < KINDS; k++)
		jsn_set(counts, kinds[k].word, json_integer((json_int_t)count(s, (enum kind)k)));
	jsn_set_text(m, "since", times_utc(s->since, text));
	jsn_set_text(m, "until", times_utc(s->until, text));
	jsn_set(m, "counts", counts);
	jsn_set_text(m, "headline", headline(s));
	jsn_set(m, "cut", json_boolean(s->cut));
	return web_show(s->call, NULL, m, &t, 1, e);
}

int
pages_since(struct web_call *c, struct err *e)
{
	struct shift s = {.call = c, .filter = {.call = c}, .since = web_int(c, "t", c->now - SHIFT_MS),
	    .until = web_int(c, "until", c->now)};
	struct pages_room *r;
	int rc;

	if (!web_has(c, "until") && s.since > s.until && s.since - s.until < 1000)
		s.since = s.until; /* "now", which was read a moment after the call began */
	if (s.since > s.until)
		return err_set(e, ERR_INPUT, "'t' is later than %s.", web_has(c, "until") ? "'until'" : "now");
	r = pages_room_get(c, e);
	if (r == NULL)
		return -1;
	s.room = r;
	if (collect(&s, e) != 0)
		rc = -1;
	else if (c->format == WEB_HTML)
		rc = as_page(&s, e);
	else
		rc = c->format == WEB_TXT ? as_text(&s, e) : as_data(&s, e);
	pages_room_put(c, r);
	return rc;
}
