/* SPDX-License-Identifier: Apache-2.0 */
/* What the file does not have yet is written: one transaction, and what is too old goes in small bites. */
#include <math.h>
#include <string.h>

#include "status_private.h"

#define BITE 1000                 /* changes that go with one batch: a millisecond */
#define PRUNE_MS (10 * 60 * 1000) /* how often is looked what has to go */

static int
write_names(struct status *s, struct err *e)
{
	struct kept_all *k = s->kept;

	for (size_t i = 0; i < k->things.n_unwritten; i++) {
		const struct kept_name *n = k->things.unwritten[i];

		if (store_run(s->s, e, "INSERT INTO thing(nr,name,last) VALUES(?1,?2,?3) ON CONFLICT(nr) DO UPDATE SET last=?3", "isi",
		        n->nr, n->text, n->last) != 0)
			return -1;
	}
	for (size_t i = 0; i < k->checks.n_unwritten; i++)
		if (store_run(s->s, e, "INSERT INTO chk(nr,name) VALUES(?,?) ON CONFLICT(nr) DO NOTHING", "is",
		        k->checks.unwritten[i]->nr, k->checks.unwritten[i]->text) != 0)
			return -1;
	for (size_t i = 0; i < k->words.n_unwritten; i++) {
		const struct kept_name *n = k->words.unwritten[i];

		if (store_run(s->s, e, "INSERT INTO word(nr,text,day) VALUES(?1,?2,?3) ON CONFLICT(nr) DO UPDATE SET day=?3", "isi",
		        n->nr, n->text, n->last) != 0)
			return -1;
	}
	return 0;
}

static int
write_outlet(struct status *s, const struct kept *v, const struct kept_name *name, struct err *e)
{
	return store_run(s->s, e,
	    "INSERT OR REPLACE INTO outlet(nr,pdu,name,device_name,state,word,amps,watts,at,since,every,turn,fault,fixed)"
	    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	    "iissssddiiiisi", name->nr, name->last, strchr(name->text, '/') + 1, v->said + v->data, v->said, v->said + v->detail,
	    v->number, v->watts, v->at, v->since, v->interval, v->turn, v->said + v->fault, (int64_t)v->fixed);
}

