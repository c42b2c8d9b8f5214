# SPDX-License-Identifier: Apache-2.0
"""The machine half of a made-up room: bmc-sim, one pdu-sim a PDU, larch.json with its
policy and credentials, and larchd. The web half (slapd, nginx, the FastCGI programs) is room.py.

    with Machines(folder, machines=4, racks=1) as m:
        m.start_larchd()
        m.filer("file", "ana", "cycle", "n0001", "pdu", "test")

Every address is on loopback and every port is the kernel's choice. Ends only what it started.
"""
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "sim"))
import room_json  # noqa: E402


def build():
    return pathlib.Path(os.environ.get("LARCH_BUILD", ROOT / "build" / "release")).resolve()


def wait_for(what, condition, limit=30.0):
    """What the condition returns once it is true; else an error that says what was waited for."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit:.0f} s for {what}")
        time.sleep(0.03)


class Child:
    """A program of the room: its output goes to a file, it can be killed and started again."""

    def __init__(self, name, args, folder, env=None, **options):
        self.name, self.args, self.log = name, [str(a) for a in args], folder / "log" / f"{name}.log"
        self.env, self.options, self.process = env, options, None
        self.log.parent.mkdir(parents=True, exist_ok=True)

    def start(self):
        with open(self.log, "ab") as out:
            self.from_byte = out.tell()
            self.process = subprocess.Popen(self.args, stdin=self.options.get("stdin", subprocess.DEVNULL), stdout=out,
                                            stderr=subprocess.STDOUT, env=dict(os.environ, **(self.env or {})),
                                            cwd=self.options.get("cwd"))
        return self

    def output(self):
        """What it has printed since it was last started."""
        with open(self.log, "rb") as f:
            f.seek(self.from_byte)
            return f.read().decode("utf-8", "replace")

    def wait_ready(self, word="READY", limit=20.0):
        def ready():
            for line in self.output().splitlines():
                if word in line:
                    return line
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.output()[-600:]}")
            return None
        return wait_for(f"{self.name} to be ready", ready, limit)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self, number=signal.SIGKILL):
        if self.alive():
            self.process.send_signal(number)
        if self.process is not None:
            self.process.wait(timeout=20)

    def stop(self):
        try:
            self.kill(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()


def control(path, line):
    """One command to a simulator's control socket; its answer, without the newline."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(10)
        s.connect(str(path))
        s.sendall(line.encode() + b"\n")
        s.shutdown(socket.SHUT_WR)
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    return data.decode().rstrip("\n")


