# SPDX-License-Identifier: Apache-2.0
"""An SNMP agent (versions 1 and 2c) made of bytes, as patient, as talkative and as rude as a test wants.

    with Agent("127.0.9.8", 40161, rows, pause=0.5) as a:   # {oid: value}: int, str, bytes, or Oid("1.3.6...")
        a.asked                                             # versions of the messages that came, in order
"""
import bisect, contextlib, socket, threading, time


class Oid(str):
    pass


class Gauge(int):
    pass


def tlv(tag, body):
    n = len(body)
    head = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + head + body


def number(tag, v):
    return tlv(tag, v.to_bytes(max(1, (v.bit_length() + 8) // 8), "big", signed=True))


def oid(numbers):
    out = bytes([numbers[0] * 40 + numbers[1]])
    for n in numbers[2:]:
        part = [n & 127]
        while n > 127:
            n >>= 7
            part.insert(0, n & 127 | 128)
        out += bytes(part)
    return tlv(6, out)


def value(v):
    if v is None:
        return b"\x82\x00"  # endOfMibView
    if isinstance(v, Oid):
        return oid([int(n) for n in v.split(".")])
    if isinstance(v, Gauge):
        return number(0x42, v)
    if isinstance(v, int):
        return number(2, v)
    return tlv(4, v if isinstance(v, bytes) else v.encode())


def parts(data):
    """(tag, body) of each."""
    at = 0
    while at < len(data):
        tag, n, at = data[at], data[at + 1], at + 2
        if n & 128:
            n, at = int.from_bytes(data[at:at + (n & 127)], "big"), at + (n & 127)
        yield tag, data[at:at + n]
        at += n


def read_oid(body):
    out, n = [body[0] // 40, body[0] % 40], 0
    for b in body[1:]:
        n = n << 7 | b & 127
        if not b & 128:
            out.append(n)
            n = 0
    return tuple(out)


class Agent:
    def __init__(self, host, port, rows, pause=0.0, silent_to=(), most=25):
        self.rows = {tuple(int(n) for n in k.split(".")): v for k, v in rows.items()}
        self.order = sorted(self.rows)
        self.pause, self.silent_to, self.most = pause, silent_to, most
        self.asked, self.going = [], True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.socket.settimeout(0.1)
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *why):
        self.going = False
        self.thread.join()
        self.socket.close()

    def after(self, name):
        i = bisect.bisect_right(self.order, name)
        return self.order[i] if i < len(self.order) else None

    def answer(self, data):
        (_, message), = parts(data)
        (_, version), (_, community), (kind, pdu) = parts(message)
        self.asked.append(version[-1] + 1)
        if version[-1] + 1 in self.silent_to:
            return None
        (_, request), (_, first), (_, second), (_, binds) = parts(pdu)
        names = [read_oid(next(parts(b))[1]) for _, b in parts(binds)]
        out = []
        if kind == 0xa0:
            out = [(n, self.rows.get(n)) for n in names]
        else:
            repeat = int.from_bytes(second, "big") if kind == 0xa5 else 1
            for _ in range(max(1, min(repeat, self.most // max(1, len(names))))):
                found = [self.after(n) for n in names]
                out += [(f or n, None if f is None else self.rows[f]) for f, n in zip(found, names)]
                names = [f or n for f, n in zip(found, names)]
        body = b"".join(tlv(0x30, oid(n) + (b"\x80\x00" if v is None and kind == 0xa0 else value(v))) for n, v in out)
        error = 0
        if version[-1] == 0 and any(v is None for _, v in out):
            error, body = 2, binds  # version 1: noSuchName
        at = 1 + next((i for i, (_, v) in enumerate(out) if v is None), 0) if error else 0
        return tlv(0x30, tlv(2, version) + tlv(4, community) + tlv(0xa2, tlv(2, request) + number(2, error) + number(2, at) + tlv(0x30, body)))

    def serve(self):
        while self.going:
            with contextlib.suppress(socket.timeout, ConnectionError):
                data, whom = self.socket.recvfrom(65535)
                answer = self.answer(data)
                if self.pause:
                    time.sleep(self.pause)
                if answer is not None:
                    self.socket.sendto(answer, whom)