static int
write_values(struct status *s, struct err *e)
{
	for (size_t i = 0; i < s->kept->n_unwritten; i++) {
		const struct kept_column *c = s->kept->unwritten[i].column;
		size_t nr = s->kept->unwritten[i].nr;
		const struct kept *v = c->by_nr[nr];
		int rc;

		if (c->name == NULL)
			rc = write_outlet(s, v, s->kept->outlets.by_nr[nr], e);
		else
			rc = store_run(s->s, e,
			    "INSERT OR REPLACE INTO value(chk,thing,level,text,detail,number,at,since,every,data,turn)"
			    " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
			    "iiissdiiisi", c->name->nr, (int64_t)nr, (int64_t)v->level, v->said, v->detail == 0 ? NULL : v->said + v->detail,
			    v->number, v->at, v->since, v->interval, v->data == 0 ? NULL : v->said + v->data, v->turn);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static int
write_rounds(struct status *s, struct err *e)
{
	struct kept_all *k = s->kept;

	for (size_t i = 0; i < k->n_columns; i++)
		for (const struct kept_round *r = k->columns[i]->rounds; r != NULL; r = r->older)
			if (!r->written && store_run(s->s, e, "INSERT INTO round(turn,chk,at,reached) VALUES(?,?,?,?)", "iiib", r->turn,
			        k->columns[i]->name == NULL ? (int64_t)0 : k->columns[i]->name->nr, r->at, r->reached.p, r->reached.n) != 0)
				return -1;
	for (size_t i = 0; i < k->n_dead; i += 2)
		if (store_run(s->s, e, "DELETE FROM round WHERE turn=? AND chk=?", "ii", k->dead[i], k->dead[i + 1]) != 0)
			return -1;
	return 0;
}

/* ---- the history --------------------------------------------------------------------- */

/* Which ids an hour has: how a time is found among them, also after the clock was put back. */
static int
write_hour(struct status *s, const struct kept_change *first, const struct kept_change *last, struct err *e)
{
	return store_run(s->s, e,
	    "INSERT INTO hour(hour,first,last) VALUES(?1,?2,?3)"
	    " ON CONFLICT(hour) DO UPDATE SET first=MIN(first,?2),last=MAX(last,?3)",
	    "iii", first->at / STATUS_HOUR_MS, first->id, last->id);
}

static int
write_changes(struct status *s, struct err *e)
{
	const struct kept_change *c = s->kept->changes;
	size_t n = s->kept->n_changes, from = 0;

	for (size_t i = 0; i < n; i++) {
		if (store_run(s->s, e, "INSERT INTO change(id,before,at,thing,chk,level,from_text,to_text) VALUES(?,?,?,?,?,?,?,?)",
		        "iiiiiiii", c[i].id, c[i].before, c[i].at, c[i].thing, c[i].check, (int64_t)c[i].level, c[i].from_text,
		        c[i].to_text) != 0)
			return -1;
		if (i + 1 == n || c[i + 1].at / STATUS_HOUR_MS != c[from].at / STATUS_HOUR_MS) {
			if (write_hour(s, &c[from], &c[i], e) != 0)
				return -1;
			from = i + 1;
		}
	}
	return 0;
}

/*
 * Below which id nothing is young enough: the first of the hours that are kept. An hour that is to come is of a clock
 * that ran ahead, and keeps nothing.
 */
static int
look_what_goes(struct status *s, struct err *e)
{
	struct kept_all *k = s->kept;
	struct store_query *q;
	int more;

	if (k->now <= 0 || (k->pruned_at != 0 && k->now - k->pruned_at < PRUNE_MS && k->now >= k->pruned_at))
		return 0;
	k->pruned_at = k->now;
	q = store_ask(s->s, e, "SELECT MIN(first) FROM hour WHERE hour>=? AND hour<=?", "ii",
	    (k->now - STATUS_KEPT_DAYS * STATUS_DAY_MS) / STATUS_HOUR_MS, k->now / STATUS_HOUR_MS + 24);
	more = store_next(q, e);
	if (more == 1)
		k->prune_to = store_null(q, 0) ? k->change + 1 : store_int(q, 0);
	store_done(q);
	if (more < 0)
		return -1;
	if (k->change - k->prune_to > LIMIT_STATUS_CHANGES)
		k->prune_to = k->change - LIMIT_STATUS_CHANGES;
	return store_run(s->s, e, "DELETE FROM hour WHERE last<?", "i", k->oldest) != 0 ||
	            store_run(s->s, e, "DELETE FROM day WHERE day<?", "i", k->now / STATUS_DAY_MS - STATUS_KEPT_DAYS) != 0 ||
	            store_run(s->s, e, "DELETE FROM gap WHERE ended<?", "i", k->now - STATUS_KEPT_DAYS * STATUS_DAY_MS) != 0 ||
	            store_run(s->s, e, "DELETE FROM event WHERE at<?", "i", k->now - STATUS_KEPT_DAYS * STATUS_DAY_MS) != 0 ||
	            store_run(s->s, e, "DELETE FROM wanted_state WHERE at<?", "i", k->now - STATUS_KEPT_DAYS * STATUS_DAY_MS) != 0 ||
	            store_run(s->s, e, "DELETE FROM job WHERE ended<>0 AND ended<?", "i", k->now - STATUS_DAY_MS) != 0
	        ? -1
	        : 0;
}

/* *oldest_out: what is the oldest then. */
static int
prune(struct status *s, int64_t *oldest_out, struct err *e)
{
	struct kept_all *k = s->kept;
	int64_t to;

	*oldest_out = k->oldest;
	if (look_what_goes(s, e) != 0)
		return -1;
	to = k->oldest + BITE < k->prune_to ? k->oldest + BITE : k->prune_to;
	if (k->oldest >= to)
		return 0;
	*oldest_out = to;
	return store_run(s->s, e, "DELETE FROM change WHERE id<?", "i", to);
}

/* ---- a batch ---------------------------------------------------------------------------- */

static int
write_all(struct status *s, int64_t *oldest_out, struct err *e)
{
	const struct kept_all *k = s->kept;
	bool rows = k->n_unwritten > 0 || k->n_changes > 0;

	return write_names(s, e) != 0 || write_values(s, e) != 0 || write_changes(s, e) != 0 || write_rounds(s, e) != 0 ||
	            prune(s, oldest_out, e) != 0 ||
	            store_run(s->s, e, "UPDATE pulse SET turn=?,generation=generation+? WHERE id=1", "ii", k->turn, (int64_t)rows) != 0
	        ? -1
	        : 0;
}

static int
flush(struct status *s, struct err *e)
{
	int64_t oldest = 0;

	if (store_begin(s->s, e) != 0)
		return -1;
	if (write_all(s, &oldest, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	if (store_commit(s->s, e) != 0)
		return -1;
	if (s->kept->lost > 0)
		log_warn("%lld changes are not in the history: they were more than wait in memory for a disk",
		    (long long)s->kept->lost);
	s->kept->lost = 0;
	s->kept->oldest = oldest;
	kept_written(s->kept);
	return 0;
}

int
kept_flush(struct status *s, struct err *e)
{
	struct err why = {0};

	if (status_replaced(s) && status_remake(s, "it was taken away, or another was put in its place", e) != 0)
		return -1;
	if (flush(s, &why) == 0)
		return 0;
	if (why.kind == ERR_INTERNAL && status_remake(s, why.text, e) == 0) /* damaged */
		return flush(s, e);
	return err_set(e, why.kind, "%s", why.text);
}

int
status_put(struct status *s, const struct status_value *values, size_t n_values,
    const struct status_outlet *outlets, size_t n_outlets, struct err *e)
{
	struct kept_all *k = s->kept;
	int64_t before;

	if (k == NULL)
		return err_set(e, ERR_INTERNAL, "%s is open to be read, not written", s->path);
	before = k->now;
	k->turn++;
	k->now = 0;
	for (size_t i = 0; i < n_values; i++)
		kept_value(k, &values[i]);
	for (size_t i = 0; i < n_outlets; i++)
		kept_outlet(k, &outlets[i]);
	if (k->now == 0)
		k->now = before;
	kept_settle(k);
	if (kept_flush(s, e) != 0)
		return -1;
	kept_make_day(s);
	return 0;
}
