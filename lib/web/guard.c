/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, and may they: the order of the checks is the security property, see dispatch.c. */
#include <string.h>

#include "room.h"

/*
 * sessions.db of this thread, opened when it is first there: `login` may start
 * after us. One that was put in its place (a copy restored, or none so that
 * everybody must log in again) counts from the next request on.
 */
static struct store *
sessions(struct web_call *c, struct err *e)
{
	struct web_thread *t = c->web->thread;

	if (t->sessions != NULL && store_replaced(t->sessions)) {
		store_close(t->sessions);
		t->sessions = NULL;
	}
	if (t->sessions == NULL)
		(void)auth_reader_open(conf_db(c->conf, "sessions", c->arena), &t->sessions, e);
	return t->sessions;
}

/* A file that failed is opened anew next time: `login` may have been restored from a copy. */
static int
found(struct web_call *c, int rc, const struct err *e)
{
	struct web_thread *t = c->web->thread;

	if (rc == 0) {
		c->person = &c->web->person;
		if (c->person->source == AUTH_KEY)
			auth_used_note(t->server->used, c->person->id, c->now);
		return 0;
	}
	if (e->kind != ERR_LOGIN) {
		store_close(t->sessions);
		t->sessions = NULL;
	}
	return -1;
}

static int
by_key(struct web_call *c, struct err *e)
{
	struct str bearer = http_credentials(c->request->authorization, "Bearer");
	struct store *s;

	if (bearer.n == 0)
		return err_set(e, ERR_LOGIN, "This address wants an API key: Authorization: Bearer larch_KEYID.SECRET. "
		    "`larch login` and your account page make one.");
	s = sessions(c, e);
	return s == NULL ? -1 : found(c, auth_key_find(s, bearer, c->arena, &c->web->person, e), e);
}

static int
by_cookie(struct web_call *c, struct err *e)
{
	struct store *s;

	if (c->web->token[0] == '\0')
		return err_set(e, ERR_LOGIN, "Nobody is logged in here: log in first.");
	s = sessions(c, e);
	return s == NULL ? -1 : found(c, auth_session_find(s, str_of(c->web->token), c->arena, &c->web->person, e), e);
}

void
web_guard_reader(struct web_call *c)
{
	struct err none;

	if (c->format == WEB_HTML)
		(void)by_cookie(c, &none);
}

int
web_guard_person(struct web_call *c, struct err *e)
{
	bool bearer = http_credentials(c->request->authorization, "Bearer").n > 0;
	int rc = 0;

	if (c->route->change == WEB_KEY || (c->route->change == WEB_READ && bearer))
		rc = by_key(c, e);
	else if (c->route->change != WEB_BASIC)
		rc = by_cookie(c, e);
	if (c->route->guard == WEB_OPEN)
		return 0;
	if (rc != 0)
		return -1;
	if (c->route->change == WEB_READ && !auth_may_read(c->person))
		return err_set(e, ERR_DENIED, "This API key may not read: 'read' is not in its scope.");
	return 0;
}

/* Browsers say where a request comes from; programs and text browsers do not, so silence is no refusal. */
static int
check_origin(struct web_call *c, struct err *e)
{
	const char *site = c->request->sec_fetch_site, *origin = c->request->origin;

	if (*site != '\0' && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return err_set(e, ERR_DENIED, "Another site sent this request; nothing was done.");
	if (*origin != '\0' && strcmp(origin, c->conf->origin) != 0)
		return err_set(e, ERR_DENIED, "The request comes from '%s' and this is %s; nothing was done.", origin,
		    c->conf->origin);
	return 0;
}

static int
check_token(struct web_call *c, const char *cookie, const char *why, struct err *e)
{
	const struct web_input *field = web_input(c, "csrf");
	struct str given = str_of(c->request->csrf_token);

	if (given.n == 0 && field != NULL && field->json == NULL)
		given = field->text;
	if (given.n > 0 && auth_csrf_check(str_of(cookie), given))
		return 0;
	return err_set(e, ERR_DENIED, "%s", why);
}

int
web_guard_change(struct web_call *c, struct err *e)
{
	if (c->route->change == WEB_READ)
		return 0;
	if (check_origin(c, e) != 0)
		return -1;
	if (c->route->change == WEB_CSRF)
		return check_token(c, c->web->token, "The form is not valid any more, or was not made for you: load the "
		    "page again and send it once more. Nothing was done.", e);
	if (c->route->change == WEB_PRELOGIN)
		return check_token(c, http_cookie(c->request->cookie, WEB_COOKIE_PRE, c->arena),
		    "The login form is too old, or your browser keeps no cookies: load it again and send it once more.", e);
	return 0;
}

int
web_guard_verb(struct web_call *c, struct err *e)
{
	const struct web_route *r = c->route;

	if (r->verb == NULL || (r->verb_or != NULL && auth_may_some(c->policy, c->person, r->verb_or, NULL) == 0))
		return 0;
	return auth_may_some(c->policy, c->person, r->verb, e);
}
