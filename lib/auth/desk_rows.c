/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rows.h"

#define SAME_MS 60000 /* an event that repeats within so long is one row */

static const struct store_migration migrations[] = {
    {1,
        "CREATE TABLE attempt("
        " id INTEGER PRIMARY KEY, account TEXT NOT NULL, address TEXT NOT NULL,"
        " known INTEGER NOT NULL CHECK(known IN (0,1)),"
        " at INTEGER NOT NULL, boot INTEGER NOT NULL, boot_id TEXT NOT NULL) STRICT;"
        "CREATE INDEX attempt_account ON attempt(account, boot);"
        "CREATE INDEX attempt_address ON attempt(address, boot);"
        "CREATE TABLE known("
        " account TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY(account, address)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE event("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, last_at INTEGER NOT NULL,"
        " count INTEGER NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL, what TEXT NOT NULL,"
        " why TEXT NOT NULL) STRICT;"
        "CREATE INDEX event_who ON event(who, id);"},
    {2,
        "CREATE TABLE totp("
        " account TEXT NOT NULL, confirmed INTEGER NOT NULL CHECK(confirmed IN (0,1)),"
        " seed BLOB NOT NULL CHECK(length(seed)=20), made_at INTEGER NOT NULL, last_step INTEGER NOT NULL,"
        " PRIMARY KEY(account, confirmed)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE recovery("
        " account TEXT NOT NULL, hash BLOB NOT NULL CHECK(length(hash)=32),"
        " PRIMARY KEY(account, hash)) STRICT, WITHOUT ROWID;"},
};

int
auth_rows_open_desk(const char *path, struct store **out, struct err *e)
{
	return store_open(path, migrations, LARCH_COUNT(migrations), out, e);
}

/* ---- attempts ------------------------------------------------------------------------- */

int
auth_try_count(struct store *s, enum auth_try_scope scope, const struct auth_try *t, int64_t since,
    int64_t *count, int64_t *oldest, struct err *e)
{
	static const char *const sql[] = {
	    [AUTH_TRY_PAIR] = "SELECT count(*), min(boot) FROM attempt WHERE account=?1 AND address=?2 AND boot>?3",
	    [AUTH_TRY_STRANGERS] =
	        "SELECT count(*), min(boot) FROM attempt WHERE account=?1 AND ?2=?2 AND boot>?3 AND known=0",
	    [AUTH_TRY_ADDRESS] =
	        "SELECT count(*), min(boot) FROM attempt WHERE ?1=?1 AND address=?2 AND boot>?3 AND known=0",
	};
	struct store_query *q = store_ask(s, e, sql[scope], "ssi", t->account, t->address, since);
	int rc = store_next(q, e);

	if (rc == 1) {
		*count = store_int(q, 0);
		*oldest = store_int(q, 1);
	}
	store_done(q);
	return rc == 1 ? 0 : -1;
}

int
auth_try_add(struct store *s, const struct auth_try *t, const struct auth_now *now, int64_t *id,
    struct err *e)
{
	if (store_run(s, e, "INSERT INTO attempt(account,address,known,at,boot,boot_id) VALUES(?,?,?,?,?,?)",
	        "ssiiis", t->account, t->address, (int64_t)t->known, now->wall, t->boot, now->boot_id) != 0)
		return -1;
	*id = store_last_id(s);
	return 0;
}

int
auth_try_drop(struct store *s, int64_t id, struct err *e)
{
	return store_run(s, e, "DELETE FROM attempt WHERE id=?", "i", id);
}

int
auth_try_forget(struct store *s, int64_t since, struct err *e)
{
	return store_run(s, e, "DELETE FROM attempt WHERE boot<=?", "i", since);
}

int
auth_try_rebase(struct store *s, const struct auth_now *now, int64_t window, struct err *e)
{
	/* its age by the wall clock, but not less than none and not more than matters */
	return store_run(s, e,
	    "UPDATE attempt SET boot=?1-min(max(?2-at,0),?3), boot_id=?4 WHERE boot_id<>?4", "iiis", now->boot,
	    now->wall, window, now->boot_id);
}

/* ---- known addresses --------------------------------------------------------------------- */

int
auth_known_has(struct store *s, const char *account, const char *address, int64_t since, struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT 1 FROM known WHERE account=? AND address=? AND at>=?",
	    "ssi", account, address, since);
	int rc = store_next(q, e);

	store_done(q);
	return rc;
}

int
auth_known_put(struct store *s, const char *account, const char *address, int64_t at, struct err *e)
{
	return store_run(s, e,
	    "INSERT INTO known(account,address,at) VALUES(?,?,?)"
	    " ON CONFLICT(account,address) DO UPDATE SET at=excluded.at",
	    "ssi", account, address, at);
}

int
auth_known_forget(struct store *s, int64_t before, struct err *e)
{
	return store_run(s, e, "DELETE FROM known WHERE at<?", "i", before);
}

/* ---- the log -------------------------------------------------------------------------------- */

int
auth_event_add(struct store *s, const struct auth_event *v, struct err *e)
{
	if (store_run(s, e,
	        "UPDATE event SET count=count+1, last_at=?1 WHERE id="
	        "(SELECT id FROM event WHERE who=?2 ORDER BY id DESC LIMIT 1)"
	        " AND address=?3 AND what=?4 AND why=?5 AND at>?1-?6 AND at<=?1",
	        "issssi", v->at, v->who, v->address, v->what, v->why, (int64_t)SAME_MS) != 0)
		return -1;
	if (store_changes(s) > 0)
		return 0;
	return store_run(s, e,
	    "INSERT INTO event(at,last_at,count,who,address,what,why) VALUES(?1,?1,1,?2,?3,?4,?5)", "issss",
	    v->at, v->who, v->address, v->what, v->why);
}

static void
read_event(struct store_query *q, struct arena *a, struct auth_event *v)
{
	*v = (struct auth_event){.id = store_int(q, 0), .at = store_int(q, 1), .last_at = store_int(q, 2),
	    .count = store_int(q, 3)};
	v->who = arena_strdup(a, store_text(q, 4));
	v->address = arena_strdup(a, store_text(q, 5));
	v->what = arena_strdup(a, store_text(q, 6));
	v->why = arena_strdup(a, store_text(q, 7));
}

int
auth_event_list(struct store *s, const char *who, int64_t before, size_t limit, struct arena *a,
    struct auth_events *out, struct err *e)
{
	struct store_query *q = who != NULL
	    ? store_ask(s, e,
	          "SELECT id,at,last_at,count,who,address,what,why FROM event WHERE who=? AND id<?"
	          " ORDER BY id DESC LIMIT ?",
	          "sii", who, before > 0 ? before : INT64_MAX, (int64_t)limit)
	    : store_ask(s, e,
	          "SELECT id,at,last_at,count,who,address,what,why FROM event WHERE id<? ORDER BY id DESC LIMIT ?",
	          "ii", before > 0 ? before : INT64_MAX, (int64_t)limit);
	int rc;

	*out = (struct auth_events){.row = arena_array(a, limit + 1, sizeof(struct auth_event))};
	while ((rc = store_next(q, e)) == 1)
		read_event(q, a, &out->row[out->n++]);
	store_done(q);
	return rc;
}

int
auth_event_prune(struct store *s, int64_t keep, struct err *e)
{
	return store_run(s, e, "DELETE FROM event WHERE id<=(SELECT max(id) FROM event)-?", "i", keep);
}
