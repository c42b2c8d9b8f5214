# SPDX-License-Identifier: Apache-2.0
"""A larchd of its own before the same simulators: its own data, one conf, requests written into power.db by hand.

    with Lane(room, "one") as lane:
        job = lane.file(lane.plan("cycle", "n0001", "pdu"))     a row of power.db, as the power program writes it
        lane.wait_end(job)
        lane.rows(job)                                          of journal.db
        verify(lane.db("journal"))                              the chain, walked after docs/formats/journal.md

Nothing here is the library's: the plan's hash and the chain are computed after docs/formats/.
"""
import contextlib, hashlib, json, os, signal, socket, sqlite3, struct, time

import status_db
from room import Program, wait_for

HEX = ("prev", "hash")
NUMBERS = ("seq", "at", "boot", "job", "step")
TEXTS = ("kind", "who", "address", "verb", "machine", "device", "outlet", "outcome", "text", "cites")
DECIDED = ("verb", "via", "policy", "machines", "steps", "cut", "decided_warnings")
LATER = 100  # jobs: a lane's first request


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hashed(plan):
    """The plan with the hash its contents have: somebody who forges one can do that too."""
    decided = canonical({k: plan[k] for k in (*DECIDED, "vlan", "boot") if k in plan or k in DECIDED})
    return {**plan, "hash": hashlib.sha256(b"larch-plan-v2\n" + decided.encode()).hexdigest()}


def read(path, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(sql, values)]


def verify(path):
    """How many rows; a sentence as AssertionError where the chain does not hold."""
    prev, n = bytes(32), 0
    for row in read(path, "SELECT * FROM row ORDER BY seq"):
        n += 1
        data = b"larch-journal-v1\n" + prev + b"".join(struct.pack(">q", row[k]) for k in NUMBERS)
        for k in TEXTS:
            text = row[k].encode()
            data += struct.pack(">q", len(text)) + text
        if row["seq"] != n or row["prev"] != prev or row["hash"] != hashlib.sha256(data).digest():
            raise AssertionError(f"the chain breaks at row {n}: {row}")
        prev = row["hash"]
    return n


