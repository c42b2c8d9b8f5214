/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of the API: every part escaped, --at added where it was given. */
#include <string.h>

#include "cli.h"

static void
add_field(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(b, "%c%s=", strchr(b->p, '?') == NULL ? '?' : '&', name);
	buf_url(b, str_of(value));
}

const char *
path_make(struct cli *c, const char *base, const char *name, const char *tail, const struct path_field *fields,
    size_t n, struct err *e)
{
	struct buf b = BUF(LIMIT_URL);
	const char *made = NULL;

	buf_puts(&b, base);
	if (name != NULL) {
		buf_char(&b, '/');
		buf_url(&b, str_of(name));
	}
	if (tail != NULL)
		buf_puts(&b, tail);
	for (size_t i = 0; i < n; i++)
		add_field(&b, fields[i].name, fields[i].value);
	add_field(&b, "at", c->at);
	if (b.over)
		err_set(e, ERR_LIMIT, "that is too long for one question: %d bytes is the most", LIMIT_URL);
	else
		made = arena_strdup(c->arena, b.p);
	buf_free(&b);
	return made;
}

int
path_number(struct cli *c, const char *option, const char *text, int64_t min, int64_t max, int64_t *out)
{
	*out = -1;
	if (text == NULL || str_int(str_of(text), min, max, out) == 0)
		return 0;
	cli_usage(c, "--%s: \"%s\" is no number from %lld to %lld", option, text, (long long)min, (long long)max);
	return -1;
}
