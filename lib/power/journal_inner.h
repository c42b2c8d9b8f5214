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

/* journal_evidence_rows.c: the text of a row of evidence is what the row cites (a row of another kind is well); and then:
 * there is no text that no row cites. */
int journal_verify_evidence(struct journal *j, const struct journal_row *row, struct err *e);
int journal_verify_cited(struct journal *j, struct err *e);

#endif