class Machines:
    SECRET = "bmc-secret"

    def __init__(self, folder, machines=4, racks=1, families=None, power=None, sweep="2s", delays=None, bmc=None):
        self.folder = pathlib.Path(folder).resolve()
        self.bin = build() / "bin"
        self.count, self.racks, self.families = machines, racks, families or {}
        self.power = {"dwell": "500ms", "off_limit": "6s", "on_limit": "6s", "boot_limit": "15s", "stagger": "100ms",
                      **(power or {})}
        self.sweep = sweep
        self.delays = delays or "on=60 off=80 reboot=500"
        self.bmc_options = {"boot_ms": 400, "off_ms": 50, "on_ms": 50, "restore": "on", **(bmc or {})}
        self.children, self.conf_extra = {}, {}
        self.larchd_wrap = []
        for name in ("log", "run/larchd", "secret"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name in ("auth", "sessions", "inventory", "status", "power", "journal"):
            (self.folder / "data" / name).mkdir(parents=True, exist_ok=True)

    # ---- the simulators ---------------------------------------------------------------------

    def start_sims(self):
        plain = room_json.make(self.count, self.racks, families=self.families)
        feeds, things = room_json.feeds(plain), room_json.by_thing(plain)
        self.addresses = {}
        self._start_bmcs(things, feeds)
        for pdu in [n for n, t in things.items() if t["type"] == "pdu"]:
            self._start_pdu(pdu, things[pdu]["family"], feeds)
        self.document = room_json.make(self.count, self.racks, addresses=self.addresses, families=self.families)
        self.things, self.feeds = room_json.by_thing(self.document), feeds
        self.room_file = self.write("room.json", json.dumps(self.document, indent=1))
        return self

    def _start_bmcs(self, things, feeds):
        lines = ["default " + " ".join(f"{k} {v}" for k, v in self.bmc_options.items())
                 + f" user larch password {self.SECRET} port 0"]
        bmcs = [n for n, t in things.items() if t["type"] == "bmc"]
        for name in bmcs:
            fed = " ".join(f"feed {p}/{o}" for p, o in feeds.get(name.removesuffix("-bmc"), []))
            lines.append(f"bmc {name} address {things[name]['address']} {fed}".rstrip())
        conf = self.write("bmc.conf", "\n".join(lines) + "\n")
        child = self.add("bmc-sim", [self.bin / "bmc-sim", "--config", conf, "--control", self.folder / "bmc.ctl",
                                     "--room", self.folder / "room.sock", "--with-parent"])
        port = child.wait_ready().split()[-1]
        for name in bmcs:
            self.addresses[name] = f"{things[name]['address']}:{port}"

    def _start_pdu(self, name, family, feeds):
        names = [f"{o} {thing}" for thing, fed in sorted(feeds.items()) for p, o in fed if p == name]
        listing = self.write(f"{name}.names", "\n".join(names) + "\n")
        communities = self.write(f"{name}.communities", "room-read\nroom-write\n")
        child = self.add(name, [self.bin / "pdu-sim", "--profile", ROOT / "tests" / "data" / "pdu" / f"{family}.simrec",
                                "--name", name, "--listen", "127.0.0.1:0", "--communities", communities,
                                "--names", listing, "--delay", self.delays, "--control", self.folder / f"{name}.ctl",
                                "--room", self.folder / "room.sock", "--loads", self.folder / f"{name}.loads",
                                "--parent"])
        self.addresses[name] = child.wait_ready().split()[-1]

    def pdu(self, name, line):
        return control(self.folder / f"{name}.ctl", line)

    def bmc(self, line):
        return control(self.folder / "bmc.ctl", line)

    # ---- files ------------------------------------------------------------------------------------

    def write(self, name, text, mode=0o640):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def write_conf(self, **more):
        """larch.json, policy.json and credentials.json. more: members of larch.json to set."""
        self.conf_extra.update(more)
        self.write("secret/read", "room-read\n")
        self.write("secret/write", "room-write\n")
        self.write("secret/bmc", self.SECRET + "\n")
        conf = {
            "site": "Demo room", "origin": "https://localhost", "data": "data", "run": "run",
            "templates": str(ROOT / "templates"), "assets": str(ROOT / "static"), "mib": str(ROOT / "mib"),
            "yang": str(ROOT / "etc" / "yang"), "policy": "policy.json", "credentials": "credentials.json",
            "sweep": self.sweep, "power": self.power, **self.conf_extra,
        }
        conf.setdefault("ldap", {"uri": ["ldaps://127.0.0.1:1"], "ca_file": "ca.pem", "dn_template": "uid=%s,dc=x"})
        self.conf_file = self.write("larch.json", json.dumps({"larch-conf:larch": conf}, indent=1))
        self.write("credentials.json", json.dumps({"larch-credentials:credentials": {
            "snmp": [{"match": "*", "version": "2c", "read_file": "secret/read", "write_file": "secret/write"}],
            "bmc": [{"match": "*", "user": "larch", "password_file": "secret/bmc", "suites": [17, 3]}]}}, indent=1))
        self.write_policy()
        return self

    def write_policy(self, operator_at_once=8, operator_per_hour=400):
        see = {"name": "reader", "groups": ["staff", "operators", "admins"], "verbs": ["see", "log"], "hosts": "@*",
               "at_once": 1, "per_hour": 1}
        operator = {"name": "operator", "groups": ["operators"], "verbs": ["check", "on", "off", "cycle"],
                    "hosts": "@*", "at_once": operator_at_once, "per_hour": operator_per_hour}
        admin = {"name": "admin", "groups": ["admins"], "hosts": "@*", "at_once": 200, "per_hour": 1000,
                 "verbs": ["check", "edit", "wire", "import", "on", "off", "cycle", "outlet-on", "outlet-off",
                           "outlet-cycle"]}
        self.write("policy.json", json.dumps({"larch-policy:policy": {"roles": [see, operator, admin]}}, indent=1))

    # ---- programs ---------------------------------------------------------------------------------

    def add(self, name, args, **options):
        child = Child(name, args, self.folder, **options)
        self.children[name] = child
        return child.start()

    def start_larchd(self, wait_sweep=False):
        if "larchd" in self.children:
            self.children["larchd"].args = [*map(str, self.larchd_wrap), str(self.bin / "larchd"), "-c",
                                            str(self.conf_file)]
            self.children["larchd"].start()
        else:
            self.add("larchd", [*self.larchd_wrap, self.bin / "larchd", "-c", self.conf_file])
        self.children["larchd"].wait_ready("serves")
        if wait_sweep:
            self.wait_swept()
        return self.children["larchd"]

    def wait_swept(self, limit=30.0):
        since = int(time.time() * 1000)
        return wait_for("a whole sweep", lambda: self.ask("status", "SELECT began FROM pulse WHERE ended>0 "
                                                          "AND began>=?", since), limit)

    def filer(self, *words, groups="admins", fails=False):
        """Run filer; its output. fails: it must refuse, and what it says is returned."""
        run = subprocess.run([str(self.bin / "filer"), "-c", str(self.conf_file), *map(str, words)],
                             capture_output=True, text=True, timeout=60, env=dict(os.environ, FILER_GROUPS=groups))
        if (run.returncode != 0) != fails:
            raise RuntimeError(f"filer {words}: {run.returncode}: {run.stdout}{run.stderr}")
        return (run.stderr if fails else run.stdout).strip()

    # ---- what the databases say -----------------------------------------------------------------------

    def ask(self, database, sql, *values):
        """Rows of a database as dictionaries; none while the file or the table is not there."""
        path = self.folder / "data" / database / f"{database}.db"
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as db:
                db.row_factory = sqlite3.Row
                return [dict(r) for r in db.execute(sql, values)]
        except sqlite3.OperationalError:
            return []
        finally:
            try:
                db.close()
            except UnboundLocalError:
                pass

    def journal(self, job=None):
        if job is None:
            return self.ask("journal", "SELECT * FROM row ORDER BY seq")
        return self.ask("journal", "SELECT * FROM row WHERE job=? ORDER BY seq", int(job))

    def job(self, job):
        rows = self.ask("journal", "SELECT * FROM job WHERE job=?", int(job))
        return rows[0] if rows else {"state": "waiting", "ended": 0, "text": ""}

    def wait_job(self, job, limit=60.0):
        wait_for(f"job {job} to end", lambda: self.job(job)["ended"], limit)
        return self.job(job)

    # ---- the end -----------------------------------------------------------------------------------------

    def stop(self):
        for child in reversed(list(self.children.values())):
            child.stop()

    def __enter__(self):
        try:
            return self.start_sims().write_conf()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *failure):
        self.stop()
