/* SPDX-License-Identifier: Apache-2.0 */
/* The draft of a room while an importer fills it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_room.h"

struct room *
room_create(void)
{
	struct room *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no room");
	r->things = json_object();
	r->cables = json_array();
	r->ends = json_object();
	r->seen = json_object();
	r->notes = json_array();
	return r;
}

void
room_destroy(struct room *r)
{
	if (r == NULL)
		return;
	json_decref(r->things);
	json_decref(r->cables);
	json_decref(r->ends);
	json_decref(r->seen);
	json_decref(r->notes);
	free(r);
}

const char *
room_name(const json_t *thing)
{
	return jsn_text_or(thing, "name", "");
}

const char *
room_id(const json_t *thing)
{
	return jsn_text_or(thing, "id", "");
}

int
room_fits(const struct room *r, struct err *e)
{
	if (r->facts > LIMIT_IMPORT_FACTS)
		return err_set(e, ERR_LIMIT, "this makes more than %u things, facts and cables, more than a room.json may hold; import it in parts",
		    LIMIT_IMPORT_FACTS);
	return 0;
}

/* ---- notes ------------------------------------------------------------------------------ */

static void LARCH_PRINTF(3, 0)
note(struct room *r, bool once, const char *fmt, va_list ap)
{
	char text[LIMIT_LOG_LINE];
	struct buf clean = BUF(2 * LIMIT_LOG_LINE);

	vsnprintf(text, sizeof(text), fmt, ap);
	buf_plain(&clean, str_of(text)); /* one that was cut may end inside a letter */
	if (clean.n > 0 && !(once && json_object_get(r->seen, clean.p) != NULL)) {
		if (once)
			jsn_set(r->seen, clean.p, json_true());
		if (json_array_size(r->notes) < LIMIT_IMPORT_NOTES)
			jsn_add(r->notes, json_string(clean.p));
		else
			r->unsaid++;
		r->facts++; /* so that what makes notes alone ends too */
	}
	buf_free(&clean);
}

void
room_note(struct room *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(r, false, fmt, ap);
	va_end(ap);
}

void
room_once(struct room *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(r, true, fmt, ap);
	va_end(ap);
}

/* ---- things ------------------------------------------------------------------------------- */

/* 0x1f stands in no name: import_text refuses it nowhere, so it is cleaned here. */
static void
add_part(struct buf *id, struct str part)
{
	struct buf clean = BUF(4 * LIMIT_IMPORT_FIELD);

	part.n = part.n > LIMIT_IMPORT_FIELD ? LIMIT_IMPORT_FIELD : part.n;
	buf_plain(&clean, part);
	buf_str(id, buf_view(&clean));
	buf_free(&clean);
}

static void
id_of(struct buf *id, const char *space, struct str within, struct str name)
{
	*id = BUF(16 * LIMIT_IMPORT_FIELD);
	buf_puts(id, space);
	buf_char(id, '\x1f');
	add_part(id, within);
	buf_char(id, '\x1f');
	add_part(id, name);
}

static json_t *
new_thing(struct room *r, const char *id, const char *space, struct str within, struct str name)
{
	json_t *thing = json_object();
	struct buf text = BUF(4 * LIMIT_IMPORT_FIELD);

	jsn_set_text(thing, "id", id);
	jsn_set_text(thing, "space", space);
	add_part(&text, within);
	jsn_set_text(thing, "within", text.n > 0 ? text.p : "");
	buf_clear(&text);
	add_part(&text, name);
	jsn_set_text(thing, "name", text.n > 0 ? text.p : "");
	buf_free(&text);
	jsn_set(thing, "attribute", json_array());
	jsn_set(thing, "port", json_object());
	jsn_set(thing, "count", json_object());
	jsn_set(r->things, id, thing);
	r->facts++;
	return thing;
}

json_t *
room_thing_in(struct room *r, const char *space, struct str within, struct str name)
{
	json_t *thing;
	struct buf id;

	within = str_trim(within);
	name = str_trim(name);
	id_of(&id, space, within, name);
	thing = json_object_get(r->things, id.p);
	if (thing == NULL)
		thing = new_thing(r, id.p, space, within, name);
	buf_free(&id);
	return thing;
}

json_t *
room_thing(struct room *r, const char *space, struct str name)
{
	return room_thing_in(r, space, STR(""), name);
}

