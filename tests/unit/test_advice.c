/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases: tests/data/advice/NAME.in is what is known of a machine, NAME.ok what the rules of etc/advice.json say
 * of it (LARCH_UPDATE=1 writes the .ok anew, to be read before it is committed). A value that is not written is well,
 * has been so for a day and was seen ten seconds ago; `lacks` are columns that the room does not have, `never` those
 * that the machine was never asked for.
 */
#include <glob.h>
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"
#include "modules.h"
#include "probe/probe.h"

#define NOW INT64_C(1795210685000)

static const struct advice_rules *
shipped(void)
{
	static struct advice_rules *r;
	struct err e = {0};

	if (r == NULL && advice_load(t_path("etc/advice.json"), modules(), &r, &e) != 0)
		t_check(false, __FILE__, __LINE__, e.text, NULL, NULL);
	return r;
}

/* ---- facts from JSON ------------------------------------------------------------------- */

static bool
listed(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
			return true;
	return false;
}

static int64_t
ago(const json_t *o, const char *key, const char *fallback)
{
	int64_t ms = 0;
	struct err e;

	T_OK(times_duration(str_of(jsn_text_or(o, key, fallback)), &ms, &e) == 0);
	return NOW - ms;
}

static enum status_level
level_of(const char *word)
{
	for (int l = 0; l < STATUS_LEVEL_COUNT; l++)
		if (strcmp(word, status_level_name((enum status_level)l)) == 0)
			return (enum status_level)l;
	t_check(false, __FILE__, __LINE__, word, "no level", "");
	return STATUS_UNKNOWN;
}

/* What a column says when nothing is wrong. */
static const char *
well(const char *column)
{
	static const char *const words[][2] = {{"ping", "up"}, {"ssh", "up"}, {"bmc", "ok"}, {"chassis", "on"}, {"outlets", "on"},
	    {"slurm", "idle"}, {"jobs", "none"}, {"df", "40 % /"}, {"gpu", "8 of 8"}};

	for (size_t i = 0; i < LARCH_COUNT(words); i++)
		if (strcmp(words[i][0], column) == 0)
			return words[i][1];
	return "ok";
}

static struct status_value
value_of(const struct status_column *c, const json_t *o, struct arena *a)
{
	const json_t *number = json_object_get(o, "number"), *data = json_object_get(o, "data");
	struct buf b = BUF(LIMIT_STATUS_DATA);
	struct status_value v = {.thing = "n0007", .check = c->name, .interval = 30000, .number = strcmp(c->name, "jobs") == 0 ? 0 : NAN};

	v.level = level_of(jsn_text_or(o, "level", "ok"));
	v.text = jsn_text_or(o, "text", well(c->name));
	v.detail = jsn_text_or(o, "detail", NULL);
	v.at = ago(o, "seen", "10s");
	v.since = ago(o, "since", "1d");
	if (v.level == STATUS_UNKNOWN)
		v.number = NAN;
	if (json_is_number(number))
		v.number = json_number_value(number);
	if (data != NULL) {
		jsn_canonical(data, &b);
		v.data = arena_strdup(a, b.p);
	}
	buf_free(&b);
	return v;
}

/* Nobody knows any other check: a case with a misspelt one fails. */
static void
read_checks(const json_t *j, struct arena *a, struct advice_seen *s)
{
	const json_t *checks = json_object_get(j, "checks"), *lacks = jsn_array(j, "lacks"), *never = jsn_array(j, "never");
	struct status_column *columns = arena_array(a, 64, sizeof(*columns));
	struct status_value *values = arena_array(a, 64, sizeof(*values));
	size_t used = 0;

	for (size_t i = 0; probe_row(i) != NULL; i++)
		for (size_t k = 0; k < probe_row(i)->n_columns; k++) {
			const struct status_column *c = &probe_row(i)->columns[k];
			const json_t *o = json_object_get(checks, c->name);
			bool other = strcmp(c->name, "pdu") == 0 || strcmp(c->name, "switch") == 0;

			if (listed(lacks, c->name))
				continue;
			columns[s->n_columns++] = *c;
			if (!other && !listed(never, c->name))
				values[s->n_values++] = value_of(c, o, a);
			used += o != NULL;
		}
	T_INT(used, json_object_size(checks));
	s->columns = columns;
	s->values = values;
}

