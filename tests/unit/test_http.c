/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http.h"
#include "t.h"

static struct arena *a;
static struct err e;

static int
form(const char *text, struct http_pairs *out)
{
	err_clear(&e);
	return http_form_parse(str_of(text), a, out, &e);
}

static void
t_a_form_gives_its_fields_decoded_and_in_order(void)
{
	struct http_pairs p;

	T_INT(form("a=1&b=x+y%2Fz&a=%C3%A9&&empty=&bare", &p), 0);
	T_INT(p.n, 5);
	T_STR(p.pair[0].value.p, "1");
	T_STR(p.pair[1].value.p, "x y/z");
	T_STR(p.pair[2].name.p, "a");
	T_STR(p.pair[2].value.p, "\xc3\xa9");
	T_STR(p.pair[3].value.p, "");
	T_STR(p.pair[4].name.p, "bare");
	T_INT(form("", &p), 0);
	T_INT(p.n, 0);
	T_INT(form("t=a%0D%0Ab", &p), 0); /* a textarea */
}

static void
t_a_form_that_is_broken_is_refused_with_the_field_named(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"a=%", "'a'"}, {"a=%4", "'a'"}, {"a=%zz", "'a'"}, {"a=b%00c", "'a'"}, {"a=%1b[2J", "'a'"},
	    {"a=%ff", "'a'"}, {"x=1&=2", "Field 2"}, {"%0a=1", "no readable name"}, {"a%00=1", "no readable name"},
	    {"a=%E2%80%AE", "'a'"}, {"%=1", "no readable name"},
	};
	struct http_pairs p;

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_INT(form(rows[i].text, &p), -1);
		T_INT(e.kind, ERR_INPUT);
		T_ERR(e, rows[i].says);
	}
}

static void
t_a_form_has_ceilings(void)
{
	struct buf b = BUF(1u << 20);
	struct http_pairs p;

	for (int i = 0; i <= LIMIT_FIELDS; i++)
		buf_puts(&b, i == 0 ? "a" : "&a");
	T_INT(http_form_parse(buf_view(&b), a, &p, &e), -1);
	T_INT(e.kind, ERR_LIMIT);
	T_INT(http_form_parse((struct str){b.p, b.n - 2}, a, &p, &e), 0);
	buf_clear(&b);
	buf_puts(&b, "big=");
	for (size_t i = 0; i <= LIMIT_FIELD; i++)
		buf_char(&b, 'x');
	T_INT(http_form_parse(buf_view(&b), a, &p, &e), -1);
	T_ERR(e, "'big' is longer");
	T_INT(http_form_parse((struct str){b.p, b.n - 1}, a, &p, &e), 0);
	buf_clear(&b);
	for (int i = 0; i < 200; i++)
		buf_char(&b, 'n');
	T_INT(http_form_parse(buf_view(&b), a, &p, &e), -1);
	T_ERR(e, "name of field 1");
	buf_free(&b);
}

static void
t_a_cookie_is_found_among_others_and_two_that_differ_are_none(void)
{
	T_STR(http_cookie("a=1; __Host-larch=abc; SameSite=Strict", "__Host-larch", a), "abc");
	T_STR(http_cookie("__Host-larch=abc", "__Host-larch", a), "abc");
	T_STR(http_cookie("__Host-larch=abc; __Host-larch=abc", "__Host-larch", a), "abc");
	T_STR(http_cookie("__Host-larch=abc; __Host-larch=def", "__Host-larch", a), "");
	T_STR(http_cookie("__Host-larch=abc; __Host-larch=", "__Host-larch", a), "");
	T_STR(http_cookie("x__Host-larch=abc; __Host-larchx=1", "__Host-larch", a), "");
	T_STR(http_cookie("__host-larch=abc", "__Host-larch", a), "");
	T_STR(http_cookie(";;; =x; Secure", "__Host-larch", a), "");
	T_STR(http_cookie("", "a", a), "");
	T_STR(http_cookie("a=b=c", "a", a), "b=c");
}

static void
t_credentials_are_of_their_scheme_or_nothing(void)
{
	T_OK(str_is(http_credentials("Bearer larch_1.2", "Bearer"), "larch_1.2"));
	T_OK(str_is(http_credentials("bearer  x ", "Bearer"), "x"));
	T_OK(http_credentials("Basic eDp5", "Bearer").p == NULL);
	T_OK(http_credentials("Bearer", "Bearer").p == NULL);
	T_OK(http_credentials("", "Bearer").p == NULL);
	T_OK(http_credentials("BearerX y", "Bearer").p == NULL);
}

