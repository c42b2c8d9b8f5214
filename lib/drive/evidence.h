/* SPDX-License-Identifier: Apache-2.0 */
/* The text of evidence, apart from how it is collected. */
#ifndef LARCH_DRIVE_EVIDENCE_H
#define LARCH_DRIVE_EVIDENCE_H

#include "base/base.h"

/*
 * The members of docs/formats/journal.md as canonical JSON, LIMIT_EVIDENCE bytes at most: what is longer loses the ends of
 * its longest lists, and `cut` says so. `out` is empty and has room for so many.
 */
void drive_evidence_text(json_t *o, struct buf *out);

#endif
