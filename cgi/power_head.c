/* SPDX-License-Identifier: Apache-2.0 */
#include "power_private.h"

/*
 * A chain proves itself whole up to its head; only a head kept elsewhere proves that the requests at its end were not
 * cut off or made anew. So each goes to the system's log, which may be on another machine. Under the lock.
 */
void
power_anchor(struct web_call *c, struct power_requests *requests, int64_t job)
{
	struct power_request r;
	struct err e;

	if (power_request_get(requests, job, c->arena, &r, &e) == 0)
		log_info("requests head: job %lld %s", (long long)job, r.chain);
	else
		log_warn("requests head: job %lld cannot be read", (long long)job);
}
