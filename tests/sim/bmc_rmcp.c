/* SPDX-License-Identifier: Apache-2.0 */
/* Packets: RMCP (section 13.1), IPMI v1.5 and RMCP+ session headers (13.6), LAN messages (13.8). */
#include <string.h>

#include "bmc_sim.h"

#define CLASS_ASF 6
#define CLASS_IPMI 7
#define AUTH_NONE 0
#define AUTH_RMCPP 6
#define HEADER 16  /* RMCP and RMCP+ session header */
#define INNER 192  /* bytes of a LAN message, with room for encryption */

static const uint8_t rmcp_ipmi[4] = {6, 0, 0xff, CLASS_IPMI};

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint8_t
checksum(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n-- > 0)
		sum = (uint8_t)(sum + *p++);
	return (uint8_t)-sum;
}

/* ASF presence ping (ASF 2.0 section 3.2.4.3), answered by a pong (3.2.4.2). */
static void
ping(const uint8_t *in, size_t n, struct packet *out)
{
	static const uint8_t asf[4] = {0, 0, 0x11, 0xbe};

	if (n < 12 || memcmp(in + 4, asf, 4) != 0 || in[8] != 0x80)
		return;
	memset(out->p, 0, 28);
	memcpy(out->p, "\x06\x00\xff\x06", 4);
	memcpy(out->p + 4, asf, 4);
	out->p[8] = 0x40;
	out->p[9] = in[9];
	out->p[11] = 16;
	memcpy(out->p + 12, asf, 4);
	out->p[20] = 0x81; /* IPMI, ASF 1.0 */
	out->n = 28;
}

/* A LAN message in, the answering LAN message out (INNER bytes); its length or 0. */
static size_t
message(struct bmc *b, struct session *s, const uint8_t *p, size_t n, uint8_t *out)
{
	size_t len;

	if (n < 7 || checksum(p, 3) != 0 || checksum(p + 3, n - 3) != 0 || p[0] != 0x20 || (p[1] >> 2 & 1) != 0)
		return 0;
	len = cmd_run(b, &(struct cmd_request){s, p[1] >> 2, p[5], p + 6, n - 7}, out + 6);
	if (len == 0)
		return 0;
	out[0] = p[3];
	out[1] = (uint8_t)(((p[1] >> 2) + 1) << 2 | (p[4] & 3));
	out[2] = checksum(out, 2);
	out[3] = p[0];
	out[4] = (uint8_t)((p[4] & 0xfc) | (p[1] & 3));
	out[5] = p[5];
	out[6 + len] = checksum(out + 3, 3 + len);
	return 7 + len;
}

/* IPMI v1.5 session header, no authentication: only what discovery asks. */
static void
old_format(struct bmc *b, const uint8_t *in, size_t n, struct packet *out)
{
	if (n < 14 || get32(in + 9) != 0 || (size_t)in[13] + 14 > n)
		return;
	out->n = message(b, NULL, in + 14, in[13], out->p + 14);
	if (out->n == 0)
		return;
	memcpy(out->p, rmcp_ipmi, 4);
	memset(out->p + 4, 0, 9);
	out->p[13] = (uint8_t)out->n;
	out->n += 14;
}

static void
put_header(struct packet *out, uint8_t type, uint32_t id, uint32_t seq, size_t payload)
{
	memcpy(out->p, rmcp_ipmi, 4);
	out->p[4] = AUTH_RMCPP;
	out->p[5] = type;
	put32(out->p + 6, id);
	put32(out->p + 10, seq);
	out->p[14] = (uint8_t)payload;
	out->p[15] = (uint8_t)(payload >> 8);
	out->n = HEADER + payload;
}

/* ---- within a session: integrity (13.28.4) and AES-CBC-128 (13.29) ------------------- */

static size_t
open_payload(const struct session *s, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t pad;

	if (n < 32 || n % 16 != 0 || n > BMC_PACKET || crypto_aes(false, s->k2, in, in + 16, n - 16, out) != 0)
		return 0;
	n -= 16;
	pad = out[n - 1];
	if (pad + 1 > n || pad > 15)
		return 0;
	for (size_t i = 0; i < pad; i++)
		if (out[n - 1 - pad + i] != i + 1)
			return 0;
	return n - 1 - pad;
}

