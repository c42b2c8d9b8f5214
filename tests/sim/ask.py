#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ask.py SOCKET WORDS...: one command to the control socket of a simulator; prints its answer."""
import socket, sys

if len(sys.argv) < 3:
    sys.exit(__doc__)
with socket.socket(socket.AF_UNIX) as s:
    s.settimeout(10)
    s.connect(sys.argv[1])
    s.sendall((" ".join(sys.argv[2:]) + "\n").encode())
    print(s.makefile().readline().strip())
