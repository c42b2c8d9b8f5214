/* SPDX-License-Identifier: Apache-2.0 */
/* How well each thing is, of all its columns that count; and of which things something changed. */
#include <string.h>

#include "status_private.h"

/* Levels as status_worse has them, by rank from 1; 0: no value. */
static const uint8_t rank[STATUS_LEVEL_COUNT] = {[STATUS_OK] = 1, [STATUS_UNKNOWN] = 2, [STATUS_WARN] = 3, [STATUS_CRITICAL] = 4};
static const enum status_level of_rank[] = {STATUS_UNKNOWN, STATUS_OK, STATUS_UNKNOWN, STATUS_WARN, STATUS_CRITICAL};

struct worst {
	uint8_t *rank; /* [n] by thing */
	size_t n;
};

static int
find_worst(struct status *s, const struct status_ages *ages, int64_t now, struct worst *w, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT v.chk,v.thing,v.level,v.at,v.every,v.turn FROM col JOIN chk k ON k.name=col.name JOIN value v ON v.chk=k.nr"
	    " WHERE col.counts<>0", "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		const struct status_key key = {store_int(q, 0), store_int(q, 1), store_int(q, 5)};
		int64_t level = store_int(q, 2), at = status_ages_at(ages, &key, store_int(q, 3));

		if (key.thing <= 0 || (size_t)key.thing >= w->n)
			continue;
		if (level < 0 || level >= STATUS_LEVEL_COUNT || status_stale(at, store_int(q, 4), now))
			level = STATUS_UNKNOWN;
		if (w->rank[key.thing] < rank[level])
			w->rank[key.thing] = rank[level];
	}
	store_done(q);
	return more;
}

static int
name_levels(struct status *s, const struct worst *w, struct arena *a, struct status_thing_level **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT nr,name FROM thing ORDER BY name", "");
	size_t cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		int64_t nr = store_int(q, 0);

		if (nr <= 0 || (size_t)nr >= w->n || w->rank[nr] == 0)
			continue;
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_thing_level){arena_strdup(a, store_text(q, 1)), of_rank[w->rank[nr]]};
	}
	store_done(q);
	return more;
}

int
status_levels(struct status *s, int64_t now, struct arena *a, struct status_thing_level **out, size_t *n_out, struct err *e)
{
	struct status_ages *ages;
	struct store_query *q;
	struct worst w = {0};
	int rc = -1;

	*out = NULL;
	*n_out = 0;
	if (store_hold(s->s, e) != 0)
		return -1;
	if (status_ages_now(s, &ages, e) == 0) {
		q = store_ask(s->s, e, "SELECT COALESCE(MAX(nr),0) FROM thing", "");
		if (store_next(q, e) == 1 && store_int(q, 0) <= INT32_MAX / 16)
			w.n = (size_t)store_int(q, 0) + 1;
		store_done(q);
		w.rank = arena_alloc(a, w.n + 1);
		rc = w.n > 0 && find_worst(s, ages, now, &w, e) == 0 ? name_levels(s, &w, a, out, n_out, e) : -1;
	}
	store_unhold(s->s);
	return rc;
}

int
status_changed_since(struct status *s, int64_t since, struct arena *a, struct hosts *out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT name FROM thing WHERE nr IN (SELECT thing FROM change"
	    " WHERE id>=(SELECT MIN(first) FROM hour WHERE hour>=?1/3600000) AND at>=?1 AND level<16)", "i", since);
	size_t cap = 0;
	int more;

	*out = (struct hosts){0};
	while ((more = store_next(q, e)) == 1) {
		out->name = status_grow(a, out->name, out->n, &cap, sizeof(*out->name));
		out->name[out->n++] = arena_strdup(a, store_text(q, 0));
	}
	store_done(q);
	hosts_sort(out);
	return more;
}
