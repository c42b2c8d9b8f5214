/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web: routes, guards, typed fields, and answers in several formats. A program
 * (cgi/login.c, cgi/pages.c, cgi/power.c) is a table of routes and their
 * handlers, given to web_main; everything a page could forget (login, CSRF,
 * field checks, no-store) is a column of its row and done here, before the
 * handler runs. web opens sessions.db to read, and nothing else.
 *
 *	static int
 *	show_node(struct web_call *c, struct err *e)
 *	{
 *		struct state *s = c->state;
 *		...
 *		if (inv_get(s->inv, web_text(c, "name"), c->arena, &thing, e) != 0)
 *			return -1;                     // 404 with the sentence, in the asked format
 *		return web_page(c, "pages/node", model, e);
 *	}
 *
 *	static const struct web_route routes[] = {
 *	    {.method = "GET", .path = "/nodes/{name}", .handler = show_node, .guard = WEB_LOGIN,
 *	        .formats = WEB_ANY_FORMAT, .operation_id = "getNode", .summary = "One machine"},
 *	};
 */
#ifndef LARCH_WEB_WEB_H
#define LARCH_WEB_WEB_H

#include "auth/auth.h"
#include "base/base.h"
#include "conf/conf.h"
#include "http/http.h"
#include "mustache/mustache.h"

struct web_call;

/* ---- routes ------------------------------------------------------------------- */

enum web_guard {
	WEB_OPEN = 1, /* anybody; c->person is there when somebody is logged in */
	WEB_LOGIN,    /* a session's cookie, or an API key; c->person is there */
};

/*
 * What makes a change legitimate. A row whose method is POST PUT PATCH DELETE
 * names exactly one; a GET names none. Anything else does not start.
 */
enum web_change {
	WEB_READ = 0,
	WEB_CSRF = 1,     /* session cookie, and the field "csrf" or X-CSRF-Token */
	WEB_KEY = 2,      /* Authorization: Bearer; cookies are ignored */
	WEB_PRELOGIN = 4, /* the cookie of web_prelogin and the field "csrf": the login form */
	WEB_BASIC = 8,    /* Authorization: Basic, read by the handler; cookies are ignored: POST /api/v1/tokens */
};

enum web_type {
	WEB_TEXT = 1, /* UTF-8 without control characters but \t \n \r; min, max: bytes (max 0: LIMIT_REASON) */
	WEB_NAME,     /* str_is_name */
	WEB_SECRET,   /* as WEB_TEXT up to 1024 bytes; never shown, logged or kept in a URL */
	WEB_INT,      /* whole number; min, max (both 0: 0..INT64_MAX) */
	WEB_FLAG,     /* 1 0 on off true false yes no; absent is false */
	WEB_ENUM,     /* one of choices */
	WEB_HOSTS,    /* a host list; with .list also checkboxes, folded at once. Groups stay text: give it to inv_select */
	WEB_TIME,     /* RFC 3339 -> ms */
	WEB_DURATION, /* "15m" -> ms; min, max in ms */
	WEB_JSON,     /* any JSON value; in JSON bodies only */
};

/*
 * A field of the query (GET, DELETE), of the form or the JSON body (POST PUT
 * PATCH), or a {part} of the path. A field that no row names is refused, and
 * so is a second one of a row that is no list. An empty text is an absent one.
 */
struct web_field {
	const char *name;
	enum web_type type;
	int64_t min, max;
	bool required;
	bool list;                   /* may come more than once, or be a JSON array */
	bool selects;                /* sent and empty it is refused: an empty selection never means all */
	bool query;                  /* HOSTS: one text that is no host list stays as it is too: inv_select takes queries */
	const char *const *choices;  /* WEB_ENUM; ends with NULL */
	const char *word;            /* INT: this word is taken too, and means max ("all"); or NULL */
	const char *summary;         /* for the API's description, and the sentence of a refusal */
	json_t *(*schema)(void);     /* WEB_JSON: its JSON Schema for the API's description, the caller's; NULL: anything */
};

/* For `.fields = WEB_FIELDS({"verb", WEB_ENUM, .required = true, .choices = verbs}, ...)`, at file scope. */
#define WEB_FIELDS(...) ((const struct web_field[]){__VA_ARGS__, {.name = NULL}})

