/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second factors and proofs: the vectors of RFC 6238, each code once whoever is
 * quicker, clocks that jump, and a proof that opens what it is about and nothing else.
 */
#include <pthread.h>
#include <stdlib.h>

#include "auth/desk.h"
#include "auth/step_rows.h"
#include "t.h"

#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)

static const char seed[] = "12345678901234567890"; /* of RFC 6238, appendix B */
static struct arena *arena;
static struct auth_desk *desk;
static struct store *reader;
static struct auth_now now_of_the_test = {.wall = 20000 * DAY, .boot = DAY, .boot_id = "boot-a"};
static const struct auth_from from = {{"192.0.2.1", 9}, {"test", 4}, "form"};
static char recovery[AUTH_RECOVERY][AUTH_RECOVERY_TEXT];
static struct auth_person ana = {.name = "ana", .display = "Ana", .source = AUTH_SESSION, .id = "00112233aabbccdd"};
static struct auth_person bob = {.name = "bob", .display = "Bob", .source = AUTH_SESSION, .id = "ffeeddccbbaa9988"};

static void
pass_time(int64_t ms)
{
	now_of_the_test.wall += ms;
	now_of_the_test.boot += ms;
	auth_now_pretend(&now_of_the_test);
}

static const char *
code_now(int64_t steps_off)
{
	static char code[9];

	auth_totp_code((const unsigned char *)seed, AUTH_SEED, now_of_the_test.wall / AUTH_STEP_MS + steps_off, 6, code);
	return code;
}

static void
plant(const char *who)
{
	struct auth_totp t = {.made_at = now_of_the_test.wall};
	struct err e;

	memcpy(t.seed, seed, AUTH_SEED);
	T_OK(auth_totp_put(desk->desk, who, &t, &e) == 0);
}

static enum auth_outcome
answer(const struct auth_person *who, const char *code, struct err *e)
{
	struct auth_answer in = {.code = str_of(code)};
	const char *how;

	return auth_desk_answer(desk, who, &in, &from, arena, &how, e);
}

static void
t_open_the_desk(void)
{
	char desk_db[600], sessions_db[600];
	struct auth_desk_conf conf = {.auth_db = desk_db, .sessions_db = sessions_db, .session_ms = DAY, .local = {.name = "sealed"}};
	struct err e = {0};

	arena = arena_create();
	snprintf(desk_db, sizeof(desk_db), "%s/auth.db", t_folder());
	snprintf(sessions_db, sizeof(sessions_db), "%s/sessions.db", t_folder());
	pass_time(0);
	T_OK(auth_desk_open(&conf, &desk, &e) == 0);
	T_OK(auth_reader_open(sessions_db, &reader, &e) == 0);
}

static void
t_the_break_glass_account_gets_no_second_factor(void)
{
	const struct auth_person sealed = {.name = "sealed", .display = "", .source = AUTH_SESSION, .id = "0011223344556677"};
	struct auth_answer in = {.password = STR("whatever it is")};
	struct err e = {0};
	char *text = NULL;

	T_INT(auth_desk_factor_begin(desk, &sealed, &in, &from, arena, &text, &e), AUTH_WRONG);
	T_ERR(e, "has no second factor");
	T_OK(text == NULL);
}

static void
t_the_vectors_of_rfc_6238_match(void)
{
	static const struct {
		int64_t at;
		const char *code;
	} rows[] = {{59, "94287082"}, {1111111109, "07081804"}, {1111111111, "14050471"}, {1234567890, "89005924"},
	    {2000000000, "69279037"}, {INT64_C(20000000000), "65353130"}};
	char code[9];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		auth_totp_code((const unsigned char *)seed, AUTH_SEED, rows[i].at / 30, 8, code);
		T_STR(code, rows[i].code);
	}
}

static void
t_base32_is_that_of_rfc_4648(void)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "my"}, {"fo", "mzxq"}, {"foo", "mzxw6"}, {"foob", "mzxw6yq"},
	    {"fooba", "mzxw6ytb"}, {"foobar", "mzxw6ytboi"}};
	char text[32];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		auth_base32((const unsigned char *)rows[i][0], strlen(rows[i][0]), text);
		T_STR(text, rows[i][1]);
	}
}

