/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens, CSRF, sessions and keys, as the desk makes them and every program
 * finds them. No directory is asked here.
 */
#include <stdlib.h>

#include "auth/desk.h"
#include "t.h"

static struct arena *arena;
static char desk_db[600], sessions_db[600];

static const struct auth_found ana = {.dn = "uid=ana", .display = "Ana Krenn",
    .groups = (const char *[]){"ops", "sta\"ff, \xc3\xa9"}, .n_groups = 2, .why = ""};
static const struct auth_from here = {.address = {"192.0.2.7", 9}, .agent = {"Mozilla\x1b[31m", 12}, .how = "form"};

static struct auth_desk *
open_desk(struct store **reader)
{
	struct auth_desk_conf conf = {.auth_db = desk_db, .sessions_db = sessions_db, .session_ms = 3600000,
	    .group_recheck_ms = 300000};
	struct auth_desk *d = NULL;
	struct err e = {0};

	if (arena == NULL)
		arena = arena_create();
	snprintf(desk_db, sizeof(desk_db), "%s/auth.db", t_folder());
	snprintf(sessions_db, sizeof(sessions_db), "%s/sessions.db", t_folder());
	if (!T_OK(auth_desk_open(&conf, &d, &e) == 0) || !T_OK(auth_reader_open(sessions_db, reader, &e) == 0)) {
		T_STR(e.text, "");
		return NULL;
	}
	return d;
}

static void
close_desk(struct auth_desk *d, struct store *reader)
{
	store_close(reader);
	auth_desk_close(d);
	auth_now_pretend(NULL);
}

/* ---- tokens and CSRF ------------------------------------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	return memcmp(a, b, AUTH_TOKEN_TEXT);
}

static void
t_tokens_are_64_hex_digits_and_no_two_alike(void)
{
	enum { N = 20000 };
	char(*t)[AUTH_TOKEN_TEXT] = malloc(sizeof(*t) * N);

	for (int i = 0; i < N; i++)
		auth_token_new(t[i]);
	T_OK(auth_token_is(str_of(t[0])));
	T_INT(strlen(t[0]), 64);
	qsort(t, N, sizeof(*t), by_text);
	for (int i = 1; i < N; i++)
		if (!T_OK(strcmp(t[i], t[i - 1]) != 0))
			break;
	free(t);
}

static void
t_what_is_no_token_is_told_apart(void)
{
	char t[AUTH_TOKEN_TEXT], more[80];

	auth_token_new(t);
	snprintf(more, sizeof(more), "%s0", t);
	T_OK(!auth_token_is(str_of(more)));
	T_OK(!auth_token_is((struct str){t, 63}));
	T_OK(!auth_token_is((struct str){NULL, 0}));
	T_OK(!auth_token_is(STR("")));
	memset(t, 'A', 64); /* one token has one text: lower case */
	T_OK(!auth_token_is(str_of(t)));
	memset(t, 'g', 64);
	T_OK(!auth_token_is(str_of(t)));
}

