/* SPDX-License-Identifier: Apache-2.0 */
/* Second factors and proofs at the desk. A code is counted, taken and logged before anybody is told. */
#include <string.h>

#include "desk.h"
#include "step_rows.h"

static const char wrong_code[] = "The code is not right.";

/* ---- codes, all under the lock ---------------------------------------------------------- */

/* How a recovery code is kept: with its account, so that two equal ones do not look alike. */
static void
recovery_hash(const char *account, const char *code, unsigned char out[AUTH_HASH])
{
	struct buf text = BUF(LIMIT_NAME + AUTH_CODE_TEXT + 1);

	buf_printf(&text, "%s\n%s", account, code);
	auth_sha256(text.p, text.n, out);
	buf_wipe(&text);
}

/* Within a transaction: AUTH_OK, and the code can never be taken again; else *why. */
static enum auth_outcome
take_code(struct auth_desk *d, const char *account, enum auth_code kind, const char *code, const char **why, struct err *e)
{
	unsigned char hash[AUTH_HASH];
	struct auth_totp t;
	struct auth_now now;
	int64_t step = -1;
	bool again = false;
	int rc;

	auth_now(&now);
	*why = "wrong code";
	rc = auth_totp_get(d->desk, account, true, &t, e);
	if (rc == 1 && kind == AUTH_CODE_RECOVERY) {
		recovery_hash(account, code, hash);
		rc = auth_recovery_take(d->desk, account, hash, e);
	} else if (rc == 1) {
		step = auth_totp_step(t.seed, code, now.wall, t.last_step, &again);
		*why = again ? "a code that was used before" : *why;
		rc = step < 0 ? 0 : auth_totp_take(d->desk, account, step, e);
	}
	explicit_bzero(&t, sizeof(t));
	if (rc == 0)
		err_set(e, ERR_LOGIN, "%s", again ? "This code was used before; wait for the next one." : wrong_code);
	return rc < 0 ? AUTH_DOWN : rc == 1 ? AUTH_OK : AUTH_WRONG;
}

static enum auth_outcome
take_in_transaction(struct auth_desk *d, const char *account, enum auth_code kind, const char *code, const char **why,
    struct err *e)
{
	enum auth_outcome outcome;

	if (store_begin(d->desk, e) != 0)
		return AUTH_DOWN;
	outcome = take_code(d, account, kind, code, why, e);
	if (outcome != AUTH_OK) {
		store_rollback(d->desk);
		return outcome;
	}
	return store_commit(d->desk, e) == 0 ? AUTH_OK : AUTH_DOWN;
}

typedef enum auth_outcome take_fn(struct auth_desk *d, const char *account, enum auth_code kind, const char *code,
    const char **why, struct err *e);

/* Count, take, settle, log. A row that cannot be written lets nobody through: the code is gone all the same. */
static enum auth_outcome
check_code(struct auth_desk *d, const char *account, struct str typed, const struct auth_from *from, take_fn *take,
    struct arena *a, struct err *e)
{
	const char *address = auth_clean(from->address, 64, a), *why = "not a code";
	enum auth_outcome outcome = AUTH_WRONG;
	struct auth_grant grant = {0};
	char code[AUTH_CODE_TEXT], key[64];
	enum auth_code kind = auth_code_read(typed, code);
	struct err werr;
	int rc;

	auth_address_key(from->address, key);
	pthread_mutex_lock(&d->lock);
	rc = auth_throttle_take(d, account, key, &grant, e);
	if (rc == 1) {
		err_set(e, ERR_LOGIN, "%s", wrong_code);
		if (kind != AUTH_CODE_NONE)
			outcome = take(d, account, kind, code, &why, e);
		rc = auth_throttle_settle(d, grant.id, outcome, account, key, &werr);
	} else {
		outcome = rc == 0 ? AUTH_LATER : AUTH_DOWN;
		why = grant.why;
	}
	if (auth_desk_write(d, account, address, outcome == AUTH_OK ? "code" : outcome == AUTH_LATER ? "throttled" : "refused",
	        outcome == AUTH_OK ? kind == AUTH_CODE_TOTP ? "one-time code" : "recovery code" : why, &werr) != 0)
		rc = -1;
	pthread_mutex_unlock(&d->lock);
	explicit_bzero(code, sizeof(code));
	if (rc >= 0 && outcome != AUTH_DOWN)
		return outcome;
	log_error("a code cannot be checked: %s", outcome == AUTH_DOWN ? e->text : werr.text);
	err_set(e, ERR_UNAVAILABLE, "The codes cannot be read or written just now, so none is taken.");
	return AUTH_DOWN;
}

