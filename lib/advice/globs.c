/* SPDX-License-Identifier: Apache-2.0 */
/* Globs: * is any run, ? one byte, a backslash takes the next as it is. */
#include <ctype.h>
#include <string.h>

#include "inner.h"

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* One piece of the pattern against one byte: how long the piece is, 0 when it does not fit. */
static size_t
one(const char *p, char c)
{
	if (*p == '?')
		return 1;
	if (*p == '\\' && p[1] != '\0')
		return same(p[1], c) ? 2 : 0;
	return *p != '\0' && *p != '*' && same(*p, c) ? 1 : 0;
}

/* Only the last star is ever gone back to: the time is at most the product of both lengths. */
bool
advice_glob(const char *pattern, const char *text)
{
	const char *p = pattern, *t = text, *star = NULL, *mark = NULL;

	while (*t != '\0') {
		size_t n = one(p, *t);

		if (*p == '*') {
			star = ++p;
			mark = t;
		} else if (n > 0) {
			p += n;
			t++;
		} else if (star != NULL) {
			p = star;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return *p == '\0';
}

bool
advice_any(const struct advice_texts *globs, const char *text)
{
	for (size_t i = 0; i < globs->n; i++)
		if (advice_glob(globs->text[i], text))
			return true;
	return false;
}

bool
advice_names(const struct advice_texts *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->text[i], name) == 0)
			return true;
	return false;
}
