/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Availability. Time is walked backwards, from the level that a thing has now through its changes, each of which says
 * what was before it; what lies between two is counted as up, down or not known. Nobody looked while larchd was away.
 * Of whole days the writer keeps the sums, so that a month of all things is thirty rows and what is left at its ends.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

/* How long nobody had looked before the n-th gap began. */
struct watch {
	struct status_gap *gap;
	int64_t *before;
	size_t n;
};

struct walk {
	struct status_window window;
	struct watch watch;
	struct status_share *share;
	int64_t *to;               /* up to where each thing is not counted yet */
	uint8_t *level;            /* what it was just before that */
	int32_t *index;            /* of a thing's number: which of those asked for, -1 none */
	size_t n_index;
};

static int
read_watch(struct status *s, struct arena *a, struct watch *w, struct err *e)
{
	int64_t sum = 0, end = INT64_MIN;
	size_t n;

	if (status_gaps(s, a, &w->gap, &n, e) != 0)
		return -1;
	w->before = arena_array(a, n + 1, sizeof(*w->before));
	for (size_t i = 0; i < n; i++) { /* of two that overlap, as when the clock was put back, the later begins where the first ends */
		struct status_gap *g = &w->gap[w->n];

		*g = w->gap[i];
		if (g->began < end)
			g->began = end;
		if (g->ended <= g->began)
			continue;
		end = g->ended;
		w->before[w->n++] = sum;
		sum += g->ended - g->began;
	}
	return 0;
}

/* How long nobody had looked, up to a time. */
static int64_t
unwatched(const struct watch *w, int64_t at)
{
	size_t lo = 0, hi = w->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->gap[mid].began <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return 0;
	return w->before[lo - 1] + (at < w->gap[lo - 1].ended ? at : w->gap[lo - 1].ended) - w->gap[lo - 1].began;
}

/* A thing was as it is from `from` until where it is counted. */
static void
count(struct walk *w, size_t i, int64_t from, enum status_level level)
{
	int64_t to = w->to[i], ms;

	if (from < w->window.from)
		from = w->window.from;
	if (from >= to)
		return;
	ms = to - from;
	if (w->watch.n > 0)
		ms -= unwatched(&w->watch, to) - unwatched(&w->watch, from);
	if (level == STATUS_CRITICAL)
		w->share[i].down += ms;
	else if (level != STATUS_UNKNOWN)
		w->share[i].up += ms;
	w->to[i] = from;
}

static void
step(struct walk *w, int64_t thing, int64_t at, int level)
{
	int32_t i = thing >= 0 && (size_t)thing < w->n_index ? w->index[thing] : -1;

	if (i < 0)
		return;
	count(w, (size_t)i, at, (enum status_level)(level % STATUS_LEVEL_COUNT));
	w->level[i] = (uint8_t)(level >= KEPT_BORN ? (int)STATUS_UNKNOWN : level / STATUS_LEVEL_COUNT);
}

/* ---- which things --------------------------------------------------------------------- */

struct asked {
	const char *name;
	int32_t index;
};

static int
by_bytes(const void *x, const void *y)
{
	return strcmp(((const struct asked *)x)->name, ((const struct asked *)y)->name);
}

static int
find_things(struct status *s, struct walk *w, const struct hosts *things, struct arena *a, struct err *e)
{
	struct asked *asked = arena_array(a, things->n + 1, sizeof(*asked));
	struct store_query *q = store_ask(s->s, e, "SELECT COALESCE(MAX(nr),0) FROM thing", "");
	int64_t top = store_next(q, e) == 1 ? store_int(q, 0) : -1;
	size_t at = 0;
	int more;

	store_done(q);
	if (top < 0 || top > INT32_MAX / 16)
		return top < 0 ? -1 : err_set(e, ERR_LIMIT, "%s: numbers of things that nobody gave", s->path);
	for (size_t i = 0; i < things->n; i++)
		asked[i] = (struct asked){things->name[i], (int32_t)i};
	qsort(asked, things->n, sizeof(*asked), by_bytes);
	w->n_index = (size_t)top + 1;
	w->index = arena_array(a, w->n_index, sizeof(*w->index));
	memset(w->index, 0xff, w->n_index * sizeof(*w->index));
	q = store_ask(s->s, e, "SELECT name,nr FROM thing WHERE name>=? AND name<=? ORDER BY name", "ss",
	    things->n == 0 ? "" : asked[0].name, things->n == 0 ? "" : asked[things->n - 1].name);
	while ((more = store_next(q, e)) == 1) {
		int cmp = -1;

		while (at < things->n && (cmp = strcmp(asked[at].name, store_text(q, 0))) < 0)
			at++;
		if (at < things->n && cmp == 0 && store_int(q, 1) <= top)
			w->index[store_int(q, 1)] = asked[at].index;
	}
	store_done(q);
	return more;
}

