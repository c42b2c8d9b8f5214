/* SPDX-License-Identifier: Apache-2.0 */
/* Forms and queries: application/x-www-form-urlencoded (WHATWG URL, section 5.1). */
#include <string.h>

#include "http.h"

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

/* Decode '+' and %XX into the arena. -1: an escape that is none. */
static int
decode(struct str in, struct arena *a, struct str *out)
{
	char *p = arena_alloc(a, in.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++) {
		int high, low;

		if (in.p[i] != '%') {
			p[n++] = in.p[i] == '+' ? ' ' : in.p[i];
			continue;
		}
		if (in.n - i < 3 || (high = hex_digit(in.p[i + 1])) < 0 ||
		    (low = hex_digit(in.p[i + 2])) < 0)
			return -1;
		p[n++] = (char)(high * 16 + low);
		i += 2;
	}
	p[n] = '\0';
	*out = (struct str){p, n};
	return 0;
}

/* A name stands on one line; a value may be what somebody typed into a text area. */
static bool
is_field_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return false;
	return s.n > 0 && str_is_text(s);
}

/* "name=value" to a pair, checked. `at` counts from 1, for a name that cannot be shown. */
static int
pair_parse(struct str piece, size_t at, struct arena *a, struct http_pair *out, struct err *e)
{
	struct str value = piece, name = str_cut(&value, '=');

	if (name.n > LIMIT_NAME)
		return err_set(e, ERR_INPUT, "The name of field %zu is longer than %d bytes.", at, LIMIT_NAME);
	if (decode(name, a, &out->name) != 0 || !is_field_name(out->name))
		return err_set(e, ERR_INPUT, "Field %zu of the form or the address has no readable name.", at);
	if (value.n > 3 * (size_t)LIMIT_FIELD)
		return err_set(e, ERR_INPUT, "Field '%s' is longer than %u bytes.", out->name.p, LIMIT_FIELD);
	if (decode(value, a, &out->value) != 0)
		return err_set(e, ERR_INPUT, "Field '%s' has a '%%' that two hex digits do not follow.", out->name.p);
	if (out->value.n > LIMIT_FIELD)
		return err_set(e, ERR_INPUT, "Field '%s' is longer than %u bytes.", out->name.p, LIMIT_FIELD);
	if (!str_is_text(out->value))
		return err_set(e, ERR_INPUT, "Field '%s' holds control characters or is not UTF-8.", out->name.p);
	return 0;
}

int
http_form_parse(struct str text, struct arena *a, struct http_pairs *out, struct err *e)
{
	struct str rest = text;
	size_t pieces = 1;

	*out = (struct http_pairs){0};
	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < text.n; i++)
		pieces += text.p[i] == '&';
	if (pieces > LIMIT_FIELDS)
		return err_set(e, ERR_LIMIT, "The form has %zu fields; at most %d are taken.", pieces, LIMIT_FIELDS);
	out->pair = arena_array(a, pieces, sizeof(*out->pair));
	for (size_t at = 1; rest.p != NULL; at++) {
		struct str piece = str_cut(&rest, '&');

		if (piece.n == 0)
			continue;
		if (pair_parse(piece, at, a, &out->pair[out->n], e) != 0)
			return -1;
		out->n++;
	}
	return 0;
}
