# SPDX-License-Identifier: Apache-2.0
"""The far side of test_probe_net, in a network namespace of its own: echo requests are answered as their address says.

The kernel answers none. 10.99.N.x, by N: see ANSWERS. Each request is a line "SECONDS ADDRESS" on standard output.
fd00:99::1 and fd00:99::3 are answered, fd00:99::2 by fd00:99::1. On port 22 of 10.99.1.x an ssh server says its line.
"""
import heapq, os, select, socket, struct, sys, time


def reply(request, secret=0, sequence=0):
    """The echo reply to a request (an ICMP message), with so much changed."""
    _, _, _, ident, seq = struct.unpack("!BBHHH", request[:8])
    data = bytes(b ^ secret for b in request[8:])
    head = struct.pack("!BBHHH", 0, 0, 0, ident, (seq + sequence) & 0xffff)
    total = sum(struct.unpack(f"!{len(head + data) // 2}H", head + data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return head[:2] + struct.pack("!H", ~total & 0xffff) + head[4:] + data


def unreachable(request):
    """ICMP "host unreachable", which is no answer to a ping."""
    return struct.pack("!BBHI", 3, 1, 0xfcfe, 0) + request[:8]


seen = {}
OTHER = "10.99.1.99"
# (delay in s, from whom or None, message)
ANSWERS = {
    1: lambda to, m: [(0, None, reply(m))],
    2: lambda to, m: [(0, OTHER, reply(m))],
    3: lambda to, m: [(0, None, reply(m))] * 3 + [(0.03, None, reply(m))],
    4: lambda to, m: [(1.0, None, reply(m))],
    5: lambda to, m: [],
    6: lambda to, m: [(0, None, reply(m, secret=0x5a)), (0, None, reply(m, secret=2))],
    7: lambda to, m: [(0, None, reply(m, sequence=1)), (0, None, reply(m, sequence=0x8000))],
    8: lambda to, m: [(0, None, reply(m))] if seen[to] == 2 else [],
    9: lambda to, m: [(0, None, reply(m)[:8]), (0, None, reply(m)[:15]), (0, None, b"\0")],
    10: lambda to, m: [(0.03, None, reply(m))],
    11: lambda to, m: [(0, OTHER, reply(m)), (0.02, None, reply(m))],
    12: lambda to, m: [(0, None, unreachable(m))],
    13: lambda to, m: [(0.45, None, reply(m))] if seen[to] == 1 else [],
}


class Far:
    def __init__(self):
        self.v4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.v6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        self.ssh = socket.create_server(("0.0.0.0", 22), backlog=64)
        self.later = []

    def send(self, source, to, message):
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0, socket.inet_aton(source), socket.inet_aton(to))
        self.out.sendto(head + message, (to, 0))

    def on_v4(self):
        packet = self.v4.recv(2048)
        head = (packet[0] & 15) * 4
        source, to, message = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[head:]
        if message[0] != 8 or not to.startswith("10.99."):
            return
        seen[to] = seen.get(to, 0) + 1
        print(f"{time.monotonic():.6f} {to}", flush=True)
        for delay, who, answer in ANSWERS[int(to.split(".")[2])](to, message):
            heapq.heappush(self.later, (time.monotonic() + delay, len(self.later), who or to, source, answer))

    def on_v6(self):
        message, ancillary, _, peer = self.v6.recvmsg(2048, 256)
        if message[0] != 128:
            return
        to = socket.inet_ntop(socket.AF_INET6, ancillary[0][2][:16])
        print(f"{time.monotonic():.6f} {to}", flush=True)
        source = socket.inet_pton(socket.AF_INET6, "fd00:99::1" if to == "fd00:99::2" else to)
        info = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, source + struct.pack("I", 0))]
        self.v6.sendmsg([bytes([129, 0, 0, 0]) + message[4:]], info, 0, (peer[0], 0))

    def on_ssh(self):
        client, _ = self.ssh.accept()
        client.sendall(b"SSH-2.0-far\r\n")
        client.close()

    def run(self):
        print("ready", flush=True)
        act = {self.v4: self.on_v4, self.v6: self.on_v6, self.ssh: self.on_ssh}
        while True:
            wait = max(0, self.later[0][0] - time.monotonic()) if self.later else 1
            for s in select.select(list(act), [], [], wait)[0]:
                act[s]()
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, who, to, answer = heapq.heappop(self.later)
                self.send(who, to, answer)
            if os.getppid() == 1:
                return


if __name__ == "__main__":
    Far().run()
