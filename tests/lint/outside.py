# SPDX-License-Identifier: Apache-2.0
"""The rules that other programs check: compilers, clang-tidy, cppcheck, yanglint, mandoc, sh, Python."""
import concurrent.futures, json, os, pathlib, re, subprocess

from texts import Finding, read

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
CACHE = PROJECT / "build/lint"


def call(*args, cwd, **more):
    p = subprocess.run([str(a) for a in args], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, errors="replace", **more)
    return p.returncode, p.stdout


def make(*args):
    """make without the flags of a make that runs us."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k not in ("MFLAGS", "VARIANT")}
    return call("make", "--no-print-directory", *args, cwd=PROJECT, env=env)


def compile_words(variant):
    """The compiler and its flags of a variant, from the Makefile itself."""
    code, out = make("-s", f"VARIANT={variant}", "flags")
    if code != 0:
        raise RuntimeError("make flags: " + out)
    return out.split("\t")[:-1]


# ---- small parsers ---------------------------------------------------------------

def yang(root, files):
    for path in files:
        code, out = call("yanglint", "-p", "etc/yang", path, cwd=root)
        said = " ".join(line for line in out.splitlines() if line.strip())
        if code != 0 or said:
            yield Finding(path, 0, said[:400] or f"yanglint: exit {code}")


def once(pairs):
    keys = [k for k, _ in pairs]
    twice = [k for k in keys if keys.count(k) > 1]
    if twice:
        raise ValueError(f"the key {twice[0]!r} stands twice")
    return dict(pairs)


def json_files(root, files):
    for path in files:
        try:
            json.loads(read(root, path), object_pairs_hook=once)
        except ValueError as why:
            yield Finding(path, getattr(why, "lineno", 0), str(why))


def shell(root, files):
    for path in files:
        code, out = call("sh", "-n", path, cwd=root)
        if code != 0:
            yield Finding(path, 0, out.strip())


def python(root, files):
    for path in files:
        try:
            compile(read(root, path), str(path), "exec", dont_inherit=True)
        except SyntaxError as why:
            yield Finding(path, why.lineno or 0, why.msg)


def man(root, files):
    for path in files:
        _, out = call("mandoc", "-Tlint", path, cwd=root)
        for line in out.splitlines():
            m = re.match(r"mandoc: [^:]+:(\d+):\d+: (.*)", line)
            if "outdated mandoc.db lacks" in line:
                continue  # about this machine's index, which knows the page's file alone
            xr = re.search(r"referenced manual not found: Xr (\S+) (\d)", line)
            if xr and (root / "docs/man" / f"{xr[1]}.{xr[2]}").exists():
                continue  # mandoc looks among the installed pages
            yield Finding(path, int(m[1]) if m else 0, m[2] if m else line)


def anchors(text):
    """The names GitHub gives to a page's headings."""
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^#+ +(.*)$", text, re.M)}


def links(root, files):
    for path in files:
        text = re.sub(r"```.*?```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m[0]), read(root, path), flags=re.S)
        for m in re.finditer(r"\]\(([^)\s]+)\)", text):
            target, _, anchor = m[1].partition("#")
            line = text.count("\n", 0, m.start()) + 1
            if re.match(r"[a-z]+:", target):
                continue
            there = (root / path).parent / target if target else root / path
            if not there.exists():
                yield Finding(path, line, f"{m[1]} leads nowhere")
            elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text()):
                yield Finding(path, line, f"{m[1]}: {target or path} has no such heading")
        yield from named_files(root, path)


OURS = re.compile(r"`((?:lib|cgi|larchd|cli|templates|static|mib|etc|tests|bench|docs)/[^`\s]*)`")


def named_files(root, path):
    """A file that a page names between backticks is there. NAME, * and { stand for any."""
    text = read(root, path)
    for m in OURS.finditer(text):
        name = m[1].rstrip("/")
        if not re.search(r"[A-Z]{2}|[*{<(]|\.\.\.", name) and not (root / name).exists():
            yield Finding(path, text.count("\n", 0, m.start()) + 1, f"there is no {name}")


