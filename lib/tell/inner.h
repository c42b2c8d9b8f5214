/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what its files share. */
#ifndef LARCH_TELL_INNER_H
#define LARCH_TELL_INNER_H

#include "tell.h"

/* What happened after what a rule has told, as far as the rule is about it. */
struct tell_found {
	struct tell_item *items;
	size_t n;
	int64_t change, event;  /* up to here all has been looked at */
};
/* 0; 1: it cannot be said now, for a query needs the inventory; -1. */
int tell_find(const struct tell_room *room, const struct conf_rule *rule, const struct status_told *told, struct arena *a,
    struct tell_found *out, struct err *e);

/* One message on its way: first the mail, then the webhook, as the rule has them. */
struct tell_sending;
/* Called once; trouble NULL: it is out. */
typedef void tell_sent_fn(void *ctx, const char *trouble);
struct tell_sending *tell_send(const struct tell_room *room, const struct conf_rule *rule, const struct tell_digest *d,
    tell_sent_fn *done, void *ctx);
void tell_send_start(struct tell_sending *s); /* it may be done, and gone, before this returns */
void tell_send_drop(struct tell_sending *s);

#endif
