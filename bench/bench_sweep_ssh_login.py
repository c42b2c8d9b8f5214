#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uptime, load, disks and users of 100 nodes over real logins to OpenSSH's sshd, beside one clush with the same key exchange.

CPU time (user and system) of the client's side: of login-probe, which is a round of lib/probe/login.h, of each ssh it starts, and
of the masters these leave behind, whose time the scheduler counts (/proc/PID/schedstat). The nodes' side is not counted. The second
sweep goes over the connections of the first: its peer is the first.

Each node is a user of its own: what hangs on a node is found by its user's processes, and all nodes are this machine.
"""
import ctypes, json, os, pathlib, resource, shutil, subprocess, sys

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", "build/release")).resolve()
sys.path.insert(0, str(ROOT / "tests/sim"))
from sshd import Sshd, why_not

NODES = 100
RUNS = 3                     # the best is reported: noise only adds
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
KEX = "KexAlgorithms curve25519-sha256"
ASKED = "uptime; cat /proc/loadavg; df -kPl; ps -eo uid=,user= | sort -u; who"
COLUMNS = {"uptime", "load", "df", "users"}


def conf(nodes, ssh):
    folder = nodes.folder / "larch"
    (folder / "run/larchd").mkdir(parents=True, exist_ok=True)
    (folder / "larch.json").write_text(json.dumps({"larch-conf:larch": {
        "site": "bench", "origin": "https://larch.example.org", "data": str(folder), "run": str(folder / "run"),
        "templates": f"{ROOT}/templates", "assets": f"{ROOT}/static", "mib": f"{ROOT}/mib", "yang": f"{ROOT}/etc/yang",
        "policy": "policy.json", "credentials": "credentials.json",
        "ldap": {"uri": ["ldaps://ldap.example.org"], "user_base": "dc=example", "group_base": "dc=example"},
        "status": {"ssh_config": str(ssh)}}}))
    return folder / "larch.json"


def children_ms():
    """Of all that ended and was waited for."""
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (r.ru_utime + r.ru_stime) * 1000


def reap(but):
    """What lost its parent and has ended is ours to wait for: so its time is counted."""
    for pid in orphans(but):
        os.waitpid(pid, os.WNOHANG)


def orphans(but):
    pids = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in pids if int(pid) != but]


def living_ms(pids):
    return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e6


def check(rows, number):
    answers = [r for r in rows if "name" in r]
    good = [r for r in answers if r["outcome"] == "ok" and r["shared"] == (number > 1)
            and COLUMNS <= {v["check"] for v in r["values"] if v["level"] != "unknown"}]
    if len(good) != NODES:
        sys.exit(f"round {number}: {len(good)} of {NODES} answers are whole: {next(r for r in answers if r not in good)}")


def one_round(probe, number):
    """The CPU time of login-probe and its children in this round, ms."""
    rows = []
    while not rows or "round" not in rows[-1]:
        line = probe.stdout.readline()
        if line == "":
            sys.exit("login-probe ended")
        rows.append(json.loads(line))
    check(rows, number)
    return rows[-1]["cpu"]


def ours(larch, names):
    """Two sweeps in a process of their own: prints the CPU time of each, ms."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    probe = subprocess.Popen([str(BUILD / "bin/login-probe"), "-w", "-n", "2", str(larch), *names],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first = one_round(probe, 1)
    reap(probe.pid)
    masters = orphans(probe.pid)
    if len(masters) != NODES:
        sys.exit(f"{len(masters)} masters, not {NODES}")
    before = living_ms(masters)
    first += before + children_ms()
    probe.stdin.write("\n")
    probe.stdin.flush()
    second = one_round(probe, 2) + living_ms(masters) - before
    probe.communicate("\n")
    print(first, second)


def apart(*args):
    """This program's `ours` as a child, so that nothing but it is counted."""
    p = subprocess.run([sys.executable, __file__, *args], capture_output=True, text=True)
    if p.returncode != 0:
        sys.exit(p.stderr)
    return [float(n) for n in p.stdout.split()]


def clush(ssh, names):
    before = children_ms()
    p = subprocess.run(["clush", "-f", "64", "-o", f"-F {ssh}", "-w", ",".join(names), ASKED], capture_output=True, text=True,
                       stdin=subprocess.DEVNULL)
    whole = {line.partition(":")[0] for line in p.stdout.splitlines() if " load average: " in line}
    if len(whole) != NODES:
        sys.exit(f"clush has answers of {len(whole)} nodes: {p.stderr[-300:]}")
    return children_ms() - before


def main():
    if why_not():
        sys.exit(why_not())
    addresses = {f"n{i:03}": f"127.94.4.{i}" for i in range(1, NODES + 1)}
    with Sshd(list(addresses.values()), {f"u{name}": "/bin/dash" for name in addresses}) as nodes:
        ssh = nodes.config(*[f"{n} u{n} {a}" for n, a in addresses.items()], more=KEX)
        larch = conf(nodes, ssh)
        mine, theirs = [], []
        for _ in range(RUNS):
            mine.append(apart(str(larch), *addresses))
            if shutil.which("clush"):
                theirs.append(clush(ssh, list(addresses)))
    first, second = min(m[0] for m in mine), min(m[1] for m in mine)
    print(f"sweep_ssh_login {first:.0f} ms | clush " + (f"{min(theirs):.0f} ms" if theirs else "missing"))
    print(f"sweep_ssh_login_shared {second:.0f} ms | first {first:.0f} ms")


if len(sys.argv) > 1:
    ours(sys.argv[1], sys.argv[2:])
else:
    main()
