# SPDX-License-Identifier: Apache-2.0
"""Nodes to log in to: OpenSSH's own sshd, on addresses of 127/8 and a port the kernel gives, never the system's service.

    with Sshd(["127.94.0.1", "127.94.0.2"], users={"ana": "/bin/bash", "cat": "/bin/csh"}) as nodes:
        nodes.port
        nodes.config("n1 ana", ...)              # a file for ssh -F with these nodes and who logs in, their host key known
        nodes.logins()                           # how many were authenticated so far
        nodes.home / "ana" / ".bashrc"

It is started by root in a mount namespace of its own, with a passwd, a shadow and a /run of its own: so a test has users
with the login shells it wants, and the machine's files stay as they are. `why_not()` says why that cannot be.
"""
import os, pathlib, shutil, signal, socket, subprocess, tempfile, time

from children import die_with_parent

PER_DAEMON = 16  # MAX_LISTEN_SOCKS of sshd
UIDS = 200000  # and on: a block for each process that starts one, so that two of them share no user
SSHD = "/usr/sbin/sshd"
CONFIG = """Port {port}
{listen}
HostKey {folder}/hostkey
PidFile none
AuthorizedKeysFile {folder}/keys/%u
StrictModes no
UsePAM no
PasswordAuthentication {password}
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd yes
MaxStartups 1000
MaxSessions 100
LogLevel VERBOSE
PrintLastLog no
{more}
"""
ENTER = """set -e
mount -t tmpfs none /run
mkdir -p /run/sshd
: >/run/utmp
for f in passwd shadow group; do mount --bind "$1/$f" "/etc/$f"; done
if [ -e "$1/gpus" ]; then sh -e "$1/gpus"; fi
shift
exec "$@"
"""
GPUS = """mkdir /run/dev /run/up /run/work
mount --bind /dev /run/dev
mount -t tmpfs none /dev
for f in null zero full random urandom tty; do : >/dev/$f; mount --bind /run/dev/$f /dev/$f; done
for i in $(seq {found}); do : >/dev/nvidia$i; done
mount -t overlay none -o lowerdir=/etc,upperdir=/run/up,workdir=/run/work /etc
for f in passwd shadow group; do mount --bind "{folder}/$f" "/etc/$f"; done
mkdir -p /etc/slurm
cp {folder}/gres.conf /etc/slurm/gres.conf
"""


def why_not():
    """Why there can be no nodes here, or None."""
    if not os.access(SSHD, os.X_OK):
        return "sshd is missing (package openssh-server)"
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        return "users of its own need root and a mount namespace"
    return None


def free_port(address):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Sshd:
    def __init__(self, addresses, users=None, password="yes", more="", gpus=None):
        """gpus: how many devices a node has, and its gres.conf."""
        self.addresses, self.users = addresses, users or {"ana": "/bin/bash"}
        self.password, self.more, self.gpus = password, more, gpus

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larch-ssh."))
        self.folder.chmod(0o711)
        self.home, self.daemons = self.folder / "home", []
        for key in ("hostkey", "hostkey2", "key", "key2"):
            self.keygen(key)
        self.people()
        if self.gpus is not None:
            (self.folder / "gpus").write_text(GPUS.format(found=self.gpus[0], folder=self.folder))
            (self.folder / "gres.conf").write_text(self.gpus[1])
        self.port = free_port(self.addresses[0])
        for i in range(0, len(self.addresses), PER_DAEMON):
            self.start(i // PER_DAEMON, self.addresses[i:i + PER_DAEMON])
        for address in self.addresses:
            self.wait(address)
        return self

    def keygen(self, name):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name)], check=True)

    def people(self):
        """passwd, shadow, group: the machine's, and ours; a key that each of ours may log in with."""
        rows = {f: pathlib.Path(f"/etc/{f}").read_text() for f in ("passwd", "shadow", "group")}
        (self.folder / "keys").mkdir()
        for name, shell in self.users.items():
            uid, home = self.uid(name), self.home / name
            home.mkdir(parents=True)
            os.chown(home, uid, uid)
            rows["passwd"] += f"{name}:x:{uid}:{uid}::{home}:{shell}\n"
            rows["shadow"] += f"{name}:*:19000:0:99999:7:::\n"
            rows["group"] += f"{name}:x:{uid}:\n"
            (self.folder / "keys" / name).write_text((self.folder / "key.pub").read_text())
        for name, text in rows.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o600 if name == "shadow" else 0o644)

    def uid(self, name):
        return UIDS + os.getpid() % 10000 * 200 + list(self.users).index(name)

    def start(self, i, addresses):
        conf, log = self.folder / f"sshd_config.{i}", self.folder / f"sshd.log.{i}"
        conf.write_text(CONFIG.format(port=self.port, listen="\n".join(f"ListenAddress {a}" for a in addresses),
                                      folder=self.folder, password=self.password, more=self.more.format(folder=self.folder)))
        args = ["unshare", "-m", "sh", "-c", ENTER, "sh", str(self.folder), SSHD, "-D", "-f", str(conf), "-E", str(log)]
        self.daemons.append(subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=(self.folder / "start.log").open("a"), preexec_fn=die_with_parent))

    def wait(self, address, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                with socket.create_connection((address, self.port), timeout=5) as s:
                    s.recv(4)
                    return
            except OSError as problem:
                if time.monotonic() > end or any(d.poll() is not None for d in self.daemons):
                    raise AssertionError(f"sshd does not answer on {address}: {problem}\n{self.log()}"
                                         + (self.folder / "start.log").read_text()) from problem
                time.sleep(0.02)

    def log(self):
        return "".join(p.read_text(errors="replace") for p in sorted(self.folder.glob("sshd.log.*")))

    def logins(self):
        return self.log().count("Accepted publickey")

    def known(self, names, key="hostkey"):
        public = " ".join((self.folder / f"{key}.pub").read_text().split()[:2])
        return "".join(f"{name} {public}\n" for name in names)

    def config(self, *nodes, name="ssh_config", known=None, more=""):
        """A file for ssh -F: a row "NAME USER" or "NAME USER ADDRESS" a node."""
        rows = [node.split() for node in nodes]
        (self.folder / f"{name}.known").write_text(self.known([row[0] for row in rows]) if known is None else known)
        text = "".join(f"Host {row[0]}\n  User {row[1]}\n" + "".join(f"  HostName {a}\n  HostKeyAlias {row[0]}\n" for a in row[2:])
                       for row in rows)
        text += (f"Host *\n  Port {self.port}\n  IdentityFile {self.folder}/key\n  IdentitiesOnly yes\n"
                 f"  UserKnownHostsFile none\n  GlobalKnownHostsFile {self.folder}/{name}.known\n  {more}\n")
        path = self.folder / name
        path.write_text(text)
        return path

    def __exit__(self, *why):
        for d in self.daemons:
            d.send_signal(signal.SIGTERM)
        for d in self.daemons:
            d.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
