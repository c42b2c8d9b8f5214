/* SPDX-License-Identifier: Apache-2.0 */
/* The account page: who am I, where am I logged in, which keys have I made. */
#include <string.h>

#include "auth/step.h"
#include "login.h"

#define EVENTS 30 /* rows of the authentication log that are shown */

/* ---- the tables ------------------------------------------------------------------------ */

struct rows {
	struct web_call *c;
	struct auth_rows list;
	struct auth_used_list used; /* of keys */
};

static struct web_cell
session_cell(void *ctx, size_t row, size_t column)
{
	const struct rows *r = ctx;
	const struct auth_row *s = &r->list.row[row];

	switch (column) {
	case 0: return web_cell_text(strcmp(s->id, r->c->person->id) == 0 ? "this one" : s->id);
	case 1: return web_cell_text(s->address);
	case 2: return web_cell_text(s->agent);
	case 3: return web_cell_time(s->made_at);
	default: return web_cell_time(s->expires_at);
	}
}

/* A long list has a blank behind each comma, where its line can be broken. */
static const char *
spaced(const char *list, struct arena *a)
{
	char *out = arena_alloc(a, strlen(list) * 2 + 1), *to = out;

	if (strlen(list) <= 40)
		return list;
	for (const char *p = list; *p != '\0'; p++) {
		*to++ = *p;
		if (*p == ',' && p[1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
	return out;
}

/* To the hour: the row of a key is not written each time it is used. */
static struct web_cell
used_cell(const struct rows *r, const struct auth_row *k)
{
	int64_t at = auth_used_at(&r->used, k->id);
	char text[TIMES_TEXT];

	if (at == 0)
		return web_cell_text("never");
	if (r->c->now - at < 3600000)
		return web_cell_text("within this hour");
	return web_cell_text(arena_printf(r->c->arena, "%s ago", times_age(r->c->now - at, text)));
}

static struct web_cell
key_cell(void *ctx, size_t row, size_t column)
{
	const struct rows *r = ctx;
	const struct auth_row *k = &r->list.row[row];

	switch (column) {
	case 0: return web_cell_text(k->id);
	case 1: return web_cell_text(k->is_token && k->title[0] == '\0' ? "a login of the API" : k->title);
	case 2: return web_cell_text(k->scope);
	case 3: return web_cell_text(k->things[0] == '\0' ? "whatever you may" : spaced(k->things, r->c->arena));
	case 4: return web_cell_text(k->address);
	case 5: return web_cell_time(k->made_at);
	case 6: return used_cell(r, k);
	default: return web_cell_time(k->expires_at);
	}
}

static struct web_cell
event_cell(void *ctx, size_t row, size_t column)
{
	const struct auth_events *list = ctx;
	const struct auth_event *v = &list->row[row];

	switch (column) {
	case 0: return web_cell_time(v->at);
	case 1: return web_cell_text(v->what);
	case 2: return web_cell_text(v->address);
	/* which server, and what it said, is for the log of the program */
	case 3: return web_cell_text(strcmp(v->what, "directory-down") == 0 ? "the directory did not answer" : v->why);
	case 4: return web_cell_number((double)v->count);
	default: return web_cell_time(v->last_at != 0 ? v->last_at : v->at);
	}
}

static const char *
row_id(void *ctx, size_t row)
{
	return ((const struct rows *)ctx)->list.row[row].id;
}

static const struct web_column session_columns[] = {{.key = "session", .title = "Session"},
    {.key = "address", .title = "From"}, {.key = "agent", .title = "Browser"},
    {.key = "made", .title = "Logged in", .kind = WEB_COL_TIME},
    {.key = "expires", .title = "Ends", .kind = WEB_COL_TIME}};
static const struct web_column key_columns[] = {{.key = "id", .title = "Key"}, {.key = "title", .title = "For"},
    {.key = "scope", .title = "May"}, {.key = "things", .title = "To", .prose = true}, {.key = "address", .title = "Made from"},
    {.key = "made", .title = "Made", .kind = WEB_COL_TIME}, {.key = "used", .title = "Last used"},
    {.key = "expires", .title = "Ends", .kind = WEB_COL_TIME}};
static const struct web_column event_columns[] = {{.key = "at", .title = "Time", .kind = WEB_COL_TIME},
    {.key = "what", .title = "What"}, {.key = "address", .title = "From"}, {.key = "why", .title = "Why", .prose = true},
    {.key = "count", .title = "Times", .kind = WEB_COL_NUMBER}, {.key = "last", .title = "Last time", .kind = WEB_COL_TIME}};
static const struct web_action session_actions[] = {{.label = "End the selected sessions"}};
static const struct web_action key_actions[] = {{.label = "End the selected keys"}};

/* ---- the page ----------------------------------------------------------------------------- */

static json_t *
texts(const char *const *list, size_t n)
{
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(out, json_string(list[i]));
	return out;
}

/* The scopes a key may be made with: reading, and verbs that some role of the person's allows. */
static json_t *
scope_boxes(struct web_call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; login_scopes[i] != NULL; i++) {
		json_t *o;

		if (i > 0 && auth_may_some(c->policy, c->person, login_scopes[i], NULL) != 0)
			continue;
		o = json_object();
		jsn_set_text(o, "scope", login_scopes[i]);
		jsn_set(o, "checked", json_boolean(i == 0));
		jsn_add(list, o);
	}
	return list;
}

static json_t *
model_of(struct web_call *c)
{
	json_t *model = json_object();
	char text[TIMES_TEXT];
	struct auth_factor factor;
	struct login *l = c->shared;
	const char **roles;
	size_t n;

	roles = auth_roles(c->policy, c->person, c->arena, &n);
	jsn_set(model, "factor", json_boolean(auth_desk_factor(l->desk, c->person->name, &factor, NULL) == 0 && factor.on));
	jsn_set_text(model, "title", "Account");
	jsn_set_text(model, "name", c->person->name);
	jsn_set_text(model, "display", c->person->display);
	jsn_set(model, "groups", texts(c->person->groups, c->person->n_groups));
	jsn_set(model, "roles", texts(roles, n));
	jsn_set_text(model, "groups_age", times_age(c->now - c->person->groups_checked_at, text));
	jsn_set_text(model, "expires", times_room(c->person->expires_at, text));
	jsn_set(model, "scopes", scope_boxes(c));
	return model;
}

int
login_account(struct web_call *c, struct err *e)
{
	struct login *l = c->shared;
	struct rows sessions = {.c = c}, keys = {.c = c};
	struct auth_events events;
	struct web_table tables[] = {
	    {.name = "sessions", .caption = "Where you are logged in", .empty = "Nowhere.", .columns = session_columns,
	        .n_columns = LARCH_COUNT(session_columns), .cell = session_cell, .ctx = &sessions, .given = true,
	        .form_path = "/account/sessions/end", .form_post = true, .select = "id", .selected = row_id,
	        .actions = session_actions, .n_actions = 1},
	    {.name = "keys", .caption = "Your API keys", .empty = "None.", .columns = key_columns,
	        .n_columns = LARCH_COUNT(key_columns), .cell = key_cell, .ctx = &keys, .given = true,
	        .form_path = "/account/keys/end", .form_post = true, .select = "id", .selected = row_id,
	        .actions = key_actions, .n_actions = 1},
	    {.name = "events", .caption = "What happened with your account", .empty = "Nothing yet.",
	        .columns = event_columns, .n_columns = LARCH_COUNT(event_columns), .cell = event_cell, .ctx = &events,
	        .given = true},
	};

	if (auth_desk_sessions(l->desk, c->person->name, c->arena, &sessions.list, e) != 0 ||
	    auth_desk_keys(l->desk, c->person->name, c->arena, &keys.list, e) != 0 ||
	    auth_desk_log(l->desk, c->person->name, 0, EVENTS, c->arena, &events, e) != 0)
		return -1;
	login_used(c, &keys.used);
	tables[0].n = tables[0].total = sessions.list.n;
	tables[1].n = tables[1].total = keys.list.n;
	tables[2].n = tables[2].total = events.n;
	return web_show(c, NULL, model_of(c), tables, LARCH_COUNT(tables), e);
}

/* ---- its forms -------------------------------------------------------------------------------- */

static int
nothing_selected(struct err *e)
{
	return err_set(e, ERR_INPUT, "Nothing is selected: tick what shall end. Nothing was done.");
}

int
login_sessions_end(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;
	bool own = false;

	if (web_count(c, "id") == 0)
		return nothing_selected(e);
	for (size_t i = 0; i < web_count(c, "id"); i++) {
		const char *id = web_item(c, "id", i);

		if (auth_desk_session_end(l->desk, c->person, str_of(id), "ended by its owner", &from, e) != 0)
			return -1;
		own |= strcmp(id, c->person->id) == 0;
	}
	return web_redirect(c, own ? "/login?out=1" : "/account", e);
}

int
login_keys_end(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;

	if (web_count(c, "id") == 0)
		return nothing_selected(e);
	for (size_t i = 0; i < web_count(c, "id"); i++)
		if (auth_desk_key_end(l->desk, c->person, str_of(web_item(c, "id", i)), &from, e) != 0)
			return -1;
	return web_redirect(c, "/account", e);
}

/*
 * The answer to the POST is the page with the key, not a redirect: its text
 * must not wait anywhere to be fetched.
 */
int
login_keys_make(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;
	struct auth_key_wish wish = {.title = web_str(c, "title"), .lifetime_ms = web_int(c, "expires", 0),
	    .n_scope = web_count(c, "scope")};
	char bearer[AUTH_BEARER_TEXT], text[TIMES_TEXT];
	json_t *model;
	int rc;

	wish.scope = arena_array(c->arena, wish.n_scope + 1, sizeof(char *));
	for (size_t i = 0; i < wish.n_scope; i++)
		wish.scope[i] = web_item(c, "scope", i);
	if (login_take_things(c, &wish, e) != 0 || auth_desk_key_make(l->desk, c->person, &wish, &from, bearer, e) != 0)
		return -1;
	model = json_object();
	jsn_set_text(model, "title", "A new API key");
	jsn_set_text(model, "key", bearer);
	jsn_set(model, "things", wish.things.n == 0 ? json_null() : json_stringn(wish.things.p, wish.things.n));
	jsn_set_text(model, "expires", times_room(c->now + wish.lifetime_ms, text));
	rc = web_page(c, NULL, model, e);
	explicit_bzero(bearer, sizeof(bearer));
	return rc;
}
