/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and approvals in power.db. */
#include <string.h>

#include "grant.h"
#include "request_private.h"

#define THINGS ((size_t)LIMIT_PLAN_THINGS * (LIMIT_NAME + 1))
#define BURNED_MS (INT64_C(60) * 60000) /* a proof is good for a minute: an hour later nobody can bring it again */

/* What a request was allowed by, used proofs, and what a request says of it. */
const char power_grant_schema[] =
    "ALTER TABLE request ADD COLUMN second_over INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE request ADD COLUMN grant_id INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE request ADD COLUMN approval_id INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE request ADD COLUMN approver TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE grants (id INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, pass TEXT NOT NULL,"
    " token TEXT NOT NULL UNIQUE CHECK(length(token)=64), verbs TEXT NOT NULL, things TEXT NOT NULL, how TEXT NOT NULL,"
    " minutes INTEGER NOT NULL, uses INTEGER NOT NULL, used INTEGER NOT NULL, made INTEGER NOT NULL,"
    " until INTEGER NOT NULL, revoked_at INTEGER NOT NULL, revoked_by TEXT NOT NULL, CHECK(used<=uses)) STRICT;"
    "CREATE INDEX grants_until ON grants(until);"
    "CREATE TABLE burned (proof TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE approval (id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL CHECK(length(plan)=64),"
    " who TEXT NOT NULL, verb TEXT NOT NULL, things TEXT NOT NULL, text TEXT NOT NULL, back TEXT NOT NULL,"
    " machines INTEGER NOT NULL, asked INTEGER NOT NULL, until INTEGER NOT NULL, approver TEXT NOT NULL,"
    " how TEXT NOT NULL, approved INTEGER NOT NULL, request INTEGER NOT NULL, CHECK(approver<>who)) STRICT;"
    "CREATE INDEX approval_plan ON approval(plan);";

/* ---- proofs ---------------------------------------------------------------------------------- */

/* In the caller's transaction. */
static int
burn(struct store *s, const char *proof, int64_t now, struct err *e)
{
	struct err why = {0};

	if (store_run(s, e, "DELETE FROM burned WHERE at<?", "i", now - BURNED_MS) != 0)
		return -1;
	if (store_run(s, &why, "INSERT INTO burned(proof,at) VALUES(?,?)", "si", proof, now) == 0)
		return 0;
	if (why.kind == ERR_CONFLICT)
		return err_set(e, ERR_DENIED, "This proof was used before: give a new code.");
	*e = why;
	return -1;
}

/* ---- grants ------------------------------------------------------------------------------------ */

#define GRANT "id,who,pass,verbs,things,how,minutes,uses,used,made,until,revoked_at,revoked_by"

static bool
read_grant(struct store_query *q, struct arena *a, struct power_grant *g)
{
	const char *bad = NULL;

	*g = (struct power_grant){.id = store_int(q, 0),
	    .who = power_text_of(q, 1, LIMIT_NAME, "who", a, &bad),
	    .pass = power_text_of(q, 2, LIMIT_NAME, "pass", a, &bad),
	    .verbs = power_text_of(q, 3, LIMIT_GRANT_VERBS, "verbs", a, &bad),
	    .things = power_text_of(q, 4, THINGS, "things", a, &bad),
	    .how = power_text_of(q, 5, LIMIT_WORD, "how", a, &bad),
	    .minutes = store_int(q, 6),
	    .uses = store_int(q, 7),
	    .used = store_int(q, 8),
	    .made = store_int(q, 9),
	    .until = store_int(q, 10),
	    .revoked_at = store_int(q, 11),
	    .revoked_by = power_text_of(q, 12, LIMIT_NAME, "revoked_by", a, &bad)};
	return bad == NULL;
}

static int
put_grant(struct store *s, const struct power_grant *g, const char *token_sum, const char *proof, struct err *e)
{
	if (burn(s, proof, g->made, e) != 0)
		return -1;
	return store_run(s, e,
	    "INSERT INTO grants(who,pass,token,verbs,things,how,minutes,uses,used,made,until,revoked_at,revoked_by)"
	    " VALUES(?,?,?,?,?,?,?,?,0,?,?,0,'')",
	    "ssssssiiii", g->who, g->pass, token_sum, g->verbs, g->things, g->how, g->minutes, g->uses, g->made, g->until);
}

