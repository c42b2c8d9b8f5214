/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names, words and values may look like: the same rules as the types of
 * module larch-room, so that what is exported can be imported.
 */
#include <ctype.h>
#include <string.h>

#include "inv_edit.h"

static bool
only(const char *s, const char *also)
{
	for (; *s != '\0'; s++)
		if ((!isalnum((unsigned char)*s) || (unsigned char)*s > 0x7f) && strchr(also, *s) == NULL)
			return false;
	return true;
}

int
inv_check_name(const char *what, const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n > 0 && n <= LIMIT_NAME && only(name, "._+:@-") && strchr(".-@", name[0]) == NULL)
		return 0;
	return err_set(e, ERR_INPUT,
	    "\"%.*s\" is no name of a %s: it has 1 to %d letters, digits and . _ + : @ - and begins with none of . - @",
	    LIMIT_NAME, name, what, LIMIT_NAME);
}

int
inv_check_port_name(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n > 0 && n <= LIMIT_NAME && only(name, "._+:@-/ ") && strchr(".-@ ", name[0]) == NULL && name[n - 1] != ' ')
		return 0;
	return err_set(e, ERR_INPUT,
	    "\"%.*s\" is no name of a port: it has 1 to %d letters, digits, . _ + : @ - / and blanks inside, and begins with none of . - @",
	    LIMIT_NAME, name, LIMIT_NAME);
}

int
inv_check_word(const char *what, const char *word, struct err *e)
{
	if (strlen(word) <= LIMIT_WORD && isalpha((unsigned char)word[0]) && only(word, "._-"))
		return 0;
	return err_set(e, ERR_INPUT,
	    "\"%.*s\" is no %s: it is a letter, then letters, digits and . _ - up to %d in all", LIMIT_WORD, word, what,
	    LIMIT_WORD);
}

int
inv_check_subkey(const char *subkey, struct err *e)
{
	if (subkey == NULL || (strlen(subkey) <= LIMIT_NAME && only(subkey, "._:@+/[]-")))
		return 0;
	return err_set(e, ERR_INPUT, "\"%.*s\" is no subkey: it has up to %d letters, digits and . _ : @ + / [ ] -",
	    LIMIT_NAME, subkey, LIMIT_NAME);
}

/* Characters that are not seen: Unicode's format characters (Cf), line and paragraph separators; and those that
 * are none (RFC 7950, section 14, yang-char): an export with one could not be imported. */
static const struct {
	uint32_t first, last;
} hidden[] = {
    {0x0, 0x1f},
    {0x7f, 0x9f},
    {0xad, 0xad},
    {0x600, 0x605},
    {0x61c, 0x61c},
    {0x6dd, 0x6dd},
    {0x70f, 0x70f},
    {0x890, 0x891},
    {0x8e2, 0x8e2},
    {0x180e, 0x180e},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x2064},
    {0x2066, 0x206f},
    {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},
    {0x110bd, 0x110bd},
    {0x110cd, 0x110cd},
    {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001},
    {0xe0020, 0xe007f},
};

/* One character of UTF-8 that is known to be well formed. */
static uint32_t
next(const unsigned char *p, size_t *at)
{
	static const struct {
		unsigned char mask, lead, bits;
	} rows[] = {{0x80, 0x00, 0x7f}, {0xe0, 0xc0, 0x1f}, {0xf0, 0xe0, 0x0f}, {0xf8, 0xf0, 0x07}};
	size_t len = 0;
	uint32_t c;

	while (len < LARCH_COUNT(rows) - 1 && (p[*at] & rows[len].mask) != rows[len].lead)
		len++;
	c = p[(*at)++] & rows[len].bits;
	for (; len > 0; len--)
		c = c << 6 | (p[(*at)++] & 0x3f);
	return c;
}

bool
inv_is_line(struct str s)
{
	if (!str_is_text(s))
		return false;
	for (size_t at = 0; at < s.n;) {
		uint32_t c = next((const unsigned char *)s.p, &at);

		if ((c & 0xfffe) == 0xfffe) /* the last two of each plane are no characters */
			return false;
		for (size_t k = 0; k < LARCH_COUNT(hidden) && hidden[k].first <= c; k++)
			if (c <= hidden[k].last)
				return false;
	}
	return true;
}
