/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "query_private.h"

/* ---- groups --------------------------------------------------------------------------- */

/* Where "@source:group" may look; "@NAME" alone tries them in this order. */
static const char *const sources[] = {"type", "pool", "rack"};

static const struct inv_groups *outer;

void
inv_groups_add(const struct inv_groups *row)
{
	outer = row;
}

/* Another room's groups name what the inventory may lack: they choose among what there is. */
static int
drop_unknown(struct inv *i, struct hosts *h, struct arena *a, struct err *e)
{
	struct hosts none;
	size_t n = 0;

	if (query_unknown(i, "name", h, a, &none, e) != 0)
		return -1;
	hosts_sort(&none);
	for (size_t k = 0; k < h->n; k++)
		if (!hosts_has(&none, h->name[k]))
			h->name[n++] = h->name[k];
	h->n = n;
	return 0;
}

static int
unknown_group(struct inv *i, struct str source, const char *value, bool searched, struct err *e)
{
	const char *more = outer == NULL || i->own_groups ? "" : outer->sources;

	if (!searched)
		return err_set(e, ERR_INPUT, "there is no group source \"%.*s\"; there are type, pool and rack%s%s", (int)source.n,
		    source.p, *more == '\0' ? "" : ", and of nodes ", more);
	return err_set(e, ERR_INPUT, "there is no group \"@%.*s%s%s\": no thing has that type, pool or rack%s%s", (int)source.n,
	    source.p == NULL ? "" : source.p, source.p == NULL ? "" : ":", value, *more == '\0' ? "" : ", and no such group is in ",
	    more);
}

static int
find_group(struct inv *i, struct str source, struct str name, struct arena *a, struct hosts *out, struct err *e)
{
	const char *value = arena_strndup(a, name.p, name.n);
	bool known = false, searched = false;

	*out = (struct hosts){0};
	if (strcmp(value, "*") == 0 && source.p == NULL)
		return query_group(i, "*", "", a, out, &known, e);
	for (size_t k = 0; k < LARCH_COUNT(sources) && !known; k++) {
		if (source.p != NULL && !str_is(source, sources[k]))
			continue;
		searched = true;
		if (query_group(i, sources[k], value, a, out, &known, e) != 0)
			return -1;
	}
	if (!known && outer != NULL && !i->own_groups && (source.p == NULL || outer->source(outer->ctx, source))) {
		searched = true;
		if (outer->members(outer->ctx, source, name, a, out, &known, e) != 0 || drop_unknown(i, out, a, e) != 0)
			return -1;
	}
	return known ? 0 : unknown_group(i, source, value, searched, e);
}

/* hosts_group_fn. A group without a thing is unknown: it never means nothing, nor all. */
static const char *
group(void *ctx, struct str source, struct str name, struct arena *a, struct err *e)
{
	struct hosts found;

	return find_group(ctx, source, name, a, &found, e) == 0 ? hosts_fold(&found, a) : NULL;
}

int
query_names(struct inv *i, const struct query_value *v, bool groups, struct arena *a, struct hosts *out, struct err *e)
{
	static const char place[] = "host list, column ";
	struct hosts_rules rules = {.group = groups ? group : NULL, .ctx = i, .empty_ok = true};
	char text[LIMIT_ERR_TEXT];
	const char *why;

	if (v->shape == QUERY_LIST) {
		if (hosts_parse(str_of(v->text), &rules, a, out, e) == 0)
			return 0;
		why = strncmp(e->text, place, strlen(place)) == 0 ? strstr(e->text, ": ") : NULL;
		(void)snprintf(text, sizeof(text), "%s", why == NULL ? e->text : why + 2);
		return err_set(e, e->kind, "column %zu: %s", v->column, text);
	}
	*out = (struct hosts){.name = arena_array(a, 1, sizeof(char *)), .n = 1};
	out->name[0] = arena_strdup(a, v->text);
	return 0;
}

