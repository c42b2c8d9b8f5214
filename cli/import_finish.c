/* SPDX-License-Identifier: Apache-2.0 */
/* The draft of a room becomes room.json: names that can stand there, no circles, one thing a unit, an order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_room.h"

#define NOTE_NAMES 20000 /* names that one note folds */
#define POOL_DEPTH 32    /* pools within pools */

/* ---- names ----------------------------------------------------------------------------- */

static bool
claim(json_t *taken, json_t *thing, const char *name)
{
	if (strlen(name) > LIMIT_NAME || json_object_get(taken, name) != NULL)
		return false;
	jsn_set(taken, name, json_integer(2)); /* the number that the next of this name tries first */
	jsn_set_text(thing, "final", name);
	return true;
}

/* Its name, else its name after what it is within, else after what it is, else with a number. */
static void
claim_another(json_t *taken, json_t *thing, const char *safe)
{
	static const char *const before[] = {"within", "space"};
	char part[LIMIT_NAME + 1], name[2 * LIMIT_NAME + 32];

	if (claim(taken, thing, safe))
		return;
	for (size_t i = 0; i < LARCH_COUNT(before); i++) {
		const char *text = jsn_text_or(thing, before[i], "");

		if (*text == '\0')
			continue;
		room_safe_name(str_of(text), false, part);
		snprintf(name, sizeof(name), "%s-%s", part, safe);
		if (claim(taken, thing, name))
			return;
	}
	for (int64_t n = jsn_integer_or(taken, safe, 2);; n++) {
		snprintf(name, sizeof(name), "%.*s-%lld", LIMIT_NAME - 12, safe, (long long)n);
		if (claim(taken, thing, name)) {
			jsn_set(taken, safe, json_integer(n + 1));
			return;
		}
	}
}

/* Who keeps the name it has: machines first, then what has a name that can stand, then the rest. */
static int
rank_of(const json_t *thing)
{
	char safe[LIMIT_NAME + 1];

	room_safe_name(str_of(room_name(thing)), false, safe);
	if (strcmp(safe, room_name(thing)) != 0)
		return 2;
	return *jsn_text_or(thing, "space", "") == '\0' ? 0 : 1;
}

static void
name_all(struct room *r)
{
	json_t *taken = json_object(), *thing;
	const char *id;

	for (int rank = 0; rank < 3; rank++)
		json_object_foreach(r->things, id, thing) {
			char safe[LIMIT_NAME + 1];

			if (json_object_get(thing, "final") != NULL || rank_of(thing) != rank)
				continue;
			room_safe_name(str_of(room_name(thing)), false, safe);
			claim_another(taken, thing, safe);
		}
	json_object_foreach(r->things, id, thing) {
		const char *final = jsn_text_or(thing, "final", "");

		if (strcmp(final, room_name(thing)) == 0)
			continue;
		if (*jsn_text_or(thing, "within", "") != '\0')
			room_note(r, "renamed: \"%s\" of \"%s\" -> %s", room_name(thing), jsn_text_or(thing, "within", ""), final);
		else
			room_note(r, "renamed: \"%s\" -> %s", room_name(thing), final);
		room_fact(r, thing, "original_name", str_of(room_name(thing)));
	}
	json_decref(taken);
}

static const char *
final_of(const struct room *r, const char *id)
{
	return jsn_text_or(json_object_get(r->things, id), "final", "");
}

/* The ports of one thing: "final" of each, no two alike. */
static void
name_ports(struct room *r, json_t *thing)
{
	json_t *taken = json_object(), *ports = json_object_get(thing, "port"), *port;
	const char *name;

	for (int rank = 0; rank < 2; rank++)
		json_object_foreach(ports, name, port) {
			char safe[LIMIT_NAME + 1];

			room_safe_name(str_of(name), true, safe);
			if (json_object_get(port, "final") == NULL && (rank == 1 || strcmp(safe, name) == 0))
				claim_another(taken, port, safe);
		}
	json_object_foreach(ports, name, port)
		if (strcmp(name, jsn_text_or(port, "final", "")) != 0)
			room_note(r, "renamed: port \"%s\" of %s -> %s", name, final_of(r, room_id(thing)),
			    jsn_text_or(port, "final", ""));
	json_decref(taken);
}

