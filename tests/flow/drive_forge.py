# SPDX-License-Identifier: Apache-2.0
"""Requests that somebody made up who can write power.db, and what larchd says of each."""
import copy, json

from drive_lane import canonical, hashed


def changed(plan, change):
    """A plan that somebody made up; its hash is right."""
    new = copy.deepcopy(plan)
    change(new)
    return hashed(new)


def step(n, **over):
    def change(plan):
        plan["steps"][n].update(over)
    return change


def without(*actions):
    def change(plan):
        plan["steps"] = [s for s in plan["steps"] if s["action"] not in actions]
        for i, s in enumerate(plan["steps"], 1):
            s["n"] = i
    return change


def setting(**over):
    return lambda plan: plan.update(over)


def twice(plan):
    plan["machines"] *= 2


def forgeries(lane, plan, bmc, now):
    """(what somebody made up, what larchd says of it)"""
    other = lane.plan("off", "n0002", "pdu")
    outlet = lane.plan("outlet-cycle", "pdu-b01-a:AA1")
    text = canonical(plan)
    h = {"hash": plan["hash"]}
    rows = [
        (lambda: lane.file({**plan, "verb": "on"}), "does not fit its contents"),
        (lambda: lane.file(plan, verb="off"), "verb or way is not the one of its plan"),
        (lambda: lane.file(plan, way="bmc"), "verb or way is not the one of its plan"),
        (lambda: lane.file(plan, verb="explode"), "verb or way is not the one of its plan"),
        (lambda: lane.file(plan, hash="0" * 64), "not the one that was confirmed"),
        (lambda: lane.file(plan, created=now - 120000, until=now - 60000), "its permit has run out"),
        (lambda: lane.file(plan, until=now + 86400000), "which none does"),
        (lambda: lane.file(plan, until=2**63 - 1), "which none does"),
        (lambda: lane.file(plan, at_once=0), "names no ceilings"),
        (lambda: lane.file(plan, per_hour=-5), "names no ceilings"),
        (lambda: lane.file(lane.plan("cycle", "n[0001-0002]", "pdu"), at_once=1), "may switch 1 machines at once, the plan has 2"),
        (lambda: lane.file(changed(plan, step(0, outlet="AA20"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(plan, step(0, device="pdu-b01-z"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(plan, step(0, device_name="another"))), "called \"another\""),
        (lambda: lane.file(changed(plan, step(0, action="outlet-on", expected="off"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(plan, step(0, expected="unknown"))), "expects unknown"),
        (lambda: lane.file(changed(plan, without("load", "bmc-silent", "dwell"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(plan, lambda p: p["steps"].pop())), "would have"),
        (lambda: lane.file(changed(plan, setting(verb="on")), verb="on"), "not the plan that larchd makes"),
        (lambda: lane.file(changed(plan, setting(steps=[]))), "has no step"),
        (lambda: lane.file(changed(plan, twice)), "twice"),
        (lambda: lane.file(changed(plan, lambda p: p["machines"][0].update(name="nobody"))), "names no machine"),
        (lambda: lane.file(changed(other, lambda p: p["machines"][0].update(owner="eve"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(other, lambda p: p["decided_warnings"].append("nothing"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(bmc, step(0, device="n0002-bmc"))), "not the plan that larchd makes"),
        (lambda: lane.file(changed(outlet, lambda p: p["machines"][0].update(name="pdu-b01-a:AA9"))), "names no machine"),
        (lambda: lane.file(changed(outlet, lambda p: p["cut"].clear())), "would cut"),
        (lambda: lane.file(plan, second_over=-1), "below none"),
        (lambda: lane.file(lane.plan("cycle", "n[0001-0002]", "pdu"), second_over=1), "nobody approved it"),
        (lambda: lane.file(plan, grant_id=1), "names grant 1, which is not there"),
        (lambda: lane.file(plan, approver="ben"), "names an approval that is not there"),
        (lambda: lane.file("", **h), "plan"),
        (lambda: lane.file("[" * 100000, **h), "plan"),
        (lambda: lane.file("{}", **h), "no power verb"),
        (lambda: lane.file(text[:-5], **h), "plan"),
        (lambda: lane.file(text + "\0", **h), "'plan' is no plain text"),
        (lambda: lane.file(plan, who="ana\0eve"), "'who' is no plain text"),
        (lambda: lane.file(plan, who="a" * 1000), "'who' is too long"),
        (lambda: lane.file(plan, reason="\x1b[2J"), "'reason' is no plain text"),
        (lambda: lane.file(plan, machines="n" * 5000000), "'machines' is too long"),
        (lambda: lane.file(canonical({**plan, "decided_warnings": ["x" * 6000000]}), **h), "'plan' is too long"),
        (lambda: lane.file(canonical({**plan, "cut": [{}] * 1300000}), **h), "cuts 1300000 other things"),
        (lambda: lane.file(json.dumps({**plan, "decided_warnings": ["\u00fc" * 2000000]}, ensure_ascii=False), **h),
         "does not fit its contents"),
    ]
    return rows
