/* SPDX-License-Identifier: Apache-2.0 */
/*
 * racktables: the records that RackTables' CSV import takes (racktables-contribs, csvimport/README.md):
 * OBJECT, RACK, RACKASSIGNMENT, CABLELINK, OBJECTIP, OBJECTATTRIBUTE, CONTAINERLINK, TAG; and the CSV of
 * its server, switch and VM reports (extensions/plugins), which have a row of titles.
 */
#include <stdio.h>
#include <string.h>

#include "import.h"

#define RACK_UNITS "46" /* a RACK without a height */

struct racktables {
	struct room *r;
	const struct source *s;
	struct csv csv;
};

/* Object types of RackTables' dictionary (inc/dictionary.php, chapter 1), by number, and the words of its CSV import. */
static const struct { const char *theirs, *type; } types[] = {
	{"1", "appliance"}, {"2", "pdu"}, {"3", "appliance"}, {"4", "server"}, {"5", "storage"}, {"6", "storage"}, {"7", "router"},
	{"8", "switch"}, {"9", "patch-panel"}, {"10", "appliance"}, {"12", "ups"}, {"13", "appliance"}, {"14", "appliance"},
	{"15", "kvm"}, {"1502", "chassis"}, {"1504", "server"}, {"1560", "rack"}, {"1561", "zone"}, {"1562", "room"},
	{"server", "server"}, {"patchpanel", "patch-panel"}, {"switch", "switch"}, {"network switch", "switch"}, {"vm", "server"},
	{"pdu", "pdu"}, {"router", "router"}, {"ups", "ups"}, {"server chassis", "chassis"},
};

/* Attributes by their number (inc/install.php); a date is seconds since 1970. */
static const struct { const char *id, *key; bool date; } attributes[] = {
	{"1", "serial", false}, {"2", "model", false}, {"3", "fqdn", false}, {"4", "os", false}, {"5", "os_version", false},
	{"14", "contact", false}, {"17", "ram_mb", false}, {"18", "cpu_mhz", false}, {"20", "serial2", false},
	{"21", "support_until", true}, {"22", "warranty", true}, {"24", "software_warranty", true}, {"25", "uuid", false},
	{"26", "hypervisor", false}, {"28", "slot", false}, {"LABEL", "label", false}, {"ASSETTAG", "asset_tag", false},
	{"HASPROBLEMS", "has_problems", false}, {"COMMENT", "comment", false},
};

static struct str
field(const struct racktables *t, size_t i)
{
	struct str none = {"", 0};

	return i < t->csv.n ? t->csv.field[i] : none;
}

static int
wrong(const struct racktables *t, const char *why, struct str what, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s: \"%.*s\"", t->s->name, t->csv.line, why,
	    (int)(what.n > 100 ? 100 : what.n), what.p);
}

/* ---- records ------------------------------------------------------------------------------ */

static void
add_type(struct racktables *t, json_t *thing, struct str theirs)
{
	char word[65];

	for (size_t i = 0; i < LARCH_COUNT(types); i++)
		if (import_same(theirs, types[i].theirs)) {
			room_type(t->r, thing, types[i].type);
			if (strcmp(types[i].type, "appliance") == 0 || import_same(theirs, "vm") || str_is(theirs, "1504"))
				room_fact(t->r, thing, "racktables_type", theirs);
			return;
		}
	import_word(theirs, true, "appliance", word);
	if (theirs.n > 0 && theirs.p[0] >= '0' && theirs.p[0] <= '9')
		memcpy(word, "appliance", sizeof("appliance"));
	room_note(t->r, "%s: line %zu: the object type \"%.*s\" became %s", t->s->name, t->csv.line,
	    (int)(theirs.n > 64 ? 64 : theirs.n), theirs.p, word);
	room_type(t->r, thing, word);
	room_fact(t->r, thing, "racktables_type", theirs);
}

