/* SPDX-License-Identifier: Apache-2.0 */
/* Tags between their rows, what they cover, and the facts of a plan. */
#ifndef LARCH_POWER_TAG_PRIVATE_H
#define LARCH_POWER_TAG_PRIVATE_H

#include "plan_making.h"
#include "tag.h"

int power_tags_any(struct power_requests *r, bool *any, struct err *e);

/* Tags on this name or this number, and on outlets of it; by number. */
int power_tags_of(struct power_requests *r, const char *thing, int64_t number, struct arena *a, struct power_tag **out,
    size_t *n_out, struct err *e);

#endif
