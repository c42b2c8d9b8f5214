/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes/NAME/history.svg: how the checks of one machine went, as strips of a day, a week or a month. */
#include <string.h>

#include "pages_node.h"
#include "web/svg.h"

#define COLUMNS 720             /* of time, and user units of width */
#define QUARTER_MS ((int64_t)15 * 60 * 1000) /* the finest step of a zone's offset */
#define TICKS 40

const char *const pages_spans[] = {"24h", "7d", "30d", NULL};

/* A span, and at which times of the room's clock it has a mark. */
static const struct span {
	const char *word, *spoken;
	int64_t ms;
	int hours;              /* a mark at each multiple of so many */
	int days;               /* 0: hours are written; else each so many days, and the date is */
} spans[] = {
    {"24h", "the last 24 hours", (int64_t)24 * 60 * 60 * 1000, 3, 0},
    {"7d", "the last 7 days", (int64_t)7 * 24 * 60 * 60 * 1000, 24, 1},
    {"30d", "the last 30 days", (int64_t)30 * 24 * 60 * 60 * 1000, 24, 5},
};

struct history {
	struct node_page *page;
	struct arena *a;
	const struct span *span;
	int64_t from, now, watched; /* watched: until when anybody looked at all */
	struct status_gap *gap;
	size_t n_gaps;
};

/* ---- levels in columns ------------------------------------------------------------------------------ */

/* What a column shows that was more than one thing: what a person wants to see first. */
static int
rank(char level)
{
	static const char order[] = "-ouwc";
	const char *at = strchr(order, level);

	return at == NULL ? 0 : (int)(at - order);
}

static size_t
column_of(const struct history *h, int64_t at)
{
	int64_t k = at <= h->from ? 0 : (at - h->from) * COLUMNS / (h->span->ms + 1);

	return (size_t)(k >= COLUMNS ? COLUMNS - 1 : k);
}

/* From `from` up to `to` it was so; a moment of it is seen, too. */
static void
paint(const struct history *h, char *levels, int64_t from, int64_t to, char level)
{
	size_t last;

	if (to > h->now)
		to = h->now;
	if (to <= h->from || to <= from)
		return;
	last = column_of(h, to - 1);
	for (size_t k = column_of(h, from); k <= last; k++)
		if (rank(level) > rank(levels[k]))
			levels[k] = level;
}

/* Nobody looked: what was there before is not known to have gone on. */
static void
blank(const struct history *h, char *levels, int64_t from, int64_t to)
{
	size_t first = column_of(h, from), last;

	if (to <= h->from || from >= h->now || to <= from)
		return;
	last = column_of(h, to - 1);
	for (size_t k = first + (from > h->from); k < last + (to >= h->now); k++)
		levels[k] = '-';
}

static char
letter(enum status_level l)
{
	static const char letters[STATUS_LEVEL_COUNT] = {'o', 'w', 'c', 'u'};

	return letters[(unsigned)l % STATUS_LEVEL_COUNT];
}

/* Backwards from what it is now, through its changes (newest first), each of which says what was before. */
static const char *
levels_of(const struct history *h, const struct status_value *v, const struct status_change *changes, size_t n)
{
	char *levels = arena_alloc(h->a, COLUMNS + 1);
	int64_t until = h->now, stale_at = v->at + 2 * v->interval;
	enum status_level level = v->level;

	memset(levels, '-', COLUMNS);
	levels[COLUMNS] = '\0';
	if (status_stale(v->at, v->interval, h->now)) {
		paint(h, levels, stale_at, until, 'u');
		until = stale_at;
	}
	for (size_t i = 0; i < n; i++) {
		const struct status_change *c = &changes[i];

		if (strcmp(c->check, v->check) != 0 || strcmp(c->thing, v->thing) != 0)
			continue;
		paint(h, levels, c->at, until, letter(level));
		until = c->at < until ? c->at : until;
		level = c->from;
		if (c->born)
			until = h->from;
	}
	paint(h, levels, h->from, until, letter(level));
	for (size_t i = 0; i < h->n_gaps; i++)
		blank(h, levels, h->gap[i].began, h->gap[i].ended);
	blank(h, levels, h->watched, h->now);
	return levels;
}

/* ---- marks of time -------------------------------------------------------------------------------------- */

