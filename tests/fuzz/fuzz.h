/* SPDX-License-Identifier: Apache-2.0 */
/* What every fuzzer has: its entry, and a demand that ends it where libFuzzer and replay.c see it. */
#ifndef LARCH_TESTS_FUZZ_H
#define LARCH_TESTS_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define DEMAND(x)                \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

#endif
