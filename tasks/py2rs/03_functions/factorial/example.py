"""The factorial, by recursion."""


def factorial(n: int) -> int:
    """Return the product of the numbers from 1 to n.

    The product of no numbers is 1.
    """
    return 1 if n == 0 else n * factorial(n - 1)
