# SPDX-License-Identifier: Apache-2.0
"""A room for larchd alone: servers with a BMC and an outlet each, simulators of the BMCs and the PDUs, a listener that
says it is an ssh server on every address of loopback, and no web programs. What larchd saw is read from status.db.

    with SweepRoom(servers=12, pdus=2, sweep="2s") as room:
        room.start()
        room.values("ping")                {thing: row of the table value, with its age}
        room.lanes()                       {check: row of the table lane}
        room.bmc.ask("get b00001")         the simulator's counts
"""
import contextlib, json, os, pathlib, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
import status_db
from banner import Listener
from children import die_with_parent
from control import Control

def attribute(key, value):
    return {"key": key, "value": value}


class SweepRoom:
    def __init__(self, servers=12, pdus=2, outlets=None, sweep="2s", status=None):
        self.build = pathlib.Path(os.environ.get("LARCH_BUILD") or ROOT / "build" / "release").resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-sweep."))
        self.servers, self.n_pdus, self.sweep = servers, pdus, sweep
        self.outlets = outlets or max(1, -(-servers // max(1, pdus)))
        self.status = {"sinfo": "", "squeue": "", **(status or {})}
        self.children, self.larchd = [], None

    def __enter__(self):
        try:
            for name in ("conf/secret", "sim", "run/larchd", *(f"data/{d}" for d in
                         ("auth", "sessions", "inventory", "status", "power", "journal"))):
                (self.folder / name).mkdir(parents=True)
            self.listener = Listener()
            self.start_bmcs()
            self.start_pdus()
            self.write_conf()
            self.write_room(self.document())
            self.seed("import", str(self.folder / "room.json"))
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        for child in self.children:
            child.kill()
            child.wait()
            child.stdout.close()
        if hasattr(self, "listener"):
            self.listener.stop()
        if os.environ.get("KEEP"):
            print("kept: " + str(self.folder), file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- simulators ----

    def child(self, *argv):
        """Started; the rest of the line that begins with READY."""
        p = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             preexec_fn=die_with_parent, text=True)
        self.children.append(p)
        return p

    @staticmethod
    def ready(p):
        for line in p.stdout:
            if line.startswith("READY"):
                return line.split()[-1]
        raise RuntimeError(f"{p.args[0]} did not start")

    def bmc_address(self, n):
        return f"127.20.{n // 250}.{n % 250 + 1}"

    def start_bmcs(self):
        lines = ["default user larch password bmc-opens-it suites 17,3 restore last off_ms 400 on_ms 400 boot_ms 900"
                 " load_ma 1200 standby_ma 60 port 0 power on"]
        lines += [f"bmc b{n:05} address {self.bmc_address(n)}" for n in range(self.servers)]
        sim = self.folder / "sim"
        (sim / "bmcs").write_text("\n".join(lines) + "\n")
        self.bmc_port = self.ready(self.child(self.build / "bin/bmc-sim", "--config", sim / "bmcs", "--control", sim / "bmc.ctl",
                                              "--with-parent"))
        self.bmc = Control(sim / "bmc.ctl")

    def start_pdus(self):
        sim = self.folder / "sim"
        (sim / "communities").write_text("reads-it\nwrites-it\n")
        started = [self.child(self.build / "bin/pdu-sim", "--profile", ROOT / "tests/data/pdu/sentry3.simrec", "--name", f"p{n:03}",
                              "--listen", f"127.0.{30 + n // 250}.{n % 250 + 1}:0", "--communities", sim / "communities",
                              "--control", sim / f"p{n:03}.ctl", "--outlets", str(self.outlets), "--parent")
                   for n in range(self.n_pdus)]
        self.pdu_addresses = [self.ready(p) for p in started]
        self.pdus = {f"p{n:03}": Control(sim / f"p{n:03}.ctl") for n in range(self.n_pdus)}

    # ---- files ----

    def document(self):
        things, cables = [], []
        for n, address in enumerate(self.pdu_addresses):
            things.append({"name": f"p{n:03}", "type": "pdu",
                           "attribute": [attribute("address", address), attribute("family", "sentry3")],
                           "port": [{"name": f"AA{k + 1}", "kind": "outlet"} for k in range(self.outlets)]})
        for n in range(self.servers):
            name, bmc = f"n{n:05}", f"b{n:05}"
            address = f"127.10.{n // 250}.{n % 250 + 1}:{self.listener.port}"
            things.append({"name": name, "type": "server", "attribute": [attribute("address", address), attribute("owner", "ana")],
                           "port": [{"name": "psu1", "kind": "inlet"}, {"name": "bmc", "kind": "bmc"}]})
            things.append({"name": bmc, "type": "bmc", "attribute": [attribute("address", f"{self.bmc_address(n)}:{self.bmc_port}")],
                           "port": [{"name": "host", "kind": "bmc"}]})
            cables.append({"a": name, "a-port": "bmc", "b": bmc, "b-port": "host"})
            if n // self.outlets < self.n_pdus:
                cables.append({"a": name, "a-port": "psu1", "b": f"p{n // self.outlets:03}", "b-port": f"AA{n % self.outlets + 1}"})
        return {"larch-room:room": {"thing": things, "connection": cables}}

    def write_room(self, document):
        (self.folder / "room.json").write_text(json.dumps(document))

    def write_conf(self):
        self.conf = self.folder / "conf/larch.json"
        secret = self.folder / "conf/secret"
        for name, text in (("bmc", "bmc-opens-it"), ("snmp.read", "reads-it"), ("snmp.write", "writes-it")):
            (secret / name).touch(mode=0o640)
            (secret / name).write_text(text + "\n")
        doc = {"site": "Sweep room", "origin": "https://localhost", "data": str(self.folder / "data"), "run": str(self.folder / "run"),
               "templates": str(ROOT / "templates"), "assets": str(ROOT / "static"), "mib": str(ROOT / "mib"),
               "yang": str(ROOT / "etc/yang"), "credentials": "credentials.json", "policy": "policy.json",
               "sweep": self.sweep, "ldap": {"uri": ["ldaps://127.0.0.1"], "user_base": "ou=people,o=x"}, "status": self.status}
        credentials = {"snmp": [{"match": "*", "version": "2c", "read_file": "secret/snmp.read", "write_file": "secret/snmp.write"}],
                       "bmc": [{"match": "*", "user": "larch", "password_file": "secret/bmc", "suites": [17, 3]}]}
        self.conf.write_text(json.dumps({"larch-conf:larch": doc}, indent=1))
        (self.folder / "conf/credentials.json").write_text(json.dumps({"larch-credentials:credentials": credentials}))

    def seed(self, *words):
        done = subprocess.run([self.build / "bin/seed", "-c", self.conf, *words], capture_output=True, text=True, timeout=280)
        if done.returncode != 0:
            raise RuntimeError(f"seed {words[0]}: {done.stderr}")

    # ---- larchd ----

    def start(self, *wrap, env=None):
        with open(self.folder / "larchd.log", "ab") as log:
            self.larchd = subprocess.Popen([*wrap, self.build / "bin/larchd", "-c", self.conf], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, preexec_fn=die_with_parent, env={**os.environ, **(env or {})})
        return self

    def make_orders(self):
        """An empty power.db, made by the program that owns it, so that ask_now() has a place to write."""
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(self.folder / "run/power.sock"))
            s.listen(1)
            power = subprocess.Popen([self.build / "bin/power", "-c", self.conf], stdin=s, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, preexec_fn=die_with_parent, text=True)
            for line in power.stderr:
                if "serves" in line:
                    break
            power.terminate()
            power.communicate()

    def ask_now(self, things):
        """What "check now" of a person leaves for larchd."""
        with contextlib.closing(sqlite3.connect(self.folder / "data/power/power.db", timeout=60)) as db:
            db.execute("INSERT INTO orders(at,job,who,what,things) VALUES(?,0,'ana','check',?)", (int(time.time() * 1000), things))
            db.commit()

    def stop(self):
        if self.larchd is not None:
            self.larchd.terminate()
            self.code = self.larchd.wait(60)
            self.larchd = None

    def kill(self):
        self.larchd.kill()
        self.larchd.wait()
        self.larchd = None

    def log(self):
        return (self.folder / "larchd.log").read_text(errors="replace")

    @property
    def status_path(self):
        return self.folder / "data/status/status.db"

    def values(self, column):
        return status_db.values(self.status_path, column)

    def lanes(self):
        return {r["name"]: r for r in status_db.read(self.status_path, "SELECT * FROM lane ORDER BY nr")}

    def notice(self):
        rows = status_db.read(self.status_path, "SELECT notice FROM pulse")
        return rows[0]["notice"] if rows else ""

    def cpu(self):
        """Seconds of processor time so far: /proc/PID/stat, fields 14 and 15 (proc(5))."""
        rest = pathlib.Path(f"/proc/{self.larchd.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, what="VmHWM"):
        """MB, of /proc/PID/status."""
        for line in pathlib.Path(f"/proc/{self.larchd.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(what)


def wait_for(what, limit=60, each=0.05, says="it did not happen in time"):
    """Call until it gives something true; that is returned. `says` may be a function."""
    until = time.monotonic() + limit
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(says() if callable(says) else says)
        time.sleep(each)
