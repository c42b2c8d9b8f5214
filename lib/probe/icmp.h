/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443 section 4) as bytes, and the sockets that carry them. It sends and
 * waits for nothing: probe_ping.c does. Used inside the room.
 */
#ifndef LARCH_PROBE_ICMP_H
#define LARCH_PROBE_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_ECHO_BYTES 16 /* the header, and 8 bytes of ours behind it */

/* What a socket gives: a bare ICMP message, but a raw IPv4 socket puts the IP header before it. */
enum icmp_kind { ICMP_BARE4, ICMP_BEHIND_IP, ICMP_BARE6 };

struct icmp_echo {
	uint16_t id, sequence;
	uint64_t secret;
};

/*
 * A socket for echoes of this family (AF_INET, AF_INET6), or -1: a ping socket where the kernel admits one, which hears
 * its own answers only, else a raw one, which is filtered so that it wakes for echo replies with this id only.
 */
int icmp_open(int domain, uint16_t id, enum icmp_kind *kind_out);

/* An echo request; a ping socket puts an id of its own. */
void icmp_make(struct icmp_echo e, bool v6, unsigned char out[ICMP_ECHO_BYTES]);

/* Is it an echo reply that could be to one of ours? What surrounds it may be anything. */
bool icmp_read(const unsigned char *p, size_t n, enum icmp_kind kind, struct icmp_echo *out);

#endif
