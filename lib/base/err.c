/* SPDX-License-Identifier: Apache-2.0 */
#define LARCH_BASE_ERR_C
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "text.h"

static void
clean(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static void fill(char *out, size_t size, const char *fmt, va_list ap) LARCH_PRINTF(3, 0);

static void
fill(char *out, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, size, fmt, ap);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= size && size > 4)
		memcpy(out + size - 4, "...", 4);
	clean(out);
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	fill(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char before[LIMIT_ERR_TEXT], was[LIMIT_ERR_TEXT];
	va_list ap;
	int n;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	fill(before, sizeof(before), fmt, ap);
	va_end(ap);
	memcpy(was, e->text, sizeof(was));
	n = snprintf(e->text, sizeof(e->text), "%s: %s", before, was);
	if (n >= (int)sizeof(e->text))
		memcpy(e->text + sizeof(e->text) - 4, "...", 4);
	return -1;
}

void
err_clear(struct err *e)
{
	if (e == NULL)
		return;
	e->kind = ERR_NONE;
	e->text[0] = '\0';
}

const char *
err_kind_name(enum err_kind kind)
{
	static const char *const names[ERR_KIND_COUNT] = {
	    [ERR_NONE] = "none",
	    [ERR_INPUT] = "input",
	    [ERR_NOT_FOUND] = "not-found",
	    [ERR_LOGIN] = "login",
	    [ERR_DENIED] = "denied",
	    [ERR_REFUSED] = "refused",
	    [ERR_CONFLICT] = "conflict",
	    [ERR_STALE] = "stale",
	    [ERR_LIMIT] = "limit",
	    [ERR_UNAVAILABLE] = "unavailable",
    [ERR_FULL] = "full",
	    [ERR_TIMEOUT] = "timeout",
	    [ERR_DEVICE] = "device",
	    [ERR_INTERNAL] = "internal",
	};

	return (unsigned)kind < ERR_KIND_COUNT ? names[kind] : "unknown";
}

#define CARET_WIDTH 100 /* bytes of a line that are shown at most */

void
err_caret(const char *sentence, const char *typed, struct buf *out)
{
	const char *at = sentence == NULL ? NULL : strstr(sentence, "column "), *end;
	struct str line = str_of(typed);
	int64_t column, seen = 0;
	size_t i = 0;

	if (at == NULL || line.n == 0 || line.n > CARET_WIDTH || !str_is_text(line) || strpbrk(typed, "\t\r\n") != NULL)
		return;
	at += strlen("column ");
	end = at + strspn(at, "0123456789");
	if (*end != ':' || str_int((struct str){at, (size_t)(end - at)}, 1, CARET_WIDTH + 1, &column) != 0)
		return;
	while (i < line.n)
		seen += ((unsigned char)line.p[i++] & 0xc0) != 0x80;
	if (column > seen + 1)
		return;
	buf_printf(out, "  %s\n%*s^\n", typed, (int)column + 1, "");
}
