# SPDX-License-Identifier: Apache-2.0
"""bmc-sim as a child process of a test or of the demo.

    with BmcSim("bmc n1 address 127.95.0.1 user admin password secret\\n") as sim:
        sim.port                      # that the BMCs share which asked for port 0
        sim.tell("fault n1 silent")   # the rest of the answer line; RuntimeError for "error ..."
        sim.get("n1")["power"]        # the pairs of `get`; "log" is a list
"""
import os, pathlib, shutil, subprocess, tempfile, time

from control import Control

BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", "build/release")).resolve()


class BmcSim:
    def __init__(self, config, room=None, loads=(), folder=None):
        self.given, self.config, self.room, self.loads = folder, config, room, loads

    def __enter__(self):
        self.folder = pathlib.Path(self.given or tempfile.mkdtemp(prefix="larch-bmc."))
        (self.folder / "bmc.conf").write_text(self.config)
        control = str(self.folder / "bmc.ctl")
        args = [str(BUILD / "bin/bmc-sim"), "--with-parent", "--config", str(self.folder / "bmc.conf"), "--control", control]
        args += ["--room", self.room] if self.room else []
        for pdu, path in dict(self.loads).items():
            args += ["--loads", f"{pdu}={path}"]
        self.child = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
        words = self.child.stdout.readline().split()
        if words[:1] != ["READY"]:
            self.child.kill()
            self.child.wait()
            raise RuntimeError("bmc-sim did not start: " + " ".join(args))
        self.port = int(words[4])
        self.tell = Control(control).ask
        return self

    def get(self, name):
        pairs = dict(word.partition("=")[::2] for word in self.tell("get " + name).split())
        pairs["log"] = [entry.partition("@")[0] for entry in pairs["log"].split(",") if entry]
        return pairs

    def wait(self, name, seconds=10, **wanted):
        """Until `get` shows what is wanted: wait("n1", power="off")."""
        end = time.monotonic() + seconds
        while True:
            seen = self.get(name)
            if all(seen[k] == v for k, v in wanted.items()):
                return seen
            if time.monotonic() > end:
                raise AssertionError(f"{name} did not become {wanted} in {seconds} s: {seen}")
            time.sleep(0.002)

    def __exit__(self, *why):
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        if not self.given:
            shutil.rmtree(self.folder)