class Lane:
    def __init__(self, room, name, sweep="1s", power=None, wrap=(), ignore_size_signal=False):
        self.room, self.name, self.folder = room, name, room.folder / "lanes" / name
        for d in ("run/larchd", *(f"data/{x}" for x in ("inventory", "power", "status", "journal", "auth", "sessions"))):
            (self.folder / d).mkdir(parents=True, exist_ok=True)
        doc = json.loads(room.conf.read_text())
        inside = doc["larch-conf:larch"]
        inside.update(data=str(self.folder / "data"), run=str(self.folder / "run"), sweep=sweep)
        inside["power"].update(power or {})
        self.doc, self.conf = doc, room.conf.with_name(f"lane-{name}.json")
        self.write_conf()
        self.copy("inventory")
        self.copy("power")
        self.write("power", "DELETE FROM claim", "DELETE FROM orders", "DELETE FROM request")
        self.log_name = f"larchd-{name}"
        argv = [*wrap, room.build / "bin/larchd", "-c", self.conf]
        if ignore_size_signal:  # a file that may not grow is an error of write(2), as a full disk is
            argv = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", *argv]
        self.program = Program(room, self.log_name, argv)
        self.next = LATER

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.program.stop()

    def start(self):
        at = len(self.log())
        self.program.start()
        wait_for(lambda: "serves" in self.log()[at:], says=self.log)
        return self

    def kill(self):
        self.program.kill()

    def log(self):
        return self.program.log()

    # ---- files ----

    def db(self, name):
        return self.folder / f"data/{name}/{name}.db"

    def write_conf(self):
        self.conf.write_text(json.dumps(self.doc, indent=1))

    def copy(self, name):
        with contextlib.closing(sqlite3.connect(f"file:{self.room.folder}/data/{name}/{name}.db?mode=ro", uri=True)) as a:
            with contextlib.closing(sqlite3.connect(self.db(name))) as b:
                a.backup(b)
                b.execute("PRAGMA journal_mode=WAL")

    def write(self, name, *statements):
        """Each statement, or (statement, values), in one transaction; the last row id."""
        with contextlib.closing(sqlite3.connect(self.db(name), timeout=60)) as db:
            for s in statements:
                cursor = db.execute(*((s,) if isinstance(s, str) else s))
            db.commit()
            return cursor.lastrowid

    def touch_inventory(self, *statements):
        """Change the wiring as `pages` does: with a row that says so."""
        self.write("inventory", *statements, "INSERT INTO edit(at,who,why,request) VALUES(1,'eve','','')")

    def wake(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            with contextlib.suppress(OSError):
                s.sendto(b"", str(self.folder / "run/larchd/larchd.sock"))

    # ---- asking ----

    def plan(self, verb, things, via="pdu", more=""):
        """The plan as the power program of the room makes it, checked to be without refusals."""
        path = (f"/api/v1/outlets/plan?verb={verb[7:]}&outlets={things}" if verb.startswith("outlet") else
                f"/api/v1/power/plan?verb={verb}&nodes={things}&via={via}{more}")
        plan = self.room.person("ana").api("GET", path)
        if plan.status != 200:
            raise AssertionError(plan.text)
        body = {k: v for k, v in plan.json().items() if k in (*DECIDED, "boot", "hash")}
        if hashed(body)["hash"] != body["hash"]:
            raise AssertionError("docs/formats/plan.md does not give the hash the program gives")
        return body

    def file(self, plan, **over):
        self.next += 1
        now = int(time.time() * 1000)
        text = plan if isinstance(plan, (str, bytes)) else canonical(plan)
        known = plan if isinstance(plan, dict) else {}
        row = {"id": self.next, "created": now, "until": now + 60000, "who": "ana", "source": "session 1", "address": "127.0.0.1",
               "role": "admin", "reason": "a test", "idempotency": None, "request_id": "r1", "at_once": 64, "per_hour": 4000,
               "plan": text, "hash": known.get("hash", ""), "machines": ",".join(m["name"] for m in known.get("machines", [])),
               "verb": known.get("verb", "cycle"), "way": known.get("via", "pdu"), **over}
        self.write("power", (f"INSERT INTO request({','.join(row)}) VALUES({','.join('?' * len(row))})", tuple(row.values())))
        self.wake()
        return row["id"]

    def order(self, job, what, things=""):
        self.write("power", ("INSERT INTO orders(at,job,who,what,things) VALUES(?,?,'ana',?,?)",
                             (int(time.time() * 1000), job, what, things)))
        self.wake()

    # ---- looking ----

    def rows(self, job=None):
        return read(self.db("journal"), "SELECT * FROM row WHERE ? IS NULL OR job=? ORDER BY seq", job, job)

    def state(self, job):
        """(state, text) of a job that has ended, else None."""
        found = read(self.db("journal"), "SELECT state,text FROM job WHERE job=? AND ended>0", job)
        return (found[0]["state"], found[0]["text"]) if found else None

    def wait_end(self, job, limit=60):
        return wait_for(lambda: self.state(job), limit, each=0.03, says=lambda: f"{self.name}: job {job} did not end: "
                        + json.dumps([(r["kind"], r["verb"], r["text"]) for r in self.rows(job)], indent=1) + self.log()[-1500:])

    def wait_row(self, job, limit=60, **wanted):
        def found():
            return [r for r in self.rows(job) if all(r[k] == v for k, v in wanted.items())]
        return wait_for(found, limit, each=0.01, says=lambda: f"{self.name}: no row {wanted} of job {job}: {self.rows(job)}")[0]

    def unsettled(self):
        return read(self.db("journal"), "SELECT * FROM row i WHERE kind='intent' AND NOT EXISTS (SELECT 1 FROM row o WHERE"
                    " o.job=i.job AND o.step=i.step AND o.kind IN ('outcome','settled'))")

    def wait_well(self, *machines, limit=60, fresh=False):
        wait_well(self.room, self.db("status"), machines, limit, fresh)

    def wait_both_well(self, *machines, fresh=True):
        """As this larchd sees it, and the room's, whose plans are asked for."""
        wait_well(self.room, self.room.folder / "data/status/status.db", machines, 60, True)
        self.wait_well(*machines, fresh=fresh)

    def limit_files(self, size):
        """No file of larchd may grow beyond `size` bytes; None: all may again."""
        import resource
        top = resource.prlimit(self.program.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.program.process.pid, resource.RLIMIT_FSIZE, (top if size is None else size, top))


def sees(room, status, machine):
    """What was last seen of a machine: (chassis, bmc, states of its outlets, when the oldest of these was seen)."""
    rows = {column: status_db.values(status, column).get(machine) for column in ("chassis", "bmc")}
    seen = status_db.outlets(status)
    outlets = [seen.get(o) for o in room.outlets(machine)]
    if not all(rows.values()) or not all(outlets):
        return None, None, [], 0
    oldest = min(r["at"] for r in [*rows.values(), *outlets])
    return rows["chassis"]["text"], rows["bmc"]["text"], [o["state"] for o in outlets], oldest


def wait_well(room, status, machines, limit, fresh):
    """fresh: what was seen before this call does not count: somebody has just pressed a button."""
    since = int(time.time() * 1000) + 100 if fresh else 0

    def well(machine):
        try:
            chassis, bmc, outlets, oldest = sees(room, status, machine)
        except sqlite3.OperationalError:
            return False
        return chassis == "on" and bmc == "ok" and set(outlets) == {"on"} and oldest > since
    for m in machines:
        wait_for(lambda: well(m), limit, each=0.1, says=lambda: f"{status}: {m} is not well: {sees(room, status, m)}")


def restore(room, machine):
    """Somebody pressed the buttons: its outlets are on, its chassis is on, no fault, the logs are empty."""
    bmc = room.bmcs()[machine]
    for pdu, outlet in room.outlets(machine):
        room.pdu(pdu).ask(f"fault {outlet} none")
        room.pdu(pdu).ask(f"set {outlet} on")
    wait_for(lambda: "alive=yes" in room.bmc.ask(f"get {bmc}"), says=f"{bmc} does not live")
    room.bmc.ask(f"fault {bmc} none")
    room.bmc.ask(f"set {bmc} power on")


def sets(room, machine):
    """[(pdu, outlet, "on" or "off")] of every SET that its PDUs obeyed or not, oldest first, since forever."""
    out = []
    for pdu, outlet in room.outlets(machine):
        for row in room.pdu(pdu).ask("log").split(";")[1:]:
            ms, what, number, _ = (row.split() + [""])[:4]
            if what == outlet:
                out.append((int(ms), pdu, outlet, {"1": "on", "2": "off"}[number]))
    return [x[1:] for x in sorted(out)]


def controls(room, machine):
    """How many chassis controls its BMC was told since it was cleared."""
    words = dict(w.split("=", 1) for w in room.bmc.ask(f"get {room.bmcs()[machine]}").split() if "=" in w)
    return int(words["controls"])


def alarm(seconds):
    signal.signal(signal.SIGALRM, lambda *_: os._exit(99))
    signal.alarm(seconds)
