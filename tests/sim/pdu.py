# SPDX-License-Identifier: Apache-2.0
"""pdu-sim as a child process of a test.

    with PduSim("sentry3", "--delay", "on=100 off=100") as sim:
        sim.address                   # "127.0.0.1:40123"
        sim.tell("fault AA3 lie")     # the rest of the answer line; RuntimeError for "error ..."
        sim.get("AA3")["state"]       # state, power (live, dead), load, fault, name
        sim.log()                     # [(ms, outlet, number, verdict)]
"""
import os, pathlib, shutil, subprocess, tempfile

from control import Control

ROOT = pathlib.Path(os.environ.get("LARCH_ROOT", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("LARCH_BUILD", "build/release")).resolve()


class PduSim:
    def __init__(self, family, *options, user=None):
        self.family, self.options, self.user = family, options, user

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-pdu."))
        self.control = str(self.folder / "ctl")
        if self.user is not None:
            os.chown(self.folder, self.user, self.user)
        args = [str(BUILD / "bin/pdu-sim"), "--profile", str(ROOT / f"tests/data/pdu/{self.family}.simrec"),
                "--control", self.control, "--parent", *self.options]
        self.child = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, user=self.user)
        words = self.child.stdout.readline().split()
        if words[:2] != ["READY", "udp"]:
            self.child.kill()
            raise RuntimeError("pdu-sim did not start: " + self.child.communicate()[1])
        self.address = words[2]
        self.tell = Control(self.control).ask
        return self

    def get(self, outlet):
        return dict(zip(("state", "power", "load", "fault", "name"), self.tell("get " + outlet).split(" ", 4)))

    def log(self):
        rows = [row.split() for row in self.tell("log").split(";")[1:]]
        return [(int(ms), outlet, int(number), verdict) for ms, outlet, number, verdict in rows]

    def stop(self):
        """Its exit status after SIGTERM, and what it wrote on standard error."""
        self.child.terminate()
        _, said = self.child.communicate(timeout=20)
        return self.child.returncode, said

    def __exit__(self, *why):
        if self.child.poll() is None:
            self.stop()
        self.child.stdout.close()
        self.child.stderr.close()
        shutil.rmtree(self.folder)
