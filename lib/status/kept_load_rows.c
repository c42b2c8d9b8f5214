/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer knows of its file: read once, when it opens it. What nobody needs any more goes before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "status_private.h"

#define KEPT_MS (STATUS_KEPT_DAYS * STATUS_DAY_MS)

static int
load_names(struct status *s, struct kept_names *names, const char *sql, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, sql, "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		int64_t nr = store_int(q, 0);

		if (nr <= 0 || nr > INT32_MAX) {
			store_done(q);
			return err_set(e, ERR_INTERNAL, "%s: a name has the number %lld", s->path, (long long)nr);
		}
		(void)kept_name_load(names, nr, store_blob(q, 1), store_int(q, 2));
	}
	store_done(q);
	return more;
}

static double
real(struct store_query *q, int column)
{
	return store_null(q, column) ? NAN : store_double(q, column);
}

static struct str
text_or_null(struct store_query *q, int column)
{
	return store_null(q, column) ? (struct str){NULL, 0} : store_blob(q, column);
}

/* Values, and outlets as their check 0. */
static int
load_values(struct status *s, const char *sql, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, sql, "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct kept_column *c = kept_column_of(s->kept, store_int(q, 0));
		int64_t nr = store_int(q, 1);
		const struct kept_seen seen = {
		    .level = status_level_of(store_int(q, 2)),
		    .text = store_blob(q, 3),
		    .detail = text_or_null(q, 4),
		    .data = text_or_null(q, 5),
		    .number = real(q, 6),
		    .watts = real(q, 7),
		    .at = store_int(q, 8),
		    .interval = store_int(q, 10),
		    .fault = text_or_null(q, 12),
		    .fixed = store_int(q, 13) != 0,
		};
		struct kept *v;

		if (c == NULL || nr <= 0 || nr > INT32_MAX || (unsigned)seen.level >= STATUS_LEVEL_COUNT)
			continue; /* of nothing that has a name */
		v = kept_slot(c, (size_t)nr);
		kept_say(v, &seen);
		v->since = store_int(q, 9);
		v->turn = store_int(q, 11);
	}
	store_done(q);
	return more;
}

struct joining {
	struct kept_column *column;
	struct kept_round *round;
};

static void
join(void *ctx, uint32_t nr)
{
	struct joining *j = ctx;
	struct kept *v = nr < j->column->n ? j->column->by_nr[nr] : NULL;

	if (v == NULL || v->turn >= j->round->turn)
		return;
	if (v->round != NULL)
		v->round->live--;
	v->round = j->round;
	j->round->live++;
}

static int
load_rounds(struct status *s, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT turn,chk,at,reached FROM round ORDER BY turn", "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct joining j = {.column = kept_column_of(s->kept, store_int(q, 1))};

		if (j.column == NULL)
			continue;
		j.round = calloc(1, sizeof(*j.round));
		if (j.round == NULL)
			log_die("out of memory: no round");
		*j.round = (struct kept_round){.turn = store_int(q, 0), .at = store_int(q, 2), .written = true, .older = j.column->rounds};
		j.column->rounds = j.round;
		j.column->n_rounds++;
		(void)kept_reached(store_blob(q, 3), join, &j);
	}
	store_done(q);
	return more;
}

static int
load_columns(struct status *s, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT name,kind,step,counts FROM col", "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct kept_column *c = kept_column(s->kept, store_text(q, 0));

		if (c == NULL)
			continue;
		c->hint = NULL;
		c->kind = (enum status_kind)store_int(q, 1);
		c->step = store_double(q, 2);
		c->counts = store_int(q, 3) != 0;
	}
	store_done(q);
	return more;
}

static int
load_pulse(struct status *s, int64_t *beat, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT beat,turn,(SELECT COALESCE(MAX(id),0) FROM change),(SELECT COALESCE(MIN(id),0) FROM change) FROM pulse", "");
	int more = store_next(q, e);

	if (more == 1) {
		*beat = s->beat = store_int(q, 0);
		s->kept->turn = store_int(q, 1);
		s->kept->change = store_int(q, 2);
		s->kept->oldest = store_int(q, 3);
	}
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_INTERNAL, "%s has no pulse", s->path);
	return more < 0 ? -1 : 0;
}

