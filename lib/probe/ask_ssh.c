/* SPDX-License-Identifier: Apache-2.0 */
/* The check "ssh": does an ssh server answer? */
#include "inner.h"

#define SSH_PORT 22

/* How bad each outcome is; what stands here as unknown says nothing about the node. */
static enum status_level
level_of(enum probe_ssh_outcome outcome)
{
	static const enum status_level levels[] = {
	    [PROBE_SSH_UP] = STATUS_OK,
	    [PROBE_SSH_REFUSED] = STATUS_CRITICAL,
	    [PROBE_SSH_NO_ROUTE] = STATUS_CRITICAL,
	    [PROBE_SSH_TIMED_OUT] = STATUS_CRITICAL,
	    [PROBE_SSH_NO_BANNER] = STATUS_CRITICAL,
	    [PROBE_SSH_WRONG_BANNER] = STATUS_CRITICAL,
	    [PROBE_SSH_CLOSED] = STATUS_CRITICAL,
	    [PROBE_SSH_NOT_ASKED] = STATUS_UNKNOWN,
	    [PROBE_SSH_CANCELLED] = STATUS_UNKNOWN,
	};

	return levels[outcome];
}

static void
answered(void *ctx, const struct probe_ssh_answer *a)
{
	struct sweep_asked *q = ctx;
	struct status_value *v;

	if (a->outcome == PROBE_SSH_UP) {
		v = sweep_value(q, "ssh", STATUS_OK, "up", NULL);
		v->number = a->ms;
	} else if (a->outcome != PROBE_SSH_CANCELLED) {
		sweep_value(q, "ssh", level_of(a->outcome), probe_ssh_name(a->outcome), a->text);
	}
	sweep_answered(q);
}

void
ask_ssh(struct sweep_round *r, struct sweep_node *n)
{
	struct sockaddr_storage to;
	const char *why;

	if (sweep_address(r->probe, n, SSH_PORT, &to, &why, r->a))
		probe_ssh_ask(r->probe->ssh, &to, (int)r->lane->limit, answered, sweep_ask(r, n));
	else if (why != NULL)
		sweep_cannot(r, n, why);
}
