/* SPDX-License-Identifier: Apache-2.0 */
/* What larchd wants the inventory to say of a machine's state. */
#include "status_private.h"

int
status_put_state(struct status *s, const struct status_state *x, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (store_run(s->s, e,
	        "INSERT INTO wanted_state(seq,at,job,thing,state,who,why) VALUES(?,?,?,?,?,?,?)"
	        " ON CONFLICT(seq) DO NOTHING",
	        "iiissss", x->seq, x->at, x->job, x->thing, x->state, x->who == NULL ? "" : x->who,
	        x->why == NULL ? "" : x->why) != 0 ||
	    status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_states_after(struct status *s, int64_t seq, size_t limit, struct arena *a, struct status_state **out,
    size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT seq,at,job,thing,state,who,why FROM wanted_state WHERE seq>? ORDER BY seq LIMIT ?", "ii", seq,
	    (int64_t)limit);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_state){
		    .seq = store_int(q, 0),
		    .at = store_int(q, 1),
		    .job = store_int(q, 2),
		    .thing = arena_strdup(a, store_text(q, 3)),
		    .state = arena_strdup(a, store_text(q, 4)),
		    .who = arena_strdup(a, store_text(q, 5)),
		    .why = arena_strdup(a, store_text(q, 6)),
		};
	}
	store_done(q);
	return more;
}

int64_t
status_last_state(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT COALESCE(MAX(seq),0) FROM wanted_state", "");
	int64_t n = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return n;
}
