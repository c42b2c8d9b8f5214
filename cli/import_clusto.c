/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clusto: what the rows of its database mean (facts/seeds.md, 4.2 to 4.7). Everything but names is an
 * attribute there: _contains (a rack's with subkey ru), port-KIND with a number, ip.
 */
#include <stdio.h>
#include <string.h>

#include "import_clusto.h"

#define IP_OFFSET 2147483648LL /* clusto keeps an address as its number minus this */

/* ---- tables ------------------------------------------------------------------------------ */

/* Types of clusto and ours. `guess`: why it is made up; NULL: it is the same thing. */
static const struct { const char *theirs, *type, *guess; } types[] = {
	{"server", "server", NULL},
	{"networkswitch", "switch", NULL},
	{"consoleserver", "console-server", NULL},
	{"appliance", "appliance", NULL},
	{"firewall", "firewall", NULL},
	{"loadbalancer", "load-balancer", NULL},
	{"rack", "rack", NULL},
	{"cage", "cage", NULL},
	{"zone", "zone", NULL},
	{"datacenter", "datacenter", NULL},
	{"pool", "pool", NULL},
	{"resourcemanager", "resource-manager", NULL},
	{"powerstrip", "strip", "a powerstrip of clusto whose driver switches nothing"},
	{"location", "zone", "a location of clusto"},
	{"generic", "appliance", "a generic thing of clusto"},
	{"entity", "appliance", "a generic thing of clusto"},
};

/* Drivers that say more than the type. */
static const struct { const char *driver, *type, *family; } drivers[] = {
	{"powertowerxm", "pdu", "sentry3"},
};

/* Ports a driver gives its things: clusto keeps their numbers in the driver, not in the database. */
static const struct { const char *driver, *kind; int n; } driver_ports[] = {
	{"basicserver", "pwr-nema-5", 1}, {"basicserver", "nic-eth", 2}, {"basicserver", "console-serial", 1},
	{"penguinserver", "pwr-nema-5", 1}, {"penguinserver", "nic-eth", 2}, {"penguinserver", "console-serial", 1},
	{"penguinserver2u", "pwr-nema-5", 2}, {"penguinserver2u", "nic-eth", 2}, {"penguinserver2u", "console-serial", 1},
	{"basicnetworkswitch", "pwr-nema-5", 1}, {"basicnetworkswitch", "nic-eth", 48},
	{"basicpowerstrip", "pwr-nema-5", 24}, {"basicpowerstrip", "nic-eth", 1},
	{"basicconsoleserver", "pwr-nema-5", 1}, {"basicconsoleserver", "nic-eth", 1}, {"basicconsoleserver", "console-serial", 24},
	{"basicappliance", "pwr-nema-5", 2}, {"basicappliance", "nic-eth", 1}, {"basicappliance", "console-serial", 1},
	{"basicfirewall", "pwr-nema-5", 1}, {"basicfirewall", "nic-eth", 2},
	{"basicloadbalancer", "pwr-nema-5", 1}, {"basicloadbalancer", "nic-eth", 2},
	{"powertowerxm", "pwr-nema-L5", 2}, {"powertowerxm", "pwr-nema-5", 16}, {"powertowerxm", "nic-eth", 1},
	{"powertowerxm", "console-serial", 1},
	{"opengearcm4148", "console-serial", 48},
	{"cisco2960", "nic-eth", 48}, {"cisco2960", "console-serial", 1},
	{"cisco3560", "nic-eth", 48}, {"cisco3560", "console-serial", 1}, {"cisco3560", "nic-fiber10g", 4},
	{"cisco4948", "nic-eth", 48}, {"cisco4948", "console-serial", 1}, {"cisco4948", "nic-fiber10g", 2},
};

/*
 * A port's name and kind, by the thing's type and the port's kind in clusto; the first row that fits. Names
 * of the ports a thing is there for are their numbers, as they stand on the box.
 */
static const struct { const char *type, *theirs, *name, *kind; } port_rows[] = {
	{"switch", "nic-eth", "%lld", "nic"},
	{"pdu", "pwr-nema-5", "%lld", "outlet"},
	{"strip", "pwr-nema-5", "%lld", "outlet"},
	{"console-server", "console-serial", "%lld", "console"},
	{"", "pwr-", "psu%lld", "inlet"},
	{"", "nic-eth", "nic%lld", "nic"},
	{"", "nic-xfp", "xfp%lld", "nic"},
	{"", "nic-fiber", "fiber%lld", "nic"},
	{"", "nic-", "nic%lld", "nic"},
	{"", "console-serial", "console%lld", "console"},
};

/* ---- entities -------------------------------------------------------------------------------- */

static json_t *
entity_of(const struct clusto *c, int64_t id)
{
	char key[32];

	snprintf(key, sizeof(key), "%lld", (long long)id);
	return json_object_get(c->entities, key);
}

static json_t *
thing_of(const struct clusto *c, int64_t id)
{
	const json_t *entity = entity_of(c, id);

	return entity == NULL ? NULL : room_find(c->r, "", str_of(jsn_text_or(entity, "name", "")));
}

static void
set_type(struct clusto *c, json_t *thing, struct str type, struct str driver)
{
	char word[65];

	for (size_t i = 0; i < LARCH_COUNT(drivers); i++)
		if (import_same(driver, drivers[i].driver)) {
			room_type(c->r, thing, drivers[i].type);
			room_fact(c->r, thing, "family", str_of(drivers[i].family));
			return;
		}
	for (size_t i = 0; i < LARCH_COUNT(types); i++)
		if (str_is(type, types[i].theirs)) {
			if (types[i].guess != NULL)
				room_guess(c->r, thing, types[i].type, types[i].guess);
			else
				room_type(c->r, thing, types[i].type);
			return;
		}
	import_word(type, true, "appliance", word);
	room_once(c->r, "clusto's type \"%.*s\" became %s, a word of the site's own", (int)(type.n > 64 ? 64 : type.n),
	    type.p == NULL ? "" : type.p, word);
	room_type(c->r, thing, word);
}

int
clusto_take_entity(struct clusto *c, const struct clusto_entity *row, struct err *e)
{
	json_t *entity, *thing;
	char key[32];

	if (row->name.n == 0)
		return err_set(e, ERR_INPUT, "%s: entity %lld has no name", c->file, (long long)row->id);
	entity = json_object();
	jsn_set_str(entity, "name", row->name);
	jsn_set_str(entity, "driver", row->driver);
	snprintf(key, sizeof(key), "%lld", (long long)row->id);
	jsn_set(c->entities, key, entity);
	if (str_is(row->type, "clustometa")) {
		jsn_set(entity, "meta", json_true());
		return 0;
	}
	/* the name as json keeps it: what is no UTF-8 was cleaned */
	if (room_find(c->r, "", str_of(jsn_text_or(entity, "name", ""))) != NULL)
		room_note(c->r, "two entities are called \"%s\": they are one thing here", jsn_text_or(entity, "name", ""));
	thing = room_thing(c->r, "", str_of(jsn_text_or(entity, "name", "")));
	set_type(c, thing, row->type, row->driver);
	room_fact(c->r, thing, "driver", row->driver);
	for (size_t i = 0; i < LARCH_COUNT(driver_ports); i++)
		for (int n = 1; import_same(row->driver, driver_ports[i].driver) && n <= driver_ports[i].n; n++) {
			json_t *port = json_object();
			char name[128];

			snprintf(name, sizeof(name), "%s %s %d", key, driver_ports[i].kind, n);
			jsn_set(port, "entity", json_integer(row->id));
			jsn_set_text(port, "kind", driver_ports[i].kind);
			jsn_set(port, "number", json_integer(n));
			jsn_set(c->ports, name, port);
		}
	return 0;
}

/* ---- attributes -------------------------------------------------------------------------------- */

/* "2010-05-04 12:00:00.000000", which has no zone, as RFC 3339 in UTC: 0, or -1. */
static int
date_of(struct clusto *c, struct str text, char out[TIMES_TEXT])
{
	char tmp[40];
	int64_t ms;

	if (text.n < 19 || text.n > 32)
		return -1;
	snprintf(tmp, sizeof(tmp), "%.10sT%.*sZ", text.p, (int)(text.n - 11 > 12 ? 12 : text.n - 11), text.p + 11);
	if (times_parse(str_of(tmp), &ms, NULL) != 0)
		return -1;
	times_utc(ms, out);
	room_once(c->r, "dates have no zone in clusto: they were taken as UTC");
	return 0;
}

/* JSON as room.json keeps it; what is none, or too long, is left out with a note. */
static void
add_json(struct clusto *c, json_t *thing, struct room_attr *a, struct str text)
{
	struct buf out = BUF(LIMIT_IMPORT_VALUE);
	json_t *v = jsn_parse(text, "a value", NULL);

	if (v != NULL)
		jsn_canonical(v, &out);
	if (v == NULL || out.over) {
		room_note(c->r, "%.*s of \"%s\" is %s: it was left out", (int)(a->key.n > 64 ? 64 : a->key.n), a->key.p,
		    jsn_text_or(thing, "name", ""), v == NULL ? "no JSON" : "JSON that is too long");
	} else {
		a->value = buf_view(&out);
		a->kind = "json";
		room_attr(c->r, thing, a);
	}
	json_decref(v);
	buf_free(&out);
}

static void
add_relation(struct clusto *c, json_t *thing, const struct room_attr *a, int64_t target)
{
	json_t *other = thing_of(c, target);

	if (other != NULL)
		room_relation(c->r, thing, a, other);
	else
		room_note(c->r, "%.*s of \"%s\" relates to something that is not there: it was left out",
		    (int)(a->key.n > 64 ? 64 : a->key.n), a->key.p, jsn_text_or(thing, "name", ""));
}

static void
add_value(struct clusto *c, json_t *thing, struct room_attr *a, const struct clusto_attr *row)
{
	char text[TIMES_TEXT];

	if (str_is(row->datatype, "relation")) {
		add_relation(c, thing, a, row->target);
	} else if (str_is(row->datatype, "json")) {
		add_json(c, thing, a, row->text);
	} else if (str_is(row->datatype, "int") && row->has_integer) {
		snprintf(text, sizeof(text), "%lld", (long long)row->integer);
		a->value = str_of(text);
		a->kind = "integer";
		room_attr(c->r, thing, a);
	} else if (str_is(row->datatype, "datetime") && date_of(c, row->date, text) == 0) {
		a->value = str_of(text);
		a->kind = "date";
		room_attr(c->r, thing, a);
	} else if (str_is(row->datatype, "string")) {
		a->value = row->text.p == NULL ? STR("") : row->text;
		a->kind = "string";
		room_attr(c->r, thing, a);
	} else {
		room_note(c->r, "%.*s of \"%s\" has no value that can be read (%.*s): it was left out",
		    (int)(a->key.n > 64 ? 64 : a->key.n), a->key.p, jsn_text_or(thing, "name", ""),
		    (int)(row->datatype.n > 32 ? 32 : row->datatype.n), row->datatype.p == NULL ? "" : row->datatype.p);
	}
}

/* ---- what contains what ------------------------------------------------------------------------------ */

static int
take_contents(struct clusto *c, json_t *thing, const struct clusto_attr *row)
{
	json_t *child = thing_of(c, row->target), *seen;
	char key[64];

	if (child == NULL) {
		room_note(c->r, "\"%s\" contains something that is not there", jsn_text_or(thing, "name", ""));
		return 0;
	}
	if (room_is_type(thing, "pool")) {
		room_member(c->r, thing, child);
		return 0;
	}
	if (!str_is(row->subkey, "ru") || row->number < 1) {
		room_place(c->r, child, &(struct room_place){.container = thing});
		return 0;
	}
	snprintf(key, sizeof(key), "%lld %lld", (long long)row->entity, (long long)row->target);
	seen = json_object_get(c->units, key);
	if (seen == NULL) {
		seen = json_object();
		jsn_set(seen, "rack", json_integer(row->entity));
		jsn_set(seen, "child", json_integer(row->target));
		jsn_set(seen, "low", json_integer(row->number));
		jsn_set(c->units, key, seen);
	}
	jsn_set(seen, "high", json_integer(row->number));
	jsn_set(seen, "n", json_integer(jsn_integer_or(seen, "n", 0) + 1));
	return 0;
}

/* A thing has one row a unit, in order; what has gaps, or is taller than a rack, has its first unit. */
static void
place_units(struct clusto *c)
{
	const char *key;
	json_t *o;

	json_object_foreach(c->units, key, o) {
		json_t *rack = thing_of(c, jsn_integer_or(o, "rack", 0)), *child = thing_of(c, jsn_integer_or(o, "child", 0));
		int64_t low = jsn_integer_or(o, "low", 0), height = jsn_integer_or(o, "high", 0) - low + 1;

		if (height != jsn_integer_or(o, "n", 0) || height > 100 || low > 999) {
			room_note(c->r, "\"%s\" has units with gaps in \"%s\": it is there at unit %lld alone", jsn_text_or(child, "name", ""),
			    jsn_text_or(rack, "name", ""), (long long)low);
			height = 1;
		}
		room_place(c->r, child, &(struct room_place){.container = rack, .unit = low > 999 ? 0 : low, .height = height});
	}
}

/* ---- ports -------------------------------------------------------------------------------------------- */

/* port-KIND, number, subkey: a fact of a port. All but what joins it stays an attribute too. */
static int
take_port(struct clusto *c, json_t *thing, const struct clusto_attr *row)
{
	struct str kind = {row->key.p + 5, row->key.n - 5};
	struct room_attr a = {.key = row->subkey, .subkey = kind, .number = row->number};
	struct buf key = BUF(LIMIT_HEADER);
	json_t *port;

	if (row->number < 1 || row->number > 100000 || kind.n == 0 || kind.n > 64) {
		room_note(c->r, "\"%s\" has a port without a number: it was left out", jsn_text_or(thing, "name", ""));
		return 0;
	}
	buf_printf(&key, "%lld ", (long long)row->entity);
	buf_plain(&key, kind);
	buf_printf(&key, " %lld", (long long)row->number);
	port = json_object_get(c->ports, key.p);
	if (port == NULL) {
		port = json_object();
		jsn_set(port, "entity", json_integer(row->entity));
		jsn_set_str(port, "kind", kind);
		jsn_set(port, "number", json_integer(row->number));
		jsn_set(c->ports, key.p, port);
	}
	buf_free(&key);
	if (str_is(row->subkey, "connection"))
		jsn_set(port, "other", json_integer(row->target));
	else if (str_is(row->subkey, "otherportnum"))
		jsn_set(port, "othernumber", json_integer(row->integer));
	else if (str_is(row->subkey, "osportname") && row->text.n > 0)
		jsn_set_str(port, "os", row->text);
	else if (row->subkey.n > 0)
		add_value(c, thing, &a, row);
	return 0;
}

static const char *
type_name(const json_t *thing)
{
	return jsn_text_or(thing, "type", "");
}

/* Ports of a strip are alike in clusto, its own inlet too: that is the one that is in a PDU. */
static bool
is_inlet(const struct clusto *c, const json_t *thing, const json_t *port)
{
	const json_t *other = thing_of(c, jsn_integer_or(port, "other", 0));

	return room_is_type(thing, "strip") && other != NULL && room_is_type(other, "pdu") &&
	    str_starts(str_of(jsn_text_or(port, "kind", "")), "pwr-");
}

/* The name of a port into out, and its kind. */
static const char *
port_name(const struct clusto *c, const json_t *thing, const json_t *port, char out[LIMIT_NAME + 1])
{
	const char *kind = jsn_text_or(port, "kind", ""), *os = jsn_text_or(port, "os", NULL);
	long long number = (long long)jsn_integer_or(port, "number", 0);

	if (is_inlet(c, thing, port)) {
		snprintf(out, LIMIT_NAME + 1, "inlet%lld", number);
		return "inlet";
	}
	for (size_t i = 0; i < LARCH_COUNT(port_rows); i++) {
		bool own = *port_rows[i].type != '\0';
		const char *hole = strchr(port_rows[i].name, '%');

		if ((own && strcmp(port_rows[i].type, type_name(thing)) != 0) || !str_starts(str_of(kind), port_rows[i].theirs))
			continue;
		if (own && strcmp(kind, port_rows[i].theirs) != 0)
			continue;
		if (os != NULL && !own && strlen(os) <= LIMIT_NAME)
			snprintf(out, LIMIT_NAME + 1, "%s", os);
		else
			snprintf(out, LIMIT_NAME + 1, "%.*s%lld", (int)(hole - port_rows[i].name), port_rows[i].name, number);
		return port_rows[i].kind;
	}
	snprintf(out, LIMIT_NAME + 1, "%.64s%lld", kind, number);
	return NULL;
}

static const json_t *
other_port(const struct clusto *c, const json_t *port)
{
	struct buf key = BUF(LIMIT_HEADER);
	const json_t *other;

	buf_printf(&key, "%lld %s %lld", (long long)jsn_integer_or(port, "other", 0), jsn_text_or(port, "kind", ""),
	    (long long)jsn_integer_or(port, "othernumber", 0));
	other = json_object_get(c->ports, key.p);
	buf_free(&key);
	return other;
}

static void
add_ports(struct clusto *c)
{
	char name[LIMIT_NAME + 1];
	const char *key;
	json_t *port;

	json_object_foreach(c->ports, key, port) {
		json_t *thing = thing_of(c, jsn_integer_or(port, "entity", 0));
		const char *kind = port_name(c, thing, port, name);

		if (room_has_port(thing, str_of(name))) { /* two interfaces that the system calls alike */
			(void)json_object_del(port, "os");
			kind = port_name(c, thing, port, name);
		}
		if (room_is_type(thing, "pdu") && kind != NULL && strcmp(kind, "outlet") == 0)
			room_once(c->r, "outlets of PDUs have clusto's numbers; where the device calls them otherwise (Sentry3: AA1) the ports want its names before power is asked");
		room_port(c->r, thing, str_of(name), kind, jsn_text_or(port, "kind", ""));
	}
}

static void
add_cables(struct clusto *c)
{
	char a_name[LIMIT_NAME + 1], b_name[LIMIT_NAME + 1];
	const char *key;
	json_t *port;

	json_object_foreach(c->ports, key, port) {
		json_t *a = thing_of(c, jsn_integer_or(port, "entity", 0)), *b = thing_of(c, jsn_integer_or(port, "other", 0));
		const json_t *other = other_port(c, port);
		struct room_cable cable = {.a = a, .b = b, .file = c->file};

		if (json_object_get(port, "other") == NULL)
			continue;
		if (other != NULL && other_port(c, other) == port && jsn_integer_or(port, "entity", 0) > jsn_integer_or(other, "entity", 0))
			continue; /* both ends know it: it came with the other one */
		cable.a_kind = port_name(c, a, port, a_name);
		cable.a_port = str_of(a_name);
		if (b == NULL || other == NULL) {
			room_note(c->r, "%s of \"%s\" is connected to a port that is not there: left out", a_name, jsn_text_or(a, "name", ""));
			continue;
		}
		cable.b_kind = port_name(c, b, other, b_name);
		cable.b_port = str_of(b_name);
		if (other_port(c, other) != port)
			room_note(c->r, "the connection of %s of \"%s\" with %s of \"%s\" is known at its first end alone", a_name,
			    jsn_text_or(a, "name", ""), b_name, jsn_text_or(b, "name", ""));
		(void)room_cable(c->r, &cable);
	}
}

/* ---- addresses ------------------------------------------------------------------------------------------ */

/*
 * An address is a signed number, and once more as the text ipstring. It is kept as text, once; the one with
 * the lowest number is the thing's address.
 */
static int
take_ip(struct clusto *c, json_t *thing, const struct clusto_attr *row)
{
	struct room_attr a = {.key = row->key, .subkey = row->subkey, .number = row->number};
	bool said = json_object_get(thing, "ips") != NULL && room_facts(thing, "ip") > 0;
	uint32_t ip = (uint32_t)(row->integer + IP_OFFSET);
	char text[64];

	if (row->subkey.n == 0 && row->has_integer && row->integer >= -IP_OFFSET && row->integer < IP_OFFSET) {
		snprintf(text, sizeof(text), "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	} else if (str_is(row->subkey, "ipstring") && import_address(row->text, text) == 0) {
		const char *before = jsn_text_or(thing, "ips", "");

		if (said && strcmp(before, text) == 0)
			return 0;
		a.subkey = (struct str){NULL, 0};
	} else {
		add_value(c, thing, &a, row);
		return 0;
	}
	if (json_object_get(thing, "ips") == NULL)
		room_fact(c->r, thing, "address", str_of(text));
	jsn_set_text(thing, "ips", text); /* the one that was read last */
	a.value = str_of(text);
	room_attr(c->r, thing, &a);
	return 0;
}

/* ---- all ----------------------------------------------------------------------------------------------------- */

static int
take_meta(struct clusto *c, const struct clusto_attr *row, struct err *e)
{
	int64_t version = row->has_integer ? row->integer : 0;

	if (!str_is(row->key, "schemaversion"))
		return 0;
	if (!row->has_integer && str_int(row->text, 0, 1000, &version) != 0)
		version = 0;
	c->schema = version;
	if (version != CLUSTO_SCHEMA)
		return err_set(e, ERR_INPUT, "%s: its tables are of version %lld; version %d is read (clusto-update-db brings it there)",
		    c->file, (long long)version, CLUSTO_SCHEMA);
	return 0;
}

int
clusto_take_attr(struct clusto *c, const struct clusto_attr *row, struct err *e)
{
	struct room_attr a = {.key = row->key, .subkey = row->subkey, .number = row->number};
	json_t *thing = thing_of(c, row->entity);
	const json_t *entity = entity_of(c, row->entity);

	if (entity == NULL || row->key.n == 0)
		return 0; /* of something that is deleted */
	if (json_object_get(entity, "meta") != NULL)
		return take_meta(c, row, e);
	if (a.number > UINT32_MAX || a.number < -1) {
		room_note(c->r, "the number of %.*s of \"%s\" was left out", (int)(a.key.n > 64 ? 64 : a.key.n), a.key.p,
		    jsn_text_or(thing, "name", ""));
		a.number = -1;
	}
	if (str_is(row->key, "_contains"))
		return take_contents(c, thing, row);
	if (str_starts(row->key, "port-"))
		return take_port(c, thing, row);
	if (str_is(row->key, "ip"))
		return take_ip(c, thing, row);
	if (str_is(row->key, "_lastip")) {
		room_once(c->r, "what a resource manager gave last (_lastip) was not carried over");
		return 0;
	}
	if (str_is(row->key, "maxu") && room_is_type(thing, "rack"))
		add_value(c, thing, &(struct room_attr){.key = STR("units"), .number = -1}, row);
	add_value(c, thing, &a, row);
	return 0;
}

int
clusto_database(struct room *r, sqlite3 *db, const char *file, struct err *e)
{
	struct clusto c = {.r = r, .file = file, .entities = json_object(), .ports = json_object(), .units = json_object()};
	int rc;

	room_keep_equal(r);
	rc = clusto_rows(&c, db, e);
	if (rc == 0) {
		if (c.schema == 0)
			room_note(r, "the database does not say which version its tables are of: they were read as version %d", CLUSTO_SCHEMA);
		place_units(&c);
		add_ports(&c);
		add_cables(&c);
	}
	json_decref(c.entities);
	json_decref(c.ports);
	json_decref(c.units);
	return rc;
}

int
clusto_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	sqlite3 *db = NULL;
	int rc;

	if (n != 1 || s->path == NULL)
		return err_set(e, ERR_INPUT, "clusto takes one file, its SQLite database");
	if (clusto_open(s->path, &db, e) != 0)
		return -1;
	rc = clusto_database(r, db, s->name, e);
	sqlite3_close(db);
	return rc;
}

const char *
clusto_looks(const struct source *s)
{
	return str_starts(s->text, "SQLite format 3") ? "it is an SQLite database" : NULL;
}
