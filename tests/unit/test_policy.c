/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases: tests/data/policy/NAME.json is a policy (or is absent),
 * NAME.in says what is so ("!advised n1 cycle", "!jobs n2", "!lost n3") and
 * asks, NAME.ok is what must be answered. UPDATE=1 in the environment
 * writes NAME.ok anew, to be read before it is committed.
 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/inner.h"
#include "modules.h"


/* A matcher with one query: type=node is what begins with "n". */
static int
match(void *ctx, const char *query, const char *thing, struct err *e)
{
	(void)ctx;
	if (strcmp(query, "type=node") != 0)
		return err_set(e, ERR_INPUT, "'%s' is not a query", query);
	return thing[0] == 'n';
}

/* What is so, as the lines of the case that begin with '!' say. A thing that is lost is one nobody has looked at. */
struct facts {
	struct str line[32];
	size_t n;
};

static bool
said(const struct facts *f, const char *what, const char *thing, const char *verb)
{
	char line[200];

	snprintf(line, sizeof(line), "!%s %s%s%s", what, thing, verb == NULL ? "" : " ", verb == NULL ? "" : verb);
	for (size_t i = 0; i < f->n; i++)
		if (str_is(f->line[i], line))
			return true;
	return false;
}

static int
fact(void *ctx, enum auth_fact which, const char *verb, const char *thing, struct err *e)
{
	const struct facts *f = ctx;
	bool is;

	if (said(f, "lost", thing, NULL))
		return err_set(e, ERR_UNAVAILABLE, "it was last asked 3 h ago");
	is = which == AUTH_FACT_ADVISED ? said(f, "advised", thing, verb) : said(f, "jobs", thing, NULL);
	if (which == AUTH_FACT_ADVISED && !is)
		err_set(e, ERR_DENIED, "nothing is advised for it");
	if (which == AUTH_FACT_ALLOCATED && is)
		err_set(e, ERR_DENIED, "it runs 2 jobs");
	return is;
}

static const char **
words(struct str text, struct arena *a, size_t *n)
{
	const char **out = arena_array(a, text.n + 1, sizeof(*out));

	*n = 0;
	if (str_is(text, "-"))
		return out;
	while (text.p != NULL) {
		struct str w = str_cut(&text, ',');

		out[(*n)++] = arena_strndup(a, w.p, w.n);
	}
	return out;
}

static void
ask_line(const struct auth_policy *p, struct facts *facts, struct str line, struct arena *a, struct buf *out)
{
	struct auth_person who = {.name = "ana", .source = AUTH_SESSION, .id = "0123456789abcdef"};
	struct hosts things = {0};
	struct auth_ask ask = {.who = &who, .things = &things, .match = match, .fact = fact, .fact_ctx = facts, .arena = a};
	struct permit *permit;
	struct str verb, scope;
	struct err e = {0};
	size_t n;

	who.groups = words(str_cut(&line, ' '), a, &who.n_groups);
	verb = str_cut(&line, ' ');
	ask.verb = arena_strndup(a, verb.p, verb.n);
	things.name = (char **)(void *)words(str_cut(&line, ' '), a, &n);
	things.n = n;
	if (line.p != NULL) {
		who.source = AUTH_KEY;
		scope = str_cut(&line, ' ');
		who.scope = words(scope, a, &who.n_scope);
		who.things = line.p == NULL ? NULL : arena_strndup(a, line.p, line.n);
	}
	if (auth_may(p, &ask, &permit, &e) == 0)
		buf_printf(out, "permit %s\n", permit_role(permit));
	else
		buf_printf(out, "%s: %s\n", err_kind_name(e.kind), e.text);
}

static void
run_case(const char *name)
{
	struct arena *a = arena_create();
	struct auth_policy *p = NULL;
	struct buf in, want, got = BUF(LIMIT_PAGE);
	char path[4200];
	struct facts facts = {.n = 0};
	struct str rest;
	struct err e = {0};

	snprintf(path, sizeof(path), "%s/%s.json", t_path("tests/data/policy"), name);
	if (!T_OK(auth_policy_load(path, modules(), &p, &e) == 0)) {
		T_STR(e.text, "");
		goto out;
	}
	snprintf(path, sizeof(path), "%s/%s.in", t_path("tests/data/policy"), name);
	if (!T_OK(file_read(path, LIMIT_CONFIG_FILE, &in, &e) == 0))
		goto out;
	rest = buf_view(&in);
	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 0 && line.p[0] == '!' && T_OK(facts.n < LARCH_COUNT(facts.line)))
			facts.line[facts.n++] = line;
		else if (line.n > 0 && line.p[0] != '#')
			ask_line(p, &facts, line, a, &got);
	}
	snprintf(path, sizeof(path), "%s/%s.ok", t_path("tests/data/policy"), name);
	if (getenv("UPDATE") != NULL)
		T_OK(file_publish(path, buf_view(&got), 0644, &e) == 0);
	if (T_OK(file_read(path, LIMIT_CONFIG_FILE, &want, &e) == 0))
		T_STR(got.p, want.p);
	buf_free(&want);
	buf_free(&in);