static void
t_accept_is_weighed(void)
{
	bool exact;

	T_INT(http_accepts("text/html,application/json;q=0.5", "application/json", &exact), 500);
	T_OK(exact);
	T_INT(http_accepts("text/html, */*;q=0.1", "application/json", &exact), 100);
	T_OK(!exact);
	T_INT(http_accepts("application/*, */*;q=0.1", "application/json", NULL), 1000);
	T_INT(http_accepts("application/json;q=0, */*", "application/json", NULL), 0);
	T_INT(http_accepts("*/*, application/json;q=0", "application/json", NULL), 0);
	T_INT(http_accepts("", "text/html", NULL), 0);
	T_INT(http_accepts("text/html;q=nonsense", "text/html", NULL), 0);
	T_INT(http_accepts("TEXT/HTML", "text/html", NULL), 1000);
	T_INT(http_accepts("*/json", "application/json", NULL), 0);
	T_INT(http_accepts(",,;,", "application/json", NULL), 0);
}

static void
t_a_type_is_itself_in_utf8(void)
{
	T_OK(http_is_type("application/json", "application/json"));
	T_OK(http_is_type("Application/JSON; charset=UTF-8", "application/json"));
	T_OK(http_is_type("application/json; charset=\"utf-8\"", "application/json"));
	T_OK(!http_is_type("application/json; charset=iso-8859-1", "application/json"));
	T_OK(!http_is_type("application/jsonx", "application/json"));
	T_OK(!http_is_type("", "application/json"));
	T_OK(!http_is_type("text/plain", "application/x-www-form-urlencoded"));
}

static void
t_only_paths_of_this_site_are_local(void)
{
	static const char *const good[] = {"/", "/jobs/12?x=y", "/a//b", "/nodes/n%201"};
	static const char *const bad[] = {"", "jobs", "//evil.org", "/\\evil.org", "https://evil.org", "/a\r\nX: y",
	    "/a b", "/\t/evil.org", "/a\\b", "/\xc3\xa9", "\\/evil"};

	for (size_t i = 0; i < LARCH_COUNT(good); i++)
		T_OK(http_is_local(good[i]));
	for (size_t i = 0; i < LARCH_COUNT(bad); i++)
		T_OK(!http_is_local(bad[i]));
}

static void
t_paths_that_play_tricks_are_refused(void)
{
	static const char *const good[] = {"/", "/nodes", "/nodes/", "/nodes/n1.savio3", "/a b", "/\xc3\xa9", "/...", "/.a"};
	static const char *const bad[] = {"", "nodes", "//", "/a//b", "/a/../b", "/..", "/.", "/a/.", "/a\nb", "/a\rb",
	    "/a\tb", "/a\x7f", "/\xff", "/a/..", "/\x1b[2J"};
	char *longer = malloc(LIMIT_URL + 8);

	for (size_t i = 0; i < LARCH_COUNT(good); i++)
		T_OK(http_is_path(good[i]));
	for (size_t i = 0; i < LARCH_COUNT(bad); i++)
		T_OK(!http_is_path(bad[i]));
	memset(longer, 'a', LIMIT_URL + 1);
	longer[0] = '/';
	longer[LIMIT_URL + 1] = '\0';
	T_OK(!http_is_path(longer));
	free(longer);
}

static void
t_a_header_cannot_split_the_answer(void)
{
	struct http_response r = {.arena = a};

	T_INT(http_header(&r, "X-A", "plain"), 0);
	T_INT(http_header(&r, "X-B", "a\r\nSet-Cookie: x=y"), -1);
	T_INT(http_header(&r, "X-B", "a\nb"), -1);
	T_INT(http_header(&r, "X B", "a"), -1);
	T_INT(http_header(&r, "X-B: y\r\nZ", "a"), -1);
	T_INT(http_header(&r, "", "a"), -1);
	T_INT(http_header_set(&r, "x-a", "b\r\nc"), -1);
	T_INT(r.n_headers, 1);
	T_STR(http_header_get(&r, "x-a"), "plain");
	T_INT(http_header_set(&r, "x-a", "other"), 0);
	T_INT(r.n_headers, 1);
	T_STR(http_header_get(&r, "X-A"), "other");
	while (r.n_headers < HTTP_HEADERS)
		T_INT(http_header(&r, "X", "y"), 0);
	T_INT(http_header(&r, "X", "y"), -1);
}

