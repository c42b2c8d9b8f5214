/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that makes permits. It denies by default: each path through
 * it that ends in a permit passes role_allows for every thing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/permit_make.h"
#include "inner.h"

#define MODULE "larch-policy"

struct role {
	const char *name;
	const char **groups;
	size_t n_groups;
	uint32_t verbs;        /* bits of enum auth_verb */
	const char *query;     /* an inventory query, or */
	bool everything;       /* hosts "@*", or */
	struct hosts hosts;    /* a host list */
	struct auth_limits limits;
};

struct auth_policy {
	struct arena *arena;
	struct role *roles;
	size_t n;
	bool missing;
	char revision[17];
};

/* ---- verbs ------------------------------------------------------------------------ */

static const char *const verb_names[AUTH_VERB_COUNT] = {
    [AUTH_SEE] = "see",
    [AUTH_EDIT] = "edit",
    [AUTH_WIRE] = "wire",
    [AUTH_IMPORT] = "import",
    [AUTH_CHECK] = "check",
    [AUTH_TAG] = "tag",
    [AUTH_LOG] = "log",
    [AUTH_CLAIM] = "claim",
    [AUTH_ON] = "on",
    [AUTH_OFF] = "off",
    [AUTH_CYCLE] = "cycle",
    [AUTH_RESET] = "reset",
    [AUTH_SOFT] = "soft",
    [AUTH_NMI] = "nmi",
    [AUTH_IDENTIFY] = "identify",
    [AUTH_OUTLET_ON] = "outlet-on",
    [AUTH_OUTLET_OFF] = "outlet-off",
    [AUTH_OUTLET_CYCLE] = "outlet-cycle",
    [AUTH_REBUILD] = "rebuild",
    [AUTH_SETVLAN] = "setvlan",
    [AUTH_BOOTDEV] = "bootdev",
};

/* What a key with "read" in its scope may do besides reading pages. */
#define READ_VERBS (1u << AUTH_SEE | 1u << AUTH_LOG)

const char *
auth_verb_name(enum auth_verb verb)
{
	return (unsigned)verb < AUTH_VERB_COUNT ? verb_names[verb] : "unknown";
}

int
auth_verb_find(struct str name, enum auth_verb *out)
{
	for (size_t i = 0; i < AUTH_VERB_COUNT; i++)
		if (str_is(name, verb_names[i])) {
			*out = (enum auth_verb)i;
			return 0;
		}
	return -1;
}

/* ---- loading ------------------------------------------------------------------------ */

static const char **
texts(struct arena *a, const json_t *list, size_t *n)
{
	const char **out = arena_array(a, json_array_size(list) + 1, sizeof(*out));
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		out[i] = arena_strdup(a, json_string_value(v));
	*n = json_array_size(list);
	return out;
}

static int
take_verbs(struct role *r, const json_t *list, const char *path, struct err *e)
{
	enum auth_verb verb;
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		if (auth_verb_find(str_of(json_string_value(v)), &verb) != 0)
			return err_set(e, ERR_INPUT, "%s: role '%s': '%s' is not a verb", path, r->name,
			    json_string_value(v));
		r->verbs |= 1u << verb;
	}
	return 0;
}

static int
take_things(struct auth_policy *p, struct role *r, const json_t *o, const char *path, struct err *e)
{
	const char *hosts = jsn_text_or(o, "hosts", NULL), *query = jsn_text_or(o, "things", NULL);

	if (query != NULL) {
		r->query = arena_strdup(p->arena, query);
		return 0;
	}
	if (hosts != NULL && strcmp(hosts, "@*") == 0) {
		r->everything = true;
		return 0;
	}
	if (hosts_parse(str_of(hosts), NULL, p->arena, &r->hosts, e) != 0)
		return err_prefix(e, "%s: role '%s': hosts", path, r->name);
	return 0;
}

