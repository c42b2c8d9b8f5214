# SPDX-License-Identifier: Apache-2.0
"""The program pages behind a real nginx, over databases that tests/sim/seed filled.

    with PagesRoom() as r:
        r.get("/nodes.json", who="ana")        -> Answer(status, headers, text)
        r.status({"pulse": {"age": 60}})       what larchd would have written since

`python3 tests/flow/pages_room.py [--machines N]` starts it for a person to look at, and prints the
address and a session's cookie.
"""
import argparse, http.client, json, os, pathlib, shutil, socket, ssl, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/sim"))
import room_json  # noqa: E402
from children import die_with_parent  # noqa: E402
from nginx import Nginx  # noqa: E402

BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", ROOT / "build/release"))


def sample(document, age=4):
    """What a sweep would have seen of that room: mostly well, with one of each trouble. It is asked
    once an hour and larchd's pulse lies ahead, so that nothing grows stale while a test takes its time."""
    things, feeds, bmcs = room_json.by_thing(document), room_json.feeds(document), room_json.bmcs(document)
    machines = sorted(n for n, t in things.items() if t["type"] == "server")
    ill = dict(zip(machines[2:], ("down", "off", "mixed", "silent", "auth", "stale")))
    values, outlets = [], []

    def seen(thing, check, level, text, detail=None, number=None, age=age):
        values.append({"thing": thing, "check": check, "level": level, "text": text, "detail": detail,
                       "number": number, "age": age, "interval": 30 if age > 60 else 3600})

    dark = sorted(n for n, t in things.items() if t["type"] == "pdu")[-1:]
    for name in machines:
        trouble = ill.get(name)
        old = 300 if trouble == "stale" else age
        seen(name, "ping", *((2, "down") if trouble in ("down", "off") else (0, "up")),
             number=None if trouble in ("down", "off") else 0.21, age=old)
        if name in bmcs:
            if trouble in ("silent", "auth"):
                seen(name, "bmc", 2, trouble, {"silent": "no answer in 3 tries", "auth": "the BMC refused the user name"}[trouble])
                seen(name, "chassis", 3, "unknown")
            else:
                seen(name, "bmc", 0, "ok", age=old)
                seen(name, "chassis", 1 if trouble == "off" else 0, "off" if trouble == "off" else "on", age=old)
        states = []
        for k, (pdu, outlet) in enumerate(feeds.get(name, [])):
            if pdu in dark:
                states.append("unknown")
                continue
            on = not (trouble == "off" or trouble == "mixed" and k == 1)
            states.append("on" if on else "off")
            if not any(o["pdu"] == pdu and o["outlet"] == outlet for o in outlets):
                outlets.append({"pdu": pdu, "outlet": outlet, "device_name": f"{name}-{k + 1}", "state": states[-1],
                                "word": states[-1], "amps": 0.62 if on else 0.0, "watts": 141 if on else 0, "age": age, "interval": 3600})
        if states:
            both = states[0] if len(set(states)) == 1 else "mixed"
            both = "unknown" if "unknown" in states else both
            seen(name, "outlets", {"on": 0, "off": 1, "mixed": 1}.get(both, 3), both)
    for name in (n for n, t in things.items() if t["type"] == "pdu"):
        if name in dark:
            seen(name, "pdu", 2, "silent", "no answer from 127.0.3.4:161 in 3 tries")
        else:
            seen(name, "pdu", 0, "ok", number=12.4)
    return {
        "values": values, "outlets": outlets, "unsettled": [], "pulse": {"age": -3600, "things": len(things)},
        "jobs": [
            {"id": 12, "who": "ana", "verb": "cycle", "way": "pdu", "reason": "hangs since the kernel update",
             "machines": machines[0], "state": "running", "age": 40, "done": 3, "total": 6},
            {"id": 11, "who": "ben", "verb": "off", "way": "bmc", "reason": "disk swap", "machines": machines[3],
             "state": "ok", "age": 900, "ended_age": 870, "done": 2, "total": 2}],
        "actions": [
            {"age": 870, "job": 11, "machine": machines[3], "who": "ben", "verb": "off", "way": "bmc", "outcome": "ok",
             "text": "chassis off, read back"},
            {"age": 90000, "job": 7, "machine": machines[0], "who": "ana", "verb": "cycle", "way": "pdu",
             "outcome": "failed", "text": "outlet AA1 of pdu-b01-a still reads on after 30 s"}]}


def busy(document):
    """A room at work: every check of every machine has been seen; one in a hundred is not well, and Slurm says why."""
    feeds, machines = room_json.feeds(document), sorted(n for n, t in room_json.by_thing(document).items() if t["type"] == "server")
    values, boot = [], int(time.time()) - 40 * 86400
    for k, name in enumerate(machines):
        ill = k % 100 == 7
        rows = [("ping", 2, "down", None, "no answer in 2 tries") if ill else ("ping", 0, "up", 0.2, None),
                ("ssh", 2, "timeout", None, None) if ill else ("ssh", 0, "ok", 1.5, "SSH-2.0-OpenSSH_9.2p1"),
                ("bmc", 0, "ok", None, None), ("chassis", 0, "on", None, None),
                ("slurm", 2, "down*", None, "not responding [slurm@2026-11-20T21:38:05]") if ill else
                ("slurm", 0, ("idle", "allocated", "mixed")[k % 3], None, None),
                ("jobs", 0, str(k % 5), k % 5, None), ("uptime", 0, "up", boot - k, None),
                ("load", 0, f"{k % 640 / 10:.2f}", k % 640 / 10, None), ("df", 0, str(k % 90), k % 90, "/scratch"),
                ("users", 0, str(k % 4), k % 4, None)]
        if name in feeds:
            rows.append(("outlets", 0, "on", 180 + k % 40, None))
        values += [{"thing": name, "check": check, "level": level, "text": text, "number": number, "detail": detail,
                    "age": 4, "interval": 3600} for check, level, text, number, detail in rows]
    return {"values": values, "pulse": {"age": -3600, "things": len(machines)}}


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


