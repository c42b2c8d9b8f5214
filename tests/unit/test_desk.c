/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk with a real directory behind it: what reaches LDAP, what the log
 * says, and who is logged out when groups change.
 */
#include <stdlib.h>

#include <argon2.h>

#include "auth/desk.h"
#include "slapd_child.h"

static struct slapd_child directory;
static struct arena *arena;
static struct auth_desk *desk;
static struct auth_checker *checker;
static struct store *reader;
static char desk_db[600], sessions_db[600];
static struct auth_now clock_of_the_test;

#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)

static void
pass_time(int64_t ms)
{
	clock_of_the_test.wall += ms;
	clock_of_the_test.boot += ms;
	auth_now_pretend(&clock_of_the_test);
}

#define LOCAL_PASSWORD "seven cows on a red roof"
static const char *local_name = "breakglass";
static char local_hash[128];
static int shouts;
static bool dumb;

static int
shout(void *ctx, const char *who, const char *address, const char *what, struct err *e)
{
	(void)ctx;
	(void)what;
	T_STR(who, local_name);
	T_OK(*address != '\0');
	shouts++;
	return dumb ? err_set(e, ERR_UNAVAILABLE, "nobody hears it") : 0;
}

static void
open_desk(void)
{
	struct auth_desk_conf conf = {.auth_db = desk_db, .sessions_db = sessions_db, .session_ms = 12 * 60 * MINUTE,
	    .group_recheck_ms = 5 * MINUTE, .checker = checker,
	    .local = {.name = local_name, .hash = local_hash, .shout = shout}};
	struct err e = {0};

	if (!T_OK(auth_desk_open(&conf, &desk, &e) == 0) || !T_OK(auth_reader_open(sessions_db, &reader, &e) == 0))
		T_STR(e.text, "");
}

static void
t_start_the_directory(void)
{
	static const char *uri[1];
	struct auth_ldap l = {.uri = uri, .n_uri = 1, .user_filter = "(uid=%s)", .group_name = "cn", .timeout_ms = 6000};
	struct err e = {0};

	arena = arena_create();
	T_INT(argon2id_hash_encoded(3, 65536, 1, LOCAL_PASSWORD, strlen(LOCAL_PASSWORD), "somesaltsomesalt", 16, 32, local_hash,
	    sizeof(local_hash)), 0);
	auth_least_ms = 0;
	if (access("/usr/sbin/slapd", X_OK) != 0) {
		printf("1..1\nok 1 - the desk against slapd # SKIP slapd is not installed\n");
		exit(0);
	}
	if (!T_OK(slapd_child_start(&directory, t_folder()) == 0))
		exit(1);
	uri[0] = slapd_child_fact(&directory, "ldapi");
	l.bind_dn = slapd_child_fact(&directory, "bind_dn");
	l.bind_secret_file = slapd_child_fact(&directory, "bind_secret_file");
	l.user_base = slapd_child_fact(&directory, "people_base");
	T_OK(auth_checker_start(&l, &checker, &e) == 0);
	snprintf(desk_db, sizeof(desk_db), "%s/auth.db", t_folder());
	snprintf(sessions_db, sizeof(sessions_db), "%s/sessions.db", t_folder());
	clock_of_the_test = (struct auth_now){.wall = 20000 * DAY, .boot = DAY, .boot_id = "boot-a"};
	auth_now_pretend(&clock_of_the_test);
	open_desk();
}

static enum auth_outcome
verify(const char *name, const char *password, const char *address, struct err *e)
{
	struct auth_from from = {.address = str_of(address), .agent = STR("test"), .how = "form"};
	struct auth_found f;

	return auth_desk_verify(desk, str_of(name), str_of(password), &from, arena, &f, e);
}

static int
binds(const char *name)
{
	char words[100];

	snprintf(words, sizeof(words), "count %s", name);
	return slapd_child_say(&directory, words);
}

static void
log_in(const char *name, const char *password, char token[AUTH_TOKEN_TEXT])
{
	struct auth_from from = {.address = STR("192.0.2.1"), .agent = STR("test"), .how = "form"};
	struct auth_found f;
	struct err e = {0};

	token[0] = '\0';
	if (!T_INT(auth_desk_verify(desk, str_of(name), str_of(password), &from, arena, &f, &e), AUTH_OK))
		printf("# %s\n", e.text);
	else
		T_OK(auth_desk_session_make(desk, str_of(name), &f, &from, token, &e) == 0);
}

