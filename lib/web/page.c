/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: the standard model that stands around every page's own, and the rendering. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

static const struct {
	const char *href, *text;
	const char *verb; /* whose roles lack it do not see the row; NULL: everybody does */
} nav[] = {
    {"/", "Room", NULL}, {"/nodes", "Machines", NULL}, {"/pdus", "PDUs", NULL}, {"/racks", "Racks", NULL},
    {"/things", "Things", NULL}, {"/since", "Since", NULL}, {"/power", "Power", NULL}, {"/jobs", "Jobs", NULL}, {"/log", "Log", "log"}, {"/help", "Help", NULL},
};

int
web_finish(struct web_call *c, int status, const char *type)
{
	struct http_response *r = c->web->response;

	r->status = status;
	c->web->answered = true;
	if (http_header_set(r, "Content-Type", type) != 0 || http_header_set(r, "Cache-Control", "no-store") != 0 ||
	    http_header_set(r, "X-Request-Id", c->request->request_id) != 0)
		return -1;
	return 0;
}

/* /nodes is current on /nodes/n1 too; / only on itself. */
static bool
is_current(const char *href, const char *path)
{
	size_t n = strlen(href);

	return strcmp(href, path) == 0 || (n > 1 && strncmp(href, path, n) == 0 && (path[n] == '/' || path[n] == '.'));
}

static json_t *
nav_make(struct web_call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < LARCH_COUNT(nav); i++) {
		json_t *o;

		if (nav[i].verb != NULL && c->person != NULL && auth_may_some(c->policy, c->person, nav[i].verb, NULL) != 0)
			continue;
		o = json_object();
		jsn_set_text(o, "href", nav[i].href);
		jsn_set_text(o, "text", nav[i].text);
		jsn_set(o, "current", json_boolean(is_current(nav[i].href, c->request->path)));
		jsn_add(list, o);
	}
	return list;
}

static json_t *
person_make(const struct auth_person *p)
{
	json_t *o;

	if (p == NULL)
		return json_false();
	o = json_object();
	jsn_set_text(o, "name", p->name);
	jsn_set_text(o, "display", p->display);
	return o;
}

/* "/nodes.json" for each other format of this row, with the same fields. */
static json_t *
formats_make(struct web_call *c)
{
	static const struct {
		enum web_format format;
		const char *text;
	} rows[] = {{WEB_JSON_FORMAT, "JSON"}, {WEB_CSV, "CSV"}, {WEB_TXT, "text"}};
	json_t *list = json_array();
	const char *base;

	if (c->route == NULL || c->route->formats == 0 || c->route->change != WEB_READ)
		return list;
	base = web_base_path(c);
	if (strcmp(base, "/") == 0)
		base = "/index";
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		json_t *o;

		if ((c->route->formats & rows[i].format) == 0)
			continue;
		o = json_object();
		jsn_set_text(o, "href", web_with(c, arena_printf(c->arena, "%s%s", base, web_suffix(rows[i].format)), NULL,
		    NULL, NULL));
		jsn_set_text(o, "text", rows[i].text);
		jsn_add(list, o);
	}
	return list;
}

json_t *
web_standard_model(struct web_call *c, const json_t *model)
{
	char now[TIMES_TEXT];
	json_t *o = json_object();

	times_room(c->now, now);
	jsn_set_text(o, "site", c->conf->site);
	jsn_set_text(o, "title", jsn_text_or(model, "title", c->conf->site));
	jsn_set_text(o, "program", c->web->program->name);
	jsn_set_text(o, "version", LARCH_VERSION);
	jsn_set_text(o, "assets", c->web->site->assets);
	jsn_set(o, "person", person_make(c->person));
	jsn_set_text(o, "csrf", web_csrf(c));
	jsn_set_text(o, "now", now);
	jsn_set_text(o, "clock", strlen(now) > 11 ? now + 11 : now); /* without the date */
	jsn_set(o, "nav", nav_make(c));
	jsn_set(o, "formats", formats_make(c));
	jsn_set(o, "other_formats", json_boolean(json_array_size(json_object_get(o, "formats")) > 0));
	jsn_set_text(o, "request_id", c->request->request_id);
	jsn_set_text(o, "url", web_here(c));
	jsn_set(o, "refresh", c->web->refresh > 0 ? json_integer(c->web->refresh) : json_false());
	jsn_set(o, "banners", c->web->banners != NULL ? json_incref(c->web->banners) : json_array());
	return o;
}

