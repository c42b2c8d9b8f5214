/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ethers: /etc/ethers, lines "MAC host-or-address" with # for comments (ethers(5)), and CSV with a row of
 * titles, as people keep it in a spreadsheet: name, mac, ip, type, rack, unit, psu1 ...; a title that is
 * none of these becomes an attribute.
 */
#include <stdio.h>
#include <string.h>

#include "import.h"

#define NAME_TITLES "name hostname host node device machine"
#define MAC_TITLES "mac mac_address macs ethernet hwaddr hardware_address ether"
#define ADDRESS_TITLES "ip address ip_address ipv4 ip_s ipaddress"
#define RACK_TITLES "rack cabinet"
#define UNIT_TITLES "unit u position ru rack_unit"
#define MACS_MOST 64 /* hardware addresses in one field */

struct ethers {
	struct room *r;
	const struct source *s;
	struct csv csv;
	size_t line;
};

static int
wrong(const struct ethers *t, const char *why, struct str what, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s: \"%.*s\"", t->s->name, t->line, why, (int)(what.n > 100 ? 100 : what.n),
	    what.p);
}

static int
add_mac(struct ethers *t, json_t *thing, struct str text, struct err *e)
{
	char mac[18];

	if (import_mac(text, mac) != 0)
		return wrong(t, "no hardware address (it looks as 08:00:20:00:5a:bc)", text, e);
	room_fact_n(t->r, thing, "mac", (int64_t)room_facts(thing, "mac"), str_of(mac));
	return 0;
}

/* The first address is what Larch pings; the others are kept as ip. */
static int
add_address(struct ethers *t, json_t *thing, struct str text, struct err *e)
{
	char address[64];

	if (import_address(text, address) != 0)
		return wrong(t, "no address", text, e);
	if (room_facts(thing, "address") == 0)
		room_fact(t->r, thing, "address", str_of(address));
	else
		room_fact_n(t->r, thing, "ip", (int64_t)room_facts(thing, "ip"), str_of(address));
	return 0;
}

/* Several in one field, with blanks, commas or semicolons between. */
static int
each_of(struct ethers *t, json_t *thing, struct str text, int (*add)(struct ethers *, json_t *, struct str, struct err *),
    struct err *e)
{
	size_t n = 0, i = 0;

