/* SPDX-License-Identifier: Apache-2.0 */
/* The login form, and out again. */
#include <string.h>

#include "login.h"

struct auth_from
login_from(struct web_call *c, const char *how)
{
	return (struct auth_from){.address = str_of(c->request->remote), .agent = str_of(c->request->user_agent),
	    .how = how};
}

int
login_verify(struct web_call *c, struct str name, struct str password, const struct auth_from *from,
    struct auth_found *found, struct err *e)
{
	struct login *l = c->shared;
	enum auth_outcome outcome = auth_desk_verify(l->desk, name, password, from, c->arena, found, e);

	if (outcome == AUTH_OK)
		return 0;
	if (outcome == AUTH_WRONG)
		web_status(c, 401);
	if (outcome == AUTH_LATER)
		(void)web_header(c, "Retry-After", arena_printf(c->arena, "%lld", (long long)(found->retry_ms / 1000 + 1)),
		    NULL);
	if (outcome == AUTH_DOWN && auth_checker_gone(l->checker)) {
		log_error("the password checker has died; stopping, to be started again");
		http_stop();
	}
	return -1;
}

/* Where to go after the login: a page of this site that is not the form itself. */
static const char *
next_of(struct web_call *c)
{
	const char *next = web_text(c, "next");

	if (next == NULL || !http_is_local(next) || strncmp(next, "/login", 6) == 0)
		return "/";
	return next;
}

static int
show_form(struct web_call *c, const char *error, const char *user, struct err *e)
{
	json_t *model = json_object();
	const char *next = next_of(c);

	jsn_set_text(model, "title", "Log in");
	jsn_set_text(model, "token", web_prelogin(c));
	jsn_set_text(model, "next", next);
	jsn_set(model, "has_next", json_boolean(strcmp(next, "/") != 0));
	jsn_set_text(model, "user", user == NULL ? "" : user);
	if (error != NULL)
		jsn_set_text(model, "error", error);
	return web_page(c, NULL, model, e);
}

int
login_form(struct web_call *c, struct err *e)
{
	if (c->person != NULL)
		return web_redirect(c, next_of(c), e);
	if (web_flag(c, "out"))
		web_banner(c, "info", "You are logged out.");
	return show_form(c, NULL, NULL, e);
}

/* The person's former session, when the browser still has one, ends with the new login. */
static void
end_former(struct web_call *c, const struct auth_from *from)
{
	struct login *l = c->shared;
	struct err e;

	if (c->person != NULL && c->person->source == AUTH_SESSION &&
	    auth_desk_session_end(l->desk, c->person, str_of(c->person->id), "a new login took its place", from,
	        &e) != 0)
		log_warn("%s", e.text);
}

int
login_post(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;
	char token[AUTH_TOKEN_TEXT];
	struct auth_found found;
	int rc;

	if (login_verify(c, web_str(c, "user"), web_str(c, "password"), &from, &found, e) != 0) {
		if (e->kind == ERR_UNAVAILABLE || e->kind == ERR_LIMIT)
			web_status(c, e->kind == ERR_LIMIT ? 429 : 503);
		return e->kind == ERR_INTERNAL ? -1 : show_form(c, e->text, web_text(c, "user"), e);
	}
	end_former(c, &from);
	if (auth_desk_session_make(l->desk, web_str(c, "user"), &found, &from, token, e) != 0)
		return -1;
	rc = web_cookie(c, WEB_COOKIE, token, "/", -1, e);
	explicit_bzero(token, sizeof(token));
	if (rc != 0 || web_cookie(c, WEB_COOKIE_PRE, "", "/", 0, e) != 0)
		return -1;
	return web_redirect(c, next_of(c), e);
}

int
login_logout(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;

	if (auth_desk_session_end(l->desk, c->person, str_of(c->person->id), "logged out", &from, e) != 0 ||
	    web_cookie(c, WEB_COOKIE, "", "/", 0, e) != 0)
		return -1;
	return web_redirect(c, "/login?out=1", e);
}
