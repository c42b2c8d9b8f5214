# SPDX-License-Identifier: Apache-2.0
"""Tests in Python that print TAP. A test is a function with a sentence:

    from tap import test, run, eq, has

    @test("a wrong password is refused, and says so")
    def _(room):
        eq(room.larch("login").code, 4)

    run(lambda: Room())      # any context manager; each test gets what it gives
    run()                    # no surroundings: the tests take nothing

A test that fails says what it saw and the next one runs; `skip("why")` skips. A function given to
at_end() runs when its test is over, whatever the verdict, the last one first.
"""
import contextlib, os, re, sys, traceback

TESTS, ENDS = [], []


class Skip(Exception):
    pass


def skip(why):
    raise Skip(why)


def at_end(function, *args, **named):
    ENDS.append((function, args, named))


def test(sentence):
    def keep(function):
        TESTS.append((sentence, function))
        return function
    return keep


def eq(seen, wanted, what=""):
    if seen != wanted:
        raise AssertionError(f"{what + ': ' if what else ''}saw {seen!r}, wanted {wanted!r}")


def has(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in:\n{text}")


def hasnot(text, *parts):
    for part in parts:
        if part in text:
            raise AssertionError(f"{part!r} is in:\n{text}")


def fault(group, what, times, came):
    """A row of docs/reliability.md: what was done to it, how often, and what came of it, all counted by the test that calls this at its end."""
    print(f"# fault: {group} | {what} | {times} | {came}", flush=True)


def matches(text, pattern):
    m = re.search(pattern, text, re.M)
    if m is None:
        raise AssertionError(f"/{pattern}/ is not in:\n{text}")
    return m


def call(function, given):
    try:
        function(*([] if given is None else [given]))
    finally:
        while ENDS:
            last, args, named = ENDS.pop()
            last(*args, **named)


def one(number, sentence, function, given):
    try:
        call(function, given)
        print(f"ok {number} - {sentence}", flush=True)
        return True
    except Skip as why:
        print(f"ok {number} - {sentence} # SKIP {why}", flush=True)
        return True
    except Exception as problem:
        print(f"not ok {number} - {sentence}", flush=True)
        text = str(problem) if isinstance(problem, AssertionError) and str(problem) else ""
        for line in (text + "\n" + "".join(traceback.format_exc(limit=-3))).strip().splitlines():
            print("#   " + line, flush=True)
        return False


def run(surroundings=contextlib.nullcontext):
    """Run all tests inside one `with surroundings() as given`; the exit status says whether all held."""
    only = os.environ.get("ONLY")
    tests = [t for t in TESTS if not only or re.search(only, t[0])]
    print(f"1..{len(tests)}", flush=True)
    good = True
    with surroundings() as given:
        for i, (sentence, function) in enumerate(tests, 1):
            good = one(i, sentence, function, given) and good
        if not good and hasattr(given, "tails"):
            for line in given.tails().splitlines():
                print("#     " + line, flush=True)
    sys.stdout.flush()
    sys.exit(0 if good else 1)
