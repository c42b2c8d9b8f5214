/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes through every escape: HTML holds no byte that ends a text or an
 * attribute and decodes to the input; a URL component is only unreserved
 * bytes and %XX and decodes to the input; a CSV field is one field and reads
 * back; plain text is text. None of them changes the length beyond its bound.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "fuzz.h"

static void
html(struct str s, struct buf *b)
{
	static const struct {
		const char *entity;
		char c;
	} rows[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
	size_t at = 0;

	buf_clear(b);
	buf_html(b, s);
	for (size_t i = 0; i < b->n; at++) {
		size_t k = 0;

		DEMAND(at < s.n && memchr("<>\"'", b->p[i], 4) == NULL);
		if (b->p[i] != '&') {
			DEMAND(b->p[i++] == s.p[at]);
			continue;
		}
		while (k < LARCH_COUNT(rows) &&
		    !str_starts((struct str){b->p + i, b->n - i}, rows[k].entity))
			k++;
		DEMAND(k < LARCH_COUNT(rows) && rows[k].c == s.p[at]);
		i += strlen(rows[k].entity);
	}
	DEMAND(at == s.n);
}

static void
url(struct str s, struct buf *b)
{
	size_t at = 0;
	unsigned char c;

	buf_clear(b);
	buf_url(b, s);
	for (size_t i = 0; i < b->n; i++, at++) {
		c = (unsigned char)b->p[i];
		if (c == '%') {
			DEMAND(i + 2 < b->n && hex_decode((struct str){b->p + i + 1, 2}, &c, 1) == 0);
			i += 2;
		} else {
			DEMAND(isalnum(c) || memchr("-._~", c, 4) != NULL);
		}
		DEMAND(at < s.n && c == (unsigned char)s.p[at]);
	}
	DEMAND(at == s.n);
}

/* RFC 4180: a field is bare, or quoted with every quote in it doubled. */
static void
csv(struct str s, struct buf *b)
{
	struct buf back = BUF(LIMIT_PAGE);
	size_t last, skip;

	buf_clear(b);
	buf_csv(b, s);
	if (b->n > 0 && b->p[0] == '"') {
		last = b->n - 1;
		DEMAND(b->n >= 2 && b->p[last] == '"');
		for (size_t i = 1; i < last; i++) {
			if (b->p[i] == '"')
				DEMAND(++i < last && b->p[i] == '"');
			buf_char(&back, b->p[i]);
		}
	} else {
		for (size_t i = 0; i < b->n; i++)
			DEMAND(memchr(",\"\r\n", b->p[i], 4) == NULL);
		buf_str(&back, buf_view(b));
		DEMAND(b->n == 0 || memchr("=@\t", b->p[0], 3) == NULL);
	}
	skip = back.n == s.n + 1 && back.p[0] == '\'' ? 1 : 0; /* put before a formula */
	DEMAND(back.n - skip == s.n && (s.n == 0 || memcmp(back.p + skip, s.p, s.n) == 0));
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str s = {(const char *)data, n};
	struct buf b = BUF(LIMIT_PAGE);
	char hex[257];
	unsigned char raw[128];

	if (n > 65536)
		return 0;
	html(s, &b);
	url(s, &b);
	csv(s, &b);
	buf_clear(&b);
	buf_plain(&b, s);
	DEMAND(str_is_text(buf_view(&b)) && b.n <= n);
	DEMAND(b.n == 0 || (memchr(b.p, '\n', b.n) == NULL && memchr(b.p, '\t', b.n) == NULL));
	if (n <= sizeof(raw)) {
		hex_encode(data, n, hex);
		DEMAND(hex_decode(str_of(hex), raw, n) == 0 && (n == 0 || memcmp(raw, data, n) == 0));
	}
	buf_free(&b);
	return 0;
}
