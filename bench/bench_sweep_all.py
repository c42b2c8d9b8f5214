#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a whole sweep costs larchd, in processor time and memory: ping, ssh banner, IPMI session, the outlets of PDUs, levels and
the rows of status.db, of 10,000 servers on 200 PDUs; and of 100 and 1,000, which show how it grows. A real larchd before
simulators; of their processor time nothing counts. A sweep is one round of each of these checks, once all is known."""
import os, pathlib, sys, time

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(ROOT / "tests/sim"))
from sweep_room import SweepRoom, wait_for

CHECKS = ("ping", "ssh", "ipmi", "power")


def rounds(room):
    lanes = room.lanes()
    return [lanes[c]["rounds"] if c in lanes else 0 for c in CHECKS]


def whole(room, n):
    """All servers seen well by every check."""
    for column, text in (("ping", "up"), ("ssh", "up"), ("bmc", "ok"), ("outlets", "on")):
        good = sum(r["text"] == text for r in room.values(column).values())
        if good < n * 0.999:
            sys.exit(f"{column}: {good} of {n} read {text}")


def measure(n, pdus, sweep, least):
    with SweepRoom(servers=n, pdus=pdus, sweep=sweep, status={"sockets": 512}) as room:
        room.start()
        says = lambda: f"rounds {rounds(room)}\n{room.log()[-2000:]}"
        wait_for(lambda: min(rounds(room)) >= 1, 120, 0.2, says)
        whole(room, n)
        first = rounds(room)
        before = room.cpu()
        wait_for(lambda: min(b - a for a, b in zip(first, rounds(room))) >= least, 240, 0.2, says)
        spent, done = room.cpu() - before, sum(b - a for a, b in zip(first, rounds(room))) / len(CHECKS)
        whole(room, n)
        return spent / done, room.memory()


def main():
    for n, pdus, sweep, least, suffix in ((100, 2, "2s", 8, "_100"), (1000, 20, "4s", 4, "_1000"), (10000, 200, "20s", 3, "")):
        cpu, memory = measure(n, pdus, sweep, least)
        print(f"sweep_all{suffix} {cpu:.3f} s", flush=True)
        print(f"sweep_all_rss{suffix} {memory:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
