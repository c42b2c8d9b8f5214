/* SPDX-License-Identifier: Apache-2.0 */
/* journal.db: the chain, and where each job and step is. */
#include <stdlib.h>
#include <string.h>

#include "journal_inner.h"

/* Triggers hold against a mistake of ours, not against an attacker: that is what the chain is for. */
static const struct store_migration migrations[] = {
    {1, "CREATE TABLE row (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, boot INTEGER NOT NULL,"
        " kind TEXT NOT NULL, job INTEGER NOT NULL, step INTEGER NOT NULL, who TEXT NOT NULL,"
        " address TEXT NOT NULL, verb TEXT NOT NULL, machine TEXT NOT NULL, device TEXT NOT NULL,"
        " outlet TEXT NOT NULL, outcome TEXT NOT NULL, text TEXT NOT NULL, cites TEXT NOT NULL,"
        " prev BLOB NOT NULL CHECK(length(prev)=32), hash BLOB NOT NULL CHECK(length(hash)=32)) STRICT;"
        "CREATE INDEX row_intent ON row(seq) WHERE kind='intent';"
        "CREATE INDEX row_job ON row(job, step, kind);"
        "CREATE INDEX row_machine ON row(machine, seq);"
        "CREATE INDEX row_device ON row(device, seq);"
        "CREATE INDEX row_who ON row(who, at);"
        "CREATE TRIGGER row_stays BEFORE UPDATE ON row BEGIN SELECT RAISE(ABORT,'a journal row never changes'); END;"
        "CREATE TRIGGER row_kept BEFORE DELETE ON row BEGIN SELECT RAISE(ABORT,'a journal row is never removed'); END;"
        "CREATE TABLE job (job INTEGER PRIMARY KEY, state TEXT NOT NULL, text TEXT NOT NULL,"
        " began INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT;"
        "CREATE INDEX job_open ON job(job) WHERE ended=0;"
        "CREATE TABLE step (job INTEGER NOT NULL, step INTEGER NOT NULL, state TEXT NOT NULL,"
        " text TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL,"
        " PRIMARY KEY(job, step)) STRICT, WITHOUT ROWID;"},
    {2, "CREATE TABLE answer (question INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL,"
        " who TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, phase TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
        "CREATE INDEX answer_about ON answer(what, about, question);"},
    {3, "CREATE TABLE evidence (seq INTEGER PRIMARY KEY REFERENCES row(seq), text TEXT NOT NULL) STRICT;"
        "CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT,'evidence never changes'); END;"
        "CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT,'evidence is never removed'); END;"},
};

#define COLUMNS \
	"seq,at,boot,kind,job,step,who,address,verb,machine,device,outlet,outcome,text,cites,prev,hash"

static struct journal *
journal_create(void)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		log_die("out of memory: no journal");
	return j;
}

