# SPDX-License-Identifier: Apache-2.0
"""Judges measures by bench/goals.json. A goal is of one of three forms, told by the word it begins with:

	{"measure": "query_10000", "goal": 20, "unit": "ms", "better": "less", "by": "sqlite_upserts"}
	{"measure": "sweep_ping", "ratio": 0.6, "better": "less"}
	{"measure": "sweep_ipmi_loss", "fixed": 500, "unit": "right", "better": "more"}

`goal` is for the machine of bench/reference.json. `by` is the calibration (a rate) that resembles the
measure. This machine's factor is the reference's rate over its own: 2 is a machine half as fast, whose
limit is twice the time ("less") or half the rate ("more").
`ratio` is to the peer that was measured in the same run: value / peer. Without the peer it is not
measured, and the verdict says why.
`fixed` is the same on every machine: a count, bytes of memory, a time that timers make.
A measure that is just at its limit has met it.
"""
import json

FORMS = {
    "goal": {"measure": str, "goal": (int, float), "unit": str, "better": str, "by": str},
    "ratio": {"measure": str, "ratio": (int, float), "better": str},
    "fixed": {"measure": str, "fixed": (int, float), "unit": str, "better": str},
}


class BadGoal(Exception):
    pass


def form_of(goal):
    """The name of its form; a goal of none or of two is refused."""
    named = [f for f in FORMS if f in goal]
    if len(named) != 1:
        raise BadGoal(f"{goal}: a goal has one of {', '.join(FORMS)}")
    return named[0]


def refuse_bad(goal, known, seen):
    """A goal that says less, more or something else than it must is refused: nobody would miss it."""
    form = form_of(goal)
    fields = FORMS[form]
    if set(goal) != set(fields) or not all(isinstance(goal[k], t) and not isinstance(goal[k], bool) for k, t in fields.items()):
        raise BadGoal(f"{goal}: a goal with {form} has {', '.join(fields)} and nothing else")
    if goal["better"] not in ("less", "more"):
        raise BadGoal(f"{goal['measure']}: better is less or more, not {goal['better']}")
    if not 0 < goal[form] < float("inf"):
        raise BadGoal(f"{goal['measure']}: a {form} is above 0, and finite")
    if form == "goal" and goal["by"] not in known:
        raise BadGoal(f"{goal['measure']}: there is no calibration {goal['by']}; there are {', '.join(known)}")
    if goal["measure"] in seen:
        raise BadGoal(f"{goal['measure']} has two goals")


def load(path, reference):
    """{measure: goal}; BadGoal says what is wrong."""
    out = {}
    for goal in json.loads(path.read_text())["goals"]:
        refuse_bad(goal, reference, out)
        out[goal["measure"]] = goal
    return out


def met(goal, value, limit):
    return "met" if (value <= limit if goal["better"] == "less" else value >= limit) else "missed"


def same_unit(goal, row):
    if row["unit"] != goal["unit"]:
        raise BadGoal(f"{goal['measure']}: the goal is in {goal['unit']}, the measure in {row['unit']}")


def judge_goal(goal, row, taken, reference):
    same_unit(goal, row)
    if not taken.get(goal["by"]):
        return {"verdict": "not measured", "reason": f"{goal['by']} was not calibrated"}
    machine = reference[goal["by"]] / taken[goal["by"]]
    limit = goal["goal"] * machine if goal["better"] == "less" else goal["goal"] / machine
    return {"machine": round(machine, 3), "limit": limit, "verdict": met(goal, row["value"], limit)}


def judge_ratio(goal, row, taken, reference):
    peer = row.get("peer")
    if not peer:
        raise BadGoal(f"{goal['measure']}: the goal is a ratio, the measure has no peer")
    if not peer["value"]:
        return {"verdict": "not measured", "reason": f"{peer['name']} {'is missing' if peer['value'] is None else 'took nothing'}"}
    if row["unit"] != peer["unit"]:
        raise BadGoal(f"{goal['measure']}: the measure is in {row['unit']}, {peer['name']} in {peer['unit']}")
    return {"limit": goal["ratio"], "verdict": met(goal, row["value"] / peer["value"], goal["ratio"])}


def judge_fixed(goal, row, taken, reference):
    same_unit(goal, row)
    return {"limit": goal["fixed"], "verdict": met(goal, row["value"], goal["fixed"])}


JUDGES = {"goal": judge_goal, "ratio": judge_ratio, "fixed": judge_fixed}


def judge(goal, row, taken, reference):
    """The verdict on a row, as bench.json holds it: met, missed, or not measured with a reason. taken,
    reference: {calibration: rate}."""
    return {**goal, **JUDGES[form_of(goal)](goal, row, taken, reference)}


def text(verdict):
    form = form_of(verdict)
    bound = "at most" if verdict["better"] == "less" else "at least"
    what = f"goal {bound} {verdict[form]:g} " + ("of the peer" if form == "ratio" else verdict["unit"])
    if form == "goal" and "limit" in verdict:
        what += f", here {verdict['limit']:.3g} ({verdict['by']} {verdict['machine']:g})"
    reason = f", {verdict['reason']}" if "reason" in verdict else ""
    return f"{what}: {verdict['verdict']}{reason}"
