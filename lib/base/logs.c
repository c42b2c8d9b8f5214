/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "limits.h"
#include "logs.h"

static const char *name = "larch";
static int verbose;

void
log_name(const char *program)
{
	name = program;
}

void
log_verbose(int on)
{
	verbose = on;
}

static void line(int priority, const char *fmt, va_list ap) LARCH_PRINTF(2, 0);

/* One write(2) a line, so that lines of several threads do not mix. */
static void
line(int priority, const char *fmt, va_list ap)
{
	char out[LIMIT_LOG_LINE];
	int head = snprintf(out, sizeof(out), "<%d>%s: ", priority, name);
	int body, end;

	if (head < 0)
		return;
	body = vsnprintf(out + head, sizeof(out) - (size_t)head - 1, fmt, ap);
	if (body < 0)
		return;
	end = head + body;
	if (end > (int)sizeof(out) - 2)
		end = (int)sizeof(out) - 2;
	for (int i = head; i < end; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			out[i] = '?';
	out[end] = '\n';
	if (write(STDERR_FILENO, out, (size_t)end + 1) < 0)
		return; /* nowhere left to say it */
}

#define LOG_AT(function, priority)                                             \
	void function(const char *fmt, ...)                                    \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		line(priority, fmt, ap);                                       \
		va_end(ap);                                                    \
	}

LOG_AT(log_error, 3)
LOG_AT(log_warn, 4)
LOG_AT(log_info, 6)

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	line(7, fmt, ap);
	va_end(ap);
}

void
log_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(2, fmt, ap);
	va_end(ap);
	abort();
}