/* ---- the walk --------------------------------------------------------------------------- */

static int
begin_now(struct status *s, struct walk *w, int64_t check, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT thing,level FROM value WHERE chk=?", "i", check);
	int more;

	while ((more = store_next(q, e)) == 1) {
		int64_t thing = store_int(q, 0);

		if (thing > 0 && (size_t)thing < w->n_index && w->index[thing] >= 0)
			w->level[w->index[thing]] = (uint8_t)(store_int(q, 1) & (STATUS_LEVEL_COUNT - 1));
	}
	store_done(q);
	return more;
}

/* All changes that may lie between two times. */
static int
walk_all(struct status *s, struct walk *w, int64_t check, int64_t until, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT thing,at,level FROM change WHERE id>=(SELECT MIN(first) FROM hour WHERE hour>=?1 AND hour<=?2)"
	    " AND id<=(SELECT MAX(last) FROM hour WHERE hour>=?1 AND hour<=?2) AND chk=?3 ORDER BY id DESC",
	    "iii", w->window.from / STATUS_HOUR_MS, until / STATUS_HOUR_MS, check);
	int more;

	while ((more = store_next(q, e)) == 1)
		step(w, store_int(q, 0), store_int(q, 1), (int)(store_int(q, 2) & INT16_MAX));
	store_done(q);
	return more;
}

static int
walk_one(struct status *s, struct walk *w, int64_t check, const char *thing, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT last,(SELECT COALESCE(MIN(first),0) FROM hour WHERE hour>=?) FROM thing WHERE name=?", "is",
	    w->window.from / STATUS_HOUR_MS, thing);
	int more = store_next(q, e);
	int64_t id = more == 1 ? store_int(q, 0) : 0, first = more == 1 ? store_int(q, 1) : 0;

	store_done(q);
	while (more >= 0 && first > 0 && id >= first) {
		int64_t next = 0;

		q = store_ask(s->s, e, "SELECT thing,at,level,before,chk FROM change WHERE id=?", "i", id);
		more = store_next(q, e);
		if (more == 1) {
			next = store_int(q, 3);
			if (store_int(q, 4) == check)
				step(w, store_int(q, 0), store_int(q, 1), (int)(store_int(q, 2) & INT16_MAX));
		}
		store_done(q);
		id = next < id ? next : 0;
	}
	return more < 0 ? -1 : 0;
}

/* What is left of each thing's time: as it was at the latest that is counted. */
static void
count_rest(struct walk *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		count(w, i, w->window.from, (enum status_level)w->level[i]);
}

/* ---- whole days ------------------------------------------------------------------------ */

#define DAY_BYTES 9          /* a thing: how long it was up, how long down (4 bytes, ms), and its level when the day began */
#define DAY_LATE_MS STATUS_HOUR_MS /* what was seen before midnight is written by then */

static void
put_four(char *to, int64_t ms)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (char)(unsigned char)((uint64_t)ms >> (8 * i));
}

