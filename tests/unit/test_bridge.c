/* SPDX-License-Identifier: Apache-2.0 */
/* PortLists, what a walk of a switch says, and the judgement of one change. */
#include "probe/bridge.h"
#include "t.h"

static struct err e;

static struct snmp_value
number(enum bridge_column c, uint32_t index, int64_t n)
{
	return (struct snmp_value){.oid = bridge_oid_at(c, index), .type = SNMP_NUMBER, .number = n};
}

static struct snmp_value
text(enum bridge_column c, uint32_t index, const char *p, size_t n)
{
	return (struct snmp_value){.oid = bridge_oid_at(c, index), .type = SNMP_TEXT, .text = {p, n}};
}

static void
t_bit_one_is_the_first_of_the_first_byte(void)
{
	struct str list = {"\x80\x01\x40", 3};

	T_OK(bridge_list_has(list, 1));
	T_OK(!bridge_list_has(list, 2));
	T_OK(bridge_list_has(list, 16));
	T_OK(bridge_list_has(list, 18));
	T_OK(!bridge_list_has(list, 0));
	T_OK(!bridge_list_has(list, 25));
	T_OK(!bridge_list_has(list, UINT32_MAX));
	T_OK(!bridge_list_has((struct str){NULL, 0}, 1));
}

static void
t_one_bit_changes_and_the_length_stays(void)
{
	struct str list = {"\x00\xff\x00\x00\x00\x00\x00\x00", 8};
	struct buf out = BUF(LIMIT_SNMP_OCTETS);

	T_INT(bridge_list_with(list, 3, true, &out), 0);
	T_INT(out.n, 8);
	T_OK(memcmp(out.p, "\x20\xff\x00\x00\x00\x00\x00\x00", 8) == 0);
	T_INT(bridge_list_with(list, 9, false, &out), 0);
	T_OK(memcmp(out.p, "\x00\x7f\x00\x00\x00\x00\x00\x00", 8) == 0);
	T_INT(bridge_list_with(list, 64, true, &out), 0);
	T_OK(memcmp(out.p, "\x00\xff\x00\x00\x00\x00\x00\x01", 8) == 0);
	T_INT(bridge_list_with(list, 65, true, &out), -1);
	T_INT(bridge_list_with(list, 0, true, &out), -1);
	buf_free(&out);
}

/* Three ports, base port 2 being interface 102; VLANs 1, 20, 21, 22. */
static size_t
small(struct snmp_value *v)
{
	size_t n = 0;

	v[n++] = text(BRIDGE_NAME, 101, "swp00", 5);
	v[n++] = text(BRIDGE_NAME, 102, "swp01", 5);
	v[n++] = number(BRIDGE_IF_INDEX, 1, 101);
	v[n++] = number(BRIDGE_IF_INDEX, 2, 102);
	v[n++] = number(BRIDGE_IF_INDEX, 3, 103);
	v[n++] = number(BRIDGE_PVID, 1, 1);
	v[n++] = number(BRIDGE_PVID, 2, 20);
	v[n++] = text(BRIDGE_VLAN_NAME, 20, "batch\x1b[2J", 9);
	v[n++] = text(BRIDGE_EGRESS, 1, "\x80", 1);
	v[n++] = text(BRIDGE_EGRESS, 20, "\xc0", 1);
	v[n++] = text(BRIDGE_EGRESS, 21, "\x40", 1);
	v[n++] = text(BRIDGE_EGRESS, 22, "\x40", 1);
	v[n++] = text(BRIDGE_UNTAGGED, 20, "\x40", 1);
	v[n++] = text(BRIDGE_FORBIDDEN, 22, "\x80", 1);
	return n;
}