static int
object_record(struct racktables *t, struct err *e)
{
	struct str ports = field(t, 5);
	json_t *thing, *names;

	thing = room_thing(t->r, "", field(t, 2));
	add_type(t, thing, field(t, 1));
	room_fact(t->r, thing, "label", field(t, 3));
	room_fact(t->r, thing, "asset_tag", field(t, 4));
	if (import_range(ports, &names, e) != 0)
		return err_prefix(e, "%s: line %zu", t->s->name, t->csv.line);
	for (size_t i = 0; i < json_array_size(names); i++)
		room_port(t->r, thing, str_of(json_string_value(json_array_get(names, i))), NULL, NULL);
	json_decref(names);
	if (field(t, 6).n > 0)
		room_once(t->r, "the interface types of ports (numbers of RackTables) were not carried over");
	return 0;
}

/* Location, child, row, rack: each in the one before it. */
static int
rack_record(struct racktables *t, struct err *e)
{
	static const struct { const char *space, *type; } levels[] = {
		{"location", "datacenter"}, {"room", "room"}, {"row", "zone"}, {"rack", "rack"},
	};
	struct str height = field(t, 5), within = {"", 0};
	json_t *outer = NULL, *thing = NULL;
	int64_t units;

	for (size_t i = 0; i < LARCH_COUNT(levels); i++) {
		struct str name = field(t, i + 1);

		if (name.n == 0)
			continue;
		/* RACKASSIGNMENT names a rack alone: racks are known by name */
		thing = room_thing_in(t->r, levels[i].space, i == 3 ? STR("") : within, name);
		if (strcmp(levels[i].space, levels[i].type) == 0)
			room_type(t->r, thing, levels[i].type);
		else
			room_guess(t->r, thing, levels[i].type, i == 0 ? "it is a location of RackTables" : "it is a row of RackTables");
		if (outer != NULL)
			room_place(t->r, thing, &(struct room_place){.container = outer});
		outer = thing;
		within = name;
	}
	if (height.n > 0 && str_int(height, 1, 999, &units) != 0)
		return wrong(t, "no height of a rack", height, e);
	if (height.n == 0)
		room_once(t->r, "racks without a height have " RACK_UNITS " units, as RackTables takes them");
	room_attr(t->r, thing, &(struct room_attr){.key = STR("units"), .value = height.n > 0 ? height : STR(RACK_UNITS),
	    .number = -1, .kind = "integer"});
	return 0;
}

/* "fi,fi": f front, b back; interior alone, or both, is both. */
static const char *
face_of(struct str fib)
{
	bool front = memchr(fib.p, 'f', fib.n) != NULL, back = memchr(fib.p, 'b', fib.n) != NULL;

	return fib.n == 0 || front == back ? "both" : front ? "front" : "rear";
}

static int
assignment_record(struct racktables *t, struct err *e)
{
	struct str units = field(t, 3), name = field(t, 1);
	int64_t low = 1000, high = 0, n = 0, unit;
	struct room_place at = {.container = room_thing(t->r, "rack", field(t, 2)), .face = face_of(field(t, 4))};

	room_type(t->r, at.container, "rack");
	while (units.p != NULL) {
		struct str text = str_trim(str_cut(&units, ','));

		if (text.n == 0)
			continue;
		if (str_int(text, 0, 999, &unit) != 0)
			return wrong(t, "no list of units", field(t, 3), e);
		if (unit == 0)
			continue;
		low = unit < low ? unit : low;
		high = unit > high ? unit : high;
		n++;
	}
	if (n > 0) {
		at.unit = low;
		at.height = high - low + 1;
		if (n != at.height)
			room_note(t->r, "%s: line %zu: the units of \"%.*s\" have gaps: it has all from %lld to %lld here", t->s->name,
			    t->csv.line, (int)(name.n > 128 ? 128 : name.n), name.p, (long long)low, (long long)high);
	}
	room_place(t->r, room_thing(t->r, "", name), &at);
	return 0;
}

