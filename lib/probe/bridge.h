/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables by which a switch says which port is in which VLAN (BRIDGE-MIB RFC 4188, Q-BRIDGE-MIB RFC 4363),
 * taken apart and changed by one bit. Pure: it asks nobody. Every byte comes from a device and is hostile: what
 * has not its type, its index or its range is left out.
 *
 * A base port is the bridge's own number of a port, 1 and up; dot1dBasePortIfIndex says which interface it is.
 * A PortList is a string of bytes, the first bit of the first byte being base port 1; it may be longer than the
 * switch has ports, and is written back in the length it was read in.
 */
#ifndef LARCH_PROBE_BRIDGE_H
#define LARCH_PROBE_BRIDGE_H

#include "base/base.h"
#include "snmp/snmp.h"

#define BRIDGE_VLAN_MAX 4094

/* Columns, in the order a walk of bridge_columns() brings them. */
enum bridge_column { BRIDGE_NAME, BRIDGE_IF_INDEX, BRIDGE_PVID, BRIDGE_VLAN_NAME, BRIDGE_EGRESS, BRIDGE_UNTAGGED,
	BRIDGE_FORBIDDEN, BRIDGE_COLUMNS };

/* The column's OID: ifName, dot1dBasePortIfIndex, dot1qPvid, dot1qVlanStaticName, ...EgressPorts,
 * ...UntaggedPorts, dot1qVlanForbiddenEgressPorts; and with an index behind it. */
LARCH_API struct snmp_oid bridge_oid(enum bridge_column c);
LARCH_API struct snmp_oid bridge_oid_at(enum bridge_column c, uint32_t index);

/* ---- PortList ------------------------------------------------------------------------ */

/* False for a port that has no place in the list. */
LARCH_API bool bridge_list_has(struct str list, uint32_t port);
/* The list with one bit as wanted, the same length, into out; -1 when the port has no place in it. */
LARCH_API int bridge_list_with(struct str list, uint32_t port, bool on, struct buf *out);

/* ---- a whole switch -------------------------------------------------------------------- */

struct bridge_port {
	uint32_t base_port, if_index;
	const char *name;      /* ifName, cleaned; "" none */
	uint32_t pvid;         /* 0: not told */
};
struct bridge_vlan {
	uint32_t vlan;         /* 1 to 4094 */
	const char *name;      /* cleaned; "" none */
	struct str egress, untagged, forbidden;
};
struct bridge {
	struct bridge_port *ports; /* by base port */
	size_t n_ports;
	struct bridge_vlan *vlans; /* those that have an egress list, by number */
	size_t n_vlans;
	bool has_pvid;             /* false: it does not answer dot1qPvid at all */
};

/* Values of a walk over all columns, in their order. Everything is copied to the arena. */
LARCH_API void bridge_parse(const struct snmp_value *values, size_t n, struct arena *a, struct bridge *out);

/* The VLANs whose list has the port, as ranges: "1,20-22"; "" none; those beyond LIMIT_VLAN_TEXT are left
 * out. `which` is EGRESS, UNTAGGED or FORBIDDEN. */
LARCH_API const char *bridge_vlans_of(const struct bridge *b, uint32_t port, enum bridge_column which, struct arena *a);

/* ---- one change ---------------------------------------------------------------------------- */

/* What is to become of one object: a port's bit in a VLAN's list, or its PVID. */
struct bridge_change {
	const char *device, *port;  /* for sentences: "sw-b01" "swp03" */
	const char *name;           /* ifName when it was planned; "" not compared */
	uint32_t base_port, if_index;
	enum bridge_column what;    /* EGRESS, UNTAGGED or PVID */
	uint32_t vlan;              /* whose list; of PVID the wanted one */
	bool on;                    /* the bit wanted; of PVID true */
	uint32_t was;               /* PVID: what it must read before */
};

/* The objects to read before and after it, and where they stand in the answer. */
enum bridge_seen { SEEN_NAME, SEEN_IF_INDEX, SEEN_PVID, SEEN_EGRESS, SEEN_UNTAGGED, SEEN_FORBIDDEN, SEEN_COUNT };
LARCH_API void bridge_questions(const struct bridge_change *c, struct snmp_oid out[SEEN_COUNT]);

enum bridge_verdict {
	BRIDGE_IS_SO,    /* it is as wanted */
	BRIDGE_SEND,     /* write `put` to `oid` */
	BRIDGE_REFUSE    /* neither: *e says why */
};
struct bridge_put {
	struct snmp_oid oid;
	struct snmp_put put;        /* its octets point into `bytes` */
	struct buf bytes;           /* buf_free it */
};
/*
 * Judge what was read (SEEN_COUNT values, in the order asked). Refused: a port that is another one now, a VLAN that the
 * switch does not have, a forbidden port, a port without a place in the list, a PVID that is neither. The kind of *e is
 * ERR_STALE where the reading does not tell how the object stands: the port is another one now, or not there.
 */
LARCH_API enum bridge_verdict bridge_judge(const struct bridge_change *c, const struct snmp_value *seen, size_t n,
    struct bridge_put *out, struct err *e);
/* Is the object a change is about the same in two readings? What somebody else wrote between them is not. */
LARCH_API bool bridge_same(const struct bridge_change *c, const struct snmp_value *x, size_t nx,
    const struct snmp_value *y, size_t ny);

#endif
