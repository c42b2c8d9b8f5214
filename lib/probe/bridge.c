/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bridge.h"

#define PORTS_MAX 4096 /* base ports a PortList of LIMIT_SNMP_OCTETS bytes has place for */

/* ---- objects ------------------------------------------------------------------------------ */

static const struct snmp_oid columns[BRIDGE_COLUMNS] = {
    [BRIDGE_NAME] = {{1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1}, 11},            /* RFC 2863 ifName.ifIndex */
    [BRIDGE_IF_INDEX] = {{1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2}, 11},        /* RFC 4188 dot1dBasePortIfIndex.port */
    [BRIDGE_PVID] = {{1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 5, 1, 1}, 13},      /* RFC 4363 dot1qPvid.port */
    [BRIDGE_VLAN_NAME] = {{1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 1}, 13}, /* dot1qVlanStaticTable, by VLAN */
    [BRIDGE_EGRESS] = {{1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 2}, 13},
    [BRIDGE_FORBIDDEN] = {{1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 3}, 13},
    [BRIDGE_UNTAGGED] = {{1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 4}, 13},
};

struct snmp_oid
bridge_oid(enum bridge_column c)
{
	return columns[c];
}

struct snmp_oid
bridge_oid_at(enum bridge_column c, uint32_t index)
{
	struct snmp_oid o = columns[c];

	o.id[o.n++] = index;
	return o;
}

/* ---- PortList (RFC 4363 section 3, RFC 4188: the textual convention) ------------------------ */

static unsigned char
bit_of(uint32_t port)
{
	return (unsigned char)(0x80u >> ((port - 1) % 8));
}

static bool
has_place(struct str list, uint32_t port)
{
	return port >= 1 && (port - 1) / 8 < list.n;
}

bool
bridge_list_has(struct str list, uint32_t port)
{
	return has_place(list, port) && ((unsigned char)list.p[(port - 1) / 8] & bit_of(port)) != 0;
}

int
bridge_list_with(struct str list, uint32_t port, bool on, struct buf *out)
{
	size_t at;
	unsigned char byte;

	if (!has_place(list, port))
		return -1;
	at = (port - 1) / 8;
	byte = (unsigned char)list.p[at];
	byte = on ? byte | bit_of(port) : byte & (unsigned char)~bit_of(port);
	buf_clear(out);
	buf_add(out, list.p, at);
	buf_char(out, (char)byte);
	buf_add(out, list.p + at + 1, list.n - at - 1);
	return out->over ? -1 : 0;
}

/* ---- a whole switch --------------------------------------------------------------------------- */

/* The index of a value, when it is a row of this column with one number behind, in [1, max]; else 0. */
static uint32_t
index_of(const struct snmp_value *v, enum bridge_column c, uint32_t max)
{
	const struct snmp_oid *base = &columns[c];

	if (v->oid.n != base->n + 1 || !snmp_oid_below(&v->oid, base))
		return 0;
	return v->oid.id[base->n] <= max ? v->oid.id[base->n] : 0;
}