	while (i < text.n) {
		size_t from = i;

		while (i < text.n && strchr(" ,;\t\n", text.p[i]) == NULL)
			i++;
		if (i > from && (++n > MACS_MOST || add(t, thing, (struct str){text.p + from, i - from}, e) != 0))
			return n > MACS_MOST ? wrong(t, "too many addresses", text, e) : -1;
		i++;
	}
	return 0;
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static int
number_of(struct ethers *t, const char *titles, int64_t *out, struct err *e)
{
	struct str text = csv_get(&t->csv, titles);

	*out = 0;
	if (text.p != NULL && (text.p[0] == 'U' || text.p[0] == 'u') && text.n > 1) {
		text.p++;
		text.n--;
	}
	if (text.p != NULL && str_int(text, 1, 999, out) != 0)
		return wrong(t, "no number of units", text, e);
	return 0;
}

/* Rack in room; a row that names a room alone is in the room. */
static int
add_place(struct ethers *t, json_t *thing, struct err *e)
{
	struct str rack = csv_get(&t->csv, RACK_TITLES), room = csv_get(&t->csv, "room"), face = csv_get(&t->csv, "face");
	struct room_place at = {.container = NULL};
	json_t *hall = NULL;

	if (number_of(t, UNIT_TITLES, &at.unit, e) != 0 || number_of(t, "height u_height units size", &at.height, e) != 0)
		return -1;
	if (room.p != NULL) {
		hall = room_thing(t->r, "room", room);
		room_type(t->r, hall, "room");
		at.container = hall;
	}
	if (rack.p != NULL) {
		at.container = room_thing(t->r, "rack", rack);
		room_type(t->r, at.container, "rack");
		if (hall != NULL)
			room_place(t->r, at.container, &(struct room_place){.container = hall});
	} else if (at.unit > 0) {
		return wrong(t, "a unit, but no rack", csv_get(&t->csv, UNIT_TITLES), e);
	}
	if (face.p != NULL)
		at.face = import_same(face, "rear") || import_same(face, "back") ? "rear" : import_same(face, "front") ? "front" : "both";
	if (at.container != NULL)
		room_place(t->r, thing, &at);
	return 0;
}

/* psu1 ... psu8: "pdu-b07-a:12". */
static int
add_cords(struct ethers *t, json_t *thing, struct err *e)
{
	for (int i = 1; i <= 8; i++) {
		char port[16], other[64];
		struct str outlet, pdu;
		json_t *device;

		snprintf(port, sizeof(port), "psu%d", i);
		snprintf(other, sizeof(other), "psu%d outlet%d pdu%d%s", i, i, i, i == 1 ? " outlet" : "");
		outlet = csv_get(&t->csv, other);
		if (outlet.p == NULL)
			continue;
		pdu = str_cut(&outlet, ':');
		if (outlet.p == NULL || pdu.n == 0 || outlet.n == 0)
			return wrong(t, "no outlet, which is PDU:OUTLET", pdu, e);
		device = room_thing(t->r, "", pdu);
		room_guess(t->r, device, "pdu", "a cord goes there");
		room_cable(t->r, &(struct room_cable){.a = thing, .a_port = str_of(port), .a_kind = "inlet", .b = device,
		    .b_port = outlet, .b_kind = "outlet", .file = t->s->name, .line = t->line});
	}
	return 0;
}

static int
add_bmc(struct ethers *t, json_t *thing, struct str name, struct err *e)
{
	struct str address = csv_get(&t->csv, "bmc bmc_address bmc_ip ipmi ipmi_address ipmi_ip idrac ilo oob oob_ip"),
	           mac = csv_get(&t->csv, "bmc_mac ipmi_mac");
	struct buf text = BUF(2 * LIMIT_IMPORT_FIELD);
	json_t *bmc;
	int rc = 0;

	if (address.p == NULL && mac.p == NULL)
		return 0;
	buf_str(&text, name);
	buf_puts(&text, "-bmc");
	bmc = room_thing(t->r, "", buf_view(&text));
	buf_free(&text);
	room_type(t->r, bmc, "bmc");
	if (address.p != NULL)
		rc = add_address(t, bmc, address, e);
	if (rc == 0 && mac.p != NULL)
		rc = add_mac(t, bmc, mac, e);
	room_once(t->r, "made up: the name of each BMC, its machine's with -bmc behind it");
	room_cable(t->r, &(struct room_cable){.a = thing, .a_port = STR("bmc"), .a_kind = "bmc", .b = bmc, .b_port = STR("host"),
	    .b_kind = "bmc", .file = t->s->name, .line = t->line});
	return rc;
}

static void
add_pools(struct ethers *t, json_t *thing)
{
	struct str pools = csv_get(&t->csv, "pool pools group groups");

	while (pools.p != NULL) {
		struct str name = str_trim(str_cut(&pools, memchr(pools.p, ';', pools.n) != NULL ? ';' : ','));
		json_t *pool;

		if (name.n == 0)
			continue;
		pool = room_thing(t->r, "pool", name);
		room_type(t->r, pool, "pool");
		room_member(t->r, pool, thing);
	}
}

/* Every column nobody asked for is an attribute of its title. */
static void
add_rest(struct ethers *t, json_t *thing)
{
	for (size_t i = 0; i < t->csv.n_titles && i < t->csv.n; i++)
		if (!t->csv.used[i] && t->csv.title[i][0] != '\0')
			room_cell(t->r, thing, t->csv.title[i], t->csv.field[i]);
		else if (!t->csv.used[i] && t->csv.field[i].n > 0)
			room_once(t->r, "%s: column %zu has no title: not carried over", t->s->name, i + 1);
}

static int
one_row(struct ethers *t, struct err *e)
{
	struct str name = csv_get(&t->csv, NAME_TITLES), type = csv_get(&t->csv, "type role kind");
	struct str mac = csv_get(&t->csv, MAC_TITLES), address = csv_get(&t->csv, ADDRESS_TITLES);
	char word[65];
	json_t *thing;

	if (name.p == NULL)
		return wrong(t, "the row has no name", t->csv.field[0], e);
	thing = room_thing(t->r, "", name);
	if (type.p != NULL) {
		import_word(type, true, "appliance", word);
		room_type(t->r, thing, word);
	} else {
		room_guess(t->r, thing, "server", "the file does not say what it is");
	}
	if ((mac.p != NULL && each_of(t, thing, mac, add_mac, e) != 0) ||
	    (address.p != NULL && each_of(t, thing, address, add_address, e) != 0) || add_place(t, thing, e) != 0 ||
	    add_cords(t, thing, e) != 0 || add_bmc(t, thing, name, e) != 0)
		return -1;
	add_pools(t, thing);
	add_rest(t, thing);
	return room_fits(t->r, e);
}

static int
read_csv(struct ethers *t, struct err *e)
{
	int rc;

	csv_begin(&t->csv, t->s);
	rc = csv_header(&t->csv, e);
	if (rc == 0 && csv_column(&t->csv, NAME_TITLES) < 0)
		rc = err_set(e, ERR_INPUT, "%s: line %zu: no column is called name (or hostname, host, node)", t->s->name, t->csv.line);
	while (rc == 0 && (rc = csv_next(&t->csv, e)) == 1) {
		t->line = t->csv.line;
		rc = one_row(t, e);
	}
	csv_finish(&t->csv);
	return rc;
}

/* ---- /etc/ethers --------------------------------------------------------------------------------- */

static struct str
cut_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = (struct str){rest->p, n};
	*rest = str_trim((struct str){rest->p + n, rest->n - n});
	return word;
}