static void
t_a_code_is_read_with_blanks_and_dashes_and_anything_else_is_none(void)
{
	static const struct {
		const char *typed;
		enum auth_code kind;
		const char *code;
	} rows[] = {{"123456", AUTH_CODE_TOTP, "123456"}, {" 123 456 ", AUTH_CODE_TOTP, "123456"}, {"12345", AUTH_CODE_NONE, NULL},
	    {"1234567", AUTH_CODE_NONE, NULL}, {"12345a", AUTH_CODE_NONE, NULL}, {"", AUTH_CODE_NONE, NULL},
	    {"ABCD-efgh-ijkl-mn27", AUTH_CODE_RECOVERY, "abcdefghijklmn27"}, {"abcd-efgh-ijkl-mn18", AUTH_CODE_NONE, NULL},
	    {"abcd-efgh-ijkl-mno", AUTH_CODE_NONE, NULL}, {"abcd-efgh-ijkl-mnopq", AUTH_CODE_NONE, NULL},
	    {"123\xc2\xa0" "456", AUTH_CODE_NONE, NULL}, {"12\n3456", AUTH_CODE_NONE, NULL}};
	char code[AUTH_CODE_TEXT];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_INT(auth_code_read(str_of(rows[i].typed), code), rows[i].kind);
		if (rows[i].code != NULL)
			T_STR(code, rows[i].code);
	}
}

static void
t_a_factor_holds_from_its_first_code_on_which_is_then_spent(void)
{
	struct auth_factor f;
	struct err e = {0};

	plant("ana");
	T_OK(auth_desk_factor(desk, "ana", &f, &e) == 0 && !f.on);
	T_INT(auth_desk_factor_confirm(desk, &ana, STR("000000"), &from, arena, recovery, &e), AUTH_WRONG);
	T_OK(auth_desk_factor(desk, "ana", &f, &e) == 0 && !f.on);
	T_INT(auth_desk_factor_confirm(desk, &ana, str_of(code_now(0)), &from, arena, recovery, &e), AUTH_OK);
	T_OK(auth_desk_factor(desk, "ana", &f, &e) == 0 && f.on);
	T_INT(f.recovery_left, AUTH_RECOVERY);
	T_INT(answer(&ana, code_now(0), &e), AUTH_WRONG);
	T_ERR(e, "This code was used before");
	T_INT(answer(&ana, code_now(-1), &e), AUTH_WRONG); /* older than one that was taken */
	T_INT(auth_desk_factor_confirm(desk, &bob, STR("123456"), &from, arena, recovery, &e), AUTH_WRONG);
	T_ERR(e, "No second factor was begun");
	pass_time(DAY);
}

static void
t_a_code_is_good_in_its_half_minute_and_the_next(void)
{
	struct err e = {0};
	char code[9];

	memcpy(code, code_now(1), 7);
	T_INT(answer(&ana, code, &e), AUTH_WRONG); /* of a clock that is fast */
	pass_time(2 * AUTH_STEP_MS);
	T_INT(answer(&ana, code, &e), AUTH_OK);
	T_INT(answer(&ana, code, &e), AUTH_WRONG);
	T_ERR(e, "used before");
	memcpy(code, code_now(0), 7);
	pass_time(2 * AUTH_STEP_MS);
	T_INT(answer(&ana, code, &e), AUTH_WRONG); /* 60 s later */
	T_ERR(e, "The code is not right.");
	pass_time(DAY);
}

static void
t_a_clock_that_is_set_back_opens_no_code_again(void)
{
	struct err e = {0};
	char code[9];

	memcpy(code, code_now(0), 7);
	T_INT(answer(&ana, code, &e), AUTH_OK);
	pass_time(10 * AUTH_STEP_MS);
	T_INT(answer(&ana, code_now(0), &e), AUTH_OK);
	now_of_the_test.wall -= 10 * AUTH_STEP_MS;
	pass_time(0);
	T_INT(answer(&ana, code, &e), AUTH_WRONG);
	T_INT(answer(&ana, code_now(0), &e), AUTH_WRONG);
	pass_time(DAY);
}

struct racer {
	pthread_barrier_t *line;
	const char *code;
	enum auth_outcome outcome;
};

static void *
race(void *ctx)
{
	struct racer *r = ctx;
	struct arena *a = arena_create();
	struct auth_answer in = {.code = str_of(r->code)};
	const char *how;
	struct err e;

	(void)pthread_barrier_wait(r->line);
	r->outcome = auth_desk_answer(desk, &ana, &in, &from, a, &how, &e);
	arena_destroy(a);
	return NULL;
}