/* The module has checked them; its defaults stand here too, because what is read has no leaf that was not written. */
static void
take_limits(struct auth_limits *l, const json_t *o)
{
	static const char *const grants[] = {
	    [AUTH_GRANT_NONE] = "none", [AUTH_GRANT_SESSION] = "session", [AUTH_GRANT_ALWAYS] = "always"};
	const char *grant = jsn_text_or(o, "grant", "session");

	l->at_once = jsn_integer_or(o, "at_once", 0);
	l->per_hour = jsn_integer_or(o, "per_hour", 0);
	l->confirm_over = jsn_integer_or(o, "confirm_over", 4);
	l->second_over = jsn_integer_or(o, "second_over", 0);
	l->advised = jsn_bool_or(o, "advised", false);
	l->allocated = jsn_bool_or(o, "allocated", true);
	l->grant = AUTH_GRANT_ALWAYS;
	for (size_t i = 0; i < LARCH_COUNT(grants); i++)
		if (strcmp(grants[i], grant) == 0)
			l->grant = (enum auth_need_grant)i;
}

static int
take_role(struct auth_policy *p, const json_t *o, const char *path, struct err *e)
{
	struct role *r = &p->roles[p->n];

	r->name = arena_strdup(p->arena, jsn_text_or(o, "name", ""));
	r->groups = texts(p->arena, jsn_array(o, "groups"), &r->n_groups);
	take_limits(&r->limits, o);
	if (take_verbs(r, jsn_array(o, "verbs"), path, e) != 0 || take_things(p, r, o, path, e) != 0)
		return -1;
	p->n++;
	return 0;
}

static int
take_all(struct auth_policy *p, struct str text, struct yang *y, const char *path, struct err *e)
{
	json_t *o = NULL, *v;
	const json_t *roles;
	size_t i;
	int rc;

	if (yang_check(y, MODULE, text, path, &o, e) != 0)
		return -1;
	roles = jsn_array(o, "roles");
	p->roles = arena_array(p->arena, json_array_size(roles) + 1, sizeof(*p->roles));
	rc = 0;
	json_array_foreach(roles, i, v)
		if (rc == 0)
			rc = take_role(p, v, path, e);
	json_decref(o);
	return rc;
}

int
auth_policy_load(const char *path, struct yang *y, struct auth_policy **out, struct err *e)
{
	struct arena *a = arena_create();
	struct auth_policy *p = arena_alloc(a, sizeof(*p));
	unsigned char hash[AUTH_HASH];
	struct err found = {0};
	struct buf text;
	int rc = 0;

	p->arena = a;
	if (file_read(path, LIMIT_CONFIG_FILE, &text, &found) != 0) {
		p->missing = found.kind == ERR_NOT_FOUND;
		if (!p->missing)
			rc = err_set(e, found.kind, "%s", found.text);
	} else {
		rc = take_all(p, buf_view(&text), y, path, e);
	}
	auth_sha256(text.n > 0 ? text.p : "", text.n, hash);
	hex_encode(hash, 8, p->revision);
	buf_free(&text);
	if (rc != 0)
		auth_policy_destroy(p);
	else
		*out = p;
	return rc;
}

void
auth_policy_destroy(struct auth_policy *p)
{
	if (p != NULL)
		arena_destroy(p->arena);
}

bool
auth_policy_missing(const struct auth_policy *p)
{
	return p->missing;
}

const char *
auth_policy_revision(const struct auth_policy *p)
{
	return p->revision;
}

const char *const *
auth_policy_queries(const struct auth_policy *p, struct arena *a, size_t *n)
{
	const char **out = arena_array(a, p->n + 1, sizeof(*out));

	*n = 0;
	for (size_t i = 0; i < p->n; i++) {
		size_t k = 0;

		while (p->roles[i].query != NULL && k < *n && strcmp(out[k], p->roles[i].query) != 0)
			k++;
		if (p->roles[i].query != NULL && k == *n)
			out[(*n)++] = p->roles[i].query;
	}
	return out;
}

int
auth_policy_limits(const struct auth_policy *p, const char *role, struct auth_limits *out)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->roles[i].name, role) == 0) {
			*out = p->roles[i].limits;
			return 0;
		}
	return -1;
}

/* ---- deciding ------------------------------------------------------------------------- */

static bool
member(const struct auth_person *who, const struct role *r)
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

