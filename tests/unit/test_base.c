/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/base.h"
#include "t.h"

static void
t_a_number_is_whole_in_range_or_nothing(void)
{
	int64_t v = 77;

	T_OK(str_int(STR("42"), 0, 100, &v) == 0 && v == 42);
	T_OK(str_int(STR("-3"), -5, 5, &v) == 0 && v == -3);
	T_OK(str_int(STR(""), 0, 100, &v) != 0);
	T_OK(str_int(STR("42x"), 0, 100, &v) != 0);
	T_OK(str_int(STR(" 42"), 0, 100, &v) != 0);
	T_OK(str_int(STR("+42"), 0, 100, &v) != 0);
	T_OK(str_int(STR("-0"), -5, 5, &v) != 0);
	T_OK(str_int(STR("101"), 0, 100, &v) != 0);
	T_OK(str_int(STR("99999999999999999999999"), 0, INT64_MAX, &v) != 0);
}

static void
t_n9_sorts_before_n10(void)
{
	T_OK(str_natural("n9", "n10") < 0);
	T_OK(str_natural("n10", "n9") > 0);
	T_OK(str_natural("n01", "n1") != 0);
	T_INT(str_natural("rack-b", "rack-b"), 0);
	T_OK(str_natural("n1", "n1a") < 0);
}

static void
t_a_buffer_stops_at_its_ceiling_and_says_so(void)
{
	struct buf b = BUF(5);

	buf_puts(&b, "abc");
	buf_puts(&b, "def");
	T_OK(b.over);
	buf_puts(&b, "d");
	T_STR(b.p, "abc");
	buf_free(&b);
}