static bool
integrity_fits(const struct session *s, const uint8_t *in, size_t n, size_t payload)
{
	const struct suite *suite = suite_find(s->suite);
	size_t covered = n - 4 - suite->code_n, pad;
	uint8_t code[32];

	if (n < HEADER + payload + 2 + suite->code_n || covered % 4 != 0)
		return false;
	crypto_hmac(suite, s->k1, suite->hash_n, in + 4, covered, code);
	if (memcmp(code, in + 4 + covered, suite->code_n) != 0)
		return false;
	pad = in[4 + covered - 2];
	return in[4 + covered - 1] == 0x07 && HEADER + payload + pad + 2 == 4 + covered;
}

static void
seal(struct bmc *b, struct session *s, uint8_t *inner, size_t n, struct packet *out)
{
	const struct suite *suite = suite_find(s->suite);
	size_t pad = 15 - n % 16, covered;
	uint8_t code[32];

	for (size_t i = 0; i < pad; i++)
		inner[n + i] = (uint8_t)(i + 1);
	inner[n + pad] = (uint8_t)pad;
	n += pad + 1;
	crypto_random(out->p + HEADER, 16);
	if (crypto_aes(true, s->k2, out->p + HEADER, inner, n, out->p + HEADER + 16) != 0)
		return;
	put_header(out, 0xc0 | PAYLOAD_IPMI, s->console_id, ++s->seq_out, n + 16);
	while ((out->n - 4 + 2) % 4 != 0)
		out->p[out->n++] = 0xff;
	out->p[out->n] = (uint8_t)(out->n - HEADER - 16 - n);
	out->p[out->n + 1] = 0x07;
	out->n += 2;
	covered = out->n - 4;
	crypto_hmac(suite, s->k1, suite->hash_n, out->p + 4, covered, code);
	if (b->fault == FAULT_FLIP)
		code[suite->code_n - 1] ^= 0x80;
	memcpy(out->p + out->n, code, suite->code_n);
	out->n += suite->code_n;
}

static void
in_session(struct bmc *b, const uint8_t *in, size_t n, size_t payload, struct packet *out)
{
	struct session *s = session_find(b, get32(in + 6));
	uint8_t plain[BMC_PACKET], inner[INNER];
	size_t len;

	if (s == NULL || !s->active || (in[5] & 0xc0) != 0xc0 || !integrity_fits(s, in, n, payload) ||
	    !session_fresh(s, get32(in + 10)))
		return;
	len = open_payload(s, in + HEADER, payload, plain);
	len = len == 0 ? 0 : message(b, s, plain, len, inner);
	if (len == 0)
		return;
	if (b->fault == FAULT_PLAIN) {
		put_header(out, PAYLOAD_IPMI, s->console_id, 0, len);
		memcpy(out->p + HEADER, inner, len);
	} else {
		seal(b, s, inner, len, out);
	}
	if (s->privilege == 0) /* Close Session was answered */
		session_close(b, s);
}

static void
rmcp_plus(struct bmc *b, const struct sockaddr_in *from, const uint8_t *in, size_t n, struct packet *out)
{
	size_t payload, len;
	uint8_t type;

	if (n < HEADER)
		return;
	payload = (size_t)in[14] | (size_t)in[15] << 8;
	type = in[5] & 0x3f;
	if (HEADER + payload > n)
		return;
	if (type == PAYLOAD_IPMI && get32(in + 6) != 0) {
		in_session(b, in, n, payload, out);
		return;
	}
	if (get32(in + 6) != 0 || (in[5] & 0xc0) != 0)
		return;
	len = type == PAYLOAD_IPMI ? message(b, NULL, in + HEADER, payload, out->p + HEADER)
	                           : session_setup(b, from, type, in + HEADER, payload, out->p + HEADER);
	if (len > 0)
		put_header(out, type == PAYLOAD_IPMI ? type : (uint8_t)(type + 1), 0, 0, len);
}

void
rmcp_handle(struct bmc *b, const struct sockaddr_in *from, const uint8_t *in, size_t n, struct packet *out)
{
	out->n = 0;
	if (n < 5 || in[0] != 6)
		return;
	if (in[3] == CLASS_ASF)
		ping(in, n, out);
	else if (in[3] == CLASS_IPMI && in[4] == AUTH_RMCPP)
		rmcp_plus(b, from, in, n, out);
	else if (in[3] == CLASS_IPMI && in[4] == AUTH_NONE)
		old_format(b, in, n, out);
}
