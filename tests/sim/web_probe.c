/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web-probe: a web program without a room behind it, for tests/flow/test_web.
 * It has a row of every kind of guard, field and format, and handlers that
 * are slow, wrong or too generous when they are asked to be.
 *
 *	web-probe NAME -c larch.json          serves as the program NAME
 *	web-probe make larch.json WHO GROUP   makes a session and a key; prints "TOKEN CSRF BEARER"
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/auth.h"
#include "web/web.h"

static void
sleep_ms(int64_t ms)
{
	struct timespec t = {ms / 1000, (ms % 1000) * 1000000};

	(void)nanosleep(&t, NULL);
}

static int
ok(struct web_call *c, struct err *e)
{
	return web_plain(c, 200, STR("fine\n"), e);
}

static int
slow(struct web_call *c, struct err *e)
{
	fprintf(stderr, "probe: slow begins\n");
	sleep_ms(web_int(c, "ms", 1000));
	return web_plain(c, 200, STR("slept\n"), e);
}

static int
wait_then_ok(struct web_call *c, struct err *e)
{
	if (c->person != NULL)
		return web_plain(c, 200, str_of(arena_printf(c->arena, "somebody: %s\n", c->person->name)), e);
	return web_plain(c, 200, STR("nobody\n"), e);
}

static int
fail(struct web_call *c, struct err *e)
{
	static const enum err_kind kinds[] = {ERR_INPUT, ERR_NOT_FOUND, ERR_LOGIN, ERR_DENIED, ERR_REFUSED,
	    ERR_CONFLICT, ERR_STALE, ERR_LIMIT, ERR_UNAVAILABLE, ERR_TIMEOUT, ERR_DEVICE, ERR_INTERNAL};

	web_problem_add(c, "targets", json_pack("[s]", "n1"));
	return err_set(e, kinds[web_int(c, "kind", 0)], "The sentence <b>says</b> why; %s holds it.", c->conf->path);
}

static int
evil(struct web_call *c, struct err *e)
{
	if (web_has(c, "header"))
		return web_header(c, "X-Evil", web_text(c, "header"), e) != 0 ? -1 : ok(c, e);
	if (web_has(c, "to"))
		return web_redirect(c, web_text(c, "to"), e);
	if (web_flag(c, "huge")) {
		struct buf b = BUF(2u * LIMIT_PAGE);
		int rc;

		while (b.n <= LIMIT_PAGE)
			buf_puts(&b, "0123456789012345678901234567890123456789012345678901234567890123");
		rc = web_plain(c, 200, buf_view(&b), e);
		buf_free(&b);
		return rc;
	}
	return 0; /* no answer at all */
}

struct lines {
	int64_t n;
	bool cut; /* and then its source fails */
};

static int
lines_write(struct http_out *out, void *ctx, struct err *e)
{
	const struct lines *l = ctx;
	char line[64];

	for (int64_t i = 0; i < l->n; i++) {
		snprintf(line, sizeof(line), "line %lld of a long answer\n", (long long)i);
		if (http_write(out, str_of(line)) != 0)
			return -1;
	}
	return l->cut ? err_set(e, ERR_UNAVAILABLE, "the source of the lines failed") : 0;
}

static int
stream(struct web_call *c, struct err *e)
{
	struct lines *l = arena_alloc(c->arena, sizeof(*l));

	*l = (struct lines){web_int(c, "n", 10), web_flag(c, "cut")};
	return web_stream(c, "text/plain; charset=utf-8", lines_write, l, e);
}

static int
tagged(struct web_call *c, struct err *e)
{
	return web_unchanged(c, "\"7\"") ? 0 : web_plain(c, 200, STR("seven\n"), e);
}

static int
echo(struct web_call *c, struct err *e)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", web_text(c, "name"));
	jsn_set_text(o, "machines", web_text(c, "machines"));
	jsn_set(o, "count", json_integer(web_int(c, "count", -1)));
	jsn_set(o, "sure", json_boolean(web_flag(c, "sure")));
	jsn_set_text(o, "verb", web_text(c, "verb"));
	jsn_set_text(o, "reason", web_text(c, "reason"));
	jsn_set_text(o, "who", c->person != NULL ? c->person->name : NULL);
	return web_json(c, 200, o, e);
}

static int
raw(struct web_call *c, struct err *e)
{
	return web_json(c, 200, json_pack("{s:I, s:b}", "bytes", (json_int_t)c->request->body.n, "dry_run",
	    (int)web_flag(c, "dry_run")), e);
}

static int
shared_item(struct web_call *c, struct err *e)
{
	return web_if_match(c, "\"7\"", e) != 0 ? -1 : web_created(c, 204, NULL, NULL, e);
}

static int
filed(struct web_call *c, struct err *e)
{
	return web_created(c, 202, "/jobs/12", json_pack("{s:i}", "job", 12), e);
}

static int
login_page(struct web_call *c, struct err *e)
{
	json_t *o = json_object();

	jsn_set_text(o, "title", "Log in");
	jsn_set_text(o, "csrf", web_prelogin(c));
	return web_page(c, "probe/login", o, e);
}

