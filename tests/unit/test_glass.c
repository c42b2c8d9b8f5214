/* SPDX-License-Identifier: Apache-2.0 */
/* The break-glass account: which hash and which password are good enough, its uses, and the first policy. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/inner.h"
#include "conf/conf.h"
#include "glass/glass.h"
#include "modules.h"
#include "t.h"

#define SALT "c29tZXNhbHRzb21lc2FsdA"
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD "$argon2id$v=19$m=65536,t=3,p=1$" SALT "$" HASH

static void
t_a_hash_that_is_cheap_or_no_hash_is_refused_with_the_reason(void)
{
	static const struct {
		const char *text, *why; /* NULL: it is good */
	} rows[] = {
	    {GOOD, NULL},
	    {"$argon2id$v=19$m=262144,t=12,p=4$" SALT "$" HASH, NULL},
	    {"", "no argon2id hash"},
	    {"secret", "no argon2id hash"},
	    {"$argon2i$v=19$m=65536,t=3,p=1$" SALT "$" HASH, "no argon2id hash"},
	    {"$argon2d$v=19$m=65536,t=3,p=1$" SALT "$" HASH, "no argon2id hash"},
	    {"$6$salt$" HASH, "no argon2id hash"},
	    {"x" GOOD, "no argon2id hash"},
	    {GOOD "$", "no argon2id hash"},
	    {GOOD " ", "no argon2id hash"},
	    {"$argon2id$v=19$t=3,m=65536,p=1$" SALT "$" HASH, "no argon2id hash"},
	    {"$argon2id$v=19$m=65536,t=3,p=1$c29t$" HASH, "no argon2id hash"},
	    {"$argon2id$v=19$m=65536,t=3,p=1$" SALT "$AAAA", "no argon2id hash"},
	    {"$argon2id$v=19$m=065536x,t=3,p=1$" SALT "$" HASH, "no argon2id hash"},
	    {"$argon2id$v=19$m=-1,t=3,p=1$" SALT "$" HASH, "no argon2id hash"},
	    {"$argon2id$v=16$m=65536,t=3,p=1$" SALT "$" HASH, "version 19"},
	    {"$argon2id$v=19$m=65535,t=3,p=1$" SALT "$" HASH, "cheaper to guess than m=65536,t=3"},
	    {"$argon2id$v=19$m=65536,t=2,p=1$" SALT "$" HASH, "cheaper to guess"},
	    {"$argon2id$v=19$m=262145,t=3,p=1$" SALT "$" HASH, "more than login may spend"},
	    {"$argon2id$v=19$m=65536,t=13,p=1$" SALT "$" HASH, "more than login may spend"},
	    {"$argon2id$v=19$m=65536,t=3,p=5$" SALT "$" HASH, "more than login may spend"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct err e = {0};

		if (!T_INT(conf_glass_check(str_of(rows[i].text), &e), rows[i].why == NULL ? 0 : -1))
			printf("# %s: %s\n", rows[i].text, e.text);
		if (rows[i].why != NULL)
			T_ERR(e, rows[i].why);
	}
}

static void
t_a_hash_file_that_others_may_read_is_refused_and_never_quoted(void)
{
	struct conf c = {.break_glass = {.name = "breakglass"}};
	const mode_t modes[] = {0644, 0660, 0642, 0647};
	char path[600], link[600];
	struct buf b;
	struct err e = {0};

	snprintf(path, sizeof(path), "%s/hash", t_folder());
	c.break_glass.hash_file = path;
	T_INT(conf_glass_hash(&c, &b, &e), -1);
	T_ERR(e, path);
	T_INT(file_publish(path, STR("a-secret-of-somebody\n"), 0640, &e), 0);
	T_INT(conf_glass_hash(&c, &b, &e), -1);
	T_ERR(e, "no argon2id hash");
	T_OK(strstr(e.text, path) != NULL && strstr(e.text, "somebody") == NULL);
	T_INT(file_publish(path, STR(GOOD "\n"), 0640, &e), 0);
	T_INT(conf_glass_hash(&c, &b, &e), 0);
	T_STR(b.p, GOOD);
	buf_wipe(&b);
	for (size_t i = 0; i < LARCH_COUNT(modes); i++) { /* read by others, written by the group */
		T_INT(chmod(path, modes[i]), 0);
		T_INT(conf_glass_hash(&c, &b, &e), -1);
		T_ERR(e, "chmod 640");
	}
	snprintf(link, sizeof(link), "%s/link", t_folder()); /* what it leads to is looked at */
	T_INT(symlink(path, link), 0);
	c.break_glass.hash_file = link;
	T_INT(conf_glass_hash(&c, &b, &e), -1);
	T_ERR(e, "chmod 640");
	T_INT(chmod(path, 0640), 0);
	T_INT(conf_glass_hash(&c, &b, &e), 0);
	buf_wipe(&b);
	if (geteuid() == 0) {
		T_INT(chown(path, 65534, 0), 0);
		T_INT(conf_glass_hash(&c, &b, &e), -1);
		T_ERR(e, "belongs to user 65534");
	}
}