static const struct auth_event *
newest(const char *who)
{
	static const struct auth_event none = {.what = "", .why = "", .address = ""};
	struct auth_events rows = {0};
	struct err e;

	return auth_desk_log(desk, who, 0, 1, arena, &rows, &e) == 0 && rows.n == 1 ? &rows.row[0] : &none;
}

/* ---- the throttle ------------------------------------------------------------------------ */

static void
t_of_a_thousand_guesses_from_one_address_ten_reach_ldap(void)
{
	int later = 0, wrong = 0;
	struct err e = {0};

	for (int i = 0; i < 1000; i++)
		switch (verify(i % 2 ? "ana" : "ANA", "guess", "198.51.100.1", &e)) {
		case AUTH_LATER: later++; break;
		case AUTH_WRONG: wrong++; break;
		default: T_STR(e.text, ""); break;
		}
	T_INT(wrong, 10);
	T_INT(later, 990);
	T_INT(binds("ana"), 10);
	T_INT(e.kind, ERR_LIMIT);
	T_ERR(e, "for this login name from this address; try again in 15 min, at ");
	T_STR(newest("ana")->what, "throttled");
	T_INT(newest("ana")->count, 990);
}

static void
t_the_right_password_does_not_pass_the_throttle_but_another_address_does(void)
{
	struct err e = {0};

	T_INT(verify("ana", "ana-opens-it", "198.51.100.1", &e), AUTH_LATER);
	T_INT(verify("ana", "ana-opens-it", "198.51.100.2", &e), AUTH_OK);
	T_STR(newest("ana")->what, "login");
	T_STR(newest("ana")->address, "198.51.100.2");
}

static void
t_after_a_quarter_of_an_hour_it_may_be_tried_again(void)
{
	struct err e = {0};

	pass_time(14 * MINUTE);
	T_INT(verify("ana", "guess", "198.51.100.1", &e), AUTH_LATER);
	T_ERR(e, "try again in 60 s");
	pass_time(MINUTE + 1);
	T_INT(verify("ana", "guess", "198.51.100.1", &e), AUTH_WRONG);
}

static void
t_all_strangers_together_have_thirty_and_the_own_address_its_own_ten(void)
{
	int before, later = 0;
	struct err e = {0};

	pass_time(20 * MINUTE);
	T_INT(verify("ben", "ben-opens-it", "203.0.113.5", &e), AUTH_OK); /* known from here on */
	before = binds("ben");
	for (int i = 0; i < 100; i++) {
		char address[32];

		snprintf(address, sizeof(address), "198.51.%d.%d", i / 50, 10 + i % 50);
		later += verify("ben", "guess", address, &e) == AUTH_LATER;
	}
	T_INT(binds("ben") - before, 30);
	T_INT(later, 70);
	T_ERR(e, "for this login name; try again in");
	T_INT(verify("ben", "ben-opens-it", "192.0.2.200", &e), AUTH_LATER);
	T_INT(verify("ben", "ben-opens-it", "203.0.113.5", &e), AUTH_OK);
	T_INT(verify("cyd", "cyd-opens-it", "192.0.2.200", &e), AUTH_OK);
	/* and the own address has its ten, no more */
	before = binds("ben");
	for (int i = 0; i < 20; i++)
		(void)verify("ben", "guess", "203.0.113.5", &e);
	T_INT(binds("ben") - before, 10);
}

static void
t_an_address_is_known_for_thirty_days(void)
{
	struct err e = {0};

	pass_time(29 * DAY);
	for (int i = 0; i < 30; i++) {
		char address[32];

		snprintf(address, sizeof(address), "198.51.9.%d", i);
		(void)verify("ben", "guess", address, &e);
	}
	T_INT(verify("ben", "ben-opens-it", "203.0.113.5", &e), AUTH_OK);
	pass_time(31 * DAY);
	for (int i = 0; i < 30; i++) {
		char address[32];

		snprintf(address, sizeof(address), "198.51.9.%d", i);
		(void)verify("ben", "guess", address, &e);
	}
	T_INT(verify("ben", "ben-opens-it", "203.0.113.5", &e), AUTH_LATER);
}

