/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "icmp.h"

#define BUFFER (4 << 20) /* bytes of a socket: a request to a silent neighbour lies in it for seconds (ARP) */
#define IP_HEADER 20     /* bytes at least: RFC 791 section 3.1 */

/* RFC 1071 */
static uint16_t
checksum(const unsigned char *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put16(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static uint16_t
get16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* type, code, checksum, id, sequence, and the secret as data */
void
icmp_make(struct icmp_echo e, bool v6, unsigned char out[ICMP_ECHO_BYTES])
{
	memset(out, 0, ICMP_ECHO_BYTES);
	out[0] = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	put16(out + 4, e.id);
	put16(out + 6, e.sequence);
	memcpy(out + 8, &e.secret, sizeof(e.secret));
	if (!v6) /* the kernel fills ICMPv6's: it covers a pseudo header */
		put16(out + 2, checksum(out, ICMP_ECHO_BYTES));
}

bool
icmp_read(const unsigned char *p, size_t n, enum icmp_kind kind, struct icmp_echo *out)
{
	size_t head = 0;

	if (kind == ICMP_BEHIND_IP) {
		if (n < IP_HEADER || p[0] >> 4 != 4)
			return false;
		head = (size_t)(p[0] & 15) * 4;
		if (head < IP_HEADER)
			return false;
	}
	if (n < head + ICMP_ECHO_BYTES)
		return false;
	p += head;
	if (p[0] != (kind == ICMP_BARE6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) || p[1] != 0)
		return false;
	out->id = get16(p + 4);
	out->sequence = get16(p + 6);
	memcpy(&out->secret, p + 8, sizeof(out->secret));
	return true;
}

/* A raw socket gets a copy of every answer to anybody: what is no answer to us shall not wake us. */
static void
filter_raw(int fd, int domain, uint16_t id)
{
	struct icmp_filter only = {~(1u << ICMP_ECHOREPLY)};
	struct icmp6_filter only6;
	struct sock_filter v4[] = {
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* X: the length of the IP header */
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),  /* the id */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, id, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0xffff),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter v6[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4), /* a raw ICMPv6 socket begins at the message: RFC 3542 section 3 */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, id, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0xffff),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {LARCH_COUNT(v4), v4};

	if (domain == AF_INET) {
		(void)setsockopt(fd, SOL_RAW, ICMP_FILTER, &only, sizeof(only));
	} else {
		program = (struct sock_fprog){LARCH_COUNT(v6), v6};
		ICMP6_FILTER_SETBLOCKALL(&only6);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &only6);
		(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only6, sizeof(only6));
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static void
set_buffer(int fd, int forced, int plain)
{
	int size = BUFFER;

	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) != 0) /* CAP_NET_ADMIN only */
		(void)setsockopt(fd, SOL_SOCKET, plain, &size, sizeof(size));
}

int
icmp_open(int domain, uint16_t id, enum icmp_kind *kind_out)
{
	int protocol = domain == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
	int whole = IP_PMTUDISC_DO;
	int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	*kind_out = domain == AF_INET ? ICMP_BARE4 : ICMP_BARE6;
	if (fd < 0) {
		fd = socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
		if (fd < 0)
			return -1;
		filter_raw(fd, domain, id);
		if (domain == AF_INET)
			*kind_out = ICMP_BEHIND_IP;
	}
	if (domain == AF_INET) /* a packet that may not be cut needs no identification, a tenth of its cost: RFC 6864 section 4.1 */
		(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole));
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return fd;
}
