/* SPDX-License-Identifier: Apache-2.0 */
/* What happened beside changes of values, and how far each rule of `notify` has told of both. */
#include <string.h>

#include "status_private.h"

int
status_event_in(struct status *s, const struct status_event *x, struct err *e)
{
	return store_run(s->s, e, "INSERT INTO event(at,kind,thing,text) VALUES(?,?,?,?)", "isss", x->at, x->kind,
	    x->thing == NULL ? "" : x->thing, x->text == NULL ? "" : x->text);
}

int
status_add_event(struct status *s, const struct status_event *x, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (status_event_in(s, x, e) != 0 || status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_events(struct status *s, const struct status_event_ask *ask, struct arena *a, struct status_event **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT id,at,kind,thing,text FROM event WHERE id>? AND at>=? ORDER BY id LIMIT ?",
	    "iii", ask->after, ask->since, (int64_t)ask->limit);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_event){
		    .id = store_int(q, 0),
		    .at = store_int(q, 1),
		    .kind = arena_strdup(a, store_text(q, 2)),
		    .thing = arena_strdup(a, store_text(q, 3)),
		    .text = arena_strdup(a, store_text(q, 4)),
		};
	}
	store_done(q);
	return more;
}

int64_t
status_last_event(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT ifnull(max(id),0) FROM event", "");
	int64_t id = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return id;
}

/* ---- how far a rule has told ---------------------------------------------------------- */

int
status_put_told(struct status *s, const struct status_told *t, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (store_run(s->s, e,
	        "INSERT INTO told(rule,change,event,at,tried,trouble) VALUES(?1,?2,?3,?4,?5,?6)"
	        " ON CONFLICT(rule) DO UPDATE SET change=?2,event=?3,at=?4,tried=?5,trouble=?6",
	        "siiiis", t->rule, t->change, t->event, t->at, t->tried, t->trouble == NULL ? "" : t->trouble) != 0 ||
	    status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_told(struct status *s, struct arena *a, struct status_told **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT rule,change,event,at,tried,trouble FROM told ORDER BY rule", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_told){
		    .rule = arena_strdup(a, store_text(q, 0)),
		    .change = store_int(q, 1),
		    .event = store_int(q, 2),
		    .at = store_int(q, 3),
		    .tried = store_int(q, 4),
		    .trouble = arena_strdup(a, store_text(q, 5)),
		};
	}
	store_done(q);
	return more;
}

int
status_forget_told(struct status *s, const char *rule, struct err *e)
{
	return store_run(s->s, e, "DELETE FROM told WHERE rule=?", "s", rule);
}
