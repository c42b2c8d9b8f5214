/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto: cipher suites 17 and 3 (IPMI v2.0 table 22-20), the keys of a session
 * (13.31, 13.32) and the sealing of its packets (13.28, 13.29). OpenSSL does the
 * arithmetic; one set of contexts serves all sessions of a client.
 */
#ifndef LARCH_IPMI_CRYPTO_H
#define LARCH_IPMI_CRYPTO_H

#include "packet.h"

struct suite {
	int number;
	struct algorithms algorithms;
	const char *digest;
	size_t hash_n; /* bytes of a whole HMAC: RAKP 2 and 3 */
	size_t code_n; /* bytes of a cut one: RAKP 4 and every packet of a session */
};

/* NULL for a suite we do not speak: 0, 1, 2 and all but 17 and 3. */
const struct suite *crypto_suite(int number);

struct crypto;
int crypto_create(struct crypto **out, struct err *e);
void crypto_destroy(struct crypto *c); /* NULL does nothing */

/* Random bytes from a pool of getrandom(2). */
void crypto_random(struct crypto *c, void *out, size_t n);

/* What both ends know after RAKP 2. Wiped by its owner. */
struct secrets {
	const struct suite *suite;
	uint8_t password[20];        /* K_uid; zero-padded, as HMAC pads it anyway */
	uint8_t user[16];
	uint8_t user_n, role;
	uint32_t console_id, bmc_id;
	uint8_t console_random[16], bmc_random[16], guid[16];
	uint8_t sik[PACKET_HASH], k1[PACKET_HASH], k2[PACKET_HASH];
};

/* The code of RAKP 2 and of RAKP 3: suite->hash_n bytes. 13.28.4 */
void crypto_rakp2_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH]);
void crypto_rakp3_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH]);
/* The code of RAKP 4: suite->code_n bytes. */
void crypto_rakp4_code(struct crypto *c, const struct secrets *s, uint8_t out[PACKET_HASH]);
/* SIK, K1 and K2: 13.31, 13.32. */
void crypto_keys(struct crypto *c, struct secrets *s);

/* An encrypted, authenticated packet of payload type 0 around a message of n <= PACKET_REQUEST bytes. */
void crypto_seal(struct crypto *c, const struct secrets *s, uint32_t seq, struct view message, struct packet *out);

/*
 * Verify the integrity code and decrypt: 0 with the message in plain (room for
 * f->payload.n bytes), its length in *n_out; or -1 with *why.
 */
int crypto_open(struct crypto *c, const struct secrets *s, const struct frame *f, uint8_t *plain, size_t *n_out,
    const char **why);

#endif
