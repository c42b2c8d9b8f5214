# SPDX-License-Identifier: Apache-2.0
"""A cycle by outlets that the command follows in the background, and what must hold of it whatever was done to the programs meanwhile."""
import subprocess, time

from room import wait_for
from tap import eq

CLOCKS_MS = 3  # two clocks, each cut to whole milliseconds


def begin(room, machine, *more, verb="cycle"):
    """The command in the background, and the number of its job once larchd has taken it up."""
    last = max([0] + [r["job"] for r in room.journal()])
    child = subprocess.Popen([room.build / "bin/larch", "power", verb, machine, "--via", "pdu", "-y", *more],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=room.cli_env("ana"))
    job = wait_for(lambda: max([0] + [r["job"] for r in room.journal() if r["job"] > last]) or child.poll() is not None,
                   says="no job began")
    if job is True:
        raise AssertionError(f"no job began: {child.communicate()}")
    return child, job


def kinds(room, job):
    return [r["kind"] for r in room.journal(job)]


def finish(child, limit=120):
    out, err = child.communicate(timeout=limit)
    return child.returncode, out, err


def whole(room, machine, job, before):
    """What must hold whatever happened."""
    wait_for(lambda: "end" in kinds(room, job), 60, each=0.2, says=lambda: f"job {job} has not ended: {room.journal(job)}")
    rows = room.journal(job)
    sent = room.packets(machine)[before:]
    intents = [r for r in rows if r["kind"] == "intent"]
    for i, (pdu, outlet, _, when) in enumerate(sent):
        nth = len([p for p in sent[:i] if p[:2] == (pdu, outlet)])
        mine = [r for r in intents if (r["device"], r["outlet"]) == (pdu, outlet)]
        eq(len(mine) > nth, True, f"{pdu} {outlet}: packet {nth + 1} of {sent} has no intent")
        eq(mine[nth]["boot"] <= when + CLOCKS_MS, True, f"{pdu} {outlet}: the packet left {mine[nth]['boot'] - when} ms before its intent")
    ended = {r["step"] for r in rows if r["kind"] in ("outcome", "settled")}
    eq({r["step"] for r in intents} - ended, set(), "intents that never came to an end")
    done = room.larch("log", "verify", str(room.folder / "data/journal/journal.db"))
    eq(done.code, 0, done.stderr)
    return rows


def put_on(room, machine):
    """By hand, as the simulators' button: the next test finds the room as it was."""
    for pdu, outlet in room.outlets(machine):
        room.pdu(pdu).ask(f"set {outlet} on")
    room.bmc.ask(f"set {room.bmcs()[machine]} power on")
    ana = room.person("ana")

    def well():
        ana.api("POST", "/api/v1/power/check", {"nodes": machine})
        plan = ana.api("GET", f"/api/v1/power/plan?verb=cycle&nodes={machine}&via=pdu").json()
        return not plan.get("refused", True) and all(s["expected"] == "on" for s in plan["steps"] if s["action"] == "outlet-off")
    wait_for(well, each=0.5, says=lambda: f"{machine} is not seen on again: "
             + ana.api("GET", f"/api/v1/power/plan?verb=cycle&nodes={machine}&via=pdu").text)


def sets_of(room):
    """[(pdu, outlet, number, when)] of every SET that reached any PDU; when is CLOCK_BOOTTIME in ms, as the journal's `boot`."""
    shift = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) // 1000000
    return [(pdu, row.split()[1], row.split()[2], int(row.split()[0]) + shift)
            for pdu in room.pdus() for row in room.pdu(pdu).ask("log").split(";")[1:]]