static const char *
plain(struct str text, struct arena *a)
{
	struct buf b = BUF(LIMIT_NAME);
	const char *out;

	if (text.n > LIMIT_NAME)
		text.n = LIMIT_NAME;
	buf_plain(&b, str_trim(text));
	out = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

static struct str
kept(struct str s, struct arena *a)
{
	return (struct str){arena_strndup(a, s.p == NULL ? "" : s.p, s.n), s.n};
}

static int
by_port(const void *x, const void *y)
{
	const struct bridge_port *p = x, *q = y;

	return p->base_port < q->base_port ? -1 : p->base_port > q->base_port;
}

static int
by_vlan(const void *x, const void *y)
{
	const struct bridge_vlan *p = x, *q = y;

	return p->vlan < q->vlan ? -1 : p->vlan > q->vlan;
}

static struct bridge_port *
find_port(struct bridge *b, uint32_t port)
{
	const struct bridge_port key = {.base_port = port};

	return b->n_ports == 0 ? NULL : bsearch(&key, b->ports, b->n_ports, sizeof(*b->ports), by_port);
}

static struct bridge_vlan *
find_vlan(struct bridge *b, uint32_t vlan)
{
	const struct bridge_vlan key = {.vlan = vlan};

	return b->n_vlans == 0 ? NULL : bsearch(&key, b->vlans, b->n_vlans, sizeof(*b->vlans), by_vlan);
}

/* Which ports and VLANs there are; a walk brings each once, in order. */
static void
take_rows(const struct snmp_value *values, size_t n, struct arena *a, struct bridge *b)
{
	b->ports = arena_array(a, n + 1, sizeof(*b->ports));
	b->vlans = arena_array(a, n + 1, sizeof(*b->vlans));
	for (size_t i = 0; i < n; i++) {
		const struct snmp_value *v = &values[i];
		uint32_t port = index_of(v, BRIDGE_IF_INDEX, PORTS_MAX), vlan = index_of(v, BRIDGE_EGRESS, BRIDGE_VLAN_MAX);

		if (port != 0 && v->type == SNMP_NUMBER && v->number >= 1 && v->number <= INT32_MAX)
			b->ports[b->n_ports++] =
			    (struct bridge_port){.base_port = port, .if_index = (uint32_t)v->number, .name = ""};
		if (vlan != 0 && v->type == SNMP_TEXT && v->text.n <= LIMIT_SNMP_OCTETS)
			b->vlans[b->n_vlans++] = (struct bridge_vlan){.vlan = vlan, .name = "", .egress = kept(v->text, a)};
	}
	qsort(b->ports, b->n_ports, sizeof(*b->ports), by_port);
	qsort(b->vlans, b->n_vlans, sizeof(*b->vlans), by_vlan);
}

static void
take_pvid(const struct snmp_value *v, struct bridge *b)
{
	uint32_t port = index_of(v, BRIDGE_PVID, PORTS_MAX);
	struct bridge_port *p;

	if (port == 0 || v->type != SNMP_NUMBER)
		return;
	b->has_pvid = true;
	p = find_port(b, port);
	if (p != NULL && v->number >= 1 && v->number <= BRIDGE_VLAN_MAX)
		p->pvid = (uint32_t)v->number;
}

/* One of a VLAN's other columns into its row. */
static void
take_column(const struct snmp_value *v, enum bridge_column c, struct arena *a, struct bridge *b)
{
	struct bridge_vlan *x = find_vlan(b, index_of(v, c, BRIDGE_VLAN_MAX));

	if (x == NULL || v->type != SNMP_TEXT || v->text.n > LIMIT_SNMP_OCTETS)
		return;
	if (c == BRIDGE_VLAN_NAME)
		x->name = plain(v->text, a);
	else if (c == BRIDGE_UNTAGGED)
		x->untagged = kept(v->text, a);
	else
		x->forbidden = kept(v->text, a);
}

static void
take_vlan(const struct snmp_value *v, struct arena *a, struct bridge *b)
{
	static const enum bridge_column others[] = {BRIDGE_VLAN_NAME, BRIDGE_UNTAGGED, BRIDGE_FORBIDDEN};

	for (size_t i = 0; i < LARCH_COUNT(others); i++)
		if (index_of(v, others[i], BRIDGE_VLAN_MAX) != 0)
			take_column(v, others[i], a, b);
}

static int
by_if_index(const void *key, const void *value)
{
	uint32_t wanted = *(const uint32_t *)key, here = index_of(value, BRIDGE_NAME, INT32_MAX);

	return wanted < here ? -1 : wanted > here;
}

/* The names stand by ifIndex, in the device's order, before all other columns; a device that lies about the order hides names. */
static void
take_names(const struct snmp_value *values, size_t n, struct arena *a, struct bridge *b)
{
	size_t names = 0;

	while (names < n && index_of(&values[names], BRIDGE_NAME, INT32_MAX) != 0)
		names++;
	for (size_t k = 0; k < b->n_ports && names > 0; k++) {
		const struct snmp_value *v = bsearch(&b->ports[k].if_index, values, names, sizeof(*values), by_if_index);

		if (v != NULL && v->type == SNMP_TEXT)
			b->ports[k].name = plain(v->text, a);
	}
}

void
bridge_parse(const struct snmp_value *values, size_t n, struct arena *a, struct bridge *out)
{
	*out = (struct bridge){0};
	take_rows(values, n, a, out);
	for (size_t i = 0; i < n; i++) {
		take_pvid(&values[i], out);
		take_vlan(&values[i], a, out);
	}
	take_names(values, n, a, out);
}

static struct str
list_of(const struct bridge_vlan *v, enum bridge_column which)
{
	return which == BRIDGE_EGRESS ? v->egress : which == BRIDGE_UNTAGGED ? v->untagged : v->forbidden;
}

const char *
bridge_vlans_of(const struct bridge *b, uint32_t port, enum bridge_column which, struct arena *a)
{
	struct buf out = BUF(LIMIT_VLAN_TEXT);
	const char *text;

	for (size_t i = 0; i < b->n_vlans && out.n + 12 < LIMIT_VLAN_TEXT; i++) {
		uint32_t from = b->vlans[i].vlan, to = from;

		if (!bridge_list_has(list_of(&b->vlans[i], which), port))
			continue;
		while (i + 1 < b->n_vlans && b->vlans[i + 1].vlan == to + 1 &&
		    bridge_list_has(list_of(&b->vlans[i + 1], which), port)) {
			to++;
			i++;
		}
		buf_printf(&out, "%s%u", out.n > 0 ? "," : "", from);
		if (to > from)
			buf_printf(&out, "-%u", to);
	}
	text = arena_strndup(a, out.n > 0 ? out.p : "", out.n);
	buf_free(&out);
	return text;
}

/* ---- one change -------------------------------------------------------------------------------- */

void
bridge_questions(const struct bridge_change *c, struct snmp_oid out[SEEN_COUNT])
{
	out[SEEN_NAME] = bridge_oid_at(BRIDGE_NAME, c->if_index);
	out[SEEN_IF_INDEX] = bridge_oid_at(BRIDGE_IF_INDEX, c->base_port);
	out[SEEN_PVID] = bridge_oid_at(BRIDGE_PVID, c->base_port);
	out[SEEN_EGRESS] = bridge_oid_at(BRIDGE_EGRESS, c->vlan);
	out[SEEN_UNTAGGED] = bridge_oid_at(BRIDGE_UNTAGGED, c->vlan);
	out[SEEN_FORBIDDEN] = bridge_oid_at(BRIDGE_FORBIDDEN, c->vlan);
}

/* Is the port what it was when it was planned? */
static int
check_port(const struct bridge_change *c, const struct snmp_value *seen, struct err *e)
{
	struct arena *a;
	const char *name;
	int rc = 0;

	if (seen[SEEN_IF_INDEX].type != SNMP_NUMBER)
		return err_set(e, ERR_STALE, "%s has no base port %u now (dot1dBasePortIfIndex)", c->device, c->base_port);
	if (seen[SEEN_IF_INDEX].number != (int64_t)c->if_index)
		return err_set(e, ERR_STALE, "base port %u of %s is interface %lld now, the plan saw %u", c->base_port, c->device,
		    (long long)seen[SEEN_IF_INDEX].number, c->if_index);
	if (c->name[0] == '\0')
		return 0;
	a = arena_create();
	name = seen[SEEN_NAME].type == SNMP_TEXT ? plain(seen[SEEN_NAME].text, a) : "";
	if (strcmp(name, c->name) != 0)
		rc = err_set(e, ERR_STALE, "%s calls port %s \"%s\" now, the plan saw \"%s\"", c->device, c->port, name, c->name);
	arena_destroy(a);
	return rc;
}

/* Only what puts the port into a VLAN needs the VLAN to be there, and to want it. */
static int
check_vlan(const struct bridge_change *c, const struct snmp_value *seen, struct err *e)
{
	if (!c->on)
		return 0;
	if (seen[SEEN_EGRESS].type != SNMP_TEXT)
		return err_set(e, ERR_REFUSED, "VLAN %u does not exist on %s; create it there first", c->vlan, c->device);
	if (seen[SEEN_FORBIDDEN].type == SNMP_TEXT && bridge_list_has(seen[SEEN_FORBIDDEN].text, c->base_port))
		return err_set(e, ERR_REFUSED, "%s forbids VLAN %u on port %s (dot1qVlanForbiddenEgressPorts)", c->device, c->vlan,
		    c->port);
	return 0;
}

static enum bridge_verdict
judge_pvid(const struct bridge_change *c, const struct snmp_value *seen, struct bridge_put *out, struct err *e)
{
	const struct snmp_value *v = &seen[SEEN_PVID];

	if (v->type != SNMP_NUMBER) {
		err_set(e, ERR_STALE, "%s: this switch does not answer Q-BRIDGE-MIB dot1qPvid for port %s", c->device, c->port);
		return BRIDGE_REFUSE;
	}
	if (v->number == (int64_t)c->vlan)
		return BRIDGE_IS_SO;
	if (v->number != (int64_t)c->was) {
		err_set(e, ERR_REFUSED, "port %s of %s is in VLAN %lld now, the plan saw %u: somebody else has moved it", c->port,
		    c->device, (long long)v->number, c->was);
		return BRIDGE_REFUSE;
	}
	out->oid = bridge_oid_at(BRIDGE_PVID, c->base_port);
	out->put = (struct snmp_put){.type = SNMP_PUT_UNSIGNED, .number = c->vlan};
	return BRIDGE_SEND;
}

static enum bridge_verdict
judge_list(const struct bridge_change *c, const struct snmp_value *seen, struct bridge_put *out, struct err *e)
{
	const struct snmp_value *v = &seen[c->what == BRIDGE_EGRESS ? SEEN_EGRESS : SEEN_UNTAGGED];

	if (v->type != SNMP_TEXT && !c->on)
		return BRIDGE_IS_SO; /* the VLAN is gone, and the port with it */
	if (v->type == SNMP_TEXT && bridge_list_has(v->text, c->base_port) == c->on)
		return BRIDGE_IS_SO;
	if (v->type != SNMP_TEXT || bridge_list_with(v->text, c->base_port, c->on, &out->bytes) != 0) {
		err_set(e, ERR_REFUSED, "the %s list of VLAN %u on %s has %zu bytes and no place for base port %u",
		    c->what == BRIDGE_EGRESS ? "egress" : "untagged", c->vlan, c->device, v->type == SNMP_TEXT ? v->text.n : 0,
		    c->base_port);
		return BRIDGE_REFUSE;
	}
	out->oid = bridge_oid_at(c->what, c->vlan);
	out->put = (struct snmp_put){.type = SNMP_PUT_OCTETS, .octets = buf_view(&out->bytes), .once = true};
	return BRIDGE_SEND;
}

enum bridge_verdict
bridge_judge(const struct bridge_change *c, const struct snmp_value *seen, size_t n, struct bridge_put *out,
    struct err *e)
{
	*out = (struct bridge_put){.bytes = BUF(LIMIT_SNMP_OCTETS)};
	if (n != SEEN_COUNT) {
		err_set(e, ERR_STALE, "%s answered %zu of %d objects", c->device, n, SEEN_COUNT);
		return BRIDGE_REFUSE;
	}
	if (check_port(c, seen, e) != 0 || check_vlan(c, seen, e) != 0)
		return BRIDGE_REFUSE;
	return c->what == BRIDGE_PVID ? judge_pvid(c, seen, out, e) : judge_list(c, seen, out, e);
}

bool
bridge_same(const struct bridge_change *c, const struct snmp_value *x, size_t nx, const struct snmp_value *y, size_t ny)
{
	static const enum bridge_seen at[BRIDGE_COLUMNS] = {[BRIDGE_PVID] = SEEN_PVID, [BRIDGE_EGRESS] = SEEN_EGRESS,
	    [BRIDGE_UNTAGGED] = SEEN_UNTAGGED};
	const struct snmp_value *p, *q;

	if (nx != SEEN_COUNT || ny != SEEN_COUNT)
		return false;
	p = &x[at[c->what]];
	q = &y[at[c->what]];
	return p->type == q->type && (p->type != SNMP_NUMBER || p->number == q->number) &&
	    (p->type != SNMP_TEXT || str_eq(p->text, q->text));
}
