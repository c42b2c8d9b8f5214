#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real slapd in a temporary folder, with people, groups and a private CA.

As a module:

    from slapd import Slapd
    with Slapd(people={"ana": ("Ana Krenn", "correct horse")}, groups={"admins": ["ana"]}) as d:
        d.ldaps, d.ldap, d.ldapi      the three addresses (ldap:// wants StartTLS)
        d.ca_file                     the CA that signed its certificate
        d.base, d.people_base, d.groups_base
        d.bind_dn, d.bind_secret_file the service account, which may read
        d.leave("admins", "ana")      somebody loses a group; d.join, d.gone("ana")
        d.pause(), d.resume()         a server that is there and says nothing
        d.binds()                     simple binds seen so far, by anybody but the test itself

As a program, for tests in C: `slapd.py FOLDER` writes one line of JSON with all of these, then
takes one command a line (leave GROUP NAME, join GROUP NAME, gone NAME, pause, resume, binds,
count NAME) and answers "ok VALUE"; it stops at the end of its input.

A simple bind needs TLS or ldapi. The binary is copied into the folder, for AppArmor's profile
of slapd confines its paths. Nothing outside the folder is read or written but Debian's schemas.
"""
import base64, hashlib, json, os, pathlib, resource, shutil, signal, socket, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from children import die_with_parent, stand_still

BASE = "dc=example,dc=org"
ROOT = f"cn=root,{BASE}"
ROOT_PASSWORD = "root-of-the-test"
SERVICE_PASSWORD = "service-of-the-test"

PEOPLE = {
    "ana": ("Ana Krenn", "ana-opens-it"),
    "ben": ("Ben Okoro", "ben-opens-it"),
    "cyd": ("Cyd Marsh", "cyd-opens-it"),
}
GROUPS = {"admins": ["ana"], "operators": ["ana", "ben"], "staff": ["ana", "ben", "cyd"]}

CONF = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
TLSCACertificateFile {folder}/ca.pem
TLSProtocolMin 3.3
localSSF 128
security simple_bind=128
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {rootpw}
directory {folder}/db
maxsize 16777216
dbnosync
index objectClass,uid,member,memberOf eq
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=groups,{base}" by users read by * none
access to * by dn.exact="cn=larch,ou=services,{base}" read by self read by anonymous auth by * none
"""


def ssha(password):
    salt = os.urandom(8)
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password.encode() + salt).digest() + salt).decode()


def ldif_line(name, value):
    return f"{name}:: {base64.b64encode(value.encode()).decode()}\n"


def dn_value(value):
    """A value inside a DN, RFC 4514 section 2.4."""
    return "".join(c if c.isalnum() else "".join(f"\\{b:02X}" for b in c.encode()) for c in value)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*args, **kw):
    return subprocess.run(args, check=True, stdin=subprocess.DEVNULL, capture_output=True, **kw)


