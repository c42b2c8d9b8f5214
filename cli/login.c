/* SPDX-License-Identifier: Apache-2.0 */
/* login, logout, whoami: a password once, then a key that expires. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define DEFAULT_LIFE "8h"

static int
set_server(struct cli *c, struct err *e)
{
	struct session *s = &c->session;

	if (c->argc > 0) {
		const char *url = session_url(c, c->argv[0], e);

		if (url == NULL)
			return -1;
		if (s->server == NULL || strcmp(s->server, url) != 0) {
			s->server = arena_strdup(c->arena, url);
			s->ca = c->opt.ca != NULL ? arena_strdup(c->arena, c->opt.ca)
			    : getenv("LARCH_CA") != NULL ? arena_strdup(c->arena, getenv("LARCH_CA")) : NULL;
		}
	}
	if (s->server == NULL)
		return err_set(e, ERR_INPUT, "which server? larch login https://NAME");
	if (s->ca != NULL && s->ca[0] != '/') { /* the session outlives this folder */
		char *full = realpath(s->ca, NULL);

		if (full == NULL)
			return err_set(e, ERR_INPUT, "--ca: there is no file %s", s->ca);
		s->ca = arena_strdup(c->arena, full);
		free(full);
	}
	return 0;
}

static int
set_user(struct cli *c, struct err *e)
{
	struct session *s = &c->session;
	const char *mine = getenv("USER");
	struct buf line = {0};

	if (c->opt.user != NULL) {
		s->user = arena_strdup(c->arena, c->opt.user);
	} else {
		const char *prompt = arena_printf(c->arena, "User at %s%s%s%s: ", s->server,
		    mine != NULL ? " [" : "", mine != NULL ? mine : "", mine != NULL ? "]" : "");

		if (ask_line(prompt, &line, e) != 0)
			return -1;
		s->user = arena_strdup(c->arena, line.n > 0 ? line.p : mine != NULL ? mine : "");
		buf_free(&line);
	}
	if (*s->user == '\0' || strchr(s->user, ':') != NULL)
		return err_set(e, ERR_INPUT, "\"%s\" is no login name", s->user);
	return 0;
}

/* The body says how long the key shall live, and what to call it on the account page. */
static int
ask_key(struct cli *c, const struct buf *password, struct api_answer *a, struct err *e)
{
	const char *life = c->opt.expires != NULL ? c->opt.expires : DEFAULT_LIFE;
	json_t *o = json_object();
	struct buf body = BUF(LIMIT_JSON_BODY);
	struct api_request q = {.method = "POST", .path = "/api/v1/tokens", .user = c->session.user,
	    .password = password};
	int rc;

	jsn_set_text(o, "expires", life);
	jsn_canonical(o, &body);
	q.body = buf_view(&body);
	rc = api_call(c, &q, a, e);
	buf_free(&body);
	json_decref(o);
	return rc;
}

static int
keep_key(struct cli *c, const struct api_answer *a, struct err *e)
{
	struct session *s = &c->session;
	const char *key;

	if (jsn_text(a->body, "key", "the server's answer", &key, e) != 0)
		return -1;
	buf_wipe(&s->key);
	s->key = BUF(LIMIT_SECRET_FILE);
	buf_puts(&s->key, key);
	s->id = arena_strdup(c->arena, out_scalar(c, json_object_get(a->body, "id")));
	s->expires = arena_strdup(c->arena, jsn_text_or(a->body, "expires", ""));
	return session_store(c, e);
}

int
cmd_login(struct cli *c)
{
	struct api_answer a = {0};
	struct buf password = {0};
	struct err e = {0};
	int64_t life;
	int code = EXIT_OK;

	if (c->opt.expires != NULL && times_duration(str_of(c->opt.expires), &life, &e) != 0)
		return cli_fail(c, &e);
	if (session_place(c, &e) != 0 || set_server(c, &e) != 0 || set_user(c, &e) != 0 || ask_password(c, c->session.user, &password, &e) != 0 ||
	    ask_key(c, &password, &a, &e) != 0) {
		code = cli_fail(c, &e);
	} else if (a.status < 200 || a.status > 299) {
		buf_wipe(&c->session.key); /* what api_fail says of an old key is not meant here */
		code = api_fail(c, &a);
	} else if (keep_key(c, &a, &e) != 0) {
		code = cli_fail(c, &e);
	} else {
		cli_say(c, "Logged in to %s as %s until %s.", c->session.server, c->session.user, c->session.expires);
	}
	buf_wipe(&password);
	api_answer_finish(&a);
	return code;
}

int
cmd_logout(struct cli *c)
{
	struct buf path = BUF(LIMIT_URL);
	struct api_request q = {.method = "DELETE", .retry = true};
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;

	if (!c->session.stored || c->session.id == NULL) {
		cli_say(c, "Not logged in.");
		return EXIT_OK;
	}
	buf_puts(&path, "/api/v1/keys/");
	buf_url(&path, str_of(c->session.id));
	q.path = path.p;
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if ((a.status < 200 || a.status > 299) && a.status != 401 && a.status != 404)
		code = api_fail(c, &a);
	/* the file goes in any case: whoever typed this wants the key off this machine */
	err_clear(&e);
	if (session_forget(c, &e) != 0)
		code = cli_fail(c, &e);
	else if (code == EXIT_OK)
		cli_say(c, "Logged out of %s.", c->session.server);
	else
		cli_say(c, "The key is forgotten here, but the server could not be told; it ends %s.", c->session.expires);
	names_forget(c); /* who is not logged in has no business with the room's names */
	buf_free(&path);
	api_answer_finish(&a);
	return code;
}

int
cmd_whoami(struct cli *c)
{
	static const struct column columns[] = {
		{"user", "user", false}, {"roles", "roles", false}, {"groups", "groups", false},
		{"expires", "expires", false}, {"server", "server", false},
	};
	struct api_answer a = {0};
	enum format f = out_format(c, FORMAT_TEXT);
	json_t *rows;
	int code = EXIT_OK;

	if (api_get(c, "/api/v1/session", &a, &code) != 0)
		goto out;
	jsn_set_text(a.body, "server", c->session.server);
	if (json_object_get(a.body, "expires") == NULL)
		jsn_set_text(a.body, "expires", c->session.expires);
	if (f == FORMAT_TEXT) {
		printf("%s at %s until %s\n", jsn_text_or(a.body, "user", jsn_text_or(a.body, "who", "?")),
		    c->session.server, out_scalar(c, json_object_get(a.body, "expires")));
	} else {
		rows = json_array();
		jsn_add(rows, json_incref(a.body));
		out_rows(c, f, a.body, rows, columns, LARCH_COUNT(columns));
		json_decref(rows);
	}
out:
	api_answer_finish(&a);
	return code;
}
