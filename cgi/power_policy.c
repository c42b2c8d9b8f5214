/* SPDX-License-Identifier: Apache-2.0 */
/* Permits of the caller, and what the policy asks of a thing before: from status.db and the rules of advice. */
#include "power_private.h"

/* For struct auth_ask, what is so of a thing; ctx is the call. */
static int
fact_of(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e)
{
	struct web_call *c = ctx;
	struct power_readers *s = c->state;
	struct advice_room room = {.now = c->now};

	if (power_need_status(c, &room.status, e) != 0)
		return -1;
	if (fact == AUTH_FACT_ALLOCATED)
		return advice_busy(&room, thing, e);
	if (s->advice == NULL)
		s->advice = advice_file_create();
	if (advice_file_rules(s->advice, c->conf->advice, c->conf->yang, &room.rules, e) != 0)
		return -1;
	return advice_says(&room, verb, thing, e);
}

static int
match(void *ctx, const char *query, const char *thing, struct err *e)
{
	return inv_match(ctx, query, thing, e);
}

static int
permit(struct web_call *c, struct auth_ask *ask, struct permit **out, struct err *e)
{
	struct inv *inv;

	if (power_need_inv(c, &inv, e) != 0)
		return -1;
	ask->who = c->person;
	ask->match = match;
	ask->match_ctx = inv;
	ask->fact = fact_of;
	ask->fact_ctx = c;
	ask->arena = c->arena;
	return auth_may(c->policy, ask, out, e);
}

int
power_permit(struct web_call *c, const char *verb, const struct hosts *things, struct permit **out,
    struct err *e)
{
	return permit(c, &(struct auth_ask){.verb = verb, .things = things}, out, e);
}

int
power_permit_many(struct web_call *c, const char *verb, const struct hosts *things, struct permit **out,
    struct err *e)
{
	return permit(c, &(struct auth_ask){.verb = verb, .things = things, .uncounted = true}, out, e);
}

int
power_permit_plan(struct web_call *c, const struct power_plan *p, struct permit **out, struct err *e)
{
	struct hosts things;

	power_plan_things(p, c->arena, &things);
	return power_permit(c, power_verb_name(p->verb), &things, out, e);
}

/* As if each thing were what a role asks for. */
static int
as_asked(void *ctx, enum auth_fact fact, const char *verb, const char *thing, struct err *e)
{
	(void)ctx;
	(void)verb;
	(void)thing;
	(void)e;
	return fact == AUTH_FACT_ADVISED;
}

/* What a thing has become since, and how many may be switched at once, keep nobody from stopping: only from going on. */
int
power_permit_stop(struct web_call *c, const struct power_plan *p, struct permit **out, struct err *e)
{
	struct hosts things;
	struct auth_ask ask = {.who = c->person, .verb = power_verb_name(p->verb), .things = &things, .match = match,
	    .fact = as_asked, .uncounted = true, .arena = c->arena};
	struct inv *inv;

	power_plan_things(p, c->arena, &things);
	if (power_need_inv(c, &inv, e) != 0)
		return -1;
	ask.match_ctx = inv;
	return auth_may(c->policy, &ask, out, e);
}