static void
t_csrf_is_the_hmac_of_the_token(void)
{
	/* printf csrf-v1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:(the token), its first 16 bytes */
	static const char token[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	char got[AUTH_CSRF_TEXT], other[AUTH_TOKEN_TEXT], text[AUTH_CSRF_TEXT];

	T_OK(auth_csrf(str_of(token), got) == 0);
	T_STR(got, "9eb1614cd335d4330be4441b4f100def");
	T_OK(auth_csrf_check(str_of(token), str_of(got)));
	auth_token_new(other);
	T_OK(auth_csrf(str_of(other), text) == 0);
	T_OK(!auth_csrf_check(str_of(token), str_of(text)));
	T_OK(!auth_csrf_check(str_of(token), STR("")));
	T_OK(!auth_csrf_check(str_of(token), (struct str){NULL, 0}));
	T_OK(!auth_csrf_check(str_of(token), (struct str){got, 31}));
	T_OK(!auth_csrf_check(STR(""), str_of(got)));
	got[0] = got[0] == '0' ? '1' : '0';
	T_OK(!auth_csrf_check(str_of(token), str_of(got)));
}

/* ---- sessions --------------------------------------------------------------------------- */

static void
t_a_session_is_found_with_its_person_until_it_is_ended(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	char token[AUTH_TOKEN_TEXT], wrong[AUTH_TOKEN_TEXT];
	struct auth_person who;
	struct auth_rows rows;
	struct err e = {0};

	if (d == NULL || !T_OK(auth_desk_session_make(d, STR("Ana"), &ana, &here, token, &e) == 0))
		return;
	if (!T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0))
		T_STR(e.text, "");
	T_STR(who.name, "ana");
	T_STR(who.display, "Ana Krenn");
	T_INT(who.n_groups, 2);
	T_STR(who.groups[1], ana.groups[1]);
	T_INT(who.source, AUTH_SESSION);
	T_OK(who.scope == NULL && auth_may_read(&who));
	T_OK(auth_csrf_check(str_of(token), str_of(who.csrf)));
	T_OK(auth_desk_sessions(d, "ana", arena, &rows, &e) == 0 && rows.n == 1);
	T_STR(rows.row[0].agent, "Mozilla?[31m");
	T_STR(rows.row[0].address, "192.0.2.7");

	memcpy(wrong, token, sizeof(token));
	wrong[63] = wrong[63] == '0' ? '1' : '0';
	T_OK(auth_session_find(reader, str_of(wrong), arena, &who, &e) != 0);
	T_INT(e.kind, ERR_LOGIN);
	T_INT(who.source, AUTH_NOBODY);

	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_OK(auth_desk_session_end(d, &who, str_of(who.id), "logged out", &here, &e) == 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) != 0);
	T_ERR(e, "logged out");
	T_INT(e.kind, ERR_LOGIN);
	T_OK(auth_desk_sessions(d, "ana", arena, &rows, &e) == 0 && rows.n == 0);
	close_desk(d, reader);
}

static void
t_nobody_ends_the_session_of_another(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	char token[AUTH_TOKEN_TEXT], other[AUTH_TOKEN_TEXT];
	struct auth_person who, ben;
	struct err e = {0};

	if (d == NULL || !T_OK(auth_desk_session_make(d, STR("ana"), &ana, &here, token, &e) == 0) ||
	    !T_OK(auth_desk_session_make(d, STR("ben"), &ana, &here, other, &e) == 0))
		return;
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	T_OK(auth_session_find(reader, str_of(other), arena, &ben, &e) == 0);
	T_OK(auth_desk_session_end(d, &ben, str_of(who.id), "x", &here, &e) != 0);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_OK(auth_desk_key_end(d, &who, str_of(who.id), &here, &e) != 0);
	T_OK(auth_desk_session_end(d, &who, STR(""), "x", &here, &e) != 0);
	T_OK(auth_desk_session_end(d, &who, STR("0123456789abcdef0123"), "x", &here, &e) != 0);
	T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0);
	close_desk(d, reader);
}

static struct auth_now
at(int64_t wall, int64_t boot, const char *boot_id)
{
	struct auth_now now = {.wall = wall, .boot = boot};

	snprintf(now.boot_id, sizeof(now.boot_id), "%s", boot_id);
	return now;
}