/* Does this moment get a mark? Its text then, in the room's time: "2026-11-20 22:38:05 +01:00". */
static const char *
tick_text(const struct history *h, int64_t at)
{
	char text[TIMES_TEXT];
	int64_t hour, day;

	times_room(at, text);
	if (memcmp(text + 13, ":00:00", 6) != 0 || str_int((struct str){text + 11, 2}, 0, 23, &hour) != 0 ||
	    str_int((struct str){text + 8, 2}, 1, 31, &day) != 0)
		return NULL;
	if (hour % h->span->hours != 0 || (h->span->days > 0 && (day - 1) % h->span->days != 0))
		return NULL;
	return arena_strndup(h->a, h->span->days > 0 ? text + 5 : text + 11, 5);
}

static size_t
ticks(const struct history *h, struct web_tick *out)
{
	size_t n = 0;

	for (int64_t at = h->from + QUARTER_MS - h->from % QUARTER_MS; at < h->now && n < TICKS; at += QUARTER_MS) {
		const char *text = tick_text(h, at);

		if (text != NULL)
			out[n++] = (struct web_tick){column_of(h, at), text};
	}
	return n;
}

/* ---- the picture ------------------------------------------------------------------------------------------ */

/* "Ping critical now, for 3 h; ...": what somebody gets who cannot see it. */
static const char *
description(const struct history *h)
{
	const struct node_page *p = h->page;
	struct buf b = BUF(LIMIT_STATUS_DATA);
	const char *made;
	char text[TIMES_TEXT];

	for (size_t i = 0; i < p->n_values; i++)
		buf_printf(&b, "%s%s is %s for %s", i == 0 ? "" : "; ", pages_node_title(p, p->values[i].check),
		    status_level_name(p->values[i].level), times_age(h->now - p->values[i].since, text));
	buf_puts(&b, b.n == 0 ? "Nothing was ever seen of it." : ".");
	made = arena_strndup(h->a, b.p, b.n);
	buf_free(&b);
	return made;
}

static int
draw(const struct history *h, struct buf *out, struct err *e)
{
	const struct node_page *p = h->page;
	struct web_strip *strip = arena_array(h->a, p->n_values + 1, sizeof(*strip));
	const struct status_changes_ask ask = {.thing = p->thing.name, .since = h->from, .births = true, .level_only = false};
	struct web_tick tick[TICKS];
	struct status_change *changes = NULL;
	size_t n = 0;

	if (p->status != NULL && status_changes(p->status, &ask, h->a, &changes, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < p->n_values; i++)
		strip[i] = (struct web_strip){pages_node_title(p, p->values[i].check), levels_of(h, &p->values[i], changes, n)};
	web_svg_strips(&(struct web_strips){
	                   .title = arena_printf(h->a, "%s, %s", p->thing.name, h->span->spoken),
	                   .desc = description(h),
	                   .strip = strip,
	                   .n = p->n_values,
	                   .columns = COLUMNS,
	                   .tick = tick,
	                   .n_ticks = ticks(h, tick),
	               },
	    out);
	return 0;
}

static int
read_watch(struct history *h, struct err *e)
{
	struct status_pulse pulse;

	if (h->page->status == NULL)
		return 0;
	if (status_pulse(h->page->status, h->a, &pulse, e) != 0 || status_gaps(h->page->status, h->a, &h->gap, &h->n_gaps, e) != 0)
		return -1;
	h->watched = h->now - pulse.beat <= STATUS_GONE_MS ? h->now : pulse.beat;
	return 0;
}

int
pages_node_picture(struct web_call *c, struct err *e)
{
	const char *word = web_text(c, "span");
	struct history h = {.a = c->arena, .span = &spans[0], .now = c->now, .watched = c->now};
	struct buf out = BUF(LIMIT_PAGE);
	struct node_page p;
	int rc = -1;

	for (size_t i = 0; word != NULL && i < LARCH_COUNT(spans); i++)
		if (strcmp(spans[i].word, word) == 0)
			h.span = &spans[i];
	h.page = &p;
	h.from = c->now - h.span->ms;
	if (pages_node_open(c, &p, e) == 0 && pages_node_read_values(&p, e) == 0 && read_watch(&h, e) == 0 && draw(&h, &out, e) == 0)
		rc = out.over ? err_set(e, ERR_LIMIT, "the picture of %s is more than %u bytes", p.thing.name, LIMIT_PAGE)
		              : web_body(c, 200, "image/svg+xml; charset=utf-8", buf_view(&out), e);
	pages_node_close(&p);
	buf_free(&out);
	return rc;
}