static int64_t
four(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (int64_t)((uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24);
}

/* The sums of a day; w->level is then what things were when it began. 1, or 0 when there are none. */
static int
take_day(struct status *s, struct walk *w, int64_t check, int64_t day, size_t n, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT shares FROM day WHERE day=? AND chk=?", "ii", day, check);
	int more = store_next(q, e);
	struct str b = more == 1 ? store_blob(q, 0) : (struct str){"", 0};

	if (more == 1)
		memset(w->level, STATUS_UNKNOWN, n);
	for (size_t nr = 0; nr < w->n_index && (nr + 1) * DAY_BYTES <= b.n; nr++) {
		const char *p = b.p + nr * DAY_BYTES;
		int32_t i = w->index[nr];

		if (i < 0)
			continue;
		w->share[i].up += four(p);
		w->share[i].down += four(p + 4);
		w->level[i] = (uint8_t)p[8] & (STATUS_LEVEL_COUNT - 1);
	}
	store_done(q);
	return more;
}

/* Is there a day of sums that ends where one may begin to add them? Its end; 0: none. */
static int
last_day(struct status *s, const struct walk *w, int64_t check, int64_t *end, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT MAX(day) FROM day WHERE chk=? AND day>=? AND day<?", "iii", check,
	    (w->window.from + STATUS_DAY_MS - 1) / STATUS_DAY_MS, w->window.to / STATUS_DAY_MS);
	int more = store_next(q, e);

	*end = more == 1 && !store_null(q, 0) ? (store_int(q, 0) + 1) * STATUS_DAY_MS : 0;
	store_done(q);
	return more < 0 ? -1 : 0;
}

/* From a day's end backwards, as long as there are days; *to: what is left ends there. */
static int
add_days(struct status *s, struct walk *w, int64_t check, size_t n, int64_t *to, struct err *e)
{
	int more = 1;

	while (more == 1 && *to - STATUS_DAY_MS >= w->window.from) {
		more = take_day(s, w, check, *to / STATUS_DAY_MS - 1, n, e);
		if (more == 1)
			*to -= STATUS_DAY_MS;
	}
	for (size_t i = 0; i < n; i++)
		w->to[i] = *to;
	return more < 0 ? -1 : 0;
}

/* The latest days are walked, then there are sums, then what is before them is walked. */
static int
walk_days(struct status *s, struct walk *w, int64_t check, size_t n, struct err *e)
{
	int64_t from = w->window.from, end;

	if (last_day(s, w, check, &end, e) != 0)
		return -1;
	if (end > 0)
		w->window.from = end;
	if (walk_all(s, w, check, INT64_MAX, e) != 0)
		return -1;
	count_rest(w, n);
	w->window.from = from;
	if (end == 0)
		return 0;
	if (add_days(s, w, check, n, &end, e) != 0 || (end > from && walk_all(s, w, check, end, e) != 0))
		return -1;
	count_rest(w, n);
	return 0;
}

/* Of all things, by their numbers; the day before the one that it is. */
static int
make_day(struct status *s, int64_t check, int64_t day, struct arena *a, struct err *e)
{
	size_t n = s->kept->things.top + 1;
	struct walk w = {.window = {.from = day * STATUS_DAY_MS, .to = (day + 1) * STATUS_DAY_MS}, .n_index = n,
	    .share = arena_array(a, n, sizeof(*w.share)), .to = arena_array(a, n, sizeof(*w.to)), .level = arena_alloc(a, n),
	    .index = arena_array(a, n, sizeof(*w.index))};
	char *blob = arena_alloc(a, n * DAY_BYTES);

	memset(w.level, STATUS_UNKNOWN, n);
	for (size_t i = 0; i < n; i++) {
		w.index[i] = (int32_t)i;
		w.to[i] = w.window.to;
	}
	if (read_watch(s, a, &w.watch, e) != 0 || begin_now(s, &w, check, e) != 0 || walk_all(s, &w, check, INT64_MAX, e) != 0)
		return -1;
	count_rest(&w, n);
	for (size_t i = 0; i < n; i++) {
		put_four(blob + i * DAY_BYTES, w.share[i].up);
		put_four(blob + i * DAY_BYTES + 4, w.share[i].down);
		blob[i * DAY_BYTES + 8] = (char)w.level[i];
	}
	return store_run(s->s, e, "INSERT INTO day(day,chk,shares) VALUES(?,?,?) ON CONFLICT DO NOTHING", "iib", day, check, blob,
	    n * DAY_BYTES);
}

