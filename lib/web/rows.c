/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes as data, pages too: what a test needs to try every row, also one that it has never heard of. */
#include "room.h"

static const char *const guards[] = {[WEB_OPEN] = "open", [WEB_LOGIN] = "login"};
static const char *const changes[] = {[WEB_READ] = "read", [WEB_CSRF] = "csrf", [WEB_KEY] = "key",
    [WEB_PRELOGIN] = "prelogin", [WEB_BASIC] = "basic"};
static const char *const types[] = {[WEB_TEXT] = "text", [WEB_NAME] = "name", [WEB_SECRET] = "secret", [WEB_INT] = "int",
    [WEB_FLAG] = "flag", [WEB_ENUM] = "enum", [WEB_HOSTS] = "hosts", [WEB_TIME] = "time", [WEB_DURATION] = "duration",
    [WEB_JSON] = "json"};

static json_t *
field_row(const struct web_field *f)
{
	json_t *o = json_object(), *list;

	jsn_set_text(o, "name", f->name);
	jsn_set_text(o, "type", types[f->type]);
	jsn_set(o, "min", json_integer(f->min));
	jsn_set(o, "max", json_integer(f->max));
	jsn_set(o, "required", json_boolean(f->required));
	jsn_set(o, "list", json_boolean(f->list));
	if (f->type == WEB_ENUM) {
		list = json_array();
		for (size_t i = 0; f->choices[i] != NULL; i++)
			jsn_add(list, json_string(f->choices[i]));
		jsn_set(o, "choices", list);
	}
	return o;
}

static json_t *
route_row(const struct web_program *p, const struct web_route *r)
{
	json_t *o = json_object(), *fields = json_array();

	for (const struct web_field *f = r->fields; f != NULL && f->name != NULL; f++)
		jsn_add(fields, field_row(f));
	jsn_set_text(o, "program", p->name);
	jsn_set_text(o, "method", r->method);
	jsn_set_text(o, "path", r->path);
	jsn_set_text(o, "guard", guards[r->guard]);
	jsn_set_text(o, "change", changes[r->change]);
	jsn_set_text(o, "verb", r->verb);
	jsn_set_text(o, "verb_or", r->verb_or);
	jsn_set(o, "raw", json_boolean(r->raw));
	jsn_set_text(o, "operation", r->operation_id);
	jsn_set(o, "fields", fields);
	return o;
}

json_t *
web_rows(const struct web_program *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_routes; i++)
		jsn_add(list, route_row(p, &p->routes[i]));
	return list;
}