static void
read_actions(const json_t *list, struct arena *a, struct advice_seen *s)
{
	struct status_action *x = arena_array(a, json_array_size(list) + 1, sizeof(*x));

	s->n_actions = json_array_size(list);
	s->actions = x;
	for (size_t i = 0; i < s->n_actions; i++) {
		const json_t *o = json_array_get(list, i);

		x[i] = (struct status_action){.at = ago(o, "ago", "1d"), .machine = "n0007", .verb = jsn_text_or(o, "verb", "cycle"),
		    .outcome = jsn_text_or(o, "outcome", "ok")};
	}
}

/* Cases of a rule have its signs, unless they say others. */
static void
read_cured(const json_t *list, struct arena *a, struct advice_seen *s)
{
	struct status_cured *x = arena_array(a, json_array_size(list) + 1, sizeof(*x));

	s->n_cured = json_array_size(list);
	s->cured = x;
	for (size_t i = 0; i < s->n_cured; i++) {
		const json_t *o = json_array_get(list, i);

		x[i] = (struct status_cured){.rule = jsn_text_or(o, "rule", ""), .signs = jsn_text_or(o, "signs", ""),
		    .verb = jsn_text_or(o, "verb", "cycle"), .n = jsn_integer_or(o, "n", 0), .well = jsn_integer_or(o, "well", 0)};
		for (size_t r = 0; x[i].signs[0] == '\0' && r < advice_count(shipped()); r++)
			if (strcmp(advice_rule_name(shipped(), r), x[i].rule) == 0)
				x[i].signs = advice_rule_signs(shipped(), r);
	}
}

/* ---- golden cases ------------------------------------------------------------------------- */

static void
say(const struct advice_seen *s, struct arena *a, struct buf *out)
{
	struct advice_facts f;
	struct advice x;
	json_t *j;

	advice_facts_of(s, a, &f);
	if (!advice_for(shipped(), &f, a, &x)) {
		buf_printf(out, "no advice; its level is %s\n", status_level_name(f.level));
		return;
	}
	advice_line(&x, out);
	buf_char(out, '\n');
	j = advice_json(&x);
	jsn_pretty(j, out);
	json_decref(j);
}

static void
golden_one(const char *in, bool *ruled)
{
	struct arena *a = arena_create();
	struct advice_seen s = {.thing = "n0007", .now = NOW};
	struct buf got = BUF(LIMIT_PAGE), want = BUF(LIMIT_PAGE);
	struct err e = {0};
	char *ok = arena_printf(a, "%.*s.ok", (int)strlen(in) - 3, in);
	json_t *j = jsn_load(in, LIMIT_CONFIG_FILE, &e);

	if (!t_check(j != NULL, in, 0, "is JSON", e.text, ""))
		goto out;
	read_checks(j, a, &s);
	read_actions(jsn_array(j, "actions"), a, &s);
	read_cured(jsn_array(j, "cured"), a, &s);
	say(&s, a, &got);
	if (getenv("LARCH_UPDATE") != NULL)
		T_OK(file_publish(ok, buf_view(&got), 0644, &e) == 0);
	if (T_OK(file_read(ok, LIMIT_PAGE, &want, &e) == 0))
		t_check(str_eq(buf_view(&got), buf_view(&want)), in, 0, "advice differs", got.p, want.p);
	for (size_t i = 0; i < advice_count(shipped()); i++)
		if (strstr(got.p, arena_printf(a, "\"rule\": \"%s\"", advice_rule_name(shipped(), i))) != NULL)
			ruled[i] = true;
out:
	json_decref(j);
	buf_free(&got);
	buf_free(&want);
	arena_destroy(a);
}

static void
t_every_golden_machine_has_its_advice_and_every_rule_its_machine(void)
{
	bool ruled[200] = {false};
	glob_t g;

	if (!T_OK(glob(t_path("tests/data/advice/*.in"), 0, NULL, &g) == 0) || !T_OK(shipped() != NULL && advice_count(shipped()) < 200))
		return;
	T_OK(g.gl_pathc >= 40);
	for (size_t i = 0; i < g.gl_pathc; i++)
		golden_one(g.gl_pathv[i], ruled);
	globfree(&g);
	for (size_t i = 0; i < advice_count(shipped()); i++)
		t_check(ruled[i], __FILE__, __LINE__, advice_rule_name(shipped(), i), "no golden case", "one at least");
}