static void
t_one_address_that_tries_many_names_has_twenty(void)
{
	int before = slapd_child_say(&directory, "binds"), later = 0;
	struct err e = {0};

	pass_time(20 * MINUTE);
	for (int i = 0; i < 60; i++) {
		char name[32];

		snprintf(name, sizeof(name), "user%d", i);
		later += verify(name, "guess", "2001:db8::7", &e) == AUTH_LATER;
	}
	T_INT(later, 40);
	T_INT(slapd_child_say(&directory, "binds") - before, 20);
	T_ERR(e, "from this address");
	/* another address of the same /64 is the same customer */
	T_INT(verify("zoe", "guess", "2001:db8::ffff:1", &e), AUTH_LATER);
	T_INT(verify("zoe", "guess", "2001:db8:0:1::1", &e), AUTH_WRONG);
}

struct guesser {
	pthread_t thread;
	int reached;
};

static void *
guess(void *arg)
{
	struct guesser *g = arg;
	struct arena *a = arena_create();

	for (int i = 0; i < 20; i++) {
		struct auth_from from = {.address = STR("198.51.100.77"), .agent = STR("t"), .how = "api"};
		struct auth_found f;
		struct err e;

		g->reached += auth_desk_verify(desk, STR("loner"), STR("guess"), &from, a, &f, &e) == AUTH_WRONG;
	}
	arena_destroy(a);
	return NULL;
}

static void
t_guesses_at_the_same_moment_share_no_allowance(void)
{
	struct guesser g[8] = {0};
	int sum = 0;

	for (size_t i = 0; i < LARCH_COUNT(g); i++)
		T_OK(pthread_create(&g[i].thread, NULL, guess, &g[i]) == 0);
	for (size_t i = 0; i < LARCH_COUNT(g); i++) {
		pthread_join(g[i].thread, NULL);
		sum += g[i].reached;
	}
	T_INT(sum, 10);
	T_INT(binds("loner"), 10);
}

static void
t_a_restart_keeps_the_count_and_a_jump_of_the_clock_locks_nobody_out(void)
{
	struct err e = {0};

	store_close(reader);
	auth_desk_close(desk);
	open_desk();
	T_INT(verify("loner", "loner-opens-it", "198.51.100.77", &e), AUTH_LATER);
	/* a reboot, with a clock that stands ten years back: still counted, for a quarter of an hour */
	store_close(reader);
	auth_desk_close(desk);
	clock_of_the_test = (struct auth_now){.wall = 16000 * DAY, .boot = 1000, .boot_id = "boot-b"};
	auth_now_pretend(&clock_of_the_test);
	open_desk();
	T_INT(verify("loner", "loner-opens-it", "198.51.100.77", &e), AUTH_LATER);
	pass_time(15 * MINUTE + 1);
	T_INT(verify("loner", "loner-opens-it", "198.51.100.77", &e), AUTH_OK);
	/* the wall clock alone moves nothing */
	for (int i = 0; i < 10; i++)
		(void)verify("cyd", "guess", "198.51.100.78", &e);
	clock_of_the_test.wall += 4000 * DAY;
	auth_now_pretend(&clock_of_the_test);
	T_INT(verify("cyd", "guess", "198.51.100.78", &e), AUTH_LATER);
	clock_of_the_test.wall -= 8000 * DAY;
	auth_now_pretend(&clock_of_the_test);
	T_INT(verify("cyd", "guess", "198.51.100.78", &e), AUTH_LATER);
	pass_time(15 * MINUTE + 1);
	T_INT(verify("cyd", "cyd-opens-it", "198.51.100.78", &e), AUTH_OK);
}

static void
t_an_empty_password_or_an_odd_name_costs_no_allowance(void)
{
	struct err e = {0};

	pass_time(DAY);
	for (int i = 0; i < 20; i++)
		T_INT(verify("ana", "", "198.51.100.80", &e), AUTH_WRONG);
	T_ERR(e, "The password is empty");
	T_STR(newest("ana")->why, "the password is empty");
	T_INT(verify("a na", "x", "198.51.100.80", &e), AUTH_WRONG);
	T_ERR(e, "no blank");
	T_INT(verify("ana", "ana-opens-it", "198.51.100.80", &e), AUTH_OK);
}

/* ---- the directory down --------------------------------------------------------------------- */

