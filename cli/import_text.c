/* SPDX-License-Identifier: Apache-2.0 */
/* Reading texts of other programs: bytes, lines, ranges, hardware and network addresses. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "import.h"

#define RANGE_DEPTH 4 /* brackets of one name */

/* ---- bytes ----------------------------------------------------------------------------- */

/* ISO 8859-1 as UTF-8: each byte is the code point of its number. */
static void
add_latin1(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c < 0x80) {
			buf_char(out, (char)c);
		} else {
			buf_char(out, (char)(0xc0 | c >> 6));
			buf_char(out, (char)(0x80 | (c & 0x3f)));
		}
	}
}

/* Well-formed UTF-8, whatever it says; str_is_text is stricter. */
static bool
is_utf8(struct str s)
{
	json_t *v = json_stringn(s.p, s.n);
	bool good = v != NULL;

	json_decref(v);
	return good;
}

int
import_text(struct str bytes, const char *name, struct buf *out, bool *latin1_out, struct err *e)
{
	*out = BUF(2 * LIMIT_IMPORT_FILE);
	*latin1_out = false;
	if (bytes.n >= 2 && (memcmp(bytes.p, "\xff\xfe", 2) == 0 || memcmp(bytes.p, "\xfe\xff", 2) == 0))
		return err_set(e, ERR_INPUT, "%s: it is UTF-16; save it as UTF-8", name);
	if (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n) != NULL)
		return err_set(e, ERR_INPUT, "%s: it holds bytes that are zero, so it is no text; save it as UTF-8", name);
	if (bytes.n >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0) {
		bytes.p += 3;
		bytes.n -= 3;
	}
	*latin1_out = !is_utf8(bytes);
	if (*latin1_out)
		add_latin1(out, bytes);
	else
		buf_str(out, bytes);
	return 0;
}

bool
import_line(struct str *rest, struct str *line, size_t *number)
{
	if (rest->p == NULL || rest->n == 0)
		return false;
	*line = str_cut(rest, '\n');
	while (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	(*number)++;
	return true;
}

/* ---- ranges ------------------------------------------------------------------------------- */

static int
range_refused(struct str text, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "\"%.*s\" is no list of names: %s", (int)(text.n > 200 ? 200 : text.n), text.p, why);
}

static int add_pattern(struct str head, struct str pattern, int depth, json_t *out, struct err *e);

/* "07": width 2; "7": width 1. */
static int
add_number(struct str head, struct str item, struct str tail, int depth, json_t *out, struct err *e)
{
	struct str to = item, from = str_cut(&to, '-');
	struct buf name = BUF(LIMIT_IMPORT_FIELD);
	int64_t a, b;
	int rc = 0;

	if (to.p == NULL)
		to = from;
	if (from.n == 0 || from.n > 9 || str_int(from, 0, 999999999, &a) != 0 || str_int(to, 0, 999999999, &b) != 0)
		return range_refused(item, "a range is a number or two with a hyphen", e);
	if (b < a)
		return range_refused(item, "the second number is the smaller one", e);
	for (; a <= b && rc == 0; a++) {
		buf_clear(&name);
		buf_str(&name, head);
		buf_printf(&name, "%0*lld", (int)from.n, (long long)a);
		rc = add_pattern(buf_view(&name), tail, depth + 1, out, e);
	}
	buf_free(&name);
	return rc;
}