static bool
alive(struct store *reader, const char *token, struct auth_now now)
{
	struct auth_person who;
	struct err e;

	auth_now_pretend(&now);
	return auth_session_find(reader, str_of(token), arena, &who, &e) == 0;
}

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static void
t_no_jump_of_the_wall_clock_revives_a_session(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_now now = at(2000 * DAY, DAY, "boot-a");
	char token[AUTH_TOKEN_TEXT];
	struct err e = {0};

	auth_now_pretend(&now);
	if (d == NULL || !T_OK(auth_desk_session_make(d, STR("ana"), &ana, &here, token, &e) == 0))
		return;
	T_OK(alive(reader, token, at(2000 * DAY + HOUR - 1, DAY + HOUR - 1, "boot-a")));
	T_OK(!alive(reader, token, at(2000 * DAY + HOUR, DAY + HOUR, "boot-a")));
	/* set back by an hour, by years, to 1970: the other clock still counts */
	T_OK(!alive(reader, token, at(2000 * DAY, DAY + HOUR, "boot-a")));
	T_OK(!alive(reader, token, at(0, DAY + 2 * HOUR, "boot-a")));
	T_OK(alive(reader, token, at(2000 * DAY - DAY, DAY + 10, "boot-a")));
	/* set ahead: over */
	T_OK(!alive(reader, token, at(6000 * DAY, DAY + 10, "boot-a")));
	/* after a reboot the wall clock counts, and one that stands before the login is wrong */
	T_OK(alive(reader, token, at(2000 * DAY + 1000, 5, "boot-b")));
	T_OK(!alive(reader, token, at(2000 * DAY + HOUR, 5, "boot-b")));
	T_OK(!alive(reader, token, at(0, 5, "boot-b")));
	/* a clock that is wrong for a while ends nothing for good */
	now = at(9000 * DAY, DAY + 20, "boot-a");
	auth_now_pretend(&now);
	T_OK(auth_desk_round(d, &e) == 0);
	now = at(0, 5, "boot-b");
	auth_now_pretend(&now);
	T_OK(auth_desk_round(d, &e) == 0);
	T_OK(alive(reader, token, at(2000 * DAY + 1000, DAY + 1000, "boot-a")));
	/* once its time was seen to be over, it is ended for good */
	now = at(2000 * DAY + 2 * HOUR, DAY + 2 * HOUR, "boot-a");
	auth_now_pretend(&now);
	T_OK(auth_desk_round(d, &e) == 0);
	T_OK(!alive(reader, token, at(2000 * DAY + 1, 5, "boot-b")));
	close_desk(d, reader);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct auth_key_wish
wish(const char **scope, size_t n)
{
	return (struct auth_key_wish){.title = STR("backup\nscript"), .lifetime_ms = DAY, .scope = scope, .n_scope = n};
}

static void
t_a_key_is_shown_once_and_found_by_its_text_alone(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	char token[AUTH_TOKEN_TEXT], bearer[AUTH_BEARER_TEXT], other[AUTH_BEARER_TEXT];
	struct auth_key_wish w = wish((const char *[]){"read", "cycle"}, 2);
	struct auth_person who, key;
	struct auth_rows rows;
	struct err e = {0};
	struct buf file;

	if (d == NULL || !T_OK(auth_desk_session_make(d, STR("kim"), &ana, &here, token, &e) == 0) ||
	    !T_OK(auth_session_find(reader, str_of(token), arena, &who, &e) == 0) ||
	    !T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) == 0))
		return;
	T_INT(strlen(bearer), 6 + 16 + 1 + 64);
	if (!T_OK(auth_key_find(reader, str_of(bearer), arena, &key, &e) == 0))
		T_STR(e.text, "");
	T_INT(key.source, AUTH_KEY);
	T_STR(key.name, "kim");
	T_INT(key.n_scope, 2);
	T_STR(key.csrf, "");
	T_OK(auth_desk_keys(d, "kim", arena, &rows, &e) == 0 && rows.n == 1);
	T_STR(rows.row[0].title, "backup?script");
	T_STR(rows.row[0].scope, "read, cycle");

	/* the id with another secret, the secret with another id, a session's token as a secret */
	memcpy(other, bearer, sizeof(bearer));
	other[strlen(other) - 1] = other[strlen(other) - 1] == '0' ? '1' : '0';
	T_OK(auth_key_find(reader, str_of(other), arena, &key, &e) != 0 && e.kind == ERR_LOGIN);
	memcpy(other, bearer, sizeof(bearer));
	other[6] = other[6] == '0' ? '1' : '0';
	T_OK(auth_key_find(reader, str_of(other), arena, &key, &e) != 0);
	snprintf(other, sizeof(other), "larch_%s.%s", who.id, token);
	T_OK(auth_key_find(reader, str_of(other), arena, &key, &e) != 0);
	T_OK(auth_session_find(reader, (struct str){bearer + 23, 64}, arena, &key, &e) != 0);

	/* neither file holds the secret */
	T_OK(file_read(sessions_db, LIMIT_ROOM_FILE, &file, &e) == 0);
	T_OK(memmem(file.p, file.n, bearer + 23, 64) == NULL && memmem(file.p, file.n, token, 64) == NULL);
	buf_free(&file);

	T_OK(auth_desk_key_end(d, &who, str_of(rows.row[0].id), &here, &e) == 0);
	T_OK(auth_key_find(reader, str_of(bearer), arena, &key, &e) != 0);
	T_ERR(e, "ended by its owner");
	T_OK(auth_desk_key_end(d, &who, str_of(rows.row[0].id), &here, &e) != 0);
	close_desk(d, reader);
}

