# SPDX-License-Identifier: Apache-2.0
"""status.db read after docs/formats/status.md, with nothing of the library's: what tests believe of larchd."""
import contextlib, pathlib, sqlite3, struct

OUTLETS = 0  # the check of their rounds
SQL_OUTLETS = "SELECT o.nr,t.name AS pdu,o.name AS outlet,o.state,o.amps,o.watts,o.at,o.since,o.every,o.turn FROM outlet o JOIN thing t ON t.nr=o.pdu"


def read(path, sql, *values):
    """Rows as dicts; a file or a table that is not made yet has none."""
    if not pathlib.Path(path).exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as db:
        db.row_factory = sqlite3.Row
        try:
            return [dict(r) for r in db.execute(sql, values)]
        except sqlite3.OperationalError as e:
            if "no such table" not in str(e):
                raise
            return []


def has(reached, nr):
    if reached[:1] == b"b":
        byte = 1 + nr // 8
        return byte < len(reached) and bool(reached[byte] >> nr % 8 & 1)
    return nr in struct.unpack(f"<{(len(reached) - 1) // 4}I", reached[1:])


def aged(path, rows, check):
    """Each with `at` as the newest round that reached it has it."""
    rounds = read(path, "SELECT turn,at,reached FROM round WHERE chk=? ORDER BY turn DESC", check)
    for row in rows:
        row["at"] = next((r["at"] for r in rounds if r["turn"] > row["turn"] and has(r["reached"], row["nr"])), row["at"])
    return rows


def values(path, column):
    """{thing: row} of a column."""
    numbers = read(path, "SELECT nr FROM chk WHERE name=?", column)
    rows = read(path, "SELECT t.name AS thing,v.thing AS nr,v.level,v.text,v.detail,v.number,v.at,v.since,v.every,v.data,v.turn"
                      " FROM value v JOIN thing t ON t.nr=v.thing JOIN chk c ON c.nr=v.chk WHERE c.name=?", column)
    return {r["thing"]: r for r in aged(path, rows, numbers[0]["nr"])} if numbers else {}


def outlets(path):
    """{(pdu, outlet): row}."""
    return {(r["pdu"], r["outlet"]): r for r in aged(path, read(path, SQL_OUTLETS), OUTLETS)}
