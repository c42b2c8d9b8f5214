/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "inv_private.h"

/* Where "@source:group" may look; "@NAME" alone tries them in this order. */
static const char *const sources[] = {"type", "pool", "rack"};

/* hosts_group_fn. A group without a thing is unknown: it never means nothing, nor all. */
static const char *
group(void *ctx, struct str source, struct str name, struct arena *a, struct err *e)
{
	struct inv *i = ctx;
	const char *value = arena_strndup(a, name.p, name.n);
	bool known = source.p == NULL;
	struct hosts found = {0};

	if (strcmp(value, "*") == 0 && source.p == NULL)
		return inv_names(i, "*", "", a, &found, e) == 0 ? hosts_fold(&found, a) : NULL;
	for (size_t k = 0; k < LARCH_COUNT(sources) && found.n == 0; k++) {
		if (source.p != NULL && !str_is(source, sources[k]))
			continue;
		known = true;
		if (inv_names(i, sources[k], value, a, &found, e) != 0)
			return NULL;
	}
	if (!known)
		err_set(e, ERR_INPUT, "there is no group source \"%.*s\"; there are type, pool and rack",
		    (int)source.n, source.p);
	else if (found.n == 0)
		err_set(e, ERR_INPUT, "there is no group \"@%.*s%s%s\": no thing has that type, pool or rack",
		    (int)source.n, source.p == NULL ? "" : source.p, source.p == NULL ? "" : ":", value);
	return found.n == 0 ? NULL : hosts_fold(&found, a);
}

static int
match_hosts(struct inv *i, const char *query, const char *thing, struct arena *a, struct err *e)
{
	struct hosts_rules rules = {.group = group, .ctx = i, .empty_ok = true};
	struct hosts list;

	if (hosts_parse(str_of(query), &rules, a, &list, e) != 0)
		return err_prefix(e, "\"%s\"", query);
	return hosts_has(&list, thing) ? 1 : 0;
}

int
inv_match(struct inv *i, const char *query, const char *thing, struct err *e)
{
	struct arena *a = arena_create();
	struct err lost;
	const char *type = inv_type_of(i, thing, a, &lost);
	int yes;

	if (type == NULL && lost.kind != ERR_NOT_FOUND) {
		yes = err_set(e, lost.kind, "%s", lost.text);
	} else if (strcmp(query, "*") == 0) {
		yes = type != NULL;
	} else if (strncmp(query, "type:", 5) == 0) {
		yes = type != NULL && strcmp(type, query + 5) == 0;
	} else if (strncmp(query, "name:", 5) == 0) {
		yes = type != NULL && fnmatch(query + 5, thing, 0) == 0;
	} else {
		yes = match_hosts(i, query, thing, a, e); /* parsed also for an unknown thing: a bad query is bad */
		if (yes == 1 && type == NULL)
			yes = 0;
	}
	arena_destroy(a);
	return yes;
}

/* Keep those of `all` that fit. */
static void
keep(struct hosts *all, const char *glob, const struct hosts *list)
{
	size_t kept = 0;

	for (size_t k = 0; k < all->n; k++)
		if (glob != NULL ? fnmatch(glob, all->name[k], 0) == 0 : hosts_has(list, all->name[k]))
			all->name[kept++] = all->name[k];
	all->n = kept;
}

int
inv_find(struct inv *i, const char *query, struct arena *a, struct hosts *out, struct err *e)
{
	struct hosts_rules rules = {.group = group, .ctx = i, .empty_ok = true};
	struct hosts list;

	if (strncmp(query, "type:", 5) == 0)
		return inv_names(i, "type", query + 5, a, out, e);
	if (inv_names(i, "*", "", a, out, e) != 0)
		return -1;
	if (strcmp(query, "*") == 0)
		return 0;
	if (strncmp(query, "name:", 5) == 0) {
		keep(out, query + 5, NULL);
		return 0;
	}
	if (hosts_parse(str_of(query), &rules, a, &list, e) != 0)
		return err_prefix(e, "\"%s\"", query);
	keep(out, NULL, &list);
	return 0;
}

/* Name every unknown one, as far as a sentence holds. */
static int
all_known(struct inv *i, const struct hosts *list, struct arena *a, struct err *e)
{
	struct hosts lost = {.name = arena_array(a, list->n + 1, sizeof(char *))};
	struct err why;

	for (size_t k = 0; k < list->n; k++) {
		if (inv_type_of(i, list->name[k], a, &why) != NULL)
			continue;
		if (why.kind != ERR_NOT_FOUND)
			return err_set(e, why.kind, "%s", why.text);
		lost.name[lost.n++] = list->name[k];
	}
	if (lost.n == 0)
		return 0;
	return err_set(e, ERR_NOT_FOUND, "not in the inventory: %s", hosts_fold(&lost, a));
}

int
inv_select(struct inv *i, struct str text, struct arena *a, struct hosts *out, struct err *e)
{
	struct hosts_rules rules = {.group = group, .ctx = i};

	if (hosts_parse(text, &rules, a, out, e) != 0)
		return -1;
	return all_known(i, out, a, e);
}
