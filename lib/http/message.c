/* SPDX-License-Identifier: Apache-2.0 */
/* An answer's status and headers. */
#include <string.h>
#include <strings.h>

#include "http.h"

const char *
http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
	    {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
	    {303, "See Other"}, {304, "Not Modified"}, {400, "Bad Request"},
	    {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
	    {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {409, "Conflict"},
	    {412, "Precondition Failed"}, {413, "Content Too Large"},
	    {415, "Unsupported Media Type"}, {422, "Unprocessable Content"},
	    {428, "Precondition Required"}, {429, "Too Many Requests"},
	    {500, "Internal Server Error"}, {502, "Bad Gateway"},
	    {503, "Service Unavailable"}, {504, "Gateway Timeout"}, {507, "Insufficient Storage"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Unknown";
}

/* RFC 9110, section 5.6.2: token. */
static bool
is_token(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') &&
		    !(*s >= '0' && *s <= '9') && strchr("!#$%&'*+-.^_`|~", *s) == NULL)
			return false;
	return true;
}

/* RFC 9110, section 5.5: CR, LF and NUL would split the answer; other control bytes have no business here. */
static bool
is_value(const char *s)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (((unsigned char)s[n] < 0x20 && s[n] != '\t') || s[n] == 0x7f || n >= LIMIT_HEADER)
			return false;
	return true;
}

int
http_header(struct http_response *r, const char *name, const char *value)
{
	if (!is_token(name) || !is_value(value) || r->n_headers == HTTP_HEADERS)
		return -1;
	r->header[r->n_headers].name = arena_strdup(r->arena, name);
	r->header[r->n_headers].value = arena_strdup(r->arena, value);
	r->n_headers++;
	return 0;
}

int
http_header_set(struct http_response *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (strcasecmp(r->header[i].name, name) == 0) {
			if (!is_value(value))
				return -1;
			r->header[i].value = arena_strdup(r->arena, value);
			return 0;
		}
	return http_header(r, name, value);
}

const char *
http_header_get(const struct http_response *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (strcasecmp(r->header[i].name, name) == 0)
			return r->header[i].value;
	return NULL;
}
