#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the status of 10,000 nodes over REST costs the program, in processor time (/proc/PID/task/*/schedstat) of one
answer, the mean of several: everything of eleven columns, two members of eight, the rows of the bot before Larch, and a
scrape, without and with a line a node. 1,000 nodes stand beside them so that growth is seen."""
import os, pathlib, sys

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
sys.path[:0] = [str(ROOT / "tests/flow"), str(ROOT / "tests/sim")]
from pages_room import PagesRoom

ANSWERS = 10
LOGIN = (("ssh", "up", 3.2), ("slurm", "idle", None), ("uptime", "up", 1795000000), ("load", "0.52", 0.52), ("df", "31", 31.5),
         ("df_tmp", "31", 31), ("users", "none", 0))
ASKED = (("all", "/api/v1/status"), ("some", "/api/v1/status?checks=ping,ssh,slurm,load,df,ipmi,outlets&fields=state,level"),
         ("records", "/api/v1/status?orient=records"), ("metrics", "/metrics"), ("metrics_nodes", "/metrics?nodes=1"))


def cpu(room, path):
    """Milliseconds of the program for one answer; the first ones are not counted: the room is read by them."""
    def spent():
        return sum(int(t.read_text().split()[0]) for t in pathlib.Path(f"/proc/{room.child.pid}/task").glob("*/schedstat"))

    for _ in range(5):
        answer = room.get(path)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {answer.text[:300]}")
    before = spent()
    for _ in range(ANSWERS):
        room.get(path)
    return (spent() - before) / ANSWERS / 1e6


def main():
    for machines in (1000, 10000):
        with PagesRoom(machines, machines // 40) as r:
            names = [t["name"] for t in r.document["larch-room:room"]["thing"] if t["type"] == "server"]
            r.status({"values": [{"thing": n, "check": c, "level": 0, "text": text, "age": 4, "interval": 3600,
                                  **({} if number is None else {"number": number}), **({"data": {"users": []}} if c == "users" else {})}
                                 for n in names for c, text, number in LOGIN]})
            for name, path in ASKED:
                print(f"status_api_{name}_{machines} {cpu(r, path):.2f} ms", flush=True)


if __name__ == "__main__":
    main()
