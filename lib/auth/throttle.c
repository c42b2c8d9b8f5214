/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many guesses reach LDAP. Counted in a quarter of an hour that slides:
 *   - 10 for one account from one address;
 *   - 30 for one account from all addresses it has not logged in from lately;
 *   - 20 from one such address, whatever the accounts.
 * An address the person logged in from within thirty days is not counted with
 * the strangers, so strangers cannot use up its ten. The break-glass account has
 * no such addresses, and must be there when it is needed: of strangers' guesses
 * together it has no limit, for its hash is made to be guessed at slowly. A guess is counted before
 * LDAP is asked (two at once cannot share one), and taken back when the
 * password was right or the directory down. Times are CLOCK_BOOTTIME: setting
 * the wall clock neither frees nor locks anybody.
 */
#include "desk.h"

#define WINDOW_MS (INT64_C(15) * 60000)
#define KNOWN_MS (INT64_C(30) * 86400000)

static const struct limit {
	enum auth_try_scope scope;
	int64_t most;
	bool known_too; /* holds for a known address as well */
	const char *text, *why;
} limits[] = {
    {AUTH_TRY_PAIR, 10, true, "for this login name from this address", "10 for this name from this address"},
    {AUTH_TRY_STRANGERS, 30, false, "for this login name", "30 for this name from unknown addresses"},
    {AUTH_TRY_ADDRESS, 20, false, "from this address", "20 from this address"},
};

int
auth_throttle_open(struct auth_desk *d, struct err *e)
{
	struct auth_now now;

	auth_now(&now);
	return auth_try_rebase(d->desk, &now, WINDOW_MS, e);
}

int
auth_throttle_tidy(struct auth_desk *d, struct err *e)
{
	struct auth_now now;

	auth_now(&now);
	if (auth_try_forget(d->desk, now.boot - WINDOW_MS, e) != 0)
		return -1;
	/* a clock that jumped ahead must not forget every address: rows wait a second month */
	return auth_known_forget(d->desk, now.wall - 2 * KNOWN_MS, e);
}

static int
refuse(const struct limit *l, int64_t wait_ms, struct err *e)
{
	char span[TIMES_TEXT], at[TIMES_TEXT];
	int64_t wait = (wait_ms + 59999) / 60000 * 60000; /* whole minutes, rounded up */

	err_set(e, ERR_LIMIT, "There were too many wrong passwords %s; try again in %s, at %s.", l->text,
	    times_age(wait, span), times_clock(times_now() + wait, at));
	return 0;
}

/* The limit that stands longest in the way, if any: 1 free, 0 refused, -1. */
static int
check(struct auth_desk *d, const struct auth_try *t, struct auth_grant *out, struct err *e)
{
	const struct limit *worst = NULL;
	int64_t longest = -1, count = 0, oldest = 0;

	for (size_t i = 0; i < LARCH_COUNT(limits); i++) {
		if ((t->known && !limits[i].known_too) || (limits[i].scope == AUTH_TRY_STRANGERS && auth_local_is(d, t->account)))
			continue;
		if (auth_try_count(d->desk, limits[i].scope, t, t->boot - WINDOW_MS, &count, &oldest, e) != 0)
			return -1;
		/* `most` are never exceeded, so when the oldest one goes there is room */
		if (count >= limits[i].most && oldest + WINDOW_MS - t->boot > longest) {
			longest = oldest + WINDOW_MS - t->boot;
			worst = &limits[i];
		}
	}
	if (worst == NULL)
		return 1;
	out->why = worst->why;
	out->wait_ms = longest;
	return refuse(worst, longest, e);
}

int
auth_throttle_take(struct auth_desk *d, const char *account, const char *address, struct auth_grant *out,
    struct err *e)
{
	struct auth_try t = {.account = account, .address = address};
	struct auth_now now;
	int rc;

	*out = (struct auth_grant){.why = ""};
	auth_now(&now);
	t.boot = now.boot;
	rc = auth_known_has(d->desk, account, address, now.wall - KNOWN_MS, e);
	if (rc < 0)
		return -1;
	t.known = rc == 1;
	rc = check(d, &t, out, e);
	if (rc == 1 && auth_try_add(d->desk, &t, &now, &out->id, e) != 0)
		return -1;
	return rc;
}

int
auth_throttle_settle(struct auth_desk *d, int64_t id, enum auth_outcome outcome, const char *account,
    const char *address, struct err *e)
{
	struct auth_now now;

	if (outcome == AUTH_WRONG)
		return 0;
	if (auth_try_drop(d->desk, id, e) != 0)
		return -1;
	if (outcome != AUTH_OK)
		return 0;
	auth_now(&now);
	return auth_known_put(d->desk, account, address, now.wall, e);
}
