/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that makes permits. It denies by default: each path through
 * it that ends in a permit passes allows() of one role for the verb on every
 * thing, and the things of the key, if it is one. What two roles of a person
 * allow is never put together.
 */
#include <string.h>

#include "base/permit_make.h"
#include "policy.h"

/* What a key with "read" in its scope may do besides reading pages. */
#define READ_VERBS (1u << AUTH_SEE | 1u << AUTH_LOG)

/* ---- who ---------------------------------------------------------------------------------- */

static bool
member(const struct auth_person *who, const struct auth_role *r)
{
	for (size_t i = 0; i < who->n_groups; i++)
		for (size_t j = 0; j < r->n_groups; j++)
			if (strcmp(who->groups[i], r->groups[j]) == 0)
				return true;
	return false;
}

const char **
auth_roles(const struct auth_policy *p, const struct auth_person *who, struct arena *a, size_t *n)
{
	const char **out = arena_array(a, p->n + 1, sizeof(*out));

	*n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (member(who, &p->roles[i]))
			out[(*n)++] = arena_strdup(a, p->roles[i].name);
	return out;
}

/* The verbs that the key, if it is one, leaves to its person. */
static uint32_t
in_scope(const struct auth_person *who)
{
	uint32_t bits = 0;
	enum auth_verb verb;

	if (who->source == AUTH_SESSION)
		return UINT32_MAX;
	if (who->source != AUTH_KEY)
		return 0;
	for (size_t i = 0; i < who->n_scope; i++)
		if (strcmp(who->scope[i], "read") == 0)
			bits |= READ_VERBS;
		else if (auth_verb_find(str_of(who->scope[i]), &verb) == 0)
			bits |= 1u << verb;
	return bits;
}

bool
auth_may_read(const struct auth_person *who)
{
	if (who->source != AUTH_KEY)
		return who->source == AUTH_SESSION;
	for (size_t i = 0; i < who->n_scope; i++)
		if (strcmp(who->scope[i], "read") == 0)
			return true;
	return false;
}

/* ---- things --------------------------------------------------------------------------- */

/* 1 the role's things have this one, 0 not, -1 the matcher failed. */
static int
reaches(const struct auth_role *r, const struct auth_ask *ask, const char *thing, struct err *e)
{
	if (r->everything)
		return 1;
	if (r->query == NULL)
		return hosts_has(&r->hosts, thing);
	return ask->match == NULL ? 0 : ask->match(ask->match_ctx, r->query, thing, e);
}

/* The key's things, read once for all that is asked: none (whatever the person may), a query, or a host list. */
struct key_things {
	const char *query;
	struct hosts hosts;
	bool all;
};

static int
read_key(const struct auth_ask *ask, struct key_things *out, struct err *e)
{
	const struct auth_person *who = ask->who;

	*out = (struct key_things){.all = who->source != AUTH_KEY || who->things == NULL};
	if (out->all)
		return 0;
	if (auth_things_are_query(who->things))
		out->query = who->things;
	else if (hosts_parse(str_of(who->things), NULL, ask->arena, &out->hosts, e) != 0)
		return err_prefix(e, "what key %s reaches cannot be decided", who->id);
	return 0;
}

static int
key_reaches(const struct key_things *k, const struct auth_ask *ask, const char *thing, struct err *e)
{
	if (k->all)
		return 1;
	if (k->query == NULL)
		return hosts_has(&k->hosts, thing);
	return ask->match == NULL ? 0 : ask->match(ask->match_ctx, k->query, thing, e);
}

static int
check_key(const struct auth_ask *ask, struct err *e)
{
	struct key_things k;

	if (read_key(ask, &k, e) != 0)
		return -1;
	for (size_t i = 0; i < ask->things->n && !k.all; i++) {
		int rc = key_reaches(&k, ask, ask->things->name[i], e);

		if (rc < 0)
			return err_prefix(e, "what key %s reaches cannot be decided", ask->who->id);
		if (rc == 0)
			return err_set(e, ERR_DENIED, "key %s does not reach %s: its things are %s", ask->who->id,
			    ask->things->name[i], ask->who->things);
	}
	return 0;
}

/* ---- facts ----------------------------------------------------------------------------- */

/* What switches something off, on or over to another network: all verbs from `on`, but for the light. */
static bool
switches(enum auth_verb v)
{
	return v >= AUTH_ON && v != AUTH_IDENTIFY;
}

