# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server of a few lines that says what a test told it to say: no Larch behind it."""
import contextlib, http.server, json, os, pathlib, pty, select, shutil, ssl, subprocess, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sim"))
from slapd import make_ca

BUILD = pathlib.Path(os.environ["LARCH_BUILD"]).resolve()
KEY = "larch_0123456789abcdef." + "5" * 64
PLAN = {"hash": "ab12", "verb": "cycle", "via": "pdu", "text": "cycle n1 by pdu\n  pdu1 A1 off\n  pdu1 A1 on\n",
        "machines": ["n1"], "steps": [], "warnings": [], "refused": []}


def job(state, *steps, machines=None):
    return {"id": 7, "state": state, "who": "ana", "verb": "cycle", "via": "pdu",
            "machines": machines or [{"machine": "n1", "state": state, "text": ""}],
            "steps": [{"n": i, "machine": "n1", "device": d, "action": a, "what": f"{d} {a}", "state": s, "text": t, "began": None,
                       "ended": None} for i, (d, a, s, t) in enumerate(steps)],
            "created": "2026-11-20T21:00:00Z", "ended": None}


def power(s, *states, status=202, plan=PLAN, answer=None):
    """The stub as a server that takes the plan and shows the job in these states, one after another."""
    s.say("GET", "/api/v1/power/plan", (200, plan))
    s.say("POST", "/api/v1/power", (status, answer or {"id": 7}, {"Location": "/api/v1/jobs/7"}))
    s.say("GET", "/api/v1/jobs/7", *[(200, s) for s in states])


class Stub:
    """says[(method, path)] is a list of answers (status, body[, headers]); the last one stays."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-stub."))
        make_ca(self.folder, "ca")
        self.ca = str(self.folder / "ca.pem")
        self.says, self.seen = {}, []
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                stub.seen.append((self.command, path, query, dict(self.headers), body))
                answers = stub.says.get((self.command, path), [(404, {"title": "Not Found", "detail": "no such stub"})])
                status, answer, *more = answers.pop(0) if len(answers) > 1 else answers[0]
                if answer == "drop":
                    self.connection.close()
                    self.close_connection = True
                    return
                if callable(answer):
                    answer = answer()
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                for name, value in (more[0] if more else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(data)

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.folder / "server-ca.pem", self.folder / "server-ca.key")
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm", "TZ": "UTC",
                    "LARCH_CONFIG": str(self.folder / "session.json"), "LC_ALL": "C.UTF-8",
                    "LARCH_CACHE": ""}
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, logged_in=True, **says):
        self.says, self.seen = {}, []
        path = self.folder / "session.json"
        path.unlink(missing_ok=True)
        if logged_in:
            path.touch(mode=0o600)
            path.write_text(json.dumps({"server": self.url, "ca": self.ca, "key": KEY, "id": "0123456789abcdef",
                                        "user": "ana", "expires": "2026-11-21T05:00:00Z"}))

    def say(self, method, path, *answers):
        self.says[(method, path)] = list(answers)

    def larch(self, *args, stdin=None, env=None, limit=60, **kw):
        done = subprocess.run([BUILD / "bin" / "larch", *args], input=stdin if stdin is not None else "",
                              capture_output=True, text=True, timeout=limit, env={**self.env, **(env or {})}, **kw)
        done.code = done.returncode
        return done

    def on_terminal(self, *args, keys="", env=None):
        """Run it with a terminal as stdin and stderr, send keys once a prompt came; stdout apart."""
        parent, child = pty.openpty()
        process = subprocess.Popen([BUILD / "bin" / "larch", *args], stdin=child, stderr=child, stdout=subprocess.PIPE,
                                   text=True, env={**self.env, **(env or {})}, start_new_session=True)
        os.close(child)
        seen, until, left = "", time.monotonic() + 60, list(keys)
        with contextlib.suppress(OSError):
            while time.monotonic() < until:
                if select.select([parent], [], [], 0.2)[0]:
                    data = os.read(parent, 4096)
                    if not data:
                        break
                    seen += data.decode()
                if left and seen.rstrip("\r\n").endswith((": ", "] ")):
                    os.write(parent, left.pop(0).encode())
                    time.sleep(0)
                if process.poll() is not None and not select.select([parent], [], [], 0)[0]:
                    break
        out, _ = process.communicate(timeout=60)
        os.close(parent)
        return process.returncode, out, seen

    def asked(self, method, path):
        return [s for s in self.seen if s[:2] == (method, path)]
