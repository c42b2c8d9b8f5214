/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room.json into the inventory. The order is: the module's check, then thing
 * by thing, then cable by cable, all in one transaction that is rolled back at
 * the first refusal (and at the end of a dry run).
 */
#include <stdlib.h>
#include <string.h>

#include "inv_private.h"

struct import {
	struct inv *i;
	struct arena *a;        /* of one thing or cable: reset between them */
	struct arena *names;    /* what lives until the end of the import */
	struct inv_stamp stamp;
	struct inv_import_result *r;
};

/* ---- things ------------------------------------------------------------------------ */

static const char *
subkey_of(const struct inv_attr *at)
{
	return at->subkey == NULL ? "" : at->subkey;
}

/* The order of the attr table's key, so that what is read and what is wanted compare row by row. */
static int
by_fact(const void *x, const void *y)
{
	const struct inv_attr *a = x, *b = y;
	int c = strcmp(a->key, b->key);

	if (c == 0)
		c = strcmp(subkey_of(a), subkey_of(b));
	if (c == 0)
		c = (a->number > b->number) - (a->number < b->number);
	return c != 0 ? c : strcmp(a->value, b->value);
}

static int
want_attrs(struct import *im, const json_t *o, struct inv_thing *t, struct err *e)
{
	const json_t *list = json_object_get(o, "attribute");
	struct inv_attr *at = arena_array(im->a, json_array_size(list) + 1, sizeof(*at));
	size_t n = json_array_size(list);

	for (size_t k = 0; k < n; k++) {
		const json_t *row = json_array_get(list, k);

		at[k] = (struct inv_attr){
		    .key = jsn_text_or(row, "key", ""),
		    .subkey = jsn_text_or(row, "subkey", NULL),
		    .number = jsn_integer_or(row, "number", -1),
		    .value = jsn_text_or(row, "value", ""),
		};
	}
	if (n > 1)
		qsort(at, n, sizeof(*at), by_fact);
	for (size_t k = 1; k < n; k++)
		if (by_fact(&at[k - 1], &at[k]) == 0)
			return err_set(e, ERR_INPUT, "thing \"%s\": the attribute %s=%s is given twice", t->name,
			    at[k].key, at[k].value);
	t->attrs = at;
	t->n_attrs = n;
	return 0;
}

static bool
same_thing(const struct inv_thing *x, const struct inv_thing *y)
{
	if (strcmp(x->type, y->type) != 0 || x->n_attrs != y->n_attrs)
		return false;
	for (size_t k = 0; k < x->n_attrs; k++)
		if (by_fact(&x->attrs[k], &y->attrs[k]) != 0)
			return false;
	return true;
}

/* What the change log keeps of a thing, as room.json writes it. */
static const char *
thing_text(const struct inv_thing *t, struct arena *a)
{
	json_t *o = json_object(), *list = json_array();
	struct buf b = BUF(LIMIT_ROOM_FILE);
	const char *text;

	jsn_set_text(o, "name", t->name);
	jsn_set_text(o, "type", t->type);
	for (size_t k = 0; k < t->n_attrs; k++) {
		json_t *row = json_object();

		jsn_set_text(row, "key", t->attrs[k].key);
		if (t->attrs[k].subkey != NULL)
			jsn_set_text(row, "subkey", t->attrs[k].subkey);
		if (t->attrs[k].number >= 0)
			jsn_set(row, "number", json_integer(t->attrs[k].number));
		jsn_set_text(row, "value", t->attrs[k].value);
		jsn_add(list, row);
	}
	jsn_set(o, "attribute", list);
	jsn_canonical(o, &b);
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	json_decref(o);
	return text;
}

static int
ports_of_thing(struct import *im, const json_t *o, const char *name, bool *changed, struct err *e)
{
	const json_t *list = json_object_get(o, "port");

	for (size_t k = 0; k < json_array_size(list); k++) {
		const json_t *row = json_array_get(list, k);
		struct inv_port_row port;

		if (inv_put_port(im->i, name, jsn_text_or(row, "name", ""), jsn_text_or(row, "kind", NULL), im->a,
		        &port, e) != 0)
			return -1;
		*changed = *changed || port.added || port.changed;
	}
	return 0;
}

