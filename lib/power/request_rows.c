/* SPDX-License-Identifier: Apache-2.0 */
/* power.db: what was asked. Written by the `power` program, read by larchd. */
#include <stdlib.h>
#include <string.h>

#include "grant.h"
#include "request_private.h"

static const struct store_migration migrations[] = {
    {1, "CREATE TABLE request (id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL,"
        " until INTEGER NOT NULL, who TEXT NOT NULL, source TEXT NOT NULL, address TEXT NOT NULL,"
        " role TEXT NOT NULL, reason TEXT NOT NULL, idempotency TEXT, request_id TEXT NOT NULL,"
        " at_once INTEGER NOT NULL, per_hour INTEGER NOT NULL, plan TEXT NOT NULL, hash TEXT NOT NULL,"
        " machines TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, UNIQUE(who, idempotency)) STRICT;"
        "CREATE TABLE claim (thing TEXT NOT NULL, request INTEGER NOT NULL REFERENCES request(id),"
        " PRIMARY KEY(thing, request)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, job INTEGER NOT NULL,"
        " who TEXT NOT NULL, what TEXT NOT NULL, things TEXT NOT NULL) STRICT;"},
    {2, "CREATE TABLE chain (seq INTEGER PRIMARY KEY, request INTEGER NOT NULL UNIQUE, journal INTEGER NOT NULL,"
        " head BLOB NOT NULL CHECK(length(head)=32), prev BLOB NOT NULL CHECK(length(prev)=32),"
        " hash BLOB NOT NULL CHECK(length(hash)=32)) STRICT;"
        "CREATE TRIGGER chain_stays BEFORE UPDATE ON chain BEGIN SELECT RAISE(ABORT,'a chained row never changes'); END;"
        "CREATE TRIGGER chain_kept BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT,'a chained row is never removed'); END;"},
    {3, power_tag_schema},
    {4, power_grant_schema},
};

#define COLUMNS \
	"id,created,until,who,source,address,role,reason,idempotency,request_id,at_once,per_hour,plan,hash," \
	"machines,verb,way,(SELECT lower(hex(c.hash)) FROM chain c WHERE c.request=request.id)," \
	"second_over,grant_id,approval_id,approver"
/* For a list: some hundred plans would be more than an arena holds. */
#define COLUMNS_LIST \
	"id,created,until,who,source,address,role,reason,idempotency,request_id,at_once,per_hour,'',hash," \
	"machines,verb,way,NULL,second_over,grant_id,approval_id,approver"
/* Ids far beyond the last were made up: taken up, they would leave no number for those that follow. */
#define ID_AHEAD INT64_C(1000000)

static struct power_requests *
requests_create(void)
{
	struct power_requests *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no requests");
	return r;
}

int
power_requests_open(const char *path, struct power_requests **out, struct err *e)
{
	struct power_requests *r = requests_create();

	if (store_open(path, migrations, LARCH_COUNT(migrations), &r->s, e) != 0) {
		free(r);
		return -1;
	}
	*out = r;
	return 0;
}

