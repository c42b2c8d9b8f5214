#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/nodes, the page people live in: requests per second of fifty rows through nginx over TLS, beside
bench/hello_fcgi.c behind the same nginx in the same run; and what ten thousand rows cost the program,
as a page and as JSON, with a hundred and a thousand beside them so that growth is seen.

pages may be started once only (it alone writes the inventory), so "two processes" are two threads of it,
and two processes of the constant program. CPU is user and system time of the program's threads, as the
scheduler counted it (/proc/PID/task/*/schedstat), for one answer, the mean of several. The two rates are taken in
turns, and the turn whose ratio is the median is told: what else the machine does falls on both.
"""
import os, pathlib, re, shutil, socket, subprocess, sys, tempfile

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", ROOT / "build/release"))
sys.path[:0] = [str(ROOT / "tests/flow"), str(ROOT / "tests/sim")]
from nginx import Nginx
from pages_room import PagesRoom, busy

SECONDS, TURNS, CONNECTIONS, WORKERS, ANSWERS = 1, 7, 64, 2, 20
RATES = {"rate": "100000r/s"}
TEN = "fields=name,level,ping,ssh,bmc,chassis,outlets,slurm,owner,rack"


def wrk(origin, path, cookie=""):
    """Pages per second; an answer that is no page is an error, not a page."""
    p = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-H", f"Cookie: {cookie}",
                        f"{origin}{path}"], capture_output=True, text=True, timeout=60)
    if p.returncode != 0 or "Non-2xx" in p.stdout or "Socket errors" in p.stdout:
        sys.exit(f"wrk {path}: {p.stdout}{p.stderr}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", p.stdout)[1])


class Hello:
    """The constant program behind an nginx of its own."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-bench-"))
        path = self.folder / "hello.sock"
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.socket.listen(256)
        self.children = [subprocess.Popen([BUILD / "bench/hello_fcgi"], stdin=self.socket) for _ in range(WORKERS)]
        self.nginx = Nginx(self.folder / "nginx", {n: path for n in ("login", "pages", "power")}, rates=RATES).start()
        return self.nginx.origin

    def __exit__(self, *_):
        self.nginx.close()
        for child in self.children:
            child.terminate()
            child.wait()
        self.socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def cpu(room, path):
    """Milliseconds of the program for one answer; the first two are not counted: the room is read by them."""
    def spent():
        return sum(int(t.read_text().split()[0]) for t in pathlib.Path(f"/proc/{room.child.pid}/task").glob("*/schedstat"))

    for _ in range(2):
        answer = room.get(path)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {answer.text[:300]}")
    before = spent()
    for _ in range(ANSWERS):
        room.get(path)
    return (spent() - before) / ANSWERS / 1e6


def turns(room):
    """Pages per second of /nodes and of the constant program."""
    taken = []
    with Hello() as origin:
        for _ in range(TURNS):
            hello = wrk(origin, "/nodes")
            taken.append((wrk(room.nginx.origin, "/nodes?limit=50", f"__Host-larch={room.cookies['ana']}"), hello))
    return sorted(taken, key=lambda t: t[0] / t[1])[TURNS // 2]


def main():
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: sh etc/deps bench")
    for machines in (100, 1000, 10000):
        with PagesRoom(machines, max(2, machines // 40), rates=RATES, threads=WORKERS, seen=busy) as r:
            if machines == 10000:
                rate, hello = turns(r)
                print(f"page_50 {rate:.1f} pages/s | hello_fcgi {hello:.1f} pages/s")
            print(f"page_{machines} {cpu(r, f'/nodes?limit=all&show=all&{TEN}'):.3f} ms")
            print(f"status_json_{machines} {cpu(r, f'/nodes.json?limit=all&{TEN}'):.3f} ms", flush=True)


if __name__ == "__main__":
    main()