/* ---- the file ------------------------------------------------------------------------------- */

#define WRAP(rules) "{\"larch-advice:advice\":{\"rule\":[" rules "]}}"
#define WORDS "\"verdict\":\"v\",\"action\":\"none\",\"sure\":\"low\""
#define PING "\"check\":[{\"column\":\"ping\",\"is\":[\"down\"]}],"

static void
t_a_file_with_one_wrong_word_is_refused_whole_with_file_path_and_reason(void)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
	    {"", "not valid JSON"},
	    {"{}", "empty"},
	    {WRAP("{\"name\":\"a\"," WORDS ",\"why\":\"w\"}"), "without a condition"},
	    {WRAP("{\"name\":\"a\"," PING WORDS "}"), "why"},
	    {WRAP("{\"name\":\"A b\"," PING WORDS ",\"why\":\"w\"}"), "name"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"w\",\"colour\":\"red\"}"), "colour"},
	    {WRAP("{\"name\":\"a\"," PING "\"verdict\":\"v\",\"action\":\"cylce\",\"sure\":\"low\",\"why\":\"w\"}"), "action"},
	    {WRAP("{\"name\":\"a\"," PING "\"verdict\":\"v\",\"action\":\"none\",\"sure\":\"very\",\"why\":\"w\"}"), "sure"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"w\"},{\"name\":\"a\"," PING WORDS ",\"why\":\"w\"}"), "name"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"{ping}\"}"), "rule[name='a']/why: nothing fills {ping}"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"{ping.colour}\"}"), "nothing fills {ping.colour}"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"{ssh.text}\"}"), "nothing fills {ssh.text}"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"{missing}\"}"), "nothing fills {missing}"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"{acted.times}\"}"), "nothing fills {acted.times}"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"w {\"}"), "why"},
	    {WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"%s\\n\"}"), "why"},
	    {WRAP("{\"name\":\"a\"," PING "\"verdict\":\"v\",\"action\":\"look at {x.text}\",\"sure\":\"low\",\"why\":\"w\"}"),
	        "rule[name='a']/action: nothing fills {x.text}"},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"is\":[\"a\\\\\"]}]," WORDS ",\"why\":\"w\"}"), "is"},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"for_at_least\":\"999999d\"},{\"column\":\"ping\"}]," WORDS
	          ",\"why\":\"w\"}"), "ping"},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"for_at_least\":\"soon\"}]," WORDS ",\"why\":\"w\"}"), "for_at_least"},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"for_at_least\":\"0s\"}]," WORDS ",\"why\":\"w\"}"),
	        "rule[name='a']: for_at_least: "},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"at_least\":95}]," WORDS ",\"why\":\"w\"}"), "at_least"},
	    {WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"s\",\"data\":[{\"member\":\"user\"}]}]," WORDS ",\"why\":\"w\"}"),
	        "needs 'is' or 'not'"},
	    {WRAP("{\"name\":\"a\",\"acted\":{\"verb\":[\"cycle\"],\"times\":0,\"within\":\"7d\"}," WORDS ",\"why\":\"w\"}"), "times"},
	    {WRAP("{\"name\":\"a\",\"acted\":{\"verb\":[\"soft\"],\"times\":1,\"within\":\"7d\"}," WORDS ",\"why\":\"w\"}"), "verb"},
	    {WRAP("{\"name\":\"a\",\"acted\":{\"verb\":[\"cycle\"],\"times\":1}," WORDS ",\"why\":\"w\"}"), "within"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct advice_rules *r = NULL;
		struct err e = {0};

		T_OK(advice_parse(str_of(rows[i].text), "advice.json", modules(), &r, &e) != 0 && r == NULL);
		T_ERR(e, rows[i].reason);
		T_ERR(e, "advice.json: ");
	}
}

