#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes the vectors of tests/unit/test_ipmi.c, from the specification alone.

IPMI v2.0 revision 1.1, sections 13.28 to 13.32, with Python's hmac and the
openssl command for AES: nothing of Larch. Prints C; run it again to compare:

    python3 tests/data/ipmi_vectors.py
"""
import hashlib, hmac, struct, subprocess

USER, PASSWORD, ROLE = b"admin", b"correct horse", 0x14
CONSOLE, BMC = 0xA1B2C3D4, 0x01020304
RC, RM, GUID = bytes(range(16)), bytes(range(16, 32)), bytes(range(0xE0, 0xF0))
IV = bytes(range(0x40, 0x50))


def checksum(data):
    return bytes([-sum(data) & 0xFF])


def aes(key, text):
    return subprocess.run(["openssl", "enc", "-aes-128-cbc", "-nopad", "-K", key.hex(), "-iv", IV.hex()],
                          input=text, stdout=subprocess.PIPE, check=True).stdout


def show(name, data):
    print(f'    .{name} = "{data.hex()}",')


for number, digest, cut in ((17, hashlib.sha256, 16), (3, hashlib.sha1, 12)):
    def mac(key, data):
        return hmac.new(key, data, digest).digest()

    name = bytes([ROLE, len(USER)]) + USER
    sids = struct.pack("<II", CONSOLE, BMC)
    sik = mac(PASSWORD, RC + RM + name)
    k1, k2 = mac(sik, b"\x01" * 20), mac(sik, b"\x02" * 20)
    # Get Chassis Status, answered: power on
    first = bytes([0x81, 0x01 << 2])
    second = bytes([0x20, 5 << 2, 0x01, 0x00, 0x21, 0x10, 0x40])
    message = first + checksum(first) + second + checksum(second)
    pad = 15 - len(message) % 16
    payload = IV + aes(k2[:16], message + bytes(range(1, pad + 1)) + bytes([pad]))
    head = bytes([6, 0xC0]) + struct.pack("<IIH", CONSOLE, 7, len(payload))
    fill = -(len(head) + len(payload) + 2) % 4
    covered = head + payload + b"\xff" * fill + bytes([fill, 7])
    print(f"    .suite = {number},")
    show("rakp2", mac(PASSWORD, sids + RC + RM + GUID + name))
    show("rakp3", mac(PASSWORD, RM + struct.pack("<I", CONSOLE) + name))
    show("rakp4", mac(sik, RC + struct.pack("<I", BMC) + GUID)[:cut])
    show("sik", sik)
    show("k1", k1)
    show("k2", k2)
    show("packet", b"\x06\x00\xff\x07" + covered + mac(k1, covered)[:cut])
