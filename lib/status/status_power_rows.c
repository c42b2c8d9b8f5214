/* SPDX-License-Identifier: Apache-2.0 */
/* What everybody logged in may see of power: jobs, last actions, open intents. */
#include <string.h>

#include "status_private.h"

#define HOUR_MS (60 * 60 * 1000)
#define ACTIONS_KEPT 20

static int
put_job(struct status *s, const struct status_job *j, struct err *e)
{
	return store_run(s->s, e,
	    "INSERT INTO job(id,who,verb,way,reason,machines,state,created,ended,done,total)"
	    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
	    " ON CONFLICT(id) DO UPDATE SET who=?2,verb=?3,way=?4,reason=?5,machines=?6,state=?7,created=?8,ended=?9,"
	    "done=?10,total=?11",
	    "issssssiiii", j->id, j->who, j->verb, j->way, j->reason == NULL ? "" : j->reason, j->machines, j->state,
	    j->created, j->ended, j->done, j->total);
}

/* A job that ends and did not end well is an event, once. */
static int
note_end(struct status *s, const struct status_job *j, struct err *e)
{
	static const char *const bad[] = {"failed", "partial", "unknown"};
	struct arena *a;
	struct store_query *q;
	int had, rc = 0;

	if (j->ended == 0)
		return 0;
	q = store_ask(s->s, e, "SELECT 1 FROM job WHERE id=? AND ended<>0", "i", j->id);
	had = store_next(q, e);
	store_done(q);
	if (had != 0)
		return had < 0 ? -1 : 0;
	a = arena_create();
	for (size_t i = 0; i < LARCH_COUNT(bad); i++)
		if (strcmp(j->state, bad[i]) == 0) {
			struct status_event x = {.at = j->ended, .kind = "job-partial", .thing = j->machines,
			    .text = arena_printf(a, "job %lld, %s by %s, ended %s", (long long)j->id, j->verb, j->who, j->state)};

			rc = status_event_in(s, &x, e);
		}
	arena_destroy(a);
	return rc;
}

int
status_put_job(struct status *s, const struct status_job *j, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (note_end(s, j, e) != 0 || put_job(s, j, e) != 0 || status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_jobs(struct status *s, struct arena *a, struct status_job **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT id,who,verb,way,reason,machines,state,created,ended,done,total FROM job"
	    " WHERE ended=0 OR ended>? ORDER BY id DESC",
	    "i", times_now() - HOUR_MS);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_job){
		    .id = store_int(q, 0),
		    .who = arena_strdup(a, store_text(q, 1)),
		    .verb = arena_strdup(a, store_text(q, 2)),
		    .way = arena_strdup(a, store_text(q, 3)),
		    .reason = arena_strdup(a, store_text(q, 4)),
		    .machines = arena_strdup(a, store_text(q, 5)),
		    .state = arena_strdup(a, store_text(q, 6)),
		    .created = store_int(q, 7),
		    .ended = store_int(q, 8),
		    .done = store_int(q, 9),
		    .total = store_int(q, 10),
		};
	}
	store_done(q);
	return more;
}

