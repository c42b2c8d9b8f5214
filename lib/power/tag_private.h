/* SPDX-License-Identifier: Apache-2.0 */
/* Tags between their rows, what they cover, and the facts of a plan. */
#ifndef LARCH_POWER_TAG_PRIVATE_H
#define LARCH_POWER_TAG_PRIVATE_H

#include "plan_making.h"
#include "tag.h"

int power_tags_any(struct power_requests *r, bool *any, struct err *e);

/* Tags on this name or this number; outlet NULL: on any outlet of it too, else on this one or on the whole. By number. */
struct power_tag_about {
	const char *thing;
	int64_t number;
	const char *outlet;
};
int power_tags_of(struct power_requests *r, const struct power_tag_about *x, struct arena *a, struct power_tag **out,
    size_t *n_out, struct err *e);

#endif
