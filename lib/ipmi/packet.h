/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: the bytes of RMCP+ (IPMI v2.0 revision 1.1, section 13), put together
 * and taken apart. Pure: no socket, no clock, no key. A parser looks at nothing
 * beyond the view it is given; the views it gives lie inside that one. It
 * returns 0, or -1 with *why a phrase that cites the section.
 */
#ifndef LARCH_IPMI_PACKET_H
#define LARCH_IPMI_PACKET_H

#include "ipmi.h"

#define PACKET_MAX 192    /* bytes of the largest packet we send */
#define PACKET_HEADER 16  /* RMCP and RMCP+ session header: 13.6 */
#define PACKET_HASH 32    /* bytes of the longest HMAC */
#define PACKET_REQUEST 48 /* bytes of the longest request message */

enum packet_type { /* payload types, table 13-16 */
	PACKET_MESSAGE = 0x00,
	PACKET_OPEN = 0x10,
	PACKET_OPEN_REPLY = 0x11,
	PACKET_RAKP1 = 0x12,
	PACKET_RAKP2 = 0x13,
	PACKET_RAKP3 = 0x14,
	PACKET_RAKP4 = 0x15
};

struct view {
	const uint8_t *p;
	size_t n;
};

struct packet {
	uint8_t p[PACKET_MAX];
	size_t n;
};

struct frame { /* a received RMCP+ packet: 13.6 */
	uint8_t type;                /* payload type, 6 bits */
	bool encrypted, authenticated;
	uint32_t id, seq;
	struct view payload;
	struct view rest;            /* what follows the payload: trailer, or nothing */
	struct view whole;           /* from the AuthType byte to the packet's end */
};

struct algorithms { /* numbers of tables 13-17 to 13-19 */
	uint8_t authentication, integrity, confidentiality;
};

struct open_reply { /* 13.18 */
	uint8_t tag, status, privilege;
	bool has_id;                 /* error replies may be 2 bytes long: console_id is missing */
	uint32_t console_id, bmc_id;
	struct algorithms algorithms;
};

struct rakp_reply { /* RAKP 2 and 4: 13.21, 13.23 */
	uint8_t tag, status;
	bool has_id;
	uint32_t console_id;
	const uint8_t *random, *guid; /* RAKP 2, 16 bytes each; NULL when status != 0 */
	struct view code;
};

struct message { /* a LAN message that answers a request: 13.8 */
	uint8_t netfn, cmd, rq_seq, completion;
	struct view data;
};

int packet_frame(struct view in, struct frame *out, const char **why);
int packet_open_reply(struct view payload, struct open_reply *out, const char **why);
int packet_rakp_reply(struct view payload, bool is_rakp2, struct rakp_reply *out, const char **why);
int packet_message(struct view plain, struct message *out, const char **why);

/*
 * The trailer of an authenticated packet, whose integrity code has code_n bytes:
 * what the code covers (from the AuthType byte on) and the code. 13.28.4.
 */
int packet_trailer(const struct frame *f, size_t code_n, struct view *covered, struct view *code,
    const char **why);

/* Header of a packet whose payload of n bytes the caller puts at p + PACKET_HEADER. flags: 0x80 encrypted, 0x40 authenticated. */
void packet_begin(struct packet *out, uint8_t type_and_flags, uint32_t id, uint32_t seq, size_t n);

void packet_open(struct packet *out, uint8_t tag, uint8_t privilege, uint32_t console_id, struct algorithms a);

struct rakp1 {
	uint8_t tag, role; /* 0x10 | privilege: the name alone is looked up */
	uint32_t bmc_id;
	const uint8_t *random; /* 16 bytes */
	struct view user;      /* at most 16 bytes */
};
void packet_rakp1(struct packet *out, const struct rakp1 *in);
/* code is empty when status is not 0: that ends the exchange, 13.22 */
void packet_rakp3(struct packet *out, uint8_t tag, uint8_t status, uint32_t bmc_id, struct view code);

/* A request message to the BMC (13.8), at most PACKET_REQUEST bytes: its length. */
size_t packet_request(uint8_t out[PACKET_REQUEST], const struct ipmi_command *c, uint8_t rq_seq);

/* Table 13-15: a phrase for an RMCP+ status. */
const char *packet_status_text(uint8_t status);

void packet_put32(uint8_t *p, uint32_t v);
uint32_t packet_get32(const uint8_t *p);

#endif