static void
t_a_key_that_cannot_be_is_refused(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_person who = {.name = "kim", .display = "K", .source = AUTH_SESSION, .id = "x"};
	struct auth_key_wish w;
	char bearer[AUTH_BEARER_TEXT];
	struct err e = {0};

	if (d == NULL)
		return;
	w = wish((const char *[]){"read"}, 0);
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "needs a scope");
	w = wish((const char *[]){"read", "fly"}, 2);
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "'fly' is not");
	w = wish((const char *[]){"read", "read"}, 2);
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "twice");
	w = wish((const char *[]){"read"}, 1);
	w.lifetime_ms = AUTH_KEY_LONGEST_MS + 1;
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "A key lives for");
	w.lifetime_ms = 0;
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	/* a key cannot widen or outlive itself */
	who.source = AUTH_KEY;
	who.scope = (const char *[]){"read"};
	who.n_scope = 1;
	who.expires_at = times_now() + HOUR;
	w = wish((const char *[]){"cycle"}, 1);
	w.lifetime_ms = 60000;
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "cannot make a key that may more");
	w = wish((const char *[]){"read"}, 1);
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "lives longer than itself");
	T_STR(bearer, "");
	close_desk(d, reader);
}

static void
t_the_fifty_first_key_is_refused_and_the_oldest_session_gives_way(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_person who = {.name = "lee", .display = "L", .source = AUTH_SESSION, .id = "x"}, found;
	struct auth_key_wish w = wish((const char *[]){"read"}, 1);
	char bearer[AUTH_BEARER_TEXT], first[AUTH_TOKEN_TEXT], token[AUTH_TOKEN_TEXT];
	struct auth_rows rows;
	struct err e = {0};

	if (d == NULL)
		return;
	for (int i = 0; i < AUTH_KEYS_EACH; i++)
		T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) == 0);
	T_OK(auth_desk_key_make(d, &who, &w, &here, bearer, &e) != 0);
	T_ERR(e, "You have 50 API keys");
	T_OK(auth_desk_session_make(d, STR("lee"), &ana, &here, first, &e) == 0);
	for (int i = 0; i < AUTH_TOKENS_EACH; i++)
		T_OK(auth_desk_session_make(d, STR("lee"), &ana, &here, token, &e) == 0);
	T_OK(auth_desk_sessions(d, "lee", arena, &rows, &e) == 0 && rows.n == AUTH_TOKENS_EACH);
	T_OK(auth_session_find(reader, str_of(first), arena, &found, &e) != 0);
	T_ERR(e, "the oldest gives way");
	T_OK(auth_session_find(reader, str_of(token), arena, &found, &e) == 0);
	close_desk(d, reader);
}

static void
t_what_is_no_key_is_refused_by_its_form(void)
{
	static const char *const rows[] = {"", "larch_", "larch_.", "larch_0123456789abcdef", "larch_0123456789abcdef.",
	    "larch_0123456789abcdef.00", "Larch_0123456789abcdef.0", "larch_0123456789ABCDEF.0", "x", ".", "larch_..",
	    "larch_0123456789abcde.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	    "larch_0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g",
	    "larch_0123456789abcdef.000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f ",
	    "larch_' OR 1=1 --     .000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"};
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);

	for (size_t i = 0; d != NULL && i < LARCH_COUNT(rows); i++) {
		struct auth_person who;
		struct err e = {0};

		T_OK(auth_key_find(reader, str_of(rows[i]), arena, &who, &e) != 0);
		T_ERR(e, "larch_<id>.<secret>");
		T_OK(auth_session_find(reader, str_of(rows[i]), arena, &who, &e) != 0);
		T_INT(e.kind, ERR_LOGIN);
	}
	close_desk(d, reader);
}

