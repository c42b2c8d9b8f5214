/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant, approve: who is logged in says once more that it is they. The code, or
 * the password, goes to the server's login alone and is kept nowhere; the
 * grant's token is kept beside session.json, 0600, and sent with power requests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define USUAL_MINUTES 15

/* ---- the grant that is kept -------------------------------------------------------------------- */

static const char *
kept_path(const struct cli *c)
{
	return c->session.path == NULL ? NULL : arena_printf(c->arena, "%s.grant", c->session.path);
}

/* A token holds in the session it was opened in: the id of the key is kept with it. */
static const char *
key_id(const struct cli *c)
{
	struct str rest = buf_view(&c->session.key), id;

	id = str_cut(&rest, '.');
	return arena_strndup(c->arena, id.p == NULL ? "" : id.p, id.n);
}

void
grant_kept(const struct cli *c, struct buf *token)
{
	const char *path = kept_path(c);
	struct stat st;
	struct err none;
	json_t *o;

	*token = BUF(LIMIT_SECRET_FILE);
	if (path == NULL || stat(path, &st) != 0 || (st.st_mode & 077) != 0)
		return;
	if ((o = jsn_load(path, LIMIT_SECRET_FILE, &none)) == NULL)
		return;
	if (strcmp(jsn_text_or(o, "server", ""), c->session.server) == 0 && strcmp(jsn_text_or(o, "key", ""), key_id(c)) == 0)
		buf_puts(token, jsn_text_or(o, "grant", ""));
	json_decref(o);
}

static int
keep(const struct cli *c, const json_t *answer, struct err *e)
{
	struct buf text = BUF(LIMIT_SECRET_FILE);
	json_t *o = json_object();
	int rc = session_place(c, e);

	jsn_set_text(o, "server", c->session.server);
	jsn_set_text(o, "key", key_id(c));
	jsn_set_text(o, "grant", jsn_text_or(answer, "grant", ""));
	jsn_pretty(o, &text);
	if (rc == 0 && (rc = session_make_folder(c, kept_path(c), e)) == 0)
		rc = file_publish(kept_path(c), buf_view(&text), 0600, e);
	buf_wipe(&text);
	json_decref(o);
	return rc;
}

/* ---- proofs ----------------------------------------------------------------------------------- */

/* Is there a second factor? 1, 0, or -1 when the trouble was printed. */
static int
has_factor(struct cli *c, int *code)
{
	struct api_answer a = {0};
	int rc = -1;

	if (api_get(c, "/api/v1/session", &a, code) == 0) {
		rc = jsn_bool_or(a.body, "factor", false);
		if (c->session.user == NULL)
			c->session.user = arena_strdup(c->arena, jsn_text_or(a.body, "user", "?"));
	}
	api_answer_finish(&a);
	return rc;
}

bool
grant_can_ask(const struct cli *c)
{
	return c->opt.code_fd != NULL || getenv("LARCH_CODE") != NULL || getenv("LARCH_PASSWORD") != NULL || isatty(STDIN_FILENO);
}

/* Ask, and have login make a proof about `about` (taken over). EXIT_OK with the proof in *out, which the caller wipes. */
static int
prove(struct cli *c, json_t *about, struct buf *out)
{
	struct buf secret = BUF(LIMIT_SECRET_FILE), body = BUF(LIMIT_JSON_BODY);
	struct api_request q = {.method = "POST", .path = "/api/v1/proofs"};
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK, factor = has_factor(c, &code);

	*out = BUF(LIMIT_SECRET_FILE);
	if (factor < 0)
		goto out;
	if ((factor ? ask_code(c, &secret, &e) : ask_password(c, c->session.user, &secret, &e)) != 0) {
		code = cli_fail(c, &e);
		goto out;
	}
	jsn_set_str(about, factor ? "code" : "password", buf_view(&secret));
	jsn_canonical(about, &body);
	q.body = buf_view(&body);
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status != 201)
		code = api_fail(c, &a);
	else
		buf_puts(out, jsn_text_or(a.body, "proof", ""));
out:
	buf_wipe(&secret);
	buf_wipe(&body);
	json_decref(about);
	api_answer_finish(&a);
	return code;
}

