#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The made-up room of the demo and the tests, as a room.json.

Machines n0001 ... stand in racks b01 ..., each rack with two PDUs (pdu-b01-a and -b), each machine
with a cord to both and a BMC (n0001-bmc). Not all is well wired, as in life:

  the last machine        its wiring was never recorded (it still has a BMC)
  the one before it       has no BMC
  the first of rack 2     has one cord only
  the second of rack 2    its second cord hangs on a power strip, together with kvm-b02
  rack 1                  its switch sw-b01 is on an outlet of pdu-b01-a

    room_json.py --machines 40 --racks 2 > room.json
    from room_json import make, feeds
"""
import argparse
import ipaddress
import json
import sys

UNITS = 45  # of a rack, as etc/types.json has it
OWNERS = ["chemistry", "physics", "biology", "library"]


def outlet_name(n, family="sentry3"):
    """Sentry3 numbers the outlets of its first unit AA1, AA2 ...; others 1, 2 ..."""
    return f"AA{n}" if family == "sentry3" else str(n)


def attributes(**facts):
    return [{"key": key, "value": str(value)} for key, value in facts.items() if value is not None]


def thing(name, kind, **facts):
    row = {"name": name, "type": kind}
    if any(value is not None for value in facts.values()):
        row["attribute"] = attributes(**facts)
    return row


def put(row, container, unit=None, side=None):
    """Where a thing is: at a unit of a rack, at its side, or simply inside."""
    row["place"] = {"container": container, **({"unit": unit} if unit else {}), **({"side": side} if side else {})}
    return row


def cable(a, a_port, b, b_port):
    return {"a": a, "a-port": a_port, "b": b, "b-port": b_port}


def counted(base):
    """127.0.5.0 gives 127.0.5.1, 127.0.5.2 ... : addresses of things that nobody gave one."""
    at = int(ipaddress.IPv4Address(base))

    def one(n):
        return str(ipaddress.IPv4Address(at + n))
    return one


class Room:
    def __init__(self, machines, racks, addresses, families):
        self.things, self.cables = [], []
        self.addresses, self.families = addresses, families
        self.machines, self.racks = machines, racks
        self.per_rack = -(-machines // racks)
        self.step = 2 if 2 * self.per_rack < 42 else 1  # units from one machine to the next
        self.pools = {"batch": [], "login": []}
        self.next_address = {"pdu": counted("127.0.3.0"), "bmc": counted("127.1.0.0"),
                             "server": counted("127.2.0.0"), "switch": counted("127.0.6.0")}

    def address(self, kind, name, n):
        return self.addresses.get(name, self.next_address[kind](n))

    def outlet(self, pdu, n):
        return outlet_name(n, self.families.get(pdu, "sentry3"))

    def rack(self, r):
        name = f"b{r:02}"
        self.things.append(put(thing(name, "rack"), "room1"))
        for k, side in enumerate("ab"):
            pdu = f"pdu-{name}-{side}"
            self.things.append(put(thing(pdu, "pdu", address=self.address("pdu", pdu, 2 * r - 1 + k),
                                         family=self.families.get(pdu, "sentry3"), feed=side.upper()),
                                   name, side="left" if side == "a" else "right"))
        if r == 1:
            self.things.append(put(thing(f"sw-{name}", "switch", address=self.address("switch", f"sw-{name}", 1)),
                                   name, unit=42 if self.step == 2 else None))
            self.cables.append(cable(f"sw-{name}", "psu1", f"pdu-{name}-a", self.outlet(f"pdu-{name}-a", self.per_rack + 1)))

    def cords(self, name, rack, slot):
        if self.number == self.machines:
            return  # never recorded
        self.cables.append(cable(name, "psu1", f"pdu-{rack}-a", self.outlet(f"pdu-{rack}-a", slot)))
        if rack == "b02" and slot == 1:
            return  # one cord only
        if rack == "b02" and slot == 2:
            self.things += [put(thing(f"strip-{rack}", "strip"), rack), put(thing(f"kvm-{rack}", "appliance"), rack)]
            self.cables += [cable(f"strip-{rack}", "inlet", f"pdu-{rack}-b", self.outlet(f"pdu-{rack}-b", slot)),
                            cable(name, "psu2", f"strip-{rack}", "1"), cable(f"kvm-{rack}", "psu1", f"strip-{rack}", "2")]
            return
        self.cables.append(cable(name, "psu2", f"pdu-{rack}-b", self.outlet(f"pdu-{rack}-b", slot)))

    def machine(self, n):
        self.number = n
        rack, slot = f"b{(n - 1) // self.per_rack + 1:02}", (n - 1) % self.per_rack + 1
        name = f"n{n:04}"
        unit = self.step * (slot - 1) + 1
        self.things.append(put(thing(name, "server", address=self.address("server", name, n), owner=OWNERS[n % len(OWNERS)]),
                               rack, unit=unit if unit <= UNITS else None))
        self.pools["batch" if n % 5 else "login"].append(name)
        self.cords(name, rack, slot)
        if n != self.machines - 1:
            bmc = f"{name}-bmc"
            self.things.append(thing(bmc, "bmc", address=self.address("bmc", bmc, n)))
            self.cables.append(cable(name, "bmc", bmc, "host"))

    def build(self):
        self.things.append(thing("room1", "room"))
        for r in range(1, self.racks + 1):
            self.rack(r)
        for n in range(1, self.machines + 1):
            self.machine(n)
        for name, members in self.pools.items():
            if members:
                self.things.append({**thing(name, "pool"), "member": members})
        return {"larch-room:room": {"thing": self.things, "connection": self.cables}}


def make(machines=40, racks=2, addresses=None, families=None):
    """The document. addresses: {thing: "127.0.0.9:1161"} for those that must have a certain one;
    families: {pdu: "apc-rpdu2"}, else sentry3."""
    if racks < 1 or machines < racks:
        raise ValueError("a room has at least one rack, and a machine in each")
    return Room(machines, racks, addresses or {}, families or {}).build()


def by_thing(document):
    """{name: {"type": ..., key: value ...}}"""
    return {row["name"]: {"type": row["type"], **{a["key"]: a["value"] for a in row.get("attribute", [])}}
            for row in document["larch-room:room"]["thing"]}


def feeds(document):
    """{thing: [(pdu, outlet), ...]}: what really feeds each thing, strips followed; for the simulators."""
    things = by_thing(document)
    up = {}
    for c in document["larch-room:room"]["connection"]:
        if c["a-port"].startswith(("psu", "inlet")):
            up.setdefault(c["a"], []).append((c["b"], c["b-port"]))

    def walk(name):
        for other, port in up.get(name, []):
            if things[other]["type"] == "pdu":
                yield other, port
            else:
                yield from walk(other)
    return {name: list(walk(name)) for name in up}


def bmcs(document):
    """{machine: bmc}"""
    return {c["a"]: c["b"] for c in document["larch-room:room"]["connection"] if c["a-port"] == "bmc"}


def main():
    p = argparse.ArgumentParser(description="print the made-up room as room.json")
    p.add_argument("--machines", type=int, default=40)
    p.add_argument("--racks", type=int, default=2)
    p.add_argument("--address", action="append", default=[], metavar="THING=ADDRESS")
    p.add_argument("--family", action="append", default=[], metavar="PDU=FAMILY")
    a = p.parse_args()
    try:
        room = make(a.machines, a.racks, dict(x.split("=", 1) for x in a.address), dict(x.split("=", 1) for x in a.family))
    except ValueError as e:
        sys.exit(f"room_json: {e}")
    json.dump(room, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
