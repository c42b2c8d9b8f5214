/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of one thing as JSON. */
#include <stdlib.h>

#include "read_private.h"

static int
by_text(const void *x, const void *y)
{
	return str_natural(*(const char *const *)x, *(const char *const *)y);
}

int
inv_names_json(struct inv *i, enum inv_ask ask, int64_t id, json_t **out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ask), "i", id);
	struct arena *a = arena_create();
	const char **name = NULL;
	size_t n = 0, cap = 0;
	int more;

	*out = json_array();
	while ((more = store_next(q, e)) == 1) {
		name = read_grow(a, name, n, &cap, sizeof(*name));
		name[n++] = arena_strdup(a, store_text(q, 0));
	}
	store_done(q);
	if (n > 1)
		qsort(name, n, sizeof(*name), by_text);
	for (size_t k = 0; k < n; k++)
		jsn_add(*out, json_string(name[k]));
	arena_destroy(a);
	return more;
}

/* A member that is a text, or null when the column is null or empty. */
static void
set_column(json_t *o, const char *key, struct store_query *q, int column)
{
	jsn_set_text(o, key, *store_text(q, column) == '\0' ? NULL : store_text(q, column));
}

static void
set_number(json_t *o, const char *key, struct store_query *q, int column)
{
	jsn_set(o, key, store_null(q, column) || store_int(q, column) < 0 ? json_null() : json_integer(store_int(q, column)));
}

static void
set_time(json_t *o, const char *key, int64_t ms)
{
	char out[TIMES_TEXT];

	jsn_set_text(o, key, times_utc(ms, out));
}

static json_t *
attribute(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "key", store_text(q, 0));
	set_column(o, "subkey", q, 1);
	set_number(o, "number", q, 2);
	jsn_set_text(o, "kind", store_text(q, 3));
	jsn_set_text(o, "value", store_text(q, 4));
	return o;
}

static json_t *
port(struct store_query *q)
{
	json_t *o = json_object(), *peer;

	jsn_set_text(o, "name", store_text(q, 0));
	jsn_set_text(o, "kind", store_text(q, 1));
	jsn_set_text(o, "plug", store_text(q, 2));
	if (store_null(q, 3)) {
		jsn_set(o, "peer", json_null());
		return o;
	}
	peer = json_object();
	jsn_set_text(peer, "thing", store_text(q, 3));
	jsn_set_text(peer, "port", store_text(q, 4));
	jsn_set_text(peer, "type", store_text(q, 5));
	jsn_set(o, "peer", peer);
	set_time(o, "since", store_int(q, 7));
	jsn_set_text(o, "by", store_text(q, 8));
	return o;
}

/* Columns unit, height, face, side from `first` on. */
static void
stand(json_t *o, struct store_query *q, int first)
{
	set_number(o, "unit", q, first);
	set_number(o, "height", q, first + 1);
	set_column(o, "face", q, first + 2);
	set_column(o, "side", q, first + 3);
}

static json_t *
content(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "thing", store_text(q, 0));
	jsn_set_text(o, "type", store_text(q, 1));
	stand(o, q, 2);
	return o;
}

static json_t *
referrer(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "thing", store_text(q, 0));
	jsn_set_text(o, "type", store_text(q, 1));
	jsn_set_text(o, "key", store_text(q, 2));
	set_column(o, "subkey", q, 3);
	set_number(o, "number", q, 4);
	return o;
}

static json_t *
place(struct store_query *q)
{
	json_t *o = json_object();

	jsn_set_text(o, "container", store_text(q, 0));
	stand(o, q, 1);
	return o;
}

/* ---- the parts, in the order of the document ----------------------------------------------- */