json_t *
room_find(const struct room *r, const char *space, struct str name)
{
	json_t *thing;
	struct buf id;

	id_of(&id, space, STR(""), str_trim(name));
	thing = json_object_get(r->things, id.p);
	buf_free(&id);
	return thing;
}

bool
room_is_type(const json_t *thing, const char *type)
{
	return strcmp(jsn_text_or(thing, "type", ""), type) == 0;
}

void
room_type(struct room *r, json_t *thing, const char *type)
{
	const char *said = jsn_text_or(thing, "type", NULL);

	if (said != NULL && json_object_get(thing, "guess") == NULL) {
		if (strcmp(said, type) != 0)
			room_note(r, "\"%s\" is said to be %s and %s: it is a %s here", room_name(thing), said, type, said);
		return;
	}
	(void)json_object_del(thing, "guess");
	jsn_set_text(thing, "type", type);
}

void
room_guess(struct room *r, json_t *thing, const char *type, const char *why)
{
	(void)r;
	if (json_object_get(thing, "type") != NULL)
		return;
	jsn_set_text(thing, "type", type);
	jsn_set_text(thing, "guess", why);
}

/* ---- facts ----------------------------------------------------------------------------------- */

size_t
room_facts(const json_t *thing, const char *key)
{
	return (size_t)jsn_integer_or(json_object_get(thing, "count"), key, 0);
}

/* The key and subkey as room.json takes them; those that had to be changed are said once. */
static json_t *
begin_fact(struct room *r, const struct room_attr *a)
{
	json_t *o = json_object();
	char word[65];

	import_word(a->key, false, "fact", word);
	if (!str_is(a->key, word))
		room_once(r, "the key \"%.*s\" became %s", (int)(a->key.n > 200 ? 200 : a->key.n), a->key.p, word);
	jsn_set_text(o, "key", word);
	if (a->subkey.n > 0) {
		import_word(a->subkey, false, "part", word);
		if (!str_is(a->subkey, word))
			room_once(r, "the subkey \"%.*s\" became %s", (int)(a->subkey.n > 200 ? 200 : a->subkey.n),
			    a->subkey.p, word);
		jsn_set_text(o, "subkey", word);
	}
	if (a->number >= 0)
		jsn_set(o, "number", json_integer(a->number));
	if (a->kind != NULL && strcmp(a->kind, "string") != 0)
		jsn_set_text(o, "kind", a->kind);
	return o;
}

void
room_keep_equal(struct room *r)
{
	r->keep_equal = true;
}

/* Takes o over; a fact that is there already is left out. */
static bool
end_fact(struct room *r, json_t *thing, json_t *o)
{
	json_t *count = json_object_get(thing, "count");
	const char *key = jsn_text_or(o, "key", "");
	struct buf text = BUF(LIMIT_ROOM_FILE);
	bool new;

	buf_puts(&text, room_id(thing));
	buf_char(&text, '\x1f');
	jsn_canonical(o, &text);
	new = r->keep_equal || json_object_get(r->seen, text.p) == NULL;
	if (new) {
		jsn_set(r->seen, text.p, json_true());
		jsn_set(count, key, json_integer(jsn_integer_or(count, key, 0) + 1));
		jsn_add(json_object_get(thing, "attribute"), json_incref(o));
		r->facts++;
	}
	json_decref(o);
	buf_free(&text);
	return new;
}

void
room_attr(struct room *r, json_t *thing, const struct room_attr *a)
{
	struct buf value = BUF(5 * LIMIT_IMPORT_VALUE);
	json_t *o;

	if (a->value.p == NULL || (a->value.n == 0 && a->kind == NULL))
		return;
	o = begin_fact(r, a);
	if (room_safe_value(a->value, &value))
		room_note(r, "%s of \"%s\" holds line ends or marks that are not seen, or is longer than %d characters: it was changed",
		    jsn_text_or(o, "key", ""), room_name(thing), LIMIT_IMPORT_VALUE);
	jsn_set_text(o, "value", value.n > 0 ? value.p : "");
	if (!end_fact(r, thing, o))
		room_note(r, "%.*s of \"%s\" is said twice: it is carried over once", (int)(a->key.n > 200 ? 200 : a->key.n),
		    a->key.p, room_name(thing));
	buf_free(&value);
}