static void
t_of_two_who_send_the_same_code_at_once_one_is_taken_a_hundred_times(void)
{
	int taken = 0, refused = 0;

	for (int i = 0; i < 100; i++) {
		struct racer r[2];
		pthread_barrier_t line;
		pthread_t thread[2];
		const char *code;

		pass_time(20 * MINUTE); /* the throttle has forgotten the one that lost */
		code = i % 10 == 9 ? recovery[i / 10] : code_now(0);
		pthread_barrier_init(&line, NULL, 2);
		for (int k = 0; k < 2; k++) {
			r[k] = (struct racer){.line = &line, .code = code};
			pthread_create(&thread[k], NULL, race, &r[k]);
		}
		for (int k = 0; k < 2; k++) {
			pthread_join(thread[k], NULL);
			taken += r[k].outcome == AUTH_OK;
			refused += r[k].outcome == AUTH_WRONG;
		}
		pthread_barrier_destroy(&line);
	}
	T_INT(taken, 100);
	T_INT(refused, 100);
}

static void
t_a_recovery_code_is_good_once_and_for_its_owner_alone(void)
{
	struct auth_factor f;
	struct err e = {0};

	pass_time(DAY);
	plant("ana");
	T_INT(auth_desk_factor_confirm(desk, &ana, str_of(code_now(0)), &from, arena, recovery, &e), AUTH_OK);
	plant("bob");
	pass_time(DAY);
	T_INT(auth_desk_factor_confirm(desk, &bob, str_of(code_now(0)), &from, arena,
	          (char[AUTH_RECOVERY][AUTH_RECOVERY_TEXT]){{0}}, &e), AUTH_OK);
	T_INT(answer(&bob, recovery[0], &e), AUTH_WRONG);
	T_INT(answer(&ana, recovery[0], &e), AUTH_OK);
	T_INT(answer(&ana, recovery[0], &e), AUTH_WRONG);
	T_OK(auth_desk_factor(desk, "ana", &f, &e) == 0);
	T_INT(f.recovery_left, AUTH_RECOVERY - 1);
}

static void
t_guesses_of_codes_are_throttled_like_passwords_and_logged(void)
{
	struct auth_events rows;
	struct err e = {0};
	int wrong = 0, later = 0;

	pass_time(DAY);
	for (int i = 0; i < 40; i++)
		switch (answer(&bob, "000000", &e)) {
		case AUTH_WRONG: wrong++; break;
		case AUTH_LATER: later++; break;
		default: T_STR(e.text, ""); break;
		}
	T_INT(wrong, 10);
	T_INT(later, 30);
	T_INT(answer(&bob, code_now(0), &e), AUTH_LATER); /* the right one does not pass */
	T_INT(e.kind, ERR_LIMIT);
	T_OK(auth_desk_log(desk, "bob", 0, 5, arena, &rows, &e) == 0 && rows.n > 1);
	T_STR(rows.row[0].what, "throttled");
	T_STR(rows.row[1].what, "refused");
	T_STR(rows.row[1].why, "wrong code");
	pass_time(20 * MINUTE);
	T_INT(answer(&bob, code_now(0), &e), AUTH_OK);
}

static void
prove(const struct auth_person *who, const char *purpose, const char *about, char token[AUTH_TOKEN_TEXT])
{
	struct auth_answer in = {.code = str_of(code_now(0))};
	struct err e = {0};

	pass_time(MINUTE);
	in.code = str_of(code_now(0));
	if (!T_INT(auth_desk_prove(desk, who, &in, &(struct auth_proof_for){purpose, about}, &from, arena, token, &e), AUTH_OK))
		printf("# %s\n", e.text);
}

