/* SPDX-License-Identifier: Apache-2.0 */
/* Tags as everybody may see them: docs/formats/status.md. */
#include "status_private.h"

static int
put_all(struct status *s, const struct status_tag *tags, size_t n, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM tag", "") != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_run(s->s, e, "INSERT INTO tag(id,thing,outlet,type,who,reason,contact,made,until) VALUES(?,?,?,?,?,?,?,?,?)",
		        "issssssii", tags[i].id, tags[i].thing, tags[i].outlet, tags[i].type, tags[i].who, tags[i].reason,
		        tags[i].contact, tags[i].made, tags[i].until) != 0)
			return -1;
	return status_turn(s, e);
}

int
status_put_tags(struct status *s, const struct status_tag *tags, size_t n, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_all(s, tags, n, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_tags(struct status *s, struct arena *a, struct status_tag **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT id,thing,outlet,type,who,reason,contact,made,until FROM tag ORDER BY id LIMIT ?", "i", (int64_t)LIMIT_TAGS);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_tag){
		    .id = store_int(q, 0),
		    .thing = arena_strdup(a, store_text(q, 1)),
		    .outlet = arena_strdup(a, store_text(q, 2)),
		    .type = arena_strdup(a, store_text(q, 3)),
		    .who = arena_strdup(a, store_text(q, 4)),
		    .reason = arena_strdup(a, store_text(q, 5)),
		    .contact = arena_strdup(a, store_text(q, 6)),
		    .made = store_int(q, 7),
		    .until = store_int(q, 8),
		};
	}
	store_done(q);
	return more;
}