/* 1 the role may do it, as far as facts go; 0 not, and -1 it is not known: *e says why. */
static int
fact_allows(const struct auth_role *r, const struct auth_ask *ask, enum auth_verb v, const char *thing, struct err *e)
{
	const struct {
		bool asked;
		enum auth_fact fact;
		int wanted;
		const char *rule, *what_to_do;
	} rows[] = {
	    {r->limits.advised, AUTH_FACT_ADVISED, 1, "does only what is advised", "ask somebody whose role may do it without advice"},
	    {!r->limits.allocated, AUTH_FACT_ALLOCATED, 0, "leaves machines alone on which Slurm runs jobs",
	        "drain it and wait for them, or ask somebody whose role may do it"},
	};
	const char *verb = auth_verb_name(v);

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct err why = {0};
		int is;

		if (!rows[i].asked)
			continue;
		is = ask->fact == NULL ? -1 : ask->fact(ask->fact_ctx, rows[i].fact, verb, thing, &why);
		if (is == rows[i].wanted)
			continue;
		err_set(e, is < 0 ? ERR_REFUSED : ERR_DENIED, "'%s' on %s: your role '%s' %s, and %s%s; %s", verb, thing, r->name,
		    rows[i].rule, is < 0 ? "that is not known: " : "", why.text[0] == '\0' ? (is < 0 ? "nobody has looked" : "it is not so") : why.text,
		    is < 0 ? "have larchd look at it, or ask somebody whose role may do it" : rows[i].what_to_do);
		return is < 0 ? -1 : 0;
	}
	return 1;
}

/* ---- deciding -------------------------------------------------------------------------- */

static struct permit *
make(const struct auth_policy *p, const struct auth_role *r, const struct auth_ask *ask)
{
	struct permit *permit = arena_alloc(ask->arena, sizeof(*permit));
	struct auth_now now;

	auth_now(&now);
	permit->who = arena_strdup(ask->arena, ask->who->name);
	permit->verb = arena_strdup(ask->arena, ask->verb);
	permit->role = arena_strdup(ask->arena, r->name);
	permit->revision = arena_strdup(ask->arena, p->revision);
	permit->until = now.wall + AUTH_PERMIT_MS;
	permit->things.n = ask->things->n;
	permit->things.name = arena_array(ask->arena, ask->things->n, sizeof(char *));
	for (size_t i = 0; i < ask->things->n; i++)
		permit->things.name[i] = arena_strdup(ask->arena, ask->things->name[i]);
	hosts_sort(&permit->things);
	return permit;
}

/* What a refusal says before it looks at any thing: 0 when the verb is within reach at all. */
static int
check_verb(const struct auth_policy *p, const struct auth_person *who, const char *verb, uint32_t *bit,
    struct err *e)
{
	enum auth_verb v = AUTH_VERB_COUNT;

	*bit = 0;
	if (verb == NULL || auth_verb_find(str_of(verb), &v) != 0)
		return err_set(e, ERR_INPUT, "'%s' is not a verb", verb == NULL ? "" : verb);
	*bit = 1u << v;
	if (who == NULL || who->source == AUTH_NOBODY)
		return err_set(e, ERR_LOGIN, "nobody is logged in; '%s' needs a login", verb);
	if ((in_scope(who) & *bit) == 0)
		return err_set(e, ERR_DENIED, "the scope of key %s does not have '%s'", who->id, verb);
	if (p->missing && !auth_person_local(who))
		return err_set(e, ERR_DENIED, "there is no policy file, so nobody may '%s'", verb);
	return 0;
}

/* How far a role goes towards what is asked; the refusal that is told is of the one that goes furthest. */
enum how_far { FAR_VERB, FAR_LOST, FAR_SOME, FAR_ALL, FAR_COUNT, FAR_ALLOWED };
struct answer {
	enum how_far far;
	const struct auth_role *role;
	size_t at;      /* FAR_SOME: how many things it reaches, from the first */
	struct err why;
};

/* Does this role alone allow it, on all of the things? */
static void
allows(const struct auth_role *r, const struct auth_ask *ask, enum auth_verb v, struct answer *out)
{
	const struct hosts *things = ask->things;
	int rc = 1;

	*out = (struct answer){.role = r};
	for (out->at = 0; out->at < things->n; out->at++)
		if ((rc = reaches(r, ask, things->name[out->at], &out->why)) != 1)
			break;
	if (rc != 1) {
		const char *stop = things->name[out->at];

		out->far = rc < 0 ? FAR_LOST : out->at > 0 ? FAR_SOME : FAR_VERB;
		if (rc < 0)
			err_prefix(&out->why, "the policy's role '%s' cannot be decided", r->name);
		else if (out->at > 0)
			err_set(&out->why, ERR_DENIED, "no role of yours allows '%s' on all of these: '%s' does not reach %s",
			    ask->verb, r->name, stop);
		else
			err_set(&out->why, ERR_DENIED, "no role of yours allows '%s' on %s", ask->verb, stop);
		return;
	}
	if (!ask->uncounted && (int64_t)things->n > r->limits.at_once) {
		out->far = FAR_ALL;
		err_set(&out->why, ERR_REFUSED, "'%s' on %zu things: your role '%s' allows %lld at once", ask->verb, things->n, r->name,
		    (long long)r->limits.at_once);
		return;
	}
	out->far = FAR_COUNT;
	for (size_t i = 0; i < things->n && switches(v); i++)
		if (fact_allows(r, ask, v, things->name[i], &out->why) != 1)
			return;
	out->far = FAR_ALLOWED;
}

