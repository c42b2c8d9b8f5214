/* SPDX-License-Identifier: Apache-2.0 */
/* Open Session and RAKP 1 to 4: IPMI v2.0 sections 13.17 to 13.24, 13.31, 13.32. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_text.h"

/* RMCP+ status codes, table 13-15 */
#define ST_OK 0x00
#define ST_NO_RESOURCES 0x01
#define ST_BAD_SESSION 0x02
#define ST_BAD_ROLE 0x0a
#define ST_BAD_NAME 0x0d
#define ST_BAD_CODE 0x0f
#define ST_NO_SUITE 0x11

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		*p++ = (uint8_t)(v >> (8 * i));
	return p;
}

static uint8_t *
put(uint8_t *p, const void *from, size_t n)
{
	memcpy(p, from, n);
	return p + n;
}

/* ---- slots -------------------------------------------------------------------- */

void
session_close(struct bmc *b, struct session *s)
{
	for (int i = 0; i < BMC_SLOTS; i++)
		if (b->slot[i] == s)
			b->slot[i] = NULL;
	free(s);
	b->closed++;
}

void
session_close_all(struct bmc *b)
{
	for (int i = 0; i < BMC_SLOTS; i++)
		if (b->slot[i] != NULL)
			session_close(b, b->slot[i]);
}

static void
drop_idle(struct bmc *b)
{
	int64_t oldest = sim_now() - b->s.idle_ms;

	for (int i = 0; i < BMC_SLOTS; i++)
		if (b->slot[i] != NULL && b->slot[i]->used_ms < oldest)
			session_close(b, b->slot[i]);
}

int
session_count(struct bmc *b)
{
	int n = 0;

	drop_idle(b);
	for (int i = 0; i < BMC_SLOTS; i++)
		n += b->slot[i] != NULL;
	return n;
}

struct session *
session_find(struct bmc *b, uint32_t id)
{
	for (int i = 0; i < BMC_SLOTS; i++) {
		struct session *s = b->slot[i];

		if (s == NULL || s->id != id)
			continue;
		if (sim_now() - s->used_ms > b->s.idle_ms) {
			session_close(b, s);
			return NULL;
		}
		s->used_ms = sim_now();
		return s;
	}
	return NULL;
}

static int
slots(const struct bmc *b)
{
	return b->fault == FAULT_NO_SLOT ? 0 : b->fault == FAULT_ONE_SLOT ? 1 : b->s.slots;
}

/* A repeated Open Session Request finds the slot its first copy took. */
static struct session *
take_slot(struct bmc *b, const struct sockaddr_in *from, uint32_t console_id)
{
	struct session *s;
	int used = session_count(b);

	for (int i = 0; i < BMC_SLOTS; i++) {
		s = b->slot[i];
		if (s != NULL && !s->has_rakp1 && s->console_id == console_id && s->peer.sin_port == from->sin_port &&
		    s->peer.sin_addr.s_addr == from->sin_addr.s_addr)
			return s;
	}
	if (used >= slots(b))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	do
		crypto_random(&s->id, sizeof(s->id));
	while (s->id == 0 || session_find(b, s->id) != NULL);
	for (int i = 0; i < BMC_SLOTS; i++)
		if (b->slot[i] == NULL) {
			b->slot[i] = s;
			break;
		}
	s->used_ms = sim_now();
	b->opened++;
	return s;
}

bool
session_fresh(struct session *s, uint32_t seq)
{
	int32_t ahead = (int32_t)(seq - s->seq_in);

	if (seq == 0)
		return false;
	if (ahead > 0) {
		if (ahead > 15 && s->seq_in != 0)
			return false;
		s->seen = ahead < 32 ? s->seen << ahead | 1 : 1;
		s->seq_in = seq;
		return true;
	}
	if (ahead < -16 || (s->seen >> -ahead & 1) != 0)
		return false;
	s->seen |= (uint32_t)1 << -ahead;
	return true;
}

/* ---- Open Session: section 13.17 ------------------------------------------------ */

/* The algorithm of an 8-byte field (table 13-9): its number, -1 "choose", -2 malformed. */
static int
algorithm(const uint8_t *p, uint8_t type)
{
	if (p[0] != type || p[1] != 0 || p[2] != 0 || (p[3] != 8 && p[3] != 0))
		return -2;
	return p[3] == 0 ? -1 : p[4] & 0x3f;
}

