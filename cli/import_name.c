/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of other programs in a form that room.json takes (etc/yang/larch-room). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import_room.h"

/* Letters and digits of ASCII alone, whatever the locale. */
static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* How many bytes the letter has that begins here. */
static size_t
letter(struct str s)
{
	size_t n = 1;

	while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* typedef name and thing-name of larch-room: it begins with a letter, a digit or one of _+: and, for ports, a slash. */
void
room_safe_name(struct str name, bool port, char out[LIMIT_NAME + 1])
{
	const char *allowed = port ? "._+/:@- " : "._+:@-";
	size_t n = 0;

	while (name.n > 0 && n < LIMIT_NAME) {
		size_t k = letter(name);
		char c = k == 1 && (alnum(name.p[0]) || (name.p[0] != '\0' && strchr(allowed, name.p[0]) != NULL)) ? name.p[0]
		                                                                                         : '-';
		bool made = c == '-' && name.p[0] != '-';

		if (n == 0 && strchr(".-@ ", c) != NULL)
			; /* nothing begins so */
		else if (!made || out[n - 1] != '-')
			out[n++] = c;
		name.p += k;
		name.n -= k;
	}
	while (n > 0 && (out[n - 1] == '-' || out[n - 1] == ' '))
		n--;
	out[n] = '\0';
	if (n == 0)
		memcpy(out, "unnamed", sizeof("unnamed"));
}

void
import_word(struct str text, bool lower, const char *fallback, char out[65])
{
	size_t n = 0;

	while (text.n > 0 && n < 64) {
		size_t k = letter(text);
		char c = k == 1 && (alnum(text.p[0]) || text.p[0] == '.' || text.p[0] == '_') ? text.p[0] : '-';

		if (n == 0 && c >= '0' && c <= '9')
			out[n++] = 'x'; /* a word begins with a letter */
		if (n == 0 && !alnum(c))
			;
		else if (c != '-' || text.p[0] == '-' || out[n - 1] != '-')
			out[n++] = lower && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		text.p += k;
		text.n -= k;
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n == 0)
		memcpy(out, fallback, strlen(fallback) + 1);
}

/*
 * Unicode's categories Cc, Cf, Zl and Zp, and the code points that are no characters
 * (RFC 7950, section 9.4): none of them may stand in a value.
 */
static const struct { uint32_t from, to; } unseen[] = {
	{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
	{0x890, 0x891}, {0x8e2, 0x8e2}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	{0xd800, 0xdfff}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x110bd, 0x110bd},
	{0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

static bool
is_unseen(uint32_t c)
{
	for (size_t i = 0; i < LARCH_COUNT(unseen); i++)
		if (c >= unseen[i].from && c <= unseen[i].to)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

static uint32_t
code_of(const char *p, size_t n)
{
	static const unsigned char head[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = n > 4 ? 0 : (unsigned char)p[0] & head[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

bool
room_safe_value(struct str value, struct buf *out)
{
	struct buf text = BUF(LIMIT_ROOM_FILE);
	struct str rest = str_trim(value);
	bool changed = false;

	if (rest.n > 4 * LIMIT_IMPORT_FIELD) {
		rest.n = 4 * LIMIT_IMPORT_FIELD;
		changed = true;
	}
	if (!str_is_text(rest)) { /* bad UTF-8, of a database; or a newline in a field, which str_is_text lets pass */
		buf_plain(&text, rest);
		rest = buf_view(&text);
		changed = true;
	}
	for (size_t n = 0; rest.n > 0; n++) {
		size_t k = letter(rest);
		bool bad = k > 4 || is_unseen(code_of(rest.p, k));

		if (n == LIMIT_IMPORT_VALUE) {
			changed = true;
			break;
		}
		changed = changed || bad;
		buf_str(out, bad ? STR(" ") : (struct str){rest.p, k});
		rest.p += k;
		rest.n -= k;
	}
	buf_free(&text);
	return changed;
}

bool
import_contains(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (strncasecmp(text.p + i, word, n) == 0)
			return true;
	return false;
}

bool
import_same(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}