/* POST what a proof is about, with the proof. EXIT_OK with the answer in *a. */
static int
post_proved(struct cli *c, const char *path, json_t *o, const struct buf *proof, struct api_answer *a)
{
	struct buf body = BUF(LIMIT_JSON_BODY);
	struct api_request q = {.method = "POST", .path = path};
	struct err e = {0};
	int code = EXIT_OK;

	jsn_set_str(o, "proof", buf_view(proof));
	jsn_canonical(o, &body);
	q.body = buf_view(&body);
	if (api_call(c, &q, a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a->status < 200 || a->status > 299)
		code = api_fail(c, a);
	buf_wipe(&body);
	json_decref(o);
	return code;
}

/* ---- opening ------------------------------------------------------------------------------------ */

static json_t *
wish_json(const struct grant_wish *w)
{
	json_t *o = json_object();

	jsn_set_text(o, "verbs", w->verbs);
	jsn_set_text(o, "things", w->things);
	jsn_set(o, "minutes", json_integer(w->minutes));
	jsn_set(o, "uses", json_integer(w->uses));
	return o;
}

int
grant_open(struct cli *c, const struct grant_wish *w)
{
	struct api_answer a = {0};
	struct buf proof = {0};
	struct err e = {0};
	int code;

	if (!c->opt.quiet)
		out_line(stderr, "A grant for %s on %s, %lld min, %lld %s.", w->verbs, w->things, (long long)w->minutes,
		    (long long)w->uses, w->uses == 1 ? "use" : "uses");
	code = prove(c, wish_json(w), &proof);
	if (code == EXIT_OK)
		code = post_proved(c, "/api/v1/grants", wish_json(w), &proof, &a);
	if (code == EXIT_OK && keep(c, a.body, &e) != 0)
		code = cli_fail(c, &e);
	if (code == EXIT_OK)
		cli_say(c, "Grant %s is open until %s.", out_scalar(c, json_object_get(a.body, "id")), jsn_text_or(a.body, "until", "?"));
	buf_wipe(&proof);
	api_answer_finish(&a);
	return code;
}

/* Machines as the server knows them; outlets as they were written. NULL: the trouble was printed. */
static const char *
things_of(struct cli *c, int *code)
{
	const char *text = things_join(c, c->argv + 1, c->argc - 1), *list = NULL;
	struct api_answer a = {0};
	struct hosts names = {0};
	const json_t *rows, *row;
	size_t i;

	if (strstr(c->argv[0], "outlet-") != NULL)
		return text;
	if ((rows = things_find(c, text, NULL, &a, code)) != NULL) {
		names.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*names.name));
		json_array_foreach(rows, i, row)
			names.name[names.n++] = arena_strdup(c->arena, jsn_text_or(row, "name", ""));
		hosts_sort(&names);
		list = hosts_fold(&names, c->arena);
	}
	api_answer_finish(&a);
	return list;
}

int
cmd_grant_open(struct cli *c)
{
	struct grant_wish w = {.verbs = c->argv[0], .minutes = USUAL_MINUTES, .uses = 1};
	struct err e = {0};
	int64_t ms;
	int code = EXIT_USAGE;

	if (c->opt.for_time != NULL) {
		if (times_duration(str_of(c->opt.for_time), &ms, &e) != 0)
			return cli_fail(c, &e);
		w.minutes = ms / 60000;
		if (ms % 60000 != 0 || w.minutes < 1)
			return cli_usage(c, "--for: whole minutes, as 15m or 2h");
	}
	if (c->opt.uses != NULL && path_number(c, "uses", c->opt.uses, 1, 100, &w.uses) != 0)
		return EXIT_USAGE;
	if ((w.things = things_of(c, &code)) == NULL)
		return code;
	return grant_open(c, &w);
}

/* ---- the others ------------------------------------------------------------------------------------ */

static const struct column columns[] = {
	{"id", "grant", false}, {"who", "who", false}, {"verbs", "verbs", false}, {"things", "on", false},
	{"used", "used", false}, {"uses", "of", false}, {"until", "until", false}, {"how", "proved by", false},
};

int
cmd_grant_list(struct cli *c)
{
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (api_get(c, "/api/v1/grants", &a, &code) == 0)
		out_rows(c, out_format(c, FORMAT_TABLE), a.body, out_list(a.body), columns, LARCH_COUNT(columns));
	api_answer_finish(&a);
	return code;
}

