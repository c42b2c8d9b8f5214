#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make demo: a simulated room of 40 machines, 4 PDUs and 2 racks behind a real web server, on loopback.

Prints where to look, and stops everything on Ctrl-C. With --check it drives one login and one
verified cycle over HTTP instead, prints what it saw, and exits 0 or says what failed.
"""
import argparse, os, pathlib, shlex, signal, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from person import Person
from room import PEOPLE, ROOT, Room, wait_for

MAY = {"ana": "everything", "ben": "switch machines, eight at a time", "ida": "see, nothing more"}


SLURM = {f"n{n:04}": ("idle", None, []) for n in range(11, 41)} | {
    **{f"n{n:04}": ("mixed", None, [(7000 + n, "eve"), (7100 + n, "bob")]) for n in range(1, 8)},
    "n0008": ("drained", "bad DIMM A3, ticket 4711", []), "n0009": ("draining", "firmware | after the last job", [(7200, "eve")]),
    "n0010": ("down*", "Not responding", []), "n0041": ("idle", None, [])}  # n0041: the inventory does not know it


class Stop(Exception):
    pass


def on_signal(number, _frame):
    for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(n, signal.SIG_IGN)  # once is enough: the end must not be interrupted
    raise Stop(signal.Signals(number).name)


class Voice:
    """Progress lines with the time they took."""

    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, text):
        print(f"  {time.monotonic() - self.began:5.1f} s  {text}", flush=True)


def shown(path):
    """A path as one would type it, relative to where one is when that is shorter."""
    relative = os.path.relpath(path)
    return shlex.quote(relative if len(relative) < len(str(path)) and not relative.startswith("..") else str(path))


def where_to_look(room):
    larch, ca = shown(room.build / "bin/larch"), shlex.quote(room.ca_file)
    print(f"""
The room is open:    {room.origin}

  who    password         may
""" + "\n".join(f"  {who:<6} {PEOPLE[who][1]:<16} {MAY[who]}" for who in PEOPLE) + f"""

Its certificate is signed by the demo's own authority: {ca}
(a browser will warn; go on, or let it trust that file while the demo runs)

In a terminal:
  elinks {room.origin}
  SSL_CERT_FILE={ca} lynx -accept_all_cookies {room.origin}
  w3m -o ssl_ca_file={ca} {room.origin}

