/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants: opened by burning a proof that `login` left, shown to everybody,
 * taken back by their owner or by whoever may put tags. And the question of
 * whoever files a request: does this person need one, and have they?
 */
#include <string.h>

#include "auth/step.h"
#include "power_private.h"

/* ---- proofs --------------------------------------------------------------------------------- */

int
power_find_proof(struct web_call *c, struct str token, const struct auth_proof_for *what, struct auth_proof *out,
    struct err *e)
{
	struct power_readers *s = c->state;

	if (s->sessions != NULL && store_replaced(s->sessions)) {
		store_close(s->sessions);
		s->sessions = NULL;
	}
	if (s->sessions == NULL && auth_reader_open(conf_db(c->conf, "sessions", c->arena), &s->sessions, e) != 0)
		return -1;
	return auth_proof_find(s->sessions, token, c->person, what, c->arena, out, e);
}

struct str
power_proof_cookie(struct web_call *c)
{
	return str_of(http_cookie(c->request->cookie, AUTH_COOKIE_PROOF, c->arena));
}

/* ---- opening ---------------------------------------------------------------------------------- */

static int
read_wish(struct web_call *c, struct auth_grant_about *out, struct err *e)
{
	const struct auth_grant_wish wish = {web_str(c, "verbs"), web_str(c, "things"), web_int(c, "minutes", 15),
	    web_int(c, "uses", 1)};

	return auth_about_grant(&wish, c->arena, out, e);
}

/* A grant gives nobody what their roles do not: each verb must be allowed on every one of the things. */
static int
may_open(struct web_call *c, const struct auth_grant_about *w, struct err *e)
{
	struct str rest = str_of(w->verbs);
	struct permit *permit;

	while (rest.p != NULL) {
		struct str verb = str_cut(&rest, ',');

		if (power_permit_many(c, arena_strndup(c->arena, verb.p, verb.n), &w->names, &permit, e) != 0)
			return -1;
	}
	return 0;
}

static int
open_grant(struct web_call *c, struct str proof_token, char token[AUTH_TOKEN_TEXT], struct power_grant *g, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct auth_grant_about w;
	struct auth_proof proof;
	char sum[AUTH_ABOUT_TEXT];
	int rc;

	if (read_wish(c, &w, e) != 0 || may_open(c, &w, e) != 0 ||
	    power_find_proof(c, proof_token, &(struct auth_proof_for){"grant", w.about}, &proof, e) != 0)
		return -1;
	*g = (struct power_grant){.who = c->person->name, .pass = c->person->id, .verbs = w.verbs, .things = w.things,
	    .how = proof.how, .minutes = w.minutes, .uses = w.uses, .made = c->now, .until = c->now + w.minutes * 60000};
	auth_token_new(token);
	(void)auth_token_sum(str_of(token), sum);
	pthread_mutex_lock(&shared->lock);
	rc = power_grant_put(shared->requests, g, sum, proof.id, &g->id, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc != 0)
		explicit_bzero(token, AUTH_TOKEN_TEXT);
	else {
		log_info("%s opened grant %lld: %s on %s for %lld min, %lld uses, by %s", g->who, (long long)g->id, g->verbs, g->things,
		    (long long)g->minutes, (long long)g->uses, g->how);
		power_wake(c);
	}
	return rc;
}

/* The same fields as a query, for the form of `login` and for our own. */
static const char *
query_of(struct web_call *c, const struct auth_grant_about *w, const char *path)
{
	const char *next = web_text(c, "next");

	return arena_printf(c->arena, "%s%s", path,
	    web_link(c->arena, "?verbs=%s&things=%s&minutes=%d&uses=%d&next=%s", w->verbs, w->things, w->minutes, w->uses,
	        next != NULL && http_is_local(next) ? next : "/"));
}

int
power_show_grant(struct web_call *c, struct err *e)
{
	struct auth_grant_about w;
	const char *next = web_text(c, "next");
	json_t *m;

	if (read_wish(c, &w, e) != 0)
		return -1;
	if (power_proof_cookie(c).n == 0)
		return web_redirect(c, query_of(c, &w, "/proof"), e);
	m = json_object();
	jsn_set_text(m, "title", "Open a grant");
	jsn_set_text(m, "verbs", w.verbs);
	jsn_set_text(m, "things", w.things);
	jsn_set(m, "minutes", json_integer(w.minutes));
	jsn_set(m, "uses", json_integer(w.uses));
	jsn_set(m, "one_use", json_boolean(w.uses == 1));
	jsn_set_text(m, "next", next != NULL && http_is_local(next) ? next : "/");
	jsn_set_text(m, "again", query_of(c, &w, "/proof"));
	return web_page(c, NULL, m, e);
}

