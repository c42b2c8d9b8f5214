/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second person: a plan that is too large for one role alone waits, somebody
 * else looks at it and approves it with a code of their own, and then who asked
 * files exactly that plan.
 */
#include <string.h>

#include "auth/step.h"
#include "power_private.h"

/* ---- who asks -------------------------------------------------------------------------------- */

static int
ask_for(struct web_call *c, const struct power_plan *p, const char *back, struct power_approval *out, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct buf text = BUF(LIMIT_PAGE);
	struct hosts things;
	int rc;

	power_plan_things(p, c->arena, &things);
	power_plan_text(p, &text);
	*out = (struct power_approval){.plan = p->hash, .who = c->person->name, .verb = power_verb_name(p->verb),
	    .things = hosts_fold(&things, c->arena), .text = text.n > 0 ? text.p : "", .back = back,
	    .machines = (int64_t)p->n_machines, .asked = c->now};
	pthread_mutex_lock(&shared->lock);
	rc = power_approval_ask(shared->requests, out, &out->id, e);
	pthread_mutex_unlock(&shared->lock);
	out->text = out->back = "";
	buf_free(&text);
	if (rc == 0)
		power_wake(c);
	return rc;
}

int
power_second(struct web_call *c, const struct power_plan *p, const struct auth_limits *limits, const char *back,
    struct power_filing *f, struct err *e)
{
	struct power_requests *requests;
	struct power_approval x;
	int rc;

	if (p->verb == POWER_IDENTIFY)
		return 0;
	f->second_over = limits->second_over;
	if (limits->second_over <= 0 || power_plan_size(p) <= (size_t)limits->second_over)
		return 0;
	if (power_need_requests(c, &requests, e) != 0 ||
	    (rc = power_approval_of(requests, p->hash, c->person->name, c->now, c->arena, &x, e)) < 0)
		return -1;
	if (rc == 1 && *x.approver != '\0') {
		f->approval_id = x.id;
		f->approver = x.approver;
		return 0;
	}
	if (rc == 0 && ask_for(c, p, back, &x, e) != 0)
		return -1;
	web_problem_add(c, "approval", json_string(web_link(c->arena, "/power/approvals/%s", p->hash)));
	return err_set(e, ERR_REFUSED, "Waiting for a second person: these are %zu things, and a role of yours may switch %lld alone. "
	    "Somebody else approves plan %.16s (%s, or `larch approve %s`) within %d minutes; then ask for it again.",
	    power_plan_size(p), (long long)limits->second_over, p->hash, web_link(c->arena, "/power/approvals/%s", p->hash), p->hash,
	    (int)(POWER_APPROVAL_MS / 60000));
}

/* ---- who approves ---------------------------------------------------------------------------------- */

/* Another person, in person, whose own role allows all of it, as if they had asked. */
static int
may_approve(struct web_call *c, const struct power_approval *x, struct err *e)
{
	struct permit *permit;
	struct hosts things;

	if (c->person->source == AUTH_KEY && !c->person->is_token)
		return err_set(e, ERR_DENIED, "An API key approves nothing: log in.");
	if (auth_person_local(c->person))
		return err_set(e, ERR_DENIED, "The break-glass account is nobody in particular, and may be who asked: somebody else approves it.");
	if (strcmp(x->who, c->person->name) == 0)
		return err_set(e, ERR_DENIED, "You asked for this yourself; somebody else approves it.");
	if (*x->approver != '\0')
		return err_set(e, ERR_CONFLICT, "%s has approved it already.", x->approver);
	if (hosts_parse(str_of(x->things), NULL, c->arena, &things, e) != 0)
		return -1;
	hosts_sort(&things);
	return power_permit(c, x->verb, &things, &permit, e);
}

static int
find(struct web_call *c, struct power_approval *out, struct err *e)
{
	struct power_requests *requests;
	char about[AUTH_ABOUT_TEXT];
	int rc;

	if (auth_about_plan(web_str(c, "plan"), about, e) != 0 || power_need_requests(c, &requests, e) != 0)
		return -1;
	rc = power_approval_of(requests, web_text(c, "plan"), NULL, c->now, c->arena, out, e);
	if (rc < 0)
		return -1;
	return rc == 1 ? 0 : err_set(e, ERR_NOT_FOUND, "No plan %.16s waits for a second person: it was filed, or a quarter of an hour "
	    "is over.", web_text(c, "plan"));
}

