#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A generated room of ten thousand nodes, as a room.json: two datacenters, rooms, racks, PDUs with feeds,
switches, console servers, pools and a few services. It says the same every time it is asked.

    big_room.py --nodes 10000 > room.json

With 10,000 nodes: about 60,000 attributes and 40,000 connections. Nodes n00001 ... fill racks of forty; each
rack r001 ... has a PDU at each side (pdu-r001-a, -b: 0U), a switch sw-r001 and a console
server con-r001. A PDU hangs on its room's feed (feed-a-room1). Racks 1 ... stand in datacenter1's rooms first.
"""
import argparse
import json
import sys

PER_RACK = 40
RACKS_PER_ROOM = 32
OWNERS = ["chemistry", "physics", "biology", "library", "geology"]
STATES = ["idle", "busy", "unallocated", "broken", "installing"]
MODELS = ["H11", "H12", "R640", "R7525", "X11"]


def fact(key, value, kind=None, subkey=None, number=None):
    row = {"key": key}
    if subkey is not None:
        row["subkey"] = subkey
    if number is not None:
        row["number"] = number
    if kind is not None:
        row["kind"] = kind
    row["value"] = str(value)
    return row


def port(name, kind, plug=None):
    row = {"name": name, "kind": kind}
    if plug is not None:
        row["plug"] = plug
    return row


class BigRoom:
    def __init__(self, nodes):
        self.things, self.cables = [], []
        self.nodes = nodes
        self.racks = -(-nodes // PER_RACK)
        self.rooms = -(-self.racks // RACKS_PER_ROOM)
        self.pools = {}

    def thing(self, name, kind, facts=(), ports=(), place=None):
        row = {"name": name, "type": kind}
        if facts:
            row["attribute"] = list(facts)
        if ports:
            row["port"] = list(ports)
        if place is not None:
            row["place"] = place
        self.things.append(row)
        return row

    def cable(self, a, a_port, b, b_port):
        self.cables.append({"a": a, "a-port": a_port, "b": b, "b-port": b_port})

    def room(self, k):
        name = f"room{k}"
        self.thing(name, "room", place={"container": "datacenter1" if 2 * k <= self.rooms + 1 else "datacenter2"})
        for feed in "ab":
            self.thing(f"feed-{feed}-{name}", "feed", [fact("feed", feed.upper())],
                       [port(str(n), "outlet") for n in range(1, RACKS_PER_ROOM + 1)], {"container": name})

    def pdu(self, rack, r, feed):
        name, room = f"pdu-{rack}-{feed}", f"room{(r - 1) // RACKS_PER_ROOM + 1}"
        high, low = divmod(2 * r + "ab".index(feed), 250)
        self.thing(name, "pdu",
                   [fact("address", f"10.1.{high}.{low + 1}"), fact("family", "sentry3"), fact("feed", feed.upper())],
                   [port("infeed1", "inlet", "pwr-c20")] +
                   [port(f"AA{n}", "outlet", "pwr-c13") for n in range(1, 43)],
                   {"container": rack, "side": "left" if feed == "a" else "right"})
        self.cable(name, "infeed1", f"feed-{feed}-{room}", str((r - 1) % RACKS_PER_ROOM + 1))

    def rack(self, r):
        name = f"r{r:03}"
        self.thing(name, "rack", [fact("units", 48, "integer")],
                   place={"container": f"room{(r - 1) // RACKS_PER_ROOM + 1}"})
        self.pdu(name, r, "a")
        self.pdu(name, r, "b")
        self.thing(f"sw-{name}", "switch", [fact("address", f"10.2.{r // 250}.{r % 250 + 1}"), fact("family", "qbridge")],
                   [port("psu1", "inlet", "pwr-c14")] + [port(str(n), "nic", "nic-eth") for n in range(1, 49)],
                   {"container": name, "unit": 48})
        self.cable(f"sw-{name}", "psu1", f"pdu-{name}-a", "AA42")
        self.thing(f"con-{name}", "console-server",
                   [fact("address", f"10.3.{r // 250}.{r % 250 + 1}"), fact("console_port", 7000, "integer")],
                   [port("psu1", "inlet", "pwr-c14")] + [port(str(n), "console", "console-serial") for n in range(1, 49)],
                   {"container": name, "unit": 47, "face": "rear"})
        self.cable(f"con-{name}", "psu1", f"pdu-{name}-b", "AA42")

    def node(self, n):
        r, slot = (n - 1) // PER_RACK + 1, (n - 1) % PER_RACK + 1
        name, rack = f"n{n:05}", f"r{r:03}"
        self.thing(name, "server", [
            fact("address", f"10.{4 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}"),
            fact("mac", f"02:00:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}", None, "eth", 0),
            fact("owner", OWNERS[n % len(OWNERS)]),
            fact("state", STATES[n % 7 % len(STATES)]),
            fact("ram", 64 << n % 4, "integer"),
            fact("warranty", f"20{27 + n % 5}-0{n % 9 + 1}-01", "date"),
        ] if n % 10 else [
            fact("address", f"10.{4 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}"),
            fact("owner", OWNERS[n % len(OWNERS)]),
            fact("state", "unallocated"),
            fact("ram", 64 << n % 4, "integer"),
            fact("model", json.dumps({"name": MODELS[n // 10 % len(MODELS)], "sockets": 2}), "json"),
        ], [port("psu1", "inlet", "pwr-c14"), port("psu2", "inlet", "pwr-c14"), port("eth0", "nic", "nic-eth"),
            port("console", "console", "console-serial")], {"container": rack, "unit": slot})
        self.cable(name, "psu1", f"pdu-{rack}-a", f"AA{slot}")
        self.cable(name, "psu2", f"pdu-{rack}-b", f"AA{slot}")
        self.cable(name, "eth0", f"sw-{rack}", str(slot))
        self.cable(name, "console", f"con-{rack}", str(slot))
        self.pools.setdefault("production" if n % 3 else "testing", []).append(name)
        self.pools.setdefault("batch" if n % 4 else "login", []).append(name)

    def build(self):
        for d in (1, 2):
            self.thing(f"datacenter{d}", "datacenter")
        for k in range(1, self.rooms + 1):
            self.room(k)
        for r in range(1, self.racks + 1):
            self.rack(r)
        for n in range(1, self.nodes + 1):
            self.node(n)
        for name, members in sorted(self.pools.items()):
            self.thing(name, "pool")["member"] = members
        self.thing("everything", "pool")["member"] = sorted(self.pools)
        return {"larch-room:room": {"thing": self.things, "connection": self.cables}}


def main():
    p = argparse.ArgumentParser(description="print a generated room as room.json")
    p.add_argument("--nodes", type=int, default=10000)
    args = p.parse_args()
    if not 1 <= args.nodes <= 20000:
        p.error("--nodes is between 1 and 20000")
    json.dump(BigRoom(args.nodes).build(), sys.stdout, ensure_ascii=False, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