enum web_format {
	WEB_HTML = 1,
	WEB_JSON_FORMAT = 2,
	WEB_CSV = 4,
	WEB_TXT = 8,
	WEB_ANY_FORMAT = 15,
};

typedef int web_handler(struct web_call *c, struct err *e);

struct web_route {
	const char *method;        /* "GET" (answers HEAD too), "POST", "PUT", "PATCH", "DELETE" */
	const char *path;          /* "/nodes/{name}"; a last part "{name...}" takes what is left, slashes too */
	web_handler *handler;      /* 0: answered; -1: web answers with the error */
	enum web_guard guard;      /* one of the two: 0 does not start */
	const char *verb;          /* a verb of the policy the person must have somewhere, or NULL */
	const char *verb_or;       /* or this one does, or NULL */
	unsigned change;           /* one of enum web_change */
	const struct web_field *fields;
	bool lists;                /* a table: takes sort order limit offset q fields as well */
	bool raw;                  /* the body is the handler's (c->request->body); fields come from the query */
	size_t body_max;           /* bytes; 0: LIMIT_FORM for forms, LIMIT_JSON_BODY for JSON */
	unsigned formats;          /* enum web_format, or-ed; 0: WEB_HTML, below /api/ WEB_JSON_FORMAT. With more
	                            * than one, "/nodes.json" and Accept choose; the first of HTML JSON TXT CSV is the default */
	const char *template;      /* what web_page takes when it is given NULL */
	const char *operation_id;  /* required below /api/ */
	const char *summary;       /* one sentence, for the API's description */
};

/* ---- a program ------------------------------------------------------------------ */

struct web_program {
	const char *name;          /* "pages": also its folder of templates and its healthz */
	const struct web_route *routes;
	size_t n_routes;

	/* All may be NULL. `open` runs once, before the threads: what they share (a writer and its lock). */
	int (*open)(const struct conf *conf, void **shared, struct err *e);
	void (*close)(void *shared);
	/* Once a thread: its readers. A failure stops the start, so open lazily what may come later. */
	int (*thread_open)(const struct conf *conf, void *shared, void **state, struct err *e);
	void (*thread_close)(void *state);

	/* Before a page is rendered: call web_banner for what everybody should know. */
	void (*banners)(struct web_call *c);
};

/*
 * main() of a program: -c FILE (default /etc/larch/larch.json), -t checks the
 * configuration, the policy, the templates and the routes and exits 0 or 1;
 * --routes[=-] prints the rows below /api/ as an OpenAPI 3.1 document (with "=-" added to the one on standard
 * input, "=all": every row with its guards and fields, as JSON for tests); -V, -h. Else it serves descriptor 0 until SIGTERM; SIGHUP reads larch.json and the policy again and keeps the old ones
 * when they are wrong. "/NAME/healthz" is answered here. The exit status: 0, 1 failed, 2 usage.
 */
LARCH_API int web_main(int argc, char **argv, const struct web_program *p);

/* ---- a call ----------------------------------------------------------------------- */

struct web_private;

struct web_call {
	const struct http_request *request;
	const struct web_route *route;
	const struct conf *conf;
	const struct auth_policy *policy;  /* as last read; allows nothing when its file is missing */
	const struct auth_person *person;  /* NULL: nobody is logged in (WEB_OPEN, WEB_PRELOGIN, WEB_BASIC) */
	void *shared, *state;              /* the program's own */
	struct arena *arena;               /* of the request */
	int64_t now;                       /* ms, one value for the whole call */
	enum web_format format;            /* what was asked for */
	struct web_private *web;           /* this room's own */
};

/* Fields, already checked. Asking for a name that the row does not have is a bug of ours: abort. */
LARCH_API const char *web_text(struct web_call *c, const char *name);   /* NULL: absent. HOSTS: the list's text */
LARCH_API struct str web_str(struct web_call *c, const char *name);     /* {NULL,0}: absent */
LARCH_API bool web_has(struct web_call *c, const char *name);
LARCH_API int64_t web_int(struct web_call *c, const char *name, int64_t absent); /* INT TIME DURATION */
LARCH_API bool web_flag(struct web_call *c, const char *name);
LARCH_API size_t web_count(struct web_call *c, const char *name);       /* of a list; 0 or 1 of another */
LARCH_API const char *web_item(struct web_call *c, const char *name, size_t i);
LARCH_API json_t *web_value(struct web_call *c, const char *name);      /* JSON: borrowed, NULL absent */

