/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ldap.h"

static void
text(struct buf *b, const char *s)
{
	buf_puts(b, s == NULL ? "" : s);
	buf_add(b, "", 1);
}

/* One byte of outcome, then dn, display, why and the groups, each NUL-ended. */
void
auth_ldap_pack(const struct ldap_answer *a, struct buf *out)
{
	buf_char(out, (char)('A' + a->outcome));
	text(out, a->found.dn);
	text(out, a->found.display);
	text(out, a->found.why);
	for (size_t i = 0; i < a->found.n_groups; i++)
		text(out, a->found.groups[i]);
}

static const char *
take(struct str *rest, struct arena *a)
{
	struct str head = str_cut(rest, '\0');

	return arena_strndup(a, head.n > 0 ? head.p : "", head.n);
}

int
auth_ldap_unpack(struct str bytes, struct arena *a, struct ldap_answer *out)
{
	struct str rest;
	size_t n = 0;

	*out = (struct ldap_answer){.outcome = AUTH_DOWN};
	if (bytes.n < 4 || bytes.p[bytes.n - 1] != '\0' || bytes.p[0] < 'A' || bytes.p[0] > 'A' + AUTH_GONE)
		return -1;
	rest = (struct str){bytes.p + 1, bytes.n - 2}; /* without the last NUL: what is cut are separators */
	for (size_t i = 0; i < rest.n; i++)
		n += rest.p[i] == '\0';
	if (n < 2 || n - 2 > LDAP_GROUPS_MAX)
		return -1;
	out->outcome = (enum auth_outcome)(bytes.p[0] - 'A');
	out->found.dn = take(&rest, a);
	out->found.display = take(&rest, a);
	out->found.why = take(&rest, a);
	out->found.groups = arena_array(a, n + 1, sizeof(char *));
	while (rest.p != NULL)
		out->found.groups[out->found.n_groups++] = take(&rest, a);
	return 0;
}
