"""Count the vowels of a text."""


def count_vowels(text: str) -> int:
    """Return how many of the letters are a, e, i, o or u in lower case."""
    count = 0
    for letter in text:
        if letter in "aeiou":
            count += 1
    return count
