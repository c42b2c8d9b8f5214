/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as FastCGI records, in as few writes as there can be. */
#ifndef LARCH_HTTP_RECORD_H
#define LARCH_HTTP_RECORD_H

#include "base/base.h"

struct http_out {
	int fd;
	unsigned request; /* its number on the connection */
	bool broken;      /* a write failed: what comes after it is not written */
};

/* Two texts behind each other as FCGI_STDOUT; `end`: the answer ends with them. 0, or -1: the peer has gone. */
int http_records(struct http_out *out, struct str a, struct str b, bool end);

/* Close the connection of an answer that has gone out, or was cut. sending: the peer may not have done with the request. */
void http_hang_up(int fd, bool sending);

#endif
