"""Square roots after Newton, to six digits."""


def newton_root(number: float) -> float:
    """Return the square root of a positive number, right to about one part in a million."""
    guess = number
    while abs(guess * guess - number) > 1e-7 * number:
        guess = (guess + number / guess) / 2
    return guess
