"""Checksum blocks of standard input in a thread pool: chunk_checksums.py BLOCKSIZE."""

import sys
from concurrent.futures import ThreadPoolExecutor

MODULUS = 65521


def adler32(block: bytes) -> int:
    """Return the Adler-32 checksum of one block."""
    low, high = 1, 0
    for byte in block:
        low = (low + byte) % MODULUS
        high = (high + low) % MODULUS
    return high << 16 | low


def main() -> int:
    """Print the checksum of every block, in order, and all of them combined."""
    size = int(sys.argv[1])
    if size < 1:
        print("the block size must be positive")
        return 2
    data = sys.stdin.buffer.read()
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        checksums = list(pool.map(adler32, blocks))
    combined = 0
    for number, (block, checksum) in enumerate(zip(blocks, checksums)):
        print(f"{number * size:04} +{len(block)}: {checksum:08x}")
        combined = (combined * 31 + checksum) % 2**32
    print(f"{len(blocks)} blocks: {combined:08x}")
    return 0


sys.exit(main())
