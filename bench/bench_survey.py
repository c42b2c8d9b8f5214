#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything one BMC tells (device id, watts, 20 of 100 events, 18 + 96 records, 112 readings) in one session, beside
`ipmitool sdr list all`, which asks the same BMC for records and readings alone. Processor time and time by the clock of
a process each, from its start to its end; the median of ROUNDS, taken in turn. What is printed must name the last sensor."""
import os, pathlib, resource, shutil, statistics, subprocess, sys, time

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(ROOT / "tests/sim"))
from bmc import BUILD, BmcSim

ADDRESS, ROUNDS = "127.94.200.1", 15
ENV = dict(os.environ, IPMI_PASSWORD="secret")


def once(args):
    """(ms of processor time, ms by the clock)"""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    p = subprocess.run(args, capture_output=True, text=True, env=ENV, timeout=60)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode != 0 or "Temp 96" not in p.stdout:
        sys.exit(f"bench_survey: {args[0]}: {p.stdout[-300:]}{p.stderr[-300:]}")
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), 1000 * took


def main():
    with BmcSim(f"bmc a address {ADDRESS} sensors 96 sel 100\n") as sim:
        ours = [str(BUILD / "bin/ipmi-probe"), ADDRESS, str(sim.port), "admin", "17", "survey"]
        theirs = [shutil.which("ipmitool"), "-I", "lanplus", "-C", "17", "-H", ADDRESS, "-p", str(sim.port), "-U", "admin",
                  "-E", "sdr", "list", "all"]
        rounds = [(once(ours), once(theirs) if theirs[0] else None) for _ in range(ROUNDS)]
        if not theirs[0]:
            print("# ipmitool is missing")
        for name, i in (("survey_ipmi", 0), ("survey_ipmi_wall", 1)):
            peer = f" | ipmitool {statistics.median(r[1][i] for r in rounds):.1f} ms" if theirs[0] else ""
            print(f"{name} {statistics.median(r[0][i] for r in rounds):.1f} ms{peer}")


if __name__ == "__main__":
    main()
