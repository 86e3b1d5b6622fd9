"""The least common multiple, by Euclid's algorithm."""


def _gcd(a: int, b: int) -> int:
    """The greatest common divisor, with either sign."""
    return a if b == 0 else _gcd(b, a % b)


def lcm(a: int, b: int) -> int:
    """The least common multiple; of 0 and 0 it is 0."""
    divisor = _gcd(a, b)
    return 0 if divisor == 0 else abs(a // divisor * b)
