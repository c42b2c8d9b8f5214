/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are no page: JSON, text, redirects, headers, cookies. */
#include <inttypes.h>
#include <string.h>

#include "room.h"

int
web_json(struct web_call *c, int status, json_t *take, struct err *e)
{
	if (take == NULL)
		return err_set(e, ERR_INTERNAL, "The answer to %s %s was not made.", c->request->method, c->request->path);
	jsn_pretty(take, &c->web->response->body);
	json_decref(take);
	return web_finish(c, status == 0 ? 200 : status, "application/json");
}

int
web_body(struct web_call *c, int status, const char *content_type, struct str body, struct err *e)
{
	buf_str(&c->web->response->body, body);
	if (web_finish(c, status == 0 ? 200 : status, content_type) != 0)
		return err_set(e, ERR_INTERNAL, "'%s' is no content type.", content_type);
	return 0;
}

int
web_plain(struct web_call *c, int status, struct str text, struct err *e)
{
	return web_body(c, status, "text/plain; charset=utf-8", text, e);
}

int
web_stream(struct web_call *c, const char *content_type, int (*stream)(struct http_out *out, void *ctx, struct err *e),
    void *ctx, struct err *e)
{
	if (web_finish(c, c->web->status != 0 ? c->web->status : 200, content_type) != 0)
		return err_set(e, ERR_INTERNAL, "'%s' is no content type.", content_type);
	c->web->response->stream = stream;
	c->web->response->stream_ctx = ctx;
	return 0;
}

void
web_after(struct web_call *c, void (*run)(void *ctx), void *ctx)
{
	struct web_private *w = c->web;

	if (w->n_after == WEB_AFTER)
		log_die("web: more than %d things are to be done after one answer", WEB_AFTER);
	w->after[w->n_after].run = run;
	w->after[w->n_after++].ctx = ctx;
}

/* RFC 9110, section 13.1.2; a weak tag compares like a strong one. */
bool
web_unchanged(struct web_call *c, const char *etag)
{
	struct str rest = str_of(c->request->if_none_match);
	bool same = false;

	(void)http_header_set(c->web->response, "ETag", arena_strdup(c->arena, etag));
	while (rest.n > 0 && !same) {
		struct str one = str_trim(str_cut(&rest, ','));

		if (str_starts(one, "W/"))
			one = (struct str){one.p + 2, one.n - 2};
		same = str_is(one, "*") || str_is(one, etag);
	}
	return same && web_finish(c, 304, "text/plain; charset=utf-8") == 0;
}

int
web_header(struct web_call *c, const char *name, const char *value, struct err *e)
{
	if (http_header_set(c->web->response, name, value) != 0)
		return err_set(e, ERR_INTERNAL, "A header '%s' cannot have that value.", name);
	return 0;
}

int
web_redirect(struct web_call *c, const char *path, struct err *e)
{
	if (!http_is_local(path))
		return err_set(e, ERR_INTERNAL, "A redirect led away from this site, or its path was not escaped.");
	if (web_header(c, "Location", path, e) != 0)
		return -1;
	return web_finish(c, 303, "text/plain; charset=utf-8");
}

int
web_created(struct web_call *c, int status, const char *location, json_t *take, struct err *e)
{
	if (location != NULL && !http_is_local(location)) {
		json_decref(take);
		return err_set(e, ERR_INTERNAL, "A Location led away from this site, or its path was not escaped.");
	}
	if ((location != NULL && web_header(c, "Location", location, e) != 0) ||
	    (status == 202 && web_header(c, "Retry-After", "1", e) != 0)) {
		json_decref(take);
		return -1;
	}
	if (take == NULL)
		return web_finish(c, status, "application/json");
	return web_json(c, status, take, e);
}

/* RFC 6265, section 4.1.1: what may stand in a cookie's value. */
static bool
is_cookie_text(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7f || strchr("\",;\\", *s) != NULL)
			return false;
	return true;
}

int
web_cookie(struct web_call *c, const char *name, const char *value, const char *path, int64_t max_age_s,
    struct err *e)
{
	struct buf b = BUF(LIMIT_HEADER);
	int rc;

	if (!is_cookie_text(value) || !is_cookie_text(path) || !is_cookie_text(name))
		return err_set(e, ERR_INTERNAL, "The cookie '%s' cannot have that value.", name);
	buf_printf(&b, "%s=%s; Path=%s; Secure; HttpOnly; SameSite=Strict", name, value,
	    strncmp(name, "__Host-", 7) == 0 ? "/" : path);
	if (max_age_s >= 0)
		buf_printf(&b, "; Max-Age=%" PRId64, max_age_s);
	rc = b.over ? -1 : http_header(c->web->response, "Set-Cookie", b.p);
	buf_wipe(&b);
	return rc == 0 ? 0 : err_set(e, ERR_INTERNAL, "The cookie '%s' cannot be set.", name);
}
