# SPDX-License-Identifier: Apache-2.0
"""The control socket of a simulator: a line in, a line out."""
import socket


class Control:
    def __init__(self, path):
        self.path = str(path)

    def ask(self, line):
        """What follows "ok"; RuntimeError for "error ..."."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.path)
            s.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                data = s.recv(65536)
                if not data:
                    break
                answer += data
        answer = answer.decode().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"{self.path}: {line}: {answer}")
        return answer[3:]
