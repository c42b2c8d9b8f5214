/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "packet.h"

#define RMCP_VERSION 6
#define CLASS_IPMI 7
#define AUTH_RMCPP 6

static const uint8_t rmcp[4] = {RMCP_VERSION, 0, 0xff, CLASS_IPMI}; /* sequence 0xff: no acknowledgement, 13.2 */

void
packet_put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

uint32_t
packet_get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int
bad(const char **why, const char *text)
{
	*why = text;
	return -1;
}

static uint8_t
checksum(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n-- > 0)
		sum = (uint8_t)(sum + *p++);
	return (uint8_t)-sum;
}

/* ---- taken apart ------------------------------------------------------------------ */

int
packet_frame(struct view in, struct frame *out, const char **why)
{
	size_t n;

	if (in.n < 4 || in.p[0] != RMCP_VERSION || (in.p[3] & 0x1f) != CLASS_IPMI)
		return bad(why, "it is no RMCP message of class IPMI (section 13.1.3)");
	if (in.n < PACKET_HEADER || in.p[4] != AUTH_RMCPP)
		return bad(why, "its session header is not that of RMCP+ (section 13.6)");
	n = (size_t)in.p[14] | (size_t)in.p[15] << 8;
	if (n > in.n - PACKET_HEADER)
		return bad(why, "its payload is shorter than it says (section 13.6)");
	*out = (struct frame){
	    .type = in.p[5] & 0x3f,
	    .encrypted = (in.p[5] & 0x80) != 0,
	    .authenticated = (in.p[5] & 0x40) != 0,
	    .id = packet_get32(in.p + 6),
	    .seq = packet_get32(in.p + 10),
	    .payload = {in.p + PACKET_HEADER, n},
	    .rest = {in.p + PACKET_HEADER + n, in.n - PACKET_HEADER - n},
	    .whole = {in.p + 4, in.n - 4},
	};
	return 0;
}

int
packet_trailer(const struct frame *f, size_t code_n, struct view *covered, struct view *code, const char **why)
{
	size_t pad;

	/* integrity pad (0 to 3 bytes), its length, next header, code */
	if (f->rest.n < 2 + code_n || f->rest.n > 5 + code_n)
		return bad(why, "its session trailer has not the length of this suite (section 13.28.4)");
	pad = f->rest.n - code_n - 2;
	if (f->rest.p[pad] != pad || f->rest.p[pad + 1] != 0x07)
		return bad(why, "its session trailer is malformed (section 13.6)");
	*covered = (struct view){f->whole.p, f->whole.n - code_n};
	*code = (struct view){f->rest.p + pad + 2, code_n};
	return 0;
}

/* An algorithm field of 8 bytes: type, 2 reserved, length 8, number, 3 reserved. */
static int
algorithm(const uint8_t *p, uint8_t type, uint8_t *out)
{
	*out = p[4] & 0x3f;
	return p[0] == type && p[3] == 8 ? 0 : -1;
}

int
packet_open_reply(struct view in, struct open_reply *out, const char **why)
{
	*out = (struct open_reply){0};
	if (in.n < 2)
		return bad(why, "its Open Session Response is shorter than 2 bytes (section 13.18)");
	out->tag = in.p[0];
	out->status = in.p[1];
	out->has_id = in.n >= 8;
	if (out->has_id)
		out->console_id = packet_get32(in.p + 4);
	if (out->status != 0)
		return 0;
	if (in.n < 36)
		return bad(why, "its Open Session Response is shorter than 36 bytes (section 13.18)");
	out->privilege = in.p[2] & 0x0f;
	out->bmc_id = packet_get32(in.p + 8);
	if (out->bmc_id == 0)
		return bad(why, "its Open Session Response gives the session number 0 (section 13.18)");
	if (algorithm(in.p + 12, 0, &out->algorithms.authentication) != 0 ||
	    algorithm(in.p + 20, 1, &out->algorithms.integrity) != 0 ||
	    algorithm(in.p + 28, 2, &out->algorithms.confidentiality) != 0)
		return bad(why, "its Open Session Response has malformed algorithms (section 13.18)");
	return 0;
}

int
packet_rakp_reply(struct view in, bool is_rakp2, struct rakp_reply *out, const char **why)
{
	size_t head = is_rakp2 ? 40 : 8;

	*out = (struct rakp_reply){0};
	if (in.n < 2)
		return bad(why, "its RAKP message is shorter than 2 bytes (sections 13.21, 13.23)");
	out->tag = in.p[0];
	out->status = in.p[1];
	out->has_id = in.n >= 8;
	if (out->has_id)
		out->console_id = packet_get32(in.p + 4);
	if (out->status != 0)
		return 0;
	if (in.n < head || in.n > head + PACKET_HASH)
		return bad(why, is_rakp2 ? "its RAKP message 2 has not the length of one (section 13.21)"
		                         : "its RAKP message 4 has not the length of one (section 13.23)");
	if (is_rakp2) {
		out->random = in.p + 8;
		out->guid = in.p + 24;
	}
	out->code = (struct view){in.p + head, in.n - head};
	return 0;
}