int
journal_read_head(struct journal *j, int64_t *seq_out, unsigned char hash_out[JOURNAL_HASH], struct err *e)
{
	struct store_query *q = store_ask(j->s, e, "SELECT seq,hash FROM row ORDER BY seq DESC LIMIT 1", "");
	int more = store_next(q, e);

	*seq_out = 0;
	memset(hash_out, 0, JOURNAL_HASH);
	if (more == 1 && store_blob(q, 1).n == JOURNAL_HASH) {
		*seq_out = store_int(q, 0);
		memcpy(hash_out, store_blob(q, 1).p, JOURNAL_HASH);
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
journal_open(const char *path, struct journal **out, struct err *e)
{
	struct journal *j = journal_create();

	if (store_open(path, migrations, LARCH_COUNT(migrations), &j->s, e) != 0 ||
	    journal_read_head(j, &j->seq, j->head, e) != 0) {
		journal_close(j);
		return -1;
	}
	*out = j;
	return 0;
}

int
journal_open_reader(const char *path, struct journal **out, struct err *e)
{
	struct journal *j = journal_create();

	if (store_open_reader(path, JOURNAL_VERSION, &j->s, e) != 0) {
		journal_close(j);
		return -1;
	}
	*out = j;
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	store_close(j->s);
	free(j);
}

int64_t
journal_generation(struct journal *j)
{
	return store_data_version(j->s);
}

int64_t
journal_head(const struct journal *j, unsigned char hash_out[JOURNAL_HASH])
{
	memcpy(hash_out, j->head, JOURNAL_HASH);
	return j->seq;
}

/* ---- writing ---------------------------------------------------------------------------- */

/*
 * Every text of a row is present, and is text: what is not known is empty, what a device said in another
 * encoding is cleaned. The chain is over UTF-8, as it is exported.
 */
static void
fill(struct journal *j, struct journal_row *r, struct arena *a)
{
	const char **texts[] = {&r->kind, &r->who, &r->address, &r->verb, &r->machine, &r->device, &r->outlet,
	    &r->outcome, &r->text, &r->cites};

	for (size_t i = 0; i < LARCH_COUNT(texts); i++) {
		struct buf clean = BUF(LIMIT_JSON_BODY);
		struct str t = str_of(*texts[i]);

		if (t.n > LIMIT_JSON_BODY / 4)
			t.n = LIMIT_JSON_BODY / 4;
		else if (str_is_text(t)) {
			*texts[i] = t.p == NULL ? "" : t.p;
			continue;
		}
		buf_plain(&clean, t);
		*texts[i] = arena_strndup(a, clean.n > 0 ? clean.p : "", clean.n);
		buf_free(&clean);
	}
	r->seq = j->seq + 1;
	r->at = times_now();
	r->boot = times_boot();
	memcpy(r->prev, j->head, JOURNAL_HASH);
	journal_hash(r, r->hash);
}

static int
insert(struct journal *j, const struct journal_row *r, struct err *e)
{
	return store_run(j->s, e,
	    "INSERT INTO row(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "iiisiisssssssssbb", r->seq,
	    r->at, r->boot, r->kind, r->job, r->step, r->who, r->address, r->verb, r->machine, r->device,
	    r->outlet, r->outcome, r->text, r->cites, (const void *)r->prev, (size_t)JOURNAL_HASH,
	    (const void *)r->hash, (size_t)JOURNAL_HASH);
}

static int
put_step(struct journal *j, const struct journal_step *s, struct err *e)
{
	return store_run(j->s, e,
	    "INSERT INTO step(job,step,state,text,began,ended) VALUES(?,?,?,?,?,?)"
	    " ON CONFLICT(job,step) DO UPDATE SET state=excluded.state,text=excluded.text,ended=excluded.ended,"
	    "began=CASE WHEN step.began>0 THEN step.began ELSE excluded.began END",
	    "iissii", s->job, s->step, s->state, s->text == NULL ? "" : s->text, s->began, s->ended);
}

static int
put_job(struct journal *j, const struct journal_job *o, struct err *e)
{
	return store_run(j->s, e,
	    "INSERT INTO job(job,state,text,began,ended) VALUES(?,?,?,?,?)"
	    " ON CONFLICT(job) DO UPDATE SET state=excluded.state,text=excluded.text,ended=excluded.ended",
	    "issii", o->job, o->state, o->text == NULL ? "" : o->text, o->began, o->ended);
}

static int
put_evidence(struct journal *j, int64_t seq, const char *text, struct err *e)
{
	return store_run(j->s, e, "INSERT INTO evidence(seq,text) VALUES(?,?)", "is", seq, text);
}

/* What goes with a row in its transaction; NULL: nothing. */
struct beside {
	const struct journal_step *step;
	const struct journal_job *job;
	const char *evidence;
};

static int
add_all(struct journal *j, const struct journal_row *row, const struct beside *with, struct err *e)
{
	if (store_begin(j->s, e) != 0)
		return -1;
	if (insert(j, row, e) != 0 || (with->step != NULL && put_step(j, with->step, e) != 0) ||
	    (with->job != NULL && put_job(j, with->job, e) != 0) ||
	    (with->evidence != NULL && put_evidence(j, row->seq, with->evidence, e) != 0)) {
		store_rollback(j->s);
		return -1;
	}
	return store_commit(j->s, e);
}

static int
add_beside(struct journal *j, struct journal_row *row, const struct beside *with, struct err *e)
{
	struct arena *a = arena_create();
	struct journal_row r = *row;
	int rc;

	fill(j, &r, a);
	rc = add_all(j, &r, with, e);
	arena_destroy(a);
	if (rc != 0)
		return -1;
	row->seq = j->seq = r.seq;
	row->at = r.at;
	row->boot = r.boot;
	memcpy(row->prev, r.prev, JOURNAL_HASH);
	memcpy(row->hash, r.hash, JOURNAL_HASH);
	memcpy(j->head, r.hash, JOURNAL_HASH);
	return 0;
}

int
journal_add_with(struct journal *j, struct journal_row *row, const struct journal_step *step,
    const struct journal_job *job, struct err *e)
{
	return add_beside(j, row, &(struct beside){step, job, NULL}, e);
}

int
journal_add_evidence(struct journal *j, struct journal_row *row, const char *text, struct err *e)
{
	char cited[JOURNAL_CITED];

	if (strlen(text) > LIMIT_EVIDENCE)
		return err_set(e, ERR_LIMIT, "evidence of %zu bytes; the most is %u", strlen(text), LIMIT_EVIDENCE);
	journal_cite(str_of(text), cited);
	row->cites = cited;
	return add_beside(j, row, &(struct beside){NULL, NULL, text}, e);
}

int
journal_add(struct journal *j, struct journal_row *row, struct err *e)
{
	return journal_add_with(j, row, NULL, NULL, e);
}

int
journal_set_step(struct journal *j, const struct journal_step *step, struct err *e)
{
	return put_step(j, step, e);
}

/* ---- reading ------------------------------------------------------------------------------ */

int
journal_job(struct journal *j, int64_t job, struct arena *a, struct journal_job *out, struct err *e)
{
	struct store_query *q = store_ask(j->s, e, "SELECT state,text,began,ended FROM job WHERE job=?", "i", job);
	int more = store_next(q, e);

	if (more == 1)
		*out = (struct journal_job){
		    .job = job,
		    .state = arena_strdup(a, store_text(q, 0)),
		    .text = arena_strdup(a, store_text(q, 1)),
		    .began = store_int(q, 2),
		    .ended = store_int(q, 3),
		};
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "job %lld has not been taken up", (long long)job);
	return more < 0 ? -1 : 0;
}

int
journal_steps(struct journal *j, int64_t job, struct arena *a, struct journal_step **out, size_t *n_out,
    struct err *e)
{
	struct journal_step *rows = arena_array(a, LIMIT_PLAN_STEPS, sizeof(*rows));
	struct store_query *q = store_ask(j->s, e,
	    "SELECT step,state,text,began,ended FROM step WHERE job=? ORDER BY step LIMIT 4096", "i", job);
	size_t n = 0;
	int more;

	while ((more = store_next(q, e)) == 1 && n < LIMIT_PLAN_STEPS)
		rows[n++] = (struct journal_step){
		    .job = job,
		    .step = store_int(q, 0),
		    .state = arena_strdup(a, store_text(q, 1)),
		    .text = arena_strdup(a, store_text(q, 2)),
		    .began = store_int(q, 3),
		    .ended = store_int(q, 4),
		};
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int
journal_open_jobs(struct journal *j, struct arena *a, int64_t **out, size_t *n_out, struct err *e)
{
	int64_t *jobs = arena_array(a, 4096, sizeof(*jobs));
	struct store_query *q = store_ask(j->s, e, "SELECT job FROM job WHERE ended=0 ORDER BY job LIMIT 4096", "");
	size_t n = 0;
	int more;

	while ((more = store_next(q, e)) == 1)
		jobs[n++] = store_int(q, 0);
	store_done(q);
	*out = jobs;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int64_t
journal_last_job(struct journal *j)
{
	struct err e;
	struct store_query *q = store_ask(j->s, &e, "SELECT coalesce(max(job),0) FROM job", "");
	int64_t last = -1;

	if (store_next(q, &e) == 1)
		last = store_int(q, 0);
	store_done(q);
	return last;
}

int64_t
journal_last_step(struct journal *j, const char *kind)
{
	struct err e;
	struct store_query *q = store_ask(j->s, &e, "SELECT coalesce(max(step),0) FROM row WHERE job=0 AND kind=?", "s", kind);
	int64_t last = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return last;
}

/* A row whose texts are the query's own: they live until its next row. */
static void
see_row(struct store_query *q, struct journal_row *r)
{
	*r = (struct journal_row){
	    .seq = store_int(q, 0),
	    .at = store_int(q, 1),
	    .boot = store_int(q, 2),
	    .kind = store_text(q, 3),
	    .job = store_int(q, 4),
	    .step = store_int(q, 5),
	    .who = store_text(q, 6),
	    .address = store_text(q, 7),
	    .verb = store_text(q, 8),
	    .machine = store_text(q, 9),
	    .device = store_text(q, 10),
	    .outlet = store_text(q, 11),
	    .outcome = store_text(q, 12),
	    .text = store_text(q, 13),
	    .cites = store_text(q, 14),
	};
	if (store_blob(q, 15).n == JOURNAL_HASH)
		memcpy(r->prev, store_blob(q, 15).p, JOURNAL_HASH);
	if (store_blob(q, 16).n == JOURNAL_HASH)
		memcpy(r->hash, store_blob(q, 16).p, JOURNAL_HASH);
}

static void
read_row(struct store_query *q, struct arena *a, struct journal_row *r)
{
	const char **texts[] = {&r->kind, &r->who, &r->address, &r->verb, &r->machine, &r->device, &r->outlet,
	    &r->outcome, &r->text, &r->cites};

	see_row(q, r);
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		*texts[i] = arena_strdup(a, *texts[i]);
}

/* Read what a query gives, at most max rows; closes the query. */
static int
read_rows(struct store_query *q, struct arena *a, size_t max, struct journal_row **out, size_t *n_out,
    struct err *e)
{
	size_t n = 0, cap = 64;
	struct journal_row *rows = arena_array(a, cap, sizeof(*rows));
	int more;

	while ((more = store_next(q, e)) == 1 && n < max) {
		if (n == cap) {
			struct journal_row *wide = arena_array(a, cap * 2, sizeof(*rows));

			memcpy(wide, rows, n * sizeof(*rows));
			rows = wide;
			cap *= 2;
		}
		read_row(q, a, &rows[n++]);
	}
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int
journal_unsettled(struct journal *j, struct arena *a, struct journal_row **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(j->s, e,
	    "SELECT " COLUMNS " FROM row i WHERE kind='intent' AND seq>? AND NOT EXISTS (SELECT 1 FROM row o"
	    " WHERE o.job=i.job AND o.step=i.step AND (o.kind='settled' OR o.kind='outcome' AND o.outcome<>'unknown'))"
	    " ORDER BY seq LIMIT 4096", "i", j->settled);

	if (read_rows(q, a, 4096, out, n_out, e) != 0)
		return -1;
	if (j->seq > 0) /* asked after every job and every sweep: not all of the past each time */
		j->settled = *n_out > 0 ? (*out)[0].seq - 1 : j->seq;
	return 0;
}

int
journal_touched(struct journal *j, int64_t job, const char *machine)
{
	struct err lost;
	struct store_query *q = store_ask(j->s, &lost, "SELECT 1 FROM row WHERE job=? AND kind='intent' AND machine=? LIMIT 1", "is", job, machine);
	int rc = store_next(q, &lost);

	store_done(q);
	return rc;
}

int64_t
journal_machines_since(struct journal *j, const char *who, int64_t since, const char *except)
{
	struct err e;
	struct store_query *q = store_ask(j->s, &e,
	    "SELECT count(DISTINCT machine) FROM row WHERE who=? AND at>=? AND kind='intent' AND machine<>?", "sis",
	    who, since, except);
	int64_t n = -1;

	if (store_next(q, &e) == 1)
		n = store_int(q, 0);
	store_done(q);
	return n;
}

/* ---- the filtered log ------------------------------------------------------------------------ */

struct where {
	struct buf sql;
	struct store_param params[16];
	size_t n;
};

static void
where_text(struct where *w, const char *sql, const char *value, int times)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_puts(&w->sql, sql);
	while (times-- > 0)
		w->params[w->n++] = (struct store_param){.type = 't', .t = str_of(value)};
}

static void
where_int(struct where *w, const char *sql, int64_t value)
{
	if (value == 0)
		return;
	buf_puts(&w->sql, sql);
	w->params[w->n++] = (struct store_param){.type = 'i', .i = value};
}

static void
where_make(struct where *w, const struct journal_filter *f)
{
	where_int(w, " AND job=?", f->job);
	where_text(w, " AND (machine=? OR device=?)", f->thing, 2);
	where_text(w, " AND who=?", f->who, 1);
	where_text(w, " AND verb=?", f->verb, 1);
	where_text(w, " AND kind=?", f->kind, 1);
	where_text(w, " AND outcome=?", f->outcome, 1);
	where_text(w, " AND instr(lower(kind||' '||who||' '||verb||' '||machine||' '||device||' '||outlet||' '||outcome"
	              "||' '||text||' '||job),lower(?))>0", f->q, 1);
	where_int(w, " AND at>=?", f->since);
	where_int(w, " AND at<=?", f->until);
	where_int(w, " AND seq>?", f->after);
}

static int
count_rows(struct journal *j, const struct where *w, int64_t *total, struct err *e)
{
	struct buf sql = BUF(4096);
	struct store_query *q;
	int more;

	buf_puts(&sql, "SELECT count(*) FROM row WHERE 1=1");
	buf_str(&sql, buf_view(&w->sql));
	q = store_ask_built(j->s, e, sql.p, w->params, w->n);
	more = store_next(q, e);
	if (more == 1)
		*total = store_int(q, 0);
	store_done(q);
	buf_free(&sql);
	return more == 1 ? 0 : -1;
}

int
journal_rows(struct journal *j, const struct journal_filter *f, struct arena *a, struct journal_row **out,
    size_t *n_out, int64_t *total_out, struct err *e)
{
	struct where w = {.sql = BUF(2048)};
	size_t limit = f->limit == 0 ? 100 : f->limit;
	struct buf sql = BUF(4096);
	int rc;

	where_make(&w, f);
	rc = count_rows(j, &w, total_out, e);
	buf_puts(&sql, "SELECT " COLUMNS " FROM row WHERE 1=1");
	buf_str(&sql, buf_view(&w.sql));
	buf_puts(&sql, f->oldest_first ? " ORDER BY seq LIMIT ? OFFSET ?" : " ORDER BY seq DESC LIMIT ? OFFSET ?");
	w.params[w.n++] = (struct store_param){.type = 'i', .i = (int64_t)limit};
	w.params[w.n++] = (struct store_param){.type = 'i', .i = (int64_t)f->offset};
	if (rc == 0)
		rc = read_rows(store_ask_built(j->s, e, sql.p, w.params, w.n), a, limit, out, n_out, e);
	buf_free(&sql);
	buf_free(&w.sql);
	return rc;
}

int
journal_verify(struct journal *j, int64_t *count_out, unsigned char head_out[JOURNAL_HASH], struct err *e)
{
	struct store_query *q = store_ask(j->s, e, "SELECT " COLUMNS " FROM row ORDER BY seq", "");
	unsigned char head[JOURNAL_HASH] = {0}, sum[JOURNAL_HASH];
	int64_t count = 0;
	int more, rc = 0;

	while (rc == 0 && (more = store_next(q, e)) == 1) {
		struct journal_row r;

		see_row(q, &r);
		journal_hash(&r, sum);
		if (r.seq != ++count)
			rc = err_set(e, ERR_INTERNAL, "row %lld is missing: row %lld stands in its place",
			    (long long)count, (long long)r.seq);
		else if (memcmp(r.prev, head, JOURNAL_HASH) != 0)
			rc = err_set(e, ERR_INTERNAL, "row %lld does not follow the row before it", (long long)r.seq);
		else if (memcmp(r.hash, sum, JOURNAL_HASH) != 0)
			rc = err_set(e, ERR_INTERNAL, "row %lld has been changed: its hash does not fit it",
			    (long long)r.seq);
		else
			rc = journal_verify_evidence(j, &r, e);
		memcpy(head, r.hash, JOURNAL_HASH);
	}
	store_done(q);
	if (rc != 0 || more < 0 || journal_verify_cited(j, e) != 0)
		return -1;
	*count_out = count;
	memcpy(head_out, head, JOURNAL_HASH);
	return 0;
}
