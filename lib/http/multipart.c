/* SPDX-License-Identifier: Apache-2.0 */
/* Forms with files: multipart/form-data (RFC 7578; the frame is RFC 2046, section 5.1.1). */
#include <string.h>
#include <strings.h>

#include "http.h"

#define BOUNDARY_MAX 70  /* RFC 2046, section 5.1.1 */
#define PARTS_MAX 64     /* no form of ours has as many fields */
#define HEAD_MAX 4096    /* bytes of one part's headers */

/* The value of a parameter in a header's text: ; NAME=value or NAME="value". {NULL,0}: not there. */
static struct str
parameter(struct str text, const char *name)
{
	size_t n = strlen(name);

	while (text.p != NULL) {
		struct str piece = str_trim(str_cut(&text, ';')), value = piece;
		struct str key = str_trim(str_cut(&value, '='));

		if (value.p == NULL || key.n != n || strncasecmp(key.p, name, n) != 0)
			continue;
		value = str_trim(value);
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct str){value.p + 1, value.n - 2};
		return value;
	}
	return (struct str){NULL, 0};
}

/* Where `what` begins in s; s.n: nowhere. */
static size_t
find(struct str s, struct str what)
{
	const char *at = s.n == 0 ? NULL : memmem(s.p, s.n, what.p, what.n);

	return at == NULL ? s.n : (size_t)(at - s.p);
}

static struct str
skip(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

/* The name that a part's headers give it; {NULL,0}: none. */
static struct str
part_name(struct str head)
{
	while (head.p != NULL && head.n > 0) {
		struct str line = str_cut(&head, '\n'), value = line, key;

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			value.n--;
		key = str_trim(str_cut(&value, ':'));
		if (value.p == NULL || key.n != strlen("content-disposition") || strncasecmp(key.p, "content-disposition", key.n) != 0)
			continue;
		if (!str_is(str_trim(str_cut(&(struct str){value.p, value.n}, ';')), "form-data"))
			return (struct str){NULL, 0};
		return parameter(value, "name");
	}
	return (struct str){NULL, 0};
}

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return false;
	return s.p != NULL && s.n > 0 && s.n <= LIMIT_NAME && str_is_text(s);
}

static int
take_part(struct str part, size_t at, size_t value_max, struct arena *a, struct http_pair *out, struct err *e)
{
	const struct str blank = str_of("\r\n\r\n");
	size_t head = find(part, blank);
	struct str name, value;

	if (head == part.n || head > HEAD_MAX)
		return err_set(e, ERR_INPUT, "Part %zu of the form has no end of its headers.", at);
	name = part_name((struct str){part.p, head});
	if (!is_name(name))
		return err_set(e, ERR_INPUT, "Part %zu of the form has no readable name.", at);
	value = skip(part, head + blank.n);
	out->name = (struct str){arena_strndup(a, name.p, name.n), name.n};
	if (value.n > value_max)
		return err_set(e, ERR_LIMIT, "Field '%s' is longer than %zu bytes.", out->name.p, value_max);
	if (!str_is_text(value))
		return err_set(e, ERR_INPUT, "Field '%s' holds control characters or is not UTF-8.", out->name.p);
	out->value = (struct str){arena_strndup(a, value.n == 0 ? "" : value.p, value.n), value.n};
	return 0;
}

/* "\r\n--BOUNDARY" in the arena: a part ends there. -1: the header names none that can be one. */
static int
boundary_of(const char *content_type, struct arena *a, struct str *out)
{
	struct str b = parameter(str_of(content_type), "boundary");

	if (b.n == 0 || b.n > BOUNDARY_MAX)
		return -1;
	for (size_t i = 0; i < b.n; i++)
		if ((unsigned char)b.p[i] <= 0x20 || (unsigned char)b.p[i] >= 0x7f)
			return -1;
	*out = str_of(arena_printf(a, "\r\n--%.*s", (int)b.n, b.p));
	return 0;
}

int
http_multipart_parse(struct str body, const char *content_type, size_t value_max, struct arena *a, struct http_pairs *out,
    struct err *e)
{
	const char *cut = "The form is cut off: its last boundary is missing.";
	struct str mark, rest = body;

	*out = (struct http_pairs){0};
	if (boundary_of(content_type, a, &mark) != 0)
		return err_set(e, ERR_INPUT, "The form's Content-Type names no boundary.");
	if (body.n < mark.n - 2 || memcmp(body.p, mark.p + 2, mark.n - 2) != 0)
		return err_set(e, ERR_INPUT, "The form does not begin with its boundary.");
	rest = skip(rest, mark.n - 2);
	out->pair = arena_array(a, PARTS_MAX, sizeof(*out->pair));
	while (rest.n >= 2 && memcmp(rest.p, "--", 2) != 0) {
		size_t end;

		if (memcmp(rest.p, "\r\n", 2) != 0)
			return err_set(e, ERR_INPUT, "A boundary of the form does not end its line.");
		if (out->n == PARTS_MAX)
			return err_set(e, ERR_LIMIT, "The form has more than %d parts.", PARTS_MAX);
		rest = skip(rest, 2);
		end = find(rest, mark);
		if (end == rest.n)
			return err_set(e, ERR_INPUT, "%s", cut);
		if (take_part((struct str){rest.p, end}, out->n + 1, value_max, a, &out->pair[out->n], e) != 0)
			return -1;
		out->n++;
		rest = skip(rest, end + mark.n);
	}
	return rest.n < 2 ? err_set(e, ERR_INPUT, "%s", cut) : 0;
}
