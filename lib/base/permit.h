/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A permit says who may do which verb to which things, until when and why
 * they may. It is opaque, and only lib/auth/policy_ask.c can make one: no permit,
 * no request. A function that files a dangerous request demands a permit and
 * checks with permit_covers that every step lies inside it.
 */
#ifndef LARCH_BASE_PERMIT_H
#define LARCH_BASE_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"
#include "hosts.h"

struct permit;

LARCH_API const char *permit_who(const struct permit *p);      /* login name */
LARCH_API const char *permit_verb(const struct permit *p);     /* "cycle" */
LARCH_API const char *permit_role(const struct permit *p);     /* the role of the policy that allowed it */
LARCH_API const char *permit_revision(const struct permit *p); /* of the policy, 16 hex digits */
LARCH_API int64_t permit_until(const struct permit *p);        /* wall-clock ms */
LARCH_API const struct hosts *permit_things(const struct permit *p);

/* True when now is before its end, the verb is the same and the thing is one of its things. */
LARCH_API bool permit_covers(const struct permit *p, const char *verb, const char *thing,
    int64_t now_ms);

#endif
