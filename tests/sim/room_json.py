#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The made-up room of the demo and the tests, as a room.json.

Machines n0001 ... stand in racks b01 ..., each rack with two PDUs (pdu-b01-a and -b), each machine
with a cord to both and a BMC (n0001-bmc). Not all is well wired, as in life:

  the last machine        its wiring was never recorded (it still has a BMC)
  the one before it       has no BMC
  the first of rack 2     has one cord only
  the second of rack 2    its second cord hangs on a power strip, together with kvm-b02
  rack 1                  its switch sw-b01 is on an outlet of pdu-b01-a; eth1 of n0001 is on its port eth1 ...

The racks stand in room1 of datacenter1; the machines are in the pools batch and login. With `whole` there is more
to ask about: feeds that the PDUs hang on, a console server and network cables, a load balancer, a service,
a pool of pools, warranties and states.

    room_json.py --machines 40 --racks 2 --whole > room.json
    from room_json import make, feeds
"""
import argparse
import ipaddress
import json
import sys

OWNERS = ["chemistry", "physics", "biology", "library"]
RACK_UNITS = 45  # as etc/types.json has it
SWITCH_PORTS = 48  # of a switch, and of a console server


def outlet_name(n, family="sentry3"):
    """Sentry3 numbers the outlets of its first unit AA1, AA2 ...; others 1, 2 ..."""
    return f"AA{n}" if family == "sentry3" else str(n)


def attributes(**facts):
    return [{"key": key, "value": str(value)} for key, value in facts.items() if value is not None]


def thing(name, kind, place=None, **facts):
    row = {"name": name, "type": kind}
    if any(value is not None for value in facts.values()):
        row["attribute"] = attributes(**facts)
    if place is not None:
        row["place"] = place
    return row


def fact(thing, key, value, kind, **more):
    """A fact that is no plain text."""
    thing.setdefault("attribute", []).append({"key": key, **more, "kind": kind, "value": str(value)})


def at(rack, unit=None, side=None, face=None):
    row = {"container": rack, "unit": unit, "side": side, "face": face}
    return {key: value for key, value in row.items() if value is not None}


def cable(a, a_port, b, b_port):
    return {"a": a, "a-port": a_port, "b": b, "b-port": b_port}


def counted(base):
    """127.0.5.0 gives 127.0.5.1, 127.0.5.2 ... : addresses of things that nobody gave one."""
    at = int(ipaddress.IPv4Address(base))

    def one(n):
        return str(ipaddress.IPv4Address(at + n))
    return one


class Room:
    def __init__(self, machines, racks, addresses, families, whole):
        self.things, self.cables, self.pools = [], [], {"batch": [], "login": []}
        self.addresses, self.families = addresses, families
        self.machines, self.racks, self.whole = machines, racks, whole
        self.per_rack = -(-machines // racks)
        self.step = 2 if 2 * self.per_rack < 42 else 1  # units from one machine to the next
        self.units = max(RACK_UNITS, self.step * self.per_rack + 4)  # machines, and what stands at the top
        self.next_address = {"pdu": counted("127.0.3.0"), "bmc": counted("127.1.0.0"),
                             "server": counted("127.2.0.0"), "switch": counted("127.0.6.0")}

    def address(self, kind, name, n):
        return self.addresses.get(name, self.next_address[kind](n))

    def outlet(self, pdu, n):
        return outlet_name(n, self.families.get(pdu, "sentry3"))

    def unit(self, rack, n, face=None):
        """Unit n of a rack; more machines than a rack has units simply stand in it."""
        return at(rack, n, face=face) if self.units <= 100 else at(rack)

    def rack(self, r):
        name = f"b{r:02}"
        tall = self.units if RACK_UNITS < self.units <= 100 else None
        self.things.append(thing(name, "rack", at("room1"), units=tall))
        for k, side in enumerate("ab"):
            pdu = f"pdu-{name}-{side}"
            self.things.append(thing(pdu, "pdu", at(name, side=("left", "right")[k]), address=self.address("pdu", pdu, 2 * r - 1 + k),
                                     family=self.families.get(pdu, "sentry3"), feed=side.upper()))
            if self.whole:
                self.cables.append(cable(pdu, "inlet1", f"feed-{side}", str(r)))
        if r == 1:
            self.things.append(thing(f"sw-{name}", "switch", self.unit(name, self.units - 3),
                                     address=self.address("switch", f"sw-{name}", 1)))
            self.cables.append(cable(f"sw-{name}", "psu1", f"pdu-{name}-a", self.outlet(f"pdu-{name}-a", self.per_rack + 1)))

    def cords(self, name, rack, slot):
        if self.number == self.machines:
            return  # never recorded
        self.cables.append(cable(name, "psu1", f"pdu-{rack}-a", self.outlet(f"pdu-{rack}-a", slot)))
        if rack == "b02" and slot == 1:
            return  # one cord only
        if rack == "b02" and slot == 2:
            self.things += [thing(f"strip-{rack}", "strip", at(rack)), thing(f"kvm-{rack}", "appliance", at(rack))]
            self.cables += [cable(f"strip-{rack}", "inlet", f"pdu-{rack}-b", self.outlet(f"pdu-{rack}-b", slot)),
                            cable(name, "psu2", f"strip-{rack}", "1"), cable(f"kvm-{rack}", "psu1", f"strip-{rack}", "2")]
            return
        self.cables.append(cable(name, "psu2", f"pdu-{rack}-b", self.outlet(f"pdu-{rack}-b", slot)))

    def machine(self, n):
        self.number = n
        rack, slot = f"b{(n - 1) // self.per_rack + 1:02}", (n - 1) % self.per_rack + 1
        name = f"n{n:04}"
        self.things.append(thing(name, "server", self.unit(rack, self.step * (slot - 1) + 1),
                                 address=self.address("server", name, n), owner=OWNERS[n % len(OWNERS)]))
        self.pools["batch" if n % 5 else "login"].append(name)
        self.cords(name, rack, slot)
        if n <= SWITCH_PORTS:
            self.cables.append(cable(name, "eth1", "sw-b01", f"eth{n}"))
        if n != self.machines - 1:
            bmc = f"{name}-bmc"
            self.things.append(thing(bmc, "bmc", address=self.address("bmc", bmc, n)))
            self.cables.append(cable(name, "bmc", bmc, "host"))
        if self.whole:
            self.more_of(self.things[-1] if n == self.machines - 1 else self.things[-2], n)

    def more_of(self, machine, n):
        """What a machine has besides power: a state, a guarantee, a network cable, a console, a service."""
        fact(machine, "state", "unallocated" if n % 4 == 0 else "idle", "string")
        fact(machine, "ram", 64 << n % 3, "integer")
        fact(machine, "warranty", f"{2027 + n % 3}-0{n % 9 + 1}-01", "date")
        if n % 5 == 0:
            fact(machine, "runs", "shell", "relation")
        if n <= SWITCH_PORTS:
            self.cables.append(cable(machine["name"], "console1", "con-b01", f"port{n}"))

    def more(self):
        """Feeds, a console server, a load balancer, a service, a pool of pools."""
        con = thing("con-b01", "console-server", self.unit("b01", self.units, "rear"), address="127.0.7.1")
        fact(con, "console_port", 7000, "integer")
        lb = thing("lb-b01", "load-balancer", self.unit("b01", self.units - 1))
        fact(lb, "vip", "shell", "relation", subkey="192.0.2.80:22")
        spare = self.per_rack + 2
        self.things += [thing(f"feed-{side}", "feed", at("room1"), feed=side.upper()) for side in "ab"]
        self.things += [con, lb, thing("shell", "service", owner="library")]
        self.cables += [cable("con-b01", "psu1", "pdu-b01-b", self.outlet("pdu-b01-b", spare)),
                        cable("lb-b01", "psu1", "pdu-b01-a", self.outlet("pdu-b01-a", spare)),
                        cable("lb-b01", "psu2", "pdu-b01-b", self.outlet("pdu-b01-b", spare + 1))]

    def build(self):
        self.things += [thing("datacenter1", "datacenter"), thing("room1", "room", at("datacenter1"))]
        for r in range(1, self.racks + 1):
            self.rack(r)
        for n in range(1, self.machines + 1):
            self.machine(n)
        if self.whole:
            self.more()
            self.pools["production"] = ["batch", "login"]
        for pool, members in self.pools.items():
            self.things.append({**thing(pool, "pool"), "member": members})
        return {"larch-room:room": {"thing": self.things, "connection": self.cables}}


def make(machines=40, racks=2, addresses=None, families=None, whole=False):
    """The document. addresses: {thing: "127.0.0.9:1161"} for those that must have a certain one;
    families: {pdu: "apc-rpdu2"}, else sentry3; whole: all that an inventory can be asked about."""
    if racks < 1 or machines < racks:
        raise ValueError("a room has at least one rack, and a machine in each")
    return Room(machines, racks, addresses or {}, families or {}, whole).build()


def by_thing(document):
    """{name: {"type": ..., key: value ...}}"""
    return {row["name"]: {"type": row["type"], **{a["key"]: a["value"] for a in row.get("attribute", [])}}
            for row in document["larch-room:room"]["thing"]}


def feeds(document):
    """{thing: [(pdu, outlet), ...]}: what really feeds each thing, strips followed; for the simulators."""
    things = by_thing(document)
    up = {}
    for c in document["larch-room:room"]["connection"]:
        if c["a-port"].startswith(("psu", "inlet")) and things[c["a"]]["type"] != "pdu":
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
    p.add_argument("--whole", action="store_true")
    p.add_argument("--address", action="append", default=[], metavar="THING=ADDRESS")
    p.add_argument("--family", action="append", default=[], metavar="PDU=FAMILY")
    a = p.parse_args()
    try:
        room = make(a.machines, a.racks, dict(x.split("=", 1) for x in a.address), dict(x.split("=", 1) for x in a.family),
                    a.whole)
    except ValueError as e:
        sys.exit(f"room_json: {e}")
    json.dump(room, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