void
room_fact(struct room *r, json_t *thing, const char *key, struct str value)
{
	room_attr(r, thing, &(struct room_attr){.key = str_of(key), .value = value, .number = -1});
}

void
room_cell(struct room *r, json_t *thing, const char *key, struct str value)
{
	char text[TIMES_TEXT];
	int64_t ms;

	snprintf(text, sizeof(text), "%.*sT00:00:00Z", (int)(value.n == 10 ? 10 : 0), value.p == NULL ? "" : value.p);
	if (value.n != 10 || times_parse(str_of(text), &ms, NULL) != 0) {
		room_fact(r, thing, key, value);
		return;
	}
	room_once(r, "days (2027-01-31) became dates: midnight of that day, UTC");
	room_attr(r, thing, &(struct room_attr){.key = str_of(key), .value = str_of(text), .number = -1, .kind = "date"});
}

void
room_fact_n(struct room *r, json_t *thing, const char *key, int64_t number, struct str value)
{
	room_attr(r, thing, &(struct room_attr){.key = str_of(key), .value = value, .number = number});
}

void
room_relation(struct room *r, json_t *thing, const struct room_attr *a, json_t *target)
{
	struct room_attr at = *a;
	json_t *o;

	at.kind = "relation";
	o = begin_fact(r, &at);
	jsn_set_text(o, "target", room_id(target));
	if (!end_fact(r, thing, o))
		room_note(r, "%.*s of \"%s\" names \"%s\" twice: it is carried over once",
		    (int)(a->key.n > 200 ? 200 : a->key.n), a->key.p, room_name(thing), room_name(target));
}

/* ---- ports and cables -------------------------------------------------------------------------- */

/* A port's name is the key of an object: text without marks that are not seen. */
static void
port_key(struct str name, struct buf *out)
{
	*out = BUF(4 * LIMIT_IMPORT_FIELD);
	add_part(out, str_trim(name));
	buf_puts(out, "");
}

bool
room_has_port(const json_t *thing, struct str name)
{
	struct buf key;
	bool has;

	port_key(name, &key);
	has = key.n > 0 && json_object_get(json_object_get(thing, "port"), key.p) != NULL;
	buf_free(&key);
	return has;
}

void
room_port(struct room *r, json_t *thing, struct str name, const char *kind, const char *plug)
{
	json_t *ports = json_object_get(thing, "port"), *port;
	struct buf key;
	char word[65];

	port_key(name, &key);
	if (key.n == 0) {
		buf_free(&key);
		return;
	}
	port = json_object_get(ports, key.p);
	if (port == NULL) {
		port = json_object();
		jsn_set(ports, key.p, port);
		r->facts++;
	}
	if (kind != NULL && json_object_get(port, "kind") == NULL)
		jsn_set_text(port, "kind", kind);
	if (plug != NULL && json_object_get(port, "plug") == NULL) {
		import_word(str_of(plug), true, "plug", word);
		if (!import_same(str_of(plug), word))
			room_once(r, "the kind of port \"%s\" became %s", plug, word);
		jsn_set_text(port, "plug", word);
	}
	buf_free(&key);
}

struct end {
	const json_t *thing;
	struct buf port, id;
	const char *kind;
};

static void
begin_end(struct end *x, const json_t *thing, struct str port, const char *kind)
{
	const char *said;

	x->thing = thing;
	port_key(port, &x->port);
	x->id = BUF(20 * LIMIT_IMPORT_FIELD);
	buf_puts(&x->id, room_id(thing));
	buf_char(&x->id, '\x1f');
	buf_str(&x->id, buf_view(&x->port));
	said = x->port.n == 0 ? NULL
	                      : jsn_text_or(json_object_get(json_object_get(thing, "port"), x->port.p), "kind", NULL);
	x->kind = said != NULL ? said : kind;
}

static void
finish_end(struct end *x)
{
	buf_free(&x->port);
	buf_free(&x->id);
}