static int
cable_record(struct racktables *t, struct err *e)
{
	(void)e;
	room_cable(t->r, &(struct room_cable){.a = room_thing(t->r, "", field(t, 1)), .a_port = field(t, 2),
	    .b = room_thing(t->r, "", field(t, 3)), .b_port = field(t, 4), .file = t->s->name, .line = t->csv.line});
	if (field(t, 5).n > 0)
		room_once(t->r, "the ids of cables were not carried over");
	return 0;
}

/* The first address is what Larch pings; all are kept by interface. */
static int
address_record(struct racktables *t, struct err *e)
{
	json_t *thing = room_thing(t->r, "", field(t, 1));
	char address[64];

	if (import_address(field(t, 3), address) != 0)
		return wrong(t, "no address", field(t, 3), e);
	if (room_facts(thing, "address") == 0)
		room_fact(t->r, thing, "address", str_of(address));
	room_attr(t->r, thing, &(struct room_attr){.key = STR("ip"), .subkey = field(t, 2), .value = str_of(address),
	    .number = (int64_t)room_facts(thing, "ip")});
	return 0;
}

/* Seconds since 1970, or the text that it is. */
static void
add_date(struct racktables *t, json_t *thing, const char *key, struct str value)
{
	char text[TIMES_TEXT];
	int64_t s;

	if (str_int(value, 0, 4102444800, &s) != 0)
		room_fact(t->r, thing, key, value);
	else
		room_attr(t->r, thing, &(struct room_attr){.key = str_of(key), .value = str_of(times_utc(s * 1000, text)),
		    .number = -1, .kind = "date"});
}

static int
attribute_record(struct racktables *t, struct err *e)
{
	json_t *thing = room_thing(t->r, "", field(t, 1));
	struct str id = field(t, 2), value = field(t, 3);
	char key[80];

	(void)e;
	for (size_t i = 0; i < LARCH_COUNT(attributes); i++) {
		if (!import_same(id, attributes[i].id))
			continue;
		if (attributes[i].date)
			add_date(t, thing, attributes[i].key, value);
		else
			room_fact(t->r, thing, attributes[i].key, value);
		return 0;
	}
	if (import_same(id, "NAME")) {
		room_note(t->r, "%s: line %zu: the new name of \"%.*s\" was not carried over", t->s->name, t->csv.line,
		    (int)(field(t, 1).n > 128 ? 128 : field(t, 1).n), field(t, 1).p);
		return 0;
	}
	snprintf(key, sizeof(key), "racktables-%.*s", (int)(id.n > 50 ? 50 : id.n), id.p);
	room_once(t->r, "the attribute %.*s of RackTables became %s", (int)(id.n > 50 ? 50 : id.n), id.p, key);
	room_fact(t->r, thing, key, value);
	return 0;
}

static int
container_record(struct racktables *t, struct err *e)
{
	(void)e;
	room_place(t->r, room_thing(t->r, "", field(t, 2)), &(struct room_place){.container = room_thing(t->r, "", field(t, 1))});
	return 0;
}

static void
add_tags(struct racktables *t, json_t *thing, struct str tags)
{
	while (tags.p != NULL) {
		struct str tag = str_trim(str_cut(&tags, ','));

		if (tag.n > 0)
			room_fact_n(t->r, thing, "tag", (int64_t)room_facts(thing, "tag"), tag);
	}
}

static int
tag_record(struct racktables *t, struct err *e)
{
	(void)e;
	if (import_same(field(t, 1), "object"))
		add_tags(t, room_thing(t->r, "", field(t, 2)), field(t, 3));
	else if (import_same(field(t, 1), "rack"))
		add_tags(t, room_thing(t->r, "rack", field(t, 2)), field(t, 3));
	else
		room_once(t->r, "tags of networks were not carried over");
	return 0;
}

static int
object_tag_record(struct racktables *t, struct err *e)
{
	(void)e;
	add_tags(t, room_thing(t->r, "", field(t, 1)), field(t, 2));
	return 0;
}

