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
    {"/things", "Things", NULL}, {"/since", "Since", NULL}, {"/power", "Power", NULL}, {"/jobs", "Jobs", NULL}, {"/tags", "Tags", NULL}, {"/log", "Log", "log"}, {"/help", "Help", NULL},
};

/* RFC 9111: no-store says it all, but lynx 2.9 loads a page that came after a POST again only where no-cache stands. */
int
web_finish(struct web_call *c, int status, const char *type)
{
	struct http_response *r = c->web->response;

	r->status = status;
	c->web->answered = true;
	if (http_header_set(r, "Content-Type", type) != 0 || http_header_set(r, "Cache-Control", "no-store, no-cache") != 0 ||
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

/* ---- the standard model: what it has is put there once, and a template finds it by its name ---- */

#define FORMATS 3
struct standard {
	struct web_call *c;
	size_t nav[LARCH_COUNT(nav)]; /* the rows of nav that are shown */
	struct {
		const char *href, *text;
	} format[FORMATS];
	struct {
		struct str name;
		struct mustache_value value;
	} member[24];
	size_t n_nav, n_format, n_member;
	char now[TIMES_TEXT];
};

static const struct mustache_value absent = {.kind = MUSTACHE_ABSENT};

static struct mustache_value
text(const char *s)
{
	return (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(s)};
}

static struct mustache_value
flag(bool on)
{
	return (struct mustache_value){.kind = on ? MUSTACHE_TRUE : MUSTACHE_FALSE};
}

static struct mustache_value
no_item(const struct mustache_value *list, size_t i)
{
	(void)list;
	(void)i;
	return absent;
}

static struct mustache_value
no_member(const struct mustache_value *object, struct str name)
{
	(void)object;
	(void)name;
	return absent;
}

static struct mustache_value
nav_member(const struct mustache_value *object, struct str name)
{
	const struct standard *s = object->ref;
	size_t row = s->nav[object->index];

	if (str_is(name, "href"))
		return text(nav[row].href);
	if (str_is(name, "text"))
		return text(nav[row].text);
	if (str_is(name, "current"))
		return flag(is_current(nav[row].href, s->c->request->path));
	return absent;
}

static struct mustache_value
nav_item(const struct mustache_value *list, size_t i)
{
	static const struct mustache_source source = {nav_member, no_item, NULL};

	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = list->ref, .index = i};
}

static struct mustache_value
format_member(const struct mustache_value *object, struct str name)
{
	const struct standard *s = object->ref;

	if (str_is(name, "href"))
		return text(s->format[object->index].href);
	if (str_is(name, "text"))
		return text(s->format[object->index].text);
	return absent;
}

static struct mustache_value
format_item(const struct mustache_value *list, size_t i)
{
	static const struct mustache_source source = {format_member, no_item, NULL};

	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = list->ref, .index = i};
}

static struct mustache_value
person_member(const struct mustache_value *object, struct str name)
{
	const struct auth_person *p = object->ref;

	if (str_is(name, "name"))
		return text(p->name);
	if (str_is(name, "display"))
		return text(p->display);
	return absent;
}

static struct mustache_value
standard_member(const struct mustache_value *object, struct str name)
{
	const struct standard *s = object->ref;

	for (size_t i = 0; i < s->n_member; i++)
		if (str_eq(s->member[i].name, name))
			return s->member[i].value;
	return absent;
}

static void
nav_choose(struct standard *s)
{
	const struct web_call *c = s->c;

	for (size_t i = 0; i < LARCH_COUNT(nav); i++)
		if (nav[i].verb == NULL || c->person == NULL || auth_may_some(c->policy, c->person, nav[i].verb, NULL) == 0)
			s->nav[s->n_nav++] = i;
}

/* "/nodes.json" for each other format of this row, with the same fields. */
static void
formats_choose(struct standard *s, const char *here)
{
	static const struct {
		enum web_format format;
		const char *text;
	} rows[FORMATS] = {{WEB_JSON_FORMAT, "JSON"}, {WEB_CSV, "CSV"}, {WEB_TXT, "text"}};
	struct web_call *c = s->c;
	const char *base, *query = strchr(here, '?');

	if (c->route == NULL || c->route->formats == 0 || c->route->change != WEB_READ)
		return;
	base = web_base_path(c);
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if ((c->route->formats & rows[i].format) == 0)
			continue;
		s->format[s->n_format].href = arena_printf(c->arena, "%s%s%s", strcmp(base, "/") == 0 ? "/index" : base,
		    web_suffix(rows[i].format), query == NULL ? "" : query);
		s->format[s->n_format++].text = rows[i].text;
	}
}

