/* SPDX-License-Identifier: Apache-2.0 */
#define LARCH_BASE_ERR_C
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

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
	    [ERR_TIMEOUT] = "timeout",
	    [ERR_DEVICE] = "device",
	    [ERR_INTERNAL] = "internal",
	};

	return (unsigned)kind < ERR_KIND_COUNT ? names[kind] : "unknown";
}
