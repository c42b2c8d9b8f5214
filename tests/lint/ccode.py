# SPDX-License-Identifier: Apache-2.0
"""The rules about functions. They lean on KNF: a function's braces stand in the first column."""
import re

from texts import Finding, blank, line_of, read

PROTOTYPE = re.compile(r"^(?:LARCH_API\s+)?(?:(?:static|inline|extern|const|struct|enum|unsigned)\s+)*[a-z_]\w*[\s*]+\*?(\w+)\(([^;{}]*?)\)[^;{}]*;", re.M)

# Not counted: the error and the arena that many a function takes, and the context of a callback.
COMPANION = re.compile(r"struct (err|arena) \*|void \*ctx$")


def functions(text):
    """(name, first line, lines, comment before) of every function; the length is from { to }."""
    view = blank(text).split("\n")
    lines = text.split("\n")
    start = None
    for i, line in enumerate(view):
        if line.startswith("{") and start is None:
            start = i
        elif line.startswith("}") and start is not None:
            head = start
            while head > 0 and view[head - 1].strip() and not view[head - 1].startswith(("}", "#")):
                head -= 1
            signature = " ".join(view[head:start])
            name = re.search(r"(\w+)\s*\(", signature)
            first = head  # a comment is blank in the view: walk up over it in the text
            while first > 0 and lines[first - 1].strip() and not view[first - 1].strip():
                first -= 1
            if name and "=" not in signature:
                yield name[1], start + 1, i - start - 1, "\n".join(lines[first:head])
            start = None


def lengths(root, files):
    for path in files:
        for name, line, n, comment in functions(read(root, path)):
            if n > 100 and "Long because" not in comment:
                yield Finding(path, line, f"{name}: {n} lines, over 100, and its comment has no \"Long because\"")
            elif n > 60:
                yield Finding(path, line, f"{name}: {n} lines, over a screen of 60", True)


def split_parameters(text):
    depth, parts = 0, [""]
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts if p.strip() not in ("", "void", "...")]


def parameters(root, files):
    for path in files:
        text = blank(read(root, path))
        for m in PROTOTYPE.finditer(text):
            n = sum(not COMPANION.match(p) for p in split_parameters(m[2]))
            if n > 6:
                yield Finding(path, line_of(text, m.start()), f"{m[1]}: {n} parameters, over 6: make it a struct")
            elif n > 5:
                yield Finding(path, line_of(text, m.start()), f"{m[1]}: {n} parameters, over 5", True)
