/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "logs.h"
#include "text.h"

struct str
str_of(const char *s)
{
	return (struct str){s, s == NULL ? 0 : strlen(s)};
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

bool
str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

size_t
str_characters(struct str a)
{
	size_t n = 0;

	for (size_t i = 0; i < a.n; i++)
		n += ((unsigned char)a.p[i] & 0xc0) != 0x80;
	return n;
}

struct str
str_trim(struct str a)
{
	while (a.n > 0 && (a.p[0] == ' ' || a.p[0] == '\t')) {
		a.p++;
		a.n--;
	}
	while (a.n > 0 && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

struct str
str_cut(struct str *rest, char sep)
{
	struct str head = *rest;
	const char *at = head.n > 0 ? memchr(head.p, sep, head.n) : NULL;

	if (at == NULL) {
		*rest = (struct str){NULL, 0};
		return head;
	}
	head.n = (size_t)(at - head.p);
	rest->p = at + 1;
	rest->n -= head.n + 1;
	return head;
}

int
str_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
	char tmp[32], *end = NULL;
	long long v;

	if (s.n == 0 || s.n >= sizeof(tmp))
		return -1;
	if (!isdigit((unsigned char)s.p[0]) && s.p[0] != '-')
		return -1;
	memcpy(tmp, s.p, s.n);
	tmp[s.n] = '\0';
	errno = 0;
	v = strtoll(tmp, &end, 10);
	if (errno != 0 || end != tmp + s.n || v < min || v > max || (v == 0 && tmp[0] == '-'))
		return -1;
	*out = v;
	return 0;
}

int
str_double(struct str s, double min, double max, double *out)
{
	char tmp[64], *end = NULL;
	double v;

	if (s.n == 0 || s.n >= sizeof(tmp))
		return -1;
	if (!isdigit((unsigned char)s.p[0]) && s.p[0] != '-')
		return -1;
	memcpy(tmp, s.p, s.n);
	tmp[s.n] = '\0';
	errno = 0;
	v = strtod(tmp, &end);
	if (errno != 0 || end != tmp + s.n || !isfinite(v) || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

/* Compare two runs of digits by value; *a and *b move past them. */
static int
natural_digits(const char **a, const char **b)
{
	const char *x = *a, *y = *b;
	size_t n, m;
	int c;

	while (*x == '0')
		x++;
	while (*y == '0')
		y++;
	for (n = 0; isdigit((unsigned char)x[n]); n++)
		;
	for (m = 0; isdigit((unsigned char)y[m]); m++)
		;
	*a = x + n;
	*b = y + m;
	if (n != m)
		return n < m ? -1 : 1;
	c = memcmp(x, y, n);
	return c;
}

int
str_natural(const char *a, const char *b)
{
	const char *a0 = a, *b0 = b;

	while (*a != '\0' && *b != '\0') {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			int c = natural_digits(&a, &b);

			if (c != 0)
				return c;
			continue;
		}
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	if (*a != '\0' || *b != '\0')
		return *a != '\0' ? 1 : -1;
	return strcmp(a0, b0); /* n01 and n1 have the same value, not the same name */
}

/* Length of the valid UTF-8 sequence at p (RFC 3629 section 4), or 0. */
static size_t
utf8_length(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char low, high;   /* of the first byte */
		unsigned char low2, high2; /* of the second byte */
		size_t length;
	} rows[] = {
	    {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
	    {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
	    {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		if (p[0] < rows[i].low || p[0] > rows[i].high)
			continue;
		if (rows[i].length > n)
			return 0;
		if (rows[i].length > 1 && (p[1] < rows[i].low2 || p[1] > rows[i].high2))
			return 0;
		for (size_t k = 2; k < rows[i].length; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

/* C1 controls (U+0080..9F) and the bidirectional overrides can lie about a line. */
static bool
is_trick(const unsigned char *p, size_t len)
{
	if (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)
		return true;
	if (len == 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
		return true;
	return len == 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;
}

bool
str_is_text(struct str s)
{
	size_t i = 0, len;

	while (i < s.n) {
		const unsigned char *p = (const unsigned char *)s.p + i;

		len = utf8_length(p, s.n - i);
		if (len == 0 || is_trick(p, len))
			return false;
		if (len == 1 && (*p < 0x20 || *p == 0x7f) && strchr("\t\n\r", *p) == NULL)
			return false;
		if (*p == '\0')
			return false;
		i += len;
	}
	return true;
}

bool
str_is_name(struct str s)
{
	if (s.n == 0 || s.n > LIMIT_NAME || s.p[0] == '-' || s.p[0] == '.')
		return false;
	if (s.p[0] == ' ' || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!isalnum(c) && (c == '\0' || strchr("._-:@+/ ", c) == NULL))
			return false;
	}
	return true;
}

bool
bytes_equal(const void *a, const void *b, size_t n)
{
	const volatile unsigned char *x = a, *y = b;
	unsigned diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= (unsigned)(x[i] ^ y[i]);
	return diff == 0;
}

void
hex_encode(const void *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = in;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
hex_decode(struct str in, void *out, size_t n)
{
	unsigned char *p = out;

	if (in.n != 2 * n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(in.p[2 * i]), low = hex_digit(in.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		p[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

static bool
buf_room(struct buf *b, size_t n)
{
	size_t want;
	char *p;

	if (b->over || n > b->max || b->n > b->max - n) {
		b->over = true;
		return false;
	}
	if (b->n + n + 1 <= b->cap)
		return true;
	want = b->cap == 0 ? 256 : b->cap * 2;
	while (want < b->n + n + 1)
		want *= 2;
	p = realloc(b->p, want);
	if (p == NULL)
		log_die("out of memory: a buffer wanted %zu bytes", want);
	b->p = p;
	b->cap = want;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !buf_room(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0 || !buf_room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

/* Thousandths are what is measured, and are quicker than printf; anything else is the shortest that reads back. */
void
buf_number(struct buf *b, double v)
{
	double thousandths = v * 1000;
	char text[40];
	int n;

	if (!isfinite(v)) {
		buf_puts(b, isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
		return;
	}
	if (fabs(thousandths) < 1e15 && (double)llround(thousandths) / 1000 == v) {
		int64_t k = llround(thousandths), whole = llabs(k) / 1000, part = llabs(k) % 1000;
		char *p = text + sizeof(text);

		if (part != 0) {
			for (int i = 0; i < 3; i++, part /= 10)
				if (part % 10 != 0 || p != text + sizeof(text))
					*--p = (char)('0' + part % 10);
			*--p = '.';
		}
		do
			*--p = (char)('0' + whole % 10);
		while ((whole /= 10) != 0);
		if (k < 0)
			*--p = '-';
		buf_add(b, p, (size_t)(text + sizeof(text) - p));
		return;
	}
	/* a whole number that a double can hold: bytes of a disk */
	n = snprintf(text, sizeof(text), v == floor(v) && fabs(v) < 9007199254740992.0 ? "%.0f" : "%.15g", v);
	if (strtod(text, NULL) != v)
		n = snprintf(text, sizeof(text), "%.17g", v);
	buf_add(b, text, (size_t)n);
}

struct str
buf_view(const struct buf *b)
{
	return (struct str){b->n > 0 ? b->p : "", b->n};
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = BUF(b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

char *
buf_take(struct buf *b)
{
	char *p;

	if (b->p == NULL && !buf_room(b, 0))
		log_die("a buffer has no room for an end");
	b->p[b->n] = '\0';
	p = b->p;
	*b = BUF(b->max);
	return p;
}

void
buf_html(struct buf *b, struct str s)
{
	static const char *const entity[256] = {
	    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *e = entity[(unsigned char)s.p[i]];

		if (e == NULL)
			continue;
		buf_add(b, s.p + from, i - from);
		buf_puts(b, e);
		from = i + 1;
	}
	buf_add(b, s.p + from, s.n - from);
}

void
buf_url(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (isalnum(c) || (c != '\0' && strchr("-._~", c) != NULL))
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

void
buf_csv(struct buf *b, struct str s)
{
	double number;
	bool formula = s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL && s.p[0] != '\0';

	/* A spreadsheet would run "=cmd()"; a negative number is no formula. */
	if (formula && str_double(s, -1e300, 1e300, &number) == 0)
		formula = false;
	if (!formula && (s.n == 0 || (memchr(s.p, ',', s.n) == NULL && memchr(s.p, '"', s.n) == NULL &&
	    memchr(s.p, '\n', s.n) == NULL && memchr(s.p, '\r', s.n) == NULL))) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

/* How many bytes from i on stand in a JSON text as they are. */
static size_t
json_run(struct str s, size_t i)
{
	size_t from = i;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		size_t len = 1;

		if (c < 0x20 || c == '"' || c == '\\')
			break;
		if (c >= 0x80 && (len = utf8_length((const unsigned char *)s.p + i, s.n - i)) == 0)
			break;
		i += len;
	}
	return i - from;
}

void
buf_json(struct buf *b, struct str s)
{
	static const char named[] = "\b\f\n\r\t", letters[] = "bfnrt";

	buf_char(b, '"');
	for (size_t i = 0; i < s.n;) {
		size_t run = json_run(s, i);
		unsigned char c;
		const char *at;

		buf_add(b, s.p + i, run);
		i += run;
		if (i == s.n)
			break;
		c = (unsigned char)s.p[i++];
		if (c == '"' || c == '\\') {
			buf_char(b, '\\');
			buf_char(b, (char)c);
		} else if (c >= 0x80)
			buf_char(b, '?');
		else if (c != '\0' && (at = strchr(named, c)) != NULL) {
			buf_char(b, '\\');
			buf_char(b, letters[at - named]);
		} else
			buf_printf(b, "\\u%04x", c);
	}
	buf_char(b, '"');
}

void
buf_plain(struct buf *b, struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		size_t len = utf8_length(p, s.n - i);

		if (len == 0 || is_trick(p, len) || (len == 1 && (*p < 0x20 || *p == 0x7f))) {
			buf_char(b, '?');
			i += len == 0 ? 1 : len;
			continue;
		}
		buf_add(b, p, len);
		i += len;
	}
}
