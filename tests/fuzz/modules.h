/* SPDX-License-Identifier: Apache-2.0 */
/* The project's YANG modules for a fuzzer: read once, kept to its end. */
#ifndef LARCH_TESTS_FUZZ_MODULES_H
#define LARCH_TESTS_FUZZ_MODULES_H

#include <stdio.h>
#include <stdlib.h>

#include "yang/yang.h"

static inline struct yang *
modules(void)
{
	static struct yang *y;
	const char *root = getenv("LARCH_ROOT");
	char folder[4096];
	struct err e;

	snprintf(folder, sizeof(folder), "%s/etc/yang", root == NULL ? "." : root);
	if (y == NULL && yang_create(folder, &y, &e) != 0)
		log_die("%s", e.text);
	return y;
}

#endif
