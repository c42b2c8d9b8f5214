# SPDX-License-Identifier: Apache-2.0
"""What a status.db says (docs/formats/status.md), read beside larchd without any code of ours.

    values(path, "n0001")            {"ping": {"text": "up", "level": 0, "at": 17..., ...}}
    outlet(path, "pdu-b01-a", "A7")  {"state": "on", "at": 17..., ...} or None

`at` is when it was seen: of the newest round that reached it, or the row's own.
"""
import contextlib, sqlite3, struct


def read(path, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(sql, values)]


def reaches(reached, number):
    """Is the number in the round? A bit each behind b, or the numbers themselves behind l."""
    kind, body = reached[:1], reached[1:]
    if kind == b"l":
        return number in struct.unpack(f"<{len(body) // 4}I", body)
    return number // 8 < len(body) and bool(body[number // 8] >> number % 8 & 1)


def seen_at(rounds, row, check, number):
    later = [r for r in rounds if r["chk"] == check and r["turn"] > row["turn"] and reaches(r["reached"], number)]
    return max(later, key=lambda r: r["turn"])["at"] if later else row["at"]


def values(path, thing):
    rows = read(path, "SELECT v.*,c.name AS check_name FROM value v JOIN chk c ON c.nr=v.chk JOIN thing t ON t.nr=v.thing WHERE t.name=?", thing)
    rounds = read(path, "SELECT turn,chk,at,reached FROM round")
    return {r["check_name"]: {**r, "at": seen_at(rounds, r, r["chk"], r["thing"])} for r in rows}


def outlet(path, pdu, name):
    rows = read(path, "SELECT o.* FROM outlet o JOIN thing t ON t.nr=o.pdu WHERE t.name=? AND o.name=?", pdu, name)
    rounds = read(path, "SELECT turn,chk,at,reached FROM round WHERE chk=0")
    return {**rows[0], "at": seen_at(rounds, rows[0], 0, rows[0]["nr"])} if rows else None
