/* SPDX-License-Identifier: Apache-2.0 */
/* The check "ping". */
#include "inner.h"

static void
answered(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	static const struct {
		enum status_level level;
		const char *text, *detail; /* text NULL: nothing was found out */
	} means[] = {
	    [PROBE_PING_UP] = {STATUS_OK, "up", NULL},
	    [PROBE_PING_DOWN] = {STATUS_CRITICAL, "down", NULL},
	    [PROBE_PING_NO_ROUTE] = {STATUS_CRITICAL, "down", "this machine knows no way there"},
	    [PROBE_PING_NOT_SENT] = {STATUS_UNKNOWN, "unknown", "the kernel took no request"},
	    [PROBE_PING_NOT_PERMITTED] = {STATUS_UNKNOWN, "unknown", "not permitted"},
	    [PROBE_PING_CANCELLED] = {STATUS_UNKNOWN, NULL, NULL},
	};
	struct sweep_asked *q = ctx;
	struct status_value *v;

	if (means[outcome].text != NULL) {
		v = sweep_value(q, "ping", means[outcome].level, means[outcome].text, means[outcome].detail);
		if (outcome == PROBE_PING_UP)
			v->number = ms;
	}
	sweep_answered(q);
}

void
ask_ping(struct sweep_round *r, struct sweep_node *n)
{
	struct sockaddr_storage to;
	const char *why;

	if (sweep_address(r->probe, n, 0, &to, &why, r->a))
		probe_ping_send(r->probe->ping, &to, (int)r->lane->limit, answered, sweep_ask(r, n));
	else if (why != NULL)
		sweep_cannot(r, n, why);
}
