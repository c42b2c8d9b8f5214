/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation with one directory server, in a process of its own. Every
 * step that cannot go on says why in found.why, which is for the log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "ldap.h"

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"
#define NO_SUCH_USER "cn=larch-asks-for-nobody"

struct talk {
	const struct auth_ldap *conf;
	const char *uri;
	const struct ldap_request *q;
	struct arena *a;
	struct ldap_answer *out;
	LDAP *ld;
	char *dn;
};

/* End the talk: -1, so that a step can `return over(...)`. */
static int
over(struct talk *t, enum auth_outcome outcome, const char *what, int rc)
{
	char *more = NULL;

	if (t->ld != NULL)
		ldap_get_option(t->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
	t->out->outcome = outcome;
	t->out->found.why = rc == LDAP_SUCCESS
	    ? arena_printf(t->a, "%s: %s", t->uri, what)
	    : arena_printf(t->a, "%s: %s: %s%s%.200s%s", t->uri, what, ldap_err2string(rc),
	          more != NULL && more[0] != '\0' ? " (" : "", more != NULL ? more : "",
	          more != NULL && more[0] != '\0' ? ")" : "");
	ldap_memfree(more);
	return -1;
}

/* The ordinary refusals: a person reads them in the rows of their own account. */
static int
wrong(struct talk *t, const char *why)
{
	t->out->outcome = AUTH_WRONG;
	t->out->found.why = why;
	return -1;
}

/* The server is well, but of this one person it says nothing of use: others may still be asked about. */
static int
undecided(struct talk *t, const char *why)
{
	return t->q->kind == LDAP_ASK_GROUPS ? wrong(t, why) : over(t, AUTH_DOWN, why, LDAP_SUCCESS);
}

/* ---- the connection ------------------------------------------------------------------ */

struct option_row {
	int option;
	const void *value;
};

static int
set_rows(struct talk *t, const struct option_row *rows, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (ldap_set_option(t->ld, rows[i].option, rows[i].value) != LDAP_OPT_SUCCESS)
			return over(t, AUTH_DOWN, what, LDAP_SUCCESS);
	return 0;
}

/*
 * Options of the handle, before its first operation. DEMAND is said here, not
 * left to a default: an ldaprc in the working directory could switch it off.
 */
static int
set_options(struct talk *t)
{
	struct timeval limit = {.tv_sec = t->conf->timeout_ms / 1000,
	    .tv_usec = t->conf->timeout_ms % 1000 * 1000};
	int version = LDAP_VERSION3, two = 2, client = 0;
	int demand = LDAP_OPT_X_TLS_DEMAND, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	const struct option_row plain[] = {
	    {LDAP_OPT_PROTOCOL_VERSION, &version},
	    {LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
	    {LDAP_OPT_NETWORK_TIMEOUT, &limit},
	    {LDAP_OPT_TIMEOUT, &limit},
	    {LDAP_OPT_SIZELIMIT, &two},
	};
	const struct option_row tls[] = {
	    {LDAP_OPT_X_TLS_CACERTFILE, t->conf->ca_file != NULL ? t->conf->ca_file : SYSTEM_CA},
	    {LDAP_OPT_X_TLS_REQUIRE_CERT, &demand},
	    {LDAP_OPT_X_TLS_PROTOCOL_MIN, &least},
	    {LDAP_OPT_X_TLS_NEWCTX, &client}, /* last: it makes the others take effect */
	};

	if (set_rows(t, plain, LARCH_COUNT(plain), "an option cannot be set") != 0)
		return -1;
	if (strncmp(t->uri, "ldapi://", 8) == 0)
		return 0;
	return set_rows(t, tls, LARCH_COUNT(tls), "TLS cannot be set up; is ca_file a readable certificate?");
}

static int
connect_to(struct talk *t)
{
	int rc = ldap_initialize(&t->ld, t->uri);

	if (rc != LDAP_SUCCESS)
		return over(t, AUTH_DOWN, "the address cannot be used", rc);
	if (set_options(t) != 0)
		return -1;
	if (strncmp(t->uri, "ldap://", 7) != 0)
		return 0;
	if (!t->conf->starttls)
		return over(t, AUTH_DOWN, "ldap:// without StartTLS is not used", LDAP_SUCCESS);
	rc = ldap_start_tls_s(t->ld, NULL, NULL);
	return rc == LDAP_SUCCESS ? 0 : over(t, AUTH_DOWN, "StartTLS", rc);
}

static int
bind_as(struct talk *t, const char *dn, const char *password, size_t n)
{
	struct berval cred = {.bv_len = n, .bv_val = (char *)password};

	return ldap_sasl_bind_s(t->ld, dn, LDAP_SASL_SIMPLE, &cred, NULL, NULL, NULL);
}

/* The service account, or nobody. */
static int
bind_service(struct talk *t)
{
	struct buf secret;
	struct err e;
	int rc;

	if (t->conf->bind_dn == NULL) {
		rc = bind_as(t, "", "", 0);
		return rc == LDAP_SUCCESS ? 0 : over(t, AUTH_DOWN, "the anonymous bind for the search", rc);
	}
	if (file_read_secret(t->conf->bind_secret_file, &secret, &e) != 0)
		return over(t, AUTH_DOWN, e.text, LDAP_SUCCESS);
	rc = bind_as(t, t->conf->bind_dn, secret.p, secret.n);
	buf_wipe(&secret);
	return rc == LDAP_SUCCESS ? 0 : over(t, AUTH_DOWN, "the bind of the service account", rc);
}

/* What a bind's code says about the password: these are answers, the rest is a server in trouble. */
static bool
says_no(int rc)
{
	static const int rows[] = {LDAP_INVALID_CREDENTIALS, LDAP_NO_SUCH_OBJECT, LDAP_INAPPROPRIATE_AUTH,
	    LDAP_INSUFFICIENT_ACCESS, LDAP_UNWILLING_TO_PERFORM, LDAP_CONSTRAINT_VIOLATION,
	    LDAP_INVALID_DN_SYNTAX};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (rows[i] == rc)
			return true;
	return false;
}

/*
 * Bind as the person. A server may call the bind of an empty password a
 * success (RFC 4513 section 5.1.2), so it must also say who is bound now.
 */
static int
bind_person(struct talk *t)
{
	struct berval *who = NULL;
	bool somebody;
	int rc;

	if (t->q->password_n == 0)
		return wrong(t, "the password is empty");
	rc = bind_as(t, t->dn, t->q->password, t->q->password_n);
	if (rc == LDAP_INVALID_CREDENTIALS)
		return wrong(t, "wrong password");
	if (rc != LDAP_SUCCESS)
		return over(t, says_no(rc) ? AUTH_WRONG : AUTH_DOWN, "the bind of the person", rc);
	rc = ldap_whoami_s(t->ld, &who, NULL, NULL);
	somebody = rc == LDAP_SUCCESS && who != NULL && who->bv_len > 0;
	ber_bvfree(who);
	return somebody ? 0 : over(t, AUTH_DOWN, "after the bind the server does not say who is bound", rc);
}

/* ---- the entry -------------------------------------------------------------------------- */

/* The first value of the first of these attributes that has one, cleaned. */
static const char *
shown(struct talk *t, LDAPMessage *entry, const char *fallback)
{
	static const char *const names[] = {"displayName", "cn", "gecos"};
	const char *out = NULL;

	for (size_t i = 0; i < LARCH_COUNT(names) && out == NULL; i++) {
		struct berval **v = ldap_get_values_len(t->ld, entry, names[i]);

		if (v != NULL && v[0] != NULL && v[0]->bv_len > 0)
			out = auth_clean((struct str){v[0]->bv_val, v[0]->bv_len}, LIMIT_NAME - 1, t->a);
		ldap_value_free_len(v);
	}
	return out != NULL && out[0] != '\0' ? out : arena_strdup(t->a, fallback);
}

static int
add_group(struct talk *t, struct str name)
{
	struct auth_found *f = &t->out->found;

	if (name.n == 0 || name.n > LIMIT_NAME || !str_is_text(name))
		return 0; /* a name no policy could hold */
	if (f->n_groups >= LDAP_GROUPS_MAX)
		return undecided(t, "the person is in more than 512 groups");
	f->groups[f->n_groups++] = arena_strndup(t->a, name.p, name.n);
	return 0;
}

static int
groups_of_entry(struct talk *t, LDAPMessage *entry)
{
	struct berval **v = ldap_get_values_len(t->ld, entry, "memberOf");
	int rc = 0;

	for (size_t i = 0; v != NULL && v[i] != NULL && rc == 0; i++) {
		char *dn = arena_strndup(t->a, v[i]->bv_val, v[i]->bv_len);
		const char *name = strlen(dn) == v[i]->bv_len
		    ? auth_ldap_rdn(dn, t->conf->group_name, t->conf->group_base, t->a)
		    : NULL;

		if (name != NULL)
			rc = add_group(t, str_of(name));
	}
	ldap_value_free_len(v);
	return rc;
}

static int
group_of_result(struct talk *t, LDAPMessage *entry)
{
	char *dn = ldap_get_dn(t->ld, entry);
	const char *name = dn == NULL ? NULL : auth_ldap_rdn(dn, t->conf->group_name, NULL, t->a);
	struct berval **v = NULL;
	int rc = 0;

	ldap_memfree(dn);
	if (name != NULL)
		return add_group(t, str_of(name));
	v = ldap_get_values_len(t->ld, entry, t->conf->group_name);
	if (v != NULL && v[0] != NULL)
		rc = add_group(t, (struct str){v[0]->bv_val, v[0]->bv_len});
	ldap_value_free_len(v);
	return rc;
}

static int
search(struct talk *t, const char *base, int scope, const char *filter, const char **attrs, int limit,
    LDAPMessage **out)
{
	struct timeval time = {.tv_sec = t->conf->timeout_ms / 1000 + 1};

	return filter == NULL ? LDAP_FILTER_ERROR
	                      : ldap_search_ext_s(t->ld, base, scope, filter, (char **)attrs, 0, NULL, NULL,
	                            &time, limit, out);
}

static int
groups_by_search(struct talk *t)
{
	const char *attrs[] = {t->conf->group_name, NULL};
	LDAPMessage *found = NULL, *entry;
	int rc = search(t, t->conf->group_base, LDAP_SCOPE_SUBTREE,
	    auth_ldap_filter(t->conf->group_filter, t->dn, t->a), attrs, LDAP_GROUPS_MAX + 1, &found);
	int bad = 0;

	if (rc != LDAP_SUCCESS)
		bad = over(t, AUTH_DOWN, "the search for groups", rc);
	for (entry = bad ? NULL : ldap_first_entry(t->ld, found); entry != NULL && bad == 0;
	     entry = ldap_next_entry(t->ld, entry))
		bad = group_of_result(t, entry);
	ldap_msgfree(found);
	return bad;
}

/* Exactly one entry must match: its DN, its name and its groups. */
static int
read_entry(struct talk *t, LDAPMessage *found, bool template)
{
	LDAPMessage *entry = ldap_first_entry(t->ld, found);
	char *dn;

	if (!template) {
		dn = ldap_get_dn(t->ld, entry);
		if (dn == NULL || dn[0] == '\0') {
			ldap_memfree(dn);
			return over(t, AUTH_DOWN, "the entry has no DN", LDAP_SUCCESS);
		}
		t->dn = arena_strdup(t->a, dn);
		ldap_memfree(dn);
	}
	t->out->found.dn = t->dn;
	t->out->found.display = shown(t, entry, t->q->name);
	return t->conf->group_filter != NULL ? groups_by_search(t) : groups_of_entry(t, entry);
}

/*
 * Does the directory show anybody at all? An empty replica must not log out the
 * whole house. A server that will not search so widely is not held against it.
 */
static bool
shows_nobody(struct talk *t)
{
	const char *attrs[] = {LDAP_NO_ATTRS, NULL}, *parent = t->dn == NULL ? NULL : strchr(t->dn, ',');
	LDAPMessage *found = NULL;
	int rc, count;

	if (t->conf->dn_template == NULL)
		rc = search(t, t->conf->user_base, LDAP_SCOPE_SUBTREE, auth_ldap_anybody(t->conf->user_filter, t->a), attrs,
		    1, &found);
	else /* the template's own commas are not escaped, and the name's are: the first one ends its part */
		rc = parent == NULL ? LDAP_OTHER
		                    : search(t, parent + 1, LDAP_SCOPE_ONELEVEL, "(objectClass=*)", attrs, 1, &found);
	count = found == NULL ? 0 : ldap_count_entries(t->ld, found);
	ldap_msgfree(found);
	return rc == LDAP_NO_SUCH_OBJECT || (rc == LDAP_SUCCESS && count == 0);
}

/* No entry, or too many. */
static int
not_one(struct talk *t, int count)
{
	const char *what = count == 0 ? "no entry matches" : "more than one entry matches";

	if (t->q->kind == LDAP_ASK_GROUPS)
		return count > 0 ? undecided(t, what)
		    : shows_nobody(t) ? over(t, AUTH_DOWN, "the directory shows nobody at all", LDAP_SUCCESS)
		                      : over(t, AUTH_GONE, what, LDAP_SUCCESS);
	if (t->conf->dn_template != NULL)
		return over(t, AUTH_DOWN, "the password is right, but the person's entry cannot be read",
		    LDAP_SUCCESS);
	/* a bind all the same, so that the time it takes does not tell who exists */
	(void)bind_as(t, arena_printf(t->a, "%s,%s", NO_SUCH_USER, t->conf->user_base), t->q->password,
	    t->q->password_n);
	return wrong(t, what);
}

static int
find_person(struct talk *t)
{
	const char *attrs[] = {"displayName", "cn", "gecos", "memberOf", NULL};
	bool template = t->conf->dn_template != NULL;
	LDAPMessage *found = NULL;
	int rc, count, bad;

	rc = template
	    ? search(t, t->dn, LDAP_SCOPE_BASE, "(objectClass=*)", attrs, 2, &found)
	    : search(t, t->conf->user_base, LDAP_SCOPE_SUBTREE,
	          auth_ldap_filter(t->conf->user_filter, t->q->name, t->a), attrs, 2, &found);
	count = rc == LDAP_SIZELIMIT_EXCEEDED ? 2 : found == NULL ? 0 : ldap_count_entries(t->ld, found);
	if (rc != LDAP_SUCCESS && rc != LDAP_SIZELIMIT_EXCEEDED && !(template && rc == LDAP_NO_SUCH_OBJECT))
		bad = over(t, AUTH_DOWN, "the search for the person", rc);
	else if (count == 1)
		bad = read_entry(t, found, template);
	else
		bad = not_one(t, count);
	ldap_msgfree(found);
	return bad;
}

/* ---- the two conversations ------------------------------------------------------------- */

/* Search as the service (or nobody), then bind as the person. */
static int
search_then_bind(struct talk *t)
{
	if (connect_to(t) != 0 || bind_service(t) != 0 || find_person(t) != 0)
		return -1;
	return t->q->kind == LDAP_ASK_GROUPS ? 0 : bind_person(t);
}

/* Bind as the person, then read the entry: as the service where there is one, else as themselves. */
static int
bind_by_template(struct talk *t)
{
	t->dn = auth_ldap_dn(t->conf->dn_template, t->q->name, t->a);
	if (t->dn == NULL)
		return over(t, AUTH_DOWN, "the DN is too long", LDAP_SUCCESS);
	if (connect_to(t) != 0 || (t->q->kind == LDAP_ASK_PASSWORD && bind_person(t) != 0))
		return -1;
	if ((t->conf->bind_dn != NULL || t->q->kind == LDAP_ASK_GROUPS) && bind_service(t) != 0)
		return -1;
	return find_person(t);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
auth_ldap_ask(const struct auth_ldap *conf, const char *uri, const struct ldap_request *q,
    struct arena *a, struct ldap_answer *out)
{
	struct talk t = {.conf = conf, .uri = uri, .q = q, .a = a, .out = out};
	int rc;

	*out = (struct ldap_answer){.outcome = AUTH_DOWN};
	out->found.groups = arena_array(a, LDAP_GROUPS_MAX, sizeof(char *));
	rc = conf->dn_template != NULL ? bind_by_template(&t) : search_then_bind(&t);
	if (rc == 0) {
		qsort(out->found.groups, out->found.n_groups, sizeof(char *), by_bytes);
		out->outcome = AUTH_OK;
		out->found.why = "";
	} else {
		out->found.n_groups = 0; /* groups read on the way belong to nobody yet */
	}
	if (t.ld != NULL)
		(void)ldap_unbind_ext_s(t.ld, NULL, NULL);
}
