/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What everybody may see of power.db: grants that are open and plans that wait
 * for a second person, into status.db within a second of any change. What is
 * over by the clock is left out by whoever reads.
 */
#include <string.h>

#include "larchd.h"

/* Names alone are shown, and not longer than a line of a page. */
#define THINGS_SHOWN 400

static const char *
shown(const char *things, struct arena *a)
{
	size_t n = strlen(things);

	while (n > THINGS_SHOWN && (n = THINGS_SHOWN) > 0)
		while (n > 0 && ((unsigned char)things[n] & 0xc0) == 0x80)
			n--;
	return n < strlen(things) ? arena_printf(a, "%.*s...", (int)n, things) : things;
}

static int
publish(struct larchd *l, struct arena *a, struct err *e)
{
	struct power_grant *grants;
	struct power_approval *waiting;
	struct status_grant *g;
	struct status_waiting *w;
	size_t n_grants, n_waiting;
	int64_t now = times_now();

	if (power_grants_open(l->requests, now, a, &grants, &n_grants, e) != 0 ||
	    power_approvals_open(l->requests, now, a, &waiting, &n_waiting, e) != 0)
		return -1;
	g = arena_array(a, n_grants + 1, sizeof(*g));
	w = arena_array(a, n_waiting + 1, sizeof(*w));
	for (size_t i = 0; i < n_grants; i++)
		g[i] = (struct status_grant){grants[i].id, grants[i].who, grants[i].verbs, shown(grants[i].things, a), grants[i].uses,
		    grants[i].used, grants[i].made, grants[i].until};
	for (size_t i = 0; i < n_waiting; i++)
		w[i] = (struct status_waiting){waiting[i].id, waiting[i].plan, waiting[i].who, waiting[i].verb,
		    shown(waiting[i].things, a), waiting[i].machines, waiting[i].asked, waiting[i].until, waiting[i].approver};
	return status_put_grants(l->status, g, n_grants, w, n_waiting, e);
}

void
larchd_grants(struct larchd *l)
{
	int64_t now = power_requests_generation(l->requests);
	struct arena *a;
	struct err e;

	if (now == l->grants_seen)
		return;
	a = arena_create();
	if (publish(l, a, &e) == 0)
		l->grants_seen = now;
	else
		log_debug("grants are not published yet: %s", e.text);
	arena_destroy(a);
}
