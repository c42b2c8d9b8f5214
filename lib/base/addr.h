/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numeric network addresses. Names are never resolved here: a resolver blocks,
 * and the loop must not.
 */
#ifndef LARCH_BASE_ADDR_H
#define LARCH_BASE_ADDR_H

#include <sys/socket.h>

#include "api.h"
#include "err.h"
#include "text.h"

#define ADDR_TEXT 64 /* bytes that hold any address with its port */

/* "192.0.2.7", "192.0.2.7:1161", "2001:db8::7", "[2001:db8::7]:1161". */
LARCH_API int addr_parse(struct str text, int default_port, struct sockaddr_storage *out, struct err *e);

/* The length of the address for sendto(2). */
LARCH_API socklen_t addr_length(const struct sockaddr_storage *a);

/* Same family, address and port? */
LARCH_API bool addr_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b);

/* The same without a look at the port? */
LARCH_API bool addr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
LARCH_API int addr_port(const struct sockaddr_storage *a);
LARCH_API void addr_set_port(struct sockaddr_storage *a, int port);

/* An IPv4 address that is written as IPv6 ("::ffff:192.0.2.7") becomes IPv4: nobody gets around a list by spelling. */
LARCH_API void addr_plain(struct sockaddr_storage *a);

/* Is the address in the network of `bits` that `base` lies in? Never across families. */
LARCH_API bool addr_in(const struct sockaddr_storage *a, const struct sockaddr_storage *base, int bits);

/* The address without its port: "192.0.2.7", "2001:db8::7". Returns out. */
LARCH_API char *addr_host_text(const struct sockaddr_storage *a, char out[ADDR_TEXT]);

/* As addr_parse reads it, always with the port. Returns out. */
LARCH_API char *addr_text(const struct sockaddr_storage *a, char out[ADDR_TEXT]);

#endif
