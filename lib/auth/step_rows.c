/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "step_rows.h"

#define KEPT_MS (INT64_C(10) * 60000) /* a proof that is over stays so long: who comes late is told so */

/* ---- auth.db: one-time codes ------------------------------------------------------------ */

int
auth_totp_get(struct store *s, const char *account, bool confirmed, struct auth_totp *out, struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT seed,made_at,last_step FROM totp WHERE account=? AND confirmed=?", "si",
	    account, (int64_t)confirmed);
	int rc = store_next(q, e);

	*out = (struct auth_totp){.last_step = -1};
	if (rc == 1 && store_blob(q, 0).n == AUTH_SEED) {
		memcpy(out->seed, store_blob(q, 0).p, AUTH_SEED);
		out->made_at = store_int(q, 1);
		out->last_step = store_int(q, 2);
	}
	store_done(q);
	return rc;
}

int
auth_totp_put(struct store *s, const char *account, const struct auth_totp *t, struct err *e)
{
	return store_run(s, e,
	    "INSERT INTO totp(account,confirmed,seed,made_at,last_step) VALUES(?1,0,?2,?3,-1)"
	    " ON CONFLICT(account,confirmed) DO UPDATE SET seed=excluded.seed, made_at=excluded.made_at, last_step=-1",
	    "sbi", account, (const void *)t->seed, (size_t)AUTH_SEED, t->made_at);
}

int
auth_totp_hold(struct store *s, const char *account, int64_t step, struct err *e)
{
	if (store_run(s, e, "DELETE FROM totp WHERE account=? AND confirmed=1", "s", account) != 0)
		return -1;
	return store_run(s, e, "UPDATE totp SET confirmed=1, last_step=? WHERE account=? AND confirmed=0", "is", step, account);
}

int
auth_totp_take(struct store *s, const char *account, int64_t step, struct err *e)
{
	if (store_run(s, e, "UPDATE totp SET last_step=?1 WHERE account=?2 AND confirmed=1 AND last_step<?1", "is", step,
	        account) != 0)
		return -1;
	return store_changes(s) == 1;
}

int
auth_totp_drop(struct store *s, const char *account, struct err *e)
{
	return store_run(s, e, "DELETE FROM totp WHERE account=?", "s", account);
}

int64_t
auth_recovery_left(struct store *s, const char *account, struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT count(*) FROM recovery WHERE account=?", "s", account);
	int64_t n = store_next(q, e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return n;
}

int
auth_recovery_put(struct store *s, const char *account, const unsigned char hash[AUTH_HASH], struct err *e)
{
	return store_run(s, e, "INSERT INTO recovery(account,hash) VALUES(?,?)", "sb", account, (const void *)hash,
	    (size_t)AUTH_HASH);
}

int
auth_recovery_take(struct store *s, const char *account, const unsigned char hash[AUTH_HASH], struct err *e)
{
	if (store_run(s, e, "DELETE FROM recovery WHERE account=? AND hash=?", "sb", account, (const void *)hash,
	        (size_t)AUTH_HASH) != 0)
		return -1;
	return store_changes(s) == 1;
}

int
auth_recovery_drop(struct store *s, const char *account, struct err *e)
{
	return store_run(s, e, "DELETE FROM recovery WHERE account=?", "s", account);
}

/* ---- sessions.db: proofs ------------------------------------------------------------------- */

int
auth_proof_put(struct store *s, const struct auth_proof_row *p, struct err *e)
{
	if (store_run(s, e, "DELETE FROM proof WHERE ends_at<?", "i", p->span.made_at - KEPT_MS) != 0)
		return -1;
	return store_run(s, e,
	    "INSERT INTO proof(id,hash,pass,who,purpose,about,how,made_at,ends_at,made_boot,ends_boot,boot_id)"
	    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	    "sbsssssiiiis", p->id, (const void *)p->hash, (size_t)AUTH_HASH, p->pass, p->who, p->purpose, p->about, p->how,
	    p->span.made_at, p->span.ends_at, p->span.made_boot, p->span.ends_boot, p->span.boot_id);
}

int
auth_proof_get(struct store *s, const unsigned char hash[AUTH_HASH], struct arena *a, struct auth_proof_row *out,
    struct err *e)
{
	struct store_query *q = store_ask(s, e,
	    "SELECT id,pass,who,purpose,about,how,made_at,ends_at,made_boot,ends_boot,boot_id FROM proof WHERE hash=?", "b",
	    (const void *)hash, (size_t)AUTH_HASH);
	int rc = store_next(q, e);

	if (rc == 1) {
		*out = (struct auth_proof_row){.id = arena_strdup(a, store_text(q, 0)), .pass = arena_strdup(a, store_text(q, 1)),
		    .who = arena_strdup(a, store_text(q, 2)), .purpose = arena_strdup(a, store_text(q, 3)),
		    .about = arena_strdup(a, store_text(q, 4)), .how = arena_strdup(a, store_text(q, 5))};
		out->span = (struct auth_span){store_int(q, 6), store_int(q, 7), store_int(q, 8), store_int(q, 9),
		    arena_strdup(a, store_text(q, 10))};
	}
	store_done(q);
	return rc;
}