static int
approve(struct web_call *c, struct str token, struct power_approval *x, struct err *e)
{
	struct power_shared *shared = c->shared;
	char about[AUTH_ABOUT_TEXT];
	struct auth_proof proof;
	int rc;

	if (find(c, x, e) != 0 || may_approve(c, x, e) != 0 || auth_about_plan(str_of(x->plan), about, e) != 0 ||
	    power_find_proof(c, token, &(struct auth_proof_for){"approve", about}, &proof, e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_approve(shared->requests, x, c->person->name, proof.how, proof.id, c->now, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc != 0)
		return -1;
	log_info("%s approved plan %.16s of %s, by %s", c->person->name, x->plan, x->who, proof.how);
	power_wake(c);
	return 0;
}

/* ---- its pages ---------------------------------------------------------------------------------------- */

static json_t *
approval_json(const struct power_approval *x)
{
	json_t *o = json_object();
	char at[TIMES_TEXT];

	jsn_set(o, "id", json_integer(x->id));
	jsn_set_text(o, "plan", x->plan);
	jsn_set_text(o, "who", x->who);
	jsn_set_text(o, "verb", x->verb);
	jsn_set_text(o, "things", x->things);
	jsn_set(o, "machines", json_integer(x->machines));
	jsn_set_text(o, "approver", *x->approver != '\0' ? x->approver : NULL);
	jsn_set_text(o, "asked", times_utc(x->asked, at));
	jsn_set_text(o, "until", times_utc(x->until, at));
	return o;
}

int
power_show_approval(struct web_call *c, struct err *e)
{
	struct power_approval x;
	char at[TIMES_TEXT];
	struct err why = {0};
	json_t *m;
	bool own;

	if (find(c, &x, e) != 0)
		return -1;
	own = strcmp(x.who, c->person->name) == 0;
	m = approval_json(&x);
	jsn_set_text(m, "title", "A plan that waits for a second person");
	jsn_set_text(m, "until_clock", times_clock(x.until, at));
	jsn_set_text(m, "text", x.text);
	jsn_set(m, "own", json_boolean(own));
	jsn_set_text(m, "back", own ? x.back : NULL);
	jsn_set(m, "approved", json_boolean(*x.approver != '\0'));
	if (!own && *x.approver == '\0' && may_approve(c, &x, &why) != 0)
		jsn_set_text(m, "denied", why.text);
	else if (!own && *x.approver == '\0')
		jsn_set(m, power_proof_cookie(c).n > 0 && web_flag(c, "proved") ? "prove_done" : "prove_first", json_true());
	if (own && *x.approver == '\0')
		web_refresh(c, 10);
	return web_page(c, NULL, m, e);
}

int
power_post_approval(struct web_call *c, struct err *e)
{
	struct power_approval x;

	if (approve(c, power_proof_cookie(c), &x, e) != 0 || web_cookie(c, AUTH_COOKIE_PROOF, "", "/power", 0, e) != 0)
		return -1;
	return web_redirect(c, web_link(c->arena, "/power/approvals/%s", x.plan), e);
}

int
power_api_approve(struct web_call *c, struct err *e)
{
	struct power_approval x;

	if (approve(c, web_str(c, "proof"), &x, e) != 0)
		return -1;
	x.approver = c->person->name;
	x.until = c->now + POWER_APPROVAL_MS;
	return web_json(c, 200, approval_json(&x), e);
}

int
power_api_approval(struct web_call *c, struct err *e)
{
	struct power_approval x;
	json_t *o;

	if (find(c, &x, e) != 0)
		return -1;
	o = approval_json(&x);
	jsn_set_text(o, "text", x.text);
	return web_json(c, 200, o, e);
}

int
power_api_approvals(struct web_call *c, struct err *e)
{
	struct power_requests *requests;
	struct power_approval *list;
	json_t *o, *items;
	size_t n;

	if (power_need_requests(c, &requests, e) != 0 || power_approvals_open(requests, c->now, c->arena, &list, &n, e) != 0)
		return -1;
	items = json_array();
	for (size_t i = 0; i < n; i++)
		jsn_add(items, approval_json(&list[i]));
	o = json_object();
	jsn_set(o, "total", json_integer((json_int_t)n));
	jsn_set(o, "items", items);
	return web_json(c, 200, o, e);
}
