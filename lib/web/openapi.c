/* SPDX-License-Identifier: Apache-2.0 */
/* The rows below /api/ as OpenAPI 3.1 paths: made from the table the router uses, so it cannot lie. */
#include <ctype.h>
#include <string.h>

#include "room.h"

static const struct {
	const char *type, *format;
} types[] = {
    [WEB_TEXT] = {"string", NULL}, [WEB_NAME] = {"string", NULL}, [WEB_SECRET] = {"string", "password"},
    [WEB_INT] = {"integer", "int64"}, [WEB_FLAG] = {"boolean", NULL}, [WEB_ENUM] = {"string", NULL},
    [WEB_HOSTS] = {"string", "host-list"}, [WEB_TIME] = {"string", "date-time"},
    [WEB_DURATION] = {"string", "span"}, [WEB_JSON] = {NULL, NULL},
};

static json_t *
schema(const struct web_field *f)
{
	json_t *o = f->schema != NULL ? f->schema() : json_object(), *list;

	if (types[f->type].type != NULL)
		jsn_set_text(o, "type", types[f->type].type);
	if (types[f->type].format != NULL)
		jsn_set_text(o, "format", types[f->type].format);
	if (f->type == WEB_INT && (f->min != 0 || f->max != 0)) {
		jsn_set(o, "minimum", json_integer(f->min));
		jsn_set(o, "maximum", json_integer(f->max));
	}
	if ((f->type == WEB_TEXT || f->type == WEB_SECRET) && f->max > 0)
		jsn_set(o, "maxLength", json_integer(f->max));
	if (f->type == WEB_ENUM) {
		list = json_array();
		for (size_t i = 0; f->choices[i] != NULL; i++)
			jsn_add(list, json_string(f->choices[i]));
		jsn_set(o, "enum", list);
	}
	if (f->summary != NULL)
		jsn_set_text(o, "description", f->summary);
	if (f->list && f->type != WEB_HOSTS) {
		list = json_object();
		jsn_set_text(list, "type", "array");
		jsn_set(list, "items", o);
		return list;
	}
	return o;
}

static bool
in_path(const struct web_route *r, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strchr(r->path, '{'); p != NULL; p = strchr(p + 1, '{'))
		if (strncmp(p + 1, name, n) == 0 && (p[1 + n] == '}' || p[1 + n] == '.'))
			return true;
	return false;
}

static void
parameter(json_t *list, const struct web_field *f, const char *in)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", f->name);
	jsn_set_text(o, "in", in);
	if (f->required || strcmp(in, "path") == 0)
		jsn_set(o, "required", json_true());
	jsn_set(o, "schema", schema(f));
	jsn_add(list, o);
}

/* Parts of the path that have no row of their own are names. */
static void
path_parameters(const struct web_route *r, json_t *list)
{
	for (const char *p = strchr(r->path, '{'); p != NULL; p = strchr(p + 1, '{')) {
		char name[LIMIT_NAME] = "";
		struct web_field f = {.name = name, .type = WEB_NAME, .required = true};

		memcpy(name, p + 1, strcspn(p + 1, "}.") < sizeof(name) ? strcspn(p + 1, "}.") : sizeof(name) - 1);
		for (const struct web_field *own = r->fields; own != NULL && own->name != NULL; own++)
			if (strcmp(own->name, name) == 0)
				f = *own;
		parameter(list, &f, "path");
	}
}

static bool
takes_body(const struct web_route *r)
{
	return strcmp(r->method, "GET") != 0 && strcmp(r->method, "DELETE") != 0;
}

static void
query_parameters(const struct web_route *r, json_t *list)
{
	for (const struct web_field *f = r->fields; f != NULL && f->name != NULL; f++)
		if (!in_path(r, f->name) && (r->raw || !takes_body(r)))
			parameter(list, f, "query");
	for (const struct web_field *f = web_list_fields; r->lists && f->name != NULL; f++)
		parameter(list, f, "query");
}

static json_t *
body(const struct web_route *r)
{
	json_t *s = json_object(), *properties = json_object(), *required = json_array(), *o, *content, *media;

	jsn_set_text(s, "type", "object");
	for (const struct web_field *f = r->fields; !r->raw && f != NULL && f->name != NULL; f++) {
		if (in_path(r, f->name))
			continue;
		jsn_set(properties, f->name, schema(f));
		if (f->required)
			jsn_add(required, json_string(f->name));
	}
	if (!r->raw) {
		jsn_set(s, "additionalProperties", json_false());
		jsn_set(s, "properties", json_incref(properties));
	}
	if (json_array_size(required) > 0)
		jsn_set(s, "required", json_incref(required));
	json_decref(properties);
	json_decref(required);
	media = json_object();
	jsn_set(media, "schema", s);
	content = json_object();
	jsn_set(content, "application/json", media);
	o = json_object();
	jsn_set(o, "content", content);
	return o;
}

