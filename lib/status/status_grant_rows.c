/* SPDX-License-Identifier: Apache-2.0 */
/* What everybody may see of power.db: grants that are open, plans that wait for a second person. */
#include "status_private.h"

static int
put_all(struct status *s, const struct status_grant *grants, size_t n_grants, const struct status_waiting *waiting,
    size_t n_waiting, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM open_grant", "") != 0 || store_run(s->s, e, "DELETE FROM waiting", "") != 0)
		return -1;
	for (size_t i = 0; i < n_grants; i++)
		if (store_run(s->s, e, "INSERT INTO open_grant(id,who,verbs,things,uses,used,made,until) VALUES(?,?,?,?,?,?,?,?)",
		        "isssiiii", grants[i].id, grants[i].who, grants[i].verbs, grants[i].things, grants[i].uses, grants[i].used,
		        grants[i].made, grants[i].until) != 0)
			return -1;
	for (size_t i = 0; i < n_waiting; i++)
		if (store_run(s->s, e, "INSERT INTO waiting(id,plan,who,verb,things,machines,asked,until,approver)"
		        " VALUES(?,?,?,?,?,?,?,?,?)", "issssiiis", waiting[i].id, waiting[i].plan, waiting[i].who, waiting[i].verb,
		        waiting[i].things, waiting[i].machines, waiting[i].asked, waiting[i].until, waiting[i].approver) != 0)
			return -1;
	return 0;
}

int
status_put_grants(struct status *s, const struct status_grant *grants, size_t n_grants, const struct status_waiting *waiting,
    size_t n_waiting, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_all(s, grants, n_grants, waiting, n_waiting, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_grants(struct status *s, int64_t now, struct arena *a, struct status_grant **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT id,who,verbs,things,uses,used,made,until FROM open_grant WHERE until>? ORDER BY id DESC LIMIT ?", "ii", now,
	    (int64_t)LIMIT_GRANTS);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_grant){.id = store_int(q, 0), .who = arena_strdup(a, store_text(q, 1)),
		    .verbs = arena_strdup(a, store_text(q, 2)), .things = arena_strdup(a, store_text(q, 3)), .uses = store_int(q, 4),
		    .used = store_int(q, 5), .made = store_int(q, 6), .until = store_int(q, 7)};
	}
	store_done(q);
	return more;
}

int
status_waiting(struct status *s, int64_t now, struct arena *a, struct status_waiting **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT id,plan,who,verb,things,machines,asked,until,approver FROM waiting WHERE until>? ORDER BY id DESC LIMIT ?", "ii",
	    now, (int64_t)LIMIT_GRANTS);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_waiting){.id = store_int(q, 0), .plan = arena_strdup(a, store_text(q, 1)),
		    .who = arena_strdup(a, store_text(q, 2)), .verb = arena_strdup(a, store_text(q, 3)),
		    .things = arena_strdup(a, store_text(q, 4)), .machines = store_int(q, 5), .asked = store_int(q, 6),
		    .until = store_int(q, 7), .approver = arena_strdup(a, store_text(q, 8))};
	}
	store_done(q);
	return more;
}
