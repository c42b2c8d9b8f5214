/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A switch that says anything. Records of: kind (column; bit 7: a number), index low, index high, length, bytes.
 * What is read holds its promises: ports and VLANs in order and in range, and a change of one bit changes one bit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "probe/bridge.h"

#define VALUES 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t
read_values(const uint8_t *p, size_t n, struct snmp_value *v)
{
	size_t k = 0;

	while (n >= 4 && k < VALUES) {
		size_t len = p[3] < n - 4 ? p[3] : n - 4;

		v[k] = (struct snmp_value){.oid = bridge_oid_at((enum bridge_column)((p[0] & 0x7f) % BRIDGE_COLUMNS),
		    (uint32_t)p[1] | (uint32_t)p[2] << 8), .type = (p[0] & 0x80) != 0 ? SNMP_NUMBER : SNMP_TEXT};
		if (v[k].type == SNMP_TEXT)
			v[k].text = (struct str){(const char *)p + 4, len};
		for (size_t i = 0; v[k].type == SNMP_NUMBER && i < len && i < 8; i++)
			v[k].number = (int64_t)((uint64_t)v[k].number << 8 | p[4 + i]);
		if (v[k].type == SNMP_TEXT && len == 0)
			v[k].type = SNMP_NONE;
		p += 4 + len;
		n -= 4 + len;
		k++;
	}
	return k;
}

static void
check_whole(const struct snmp_value *v, size_t n)
{
	struct arena *a = arena_create();
	struct bridge b;

	bridge_parse(v, n, a, &b);
	for (size_t i = 0; i < b.n_ports; i++)
		if (b.ports[i].base_port < 1 || b.ports[i].if_index < 1 || b.ports[i].pvid > BRIDGE_VLAN_MAX ||
		    (i > 0 && b.ports[i].base_port < b.ports[i - 1].base_port) || !str_is_text(str_of(b.ports[i].name)))
			abort();
	for (size_t i = 0; i < b.n_vlans; i++)
		if (b.vlans[i].vlan < 1 || b.vlans[i].vlan > BRIDGE_VLAN_MAX || b.vlans[i].egress.n > LIMIT_SNMP_OCTETS)
			abort();
	for (size_t i = 0; i < b.n_ports && i < 8; i++)
		(void)bridge_vlans_of(&b, b.ports[i].base_port, BRIDGE_EGRESS, a);
	arena_destroy(a);
}

static void
check_bits(struct str was, struct str now, const struct bridge_change *c)
{
	size_t differ = 0;

	if (was.n != now.n || bridge_list_has(now, c->base_port) != c->on)
		abort();
	for (uint32_t port = 1; port <= 8 * was.n; port++)
		differ += bridge_list_has(was, port) != bridge_list_has(now, port);
	if (differ != 1)
		abort();
}

static void
check_change(const struct snmp_value *v, size_t n, uint32_t port, enum bridge_column what, bool on)
{
	const struct bridge_change c = {.device = "sw", .port = "p", .name = "", .base_port = port, .if_index = 1, .what = what,
	    .vlan = 20, .on = on, .was = 1};
	struct bridge_put put;
	struct err e = {0};

	switch (bridge_judge(&c, v, n < SEEN_COUNT ? n : SEEN_COUNT, &put, &e)) {
	case BRIDGE_REFUSE:
		if (e.text[0] == '\0')
			abort();
		break;
	case BRIDGE_SEND:
		if (what != BRIDGE_PVID)
			check_bits(v[what == BRIDGE_EGRESS ? SEEN_EGRESS : SEEN_UNTAGGED].text, put.put.octets, &c);
		break;
	case BRIDGE_IS_SO:
		break;
	}
	buf_free(&put.bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum bridge_column what[] = {BRIDGE_EGRESS, BRIDGE_UNTAGGED, BRIDGE_PVID};
	static struct snmp_value v[VALUES];
	size_t k;

	if (n < 2)
		return 0;
	k = read_values(data + 2, n - 2, v);
	check_whole(v, k);
	if (k > SEEN_IF_INDEX) /* let some of it pass the first question */
		v[SEEN_IF_INDEX].number = data[1] % 4;
	check_change(v, k, data[0], what[data[1] % 3], (data[1] & 0x40) != 0);
	return 0;
}
