/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: are they sound, and which one answers. */
#include <string.h>

#include "room.h"

static const struct {
	enum web_format format;
	const char *suffix;
} suffixes[] = {
    {WEB_HTML, ".html"}, {WEB_JSON_FORMAT, ".json"}, {WEB_CSV, ".csv"}, {WEB_TXT, ".txt"},
};

const char *
web_suffix(enum web_format f)
{
	for (size_t i = 0; i < LARCH_COUNT(suffixes); i++)
		if (suffixes[i].format == f)
			return suffixes[i].suffix;
	return "";
}

#define PARTS 16 /* variable parts of one path */

static size_t
braces(const char *path)
{
	size_t n = 0;

	for (; *path != '\0'; path++)
		n += *path == '{';
	return n;
}

/* ---- are the rows sound ------------------------------------------------------- */

static int
wrong(const struct web_route *r, struct err *e, const char *why)
{
	return err_set(e, ERR_INTERNAL, "The route '%s %s' %s.", r->method == NULL ? "?" : r->method,
	    r->path == NULL ? "?" : r->path, why);
}

static bool
is_one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

static int
check_guards(const struct web_route *r, struct err *e)
{
	static const char *const changing[] = {"POST", "PUT", "PATCH", "DELETE", NULL};
	bool changes;

	if (r->method == NULL || r->path == NULL || r->path[0] != '/' || r->handler == NULL)
		return wrong(r, e, "has no method, path or handler");
	changes = is_one_of(r->method, changing);
	if (!changes && strcmp(r->method, "GET") != 0)
		return wrong(r, e, "has a method that is none of GET POST PUT PATCH DELETE");
	if (r->guard != WEB_OPEN && r->guard != WEB_LOGIN)
		return wrong(r, e, "does not say who may ask (guard)");
	if (!changes && r->change != WEB_READ)
		return wrong(r, e, "is a GET and changes something");
	if (changes && r->change != WEB_CSRF && r->change != WEB_KEY && r->change != WEB_PRELOGIN &&
	    r->change != WEB_BASIC)
		return wrong(r, e, "changes something and names none or several of CSRF, key, login");
	if ((r->change == WEB_CSRF || r->change == WEB_KEY) != (changes && r->guard == WEB_LOGIN))
		return wrong(r, e, "asks for a CSRF token or a key without a login, or the other way round");
	if (r->verb != NULL && r->guard != WEB_LOGIN)
		return wrong(r, e, "names a verb and lets anybody ask");
	return 0;
}

static int
check_fields(const struct web_route *r, struct err *e)
{
	for (const struct web_field *f = r->fields; f != NULL && f->name != NULL; f++) {
		if (f->type < WEB_TEXT || f->type > WEB_JSON)
			return wrong(r, e, "has a field without a type");
		if (strcmp(f->name, "csrf") == 0)
			return wrong(r, e, "names the field csrf, which web looks at itself");
		if (f->type == WEB_ENUM && (f->choices == NULL || f->choices[0] == NULL))
			return wrong(r, e, "has a field that is one of no choices");
		for (const struct web_field *g = r->fields; g != f; g++)
			if (strcmp(g->name, f->name) == 0)
				return wrong(r, e, "names a field twice");
		for (const struct web_field *g = web_list_fields; r->lists && g->name != NULL; g++)
			if (strcmp(g->name, f->name) == 0)
				return wrong(r, e, "names a field that every list has");
	}
	return 0;
}

/* Each brace of the path encloses a name, a whole part; "..." only in the last. */
static int
check_path(const struct web_route *r, struct err *e)
{
	struct str rest = {r->path + 1, strlen(r->path + 1)};

	if (strpbrk(r->path, "?#% ") != NULL || strstr(r->path, "//") != NULL)
		return wrong(r, e, "has a path with '?', '#', '%', a blank or '//' in it");
	if (braces(r->path) > PARTS)
		return wrong(r, e, "has too many variable parts");
	while (rest.p != NULL) {
		struct str part = str_cut(&rest, '/');
		bool brace = part.n > 0 && (memchr(part.p, '{', part.n) != NULL || memchr(part.p, '}', part.n) != NULL);

		if (brace && (part.n < 3 || part.p[0] != '{' || part.p[part.n - 1] != '}'))
			return wrong(r, e, "has a path part that is partly in braces");
		if (brace && part.n > 5 && memcmp(part.p + part.n - 4, "...", 3) == 0 && rest.p != NULL)
			return wrong(r, e, "has '...' in a part that is not the last");
	}
	if (strncmp(r->path, "/api/", 5) == 0 && r->operation_id == NULL)
		return wrong(r, e, "is below /api/ and has no operation_id");
	return 0;
}

int
web_check_routes(const struct web_program *p, struct err *e)
{
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct web_route *r = &p->routes[i];

		if (check_guards(r, e) != 0 || check_fields(r, e) != 0 || check_path(r, e) != 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (strcmp(p->routes[j].method, r->method) == 0 && strcmp(p->routes[j].path, r->path) == 0)
				return wrong(r, e, "stands twice in the table");
	}
	return 0;
}