/* Why this cable cannot be in, in the text; or "" when it can. True also when it is in already. */
static bool
cable_stops(const struct room *r, const struct end *a, const struct end *b, char *why, size_t n)
{
	const char *at_a = json_string_value(json_object_get(r->ends, a->id.p)),
	           *at_b = json_string_value(json_object_get(r->ends, b->id.p));

	*why = '\0';
	if (a->port.n == 0 || b->port.n == 0)
		snprintf(why, n, "it does not say which port");
	else if (a->thing == b->thing)
		snprintf(why, n, "both its ends are there");
	else if (at_a != NULL && strcmp(at_a, b->id.p) == 0)
		return true;
	else if (at_a != NULL || at_b != NULL)
		snprintf(why, n, "%s of \"%s\" has a cable already", at_a != NULL ? a->port.p : b->port.p,
		    room_name(at_a != NULL ? a->thing : b->thing));
	else if (a->kind != NULL && b->kind != NULL && strcmp(a->kind, b->kind) == 0 &&
	    (strcmp(a->kind, "inlet") == 0 || strcmp(a->kind, "outlet") == 0))
		snprintf(why, n, "both ends are an %s", a->kind);
	return *why != '\0';
}

static void
join(struct room *r, const struct end *a, const struct end *b)
{
	json_t *o = json_object();

	jsn_set_text(o, "a", room_id(a->thing));
	jsn_set_text(o, "a-port", a->port.p);
	jsn_set_text(o, "b", room_id(b->thing));
	jsn_set_text(o, "b-port", b->port.p);
	jsn_add(r->cables, o);
	jsn_set_text(r->ends, a->id.p, b->id.p);
	jsn_set_text(r->ends, b->id.p, a->id.p);
	r->facts++;
}

bool
room_cable(struct room *r, const struct room_cable *c)
{
	struct end a, b;
	char why[LIMIT_ERR_TEXT];
	bool in;

	begin_end(&a, c->a, c->a_port, c->a_kind);
	begin_end(&b, c->b, c->b_port, c->b_kind);
	in = !cable_stops(r, &a, &b, why, sizeof(why));
	if (in) {
		room_port(r, c->a, c->a_port, c->a_kind, NULL);
		room_port(r, c->b, c->b_port, c->b_kind, NULL);
		join(r, &a, &b);
	} else if (*why != '\0') {
		char where[32] = "";

		if (c->line > 0)
			snprintf(where, sizeof(where), ": line %zu", c->line);
		room_note(r, "%s%s: the cable from %s of \"%s\" to %s of \"%s\" is left out: %s", c->file, where,
		    a.port.n > 0 ? a.port.p : "a port", room_name(c->a), b.port.n > 0 ? b.port.p : "a port",
		    room_name(c->b), why);
	}
	finish_end(&a);
	finish_end(&b);
	return in;
}

/* ---- places and pools ------------------------------------------------------------------------------ */

bool
room_placed(const json_t *thing)
{
	return json_object_get(thing, "place") != NULL;
}

void
room_place(struct room *r, json_t *thing, const struct room_place *p)
{
	json_t *o;

	if (room_placed(thing)) {
		if (strcmp(jsn_text_or(json_object_get(thing, "place"), "container", ""), room_id(p->container)) != 0)
			room_note(r, "\"%s\" is said to be in \"%s\" too: a thing is in one place, the first stays", room_name(thing),
			    room_name(p->container));
		return;
	}
	if (p->container == thing) {
		room_note(r, "\"%s\" is said to be inside itself: it has no place here", room_name(thing));
		return;
	}
	if (p->unit > ROOM_UNITS || p->height > ROOM_UNITS)
		room_note(r, "\"%s\" is said to be above unit %d: it is in \"%s\" without a unit", room_name(thing), ROOM_UNITS,
		    room_name(p->container));
	o = json_object();
	jsn_set_text(o, "container", room_id(p->container));
	if (p->unit > 0 && p->unit <= ROOM_UNITS && p->height <= ROOM_UNITS) {
		jsn_set(o, "unit", json_integer(p->unit));
		jsn_set(o, "height", json_integer(p->height > 0 ? p->height : 1));
		jsn_set_text(o, "face", p->face == NULL ? "both" : p->face);
	} else if (p->side != NULL) {
		jsn_set_text(o, "side", p->side);
	}
	jsn_set(thing, "place", o);
	r->facts++;
}

void
room_member(struct room *r, json_t *pool, json_t *thing)
{
	json_t *members = json_object_get(pool, "member");

	if (pool == thing)
		return;
	if (members == NULL) {
		members = json_object();
		jsn_set(pool, "member", members);
	}
	if (json_object_get(members, room_id(thing)) == NULL)
		r->facts++;
	jsn_set(members, room_id(thing), json_true());
}