/*
 * The token for hidden "csrf" fields: of the session when somebody is logged
 * in, else "". web_page puts it into the model by itself as {{csrf}}.
 */
LARCH_API const char *web_csrf(struct web_call *c);
/* For the login form: makes sure of the pre-session cookie and gives its token. */
LARCH_API const char *web_prelogin(struct web_call *c);

/* The raw token of the session cookie, "" without one (for logout and step-up in `login`; never shown). */
LARCH_API const char *web_session_token(struct web_call *c);

/* If-Match against an item's current tag: 0; -1 and 428 when it was not sent, 412 when it differs. */
LARCH_API int web_if_match(struct web_call *c, const char *etag, struct err *e);

/* ---- answers: exactly one a call, or return -1 with the error ------------------------ */

/*
 * A page. template NULL: the row's. model: an object (may be NULL), taken over;
 * inside stand also: site, title (the model's, else the site), program, version,
 * person {name, display} when logged in, csrf, now ("2026-11-20 22:38:05 +01:00"), clock
 * ("22:38:05 +01:00"), nav [{href,text,current}], banners [{level,word,text}], request_id,
 * url (path with query, escaped), formats [{href,text}] of the same page. Every page template begins with
 * {{> partials/head}} and ends with {{> partials/foot}}. In a row with more formats the model is the answer in
 * JSON, and its texts and numbers as "key: value" lines in text.
 */
LARCH_API int web_page(struct web_call *c, const char *template, json_t *model, struct err *e);

/* JSON, taken over. Indented; status 0 means 200. */
LARCH_API int web_json(struct web_call *c, int status, json_t *take, struct err *e);

/* Plain text, UTF-8. */
LARCH_API int web_plain(struct web_call *c, int status, struct str text, struct err *e);
/* Text of another type: "text/plain; version=0.0.4; charset=utf-8" (/metrics), "application/yang-data+json". */
LARCH_API int web_body(struct web_call *c, int status, const char *content_type, struct str body, struct err *e);

/*
 * A long answer, made while it is sent: `stream` is called when the handler is done, with ctx (of the call's arena).
 * -1 from it cuts the connection: the status has gone out already.
 */
LARCH_API int web_stream(struct web_call *c, const char *content_type,
    int (*stream)(struct http_out *out, void *ctx, struct err *e), void *ctx, struct err *e);

/*
 * Call `run` when the answer has gone out, whatever became of it: for what the cells of a table point to. A long table
 * is written while it is sent, after the handler.
 */
LARCH_API void web_after(struct web_call *c, void (*run)(void *ctx), void *ctx);

/*
 * The tag of what is about to be shown, with its quotes. True: the client has it (If-None-Match), 304 was answered
 * and the handler returns 0. The ETag goes out either way.
 */
LARCH_API bool web_unchanged(struct web_call *c, const char *etag);

/* 303 to a path of this site; anything else is ERR_INTERNAL. */
LARCH_API int web_redirect(struct web_call *c, const char *path, struct err *e);

/* 201 or 202 with Location, and JSON (taken over); 202 adds Retry-After: 1. 204 with NULL and no location. */
LARCH_API int web_created(struct web_call *c, int status, const char *location, json_t *take, struct err *e);

/*
 * Before returning -1: another status than the error's kind has (428, 413, 429 ...).
 * Before web_page and web_show: another status than 200 (the login form after a wrong password: 401).
 */
LARCH_API void web_status(struct web_call *c, int status);
/* Before returning -1: a member beside type, title, status, detail and instance ("targets", "plan"), taken over. */
LARCH_API void web_problem_add(struct web_call *c, const char *key, json_t *take);
/* 0 when the header was set; a bad value is refused (ERR_INTERNAL). Content-Type and Cache-Control are web's. */
LARCH_API int web_header(struct web_call *c, const char *name, const char *value, struct err *e);
/* "Refresh: seconds; url=here" and {{refresh}} in the model. */
LARCH_API void web_refresh(struct web_call *c, int seconds);
/*
 * Set a cookie: Secure, HttpOnly, SameSite=Strict. "__Host-" names get Path=/ whatever `path` says.
 * max_age_s < 0: until the browser closes; 0: forget it.
 */
