/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netbox: CSV of NetBox, the columns of its import forms (dcim/forms/bulk_import.py) or the titles of its
 * exported tables (dcim/tables). What a file holds is told by its columns; racks and device types are read
 * first, then devices, their ports, then cables.
 */
#include <stdio.h>
#include <string.h>

#include "import.h"

#define SIDE_A_DEVICE "side_a_device device_a side_a"
#define SIDE_B_DEVICE "side_b_device device_b side_b"

struct netbox {
	struct room *r;
	const struct source *s;
	struct csv csv;
	json_t *models; /* model → {height, deep} */
};

/* ---- words ------------------------------------------------------------------------------- */

/* A role's name is the site's own; the first of these words in it says what the thing is. */
static const struct { const char *part, *type; } roles[] = {
	{"console", "console-server"}, {"terminal server", "console-server"}, {"patch", "patch-panel"}, {"pdu", "pdu"},
	{"power distribution", "pdu"}, {"ups", "ups"}, {"chassis", "chassis"}, {"enclosure", "chassis"},
	{"firewall", "firewall"}, {"load balancer", "load-balancer"}, {"load-balancer", "load-balancer"}, {"router", "router"},
	{"switch", "switch"}, {"leaf", "switch"}, {"spine", "switch"}, {"server", "server"}, {"compute", "server"},
	{"hypervisor", "server"}, {"node", "server"}, {"storage", "storage"}, {"kvm", "kvm"}, {"blade", "server"},
};

/* NetBox's kinds of what a cable ends in, and what that is here. NULL: no kind of ours; it is told by the name. */
static const struct { const char *word, *kind; } ends[] = {
	{"powerport", "inlet"}, {"power port", "inlet"}, {"poweroutlet", "outlet"}, {"power outlet", "outlet"},
	{"powerfeed", "outlet"}, {"power feed", "outlet"}, {"consoleserverport", "console"}, {"console server port", "console"},
	{"consoleport", "console"}, {"console port", "console"}, {"interface", "nic"}, {"frontport", NULL}, {"front port", NULL},
	{"rearport", NULL}, {"rear port", NULL},
};

/* Shapes of connectors, NetBox's (dcim/choices.py) to ours. */
static const struct { const char *netbox, *plug; } plugs[] = {
	{"iec-60320-c14", "pwr-c14"}, {"iec-60320-c13", "pwr-c13"}, {"iec-60320-c20", "pwr-c20"}, {"iec-60320-c19", "pwr-c19"},
};

static const char *
kind_of_end(struct str type, bool *known)
{
	for (size_t i = 0; i < LARCH_COUNT(ends); i++)
		if (import_contains(type, ends[i].word)) {
			*known = true;
			return ends[i].kind;
		}
	*known = type.n == 0;
	return NULL;
}

static int
wrong(const struct netbox *b, const char *why, struct str what, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s: \"%.*s\"", b->s->name, b->csv.line, why,
	    (int)(what.n > 100 ? 100 : what.n), what.p == NULL ? "" : what.p);
}

/* NetBox's tables write an empty cell as a dash. */
static struct str
get(struct netbox *b, const char *titles)
{
	struct str text = csv_get(&b->csv, titles);

	return str_is(text, "\xe2\x80\x94") || str_is(text, "-") ? (struct str){NULL, 0} : text;
}

/* ---- places --------------------------------------------------------------------------------- */

/* Racks of two sites may have one name, and so may locations. NULL: the row says no site and no location. */
static json_t *
hall_of(struct netbox *b)
{
	struct str site = get(b, "site"), location = get(b, "location");
	json_t *centre = NULL, *hall;

	if (site.p != NULL) {
		centre = room_thing(b->r, "site", site);
		room_guess(b->r, centre, "datacenter", "it is a site of NetBox");
	}
	if (location.p == NULL)
		return centre;
	hall = room_thing_in(b->r, "location", site, location);
	room_guess(b->r, hall, "room", "it is a location of NetBox");
	if (centre != NULL)
		room_place(b->r, hall, &(struct room_place){.container = centre});
	return hall;
}