static void
t_a_walk_becomes_ports_and_vlans(void)
{
	struct arena *a = arena_create();
	struct snmp_value v[32];
	struct bridge b;

	bridge_parse(v, small(v), a, &b);
	T_INT(b.n_ports, 3);
	T_STR(b.ports[1].name, "swp01");
	T_INT(b.ports[1].pvid, 20);
	T_STR(b.ports[2].name, "");
	T_INT(b.ports[2].pvid, 0);
	T_OK(b.has_pvid);
	T_INT(b.n_vlans, 4);
	T_STR(b.vlans[1].name, "batch?[2J");
	T_STR(bridge_vlans_of(&b, 2, BRIDGE_EGRESS, a), "20-22");
	T_STR(bridge_vlans_of(&b, 1, BRIDGE_EGRESS, a), "1,20");
	T_STR(bridge_vlans_of(&b, 2, BRIDGE_UNTAGGED, a), "20");
	T_STR(bridge_vlans_of(&b, 1, BRIDGE_FORBIDDEN, a), "22");
	T_STR(bridge_vlans_of(&b, 3, BRIDGE_EGRESS, a), "");
	arena_destroy(a);
}

static void
t_rows_out_of_range_are_left_out(void)
{
	struct arena *a = arena_create();
	struct snmp_value v[8];
	struct bridge b;
	size_t n = 0;

	v[n++] = number(BRIDGE_IF_INDEX, 0, 1);
	v[n++] = number(BRIDGE_IF_INDEX, 5000000, 1);
	v[n++] = number(BRIDGE_IF_INDEX, 4, -1);
	v[n++] = number(BRIDGE_PVID, 9, 20);
	v[n++] = text(BRIDGE_EGRESS, 4095, "\x80", 1);
	v[n++] = number(BRIDGE_EGRESS, 7, 1);
	v[n] = text(BRIDGE_EGRESS, 8, "\x80", 1);
	v[n].oid.n++; /* a row with an index too long */
	bridge_parse(v, n + 1, a, &b);
	T_INT(b.n_ports, 0);
	T_INT(b.n_vlans, 0);
	T_OK(b.has_pvid);
	bridge_parse(NULL, 0, a, &b);
	T_OK(!b.has_pvid);
	arena_destroy(a);
}

/* ---- one change -------------------------------------------------------------------------- */

static const struct bridge_change base = {.device = "sw-b01", .port = "swp02", .name = "swp02", .base_port = 3,
    .if_index = 103, .what = BRIDGE_EGRESS, .vlan = 20, .on = true, .was = 1};

static void
seen(struct snmp_value v[SEEN_COUNT])
{
	v[SEEN_NAME] = text(BRIDGE_NAME, 103, "swp02", 5);
	v[SEEN_IF_INDEX] = number(BRIDGE_IF_INDEX, 3, 103);
	v[SEEN_PVID] = number(BRIDGE_PVID, 3, 1);
	v[SEEN_EGRESS] = text(BRIDGE_EGRESS, 20, "\x80\x00", 2);
	v[SEEN_UNTAGGED] = text(BRIDGE_UNTAGGED, 20, "\x00\x00", 2);
	v[SEEN_FORBIDDEN] = text(BRIDGE_FORBIDDEN, 20, "\x00\x00", 2);
}

static void
t_a_bit_that_is_missing_is_written_in_the_same_length(void)
{
	struct snmp_value v[SEEN_COUNT];
	struct bridge_put put;

	seen(v);
	T_INT(bridge_judge(&base, v, SEEN_COUNT, &put, &e), BRIDGE_SEND);
	T_INT(put.put.type, SNMP_PUT_OCTETS);
	T_OK(put.put.once);
	T_OK(str_eq(put.put.octets, (struct str){"\xa0\x00", 2}));
	buf_free(&put.bytes);
	v[SEEN_EGRESS] = text(BRIDGE_EGRESS, 20, "\x20\x00", 2);
	T_INT(bridge_judge(&base, v, SEEN_COUNT, &put, &e), BRIDGE_IS_SO);
	buf_free(&put.bytes);
}

static void
t_a_pvid_is_written_as_unsigned_when_it_is_what_the_plan_saw(void)
{
	struct snmp_value v[SEEN_COUNT];
	struct bridge_change c = base;
	struct bridge_put put;

	seen(v);
	c.what = BRIDGE_PVID;
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_SEND);
	T_INT(put.put.type, SNMP_PUT_UNSIGNED);
	T_INT(put.put.number, 20);
	v[SEEN_PVID].number = 20;
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_IS_SO);
	v[SEEN_PVID].number = 30;
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_REFUSE);
	T_ERR(e, "somebody else has moved it");
}

