/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that speaks HTTPS: libcurl, certificates always checked, no redirects. */
#include <curl/curl.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"

#define CONNECT_LIMIT_S 10L
#define EXCHANGE_LIMIT_S 60L
#define TRIES 5             /* of what may be sent twice: an nginx restart takes a second or two */

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct buf *b = ctx;

	buf_add(b, p, size * n);
	return b->over ? 0 : size * n;
}

/* The headers that are kept. */
static const struct { const char *name; size_t offset; } wanted[] = {
	{"location", offsetof(struct api_answer, location)}, {"etag", offsetof(struct api_answer, etag)},
};

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct api_answer *a = ctx;
	struct str line = {p, size * n}, name;

	name = str_cut(&line, ':');
	for (size_t i = 0; line.p != NULL && i < LARCH_COUNT(wanted); i++)
		if (name.n == strlen(wanted[i].name) && strncasecmp(name.p, wanted[i].name, name.n) == 0 && line.n < LIMIT_URL) {
			char **at = (char **)(void *)((char *)a + wanted[i].offset);

			while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
				line.n--;
			line = str_trim(line);
			free(*at);
			*at = strndup(line.p, line.n);
		}
	return size * n;
}

static int
on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)ctx, (void)a, (void)b, (void)c, (void)d;
	return interrupted ? 1 : 0;
}

static struct curl_slist *
headers_of(const struct cli *c, const struct api_request *q)
{
	struct curl_slist *h = NULL;
	struct buf auth = BUF(LIMIT_HEADER);

	h = curl_slist_append(h, "Accept: application/json");
	h = curl_slist_append(h, "Expect:");
	if (q->body.p != NULL)
		h = curl_slist_append(h, "Content-Type: application/json");
	if (q->user == NULL && c->session.key.n > 0) {
		buf_puts(&auth, "Authorization: Bearer ");
		buf_str(&auth, buf_view(&c->session.key));
		h = curl_slist_append(h, auth.p);
		buf_wipe(&auth);
	}
	if (q->idempotency_key != NULL) {
		buf_printf(&auth, "Idempotency-Key: %s", q->idempotency_key);
		h = curl_slist_append(h, auth.p);
		buf_free(&auth);
	}
	if (q->grant != NULL && q->grant->n > 0) {
		buf_puts(&auth, "Larch-Grant: ");
		buf_str(&auth, buf_view(q->grant));
		h = curl_slist_append(h, auth.p);
		buf_wipe(&auth);
	}
	if (q->if_none_match != NULL) {
		buf_printf(&auth, "If-None-Match: %s", q->if_none_match);
		h = curl_slist_append(h, auth.p);
		buf_free(&auth);
	}
	return h;
}

static void
forget_headers(struct curl_slist *h)
{
	for (struct curl_slist *i = h; i != NULL; i = i->next)
		explicit_bzero(i->data, strlen(i->data));
	curl_slist_free_all(h);
}

static void
set_options(CURL *curl, const struct cli *c, const struct api_request *q, struct api_answer *out)
{
	const struct session *s = &c->session;
	const char *host = s->server + strlen("https://");

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_LIMIT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, q->limit_s > 0 ? q->limit_s : EXCHANGE_LIMIT_S);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "larch/" LARCH_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out->text);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, out);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	/* curl sends again what a kept connection loses: only what may be sent twice goes over one */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, q->retry ? 0L : 1L);
	if (s->ca != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca);
	/* a proxy of the environment cannot reach this machine's own loopback */
	if (strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0)
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	if (q->body.p != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.p);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
	} else if (strcmp(q->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	}
	if (q->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(curl, CURLOPT_USERNAME, q->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, q->password->n > 0 ? q->password->p : "");
	}
}

/* What curl says, as a sentence that says what to do. */
static int
explain(const struct cli *c, CURLcode code, const char *detail, struct err *e)
{
	const struct session *s = &c->session;

	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(e, ERR_UNAVAILABLE, "%s: its certificate is not trusted (%s); %s", s->server, detail,
		    s->ca != NULL ? "is this the right --ca FILE?" : "name the CA that signed it with --ca FILE");
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, ERR_INPUT, "%s: cannot read certificates from the file given with --ca", s->ca);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(e, ERR_UNAVAILABLE, "%s: no answer in time", s->server);
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(e, ERR_UNAVAILABLE, "interrupted");
	case CURLE_WRITE_ERROR:
		return err_set(e, ERR_UNAVAILABLE, "%s: the answer is larger than the command takes", s->server);
	default:
		return err_set(e, ERR_UNAVAILABLE, "%s: not reachable: %s", s->server, detail);
	}
}