static enum auth_outcome
check_password(struct auth_desk *d, const struct auth_person *who, struct str password, const struct auth_from *from,
    struct arena *a, struct err *e)
{
	struct auth_from again = {from->address, from->agent, "the password again"};
	struct auth_found found;

	return auth_desk_verify(d, str_of(who->name), password, &again, a, &found, e);
}

/* ---- what is asked of somebody ------------------------------------------------------------- */

int
auth_desk_factor(struct auth_desk *d, const char *who, struct auth_factor *out, struct err *e)
{
	struct auth_totp t;
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = auth_totp_get(d->desk, who, true, &t, e);
	*out = (struct auth_factor){.on = rc == 1, .made_at = t.made_at};
	if (rc == 1 && (out->recovery_left = auth_recovery_left(d->desk, who, e)) < 0)
		rc = -1;
	pthread_mutex_unlock(&d->lock);
	explicit_bzero(&t, sizeof(t));
	return rc < 0 ? -1 : 0;
}

enum auth_outcome
auth_desk_answer(struct auth_desk *d, const struct auth_person *who, const struct auth_answer *in,
    const struct auth_from *from, struct arena *a, const char **how, struct err *e)
{
	struct auth_factor f;
	char code[AUTH_CODE_TEXT];

	*how = "";
	if (auth_desk_factor(d, who->name, &f, e) != 0)
		return AUTH_DOWN;
	if (!f.on) {
		if (in->code.n > 0 && in->password.n == 0) {
			err_set(e, ERR_INPUT, "You have no second factor; give the password again, or set one up on the account page.");
			return AUTH_WRONG;
		}
		*how = "password";
		return check_password(d, who, in->password, from, a, e);
	}
	if (in->code.n == 0) {
		err_set(e, ERR_INPUT, "You have a second factor, so its code is asked for, or a recovery code.");
		return AUTH_WRONG;
	}
	*how = auth_code_read(in->code, code) == AUTH_CODE_RECOVERY ? "recovery" : "totp";
	explicit_bzero(code, sizeof(code));
	return check_code(d, who->name, in->code, from, take_in_transaction, a, e);
}

/* The password; and a code too, where there is a factor. The password first: a code is spent by looking at it. */
static enum auth_outcome
check_both(struct auth_desk *d, const struct auth_person *who, const struct auth_answer *in, const struct auth_from *from,
    struct arena *a, struct err *e)
{
	struct auth_factor f;
	enum auth_outcome outcome;

	if (auth_desk_factor(d, who->name, &f, e) != 0)
		return AUTH_DOWN;
	if (f.on && in->code.n == 0) {
		err_set(e, ERR_INPUT, "Give a code too: of the second factor there is, or a recovery code.");
		return AUTH_WRONG;
	}
	outcome = check_password(d, who, in->password, from, a, e);
	if (outcome == AUTH_OK && f.on)
		outcome = check_code(d, who->name, in->code, from, take_in_transaction, a, e);
	return outcome;
}

/* ---- setting up, and away --------------------------------------------------------------------- */

enum auth_outcome
auth_desk_factor_begin(struct auth_desk *d, const struct auth_person *who, const struct auth_answer *in,
    const struct auth_from *from, struct arena *a, char **seed, struct err *e)
{
	struct auth_totp t = {.last_step = -1};
	enum auth_outcome outcome;
	struct auth_now now;
	int rc;

	if (auth_local_is(d, who->name)) { /* whoever opens the envelope next has not that telephone */
		err_set(e, ERR_DENIED, "The break-glass account has no second factor: its sealed password is all that is with it.");
		return AUTH_WRONG;
	}
	outcome = check_both(d, who, in, from, a, e);
	if (outcome != AUTH_OK)
		return outcome;
	auth_now(&now);
	t.made_at = now.wall;
	file_random(t.seed, sizeof(t.seed));
	*seed = arena_alloc(a, AUTH_SEED_TEXT);
	auth_base32(t.seed, sizeof(t.seed), *seed);
	pthread_mutex_lock(&d->lock);
	rc = auth_totp_put(d->desk, who->name, &t, e);
	pthread_mutex_unlock(&d->lock);
	explicit_bzero(&t, sizeof(t));
	return rc == 0 ? AUTH_OK : AUTH_DOWN;
}

