/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked beside a query: groups, names that are unknown, the search box, containers. */
#include <string.h>

#include "query_sql.h"

static void *
grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 64 : *cap * 2;
	p = arena_array(a, *cap, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

int
query_take_names(struct store_query *q, int column, struct arena *a, struct hosts *out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = (struct hosts){0};
	while ((more = store_next(q, e)) == 1) {
		out->name = grow(a, out->name, out->n, &cap, sizeof(*out->name));
		out->name[out->n++] = arena_strdup(a, store_text(q, column));
	}
	store_done(q);
	return more;
}

/* ---- groups and names --------------------------------------------------------------------------------- */

/* A pool or a rack may also be an attribute of that key, as where a genders file was taken over. */
#define GROUP "WITH RECURSIVE g(id) AS (SELECT w.thing FROM attr w WHERE w.key=? AND w.value=? UNION "
#define GROUP_NAMES ") SELECT name FROM thing WHERE id IN (SELECT id FROM g)"

int
query_group(struct inv *i, const char *source, const char *value, struct arena *a, struct hosts *out, bool *known,
    struct err *e)
{
	struct store_query *q;
	int more;

	if (strcmp(source, "*") == 0)
		q = store_ask(i->s, e, "SELECT name FROM thing", "");
	else if (strcmp(source, "type") == 0)
		q = store_ask(i->s, e, "SELECT name FROM thing WHERE type=?", "s", value);
	else if (strcmp(source, "pool") == 0)
		q = store_ask(i->s, e,
		    GROUP "SELECT m.thing FROM thing u CROSS JOIN member m ON m.pool=u.id WHERE u.name=?"
		    " UNION SELECT m.thing FROM g CROSS JOIN member m ON m.pool=g.id" GROUP_NAMES,
		    "sss", source, value, value);
	else
		q = store_ask(i->s, e,
		    GROUP "SELECT p.thing FROM thing u CROSS JOIN place p ON p.container=u.id WHERE u.name=?"
		    " UNION SELECT p.thing FROM g CROSS JOIN place p ON p.container=g.id" GROUP_NAMES,
		    "sss", source, value, value);
	if (query_take_names(q, 0, a, out, e) != 0)
		return -1;
	hosts_sort(out);
	*known = out->n > 0;
	if (*known)
		return 0;
	q = store_ask(i->s, e, "SELECT 1 FROM thing WHERE name=? AND type=?", "ss", value, source);
	more = store_next(q, e);
	*known = more == 1; /* an empty one */
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
query_unknown(struct inv *i, const char *what, const struct hosts *names, struct arena *a, struct hosts *out,
    struct err *e)
{
	struct str list = query_json(names, a);

	if (strcmp(what, "type") == 0)
		return query_take_names(store_ask(i->s, e, "SELECT j.value FROM json_each(?) j WHERE NOT EXISTS (SELECT 1 FROM thing"
		    " WHERE type=j.value) AND NOT EXISTS (SELECT 1 FROM type WHERE name=j.value)", "t", list), 0, a, out, e);
	return query_take_names(store_ask(i->s, e, "SELECT j.value FROM json_each(?) j WHERE NOT EXISTS (SELECT 1 FROM thing"
	    " WHERE name=j.value)", "t", list), 0, a, out, e);
}

/* ---- one in each container ---------------------------------------------------------------------------------- */

int
query_held(struct inv *i, const struct hosts *things, const char *type, struct arena *a, struct query_held **out,
    size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "WITH RECURSIVE up(thing,at) AS (SELECT t.id,p.container FROM json_each(?) j CROSS JOIN thing t ON t.name=j.value"
	    " CROSS JOIN place p ON p.thing=t.id UNION SELECT up.thing,p.container FROM up CROSS JOIN place p ON p.thing=up.at)"
	    " SELECT t.name,c.name FROM up CROSS JOIN thing c ON c.id=up.at AND c.type=? CROSS JOIN thing t ON t.id=up.thing",
	    "ts", query_json(things, a), type);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct query_held){arena_strdup(a, store_text(q, 0)), arena_strdup(a, store_text(q, 1))};
	}
	store_done(q);
	return more;
}