static const char *
final_port(const struct room *r, const char *id, const char *port)
{
	const json_t *ports = json_object_get(json_object_get(r->things, id), "port");

	return jsn_text_or(json_object_get(ports, port), "final", port);
}

/* ---- types ---------------------------------------------------------------------------------- */

/* One note a reason: which things have a type that was made up. */
static void
say_guess(struct room *r, const char *type, const char *why, const json_t *names)
{
	struct arena *a = arena_create();
	size_t n = json_array_size(names), kept = n > NOTE_NAMES ? NOTE_NAMES : n;
	struct hosts h = {.name = arena_array(a, kept, sizeof(char *)), .n = kept};

	for (size_t i = 0; i < kept; i++)
		h.name[i] = arena_strdup(a, json_string_value(json_array_get(names, i)));
	hosts_sort(&h);
	room_note(r, "made up: the type %s of %zu thing%s (%s): %s%s", type, n, n == 1 ? "" : "s", why, hosts_fold(&h, a),
	    n > kept ? " and more" : "");
	arena_destroy(a);
}

static void
say_types(struct room *r)
{
	json_t *groups = json_object(), *thing, *group;
	const char *id;

	json_object_foreach(r->things, id, thing) {
		struct buf key = BUF(LIMIT_LOG_LINE);

		room_guess(r, thing, "appliance", "it is named, and described nowhere");
		if (json_object_get(thing, "guess") == NULL)
			continue;
		buf_printf(&key, "%s\x1f%s", jsn_text_or(thing, "type", ""), jsn_text_or(thing, "guess", ""));
		group = json_object_get(groups, key.p);
		if (group == NULL) {
			group = json_object();
			jsn_set_text(group, "type", jsn_text_or(thing, "type", ""));
			jsn_set_text(group, "why", jsn_text_or(thing, "guess", ""));
			jsn_set(group, "names", json_array());
			jsn_set(groups, key.p, group);
		}
		jsn_add(json_object_get(group, "names"), json_string(jsn_text_or(thing, "final", "")));
		buf_free(&key);
	}
	json_object_foreach(groups, id, group)
		say_guess(r, jsn_text_or(group, "type", ""), jsn_text_or(group, "why", ""), json_object_get(group, "names"));
	json_decref(groups);
}

/* ---- places -------------------------------------------------------------------------------------- */

/* A thing inside itself, by way of others, is taken out. Each walk marks what it passed with its number. */
static void
cut_place_circles(struct room *r)
{
	json_t *mark = json_object(), *thing;
	const char *id;
	json_int_t walk = 0;

	json_object_foreach(r->things, id, thing) {
		json_t *at = thing;

		for (walk++; at != NULL;) {
			json_t *place = json_object_get(at, "place"), *seen = json_object_get(mark, room_id(at));

			if (seen != NULL && json_integer_value(seen) == walk) {
				room_note(r, "\"%s\" is said to be inside itself, by way of others: it has no place here",
				    room_name(at));
				(void)json_object_del(at, "place");
			}
			if (seen != NULL)
				break;
			jsn_set(mark, room_id(at), json_integer(walk));
			at = place == NULL ? NULL : json_object_get(r->things, jsn_text_or(place, "container", ""));
		}
	}
	json_decref(mark);
}

static const char *
slot_holder(struct buf *key, const json_t *slots, const json_t *place, int64_t unit, const char *face)
{
	buf_clear(key);
	buf_printf(key, "%s\x1f%lld\x1f%s", jsn_text_or(place, "container", ""), (long long)unit, face);
	return json_string_value(json_object_get(slots, key->p));
}

/* Take its slots, or none: then the first of those that have one of them. */
static const char *
take_slots(json_t *slots, const json_t *thing, const json_t *place)
{
	static const char *const faces[] = {"front", "rear"};
	int64_t unit = jsn_integer_or(place, "unit", 0), height = jsn_integer_or(place, "height", 1);
	const char *face = jsn_text_or(place, "face", "both"), *holder;
	struct buf key = BUF(40 * LIMIT_IMPORT_FIELD);

	for (int write = 0; write < 2; write++)
		for (size_t f = 0; f < LARCH_COUNT(faces); f++)
			for (int64_t u = unit; u < unit + height && (strcmp(face, "both") == 0 || strcmp(face, faces[f]) == 0); u++) {
				holder = slot_holder(&key, slots, place, u, faces[f]);
				if (holder != NULL && !write) {
					buf_free(&key);
					return holder;
				}
				if (write)
					jsn_set_text(slots, key.p, room_id(thing));
			}
	buf_free(&key);
	return NULL;
}

