/* SPDX-License-Identifier: Apache-2.0 */
/* The things of a key: what they look like, and whether those of one are a part of those of another. */
#include <string.h>

#include "inner.h"

bool
auth_things_are_query(const char *things)
{
	return strpbrk(things, ":=@*( \t") != NULL;
}

/* What changes the inventory could change what a query finds. */
static const char *
changes_inventory(const struct auth_key_wish *w)
{
	static const char *const verbs[] = {"edit", "wire", "import", "claim"};

	for (size_t i = 0; i < w->n_scope; i++)
		for (size_t k = 0; k < LARCH_COUNT(verbs); k++)
			if (strcmp(w->scope[i], verbs[k]) == 0)
				return verbs[k];
	return NULL;
}

int
auth_things_take(const struct auth_person *who, const struct auth_key_wish *w, struct arena *a, const char **out, struct err *e)
{
	const char *mine = who->source == AUTH_KEY ? who->things : NULL, *changes = changes_inventory(w);
	struct hosts hosts;

	*out = mine;
	if (w->things.n == 0 || (mine == NULL && str_is(w->things, "@*")))
		return 0;
	if (w->things.n > AUTH_THINGS_TEXT || !str_is_text(w->things))
		return err_set(e, ERR_INPUT, "A key's things are a host list or a query of at most %d bytes.", AUTH_THINGS_TEXT);
	*out = arena_strndup(a, w->things.p, w->things.n);
	for (size_t i = 0; i < w->n_scope; i++)
		if (strcmp(w->scope[i], "import") == 0)
			return err_set(e, ERR_INPUT, "'import' is about every thing: a key that has things cannot have it.");
	if (auth_things_are_query(*out)) {
		if (changes != NULL)
			return err_set(e, ERR_INPUT, "'%s' could change what the query finds: name the key's things as a host list.", changes);
	} else if (hosts_parse(w->things, NULL, a, &hosts, e) != 0) {
		return err_prefix(e, "A key's things");
	} else {
		*out = hosts_fold(&hosts, a);
	}
	if (!auth_things_within(*out, mine, a))
		return err_set(e, ERR_DENIED, "A key cannot make a key that reaches more: its own things are %s.", mine);
	return 0;
}

bool
auth_things_within(const char *part, const char *whole, struct arena *a)
{
	struct hosts p, w;
	struct err lost;

	if (whole == NULL)
		return true;
	if (part == NULL)
		return false;
	if (strcmp(part, whole) == 0)
		return true;
	if (auth_things_are_query(part) || auth_things_are_query(whole) || hosts_parse(str_of(part), NULL, a, &p, &lost) != 0 ||
	    hosts_parse(str_of(whole), NULL, a, &w, &lost) != 0)
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (!hosts_has(&w, p.name[i]))
			return false;
	return true;
}
