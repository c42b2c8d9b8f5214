# SPDX-License-Identifier: Apache-2.0
"""Three probes (tests/sim/web_probe.c) as login, pages and power behind a real nginx: what the
flow tests of lib/http and lib/web stand on."""
import http.client, json, os, pathlib, shutil, socket, ssl, subprocess, tempfile, time

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", ROOT / "build/release"))
from nginx import Nginx

PROBE = str(BUILD / "bin/web-probe")
LOGIN_PAGE = "{{> partials/head}}<h1>{{title}}</h1><form method=\"post\" action=\"/login\"><p><input type=\"hidden\" " \
    "name=\"csrf\" value=\"{{csrf}}\"><label>Password <input type=\"password\" name=\"password\"></label>" \
    "<button>Log in</button></p></form>{{> partials/foot}}\n"
TABLE_PAGE = "{{> partials/head}}<h1>{{title}}</h1>\n{{#machines}}\n{{> partials/table}}\n{{/machines}}\n{{> partials/foot}}\n"
ITEM_PAGE = "{{> partials/head}}<h1>{{name}}</h1><p>Amperes: {{amps}}</p>{{> partials/foot}}\n"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
FORM = "application/x-www-form-urlencoded"


def until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        return self.headers.get(name)

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Site:
    """Three probes as login, pages and power, and nginx before them."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-web."))
        self.sockets = {n: self.folder / f"run/{n}/{n}.sock" for n in ("login", "pages", "power")}
        self.nginx = Nginx(self.folder / "nginx", self.sockets,
                           rates={"rate": "1000r/s", "power_rate": "1000r/s", "login_rate": "1000r/m"})
        self.programs, self.logs = {}, {}
        for name in self.sockets:
            (self.folder / "run" / name).mkdir(parents=True)
        for name in ("auth", "sessions"):
            (self.folder / "data" / name).mkdir(parents=True)
        templates = self.folder / "templates"
        shutil.copytree(ROOT / "templates/partials", templates / "partials")
        (templates / "probe").mkdir()
        for name, text in (("login", LOGIN_PAGE), ("table", TABLE_PAGE), ("item", ITEM_PAGE)):
            (templates / f"probe/{name}.html").write_text(text)
        conf = json.loads((ROOT / "etc/larch.json").read_text())
        conf["larch-conf:larch"].update(
            origin=self.nginx.origin, data=str(self.folder / "data"), run=str(self.folder / "run"),
            templates=str(templates), assets=str(ROOT / "static"), mib=str(ROOT / "mib"), yang=str(ROOT / "etc/yang"),
            policy=str(ROOT / "etc/policy.json"), credentials=str(ROOT / "etc/credentials.json"), threads=4)
        self.conf = self.folder / "larch.json"
        self.conf.write_text(json.dumps(conf))
        for name in self.sockets:
            self.start(name)
        self.nginx.start()
        self.token, self.csrf, self.bearer = self.make("ana", "admins")
        self.context = ssl.create_default_context(cafile=str(self.nginx.ca_file))

    def make(self, who, group):
        out = subprocess.run([PROBE, "make", str(self.conf), who, group], check=True, capture_output=True, text=True)
        return out.stdout.split()

    def start(self, name):
        path = self.sockets[name]
        path.unlink(missing_ok=True)
        self.logs[name] = open(self.folder / f"{name}.log", "ab")
        self.programs[name] = subprocess.Popen(
            ["spawn-fcgi", "-s", str(path), "-M", "0660", "-n", "--", PROBE, name, "-c", str(self.conf)],
            stdin=subprocess.DEVNULL, stdout=self.logs[name], stderr=self.logs[name])
        until(f"{name} listens", path.exists)
        until(f"{name} serves", lambda: "serves with" in self.log(name) or self.programs[name].poll() is not None)
        assert self.programs[name].poll() is None, self.log(name)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self):
        for p in self.programs.values():
            if p.poll() is None:
                p.terminate()
        codes = [p.wait(30) for p in self.programs.values()]
        self.nginx.close()
        for f in self.logs.values():
            f.close()
        shutil.rmtree(self.folder)
        return codes

    def ask(self, method, path, body=None, person=True, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items() if v is not None}
        if person and "Cookie" not in headers:
            headers["Cookie"] = f"__Host-larch={self.token}"
        if isinstance(body, dict):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        elif body is not None:
            headers.setdefault("Content-Type", FORM)
        c = http.client.HTTPSConnection("localhost", self.nginx.port, context=self.context, timeout=60)
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            return Answer(r.status, r.headers, r.read())
        finally:
            c.close()

    def get(self, path, **kw):
        return self.ask("GET", path, **kw)

    def key(self, method, path, body=None, **kw):
        return self.ask(method, path, body, person=False, Authorization=f"Bearer {self.bearer}", **kw)

    def raw(self, data, context=None, name="localhost"):
        with socket.create_connection(("127.0.0.1", self.nginx.port), 30) as s, \
                (context or self.context).wrap_socket(s, server_hostname=name) as t:
            t.sendall(data)
            out = b""
            try:
                while block := t.recv(65536):
                    out += block
            except (ConnectionResetError, ssl.SSLError, socket.timeout):
                pass
            return out


def problem(a, status, *words):
    assert a.status == status, f"{a.status}: {a.text[:300]}"
    assert a["Content-Type"] == "application/problem+json", a["Content-Type"]
    doc = a.json
    assert doc["status"] == status and doc["title"] and doc["type"], doc
    assert doc["type"] == "about:blank" or doc["instance"].startswith("/"), doc  # nginx's own have no instance
    for w in words:
        assert w in doc["detail"], doc["detail"]
    return doc


def secure(a):
    for name, value in HEADERS.items():
        assert a.headers.get_all(name) == [value], (a.status, name, a.headers.get_all(name))
    assert len(a.headers.get_all("Cache-Control")) == 1, a.headers.get_all("Cache-Control")
    assert a["Strict-Transport-Security"] is None  # the demo must not tie a browser to localhost
    assert "/" not in (a["Server"] or ""), a["Server"]
