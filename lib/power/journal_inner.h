/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the journal: what its files of rows share. */
#ifndef LARCH_POWER_JOURNAL_INNER_H
#define LARCH_POWER_JOURNAL_INNER_H

#include "journal.h"

struct journal {
	struct store *s;
	int64_t seq;
	int64_t settled; /* every intent up to here has been settled; 0 in a reader */
	unsigned char head[JOURNAL_HASH];
};

#endif
