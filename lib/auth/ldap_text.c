/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ldap.h"

#define TEXT_MAX 16384 /* a filter or a DN: 512 bytes of template, values of 3 x 1024 bytes */

/* Put `value` in the place of each %s. */
static char *
fill(const char *template, const char *value, struct arena *a)
{
	struct buf b = BUF(TEXT_MAX);
	const char *at;
	char *out;

	for (; (at = strstr(template, "%s")) != NULL; template = at + 2) {
		buf_add(&b, template, (size_t)(at - template));
		buf_puts(&b, value);
	}
	buf_puts(&b, template);
	out = b.over ? NULL : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return out;
}

char *
auth_ldap_filter(const char *template, const char *value, struct arena *a)
{
	struct berval in = {.bv_len = strlen(value), .bv_val = (char *)value}, out = {0, NULL};
	char *filter;

	if (ldap_bv2escaped_filter_value(&in, &out) != 0 || out.bv_val == NULL)
		return NULL;
	filter = fill(template, out.bv_val, a);
	ldap_memfree(out.bv_val);
	return filter;
}

char *
auth_ldap_anybody(const char *template, struct arena *a)
{
	return fill(template, "*", a);
}

char *
auth_ldap_dn(const char *template, const char *value, struct arena *a)
{
	struct buf b = BUF(TEXT_MAX);
	char *dn;

	/* RFC 4514 section 2.4 lets every byte be written as \XX, and that cannot be wrong */
	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			buf_char(&b, *p);
		else
			buf_printf(&b, "\\%02X", c);
	}
	dn = b.over ? NULL : fill(template, b.n > 0 ? b.p : "", a);
	buf_free(&b);
	return dn;
}

static bool
bv_same(const struct berval *a, const struct berval *b)
{
	return a->bv_len == b->bv_len && strncasecmp(a->bv_val, b->bv_val, a->bv_len) == 0;
}

/* One part of a DN ("cn=ops", or "cn=ops+ou=x") equals another, order included. */
static bool
rdn_same(LDAPRDN a, LDAPRDN b)
{
	size_t i;

	for (i = 0; a[i] != NULL && b[i] != NULL; i++)
		if (!bv_same(&a[i]->la_attr, &b[i]->la_attr) || !bv_same(&a[i]->la_value, &b[i]->la_value))
			return false;
	return a[i] == NULL && b[i] == NULL;
}

static size_t
parts(LDAPDN dn)
{
	size_t n = 0;

	while (dn != NULL && dn[n] != NULL)
		n++;
	return n;
}

static bool
below(LDAPDN dn, const char *base)
{
	LDAPDN top = NULL;
	size_t n = parts(dn), m;
	bool yes = true;

	if (ldap_str2dn(base, &top, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return false;
	m = parts(top);
	yes = n > m;
	for (size_t i = 0; yes && i < m; i++)
		yes = rdn_same(dn[n - m + i], top[i]);
	ldap_dnfree(top);
	return yes;
}

const char *
auth_ldap_rdn(const char *dn, const char *name, const char *base, struct arena *a)
{
	LDAPDN parsed = NULL;
	const char *out = NULL;

	if (ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS || parts(parsed) == 0)
		goto done;
	if (base != NULL && !below(parsed, base))
		goto done;
	for (size_t i = 0; parsed[0][i] != NULL && out == NULL; i++) {
		const LDAPAVA *ava = parsed[0][i];

		if (ava->la_attr.bv_len == strlen(name) &&
		    strncasecmp(ava->la_attr.bv_val, name, ava->la_attr.bv_len) == 0 &&
		    memchr(ava->la_value.bv_val, '\0', ava->la_value.bv_len) == NULL) /* "ops\00x" is not "ops" */
			out = arena_strndup(a, ava->la_value.bv_val, ava->la_value.bv_len);
	}
done:
	ldap_dnfree(parsed);
	return out;
}
