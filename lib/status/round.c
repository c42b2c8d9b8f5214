/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch reached, as bytes: "b" and a bit a number, or "l" and four bytes each when that is less. */
#include <string.h>

#include "status_private.h"

void
kept_reach(const uint32_t *nr, size_t n, struct buf *out)
{
	unsigned char four[4];
	size_t top = 0, bytes;

	for (size_t i = 0; i < n; i++)
		top = nr[i] > top ? nr[i] : top;
	bytes = top / 8 + 1;
	if (n * sizeof(four) < bytes) {
		buf_char(out, 'l');
		for (size_t i = 0; i < n; i++) {
			for (unsigned k = 0; k < sizeof(four); k++)
				four[k] = (unsigned char)(nr[i] >> (8 * k));
			buf_add(out, four, sizeof(four));
		}
		return;
	}
	buf_char(out, 'b');
	for (size_t i = 0; i < bytes; i += sizeof(four))
		buf_add(out, "\0\0\0", bytes - i < sizeof(four) ? bytes - i : sizeof(four));
	for (size_t i = 0; i < n && !out->over; i++)
		out->p[1 + nr[i] / 8] = (char)((unsigned char)out->p[1 + nr[i] / 8] | 1u << nr[i] % 8);
}

int
kept_reached(struct str blob, void (*fn)(void *ctx, uint32_t nr), void *ctx)
{
	const unsigned char *p = (const unsigned char *)blob.p + 1;
	size_t n = blob.n - 1;

	if (blob.n == 0 || (blob.p[0] != 'b' && (blob.p[0] != 'l' || n % 4 != 0)))
		return -1;
	for (size_t i = 0; blob.p[0] == 'l' && i < n; i += 4)
		fn(ctx, (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16 | (uint32_t)p[i + 3] << 24);
	for (size_t i = 0; blob.p[0] == 'b' && i < n; i++)
		for (unsigned bits = p[i]; bits != 0; bits &= bits - 1)
			fn(ctx, (uint32_t)(i * 8 + (unsigned)__builtin_ctz(bits)));
	return 0;
}
