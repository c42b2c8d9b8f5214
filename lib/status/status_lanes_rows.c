/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the rounds of each check go. The table is filled anew every few seconds and holds nothing that is worth keeping: it is
 * made by the first who writes it, and one that is not there is empty.
 */
#include "status_private.h"

static int
put_lanes(struct status *s, const struct status_lane *lanes, size_t n, struct err *e)
{
	if (store_run(s->s, e,
	        "CREATE TABLE IF NOT EXISTS lane("
	        " nr INTEGER PRIMARY KEY, name TEXT NOT NULL, every INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL,"
	        " rounds INTEGER NOT NULL, asked INTEGER NOT NULL, answered INTEGER NOT NULL, rested INTEGER NOT NULL, late INTEGER NOT NULL) STRICT",
	        "") != 0 ||
	    store_run(s->s, e, "DELETE FROM lane WHERE nr>=?", "i", (int64_t)n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct status_lane *l = &lanes[i];

		if (store_run(s->s, e, "INSERT OR REPLACE INTO lane(nr,name,every,began,ended,rounds,asked,answered,rested,late)"
		                       " VALUES(?,?,?,?,?,?,?,?,?,?)",
		        "isiiiiiiii", (int64_t)i, l->name, l->interval, l->began, l->ended, l->rounds, l->asked, l->answered, l->rested,
		        l->late) != 0)
			return -1;
	}
	return 0;
}

int
status_put_lanes(struct status *s, const struct status_lane *lanes, size_t n, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_lanes(s, lanes, n, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

/* 1 it is there, 0 it is not, -1. */
static int
has_table(struct status *s, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT 1 FROM sqlite_master WHERE type='table' AND name='lane'", "");
	int more = store_next(q, e);

	store_done(q);
	return more;
}

int
status_lanes(struct status *s, struct arena *a, struct status_lane **out, size_t *n_out, struct err *e)
{
	struct store_query *q;
	size_t cap = 0;
	int more = has_table(s, e);

	*out = NULL;
	*n_out = 0;
	if (more <= 0)
		return more;
	q = store_ask(s->s, e, "SELECT name,every,began,ended,rounds,asked,answered,rested,late FROM lane ORDER BY nr", "");
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_lane){
		    .name = arena_strdup(a, store_text(q, 0)),
		    .interval = store_int(q, 1),
		    .began = store_int(q, 2),
		    .ended = store_int(q, 3),
		    .rounds = store_int(q, 4),
		    .asked = store_int(q, 5),
		    .answered = store_int(q, 6),
		    .rested = store_int(q, 7),
		    .late = store_int(q, 8),
		};
	}
	store_done(q);
	return more;
}
