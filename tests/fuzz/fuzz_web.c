/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any request through the whole of web: the lines of the input are method,
 * path, query, Accept and content type, and the rest is the body. Whatever
 * comes: one answer, never our own fault (500), on one line each header, JSON
 * that is JSON, and no '<' of the request in a page.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "web/room.h"
#include "fuzz.h"

static int
show(struct web_call *c, struct err *e)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", web_text(c, "name"));
	jsn_set_text(o, "hosts", web_text(c, "hosts"));
	jsn_set_text(o, "text", web_text(c, "text"));
	jsn_set(o, "int", json_integer(web_int(c, "int", 0)));
	jsn_set(o, "flag", json_boolean(web_flag(c, "flag")));
	DEMAND(!web_has(c, "int") || (web_int(c, "int", 0) >= -5 && web_int(c, "int", 0) <= 5));
	DEMAND(!web_has(c, "name") || str_is_name(web_str(c, "name")));
	return web_page(c, "page", o, e);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	(void)ctx;
	return column == 0 ? web_cell_text(row % 2 ? "<b>" : "plain") : web_cell_number((double)row);
}

static int
list(struct web_call *c, struct err *e)
{
	static const struct web_column columns[] = {{.key = "name"},
	    {.key = "n", .kind = WEB_COL_NUMBER, .unit = "W"}};
	struct web_table t = {.name = "t", .caption = "T", .columns = columns, .n_columns = 2, .n = 5, .cell = cell};

	return web_show(c, "page", NULL, &t, 1, e);
}

static const char *const choices[] = {"a", "b", NULL};
static const struct web_field fields[] = {{.name = "name", .type = WEB_NAME}, {.name = "int", .type = WEB_INT, .min = -5, .max = 5},
    {.name = "hosts", .type = WEB_HOSTS, .list = true}, {.name = "text", .type = WEB_TEXT}, {.name = "flag", .type = WEB_FLAG},
    {.name = "enum", .type = WEB_ENUM, .choices = choices}, {.name = "time", .type = WEB_TIME},
    {.name = "span", .type = WEB_DURATION}, {.name = "json", .type = WEB_JSON}, {.name = "secret", .type = WEB_SECRET},
    {.name = NULL}};

static const struct web_route routes[] = {
    {.method = "GET", .path = "/", .handler = show, .guard = WEB_OPEN, .formats = WEB_ANY_FORMAT, .fields = fields},
    {.method = "GET", .path = "/a/{name}", .handler = show, .guard = WEB_OPEN, .formats = WEB_ANY_FORMAT, .fields = fields},
    {.method = "GET", .path = "/a/{name}/b/{text...}", .handler = show, .guard = WEB_OPEN, .fields = fields},
    {.method = "GET", .path = "/list", .handler = list, .guard = WEB_OPEN, .formats = WEB_ANY_FORMAT, .lists = true},
    {.method = "POST", .path = "/api/v1/x", .handler = show, .guard = WEB_OPEN, .change = WEB_BASIC, .fields = fields, .operation_id = "x"},
    {.method = "POST", .path = "/p", .handler = show, .guard = WEB_OPEN, .change = WEB_PRELOGIN, .fields = fields},
    {.method = "GET", .path = "/private", .handler = show, .guard = WEB_LOGIN, .fields = fields},
};
static const struct web_program program = {.name = "fuzz", .routes = routes, .n_routes = LARCH_COUNT(routes)};

static struct web_server *
server(void)
{
	static struct conf conf = {.site = "Room", .origin = "https://localhost", .data = "/data-of-the-fuzzer", .run = "/run-of-the-fuzzer",
	    .policy = "/policy-of-the-fuzzer"};
	static struct web_site site = {.conf = &conf, .assets = "0"};
	static struct web_server s = {.program = &program};
	struct err e = {0};

	if (atomic_load(&s.site) == NULL) {
		DEMAND(mustache_add(&site.templates, "partials/problem", STR("{{status}} {{title}} {{detail}} {{back}}"), &e) == 0);
		DEMAND(mustache_add(&site.templates, "page", STR("{{name}} {{hosts}} {{text}} {{url}} {{#t}}{{caption}} {{count}}"
		    "{{#columns}}{{title}} {{href}}{{/columns}}{{#rows}}{{#cells}}{{text}}{{/cells}}{{/rows}}{{/t}}"), &e) == 0);
		DEMAND(web_check_routes(&program, &e) == 0);
		DEMAND(auth_policy_load(conf.policy, NULL, &site.policy, &e) == 0);
		atomic_store(&s.site, &site);
	}
	return &s;
}

static const char *
line(struct str *rest, struct arena *a)
{
	struct str one = rest->p == NULL ? (struct str){"", 0} : str_cut(rest, '\n');

	return arena_strndup(a, one.p, one.n);
}

static void
judge(const struct http_response *r)
{
	const char *type = http_header_get(r, "Content-Type");
	json_t *o;

	DEMAND(r->status >= 200 && r->status < 500 && type != NULL && !r->body.over);
	DEMAND(strcmp(http_header_get(r, "Cache-Control"), "no-store, no-cache") == 0 && http_header_get(r, "X-Request-Id") != NULL);
	for (size_t i = 0; i < r->n_headers; i++)
		DEMAND(strpbrk(r->header[i].value, "\r\n") == NULL);
	if (strstr(type, "json") != NULL) {
		o = jsn_parse(buf_view(&r->body), "the answer", NULL);
		DEMAND(o != NULL);
		json_decref(o);
	}
	if (strncmp(type, "text/html", 9) == 0 && r->body.n > 0)
		DEMAND(memchr(r->body.p, '<', r->body.n) == NULL && memchr(r->body.p, '"', r->body.n) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct str rest = {(const char *)data, n};
	struct web_thread thread = {.server = server()};
	struct http_request q = {.arena = a, .remote = "127.0.0.1", .scheme = "https", .host = "localhost", .cookie =
	    arena_strdup(a, ""), .authorization = "", .if_match = "", .if_none_match = "", .idempotency_key = "", .request_id = "1",
	    .user_agent = "", .origin = "", .sec_fetch_site = "", .csrf_token = "", .larch_grant = ""};
	struct http_response r = {.status = 200, .body = BUF(LIMIT_PAGE), .arena = a};

	q.method = line(&rest, a);
	q.path = line(&rest, a);
	q.query = str_of(line(&rest, a));
	q.accept = line(&rest, a);
	q.content_type = line(&rest, a);
	if (!http_is_path(q.path))
		q.refused = "The address is none.";
	q.content_length = rest.p == NULL ? 0 : (int64_t)rest.n;
	if (q.refused == NULL && rest.p != NULL && rest.n <= web_body_limit(&program, &q))
		q.body = rest;
	web_handle(&thread, &q, &r);
	r.done(r.done_ctx);
	judge(&r);
	buf_free(&r.body);
	arena_destroy(a);
	return 0;
}