int
power_requests_open_reader(const char *path, struct power_requests **out, struct err *e)
{
	struct power_requests *r = requests_create();

	if (store_open_reader(path, REQUEST_VERSION, &r->s, e) != 0) {
		free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
power_requests_close(struct power_requests *r)
{
	if (r == NULL)
		return;
	store_close(r->s);
	free(r);
}

bool
power_requests_replaced(struct power_requests *r)
{
	return store_replaced(r->s);
}

int64_t
power_requests_generation(struct power_requests *r)
{
	return store_data_version(r->s);
}

/* ---- reading what another program wrote ------------------------------------------------------ */

const char *
power_text_of(struct store_query *q, int column, size_t max, const char *name, struct arena *a, const char **bad)
{
	struct str t = store_blob(q, column);

	if (t.n > max || !str_is_text(t)) {
		*bad = arena_printf(a, "its row in power.db is malformed: '%s' is %s", name,
		    t.n > max ? "too long" : "no plain text");
		return "";
	}
	return arena_strndup(a, t.p, t.n);
}

/* ---- filing ------------------------------------------------------------------------------ */

int
power_filed(struct power_requests *r, const char *who, const char *key, const char *plan, int64_t *id_out,
    struct err *e)
{
	struct store_query *q = store_ask(r->s, e, "SELECT id,hash FROM request WHERE who=? AND idempotency=?", "ss",
	    who, key);
	size_t n = strlen(plan);
	int more = store_next(q, e);

	if (more == 1) {
		*id_out = store_int(q, 0);
		if (n < 16 || strncmp(store_text(q, 1), plan, n) != 0)
			more = err_set(e, ERR_CONFLICT,
			    "this Idempotency-Key was used for another plan; make a new key for a new request");
	}
	store_done(q);
	return more;
}

/* A thing in a job that has not ended is somebody else's just now. */
static int
check_free(struct power_requests *r, const struct power_filing *f, const char *thing, struct err *e)
{
	struct store_query *q = store_ask(r->s, e,
	    "SELECT m.request,r.who FROM claim m JOIN request r ON r.id=m.request WHERE m.thing=?"
	    " ORDER BY m.request DESC LIMIT 8", "s", thing);
	int more, rc = 0;

	while (rc == 0 && (more = store_next(q, e)) == 1)
		if (!f->ended(f->ctx, store_int(q, 0)))
			rc = err_set(e, ERR_CONFLICT, "%s is in job %lld of %s, which has not ended: see /jobs/%lld",
			    thing, (long long)store_int(q, 0), store_text(q, 1), (long long)store_int(q, 0));
	store_done(q);
	return rc != 0 || more < 0 ? -1 : 0;
}

static int
check_permit(const struct power_filing *f, struct arena *a, struct err *e)
{
	const char *verb = power_verb_name(f->plan->verb);
	int64_t now = times_now();
	struct hosts things;

	if (f->plan->refused)
		return err_set(e, ERR_REFUSED, "the plan has refusals in it; nothing is filed until they are gone");
	if (f->plan->n_steps == 0)
		return err_set(e, ERR_REFUSED, "there is nothing to do");
	if (f->second_over > 0 && power_plan_size(f->plan) > (size_t)f->second_over && f->approval_id == 0)
		return err_set(e, ERR_REFUSED, "more than %lld things need a second person", (long long)f->second_over);
	power_plan_things(f->plan, a, &things);
	for (size_t i = 0; i < things.n; i++)
		if (!permit_covers(f->permit, verb, things.name[i], now))
			return err_set(e, ERR_DENIED, "the permit does not cover '%s' on %s", verb, things.name[i]);
	return 0;
}

/* What larchd would refuse as malformed is refused here, before it is a job. */
static int
check_words(const struct power_filing *f, struct err *e)
{
	const struct {
		const char *name, *text;
		size_t max;
	} rows[] = {
	    {"who", permit_who(f->permit), LIMIT_NAME}, {"source", f->source, LIMIT_NAME},
	    {"address", f->address, LIMIT_NAME},        {"role", permit_role(f->permit), LIMIT_NAME},
	    {"reason", f->reason, LIMIT_REASON},        {"request id", f->request_id, LIMIT_NAME},
	    {"Idempotency-Key", f->idempotency, LIMIT_NAME},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct str t = str_of(rows[i].text);

		if (t.n > rows[i].max)
			return err_set(e, ERR_INPUT, "the %s is longer than %zu bytes", rows[i].name, rows[i].max);
		if (!str_is_text(t))
			return err_set(e, ERR_INPUT, "the %s is no plain text", rows[i].name);
	}
	return 0;
}

static int
insert(struct power_requests *r, const struct power_filing *f, struct arena *a, struct err *e)
{
	json_t *plan = power_plan_json(f->plan);
	struct buf text = BUF(LIMIT_PLAN_TEXT);
	struct hosts names = {.n = f->plan->n_machines};
	int rc;

	names.name = arena_array(a, names.n, sizeof(*names.name));
	for (size_t i = 0; i < names.n; i++)
		names.name[i] = arena_strdup(a, f->plan->machines[i].name);
	hosts_sort(&names);
	jsn_canonical(plan, &text);
	rc = text.over ? err_set(e, ERR_LIMIT, "the plan is too large to file; ask for fewer machines")
	               : store_run(r->s, e,
	                     "INSERT INTO request(id,created,until,who,source,address,role,reason,idempotency,"
	                     "request_id,at_once,per_hour,plan,hash,machines,verb,way,second_over,grant_id,approval_id,approver)"
	                     " VALUES(1+max(?,coalesce((SELECT seq FROM sqlite_sequence WHERE name='request'),0)),"
	                     "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                     "iiisssssssiittsssiiis", f->after, times_now(), permit_until(f->permit),
	                     permit_who(f->permit), f->source, f->address, permit_role(f->permit), f->reason,
	                     f->idempotency, f->request_id, f->at_once, f->per_hour, buf_view(&text),
	                     str_of(f->plan->hash), hosts_fold(&names, a), power_verb_name(f->plan->verb),
	                     power_way_name(f->plan->way), f->second_over, f->grant_id, f->approval_id,
	                     f->approver == NULL ? "" : f->approver);
	buf_free(&text);
	json_decref(plan);
	return rc;
}

void
power_plan_claims(const struct power_plan *p, struct arena *a, struct hosts *out)
{
	size_t n = 0;

	out->name = arena_array(a, p->n_machines + p->n_steps + p->n_cut + 1, sizeof(*out->name));
	for (size_t i = 0; i < p->n_machines; i++)
		out->name[n++] = arena_strdup(a, p->machines[i].name);
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].outlet != NULL)
			out->name[n++] = arena_printf(a, "%s:%s", p->steps[i].device, p->steps[i].outlet);
	for (size_t i = 0; i < p->n_cut; i++)
		out->name[n++] = arena_strdup(a, p->cut[i].thing);
	if (p->vlan != NULL && p->vlan->device != NULL) /* its lists are read, changed and written whole: one job at a time */
		out->name[n++] = arena_strdup(a, p->vlan->device);
	out->n = n;
	hosts_sort(out);
}