static json_t *
rack_of(struct netbox *b, struct str name)
{
	json_t *rack = room_thing_in(b->r, "rack", get(b, "site"), name), *hall = hall_of(b);

	room_type(b->r, rack, "rack");
	if (hall != NULL && !room_placed(rack))
		room_place(b->r, rack, &(struct room_place){.container = hall});
	return rack;
}

static int
units_of(struct netbox *b, json_t *rack, struct err *e)
{
	struct str height = get(b, "u_height height_u height");
	int64_t units;

	if (height.p == NULL)
		return 0;
	if (str_int(height, 1, 999, &units) != 0)
		return wrong(b, "no height of a rack", height, e);
	room_attr(b->r, rack, &(struct room_attr){.key = STR("units"), .value = height, .number = -1, .kind = "integer"});
	return 0;
}

static int
one_rack(struct netbox *b, struct err *e)
{
	static const char *const facts[] = {"status", "serial", "asset_tag", "facility_id", "description", "comments", "tenant"};
	struct str name = get(b, "name");
	json_t *rack;

	if (name.p == NULL)
		return wrong(b, "the rack has no name", STR(""), e);
	rack = rack_of(b, name);
	for (size_t i = 0; i < LARCH_COUNT(facts); i++)
		room_fact(b->r, rack, facts[i], get(b, facts[i]));
	return units_of(b, rack, e);
}

static int
one_model(struct netbox *b, struct err *e)
{
	struct str model = get(b, "model device_type"), height = get(b, "u_height height_u height"), deep = get(b, "is_full_depth full_depth");
	double units = 1;
	json_t *o;

	if (model.p == NULL)
		return wrong(b, "the device type has no model", STR(""), e);
	if (height.p != NULL && str_double(height, 0, 100, &units) != 0)
		return wrong(b, "no height of a device type", height, e);
	o = json_object();
	jsn_set(o, "height", json_integer((json_int_t)(units + 0.99)));
	jsn_set(o, "deep", json_boolean(deep.p == NULL || import_same(deep, "true") || str_is(deep, "\xe2\x9c\x94")));
	(void)json_object_setn_new(b->models, model.p, model.n, o);
	return 0;
}

/* ---- devices ------------------------------------------------------------------------------------ */

static void
type_of_role(struct netbox *b, json_t *device, struct str role)
{
	char word[65];

	if (role.p == NULL) {
		room_guess(b->r, device, "server", "the file does not say its role");
		return;
	}
	for (size_t i = 0; i < LARCH_COUNT(roles); i++)
		if (import_contains(role, roles[i].part)) {
			room_type(b->r, device, roles[i].type);
			return;
		}
	import_word(role, true, "appliance", word);
	room_once(b->r, "the role \"%.*s\" became the type %s, a word of the site's own", (int)(role.n > 100 ? 100 : role.n), role.p,
	    word);
	room_type(b->r, device, word);
}

static const char *
face_of(struct netbox *b, const json_t *model)
{
	struct str face = get(b, "face rack_face");

	if (model != NULL && jsn_bool_or(model, "deep", true))
		return "both";
	if (import_same(face, "front") || import_same(face, "rear"))
		return import_same(face, "front") ? "front" : "rear";
	return "both";
}

/* "12.0" and "12.5" are units too: NetBox counts halves. */
static int
place_device(struct netbox *b, json_t *device, struct err *e)
{
	struct str rack = get(b, "rack"), position = get(b, "position position_u"), model = get(b, "device_type type");
	const json_t *known = model.p == NULL ? NULL : json_object_getn(b->models, model.p, model.n);
	struct room_place at = {.container = rack.p != NULL ? rack_of(b, rack) : hall_of(b)};
	struct str parent = get(b, "parent parent_device");
	double unit = 0;

	if (parent.p != NULL) {
		room_place(b->r, device, &(struct room_place){.container = room_thing(b->r, "", parent)});
		room_fact(b->r, device, "bay", get(b, "device_bay parent_bay position_device_bay"));
		return 0;
	}
	if (position.p != NULL && rack.p != NULL) {
		if (str_double(position, 0.5, 999, &unit) != 0)
			return wrong(b, "no position in a rack", position, e);
		at.unit = (int64_t)unit;
		at.unit += at.unit == 0;
		if ((double)(int64_t)unit != unit)
			room_note(b->r, "\"%.*s\" stands at half units: it is at unit %lld here", (int)get(b, "name").n,
			    get(b, "name").p == NULL ? "" : get(b, "name").p, (long long)at.unit);
		at.height = known != NULL ? jsn_integer_or(known, "height", 1) : 1;
		at.height += at.height == 0;
		at.face = face_of(b, known);
		if (known == NULL)
			room_once(b->r, "made up: the height of devices, one unit each; a CSV of device types (model, u_height) beside this file says it");
	}
	if (at.container != NULL)
		room_place(b->r, device, &at);
	return 0;
}