static const struct suite *
choose_suite(const struct bmc *b, const uint8_t *p)
{
	int auth = algorithm(p, 0), integrity = algorithm(p + 8, 1), conf = algorithm(p + 16, 2);

	for (int i = 0; i < 2; i++) {
		const struct suite *s = suite_find(b->s.suites[i]);

		if (s != NULL && (auth == -1 || auth == s->auth) && (integrity == -1 || integrity == s->integrity) &&
		    (conf == -1 || conf == s->confidentiality))
			return s;
	}
	return NULL;
}

static uint8_t *
put_algorithm(uint8_t *p, uint8_t type, uint8_t number)
{
	const uint8_t field[8] = {type, 0, 0, 8, number, 0, 0, 0};

	return put(p, field, sizeof(field));
}

static size_t
refuse(uint8_t *out, uint8_t tag, uint8_t status, uint32_t console_id)
{
	out[0] = tag;
	out[1] = status;
	out[2] = out[3] = 0;
	put32(out + 4, console_id);
	return 8;
}

static size_t
open_session(struct bmc *b, const struct sockaddr_in *from, const uint8_t *p, size_t n, uint8_t *out)
{
	const struct suite *suite;
	struct session *s;
	uint32_t console_id;
	uint8_t asked, *q = out;

	if (n < 32)
		return 0;
	console_id = get32(p + 4);
	asked = p[1] & 0x0f;
	suite = choose_suite(b, p + 8);
	if (suite == NULL)
		return refuse(out, p[0], ST_NO_SUITE, console_id);
	if (asked > 4)
		return refuse(out, p[0], ST_BAD_ROLE, console_id);
	s = take_slot(b, from, console_id);
	if (s == NULL)
		return refuse(out, p[0], ST_NO_RESOURCES, console_id);
	s->console_id = console_id;
	s->peer = *from;
	s->suite = suite->number;
	s->max_privilege = asked == 0 || asked > b->s.privilege ? (uint8_t)b->s.privilege : asked;
	*q++ = p[0];
	*q++ = ST_OK;
	*q++ = s->max_privilege;
	*q++ = 0;
	q = put32(q, console_id);
	q = put32(q, s->id);
	q = put_algorithm(q, 0, b->fault == FAULT_SUITE_0 ? 0 : suite->auth);
	q = put_algorithm(q, 1, b->fault == FAULT_SUITE_0 ? 0 : suite->integrity);
	q = put_algorithm(q, 2, b->fault == FAULT_SUITE_0 ? 0 : suite->confidentiality);
	return (size_t)(q - out);
}

/* ---- RAKP: sections 13.20 to 13.23, codes of 13.28.4 and 13.31 --------------------- */

static void
hmac_user(const struct bmc *b, const struct session *s, const uint8_t *p, size_t n, uint8_t out[32])
{
	crypto_hmac(suite_find(s->suite), b->s.password, strlen(b->s.password), p, n, out);
}

static void
derive_keys(const struct bmc *b, struct session *s)
{
	const struct suite *suite = suite_find(s->suite);
	uint8_t text[80], *q = text, ones[20];

	q = put(q, s->rc, 16);
	q = put(q, s->rm, 16);
	*q++ = s->role;
	*q++ = s->user_n;
	q = put(q, s->user, s->user_n);
	hmac_user(b, s, text, (size_t)(q - text), s->sik); /* no K_G: it is Kuid */
	memset(ones, 1, sizeof(ones));
	crypto_hmac(suite, s->sik, suite->hash_n, ones, sizeof(ones), s->k1);
	memset(ones, 2, sizeof(ones));
	crypto_hmac(suite, s->sik, suite->hash_n, ones, sizeof(ones), s->k2);
}

static uint8_t
read_rakp1(struct bmc *b, struct session *s, const uint8_t *p, size_t n)
{
	size_t user_n = p[27];

	if (user_n > 16 || n < 28 + user_n)
		return ST_BAD_NAME;
	if (s->has_rakp1 && memcmp(s->rc, p + 8, 16) != 0)
		return ST_BAD_SESSION;
	if ((p[24] & 0x0f) > s->max_privilege && (p[24] & 0x0f) > b->s.privilege)
		return ST_BAD_ROLE;
	if (user_n != strlen(b->s.user) || memcmp(p + 28, b->s.user, user_n) != 0)
		return ST_BAD_NAME;
	if (!s->has_rakp1)
		crypto_random(s->rm, sizeof(s->rm));
	s->has_rakp1 = true;
	s->role = p[24];
	memcpy(s->rc, p + 8, 16);
	memcpy(s->user, p + 28, user_n);
	s->user_n = (uint8_t)user_n;
	return ST_OK;
}

