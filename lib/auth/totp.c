/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include <liboath/oath.h>

#include "totp.h"

#define RECOVERY 16 /* characters of base32: 80 bits */

/* What was typed, without what does not matter; false: too long, or a character that is in no code. */
static bool
fold(struct str typed, char out[AUTH_CODE_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char ch = typed.p[i];

		if (ch == ' ' || ch == '-' || ch == '\t')
			continue;
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		if (n == RECOVERY || !((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9')))
			return false;
		out[n++] = ch;
	}
	out[n] = '\0';
	return true;
}

enum auth_code
auth_code_read(struct str typed, char out[AUTH_CODE_TEXT])
{
	enum auth_code kind = AUTH_CODE_NONE;

	if (typed.n <= LIMIT_CODE && fold(typed, out)) {
		if (strlen(out) == AUTH_DIGITS && strspn(out, "0123456789") == AUTH_DIGITS)
			kind = AUTH_CODE_TOTP;
		else if (strlen(out) == RECOVERY && strpbrk(out, "0189") == NULL)
			kind = AUTH_CODE_RECOVERY;
	}
	if (kind == AUTH_CODE_NONE)
		explicit_bzero(out, AUTH_CODE_TEXT); /* "": what is no code is not handed on */
	return kind;
}

static void
begin(void)
{
	if (oath_init() != OATH_OK)
		log_die("liboath does not start");
}

void
auth_totp_code(const unsigned char *seed, size_t n, int64_t step, unsigned digits, char *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, begin);
	if (oath_hotp_generate((const char *)seed, n, (uint64_t)step, digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, out) !=
	    OATH_OK)
		log_die("liboath cannot make a code");
}

int64_t
auth_totp_step(const unsigned char seed[AUTH_SEED], const char *code, int64_t now_ms, int64_t last, bool *again)
{
	int64_t now = now_ms / AUTH_STEP_MS, found = -1;
	char want[AUTH_DIGITS + 1];

	*again = false;
	if (strlen(code) != AUTH_DIGITS)
		return -1;
	for (int64_t step = now - 1; step <= now; step++) { /* both, whatever the first says: no time tells which */
		auth_totp_code(seed, AUTH_SEED, step, AUTH_DIGITS, want);
		if (!bytes_equal(want, code, AUTH_DIGITS))
			continue;
		if (step > last)
			found = step;
		else
			*again = true;
	}
	explicit_bzero(want, sizeof(want));
	return found;
}

void
auth_base32(const unsigned char *in, size_t n, char *out)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | in[i]) & 0xffff;
		for (have += 8; have >= 5; have -= 5)
			*out++ = alphabet[bits >> (have - 5) & 31];
	}
	if (have > 0)
		*out++ = alphabet[bits << (5 - have) & 31];
	*out = '\0';
}
