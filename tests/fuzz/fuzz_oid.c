/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an object identifier: refused with a sentence, or taken, and then it prints as it was typed. */
#include <stdlib.h>

#include "devtype/devtype.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct str text = {(const char *)data, n};
	struct devtype_oid oid;
	struct buf back = BUF(LIMIT_ERR_TEXT * 4);
	struct err e = {0};

	if (devtype_parse_oid(text, &oid, &e) != 0) {
		if (e.text[0] == '\0')
			abort();
		return 0;
	}
	devtype_oid_text(&oid, &back);
	if (oid.n < 2 || oid.n > DEVTYPE_OID || back.over || !str_eq(text, buf_view(&back)))
		abort();
	buf_free(&back);
	return 0;
}
