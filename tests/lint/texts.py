# SPDX-License-Identifier: Apache-2.0
"""The rules that read text: a pattern, a count, a first line."""
import collections, re

Finding = collections.namedtuple("Finding", "path line message warn", defaults=(False,))


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text, strings=True, comments=True):
    """C source with its strings and comments blanked: same length, same lines."""

    def replace(m):
        t = m[0]
        if t[0] == "/":
            return re.sub(r"[^\n]", " ", t) if comments else t
        return t[0] + " " * (len(t) - 2) + t[0] if strings and t[0] == '"' else t
    return TOKEN.sub(replace, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def matches(root, files, pattern, view=lambda t: t):
    """(path, line, match) of every match of the pattern in the files."""
    for path in files:
        text = view(read(root, path))
        for m in pattern.finditer(text):
            yield path, line_of(text, m.start()), m


# ---- C -----------------------------------------------------------------------

BANNED = {
    "strcpy": "use buf_add or memcpy with a known length", "strcat": "use buf_add",
    "sprintf": "use snprintf or buf_printf", "vsprintf": "use vsnprintf",
    "sscanf": "use str_cut and str_int: it drops what it does not match", "atoi": "use str_int", "atol": "use str_int",
    "atoll": "use str_int", "atof": "use str_double", "strtok": "use str_cut", "gets": "use file_read",
    "localtime": "its buffer is static: localtime_r", "gmtime": "its buffer is static: gmtime_r",
    "ctime": "its buffer is static: times_*", "asctime": "its buffer is static: times_*",
    "inet_ntoa": "its buffer is static: inet_ntop", "inet_addr": "inet_pton tells an error from an address",
    "gethostbyname": "its buffer is static: getaddrinfo", "getpwnam": "its buffer is static: getpwnam_r",
    "getpwuid": "its buffer is static: getpwuid_r", "getgrnam": "its buffer is static: getgrnam_r",
    "system": "no shell: posix_spawn or fork and exec", "popen": "no shell: posix_spawn or fork and exec",
    "tmpnam": "use mkstemp", "mktemp": "use mkstemp", "alloca": "use an arena", "rand": "use file_random",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")


def banned(root, files):
    for path, line, m in matches(root, files, CALL, blank):
        yield Finding(path, line, f"{m[1]}() is banned: {BANNED[m[1]]}")


def permits(root, files):
    allowed = ("lib/auth/policy_ask.c", "lib/base/permit.c", "lib/base/permit_make.h")
    for path, line, _ in matches(root, files, re.compile(r'^\s*#\s*include\s+".*permit_make\.h"', re.M)):
        if str(path) not in allowed:
            yield Finding(path, line, "permit_make.h: only lib/auth/policy_ask.c makes permits")


SQL = re.compile(r'"[^"\n]*\b(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s|'
                 r'(CREATE|DROP|ALTER)\s+(TABLE|INDEX|TRIGGER|VIEW|UNIQUE)\s)')
STORE = re.compile(r"\b(store_run|store_run_script|store_ask|store_ask_built|sqlite3_prepare\w*|sqlite3_exec)\s*\(")


def sql(root, files):
    outside = [p for p in files if not p.name.endswith("_rows.c") and not p.is_relative_to("lib/store")]
    for path, line, m in matches(root, outside, SQL, lambda t: blank(t, strings=False)):
        yield Finding(path, line, f"SQL ({m[1].strip()}) outside *_rows.c")
    for path, line, m in matches(root, outside, STORE, blank):
        yield Finding(path, line, f"{m[1]}() outside *_rows.c")


REASON = re.compile(r"NOLINT\w*(\([^)]*\))?(?P<a>[^\n*]*)|cppcheck-suppress\s+\S+(?P<b>[^\n*]*)")


def reasons(root, files):
    for path, line, m in matches(root, files, REASON):
        if "NOLINTEND" not in m[0] and not re.search(r"\w{3}", m["a"] or m["b"] or ""):
            yield Finding(path, line, f"{m[0].split('(')[0].strip()} without a reason behind it")


def front_headers(root, files):
    rooms = sorted({p.parts[1] for p in files if len(p.parts) == 3})
    for room in rooms:
        front = f"lib/{room}/{room}.h"
        if not (root / front).is_file():
            yield Finding(f"lib/{room}", 0, f"has no front header {front}")
            continue
        lines = read(root, front).splitlines()
        if len(lines) < 3 or not lines[1].startswith("/*") or len(lines[2].strip(" */")) < 10:
            yield Finding(front, 2, "does not open with what the room is for, who calls it and what it never does")


# ---- templates -----------------------------------------------------------------

def escapes(root, files):
    """tests/lint/unescaped has rows TEMPLATE TAG REASON."""
    listing = root / "tests/lint/unescaped"
    rows = [r.split(None, 2) for r in listing.read_text().splitlines() if r.strip() and r[0] != "#"] if listing.exists() else []
    allowed = {(r[0], r[1]) for r in rows if len(r) == 3}
    for path, line, m in matches(root, files, re.compile(r"\{\{\{\s*([^}\s]+)\s*\}\}\}|\{\{&\s*([^}\s]+)\s*\}\}")):
        name = m[1] or m[2]
        if (str(path), name) not in allowed:
            yield Finding(path, line, f"{m[0]} is not escaped, and tests/lint/unescaped does not list it with a reason")


INLINE = [
    (re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>", re.I), "a script of its own"),
    (re.compile(r"<style\b", re.I), "a style of its own"),
    (re.compile(r"<[^>]*\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=", re.I), "a handler attribute"),
    (re.compile(r"(href|src|action)\s*=\s*[\"']?\s*javascript:", re.I), "a javascript: address"),
]


def inline(root, files):
    for pattern, what in INLINE:
        for path, line, _ in matches(root, files, pattern, lambda t: re.sub(r"\{\{!.*?\}\}", lambda m: re.sub(r"[^\n]", " ", m[0]), t, flags=re.S)):
            yield Finding(path, line, f"{what}: our Content-Security-Policy stops it; put it into static/")


# ---- any source ------------------------------------------------------------------

TEST_FOLDERS = {("tests", kind) for kind in ("unit", "data", "flow", "browser")}


def file_lengths(root, files):
    for path in files:
        n = read(root, path).count("\n")
        limit = 900 if path.parts[:2] in TEST_FOLDERS else 600  # a list of cases may be long
        if n > limit:
            yield Finding(path, 0, f"{n} lines, over {limit}: is there a second room inside?")


def spdx(root, files):
    for path in files:
        if path.is_relative_to("tests/lint/good"):
            continue
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(read(root, path).splitlines()[:3]):
            yield Finding(path, 1, "no SPDX-License-Identifier: Apache-2.0 at the top")


UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|not (yet )?implemented")


def unfinished(root, files):
    mine = [p for p in files if not p.is_relative_to("tests/lint")]
    for path, line, m in matches(root, mine, UNFINISHED):
        yield Finding(path, line, f"{m[0]}: finish it, or write it where work is tracked")


def machine_paths(root, files):
    mine = [p for p in files if not p.is_relative_to("tests/lint") and p.suffix not in (".png", ".ico")]
    for path, line, m in matches(root, mine, re.compile(r"(?<![\w.}>)-])/(?:home|work|Users)/\w[\w/.-]*")):
        yield Finding(path, line, f"{m[0]} is a path of one machine")