static int
insert_claims(struct power_requests *r, const struct power_filing *f, int64_t id, struct arena *a, struct err *e)
{
	struct hosts claims;

	power_plan_claims(f->plan, a, &claims);
	for (size_t i = 0; i < claims.n; i++)
		if (check_free(r, f, claims.name[i], e) != 0 ||
		    store_run(r->s, e, "INSERT INTO claim(thing,request) VALUES(?,?)", "si", claims.name[i], id) != 0)
			return -1;
	return 0;
}

/* What the request was allowed by is used up with it. */
static int
use_allowed(struct power_requests *r, const struct power_filing *f, int64_t id, struct err *e)
{
	const char *who = permit_who(f->permit);
	int64_t now = times_now();

	if (f->grant_id != 0 && power_grant_use(r->s, f->grant_id, who, now, e) != 0)
		return -1;
	return f->approval_id == 0 ? 0 : power_approval_use(r->s, f->approval_id, id, who, now, e);
}

int
power_file(struct power_requests *r, const struct power_filing *f, int64_t *id_out, bool *again_out,
    struct err *e)
{
	struct arena *a = arena_create();
	int before = 0, rc = -1;

	*again_out = false;
	if (check_permit(f, a, e) != 0 || check_words(f, e) != 0 || store_begin(r->s, e) != 0)
		goto out;
	if (f->idempotency != NULL)
		before = power_filed(r, permit_who(f->permit), f->idempotency, f->plan->hash, id_out, e);
	if (before != 0) {
		store_rollback(r->s);
		*again_out = before == 1;
		rc = before == 1 ? 0 : -1;
		goto out;
	}
	if (insert(r, f, a, e) != 0)
		goto undo;
	*id_out = store_last_id(r->s);
	if (power_chain_add(r->s, *id_out, f, e) != 0 || use_allowed(r, f, *id_out, e) != 0 || insert_claims(r, f, *id_out, a, e) != 0)
		goto undo;
	rc = store_commit(r->s, e);
	goto out;
undo:
	store_rollback(r->s);
out:
	arena_destroy(a);
	return rc;
}