static int
has_day(struct status *s, int64_t check, int64_t day, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT 1 FROM day WHERE day=? AND chk=?", "ii", day, check);
	int more = store_next(q, e);

	store_done(q);
	return more;
}

/* One column a batch. Before this run's first beat it is not known whether larchd was away. */
void
kept_make_day(struct status *s)
{
	struct kept_all *k = s->kept;
	int64_t day = (k->now - DAY_LATE_MS) / STATUS_DAY_MS - 1;
	struct arena *a;
	struct err e;
	int rc = 1;

	if (day <= 0 || s->beat < (day + 1) * STATUS_DAY_MS)
		return;
	if (k->day != day)
		k->day_column = 0;
	k->day = day;
	while (rc == 1 && k->day_column < k->n_columns) {
		const struct kept_column *c = k->columns[k->day_column];

		rc = c->counts ? has_day(s, c->name->nr, day, &e) : 1;
		if (rc == 1)
			k->day_column++;
	}
	if (rc != 0)
		return;
	a = arena_create();
	if (make_day(s, k->columns[k->day_column]->name->nr, day, a, &e) != 0)
		log_warn("availability of a day is not summed up: %s", e.text);
	k->day_column++;
	arena_destroy(a);
}

/* ---- an answer ----------------------------------------------------------------------------- */

static int
walk(struct status *s, struct walk *w, const struct hosts *things, int64_t check, struct err *e)
{
	if (begin_now(s, w, check, e) != 0)
		return -1;
	if (things->n != 1)
		return walk_days(s, w, check, things->n, e);
	if (walk_one(s, w, check, things->name[0], e) != 0)
		return -1;
	count_rest(w, 1);
	return 0;
}

/* The check's number, and until when there is anything to know. */
static int
begin(struct status *s, struct walk *w, int64_t *check, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT COALESCE((SELECT nr FROM chk WHERE name=?),0),beat FROM pulse", "s",
	    w->window.column);
	int more = store_next(q, e);

	if (more == 1) {
		*check = store_int(q, 0);
		if (store_int(q, 1) < w->window.to)
			w->window.to = store_int(q, 1);
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
status_availability(struct status *s, const struct hosts *things, const struct status_window *window, struct arena *a,
    struct status_share **out, struct err *e)
{
	struct arena *scratch = arena_create();
	struct walk w = {.window = *window, .share = arena_array(a, things->n + 1, sizeof(struct status_share))};
	int64_t check = 0;
	int rc = -1;

	*out = w.share;
	w.to = arena_array(scratch, things->n + 1, sizeof(*w.to));
	w.level = arena_array(scratch, things->n + 1, sizeof(*w.level));
	memset(w.level, STATUS_UNKNOWN, things->n + 1);
	if (store_hold(s->s, e) != 0)
		goto out;
	if (begin(s, &w, &check, e) == 0 && read_watch(s, scratch, &w.watch, e) == 0 && find_things(s, &w, things, scratch, e) == 0) {
		for (size_t i = 0; i < things->n; i++) {
			w.share[i].thing = things->name[i];
			w.to[i] = w.window.to;
		}
		rc = walk(s, &w, things, check, e);
	}
	store_unhold(s->s);
	for (size_t i = 0; i < things->n && window->to > window->from; i++)
		w.share[i].unknown = window->to - window->from - w.share[i].up - w.share[i].down;
out:
	arena_destroy(scratch);
	return rc;
}

struct status_share
status_share_sum(const struct status_share *shares, size_t n)
{
	struct status_share sum = {0};

	for (size_t i = 0; i < n; i++) {
		sum.up += shares[i].up;
		sum.down += shares[i].down;
		sum.unknown += shares[i].unknown;
	}
	return sum;
}

double
status_share_percent(const struct status_share *share)
{
	return share->up + share->down == 0 ? NAN : 100.0 * (double)share->up / (double)(share->up + share->down);
}