static json_t *
answer(const char *description, const char *type)
{
	json_t *o = json_object(), *content = json_object();

	jsn_set_text(o, "description", description);
	jsn_set(content, type, json_object());
	jsn_set(o, "content", content);
	return o;
}

static json_t *
security(const struct web_route *r)
{
	json_t *list = json_array(), *o;
	const char *first = r->change == WEB_BASIC ? "basic" : r->change == WEB_CSRF ? "session" : "key";

	if (r->guard == WEB_OPEN && r->change != WEB_BASIC)
		return list;
	o = json_object();
	jsn_set(o, first, json_array());
	jsn_add(list, o);
	if (r->change == WEB_READ) {
		o = json_object();
		jsn_set(o, "session", json_array());
		jsn_add(list, o);
	}
	return list;
}

static json_t *
operation(const struct web_program *p, const struct web_route *r)
{
	json_t *o = json_object(), *parameters = json_array(), *tags = json_array(), *answers = json_object();

	jsn_set_text(o, "operationId", r->operation_id);
	if (r->summary != NULL)
		jsn_set_text(o, "summary", r->summary);
	jsn_add(tags, json_string(p->name));
	jsn_set(o, "tags", tags);
	path_parameters(r, parameters);
	query_parameters(r, parameters);
	jsn_set(o, "parameters", parameters);
	if (takes_body(r))
		jsn_set(o, "requestBody", body(r));
	jsn_set(answers, "2XX", answer("What was asked for", "application/json"));
	jsn_set(answers, "default", answer("What was refused, and why (RFC 9457)", "application/problem+json"));
	jsn_set(o, "responses", answers);
	jsn_set(o, "security", security(r));
	if (r->verb != NULL)
		jsn_set_text(o, "x-larch-verb", r->verb);
	if (r->verb_or != NULL)
		jsn_set_text(o, "x-larch-verb-or", r->verb_or);
	return o;
}

static json_t *
member(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (v != NULL)
		return v;
	jsn_set(o, key, json_object());
	return json_object_get(o, key);
}

static void
scheme(json_t *schemes, const char *name, const char *type, const char *k1, const char *v1, const char *k2, const char *v2)
{
	json_t *o = json_object();

	jsn_set_text(o, "type", type);
	jsn_set_text(o, k1, v1);
	if (k2 != NULL)
		jsn_set_text(o, k2, v2);
	jsn_set(schemes, name, o);
}

static void
head(json_t *document)
{
	json_t *info = json_object(), *schemes;

	jsn_set_text(document, "openapi", "3.1.0");
	jsn_set_text(info, "title", "Larch");
	jsn_set_text(info, "version", LARCH_VERSION);
	jsn_set_text(info, "description", "The console of a machine room. Errors are RFC 9457 problems; times are UTC, "
	    "RFC 3339; what is not known is null beside a state of unknown; names are given as host lists.");
	jsn_set(document, "info", info);
	schemes = member(member(document, "components"), "securitySchemes");
	scheme(schemes, "key", "http", "scheme", "bearer", "bearerFormat", "larch_KEYID.SECRET");
	scheme(schemes, "session", "apiKey", "in", "cookie", "name", WEB_COOKIE);
	scheme(schemes, "basic", "http", "scheme", "basic", NULL, NULL);
}

void
web_openapi(const struct web_program *p, json_t *document)
{
	json_t *paths;

	if (json_object_get(document, "openapi") == NULL)
		head(document);
	paths = member(document, "paths");
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct web_route *r = &p->routes[i];
		char path[LIMIT_URL], method[16];
		size_t n = 0;

		if (strncmp(r->path, "/api/", 5) != 0)
			continue;
		for (const char *s = r->path; *s != '\0' && n + 1 < sizeof(path); s++)
			if (strncmp(s, "...}", 4) != 0 && strncmp(s, "..}", 3) != 0 && strncmp(s, ".}", 2) != 0)
				path[n++] = *s;
		path[n] = '\0';
		for (n = 0; r->method[n] != '\0' && n + 1 < sizeof(method); n++)
			method[n] = (char)tolower((unsigned char)r->method[n]);
		method[n] = '\0';
		jsn_set(member(paths, path), method, operation(p, r));
	}
}
