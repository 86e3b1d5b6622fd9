"""One round of the sieve of Eratosthenes on a set of candidates."""


def strike_multiples(candidates: set[int], prime: int, limit: int) -> int:
    """Take the multiples of prime up to limit out of candidates; return how many were there."""
    struck = 0
    multiple = prime * prime
    while multiple <= limit:
        if multiple in candidates:
            candidates.remove(multiple)
            struck += 1
        multiple += prime
    return struck
