/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "crypto.h"

#define POOL 4096 /* one getrandom(2) for some sixty sessions */
#define BLOCK 16

static const struct suite suites[] = {
    {.number = 17, .algorithms = {3, 4, 1}, .digest = "SHA256", .hash_n = 32, .code_n = 16},
    {.number = 3, .algorithms = {1, 1, 1}, .digest = "SHA1", .hash_n = 20, .code_n = 12},
};

struct crypto {
	EVP_MAC_CTX *mac[LARCH_COUNT(suites)];
	EVP_CIPHER_CTX *encrypt, *decrypt;
	size_t used;
	uint8_t pool[POOL];
};

const struct suite *
crypto_suite(int number)
{
	for (size_t i = 0; i < LARCH_COUNT(suites); i++)
		if (suites[i].number == number)
			return &suites[i];
	return NULL;
}

/* ---- contexts: made once, keyed again for each use (one-shot HMAC() costs 30 % more) ---- */

static EVP_MAC_CTX *
make_mac(EVP_MAC *hmac, const char *digest)
{
	static const uint8_t key[1];
	EVP_MAC_CTX *ctx = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
	char name[16];
	OSSL_PARAM params[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_end()};

	snprintf(name, sizeof(name), "%s", digest);
	if (ctx != NULL && EVP_MAC_init(ctx, key, sizeof(key), params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

static EVP_CIPHER_CTX *
make_aes(EVP_CIPHER *aes, int encrypt)
{
	static const uint8_t key[BLOCK];
	EVP_CIPHER_CTX *ctx = aes == NULL ? NULL : EVP_CIPHER_CTX_new();

	if (ctx != NULL && (EVP_CipherInit_ex2(ctx, aes, key, key, encrypt, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

int
crypto_create(struct crypto **out, struct err *e)
{
	struct crypto *c = calloc(1, sizeof(*c));
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	bool ok = true;

	if (c == NULL)
		log_die("out of memory: no IPMI contexts");
	c->used = POOL;
	for (size_t i = 0; i < LARCH_COUNT(suites); i++) {
		c->mac[i] = make_mac(hmac, suites[i].digest);
		ok = ok && c->mac[i] != NULL;
	}
	c->encrypt = make_aes(aes, 1);
	c->decrypt = make_aes(aes, 0);
	EVP_MAC_free(hmac);
	EVP_CIPHER_free(aes);
	if (ok && c->encrypt != NULL && c->decrypt != NULL) {
		*out = c;
		return 0;
	}
	crypto_destroy(c);
	return err_set(e, ERR_INTERNAL,
	    "IPMI: this OpenSSL has no HMAC with SHA-1 and SHA-256, or no AES-128-CBC; look at openssl.cnf");
}

void
crypto_destroy(struct crypto *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < LARCH_COUNT(suites); i++)
		EVP_MAC_CTX_free(c->mac[i]);
	EVP_CIPHER_CTX_free(c->encrypt);
	EVP_CIPHER_CTX_free(c->decrypt);
	explicit_bzero(c, sizeof(*c));
	free(c);
}

void
crypto_random(struct crypto *c, void *out, size_t n)
{
	if (n > POOL - c->used) {
		file_random(c->pool, POOL);
		c->used = 0;
	}
	memcpy(out, c->pool + c->used, n);
	explicit_bzero(c->pool + c->used, n);
	c->used += n;
}

static void
hmac(struct crypto *c, const struct suite *s, struct view key, struct view text, uint8_t out[PACKET_HASH])
{
	EVP_MAC_CTX *ctx = c->mac[s - suites];
	size_t n = 0;

	if (EVP_MAC_init(ctx, key.p, key.n, NULL) != 1 || EVP_MAC_update(ctx, text.p, text.n) != 1 ||
	    EVP_MAC_final(ctx, out, &n, PACKET_HASH) != 1 || n != s->hash_n)
		log_die("OpenSSL refused an HMAC with %s", s->digest);
}

/* n is a multiple of BLOCK and not 0. in and out may be the same. */
static void
aes(EVP_CIPHER_CTX *ctx, const struct secrets *s, const uint8_t iv[BLOCK], struct view in, uint8_t *out)
{
	int n = 0;

	/* the key of AES is the first 16 bytes of K2: 13.29.2 */
	if (EVP_CipherInit_ex2(ctx, NULL, s->k2, iv, -1, NULL) != 1 ||
	    EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) != 1 || n != (int)in.n)
		log_die("OpenSSL refused AES-128-CBC");
}

/* ---- the codes of RAKP -------------------------------------------------------------- */

struct text {
	uint8_t p[96];
	size_t n;
};

static void
add(struct text *t, const void *p, size_t n)
{
	memcpy(t->p + t->n, p, n);
	t->n += n;
}

static void
add32(struct text *t, uint32_t v)
{
	packet_put32(t->p + t->n, v);
	t->n += 4;
}

/* The role byte of RAKP 1, the name's length and the name end every text. */
static void
add_user(struct text *t, const struct secrets *s)
{
	add(t, &s->role, 1);
	add(t, &s->user_n, 1);
	add(t, s->user, s->user_n);
}

static struct view
user_key(const struct secrets *s)
{
	return (struct view){s->password, sizeof(s->password)};
}

static struct view
session_key(const struct secrets *s)
{
	return (struct view){s->sik, s->suite->hash_n};
}

void
crypto_rakp2_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH])
{
	struct text t = {.n = 0};

	add32(&t, s->console_id);
	add32(&t, s->bmc_id);
	add(&t, s->console_random, 16);
	add(&t, s->bmc_random, 16);
	add(&t, s->guid, 16);
	add_user(&t, s);
	hmac(c, s->suite, user_key(s), (struct view){t.p, t.n}, out);
}

void
crypto_rakp3_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH])
{
	struct text t = {.n = 0};

	add(&t, s->bmc_random, 16);
	add32(&t, s->console_id);
	add_user(&t, s);
	hmac(c, s->suite, user_key(s), (struct view){t.p, t.n}, out);
}

void
crypto_rakp4_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH])
{
	struct text t = {.n = 0};

	add(&t, s->console_random, 16);
	add32(&t, s->bmc_id);
	add(&t, s->guid, 16);
	hmac(c, s->suite, session_key(s), (struct view){t.p, t.n}, out);
}

