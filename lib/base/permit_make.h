/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a permit. Only lib/auth/policy_ask.c includes this file, and
 * `make lint` refuses every other that does.
 */
#ifndef LARCH_BASE_PERMIT_MAKE_H
#define LARCH_BASE_PERMIT_MAKE_H

#include "permit.h"

struct permit {
	const char *who, *verb, *role, *revision;
	int64_t until;
	struct hosts things; /* sorted */
};

#endif