/* ---- the server ------------------------------------------------------------------- */

static int opened, closed;
static char seen_path[64], seen_body[64];

static int
server_open(void *ctx, void **state, struct err *err)
{
	(void)err;
	opened++;
	*state = ctx;
	return 0;
}

static void
server_close(void *ctx, void *state)
{
	(void)ctx;
	(void)state;
	closed++;
}

static size_t
server_limit(void *ctx, void *state, const struct http_request *q)
{
	(void)ctx;
	(void)state;
	(void)q;
	return 10;
}

static void
server_handle(void *ctx, void *state, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	(void)state;
	snprintf(seen_path, sizeof(seen_path), "%s", q->path);
	snprintf(seen_body, sizeof(seen_body), "%.*s", (int)q->body.n, q->body.n > 0 ? q->body.p : "");
	r->status = q->refused != NULL ? 400 : (size_t)q->content_length != q->body.n ? 413 : 200;
	(void)http_header(r, "Content-Type", "text/plain");
	buf_puts(&r->body, q->refused != NULL ? q->refused : "hello");
}

static void *
server_run(void *arg)
{
	struct err why = {0};

	if (http_serve(arg, &why) != 0)
		fprintf(stderr, "# %s\n", why.text);
	return NULL;
}

/* One FastCGI record (FastCGI 1.0, section 3.3). */
static void
record(struct buf *b, int type, const void *p, size_t n)
{
	unsigned char head[8] = {1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)n, 0, 0};

	buf_add(b, head, sizeof(head));
	buf_add(b, p, n);
}

static void
pair(struct buf *b, const char *name, const char *value)
{
	buf_char(b, (char)strlen(name));
	buf_char(b, (char)strlen(value));
	buf_puts(b, name);
	buf_puts(b, value);
}

static int
dial(const struct sockaddr_un *to)
{
	const struct timeval limit = {.tv_sec = 30};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	T_INT(connect(fd, (const struct sockaddr *)to, sizeof(*to)), 0);
	return fd;
}

/* Ask, and return what came back, whole records and all. */
static void
ask(const struct sockaddr_un *to, const char *path, const char *length, const char *body, struct buf *out)
{
	static const unsigned char begin[8] = {0, 1, 0};
	struct buf b = BUF(4096), params = BUF(4096);
	char block[4096];
	ssize_t n;
	int fd = dial(to);

	pair(&params, "REQUEST_METHOD", "POST");
	pair(&params, "DOCUMENT_URI", path);
	pair(&params, "CONTENT_LENGTH", length);
	record(&b, 1, begin, 8);
	record(&b, 4, params.p, params.n);
	record(&b, 4, "", 0);
	if (*body != '\0')
		record(&b, 5, body, strlen(body));
	record(&b, 5, "", 0);
	T_INT(write(fd, b.p, b.n), (ssize_t)b.n);
	buf_clear(out);
	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_add(out, block, (size_t)n);
	(void)close(fd);
	buf_free(&b);
	buf_free(&params);
}

static bool
has(const struct buf *b, const char *text)
{
	return b->n > 0 && memmem(b->p, b->n, text, strlen(text)) != NULL;
}