static void
refused(const struct bridge_change *c, const struct snmp_value *v, const char *sentence)
{
	struct bridge_put put;

	T_INT(bridge_judge(c, v, SEEN_COUNT, &put, &e), BRIDGE_REFUSE);
	T_ERR(e, sentence);
	buf_free(&put.bytes);
}

static void
t_what_is_not_as_planned_is_refused_with_its_sentence(void)
{
	struct snmp_value v[SEEN_COUNT], none = {.type = SNMP_NONE};
	struct bridge_change far = base, pvid = base;
	struct bridge_put put;

	seen(v);
	v[SEEN_IF_INDEX].number = 104;
	refused(&base, v, "is interface 104 now, the plan saw 103");
	v[SEEN_IF_INDEX] = none;
	refused(&base, v, "has no base port 3 now");
	seen(v);
	v[SEEN_NAME] = text(BRIDGE_NAME, 103, "uplink", 6);
	refused(&base, v, "calls port swp02 \"uplink\" now");
	seen(v);
	v[SEEN_FORBIDDEN] = text(BRIDGE_FORBIDDEN, 20, "\x20", 1);
	refused(&base, v, "forbids VLAN 20 on port swp02");
	seen(v);
	v[SEEN_EGRESS] = none;
	refused(&base, v, "VLAN 20 does not exist on sw-b01");
	seen(v);
	far.base_port = 17;
	refused(&far, v, "has 2 bytes and no place for base port 17");
	pvid.what = BRIDGE_PVID;
	v[SEEN_PVID] = none;
	refused(&pvid, v, "does not answer Q-BRIDGE-MIB dot1qPvid");
	T_INT(bridge_judge(&base, v, 2, &put, &e), BRIDGE_REFUSE);
}

static void
t_a_port_leaves_a_vlan_that_is_gone_by_itself(void)
{
	struct snmp_value v[SEEN_COUNT], none = {.type = SNMP_NONE};
	struct bridge_change c = base;
	struct bridge_put put;

	seen(v);
	c.on = false;
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_IS_SO);
	v[SEEN_EGRESS] = text(BRIDGE_EGRESS, 20, "\xe0", 1);
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_SEND);
	T_OK(str_eq(put.put.octets, (struct str){"\xc0", 1}));
	buf_free(&put.bytes);
	v[SEEN_EGRESS] = none;
	T_INT(bridge_judge(&c, v, SEEN_COUNT, &put, &e), BRIDGE_IS_SO);
}

static void
t_what_somebody_wrote_in_between_is_noticed(void)
{
	struct snmp_value v[SEEN_COUNT], w[SEEN_COUNT];

	seen(v);
	seen(w);
	T_OK(bridge_same(&base, v, SEEN_COUNT, w, SEEN_COUNT));
	w[SEEN_UNTAGGED] = text(BRIDGE_UNTAGGED, 20, "\x01\x00", 2);
	T_OK(bridge_same(&base, v, SEEN_COUNT, w, SEEN_COUNT));
	w[SEEN_EGRESS] = text(BRIDGE_EGRESS, 20, "\x81\x00", 2);
	T_OK(!bridge_same(&base, v, SEEN_COUNT, w, SEEN_COUNT));
	w[SEEN_EGRESS] = text(BRIDGE_EGRESS, 20, "\x80\x00\x00", 3);
	T_OK(!bridge_same(&base, v, SEEN_COUNT, w, SEEN_COUNT));
}

T_MAIN(T(t_bit_one_is_the_first_of_the_first_byte), T(t_one_bit_changes_and_the_length_stays),
    T(t_a_walk_becomes_ports_and_vlans), T(t_rows_out_of_range_are_left_out),
    T(t_a_bit_that_is_missing_is_written_in_the_same_length),
    T(t_a_pvid_is_written_as_unsigned_when_it_is_what_the_plan_saw),
    T(t_what_is_not_as_planned_is_refused_with_its_sentence), T(t_a_port_leaves_a_vlan_that_is_gone_by_itself),
    T(t_what_somebody_wrote_in_between_is_noticed))
