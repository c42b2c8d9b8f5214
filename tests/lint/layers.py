# SPDX-License-Identifier: Apache-2.0
"""lib/layers.txt: who may include whom. The table is checked, then every #include against it."""
import collections, re

from texts import Finding, read

# Headers that are not the C library's and the library of the table they belong to.
LIBRARIES = [
    ("sqlite3.h", "sqlite3"), ("pcre2.h", "pcre2"), ("fcgi", "fcgi"), ("openssl/", "crypto"), ("uv.h", "uv"), ("net-snmp/", "netsnmp"),
    ("libyang/", "libyang"), ("ldap", "ldap"), ("lber.h", "ldap"), ("liboath/", "oath"), ("argon2.h", "argon2"),
    ("qrencode.h", "qrencode"), ("curl/", "curl"), ("histedit.h", "edit"), ("editline/", "edit"), ("ncurses", "ncurses"),
    ("curses.h", "ncurses"), ("panel.h", "ncurses"), ("term.h", "ncurses"), ("jansson.h", "jansson"), ("uthash.h", "uthash"), ("utlist.h", "uthash"),
    ("utarray.h", "uthash"), ("utstring.h", "uthash"),
]
LIBC = set("""aio assert byteswap ctype dirent dlfcn endian err errno execinfo fcntl fenv float fnmatch ftw getopt glob grp
ifaddrs inttypes iso646 langinfo libgen limits locale malloc math netdb poll pthread pwd regex sched semaphore setjmp signal spawn
stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings sysexits syslog termios threads
time uchar unistd utime wchar wctype""".split())
LIBC_FOLDERS = ("sys/", "netinet/", "arpa/", "net/", "linux/", "asm/", "sanitizer/")
PROGRAMS = ("cgi", "larchd", "cli")
TABLE = "lib/layers.txt"
Row = collections.namedtuple("Row", "line rank rooms libraries")


def table(root):
    """Rows by room, and findings about the table itself."""
    rows, wrong = {}, []
    for n, line in enumerate(read(root, TABLE).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        m = re.match(r"^(\w+)\s+(\d+):\s*([^|]*)\|(.*)$", line)
        if not m:
            wrong.append(Finding(TABLE, n, "is not ROOM RANK: rooms | libraries"))
        elif m[1] in rows:
            wrong.append(Finding(TABLE, n, f"{m[1]} has two rows"))
        else:
            rows[m[1]] = Row(n, int(m[2]), m[3].split(), m[4].split())
    for room, row in rows.items():
        for other in row.rooms:
            if other not in rows:
                wrong.append(Finding(TABLE, row.line, f"{room} names {other}, which has no row"))
            elif rows[other].rank >= row.rank:
                wrong.append(Finding(TABLE, row.line, f"{room} (rank {row.rank}) names {other} (rank {rows[other].rank}): only lower ranks"))
        for library in row.libraries:
            if library not in {name for _, name in LIBRARIES}:
                wrong.append(Finding(TABLE, row.line, f"{room} names the library {library}, which tests/lint/layers.py does not know"))
    return rows, wrong


def room_of(path):
    return path.parts[1] if path.parts[0] == "lib" and len(path.parts) > 2 else path.parts[0] if path.parts[0] in PROGRAMS else None


def quoted(root, path, room, row, name):
    """What is wrong with #include "name" in this file, or None."""
    if "/" not in name:
        return None if (root / path.parent / name).is_file() else f'"{name}" is not in this folder'
    other = name.split("/")[0]
    if name.startswith("."):
        return f'"{name}": write it as "ROOM/x.h"'
    if not (root / "lib" / name).is_file():
        return f'"{name}" is not in lib/'
    if other == room:
        return f'"{name}": inside the room as "{name.split("/", 1)[1]}"'
    return None if other in row.rooms else f"{room} may not include {other}: {TABLE} does not say so"


def angled(row, room, base_libraries, name):
    if (name.endswith(".h") and name[:-2] in LIBC) or name.startswith(LIBC_FOLDERS):
        return None
    library = next((lib for start, lib in LIBRARIES if name.startswith(start)), None)
    if library is None:
        return f"<{name}> is of a library that tests/lint/layers.py does not know"
    if library in row.libraries or library in base_libraries:
        return None
    return f"{room} may not use {library} (<{name}>): {TABLE} does not say so"


def check(root, files):
    rows, wrong = table(root)
    yield from wrong
    base_libraries = rows["base"].libraries if "base" in rows else []  # base hands them on in its own headers
    for path in files:
        room = room_of(path)
        if room is None or path.suffix not in (".c", ".h"):
            continue
        if room not in rows:
            yield Finding(path, 0, f"{room} has no row in {TABLE}")
            continue
        for n, line in enumerate(read(root, path).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
            if m:
                said = quoted(root, path, room, rows[room], m[1]) if m[1] else angled(rows[room], room, base_libraries, m[2])
                if said:
                    yield Finding(path, n, said)