static int
add_addresses(struct netbox *b, json_t *device, struct str name, struct err *e)
{
	struct str ip = get(b, "primary_ip4 primary_ip ip_address ipv4_address"), ip6 = get(b, "primary_ip6 ipv6_address"),
	           oob = get(b, "oob_ip out_of_band_ip oob_ip_address");
	struct buf text = BUF(2 * LIMIT_IMPORT_FIELD);
	char address[64];
	json_t *bmc;

	if (ip.p != NULL && import_address(ip, address) != 0)
		return wrong(b, "no address", ip, e);
	if (ip.p != NULL)
		room_fact(b->r, device, "address", str_of(address));
	if (ip6.p != NULL && import_address(ip6, address) != 0)
		return wrong(b, "no address", ip6, e);
	if (ip6.p != NULL && !str_eq(ip, ip6))
		room_fact(b->r, device, room_facts(device, "address") == 0 ? "address" : "address6", str_of(address));
	if (oob.p == NULL)
		return 0;
	if (import_address(oob, address) != 0)
		return wrong(b, "no address", oob, e);
	buf_str(&text, name);
	buf_puts(&text, "-bmc");
	bmc = room_thing(b->r, "", buf_view(&text));
	buf_free(&text);
	room_type(b->r, bmc, "bmc");
	room_fact(b->r, bmc, "address", str_of(address));
	room_once(b->r, "made up: a BMC for each out-of-band address, its machine's name with -bmc behind it");
	room_cable(b->r, &(struct room_cable){.a = device, .a_port = STR("bmc"), .a_kind = "bmc", .b = bmc, .b_port = STR("host"),
	    .b_kind = "bmc", .file = b->s->name, .line = b->csv.line});
	return 0;
}

/* Columns that become attributes under our names; what is left keeps its own. */
static const struct { const char *titles, *key; } facts[] = {
	{"tenant", "owner"}, {"device_type type", "model"}, {"manufacturer", "manufacturer"}, {"platform", "platform"},
	{"serial serial_number", "serial"}, {"asset_tag", "asset_tag"}, {"status", "status"}, {"role device_role", "role"},
	{"description", "description"}, {"comments", "comments"}, {"cluster", "cluster"}, {"virtual_chassis", "virtual_chassis"},
};

/* Columns that hold nothing of a room. */
static const char unsaid[] = "id url last_updated created console_ports console_server_ports power_ports power_outlets interfaces "
    "front_ports rear_ports device_bays module_bays inventory_items config_template contacts tenant_group region site_group "
    "airflow vc_position vc_priority position_device_bay parent_bay latitude longitude name display slug";

static void
add_facts(struct netbox *b, json_t *device)
{
	struct str tags = get(b, "tags");
	int64_t n = 0;

	for (size_t i = 0; i < LARCH_COUNT(facts); i++)
		room_fact(b->r, device, facts[i].key, get(b, facts[i].titles));
	while (tags.p != NULL) {
		struct str tag = str_trim(str_cut(&tags, ','));

		if (tag.n > 0)
			room_fact_n(b->r, device, "tag", n++, tag);
	}
	for (size_t i = 0; i < b->csv.n_titles && i < b->csv.n; i++) {
		struct str rest = str_of(unsaid);
		bool left = false;

		while (rest.p != NULL && !left)
			left = str_is(str_cut(&rest, ' '), b->csv.title[i]);
		if (left && !b->csv.used[i] && b->csv.field[i].n > 0)
			room_once(b->r, "%s: the column %s was not carried over", b->s->name, b->csv.title[i]);
		else if (!left && !b->csv.used[i] && b->csv.title[i][0] != '\0' && !str_is(b->csv.field[i], "\xe2\x80\x94"))
			room_cell(b->r, device, b->csv.title[i], b->csv.field[i]);
	}
}