static void
t_while_the_directory_is_down_nobody_new_gets_in_and_nobody_is_put_out(void)
{
	char token[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};

	log_in("cyd", "cyd-opens-it", token);
	T_OK(slapd_child_say(&directory, "pause") == 0);
	T_INT(verify("ana", "ana-opens-it", "192.0.2.1", &e), AUTH_DOWN);
	T_INT(e.kind, ERR_UNAVAILABLE);
	T_ERR(e, "who is logged in stays logged in");
	T_STR(newest("ana")->what, "directory-down");
	pass_time(10 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_OK(clock_of_the_test.wall - who.groups_checked_at >= 10 * MINUTE);
	T_OK(slapd_child_say(&directory, "resume") == 0);
	/* what was tried meanwhile cost nothing */
	T_INT(verify("ana", "ana-opens-it", "192.0.2.1", &e), AUTH_OK);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_INT(who.groups_checked_at, clock_of_the_test.wall);
}

/* ---- groups asked again ------------------------------------------------------------------------ */

static void
t_changed_groups_reach_the_session_and_the_key(void)
{
	char token[AUTH_TOKEN_TEXT], bearer[AUTH_BEARER_TEXT];
	struct auth_key_wish w = {.title = STR("k"), .lifetime_ms = DAY, .scope = (const char *[]){"read"}, .n_scope = 1};
	struct auth_from from = {.address = STR("192.0.2.1"), .agent = STR("t"), .how = "form"};
	struct auth_person who;
	struct err e = {0};

	pass_time(DAY);
	log_in("ana", "ana-opens-it", token);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0 && who.n_groups == 3);
	T_OK(auth_desk_key_make(desk, &who, &w, &from, bearer, &e) == 0);
	T_OK(slapd_child_say(&directory, "leave admins ana") == 0);
	pass_time(4 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0 && who.n_groups == 3);
	pass_time(2 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_INT(who.n_groups, 2);
	T_STR(who.groups[0], "operators");
	T_OK(auth_key_find(reader, str_of(bearer), arena, &who, &e) == 0);
	T_INT(who.n_groups, 2);
}

static void
t_who_has_no_group_left_or_is_gone_is_logged_out(void)
{
	char cyd[AUTH_TOKEN_TEXT], loner[AUTH_TOKEN_TEXT], wild[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};

	pass_time(DAY);
	log_in("cyd", "cyd-opens-it", cyd);
	log_in("loner", "loner-opens-it", loner); /* never had a group */
	log_in("w*ld", "wild-opens-it", wild);
	T_OK(slapd_child_say(&directory, "leave staff cyd") == 0);
	T_OK(slapd_child_say(&directory, "gone w*ld") == 0);
	pass_time(6 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(cyd), arena, &who, &e) != 0);
	T_ERR(e, "no longer in any group");
	T_OK(auth_session_find(reader, str_of(wild), arena, &who, &e) != 0);
	T_ERR(e, "no longer in the directory");
	T_OK(auth_session_find(reader, str_of(loner), arena, &who, &e) == 0);
	T_STR(newest("cyd")->what, "session-ended");
}

static void
t_in_the_background_the_same_happens_by_itself(void)
{
	char token[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};

	log_in("ben", "ben-opens-it", token);
	T_OK(slapd_child_say(&directory, "gone ben") == 0);
	pass_time(6 * MINUTE);
	T_OK(auth_desk_background(desk, &e) == 0);
	for (int i = 0; i < 1000 && auth_session_find(reader, str_of(token), arena, &who, &e) == 0; i++)
		usleep(10000);
	T_ERR(e, "no longer in the directory");
}

static void
t_a_log_that_cannot_be_written_lets_nobody_in(void)
{
	struct auth_from from = {.address = STR("192.0.2.1"), .agent = STR("t"), .how = "form"};
	struct auth_found f;
	struct err e = {0};

	store_close(reader);
	reader = NULL;
	auth_desk_close(desk);
	open_desk();
	T_OK(store_run_script(desk->desk, &e,
	         "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT,'no room'); END") == 0);
	pass_time(DAY);
	T_INT(auth_desk_verify(desk, STR("ana"), STR("ana-opens-it"), &from, arena, &f, &e), AUTH_DOWN);
	T_ERR(e, "so nobody gets in");
	T_OK(store_run_script(desk->desk, &e, "DROP TRIGGER full") == 0);
}

/* ---- the local account -------------------------------------------------------------------- */

