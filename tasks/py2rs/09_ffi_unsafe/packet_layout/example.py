"""Look at a structure as C lays it out in memory: packet_layout.py KIND LENGTH SEQUENCE FLAGS."""

import ctypes
import sys


class Packet(ctypes.Structure):
    """A header with the gaps that C puts in front of wider fields."""

    _fields_ = [
        ("kind", ctypes.c_uint8),
        ("length", ctypes.c_uint16),
        ("sequence", ctypes.c_uint32),
        ("flags", ctypes.c_uint8),
    ]


def main() -> None:
    """Print the layout, the bytes, and the packet after a change through a byte pointer."""
    kind, length, sequence, flags = (int(text, 0) for text in sys.argv[1:5])
    packet = Packet(kind, length, sequence, flags)
    for name, _ in Packet._fields_:
        field = getattr(Packet, name)
        print(f"{name} at {field.offset}, {field.size} bytes")
    print(f"{ctypes.sizeof(Packet)} bytes, aligned to {ctypes.alignment(Packet)}")
    print(bytes(packet).hex(" ", 4))
    view = ctypes.cast(ctypes.pointer(packet), ctypes.POINTER(ctypes.c_uint8))
    view[Packet.length.offset] = 0xFF
    view[Packet.sequence.offset + 3] ^= 0x80
    print(packet.kind, packet.length, packet.sequence, packet.flags)
    print("checksum", sum(view[index] for index in range(ctypes.sizeof(packet))) % 256)


main()
