# SPDX-License-Identifier: Apache-2.0
"""The frame of the tests written in Python: a test is a function t_a_sentence().

	import tap
	def t_refuses_an_empty_name(): assert ...
	tap.main(globals())

Prints TAP for tests/run. A test that cannot run here raises tap.Skip(why). A function
given to tap.at_end() runs when its test is over, whatever the verdict.
"""
import sys, traceback


class Skip(Exception):
    pass


_ends = []


def at_end(function, *args, **named):
    _ends.append((function, args, named))


def _run(test):
    """The verdict of one test, and the reason when it was skipped."""
    verdict, why = "ok", ""
    try:
        test()
    except Skip as skip:
        why = f" # SKIP {skip}"
    except Exception:  # an assertion, a time limit: this test failed, the next one runs
        print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
        verdict = "not ok"
    while _ends:
        function, args, named = _ends.pop()
        function(*args, **named)
    return verdict, why


def main(names):
    tests = [v for k, v in names.items() if k.startswith("t_") and callable(v)]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for i, test in enumerate(tests, 1):
        verdict, why = _run(test)
        failed += verdict != "ok"
        print(f"{verdict} {i} - {test.__name__[2:].replace('_', ' ')}{why}", flush=True)
    sys.exit(1 if failed else 0)