/* Of two roles that allow it: does `a` ask less of the person, for so many things? Else the first of the file stays. */
static bool
asks_less(const struct auth_limits *a, const struct auth_limits *b, size_t n)
{
	int64_t many = (int64_t)n;
	const int64_t rows[][2] = {
	    {a->second_over > 0 && many > a->second_over, b->second_over > 0 && many > b->second_over},
	    {a->grant, b->grant},
	    {many > a->confirm_over, many > b->confirm_over},
	    {-a->per_hour, -b->per_hour},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i][0] != rows[i][1])
			return rows[i][0] < rows[i][1];
	return false;
}

/* Is `a` to be answered instead of `b`, which stands before it in the file? */
static bool
tells_more(const struct answer *a, const struct answer *b, size_t n)
{
	if (a->far != b->far)
		return a->far > b->far;
	if (a->far == FAR_ALLOWED)
		return asks_less(&a->role->limits, &b->role->limits, n);
	if (a->far == FAR_ALL)
		return a->role->limits.at_once > b->role->limits.at_once;
	return a->far == FAR_SOME && a->at >= b->at;
}

int
auth_may(const struct auth_policy *p, const struct auth_ask *ask, struct permit **out, struct err *e)
{
	struct answer best = {.role = NULL}, next;
	enum auth_verb v;
	uint32_t bit;

	*out = NULL;
	if (check_verb(p, ask->who, ask->verb, &bit, e) != 0)
		return -1;
	if (ask->things == NULL || ask->things->n == 0)
		return err_set(e, ERR_INPUT, "'%s' on nothing: no thing is selected", ask->verb);
	if (check_key(ask, e) != 0)
		return -1;
	(void)auth_verb_find(str_of(ask->verb), &v);
	for (size_t i = 0; i < p->n; i++) {
		if ((p->roles[i].verbs & bit) == 0 || !member(ask->who, &p->roles[i]))
			continue;
		allows(&p->roles[i], ask, v, &next);
		if (best.role == NULL || tells_more(&next, &best, ask->things->n))
			best = next;
	}
	if (best.role == NULL)
		return err_set(e, ERR_DENIED, "no role of yours allows '%s' on %s", ask->verb, ask->things->name[0]);
	if (best.far != FAR_ALLOWED)
		return err_set(e, best.why.kind, "%s", best.why.text);
	*out = make(p, best.role, ask);
	return 0;
}

int
auth_may_some(const struct auth_policy *p, const struct auth_person *who, const char *verb, struct err *e)
{
	uint32_t bit;

	if (check_verb(p, who, verb, &bit, e) != 0)
		return -1;
	if (bit == 1u << AUTH_IMPORT && who->source == AUTH_KEY && who->things != NULL)
		return err_set(e, ERR_DENIED, "key %s does not reach everything, as '%s' needs: its things are %s", who->id, verb, who->things);
	for (size_t i = 0; i < p->n; i++)
		if ((p->roles[i].verbs & bit) != 0 && member(who, &p->roles[i]))
			return 0;
	return err_set(e, ERR_DENIED, "no role of yours allows '%s'", verb);
}

/* Of some verbs of a role that reaches the thing: those that its facts leave. */
static uint32_t
fact_bits(const struct auth_role *r, const struct auth_ask *ask, uint32_t verbs, const char *thing)
{
	uint32_t left = 0;
	struct err lost;

	for (int v = 0; v < AUTH_VERB_COUNT; v++)
		if ((verbs & 1u << v) != 0 &&
		    (!switches((enum auth_verb)v) || fact_allows(r, ask, (enum auth_verb)v, thing, &lost) == 1))
			left |= 1u << v;
	return left;
}

int
auth_verbs_on(const struct auth_policy *p, const struct auth_ask *ask, const char *thing, uint32_t *bits,
    struct err *e)
{
	struct err why = {0};
	struct key_things k;
	uint32_t scope;
	bool lost = false;

	*bits = 0;
	if (ask->who == NULL)
		return 0;
	scope = in_scope(ask->who);
	if (scope == 0 || read_key(ask, &k, e) != 0 || key_reaches(&k, ask, thing, e) != 1)
		return 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct auth_role *r = &p->roles[i];
		uint32_t more = r->verbs & scope & ~*bits;
		int rc;

		if (more == 0 || !member(ask->who, r))
			continue; /* nothing new in it */
		rc = reaches(r, ask, thing, &why);
		if (rc == 1)
			*bits |= fact_bits(r, ask, more, thing);
		else if (rc < 0 && !lost) {
			lost = true;
			err_set(e, why.kind, "the policy's role '%s' cannot be decided: %s", r->name, why.text);
		}
	}
	return lost && *bits == 0 ? -1 : 0;
}