LARCH_API int web_cookie(struct web_call *c, const char *name, const char *value, const char *path,
    int64_t max_age_s, struct err *e);
#define WEB_COOKIE AUTH_COOKIE         /* the session's */
#define WEB_COOKIE_PRE AUTH_COOKIE_PRE /* the pre-session of the login form */

/*
 * A link with its variable parts escaped as RFC 3986 wants: web_link(a, "/nodes/%s?tab=%s", name, tab).
 * %s takes const char *, %d int64_t; nothing else.
 */
LARCH_API const char *web_link(struct arena *a, const char *fmt, ...);

/* This address with a field set to value (NULL: without it), from the first row on: for links that choose what is shown. */
LARCH_API const char *web_here_with(struct web_call *c, const char *key, const char *value);

/* Show a line above the content of this page: level "info", "warn" or "critical". */
LARCH_API void web_banner(struct web_call *c, const char *level, const char *fmt, ...) LARCH_PRINTF(3, 4);

/* ---- tables: one description, four formats -------------------------------------------- */

enum web_kind {
	WEB_COL_TEXT = 0,
	WEB_COL_LINK,   /* text with href */
	WEB_COL_NUMBER, /* aligned right; sorts by value; `unit` stands in the heading */
	WEB_COL_TIME,   /* HTML, text: the room's time; JSON, CSV: UTC */
	WEB_COL_AGE,    /* HTML, text: "12 s"; JSON, CSV: UTC of `at`; sorts by time */
	WEB_COL_LEVEL,  /* level letter and word; JSON: {"state","text","at","stale"} */
	WEB_COL_STATE,  /* a word: on off unknown */
	WEB_COL_FLAG,   /* "yes" or ""; JSON: true, false */
	WEB_COL_JSON,   /* what is no single value, as JSON text: a member of its own in JSON; data_only suits it */
};

struct web_column {
	const char *key;     /* snake_case, of JSON, CSV and ?sort= */
	const char *title;   /* heading; NULL: key */
	enum web_kind kind;
	const char *unit;    /* "W"; the key should say it too: "power_watts" */
	const char *help;    /* one sentence, where columns are chosen; or NULL */
	bool groups;         /* rows may be grouped by it: offered where columns are chosen */
	bool prose;          /* sentences: the page breaks their lines */
	bool data_only;      /* in JSON and CSV, not on the page nor in text (unless ?fields= asks) */
};

/* A cell made of nothing ({0}) reads "unknown", null in JSON. Texts live in the call's arena, or longer. */
struct web_cell {
	const char *text;    /* NULL: unknown. NUMBER: how it is printed, or NULL: made from `number` */
	double number;       /* NUMBER, when is_number */
	bool is_number;      /* LEVEL with a number: sorts by it, and JSON has it as "number" */
	int64_t at;          /* TIME, AGE: the time. LEVEL, STATE, NUMBER: when it was seen (shown as its age). 0: none */
	char level;          /* 'o' ok, 'w' warn, 'c' critical, 'u' unknown; 0: none (a LEVEL's text without a letter) */
	bool stale;          /* older than twice its interval: shown grey, never green */
	const char *href;    /* a path of this site, or NULL; anything else is not shown as a link */
	const char *title;   /* a hint (title attribute), or NULL */
};
LARCH_API struct web_cell web_cell_text(const char *text);               /* NULL: unknown; "" stays empty */
LARCH_API struct web_cell web_cell_link(const char *text, const char *href);
LARCH_API struct web_cell web_cell_flag(bool value);
LARCH_API struct web_cell web_cell_number(double value);                 /* NAN: unknown */
LARCH_API struct web_cell web_cell_time(int64_t at);                     /* 0: unknown */
/* level as enum status_level's order: 0 ok, 1 warn, 2 critical, 3 unknown. */
LARCH_API struct web_cell web_cell_level(int level, const char *text, int64_t at, bool stale);

struct web_action {
	const char *label, *name, *value; /* a button: <button name value>label */
	const char *path;                 /* another target than the form's, or NULL */
};

