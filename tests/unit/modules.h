/* SPDX-License-Identifier: Apache-2.0 */
/* The project's YANG modules for a unit test: read once, kept to its end. */
#ifndef LARCH_TESTS_MODULES_H
#define LARCH_TESTS_MODULES_H

#include "t.h"
#include "yang/yang.h"

static inline struct yang *
modules(void)
{
	static struct yang *y;
	struct err e;

	if (y == NULL && yang_create(t_path("etc/yang"), &y, &e) != 0)
		t_check(false, __FILE__, __LINE__, e.text, NULL, NULL);
	return y;
}

#endif
