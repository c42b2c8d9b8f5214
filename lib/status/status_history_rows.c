/* SPDX-License-Identifier: Apache-2.0 */
/* What was: changes, newest first, and the times at which nobody looked. */
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

#define FEW 32 /* things whose chains are followed; of more, all that happened is read */

#define CHANGE_COLUMNS \
	"c.id,c.at,t.name,k.name,f.text,g.text,c.level,c.before FROM change c JOIN thing t ON t.nr=c.thing" \
	" JOIN chk k ON k.nr=c.chk LEFT JOIN word f ON f.nr=c.from_text LEFT JOIN word g ON g.nr=c.to_text "
/* ?1 and ?2 the times, ?3 the check, ?4 the levels, ?5 whether the level must differ, ?6 and ?7 the ids. */
#define CHANGE_WHERE \
	"c.level<16 AND c.at>=?1 AND c.at<?2 AND (?3='' OR c.chk=(SELECT nr FROM chk WHERE name=?3))" \
	" AND (?4=0 OR (?4>>(c.level%4))&1) AND (?5=0 OR c.level/4<>c.level%4) AND c.id>=?6 AND c.id<=?7 "

struct range {
	int64_t since, until, first, last;
};

/* Between which ids the changes of a time lie. */
static int
range_of(struct status *s, int64_t since, int64_t until, struct range *out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT COALESCE(MIN(first),1),COALESCE(MAX(last),0) FROM hour WHERE hour>=? AND hour<=?",
	    "ii", since / STATUS_HOUR_MS, until / STATUS_HOUR_MS);
	int more = store_next(q, e);

	*out = (struct range){since, until, more == 1 ? store_int(q, 0) : 1, more == 1 ? store_int(q, 1) : 0};
	store_done(q);
	return more < 0 ? -1 : 0;
}

static void
take_change(struct store_query *q, struct arena *a, struct status_change *c)
{
	int level = (int)(store_int(q, 6) & INT16_MAX);

	*c = (struct status_change){
	    .id = store_int(q, 0),
	    .at = store_int(q, 1),
	    .thing = arena_strdup(a, store_text(q, 2)),
	    .check = arena_strdup(a, store_text(q, 3)),
	    .from_text = arena_strdup(a, store_text(q, 4)),
	    .to_text = arena_strdup(a, store_text(q, 5)),
	    .from = level >= KEPT_BORN ? STATUS_UNKNOWN : (enum status_level)(level / STATUS_LEVEL_COUNT % STATUS_LEVEL_COUNT),
	    .born = level >= KEPT_BORN,
	    .to = (enum status_level)(level % STATUS_LEVEL_COUNT),
	};
}

struct telling {
	const struct status_changes_ask *ask;
	struct arena *a;
	struct range range;
	size_t limit;
	struct status_change *list;
	size_t n, cap;
};

/* Long because the two statements differ in one condition. */
static int
tell_all(struct status *s, struct telling *t, struct err *e)
{
	const struct status_changes_ask *ask = t->ask;
	const char *check = ask->check == NULL ? "" : ask->check;
	struct buf names = BUF(LIMIT_HOSTS_TEXT);
	struct store_query *q;
	int more;

	if (ask->things == NULL) {
		q = store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE " CHANGE_WHERE "ORDER BY c.id DESC LIMIT ?8", "iisiiiii",
		    t->range.since, t->range.until, check, (int64_t)ask->levels, (int64_t)ask->level_only, t->range.first, t->range.last,
		    (int64_t)t->limit);
	} else {
		json_t *list = json_array();

		for (size_t i = 0; i < ask->things->n; i++)
			jsn_add(list, json_string(ask->things->name[i]));
		jsn_canonical(list, &names);
		json_decref(list);
		q = store_ask(s->s, e,
		    "SELECT " CHANGE_COLUMNS "WHERE " CHANGE_WHERE
		    "AND c.thing IN (SELECT nr FROM thing WHERE name IN (SELECT value FROM json_each(?9))) ORDER BY c.id DESC LIMIT ?8",
		    "iisiiiiit", t->range.since, t->range.until, check, (int64_t)ask->levels, (int64_t)ask->level_only, t->range.first,
		    t->range.last, (int64_t)t->limit, buf_view(&names));
	}
	while ((more = store_next(q, e)) == 1) {
		t->list = status_grow(t->a, t->list, t->n, &t->cap, sizeof(*t->list));
		take_change(q, t->a, &t->list[t->n++]);
	}
	store_done(q);
	buf_free(&names);
	return more;
}

