/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the room share: the handle. */
#ifndef LARCH_STATUS_PRIVATE_H
#define LARCH_STATUS_PRIVATE_H

#include "status.h"

struct status {
	struct store *s;
	bool writer;
	int64_t pruned;     /* times_now() of the last pruning */
};

/* Count a change of what is seen: within the transaction that makes it. */
int status_turn(struct status *s, struct err *e);

/* Note an event: within the transaction that makes it. */
int status_event_in(struct status *s, const struct status_event *x, struct err *e);

/* An array in an arena that doubles; what it leaves behind goes with the arena. */
void *status_grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size);

#endif
