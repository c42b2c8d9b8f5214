/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"

/* Cut a port off the end: "a:1", "[a]:1". A bare IPv6 address has more than one colon and no port. */
static int
cut_port(struct str *text, int64_t *port)
{
	const char *colon;

	if (text->n > 0 && text->p[0] == '[') {
		const char *end = memchr(text->p, ']', text->n);
		struct str host;

		if (end == NULL)
			return -1;
		host = (struct str){text->p + 1, (size_t)(end - text->p) - 1};
		if (end + 1 != text->p + text->n) {
			struct str rest = {end + 1, text->n - (size_t)(end + 1 - text->p)};

			if (rest.p[0] != ':' || str_int((struct str){rest.p + 1, rest.n - 1}, 1, 65535, port) != 0)
				return -1;
		}
		*text = host;
		return 0;
	}
	colon = text->n > 0 ? memchr(text->p, ':', text->n) : NULL;
	if (colon == NULL)
		return 0;
	if (memchr(colon + 1, ':', text->n - (size_t)(colon + 1 - text->p)) != NULL)
		return 0;
	if (str_int((struct str){colon + 1, text->n - (size_t)(colon + 1 - text->p)}, 1, 65535, port) != 0)
		return -1;
	text->n = (size_t)(colon - text->p);
	return 0;
}

int
addr_parse(struct str text, int default_port, struct sockaddr_storage *out, struct err *e)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	struct str host = text;
	int64_t port = default_port;
	char tmp[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (cut_port(&host, &port) != 0 || host.n == 0 || host.n >= sizeof(tmp))
		goto bad;
	memcpy(tmp, host.p, host.n);
	tmp[host.n] = '\0';
	if (inet_pton(AF_INET, tmp, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return 0;
	}
	if (inet_pton(AF_INET6, tmp, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return 0;
	}
bad:
	return err_set(e, ERR_INPUT,
	    "'%.*s' is no numeric address; write 192.0.2.7, 192.0.2.7:1161 or [2001:db8::7]:1161",
	    (int)(text.n > 80 ? 80 : text.n), text.p == NULL ? "" : text.p);
}

socklen_t
addr_length(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

bool
addr_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)a, *b4 = (const struct sockaddr_in *)b;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)a, *b6 = (const struct sockaddr_in6 *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a6->sin6_port == b6->sin6_port &&
	    memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

bool
addr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return addr_in(a, b, b->ss_family == AF_INET6 ? 128 : 32);
}

int
addr_port(const struct sockaddr_storage *a)
{
	return ntohs(a->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)a)->sin6_port : ((const struct sockaddr_in *)a)->sin_port);
}

void
addr_set_port(struct sockaddr_storage *a, int port)
{
	if (a->ss_family == AF_INET6)
		((struct sockaddr_in6 *)a)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)a)->sin_port = htons((uint16_t)port);
}

void
addr_plain(struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	struct sockaddr_storage out = {.ss_family = AF_INET};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out;

	if (a->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return;
	memcpy(&v4->sin_addr, v6->sin6_addr.s6_addr + 12, sizeof(v4->sin_addr));
	v4->sin_port = v6->sin6_port;
	*a = out;
}

bool
addr_in(const struct sockaddr_storage *a, const struct sockaddr_storage *base, int bits)
{
	const unsigned char *x = (const unsigned char *)&((const struct sockaddr_in *)a)->sin_addr;
	const unsigned char *y = (const unsigned char *)&((const struct sockaddr_in *)base)->sin_addr;
	int whole = bits / 8, rest = bits % 8;

	if (a->ss_family != base->ss_family)
		return false;
	if (a->ss_family == AF_INET6) {
		x = ((const struct sockaddr_in6 *)a)->sin6_addr.s6_addr;
		y = ((const struct sockaddr_in6 *)base)->sin6_addr.s6_addr;
	}
	if (memcmp(x, y, (size_t)whole) != 0)
		return false;
	return rest == 0 || ((x[whole] ^ y[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

char *
addr_host_text(const struct sockaddr_storage *a, char out[ADDR_TEXT])
{
	const void *host = a->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
	                                            : (const void *)&((const struct sockaddr_in *)a)->sin_addr;

	if (inet_ntop(a->ss_family, host, out, ADDR_TEXT) == NULL)
		snprintf(out, ADDR_TEXT, "?");
	return out;
}

char *
addr_text(const struct sockaddr_storage *a, char out[ADDR_TEXT])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	char tmp[INET6_ADDRSTRLEN] = "?";

	if (a->ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &v6->sin6_addr, tmp, sizeof(tmp));
		snprintf(out, ADDR_TEXT, "[%s]:%u", tmp, ntohs(v6->sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &v4->sin_addr, tmp, sizeof(tmp));
		snprintf(out, ADDR_TEXT, "%s:%u", tmp, ntohs(v4->sin_port));
	}
	return out;
}
