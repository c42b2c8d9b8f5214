/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"

void
auth_address_key(struct str address, char out[64])
{
	char text[64];
	unsigned char v4[4], v6[16];
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	snprintf(text, sizeof(text), "%.*s", (int)(address.n < 60 ? address.n : 60), address.n > 0 ? address.p : "");
	text[strcspn(text, "%")] = '\0'; /* a link-local address's zone */
	if (inet_pton(AF_INET, text, v4) == 1) {
		inet_ntop(AF_INET, v4, out, 64);
	} else if (inet_pton(AF_INET6, text, v6) == 1 && memcmp(v6, mapped, 12) == 0) {
		inet_ntop(AF_INET, v6 + 12, out, 64);
	} else if (inet_pton(AF_INET6, text, v6) == 1) {
		memset(v6 + 8, 0, 8);
		inet_ntop(AF_INET6, v6, out, 50);
		strncat(out, "/64", 4);
	} else {
		snprintf(out, 64, "unknown"); /* all that cannot be told apart share one allowance */
	}
}

char *
auth_clean(struct str text, size_t max, struct arena *a)
{
	struct buf b = BUF(8 * LIMIT_HEADER);
	char *out;

	if (text.n > max)
		for (text.n = max; text.n > 0 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80; text.n--)
			; /* do not cut a character in two: it would show as '?' */
	buf_plain(&b, text);
	out = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

int
auth_login_name(struct str typed, char out[LIMIT_NAME], struct err *e)
{
	typed = str_trim(typed);
	if (typed.n == 0)
		return err_set(e, ERR_INPUT, "The login name is empty.");
	if (typed.n > 64)
		return err_set(e, ERR_INPUT, "The login name is longer than 64 characters.");
	for (size_t i = 0; i < typed.n; i++) {
		unsigned char c = (unsigned char)typed.p[i];

		if (c <= 0x20 || c >= 0x7f)
			return err_set(e, ERR_INPUT,
			    "A login name has letters, digits and signs of ASCII, and no blank.");
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	out[typed.n] = '\0';
	return 0;
}
