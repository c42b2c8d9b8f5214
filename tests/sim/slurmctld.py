#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real slurmctld in a temporary folder, with nodes that exist nowhere: no slurmd, no munge, no service.

    from slurmctld import Slurm
    with Slurm().start(nodes=["n0000.savio3", ...], partitions={"savio3": ["n0000.savio3", ...]}) as s:
        s.conf                          its slurm.conf: SLURM_CONF for sinfo, squeue, scontrol
        s.env()                         an environment with it
        s.drain("n0000.savio3", 'a "reason" | with anything in it')
        s.update("n0000.savio3", state="resume")
        s.pause(), s.resume()           a controller that is there and says nothing
        s.stop()                        gone: sinfo takes some seconds to give up; s.launch() brings it back

Without slurmd a node that nobody touched is "unknown" and, after SlurmdTimeout, "down*"; drained ones stay "drained".
Jobs do not run: what squeue says of running jobs must come from somewhere else.
"""
import os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from children import die_with_parent, stand_still

CONF = """ClusterName=larch
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/none
CredType=cred/none
MpiDefault=none
SlurmUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldTimeout=30
SlurmdTimeout={slurmd_timeout}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=0
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Slurm:
    def __init__(self, folder=None, slurmd_timeout=300):
        self.own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="larch-slurm."))
        self.conf = self.folder / "slurm.conf"
        self.slurmd_timeout = slurmd_timeout
        self.process = None

    def start(self, nodes, partitions=None, addresses=None):
        """nodes: names; partitions: {name: [nodes]}, the first is the default one; addresses: {node: NodeAddr}."""
        self.nodes, self.partitions = list(nodes), dict(partitions or {"all": nodes})
        self.addresses = dict(addresses or {})
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for _ in range(5):  # a port that was free may be taken meanwhile
            self._write()
            if self.launch():
                return self
        raise RuntimeError("slurmctld does not start: " + self.log_text()[-2000:])

    def launch(self):
        parent = os.getpid()
        with open(self.folder / "slurmctld.log", "ab") as log:
            self.process = subprocess.Popen(["slurmctld", "-D", "-f", self.conf], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.env(), preexec_fn=lambda: die_with_parent(parent))
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            if self._answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()  # the state it would write is of no use to anybody
            self.process.wait()
            self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- what it is told ----

    def env(self):
        return dict(os.environ, SLURM_CONF=str(self.conf))

    def update(self, node, **settings):
        return self._scontrol("update", f"nodename={node}", *[f"{k}={v}" for k, v in settings.items()])

    def drain(self, node, reason):
        return self.update(node, state="drain", reason=reason)

    def pause(self):
        stand_still(self.process.pid)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, program, *args):
        return subprocess.run([program, *args], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=True, timeout=60).stdout

    def log_text(self):
        path = self.folder / "slurmctld.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # ---- inside ----

    def _scontrol(self, *args):
        done = subprocess.run(["scontrol", *args], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"scontrol {' '.join(args)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _write(self):
        self.ports = free_port(), free_port()
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
        text = CONF.format(folder=self.folder, ports=self.ports, user=user, slurmd_timeout=self.slurmd_timeout)
        for node in self.nodes:  # a suffix behind a bracket is refused here, so each is spelled out
            text += f"NodeName={node} NodeAddr={self.addresses.get(node, '127.0.0.1')} CPUs=32 RealMemory=1000 State=UNKNOWN\n"
        for i, (name, members) in enumerate(self.partitions.items()):
            text += f"PartitionName={name} Nodes={','.join(members)} Default={'YES' if i == 0 else 'NO'} State=UP\n"
        self.conf.write_text(text)

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.ports[0]), 1):
                pass
        except OSError:
            return False
        return subprocess.run(["scontrol", "ping"], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60).stdout.find("UP") >= 0
