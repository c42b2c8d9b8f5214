/* SPDX-License-Identifier: Apache-2.0 */
/*
 * udp: datagrams in and out of two sockets (IPv4, and IPv6 when first asked
 * for), in batches, on a libuv loop. It knows nothing of IPMI. ICMP errors come
 * back by IP_RECVERR with the address they are about.
 */
#ifndef LARCH_IPMI_UDP_H
#define LARCH_IPMI_UDP_H

#include "packet.h"

struct udp;

struct udp_events {
	void *ctx;
	void (*received)(void *ctx, const struct sockaddr_storage *from, struct view packet);
	/* Nobody listens there, or no way leads there: error is an errno. */
	void (*unreachable)(void *ctx, const struct sockaddr_storage *to, int error);
	void (*batch_done)(void *ctx); /* after a batch of the above, before what was queued leaves */
};

int udp_create(uv_loop_t *loop, const struct udp_events *events, struct udp **out, struct err *e);

/* No event comes after this returns; memory is released when the loop has closed the handles. NULL does nothing. */
void udp_destroy(struct udp *u);

/*
 * Queue one datagram; it leaves at the end of the turn of the loop. 0, or -1
 * when the queue is full or the address is of no family we have a socket for.
 */
int udp_send(struct udp *u, const struct sockaddr_storage *to, const struct packet *p);

/* Send what is queued, now. */
void udp_flush(struct udp *u);

/* Bytes of an address: 0 for a family that is neither IPv4 nor IPv6. */
socklen_t udp_address_size(const struct sockaddr_storage *a);

#endif