static size_t
rakp1(struct bmc *b, const uint8_t *p, size_t n, uint8_t *out)
{
	struct session *s;
	uint8_t text[96], *q = text, status;

	if (n < 28 || (s = session_find(b, get32(p + 4))) == NULL || s->active)
		return n < 8 ? 0 : refuse(out, p[0], ST_BAD_SESSION, 0);
	status = read_rakp1(b, s, p, n);
	if (status != ST_OK) {
		n = refuse(out, p[0], status, s->console_id);
		session_close(b, s);
		return n;
	}
	q = put32(q, s->console_id);
	q = put32(q, s->id);
	q = put(q, s->rc, 16);
	q = put(q, s->rm, 16);
	q = put(q, b->guid, 16);
	*q++ = s->role;
	*q++ = s->user_n;
	q = put(q, s->user, s->user_n);
	refuse(out, p[0], ST_OK, s->console_id);
	memcpy(out + 8, s->rm, 16);
	memcpy(out + 24, b->guid, 16);
	hmac_user(b, s, text, (size_t)(q - text), out + 40);
	if (b->fault == FAULT_FORGE_RAKP2)
		out[45] ^= 0x10;
	derive_keys(b, s);
	return 40 + suite_find(s->suite)->hash_n;
}

static bool
rakp3_code_fits(const struct bmc *b, const struct session *s, const uint8_t *p, size_t n)
{
	uint8_t text[64], *q = text, code[32];
	size_t hash_n = suite_find(s->suite)->hash_n;

	q = put(q, s->rm, 16);
	q = put32(q, s->console_id);
	*q++ = s->role;
	*q++ = s->user_n;
	q = put(q, s->user, s->user_n);
	hmac_user(b, s, text, (size_t)(q - text), code);
	return n == 8 + hash_n && memcmp(code, p + 8, hash_n) == 0;
}

static size_t
rakp3(struct bmc *b, const uint8_t *p, size_t n, uint8_t *out)
{
	struct session *s;
	const struct suite *suite;
	uint8_t text[64], *q = text, code[32];

	if (n < 8)
		return 0;
	s = session_find(b, get32(p + 4));
	if (s == NULL || !s->has_rakp1)
		return refuse(out, p[0], ST_BAD_SESSION, 0);
	if (s->active)
		return 0; /* a repeated RAKP 3 of a session that stands is not answered in clear */
	if (p[1] != 0) { /* the console gave up: section 13.22 */
		session_close(b, s);
		return 0;
	}
	if (!rakp3_code_fits(b, s, p, n)) {
		n = refuse(out, p[0], ST_BAD_CODE, s->console_id);
		session_close(b, s);
		return n;
	}
	suite = suite_find(s->suite);
	s->active = true;
	s->privilege = 2; /* section 22.18: a session begins as user */
	q = put(q, s->rc, 16);
	q = put32(q, s->id);
	q = put(q, b->guid, 16);
	crypto_hmac(suite, s->sik, suite->hash_n, text, (size_t)(q - text), code);
	if (b->fault == FAULT_FORGE_RAKP4)
		code[3] ^= 0x01;
	if (b->fault == FAULT_LOSE_RAKP4 && b->turn++ % 2 == 0)
		return 0;
	refuse(out, p[0], ST_OK, s->console_id);
	memcpy(out + 8, code, suite->code_n);
	return 8 + suite->code_n;
}

size_t
session_setup(struct bmc *b, const struct sockaddr_in *from, uint8_t type, const uint8_t *p, size_t n,
    uint8_t *out)
{
	switch (type) {
	case PAYLOAD_OPEN: return open_session(b, from, p, n, out);
	case PAYLOAD_RAKP1: return rakp1(b, p, n, out);
	case PAYLOAD_RAKP3: return rakp3(b, p, n, out);
	default: return 0;
	}
}
