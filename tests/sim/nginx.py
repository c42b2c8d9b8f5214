#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real nginx from a private prefix, on a free port of 127.0.0.1, with a CA of its own.

    from nginx import Nginx
    n = Nginx(folder, sockets={"login": path, "pages": path, "power": path}, assets=ROOT / "static")
    n.origin     "https://localhost:PORT": known from here on, for larch.json
    n.ca_file    the CA that signed its certificate (localhost and 127.0.0.1)
    n.start()    returns when it answers
    n.restart(), n.stop()

The configuration is etc/nginx/*.in, the same that is installed, with the holes filled. The port is
held from the start, so nobody else gets it. With `rates` a test may loosen a limit: {"rate": "1000r/s"}.
"""
import os, pathlib, socket, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from children import die_with_parent

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RATES = {"login_rate": "10r/m", "power_rate": "5r/s", "rate": "50r/s"}


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_ca(folder, days=30):
    """folder/ca.pem, ca.key, and server.pem, server.key for localhost and 127.0.0.1. Returns the CA's path."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ext = folder / "ext.cnf"
    ext.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
                   "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n")
    ca, ca_key, key, csr = (folder / n for n in ("ca.pem", "ca.key", "server.key", "server.csr"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256")
    old = os.umask(0o077)
    try:
        openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", days,
                "-subj", "/CN=Larch demo CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", *curve, "-keyout", key, "-out", csr, "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", csr, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", days,
                "-sha256", "-extfile", ext, "-out", folder / "server.pem")
    finally:
        os.umask(old)
    ca.chmod(0o644)
    return ca


class Nginx:
    def __init__(self, folder, sockets, assets=ROOT / "static", openapi=None, rates=None, hsts=False,
                 config=ROOT / "etc/nginx"):
        self.prefix = pathlib.Path(folder).resolve()
        self.sockets = sockets
        self.assets = pathlib.Path(assets).resolve()
        self.openapi = pathlib.Path(openapi or self.prefix / "openapi.json").resolve()
        self.rates = dict(RATES, **(rates or {}))
        self.hsts = hsts
        self.config = pathlib.Path(config)
        self.child = None
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))  # bound, not listening: nginx may share it, others may not
        self.port = self._held.getsockname()[1]
        self.origin = f"https://localhost:{self.port}"
        for sub in ("conf", "logs", "run", "tmp"):
            (self.prefix / sub).mkdir(parents=True, exist_ok=True)
        self.ca_file = make_ca(self.prefix / "tls")

    def write_config(self):
        tls = self.prefix / "tls"
        holes = dict(
            self.rates, user="user root root;" if os.geteuid() == 0 else "", workers="2",
            listen=f"127.0.0.1:{self.port}", names="localhost 127.0.0.1", certificate=tls / "server.pem",
            key=tls / "server.key", assets=self.assets, openapi=self.openapi, logs=self.prefix / "logs",
            hsts='add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;'
            if self.hsts else "", **{n: pathlib.Path(p).resolve() for n, p in self.sockets.items()})
        for name in ("nginx.conf", "larch.conf"):
            text = (self.config / f"{name}.in").read_text()
            lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
            text = "\n".join(lines) + "\n"
            for hole, value in holes.items():
                text = text.replace(f"@{hole}@", str(value))
            (self.prefix / "conf" / name).write_text(text)

    def command(self, *more):
        return ["nginx", "-p", f"{self.prefix}/", "-c", "conf/nginx.conf", "-e", "logs/error.log", *more]

    def start(self, timeout=15):
        self.write_config()
        self.child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, start_new_session=True, preexec_fn=die_with_parent)
        end = time.monotonic() + timeout
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.child.poll() is not None or time.monotonic() > end:
                    said = self.log() or self.child.stderr.read().decode()
                    self.stop()
                    raise RuntimeError(f"nginx did not start: {said}") from None
                time.sleep(0.02)

    def log(self):
        path = self.prefix / "logs/error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self, timeout=10):
        """Requests in flight complete (SIGQUIT); after the time limit they do not."""
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(3)
            try:
                self.child.wait(timeout)
            except subprocess.TimeoutExpired:
                self.child.terminate()
                self.child.wait()
        if self.child is not None:
            self.child.stderr.close()
        self.child = None

    def restart(self):
        self.stop()
        return self.start()

    def close(self):
        self.stop()
        self._held.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
