/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as answers: RFC 9457 for programs, a page for people, a line for terminals. */
#include <string.h>

#include "room.h"

int
web_kind_status(enum err_kind kind)
{
	static const int rows[ERR_KIND_COUNT] = {
	    [ERR_NONE] = 500, [ERR_INPUT] = 400, [ERR_NOT_FOUND] = 404, [ERR_LOGIN] = 401,
	    [ERR_DENIED] = 403, [ERR_REFUSED] = 409, [ERR_CONFLICT] = 409, [ERR_STALE] = 412,
	    [ERR_LIMIT] = 429, [ERR_UNAVAILABLE] = 503, [ERR_FULL] = 507, [ERR_TIMEOUT] = 504, [ERR_DEVICE] = 502,
	    [ERR_INTERNAL] = 500,
	};

	return (unsigned)kind < ERR_KIND_COUNT ? rows[kind] : 500;
}

/* What the person gets to read. Our own faults and our file names are for the log alone. */
static const char *
detail(struct web_call *c, const struct err *e)
{
	const char *id = c->request->request_id;

	if (e->kind == ERR_INTERNAL || e->kind == ERR_NONE)
		return arena_printf(c->arena, "Something went wrong inside Larch. The log has the reason under the "
		    "request number %s.", id);
	if (e->kind == ERR_FULL)
		return "The disk of the server is full, so nothing was done. What is here can still be read; when there is room "
		       "again, ask once more.";
	if (strstr(e->text, ".db") != NULL || strstr(e->text, c->conf->data) != NULL ||
	    strstr(e->text, c->conf->run) != NULL)
		return arena_printf(c->arena, "A part of Larch that this needs is not available at the moment. The log "
		    "has the reason under the request number %s.", id);
	return e->text;
}

static void
log_it(struct web_call *c, int status, const struct err *e)
{
	const char *who = c->person == NULL ? "-" : c->person->name;
	const struct http_request *q = c->request;

	if (status >= 500)
		log_error("%s %s for %s from %s: %d: %s [%s]", q->method, q->path, who, q->remote, status, e->text,
		    q->request_id);
	else if (status == 403 || status == 429 || (status == 401 && c->route != NULL && c->route->change != WEB_READ))
		log_warn("%s %s for %s from %s: %d: %s [%s]", q->method, q->path, who, q->remote, status, e->text,
		    q->request_id);
	else
		log_debug("%s %s for %s from %s: %d: %s [%s]", q->method, q->path, who, q->remote, status, e->text,
		    q->request_id);
}

/* "/nodes" for "/nodes/n1", "/" for "/nodes". */
static const char *
parent(struct web_call *c)
{
	const char *path = c->request->path, *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return "/";
	return web_escape_path(c->arena, arena_strndup(c->arena, path, (size_t)(slash - path)));
}

static void
as_json(struct web_call *c, int status, const struct err *e)
{
	json_t *o = json_object(), *extra;
	const char *key;

	jsn_set_text(o, "type", arena_printf(c->arena, "/problems/%s", err_kind_name(e->kind)));
	jsn_set_text(o, "title", http_status_text(status));
	jsn_set(o, "status", json_integer(status));
	jsn_set_text(o, "detail", detail(c, e));
	jsn_set_text(o, "instance", web_escape_path(c->arena, c->request->path));
	jsn_set_text(o, "request_id", c->request->request_id);
	json_object_foreach(c->web->problem, key, extra)
		if (json_object_get(o, key) == NULL)
			jsn_set(o, key, json_incref(extra));
	jsn_pretty(o, &c->web->response->body);
	json_decref(o);
	(void)web_finish(c, status, "application/problem+json");
}

static void
as_text(struct web_call *c, int status, const struct err *e)
{
	buf_printf(&c->web->response->body, "%d %s: ", status, http_status_text(status));
	buf_plain(&c->web->response->body, str_of(detail(c, e)));
	buf_char(&c->web->response->body, '\n');
	(void)web_finish(c, status, "text/plain; charset=utf-8");
}

static int
as_page(struct web_call *c, int status, const struct err *e)
{
	json_t *model = c->web->problem != NULL ? json_incref(c->web->problem) : json_object();
	struct err why = {0};
	int rc;

	jsn_set_text(model, "title", http_status_text(status));
	jsn_set(model, "status", json_integer(status));
	jsn_set_text(model, "detail", detail(c, e));
	jsn_set_text(model, "back", parent(c));
	jsn_set(model, "login", json_boolean(status == 401));
	rc = web_render(c, status, "partials/problem", model, NULL, &why);
	json_decref(model);
	if (rc != 0)
		log_error("the page of a problem cannot be rendered: %s", why.text);
	return rc;
}

/* Somebody who looks at a page without a session is sent to log in, and comes back here. */
static bool
sent_to_login(struct web_call *c, int status)
{
	if (status != 401 || c->format != WEB_HTML || c->route == NULL || c->route->change != WEB_READ)
		return false;
	/* escaped twice, an address can outgrow a header: then the way back is lost, not the way in */
	if (http_header_set(c->web->response, "Location", web_link(c->arena, "/login?next=%s", web_here(c))) != 0)
		(void)http_header_set(c->web->response, "Location", "/login");
	(void)web_finish(c, 303, "text/plain; charset=utf-8");
	return true;
}

void
web_problem(struct web_call *c, const struct err *e)
{
	int status = c->web->status != 0 ? c->web->status : web_kind_status(e->kind);

	buf_clear(&c->web->response->body);
	c->web->refresh = 0;
	log_it(c, status, e);
	if (status == 401 && c->format != WEB_HTML)
		(void)http_header_set(c->web->response, "WWW-Authenticate", c->route != NULL && c->route->change == WEB_BASIC ?
		    "Basic realm=\"larch\", charset=\"UTF-8\"" : "Bearer realm=\"larch\"");
	if (status == 503 && http_header_get(c->web->response, "Retry-After") == NULL)
		(void)http_header_set(c->web->response, "Retry-After", "5");
	if (sent_to_login(c, status))
		return;
	if (c->format == WEB_JSON_FORMAT)
		as_json(c, status, e);
	else if (c->format != WEB_HTML || as_page(c, status, e) != 0)
		as_text(c, status, e);
}
