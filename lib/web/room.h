/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share with each other and with nobody else. */
#ifndef LARCH_WEB_ROOM_H
#define LARCH_WEB_ROOM_H

#include <string.h>

#include "auth/used.h"
#include "web.h"

/* What is read at the start and again on SIGHUP. A former one lives until the end: requests may stand on it. */
struct web_site {
	struct conf *conf;
	struct auth_policy *policy;
	struct mustache_set *templates;
	char assets[17];        /* names the content of static/, so that it may be kept for ever */
	struct web_site *older;
};

struct web_server {
	const struct web_program *program;
	_Atomic(struct web_site *) site;
	const char *path;       /* of larch.json */
	void *shared;
	struct auth_used *used; /* keys, and when */
};

struct web_hole;
struct web_shown;
struct web_thread {
	struct web_server *server;
	struct store *sessions; /* NULL until it could be opened */
	void *state;            /* the program's */
};

/* A field as it came, before its type is looked at. */
struct web_input {
	struct str name, text;
	json_t *json;           /* of a JSON body, borrowed; else NULL and text counts */
};

/* A field of the call: its row and its value. */
struct web_slot {
	const struct web_field *row;
	struct str *item;       /* n texts, NUL-ended; HOSTS: one, folded */
	size_t n, cap;
	int64_t number;
	json_t *json;           /* WEB_JSON: borrowed from the body */
};

/* Ages as text, made once an answer for each span: a page has a hundred thousand of them. */
#define WEB_AGES 128
struct web_ages {
	struct {
		int64_t span;     /* s, and one more: 0 is none */
		size_t n;
		char text[16];
	} of[WEB_AGES];
};

/* Times as text, likewise. */
#define WEB_WHENS 64
struct web_whens {
	struct {
		int64_t at;
		size_t n;
		char text[TIMES_TEXT];
	} of[WEB_WHENS];
};

#define WEB_AFTER 4
struct web_private {
	struct http_response *response;
	const struct web_program *program;
	const struct web_site *site;
	struct web_thread *thread;
	struct web_match match;
	struct web_input *input;
	size_t n_input;
	struct web_slot *slot;
	size_t n_slot;
	json_t *body;           /* of a JSON body, owned */
	struct auth_person person;
	const char *token;      /* the session cookie, "" none */
	const char *pre;        /* CSRF token of the pre-session, or NULL */
	int status;             /* set by web_status, or 0 */
	json_t *problem;        /* members added to a problem, owned, or NULL */
	json_t *banners;        /* owned, or NULL */
	json_t *kept;           /* array of what the rendering still looks at, owned, or NULL */
	struct {
		void (*run)(void *ctx);
		void *ctx;
	} after[WEB_AFTER];     /* when the answer has gone out, the last first */
	size_t n_after;
	struct web_hole *first_hole, *last_hole; /* of the body; NULL: none */
	int refresh;            /* seconds, 0: none */
	bool answered;
	struct web_ages ages;
	struct web_whens whens;
};

/* ---- main.c ---- */
int web_site_load(const char *path, const struct web_program *p, struct web_site **out, struct err *e);
void web_site_destroy(struct web_site *s);
/* A policy that was missing and is there now is read: the first one counts from the next request on. */
void web_site_policy(struct web_server *s);

/* ---- rows.c ---- */
json_t *web_rows(const struct web_program *p); /* an array: every row with its guards and fields */

/* ---- dispatch.c: from a request to an answer ---- */
void web_handle(struct web_thread *t, const struct http_request *q, struct http_response *r);
size_t web_body_limit(const struct web_program *p, const struct http_request *q);

/* ---- guard.c ---- */
int web_guard_person(struct web_call *c, struct err *e);  /* who is it; 401, 403 */
void web_guard_reader(struct web_call *c);                /* who reads this refusal: for the head of the page, NULL is well */
int web_guard_change(struct web_call *c, struct err *e);  /* may it change something; 403 */
int web_guard_verb(struct web_call *c, struct err *e);    /* the row's verb; 403 */

/* ---- field.c ---- */
int web_fields_gather(struct web_call *c, struct err *e); /* path, query, body to c->web->input */
int web_fields_fill(struct web_call *c, struct err *e);   /* inputs to typed slots */
const struct web_slot *web_slot(struct web_call *c, const char *name); /* aborts when there is none */
const struct web_input *web_input(struct web_call *c, const char *name); /* NULL: not sent */
extern const struct web_field web_list_fields[];          /* sort order limit offset q fields */

/* ---- value.c ---- */
int web_value_check(struct web_slot *s, struct arena *a, int *status, struct err *e);

/* ---- problem.c ---- */
void web_problem(struct web_call *c, const struct err *e);

/* ---- page.c ---- */
int web_finish(struct web_call *c, int status, const char *type); /* Content-Type, no-store */
/* The page with extra members: `more` answers before the model does. Model is borrowed. */
int web_render(struct web_call *c, int status, const char *template, json_t *model,
    const struct mustache_value *more, struct err *e);

