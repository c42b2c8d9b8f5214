/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LARCH_INV_UNDO_H
#define LARCH_INV_UNDO_H

#include "inv_private.h"

/* Undo all edits that are later than ms, of a copy. After a failure the copy is as it was. */
int inv_undo_to(struct inv *i, int64_t ms, struct err *e);
/* When the oldest edit was, ms; 0: there is none. */
int inv_first_edit(struct inv *i, int64_t *at_out, struct err *e);

#endif