static int
one_device(struct netbox *b, struct err *e)
{
	struct str name = get(b, "name"), tag = get(b, "asset_tag"), serial = get(b, "serial serial_number"), id = get(b, "id");
	char made[LIMIT_NAME];
	json_t *device;

	if (name.p == NULL) {
		struct str by = tag.p != NULL ? tag : serial.p != NULL ? serial : id;

		if (by.p != NULL)
			snprintf(made, sizeof(made), "unnamed-%.*s", (int)(by.n > 100 ? 100 : by.n), by.p);
		else
			snprintf(made, sizeof(made), "unnamed-line-%zu", b->csv.line);
		name = str_of(made);
		room_note(b->r, "%s: line %zu: the device has no name: it is called %s here", b->s->name, b->csv.line, made);
	}
	device = room_find(b->r, "", name);
	if (device != NULL && json_object_get(device, "from_row") != NULL)
		return wrong(b, "a device of that name is there already (names must be unique in the room)", name, e);
	device = room_thing(b->r, "", name);
	jsn_set(device, "from_row", json_true());
	type_of_role(b, device, get(b, "role device_role"));
	if (place_device(b, device, e) != 0 || add_addresses(b, device, name, e) != 0)
		return -1;
	add_facts(b, device);
	return 0;
}

/* ---- ports and cables ---------------------------------------------------------------------------------- */

/* Component exports: device, name, type. What they are is told by their type, or by other columns. */
static int
one_port(struct netbox *b, struct err *e)
{
	struct str device = get(b, "device"), name = get(b, "name"), type = get(b, "type");
	const char *kind = csv_column(&b->csv, "feed_leg power_port") >= 0     ? "outlet"
	    : csv_column(&b->csv, "maximum_draw allocated_draw") >= 0          ? "inlet"
	    : csv_column(&b->csv, "mgmt_only mac_address mtu speed_kbps") >= 0 ? "nic"
	                                                                       : NULL;
	const char *plug = NULL;

	if (device.p == NULL || name.p == NULL)
		return wrong(b, "a port has a device and a name", name, e);
	for (size_t i = 0; i < LARCH_COUNT(plugs); i++)
		if (import_same(type, plugs[i].netbox))
			plug = plugs[i].plug;
	room_port(b->r, room_thing(b->r, "", device), name, kind, plug);
	return 0;
}

struct side {
	const char *device, *panel, *type, *name;
};

static const struct side sides[2] = {
	{SIDE_A_DEVICE, "side_a_power_panel", "side_a_type", "side_a_name termination_a"},
	{SIDE_B_DEVICE, "side_b_power_panel", "side_b_type", "side_b_name termination_b"},
};

/* One end. A power feed is a thing of its own, with one outlet. *thing NULL: it ends in nothing of a room. */
static void
end_of(struct netbox *b, const struct side *x, json_t **thing, struct str *port, const char **kind)
{
	struct str device = get(b, x->device), panel = get(b, x->panel), type = get(b, x->type);
	bool known;

	*thing = NULL;
	*port = get(b, x->name);
	*kind = kind_of_end(type, &known);
	if (import_contains(type, "powerfeed") || import_contains(type, "power feed")) {
		*thing = port->p == NULL ? NULL : room_thing_in(b->r, "feed", panel, *port);
		if (*thing != NULL)
			room_type(b->r, *thing, "feed");
		*port = STR("out");
	} else if (device.p != NULL && known) {
		*thing = room_thing(b->r, "", device);
	}
}