static void
put(struct standard *s, const char *name, struct mustache_value value)
{
	s->member[s->n_member].name = str_of(name);
	s->member[s->n_member++].value = value;
}

static struct mustache_value
standard_make(struct web_call *c)
{
	static const struct mustache_source source = {standard_member, no_item, NULL}, person = {person_member, no_item, NULL},
	    navs = {no_member, nav_item, NULL}, formats = {no_member, format_item, NULL};
	struct standard *s = arena_alloc(c->arena, sizeof(*s));
	const char *here = web_here(c);

	s->c = c;
	times_room(c->now, s->now);
	nav_choose(s);
	formats_choose(s, here);
	put(s, "site", text(c->conf->site));
	put(s, "title", text(c->conf->site)); /* of a page whose model has none */
	put(s, "program", text(c->web->program->name));
	put(s, "version", text(LARCH_VERSION));
	put(s, "assets", text(c->web->site->assets));
	put(s, "person", c->person == NULL ? flag(false) :
	    (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &person, .ref = c->person});
	put(s, "csrf", text(web_csrf(c)));
	put(s, "now", text(s->now));
	put(s, "clock", text(strlen(s->now) > 11 ? s->now + 11 : s->now)); /* without the date */
	put(s, "nav", (struct mustache_value){.kind = MUSTACHE_LIST, .count = s->n_nav, .source = &navs, .ref = s});
	put(s, "formats", (struct mustache_value){.kind = MUSTACHE_LIST, .count = s->n_format, .source = &formats, .ref = s});
	put(s, "other_formats", flag(s->n_format > 0));
	put(s, "request_id", text(c->request->request_id));
	put(s, "url", text(here));
	put(s, "refresh", c->web->refresh <= 0 ? flag(false) :
	    (struct mustache_value){.kind = MUSTACHE_INTEGER, .integer = c->web->refresh});
	put(s, "banners", c->web->banners == NULL ? flag(false) : mustache_json(c->web->banners));
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = s};
}

/* ---- the root of a page: tables, then the model, then the standard model --------- */

struct root {
	const struct mustache_value *more, *standard;
	const json_t *model;
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
	return v.kind == MUSTACHE_ABSENT ? root->standard->source->member(root->standard, name) : v;
}

/*
 * While the directory does not answer, roles are those of the groups it named last: the page says how old that is.
 * Where it can never be asked again, groups are as old as the login, and nothing is wrong; nor is it ever asked about
 * the break-glass account.
 */
static void
groups_banner(struct web_call *c)
{
	const struct auth_person *p = c->person;
	char age[TIMES_TEXT], at[TIMES_TEXT];

	if (p == NULL || auth_person_local(p) || c->now - p->groups_checked_at <= 2 * c->conf->group_recheck_ms ||
	    (c->conf->ldap.dn_template != NULL && c->conf->ldap.bind_dn == NULL))
		return;
	web_banner(c, "warn", "The directory has not said for %s which groups you are in; your roles are those of %s, until your session ends.",
	    times_age(c->now - p->groups_checked_at, age), times_room(p->groups_checked_at, at));
}

int
web_render(struct web_call *c, int status, const char *template, json_t *model, const struct mustache_value *more,
    struct err *e)
{
	static const struct mustache_source source = {root_member, no_item, NULL};
	struct root root = {.more = more, .model = model};
	struct mustache_value value = {.kind = MUSTACHE_OBJECT, .source = &source, .ref = &root};
	struct mustache_value standard;
	int rc;

	groups_banner(c);
	if (c->web->program->banners != NULL)
		c->web->program->banners(c);
	if (c->web->refresh > 0 && http_header_set(c->web->response, "Refresh",
	    arena_printf(c->arena, "%d; url=%s", c->web->refresh, web_here(c))) != 0)
		c->web->refresh = 0;
	standard = standard_make(c);
	root.standard = &standard;
	rc = mustache_render(c->web->site->templates, template, &value, &c->web->response->body, e);
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