out:
	buf_free(&got);
	auth_policy_destroy(p);
	arena_destroy(a);
}

static int
is_case(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && n < 100 && strcmp(d->d_name + n - 3, ".in") == 0;
}

static void
t_every_golden_case_is_answered_as_written(void)
{
	struct dirent **list = NULL;
	int n = scandir(t_path("tests/data/policy"), &list, is_case, alphasort);

	T_OK(n >= 4);
	for (int i = 0; i < n; i++) {
		char name[128];

		snprintf(name, sizeof(name), "%.*s", (int)strlen(list[i]->d_name) - 3, list[i]->d_name);
		run_case(name);
		free(list[i]);
	}
	free(list);
}

static void
t_no_policy_file_means_nobody_may(void)
{
	struct auth_person who = {.name = "ana", .source = AUTH_SESSION, .groups = (const char *[]){"admins"},
	    .n_groups = 1, .id = "x"};
	struct auth_policy *p = NULL;
	struct err e = {0};
	uint32_t bits = 7;
	struct auth_ask ask = {.who = &who};

	if (!T_OK(auth_policy_load(t_path("etc/no-such-policy.json"), modules(), &p, &e) == 0))
		return;
	T_OK(auth_policy_missing(p));
	T_INT(strlen(auth_policy_revision(p)), 16);
	T_OK(auth_may_some(p, &who, "see", &e) != 0);
	T_ERR(e, "there is no policy file");
	T_OK(auth_verbs_on(p, &ask, "n1", &bits, &e) == 0 && bits == 0);
	auth_policy_destroy(p);
	auth_policy_destroy(NULL);
}

static int
load_text(const char *text, struct auth_policy **p, struct err *e)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/policy.json", t_folder());
	T_OK(file_publish(path, str_of(text), 0644, e) == 0);
	return auth_policy_load(path, modules(), p, e);
}

#define ROLE(verbs, hosts) \
	"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[" verbs \
	"],\"hosts\":\"" hosts "\",\"at_once\":1,\"per_hour\":1}]}}"

static void
t_a_policy_with_one_wrong_word_is_refused_whole(void)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
	    {ROLE("\"fly\"", "n1"), "fly"},
	    {ROLE("\"ON\"", "n1"), "ON"},
	    {ROLE("\"on\",\"on\"", "n1"), "on"},
	    {ROLE("\"on\"", "n[3-1]"), "role 'r': hosts"},
	    {ROLE("\"on\"", "n["), "role 'r': hosts"},
	    {ROLE("\"on\"", "@rack1"), "role 'r': hosts"},
	    {ROLE("\"on\"", "n1!n1"), "role 'r': hosts"},
	    {"", "not valid JSON"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct auth_policy *p = NULL;
		struct err e = {0};

		T_OK(load_text(rows[i].text, &p, &e) != 0);
		T_ERR(e, rows[i].reason);
		T_ERR(e, "policy.json: ");
	}
}

static void
t_a_permit_covers_its_things_its_verb_and_its_minute_and_no_more(void)
{
	struct arena *a = arena_create();
	struct auth_person who = {.name = "ana", .source = AUTH_SESSION, .groups = (const char *[]){"g"},
	    .n_groups = 1, .id = "x"};
	struct hosts things = {.name = (char *[]){(char[]){"n1"}}, .n = 1};
	struct auth_ask ask = {.who = &who, .verb = "on", .things = &things, .arena = a};
	struct auth_policy *p = NULL;
	struct permit *permit = NULL;
	struct err e = {0};

	if (!T_OK(load_text(ROLE("\"on\"", "n[1-3]"), &p, &e) == 0) || !T_OK(auth_may(p, &ask, &permit, &e) == 0))
		return;
	T_STR(permit_who(permit), "ana");
	T_STR(permit_role(permit), "r");
	T_STR(permit_revision(permit), auth_policy_revision(p));
	T_OK(permit_covers(permit, "on", "n1", times_now()));
	T_OK(!permit_covers(permit, "off", "n1", times_now()));
	T_OK(!permit_covers(permit, "on", "n2", times_now()));
	T_OK(!permit_covers(permit, "on", "n1", times_now() + AUTH_PERMIT_MS));
	T_OK(permit_until(permit) <= times_now() + AUTH_PERMIT_MS);
	who.source = AUTH_NOBODY;
	T_OK(auth_may(p, &ask, &permit, &e) != 0 && permit == NULL);
	T_INT(e.kind, ERR_LOGIN);
	auth_policy_destroy(p);
	arena_destroy(a);
}

