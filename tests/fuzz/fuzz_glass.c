/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as the break-glass account's hash, and as its password. A hash that is taken is no cheaper than it must be,
 * by another reading of the same text; a password that is taken is long enough.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	struct err e = {0};

	if (conf_glass_check(text, &e) == 0) {
		const char *m = memmem(data, n, "$m=", 3), *t = memmem(data, n, ",t=", 3);

		if (m == NULL || t == NULL || strtoll(m + 3, NULL, 10) < CONF_GLASS_MEMORY || strtoll(t + 3, NULL, 10) < CONF_GLASS_PASSES)
			abort();
	} else if (e.kind != ERR_INPUT || e.text[0] == '\0') {
		abort();
	}
	err_clear(&e);
	if (conf_glass_password(text, "breakglass", &e) == 0 ? n < CONF_GLASS_LEAST || n > 1024 : e.kind != ERR_INPUT)
		abort();
	return 0;
}