The command (its key stays in the demo's folder):
  export LARCH_CONFIG={shlex.quote(str(room.folder / 'cli/session.json'))} LARCH_CA={ca} LARCH_CACHE={shlex.quote(str(room.folder / 'cli/cache'))}
  {larch} login {room.origin} -u ana
  {larch} status
  {larch} why n0008
  {larch} since -1h
  {larch} top
  {larch} power status
  {larch} find 'type:server and in:b01'
  {larch} rack b01
  {larch} lost pdu-b01-a
  {larch} power cycle n0003 --via pdu
  {larch} power cycle n0004 --via bmc
  {larch} log

To hurt it: a PDU that says yes and does nothing, a BMC that falls silent
  python3 {shown(ROOT / 'tests/sim/ask.py')} {shown(room.folder / 'sim/pdu-b01-a.ctl')} fault AA3 lie
  python3 {shown(ROOT / 'tests/sim/ask.py')} {shown(room.folder / 'sim/bmc.ctl')} fault n0004-bmc silent

Slurm is not here: two programs stand in for its sinfo and squeue and print
  {shown(room.folder / 'sim/sinfo.txt')} and squeue.txt: edit them

Logs of the programs: {shown(room.folder / 'log')}
Ctrl-C stops everything and leaves nothing behind.
""", flush=True)


# ---- --check ------------------------------------------------------------------------------

def job_of(person, path, says):
    """Follow a job's JSON until it ends; the steps are printed as they change."""
    seen = {}
    until = time.monotonic() + 120
    while True:
        job = person.get(path + ".json").json()
        for step in job["steps"]:
            if step["state"] not in ("waiting", seen.get(step["n"])):
                seen[step["n"]] = step["state"]
                says(f"{step['what']}: {step['state']}" + (f" ({step['text']})" if step["text"] else ""))
        if job["state"] not in ("waiting", "running"):
            return job
        if time.monotonic() > until:
            raise AssertionError(f"the job did not end: {job['state']}")
        time.sleep(0.3)


def must(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def check(room, says):
    ana = Person(room.origin, room.ca_file)
    name, password = "ana", PEOPLE["ana"][1]
    page = ana.login(name, password)
    must(page.status == 200 and "ana" in page.words.lower(), f"the login failed: {page.status} {page.words[:300]}")
    says("logged in as ana over HTTPS")
    page = ana.get("/nodes?show=all")
    must(page.status == 200 and "n0003" in page.words, f"/nodes: {page.status}")
    says("the table of machines is there")
    wait_for(lambda: "bad DIMM A3" in ana.get("/nodes").words, 60, says="Slurm's reasons do not come")
    says("and of those that are not well, why Slurm drained them")
    outlets = room.outlets("n0003")
    must(len(outlets) == 2, "n0003 hangs on two PDUs")
    page = ana.get("/power?verb=cycle&nodes=n0003&via=pdu")
    must(page.status == 200, f"the plan: {page.status} {page.words[:300]}")
    says("the plan: " + page.title)
    page = ana.submit(page, "/power", reason="make demo CHECK=1")
    must(page.status == 200 and page.path.startswith("/jobs/"), f"the plan was not taken: {page.status} {page.path} {page.words[:600]}")
    job = job_of(ana, page.path, says)
    must(job["state"] == "ok", f"the job ended {job['state']}: {job}")
    for pdu, outlet in outlets:
        must(room.outlet_is(pdu, outlet) == "on", f"{pdu} {outlet} is not on again")
        did = [w for w in room.pdu(pdu).ask("log").split(";")[1:] if f" {outlet} " in w]
        must(len(did) == 2, f"{pdu} {outlet} was asked {len(did)} times: {did}")
        says(f"{pdu} {outlet} was switched off and on, once each")
    rows = ana.get(f"/log.json?job={job['id']}").rows()
    must({"intent", "outcome", "end"} <= {r["kind"] for r in rows}, f"the log: {rows}")
    says(f"the log has {len(rows)} rows of job {job['id']}")


# ---- the program -----------------------------------------------------------------------------

def stay(room):
    """Until a signal, or until one of the programs ends by itself."""
    quiet = threading.Event()
    while True:
        quiet.wait(1)
        for name, program in room.programs.items():
            if not program.alive():
                print(f"{name} has ended by itself and is started again; its log: {shown(program.log_path)}", flush=True)
                room.revive(name)


def main():
    ap = argparse.ArgumentParser(description="a simulated machine room behind a real web server")
    ap.add_argument("--check", action="store_true", help="drive one login and one verified cycle, then stop")
    ap.add_argument("--machines", type=int, default=40)
    a = ap.parse_args()
    for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(n, on_signal)
    says, code = Voice(), 0
    folder = tempfile.mkdtemp(prefix="larch-demo.")
    print("Larch's demo starts: a room that is simulated, programs that are real.", flush=True)
    room = Room(folder, machines=a.machines, say=says, sweep="5s", rates={}, whole=True, slurm=SLURM,
                power={"dwell": "3s", "off_limit": "10s", "on_limit": "10s", "boot_limit": "30s"})
    room.own = True
    try:
        room.start()
        if a.check:
            check(room, says)
            print("The demo works.", flush=True)
        else:
            where_to_look(room)
            stay(room)
    except Stop as s:
        code = 0 if not a.check else 1
        print(f"\n{s}: stopping.", flush=True)
    except Exception as problem:
        code = 1
        print(f"\nIt failed: {problem}\n\nWhat the programs said last:\n{room.tails()}", flush=True)
    finally:
        for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(n, signal.SIG_IGN)
        room.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
