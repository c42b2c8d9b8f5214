/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy asks of a thing before it is switched, from status.db and the rules of advice. */
#include "power_private.h"

int
power_fact(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e)
{
	struct web_call *c = ctx;
	struct power_readers *s = c->state;
	struct advice_room room = {.now = c->now};

	if (power_need_status(c, &room.status, e) != 0)
		return -1;
	if (fact == AUTH_FACT_ALLOCATED)
		return advice_busy(&room, thing, e);
	if (s->advice == NULL)
		s->advice = advice_file_create();
	if (advice_file_rules(s->advice, c->conf->advice, c->conf->yang, &room.rules, e) != 0)
		return -1;
	return advice_says(&room, verb, thing, e);
}