static void
t_a_file_that_is_not_there_advises_nothing_and_one_that_cannot_be_read_is_refused(void)
{
	struct advice_rules *r = NULL, *none = NULL;
	struct advice_facts f = {.level = STATUS_CRITICAL};
	struct advice x;
	struct err e = {0};

	if (T_OK(advice_load(t_path("etc/no-such-advice.json"), modules(), &r, &e) == 0)) {
		T_INT(advice_count(r), 0);
		T_OK(!advice_for(r, &f, NULL, &x));
		T_STR(e.text, "");
	}
	advice_destroy(r);
	T_OK(advice_load(t_path("etc"), modules(), &none, &e) != 0 && none == NULL);
	advice_destroy(NULL);
}

/* ---- one rule at a time ------------------------------------------------------------------------ */

/* Does a rule with these conditions hold for a machine of which `ping` says this? */
static bool
fits(const char *conditions, const struct status_value *v)
{
	static const struct status_column columns[] = {{.name = "ping", .counts = true}, {.name = "gpu", .counts = true}};
	struct arena *a = arena_create();
	struct advice_seen s = {.thing = "n1", .columns = columns, .n_columns = 2, .values = v, .n_values = v != NULL, .now = NOW};
	struct buf text = BUF(4096);
	struct advice_rules *r = NULL;
	struct advice_facts f;
	struct advice x;
	struct err e = {0};
	bool yes = false;

	buf_printf(&text, WRAP("{\"name\":\"a\",%s," WORDS ",\"why\":\"{thing}\"}"), conditions);
	advice_facts_of(&s, a, &f);
	if (t_check(advice_parse(buf_view(&text), "t", modules(), &r, &e) == 0, __FILE__, __LINE__, conditions, e.text, "")) {
		yes = advice_for(r, &f, a, &x);
		if (yes)
			T_STR(x.why, "n1");
	}
	advice_destroy(r);
	buf_free(&text);
	arena_destroy(a);
	return yes;
}

#define CHECK(rest) "\"check\":[{\"column\":\"ping\"" rest "}]"

static void
t_each_condition_holds_at_its_edge_and_not_beyond(void)
{
	struct status_value v = {.thing = "n1", .check = "ping", .level = STATUS_CRITICAL, .text = "down*", .detail = "No route to it",
	    .number = 95, .data = "{\"user\":\"ana\",\"n\":3,\"flags\":[]}", .at = NOW - 1000, .since = NOW - 600000, .interval = 30000};

	T_OK(fits(CHECK(""), &v));
	T_OK(fits(CHECK(",\"is\":[\"up\",\"DOWN\\\\*\"]"), &v) && !fits(CHECK(",\"is\":[\"down\"]"), &v));
	T_OK(fits(CHECK(",\"not\":[\"down\"]"), &v) && !fits(CHECK(",\"not\":[\"down*\"]"), &v));
	T_OK(fits(CHECK(",\"detail\":[\"no route*\"]"), &v) && !fits(CHECK(",\"detail\":[\"no route\"]"), &v));
	T_OK(fits(CHECK(",\"at_least\":\"95\""), &v) && !fits(CHECK(",\"at_least\":\"95.001\""), &v));
	T_OK(fits(CHECK(",\"at_most\":\"95\""), &v) && !fits(CHECK(",\"at_most\":\"94.999\""), &v));
	T_OK(fits(CHECK(",\"for_at_least\":\"10m\""), &v) && !fits(CHECK(",\"for_at_least\":\"601s\""), &v));
	T_OK(fits(CHECK(",\"for_at_most\":\"10m\""), &v) && !fits(CHECK(",\"for_at_most\":\"599s\""), &v));
	T_OK(fits(CHECK(",\"level\":[\"warn\",\"critical\"]"), &v) && !fits(CHECK(",\"level\":[\"warn\"]"), &v));
	T_OK(fits("\"level\":[\"critical\"]", &v) && !fits("\"level\":[\"unknown\"]", &v));
	T_OK(fits(CHECK(",\"data\":[{\"member\":\"user\",\"not\":[\"root\"]}]"), &v));
	T_OK(!fits(CHECK(",\"data\":[{\"member\":\"user\",\"not\":[\"a*\"]}]"), &v));
	T_OK(fits(CHECK(",\"data\":[{\"member\":\"n\",\"is\":[\"3\"]}]"), &v));
	T_OK(!fits(CHECK(",\"data\":[{\"member\":\"nobody\",\"not\":[\"root\"]}]"), &v));
	T_OK(!fits(CHECK(",\"data\":[{\"member\":\"flags\",\"not\":[\"root\"]}]"), &v));
	T_OK(fits("\"well_but\":[\"ping\"]", &v) && !fits("\"well_but\":[\"gpu\"]", &v));
	v.number = NAN;
	v.detail = v.data = NULL;
	T_OK(!fits(CHECK(",\"at_least\":\"0\""), &v) && !fits(CHECK(",\"at_most\":\"0\""), &v));
	v.number = 95;
	v.level = STATUS_UNKNOWN;
	T_OK(!fits(CHECK(",\"at_least\":\"0\""), &v));
	v.level = STATUS_CRITICAL;
	T_OK(!fits(CHECK(",\"detail\":[\"*\"]"), &v) && !fits(CHECK(",\"data\":[{\"member\":\"user\",\"is\":[\"*\"]}]"), &v));
	v.data = "{no JSON";
	T_OK(!fits(CHECK(",\"data\":[{\"member\":\"user\",\"is\":[\"*\"]}]"), &v));
	v.since = NOW + 60000; /* the clock was put back */
	T_OK(!fits(CHECK(",\"for_at_least\":\"1s\""), &v) && fits(CHECK(",\"for_at_most\":\"1s\""), &v));
	v.level = STATUS_OK;
	T_OK(!fits(CHECK(""), &v));
}