/* ---- the root of a page: tables, then the model, then the standard model --------- */

struct root {
	const struct mustache_value *more;
	const json_t *model, *standard;
};

static struct mustache_value
root_member(const struct mustache_value *object, struct str name)
{
	const struct root *root = object->ref;
	struct mustache_value v = {.kind = MUSTACHE_ABSENT}, layer;

	if (root->more != NULL)
		v = root->more->source->member(root->more, name);
	if (v.kind == MUSTACHE_ABSENT && root->model != NULL) {
		layer = mustache_json(root->model);
		v = layer.source->member(&layer, name);
	}
	if (v.kind == MUSTACHE_ABSENT) {
		layer = mustache_json(root->standard);
		v = layer.source->member(&layer, name);
	}
	return v;
}

static struct mustache_value
root_item(const struct mustache_value *list, size_t i)
{
	(void)list;
	(void)i;
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

int
web_render(struct web_call *c, int status, const char *template, json_t *model, const struct mustache_value *more,
    struct err *e)
{
	static const struct mustache_source source = {root_member, root_item, NULL};
	struct root root = {more, model, NULL};
	struct mustache_value value = {.kind = MUSTACHE_OBJECT, .source = &source, .ref = &root};
	json_t *standard;
	int rc;

	if (c->web->program->banners != NULL)
		c->web->program->banners(c);
	if (c->web->refresh > 0 && http_header_set(c->web->response, "Refresh",
	    arena_printf(c->arena, "%d; url=%s", c->web->refresh, web_here(c))) != 0)
		c->web->refresh = 0;
	standard = web_standard_model(c, model);
	root.standard = standard;
	rc = mustache_render(c->web->site->templates, template, &value, &c->web->response->body, e);
	json_decref(standard);
	if (rc != 0) {
		buf_clear(&c->web->response->body);
		return -1;
	}
	return web_finish(c, status, "text/html; charset=utf-8");
}

/* ---- what handlers call --------------------------------------------------------------- */

void
web_banner(struct web_call *c, const char *level, const char *fmt, ...)
{
	static const struct {
		const char *level, *word;
	} words[] = {{"info", "Note"}, {"warn", "Warning"}, {"critical", "Critical"}};
	char text[LIMIT_ERR_TEXT];
	json_t *o = json_object();
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < LARCH_COUNT(words); i++)
		if (strcmp(words[i].level, level) == 0)
			jsn_set_text(o, "word", words[i].word);
	jsn_set_text(o, "level", level);
	jsn_set_text(o, "text", text);
	if (c->web->banners == NULL)
		c->web->banners = json_array();
	jsn_add(c->web->banners, o);
}

void
web_refresh(struct web_call *c, int seconds)
{
	c->web->refresh = seconds;
}

void
web_status(struct web_call *c, int status)
{
	c->web->status = status;
}

void
web_problem_add(struct web_call *c, const char *key, json_t *take)
{
	if (c->web->problem == NULL)
		c->web->problem = json_object();
	jsn_set(c->web->problem, key, take);
}

const char *
web_csrf(struct web_call *c)
{
	return c->person == NULL ? "" : c->person->csrf;
}

const char *
web_session_token(struct web_call *c)
{
	return c->web->token;
}

const char *
web_prelogin(struct web_call *c)
{
	const char *cookie = http_cookie(c->request->cookie, WEB_COOKIE_PRE, c->arena);
	char token[AUTH_TOKEN_TEXT], csrf[AUTH_CSRF_TEXT];

	if (c->web->pre != NULL)
		return c->web->pre;
	if (auth_csrf(str_of(cookie), csrf) != 0) {
		auth_token_new(token);
		(void)auth_csrf(str_of(token), csrf);
		(void)web_cookie(c, WEB_COOKIE_PRE, token, "/", -1, NULL);
		explicit_bzero(token, sizeof(token));
	}
	c->web->pre = arena_strdup(c->arena, csrf);
	return c->web->pre;
}

int
web_if_match(struct web_call *c, const char *etag, struct err *e)
{
	struct str rest = str_of(c->request->if_match);

	if (rest.n == 0) {
		web_status(c, 428);
		return err_set(e, ERR_INPUT, "This item is shared: send If-Match with the ETag you last saw.");
	}
	while (rest.p != NULL) {
		struct str one = str_trim(str_cut(&rest, ','));

		if (str_is(one, "*") || str_is(one, etag))
			return 0;
	}
	return err_set(e, ERR_STALE, "Somebody changed this item since you last saw it: load it again.");
}