/* 1 the role's things have this one, 0 not, -1 the matcher failed. */
static int
reaches(const struct role *r, const struct auth_ask *ask, const char *thing, struct err *e)
{
	if (r->everything)
		return 1;
	if (r->query == NULL)
		return hosts_has(&r->hosts, thing);
	return ask->match == NULL ? 0 : ask->match(ask->match_ctx, r->query, thing, e);
}

/* The first thing the role does not reach (*at), or 1 when it reaches all. */
static int
reaches_all(const struct role *r, const struct auth_ask *ask, size_t *at, struct err *e)
{
	for (*at = 0; *at < ask->things->n; (*at)++) {
		int rc = reaches(r, ask, ask->things->name[*at], e);

		if (rc != 1)
			return rc < 0 ? err_prefix(e, "the policy's role '%s' cannot be decided", r->name) : 0;
	}
	return 1;
}

static struct permit *
make(const struct auth_policy *p, const struct role *r, const struct auth_ask *ask)
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
	if (p->missing)
		return err_set(e, ERR_DENIED, "there is no policy file, so nobody may '%s'", verb);
	return 0;
}

int
auth_may(const struct auth_policy *p, const struct auth_ask *ask, struct permit **out, struct err *e)
{
	const struct role *widest = NULL;  /* reaches all of them, but not so many at once */
	const struct role *nearest = NULL; /* reaches the most of them, from the first */
	size_t at, furthest = 0;
	const char *stopped = NULL;
	uint32_t bit;

	*out = NULL;
	if (check_verb(p, ask->who, ask->verb, &bit, e) != 0)
		return -1;
	if (ask->things == NULL || ask->things->n == 0)
		return err_set(e, ERR_INPUT, "'%s' on nothing: no thing is selected", ask->verb);
	for (size_t i = 0; i < p->n; i++) {
		const struct role *r = &p->roles[i];
		int all;

		if ((r->verbs & bit) == 0 || !member(ask->who, r))
			continue;
		all = reaches_all(r, ask, &at, e);
		if (all < 0)
			return -1;
		if (all == 1 && (ask->uncounted || (int64_t)ask->things->n <= r->limits.at_once)) {
			*out = make(p, r, ask);
			return 0;
		}
		if (all == 1 && (widest == NULL || r->limits.at_once > widest->limits.at_once))
			widest = r;
		if (all == 0 && at >= furthest) {
			furthest = at;
			stopped = ask->things->name[at];
			nearest = r;
		}
	}
	if (widest != NULL)
		return err_set(e, ERR_REFUSED,
		    "'%s' on %zu things: your role '%s' allows %lld at once", ask->verb, ask->things->n,
		    widest->name, (long long)widest->limits.at_once);
	if (stopped != NULL && furthest > 0)
		return err_set(e, ERR_DENIED, "no role of yours allows '%s' on all of these: '%s' does not reach %s",
		    ask->verb, nearest->name, stopped);
	if (stopped != NULL)
		return err_set(e, ERR_DENIED, "no role of yours allows '%s' on %s", ask->verb, stopped);
	return err_set(e, ERR_DENIED, "no role of yours allows '%s' on %s", ask->verb, ask->things->name[0]);
}

int
auth_may_some(const struct auth_policy *p, const struct auth_person *who, const char *verb, struct err *e)
{
	uint32_t bit;

	if (check_verb(p, who, verb, &bit, e) != 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		if ((p->roles[i].verbs & bit) != 0 && member(who, &p->roles[i]))
			return 0;
	return err_set(e, ERR_DENIED, "no role of yours allows '%s'", verb);
}

int
auth_verbs_on(const struct auth_policy *p, const struct auth_ask *ask, const char *thing, uint32_t *bits,
    struct err *e)
{
	uint32_t scope;

	*bits = 0;
	if (ask->who == NULL)
		return 0;
	scope = in_scope(ask->who);
	for (size_t i = 0; i < p->n; i++) {
		const struct role *r = &p->roles[i];
		int rc;

		if ((r->verbs & scope & ~*bits) == 0 || !member(ask->who, r))
			continue; /* nothing new in it */
		rc = reaches(r, ask, thing, e);
		if (rc < 0)
			return err_prefix(e, "the policy's role '%s' cannot be decided", r->name);
		if (rc == 1)
			*bits |= r->verbs & scope;
	}
	return 0;
}