/* ---- which row answers ---------------------------------------------------------- */

static unsigned
formats_of(const struct web_route *r)
{
	if (r->formats != 0)
		return r->formats;
	return strncmp(r->path, "/api/", 5) == 0 ? WEB_JSON_FORMAT : WEB_HTML;
}

/* "{name}" or "{name...}" against what is there. */
static bool
brace_fits(struct str want, struct str part, struct str rest, struct str *name, struct str *value)
{
	bool tail = want.n > 5 && memcmp(want.p + want.n - 4, "...", 3) == 0;

	*name = (struct str){want.p + 1, want.n - (tail ? 5u : 2u)};
	*value = part;
	if (tail && rest.p != NULL)
		value->n += 1 + rest.n;
	return value->n > 0;
}

/* Part by part; `parts` (may be NULL) gets what stood in braces. */
static bool
path_fits(const char *pattern, struct str path, struct arena *a, struct http_pairs *parts)
{
	struct str want_rest = str_of(pattern + 1), rest = {path.p + 1, path.n - 1};

	while (want_rest.p != NULL && rest.p != NULL) {
		struct str want = str_cut(&want_rest, '/'), part = str_cut(&rest, '/'), name, value;

		if (want.n == 0 || want.p[0] != '{') {
			if (!str_eq(want, part))
				return false;
			continue;
		}
		if (!brace_fits(want, part, rest, &name, &value))
			return false;
		if (value.n > part.n)
			rest = (struct str){NULL, 0};
		if (parts != NULL)
			parts->pair[parts->n++] = (struct http_pair){
			    {arena_strndup(a, name.p, name.n), name.n},
			    {arena_strndup(a, value.p, value.n), value.n}};
	}
	return want_rest.p == NULL && rest.p == NULL;
}

/* What fits a row begins as its path does, up to the first brace; "/" has another name. Most rows are out by this. */
static bool
begins_like(const char *pattern, const char *path)
{
	if (pattern[1] == '\0')
		return true;
	for (; *pattern != '\0' && *pattern != '{'; pattern++, path++)
		if (*pattern != *path)
			return false;
	return true;
}

/* Does this row have the path, plainly or with a suffix of a format it has? */
static bool
row_fits(const struct web_route *r, const char *path, struct arena *a, struct web_match *m)
{
	struct str whole = str_of(path);
	unsigned formats = formats_of(r);

	m->parts = (struct http_pairs){arena_array(a, PARTS, sizeof(struct http_pair)), 0};
	m->suffix = 0;
	for (size_t i = 0; i < LARCH_COUNT(suffixes) && r->formats != 0; i++) {
		size_t n = strlen(suffixes[i].suffix);
		struct str bare = {path, whole.n > n ? whole.n - n : 0};

		if ((formats & suffixes[i].format) == 0 || bare.n == 0 || strcmp(path + bare.n, suffixes[i].suffix) != 0)
			continue;
		if (bare.p[bare.n - 1] == '/')
			continue;
		/* the page "/" is "/index.json" */
		if (str_is(bare, "/index") && strcmp(r->path, "/") == 0)
			bare.n = 1;
		m->parts.n = 0;
		if (path_fits(r->path, bare, a, &m->parts)) {
			m->suffix = suffixes[i].format;
			return true;
		}
	}
	m->parts.n = 0;
	return path_fits(r->path, whole, a, &m->parts);
}

static void
allow_add(struct buf *allow, const char *method)
{
	if (allow->n > 0)
		buf_puts(allow, ", ");
	buf_puts(allow, method);
	if (strcmp(method, "GET") == 0)
		buf_puts(allow, ", HEAD");
}

void
web_match(const struct web_program *p, const char *method, const char *path, struct arena *a, struct web_match *out)
{
	const char *asked = strcmp(method, "HEAD") == 0 ? "GET" : method;
	struct buf allow = BUF(256);

	*out = (struct web_match){.status = 404};
	for (size_t i = 0; i < p->n_routes && path[0] == '/'; i++) {
		const struct web_route *r = &p->routes[i];
		struct web_match m = {0};

		if (!begins_like(r->path, path) || !row_fits(r, path, a, &m))
			continue;
		if (strcmp(r->method, asked) != 0) {
			allow_add(&allow, r->method);
			continue;
		}
		/* /jobs/new goes before /jobs/{id} */
		if (out->route == NULL || braces(r->path) < braces(out->route->path)) {
			*out = m;
			out->route = r;
		}
	}
	if (out->route == NULL && allow.n > 0) {
		out->status = 405;
		out->allow = arena_strndup(a, allow.p, allow.n);
	} else if (out->route != NULL) {
		out->status = 200;
	}
	buf_free(&allow);
}
