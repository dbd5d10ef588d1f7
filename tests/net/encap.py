"""encap.py - frames of a capture inside what mirrors put around them.

WRAPS names each wrapping; it gets a frame and its number and gives the frame as the mirror would send it. What
a wrapping cannot carry (ARP under MPLS) goes as it is. Captures are read classic or packed, of Ethernet.
"""
import gzip
import shutil
import struct
import subprocess

MONITOR = b"\x02\0\0\0\x0e\1\x02\0\0\0\x0e\2"
ETHERNET = 0x6558
IPV4, IPV6, MPLS = 0x0800, 0x86DD, 0x8847


# ---- outer headers ------------------------------------------------------------------------------------------------
def checksum(data):
    data += b"\0" * (len(data) & 1)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ether(kind, inside):
    return MONITOR + struct.pack("!H", kind) + inside


def ip(proto, inside, n):
    """between a switch and a monitor that no capture knows"""
    words = [0x45, 0, 20 + len(inside), n & 0xffff, 0x4000, 250, proto, 0, b"\xc6\x33\x64\1", b"\xc6\x33\x64\2"]
    words[7] = checksum(struct.pack("!BBHHHBBH4s4s", *words))
    return ether(IPV4, struct.pack("!BBHHHBBH4s4s", *words) + inside)


def udp(port, inside, n):
    return ip(17, struct.pack("!HHHH", 49152 + n % 1024, port, 8 + len(inside), 0) + inside, n)


def udp6(port, inside, n):
    here, there = (b"\x20\1\x0d\xb8" + b"\0" * 11 + bytes([x]) for x in (1, 2))
    head = struct.pack("!HHHH", 49152 + n % 1024, port, 8 + len(inside), 0)
    total = checksum(here + there + struct.pack("!II", 8 + len(inside), 17) + head + inside) or 0xffff
    body = head[:6] + struct.pack("!H", total) + inside
    return ether(IPV6, struct.pack("!IHBB", 6 << 28, len(body), 17, 60) + here + there + body)


def gre(kind, inside, n, flags=0, more=b""):
    return ip(47, struct.pack("!HH", flags, kind) + more + inside, n)


# ---- the wrappings ------------------------------------------------------------------------------------------------
def erspan1(frame, n):
    return gre(0x88BE, frame, n)


def erspan2(frame, n):
    head = struct.pack("!HHI", 1 << 12 | 100, 3 << 11 | 7, 5)
    return gre(0x88BE, head + frame, n, 0x1000, struct.pack("!I", n))


def erspan3(frame, n):
    """every second one with the eight octets that platforms add"""
    own = n & 1
    head = struct.pack("!HHIHH", 2 << 12 | 100, 7, n * 977 & 0xffffffff, 0, own)
    return gre(0x22EB, head + b"\x14\0\0\0\0\0\0\1" * own + frame, n, 0x1000, struct.pack("!I", n))


def gre_bridge(frame, n):
    return gre(ETHERNET, frame, n, 0x2000, b"\0\0\0\7")


def vxlan(frame, n):
    return udp(4789, b"\x08\0\0\0\0\x12\x34\0" + frame, n)


def geneve(frame, n):
    option = struct.pack("!HBBI", 0x0102, 0x21, 1, 9)
    return udp6(6081, struct.pack("!BBHI", 2, 0, ETHERNET, 0x4321 << 8) + option + frame, n)


def tzsp(frame, n):
    tags = b"\x0a\1\xd0" + b"\0" + b"\x29\2" + struct.pack("!H", len(frame)) + b"\1"
    return udp(37008, b"\1\0\0\1" + tags + frame, n)


def labels(*numbers):
    return b"".join(struct.pack("!I", number << 12 | (number == numbers[-1]) << 8 | 61) for number in numbers)


def mpls(frame, n):
    """two labels between Ethernet and IP"""
    if struct.unpack_from("!H", frame, 12)[0] not in (IPV4, IPV6):
        return frame
    return frame[:12] + struct.pack("!H", MPLS) + labels(16001, 24) + frame[14:]


def mpls_wire(frame, n):
    """a pseudo wire: a label, the control word, the frame"""
    return ether(MPLS, labels(16002) + struct.pack("!I", n & 0xffff) + frame)


def vlan(frame, n, kind=0x8100, number=100):
    return frame[:12] + struct.pack("!HH", kind, number) + frame[12:]


def qinq(frame, n):
    return vlan(vlan(frame, n), n, 0x88A8, 7)


def erspan2_in_gre_in_vlan(frame, n):
    return vlan(gre_bridge(erspan2(frame, n), n), n)


def vxlan_in_mpls_in_qinq(frame, n):
    return qinq(mpls(vxlan(frame, n), n), n)


def four_deep(frame, n):
    """as deep as the program peels"""
    return geneve(vlan(vxlan(qinq(tzsp(erspan3(frame, n), n), n), n), n), n)


WRAPS = {f.__name__.replace("_", "-"): f for f in (
    erspan1, erspan2, erspan3, gre_bridge, vxlan, geneve, tzsp, mpls, mpls_wire, qinq, erspan2_in_gre_in_vlan,
    vxlan_in_mpls_in_qinq, four_deep)}


# ---- captures -----------------------------------------------------------------------------------------------------
def unpacked(path):
    if path.endswith(".gz"):
        with gzip.open(path) as f:
            return f.read()
    if path.endswith(".zst"):
        return subprocess.run([shutil.which("zstd") or "zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with open(path, "rb") as f:
        return f.read()


def frames(path):
    """(microseconds, octets) of each packet; None for what is no classic capture of Ethernet"""
    raw = unpacked(path)
    if raw[:4] != b"\xd4\xc3\xb2\xa1" or struct.unpack_from("<I", raw, 20)[0] != 1:
        return None
    at, out = 24, []
    while at + 16 <= len(raw):
        seconds, micros, n = struct.unpack_from("<III", raw, at)
        out.append((seconds * 1000000 + micros, raw[at + 16:at + 16 + n]))
        at += 16 + n
    return out


def write_sides(path, sides):
    """which of two interfaces each packet of a capture is for, as tcpprep would say it; sides: 0 or 1 by packet"""
    data = bytearray((len(sides) + 3) // 4)
    for i, side in enumerate(sides):
        data[i // 4] |= (2 | (side == 0)) << (i % 4 * 2)
    with open(path, "wb") as f:
        f.write(b"tcpprep\0" + b"04\0\0" + struct.pack("!QHH", len(sides), 4, 0) + data)


def write(path, packets):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for stamp, frame in packets:
            f.write(struct.pack("<IIII", stamp // 1000000, stamp % 1000000, len(frame), len(frame)) + frame)