static bool
never_sent(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_URL_MALFORMAT;
}

static int
call_once(struct cli *c, const struct api_request *q, struct api_answer *out, struct err *e)
{
	static CURL *curl; /* one for all calls: the connection stays */
	struct curl_slist *h = headers_of(c, q);
	char *url = arena_printf(c->arena, "%s%s", c->session.server, q->path);
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code;
	int rc = 0;

	if (curl == NULL)
		curl = curl_easy_init();
	if (curl == NULL || h == NULL)
		log_die("curl: out of memory");
	curl_easy_reset(curl);
	set_options(curl, c, q, out);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, h);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		out->sent = !never_sent(code);
		rc = explain(c, code, *detail != '\0' ? detail : curl_easy_strerror(code), e);
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
	if (c->opt.verbose)
		fprintf(stderr, "%s %s: %ld\n", q->method, url, out->status);
	curl_easy_reset(curl);
	forget_headers(h);
	return rc;
}

/* Nobody behind nginx: it answers 502 or 504 itself, in HTML. Asked too fast, it says 429 for a part of a second. */
static bool
worth_again(const struct api_request *q, const struct api_answer *a, int rc)
{
	if (rc != 0)
		return a->sent;
	if (a->status == 429 && strcmp(q->method, "GET") == 0)
		return true;
	return (a->status == 502 || a->status == 504) && (a->text.n == 0 || a->text.p[0] != '{');
}

int
api_call(struct cli *c, const struct api_request *q, struct api_answer *out, struct err *e)
{
	static bool ready;
	struct err no_json = {0};
	size_t max = q->max > 0 ? q->max : LIMIT_PAGE;
	int rc = -1;

	*out = (struct api_answer){.text = BUF(max)};
	if (c->session.server == NULL)
		return err_set(e, ERR_LOGIN, "not logged in: larch login URL");
	if (q->user == NULL && c->session.key.n == 0)
		return err_set(e, ERR_LOGIN, "not logged in to %s: larch login %s", c->session.server, c->session.server);
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		log_die("curl: cannot begin");
	ready = true;
	for (int i = 0; i < TRIES; i++) {
		bool was_sent = out->sent;

		api_answer_finish(out);
		*out = (struct api_answer){.text = BUF(max)};
		err_clear(e);
		rc = call_once(c, q, out, e);
		out->sent = out->sent || (rc != 0 && was_sent);
		if (!q->retry || interrupted || !(worth_again(q, out, rc) || (rc != 0 && was_sent)))
			break;
		nanosleep(&(struct timespec){.tv_nsec = 500 * 1000000}, NULL);
	}
	c->talked = c->talked || rc == 0;
	if (rc == 0 && out->text.n > 0)
		out->body = jsn_parse(buf_view(&out->text), "the answer", &no_json);
	return rc;
}

void
api_answer_finish(struct api_answer *a)
{
	json_decref(a->body);
	buf_wipe(&a->text); /* the answer to a login holds a key */
	free(a->location);
	free(a->etag);
	*a = (struct api_answer){0};
}

int
api_get_text(struct cli *c, const char *path, struct api_answer *out, int *exit_out)
{
	struct api_request q = {.method = "GET", .path = path, .retry = true};
	struct err e = {0};

	if (api_call(c, &q, out, &e) != 0) {
		*exit_out = cli_fail(c, &e);
		return -1;
	}
	if (out->status < 200 || out->status > 299) {
		*exit_out = api_fail(c, out);
		return -1;
	}
	return 0;
}

int
api_get(struct cli *c, const char *path, struct api_answer *out, int *exit_out)
{
	struct err e = {0};

	if (api_get_text(c, path, out, exit_out) != 0)
		return -1;
	if (out->body == NULL) {
		err_set(&e, ERR_UNAVAILABLE, "%s: %s: the answer is not JSON; is this a Larch server?",
		    c->session.server, path);
		*exit_out = cli_fail(c, &e);
		return -1;
	}
	return 0;
}
