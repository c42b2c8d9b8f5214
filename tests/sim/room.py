# SPDX-License-Identifier: Apache-2.0
"""The whole made-up room on loopback: slapd, PDUs, BMCs, larchd, three web programs, nginx.

    from room import Room
    with Room(machines=12) as room:
        room.origin                      "https://localhost:PORT"
        room.login("ana")                the CLI, logged in: room.larch("power", "status", who="ana")
        room.pdu("pdu-b01-a")            the control socket of a simulator: .ask("fault AA3 lie")
        room.bmc.ask("get n0001-bmc")
        room.kill("larchd"), room.start_program("larchd"), room.log("larchd")

ana may do everything, ben may switch, ida may only see. Everything lies in one folder and is
ended by stop(); what this process started ends with it, also when it is killed. The programs'
listening sockets are held here, as systemd's socket units do: a request that comes while a program
is away waits for it.
"""
import contextlib, json, os, pathlib, shutil, signal, socket, sqlite3, ssl, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
import room_json
from children import die_with_parent, stand_still
from control import Control
from banner import Listener
from nginx import Nginx
from person import Person
from slapd import Slapd

PEOPLE = {"ana": ("Ana Krenn", "ana-opens-it"), "ben": ("Ben Okoro", "ben-opens-it"), "ida": ("Ida Lund", "ida-opens-it")}
GROUPS = {"admins": ["ana"], "operators": ["ben"], "interns": ["ida"]}
ROLES = [
    {"name": "reader", "groups": ["admins", "operators"], "verbs": ["see", "log"], "hosts": "@*", "at_once": 64, "per_hour": 1000, "grant": "none"},
    {"name": "intern", "groups": ["interns"], "verbs": ["see"], "hosts": "@*", "at_once": 1, "per_hour": 1, "grant": "none"},
    {"name": "operator", "groups": ["operators"], "hosts": "@*", "at_once": 8, "per_hour": 400, "confirm_over": 1024, "grant": "none",
     "verbs": ["check", "tag", "on", "off", "cycle", "reset", "soft", "identify"]},
    {"name": "admin", "groups": ["admins"], "hosts": "@*", "at_once": 64, "per_hour": 4000, "confirm_over": 1024, "grant": "none",
     "verbs": ["edit", "wire", "import", "claim", "check", "tag", "on", "off", "cycle", "reset", "soft", "nmi", "identify",
               "outlet-on", "outlet-off", "outlet-cycle", "rebuild", "setvlan", "bootdev"]},
]
WEB = ("login", "pages", "power")
FAMILIES = {"pdu-b02-a": "apc-rpdu2", "pdu-b02-b": "apc-rpdu"}
FAST = {"dwell": "1s", "off_limit": "10s", "on_limit": "10s", "boot_limit": "15s", "stagger": "1s", "silent_limit": "8s",
        "soft_limit": "5s", "ping_limit": "20s"}