int
cmd_grant_revoke(struct cli *c)
{
	struct api_request q = {.method = "DELETE"};
	struct api_answer a = {0};
	struct err e = {0};
	int64_t id;
	int code = EXIT_OK;

	if (str_int(str_of(c->argv[0]), 1, INT64_MAX, &id) != 0)
		return cli_usage(c, "\"%s\" is no grant; they are numbers, as `larch grant list` shows them", c->argv[0]);
	q.path = arena_printf(c->arena, "/api/v1/grants/%lld", (long long)id);
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else
		cli_say(c, "Grant %lld is taken back. Machines that were begun are finished as asked.", (long long)id);
	api_answer_finish(&a);
	return code;
}

/* ---- a second person ---------------------------------------------------------------------------------- */

/* The whole hash of a plan that waits, from its first digits. NULL: the trouble was printed. */
static const char *
plan_of(struct cli *c, int *code)
{
	struct api_answer a = {0};
	const char *given = c->argv[0], *found = NULL;
	const json_t *row;
	size_t i, n = 0;

	if (strlen(given) < 8 || strlen(given) > 64 || strspn(given, "0123456789abcdef") != strlen(given)) {
		*code = cli_usage(c, "\"%s\" is no plan's hash, nor its first 8 digits or more", given);
		return NULL;
	}
	if (api_get(c, "/api/v1/approvals", &a, code) == 0) {
		json_array_foreach(out_list(a.body), i, row)
			if (strncmp(jsn_text_or(row, "plan", ""), given, strlen(given)) == 0) {
				n += found == NULL || strcmp(found, jsn_text_or(row, "plan", "")) != 0;
				found = arena_strdup(c->arena, jsn_text_or(row, "plan", ""));
			}
		if (n != 1)
			*code = cli_fail_as(c, err_kind_name(n == 0 ? ERR_NOT_FOUND : ERR_INPUT), n == 0
			    ? "no such plan waits for a second person" : "several plans that wait begin so: give more digits", EXIT_USAGE);
	}
	api_answer_finish(&a);
	return n == 1 ? found : NULL;
}

/* Shown, and asked: EXIT_OK to go on. */
static int
show_and_ask(struct cli *c, const char *path)
{
	struct api_answer a = {0};
	int code = EXIT_OK, yes = 1;

	if (api_get(c, path, &a, &code) == 0) {
		out_line(stderr, "%s asks for this:", jsn_text_or(a.body, "who", "somebody"));
		if (!c->opt.quiet)
			out_text_to(stderr, jsn_text_or(a.body, "text", ""));
		if (!c->opt.yes)
			yes = ask_yes(c, arena_printf(c->arena, "Approve %s of %s?", jsn_text_or(a.body, "verb", "it"),
			    jsn_text_or(a.body, "things", "them")));
		if (yes < 0)
			code = cli_fail_as(c, err_kind_name(ERR_REFUSED), "nothing was approved: there is no terminal to ask; --yes says yes",
			    EXIT_REFUSED);
		else if (yes == 0) {
			cli_say(c, "Nothing was approved.");
			code = EXIT_REFUSED;
		}
	}
	api_answer_finish(&a);
	return code;
}

int
cmd_approve(struct cli *c)
{
	struct api_answer a = {0};
	struct buf proof = {0};
	json_t *about;
	int code = EXIT_OK;
	const char *plan = plan_of(c, &code), *path;

	if (plan == NULL)
		return code;
	path = arena_printf(c->arena, "/api/v1/approvals/%s", plan);
	if ((code = show_and_ask(c, path)) != EXIT_OK)
		return code;
	about = json_object();
	jsn_set_text(about, "purpose", "approve");
	jsn_set_text(about, "plan", plan);
	code = prove(c, about, &proof);
	if (code == EXIT_OK)
		code = post_proved(c, path, json_object(), &proof, &a);
	if (code == EXIT_OK)
		cli_say(c, "Approved. %s carries it out by asking for it again, until %s.", jsn_text_or(a.body, "who", "Who asked"),
		    jsn_text_or(a.body, "until", "?"));
	buf_wipe(&proof);
	api_answer_finish(&a);
	return code;
}