static void
t_each_output_context_has_its_escape(void)
{
	struct buf b = BUF(1000);

	buf_html(&b, STR("<a href=\"x\">'&"));
	T_STR(b.p, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
	buf_clear(&b);
	buf_url(&b, STR("a b/c?~"));
	T_STR(b.p, "a%20b%2Fc%3F~");
	buf_clear(&b);
	buf_csv(&b, STR("=cmd()"));
	T_STR(b.p, "\"'=cmd()\"");
	buf_clear(&b);
	buf_csv(&b, STR("-3.5"));
	T_STR(b.p, "-3.5");
	buf_clear(&b);
	buf_csv(&b, STR("say \"hi\", ok"));
	T_STR(b.p, "\"say \"\"hi\"\", ok\"");
	buf_clear(&b);
	buf_plain(&b, STR("a\x1b[31mb\xff\xc2\x9b\xe2\x80\xae!"));
	T_STR(b.p, "a?[31mb??" "?!");
	buf_clear(&b);
	buf_json(&b, STR("say \"hi\"\\ \n\t\x01 h\xc3\xa9 \xff\xc3"));
	T_STR(b.p, "\"say \\\"hi\\\"\\\\ \\n\\t\\u0001 h\xc3\xa9 ??\"");
	buf_clear(&b);
	buf_json(&b, (struct str){NULL, 0});
	T_STR(b.p, "\"\"");
	buf_free(&b);
}

static void
t_text_with_control_bytes_is_not_text(void)
{
	T_OK(str_is_text(STR("plain, h\xc3\xa9, \xe2\x82\xac")));
	T_OK(!str_is_text(STR("bell\a")));
	T_OK(!str_is_text(STR("cut\0off")));
	T_OK(!str_is_text(STR("bad\xff")));
	T_OK(!str_is_text(STR("over\xc0\xaflong")));
	T_OK(!str_is_text(STR("surrogate\xed\xa0\x80")));
}

static void
t_an_error_is_one_clean_sentence(void)
{
	struct err e;
	char wide[2000];

	T_INT(err_set(&e, ERR_INPUT, "no thing '%s'", "a\nb"), -1);
	T_STR(e.text, "no thing 'a?b'");
	err_prefix(&e, "line %d", 3);
	T_STR(e.text, "line 3: no thing 'a?b'");
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	err_set(&e, ERR_INPUT, "%s", wide);
	T_INT(strlen(e.text), LIMIT_ERR_TEXT - 1);
	T_OK(strcmp(e.text + LIMIT_ERR_TEXT - 4, "...") == 0);
}

/* Against the C library, over the years that have four digits. */
static void
t_times_are_those_of_the_calendar(void)
{
	uint64_t x = 88172645463325252;

	for (int i = 0; i < 20000; i++) {
		char ours[TIMES_TEXT], theirs[64], room[64];
		struct tm tm = {0};
		time_t t;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		t = (time_t)(x % UINT64_C(315537000000)) - INT64_C(62135400000);
		T_OK(gmtime_r(&t, &tm) != NULL && strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
		if (tm.tm_year + 1900 >= 1000) /* %Y has no zeros before it */
			T_STR(times_utc((int64_t)t * 1000, ours), theirs);
		t = (time_t)(x % UINT64_C(4000000000));
		T_OK(localtime_r(&t, &tm) != NULL && strftime(room, sizeof(room), "%Y-%m-%d %H:%M:%S %z", &tm) > 0);
		times_room((int64_t)t * 1000 + 999, ours);
		T_OK(strncmp(ours, room, 23) == 0 && strcmp(ours + 24, room + 23) == 0);
		T_STR(times_clock((int64_t)t * 1000, theirs), (room[19] = '\0', room + 11));
	}
	T_STR(times_utc(INT64_C(253402300800000), (char[TIMES_TEXT]){0}), "unknown");
	T_STR(times_room(INT64_MIN / 2, (char[TIMES_TEXT]){0}), "unknown");
}

static void
t_times_are_written_and_read_back(void)
{
	char out[TIMES_TEXT];
	int64_t ms;
	struct err e;

	T_STR(times_utc(1795210685000, out), "2026-11-20T21:38:05Z");
	T_OK(times_parse(STR("2026-11-20T22:38:05.250+01:00"), &ms, &e) == 0);
	T_INT(ms, 1795210685250);
	setenv("TZ", "Europe/Vienna", 1);
	tzset(); /* a program has its zone from the start; here it changes */
	T_STR(times_room(1795210685000, out), "2026-11-20 22:38:05 +01:00");
	unsetenv("TZ");
	tzset();
	T_OK(times_parse(STR("2026-13-20T22:38:05Z"), &ms, &e) != 0);
	T_ERR(e, "is not a time");
	T_OK(times_parse(STR("2027-02-30T00:00:00Z"), &ms, &e) != 0);
	T_OK(times_parse(STR("2027-02-29T00:00:00Z"), &ms, &e) != 0);
	T_OK(times_parse(STR("2028-02-29T23:59:60Z"), &ms, &e) == 0);
	T_OK(times_duration(STR("8h30m"), &ms, &e) == 0);
	T_INT(ms, 30600000);
	T_OK(times_duration(STR("8"), &ms, &e) != 0);
	T_OK(times_duration(STR(""), &ms, &e) != 0);
	T_STR(times_age(90000, out), "90 s");
	T_STR(times_age(600000, out), "10 min");
}

static void
t_json_too_deep_or_with_two_keys_is_refused(void)
{
	struct err e;
	char deep[100];

	memset(deep, '[', sizeof(deep));
	T_OK(jsn_parse((struct str){deep, sizeof(deep)}, "the body", &e) == NULL);
	T_ERR(e, "nested deeper");
	T_OK(jsn_parse(STR("{\"a\":1,\"a\":2}"), "the body", &e) == NULL);
	T_OK(jsn_parse(STR("{\"a\":1} x"), "the body", &e) == NULL);
	T_ERR(e, "line 1");
}

static void
t_a_secret_that_others_can_read_is_refused(void)
{
	char path[512];
	struct buf secret;
	struct err e;

	snprintf(path, sizeof(path), "%s/secret", t_folder());
	T_OK(file_publish(path, STR("hunter2\n"), 0644, &e) == 0);
	T_OK(file_read_secret(path, &secret, &e) != 0);
	T_ERR(e, "mode 0644");
	T_OK(strstr(e.text, "hunter2") == NULL);
	T_OK(chmod(path, 0640) == 0);
	if (T_OK(file_read_secret(path, &secret, &e) == 0))
		T_STR(secret.p, "hunter2");
	buf_wipe(&secret);
}

static const char *
caret(const char *sentence, const char *typed)
{
	static struct buf b = BUF(LIMIT_ERR_TEXT);

	buf_clear(&b);
	err_caret(sentence, typed, &b);
	return b.n == 0 ? "" : b.p;
}

static void
t_a_column_of_what_was_typed_is_marked(void)
{
	T_STR(caret("column 6: \"bnad\" is no operator here", "web1 bnad web2"), "  web1 bnad web2\n       ^\n");
	T_STR(caret("column 1: a name is missing", "x"), "  x\n  ^\n");
	T_STR(caret("column 2: the end", "x"), "  x\n   ^\n");
	T_STR(caret("the field q: column 3: no", "\xc3\xa4 b"), "  \xc3\xa4 b\n    ^\n");
	T_STR(caret("column 4: behind the end", "x"), "");
	T_STR(caret("column 0: none", "x"), "");
	T_STR(caret("column x: none", "x"), "");
	T_STR(caret("nothing of a place", "x"), "");
	T_STR(caret("column 1: several lines", "a\nb"), "");
	T_STR(caret("column 1: no text", "a\x1b[2J"), "");
	T_STR(caret("column 1: nothing typed", NULL), "");
	T_STR(caret(NULL, "x"), "");
}

static void
t_a_time_to_come_is_the_next_one(void)
{
	static const struct {
		const char *text;
		int64_t now, then; /* then 0: refused */
	} rows[] = {
	    /* 2026-11-20 22:38:05Z, the process in UTC */
	    {"05:00", INT64_C(1795214285000), INT64_C(1795237200000)}, {"23:00", INT64_C(1795214285000), INT64_C(1795215600000)},
	    {"22:38", INT64_C(1795214285000), INT64_C(1795300680000)}, {"22:39", INT64_C(1795214285000), INT64_C(1795214340000)},
	    {"8h", INT64_C(1795214285000), INT64_C(1795243085000)},    {"2026-11-21T05:00:00Z", INT64_C(1795214285000), INT64_C(1795237200000)},
	    {"2026-11-20T05:00:00Z", INT64_C(1795214285000), 0},       {"24:00", INT64_C(1795214285000), 0},
	    {"-2h", INT64_C(1795214285000), 0}, {"now", INT64_C(1795214285000), 0}, {"", INT64_C(1795214285000), 0},
	};
	const char *was = getenv("TZ");
	struct err e;

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		int64_t then = 0;
		int rc = times_next(str_of(rows[i].text), rows[i].now, &then, &e);

		T_OK(rows[i].then == 0 ? rc != 0 : rc == 0 && then == rows[i].then);
	}
	/* Twenty-five hours in a day: at 05:30, half an hour after it, the next 05:00 is more than a day away. */
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	for (int64_t now = INT64_C(1792807200000); now < INT64_C(1792983600000); now += 600000) {
		int64_t then = 0;

		T_OK(times_next(STR("05:00"), now, &then, &e) == 0 && then > now && then - now <= INT64_C(90000000));
	}
	if (was == NULL)
		unsetenv("TZ");
	else
		setenv("TZ", was, 1);
	tzset();
}

T_MAIN(T(t_a_time_to_come_is_the_next_one), T(t_a_number_is_whole_in_range_or_nothing), T(t_n9_sorts_before_n10),
    T(t_a_buffer_stops_at_its_ceiling_and_says_so), T(t_each_output_context_has_its_escape),
    T(t_text_with_control_bytes_is_not_text), T(t_an_error_is_one_clean_sentence), T(t_a_column_of_what_was_typed_is_marked),
    T(t_times_are_written_and_read_back), T(t_times_are_those_of_the_calendar), T(t_json_too_deep_or_with_two_keys_is_refused),
    T(t_a_secret_that_others_can_read_is_refused))
