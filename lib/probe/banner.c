/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "banner.h"

static struct str
cut(struct str line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > LIMIT_SSH_VERSION)
		line.n = LIMIT_SSH_VERSION;
	return line;
}

/* "SSH-2.0-" and at least one character of the software's name; a NUL is not allowed anywhere in it. */
static bool
is_version(struct str line)
{
	size_t head = str_starts(line, "SSH-2.0-") ? strlen("SSH-2.0-") : str_starts(line, "SSH-1.99-") ? strlen("SSH-1.99-") : 0;

	return head > 0 && line.n > head && line.p[head] > ' ' && memchr(line.p, '\0', line.n) == NULL;
}

enum banner
banner_parse(struct str seen, struct str *line_out)
{
	struct str rest = seen;

	*line_out = (struct str){seen.p, 0};
	for (int lines = 0; rest.n > 0; lines++) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end == NULL ? rest.n : (size_t)(end - rest.p) + 1;
		struct str line = cut((struct str){rest.p, end == NULL ? n : n - 1});

		if (line_out->n == 0 || str_starts(line, "SSH-"))
			*line_out = line;
		if (str_starts(line, "SSH-")) {
			if (n > LIMIT_SSH_VERSION || (end != NULL && !is_version(line)))
				return BANNER_WRONG;
			return end != NULL ? BANNER_SSH : n == LIMIT_SSH_VERSION ? BANNER_WRONG : BANNER_MORE;
		}
		if (end == NULL && n < strlen("SSH-") && memcmp(rest.p, "SSH-", n) == 0)
			break; /* the beginning of one */
		if (lines >= LIMIT_SSH_LINES)
			return BANNER_WRONG;
		if (end == NULL)
			break;
		rest = (struct str){rest.p + n, rest.n - n};
	}
	return seen.n >= LIMIT_SSH_GREETING ? BANNER_WRONG : BANNER_MORE;
}
