/* SPDX-License-Identifier: Apache-2.0 */
/* The check "login": one login a node, and all that the node says of itself. */
#include "inner.h"
#include "login.h"

static void
take(struct sweep_asked *q, const struct login_answer *answer)
{
	struct sweep_round *r = q->round;
	struct status_value *values, *kept;
	size_t n;

	login_values(r->probe->room.conf, q->node->name, answer, r->a, &values, &n);
	for (size_t i = 0; i < n; i++) {
		kept = sweep_value(q, sweep_text(r, values[i].check), values[i].level, values[i].text, values[i].detail);
		kept->number = values[i].number;
		kept->data = values[i].data;
		kept->at = values[i].at;
	}
}

static void
answered(void *ctx, const struct login_answer *answer)
{
	struct sweep_asked *q = ctx;

	if (answer->outcome != LOGIN_CANCELLED)
		take(q, answer);
	sweep_answered(q);
}

/* The address is that of the inventory or none: what else a name leads to is for ssh's own configuration to say. */
void
ask_login(struct sweep_round *r, struct sweep_node *n)
{
	if (n->is_host)
		login_ask(r->probe->login, n->name, n->address, answered, sweep_ask(r, n));
	else
		cannot_login(r, n, "its name is no host name: it is not given to ssh");
}

void
cannot_login(struct sweep_round *r, struct sweep_node *n, const char *why)
{
	const struct login_answer answer = {.outcome = LOGIN_REFUSED, .text = why, .at = times_now()};
	struct sweep_asked *q = sweep_ask(r, n);

	take(q, &answer);
	sweep_answered(q);
}
