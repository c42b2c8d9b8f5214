# SPDX-License-Identifier: Apache-2.0
"""Processes that end when the one that started them does, also when that one is killed with -9."""
import ctypes, os, signal

PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent=os.getpid()):
    """For preexec_fn: SIGTERM when the starter is gone."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)
