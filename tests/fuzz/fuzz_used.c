/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a file of when keys were used: what is taken is a key's id and a time, each key once. */
#include <string.h>

#include "auth/used.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct auth_used_list l = {.row = calloc(LIMIT_KEYS_USED, sizeof(*l.row))};

	if (l.row == NULL)
		abort();
	if (n <= 65536)
		auth_used_parse((struct str){(const char *)data, n}, &l);
	if (l.n > LIMIT_KEYS_USED)
		abort();
	for (size_t i = 0; i < l.n; i++) {
		if (strlen(l.row[i].id) != AUTH_ID_TEXT - 1 || l.row[i].hour < 1 || auth_used_at(&l, l.row[i].id) < 1)
			abort();
		for (size_t k = 0; k < i && k < 64; k++)
			if (strcmp(l.row[i].id, l.row[k].id) == 0)
				abort();
	}
	free(l.row);
	return 0;
}
