"""A hash that relies on the overflow of C integers."""

import ctypes


class Halves(ctypes.Structure):
    """The lower and the upper half of a 32-bit integer in a little-endian machine."""

    _fields_ = [("low", ctypes.c_uint16), ("high", ctypes.c_int16)]


def signed_hash(text: str, seed: int) -> int:
    """Return a hash from -32768 to 98302; the seed is cut to 32 bits."""
    state = ctypes.c_int32(seed)
    for byte in text.encode("utf-8"):
        state.value = state.value * 33 ^ byte
    halves = ctypes.cast(ctypes.pointer(state), ctypes.POINTER(Halves)).contents
    if halves.high < 0:
        halves.low -= 1
    return halves.low + halves.high
