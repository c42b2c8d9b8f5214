/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy asks of a thing: the buttons of a page are those that it would allow. */
#include "pages.h"

int
pages_fact(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e)
{
	struct web_call *c = ctx;
	struct advice_room room = {.status = pages_status(c), .now = c->now};

	if (room.status == NULL)
		return err_set(e, ERR_UNAVAILABLE, "status.db cannot be read");
	if (fact == AUTH_FACT_ALLOCATED)
		return advice_busy(&room, thing, e);
	return pages_rules(c, &room.rules, e) != 0 ? -1 : advice_says(&room, verb, thing, e);
}