int
status_add_action(struct status *s, const struct status_action *x, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (store_run(s->s, e,
	        "INSERT INTO action(at,job,machine,who,verb,way,outcome,text,why) VALUES(?,?,?,?,?,?,?,?,?)", "iisssssss",
	        x->at, x->job, x->machine, x->who, x->verb, x->way, x->outcome, x->text == NULL ? "" : x->text,
	        x->why == NULL ? "" : x->why) != 0 ||
	    store_run(s->s, e,
	        "DELETE FROM action WHERE machine=?1 AND id NOT IN"
	        " (SELECT id FROM action WHERE machine=?1 ORDER BY id DESC LIMIT ?2)",
	        "si", x->machine, (int64_t)ACTIONS_KEPT) != 0 ||
	    status_turn(s, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

static int
take_actions(struct store_query *q, struct arena *a, struct status_action **out, size_t *n_out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_action){
		    .at = store_int(q, 0),
		    .job = store_int(q, 1),
		    .machine = arena_strdup(a, store_text(q, 2)),
		    .who = arena_strdup(a, store_text(q, 3)),
		    .verb = arena_strdup(a, store_text(q, 4)),
		    .way = arena_strdup(a, store_text(q, 5)),
		    .outcome = arena_strdup(a, store_text(q, 6)),
		    .text = arena_strdup(a, store_text(q, 7)),
		    .why = arena_strdup(a, store_text(q, 8)),
		};
	}
	store_done(q);
	return more;
}

#define ACTION_COLUMNS "at,job,machine,who,verb,way,outcome,text,why FROM action "

int
status_actions(struct status *s, const char *machine, size_t limit, struct arena *a, struct status_action **out,
    size_t *n_out, struct err *e)
{
	if (machine == NULL)
		return take_actions(store_ask(s->s, e, "SELECT " ACTION_COLUMNS "ORDER BY id DESC LIMIT ?", "i",
		                        (int64_t)limit),
		    a, out, n_out, e);
	return take_actions(store_ask(s->s, e, "SELECT " ACTION_COLUMNS "WHERE machine=? ORDER BY id DESC LIMIT ?",
	                        "si", machine, (int64_t)limit),
	    a, out, n_out, e);
}

int
status_pasts(struct status *s, const struct hosts *machines, struct arena *a, struct status_past **out, size_t *n_out,
    struct err *e)
{
	json_t *names = json_array();
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct store_query *q;
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	for (size_t i = 0; i < machines->n; i++)
		jsn_add(names, json_string(machines->name[i]));
	jsn_canonical(names, &text);
	q = store_ask(s->s, e,
	    "SELECT x.at,x.job,x.machine,x.who,x.verb,x.way,x.outcome,(SELECT CASE WHEN c.judged=0 THEN -1 ELSE c.well END"
	    " FROM cure c WHERE c.job=x.job AND c.machine=x.machine) FROM action x"
	    " WHERE x.machine IN (SELECT value FROM json_each(?)) AND x.verb IN ('cycle','reset','rebuild')"
	    " AND x.outcome<>'refused' ORDER BY x.machine,x.id DESC", "t", buf_view(&text));
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_past){
		    .at = store_int(q, 0),
		    .job = store_int(q, 1),
		    .machine = arena_strdup(a, store_text(q, 2)),
		    .who = arena_strdup(a, store_text(q, 3)),
		    .verb = arena_strdup(a, store_text(q, 4)),
		    .way = arena_strdup(a, store_text(q, 5)),
		    .outcome = arena_strdup(a, store_text(q, 6)),
		    .helped = store_null(q, 7) ? -1 : (int)store_int(q, 7),
		};
	}
	store_done(q);
	buf_free(&text);
	json_decref(names);
	return more;
}

int
status_last_actions(struct status *s, struct arena *a, struct status_action **out, size_t *n_out, struct err *e)
{
	return take_actions(store_ask(s->s, e,
	                        "SELECT " ACTION_COLUMNS
	                        "WHERE id IN (SELECT MAX(id) FROM action GROUP BY machine) ORDER BY machine",
	                        ""),
	    a, out, n_out, e);
}

static int
put_unsettled(struct status *s, const struct status_unsettled *rows, size_t n, int64_t count, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM unsettled", "") != 0)
		return -1;
	for (size_t i = 0; i < n && i < STATUS_UNSETTLED_MOST; i++)
		if (store_run(s->s, e, "INSERT INTO unsettled(seq,at,job,step,who,machine,what) VALUES(?,?,?,?,?,?,?)", "iiiisss",
		        rows[i].seq, rows[i].at, rows[i].job, rows[i].step, rows[i].who, rows[i].machine, rows[i].what) != 0)
			return -1;
	return store_run(s->s, e, "UPDATE pulse SET unsettled=?,generation=generation+1 WHERE id=1", "i", count);
}

int
status_put_unsettled(struct status *s, const struct status_unsettled *rows, size_t n, int64_t count, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_unsettled(s, rows, n, count, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_unsettled_rows(struct status *s, struct arena *a, struct status_unsettled **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(s->s, e, "SELECT seq,at,job,step,who,machine,what FROM unsettled ORDER BY seq LIMIT ?",
	    "i", (int64_t)STATUS_UNSETTLED_MOST);
	int more;

	*out = arena_array(a, STATUS_UNSETTLED_MOST, sizeof(**out));
	*n_out = 0;
	while ((more = store_next(q, e)) == 1)
		(*out)[(*n_out)++] = (struct status_unsettled){.seq = store_int(q, 0), .at = store_int(q, 1), .job = store_int(q, 2),
		    .step = store_int(q, 3), .who = arena_strdup(a, store_text(q, 4)), .machine = arena_strdup(a, store_text(q, 5)),
		    .what = arena_strdup(a, store_text(q, 6))};
	store_done(q);
	return more;
}

int64_t
status_unsettled(struct status *s)
{
	struct err e;
	struct store_query *q = store_ask(s->s, &e, "SELECT unsettled FROM pulse WHERE id=1", "");
	int64_t n = store_next(q, &e) == 1 ? store_int(q, 0) : 0;

	store_done(q);
	return n;
}
