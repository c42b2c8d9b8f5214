/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The break-glass account: one name that the directory is never asked for, its
 * password checked here against an argon2id hash. Its groups are exactly
 * AUTH_LOCAL_GROUP, which nobody else can have: the directory's answers lose it.
 */
#include <stdatomic.h>
#include <string.h>

#include <argon2.h>

#include "desk.h"

#define CHECKS_AT_ONCE 2 /* each takes 64 MiB or more for a seventh of a second */

bool
auth_local_is(const struct auth_desk *d, const char *account)
{
	return d->conf.local.name != NULL && strcmp(d->conf.local.name, account) == 0;
}

void
auth_local_found(const struct auth_desk *d, struct arena *a, struct auth_found *out)
{
	*out = (struct auth_found){.dn = "", .display = arena_printf(a, "Break-glass (%s)", d->conf.local.name), .why = ""};
	out->groups = arena_array(a, 1, sizeof(char *));
	out->groups[out->n_groups++] = AUTH_LOCAL_GROUP;
}

void
auth_local_strip(struct auth_found *found)
{
	static atomic_bool said; /* once is enough: it is so at every login of those who are in it */
	size_t n = 0;

	for (size_t i = 0; i < found->n_groups; i++)
		if (strcmp(found->groups[i], AUTH_LOCAL_GROUP) != 0)
			found->groups[n++] = found->groups[i];
	if (n < found->n_groups && !atomic_exchange(&said, true))
		log_warn("the directory has a group '" AUTH_LOCAL_GROUP "'; here it is the local account's alone, and is left out");
	found->n_groups = n;
}

/* ---- the password ------------------------------------------------------------------------ */

/* A place among the checks; whoever comes third waits. */
static void
enter(struct auth_desk *d)
{
	pthread_mutex_lock(&d->lock);
	while (d->local_checks >= CHECKS_AT_ONCE)
		pthread_cond_wait(&d->local_free, &d->lock);
	d->local_checks++;
	pthread_mutex_unlock(&d->lock);
}

static void
leave(struct auth_desk *d)
{
	pthread_mutex_lock(&d->lock);
	d->local_checks--;
	pthread_cond_signal(&d->local_free);
	pthread_mutex_unlock(&d->lock);
}

enum auth_outcome
auth_local_check(struct auth_desk *d, struct str password, struct arena *a, struct auth_found *out, struct err *e)
{
	int64_t least = times_boot() + auth_least_ms;
	int rc;

	enter(d);
	rc = argon2id_verify(d->conf.local.hash, password.p, password.n);
	leave(d);
	auth_rest_until(least);
	if (rc == ARGON2_OK) {
		auth_local_found(d, a, out);
		return AUTH_OK;
	}
	*out = (struct auth_found){.why = "wrong password"};
	if (rc == ARGON2_VERIFY_MISMATCH) {
		err_set(e, ERR_LOGIN, AUTH_WRONG_TEXT);
		return AUTH_WRONG;
	}
	out->why = arena_printf(a, "the local account's password cannot be checked: %s", argon2_error_message(rc));
	err_set(e, ERR_UNAVAILABLE, "The local account's password cannot be checked now; try again in a minute.");
	return AUTH_DOWN;
}
