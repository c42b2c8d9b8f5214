/* SPDX-License-Identifier: Apache-2.0 */
/* Any datagram as each kind of socket may give it, in a buffer just as long: nothing is read behind its end. */
#include <string.h>

#include "fuzz.h"
#include "probe/icmp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum icmp_kind kinds[] = {ICMP_BARE4, ICMP_BEHIND_IP, ICMP_BARE6};
	unsigned char request[ICMP_ECHO_BYTES];
	struct icmp_echo e, back;
	unsigned char *copy;

	if (n < 1)
		return 0;
	copy = malloc(n);
	DEMAND(copy != NULL);
	memcpy(copy, data + 1, n - 1);
	if (icmp_read(copy, n - 1, kinds[data[0] % 3], &e)) {
		icmp_make(e, data[0] % 3 == 2, request); /* a request is no answer; as an answer it says the same */
		DEMAND(!icmp_read(request, sizeof(request), data[0] % 3 == 2 ? ICMP_BARE6 : ICMP_BARE4, &back));
		request[0] = data[0] % 3 == 2 ? 129 : 0;
		DEMAND(icmp_read(request, sizeof(request), data[0] % 3 == 2 ? ICMP_BARE6 : ICMP_BARE4, &back));
		DEMAND(back.id == e.id && back.sequence == e.sequence && back.secret == e.secret);
	}
	free(copy);
	return 0;
}