static void
t_what_is_stale_or_was_never_seen_fits_only_a_rule_that_says_so(void)
{
	struct status_value v = {.thing = "n1", .check = "ping", .level = STATUS_CRITICAL, .text = "down", .number = NAN,
	    .at = NOW - 60001, .since = NOW - 600000, .interval = 30000};

	T_OK(!fits(CHECK(",\"is\":[\"down\"]"), &v));
	T_OK(!fits(CHECK(",\"seen\":[\"never\"]"), &v));
	T_OK(fits(CHECK(",\"seen\":[\"stale\"],\"is\":[\"down\"]"), &v) && !fits(CHECK(",\"seen\":[\"stale\"],\"is\":[\"up\"]"), &v));
	T_OK(fits("\"level\":[\"unknown\"]", &v) && fits("\"missing\":[\"ping\"]", &v));
	T_OK(!fits("\"well_but\":[\"gpu\"]", &v));
	T_OK(fits(CHECK(",\"seen\":[\"fresh\",\"never\"],\"is\":[\"up\"]"), NULL));
	T_OK(!fits(CHECK(""), NULL));
	T_OK(!fits("\"check\":[{\"column\":\"tape\",\"seen\":[\"never\"]}]", NULL)); /* a column that the room lacks */
	T_OK(!fits("\"missing\":[\"tape\"]", NULL) && fits("\"missing\":[\"tape\",\"gpu\"]", NULL));
	v.at = NOW - 1000;
	T_OK(!fits("\"missing\":[\"ping\"]", &v) && !fits(CHECK(",\"seen\":[\"stale\",\"never\"]"), &v));
}

static void
t_globs_fit_the_whole_text_and_end_in_time(void)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
	    {"down", "down", true}, {"down", "down*", false}, {"down\\*", "down*", true}, {"down\\*", "downs", false},
	    {"d*n", "down", true}, {"*", "", true}, {"?", "", false}, {"??", "up", true}, {"*\\**", "drain*-", true},
	    {"*\\**", "drain", false}, {"a*b*c", "aXbXbc", true}, {"a*b*c", "aXbXb", false}, {"NOT*", "not responding", true},
	    {"\\?", "?", true}, {"\\?", "x", false}, {"a**", "a", true},
	};
	char text[2001], pattern[65];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		t_check(advice_glob(rows[i].pattern, rows[i].text) == rows[i].fits, __FILE__, __LINE__, rows[i].pattern, rows[i].text, "");
	for (size_t i = 0; i < 64; i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	pattern[63] = 'b';
	pattern[64] = '\0';
	memset(text, 'a', 2000);
	text[2000] = '\0';
	T_OK(!advice_glob(pattern, text));
}

