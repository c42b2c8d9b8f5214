#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pages per second through nginx over TLS, with wrk: the table of 40 machines, the page of one, the
table of 10,000. The peer is bench/hello_fcgi.c behind the same nginx configuration: a constant page
of 8 KB, so the ratio is what is left after a page was looked up, rendered and logged in."""
import os, pathlib, re, shutil, socket, subprocess, sys, tempfile

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", ROOT / "build/release"))
sys.path[:0] = [str(ROOT / "tests/flow"), str(ROOT / "tests/sim")]
from nginx import Nginx
from pages_room import PagesRoom

SECONDS, CONNECTIONS = 3, 16
RATES = {"rate": "100000r/s"}


def wrk(origin, path, cookie=""):
    """Pages per second; an answer that is no page is an error, not a page."""
    p = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-H", f"Cookie: {cookie}",
                        f"{origin}{path}"], capture_output=True, text=True, timeout=60)
    if p.returncode != 0 or "Non-2xx" in p.stdout or "Socket errors" in p.stdout:
        sys.exit(f"wrk {path}: {p.stdout}{p.stderr}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", p.stdout)[1])


class Hello:
    """The constant program: four processes, as pages has four threads, behind an nginx of its own."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-bench-"))
        path = self.folder / "hello.sock"
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.socket.listen(256)
        self.children = [subprocess.Popen([BUILD / "bench/hello_fcgi"], stdin=self.socket) for _ in range(4)]
        self.nginx = Nginx(self.folder / "nginx", {n: path for n in ("login", "pages", "power")}, rates=RATES).start()
        return self.nginx.origin

    def __exit__(self, *_):
        self.nginx.close()
        for child in self.children:
            child.terminate()
            child.wait()
        self.socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def pages(machines, racks, *rows):
    with PagesRoom(machines, racks, rates=RATES) as r:
        cookie = f"__Host-larch={r.cookies['ana']}"
        return {name: wrk(r.nginx.origin, path, cookie) for name, path in rows}


def main():
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: sh etc/deps bench")
    with Hello() as origin:
        hello = wrk(origin, "/nodes")
    measured = pages(40, 2, ("web_nodes_40", "/nodes?show=all"), ("web_node", "/nodes/n0001"), ("web_nodes_40_json", "/nodes.json"))
    measured |= pages(10000, 250, ("web_nodes_10000_first", "/nodes?show=all"), ("web_nodes_10000_query", "/nodes?q=n0001"),
                      ("web_nodes_10000_csv", "/nodes.csv?limit=10000"))
    for name, value in measured.items():
        print(f"{name} {value:.1f} pages/s | hello_fcgi {hello:.1f} pages/s")


if __name__ == "__main__":
    main()
