/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a policy: refused with a sentence, or taken. What is taken is
 * taken again when it is printed and read back, and holds no metadata.
 */
#include <stdio.h>
#include <stdlib.h>

#include "yang/yang.h"
#include "fuzz.h"
#include "modules.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf again = BUF(LIMIT_PAGE);
	json_t *v = NULL, *doc;
	struct err e = {0};

	if (n > 65536)
		return 0;
	if (yang_check(modules(), "larch-policy", (struct str){(const char *)data, n}, "fuzz", &v, &e) != 0) {
		if (e.text[0] == '\0' || e.kind == ERR_NONE)
			abort();
		return 0;
	}
	doc = json_object();
	jsn_set(doc, "larch-policy:policy", v);
	jsn_pretty(doc, &again);
	if (yang_check(modules(), "larch-policy", buf_view(&again), "again", NULL, &e) != 0)
		abort();
	buf_free(&again);
	json_decref(doc);
	return 0;
}