/* ---- the log, and odd texts --------------------------------------------------------------------- */

static void
t_keys_and_ends_are_rows_of_the_log(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_events rows;
	struct err e = {0};

	if (d == NULL || !T_OK(auth_desk_log(d, "kim", 0, 10, arena, &rows, &e) == 0))
		return;
	T_INT(rows.n, 2);
	T_STR(rows.row[0].what, "key-ended");
	T_STR(rows.row[1].what, "key-made");
	T_OK(strstr(rows.row[1].why, "backup?script") != NULL && strstr(rows.row[1].why, "read, cycle") != NULL);
	T_STR(rows.row[1].address, "192.0.2.7");
	T_OK(auth_desk_log(d, NULL, 0, 3, arena, &rows, &e) == 0 && rows.n == 3);
	T_OK(auth_desk_log(d, NULL, rows.row[2].id, 1000, arena, &rows, &e) == 0 && rows.n > 3);
	close_desk(d, reader);
}

static void
t_a_login_name_is_plain_and_in_one_case(void)
{
	static const char *const bad[] = {"", "  ", "a b", "an\ta", "ana\n", "\xef\xbd\x81na", "a\x7f", "an\xc3\xa4"};
	char out[LIMIT_NAME], wide[80];
	struct err e;

	T_OK(auth_login_name(STR(" Ana.Krenn@X.org "), out, &e) == 0);
	T_STR(out, "ana.krenn@x.org");
	for (size_t i = 0; i < LARCH_COUNT(bad); i++)
		T_OK(auth_login_name(str_of(bad[i]), out, &e) != 0);
	memset(wide, 'a', 65);
	wide[65] = '\0';
	T_OK(auth_login_name(str_of(wide), out, &e) != 0);
	T_ERR(e, "longer than 64");
}

static void
t_addresses_of_one_customer_are_one(void)
{
	static const char *const rows[][2] = {{"192.0.2.7", "192.0.2.7"}, {"::ffff:192.0.2.7", "192.0.2.7"},
	    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"}, {"2001:db8:1:2::9", "2001:db8:1:2::/64"},
	    {"fe80::1%eth0", "fe80::/64"}, {"", "unknown"}, {"unix:", "unknown"}, {"192.0.2.7.1", "unknown"},
	    {"192.0.2.07", "unknown"}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		char out[64];

		auth_address_key(str_of(rows[i][0]), out);
		T_STR(out, rows[i][1]);
	}
}

static void
t_foreign_text_is_cut_between_characters(void)
{
	T_STR(auth_clean(STR("a\xc3\xa9z"), 2, arena), "a");
	T_STR(auth_clean(STR("a\xc3\xa9z"), 3, arena), "a\xc3\xa9");
	T_STR(auth_clean(STR("a\xc3\xa9z"), 4, arena), "a\xc3\xa9z");
	T_STR(auth_clean(STR(""), 4, arena), "");
	T_STR(auth_clean((struct str){NULL, 0}, 4, arena), "");
	arena_destroy(arena);
}

T_MAIN(T(t_tokens_are_64_hex_digits_and_no_two_alike), T(t_what_is_no_token_is_told_apart),
    T(t_csrf_is_the_hmac_of_the_token), T(t_a_session_is_found_with_its_person_until_it_is_ended),
    T(t_nobody_ends_the_session_of_another), T(t_no_jump_of_the_wall_clock_revives_a_session),
    T(t_a_key_is_shown_once_and_found_by_its_text_alone), T(t_a_key_that_cannot_be_is_refused),
    T(t_the_fifty_first_key_is_refused_and_the_oldest_session_gives_way),
    T(t_what_is_no_key_is_refused_by_its_form), T(t_keys_and_ends_are_rows_of_the_log),
    T(t_a_login_name_is_plain_and_in_one_case), T(t_addresses_of_one_customer_are_one),
    T(t_foreign_text_is_cut_between_characters))