/* ---- link.c ---- */
const char *web_escape_path(struct arena *a, const char *path); /* decoded path to one for links */
const char *web_here(struct web_call *c);                       /* path and query of this request */
const char *web_base_path(struct web_call *c);                  /* without ".json", escaped */
/* This address with `key` set to value (NULL: without it), and without each of the NULL-ended drop. */
const char *web_with(struct web_call *c, const char *path, const char *key, const char *value,
    const char *const *drop);
const char *web_suffix(enum web_format f);                      /* ".json" */

/* ---- view.c: which rows and columns of a table are shown ---- */
struct web_shown {
	const struct web_table *table;
	struct web_call *c;
	size_t *row;              /* n rows of the table, in order */
	size_t n;
	size_t matched, total;    /* before paging; before filtering */
	size_t offset, limit;
	size_t *column;
	size_t n_column;
	struct web_run *run;      /* of a grouped table: its groups, in order; else NULL */
	size_t n_run, *run_at;    /* which one each row of the page is in */
	size_t level[4];          /* how many of the matched rows are ok, warn, critical, unknown; when the table has levels */
	struct web_cell *cell;    /* room for those of a row, n_column of them */
	size_t *width, gap;       /* of text: columns that each takes, and blanks between them */
	const char *sort;         /* key, or NULL */
	bool descending, main;    /* main: the table that sort, q ... act on */
};
int web_shown_make(struct web_call *c, const struct web_table *t, bool main, struct web_shown *out, struct err *e);
const char *web_shown_count(const struct web_shown *s, struct arena *a); /* "12 of 40" */

/* ---- ages.c: "12 s" ---- */
struct str web_age(struct web_ages *ages, int64_t span_ms);

/* ---- group.c: rows that stand together ---- */
struct web_run {
	const char *word;         /* "": nobody says */
	size_t n, level[4];       /* of all that matched */
};
#define WEB_COUNTS_TEXT 160
void web_runs_make(struct web_shown *s);                 /* sorts the rows by group, and counts */
bool web_run_begins(const struct web_shown *s, size_t i); /* is row i of the page the first of its group there */
const struct web_run *web_run_of(const struct web_shown *s, size_t i);
const char *web_run_text(const struct web_run *run, char out[WEB_COUNTS_TEXT]); /* "12: 3 critical, 1 warn" */

/* buf_add for the writers of rows: a million short texts a page, most of which fit. */
static inline void
web_put(struct buf *b, const char *p, size_t n)
{
	if (b->over || b->n + n >= b->cap || b->n + n > b->max) {
		buf_add(b, p, n);
		return;
	}
	if (n > 0) /* an empty text may be no address at all */
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}
/* buf_html for them: a short plain text is copied as it is looked at, any other goes through buf_html. */
static inline void
web_put_html(struct buf *b, const char *text)
{
	static const bool ends[256] = {['\0'] = true, ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true};
	size_t most = b->cap < b->max ? b->cap : b->max, room = b->over || b->n + 1 >= most ? 0 : most - b->n - 1, n = 0;
	char *to = b->p + b->n;

	while (n < room && !ends[(unsigned char)text[n]]) {
		to[n] = text[n];
		n++;
	}
	if (room > 0)
		to[text[n] == '\0' ? n : 0] = '\0';
	if (text[n] == '\0')
		b->n += n;
	else
		buf_html(b, (struct str){text, strlen(text)});
}
#define WEB_PUT(b, literal) web_put((b), (literal), sizeof(literal) - 1)

/* ---- cell.c: what a cell says ---- */
bool web_cell_known(const struct web_column *col, const struct web_cell *cell);
const char *web_cell_shown(const struct web_call *c, const struct web_column *col, const struct web_cell *cell,
    char scratch[TIMES_TEXT]); /* for people */
const char *web_level_word(char level);  /* "ok" */
int web_level_rank(char level);          /* 0 ok .. 3 unknown */
/* Does a letter stand before it? "no BMC" in a column of levels is a fact, and no level. */
bool web_cell_judged(const struct web_column *col, const struct web_cell *cell);

/* ---- table_html.c, table_rows.c, table_data.c, table_text.c ---- */
struct mustache_value web_table_value(const struct web_shown *s);
const char *web_next_page(const struct web_shown *s); /* a link, or NULL */
bool web_has_boxes(const struct web_shown *s);
json_t *web_hidden(const struct web_shown *s, const char *const *forget); /* [{name value}] of the address, without offset and these */
void web_keep(struct web_call *c, json_t *take);                          /* until the answer has gone out */
struct mustache_value web_choose_value(const struct web_shown *s);        /* of table_choose.c */
/* Rows from..to-1 of a table, appended; each format's writer takes them in order, some at a time. */
typedef void web_rows_fn(const struct web_shown *s, size_t from, size_t to, struct buf *out);
web_rows_fn web_rows_html, web_rows_json, web_rows_csv, web_rows_text;
void web_csv_head(const struct web_shown *s, struct buf *out);
void web_text_head(struct web_shown *s, struct buf *out); /* measures the columns too */

/* ---- send.c: rows where they belong in an answer ---- */
void web_rows_place(const struct web_shown *s, web_rows_fn *rows, struct buf *out); /* at the end of the body */
void web_rows_send(struct web_call *c); /* the answer is made: what is not in it yet is written as it goes out */

#endif