/* ---- reading ------------------------------------------------------------------------------- */

static void
read_request(struct store_query *q, struct arena *a, struct power_request *x)
{
	const char *bad = NULL;

	*x = (struct power_request){
	    .id = store_int(q, 0),
	    .created = store_int(q, 1),
	    .until = store_int(q, 2),
	    .who = power_text_of(q, 3, LIMIT_NAME, "who", a, &bad),
	    .source = power_text_of(q, 4, LIMIT_NAME, "source", a, &bad),
	    .address = power_text_of(q, 5, LIMIT_NAME, "address", a, &bad),
	    .role = power_text_of(q, 6, LIMIT_NAME, "role", a, &bad),
	    .reason = power_text_of(q, 7, LIMIT_REASON, "reason", a, &bad),
	    .idempotency = store_null(q, 8) ? NULL : power_text_of(q, 8, LIMIT_NAME, "idempotency", a, &bad),
	    .request_id = power_text_of(q, 9, LIMIT_NAME, "request_id", a, &bad),
	    .at_once = store_int(q, 10),
	    .per_hour = store_int(q, 11),
	    .plan_text = power_text_of(q, 12, LIMIT_PLAN_TEXT, "plan", a, &bad),
	    .plan_hash = power_text_of(q, 13, 64, "hash", a, &bad),
	    .machines = power_text_of(q, 14, LIMIT_PLAN_THINGS * (LIMIT_NAME + 1), "machines", a, &bad),
	    .chain = power_text_of(q, 17, 2 * (size_t)REQUEST_HASH, "chain", a, &bad),
	    .second_over = store_int(q, 18),
	    .grant_id = store_int(q, 19),
	    .approval_id = store_int(q, 20),
	    .approver = power_text_of(q, 21, LIMIT_NAME, "approver", a, &bad),
	};
	if (power_verb_parse(str_of(store_text(q, 15)), &x->verb, NULL) != 0)
		x->verb = POWER_VERB_COUNT; /* larchd refuses it */
	if (power_way_parse(str_of(store_text(q, 16)), &x->way, NULL) != 0)
		x->way = POWER_WAY_COUNT;
	x->malformed = bad;
}

int
power_request_after(struct power_requests *r, int64_t after, struct arena *a, struct power_request *out,
    struct err *e)
{
	struct store_query *q = store_ask(r->s, e,
	    "SELECT id FROM request WHERE id>? AND id<=? ORDER BY id LIMIT 1", "ii", after,
	    after < INT64_MAX - ID_AHEAD ? after + ID_AHEAD : INT64_MAX);
	int more = store_next(q, e);
	int64_t id = more == 1 ? store_int(q, 0) : 0;

	store_done(q);
	if (more != 1)
		return more;
	if (power_request_get(r, id, a, out, e) == 0)
		return 1;
	if (e->kind == ERR_UNAVAILABLE)
		return -1;
	/* A row that cannot be read must not stand in front of all that follow. */
	*out = (struct power_request){.id = id, .who = "", .source = "", .address = "", .role = "", .reason = "",
	    .request_id = "", .approver = "", .plan_text = "", .plan_hash = "", .machines = "", .chain = "", .verb = POWER_VERB_COUNT,
	    .way = POWER_WAY_COUNT, .malformed = arena_printf(a, "its row cannot be read: %s", e->text)};
	return 1;
}

int
power_request_get(struct power_requests *r, int64_t id, struct arena *a, struct power_request *out,
    struct err *e)
{
	struct store_query *q = store_ask(r->s, e, "SELECT " COLUMNS " FROM request WHERE id=?", "i", id);
	int more = store_next(q, e);