/* By what the rows of a table are grouped. Headings come in natural order, those in `first` before them. */
struct web_grouping {
	const char *key;                   /* "rack": the group's column in CSV, its member in JSON */
	const char *(*word)(void *ctx, size_t row); /* "": nobody says; these come last */
	const char *const *first;          /* words, ends with NULL; or NULL */
};

/* The form is long, and few want it: a page shows a link to itself with the field "choose", which the row must have. */
enum web_choose {
	WEB_CHOOSE_NOT = 0,
	WEB_CHOOSE_LINK,
	WEB_CHOOSE_FORM,
};

struct web_table {
	const char *name;                  /* "nodes": its id, its member in JSON, {{#nodes}}{{> partials/table}}{{/nodes}} */
	const char *caption;               /* "Machines" */
	const char *empty;                 /* the sentence when there is no row; NULL: "Nothing to show." */
	const struct web_column *columns;
	size_t n_columns;
	size_t n;                          /* rows */
	/* Pure and quick: it is called again for sorting, filtering and measuring, so it points to texts
	 * that are there rather than making new ones. */
	struct web_cell (*cell)(void *ctx, size_t row, size_t column);
	void *ctx;

	/* Does a row match ?q=. 1, 0, or -1 with a sentence. NULL: q is looked for in the texts of the row, any case. */
	int (*match)(void *ctx, size_t row, const char *q, struct err *e);

	/* Rows of one word stand together below a heading; NULL: no groups. */
	const struct web_grouping *group;
	char (*level)(void *ctx, size_t row); /* of a row: 'o' 'w' 'c' 'u', counted in headings and in JSON; NULL: rows have none */
	enum web_choose choose;            /* how a reader comes to choose columns and the group ("fields", "group") */
	bool lasts;                        /* ctx is of the call's arena, or longer: rows may be written while they are sent */
	bool ages_in_titles;               /* the age of a cell is in its title, and behind its text only when it is stale */

	const char *sort;                  /* column key it comes sorted by, ascending; NULL: as given */
	bool given;                        /* rows are already one page, chosen by the handler out of `total`: no sort links */
	size_t total;                      /* with given */

	/* Checkboxes and buttons: a form around the table. */
	const char *form_path;             /* "/power/plan"; NULL: none */
	bool form_post;                    /* POST with the csrf field; else GET */
	const char *select;                /* the checkboxes' field: "machines" */
	const char *(*selected)(void *ctx, size_t row); /* a row's value; NULL: no checkbox in that row */
	const struct web_action *actions;
	size_t n_actions;
};

/*
 * The page with its tables in the format that was asked for. HTML: the template,
 * each table a member by its name. JSON: one table and no model: {"as_of","total","matched",
 * "offset","limit","items":[]}; else the model with each table's rows under its name. CSV: the
 * first table. Text: each table, aligned, with "# caption: x of y" above it.
 * In a row with .lists, sort order limit offset q fields act on the first table.
 * The model is taken over; may be NULL.
 */
LARCH_API int web_show(struct web_call *c, const char *template, json_t *model,
    const struct web_table *tables, size_t n_tables, struct err *e);

/* For a handler with `given` rows: what the fields asked for, defaults filled in (limit: by format). */
struct web_view {
	const char *sort, *q;  /* NULL: not asked */
	bool descending;
	size_t limit, offset;
};
LARCH_API struct web_view web_view(struct web_call *c);

/* ---- for tests and the build ------------------------------------------------------------ */

/* Check the rows as web_main does at the start. 0, or -1: the sentence names the row. */
LARCH_API int web_check_routes(const struct web_program *p, struct err *e);

/* Which row answers: NULL and *status 404 or 405 (then *allow lists the methods, in the arena). */
struct web_match {
	const struct web_route *route;
	int status;
	const char *allow;
	enum web_format suffix;     /* of "/nodes.json", or 0 */
	struct http_pairs parts;    /* of the path */
};
LARCH_API void web_match(const struct web_program *p, const char *method, const char *path, struct arena *a,
    struct web_match *out);

/* Add the rows below /api/ to an OpenAPI document (an object; "paths" is made when missing). */
LARCH_API void web_openapi(const struct web_program *p, json_t *document);

/* The HTTP status of an error kind. */
LARCH_API int web_kind_status(enum err_kind kind);

#endif