def make_ca(folder, name, address="127.0.0.1"):
    """A CA, `name`.pem, and what it signed: server-`name`.pem and .key for the address."""
    folder = pathlib.Path(folder)
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run("openssl", "req", "-x509", *ec, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
        "-days", "30", "-subj", f"/CN=test authority {name}", "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    (folder / "ext").write_text(f"subjectAltName=IP:{address}\nextendedKeyUsage=serverAuth\n")
    run("openssl", "req", *ec, "-keyout", folder / f"server-{name}.key", "-out", folder / "csr", "-subj", f"/CN={address}")
    run("openssl", "x509", "-req", "-in", folder / "csr", "-CA", folder / f"{name}.pem", "-CAkey",
        folder / f"{name}.key", "-CAcreateserial", "-days", "30", "-extfile", folder / "ext",
        "-out", folder / f"server-{name}.pem")
    return folder / f"{name}.pem"


class Slapd:
    def __init__(self, folder=None, people=None, groups=None):
        self.own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="larch-slapd."))
        self.people = dict(PEOPLE if people is None else people)
        self.groups = {g: list(m) for g, m in (GROUPS if groups is None else groups).items()}
        self.base, self.people_base, self.groups_base = BASE, f"ou=people,{BASE}", f"ou=groups,{BASE}"
        self.bind_dn = f"cn=larch,ou=services,{BASE}"
        self.bind_secret_file = str(self.folder / "ldap.secret")
        self.ca_file, self.foreign_ca_file = str(self.folder / "ca.pem"), str(self.folder / "foreign.pem")
        self.process = None

    # ---- starting and stopping ----

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "db").mkdir(exist_ok=True)
        make_ca(self.folder, "ca")
        make_ca(self.folder, "foreign")
        for end in ("pem", "key"):
            os.replace(self.folder / f"server-ca.{end}", self.folder / f"server.{end}")
        self._secret("ldap.secret", SERVICE_PASSWORD)
        self._secret("root.secret", ROOT_PASSWORD, newline="")
        self._program()
        (self.folder / "slapd.conf").write_text(CONF.format(
            folder=self.folder, base=BASE, root=ROOT, rootpw=ssha(ROOT_PASSWORD)))
        (self.folder / "init.ldif").write_text(self._ldif())
        (self.folder / "conf").mkdir(exist_ok=True)
        run(self.folder / "slapadd", "-q", "-f", self.folder / "slapd.conf", "-l", self.folder / "init.ldif")
        run(self.folder / "slaptest", "-f", self.folder / "slapd.conf", "-F", self.folder / "conf")
        for _ in range(5):
            if self._launch():
                break
        else:
            raise RuntimeError("slapd does not start: " + self.log_text()[-2000:])
        for group, members in self.groups.items():
            self._add_group(group, members)
        return self

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _secret(self, name, text, newline="\n"):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text + newline)

    def _program(self):
        if not (self.folder / "slapd").exists():
            shutil.copy2("/usr/sbin/slapd", self.folder / "slapd")
        for name in ("slapadd", "slaptest"):
            if not (self.folder / name).exists():
                os.symlink("slapd", self.folder / name)

    def _launch(self):
        ports = free_port(), free_port()
        path = self.folder / "ldapi"
        self.ldap, self.ldaps = f"ldap://127.0.0.1:{ports[0]}", f"ldaps://127.0.0.1:{ports[1]}"
        self.ldapi = "ldapi://" + str(path).replace("/", "%2F")
        self.ports = ports

        parent = os.getpid()

        def few_descriptors():  # slapd allocates by the limit of open files
            die_with_parent(parent)
            resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
            die_with_parent()

        with open(self.folder / "slapd.log", "wb") as log:
            self.process = subprocess.Popen(
                [self.folder / "slapd", "-d", "stats", "-F", self.folder / "conf", "-h",
                 f"{self.ldap}/ {self.ldaps}/ {self.ldapi}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=few_descriptors)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            if self._answers(path):
                return True
            time.sleep(0.02)
        self.process.kill()
        self.process.wait()
        return False

    def _answers(self, path):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(str(path))
            with socket.create_connection(("127.0.0.1", self.ports[1]), 1):
                return True
        except OSError:
            return False

    # ---- what is in it ----

    def dn(self, name):
        return f"uid={dn_value(name)},{self.people_base}"

    def _ldif(self):
        out = (f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: example\n\n"
               + "".join(f"dn: ou={ou},{BASE}\nobjectClass: organizationalUnit\n\n"
                         for ou in ("people", "groups", "services"))
               + f"dn: {self.bind_dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
               + ldif_line("userPassword", ssha(SERVICE_PASSWORD)) + "\n")
        for name, (shown, password) in self.people.items():
            out += (ldif_line("dn", self.dn(name)) + "objectClass: inetOrgPerson\n" + ldif_line("uid", name)
                    + ldif_line("cn", shown) + ldif_line("sn", shown.split()[-1])
                    + ldif_line("displayName", shown) + ldif_line("userPassword", ssha(password)) + "\n")
        return out

    def _modify(self, ldif, *more):
        subprocess.run(["ldapmodify", "-x", "-H", self.ldapi, "-D", ROOT, "-y", self.folder / "root.secret", *more],
                       input=ldif.encode(), check=True, capture_output=True, env=dict(os.environ, LDAPNOINIT="1"))

    def _group_dn(self, group):
        return f"cn={dn_value(group)},{self.groups_base}"

    def _add_group(self, group, members):
        # added online: slapadd does not fill memberOf; groupOfNames wants a member always
        self._modify(ldif_line("dn", self._group_dn(group)) + "objectClass: groupOfNames\n" + ldif_line("cn", group)
                     + f"member: cn=nobody,{BASE}\n" + "".join(ldif_line("member", self.dn(m)) for m in members), "-a")

    def _member(self, what, group, name):
        self._modify(ldif_line("dn", self._group_dn(group)) + f"changetype: modify\n{what}: member\n"
                     + ldif_line("member", self.dn(name)))

    def join(self, group, name):
        self._member("add", group, name)

    def leave(self, group, name):
        self._member("delete", group, name)

    def gone(self, name):
        self._modify(ldif_line("dn", self.dn(name)) + "changetype: delete\n")

    # ---- looking and hurting ----

    def pause(self):
        stand_still(self.process.pid)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def log_text(self):
        path = self.folder / "slapd.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def binds(self, dn=None):
        """Simple binds that were asked for (of one DN): the service account's and the test's own do not count."""
        asked = [line for line in self.log_text().splitlines() if " BIND dn=" in line and "method=128" in line]
        own = (f'dn="{ROOT}"', f'dn="{self.bind_dn}"', 'dn=""')
        return len([line for line in asked if not any(o in line for o in own)
                    and (dn is None or f'dn="{dn}"'.lower() in line.lower())])

    def facts(self):
        return {k: getattr(self, k) for k in (
            "ldap", "ldaps", "ldapi", "ca_file", "foreign_ca_file", "base", "people_base", "groups_base",
            "bind_dn", "bind_secret_file")} | {"pid": self.process.pid}


TRICKY = {  # names and passwords that have broken others
    "w*ld": ("Wild Card", "wild-opens-it"),
    "par(en)": ("Par En", "paren-opens-it"),
    "back\\slash": ("Back Slash", "back-opens-it"),
    "quo\"te,comma": ("Quo Te", "quote-opens-it"),
    "loner": ("Lone R", "loner-opens-it"),
}


def serve(folder):
    directory = Slapd(folder, people=PEOPLE | TRICKY, groups=GROUPS | {"o*ps, (night)": ["ben"]}).start()
    do = {"leave": directory.leave, "join": directory.join, "gone": directory.gone, "pause": directory.pause,
          "resume": directory.resume, "binds": directory.binds,
          "count": lambda name: directory.binds(directory.dn(name))}
    try:
        print(json.dumps(directory.facts()), flush=True)
        for line in sys.stdin:
            words = line.split()
            try:
                value = do[words[0]](*words[1:])
                print("ok" if value is None else f"ok {value}", flush=True)
            except (KeyError, IndexError, TypeError, subprocess.CalledProcessError) as problem:
                print(f"no {problem!r}", flush=True)
    finally:
        directory.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: slapd.py FOLDER")
    serve(sys.argv[1])