struct str
query_json(const struct hosts *h, struct arena *a)
{
	size_t most = 3;
	char *out, *to;

	for (size_t i = 0; i < h->n; i++)
		most += 2 * strlen(h->name[i]) + 3;
	to = out = arena_alloc(a, most);
	*to++ = '[';
	for (size_t i = 0; i < h->n; i++) {
		if (i > 0)
			*to++ = ',';
		*to++ = '"';
		for (const char *p = h->name[i]; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				*to++ = '\\';
			*to++ = (unsigned char)*p < 0x20 ? ' ' : *p; /* no text of ours has one */
		}
		*to++ = '"';
	}
	*to++ = ']';
	return (struct str){out, (size_t)(to - out)};
}

/* ---- what a query rests on ---------------------------------------------------------------- */

bool
query_keeps(const struct inv *i, const struct query_node *n)
{
	struct query_when w;

	for (size_t k = 0; k < n->n; k++)
		if (!query_keeps(i, n->kid[k]))
			return false;
	if (n->kind != QUERY_TERM)
		return true;
	if (outer != NULL && !i->own_groups && n->value.shape == QUERY_LIST && strchr(n->value.text, '@') != NULL)
		return false;
	return n->term->compile != NULL && (n->term->value != INV_WHEN || query_is_when(n->value.text, false, 0, &w));
}

static bool
lasts(const struct query_node *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (!lasts(n->kid[i]))
			return false;
	return n->kind != QUERY_TERM || n->term->names == NULL;
}

bool
inv_query_is_lasting(const struct inv_query *q)
{
	return lasts(q->root);
}

/* What a word says that it looks at. */
static const struct {
	const char *word;
	size_t flag;
} looks[] = {
    {"name", offsetof(struct inv_query_keys, names)},
    {"type", offsetof(struct inv_query_keys, types)},
    {"in", offsetof(struct inv_query_keys, places)},
    {"pool", offsetof(struct inv_query_keys, pools)},
    {"connected to", offsetof(struct inv_query_keys, connections)},
    {"has", offsetof(struct inv_query_keys, connections)},
    {"free", offsetof(struct inv_query_keys, connections)},
    {"has", offsetof(struct inv_query_keys, ports)},
    {"free", offsetof(struct inv_query_keys, ports)},
    {"changed", offsetof(struct inv_query_keys, changes)},
    {"by", offsetof(struct inv_query_keys, changes)},
};

static void
add_key(struct inv_query_keys *k, const char *key, struct arena *a)
{
	struct hosts *h = &k->keys;
	char **wider = arena_array(a, h->n + 1, sizeof(*wider));

	if (h->n > 0)
		memcpy(wider, h->name, h->n * sizeof(*wider));
	wider[h->n++] = arena_strdup(a, key);
	h->name = wider;
}

/* A group is a type, a pool or a rack; whichever there is. */
static void
add_groups(struct inv_query_keys *k, const char *list, struct arena *a)
{
	if (strchr(list, '@') == NULL)
		return;
	k->types = k->pools = k->places = true;
	add_key(k, "pool", a);
	add_key(k, "rack", a);
}

static void
add_keys(const struct query_node *n, struct arena *a, struct inv_query_keys *k)
{
	const struct inv_term *t = n->term;

	for (size_t i = 0; i < n->n; i++)
		add_keys(n->kid[i], a, k);
	if (n->kind != QUERY_TERM)
		return;
	for (size_t i = 0; i < LARCH_COUNT(looks); i++)
		if (strcmp(looks[i].word, t->word) == 0)
			*(bool *)((char *)k + looks[i].flag) = true;
	if (n->n == 0 && (strcmp(t->word, "in") == 0 || strcmp(t->word, "pool") == 0))
		k->names = true;
	if (t->compile != NULL && (t->keyed || t->key != NULL))
		add_key(k, t->key != NULL ? t->key : n->attr.key, a);
	if (n->value.shape == QUERY_LIST && t->compile == query_sql_name)
		add_groups(k, n->value.text, a);
}

void
inv_query_keys(const struct inv_query *q, struct arena *a, struct inv_query_keys *out)
{
	*out = (struct inv_query_keys){0};
	add_keys(q->root, a, out);
	hosts_sort(&out->keys);
}