static const struct part {
	const char *key;
	enum inv_ask ask;
	json_t *(*row)(struct store_query *q); /* NULL: names alone */
	const char *sort;                      /* the member they are put in natural order by; NULL: as asked */
} parts[] = {
    {"attributes", ASK_ATTRS, attribute, NULL},
    {"ports", ASK_PORTS, port, "name"},
    {"place", ASK_PLACE, place, NULL},
    {"contents", ASK_CONTENTS, content, "thing"},
    {"pools", ASK_POOLS, NULL, NULL},
    {"members", ASK_MEMBERS, NULL, NULL},
    {"referrers", ASK_REFERRERS, referrer, "thing"},
    {"services", ASK_SERVICES, NULL, NULL},
};

struct item {
	json_t *o;
	const char *by;
};

static int
by_item(const void *x, const void *y)
{
	return str_natural(((const struct item *)x)->by, ((const struct item *)y)->by);
}

static json_t *
sorted(json_t *list, const char *key, struct arena *a)
{
	size_t n = json_array_size(list);
	struct item *item = arena_array(a, n + 1, sizeof(*item));
	json_t *out;

	if (key == NULL || n < 2)
		return list;
	out = json_array();
	for (size_t k = 0; k < n; k++)
		item[k] = (struct item){json_array_get(list, k), jsn_text_or(json_array_get(list, k), key, "")};
	qsort(item, n, sizeof(*item), by_item);
	for (size_t k = 0; k < n; k++)
		jsn_add(out, json_incref(item[k].o));
	json_decref(list);
	return out;
}

static int
add_part(struct inv *i, const struct part *p, int64_t id, struct arena *a, json_t *doc, struct err *e)
{
	struct store_query *q;
	json_t *list = NULL;
	int more;

	if (p->row == NULL) {
		more = inv_names_json(i, p->ask, id, &list, e);
		jsn_set(doc, p->key, list);
		return more;
	}
	list = json_array();
	q = store_ask(i->s, e, INV_SQL(p->ask), "i", id);
	while ((more = store_next(q, e)) == 1)
		jsn_add(list, p->row(q));
	store_done(q);
	if (p->ask == ASK_PLACE) {
		jsn_set(doc, p->key, json_array_size(list) == 0 ? json_null() : json_incref(json_array_get(list, 0)));
		json_decref(list);
	} else {
		jsn_set(doc, p->key, sorted(list, p->sort, a));
	}
	return more;
}

static int
add_inside(struct inv *i, const char *name, struct arena *a, json_t *doc, struct err *e)
{
	struct inv_place *way;
	json_t *list = json_array();
	size_t n = 0;
	int rc = inv_place(i, name, a, &way, &n, e);

	for (size_t k = 0; k < n; k++)
		jsn_add(list, json_string(way[k].container));
	jsn_set(doc, "inside", list);
	return rc;
}

static json_t *
head(struct inv *i, const char *name, int64_t *id, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_HEAD), "s", name);
	int more = store_next(q, e);
	json_t *o = NULL;

	if (more == 1) {
		o = json_object();
		*id = store_int(q, 0);
		jsn_set_text(o, "name", store_text(q, 1));
		jsn_set_text(o, "type", store_text(q, 2));
		jsn_set(o, "revision", json_integer(store_int(q, 3)));
		set_time(o, "changed", store_int(q, 4));
		jsn_set_text(o, "changed_by", store_text(q, 5));
	}
	store_done(q);
	if (more == 0)
		err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", name);
	return o;
}

int
inv_doc(struct inv *i, const char *name, struct arena *a, json_t **out, struct err *e)
{
	int64_t id = 0;
	json_t *doc = NULL;
	int rc = -1;

	*out = NULL;
	if (store_hold(i->s, e) != 0)
		return -1;
	if ((doc = head(i, name, &id, e)) == NULL)
		goto out;
	rc = 0;
	for (size_t k = 0; k < LARCH_COUNT(parts) && rc == 0; k++)
		rc = add_part(i, &parts[k], id, a, doc, e);
	if (rc == 0)
		rc = add_inside(i, name, a, doc, e);
out:
	store_unhold(i->s);
	if (rc == 0)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}
