"""Take floating-point numbers apart with a union: float_bits.py NUMBER..."""

import ctypes
import sys


class Bits(ctypes.Union):
    """The same four bytes as a number, as an integer and as bytes."""

    _fields_ = [
        ("number", ctypes.c_float),
        ("integer", ctypes.c_uint32),
        ("octets", ctypes.c_uint8 * 4),
    ]


def describe(bits: Bits) -> str:
    """Return sign, exponent and mantissa."""
    exponent = bits.integer >> 23 & 0xFF
    mantissa = bits.integer & 0x7FFFFF
    if exponent == 0:
        kind = "subnormal" if mantissa else "zero"
    elif exponent == 0xFF:
        kind = "nan" if mantissa else "infinite"
    else:
        kind = f"2^{exponent - 127}"
    return f"{'-' if bits.octets[3] & 0x80 else '+'} {kind} {mantissa:06x}"


def main() -> None:
    """Describe every number, and the next one away from zero."""
    for text in sys.argv[1:]:
        bits = Bits(number=float(text))
        print(f"{bits.integer:08x} {bytes(bits.octets).hex()} {describe(bits)}")
        bits.integer += 1
        print(f"  next {describe(bits)}")
        bits.octets[3] ^= 0x80
        bits.octets[0] = 0
        print(f"  changed {bits.number:.3f}")


main()