static int
ethers_line(struct ethers *t, struct str line, struct err *e)
{
	struct str mac = cut_word(&line), host = cut_word(&line);
	char address[64];
	json_t *thing;

	if (host.n == 0)
		return wrong(t, "a hardware address without a host", mac, e);
	if (line.n > 0)
		return wrong(t, "more than an address and a host", line, e);
	if (host.n > LIMIT_IMPORT_FIELD)
		return wrong(t, "the host is too long", host, e);
	thing = room_thing(t->r, "", host);
	room_guess(t->r, thing, "server", "ethers does not say what a host is");
	if (import_address(host, address) == 0 && room_facts(thing, "address") == 0) {
		room_fact(t->r, thing, "address", str_of(address));
		room_once(t->r, "hosts that ethers knows by address alone are named by it");
	}
	return add_mac(t, thing, mac, e) != 0 ? -1 : room_fits(t->r, e);
}

static int
read_ethers(struct ethers *t, struct err *e)
{
	struct str rest = t->s->text, line;
	int rc = 0;

	t->line = 0;
	while (rc == 0 && import_line(&rest, &line, &t->line)) {
		line = str_trim(str_cut(&line, '#'));
		if (line.n > 0)
			rc = ethers_line(t, line, e);
	}
	return rc;
}

/* The first line that says something begins with a hardware address and a blank. */
static bool
is_plain(const struct source *s)
{
	struct str rest = s->text, line;
	size_t number = 0;
	char mac[18];

	while (import_line(&rest, &line, &number)) {
		line = str_trim(str_cut(&line, '#'));
		if (line.n > 0)
			return import_mac(cut_word(&line), mac) == 0 && line.n > 0;
	}
	return false;
}

int
ethers_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct ethers t = {.r = r, .s = &s[i]};

		rc = is_plain(&s[i]) ? read_ethers(&t, e) : read_csv(&t, e);
	}
	return rc;
}

const char *
ethers_looks(const struct source *s)
{
	const char *why = NULL;
	struct csv c;
	struct err e;

	if (is_plain(s))
		return "its lines are hardware addresses and hosts";
	csv_begin(&c, s);
	if (csv_header(&c, &e) == 0 && c.n_titles > 1 && csv_column(&c, NAME_TITLES) >= 0)
		why = "its first row are titles, one of them a name";
	csv_finish(&c);
	return why;
}
