# SPDX-License-Identifier: Apache-2.0
"""Processes that end when the one that started them does, also when that one is killed with -9; and that stand still."""
import ctypes, os, pathlib, signal, time

PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent=os.getpid()):
    """For preexec_fn: SIGTERM when the starter is gone."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)


def stand_still(pid, limit=60):
    """SIGSTOP, and not back before its last thread has stopped: one on the other core may still answer after kill(2)."""
    os.kill(pid, signal.SIGSTOP)
    until = time.monotonic() + limit
    while any(state(task) not in "Tt" for task in pathlib.Path(f"/proc/{pid}/task").iterdir()):
        if time.monotonic() > until:
            raise AssertionError(f"process {pid} does not stop")
        time.sleep(0.001)


def state(task):
    """proc(5): the letter behind the name in parentheses; a thread that is gone meanwhile stands still too."""
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "T"