static int
one_thing(struct import *im, const json_t *o, struct err *e)
{
	struct inv_thing old = {0}, new = {.name = jsn_text_or(o, "name", ""), .type = jsn_text_or(o, "type", "")};
	struct err why;
	bool known, changed = false;
	int64_t id;

	known = inv_get(im->i, new.name, im->a, &old, &why) == 0;
	if (!known && why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	if (want_attrs(im, o, &new, e) != 0)
		return -1;
	if (known && new.n_attrs == 0) {
		new.attrs = old.attrs; /* a file that says nothing of them leaves them */
		new.n_attrs = old.n_attrs;
	}
	if (!known || !same_thing(&old, &new)) {
		changed = true;
		if (inv_put_thing(im->i, &new, &im->stamp, &id, e) != 0 ||
		    inv_edit_add(im->i, im->stamp.edit, new.name, "thing", known ? thing_text(&old, im->a) : NULL,
		        thing_text(&new, im->a), e) != 0)
			return -1;
	}
	if (ports_of_thing(im, o, new.name, &changed, e) != 0)
		return -1;
	*(!known ? &im->r->added : changed ? &im->r->changed : &im->r->unchanged) += 1;
	return 0;
}

/* ---- cables ------------------------------------------------------------------------- */

struct end {
	const char *thing, *port;
	struct inv_port_row row;
	int64_t peer;
};

static int
take_end(struct import *im, struct end *x, size_t at, struct err *e)
{
	struct err why = {0};

	if (inv_put_port(im->i, x->thing, x->port, NULL, im->a, &x->row, &why) != 0) {
		if (why.kind == ERR_NOT_FOUND)
			return err_set(e, ERR_INPUT,
			    "connection %zu: neither the file nor the inventory has a thing named \"%s\"", at + 1,
			    x->thing);
		return err_set(e, why.kind, "connection %zu: %s", at + 1, why.text);
	}
	return inv_peer(im->i, x->row.id, &x->peer, e);
}

/* Power flows from an outlet to an inlet; two of a kind cannot be plugged into each other. */
static int
fits(const struct end *a, const struct end *b, size_t at, struct err *e)
{
	static const char *const once[] = {"inlet", "outlet"};

	for (size_t k = 0; k < LARCH_COUNT(once); k++)
		if (strcmp(a->row.kind, once[k]) == 0 && strcmp(b->row.kind, once[k]) == 0)
			return err_set(e, ERR_INPUT,
			    "connection %zu: %s of \"%s\" and %s of \"%s\" are both an %s; a cord goes from an inlet to an outlet",
			    at + 1, a->port, a->thing, b->port, b->thing, once[k]);
	return 0;
}

static const char *
cable_text(const struct end *a, const char *thing, const char *port, struct arena *mem)
{
	json_t *o = json_object();
	struct buf b = BUF(LIMIT_FIELD);
	const char *text;

	jsn_set_text(o, "a", a->thing);
	jsn_set_text(o, "a-port", a->port);
	jsn_set_text(o, "b", thing);
	jsn_set_text(o, "b-port", port);
	jsn_canonical(o, &b);
	text = arena_strndup(mem, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	json_decref(o);
	return text;
}

/* Pull the cable that is in this port; both things get a line in the change log. */
static int
unplug(struct import *im, struct end *x, struct err *e)
{
	const char *thing, *port, *text;

	if (inv_peer(im->i, x->row.id, &x->peer, e) != 0)
		return -1;
	if (x->peer == 0)
		return 0;
	if (inv_port_names(im->i, x->peer, im->a, &thing, &port, e) != 0)
		return -1;
	text = cable_text(x, thing, port, im->a);
	im->r->disconnected++;
	if (inv_edit_add(im->i, im->stamp.edit, x->thing, "cable", text, NULL, e) != 0 ||
	    inv_edit_add(im->i, im->stamp.edit, thing, "cable", text, NULL, e) != 0)
		return -1;
	return inv_part(im->i, x->row.id, &im->stamp, e);
}

static int
plug(struct import *im, struct end *a, struct end *b, struct err *e)
{
	const char *text = cable_text(a, b->thing, b->port, im->a);

	if (unplug(im, a, e) != 0 || unplug(im, b, e) != 0 || inv_join(im->i, a->row.id, b->row.id, &im->stamp, e) != 0)
		return -1;
	im->r->connected++;
	return inv_edit_add(im->i, im->stamp.edit, a->thing, "cable", NULL, text, e) != 0 ||
	            inv_edit_add(im->i, im->stamp.edit, b->thing, "cable", NULL, text, e) != 0
	        ? -1
	        : 0;
}

static int
one_cable(struct import *im, const json_t *o, size_t at, struct err *e)
{
	struct end a = {.thing = jsn_text_or(o, "a", ""), .port = jsn_text_or(o, "a-port", "")};
	struct end b = {.thing = jsn_text_or(o, "b", ""), .port = jsn_text_or(o, "b-port", "")};

	if (strcmp(a.thing, b.thing) == 0)
		return err_set(e, ERR_INPUT, "connection %zu: joins \"%s\" with itself", at + 1, a.thing);
	if (take_end(im, &a, at, e) != 0 || take_end(im, &b, at, e) != 0 || fits(&a, &b, at, e) != 0)
		return -1;
	if (a.peer == b.row.id)
		return 0;
	return plug(im, &a, &b, e);
}

struct used_end {
	const char *text;
	size_t at; /* the connection's place in the file */
};

static int
by_text(const void *x, const void *y)
{
	const struct used_end *a = x, *b = y;
	int c = strcmp(a->text, b->text);

	return c != 0 ? c : (a->at > b->at) - (a->at < b->at);
}

/* One sorted pass before any cable is touched: each end at most once in the file. */
static int
ends_once(struct import *im, const json_t *list, struct err *e)
{
	static const char *const keys[2][2] = {{"a", "a-port"}, {"b", "b-port"}};
	size_t n = json_array_size(list);
	struct used_end *used = arena_array(im->names, 2 * n + 1, sizeof(*used));

	for (size_t k = 0; k < 2 * n; k++) {
		const json_t *row = json_array_get(list, k / 2);

		used[k].at = k / 2;
		used[k].text = arena_printf(im->names, "port %s of \"%s\"", jsn_text_or(row, keys[k % 2][1], ""),
		    jsn_text_or(row, keys[k % 2][0], ""));
	}
	if (n > 0)
		qsort(used, 2 * n, sizeof(*used), by_text);
	for (size_t k = 1; k < 2 * n; k++)
		if (strcmp(used[k].text, used[k - 1].text) == 0)
			return err_set(e, ERR_INPUT,
			    "connection %zu: %s is used already by connection %zu; a port has one connection",
			    used[k].at + 1, used[k].text, used[k - 1].at + 1);
	return 0;
}

/* ---- all ------------------------------------------------------------------------------ */

static int
take_over(struct import *im, const json_t *room, struct err *e)
{
	const json_t *things = json_object_get(room, "thing"), *cables = json_object_get(room, "connection");

	if (ends_once(im, cables, e) != 0)
		return -1;
	for (size_t k = 0; k < json_array_size(things); k++, arena_reset(im->a))
		if (one_thing(im, json_array_get(things, k), e) != 0)
			return -1;
	for (size_t k = 0; k < json_array_size(cables); k++, arena_reset(im->a))
		if (one_cable(im, json_array_get(cables, k), k, e) != 0)
			return -1;
	return inv_check_addresses(im->i, e);
}

static bool
nothing_new(const struct inv_import_result *r)
{
	return r->added + r->changed + r->removed + r->connected + r->disconnected == 0;
}

static int
in_transaction(struct import *im, const json_t *room, const struct inv_author *author, bool dry_run, struct err *e)
{
	if (store_begin(im->i->s, e) != 0)
		return -1;
	if (inv_edit_begin(im->i, author, im->stamp.at, &im->stamp.edit, e) != 0 || take_over(im, room, e) != 0) {
		store_rollback(im->i->s);
		return -1;
	}
	if (dry_run || nothing_new(im->r)) {
		store_rollback(im->i->s);
		return 0;
	}
	im->r->edit = im->stamp.edit;
	return store_commit(im->i->s, e);
}

int
inv_import(struct inv *i, struct yang *y, struct str text, const struct inv_author *author, bool dry_run,
    struct inv_import_result *out, struct err *e)
{
	struct import im = {.i = i, .r = out, .stamp = {.at = times_now(), .who = author->who}};
	json_t *room = NULL;
	int rc;

	*out = (struct inv_import_result){0};
	if (!i->writer)
		return err_set(e, ERR_INTERNAL, "the inventory was opened to read only");
	if (text.n > LIMIT_ROOM_FILE)
		return err_set(e, ERR_LIMIT, "room.json is larger than %u bytes", LIMIT_ROOM_FILE);
	if (yang_check(y, "larch-room", text, "room.json", &room, e) != 0)
		return -1;
	im.a = arena_create();
	im.names = arena_create();
	rc = in_transaction(&im, room, author, dry_run, e);
	if (rc != 0)
		*out = (struct inv_import_result){0};
	arena_destroy(im.names);
	arena_destroy(im.a);
	json_decref(room);
	return rc;
}
