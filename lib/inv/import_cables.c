/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of a room.json. */
#include <stdlib.h>

#include "import.h"

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

int
import_ends_once(struct import *im, struct err *e)
{
	static const char *const keys[2][2] = {{"a", "a-port"}, {"b", "b-port"}};
	const json_t *list = json_object_get(im->room, "connection");
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

/* The end that the file names; its port is made when it is missing. */
static int
take_end(struct import *im, const char *thing, const char *port, struct inv_end *out, struct err *e)
{
	struct inv_port_in in = {.name = port};
	struct inv_ref t;
	struct err why;
	int found;

	if (inv_ref(im->i, thing, im->a, &t, &why) != 0)
		return why.kind != ERR_NOT_FOUND
		    ? err_set(e, why.kind, "%s", why.text)
		    : err_set(e, ERR_INPUT, "neither the file nor the inventory has a thing named \"%s\"", thing);
	found = inv_end_find(im->i, &t, port, im->a, out, e);
	return found == 0 ? inv_port_add(&im->ed, &t, &in, im->a, out, e) : found < 0 ? -1 : 0;
}

/* Pull the cable that is in this port. */
static int
unplug(struct import *im, struct inv_end *x, struct err *e)
{
	if (x->peer == 0)
		return 0;
	im->r->disconnected++;
	if (inv_cable_del(&im->ed, x, im->a, e) != 0)
		return -1;
	x->peer = 0;
	return 0;
}

static int
one_cable(struct import *im, const json_t *o, struct err *e)
{
	const char *a_thing = jsn_text_or(o, "a", ""), *b_thing = jsn_text_or(o, "b", "");
	struct inv_end a, b;
	int fits;

	if (strcmp(a_thing, b_thing) == 0)
		return err_set(e, ERR_INPUT, "joins \"%s\" with itself", a_thing);
	if (take_end(im, a_thing, jsn_text_or(o, "a-port", ""), &a, e) != 0 ||
	    take_end(im, b_thing, jsn_text_or(o, "b-port", ""), &b, e) != 0)
		return -1;
	if (a.peer == b.port)
		return 0;
	if (im->merge && !im->move && (a.peer != 0 || b.peer != 0))
		return err_set(e, ERR_CONFLICT, "port %s of \"%s\" has a cable already, and a file that knows only a part pulls none "
		    "unless it is told to (--move)", a.peer != 0 ? jsn_text_or(o, "a-port", "") : jsn_text_or(o, "b-port", ""),
		    a.peer != 0 ? a_thing : b_thing);
	fits = inv_fits(im->i, &a, &b, e);
	if (fits != 1 || unplug(im, &a, e) != 0 || unplug(im, &b, e) != 0)
		return -1;
	im->r->connected++;
	return inv_cable_add(&im->ed, &a, &b, im->a, e);
}

int
import_cables(struct import *im, struct err *e)
{
	const json_t *list = json_object_get(im->room, "connection");
	char number[32];

	for (size_t k = 0; k < json_array_size(list); k++) {
		arena_reset(im->a);
		if (one_cable(im, json_array_get(list, k), e) != 0) {
			snprintf(number, sizeof(number), "%zu", k + 1);
			return import_fault(e, "connection", number);
		}
		import_drain(im);
	}
	return 0;
}
