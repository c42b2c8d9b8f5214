/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bmc_sim.h"

/* IPMI v2.0 table 22-20; the algorithms' numbers: tables 13-17, 13-18, 13-19. */
static const struct suite suites[] = {
    {.number = 3, .auth = 1, .integrity = 1, .confidentiality = 1, .digest = "SHA1", .hash_n = 20, .code_n = 12},
    {.number = 17, .auth = 3, .integrity = 4, .confidentiality = 1, .digest = "SHA256", .hash_n = 32, .code_n = 16},
};
#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

static EVP_MAC_CTX *mac[N_SUITES];
static EVP_CIPHER_CTX *aes[2];
static uint8_t pool[4096];
static size_t pool_used = sizeof(pool);

const struct suite *
suite_find(int number)
{
	for (size_t i = 0; i < N_SUITES; i++)
		if (suites[i].number == number)
			return &suites[i];
	return NULL;
}

static void
check(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "bmc-sim: libcrypto failed\n");
	exit(1);
}

void
crypto_start(void)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	static const uint8_t key[20];

	check(hmac != NULL && cipher != NULL);
	for (size_t i = 0; i < N_SUITES; i++) {
		char name[16];
		OSSL_PARAM params[2];

		snprintf(name, sizeof(name), "%s", suites[i].digest);
		params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
		params[1] = OSSL_PARAM_construct_end();
		mac[i] = EVP_MAC_CTX_new(hmac);
		check(mac[i] != NULL && EVP_MAC_init(mac[i], key, sizeof(key), params) == 1);
	}
	for (int e = 0; e < 2; e++) {
		aes[e] = EVP_CIPHER_CTX_new();
		check(aes[e] != NULL && EVP_CipherInit_ex2(aes[e], cipher, key, key, e, NULL) == 1);
		(void)EVP_CIPHER_CTX_set_padding(aes[e], 0);
	}
	EVP_MAC_free(hmac);
	EVP_CIPHER_free(cipher);
}

void
crypto_hmac(const struct suite *s, const void *key, size_t key_n, const void *p, size_t n, uint8_t out[32])
{
	static const uint8_t none[1];
	EVP_MAC_CTX *ctx = mac[s - suites];
	size_t len = 0;

	/* an empty password is an empty key, which EVP_MAC_init would take for "the key of before" */
	check(EVP_MAC_init(ctx, key_n == 0 ? none : key, key_n == 0 ? 1 : key_n, NULL) == 1 &&
	    EVP_MAC_update(ctx, p, n) == 1 && EVP_MAC_final(ctx, out, &len, 32) == 1 && len == s->hash_n);
}

int
crypto_aes(bool encrypt, const uint8_t key[16], const uint8_t iv[16], const uint8_t *in, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = aes[encrypt];
	int done = 0;

	if (n == 0 || n % 16 != 0)
		return -1;
	check(EVP_CipherInit_ex2(ctx, NULL, key, iv, encrypt, NULL) == 1 &&
	    EVP_CipherUpdate(ctx, out, &done, in, (int)n) == 1);
	return done == (int)n ? 0 : -1;
}

void
crypto_random(void *out, size_t n)
{
	if (pool_used + n > sizeof(pool)) {
		for (size_t have = 0; have < sizeof(pool);) {
			ssize_t got = getrandom(pool + have, sizeof(pool) - have, 0);

			if (got > 0)
				have += (size_t)got;
		}
		pool_used = 0;
	}
	memcpy(out, pool + pool_used, n);
	pool_used += n;
}
