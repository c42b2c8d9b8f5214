/* SPDX-License-Identifier: Apache-2.0 */
/* Who may switch what just now, and what waits for a second person: for everybody to see. */
#include <string.h>

#include "pages_front.h"

static json_t *
grant_model(struct web_call *c, const struct status_grant *g)
{
	json_t *o = json_object();
	char at[TIMES_TEXT];

	jsn_set(o, "id", json_integer(g->id));
	jsn_set_text(o, "who", g->who);
	jsn_set_text(o, "verbs", g->verbs);
	jsn_set_text(o, "things", g->things);
	jsn_set(o, "left", json_integer(g->uses - g->used));
	jsn_set_text(o, "until", times_clock(g->until, at));
	jsn_set(o, "may_revoke", json_boolean(strcmp(g->who, c->person->name) == 0 ||
	    auth_may_some(c->policy, c->person, "tag", NULL) == 0));
	return o;
}

static json_t *
waiting_model(const struct status_waiting *w)
{
	json_t *o = json_object();
	char at[TIMES_TEXT];

	jsn_set_text(o, "plan", w->plan);
	jsn_set_text(o, "who", w->who);
	jsn_set_text(o, "verb", w->verb);
	jsn_set_text(o, "things", w->things);
	jsn_set_text(o, "approver", *w->approver != '\0' ? w->approver : NULL);
	jsn_set_text(o, "until", times_clock(w->until, at));
	return o;
}

void
pages_front_grants(struct web_call *c, struct status *status, json_t *model)
{
	json_t *grants = json_array(), *plans = json_array();
	struct status_grant *g;
	struct status_waiting *w;
	size_t n = 0;
	struct err e;

	if (status != NULL && status_grants(status, c->now, c->arena, &g, &n, &e) == 0)
		for (size_t i = 0; i < n; i++)
			jsn_add(grants, grant_model(c, &g[i]));
	if (status != NULL && status_waiting(status, c->now, c->arena, &w, &n, &e) == 0)
		for (size_t i = 0; i < n; i++)
			jsn_add(plans, waiting_model(&w[i]));
	jsn_set(model, "has_grants", json_boolean(json_array_size(grants) > 0));
	jsn_set(model, "grants", grants);
	jsn_set(model, "has_waiting", json_boolean(json_array_size(plans) > 0));
	jsn_set(model, "waiting", plans);
}