static void
t_a_password_is_long_and_not_what_everybody_tries_first(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"seven cows on a red roof", NULL},
	    {"correct horse battery staple", NULL},
	    {"K\xc3\xa4se und Brot um vier", NULL},
	    {"Zx9#kQ2!mW7@rT4", NULL},
	    {"breakglass seven cows on a roof", NULL},
	    {"", "0 characters"},
	    {"Zx9#kQ2!mW7@rT", "14 characters; 15 are the least"},
	    {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4", "8 characters"},
	    {"aaaaaaaaaaaaaaaa", "over and over"},
	    {"hunter2hunter2hunter2", "over and over"},
	    {"hunter2 hunter2 h", "over and over"},
	    {"abcdefghijklmnopq", "a walk over"},
	    {"qwertyuiopasdfgh", "a walk over"},
	    {"1234567890123456789", "a walk over"},
	    {"9876543210qwerty", "a walk over"},
	    {"password-of-2026", "beside its name"},
	    {"BreakGlass-2026!", "beside its name"},
	    {"my-breakglass-now", "beside its name"},
	    {"seven cows \x01 red roof", "no text"},
	    {"seven cows \xff red roof", "no text"},
	};
	char longest[1100];
	struct err e = {0};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (!T_INT(conf_glass_password(str_of(rows[i].text), "breakglass", &e), rows[i].why == NULL ? 0 : -1))
			printf("# %s: %s\n", rows[i].text, e.text);
		if (rows[i].why != NULL)
			T_ERR(e, rows[i].why);
		if (rows[i].why != NULL && strlen(rows[i].text) > 7)
			T_OK(strstr(e.text, rows[i].text) == NULL);
	}
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = "seven cows on a red roof, "[(i * 7 + i / 26) % 26];
	T_INT(conf_glass_password((struct str){longest, 1024}, NULL, &e), 0);
	T_INT(conf_glass_password((struct str){longest, 1025}, NULL, &e), -1);
	T_ERR(e, "longer than 1024");
}

static void
t_uses_are_read_by_others_in_either_order_from_where_they_stopped(void)
{
	struct arena *a = arena_create();
	struct glass_ask ask = {.limit = 10};
	struct glass *w, *r;
	struct glass_use *u;
	char path[600];
	struct err e = {0};
	size_t n;

	snprintf(path, sizeof(path), "%s/glass.db", t_folder());
	T_INT(glass_open_reader(path, &r, &e), -1);
	T_INT(e.kind, ERR_UNAVAILABLE);
	T_INT(glass_open(path, &w, &e), 0);
	T_INT(glass_open_reader(path, &r, &e), 0);
	T_INT(glass_last(r), 0);
	for (int i = 1; i <= 3; i++)
		T_INT(glass_add(w, &(struct glass_use){.at = times_now() - 1000 * (4 - i), .who = "breakglass", .address = "192.0.2.1",
		    .what = i == 3 ? "adds the first policy" : "logged in"}, &e), 0);
	T_INT(glass_last(r), 3);
	T_INT(glass_uses(r, &ask, a, &u, &n, &e), 0);
	T_INT(n, 3);
	T_INT(u[0].id, 1);
	ask = (struct glass_ask){.after = 1, .limit = 1};
	T_INT(glass_uses(r, &ask, a, &u, &n, &e), 0);
	T_INT(n, 1);
	T_INT(u[0].id, 2);
	ask = (struct glass_ask){.since = times_now() - 1500, .limit = 10, .newest_first = true};
	T_INT(glass_uses(r, &ask, a, &u, &n, &e), 0);
	T_INT(n, 1);
	T_STR(u[0].what, "adds the first policy");
	T_STR(u[0].address, "192.0.2.1");
	/* one of two years ago goes with the next */
	T_INT(glass_add(w, &(struct glass_use){.at = times_now() - INT64_C(2) * 366 * 86400000, .who = "x", .address = "", .what = "y"}, &e), 0);
	ask = (struct glass_ask){.limit = 10};
	T_INT(glass_uses(r, &ask, a, &u, &n, &e), 0);
	T_INT(n, 3);
	T_OK(!glass_replaced(r));
	glass_close(r);
	glass_close(w);
	glass_close(NULL);
	arena_destroy(a);
}

/* ---- the first policy --------------------------------------------------------------------- */

#define ROLES "{\"larch-policy:policy\":{\"roles\":[{\"name\":\"a\",\"groups\":[\"g\"],\"verbs\":[\"see\"],\"hosts\":\"@*\"," \
	"\"at_once\":1,\"per_hour\":1}]}}"