int
packet_message(struct view in, struct message *out, const char **why)
{
	if (in.n < 8)
		return bad(why, "its message is shorter than 8 bytes (section 13.8)");
	if (checksum(in.p, 3) != 0 || checksum(in.p + 3, in.n - 3) != 0)
		return bad(why, "a checksum of its message is wrong (section 13.8)");
	if (in.p[0] != 0x81 || in.p[3] != 0x20 || (in.p[1] & 3) != 0 || (in.p[4] & 3) != 0)
		return bad(why, "its message is not from the BMC to us (section 13.8)");
	*out = (struct message){
	    .netfn = in.p[1] >> 2,
	    .rq_seq = in.p[4] >> 2,
	    .cmd = in.p[5],
	    .completion = in.p[6],
	    .data = {in.p + 7, in.n - 8},
	};
	return 0;
}

/* ---- put together ------------------------------------------------------------------- */

void
packet_begin(struct packet *out, uint8_t type_and_flags, uint32_t id, uint32_t seq, size_t n)
{
	memcpy(out->p, rmcp, sizeof(rmcp));
	out->p[4] = AUTH_RMCPP;
	out->p[5] = type_and_flags;
	packet_put32(out->p + 6, id);
	packet_put32(out->p + 10, seq);
	out->p[14] = (uint8_t)n;
	out->p[15] = (uint8_t)(n >> 8);
	out->n = PACKET_HEADER + n;
}

static void
put_algorithm(uint8_t *p, uint8_t type, uint8_t number)
{
	memset(p, 0, 8);
	p[0] = type;
	p[3] = 8;
	p[4] = number;
}

void
packet_open(struct packet *out, uint8_t tag, uint8_t privilege, uint32_t console_id, struct algorithms a)
{
	uint8_t *p = out->p + PACKET_HEADER;

	packet_begin(out, PACKET_OPEN, 0, 0, 32);
	p[0] = tag;
	p[1] = privilege;
	p[2] = p[3] = 0;
	packet_put32(p + 4, console_id);
	put_algorithm(p + 8, 0, a.authentication);
	put_algorithm(p + 16, 1, a.integrity);
	put_algorithm(p + 24, 2, a.confidentiality);
}

void
packet_rakp1(struct packet *out, const struct rakp1 *in)
{
	uint8_t *p = out->p + PACKET_HEADER;

	packet_begin(out, PACKET_RAKP1, 0, 0, 28 + in->user.n);
	memset(p, 0, 28);
	p[0] = in->tag;
	packet_put32(p + 4, in->bmc_id);
	memcpy(p + 8, in->random, 16);
	p[24] = in->role;
	p[27] = (uint8_t)in->user.n;
	memcpy(p + 28, in->user.p, in->user.n);
}

void
packet_rakp3(struct packet *out, uint8_t tag, uint8_t status, uint32_t bmc_id, struct view code)
{
	uint8_t *p = out->p + PACKET_HEADER;

	packet_begin(out, PACKET_RAKP3, 0, 0, 8 + code.n);
	p[0] = tag;
	p[1] = status;
	p[2] = p[3] = 0;
	packet_put32(p + 4, bmc_id);
	if (code.n > 0)
		memcpy(p + 8, code.p, code.n);
}

size_t
packet_request(uint8_t out[PACKET_REQUEST], const struct ipmi_command *c, uint8_t rq_seq)
{
	out[0] = 0x20;                        /* the BMC's slave address: 5.5 */
	out[1] = (uint8_t)(c->netfn << 2);
	out[2] = checksum(out, 2);
	out[3] = 0x81;                        /* a remote console's software ID: 5.5 */
	out[4] = (uint8_t)(rq_seq << 2);
	out[5] = c->cmd;
	memcpy(out + 6, c->data, c->n);
	out[6 + c->n] = checksum(out + 3, (size_t)3 + c->n);
	return (size_t)7 + c->n;
}

const char *
packet_status_text(uint8_t status)
{
	static const char *const rows[] = {
	    [0x01] = "it has no free session slot",
	    [0x02] = "it does not know the session",
	    [0x03] = "it refuses the payload type",
	    [0x04] = "it refuses the authentication algorithm",
	    [0x05] = "it refuses the integrity algorithm",
	    [0x06] = "it knows no such authentication payload",
	    [0x07] = "it knows no such integrity payload",
	    [0x08] = "the session is inactive",
	    [0x09] = "it refuses the role",
	    [0x0a] = "this user may not have the privilege level",
	    [0x0b] = "it has no slot for this privilege level",
	    [0x0c] = "it refuses the length of the user name",
	    [0x0d] = "it does not know the user name",
	    [0x0e] = "it knows no such identity",
	    [0x0f] = "it found our integrity check value wrong: wrong password",
	    [0x10] = "it refuses the confidentiality algorithm",
	    [0x11] = "it has none of our cipher suites",
	    [0x12] = "it says that a parameter is illegal",
	};

	return status < LARCH_COUNT(rows) && rows[status] != NULL ? rows[status] : "it gives a status not in the table";
}