# ---- compilers --------------------------------------------------------------------

def warnings(root, files):
    """Each file under the flags of both compilers; a mistake is found only when both refuse it with the same option."""
    sets = {v: compile_words(v) for v in ("release", "clang")}
    for path in files:
        said = []
        for words in sets.values():
            code, out = call(*words, "-c", "-o", os.devnull, path, cwd=root)
            m = re.search(r"error: (.*)", out)
            if code != 0:
                said.append(m[1] if m else out[:200])
        if said:
            yield Finding(path, 0, f"{len(said)} of 2 compilers refuse: {'; '.join(said)}")


def clang(root, files):
    if not files:
        return
    code, out = make("VARIANT=clang", "-k", "programs", "sims", "units", "fuzzers")
    if code != 0:
        for line in out.splitlines():
            m = re.match(r"([\w/.-]+):(\d+):\d+: (?:fatal )?error: (.*)", line)
            if m:
                yield Finding(m[1], int(m[2]), m[3])
        yield Finding("Makefile", 0, "make VARIANT=clang failed: " + " / ".join(out.splitlines()[-3:]))


def unchanged(root, path, stamp):
    """Was this file found clean, and is nothing it reads newer? The clang build's .d file lists what it reads."""
    depends = root / "build/clang" / path.with_suffix(".d")
    if not stamp.exists() or not depends.exists():
        return False
    reads = [w for w in depends.read_text().replace("\\\n", " ").split() if not w.endswith(":")]
    limit = stamp.stat().st_mtime
    return all((root / f).exists() and (root / f).stat().st_mtime < limit for f in reads + [".clang-tidy"]
               if not f.startswith("/"))


def tidy_one(root, path, flags):
    stamp = CACHE / "tidy" / (str(path) + ".clean")
    if root == PROJECT and unchanged(root, path, stamp):
        return []
    _, out = call("clang-tidy", "--quiet", f"--config-file={PROJECT}/.clang-tidy", path, "--", *flags, cwd=root)
    found = []
    for line in out.splitlines():
        m = re.match(r"(\S+?):(\d+):\d+: (?:warning|error): (.*)", line)
        if m:
            where = os.path.relpath(m[1], root) if m[1].startswith("/") else m[1]
            found.append(Finding(where, int(m[2]), m[3]))
    if not found and root == PROJECT:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return found


def tidy(root, files):
    flags = [w for w in compile_words("clang")[1:] if not w.startswith("-W")]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        seen = set()
        for found in pool.map(lambda p: tidy_one(root, p, flags), files):
            for f in found:
                if f not in seen:  # a header is read by many
                    seen.add(f)
                    yield f


def cppcheck(root, files):
    if not files:
        return
    build = CACHE / ("cppcheck" if root == PROJECT else "cppcheck-bad")
    build.mkdir(parents=True, exist_ok=True)
    # It reads no system headers; without the macros of these two it cannot parse our lists and tables.
    queue = f"--include=/usr/include/{call('gcc', '-print-multiarch', cwd=root)[1].strip()}/sys/queue.h"
    # Left out, with the reason: what it cannot parse itself (internalAstError: a compound literal behind "?"), and its
    # guesses about pointers between files that are wrong here and that clang's analyzer makes by following the paths.
    silent = [f"--suppress={i}" for i in ("missingInclude", "unknownMacro", "internalAstError", "returnDanglingLifetime", "ctuuninitvar", "ctunullpointer")]
    _, out = call("cppcheck", "-q", "-j2", "--enable=warning,portability", "--inline-suppr", "--std=c11", "-Ilib", "-D_GNU_SOURCE",
                  '-DLARCH_VERSION="0"', queue, "--include=/usr/include/uthash.h", *silent, f"--cppcheck-build-dir={build}",
                  "--template={file}:{line}: {message} [{id}]", *files, cwd=root)
    for line in out.splitlines():
        m = re.match(r"(\S+?):(\d+): (.*)", line)
        if m:
            yield Finding(m[1], int(m[2]), m[3])