class Program:
    """One process of the room and its log."""

    def __init__(self, room, name, argv, stdin=subprocess.DEVNULL, env=None):
        self.room, self.name, self.argv, self.stdin, self.env = room, name, [str(a) for a in argv], stdin, env
        self.log_path = room.folder / "log" / f"{name}.log"
        self.process = None

    def start(self, ready=None, limit=60):
        """`ready`: wait for a line of its output that begins so, and return the rest of that line."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdin=self.stdin, stdout=subprocess.PIPE if ready else log, stderr=log,
                env={**os.environ, **(self.env or {})}, preexec_fn=die_with_parent, cwd=self.room.folder)
        if not ready:
            return None
        os.set_blocking(self.process.stdout.fileno(), False)
        seen, until = b"", time.monotonic() + limit
        while time.monotonic() < until:
            seen += self.process.stdout.read() or b""
            for line in seen.decode(errors="replace").splitlines(keepends=True):
                if line.startswith(ready) and line.endswith("\n"):
                    return line[len(ready):].strip()
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"{self.name} did not start: {self.log()[-2000:]}")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def kill(self):
        if self.alive():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def stop(self, limit=30):
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.terminate()
            try:
                self.process.wait(limit)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


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


class Room:
    def __init__(self, folder=None, machines=12, racks=2, sweep="5s", power=None, rates=None, families=None,
                 import_room=True, say=None, sessions=None, ldap=None, delays=None, whole=False,
                 slurm=None, status=None, notify=None, probe=None, policy=True, break_glass=None):
        """policy False: there is no policy file. break_glass: the password of the local account `breakglass`."""
        self.build = pathlib.Path(os.environ.get("LARCH_BUILD") or ROOT / "build" / "release").resolve()
        self.own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="larch-room."))
        self.machines, self.racks, self.sweep, self.whole = machines, racks, sweep, whole
        self.families = dict(FAMILIES if families is None else families)
        self.power_settings = dict(FAST, **(power or {}))
        self.slurm, self.status_settings, self.notify, self.probe = slurm, status or {}, notify, probe
        self.sessions = {"lifetime": "12h", "group_recheck": "5m", **(sessions or {})}
        self.ldap_settings = dict(ldap or {})
        self.rates = {"login_rate": "6000r/m", "power_rate": "1000r/s", "rate": "1000r/s"} if rates is None else rates
        self.import_room, self.policy, self.break_glass = import_room, policy, break_glass
        self.delays = delays  # of every PDU, as pdu-sim's --delay has them
        self.say = say or (lambda text: None)
        self.programs, self.sockets = {}, {}
        self.slapd = self.nginx = self.bmc = self.listener = None
        self.pdu_controls, self.addresses, self.logged_in = {}, {}, set()

    # ---- starting ----

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            if os.environ.get("KEEP"):
                self.own = False
            print(self.tails(), file=sys.stderr)
            self.stop()
            raise

    def start(self):
        for name in ("log", "sim", "conf/secret", "cli") + tuple(f"run/{p}" for p in WEB + ("larchd",)) + tuple(
                f"data/{d}" for d in ("auth", "sessions", "inventory", "status", "power", "journal")):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.document = room_json.make(self.machines, self.racks, families=self.families, whole=self.whole)
        self.listener = Listener()
        for server, row in room_json.by_thing(self.document).items():
            if row["type"] == "server" and "address" in row:
                self.addresses[server] = f"{row['address']}:{self.listener.port}"  # where its ssh answers
        self.say("a directory of people (slapd)")
        self.slapd = Slapd(self.folder / "slapd", people=PEOPLE, groups=GROUPS).start()
        self.say(f"{len(self.bmcs())} BMCs and {len(self.pdus())} PDUs")
        self.write_secrets()
        self.start_bmcs()
        for i, pdu in enumerate(self.pdus()):
            self.start_pdu(pdu, i)
        for i, switch in enumerate(self.switches()):
            self.start_switch(switch, i)
        self.document = room_json.make(self.machines, self.racks, self.addresses, self.families, self.whole)
        (self.folder / "room.json").write_text(json.dumps(self.document, indent=1))
        self.nginx = Nginx(self.folder / "nginx", {n: self.folder / f"run/{n}/{n}.sock" for n in WEB}, rates=self.rates)
        self.origin, self.ca_file = self.nginx.origin, str(self.nginx.ca_file)
        self.write_conf()
        self.say("login, pages, power and larchd")
        for name in WEB:
            self.start_web(name)
        self.start_program("larchd", [self.build / "bin/larchd", "-c", self.conf])
        self.make_openapi()
        self.say("nginx")
        self.nginx.start()
        for name in WEB:
            self.wait_web(name)
        if self.import_room:
            self.say("the room's inventory")
            self.login("ana")
            done = self.larch("import", str(self.folder / "room.json"), who="ana")
            if done.returncode != 0:
                raise RuntimeError(f"larch import: {done.stderr}")
            self.say("the first look at every device")
            self.wait_known()
        return self

    def pdus(self):
        return [n for n, t in room_json.by_thing(self.document).items() if t["type"] == "pdu"]

    def switches(self):
        return [n for n, t in room_json.by_thing(self.document).items() if t["type"] == "switch"]

    def bmcs(self):
        return room_json.bmcs(self.document)

    def secret(self, name, text):
        path = self.folder / "conf/secret" / name
        path.touch(mode=0o640)
        path.write_text(text + "\n")
        return path

    def write_secrets(self):
        self.secret("bmc", "bmc-opens-it")
        self.secret("snmp.read", "reads-it")
        self.secret("snmp.write", "writes-it")
        if self.break_glass:
            made = subprocess.run([self.build / "bin/larch", "break-glass", "hash", self.folder / "conf/secret/break-glass"], text=True,
                                  capture_output=True, env={**os.environ, "LARCH_PASSWORD": self.break_glass}, timeout=60)
            if made.returncode != 0:
                raise RuntimeError(f"larch break-glass hash: {made.stderr}")
        (self.folder / "sim/communities").write_text("reads-it\nwrites-it\n")

    def start_bmcs(self):
        feeds = room_json.feeds(self.document)
        lines = ["default user larch password bmc-opens-it suites 17,3 restore last off_ms 400 on_ms 400 boot_ms 900"
                 " load_ma 1200 standby_ma 60 port 0 power on"]
        for n, (machine, bmc) in enumerate(self.bmcs().items(), 1):
            words = "".join(f" feed {pdu}/{outlet}" for pdu, outlet in feeds.get(machine, []))
            self.addresses[bmc] = f"127.1.{n // 250}.{n % 250 + 1}"
            lines.append(f"bmc {bmc} address {self.addresses[bmc]}{words}")
        (self.folder / "sim/bmcs").write_text("\n".join(lines) + "\n")
        sim = self.folder / "sim"
        said = self.start_program("bmc-sim", [
            self.build / "bin/bmc-sim", "--config", sim / "bmcs", "--control", sim / "bmc.ctl", "--room", sim / "bmc.room",
            "--with-parent"], ready="READY")
        port = said.split()[-1]
        for bmc in self.bmcs().values():
            self.addresses[bmc] += f":{port}"
        self.bmc = Control(sim / "bmc.ctl")

    def start_pdu(self, pdu, n):
        sim, family = self.folder / "sim", self.families.get(pdu, "sentry3")
        self.pdu_argv = getattr(self, "pdu_argv", {})
        listen = self.addresses.get(pdu) or f"127.0.3.{n + 1}:0"
        said = self.start_program(pdu, [
            self.build / "bin/pdu-sim", "--profile", ROOT / f"tests/data/pdu/{family}.simrec", "--name", pdu,
            "--listen", listen, "--communities", sim / "communities", "--control", sim / f"{pdu}.ctl",
            "--outlets", str(max(24, -(-self.machines // self.racks) + 1)), "--room", sim / "bmc.room", "--loads", sim / f"{pdu}.loads", "--parent",
            *(["--delay", self.delays] if self.delays else [])], ready="READY udp")
        self.addresses[pdu] = said
        self.pdu_controls[pdu] = Control(sim / f"{pdu}.ctl")

    def start_switch(self, switch, n, profile=None):
        """A switch of 48 ports; `profile`: another file of rows."""
        sim = self.folder / "sim"
        said = self.start_program(switch, [
            self.build / "bin/pdu-sim", "--profile", profile or ROOT / "tests/data/switch/48-ports.simrec", "--name", switch,
            "--listen", self.addresses.get(switch) or f"127.0.6.{n + 1}:0", "--communities", sim / "communities",
            "--control", sim / f"{switch}.ctl", "--parent"], ready="READY udp")
        self.addresses[switch] = said
        self.pdu_controls[switch] = Control(sim / f"{switch}.ctl")

    def pdu(self, name):
        return self.pdu_controls[name]

    def write_conf(self):
        self.conf = self.folder / "conf/larch.json"
        d = self.slapd
        doc = {
            "site": "Demo room", "origin": self.origin, "data": str(self.folder / "data"), "run": str(self.folder / "run"),
            "templates": str(ROOT / "templates"), "assets": str(ROOT / "static"), "mib": str(ROOT / "mib"),
            "yang": str(ROOT / "etc/yang"), "policy": "policy.json", "credentials": "credentials.json", "threads": 4,
            "types": str(ROOT / "etc/types.json"), "advice": str(ROOT / "etc/advice.json"),
            "sweep": self.sweep, "sessions": self.sessions,
            "ldap": {"uri": [d.ldaps], "ca_file": d.ca_file, "bind_dn": d.bind_dn, "bind_secret_file": d.bind_secret_file,
                     "user_base": d.people_base, "user_filter": "(uid=%s)", "group_base": d.groups_base,
                     "group_filter": "(member=%s)", "group_name": "cn", "timeout": "3s", **self.ldap_settings},
            "power": {**self.power_settings, "load_floor_a": "0.1"},
            # this machine's own Slurm and sshd are no part of the room
            "status": {"sinfo": self.slurm_stand_in("sinfo"), "squeue": self.slurm_stand_in("squeue"),
                       "check": [{"name": "login", "off": True}], **self.status_settings},
            **({"notify": self.notify} if self.notify else {}),
            **({"probe": {"network": self.probe}} if self.probe else {}),
            **({"break_glass": {"name": "breakglass", "hash_file": "secret/break-glass"}} if self.break_glass else {}),
        }
        credentials = {"snmp": [{"match": "*", "version": "2c", "read_file": "secret/snmp.read", "write_file": "secret/snmp.write"}],
                       "bmc": [{"match": "*", "user": "larch", "password_file": "secret/bmc", "suites": [17, 3]}]}
        for name, module, inside in (("larch.json", "larch-conf:larch", doc), ("policy.json", "larch-policy:policy", {"roles": ROLES}),
                                     ("credentials.json", "larch-credentials:credentials", credentials)):
            if name != "policy.json" or self.policy:
                (self.folder / "conf" / name).write_text(json.dumps({module: inside}, indent=1))

    # ---- Slurm, which has no nodes here: programs that print what it would ----

    def slurm_stand_in(self, name):
        """The path of a program that prints sim/NAME.txt; "" where the room has no Slurm."""
        if self.slurm is None:
            return ""
        self.say_slurm(self.slurm)
        path = self.folder / "sim" / name
        path.write_text(f"#!/bin/sh\n# stands in for Slurm's {name}\nexec cat {self.folder}/sim/{name}.txt\n")
        path.chmod(0o755)
        return str(path)

    def say_slurm(self, nodes):
        """nodes: {name: (state, reason or None, [(job, user)])}; from the next look on."""
        lines, jobs = [], []
        for name, (state, reason, running) in nodes.items():
            lines.append(f"{name}|{state}|{'2026-11-20T22:00:00' if reason else 'Unknown'}|{'root' if reason else 'Unknown'}|batch|{reason or 'none'}")
            jobs += [f"{job}|{user}|lab|1:02:03|{name}|R|2026-11-20T20:00:00" for job, user in running]
        for name, text in (("sinfo", lines), ("squeue", jobs)):
            new = self.folder / "sim" / f"{name}.new"
            new.write_text("".join(line + "\n" for line in text))
            new.replace(self.folder / "sim" / f"{name}.txt")

    def start_program(self, name, argv=None, ready=None, **kw):
        """Start it, or start it again as it was."""
        if argv is not None:
            self.programs[name] = Program(self, name, argv, **kw)
        return self.programs[name].start(ready)

    def start_web(self, name):
        path = self.folder / f"run/{name}/{name}.sock"
        if name not in self.sockets:
            self.sockets[name] = s = socket.socket(socket.AF_UNIX)
            s.bind(str(path))
            path.chmod(0o660)
            s.listen(511)
        self.start_program(name, [self.build / "bin" / name, "-c", self.conf], stdin=self.sockets[name])

    def make_openapi(self):
        text = None
        for name in WEB:
            done = subprocess.run([self.build / "bin" / name, "-c", self.conf, "--routes" if text is None else "--routes=-"],
                                  input=text, capture_output=True, text=True, timeout=20)
            if done.returncode != 0:
                return
            text = done.stdout
        self.nginx.openapi.write_text(text)

    def tls(self):
        return ssl.create_default_context(cafile=self.ca_file)

    def get(self, path, limit=60):
        """Status and text, without a login and without an exception."""
        import urllib.error, urllib.request
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.tls()))
        try:
            with opener.open(self.origin + path, timeout=limit) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode(errors="replace")
        except OSError as e:
            return 0, str(e)

    def wait_web(self, name, limit=60):
        """Until it answers itself: whatever it thinks of its health."""
        def answers():
            if not self.programs[name].alive():
                raise RuntimeError(f"{name} has ended: {self.log(name)[-2000:]}")
            return self.get(f"/{name}/healthz")[0] not in (0, 502, 504)
        wait_for(answers, limit, says=lambda: f"{name} does not answer: {self.get(f'/{name}/healthz')}\n{self.log(name)[-2000:]}")

    def states(self):
        """{machine: "on" | "off" | "unknown"} as the API says."""
        done = self.larch("power", "status", "--json", who="ana")
        if done.returncode != 0:
            return {}
        body = json.loads(done.stdout)
        return {r["machine"]: r["state"] for r in body["items"]}

    def known(self):
        last = list(room_json.by_thing(self.document))
        states = self.states()
        no_bmc = set(m for m, t in room_json.by_thing(self.document).items() if t["type"] == "server") - set(self.bmcs())
        return bool(states) and bool(last) and all(s != "unknown" for m, s in states.items() if m not in no_bmc)

    def wait_known(self, limit=60):
        wait_for(self.known, limit, each=0.3, says=lambda: f"not everything is known: {self.states()}\n{self.log('larchd')[-3000:]}")

    # ---- the command ----

    def cli_env(self, who):
        return {"LARCH_CONFIG": str(self.folder / f"cli/{who}.json"), "LARCH_SERVER": self.origin, "LARCH_CA": self.ca_file,
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.folder / "cli"), "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def larch(self, *args, who="ana", stdin="", limit=120, env=None):
        done = subprocess.run([self.build / "bin/larch", *map(str, args)], input=stdin, capture_output=True, text=True,
                              timeout=limit, env={**self.cli_env(who), **(env or {})})
        done.code = done.returncode
        return done

    def login(self, who, password=None):
        done = self.larch("login", self.origin, "-u", who, who=who, env={"LARCH_PASSWORD": password or PEOPLE[who][1]})
        if done.returncode != 0:
            raise RuntimeError(f"larch login {who}: {done.stderr}")
        return self

    # ---- somebody with a browser ----

    def person(self, who=None, password=None):
        """A Person; logged in by the form when `who` is given, with a key of the API too when the CLI has one."""
        p = Person(self.origin, self.ca_file)
        if who is None:
            return p
        page = p.login(who, password or PEOPLE[who][1])
        if page.status != 200 or "__Host-larch" not in p.cookies:
            raise AssertionError(f"{who} could not log in: {page.status} {page.words[:400]}")
        p.key = self.key(who)
        return p

    def key(self, who):
        path = self.folder / f"cli/{who}.json"
        return json.loads(path.read_text())["key"] if path.exists() else None

    def journal(self, job=None):
        """The rows of journal.db as dicts, oldest first, read beside larchd."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/journal/journal.db?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return [dict(r) for r in db.execute("SELECT * FROM row WHERE ? IS NULL OR job = ? ORDER BY seq", (job, job))]

    def packets(self, machine):
        """[(pdu, outlet, number sent, when)] of every SET that reached the PDUs of a machine, in order of time; when is
        CLOCK_BOOTTIME in ms, as the journal's `boot`."""
        shift = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) // 1000000
        out = []
        for pdu, outlet in self.outlets(machine):
            for row in self.pdu(pdu).ask("log").split(";")[1:]:
                when, which, number = row.split()[:3]
                if which == outlet:
                    out.append((pdu, outlet, number, int(when) + shift))
        return sorted(out, key=lambda p: p[3])

    # ---- hurting and looking ----

    def pid(self, name):
        return self.nginx.child.pid if name == "nginx" else self.slapd.process.pid if name == "slapd" else self.programs[name].process.pid

    def kill(self, name):
        """kill -9, and wait until it is gone."""
        if name == "nginx":
            os.killpg(self.nginx.child.pid, signal.SIGKILL)
            self.nginx.child.wait()
        else:
            self.programs[name].kill()

    def revive(self, name):
        if name == "nginx":
            self.nginx.start()
        elif name in WEB:
            self.start_web(name)
            self.wait_web(name)
        elif name in self.switches():
            self.start_switch(name, 0)
        elif name in self.pdu_controls:
            self.start_pdu(name, 0)
        else:
            self.start_program(name)

    def pause(self, name):
        stand_still(self.pid(name))

    def resume(self, name):
        os.kill(self.pid(name), signal.SIGCONT)

    def log(self, name):
        return self.nginx.log() if name == "nginx" else self.programs[name].log()

    def tails(self, lines=25):
        out = []
        for path in sorted((self.folder / "log").glob("*.log")) + [self.folder / "nginx/logs/error.log"]:
            text = path.read_text(errors="replace").splitlines() if path.exists() else []
            if text:
                out += [f"---- {path.name}"] + text[-lines:]
        return "\n".join(out)

    def outlets(self, machine):
        """[(pdu, outlet)] that feed it."""
        return room_json.feeds(self.document).get(machine, [])

    def outlet_is(self, pdu, outlet):
        return self.pdu(pdu).ask(f"get {outlet}").split()[0]

    def chassis_is(self, machine):
        words = dict(w.split("=", 1) for w in self.bmc.ask(f"get {self.bmcs()[machine]}").split() if "=" in w)
        return words["power"]

    # ---- the end ----

    def stop(self):
        if self.nginx is not None:
            self.nginx.close()
        for name in ("larchd",) + WEB:
            if name in self.programs:
                self.programs[name].stop()
        for program in self.programs.values():
            program.stop()
        for s in self.sockets.values():
            s.close()
        if self.slapd is not None:
            self.slapd.stop()
        if self.listener is not None:
            self.listener.stop()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(self, *_):
        if os.environ.get("KEEP"):
            print("kept: " + str(self.folder), file=sys.stderr)
            self.own = False
        self.stop()
