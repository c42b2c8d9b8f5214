#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the page of a rack with forty machines costs the program, in processor time, in a room of 10,000: asked
by one client, one page after the other, the process's own user and system time over the pages it made."""
import http.client, os, pathlib, ssl, sys

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", pathlib.Path(__file__).resolve().parent.parent))
sys.path[:0] = [str(ROOT / "tests/flow"), str(ROOT / "tests/sim")]
from pages_room import PagesRoom

PAGES = 200


def spent(pid):
    """Seconds of processor time so far: /proc/PID/stat, fields 14 and 15 (proc(5))."""
    rest = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def main():
    with PagesRoom(10000, 250) as r:
        c = http.client.HTTPSConnection("localhost", r.nginx.port, timeout=30,
                                        context=ssl.create_default_context(cafile=str(r.nginx.ca_file)))

        def page():
            c.request("GET", "/racks/b01", headers={"Cookie": f"__Host-larch={r.cookies['ana']}"})
            answer = c.getresponse()
            text = answer.read()
            if answer.status != 200 or text.count(b'class="box') < 40:
                sys.exit(f"/racks/b01: {answer.status}, {text.count(b'class=' + bytes([34]) + b'box')} things")
        page()
        before = spent(r.child.pid)
        for _ in range(PAGES):
            page()
        print(f"rack_page {1000 * (spent(r.child.pid) - before) / PAGES:.2f} ms")


if __name__ == "__main__":
    main()
