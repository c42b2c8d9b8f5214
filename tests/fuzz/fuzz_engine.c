/* SPDX-License-Identifier: Apache-2.0 */
/* Any datagram as the answer to a discovery, in a buffer just as long: an engine id lies inside it, or there is none. */
#include <string.h>

#include "fuzz.h"
#include "snmp/snmp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str id = {NULL, 0}, none;
	char *copy = malloc(n == 0 ? 1 : n);

	DEMAND(copy != NULL);
	if (n > 0)
		memcpy(copy, data, n);
	if (snmp_engine_read((struct str){copy, n}, 0x01020304, &id)) {
		DEMAND(id.n >= 5 && id.n <= 32 && id.p >= copy && id.p + id.n <= copy + n);
		DEMAND(!snmp_engine_read((struct str){copy, n}, 0x01020305, &none));
		DEMAND(!snmp_engine_read((struct str){copy, (size_t)(id.p - copy) + id.n - 1}, 0x01020304, &none));
	}
	free(copy);
	return 0;
}
