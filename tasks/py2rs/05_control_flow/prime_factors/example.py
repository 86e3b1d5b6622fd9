"""Factorise a number by trial division."""


def prime_factors(number: int) -> dict[int, int]:
    """Map every prime factor to its exponent; numbers below 2 have none."""
    factors: dict[int, int] = {}
    remaining = number
    factor = 2
    while factor * factor <= remaining:
        while remaining % factor == 0:
            factors[factor] = factors.get(factor, 0) + 1
            remaining //= factor
        factor += 1
    if remaining > 1:
        factors[remaining] = factors.get(remaining, 0) + 1
    return factors
