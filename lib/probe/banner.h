/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ssh server says first: RFC 4253 section 4.2. It reads bytes and asks nobody. Used inside the room.
 */
#ifndef LARCH_PROBE_BANNER_H
#define LARCH_PROBE_BANNER_H

#include "base/base.h"

enum banner {
	BANNER_MORE,  /* so far it may become one */
	BANNER_SSH,   /* a version line of protocol 2.0, or 1.99 (section 5.1), whole */
	BANNER_WRONG, /* it is none, whatever follows */
};

/*
 * Judge all that was received. *line_out is the version line without its end, else the first line that has anything
 * in it, as far as it came: a view into `seen` of at most LIMIT_SSH_VERSION bytes, any bytes.
 */
enum banner banner_parse(struct str seen, struct str *line_out);

#endif