static void
t_what_switches_is_counted_and_what_changes_the_inventory_is_not(void)
{
	struct arena *a = arena_create();
	struct auth_person who = {.name = "ana", .source = AUTH_SESSION, .groups = (const char *[]){"g"}, .n_groups = 1, .id = "x"};
	struct hosts things = {.name = (char *[]){(char[]){"n1"}, (char[]){"n2"}}, .n = 2};
	struct auth_ask ask = {.who = &who, .verb = "on", .things = &things, .arena = a};
	struct auth_policy *p = NULL;
	struct permit *permit = NULL;
	struct err e = {0};

	if (!T_OK(load_text(ROLE("\"on\",\"wire\"", "n[1-3]"), &p, &e) == 0))
		return;
	T_OK(auth_may(p, &ask, &permit, &e) != 0);
	T_ERR(e, "allows 1 at once");
	ask.verb = "wire";
	ask.uncounted = true;
	T_OK(auth_may(p, &ask, &permit, &e) == 0 && permit_covers(permit, "wire", "n2", times_now()));
	things.name[1] = (char[]){"n7"};
	T_OK(auth_may(p, &ask, &permit, &e) != 0);
	T_ERR(e, "does not reach n7");
	auth_policy_destroy(p);
	arena_destroy(a);
}

static void
t_the_queries_of_a_policy_are_told_each_once(void)
{
	struct arena *a = arena_create();
	struct auth_policy *p = NULL;
	struct err e = {0};
	const char *const *queries;
	size_t n = 0;

#define R(name, which) "{\"name\":\"" name "\",\"groups\":[\"g\"],\"verbs\":[\"see\"]," which ",\"at_once\":1,\"per_hour\":1}"
	if (!T_OK(load_text("{\"larch-policy:policy\":{\"roles\":[" R("a", "\"things\":\"owner:tony\"") "," R("b", "\"hosts\":\"n1\"") ","
	        R("c", "\"things\":\"in:b01\"") "," R("d", "\"things\":\"owner:tony\"") "]}}", &p, &e) == 0))
		return;
#undef R
	queries = auth_policy_queries(p, a, &n);
	T_INT(n, 2);
	T_STR(queries[0], "owner:tony");
	T_STR(queries[1], "in:b01");
	auth_policy_destroy(p);
	arena_destroy(a);
}

static void
t_the_question_of_a_page_agrees_with_the_permit(void)
{
	struct arena *a = arena_create();
	struct auth_person who = {.name = "ana", .source = AUTH_SESSION,
	    .groups = (const char *[]){"ops", "lead"}, .n_groups = 2, .id = "x"};
	struct auth_ask ask = {.who = &who, .match = match, .arena = a};
	struct auth_policy *p = NULL;
	struct err e = {0};
	uint32_t bits;
	char path[4200];

	snprintf(path, sizeof(path), "%s", t_path("tests/data/policy/night-shift.json"));
	if (!T_OK(auth_policy_load(path, modules(), &p, &e) == 0))
		return;
	/* the role with the broken query gives nothing, and takes nothing from the others */
	T_OK(auth_verbs_on(p, &ask, "n0001", &bits, &e) == 0);
	T_INT(bits, 1u << AUTH_ON | 1u << AUTH_OFF | 1u << AUTH_CYCLE | 1u << AUTH_IMPORT);
	who.groups = (const char *[]){"ops"};
	who.n_groups = 1;
	T_OK(auth_verbs_on(p, &ask, "n0009", &bits, &e) != 0 && bits == 0);
	T_ERR(e, "role 'outlets' cannot be decided");
	who.n_groups = 2;
	who.groups = (const char *[]){"night", "lead"};
	T_OK(auth_verbs_on(p, &ask, "n0001", &bits, &e) == 0);
	T_INT(bits, 1u << AUTH_ON | 1u << AUTH_OFF | 1u << AUTH_CYCLE | 1u << AUTH_IMPORT);
	T_OK(auth_verbs_on(p, &ask, "n0009", &bits, &e) == 0);
	T_INT(bits, 1u << AUTH_CYCLE | 1u << AUTH_IMPORT);
	T_OK(auth_verbs_on(p, &ask, "gw1", &bits, &e) == 0);
	T_INT(bits, 0);
	who.source = AUTH_KEY;
	who.scope = (const char *[]){"off", "read"};
	who.n_scope = 2;
	T_OK(auth_verbs_on(p, &ask, "n0001", &bits, &e) == 0);
	T_INT(bits, 1u << AUTH_OFF);
	auth_policy_destroy(p);
	arena_destroy(a);
}

