# SPDX-License-Identifier: Apache-2.0
"""Judges measures by bench/goals.json. A goal is absolute and for the machine of bench/reference.json:

	{"measure": "query_10000", "goal": 20, "unit": "ms", "better": "less", "by": "sqlite_upserts"}

`by` is the calibration (a rate) that resembles the measure. This machine's ratio is the reference's
rate over its own: 2 is a machine half as fast, whose limit is twice the time ("less") or half the
rate ("more"). A measure that is just at its limit has met it.
"""
import json

FIELDS = {"measure": str, "goal": (int, float), "unit": str, "better": str, "by": str}


class BadGoal(Exception):
    pass


def refuse_bad(goal, known, seen):
    """A goal that says less, more or something else than it must is refused: nobody would miss it."""
    if set(goal) != set(FIELDS) or not all(isinstance(goal[k], t) and not isinstance(goal[k], bool) for k, t in FIELDS.items()):
        raise BadGoal(f"{goal}: a goal has {', '.join(FIELDS)} and nothing else")
    if goal["better"] not in ("less", "more"):
        raise BadGoal(f"{goal['measure']}: better is less or more, not {goal['better']}")
    if goal["goal"] <= 0:
        raise BadGoal(f"{goal['measure']}: a goal is above 0")
    if goal["by"] not in known:
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


def judge(goal, row, taken, reference):
    """The verdict on a row, as bench.json holds it. taken, reference: {calibration: rate}."""
    if row["unit"] != goal["unit"]:
        raise BadGoal(f"{goal['measure']}: the goal is in {goal['unit']}, the measure in {row['unit']}")
    ratio = reference[goal["by"]] / taken[goal["by"]]
    less = goal["better"] == "less"
    limit = goal["goal"] * ratio if less else goal["goal"] / ratio
    met = row["value"] <= limit if less else row["value"] >= limit
    return {**goal, "machine": round(ratio, 3), "limit": limit, "verdict": "met" if met else "missed"}


def text(verdict):
    bound = "at most" if verdict["better"] == "less" else "at least"
    return (f"goal {bound} {verdict['goal']:g} {verdict['unit']}, here {verdict['limit']:.3g}"
            f" ({verdict['by']} {verdict['machine']:g}): {verdict['verdict']}")