static int
login_post(struct web_call *c, struct err *e)
{
	if (strcmp(web_text(c, "password"), "right") != 0) {
		web_status(c, 401);
		return login_page(c, e);
	}
	return web_cookie(c, "other", "value", "/power", 60, e) != 0 ? -1 : web_redirect(c, "/", e);
}

/* ---- a table ---------------------------------------------------------------------- */

struct rows {
	struct web_call *c;
	size_t n;
};

static const char *const words[] = {"up", "slow", "down", NULL};

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct rows *r = ctx;
	int64_t at = r->c->now - (int64_t)row * 10000;
	struct web_cell v;

	switch (column) {
	case 0:
		v = web_cell_link(arena_printf(r->c->arena, "n%zu", row), arena_printf(r->c->arena, "/t/item/n%zu", row));
		return v;
	case 1:
		return web_cell_level((int)(row % 4), words[row % 4], at, row > 6);
	case 2:
		return web_cell_number(row == 3 ? NAN : (double)row * 1.5);
	case 3:
		v = web_cell_time(row == 5 ? 0 : at);
		return v;
	case 4:
		v = web_cell_text(row == 2 ? "<script>alert(1)</script>" : row == 4 ? "=cmd()" : "plain, \"quoted\"");
		v.href = row == 6 ? "javascript:alert(1)" : NULL;
		return v;
	default:
		return web_cell_text("hidden");
	}
}

static const char *
selected(void *ctx, size_t row)
{
	const struct rows *r = ctx;

	return row == 1 ? NULL : arena_printf(r->c->arena, "n%zu", row);
}

static int
table(struct web_call *c, struct err *e)
{
	static const struct web_column columns[] = {
	    {.key = "name", .title = "Machine", .kind = WEB_COL_LINK}, {.key = "ping", .title = "Ping", .kind = WEB_COL_LEVEL},
	    {.key = "power_watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W"}, {.key = "seen", .title = "Seen", .kind = WEB_COL_AGE},
	    {.key = "note", .title = "Note"}, {.key = "extra", .data_only = true},
	};
	static const struct web_action actions[] = {{"Cycle", "verb", "cycle", NULL}, {"Off", "verb", "off", NULL}};
	struct rows r = {c, (size_t)web_int(c, "rows", 8)};
	struct web_table t = {.name = "machines", .caption = "Machines", .columns = columns,
	    .n_columns = LARCH_COUNT(columns), .n = r.n, .cell = cell, .ctx = &r, .form_path = "/t/form",
	    .form_post = true, .select = "machines", .selected = selected, .actions = actions, .n_actions = 2};

	return web_show(c, NULL, c->format == WEB_HTML ? json_pack("{s:s}", "title", "Machines") : NULL, &t, 1, e);
}

static int
item(struct web_call *c, struct err *e)
{
	json_t *o = json_object();

	jsn_set_text(o, "title", web_text(c, "name"));
	jsn_set_text(o, "name", web_text(c, "name"));
	jsn_set(o, "amps", json_null());
	web_refresh(c, 5);
	return web_page(c, "probe/item", o, e);
}

static void
banners(struct web_call *c)
{
	web_banner(c, "warn", "larchd is <gone> for %d s", 30);
}

static const char *const verbs[] = {"on", "off", "cycle", NULL};

static const struct web_field echo_fields[] = {{.name = "name", .type = WEB_NAME, .required = true},
    {.name = "machines", .type = WEB_HOSTS, .list = true}, {.name = "count", .type = WEB_INT, .min = 1, .max = 9},
    {.name = "sure", .type = WEB_FLAG}, {.name = "verb", .type = WEB_ENUM, .choices = verbs},
    {.name = "reason", .type = WEB_TEXT}, {.name = NULL}};

