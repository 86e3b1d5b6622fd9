"""Let C sort records with a comparison written here: qsort_callback.py NAME=SCORE..."""

import ctypes
import sys


class Record(ctypes.Structure):
    """A name of at most seven bytes and a score."""

    _fields_ = [("name", ctypes.c_char * 8), ("score", ctypes.c_int32)]


Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Record), ctypes.POINTER(Record))


def by_score(left: "ctypes._Pointer[Record]", right: "ctypes._Pointer[Record]") -> int:
    """Compare two records: the higher score comes first, then the smaller name."""
    one, two = left.contents, right.contents
    if one.score != two.score:
        return -1 if one.score > two.score else 1
    return (one.name > two.name) - (one.name < two.name)


def main() -> int:
    """Sort the records of the command line and print them with their ranks."""
    pairs = [argument.split("=") for argument in sys.argv[1:]]
    if any(len(name.encode()) > 7 for name, _ in pairs):
        print("name too long")
        return 2
    records = (Record * len(pairs))(*((name.encode(), int(score)) for name, score in pairs))
    libc = ctypes.CDLL(None)
    size = ctypes.sizeof(Record)
    libc.qsort(records, ctypes.c_size_t(len(pairs)), ctypes.c_size_t(size), Compare(by_score))
    for rank, record in enumerate(records, start=1):
        print(f"{rank}. {record.name.decode():<7} {record.score:+}")
    print(f"{len(records)} records of {size} bytes")
    return 0


sys.exit(main())
