/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "inner.h"

#define TOKEN 32 /* bytes */
#define KEY_PREFIX "larch_"

void
auth_sha256(const void *p, size_t n, unsigned char out[AUTH_HASH])
{
	if (EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) != 1)
		log_die("OpenSSL cannot compute a SHA-256");
}

static void
random_hex(size_t n, char *out)
{
	unsigned char raw[TOKEN];

	file_random(raw, n);
	hex_encode(raw, n, out);
	OPENSSL_cleanse(raw, sizeof(raw));
}

void
auth_token_new(char out[AUTH_TOKEN_TEXT])
{
	random_hex(TOKEN, out);
}

void
auth_id_new(char out[AUTH_ID_TEXT])
{
	random_hex((AUTH_ID_TEXT - 1) / 2, out);
}

/* hex_decode takes upper case too; one token has one text. */
static int
decode(struct str text, unsigned char *out, size_t n)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 'A' && text.p[i] <= 'F')
			return -1;
	return text.p == NULL ? -1 : hex_decode(text, out, n);
}

bool
auth_token_is(struct str token)
{
	unsigned char raw[TOKEN];
	bool ok = decode(token, raw, sizeof(raw)) == 0;

	OPENSSL_cleanse(raw, sizeof(raw));
	return ok;
}

int
auth_token_hash(struct str token, unsigned char out[AUTH_HASH])
{
	unsigned char raw[TOKEN];
	int rc = decode(token, raw, sizeof(raw));

	if (rc == 0)
		auth_sha256(raw, sizeof(raw), out);
	OPENSSL_cleanse(raw, sizeof(raw));
	return rc;
}

int
auth_bearer_split(struct str bearer, char id[AUTH_ID_TEXT], unsigned char hash[AUTH_HASH])
{
	unsigned char raw[AUTH_ID_TEXT];
	struct str rest = bearer, head;

	if (!str_starts(bearer, KEY_PREFIX))
		return -1;
	rest.p += sizeof(KEY_PREFIX) - 1;
	rest.n -= sizeof(KEY_PREFIX) - 1;
	head = str_cut(&rest, '.');
	if (head.n != AUTH_ID_TEXT - 1 || decode(head, raw, head.n / 2) != 0)
		return -1;
	memcpy(id, head.p, head.n);
	id[head.n] = '\0';
	return rest.p == NULL ? -1 : auth_token_hash(rest, hash);
}

int
auth_csrf(struct str token, char out[AUTH_CSRF_TEXT])
{
	static const char label[] = "csrf-v1";
	unsigned char raw[TOKEN], mac[AUTH_HASH];

	out[0] = '\0';
	if (decode(token, raw, sizeof(raw)) != 0)
		return -1;
	if (HMAC(EVP_sha256(), raw, sizeof(raw), (const unsigned char *)label, sizeof(label) - 1, mac,
	        NULL) == NULL)
		log_die("OpenSSL cannot compute an HMAC");
	hex_encode(mac, (AUTH_CSRF_TEXT - 1) / 2, out);
	OPENSSL_cleanse(raw, sizeof(raw));
	OPENSSL_cleanse(mac, sizeof(mac));
	return 0;
}

bool
auth_csrf_check(struct str token, struct str given)
{
	char want[AUTH_CSRF_TEXT];

	return auth_csrf(token, want) == 0 && given.n == sizeof(want) - 1 &&
	    bytes_equal(given.p, want, sizeof(want) - 1);
}
