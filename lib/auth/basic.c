/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/evp.h>

#include "inner.h"

/* Digits of RFC 4648 section 4, and at most two '=' at the end: OpenSSL alone would let blanks and more pass. */
static bool
is_base64(struct str in)
{
	size_t n = in.n;

	if (n == 0 || n % 4 != 0 || n / 4 * 3 > AUTH_BASIC_TEXT)
		return false;
	for (int i = 0; i < 2 && in.p[n - 1] == '='; i++)
		n--;
	for (size_t i = 0; i < n; i++) {
		char c = in.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/'))
			return false;
	}
	return true;
}

int
auth_basic_parse(struct str in, char text[AUTH_BASIC_TEXT], struct str *user, struct str *password,
    struct err *e)
{
	int n = is_base64(in) ? EVP_DecodeBlock((unsigned char *)text, (const unsigned char *)in.p, (int)in.n) : -1;
	struct str rest;

	*user = *password = (struct str){NULL, 0};
	if (n < 0)
		return err_set(e, ERR_LOGIN, "Authorization: Basic must hold base64 of \"name:password\" (RFC 7617).");
	for (int i = 0; i < 2 && in.p[in.n - 1 - (size_t)i] == '='; i++)
		n--; /* OpenSSL counts the padding as bytes */
	rest = (struct str){text, (size_t)n};
	*user = str_cut(&rest, ':');
	if (rest.p == NULL || memchr(text, '\0', (size_t)n) != NULL)
		return err_set(e, ERR_LOGIN, "Authorization: Basic must hold \"name:password\", and no NUL (RFC 7617).");
	*password = rest;
	return 0;
}
