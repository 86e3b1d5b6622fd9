"""Prime numbers."""


def is_prime(number: int) -> bool:
    """Tell whether a number has no divisor but 1 and itself."""
    if number < 2:
        return False
    for divisor in range(2, number):
        if number % divisor == 0:
            return False
    return True