/* The names of one pattern behind a head that is done already. */
static int
add_pattern(struct str head, struct str pattern, int depth, json_t *out, struct err *e)
{
	struct str tail = pattern, text = str_cut(&tail, '['), items;
	struct buf name = BUF(LIMIT_IMPORT_FIELD);
	int rc = 0;

	if (json_array_size(out) >= LIMIT_HOSTS)
		return err_set(e, ERR_LIMIT, "more than %d names in one list", LIMIT_HOSTS);
	if (depth > RANGE_DEPTH)
		return range_refused(pattern, "too many brackets", e);
	buf_str(&name, head);
	buf_str(&name, text);
	if (tail.p == NULL) {
		if (name.over || name.n > LIMIT_FIELD / 16)
			rc = range_refused(pattern, "a name is too long", e);
		else if (name.n > 0)
			rc = json_array_append_new(out, json_stringn(name.p, name.n)) != 0 ? range_refused(pattern, "it is no text", e) : 0;
	} else {
		items = str_cut(&tail, ']');
		if (tail.p == NULL)
			rc = range_refused(pattern, "a bracket is not closed", e);
		while (rc == 0 && items.p != NULL)
			rc = add_number(buf_view(&name), str_trim(str_cut(&items, ',')), tail, depth, out, e);
	}
	buf_free(&name);
	return rc;
}

/* The next pattern: up to a comma or a blank outside brackets. */
static struct str
cut_pattern(struct str *rest)
{
	int inside = 0;

	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		inside += (c == '[') - (c == ']');
		if (inside <= 0 && (c == ',' || c == ' ' || c == '\t')) {
			struct str head = {rest->p, i};

			rest->p += i + 1;
			rest->n -= i + 1;
			return head;
		}
	}
	return str_cut(rest, '\0');
}

int
import_range(struct str text, json_t **out, struct err *e)
{
	struct str rest = text;

	*out = json_array();
	while (rest.p != NULL) {
		struct str pattern = str_trim(cut_pattern(&rest));

		if (pattern.n > 0 && add_pattern(STR(""), pattern, 0, *out, e) != 0) {
			json_decref(*out);
			*out = NULL;
			return -1;
		}
	}
	return 0;
}

/* ---- addresses -------------------------------------------------------------------------------- */

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One group of 1 to `most` digits into *out. */
static int
hex_group(struct str group, size_t most, unsigned *out)
{
	*out = 0;
	if (group.n == 0 || group.n > most)
		return -1;
	for (size_t i = 0; i < group.n; i++) {
		int h = hex_of(group.p[i]);

		if (h < 0)
			return -1;
		*out = *out << 4 | (unsigned)h;
	}
	return 0;
}

/* Six groups of two digits between : or -, three of four between dots, or twelve digits. */
int
import_mac(struct str text, char out[18])
{
	struct str rest = str_trim(text);
	char sep = rest.n > 0 && memchr(rest.p, ':', rest.n) != NULL ? ':'
	    : rest.n > 0 && memchr(rest.p, '-', rest.n) != NULL      ? '-'
	                                                             : '.';
	unsigned bits[6], group;
	size_t n = 0;

	if (rest.n == 12)
		for (; n < 6; n++) {
			if (hex_group((struct str){rest.p + 2 * n, 2}, 2, &bits[n]) != 0)
				return -1;
		}
	else
		while (rest.p != NULL) {
			if (n + (sep == '.') >= 6 || hex_group(str_cut(&rest, sep), sep == '.' ? 4 : 2, &group) != 0)
				return -1;
			if (sep == '.')
				bits[n++] = group >> 8;
			bits[n++] = group & 255;
		}
	if (n != 6)
		return -1;
	snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", bits[0] & 255, bits[1] & 255, bits[2] & 255, bits[3] & 255,
	    bits[4] & 255, bits[5] & 255);
	return 0;
}

int
import_address(struct str text, char out[64])
{
	struct str host = text;
	unsigned char raw[16];

	host = str_cut(&host, '/');
	host = str_trim(host);
	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host.p++;
		host.n -= 2;
	}
	if (host.n == 0 || host.n > 45)
		return -1;
	memcpy(out, host.p, host.n);
	out[host.n] = '\0';
	if (inet_pton(AF_INET, out, raw) == 1)
		return 0;
	if (inet_pton(AF_INET6, out, raw) != 1)
		return -1;
	return inet_ntop(AF_INET6, raw, out, 64) == NULL ? -1 : 0;
}