static void
t_signs_follow_the_conditions_and_not_the_words(void)
{
	static const char *const texts[] = {
	    WRAP("{\"name\":\"a\"," PING WORDS ",\"why\":\"w\"}"),
	    WRAP("{\"why\":\"other words\"," PING "\"name\":\"b\"," WORDS "}"),
	    WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\",\"is\":[\"up\"]}]," WORDS ",\"why\":\"w\"}"),
	};
	struct advice_rules *r[3] = {NULL, NULL, NULL};
	struct err e;

	for (size_t i = 0; i < 3; i++)
		if (!T_OK(advice_parse(str_of(texts[i]), "t", modules(), &r[i], &e) == 0))
			return;
	T_STR(advice_rule_signs(r[0], 0), advice_rule_signs(r[1], 0));
	T_INT(strlen(advice_rule_signs(r[0], 0)), 16);
	T_OK(strcmp(advice_rule_signs(r[0], 0), advice_rule_signs(r[2], 0)) != 0);
	for (size_t i = 0; i < 3; i++)
		advice_destroy(r[i]);
}

static void
t_what_came_from_a_device_stays_on_its_line_and_below_its_ceiling(void)
{
	static const struct status_column columns[] = {{.name = "ping", .counts = true}};
	struct arena *a = arena_create();
	char *long_text = arena_alloc(a, 3 * LIMIT_ADVICE_TEXT);
	struct status_value v = {.thing = "n1", .check = "ping", .level = STATUS_CRITICAL, .text = "a\nb {thing} %n", .detail = long_text,
	    .number = NAN, .at = NOW, .since = NOW, .interval = 30000};
	struct advice_seen s = {.thing = "n1", .columns = columns, .n_columns = 1, .values = &v, .n_values = 1, .now = NOW};
	struct advice_rules *r = NULL;
	struct advice_facts f;
	struct advice x;
	struct err e;

	memset(long_text, 'x', 3 * LIMIT_ADVICE_TEXT - 1);
	if (!T_OK(advice_parse(STR(WRAP("{\"name\":\"a\",\"check\":[{\"column\":\"ping\"}],\"verdict\":\"{ping.text}\",\"action\":\"none\","
	        "\"sure\":\"low\",\"why\":\"{ping.number} {ping.level} {ping.age} {ping.detail}\"}")), "t", modules(), &r, &e) == 0))
		return;
	advice_facts_of(&s, a, &f);
	if (T_OK(advice_for(r, &f, a, &x))) {
		T_STR(x.verdict, "a?b {thing} %n");
		T_OK(strncmp(x.why, "unknown critical 0 s ", 21) == 0 && strlen(x.why) <= LIMIT_ADVICE_TEXT);
	}
	advice_destroy(r);
	arena_destroy(a);
}

/* ---- the measured share --------------------------------------------------------------------------- */

/*
 * R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods", Statistics in
 * Medicine 17 (1998) 857-872, table I, method 3 (score without continuity correction), to four places.
 */
static void
t_the_interval_is_that_of_a_published_table(void)
{
	static const struct {
		int64_t well, n;
		double low, high;
	} rows[] = {
	    {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718},
	};
	double low, high, flip_low, flip_high;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		advice_wilson(rows[i].well, rows[i].n, &low, &high);
		T_OK(fabs(low - rows[i].low) <= 0.00005 && fabs(high - rows[i].high) <= 0.00005);
		advice_wilson(rows[i].n - rows[i].well, rows[i].n, &flip_low, &flip_high);
		T_OK(fabs(flip_low - (1 - high)) < 1e-12 && fabs(flip_high - (1 - low)) < 1e-12);
	}
	advice_wilson(0, 0, &low, &high);
	T_OK(low == 0 && high == 1);
}

T_MAIN(T(t_every_golden_machine_has_its_advice_and_every_rule_its_machine),
    T(t_a_file_with_one_wrong_word_is_refused_whole_with_file_path_and_reason),
    T(t_a_file_that_is_not_there_advises_nothing_and_one_that_cannot_be_read_is_refused),
    T(t_each_condition_holds_at_its_edge_and_not_beyond), T(t_what_is_stale_or_was_never_seen_fits_only_a_rule_that_says_so),
    T(t_globs_fit_the_whole_text_and_end_in_time), T(t_signs_follow_the_conditions_and_not_the_words),
    T(t_what_came_from_a_device_stays_on_its_line_and_below_its_ceiling), T(t_the_interval_is_that_of_a_published_table))