void
crypto_keys(struct crypto *c, struct secrets *s)
{
	struct text t = {.n = 0};
	uint8_t constant[20]; /* 20 bytes with SHA-256 too: 13.32 */

	add(&t, s->console_random, 16);
	add(&t, s->bmc_random, 16);
	add_user(&t, s);
	hmac(c, s->suite, user_key(s), (struct view){t.p, t.n}, s->sik); /* no K_G: K_uid is used, 13.31 */
	memset(constant, 1, sizeof(constant));
	hmac(c, s->suite, session_key(s), (struct view){constant, sizeof(constant)}, s->k1);
	memset(constant, 2, sizeof(constant));
	hmac(c, s->suite, session_key(s), (struct view){constant, sizeof(constant)}, s->k2);
}

/* ---- packets of a session -------------------------------------------------------------- */

void
crypto_seal(struct crypto *c, const struct secrets *s, uint32_t seq, struct view message, struct packet *out)
{
	uint8_t *iv = out->p + PACKET_HEADER, *text = iv + BLOCK, code[PACKET_HASH];
	size_t pad = BLOCK - 1 - message.n % BLOCK, n = message.n + pad + 1, trailer;

	crypto_random(c, iv, BLOCK);
	memcpy(text, message.p, message.n);
	for (size_t i = 0; i < pad; i++)
		text[message.n + i] = (uint8_t)(i + 1);
	text[n - 1] = (uint8_t)pad;
	aes(c->encrypt, s, iv, (struct view){text, n}, text);
	packet_begin(out, 0xc0 | PACKET_MESSAGE, s->bmc_id, seq, BLOCK + n);
	trailer = (4 - (out->n - 4 + 2) % 4) % 4; /* what the code covers is a multiple of 4, from the AuthType byte */
	memset(out->p + out->n, 0xff, trailer);
	out->p[out->n + trailer] = (uint8_t)trailer;
	out->p[out->n + trailer + 1] = 0x07;
	out->n += trailer + 2;
	hmac(c, s->suite, (struct view){s->k1, s->suite->hash_n}, (struct view){out->p + 4, out->n - 4}, code);
	memcpy(out->p + out->n, code, s->suite->code_n);
	out->n += s->suite->code_n;
}

static int
take_padding(const uint8_t *plain, size_t n, size_t *n_out)
{
	size_t pad = plain[n - 1];

	if (pad >= BLOCK || pad + 1 > n)
		return -1;
	for (size_t i = 0; i < pad; i++)
		if (plain[n - 1 - pad + i] != i + 1)
			return -1;
	*n_out = n - 1 - pad;
	return 0;
}

int
crypto_open(struct crypto *c, const struct secrets *s, const struct frame *f, uint8_t *plain, size_t *n_out,
    const char **why)
{
	struct view covered, code;
	uint8_t ours[PACKET_HASH];

	*why = "a packet of the session is not encrypted and authenticated (section 13.28)";
	if (!f->encrypted || !f->authenticated || packet_trailer(f, s->suite->code_n, &covered, &code, why) != 0)
		return -1;
	hmac(c, s->suite, (struct view){s->k1, s->suite->hash_n}, covered, ours);
	if (!bytes_equal(ours, code.p, code.n)) {
		*why = "the integrity code of a packet is wrong (section 13.28.4)";
		return -1;
	}
	*why = "a packet's encrypted payload is malformed (section 13.29.2)";
	if (f->payload.n < 2 * BLOCK || f->payload.n % BLOCK != 0)
		return -1;
	aes(c->decrypt, s, f->payload.p, (struct view){f->payload.p + BLOCK, f->payload.n - BLOCK}, plain);
	return take_padding(plain, f->payload.n - BLOCK, n_out);
}
