/* SPDX-License-Identifier: Apache-2.0 */
/* The last look at grants and approvals: power.db is another program's, and may say anything. */
#include <string.h>

#include "grant.h"
#include "look.h"

static const char *
approver_of(const struct power_request *r)
{
	return r->approver == NULL ? "" : r->approver;
}

static int
need(const struct power_look *l, struct err *e)
{
	return l->requests != NULL ? 0 : err_set(e, ERR_UNAVAILABLE, "power.db cannot be read just now");
}

static int
look_open(const struct power_look *l, const struct power_grant *g, struct err *e)
{
	struct power_grant then = *g;

	then.used = g->used - 1; /* its own use is counted already */
	if (g->used < 1 || g->used > g->uses)
		return err_set(e, ERR_REFUSED, "grant %lld counts %lld of %lld uses, and its own is not among them",
		    (long long)g->id, (long long)g->used, (long long)g->uses);
	return power_grant_check(&then, l->request->created, e);
}

static int
look_own(const struct power_look *l, struct arena *a, struct err *e)
{
	const struct power_request *r = l->request;
	struct power_grant g;
	struct hosts things;
	int more;

	if (need(l, e) != 0 || (more = power_grant_get(l->requests, r->grant_id, a, &g, e)) < 0)
		return -1;
	if (more == 0)
		return err_set(e, ERR_REFUSED, "it names grant %lld, which is not there", (long long)r->grant_id);
	if (strcmp(g.who, r->who) != 0)
		return err_set(e, ERR_REFUSED, "grant %lld is of %s, and %s asked", (long long)g.id, g.who, r->who);
	power_plan_things(l->plan, a, &things);
	if (look_open(l, &g, e) != 0 || power_grant_covers(&g, power_verb_name(l->plan->verb), &things, a, e) != 0) {
		e->kind = ERR_REFUSED;
		return -1;
	}
	return 0;
}

/* Another person, for this very plan, for this very request, in time. */
static int
look_second(const struct power_look *l, struct arena *a, struct err *e)
{
	const struct power_request *r = l->request;
	struct power_approval x;
	int more;

	if (*approver_of(r) == '\0')
		return err_set(e, ERR_REFUSED, "role %s may switch %lld things alone, the plan has %zu, and nobody approved it",
		    r->role, (long long)r->second_over, power_plan_size(l->plan));
	if (need(l, e) != 0 || (more = power_approval_get(l->requests, r->approval_id, a, &x, e)) < 0)
		return -1;
	if (more == 0 || x.request != r->id)
		return err_set(e, ERR_REFUSED, "it names an approval that is not there, or is another request's");
	if (strcmp(x.plan, l->plan->hash) != 0)
		return err_set(e, ERR_REFUSED, "what %s approved is another plan", x.approver);
	if (strcmp(x.who, r->who) != 0 || strcmp(x.approver, approver_of(r)) != 0 || strcmp(x.approver, r->who) == 0)
		return err_set(e, ERR_REFUSED, "the approval is not one that another person than %s gave", r->who);
	if (x.approved < x.asked || x.approved > r->created || r->created > x.approved + POWER_APPROVAL_MS)
		return err_set(e, ERR_REFUSED, "the approval of %s was not given within the quarter of an hour before", x.approver);
	return 0;
}

int
power_look_grant(const struct power_look *l, struct arena *a, struct err *e)
{
	const struct power_request *r = l->request;

	if (r->grant_id != 0 && look_own(l, a, e) != 0)
		return -1;
	if (r->second_over < 0)
		return err_set(e, ERR_REFUSED, "it names a number of machines below none");
	if ((r->second_over > 0 && power_plan_size(l->plan) > (size_t)r->second_over) || *approver_of(r) != '\0')
		return look_second(l, a, e);
	return 0;
}

/* The first step of its machine in the plan? */
static bool
begins(const struct power_plan *p, size_t step)
{
	for (size_t i = 0; i < step; i++)
		if (p->steps[i].machine == p->steps[step].machine)
			return false;
	return true;
}

int
power_look_revoked(const struct power_look *l, size_t step, struct arena *a, struct err *e)
{
	struct power_grant g;
	int more;

	/* a machine that was begun is finished as asked: half a cycle is worse than either end of it */
	if (l->request->grant_id == 0 || l->begun || !begins(l->plan, step))
		return 0;
	if (need(l, e) != 0 || (more = power_grant_get(l->requests, l->request->grant_id, a, &g, e)) < 0)
		return -1;
	if (more == 0)
		return err_set(e, ERR_REFUSED, "grant %lld is not there any more", (long long)l->request->grant_id);
	if (g.revoked_at != 0)
		return err_set(e, ERR_REFUSED, "%s took back grant %lld, under which it was asked", g.revoked_by, (long long)g.id);
	return 0;
}