static int
one_cable(struct netbox *b, struct err *e)
{
	struct room_cable c = {.file = b->s->name, .line = b->csv.line};
	struct str label = get(b, "label");

	(void)e;
	end_of(b, &sides[0], &c.a, &c.a_port, &c.a_kind);
	end_of(b, &sides[1], &c.b, &c.b_port, &c.b_kind);
	if (c.a == NULL || c.b == NULL) {
		room_note(b->r, "%s: line %zu: a cable that does not join two devices is left out", b->s->name, b->csv.line);
		return 0;
	}
	if ((c.a_port.n > 0 && memchr(c.a_port.p, ',', c.a_port.n) != NULL) ||
	    (c.b_port.n > 0 && memchr(c.b_port.p, ',', c.b_port.n) != NULL)) {
		room_note(b->r, "%s: line %zu: a cable with several ends on one side is left out: %.*s to %.*s", b->s->name, b->csv.line,
		    (int)c.a_port.n, c.a_port.p, (int)c.b_port.n, c.b_port.p);
		return 0;
	}
	if (room_cable(b->r, &c) && label.p != NULL)
		room_once(b->r, "labels, types, colours and lengths of cables were not carried over");
	return 0;
}

/* ---- files -------------------------------------------------------------------------------------------------- */

enum what { RACKS, MODELS, DEVICES, PORTS, CABLES, UNKNOWN };

/* What a file holds: all these columns are there. The first row that fits. */
static const struct { enum what what; const char *columns[3]; const char *why; } files[] = {
	{CABLES, {"side_a_device side_a_name", "side_b_device side_b_name", NULL}, "it has the columns of NetBox's cables"},
	{CABLES, {"termination_a", "termination_b", NULL}, "it has the columns of NetBox's cables"},
	{MODELS, {"model device_type", "u_height height_u", "manufacturer"}, "it has the columns of NetBox's device types"},
	{DEVICES, {"name", "device_type", "role device_role site"}, "it has the columns of NetBox's devices"},
	{DEVICES, {"name", "role device_role", "manufacturer site tenant"}, "it has the columns of NetBox's devices"},
	{RACKS, {"name", "u_height height_u", "site"}, "it has the columns of NetBox's racks"},
	{PORTS, {"device", "name", "type"}, "it has the columns of NetBox's ports"},
};

static enum what
what_is(struct csv *c, const char **why)
{
	enum what found = UNKNOWN;

	*why = NULL;
	for (size_t i = 0; i < LARCH_COUNT(files) && found == UNKNOWN; i++) {
		bool all = true;

		for (size_t k = 0; k < LARCH_COUNT(files[i].columns) && files[i].columns[k] != NULL; k++)
			all = csv_column(c, files[i].columns[k]) >= 0 && all;
		if (all) {
			found = files[i].what;
			*why = files[i].why;
		}
	}
	for (size_t i = 0; i < CSV_COLUMNS; i++)
		c->used[i] = false;
	return found;
}

static int
one_row(struct netbox *b, enum what what, struct err *e)
{
	static int (*const rows[])(struct netbox *, struct err *) = {
		[RACKS] = one_rack, [MODELS] = one_model, [DEVICES] = one_device, [PORTS] = one_port, [CABLES] = one_cable,
	};

	return rows[what](b, e) != 0 ? -1 : room_fits(b->r, e);
}

/* Read the file when it holds this. */
static int
one_file(struct netbox *b, enum what wanted, struct err *e)
{
	const char *why;
	enum what what;
	int rc;

	csv_begin(&b->csv, b->s);
	rc = csv_header(&b->csv, e);
	what = rc != 0 ? UNKNOWN : what_is(&b->csv, &why);
	if (rc == 0 && what == UNKNOWN)
		rc = err_set(e, ERR_INPUT, "%s: line %zu: these are not the columns of NetBox's devices (name, role, device_type ...), cables (side_a_device, side_a_name ...), racks, device types or ports",
		    b->s->name, b->csv.line);
	while (rc == 0 && what == wanted && (rc = csv_next(&b->csv, e)) == 1)
		rc = one_row(b, what, e);
	csv_finish(&b->csv);
	return rc;
}

int
netbox_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	struct netbox b = {.r = r, .models = json_object()};
	int rc = 0;

	for (int what = RACKS; what < UNKNOWN; what++)
		for (size_t i = 0; i < n && rc == 0; i++) {
			b.s = &s[i];
			rc = one_file(&b, (enum what)what, e);
		}
	json_decref(b.models);
	return rc;
}

const char *
netbox_looks(const struct source *s)
{
	const char *why = NULL;
	struct csv c;
	struct err e;

	csv_begin(&c, s);
	if (csv_header(&c, &e) == 0)
		(void)what_is(&c, &why);
	csv_finish(&c);
	return why;
}
