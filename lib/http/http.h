/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: requests in, answers out, over FastCGI (libfcgi, hidden behind this
 * page so that it could be replaced). Called by lib/web alone, and by tests.
 * It knows methods, headers, forms and cookies; it knows no route, no person
 * and no page. Its peer is nginx and nobody else (docs: etc/nginx): the socket
 * is 0660 in a folder of the program, because libfcgi does not stand against
 * a hostile peer.
 */
#ifndef LARCH_HTTP_HTTP_H
#define LARCH_HTTP_HTTP_H

#include <stdbool.h>

#include "base/base.h"

/*
 * One request. Texts are never NULL: what was not sent is "". All memory is
 * the request's own and goes with it; `body` is not copied.
 */
struct http_request {
	struct arena *arena;
	const char *method;          /* "GET"; at most 16 upper-case letters */
	const char *path;            /* DOCUMENT_URI: decoded and normalised by nginx; starts with '/', no control byte */
	struct str query;            /* as sent, without '?' */
	const char *remote;          /* address of the client, numeric */
	const char *scheme, *host;   /* "https", "larch.example.org" */
	const char *cookie, *authorization;
	const char *accept, *content_type;
	const char *if_match, *if_none_match;
	const char *idempotency_key; /* text of at most LIMIT_NAME bytes */
	const char *request_id;      /* X-Request-Id when it is 1-64 of [A-Za-z0-9._-], else 16 new hex digits */
	const char *user_agent, *origin, *sec_fetch_site;
	const char *csrf_token;      /* X-CSRF-Token */
	const char *larch_grant;     /* Larch-Grant */
	int64_t content_length;      /* announced; when it is over body_limit, body is empty */
	struct str body;
	const char *refused;         /* NULL, or why this is a 400 whatever its route: one sentence */
};

#define HTTP_HEADERS 24 /* of one answer */

struct http_out; /* where a long answer goes */

/* Send some more of it. 0, or -1: the client is gone, and so is the point of going on. */
LARCH_API int http_write(struct http_out *out, struct str text);

struct http_response {
	int status;                  /* 200 unless set */
	struct {
		const char *name, *value; /* of the request's arena or literals */
	} header[HTTP_HEADERS];
	size_t n_headers;
	struct buf body;             /* ceiling LIMIT_PAGE; when it is over, the client gets a 500 */
	/*
	 * A long answer, made while it is sent: called once the head is out (without a Content-Length), in the same
	 * thread, and body is not looked at. -1 cuts the connection, so that nobody takes a part for the whole. It is called
	 * also when the client has gone before the head: what it holds, it lets go of.
	 */
	int (*stream)(struct http_out *out, void *ctx, struct err *e);
	void *stream_ctx;            /* of the request's arena, or longer */
	/* Called when the answer has gone out, or was cut: to let go of what it stood on. NULL: nothing is to be done. */
	void (*done)(void *ctx);
	void *done_ctx;
	struct arena *arena;
};

/*
 * Add a header; another of the same name stays beside it (Set-Cookie). 0, or
 * -1 with nothing added: a name that is no token, a value with a control byte,
 * more than LIMIT_HEADER bytes, or no room (RFC 9110, section 5.5).
 */
LARCH_API int http_header(struct http_response *r, const char *name, const char *value);
/* Add it, or take the place of the one of that name. */
LARCH_API int http_header_set(struct http_response *r, const char *name, const char *value);
/* The first value of that name, or NULL. */
LARCH_API const char *http_header_get(const struct http_response *r, const char *name);

/* "Not Found"; "Unknown" for a number that is none of ours. */
LARCH_API const char *http_status_text(int status);

/* ---- the server --------------------------------------------------------------- */

struct http_server {
	int fd;       /* listening socket: 0 */
	int threads;  /* 1..64, one FastCGI request each */
	void *ctx;    /* handed to every function below */

	/* Once a thread, before its first request; *state is handed to the others. NULL: no state. */
	int (*open)(void *ctx, void **state, struct err *e);
	void (*close)(void *ctx, void *state);

	/* How many bytes of body this request may have; asked before the body is read. Above it: handled
	 * with an empty body and content_length as announced, so that handle can say 413. */
	size_t (*body_limit)(void *ctx, void *state, const struct http_request *q);

	/* Answer. It may take its time: SIGTERM waits for it. */
	void (*handle)(void *ctx, void *state, const struct http_request *q, struct http_response *r);

	/* SIGHUP, in the main thread, beside running requests. May be NULL. */
	void (*reload)(void *ctx);
};

/*
 * Serve until SIGTERM or SIGINT; requests in flight complete first. 0 after a
 * clean stop; -1 when the socket is none, or a thread could not open its state.
 * The signals TERM INT HUP stay blocked in all threads (a child that is forked
 * by a handler must unblock them); PIPE is ignored.
 *
 * A peer that connects and then says nothing for 10 s is dropped.
 */
LARCH_API int http_serve(const struct http_server *s, struct err *e);

/*
 * Ask a running http_serve of this process to stop, as SIGTERM does (tests).
 */
LARCH_API void http_stop(void);

/* ---- parsers, pure --------------------------------------------------------------- */

struct http_pair {
	struct str name, value; /* decoded, NUL-ended, in the arena */
};

struct http_pairs {
	struct http_pair *pair;
	size_t n;
};

/*
 * application/x-www-form-urlencoded (WHATWG URL, section 5.1), also a query:
 * "a=1&b=2". Repeats are kept, in order. Refused: more than LIMIT_FIELDS pairs,
 * a value over LIMIT_FIELD, a broken %-escape, an empty name, NUL and other control bytes
 * but \t \n \r, bytes that are no UTF-8. The error names the field, never its value.
 */
LARCH_API int http_form_parse(struct str text, struct arena *a, struct http_pairs *out, struct err *e);

/*
 * multipart/form-data (RFC 7578), as a form with a file sends it: a part is a pair, the name of a file is
 * passed over. The same refusals; a value may have value_max bytes, a form at most 64 parts.
 */
LARCH_API int http_multipart_parse(struct str body, const char *content_type, size_t value_max, struct arena *a,
    struct http_pairs *out, struct err *e);

/*
 * A Cookie header (RFC 6265, section 4.2.1). What does not parse is passed over, as
 * are cookies nobody asks for. The value of `name`: "" when it is not there, or
 * when it is there twice with different values (one of the two was planted).
 */
LARCH_API const char *http_cookie(const char *header, const char *name, struct arena *a);

/* Split "Bearer xyz" at its first blank when the scheme is `scheme` (any case); else {NULL, 0}. */
LARCH_API struct str http_credentials(const char *authorization, const char *scheme);

/*
 * How much the Accept header wants a type "application/json": 0..1000 (q x 1000; RFC 9110
 * section 12.5.1). *exact (may be NULL) says whether the type was named itself, not by a star.
 */
LARCH_API int http_accepts(const char *accept, const char *type, bool *exact);

/* Is content_type this type, whatever its parameters? A charset other than utf-8 is not. */
LARCH_API bool http_is_type(const char *content_type, const char *type);

/* "/jobs/12?x=y": a path of this site and nothing that leads elsewhere ("//host", "/\host", control bytes). */
LARCH_API bool http_is_local(const char *path);

/* Is a decoded path fit to be routed: '/' first, no byte < 0x20 or 0x7f, no "//", no "." or ".."
 * segment, UTF-8, at most LIMIT_URL bytes. */
LARCH_API bool http_is_path(const char *path);

#endif