static void
t_the_local_account_gets_in_whether_the_directory_answers_or_not_and_is_shouted(void)
{
	char token[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};
	int64_t before = clock_of_the_test.wall;

	shouts = 0;
	T_INT(verify("breakglass", "wrong", "192.0.2.1", &e), AUTH_WRONG);
	T_ERR(e, AUTH_WRONG_TEXT);
	T_INT(verify("breakglass", "", "192.0.2.1", &e), AUTH_WRONG);
	T_INT(verify("breakglass", "seven cows on a red root", "192.0.2.1", &e), AUTH_WRONG);
	T_INT(shouts, 0);
	T_STR(newest("breakglass")->what, "refused");
	log_in(" BreakGlass", LOCAL_PASSWORD, token);
	T_INT(shouts, 1);
	T_STR(newest("breakglass")->what, "break-glass");
	T_STR(newest("breakglass")->address, "192.0.2.1");
	T_INT(binds("breakglass"), 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_OK(auth_person_local(&who));
	T_INT(who.n_groups, 1);
	T_STR(who.groups[0], AUTH_LOCAL_GROUP);
	T_INT(who.expires_at - before, AUTH_LOCAL_MS);
	T_OK(slapd_child_say(&directory, "pause") == 0);
	T_INT(verify("breakglass", LOCAL_PASSWORD, "192.0.2.1", &e), AUTH_OK);
	T_INT(shouts, 2);
	T_OK(slapd_child_say(&directory, "resume") == 0);
}

static void
t_its_sessions_live_for_an_hour_and_the_directory_does_not_end_them(void)
{
	char token[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};

	log_in("breakglass", LOCAL_PASSWORD, token);
	pass_time(30 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_INT(who.groups_checked_at, clock_of_the_test.wall);
	T_STR(who.groups[0], AUTH_LOCAL_GROUP);
	pass_time(31 * MINUTE);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) != 0);
	T_ERR(e, "was over");
}

static void
t_it_has_tokens_of_an_hour_and_no_keys(void)
{
	const char *scope[] = {"read", "import"};
	struct auth_key_wish wish = {.title = STR("x"), .lifetime_ms = AUTH_LOCAL_MS, .scope = scope, .n_scope = 2};
	struct auth_from from = {.address = STR("192.0.2.1"), .agent = STR("t"), .how = "api"};
	char bearer[AUTH_BEARER_TEXT];
	struct auth_person who;
	struct auth_found f;
	struct err e = {0};

	T_INT(auth_desk_verify(desk, STR("breakglass"), STR(LOCAL_PASSWORD), &from, arena, &f, &e), AUTH_OK);
	auth_person_of(STR("breakglass"), &f, arena, &who);
	T_INT(auth_desk_key_make(desk, &who, &wish, &from, bearer, &e), -1);
	T_ERR(e, "has no API keys");
	wish.is_token = true;
	wish.lifetime_ms++;
	T_INT(auth_desk_key_make(desk, &who, &wish, &from, bearer, &e), -1);
	T_INT(auth_desk_longest(desk, STR("breakglass")), AUTH_LOCAL_MS);
	T_INT(auth_desk_longest(desk, STR("ana")), 12 * 60 * MINUTE);
	wish.lifetime_ms--;
	T_INT(auth_desk_key_make(desk, &who, &wish, &from, bearer, &e), 0);
	T_OK(auth_key_find(reader, str_of(bearer), arena, &who, &e) == 0);
	T_OK(auth_person_local(&who));
	wish.is_token = false; /* nor does its token make one */
	wish.lifetime_ms = 60000;
	T_INT(auth_desk_key_make(desk, &who, &wish, &from, bearer, &e), -1);
	T_ERR(e, "has no API keys");
}

static void
t_ten_guesses_an_address_and_strangers_together_do_not_shut_it_out(void)
{
	char address[40];
	struct err e = {0};

	pass_time(DAY);
	for (int i = 0; i < 10; i++)
		T_INT(verify("breakglass", "wrong", "198.51.100.1", &e), AUTH_WRONG);
	T_INT(verify("breakglass", LOCAL_PASSWORD, "198.51.100.1", &e), AUTH_LATER);
	T_STR(newest("breakglass")->what, "throttled");
	for (int i = 2; i < 30; i++) {
		snprintf(address, sizeof(address), "198.51.100.%d", i);
		T_INT(verify("breakglass", "wrong", address, &e), AUTH_WRONG);
	}
	T_INT(verify("breakglass", LOCAL_PASSWORD, "198.51.100.40", &e), AUTH_OK);
}

static void
t_nobody_of_the_directory_is_in_its_group(void)
{
	const char *groups[] = {"admins", AUTH_LOCAL_GROUP, "staff", AUTH_LOCAL_GROUP};
	struct auth_found f = {.groups = groups, .n_groups = 4};

	auth_local_strip(&f);
	T_INT(f.n_groups, 2);
	T_STR(f.groups[0], "admins");
	T_STR(f.groups[1], "staff");
	T_OK(!auth_local_group(f.groups, f.n_groups));
	auth_local_strip(&f);
	T_INT(f.n_groups, 2);
}