static int
network_record(struct racktables *t, struct err *e)
{
	(void)e;
	room_once(t->r, "networks, VLANs and their addresses (VLAN, IP, UPDATEIP) were not carried over");
	return 0;
}

static const struct {
	const char *word;
	size_t fields;     /* that must be there, the word counted */
	int (*run)(struct racktables *t, struct err *e);
	const char *usage;
} records[] = {
	{"OBJECT", 3, object_record, "OBJECT;type;name[;label;asset tag;ports;port types]"},
	{"RACK", 5, rack_record, "RACK;location;room;row;rack[;height]"},
	{"RACKASSIGNMENT", 4, assignment_record, "RACKASSIGNMENT;object;rack;units[;faces]"},
	{"CABLELINK", 5, cable_record, "CABLELINK;object;port;object;port[;cable]"},
	{"OBJECTIP", 4, address_record, "OBJECTIP;object;interface;address[;type]"},
	{"OBJECTATTRIBUTE", 4, attribute_record, "OBJECTATTRIBUTE;object;attribute;value"},
	{"CONTAINERLINK", 3, container_record, "CONTAINERLINK;parent;child"},
	{"TAG", 4, tag_record, "TAG;realm;name;tags"},
	{"OBJECTTAG", 3, object_tag_record, "OBJECTTAG;object;tag"},
	{"VLAN", 1, network_record, ""},
	{"IP", 1, network_record, ""},
	{"UPDATEIP", 1, network_record, ""},
};

/* RACK's fields 1 to 3 may be empty; all others that must be there hold something. */
static int
one_record(struct racktables *t, struct err *e)
{
	struct str word = field(t, 0);

	for (size_t i = 0; i < LARCH_COUNT(records); i++) {
		if (!import_same(word, records[i].word))
			continue;
		for (size_t k = strcmp(records[i].word, "RACK") == 0 ? 4 : 1; k < records[i].fields; k++)
			if (field(t, k).n == 0)
				return err_set(e, ERR_INPUT, "%s: line %zu: field %zu is empty: %s", t->s->name, t->csv.line, k + 1,
				    records[i].usage);
		return records[i].run(t, e);
	}
	return wrong(t, "no record of RackTables' CSV import (OBJECT, RACK, RACKASSIGNMENT, CABLELINK ...)", word, e);
}

static int
read_records(struct racktables *t, struct err *e)
{
	int rc;

	csv_begin(&t->csv, t->s);
	t->csv.comments = true;
	while ((rc = csv_next(&t->csv, e)) == 1)
		if (one_record(t, e) != 0 || room_fits(t->r, e) != 0) {
			rc = -1;
			break;
		}
	csv_finish(&t->csv);
	return rc;
}

/* ---- reports ----------------------------------------------------------------------------------- */

/* Words with blanks between, as the reports write hardware and network addresses. */
static int
each_word(struct racktables *t, json_t *thing, struct str text, bool mac, struct err *e)
{
	while (text.p != NULL) {
		struct str word = str_trim(str_cut(&text, ' '));
		char hardware[18], address[64];

		if (word.n == 0)
			continue;
		if (mac) {
			if (import_mac(word, hardware) != 0)
				return wrong(t, "no hardware address", word, e);
			room_fact_n(t->r, thing, "mac", (int64_t)room_facts(thing, "mac"), str_of(hardware));
			continue;
		}
		if (import_address(word, address) != 0)
			return wrong(t, "no address", word, e);
		if (room_facts(thing, "address") == 0)
			room_fact(t->r, thing, "address", str_of(address));
		else
			room_fact_n(t->r, thing, "ip", (int64_t)room_facts(thing, "ip"), str_of(address));
	}
	return 0;
}