static int
load(struct status *s, int64_t *beat, struct err *e)
{
	struct kept_all *k = s->kept;

	if (load_pulse(s, beat, e) != 0 ||
	    load_names(s, &k->things, "SELECT nr,name,last FROM thing", e) != 0 ||
	    load_names(s, &k->checks, "SELECT nr,name,0 FROM chk", e) != 0 ||
	    load_names(s, &k->words, "SELECT nr,text,day FROM word", e) != 0 ||
	    load_names(s, &k->outlets, "SELECT nr,pdu||'/'||name,pdu FROM outlet", e) != 0 ||
	    load_columns(s, e) != 0 ||
	    load_values(s, "SELECT chk,thing,level,text,detail,data,number,NULL,at,since,every,turn,NULL,0 FROM value", e) != 0 ||
	    load_values(s, "SELECT 0,nr,CASE state WHEN 'unknown' THEN 3 ELSE 0 END,state,word,device_name,amps,watts,at,since,every,turn,"
	                   "fault,fixed FROM outlet", e) != 0)
		return -1;
	return load_rounds(s, e);
}

/* ---- what nobody needs ------------------------------------------------------------ */

static int
run_counted(struct status *s, int64_t *n, struct err *e, const char *sql, int64_t number)
{
	if (store_run(s->s, e, sql, "i", number) != 0)
		return -1;
	*n += store_changes(s->s);
	return 0;
}

static int
forget_value(struct status *s, const struct kept_column *c, int64_t nr, struct err *e)
{
	if (c->name == NULL)
		return store_run(s->s, e, "DELETE FROM outlet WHERE nr=?", "i", nr);
	return store_run(s->s, e, "DELETE FROM value WHERE chk=? AND thing=?", "ii", c->name->nr, nr);
}

/*
 * Values that were not seen for as long as history is kept, then the names that nothing has any more; the highest
 * numbers stay, so that none is given twice. Times are those of the file: a writer whose clock runs wild forgets nothing.
 */
static int
forget(struct status *s, int64_t before, int64_t *n, struct err *e)
{
	for (size_t i = 0; i < s->kept->n_columns; i++) {
		const struct kept_column *c = s->kept->columns[i];

		for (size_t nr = 0; nr < c->n; nr++) {
			const struct kept *v = c->by_nr[nr];

			if (v == NULL || (v->round == NULL ? v->at : v->round->at) >= before)
				continue;
			if (forget_value(s, c, (int64_t)nr, e) != 0)
				return -1;
			++*n;
		}
	}
	return run_counted(s, n, e,
	           "DELETE FROM thing WHERE last<(SELECT COALESCE(MIN(id),last+1) FROM change) AND nr NOT IN (SELECT thing FROM value)"
	           " AND nr NOT IN (SELECT pdu FROM outlet) AND nr<(SELECT MAX(nr)+? FROM thing)", 0) != 0 ||
	            run_counted(s, n, e, "DELETE FROM word WHERE day<? AND nr<(SELECT MAX(nr) FROM word)", before / STATUS_DAY_MS - 1) != 0
	        ? -1
	        : 0;
}

int
kept_load(struct status *s, struct err *e)
{
	int64_t beat = 0, gone = 0;
	struct err why;

	if (load(s, &beat, e) != 0)
		return -1;
	if (beat <= 0)
		return 0;
	if (store_begin(s->s, &why) != 0 || forget(s, beat - KEPT_MS, &gone, &why) != 0 || store_commit(s->s, &why) != 0) {
		store_rollback(s->s);
		log_warn("what nobody needs stays in the room's status: %s", why.text); /* a full disk is no reason not to start */
		return 0;
	}
	if (gone == 0)
		return 0;
	kept_destroy(s->kept);
	s->kept = kept_create();
	return load(s, &beat, e);
}
