/* SPDX-License-Identifier: Apache-2.0 */
/* The policy file: its verbs, its roles, what a role leaves and asks. */
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define MODULE "larch-policy"

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
take_verbs(struct auth_role *r, const json_t *list, const char *path, struct err *e)
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
take_things(struct auth_policy *p, struct auth_role *r, const json_t *o, const char *path, struct err *e)
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
	struct auth_role *r = &p->roles[p->n];

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

/* What the break-glass account may while there is no file. Once there is one, it may what that gives its group. */
static void
take_local(struct auth_policy *p)
{
	p->roles = arena_array(p->arena, 1, sizeof(*p->roles));
	p->roles[p->n].name = AUTH_LOCAL_GROUP;
	p->roles[p->n].groups = arena_array(p->arena, 1, sizeof(char *));
	p->roles[p->n].groups[p->roles[p->n].n_groups++] = AUTH_LOCAL_GROUP;
	p->roles[p->n].verbs = 1u << AUTH_SEE | 1u << AUTH_IMPORT | 1u << AUTH_WIRE | 1u << AUTH_LOG; /* a room file wires */
	p->roles[p->n].everything = true;
	p->roles[p->n].limits = (struct auth_limits){
	    .at_once = 1024, .per_hour = 1024, .confirm_over = 1024, .allocated = true, .grant = AUTH_GRANT_NONE};
	p->n++;
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
	if (p->missing)
		take_local(p);
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