static void
t_a_proof_is_for_its_session_its_purpose_and_its_thing_for_a_minute(void)
{
	struct auth_grant_about cycle, other;
	struct auth_person elsewhere = ana;
	char token[AUTH_TOKEN_TEXT];
	struct auth_proof p;
	struct err e = {0};

	T_OK(auth_about_grant(&(struct auth_grant_wish){STR("cycle"), STR("n0001"), 15, 1}, arena, &cycle, &e) == 0);
	T_OK(auth_about_grant(&(struct auth_grant_wish){STR("cycle"), STR("n0001"), 15, 2}, arena, &other, &e) == 0);
	pass_time(DAY);
	prove(&ana, "grant", cycle.about, token);
	T_OK(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e) == 0);
	T_STR(p.how, "totp");
	T_INT(strlen(p.id), AUTH_ID_TEXT - 1);
	T_INT(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"grant", other.about}, arena, &p, &e), -1);
	T_ERR(e, "about something else");
	T_INT(e.kind, ERR_DENIED);
	T_INT(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"approve", cycle.about}, arena, &p, &e), -1);
	T_ERR(e, "about something else");
	elsewhere.id = "0123456789abcdef"; /* another session of the same person */
	T_INT(auth_proof_find(reader, str_of(token), &elsewhere, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e), -1);
	T_ERR(e, "not of this session");
	T_INT(auth_proof_find(reader, str_of(token), &bob, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e), -1);
	T_INT(auth_proof_find(reader, STR("junk"), &ana, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e), -1);
	T_ERR(e, "no proof");
	pass_time(AUTH_PROOF_MS - 1);
	T_OK(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e) == 0);
	now_of_the_test.boot += 1; /* the wall clock stands: the other one ends it */
	pass_time(0);
	T_INT(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e), -1);
	T_ERR(e, "60 seconds, which are over");
	now_of_the_test.wall -= DAY;
	pass_time(0);
	T_INT(auth_proof_find(reader, str_of(token), &ana, &(struct auth_proof_for){"grant", cycle.about}, arena, &p, &e), -1);
	now_of_the_test.wall += DAY;
}

static void
t_what_a_grant_is_about_has_one_spelling(void)
{
	struct auth_grant_about a, b;
	struct err e = {0};

	T_OK(auth_about_grant(&(struct auth_grant_wish){STR("on, cycle,on"), STR("n3,n1,n2,n1"), 15, 1}, arena, &a, &e) == 0);
	T_OK(auth_about_grant(&(struct auth_grant_wish){STR("cycle,on"), STR("n[1-3]"), 15, 1}, arena, &b, &e) == 0);
	T_STR(a.verbs, "on,cycle");
	T_STR(a.things, "n[1-3]");
	T_STR(a.about, b.about);
}

static void
t_a_grant_of_nothing_or_of_too_much_is_refused(void)
{
	static const struct {
		struct auth_grant_wish w;
		const char *why;
	} rows[] = {{{{"", 0}, {"n1", 2}, 1, 1}, "needs a verb"}, {{{"fly", 3}, {"n1", 2}, 1, 1}, "'fly' is no verb"},
	    {{{"see", 3}, {"n1", 2}, 1, 1}, "switches nothing"}, {{{"on,identify", 11}, {"n1", 2}, 1, 1}, "switches nothing"},
	    {{{"cycle", 5}, {"n1", 2}, 0, 1}, "minutes"},
	    {{{"cycle", 5}, {"n1", 2}, 481, 1}, "minutes"}, {{{"cycle", 5}, {"n1", 2}, 1, 0}, "uses"},
	    {{{"cycle", 5}, {"n1", 2}, 1, 101}, "uses"}, {{{"cycle", 5}, {"n[0-1024]", 9}, 1, 1}, "1024 things at most"},
	    {{{"cycle", 5}, {"n[3-1]", 6}, 1, 1}, ""}, {{{"cycle", 5}, {"@all", 4}, 1, 1}, ""}, {{{"cycle", 5}, {"", 0}, 1, 1}, ""}};
	struct auth_grant_about out;
	char about[AUTH_ABOUT_TEXT];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct err e = {0};

		T_INT(auth_about_grant(&rows[i].w, arena, &out, &e), -1);
		T_ERR(e, rows[i].why);
	}
	T_INT(auth_about_plan(STR("abc"), about, &(struct err){0}), -1);
}

static void
t_close_the_desk(void)
{
	store_close(reader);
	auth_desk_close(desk);
	arena_destroy(arena);
}

T_MAIN(T(t_open_the_desk), T(t_the_break_glass_account_gets_no_second_factor), T(t_the_vectors_of_rfc_6238_match), T(t_base32_is_that_of_rfc_4648),
    T(t_a_code_is_read_with_blanks_and_dashes_and_anything_else_is_none),
    T(t_a_factor_holds_from_its_first_code_on_which_is_then_spent), T(t_a_code_is_good_in_its_half_minute_and_the_next),
    T(t_a_clock_that_is_set_back_opens_no_code_again),
    T(t_of_two_who_send_the_same_code_at_once_one_is_taken_a_hundred_times),
    T(t_a_recovery_code_is_good_once_and_for_its_owner_alone), T(t_guesses_of_codes_are_throttled_like_passwords_and_logged),
    T(t_a_proof_is_for_its_session_its_purpose_and_its_thing_for_a_minute), T(t_what_a_grant_is_about_has_one_spelling),
    T(t_a_grant_of_nothing_or_of_too_much_is_refused), T(t_close_the_desk))
