/* SPDX-License-Identifier: Apache-2.0 */
/* Which signs a machine had before it was acted on, and whether it was well afterwards. */
#include "status_private.h"

#define CURES_KEPT_DAYS 730 /* a room has few cases, and they do not grow old as values do */

/* The oldest go. */
static int
prune(struct status *s, int64_t now, struct err *e)
{
	return store_run(s->s, e, "DELETE FROM cure WHERE began<?1 OR id<=(SELECT max(id) FROM cure)-?2", "ii",
	    now - CURES_KEPT_DAYS * STATUS_DAY_MS, (int64_t)LIMIT_STATUS_CURES);
}

int
status_put_cure(struct status *s, const struct status_cure *c, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (store_run(s->s, e,
	        "INSERT INTO cure(job,machine,rule,signs,verb,began,ended,judged,well) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"
	        " ON CONFLICT(job,machine) DO UPDATE SET rule=?3,signs=?4,verb=?5,began=?6,ended=?7,judged=?8,well=?9",
	        "issssiiii", c->job, c->machine, c->rule, c->signs, c->verb, c->began, c->ended, c->judged, (int64_t)c->well) != 0 ||
	    prune(s, c->began, e) != 0 || status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_drop_cure(struct status *s, int64_t job, const char *machine, struct err *e)
{
	return store_run(s->s, e, "DELETE FROM cure WHERE job=? AND machine=? AND judged=0", "is", job, machine);
}

int
status_end_cure(struct status *s, int64_t job, const char *machine, int64_t ended, struct err *e)
{
	return store_run(s->s, e, "UPDATE cure SET ended=? WHERE job=? AND machine=? AND judged=0", "iis", ended, job, machine);
}

int
status_cures_open(struct status *s, const char *machine, struct arena *a, struct status_cure **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT job,machine,rule,signs,verb,began,ended FROM cure WHERE judged=0 AND (?1='' OR machine=?1) ORDER BY id", "s",
	    machine == NULL ? "" : machine);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_cure){
		    .job = store_int(q, 0),
		    .machine = arena_strdup(a, store_text(q, 1)),
		    .rule = arena_strdup(a, store_text(q, 2)),
		    .signs = arena_strdup(a, store_text(q, 3)),
		    .verb = arena_strdup(a, store_text(q, 4)),
		    .began = store_int(q, 5),
		    .ended = store_int(q, 6),
		};
	}
	store_done(q);
	return more;
}

int
status_cures(struct status *s, struct arena *a, struct status_cured **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT rule,signs,verb,count(*),sum(well) FROM cure WHERE judged<>0 GROUP BY rule,signs,verb ORDER BY rule,signs,verb", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_cured){
		    .rule = arena_strdup(a, store_text(q, 0)),
		    .signs = arena_strdup(a, store_text(q, 1)),
		    .verb = arena_strdup(a, store_text(q, 2)),
		    .n = store_int(q, 3),
		    .well = store_int(q, 4),
		};
	}
	store_done(q);
	return more;
}
