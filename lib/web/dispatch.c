/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to an answer: the checks of every call, in their order. */
#include <stdatomic.h>
#include <string.h>

#include "room.h"

/* ---- the format that is asked for -------------------------------------------------- */

static const struct {
	enum web_format format;
	const char *type;
} formats[] = { /* in the order of preference when the client has none */
    {WEB_HTML, "text/html"}, {WEB_JSON_FORMAT, "application/json"}, {WEB_TXT, "text/plain"}, {WEB_CSV, "text/csv"},
};

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Of an address without a row: as far as one can tell. */
static enum web_format
format_guess(const struct http_request *q)
{
	bool named = false;

	if (strncmp(q->path, "/api/", 5) == 0 || ends_with(q->path, ".json"))
		return WEB_JSON_FORMAT;
	if (ends_with(q->path, ".txt") || ends_with(q->path, ".csv"))
		return WEB_TXT;
	if (http_accepts(q->accept, "application/problem+json", &named) > 0 && named)
		return WEB_JSON_FORMAT;
	return http_accepts(q->accept, "application/json", &named) > 0 && named ? WEB_JSON_FORMAT : WEB_HTML;
}

static enum web_format
format_choose(const struct http_request *q, const struct web_match *m)
{
	const struct web_route *r = m->route;
	enum web_format best = 0;
	int best_q = -1;

	if (r == NULL)
		return format_guess(q);
	if (m->suffix != 0)
		return m->suffix;
	if (r->formats == 0)
		return strncmp(r->path, "/api/", 5) == 0 ? WEB_JSON_FORMAT : format_guess(q);
	for (size_t i = 0; i < LARCH_COUNT(formats); i++) {
		int wanted;

		if ((r->formats & formats[i].format) == 0)
			continue;
		wanted = http_accepts(q->accept, formats[i].type, NULL);
		if (wanted > best_q) {
			best = formats[i].format;
			best_q = wanted;
		}
	}
	return best;
}

/* ---- the checks ------------------------------------------------------------------------ */

static size_t
body_max(const struct web_route *r, const struct http_request *q)
{
	if (r->body_max != 0)
		return r->body_max;
	return http_is_type(q->content_type, "application/json") ? LIMIT_JSON_BODY : LIMIT_FORM;
}

size_t
web_body_limit(const struct web_program *p, const struct http_request *q)
{
	struct web_match m;

	web_match(p, q->method, q->path, q->arena, &m);
	return m.route == NULL || m.route->change == WEB_READ ? 0 : body_max(m.route, q);
}

static int
check_address(struct web_call *c, struct err *e)
{
	const struct web_match *m = &c->web->match;

	if (c->request->refused != NULL)
		return err_set(e, ERR_INPUT, "%s", c->request->refused);
	if (m->status == 405) {
		web_status(c, 405);
		(void)http_header_set(c->web->response, "Allow", m->allow);
		return err_set(e, ERR_INPUT, "This address does not take %s; it takes %s.", c->request->method, m->allow);
	}
	if (m->route == NULL)
		return err_set(e, ERR_NOT_FOUND, "There is nothing at this address.");
	return 0;
}

static int
check_body(struct web_call *c, struct err *e)
{
	const struct http_request *q = c->request;
	size_t max = c->route->change == WEB_READ ? 0 : body_max(c->route, q);

	if (q->content_length <= 0 || (uint64_t)q->content_length <= max)
		return 0;
	web_status(c, 413);
	if (max == 0)
		return err_set(e, ERR_LIMIT, "A %s of this address has no body.", q->method);
	return err_set(e, ERR_LIMIT, "The body is longer than the %zu bytes that this address takes.", max);
}

static int
check_fields(struct web_call *c, int (*step)(struct web_call *, struct err *), struct err *e)
{
	if (step(c, e) == 0)
		return 0;
	if (e->kind == ERR_LIMIT && c->web->status == 0)
		web_status(c, 413);
	return -1;
}

/* Every call passes these, in this order; the first that fails answers. */
static int
admit(struct web_call *c, struct err *e)
{
	if (check_address(c, e) != 0) {                      /* 400 404 405 */
		web_guard_reader(c);
		return -1;
	}
	if (check_body(c, e) != 0 ||                         /* 413 */
	    web_guard_person(c, e) != 0 ||                   /* 401, 403 for a key that may not read */
	    check_fields(c, web_fields_gather, e) != 0 ||    /* 400 415 */
	    web_guard_change(c, e) != 0 ||                   /* 403: origin, CSRF */
	    web_guard_verb(c, e) != 0 ||                     /* 403: policy */
	    check_fields(c, web_fields_fill, e) != 0)        /* 400: unknown, repeated, ill typed */
		return -1;
	return 0;
}

/* ---- one call ---------------------------------------------------------------------------- */

/* Texts that may hold a secret: overwritten, for the arena only lets go of them. */
static void
forget(void *ctx)
{
	struct web_call *c = ctx;
	const struct http_request *q = c->request;
	const char *texts[] = {q->authorization, q->cookie, q->csrf_token, q->larch_grant, c->web->token};
	struct web_private *w = c->web;

	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		explicit_bzero((char *)(uintptr_t)texts[i], strlen(texts[i]));
	for (size_t i = 0; i < w->n_slot; i++)
		for (size_t k = 0; w->slot[i].row->type == WEB_SECRET && k < w->slot[i].n; k++)
			explicit_bzero((char *)(uintptr_t)w->slot[i].item[k].p, w->slot[i].item[k].n);
	for (size_t i = 0; i < w->n_slot; i++)
		for (size_t k = 0; w->slot[i].row->type == WEB_SECRET && k < w->n_input; k++)
			if (str_is(w->input[k].name, w->slot[i].row->name) && w->input[k].text.n > 0)
				explicit_bzero((char *)(uintptr_t)w->input[k].text.p, w->input[k].text.n);
	for (size_t i = w->n_after; i-- > 0;)
		w->after[i].run(w->after[i].ctx);
	json_decref(w->body);
	json_decref(w->problem);
	json_decref(w->banners);
	json_decref(w->kept);
}

void
web_handle(struct web_thread *t, const struct http_request *q, struct http_response *r)
{
	const struct web_site *site = (web_site_policy(t->server), atomic_load(&t->server->site));
	struct web_private *w = arena_alloc(q->arena, sizeof(*w));
	struct web_call *c = arena_alloc(q->arena, sizeof(*c));
	struct err e = {0};

	*w = (struct web_private){.response = r, .program = t->server->program, .site = site, .thread = t, .token = ""};
	*c = (struct web_call){.request = q, .conf = site->conf, .policy = site->policy, .shared = t->server->shared,
	    .state = t->state, .arena = q->arena, .now = times_now(), .web = w};
	r->done = forget; /* a table is written while it is sent, and asks for its cells then */
	r->done_ctx = c;
	web_match(w->program, q->method, q->path, q->arena, &w->match);
	c->route = w->match.route;
	c->format = format_choose(q, &w->match);
	w->token = http_cookie(q->cookie, WEB_COOKIE, q->arena);
	if (admit(c, &e) != 0)
		web_problem(c, &e);
	else if (c->route->handler(c, &e) != 0)
		web_problem(c, &e);
	else if (!w->answered) {
		err_set(&e, ERR_INTERNAL, "The handler of %s %s gave no answer.", c->route->method, c->route->path);
		web_problem(c, &e);
	}
}