int
power_post_grant(struct web_call *c, struct err *e)
{
	const char *next = web_text(c, "next");
	char token[AUTH_TOKEN_TEXT];
	struct power_grant g;
	int rc;

	if (open_grant(c, power_proof_cookie(c), token, &g, e) != 0)
		return -1;
	rc = web_cookie(c, AUTH_COOKIE_GRANT, token, "/power", g.minutes * 60, e);
	explicit_bzero(token, sizeof(token));
	if (rc != 0 || web_cookie(c, AUTH_COOKIE_PROOF, "", "/power", 0, e) != 0)
		return -1;
	return web_redirect(c, next != NULL && http_is_local(next) ? next : "/", e);
}

/* ---- showing ------------------------------------------------------------------------------------ */

static json_t *
grant_json(const struct power_grant *g)
{
	json_t *o = json_object();
	char at[TIMES_TEXT];

	jsn_set(o, "id", json_integer(g->id));
	jsn_set_text(o, "who", g->who);
	jsn_set_text(o, "verbs", g->verbs);
	jsn_set_text(o, "things", g->things);
	jsn_set(o, "uses", json_integer(g->uses));
	jsn_set(o, "used", json_integer(g->used));
	jsn_set_text(o, "how", g->how);
	jsn_set_text(o, "made", times_utc(g->made, at));
	jsn_set_text(o, "until", times_utc(g->until, at));
	return o;
}

int
power_api_grant(struct web_call *c, struct err *e)
{
	char token[AUTH_TOKEN_TEXT];
	struct power_grant g;
	json_t *o;

	if (open_grant(c, web_str(c, "proof"), token, &g, e) != 0)
		return -1;
	o = grant_json(&g);
	jsn_set_text(o, "grant", token);
	explicit_bzero(token, sizeof(token));
	return web_created(c, 201, arena_printf(c->arena, "/api/v1/grants/%lld", (long long)g.id), o, e);
}

int
power_api_grants(struct web_call *c, struct err *e)
{
	struct power_requests *requests;
	struct power_grant *list;
	json_t *o, *items;
	size_t n;

	if (power_need_requests(c, &requests, e) != 0 || power_grants_open(requests, c->now, c->arena, &list, &n, e) != 0)
		return -1;
	items = json_array();
	for (size_t i = 0; i < n; i++)
		jsn_add(items, grant_json(&list[i]));
	o = json_object();
	jsn_set(o, "total", json_integer((json_int_t)n));
	jsn_set(o, "items", items);
	return web_json(c, 200, o, e);
}

/* ---- taking back -------------------------------------------------------------------------------- */

static int
revoke(struct web_call *c, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_requests *requests;
	struct power_grant g;
	int64_t id = web_int(c, "id", 0);
	int rc;

	if (power_need_requests(c, &requests, e) != 0 || (rc = power_grant_get(requests, id, c->arena, &g, e)) < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "There is no grant %lld that is open.", (long long)id);
	if (strcmp(g.who, c->person->name) != 0 && auth_may_some(c->policy, c->person, "tag", NULL) != 0)
		return err_set(e, ERR_DENIED, "Grant %lld is %s's: they take it back themselves, or somebody who may put tags does.",
		    (long long)id, g.who);
	pthread_mutex_lock(&shared->lock);
	rc = power_grant_revoke(shared->requests, id, c->person->name, c->now, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc != 0)
		return -1;
	log_info("%s took back grant %lld of %s", c->person->name, (long long)id, g.who);
	power_wake(c);
	return 0;
}

int
power_post_revoke(struct web_call *c, struct err *e)
{
	return revoke(c, e) != 0 ? -1 : web_redirect(c, "/", e);
}

int
power_api_revoke(struct web_call *c, struct err *e)
{
	return revoke(c, e) != 0 ? -1 : web_created(c, 204, NULL, NULL, e);
}

/* ---- is one needed, and is it there -------------------------------------------------------------- */

const char *
power_plan_page(struct web_call *c, const struct power_wish *w)
{
	const char *verb = power_verb_name(w->verb), *list = hosts_fold(w->names, c->arena), *link;
	struct buf even = BUF(LIMIT_URL);

	if (w->verb == POWER_SETVLAN)
		link = web_link(c->arena, "/power/plan?verb=%s&nodes=%s&port=%s&vlan=%d", verb, list, w->port, w->vlan);
	else if (w->verb == POWER_BOOTDEV)
		link = web_link(c->arena, "/power/plan?verb=%s&nodes=%s&boot=%s", verb, list, power_boot_name(w->boot));
	else
		link = web_link(c->arena, "/power/plan?verb=%s&nodes=%s&via=%s", verb, list, power_way_name(w->way));
	if (w->even != NULL) {
		buf_puts(&even, "&even=");
		buf_url(&even, str_of(hosts_fold(w->even, c->arena)));
		link = arena_printf(c->arena, "%s%.*s", link, (int)even.n, even.p);
	}
	buf_free(&even);
	return link;
}

