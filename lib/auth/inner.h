/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of auth share among themselves and nobody else sees.
 */
#ifndef LARCH_AUTH_INNER_H
#define LARCH_AUTH_INNER_H

#include "auth.h"

#define AUTH_HASH 32 /* bytes of a SHA-256 */

/* ---- token.c ---- */
void auth_sha256(const void *p, size_t n, unsigned char out[AUTH_HASH]);
void auth_id_new(char out[AUTH_ID_TEXT]);
/* The stored form of a token's text: SHA-256 of its 32 bytes. -1: not a token. */
int auth_token_hash(struct str token, unsigned char out[AUTH_HASH]);
/* Cut "larch_<keyid>.<secret>": the id, and the stored form of the secret. -1: not such a text. */
int auth_bearer_split(struct str bearer, char id[AUTH_ID_TEXT], unsigned char hash[AUTH_HASH]);

/* ---- now.c ---- */

/*
 * Both clocks. The wall clock can be set by hand; CLOCK_BOOTTIME cannot, but
 * means something only within one boot. So a time limit is kept on both.
 */
struct auth_now {
	int64_t wall, boot;
	char boot_id[40];
};
void auth_now(struct auth_now *out);
/* For tests: what auth_now says from here on; NULL: the kernel again. */
void auth_now_pretend(const struct auth_now *now);

/* A stored span: made at a moment, over at another. */
struct auth_span {
	int64_t made_at, ends_at;     /* wall clock, ms */
	int64_t made_boot, ends_boot; /* CLOCK_BOOTTIME, ms, of this boot: */
	const char *boot_id;
};
/*
 * Is it over? Within the boot it was made in either clock ends it, so a clock
 * set back revives nothing. After a reboot only the wall clock is left; one that
 * stands before the making is wrong, and ends it too.
 */
bool auth_span_over(const struct auth_span *s, const struct auth_now *now);
/*
 * Is it over for good? A wall clock that is wrong for an hour (an empty battery,
 * a typing error) must refuse, but not end every key of the site.
 */
bool auth_span_spent(const struct auth_span *s, const struct auth_now *now);

/* ---- checker.c ---- */
extern int auth_least_ms; /* AUTH_LEAST_MS; a test that asks hundreds of times sets it to 0 */
void auth_rest_until(int64_t at); /* CLOCK_BOOTTIME, ms */
#define AUTH_WRONG_TEXT "The login name or the password is wrong."

/* ---- local_group.c ---- */
bool auth_local_group(const char *const *groups, size_t n); /* is the local account's group among them? */

/* ---- local.c ---- */
/* The directory may have a group of that name: it is not ours. */
void auth_local_strip(struct auth_found *found);

/* ---- key_things.c ---- */

/* What a new key's things are: what is wished, or else its maker's. NULL: whatever its person may. */
int auth_things_take(const struct auth_person *who, const struct auth_key_wish *w, struct arena *a, const char **out, struct err *e);
/* Is all that `part` reaches within `whole`? Of queries only when they are the same text. NULL is everything. */
bool auth_things_within(const char *part, const char *whole, struct arena *a);

/* ---- clean.c ---- */

/* The person's address without its port, and of IPv6 the /64: one customer's worth. */
void auth_address_key(struct str address, char out[64]);
/* Foreign text, cleaned of control bytes and cut to `max` bytes (at a character's start), in the arena. */
char *auth_clean(struct str text, size_t max, struct arena *a);

#endif