	if (more == 1)
		read_request(q, a, out);
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no job %lld", (long long)id);
	return more < 0 ? -1 : 0;
}

int
power_requests_newest(struct power_requests *r, size_t limit, struct arena *a, struct power_request **out,
    size_t *n_out, struct err *e)
{
	struct power_request *rows = arena_array(a, limit, sizeof(*rows));
	struct store_query *q = store_ask(r->s, e,
	    "SELECT " COLUMNS_LIST " FROM request ORDER BY id DESC LIMIT ?", "i", (int64_t)limit);
	size_t n = 0;
	int more;

	while ((more = store_next(q, e)) == 1 && n < limit)
		read_request(q, a, &rows[n++]);
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

/* ---- orders ---------------------------------------------------------------------------------- */

int
power_order(struct power_requests *r, const struct permit *permit, const struct power_order *o,
    int64_t *id_out, struct err *e)
{
	const char *verb = o->verb == NULL ? o->what : o->verb;

	if (strcmp(permit_verb(permit), verb) != 0 || times_now() >= permit_until(permit))
		return err_set(e, ERR_DENIED, "the permit does not cover '%s'", verb);
	if (store_run(r->s, e, "INSERT INTO orders(at,job,who,what,things) VALUES(?,?,?,?,?)", "iisss", times_now(),
	        o->job, permit_who(permit), o->what, o->things == NULL ? "" : o->things) != 0)
		return -1;
	*id_out = store_last_id(r->s);
	return 0;
}

static void
read_order(struct store_query *q, struct arena *a, struct power_order *out)
{
	const char *bad = NULL;

	*out = (struct power_order){
	    .id = store_int(q, 0),
	    .at = store_int(q, 1),
	    .job = store_int(q, 2),
	    .who = power_text_of(q, 3, LIMIT_NAME, "who", a, &bad),
	    .what = power_text_of(q, 4, LIMIT_NAME, "what", a, &bad),
	    .things = power_text_of(q, 5, LIMIT_FORM, "things", a, &bad),
	};
	if (bad != NULL)
		out->what = "";
}

int
power_order_get(struct power_requests *r, int64_t id, struct arena *a, struct power_order *out, struct err *e)
{
	struct store_query *q = store_ask(r->s, e, "SELECT id,at,job,who,what,things FROM orders WHERE id=?", "i", id);
	int more = store_next(q, e);

	if (more == 1)
		read_order(q, a, out);
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no question %lld", (long long)id);
	return more < 0 ? -1 : 0;
}

int
power_orders_after(struct power_requests *r, int64_t after, struct arena *a, struct power_order **out,
    size_t *n_out, struct err *e)
{
	struct power_order *rows = arena_array(a, LIMIT_ORDERS, sizeof(*rows));
	struct store_query *q = store_ask(r->s, e,
	    "SELECT id,at,job,who,what,things FROM orders WHERE id>? ORDER BY id LIMIT ?", "ii", after,
	    (int64_t)LIMIT_ORDERS);
	size_t n = 0;
	int more;

	while ((more = store_next(q, e)) == 1 && n < LIMIT_ORDERS)
		read_order(q, a, &rows[n++]);
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int64_t
power_orders_last(struct power_requests *r)
{
	struct err e;
	struct store_query *q = store_ask(r->s, &e, "SELECT coalesce(max(id),0) FROM orders", "");
	int64_t last = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return last;
}

const char *
power_order_abort(struct power_requests *r, int64_t job, struct arena *a)
{
	struct err e;
	struct store_query *q = store_ask(r->s, &e,
	    "SELECT who FROM orders WHERE job=? AND what='abort' ORDER BY id LIMIT 1", "i", job);
	const char *bad = NULL, *who = NULL;

	if (store_next(q, &e) == 1)
		who = power_text_of(q, 0, LIMIT_NAME, "who", a, &bad);
	store_done(q);
	return who;
}