static void
check_slots(struct room *r)
{
	json_t *slots = json_object(), *thing;
	const char *id;

	json_object_foreach(r->things, id, thing) {
		json_t *place = json_object_get(thing, "place");
		const char *holder;

		if (json_object_get(place, "unit") == NULL)
			continue;
		holder = take_slots(slots, thing, place);
		if (holder == NULL)
			continue;
		room_note(r, "unit %lld of \"%s\" is held by \"%s\": \"%s\" is in it without a unit",
		    (long long)jsn_integer_or(place, "unit", 0),
		    room_name(json_object_get(r->things, jsn_text_or(place, "container", ""))),
		    room_name(json_object_get(r->things, holder)), room_name(thing));
		(void)json_object_del(place, "unit");
		(void)json_object_del(place, "height");
		(void)json_object_del(place, "face");
	}
	json_decref(slots);
}

/* ---- pools ------------------------------------------------------------------------------------------- */

/* Depth first; a pool that leads back to one on the way is taken out there. Recursive: POOL_DEPTH at most. */
static void
cut_pool_circles(struct room *r, json_t *pool, json_t *state, int depth)
{
	json_t *members = json_object_get(pool, "member"), *other;
	const char *id;
	void *next;

	jsn_set(state, room_id(pool), json_integer(1));
	json_object_foreach_safe(members, next, id, other) {
		json_t *inner = json_object_get(r->things, id);
		bool on_the_way = json_integer_value(json_object_get(state, id)) == 1;

		if (json_object_get(inner, "member") == NULL)
			continue;
		if (on_the_way || depth == POOL_DEPTH) {
			room_note(r, "the pool \"%s\" is said to be in \"%s\", which %s: it is not", room_name(inner),
			    room_name(pool), on_the_way ? "is in it" : "is too deep");
			(void)json_object_del(members, id);
		} else if (json_object_get(state, id) == NULL) {
			cut_pool_circles(r, inner, state, depth + 1);
		}
	}
	jsn_set(state, room_id(pool), json_integer(2));
}

static void
check_pools(struct room *r)
{
	json_t *state = json_object(), *thing;
	const char *id;

	json_object_foreach(r->things, id, thing)
		if (json_object_get(thing, "member") != NULL && json_object_get(state, id) == NULL)
			cut_pool_circles(r, thing, state, 0);
	json_decref(state);
}

/* ---- writing ---------------------------------------------------------------------------------------------- */

static void
copy(json_t *to, const json_t *from, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object_get(from, keys[i]);

		if (v != NULL)
			jsn_set(to, keys[i], json_incref(v));
	}
}

static json_t *
write_attributes(const struct room *r, const json_t *thing)
{
	static const char *const keys[] = {"key", "subkey", "number", "kind", "value"};
	const json_t *list = json_object_get(thing, "attribute");
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *a = json_array_get(list, i);
		const char *target = jsn_text_or(a, "target", NULL);
		json_t *o = json_object();

		copy(o, a, keys, LARCH_COUNT(keys));
		if (target != NULL)
			jsn_set_text(o, "value", final_of(r, target));
		jsn_add(out, o);
	}
	return out;
}

/* Names in natural order, which is that of a list of objects by its member `key` too. */
static const char *order_key;

static int
by_key(const void *x, const void *y)
{
	const char *a = jsn_text_or(*(json_t *const *)x, order_key, ""), *b = jsn_text_or(*(json_t *const *)y, order_key, "");

	return str_natural(a, b) != 0 ? str_natural(a, b) : strcmp(a, b);
}

/* Takes the list over. */
static json_t *
in_order(json_t *list, const char *key)
{
	size_t n = json_array_size(list);
	json_t **all = calloc(n + 1, sizeof(json_t *)), *out = json_array();

	if (all == NULL)
		log_die("out of memory: %zu rows", n);
	for (size_t i = 0; i < n; i++)
		all[i] = json_incref(json_array_get(list, i));
	json_decref(list);
	order_key = key;
	qsort(all, n, sizeof(json_t *), by_key);
	for (size_t i = 0; i < n; i++)
		jsn_add(out, all[i]);
	free(all);
	return out;
}