/* "Row: Rack"; "unknown: unknown" is nowhere. */
static void
add_location(struct racktables *t, json_t *thing, struct str text)
{
	struct str rack = text, row = str_trim(str_cut(&rack, ':'));
	json_t *at, *outer;

	if (text.p == NULL || str_is(row, "unknown"))
		return;
	if (rack.p == NULL || str_trim(rack).n == 0 || (rack.n > 0 && memchr(rack.p, '<', rack.n) != NULL)) {
		room_fact(t->r, thing, "location", text);
		return;
	}
	at = room_thing_in(t->r, "rack", row, rack);
	outer = room_thing(t->r, "row", row);
	room_type(t->r, at, "rack");
	room_guess(t->r, outer, "zone", "it is a row of RackTables");
	room_place(t->r, at, &(struct room_place){.container = outer});
	room_place(t->r, thing, &(struct room_place){.container = at});
	room_once(t->r, "the report does not say the units of a rack: things are in it without one");
}

static int
report_row(struct racktables *t, struct err *e)
{
	static const struct { const char *title, *key; } facts[] = {
		{"comment", "comment"}, {"contact", "contact"}, {"type", "model"}, {"oem oem_s_n", "serial"},
		{"hw_expire_date", "warranty"}, {"os", "os"},
	};
	struct str name = csv_get(&t->csv, "name");
	json_t *thing;

	if (name.p == NULL)
		return wrong(t, "the row has no name", field(t, 0), e);
	thing = room_thing(t->r, "", name);
	room_guess(t->r, thing, "server", "the report does not say what an object is");
	for (size_t i = 0; i < LARCH_COUNT(facts); i++)
		room_cell(t->r, thing, facts[i].key, csv_get(&t->csv, facts[i].title));
	if (each_word(t, thing, csv_get(&t->csv, "mac"), true, e) != 0 || each_word(t, thing, csv_get(&t->csv, "ip_s ip ips"), false, e) != 0)
		return -1;
	add_location(t, thing, csv_get(&t->csv, "location"));
	for (size_t i = 0; i < t->csv.n_titles && i < t->csv.n; i++)
		if (!t->csv.used[i] && t->csv.title[i][0] != '\0')
			room_cell(t->r, thing, t->csv.title[i], t->csv.field[i]);
	return room_fits(t->r, e);
}

static bool
is_records(const struct source *s)
{
	struct csv c;
	struct err e;
	bool yes = false;

	csv_begin(&c, s);
	c.comments = true;
	if (csv_next(&c, &e) == 1)
		for (size_t i = 0; i < LARCH_COUNT(records); i++)
			yes = yes || (c.n > 1 && import_same(c.field[0], records[i].word));
	csv_finish(&c);
	return yes;
}

static int
read_report(struct racktables *t, struct err *e)
{
	int rc;

	csv_begin(&t->csv, t->s);
	rc = csv_header(&t->csv, e);
	if (rc == 0 && csv_column(&t->csv, "name") < 0)
		rc = err_set(e, ERR_INPUT, "%s: line %zu: this is neither a record (OBJECT;SERVER;n1 ...) nor a report's row of titles (Name,MAC,IP(s) ...)",
		    t->s->name, t->csv.line);
	while (rc == 0 && (rc = csv_next(&t->csv, e)) == 1)
		rc = report_row(t, e);
	csv_finish(&t->csv);
	return rc;
}

int
racktables_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct racktables t = {.r = r, .s = &s[i]};

		rc = is_records(&s[i]) ? read_records(&t, e) : read_report(&t, e);
	}
	return rc;
}

const char *
racktables_looks(const struct source *s)
{
	const char *why = NULL;
	struct csv c;
	struct err e;

	if (is_records(s))
		return "it begins with a record of RackTables' CSV import";
	csv_begin(&c, s);
	if (csv_header(&c, &e) == 0 && csv_column(&c, "name") >= 0 && csv_column(&c, "ip_s") >= 0 &&
	    csv_column(&c, "hw_expire_date contact") >= 0)
		why = "it has the titles of a RackTables report";
	csv_finish(&c);
	return why;
}