/* Does a role with these limits want a grant of this caller? A light that blinks switches nothing. */
static bool
needs_grant(const struct web_call *c, const struct power_plan *p, const struct auth_limits *limits)
{
	if (p->verb == POWER_IDENTIFY)
		return false;
	if (limits->grant == AUTH_GRANT_ALWAYS)
		return true;
	return limits->grant == AUTH_GRANT_SESSION && (c->person->source == AUTH_SESSION || c->person->is_token);
}

/* What one for this plan is about, for programs. */
static json_t *
needs_json(struct web_call *c, const struct power_plan *p)
{
	json_t *o = json_object();
	struct hosts things;

	power_plan_things(p, c->arena, &things);
	jsn_set_text(o, "verbs", power_verb_name(p->verb));
	jsn_set_text(o, "things", hosts_fold(&things, c->arena));
	return o;
}

/* Where one for this plan is opened, coming back to its page. */
static const char *
grant_link(struct web_call *c, const struct power_plan *p, const char *next)
{
	struct hosts things;

	power_plan_things(p, c->arena, &things);
	return web_link(c->arena, "/proof?verbs=%s&things=%s&next=%s", power_verb_name(p->verb), hosts_fold(&things, c->arena),
	    next);
}

/* The caller's grant (header Larch-Grant, or the cookie) when it is open and covers the plan; else -1 ERR_DENIED. */
static int
grant_here(struct web_call *c, const struct power_plan *p, struct power_grant *out, struct err *e)
{
	struct str token = c->request->larch_grant[0] != '\0' ? str_of(c->request->larch_grant)
	    : str_of(http_cookie(c->request->cookie, AUTH_COOKIE_GRANT, c->arena));
	struct power_requests *requests;
	char sum[AUTH_ABOUT_TEXT];
	struct hosts things;
	int rc;

	if (auth_token_sum(token, sum) != 0)
		return err_set(e, ERR_DENIED, "This needs a grant: a code, or your password again, opens one.");
	if (power_need_requests(c, &requests, e) != 0 || (rc = power_grant_by_token(requests, sum, c->arena, out, e)) < 0)
		return -1;
	/* another's is told as one that is not there */
	if (rc == 0 || strcmp(out->who, c->person->name) != 0 || strcmp(out->pass, c->person->id) != 0)
		return err_set(e, ERR_DENIED, "This grant is not known, or is not of this session; open another.");
	power_plan_things(p, c->arena, &things);
	if (power_grant_check(out, c->now, e) != 0)
		return -1;
	return power_grant_covers(out, power_verb_name(p->verb), &things, c->arena, e);
}

/* What is asked of somebody who files, or who lets a job go on: a grant that is open, where the role wants one. 1 and which, 0 none needed, -1. */
static int
need_grant(struct web_call *c, const struct power_plan *p, const struct auth_limits *limits, const char *page, struct power_grant *out,
    struct err *e)
{
	if (!needs_grant(c, p, limits))
		return 0;
	if (grant_here(c, p, out, e) == 0)
		return 1;
	web_problem_add(c, "needs", needs_json(c, p));
	web_problem_add(c, "grant", json_string(grant_link(c, p, page)));
	return -1;
}

int
power_allow_on(struct web_call *c, const struct power_plan *p, const struct permit *permit, const char *page, struct err *e)
{
	struct auth_limits limits;
	struct power_grant grant;

	if (auth_policy_limits(c->policy, permit_role(permit), &limits) != 0)
		return err_set(e, ERR_INTERNAL, "the policy has no role %s", permit_role(permit));
	return need_grant(c, p, &limits, page, &grant, e) < 0 ? -1 : 0;
}

int
power_allow(struct web_call *c, struct power_filing *f, const char *page, struct err *e)
{
	struct auth_limits limits;
	struct power_grant grant;
	int needed;

	if (auth_policy_limits(c->policy, permit_role(f->permit), &limits) != 0)
		return err_set(e, ERR_INTERNAL, "the policy has no role %s", permit_role(f->permit));
	f->at_once = limits.at_once;
	f->per_hour = limits.per_hour;
	needed = need_grant(c, f->plan, &limits, page, &grant, e);
	if (needed < 0)
		return -1;
	f->grant_id = needed == 1 ? grant.id : 0;
	return power_second(c, f->plan, &limits, page, f, e);
}

bool
power_model_grant(struct web_call *c, json_t *model, const struct power_plan *p, const struct permit *permit,
    const char *page)
{
	struct auth_limits limits;
	struct power_grant grant;
	struct err why = {0};
	char at[TIMES_TEXT];

	if (auth_policy_limits(c->policy, permit_role(permit), &limits) != 0 || !needs_grant(c, p, &limits))
		return true;
	if (grant_here(c, p, &grant, &why) != 0) {
		jsn_set_text(model, "grant_link", grant_link(c, p, page));
		jsn_set_text(model, "grant_why", why.text);
		return false;
	}
	jsn_set(model, "grant_id", json_integer(grant.id));
	jsn_set(model, "grant_left", json_integer(grant.uses - grant.used));
	jsn_set_text(model, "grant_until", times_clock(grant.until, at));
	return true;
}
