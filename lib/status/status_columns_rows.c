/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked, and groups of nodes: what larchd publishes beside what it sees. */
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

static int
write_columns(struct status *s, const struct status_column *columns, size_t n, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM col", "") != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct status_column *c = &columns[i];

		if (store_run(s->s, e,
		        "INSERT INTO col(nr,name,probe,title,unit,help,kind,step,every,counts,shown) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
		        "isssssidiii", (int64_t)i, c->name, c->probe, c->title, c->unit, c->help, (int64_t)c->kind, c->step,
		        c->interval, (int64_t)c->counts, (int64_t)c->shown) != 0)
			return -1;
	}
	return status_turn(s, e);
}

static bool
is_among(const struct status_column *columns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i].name, name) == 0)
			return true;
	return false;
}

/* Values of columns that are not asked any more; their history stays. */
static int
forget_columns(struct status *s, const struct status_column *columns, size_t n, struct err *e)
{
	for (size_t i = 0; i < s->kept->n_columns; i++) {
		const struct kept_name *name = s->kept->columns[i]->name;

		if (name == NULL || is_among(columns, n, name->text))
			continue;
		if (store_run(s->s, e, "DELETE FROM value WHERE chk=?", "i", name->nr) != 0 ||
		    store_run(s->s, e, "DELETE FROM round WHERE chk=?", "i", name->nr) != 0)
			return -1;
	}
	return 0;
}

/* The same in memory, once it is written. */
static void
keep_columns(struct kept_all *k, const struct status_column *columns, size_t n)
{
	for (size_t i = k->n_columns; i > 0; i--)
		if (k->columns[i - 1]->name != NULL && !is_among(columns, n, k->columns[i - 1]->name->text))
			kept_column_drop(k, k->columns[i - 1]);
	for (size_t i = 0; i < n; i++) {
		struct kept_column *c = kept_column(k, columns[i].name);

		if (c == NULL)
			continue;
		c->hint = NULL; /* the caller's address may be another name's tomorrow */
		c->kind = columns[i].kind;
		c->step = columns[i].step;
		c->counts = columns[i].counts;
	}
}

int
status_put_columns(struct status *s, const struct status_column *columns, size_t n, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (write_columns(s, columns, n, e) != 0 || forget_columns(s, columns, n, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	if (store_commit(s->s, e) != 0)
		return -1;
	keep_columns(s->kept, columns, n);
	return 0;
}

int
status_columns(struct status *s, struct arena *a, struct status_column **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT name,probe,title,unit,help,kind,step,every,counts,shown FROM col ORDER BY nr", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_column){
		    .name = arena_strdup(a, store_text(q, 0)),
		    .probe = arena_strdup(a, store_text(q, 1)),
		    .title = arena_strdup(a, store_text(q, 2)),
		    .unit = arena_strdup(a, store_text(q, 3)),
		    .help = arena_strdup(a, store_text(q, 4)),
		    .kind = (enum status_kind)store_int(q, 5),
		    .step = store_double(q, 6),
		    .interval = store_int(q, 7),
		    .counts = store_int(q, 8) != 0,
		    .shown = store_int(q, 9) != 0,
		};
	}
	store_done(q);
	return more;
}

/* ---- groups ------------------------------------------------------------------------ */

static int
put_groups(struct status *s, const char *source, const struct status_group *groups, size_t n, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM grp WHERE source=?", "s", source) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_run(s->s, e, "INSERT INTO grp(source,name,members,at) VALUES(?,?,?,?)", "sssi", source, groups[i].name,
		        groups[i].members, groups[i].at) != 0)
			return -1;
	return status_turn(s, e);
}

int
status_put_groups(struct status *s, const char *source, const struct status_group *groups, size_t n, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_groups(s, source, groups, n, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

static int
by_name(const void *x, const void *y)
{
	const struct status_group *a = x, *b = y;
	int c = strcmp(a->source, b->source);

	return c != 0 ? c : str_natural(a->name, b->name);
}

int
status_groups(struct status *s, struct arena *a, struct status_group **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT source,name,members,at FROM grp", "");
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		const char *members = store_text(q, 2);

		if (arena_used(a) + strlen(members) > LIMIT_ARENA / 4 * 3) { /* a full one ends who asks */
			more = err_set(e, ERR_LIMIT, "the groups of status.db are larger than can be read at once");
			break;
		}
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_group){
		    .source = arena_strdup(a, store_text(q, 0)),
		    .name = arena_strdup(a, store_text(q, 1)),
		    .members = arena_strdup(a, members),
		    .at = store_int(q, 3),
		};
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_name);
	return more;
}
