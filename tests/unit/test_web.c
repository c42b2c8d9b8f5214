/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdlib.h>

#include "t.h"
#include "web/room.h"

static int
nothing(struct web_call *c, struct err *e)
{
	return web_plain(c, 200, STR("nothing\n"), e);
}

static const char *const choices[] = {"a", NULL};
#define ROW .method = "POST", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = WEB_CSRF

static void
t_rows_that_are_not_sound_do_not_start(void)
{
	const struct {
		struct web_route row;
		const char *says;
	} rows[] = {
	    {{ROW}, NULL},
	    {{.method = "GET", .path = "/x", .handler = nothing, .guard = WEB_OPEN}, NULL},
	    {{.method = "POST", .path = "/x", .handler = nothing, .guard = WEB_LOGIN}, "names none or several"},
	    {{.method = "POST", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = WEB_CSRF | WEB_KEY},
	        "names none or several"},
	    {{.method = "POST", .path = "/x", .handler = nothing, .guard = WEB_OPEN, .change = WEB_PRELOGIN | WEB_BASIC},
	        "names none or several"},
	    {{.method = "DELETE", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = 16}, "names none or several"},
	    {{.method = "GET", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = WEB_CSRF},
	        "is a GET and changes something"},
	    {{.method = "GET", .path = "/x", .handler = nothing}, "who may ask"},
	    {{.method = "POST", .path = "/x", .handler = nothing, .guard = WEB_OPEN, .change = WEB_CSRF}, "without a login"},
	    {{.method = "POST", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = WEB_PRELOGIN}, "without a login"},
	    {{.method = "GET", .path = "/x", .handler = nothing, .guard = WEB_OPEN, .verb = "on"}, "lets anybody ask"},
	    {{.method = "BREW", .path = "/x", .handler = nothing, .guard = WEB_OPEN}, "none of GET"},
	    {{.method = "GET", .path = "x", .handler = nothing, .guard = WEB_OPEN}, "no method, path or handler"},
	    {{.method = "GET", .path = "/x", .guard = WEB_OPEN}, "no method, path or handler"},
	    {{.method = "GET", .path = "/x?y", .handler = nothing, .guard = WEB_OPEN}, "'?'"},
	    {{.method = "GET", .path = "/a{b}", .handler = nothing, .guard = WEB_OPEN}, "partly in braces"},
	    {{.method = "GET", .path = "/{b...}/c", .handler = nothing, .guard = WEB_OPEN}, "not the last"},
	    {{.method = "GET", .path = "/api/v1/x", .handler = nothing, .guard = WEB_OPEN}, "no operation_id"},
	    {{ROW, .fields = WEB_FIELDS({.name = "a", .type = WEB_TEXT}, {.name = "a", .type = WEB_INT})}, "a field twice"},
	    {{ROW, .fields = WEB_FIELDS({.name = "csrf", .type = WEB_TEXT})}, "csrf"},
	    {{ROW, .fields = WEB_FIELDS({.name = "a"})}, "without a type"},
	    {{ROW, .fields = WEB_FIELDS({.name = "a", .type = WEB_ENUM})}, "no choices"},
	    {{ROW, .lists = true, .fields = WEB_FIELDS({.name = "sort", .type = WEB_ENUM, .choices = choices})}, "every list has"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct web_program p = {.name = "p", .routes = &rows[i].row, .n_routes = 1};
		struct err e = {0};
		int rc = web_check_routes(&p, &e);

		T_INT(rc, rows[i].says == NULL ? 0 : -1);
		if (rows[i].says != NULL)
			T_ERR(e, rows[i].says);
	}
}

static void
t_a_row_that_stands_twice_does_not_start(void)
{
	static const struct web_route rows[] = {{ROW}, {ROW}};
	struct web_program p = {.name = "p", .routes = rows, .n_routes = 2};
	struct err e = {0};

	T_INT(web_check_routes(&p, &e), -1);
	T_ERR(e, "twice");
}

#define GET(p, ...) {.method = "GET", .path = p, .handler = nothing, .guard = WEB_OPEN, __VA_ARGS__}

static const struct web_route table[] = {
    GET("/", .formats = WEB_ANY_FORMAT), GET("/nodes", .formats = WEB_ANY_FORMAT),
    GET("/nodes/{name}", .formats = WEB_ANY_FORMAT), GET("/nodes/new"), GET("/pdus/{name}/{outlet...}"),
    GET("/data", .formats = WEB_HTML | WEB_CSV), {ROW},
    {.method = "PUT", .path = "/x", .handler = nothing, .guard = WEB_LOGIN, .change = WEB_KEY},
};
static const struct web_program program = {.name = "p", .routes = table, .n_routes = LARCH_COUNT(table)};

static void
t_a_path_finds_its_row_its_parts_and_its_format(void)
{
	static const struct {
		const char *method, *path;
		int status, row;
		enum web_format suffix;
		const char *value;
	} rows[] = {
	    {"GET", "/", 200, 0, 0, NULL}, {"HEAD", "/", 200, 0, 0, NULL}, {"GET", "/index.json", 200, 0, WEB_JSON_FORMAT, NULL},
	    {"GET", "/index", 404, 0, 0, NULL}, {"GET", "/.json", 404, 0, 0, NULL}, {"GET", "/nodes", 200, 1, 0, NULL},
	    {"GET", "/nodes.csv", 200, 1, WEB_CSV, NULL}, {"GET", "/nodes.xml", 404, 0, 0, NULL}, {"GET", "/nodes/", 404, 0, 0, NULL},
	    {"GET", "/nodes/n0001.savio3", 200, 2, 0, "n0001.savio3"},
	    {"GET", "/nodes/n0001.savio3.json", 200, 2, WEB_JSON_FORMAT, "n0001.savio3"},
	    {"GET", "/nodes/a.json.html", 200, 2, WEB_HTML, "a.json"}, {"GET", "/nodes/new", 200, 3, 0, NULL},
	    {"GET", "/nodes/new.json", 200, 2, WEB_JSON_FORMAT, "new"}, {"GET", "/nodes/a/b", 404, 0, 0, NULL},
	    {"GET", "/pdus/p/AA/7", 200, 4, 0, "p"}, {"GET", "/pdus/p", 404, 0, 0, NULL}, {"GET", "/pdus/p/", 404, 0, 0, NULL},
	    {"GET", "/data.json", 404, 0, 0, NULL}, {"GET", "/data.csv", 200, 5, WEB_CSV, NULL}, {"GET", "/x", 405, 0, 0, NULL},
	    {"POST", "/x", 200, 6, 0, NULL}, {"post", "/x", 405, 0, 0, NULL}, {"POST", "/X", 404, 0, 0, NULL},
	    {"GET", "", 404, 0, 0, NULL}, {"GET", "nodes", 404, 0, 0, NULL}, {"GET", "/{name}", 404, 0, 0, NULL},
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct web_match m;

		web_match(&program, rows[i].method, rows[i].path, a, &m);
		if (!T_INT(m.status, rows[i].status))
			printf("# %s %s\n", rows[i].method, rows[i].path);
		if (rows[i].status == 200 && m.route != NULL) {
			T_INT(m.route - table, rows[i].row);
			T_INT(m.suffix, rows[i].suffix);
			T_STR(m.parts.n > 0 ? m.parts.pair[0].value.p : NULL, rows[i].value);
		}
		if (rows[i].status == 405)
			T_STR(m.allow, "POST, PUT");
	}
	arena_destroy(a);
}

static void
t_the_rest_of_a_path_is_one_part(void)
{
	struct arena *a = arena_create();
	struct web_match m;

	web_match(&program, "GET", "/pdus/p/AA/7/x.json", a, &m);
	T_INT(m.parts.n, 2);
	T_STR(m.parts.pair[1].name.p, "outlet");
	T_STR(m.parts.pair[1].value.p, "AA/7/x.json");
	arena_destroy(a);
}

static void
t_links_escape_their_parts(void)
{
	struct arena *a = arena_create();

	T_STR(web_link(a, "/nodes/%s?tab=%s&n=%d", "a/b?c", "x&y=z", (int64_t)-5), "/nodes/a%2Fb%3Fc?tab=x%26y%3Dz&n=-5");
	T_STR(web_escape_path(a, "/nodes/a b\"<>"), "/nodes/a%20b%22%3C%3E");
	T_STR(web_escape_path(a, "/"), "/");
	T_OK(http_is_local(web_link(a, "/%s", "\r\nX: y")));
	arena_destroy(a);
}

static void
t_each_kind_of_error_has_its_status(void)
{
	static const int want[ERR_KIND_COUNT] = {500, 400, 404, 401, 403, 409, 409, 412, 429, 503, 507, 504, 502, 500};

	for (int i = 0; i < ERR_KIND_COUNT; i++)
		T_INT(web_kind_status((enum err_kind)i), want[i]);
	T_INT(web_kind_status((enum err_kind)99), 500);
}

/* ---- what a person or a program reads of a call, without a server ----------------------- */

static struct web_site site;
static struct conf conf = {.site = "Room", .origin = "https://localhost", .data = "/data-of-nobody", .run = "/run-of-nobody",
    .policy = "/policy-of-nobody"};

/* The answer to a GET of one row; the caller frees body. */
static int
get(const struct web_route *row, const char *path, const char *query, struct arena *a, struct buf *body)
{
	struct web_program p = {.name = "p", .routes = row, .n_routes = 1};
	struct web_server server = {.program = &p};
	struct web_thread thread = {.server = &server};
	struct http_request q = {.arena = a, .method = "GET", .path = path, .query = str_of(query), .remote = "", .scheme = "",
	    .host = "", .cookie = "", .authorization = "", .accept = "", .content_type = "", .if_match = "",
	    .if_none_match = "", .idempotency_key = "", .request_id = "1", .user_agent = "", .origin = "",
	    .sec_fetch_site = "", .csrf_token = "", .larch_grant = ""};
	struct http_response r = {.status = 200, .body = BUF(LIMIT_PAGE), .arena = a};
	struct err e = {0};

	if (site.templates == NULL) {
		T_INT(mustache_add(&site.templates, "partials/problem", STR("{{status}} {{detail}}"), &e), 0);
		T_INT(auth_policy_load(conf.policy, NULL, &site.policy, &e), 0);
		site.conf = &conf;
	}
	atomic_store(&server.site, &site);
	web_handle(&thread, &q, &r);
	r.done(r.done_ctx);
	*body = r.body;
	return r.status;
}

#define ROWS 12000

static struct web_cell
big_cell(void *ctx, size_t row, size_t column)
{
	(void)ctx;
	return column == 0 ? web_cell_text(row % 3 == 0 ? NULL : "text") : web_cell_number((double)(ROWS - row));
}

static int
big_list(struct web_call *c, struct err *e)
{
	static const struct web_column columns[] = {{.key = "word", .title = "Word", .kind = WEB_COL_STATE},
	    {.key = "count", .title = "Count", .kind = WEB_COL_NUMBER, .unit = "A"}};
	struct web_table t = {.name = "t", .columns = columns, .n_columns = 2, .n = ROWS, .cell = big_cell};

	return web_show(c, NULL, NULL, &t, 1, e);
}

static const struct web_route big = GET("/big", .formats = WEB_JSON_FORMAT | WEB_CSV | WEB_TXT, .lists = true);

static void
t_a_list_of_thousands_is_whole_as_data_and_cut_as_text(void)
{
	struct web_route row = big;
	struct arena *a = arena_create();
	struct buf b;
	json_t *o;

	row.handler = big_list;
	T_INT(get(&row, "/big.json", "sort=count", a, &b), 200);
	o = jsn_parse((struct str){b.p, b.n}, "the answer", NULL);
	T_INT(json_array_size(json_object_get(o, "items")), ROWS);
	T_INT(json_integer_value(json_object_get(json_array_get(json_object_get(o, "items"), 0), "count")), 1);
	T_STR(json_string_value(json_object_get(json_array_get(json_object_get(o, "items"), ROWS - 1), "word")), "unknown");
	json_decref(o);
	buf_free(&b);
	T_INT(get(&row, "/big.txt", "", a, &b), 200);
	T_OK(strstr(b.p, "# t: 1-1000 of 12000\nWord     Count A\nunknown    12000\n") == b.p);
	buf_free(&b);
	T_INT(get(&row, "/big.csv", "limit=2&fields=count", a, &b), 200);
	T_STR(b.p, "count\r\n12000\r\n11999\r\n");
	buf_free(&b);
	arena_destroy(a);
}

static int
asks_for_what_is_not_there(struct web_call *c, struct err *e)
{
	(void)web_text(c, "mine");
	return nothing(c, e);
}

static void
t_our_own_faults_are_told_apart_from_the_sender_s(void)
{
	struct web_route row = GET("/x", .fields = WEB_FIELDS({.name = "mine", .type = WEB_TEXT, .max = 3}));
	struct arena *a = arena_create();
	struct buf b;

	row.handler = asks_for_what_is_not_there;
	T_INT(get(&row, "/x", "mine=abc", a, &b), 200);
	buf_free(&b);
	T_INT(get(&row, "/x", "mine=abcd", a, &b), 400);
	T_OK(strstr(b.p, "longer than 3 bytes") != NULL && strstr(b.p, "abcd") == NULL);
	buf_free(&b);
	T_INT(get(&row, "/x", "its=abc", a, &b), 400);
	T_OK(strstr(b.p, "takes no field") != NULL);
	buf_free(&b);
	arena_destroy(a);
}

T_MAIN(T(t_rows_that_are_not_sound_do_not_start), T(t_a_row_that_stands_twice_does_not_start),
    T(t_a_path_finds_its_row_its_parts_and_its_format), T(t_the_rest_of_a_path_is_one_part),
    T(t_links_escape_their_parts), T(t_each_kind_of_error_has_its_status),
    T(t_a_list_of_thousands_is_whole_as_data_and_cut_as_text), T(t_our_own_faults_are_told_apart_from_the_sender_s))
