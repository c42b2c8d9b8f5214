/* SPDX-License-Identifier: Apache-2.0 */
/* What was changed, by whom, when and why. */
#include <string.h>

#include "inv_edit.h"

#define MOST_EDITS 1000
#define USUAL_FACTS 200

/* A thing as it is called now, else the last one that was ever called so. 0: none. */
static int
thing_called(struct inv *i, const char *name, int64_t *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT COALESCE((SELECT id FROM thing WHERE name=?1),"
	    "(SELECT thing FROM change WHERE name=?1 ORDER BY edit DESC,seq DESC LIMIT 1),0)",
	    "s", name);
	int more = store_next(q, e);

	*out = more == 1 ? store_int(q, 0) : 0;
	store_done(q);
	if (more != 1)
		return -1;
	return *out != 0 ? 0 : err_set(e, ERR_NOT_FOUND, "no thing is, or ever was, named \"%s\"", name);
}

#define EDIT_COLUMNS "SELECT e.id,e.at,e.who,e.why,e.request,e.facts FROM edit e "
#define EDIT_WHERE " AND e.at>=?2 AND (?3 IS NULL OR e.who=?3) ORDER BY e.id DESC LIMIT ?4"

static int
read_edits(struct inv *i, const struct inv_history_ask *ask, int64_t thing, struct arena *a, struct inv_edit_row **out,
    size_t *n_out, struct err *e)
{
	int64_t before = ask->before > 0 ? ask->before : INT64_MAX;
	int64_t limit = ask->limit < 1 ? 1 : ask->limit > MOST_EDITS ? MOST_EDITS : ask->limit;
	struct store_query *q;
	size_t cap = 0;
	int more;

	if (thing == 0)
		q = store_ask(i->s, e, EDIT_COLUMNS "WHERE e.id<?1" EDIT_WHERE, "iisi", before, ask->since, ask->who, limit);
	else
		q = store_ask(i->s, e,
		    EDIT_COLUMNS "WHERE e.id<?1 AND e.id IN (SELECT edit FROM change WHERE thing=?5)" EDIT_WHERE, "iisii", before,
		    ask->since, ask->who, limit, thing);
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct inv_edit_row){
		    .edit = store_int(q, 0),
		    .at = store_int(q, 1),
		    .who = arena_strdup(a, store_text(q, 2)),
		    .why = arena_strdup(a, store_text(q, 3)),
		    .request = arena_strdup(a, store_text(q, 4)),
		    .n_all = (size_t)store_int(q, 5),
		};
	}
	store_done(q);
	return more;
}

static const char *
line_of(const struct inv_fact *f, struct arena *a)
{
	json_t *before = f->before == NULL ? NULL : jsn_parse(str_of(f->before), "the change log", NULL);
	json_t *after = f->after == NULL ? NULL : jsn_parse(str_of(f->after), "the change log", NULL);
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	inv_fact_text(f->thing, f->what, before, after, &b);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	json_decref(before);
	json_decref(after);
	return text;
}

/* Of all things each cable and each member once; of one thing its own end. */
static struct store_query *
ask_facts(struct inv *i, int64_t edit, int64_t thing, int64_t most, struct err *e)
{
	if (thing == 0)
		return store_ask(i->s, e,
		    "SELECT name,what,before,after FROM change WHERE edit=? AND mirror=0 ORDER BY seq LIMIT ?", "ii", edit, most);
	return store_ask(i->s, e,
	    "SELECT name,what,before,after FROM change INDEXED BY change_thing WHERE thing=? AND edit=? ORDER BY seq LIMIT ?",
	    "iii", thing, edit, most);
}

static int
count_facts(struct inv *i, int64_t edit, int64_t thing, size_t *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT COUNT(*) FROM change INDEXED BY change_thing WHERE thing=? AND edit=?", "ii", thing, edit);
	int more = store_next(q, e);

	*out = more == 1 ? (size_t)store_int(q, 0) : 0;
	store_done(q);
	return more == 1 ? 0 : -1;
}

/*
 * As many as are wanted, and while *left bytes of one answer are left: a thing that is removed is a fact with all
 * it had, and a thousand edits may hold many. n_all says that there are more.
 */
static int
read_facts(struct inv *i, int64_t thing, int64_t most, size_t *left, struct arena *a, struct inv_edit_row *row, struct err *e)
{
	struct store_query *q = ask_facts(i, row->edit, thing, most, e);
	struct inv_fact *facts = NULL;
	size_t cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		size_t size = strlen(store_text(q, 2)) + strlen(store_text(q, 3));
		struct inv_fact *f;

		if (size > *left) {
			more = 0;
			break;
		}
		*left -= size;
		facts = inv_grow(a, facts, row->n_facts, &cap, sizeof(*facts));
		f = &facts[row->n_facts++];
		*f = (struct inv_fact){
		    .thing = arena_strdup(a, store_text(q, 0)),
		    .what = arena_strdup(a, store_text(q, 1)),
		    .before = store_null(q, 2) ? NULL : arena_strdup(a, store_text(q, 2)),
		    .after = store_null(q, 3) ? NULL : arena_strdup(a, store_text(q, 3)),
		};
		f->text = line_of(f, a);
	}
	store_done(q);
	row->facts = facts;
	return more != 0 || thing == 0 ? more : count_facts(i, row->edit, thing, &row->n_all, e);
}

int
inv_history(struct inv *i, const struct inv_history_ask *ask, struct arena *a, struct inv_edit_row **out, size_t *n_out,
    struct err *e)
{
	int64_t most = ask->facts == 0 ? USUAL_FACTS : (int64_t)ask->facts, thing = 0;
	size_t left = LIMIT_HISTORY;

	*out = NULL;
	*n_out = 0;
	if (ask->thing != NULL && thing_called(i, ask->thing, &thing, e) != 0)
		return -1;
	if (read_edits(i, ask, thing, a, out, n_out, e) != 0)
		return -1;
	for (size_t k = 0; k < *n_out; k++)
		if (read_facts(i, thing, most, &left, a, &(*out)[k], e) != 0)
			return -1;
	return 0;
}