static void
t_the_first_policy_is_whole_and_checked_or_not_there(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"", "the policy"},
	    {"{", "the policy"},
	    {"{}", "the policy"},
	    {"{\"larch-policy:policy\":{}}", "no role"},
	    {"{\"larch-policy:policy\":{\"roles\":[]}}", "no role"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"a\"}]}}", "roles"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"a\",\"groups\":[\"g\"],\"verbs\":[\"fly\"],\"hosts\":\"@*\",\"at_once\":1,\"per_hour\":1}]}}", "verbs"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"a\",\"groups\":[\"g\"],\"verbs\":[\"see\"],\"hosts\":\"n[3-1]\",\"at_once\":1,\"per_hour\":1}]}}", "hosts"},
	    {ROLES "{}", "the policy"},
	};
	char folder[600], path[700], revision[17];
	struct auth_policy *p;
	struct stat st;
	struct err e = {0};

	snprintf(folder, sizeof(folder), "%s/policy", t_folder());
	snprintf(path, sizeof(path), "%s/policy.json", folder);
	T_INT(auth_policy_first(path, modules(), STR(ROLES), revision, &e), -1); /* no folder */
	T_INT(e.kind, ERR_UNAVAILABLE);
	T_ERR(e, "put the file there on the server");
	T_INT(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_INT(auth_policy_first(path, modules(), str_of(rows[i].text), revision, &e), -1);
		if (!T_OK(strstr(e.text, rows[i].why) != NULL))
			printf("# %s: %s\n", rows[i].text, e.text);
		T_OK(access(path, F_OK) != 0);
		T_INT(rmdir(folder), 0); /* nothing is left beside it */
		T_INT(mkdir(folder, 0700), 0);
	}
	T_INT(auth_policy_first(path, modules(), STR(ROLES), revision, &e), 0);
	T_INT(stat(path, &st), 0);
	T_INT(st.st_mode & 07777, 0640);
	T_INT(st.st_nlink, 1);
	T_INT(auth_policy_load(path, modules(), &p, &e), 0);
	T_STR(auth_policy_revision(p), revision);
	auth_policy_destroy(p);
	T_INT(auth_policy_first(path, modules(), STR(ROLES), revision, &e), -1);
	T_INT(e.kind, ERR_CONFLICT);
	T_ERR(e, "There is a policy already");
}

/* Each verb without a policy, and with one that gives the group one verb. */
static void
t_without_a_policy_the_account_may_look_and_import_and_with_one_what_that_gives_it(void)
{
	const char *glass[] = {AUTH_LOCAL_GROUP}, *other[] = {"break-glass "};
	struct auth_person local = {.name = "breakglass", .source = AUTH_SESSION, .id = "0", .groups = glass, .n_groups = 1}, ana = local;
	struct auth_policy *none, *some;
	char path[600];
	struct err e = {0};

	ana.groups = other;
	snprintf(path, sizeof(path), "%s/no-policy.json", t_folder());
	T_INT(auth_policy_load(path, modules(), &none, &e), 0);
	T_OK(auth_policy_missing(none));
	T_INT(file_publish(path, STR("{\"larch-policy:policy\":{\"roles\":[{\"name\":\"night\",\"groups\":[\"break-glass\"],\"verbs\":[\"cycle\"],"
	    "\"hosts\":\"@*\",\"at_once\":1,\"per_hour\":1}]}}"), 0640, &e), 0);
	T_INT(auth_policy_load(path, modules(), &some, &e), 0);
	for (int v = 0; v < AUTH_VERB_COUNT; v++) {
		const char *verb = auth_verb_name((enum auth_verb)v);
		bool built_in = v == AUTH_SEE || v == AUTH_IMPORT || v == AUTH_WIRE || v == AUTH_LOG;

		T_INT(auth_may_some(none, &local, verb, &e), built_in ? 0 : -1);
		T_INT(auth_may_some(none, &ana, verb, &e), -1);
		T_ERR(e, "there is no policy file");
		T_INT(auth_may_some(some, &local, verb, &e), v == AUTH_CYCLE ? 0 : -1);
		T_INT(auth_may_some(some, &ana, verb, &e), -1);
	}
	auth_policy_destroy(none);
	auth_policy_destroy(some);
}

T_MAIN(T(t_a_hash_that_is_cheap_or_no_hash_is_refused_with_the_reason),
    T(t_a_hash_file_that_others_may_read_is_refused_and_never_quoted),
    T(t_a_password_is_long_and_not_what_everybody_tries_first),
    T(t_uses_are_read_by_others_in_either_order_from_where_they_stopped),
    T(t_the_first_policy_is_whole_and_checked_or_not_there),
    T(t_without_a_policy_the_account_may_look_and_import_and_with_one_what_that_gives_it))
