/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step-up: the form that asks for a code (or the password) again, and leaves a
 * proof about exactly what was asked. What is done with it is power's.
 */
#include <string.h>

#include "auth/step.h"
#include "login.h"

/* What is asked for: in words for the page, in one spelling for the proof. */
struct asked {
	const char *purpose, *next;
	struct auth_grant_about grant; /* of a grant */
	const char *plan;              /* of an approval */
	char about[AUTH_ABOUT_TEXT];
};

static int
read_asked(struct web_call *c, struct asked *q, struct err *e)
{
	const struct auth_grant_wish wish = {web_str(c, "verbs"), web_str(c, "things"), web_int(c, "minutes", 15),
	    web_int(c, "uses", 1)};

	*q = (struct asked){.purpose = web_has(c, "purpose") ? web_text(c, "purpose") : "grant", .plan = web_text(c, "plan")};
	if (strcmp(q->purpose, "approve") == 0) {
		if (web_has(c, "verbs") || web_has(c, "things"))
			return err_set(e, ERR_INPUT, "An approval is about a plan, and about nothing else.");
		return auth_about_plan(web_str(c, "plan"), q->about, e);
	}
	if (web_has(c, "plan"))
		return err_set(e, ERR_INPUT, "A grant is about verbs and things; a plan is for an approval.");
	if (auth_about_grant(&wish, c->arena, &q->grant, e) != 0)
		return -1;
	memcpy(q->about, q->grant.about, sizeof(q->about));
	return 0;
}

/* Where the proof is good for something: the page of power that burns it. */
static const char *
burner(struct web_call *c, const struct asked *q)
{
	const char *next = q->next == NULL ? "/" : q->next;

	if (q->plan != NULL)
		return web_link(c->arena, "/power/approvals/%s?proved=1", q->plan);
	return web_link(c->arena, "/power/grant?verbs=%s&things=%s&minutes=%d&uses=%d&next=%s", q->grant.verbs,
	    q->grant.things, q->grant.minutes, q->grant.uses, next);
}

static void
choice(json_t *list, int64_t value, int64_t chosen)
{
	json_t *o = json_object();

	jsn_set(o, "value", json_integer(value));
	jsn_set(o, "chosen", json_boolean(value == chosen));
	jsn_add(list, o);
}

/* The usual values, and among them the one that was asked for. */
static void
choices(json_t *m, const char *key, const int *values, size_t n, int64_t chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		if (chosen < values[i] && (i == 0 || chosen > values[i - 1]))
			choice(list, chosen, chosen);
		choice(list, values[i], chosen);
	}
	if (chosen > values[n - 1])
		choice(list, chosen, chosen);
	jsn_set(m, key, list);
}

static int
show_form(struct web_call *c, const struct asked *q, const char *error, struct err *e)
{
	static const int minutes[] = {5, 15, 30, 60, 120, 240, 480}, uses[] = {1, 2, 5, 10, 20, 50, 100};
	bool approve = strcmp(q->purpose, "approve") == 0;
	struct login *l = c->shared;
	struct auth_factor f;
	json_t *m;

	if (auth_desk_factor(l->desk, c->person->name, &f, e) != 0)
		return -1;
	m = json_object();
	jsn_set_text(m, "title", approve ? "Approve a plan" : "Open a grant");
	jsn_set_text(m, "error", error);
	jsn_set(m, "factor", json_boolean(f.on));
	jsn_set(m, "approve", json_boolean(approve));
	jsn_set_text(m, "purpose", q->purpose);
	jsn_set_text(m, "plan", q->plan);
	jsn_set_text(m, "next", q->next);
	if (!approve) {
		jsn_set_text(m, "verbs", q->grant.verbs);
		jsn_set_text(m, "things", q->grant.things);
		choices(m, "minutes", minutes, LARCH_COUNT(minutes), q->grant.minutes);
		choices(m, "uses", uses, LARCH_COUNT(uses), q->grant.uses);
	}
	return web_page(c, NULL, m, e);
}

/* A page of this site, or none. */
static const char *
next_of(struct web_call *c)
{
	const char *next = web_text(c, "next");

	return next != NULL && http_is_local(next) ? next : NULL;
}

int
login_proof_form(struct web_call *c, struct err *e)
{
	struct asked q;

	if (read_asked(c, &q, e) != 0)
		return -1;
	q.next = next_of(c);
	return show_form(c, &q, NULL, e);
}

/* Status and Retry-After of an outcome that is not AUTH_OK. */
static void
tell(struct web_call *c, enum auth_outcome outcome)
{
	static const int status[] = {[AUTH_WRONG] = 403, [AUTH_LATER] = 429, [AUTH_DOWN] = 503};

	if (outcome == AUTH_WRONG || outcome == AUTH_LATER || outcome == AUTH_DOWN)
		web_status(c, status[outcome]);
	if (outcome == AUTH_LATER)
		(void)web_header(c, "Retry-After", "60", NULL);
}

static enum auth_outcome
prove(struct web_call *c, const struct asked *q, const char *how, char token[AUTH_TOKEN_TEXT], struct err *e)
{
	const struct auth_answer in = {web_str(c, "code"), web_str(c, "password")};
	const struct auth_proof_for what = {q->purpose, q->about};
	struct auth_from from = login_from(c, how);
	struct login *l = c->shared;

	return auth_desk_prove(l->desk, c->person, &in, &what, &from, c->arena, token, e);
}

int
login_proof_post(struct web_call *c, struct err *e)
{
	char token[AUTH_TOKEN_TEXT];
	enum auth_outcome outcome;
	struct asked q;
	int rc;

	if (read_asked(c, &q, e) != 0)
		return -1;
	q.next = next_of(c);
	outcome = prove(c, &q, "form", token, e);
	if (outcome != AUTH_OK) {
		tell(c, outcome);
		return e->kind == ERR_INTERNAL ? -1 : show_form(c, &q, e->text, e);
	}
	rc = web_cookie(c, AUTH_COOKIE_PROOF, token, "/power", AUTH_PROOF_MS / 1000, e);
	explicit_bzero(token, sizeof(token));
	return rc != 0 ? -1 : web_redirect(c, burner(c, &q), e);
}

int
login_api_proof(struct web_call *c, struct err *e)
{
	char token[AUTH_TOKEN_TEXT], at[TIMES_TEXT];
	enum auth_outcome outcome;
	struct asked q;
	json_t *o;

	if (read_asked(c, &q, e) != 0)
		return -1;
	outcome = prove(c, &q, "api", token, e);
	if (outcome != AUTH_OK) {
		tell(c, outcome);
		return -1;
	}
	o = json_object();
	jsn_set_text(o, "proof", token);
	jsn_set_text(o, "expires", times_utc(c->now + AUTH_PROOF_MS, at));
	explicit_bzero(token, sizeof(token));
	return web_json(c, 201, o, e);
}
