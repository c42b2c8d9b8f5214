/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "room.h"

bool
address_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr && a4->sin_port == b4->sin_port;
	return a->ss_family == AF_INET6 && a6->sin6_port == b6->sin6_port && a6->sin6_scope_id == b6->sin6_scope_id &&
	    memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

uint32_t
address_hash(const struct sockaddr_storage *a)
{
	const struct sockaddr_in *a4 = (const void *)a;
	const struct sockaddr_in6 *a6 = (const void *)a;
	uint32_t word[4] = {0}, h = 0;

	if (a->ss_family == AF_INET) {
		word[0] = a4->sin_addr.s_addr;
		word[1] = a4->sin_port;
	} else {
		memcpy(word, &a6->sin6_addr, sizeof(word));
		word[0] ^= a6->sin6_port;
	}
	for (int i = 0; i < 4; i++) {
		h = (h ^ word[i]) * 0x9e3779b1u;
		h ^= h >> 15;
	}
	return h;
}

const char *
address_text(const struct sockaddr_storage *a, char out[ADDRESS_TEXT])
{
	const struct sockaddr_in *a4 = (const void *)a;
	const struct sockaddr_in6 *a6 = (const void *)a;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->ss_family == AF_INET) {
		(void)inet_ntop(AF_INET, &a4->sin_addr, host, sizeof(host));
		snprintf(out, ADDRESS_TEXT, "%s:%d", host, ntohs(a4->sin_port));
	} else if (a->ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &a6->sin6_addr, host, sizeof(host));
		snprintf(out, ADDRESS_TEXT, "[%s]:%d", host, ntohs(a6->sin6_port));
	} else {
		snprintf(out, ADDRESS_TEXT, "an address of family %d", a->ss_family);
	}
	return out;
}