static void
t_the_server_answers_and_a_peer_that_stays_silent_does_not_stop_its_end(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct http_server s = {.threads = 3, .open = server_open, .close = server_close,
	    .body_limit = server_limit, .handle = server_handle};
	struct buf out = BUF(1u << 16);
	pthread_t thread;
	int silent;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", t_folder());
	s.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	T_INT(bind(s.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	T_INT(listen(s.fd, 16), 0);
	T_INT(pthread_create(&thread, NULL, server_run, &s), 0);
	silent = dial(&at); /* holds one thread of the three, for ten seconds at most */
	ask(&at, "/here", "5", "12345", &out);
	T_OK(has(&out, "Status: 200 OK\r\n"));
	T_OK(has(&out, "Content-Length: 5\r\n"));
	T_STR(seen_path, "/here");
	T_STR(seen_body, "12345");
	ask(&at, "/here", "11", "12345678901", &out);
	T_OK(has(&out, "Status: 413"));
	T_STR(seen_body, "");
	ask(&at, "/here", "9", "123", &out);
	T_OK(has(&out, "Status: 400"));
	T_OK(has(&out, "ended early"));
	ask(&at, "/here", "-1", "", &out);
	T_OK(has(&out, "Status: 400"));
	ask(&at, "/a\r\nb", "0", "", &out);
	T_OK(has(&out, "Status: 400"));
	ask(&at, "nowhere", "0", "", &out);
	T_OK(has(&out, "Status: 400"));
	(void)close(silent);
	http_stop();
	T_INT(pthread_join(thread, NULL), 0);
	T_INT(opened, 3);
	T_INT(closed, 3);
	(void)close(s.fd);
	buf_free(&out);
}

static void
t_what_is_no_listening_socket_is_refused_with_a_sentence(void)
{
	struct http_server s = {.fd = -1, .threads = 1};

	err_clear(&e);
	T_INT(http_serve(&s, &e), -1);
	T_ERR(e, "not a listening socket");
	s.threads = 0;
	T_INT(http_serve(&s, &e), -1);
	T_ERR(e, "1 to 64 threads");
}

/* ---- forms with a file ------------------------------------------------------------ */

#define PART(name, value) "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define MULTIPART "multipart/form-data; boundary=x"

static void
t_a_form_with_a_file_is_read(void)
{
	static const char body[] = PART("csrf", "abc") "--x\r\ncontent-type: text/plain\r\n"
	    "content-disposition: form-data; name=\"file\"; filename=\"C:\\room.json\"\r\n\r\n{\r\n--y\n}\r\n" PART("go", "") "--x--\r\n";
	struct http_pairs p;

	T_INT(http_multipart_parse(str_of(body), MULTIPART, 64, a, &p, &e), 0);
	T_INT((long long)p.n, 3);
	T_STR(p.pair[0].value.p, "abc");
	T_STR(p.pair[1].name.p, "file");
	T_STR(p.pair[1].value.p, "{\r\n--y\n}");
	T_STR(p.pair[2].value.p, "");
	T_INT(http_multipart_parse(str_of(body), "multipart/form-data; boundary=\"x\"", 64, a, &p, &e), 0);
}

static void
t_a_form_with_a_file_is_refused(void)
{
	static const struct {
		const char *type, *body, *says;
	} rows[] = {
	    {"multipart/form-data", PART("a", "1") "--x--", "names no boundary"},
	    {MULTIPART, "a" PART("a", "1") "--x--", "does not begin"},
	    {MULTIPART, PART("a", "1"), "cut off"},
	    {MULTIPART, PART("a", "1") "--x", "cut off"},
	    {MULTIPART, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--x--", "no end of its headers"},
	    {MULTIPART, "--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--x--", "no readable name"},
	    {MULTIPART, PART("", "1") "--x--", "no readable name"},
	    {MULTIPART, PART("a", "123456789") "--x--", "longer than 8"},
	    {MULTIPART, PART("a", "\x01") "--x--", "control characters"},
	    {MULTIPART, PART("a", "\xff") "--x--", "not UTF-8"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct http_pairs p;
	
		T_INT(http_multipart_parse(str_of(rows[i].body), rows[i].type, 8, a, &p, &e), -1);
		T_ERR(e, rows[i].says);
	}
}

static int
all(void)
{
	static const struct t_case cases[] = {T(t_a_form_gives_its_fields_decoded_and_in_order),
	    T(t_a_form_that_is_broken_is_refused_with_the_field_named), T(t_a_form_has_ceilings),
	    T(t_a_form_with_a_file_is_read), T(t_a_form_with_a_file_is_refused),
	    T(t_a_cookie_is_found_among_others_and_two_that_differ_are_none),
	    T(t_credentials_are_of_their_scheme_or_nothing), T(t_accept_is_weighed), T(t_a_type_is_itself_in_utf8),
	    T(t_only_paths_of_this_site_are_local), T(t_paths_that_play_tricks_are_refused),
	    T(t_a_header_cannot_split_the_answer),
	    T(t_the_server_answers_and_a_peer_that_stays_silent_does_not_stop_its_end),
	    T(t_what_is_no_listening_socket_is_refused_with_a_sentence)};

	return t_main(cases, LARCH_COUNT(cases));
}

int
main(void)
{
	int rc;

	a = arena_create();
	rc = all();
	arena_destroy(a);
	return rc;
}