class PagesRoom:
    def __init__(self, machines=40, racks=2, status=True, room=True, rates=None, roles=(), whole=False, threads=None,
                 seen=sample):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-pages-"))
        self.document = room_json.make(machines, racks, whole=whole)
        self.cookies, self.child, self.nginx, self.socket = {}, None, None, None
        self.with_status, self.with_room = status, room
        self.threads, self.seen = threads, seen
        self.roles = list(roles)  # beside those of etc/policy.json
        self.rates = rates or {"rate": "10000r/s"}

    def __enter__(self):
        for name in ("auth", "sessions", "inventory", "status", "run"):
            (self.folder / name).mkdir()
        self.path = self.folder / "run/pages.sock"
        self.nginx = Nginx(self.folder / "nginx", {n: self.folder / f"run/{n}.sock" for n in ("login", "pages", "power")},
                           rates=self.rates)
        self.write_config()
        (self.folder / "room.json").write_text(json.dumps(self.document))
        if self.with_room:
            self.seed("import", str(self.folder / "room.json"))
        if self.with_status:
            self.status(self.seen(self.document))
        self.cookies = {name: self.seed("session", name, *groups).strip() for name, groups in
                        (("ana", ["admins"]), ("eva", ["staff"]))}
        self.start()
        self.nginx.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.nginx:
            self.nginx.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_config(self):
        shipped = json.loads((ROOT / "etc/larch.json").read_text())
        larch = shipped["larch-conf:larch"]
        larch.update(site="Room one", origin=self.nginx.origin, data=str(self.folder), run=str(self.folder / "run"),
                     templates=str(ROOT / "templates"), assets=str(ROOT / "static"), mib=str(ROOT / "mib"),
                     yang=str(ROOT / "etc/yang"), policy=str(ROOT / "etc/policy.json"), types=str(ROOT / "etc/types.json"),
                     advice=str(ROOT / "etc/advice.json"))
        if self.threads:
            larch["threads"] = self.threads
        if self.roles:
            policy = json.loads((ROOT / "etc/policy.json").read_text())
            policy["larch-policy:policy"]["roles"] += self.roles
            (self.folder / "policy.json").write_text(json.dumps(policy))
            larch.update(policy=str(self.folder / "policy.json"))
        self.config = self.folder / "larch.json"
        self.config.write_text(json.dumps(shipped))

    def seed(self, *words, text=None):
        done = subprocess.run([BUILD / "bin/seed", "-c", self.config, *words], input=text, capture_output=True,
                              text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"seed {words[0]}: {done.stderr}")
        return done.stdout

    def status(self, seen):
        self.seed("status", text=json.dumps(seen))

    def fresh_status(self):
        """As in the beginning: a new file, which pages takes up by itself."""
        for path in (self.folder / "status").iterdir():
            path.unlink()
        self.status(sample(self.document))

    def start(self):
        if self.path.exists():
            self.path.unlink()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.path.chmod(0o666)
        self.socket.listen(256)
        self.errors = open(self.folder / "pages.log", "ab")
        self.child = subprocess.Popen([BUILD / "bin/pages", "-c", self.config], stdin=self.socket,
                                      stdout=subprocess.DEVNULL, stderr=self.errors, preexec_fn=die_with_parent)

    def stop(self):
        if self.child is not None:
            self.child.terminate()
            self.code = self.child.wait(20)
            self.child = None
            self.socket.close()
            self.errors.close()

    def tails(self):
        return self.log()

    def log(self):
        return (self.folder / "pages.log").read_text(errors="replace")

    def ask(self, method, path, who=None, body=None, headers=None):
        context = ssl.create_default_context(cafile=str(self.nginx.ca_file))
        c = http.client.HTTPSConnection("localhost", self.nginx.port, context=context, timeout=30)
        sent = dict(headers or {})
        if who:
            sent["Cookie"] = f"__Host-larch={self.cookies[who]}"
        try:
            c.request(method, path, body=body, headers=sent)
            return Answer(c.getresponse())
        finally:
            c.close()

    def get(self, path, who="ana", **headers):
        return self.ask("GET", path, who, headers=headers)

    def post(self, path, key, body, content_type="application/json"):
        return self.ask("POST", path, body=body, headers={"Authorization": f"Bearer {key}", "Content-Type": content_type})


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--machines", type=int, default=40)
    p.add_argument("--racks", type=int, default=2)
    p.add_argument("--busy", action="store_true", help="every check of every machine has been seen")
    a = p.parse_args()
    with PagesRoom(a.machines, a.racks, seen=busy if a.busy else sample) as r:
        print(json.dumps({"origin": r.nginx.origin, "cookie": r.cookies["ana"], "ca": str(r.nginx.ca_file),
                          "folder": str(r.folder)}), flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
