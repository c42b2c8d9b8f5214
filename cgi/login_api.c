/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, the session and keys for programs. Each is one call of lib/auth. */
#include <string.h>

#include "auth/step.h"
#include "login.h"

#define TOKEN_MS (INT64_C(8) * 3600000) /* of a token, when nothing else is asked */

/* ---- answers ------------------------------------------------------------------------------- */

static json_t *
texts(const char *const *list, size_t n)
{
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(out, json_string(list[i]));
	return out;
}

static void
set_time(json_t *o, const char *key, int64_t at)
{
	char text[TIMES_TEXT];

	jsn_set_text(o, key, at > 0 ? times_utc(at, text) : NULL);
}

/* {"key": "larch_ID.SECRET", "id", "user", "expires", "scope"}: the only answer that holds a secret. */
static int
answer_key(struct web_call *c, const struct auth_person *who, const struct auth_key_wish *wish, char *bearer,
    struct err *e)
{
	json_t *o = json_object();
	const char *id = arena_strndup(c->arena, bearer + 6, AUTH_ID_TEXT - 1);

	jsn_set_text(o, "key", bearer);
	explicit_bzero(bearer, AUTH_BEARER_TEXT);
	jsn_set_text(o, "id", id);
	jsn_set_text(o, "user", who->name);
	jsn_set_text(o, "display", who->display);
	set_time(o, "expires", c->now + wish->lifetime_ms);
	jsn_set(o, "scope", texts(wish->scope, wish->n_scope));
	if (wish->things.n > 0)
		jsn_set_str(o, "things", wish->things);
	return web_created(c, 201, arena_printf(c->arena, "/api/v1/keys/%s", id), o, e);
}

/* What was asked for, or everything that a scope can hold. */
static void
take_scope(struct web_call *c, struct auth_key_wish *wish)
{
	wish->n_scope = web_count(c, "scope");
	wish->scope = arena_array(c->arena, AUTH_VERB_COUNT + 2 + wish->n_scope, sizeof(char *));
	for (size_t i = 0; i < wish->n_scope; i++)
		wish->scope[i] = web_item(c, "scope", i);
	for (size_t i = 0; web_count(c, "scope") == 0 && login_scopes[i] != NULL; i++)
		wish->scope[wish->n_scope++] = login_scopes[i];
}

/* ---- handlers ---------------------------------------------------------------------------------- */

static int
make_token(struct web_call *c, struct str user, struct str password, struct err *e)
{
	struct auth_from from = login_from(c, "api");
	struct login *l = c->shared;
	struct auth_key_wish wish = {.title = web_str(c, "title"), .is_token = true};
	char name[LIMIT_NAME], bearer[AUTH_BEARER_TEXT];
	struct auth_person who;
	struct auth_found found;

	wish.lifetime_ms = web_int(c, "expires", TOKEN_MS);
	if (wish.lifetime_ms > auth_desk_longest(l->desk, user))
		wish.lifetime_ms = auth_desk_longest(l->desk, user); /* a password buys no more than a session; the answer says how much */
	take_scope(c, &wish);
	if (login_verify(c, user, password, &from, &found, e) != 0 || auth_login_name(user, name, e) != 0)
		return -1;
	auth_person_of(str_of(name), &found, c->arena, &who);
	if (auth_desk_key_make(l->desk, &who, &wish, &from, bearer, e) != 0)
		return -1;
	return answer_key(c, &who, &wish, bearer, e);
}

int
login_token_make(struct web_call *c, struct err *e)
{
	struct str in = http_credentials(c->request->authorization, "Basic"), user, password;
	char text[AUTH_BASIC_TEXT];
	int rc;

	if (in.p == NULL)
		return err_set(e, ERR_LOGIN, "A token is given for a login name and password: send Authorization: Basic.");
	rc = auth_basic_parse(in, text, &user, &password, e);
	if (rc == 0)
		rc = make_token(c, user, password, e);
	explicit_bzero(text, sizeof(text));
	return rc;
}

int
login_session_show(struct web_call *c, struct err *e)
{
	const struct auth_person *p = c->person;
	const char **roles;
	struct login *l = c->shared;
	json_t *o = json_object();
	struct auth_factor factor;
	size_t n;

	jsn_set(o, "factor", json_boolean(auth_desk_factor(l->desk, p->name, &factor, NULL) == 0 && factor.on));
	roles = auth_roles(c->policy, p, c->arena, &n);
	jsn_set_text(o, "user", p->name);
	jsn_set_text(o, "display", p->display);
	jsn_set_text(o, "source", p->source == AUTH_KEY ? "key" : "session");
	jsn_set_text(o, "id", p->id);
	jsn_set(o, "groups", texts(p->groups, p->n_groups));
	set_time(o, "groups_checked", p->groups_checked_at);
	jsn_set(o, "roles", texts(roles, n));
	jsn_set(o, "scope", p->source == AUTH_KEY ? texts(p->scope, p->n_scope) : json_null());
	jsn_set_text(o, "things", p->things);
	set_time(o, "made", p->made_at);
	set_time(o, "expires", p->expires_at);
	return web_json(c, 200, o, e);
}

int
login_session_end(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "api");
	struct login *l = c->shared;

	if (auth_desk_key_end(l->desk, c->person, str_of(c->person->id), &from, e) != 0)
		return -1;
	return web_created(c, 204, NULL, NULL, e);
}

int
login_api_keys(struct web_call *c, struct err *e)
{
	struct login *l = c->shared;
	struct auth_used_list used;
	struct auth_rows rows;
	json_t *list, *o;

	login_used(c, &used);
	if (auth_desk_keys(l->desk, c->person->name, c->arena, &rows, e) != 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < rows.n; i++) {
		o = json_object();
		jsn_set_text(o, "id", rows.row[i].id);
		jsn_set_text(o, "title", rows.row[i].title);
		jsn_set_text(o, "kind", rows.row[i].is_token ? "token" : "key");
		jsn_set_text(o, "scope", rows.row[i].scope);
		jsn_set_text(o, "things", rows.row[i].things[0] == '\0' ? NULL : rows.row[i].things);
		jsn_set_text(o, "address", rows.row[i].address);
		set_time(o, "made", rows.row[i].made_at);
		set_time(o, "expires", rows.row[i].expires_at);
		set_time(o, "used", auth_used_at(&used, rows.row[i].id)); /* the hour it was in */
		jsn_add(list, o);
	}
	o = json_object();
	jsn_set(o, "total", json_integer((json_int_t)rows.n));
	jsn_set(o, "items", list);
	return web_json(c, 200, o, e);
}

int
login_api_key_make(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "api");
	struct login *l = c->shared;
	struct auth_key_wish wish = {.title = web_str(c, "title"), .lifetime_ms = web_int(c, "expires", 0)};
	char bearer[AUTH_BEARER_TEXT];

	if (web_count(c, "scope") == 0)
		return err_set(e, ERR_INPUT, "A key needs a scope: [\"read\"], or the verbs it may do.");
	take_scope(c, &wish);
	if (login_take_things(c, &wish, e) != 0 || auth_desk_key_make(l->desk, c->person, &wish, &from, bearer, e) != 0)
		return -1;
	return answer_key(c, c->person, &wish, bearer, e);
}

int
login_api_key_end(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "api");
	struct login *l = c->shared;

	if (auth_desk_key_end(l->desk, c->person, web_str(c, "id"), &from, e) != 0)
		return -1;
	return web_created(c, 204, NULL, NULL, e);
}
