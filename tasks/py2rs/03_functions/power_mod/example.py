"""Modular exponentiation by repeated squaring, as cryptography needs it."""


def power_mod(base: int, exponent: int, modulus: int) -> int:
    """Return base ** exponent % modulus for a positive modulus, never negative."""
    return (
        1 % modulus
        if exponent == 0
        else power_mod(base * base % modulus, exponent // 2, modulus)
        * (base if exponent % 2 == 1 else 1)
        % modulus
    )