static void
t_a_name_that_becomes_or_was_the_local_accounts_loses_its_sessions(void)
{
	char local[AUTH_TOKEN_TEXT], ana[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct err e = {0};

	pass_time(DAY);
	log_in("breakglass", LOCAL_PASSWORD, local);
	log_in("ana", "ana-opens-it", ana);
	store_close(reader);
	auth_desk_close(desk);
	local_name = "ana";
	open_desk();
	pass_time(6 * MINUTE);
	T_OK(auth_desk_round(desk, &e) == 0);
	T_OK(auth_session_find(reader, str_of(local), arena, &who, &e) != 0);
	T_ERR(e, "given or lost this name");
	T_OK(auth_session_find(reader, str_of(ana), arena, &who, &e) != 0);
	store_close(reader);
	auth_desk_close(desk);
	local_name = "breakglass";
	open_desk();
}

static void
t_where_nobody_hears_the_shout_nobody_gets_in(void)
{
	struct err e = {0};

	dumb = true;
	T_INT(verify("breakglass", LOCAL_PASSWORD, "192.0.2.1", &e), AUTH_DOWN);
	dumb = false;
	T_INT(verify("breakglass", LOCAL_PASSWORD, "192.0.2.1", &e), AUTH_OK);
}

static void *
guess_local(void *out)
{
	struct err e = {0};
	struct auth_from from = {.address = STR("192.0.2.9"), .agent = STR("t"), .how = "form"};
	struct arena *a = arena_create();
	struct auth_found f;

	*(enum auth_outcome *)out = auth_desk_verify(desk, STR("breakglass"), STR(LOCAL_PASSWORD), &from, a, &f, &e);
	arena_destroy(a);
	return NULL;
}

static void
t_eight_at_once_are_checked_two_at_a_time_and_all_get_in(void)
{
	enum auth_outcome out[8];
	pthread_t thread[8];

	for (size_t i = 0; i < LARCH_COUNT(thread); i++)
		T_INT(pthread_create(&thread[i], NULL, guess_local, &out[i]), 0);
	for (size_t i = 0; i < LARCH_COUNT(thread); i++) {
		T_INT(pthread_join(thread[i], NULL), 0);
		T_INT(out[i], AUTH_OK);
	}
	T_INT(desk->local_checks, 0);
	T_INT(desk->checking, 0);
}

static void
t_stop_the_directory(void)
{
	store_close(reader);
	auth_desk_close(desk);
	auth_checker_stop(checker);
	slapd_child_stop(&directory);
	arena_destroy(arena);
}

T_MAIN(T(t_start_the_directory), T(t_of_a_thousand_guesses_from_one_address_ten_reach_ldap),
    T(t_the_right_password_does_not_pass_the_throttle_but_another_address_does),
    T(t_after_a_quarter_of_an_hour_it_may_be_tried_again),
    T(t_all_strangers_together_have_thirty_and_the_own_address_its_own_ten),
    T(t_an_address_is_known_for_thirty_days), T(t_one_address_that_tries_many_names_has_twenty),
    T(t_guesses_at_the_same_moment_share_no_allowance),
    T(t_a_restart_keeps_the_count_and_a_jump_of_the_clock_locks_nobody_out),
    T(t_an_empty_password_or_an_odd_name_costs_no_allowance),
    T(t_while_the_directory_is_down_nobody_new_gets_in_and_nobody_is_put_out),
    T(t_changed_groups_reach_the_session_and_the_key), T(t_who_has_no_group_left_or_is_gone_is_logged_out),
    T(t_in_the_background_the_same_happens_by_itself), T(t_a_log_that_cannot_be_written_lets_nobody_in),
    T(t_the_local_account_gets_in_whether_the_directory_answers_or_not_and_is_shouted),
    T(t_its_sessions_live_for_an_hour_and_the_directory_does_not_end_them), T(t_it_has_tokens_of_an_hour_and_no_keys),
    T(t_ten_guesses_an_address_and_strangers_together_do_not_shut_it_out), T(t_nobody_of_the_directory_is_in_its_group),
    T(t_a_name_that_becomes_or_was_the_local_accounts_loses_its_sessions), T(t_where_nobody_hears_the_shout_nobody_gets_in),
    T(t_eight_at_once_are_checked_two_at_a_time_and_all_get_in), T(t_stop_the_directory))
