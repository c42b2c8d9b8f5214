/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes through every parser of a request's head and form. What a form
 * gives is text, and reads back the same when it is written again; a cookie's
 * value holds no ';'; a path that passes holds nothing that nginx or a link
 * would read otherwise; a header that was taken is one line.
 */
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "fuzz.h"

static void
form(struct str s, struct arena *a)
{
	struct http_pairs one, two;
	struct buf b = BUF(16u << 20);
	struct err e = {0};

	if (http_form_parse(s, a, &one, &e) != 0) {
		DEMAND(e.kind != ERR_NONE && e.text[0] != '\0');
		return;
	}
	DEMAND(one.n <= LIMIT_FIELDS);
	for (size_t i = 0; i < one.n; i++) {
		DEMAND(str_is_text(one.pair[i].name) && str_is_text(one.pair[i].value));
		DEMAND(one.pair[i].value.n <= LIMIT_FIELD && strlen(one.pair[i].value.p) == one.pair[i].value.n);
		if (i > 0)
			buf_char(&b, '&');
		buf_url(&b, one.pair[i].name);
		buf_char(&b, '=');
		buf_url(&b, one.pair[i].value);
	}
	for (size_t i = 0; i < one.n; i++)
		if (one.pair[i].name.n * 3 > LIMIT_NAME) {
			buf_free(&b); /* escaped, this name is longer than one may be */
			return;
		}
	DEMAND(http_form_parse(buf_view(&b), a, &two, &e) == 0 && two.n == one.n);
	for (size_t i = 0; i < one.n; i++)
		DEMAND(str_eq(one.pair[i].name, two.pair[i].name) && str_eq(one.pair[i].value, two.pair[i].value));
	buf_free(&b);
}

static void
head(const char *s, struct arena *a)
{
	struct http_response r = {.arena = a};
	bool exact;
	int q = http_accepts(s, "application/json", &exact);

	DEMAND(q >= 0 && q <= 1000);
	DEMAND(strchr(http_cookie(s, "__Host-larch", a), ';') == NULL);
	DEMAND(http_credentials(s, "Bearer").n <= strlen(s));
	(void)http_is_type(s, "application/json");
	if (http_is_path(s))
		DEMAND(s[0] == '/' && s[1] != '/' && strpbrk(s, "\r\n\x1b\x7f") == NULL && strstr(s, "/../") == NULL);
	if (http_is_local(s)) {
		DEMAND(s[0] == '/' && s[1] != '/' && strpbrk(s, "\r\n\t \\") == NULL);
		DEMAND(http_header(&r, "Location", s) == 0);
	}
	if (http_header(&r, "X-A", s) == 0)
		DEMAND(strpbrk(s, "\r\n") == NULL);
	if (http_header(&r, s, "value") == 0)
		DEMAND(strpbrk(s, "\r\n: \t") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	char *text = arena_strndup(a, (const char *)data, n);

	form((struct str){(const char *)data, n}, a);
	head(text, a);
	arena_destroy(a);
	return 0;
}