static json_t *
write_ports(const json_t *thing)
{
	static const char *const keys[] = {"kind", "plug"};
	json_t *out = json_array(), *port;
	const char *name;

	json_object_foreach(json_object_get(thing, "port"), name, port) {
		json_t *o = json_object();

		jsn_set_text(o, "name", jsn_text_or(port, "final", name));
		copy(o, port, keys, LARCH_COUNT(keys));
		jsn_add(out, o);
	}
	return in_order(out, "name");
}

static json_t *
write_members(const struct room *r, const json_t *thing)
{
	json_t *names = json_array(), *out = json_array(), *yes;
	const char *id;

	json_object_foreach(json_object_get(thing, "member"), id, yes) {
		json_t *o = json_object();

		jsn_set_text(o, "name", final_of(r, id));
		jsn_add(names, o);
	}
	names = in_order(names, "name");
	for (size_t i = 0; i < json_array_size(names); i++)
		jsn_add(out, json_string(jsn_text_or(json_array_get(names, i), "name", "")));
	json_decref(names);
	return out;
}

/* A list that is empty is not written. */
static void
set_list(json_t *o, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		jsn_set(o, key, list);
	else
		json_decref(list);
}

static json_t *
write_thing(const struct room *r, const json_t *thing)
{
	static const char *const keys[] = {"unit", "height", "face", "side"};
	const json_t *place = json_object_get(thing, "place");
	json_t *o = json_object(), *at;

	jsn_set_text(o, "name", jsn_text_or(thing, "final", ""));
	jsn_set_text(o, "type", jsn_text_or(thing, "type", ""));
	set_list(o, "attribute", write_attributes(r, thing));
	set_list(o, "port", write_ports(thing));
	if (place != NULL) {
		at = json_object();
		jsn_set_text(at, "container", final_of(r, jsn_text_or(place, "container", "")));
		copy(at, place, keys, LARCH_COUNT(keys));
		jsn_set(o, "place", at);
	}
	set_list(o, "member", write_members(r, thing));
	return o;
}

static json_t *
write_cables(const struct room *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(r->cables); i++) {
		const json_t *c = json_array_get(r->cables, i);
		const char *a = jsn_text_or(c, "a", ""), *b = jsn_text_or(c, "b", "");
		struct buf order = BUF(LIMIT_HEADER);
		json_t *o = json_object();

		jsn_set_text(o, "a", final_of(r, a));
		jsn_set_text(o, "a-port", final_port(r, a, jsn_text_or(c, "a-port", "")));
		jsn_set_text(o, "b", final_of(r, b));
		jsn_set_text(o, "b-port", final_port(r, b, jsn_text_or(c, "b-port", "")));
		buf_printf(&order, "%s %s", jsn_text_or(o, "a", ""), jsn_text_or(o, "a-port", ""));
		jsn_set_text(o, "order", order.p);
		buf_free(&order);
		jsn_add(out, o);
	}
	out = in_order(out, "order");
	for (size_t i = 0; i < json_array_size(out); i++)
		(void)json_object_del(json_array_get(out, i), "order");
	return out;
}

static json_t *
write_room(const struct room *r)
{
	json_t *things = json_array(), *thing, *room = json_object(), *out = json_object();
	const char *id;

	json_object_foreach(r->things, id, thing)
		jsn_add(things, write_thing(r, thing));
	jsn_set(room, "thing", in_order(things, "name"));
	set_list(room, "connection", write_cables(r));
	jsn_set(out, "larch-room:room", room);
	return out;
}

int
room_finish(struct room *r, json_t **room_out, json_t **notes_out, struct err *e)
{
	json_t *thing;
	const char *id;

	*room_out = *notes_out = NULL;
	if (room_fits(r, e) != 0)
		return -1;
	if (json_object_size(r->things) == 0)
		return err_set(e, ERR_INPUT, "nothing was found to take over");
	name_all(r);
	json_object_foreach(r->things, id, thing)
		name_ports(r, thing);
	say_types(r);
	cut_place_circles(r);
	check_slots(r);
	check_pools(r);
	*room_out = write_room(r);
	if (r->unsaid > 0)
		jsn_add(r->notes, json_sprintf("and %zu notes more", r->unsaid));
	*notes_out = json_incref(r->notes);
	return 0;
}
