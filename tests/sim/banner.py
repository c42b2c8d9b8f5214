# SPDX-License-Identifier: Apache-2.0
"""A listener that says it is an ssh server, on every address of loopback, in a process of its own."""
import contextlib, os, signal, socket

from children import die_with_parent

BANNER = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n"


class Listener:
    """Says BANNER to everybody and closes."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # from elsewhere it is not to be reached, where that can be said
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        self.socket.bind(("0.0.0.0", 0))
        self.socket.listen(4096)
        self.port = self.socket.getsockname()[1]
        self.pid = os.fork()
        if self.pid == 0:
            die_with_parent()
            while True:
                with contextlib.suppress(OSError):
                    c, _ = self.socket.accept()
                    c.send(BANNER)
                    c.close()

    def stop(self):
        self.socket.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