int
power_grant_put(struct power_requests *r, const struct power_grant *g, const char *token_sum, const char *proof,
    int64_t *id_out, struct err *e)
{
	struct store *s = r->s;

	if (store_begin(s, e) != 0)
		return -1;
	if (put_grant(s, g, token_sum, proof, e) != 0) {
		store_rollback(s);
		return -1;
	}
	*id_out = store_last_id(s);
	return store_commit(s, e);
}

static int
one_grant(struct store_query *q, struct arena *a, struct power_grant *out, struct err *e)
{
	int more = store_next(q, e);

	if (more == 1 && !read_grant(q, a, out))
		more = 0;
	store_done(q);
	return more;
}

int
power_grant_by_token(struct power_requests *r, const char *token_sum, struct arena *a, struct power_grant *out, struct err *e)
{
	return one_grant(store_ask(r->s, e, "SELECT " GRANT " FROM grants WHERE token=?", "s", token_sum), a,
	    out, e);
}

int
power_grant_get(struct power_requests *r, int64_t id, struct arena *a, struct power_grant *out, struct err *e)
{
	return one_grant(store_ask(r->s, e, "SELECT " GRANT " FROM grants WHERE id=?", "i", id), a, out, e);
}

int
power_grants_open(struct power_requests *r, int64_t now, struct arena *a, struct power_grant **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(r->s, e,
	    "SELECT " GRANT " FROM grants WHERE until>? AND revoked_at=0 AND used<uses ORDER BY id DESC LIMIT ?", "ii", now,
	    (int64_t)LIMIT_GRANTS);
	int more;

	*out = arena_array(a, LIMIT_GRANTS, sizeof(**out));
	*n_out = 0;
	while ((more = store_next(q, e)) == 1 && *n_out < LIMIT_GRANTS)
		*n_out += read_grant(q, a, &(*out)[*n_out]);
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
power_grant_revoke(struct power_requests *r, int64_t id, const char *by, int64_t now, struct err *e)
{
	struct store *s = r->s;

	/* one whose uses are spent may be taken back too: it stops what was filed under it and has not begun */
	if (store_run(s, e, "UPDATE grants SET revoked_at=?, revoked_by=? WHERE id=? AND revoked_at=0 AND until>?", "isii",
	        now < 1 ? INT64_C(1) : now, by, id, now) != 0)
		return -1;
	return store_changes(s) == 1 ? 0
	    : err_set(e, ERR_NOT_FOUND, "There is no grant %lld that is open.", (long long)id);
}

int
power_grant_use(struct store *s, int64_t id, const char *who, int64_t now, struct err *e)
{
	if (store_run(s, e,
	        "UPDATE grants SET used=used+1 WHERE id=? AND who=? AND used<uses AND revoked_at=0 AND until>? AND made<=?", "isii",
	        id, who, now, now) != 0)
		return -1;
	return store_changes(s) == 1 ? 0
	    : err_set(e, ERR_DENIED, "Grant %lld was used up, taken back or over by now; open another.", (long long)id);
}

/* ---- approvals ------------------------------------------------------------------------------------ */

#define APPROVAL "id,plan,who,verb,things,text,back,machines,asked,until,approver,how,approved,request"
#define APPROVAL_LIST "id,plan,who,verb,things,'','',machines,asked,until,approver,how,approved,request"

static bool
read_approval(struct store_query *q, struct arena *a, struct power_approval *x)
{
	const char *bad = NULL;

	*x = (struct power_approval){.id = store_int(q, 0),
	    .plan = power_text_of(q, 1, POWER_SUM_TEXT - 1, "plan", a, &bad),
	    .who = power_text_of(q, 2, LIMIT_NAME, "who", a, &bad),
	    .verb = power_text_of(q, 3, LIMIT_WORD, "verb", a, &bad),
	    .things = power_text_of(q, 4, THINGS, "things", a, &bad),
	    .text = power_text_of(q, 5, LIMIT_PAGE, "text", a, &bad),
	    .back = power_text_of(q, 6, LIMIT_URL, "back", a, &bad),
	    .machines = store_int(q, 7),
	    .asked = store_int(q, 8),
	    .until = store_int(q, 9),
	    .approver = power_text_of(q, 10, LIMIT_NAME, "approver", a, &bad),
	    .how = power_text_of(q, 11, LIMIT_WORD, "how", a, &bad),
	    .approved = store_int(q, 12),
	    .request = store_int(q, 13)};
	return bad == NULL;
}

int
power_approval_ask(struct power_requests *r, const struct power_approval *x, int64_t *id_out, struct err *e)
{
	struct store *s = r->s;
	struct store_query *q;
	int more;

	if (store_begin(s, e) != 0)
		return -1;
	q = store_ask(s, e, "SELECT id FROM approval WHERE plan=? AND who=? AND request=0 AND until>? AND asked<=?", "ssii", x->plan,
	    x->who, x->asked, x->asked);
	more = store_next(q, e);
	*id_out = more == 1 ? store_int(q, 0) : 0;
	store_done(q);
	if (more == 0) {
		more = store_run(s, e,
		    "INSERT INTO approval(plan,who,verb,things,text,back,machines,asked,until,approver,how,approved,request)"
		    " VALUES(?,?,?,?,?,?,?,?,?,'','',0,0)",
		    "ssssssiii", x->plan, x->who, x->verb, x->things, x->text, x->back, x->machines, x->asked,
		    x->asked + POWER_APPROVAL_MS);
		*id_out = store_last_id(s);
	}
	if (more < 0) {
		store_rollback(s);
		return -1;
	}
	return store_commit(s, e);
}

static int
one_approval(struct store_query *q, struct arena *a, struct power_approval *out, struct err *e)
{
	int more = store_next(q, e);

	if (more == 1 && !read_approval(q, a, out))
		more = 0;
	store_done(q);
	return more;
}

int
power_approval_of(struct power_requests *r, const char *plan, const char *who, int64_t now, struct arena *a,
    struct power_approval *out, struct err *e)
{
	return one_approval(store_ask(r->s, e,
	                        "SELECT " APPROVAL " FROM approval WHERE plan=?1 AND (?2 IS NULL OR who=?2) AND request=0"
	                        " AND until>?3 AND asked<=?3 ORDER BY id DESC LIMIT 1",
	                        "ssi", plan, who, now),
	    a, out, e);
}

int
power_approval_get(struct power_requests *r, int64_t id, struct arena *a, struct power_approval *out, struct err *e)
{
	return one_approval(store_ask(r->s, e, "SELECT " APPROVAL " FROM approval WHERE id=?", "i", id), a, out,
	    e);
}

int
power_approvals_open(struct power_requests *r, int64_t now, struct arena *a, struct power_approval **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(r->s, e,
	    "SELECT " APPROVAL_LIST " FROM approval WHERE request=0 AND until>? ORDER BY id DESC LIMIT ?", "ii", now,
	    (int64_t)LIMIT_GRANTS);
	int more;

	*out = arena_array(a, LIMIT_GRANTS, sizeof(**out));
	*n_out = 0;
	while ((more = store_next(q, e)) == 1 && *n_out < LIMIT_GRANTS)
		*n_out += read_approval(q, a, &(*out)[*n_out]);
	store_done(q);
	return more < 0 ? -1 : 0;
}

static int
approve(struct store *s, const struct power_approval *x, const char *approver, const char *how, int64_t now, struct err *e)
{
	/* who<>? once more in the row itself: whoever calls this */
	if (store_run(s, e,
	        "UPDATE approval SET approver=?1, how=?2, approved=?3, until=?4"
	        " WHERE id=?5 AND approver='' AND who<>?1 AND request=0 AND until>?3 AND asked<=?3",
	        "ssiii", approver, how, now, now + POWER_APPROVAL_MS, x->id) != 0)
		return -1;
	return store_changes(s) == 1 ? 0
	    : err_set(e, ERR_CONFLICT, "This plan does not wait for a second person any more.");
}

int
power_approve(struct power_requests *r, const struct power_approval *x, const char *approver, const char *how,
    const char *proof, int64_t now, struct err *e)
{
	struct store *s = r->s;

	if (strcmp(x->who, approver) == 0)
		return err_set(e, ERR_DENIED, "Nobody approves what they asked for themselves.");
	if (store_begin(s, e) != 0)
		return -1;
	if (burn(s, proof, now, e) != 0 || approve(s, x, approver, how, now, e) != 0) {
		store_rollback(s);
		return -1;
	}
	return store_commit(s, e);
}

int
power_approval_use(struct store *s, int64_t id, int64_t request, const char *who, int64_t now, struct err *e)
{
	if (store_run(s, e,
	        "UPDATE approval SET request=? WHERE id=? AND request=0 AND who=? AND approver<>'' AND approver<>who AND until>?",
	        "iisi", request, id, who, now) != 0)
		return -1;
	return store_changes(s) == 1 ? 0
	    : err_set(e, ERR_DENIED, "The approval was used or is over by now; ask for another.");
}
