/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a request's head: cookies, credentials, types, paths. */
#include <string.h>
#include <strings.h>

#include "http.h"

static bool
same(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

const char *
http_cookie(const char *header, const char *name, struct arena *a)
{
	struct str rest = str_of(header), found = {NULL, 0};

	while (rest.p != NULL) {
		struct str value = str_trim(str_cut(&rest, ';'));
		struct str key = str_trim(str_cut(&value, '='));

		if (value.p == NULL || !str_is(key, name))
			continue;
		value = str_trim(value);
		if (found.p != NULL && !str_eq(found, value))
			return "";
		found = value;
	}
	return found.n == 0 ? "" : arena_strndup(a, found.p, found.n);
}

struct str
http_credentials(const char *authorization, const char *scheme)
{
	struct str rest = str_of(authorization), head = str_cut(&rest, ' ');

	if (rest.p == NULL || !same(head, scheme))
		return (struct str){NULL, 0};
	return str_trim(rest);
}

/* "0.5" to 500 (RFC 9110, section 12.4.2); what is none counts as 0. */
static int
quality(struct str s)
{
	double q;

	return s.n > 5 || str_double(s, 0, 1, &q) != 0 ? 0 : (int)(q * 1000 + 0.5);
}

// How well a range names a type: 3 itself, 2 by "application/*", 1 by "*/*", 0 not.
static int
range_fits(struct str range, const char *type)
{
	size_t slash = strcspn(type, "/");

	if (same(range, type))
		return 3;
	if (range.n == slash + 2 && range.p[range.n - 1] == '*' &&
	    strncasecmp(range.p, type, slash + 1) == 0)
		return 2;
	return str_is(range, "*/*") ? 1 : 0;
}

int
http_accepts(const char *accept, const char *type, bool *exact)
{
	struct str rest = str_of(accept);
	int best = 0, q = 0;

	while (rest.p != NULL) {
		struct str params = str_cut(&rest, ',');
		struct str range = str_trim(str_cut(&params, ';'));
		int fit = range_fits(range, type), this_q = 1000;

		while (params.p != NULL) {
			struct str value = str_trim(str_cut(&params, ';'));
			struct str key = str_trim(str_cut(&value, '='));

			if (same(key, "q"))
				this_q = quality(str_trim(value));
		}
		if (fit > best) {
			best = fit;
			q = this_q;
		}
	}
	if (exact != NULL)
		*exact = best == 3;
	return q;
}

bool
http_is_type(const char *content_type, const char *type)
{
	struct str rest = str_of(content_type);

	if (!same(str_trim(str_cut(&rest, ';')), type))
		return false;
	while (rest.p != NULL) {
		struct str value = str_trim(str_cut(&rest, ';'));
		struct str key = str_trim(str_cut(&value, '='));

		if (same(key, "charset") && !same(value, "utf-8") && !same(value, "\"utf-8\""))
			return false;
	}
	return true;
}

bool
http_is_local(const char *path)
{
	size_t n = 0;

	if (path[0] != '/' || path[1] == '/')
		return false;
	for (; path[n] != '\0'; n++)
		if (path[n] <= 0x20 || path[n] >= 0x7f || path[n] == '\\' || n >= LIMIT_URL)
			return false;
	return true;
}

bool
http_is_path(const char *path)
{
	struct str rest = str_of(path);

	if (path[0] != '/' || rest.n > LIMIT_URL || !str_is_text(rest))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			return false;
	(void)str_cut(&rest, '/'); /* nothing stands before the first */
	while (rest.p != NULL) {
		struct str part = str_cut(&rest, '/');

		if ((part.n == 0 && rest.p != NULL) || str_is(part, ".") || str_is(part, ".."))
			return false;
	}
	return true;
}
