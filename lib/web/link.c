/* SPDX-License-Identifier: Apache-2.0 */
/* Links: paths and queries made, never pasted together. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

#define LINK_MAX (4 * LIMIT_URL)

static const char *
taken(struct buf *b, struct arena *a)
{
	const char *s = arena_strndup(a, b->n > 0 ? b->p : "", b->n);

	buf_free(b);
	return s;
}

const char *
web_link(struct arena *a, const char *fmt, ...)
{
	struct buf b = BUF(LIMIT_HOSTS_TEXT * 3);
	char number[24];
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt != '\0'; fmt++) {
		if (fmt[0] == '%' && fmt[1] == 's') {
			buf_url(&b, str_of(va_arg(ap, const char *)));
			fmt++;
		} else if (fmt[0] == '%' && fmt[1] == 'd') {
			snprintf(number, sizeof(number), "%" PRId64, va_arg(ap, int64_t));
			buf_puts(&b, number);
			fmt++;
		} else {
			buf_char(&b, *fmt);
		}
	}
	va_end(ap);
	return taken(&b, a);
}

const char *
web_escape_path(struct arena *a, const char *path)
{
	struct buf b = BUF(LINK_MAX);
	struct str rest = str_of(path);

	while (rest.p != NULL) {
		buf_url(&b, str_cut(&rest, '/'));
		if (rest.p != NULL)
			buf_char(&b, '/');
	}
	return taken(&b, a);
}

const char *
web_base_path(struct web_call *c)
{
	const char *path = c->request->path, *suffix = web_suffix(c->web->match.suffix);
	const char *bare = arena_strndup(c->arena, path, strlen(path) - strlen(suffix));

	if (*suffix != '\0' && strcmp(bare, "/index") == 0)
		return "/";
	return web_escape_path(c->arena, bare);
}

static bool
is_dropped(const char *const *drop, const char *key, struct str name)
{
	if (key != NULL && str_is(name, key))
		return true;
	for (; drop != NULL && *drop != NULL; drop++)
		if (str_is(name, *drop))
			return true;
	return false;
}

static void
query_add(struct buf *b, bool *first, struct str name, struct str value)
{
	buf_char(b, *first ? '?' : '&');
	*first = false;
	buf_url(b, name);
	buf_char(b, '=');
	buf_url(b, value);
}

const char *
web_with(struct web_call *c, const char *path, const char *key, const char *value, const char *const *drop)
{
	struct http_pairs pairs = {0};
	struct buf b = BUF(LINK_MAX);
	bool first = true;

	buf_puts(&b, path);
	if (http_form_parse(c->request->query, c->arena, &pairs, NULL) != 0)
		pairs.n = 0;
	for (size_t i = 0; i < pairs.n; i++)
		if (pairs.pair[i].value.n > 0 && !is_dropped(drop, key, pairs.pair[i].name))
			query_add(&b, &first, pairs.pair[i].name, pairs.pair[i].value);
	if (key != NULL && value != NULL)
		query_add(&b, &first, str_of(key), str_of(value));
	return taken(&b, c->arena);
}

const char *
web_here_with(struct web_call *c, const char *key, const char *value)
{
	static const char *const forget[] = {"offset", NULL};

	return web_with(c, web_base_path(c), key, value, forget);
}

const char *
web_here(struct web_call *c)
{
	return web_with(c, web_escape_path(c->arena, c->request->path), NULL, NULL, NULL);
}