static void
t_every_verb_of_the_table_is_a_verb_of_the_module(void)
{
	for (int v = 0; v < AUTH_VERB_COUNT; v++) {
		char text[400];
		enum auth_verb found;
		struct err e = {0};

		snprintf(text, sizeof(text),
		    "{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"%s\"],"
		    "\"hosts\":\"n1\",\"at_once\":1,\"per_hour\":1}]}}",
		    auth_verb_name((enum auth_verb)v));
		T_OK(yang_check(modules(), "larch-policy", str_of(text), "t", NULL, &e) == 0);
		T_OK(auth_verb_find(str_of(auth_verb_name((enum auth_verb)v)), &found) == 0 && (int)found == v);
	}
}

static void
t_a_limit_that_is_not_written_is_the_modules(void)
{
	static const struct {
		const char *written;
		struct auth_limits is;
	} rows[] = {
	    {"", {1, 1, 4, 0, false, true, AUTH_GRANT_SESSION}},
	    {",\"grant\":\"none\",\"confirm_over\":0", {1, 1, 0, 0, false, true, AUTH_GRANT_NONE}},
	    {",\"grant\":\"always\",\"second_over\":9,\"advised\":true,\"allocated\":false", {1, 1, 4, 9, true, false, AUTH_GRANT_ALWAYS}},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct auth_policy *p = NULL;
		struct auth_limits l = {0};
		struct err e = {0};
		char text[500];

		snprintf(text, sizeof(text), "{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],"
		                             "\"hosts\":\"n1\",\"at_once\":1,\"per_hour\":1%s}]}}", rows[i].written);
		if (!T_OK(load_text(text, &p, &e) == 0 && auth_policy_limits(p, "r", &l) == 0))
			continue;
		T_INT(l.at_once, rows[i].is.at_once);
		T_INT(l.per_hour, rows[i].is.per_hour);
		T_INT(l.confirm_over, rows[i].is.confirm_over);
		T_INT(l.second_over, rows[i].is.second_over);
		T_OK(l.advised == rows[i].is.advised && l.allocated == rows[i].is.allocated && l.grant == rows[i].is.grant);
		auth_policy_destroy(p);
	}
}

static void
t_the_revision_is_of_the_bytes_of_the_file(void)
{
	struct auth_policy *p = NULL, *q = NULL;
	struct err e = {0};
	struct auth_limits l = {0};

	T_OK(load_text(ROLE("\"on\"", "n1"), &p, &e) == 0 && load_text(ROLE("\"on\"", "n1") " ", &q, &e) == 0);
	T_OK(strcmp(auth_policy_revision(p), auth_policy_revision(q)) != 0);
	T_OK(auth_policy_limits(p, "r", &l) == 0 && l.at_once == 1 && l.per_hour == 1);
	T_OK(auth_policy_limits(p, "s", &l) != 0);
	auth_policy_destroy(p);
	auth_policy_destroy(q);
}

T_MAIN(T(t_what_switches_is_counted_and_what_changes_the_inventory_is_not), T(t_the_queries_of_a_policy_are_told_each_once),
    T(t_every_golden_case_is_answered_as_written), T(t_no_policy_file_means_nobody_may),
    T(t_a_policy_with_one_wrong_word_is_refused_whole),
    T(t_a_permit_covers_its_things_its_verb_and_its_minute_and_no_more),
    T(t_the_question_of_a_page_agrees_with_the_permit), T(t_every_verb_of_the_table_is_a_verb_of_the_module),
    T(t_a_limit_that_is_not_written_is_the_modules), T(t_the_revision_is_of_the_bytes_of_the_file))