/* The first code of a factor that was begun. */
static enum auth_outcome
take_first(struct auth_desk *d, const char *account, enum auth_code kind, const char *code, const char **why, struct err *e)
{
	enum auth_outcome outcome = AUTH_WRONG;
	struct auth_totp t;
	struct auth_now now;
	int64_t step = -1;
	bool again;
	int rc;

	auth_now(&now);
	*why = "wrong first code";
	rc = auth_totp_get(d->desk, account, false, &t, e);
	if (rc == 0)
		err_set(e, ERR_INPUT, "No second factor was begun; begin on the account page.");
	if (rc == 1 && kind == AUTH_CODE_TOTP)
		step = auth_totp_step(t.seed, code, now.wall, -1, &again);
	explicit_bzero(&t, sizeof(t));
	if (rc < 0 || (step >= 0 && store_begin(d->desk, e) != 0))
		return AUTH_DOWN;
	if (step < 0)
		return AUTH_WRONG;
	if (auth_totp_hold(d->desk, account, step, e) == 0 && auth_recovery_drop(d->desk, account, e) == 0)
		outcome = AUTH_OK;
	if (outcome != AUTH_OK) {
		store_rollback(d->desk);
		return AUTH_DOWN;
	}
	return store_commit(d->desk, e) == 0 ? AUTH_OK : AUTH_DOWN;
}

/* "abcd-efgh-ijkl-mnop", and how it is kept. */
static int
make_recovery(struct auth_desk *d, const char *account, char out[AUTH_RECOVERY_TEXT], struct err *e)
{
	unsigned char raw[10], hash[AUTH_HASH];
	char code[AUTH_CODE_TEXT];

	file_random(raw, sizeof(raw));
	auth_base32(raw, sizeof(raw), code);
	snprintf(out, AUTH_RECOVERY_TEXT, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
	recovery_hash(account, code, hash);
	explicit_bzero(raw, sizeof(raw));
	explicit_bzero(code, sizeof(code));
	return auth_recovery_put(d->desk, account, hash, e);
}

enum auth_outcome
auth_desk_factor_confirm(struct auth_desk *d, const struct auth_person *who, struct str code, const struct auth_from *from,
    struct arena *a, char recovery[AUTH_RECOVERY][AUTH_RECOVERY_TEXT], struct err *e)
{
	enum auth_outcome outcome = check_code(d, who->name, code, from, take_first, a, e);
	int rc = 0;

	if (outcome != AUTH_OK)
		return outcome;
	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; rc == 0 && i < AUTH_RECOVERY; i++)
		rc = make_recovery(d, who->name, recovery[i], e);
	if (rc == 0)
		rc = auth_desk_write(d, who->name, auth_clean(from->address, 64, a), "factor-made", "a second factor, and ten recovery codes", e);
	pthread_mutex_unlock(&d->lock);
	return rc == 0 ? AUTH_OK : AUTH_DOWN;
}

enum auth_outcome
auth_desk_factor_remove(struct auth_desk *d, const struct auth_person *who, const struct auth_answer *in,
    const struct auth_from *from, struct arena *a, struct err *e)
{
	enum auth_outcome outcome = check_both(d, who, in, from, a, e);
	int rc;

	if (outcome != AUTH_OK)
		return outcome;
	pthread_mutex_lock(&d->lock);
	rc = auth_desk_write(d, who->name, auth_clean(from->address, 64, a), "factor-removed", "by its owner", e);
	if (rc == 0 && (rc = auth_totp_drop(d->desk, who->name, e)) == 0)
		rc = auth_recovery_drop(d->desk, who->name, e);
	pthread_mutex_unlock(&d->lock);
	return rc == 0 ? AUTH_OK : AUTH_DOWN;
}

/* ---- proofs --------------------------------------------------------------------------------------- */

enum auth_outcome
auth_desk_prove(struct auth_desk *d, const struct auth_person *who, const struct auth_answer *in,
    const struct auth_proof_for *what, const struct auth_from *from, struct arena *a, char token[AUTH_TOKEN_TEXT], struct err *e)
{
	struct auth_proof_row p = {.pass = who->id, .who = who->name, .purpose = what->purpose, .about = what->about};
	enum auth_outcome outcome;
	char id[AUTH_ID_TEXT];
	struct auth_now now;
	int rc;

	token[0] = '\0';
	outcome = auth_desk_answer(d, who, in, from, a, &p.how, e);
	if (outcome != AUTH_OK)
		return outcome;
	auth_now(&now);
	p.span = (struct auth_span){now.wall, now.wall + AUTH_PROOF_MS, now.boot, now.boot + AUTH_PROOF_MS, now.boot_id};
	auth_id_new(id);
	p.id = id;
	auth_token_new(token);
	if (auth_token_hash(str_of(token), p.hash) != 0)
		log_die("a token of ours is none");
	pthread_mutex_lock(&d->lock);
	rc = auth_proof_put(d->sessions, &p, e);
	pthread_mutex_unlock(&d->lock);
	if (rc != 0)
		explicit_bzero(token, AUTH_TOKEN_TEXT);
	return rc == 0 ? AUTH_OK : AUTH_DOWN;
}