static bool
is_asked(const struct telling *t, struct store_query *q)
{
	const struct status_changes_ask *ask = t->ask;
	int64_t id = store_int(q, 0), at = store_int(q, 1);
	int level = (int)(store_int(q, 6) & INT16_MAX), to = level % STATUS_LEVEL_COUNT;

	return id <= t->range.last && (level < KEPT_BORN || ask->births) && at >= t->range.since && at < t->range.until &&
	    (ask->check == NULL || strcmp(ask->check, store_text(q, 3)) == 0) && (ask->levels == 0 || (ask->levels >> to & 1) != 0) &&
	    (!ask->level_only || level / STATUS_LEVEL_COUNT != to);
}

/* One thing's changes, each of which names the one before. */
static int
tell_chain(struct status *s, struct telling *t, const char *thing, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT last FROM thing WHERE name=?", "s", thing);
	int more = store_next(q, e);
	int64_t id = more == 1 ? store_int(q, 0) : 0;
	size_t before = t->n;

	store_done(q);
	while (more >= 0 && id > 0 && id >= t->range.first && t->n - before < t->limit) {
		int64_t next = 0;

		q = store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE c.id=?", "i", id);
		more = store_next(q, e);
		if (more == 1) {
			next = store_int(q, 7);
			if (is_asked(t, q)) {
				t->list = status_grow(t->a, t->list, t->n, &t->cap, sizeof(*t->list));
				take_change(q, t->a, &t->list[t->n++]);
			}
		}
		store_done(q);
		id = next < id ? next : 0;
	}
	return more < 0 ? -1 : 0;
}

static int
newest_first(const void *x, const void *y)
{
	const struct status_change *a = x, *b = y;

	return a->id < b->id ? 1 : a->id > b->id ? -1 : 0;
}

static int
tell_few(struct status *s, struct telling *t, struct err *e)
{
	const struct hosts *things = t->ask->things;

	if (t->ask->thing != NULL)
		return tell_chain(s, t, t->ask->thing, e);
	for (size_t i = 0; i < things->n; i++)
		if (tell_chain(s, t, things->name[i], e) != 0)
			return -1;
	if (t->n > 1)
		qsort(t->list, t->n, sizeof(*t->list), newest_first);
	if (t->n > t->limit)
		t->n = t->limit;
	return 0;
}

int
status_changes(struct status *s, const struct status_changes_ask *ask, struct arena *a, struct status_change **out,
    size_t *n_out, struct err *e)
{
	struct telling t = {.ask = ask, .a = a, .limit = LIMIT_STATUS_CHANGES_READ};
	bool few = ask->thing != NULL || (ask->things != NULL && ask->things->n <= FEW);
	int rc = -1;

	*out = NULL;
	*n_out = 0;
	if (ask->limit > 0 && ask->limit < t.limit)
		t.limit = ask->limit;
	if (store_hold(s->s, e) != 0)
		return -1;
	if (range_of(s, ask->since, ask->until == 0 ? INT64_MAX : ask->until, &t.range, e) == 0)
		rc = (few ? tell_few : tell_all)(s, &t, e);
	store_unhold(s->s);
	*out = t.list;
	*n_out = t.n;
	return rc;
}

int
status_changes_after(struct status *s, int64_t after, size_t limit, struct arena *a, struct status_change **out,
    size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT " CHANGE_COLUMNS "WHERE c.id>? AND c.level<16 ORDER BY c.id LIMIT ?", "ii",
	    after, (int64_t)limit);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		take_change(q, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	return more;
}

int64_t
status_last_change(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT COALESCE((SELECT id FROM change WHERE level<16 ORDER BY id DESC LIMIT 1),0)", "");
	int64_t id = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return id;
}

int
status_gaps(struct status *s, struct arena *a, struct status_gap **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT began,ended FROM gap WHERE ended>began ORDER BY began", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_gap){store_int(q, 0), store_int(q, 1)};
	}
	store_done(q);
	return more;
}