static const struct web_route routes[] = {
    {.method = "GET", .path = "/t/open", .handler = wait_then_ok, .guard = WEB_OPEN},
    {.method = "GET", .path = "/power/open", .handler = ok, .guard = WEB_OPEN},
    {.method = "GET", .path = "/login/open", .handler = ok, .guard = WEB_OPEN},
    {.method = "GET", .path = "/t/slow", .handler = slow, .guard = WEB_OPEN,
        .fields = WEB_FIELDS({.name = "ms", .type = WEB_INT, .max = 20000})},
    {.method = "GET", .path = "/t/fail", .handler = fail, .guard = WEB_OPEN, .formats = WEB_ANY_FORMAT,
        .fields = WEB_FIELDS({.name = "kind", .type = WEB_INT, .max = 11})},
    {.method = "GET", .path = "/t/evil", .handler = evil, .guard = WEB_OPEN,
        .fields = WEB_FIELDS({.name = "header", .type = WEB_TEXT}, {.name = "to", .type = WEB_TEXT},
            {.name = "huge", .type = WEB_FLAG})},
    {.method = "GET", .path = "/t/stream", .handler = stream, .guard = WEB_OPEN,
        .fields = WEB_FIELDS({.name = "n", .type = WEB_INT, .max = 10000000}, {.name = "cut", .type = WEB_FLAG})},
    {.method = "GET", .path = "/t/tagged", .handler = tagged, .guard = WEB_OPEN},
    {.method = "GET", .path = "/t/either", .handler = ok, .guard = WEB_LOGIN, .verb = "edit", .verb_or = "wire"},
    {.method = "GET", .path = "/t/private", .handler = ok, .guard = WEB_LOGIN},
    {.method = "GET", .path = "/t/wire", .handler = ok, .guard = WEB_LOGIN, .verb = "wire"},
    {.method = "GET", .path = "/t/table", .handler = table, .guard = WEB_LOGIN, .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "probe/table",
        .fields = WEB_FIELDS({.name = "rows", .type = WEB_INT, .max = 20000})},
    {.method = "GET", .path = "/t/item/{name}", .handler = item, .guard = WEB_LOGIN, .formats = WEB_ANY_FORMAT},
    {.method = "POST", .path = "/t/form", .handler = echo, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = echo_fields},
    {.method = "GET", .path = "/login", .handler = login_page, .guard = WEB_OPEN,
        .fields = WEB_FIELDS({.name = "next", .type = WEB_TEXT, .max = LIMIT_URL})},
    {.method = "POST", .path = "/login", .handler = login_post, .guard = WEB_OPEN, .change = WEB_PRELOGIN,
        .fields = WEB_FIELDS({.name = "password", .type = WEB_SECRET, .required = true})},
    {.method = "GET", .path = "/api/v1/things/{name}", .handler = echo, .guard = WEB_LOGIN,
        .operation_id = "getThing", .summary = "One thing", .fields = echo_fields},
    {.method = "POST", .path = "/api/v1/things", .handler = echo, .guard = WEB_LOGIN, .change = WEB_KEY,
        .operation_id = "makeThing", .fields = echo_fields},
    {.method = "PUT", .path = "/api/v1/things/{name}", .handler = shared_item, .guard = WEB_LOGIN,
        .change = WEB_KEY, .operation_id = "putThing"},
    {.method = "POST", .path = "/api/v1/filed", .handler = filed, .guard = WEB_LOGIN, .change = WEB_KEY,
        .operation_id = "file"},
    {.method = "POST", .path = "/api/v1/import", .handler = raw, .guard = WEB_LOGIN, .change = WEB_KEY, .raw = true,
        .body_max = LIMIT_ROOM_FILE, .operation_id = "importRoom",
        .fields = WEB_FIELDS({.name = "dry_run", .type = WEB_FLAG})},
    {.method = "POST", .path = "/api/v1/tokens", .handler = ok, .guard = WEB_OPEN, .change = WEB_BASIC,
        .operation_id = "makeToken"},
};

/* ---- a session and a key --------------------------------------------------------------- */

static int
make(const char *path, const char *who, const char *group)
{
	struct arena *a = arena_create();
	struct conf *conf = NULL;
	struct auth_desk *desk = NULL;
	struct auth_found found = {.dn = "uid=x", .display = who, .groups = &group, .n_groups = 1};
	struct auth_from from = {STR("127.0.0.1"), STR("probe"), "form"};
	const char *scope[] = {"read", "wire"};
	struct auth_key_wish wish = {.title = STR("probe"), .lifetime_ms = 3600000, .scope = scope, .n_scope = 2};
	struct auth_person person;
	char token[AUTH_TOKEN_TEXT], csrf[AUTH_CSRF_TEXT], bearer[AUTH_BEARER_TEXT];
	struct err e = {0};
	int rc = 1;

	if (conf_load(path, NULL, &conf, &e) == 0) {
		struct auth_desk_conf d = {.auth_db = conf_db(conf, "auth", a), .sessions_db = conf_db(conf, "sessions", a),
		    .session_ms = 3600000, .group_recheck_ms = 300000};

		auth_person_of(str_of(who), &found, a, &person);
		if (auth_desk_open(&d, &desk, &e) == 0 &&
		    auth_desk_session_make(desk, str_of(who), &found, &from, token, &e) == 0 &&
		    auth_desk_key_make(desk, &person, &wish, &from, bearer, &e) == 0 && auth_csrf(str_of(token), csrf) == 0)
			rc = printf("%s %s %s\n", token, csrf, bearer) < 0;
	}
	if (rc != 0)
		fprintf(stderr, "%s\n", e.text);
	auth_desk_close(desk);
	conf_destroy(conf);
	arena_destroy(a);
	return rc;
}

int
main(int argc, char **argv)
{
	struct web_program p = {.routes = routes, .n_routes = LARCH_COUNT(routes), .banners = banners};

	if (argc == 5 && strcmp(argv[1], "make") == 0)
		return make(argv[2], argv[3], argv[4]);
	if (argc < 2)
		return 2;
	p.name = argv[1];
	return web_main(argc - 1, argv + 1, &p);
}
