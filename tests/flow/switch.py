# SPDX-License-Identifier: Apache-2.0
"""What the tests of setvlan ask the simulated switch, beside Larch.

    sw = Switch(room, "sw-b01")
    sw.vlan(5)                        {"pvid": 1, "egress": {1}, "untagged": {1}}: of base port 5
    with sw.as_it_was(): ...          every row is put back, every fault is gone
    sw.fault("untagged", 20, "refuse")
    sw.writes()                       [("egress", 20, "9000..."), ("pvid", 5, "20")]
"""
import contextlib, pathlib

BRIDGE = "1.3.6.1.2.1.17.7.1.4."
OIDS = {"pvid": BRIDGE + "5.1.1.", "egress": BRIDGE + "3.1.2.", "forbidden": BRIDGE + "3.1.3.", "untagged": BRIDGE + "3.1.4.",
        "name": "1.3.6.1.2.1.31.1.1.1.1.", "interface": "1.3.6.1.2.1.17.1.4.1.2."}
TAGS = {"2": "integer", "4": "text", "4x": "hex", "6": "oid", "65": "counter", "66": "gauge", "67": "timeticks"}


def bits(*ports, n=8):
    """A PortList of n bytes as hex."""
    b = bytearray(n)
    for p in ports:
        b[(p - 1) // 8] |= 0x80 >> ((p - 1) % 8)
    return b.hex()


def ports_of(text):
    b = bytes.fromhex(text)
    return {p for p in range(1, 8 * len(b) + 1) if b[(p - 1) // 8] & (0x80 >> ((p - 1) % 8))}


class Switch:
    def __init__(self, room, name, vlans=(1, 20, 30, 40), ports=48):
        self.room, self.name, self.vlans, self.ports = room, name, vlans, ports

    def ask(self, line):
        return self.room.pdu(self.name).ask(line)

    def row(self, what, index):
        return self.ask(f"row {OIDS[what]}{index}").strip()

    def put(self, what, index, value):
        self.ask(f"put {OIDS[what]}{index} {value}")

    def fault(self, what, index, fault, after=0):
        self.ask(f"row-fault {OIDS[what]}{index} {fault} {after}")

    def touch(self, what, index, nth, value):
        """Another manager writes it just before the nth GET of it from now."""
        self.ask(f"touch {OIDS[what]}{index} {nth} {value}")

    def vlan(self, port):
        return {"pvid": int(self.row("pvid", port)),
                **{what: {v for v in self.vlans if port in ports_of(self.row(what, v))} for what in ("egress", "untagged")}}

    def whole(self):
        return {(what, v): self.row(what, v) for what in ("egress", "untagged", "forbidden") for v in self.vlans} | {
            ("pvid", p): self.row("pvid", p) for p in range(1, self.ports + 1)}

    def writes(self):
        out = []
        for word in self.ask("writes").split()[1:]:
            oid, value = word.split("=", 1)
            what = next(w for w, base in OIDS.items() if oid.startswith(base))
            out.append((what, int(oid.rsplit(".", 1)[1]), value))
        return out

    def forget(self):
        self.ask("forget")

    @contextlib.contextmanager
    def as_it_was(self):
        was = self.whole()
        self.forget()
        try:
            yield self
        finally:
            self.ask("fault * none")
            self.ask("silent-after 0")
            for (what, index), value in was.items():
                self.fault(what, index, "none")
                self.put(what, index, value)


def from_recording(path, to):
    """A recording (OID|TAG|VALUE) as the simulator's rows: what it has not, the lists of its VLANs, is made up beside it."""
    rows, ports = ["%switch"], []
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        oid, tag, value = (line.split("|", 2) + ["", ""])[:3]
        if tag not in TAGS or len(value) > 100:
            continue
        if oid.startswith(OIDS["pvid"]):
            ports.append(int(oid.rsplit(".", 1)[1]))
            value = "@rw " + value
        rows.append(f"{oid}|{TAGS[tag]}|{value}")
    n = 4 if max(ports) <= 32 else 64
    for vlan, members in ((1, ports), (20, [])):
        rows += [f"{BRIDGE}3.1.1.{vlan}|text|vlan{vlan}"]
        rows += [f"{OIDS[what]}{vlan}|hex|@rw {bits(*(members if what != 'forbidden' else ()), n=n)}"
                 for what in ("egress", "forbidden", "untagged")]
    pathlib.Path(to).write_text("\n".join(rows) + "\n")
    return ports
