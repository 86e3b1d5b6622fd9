"""The Caesar cipher on the letters A to Z; all else stays as it is."""

from string import ascii_lowercase, ascii_uppercase


def _alphabet(character: str) -> str:
    """The alphabet that the character is of; an empty one for other characters."""
    return (
        ascii_lowercase
        if character in ascii_lowercase
        else ascii_uppercase
        if character in ascii_uppercase
        else ""
    )


def _rotate(character: str, alphabet: str, shift: int) -> str:
    return alphabet[(alphabet.index(character) + shift) % 26] if alphabet else character


def caesar_shift(text: str, shift: int) -> str:
    """Move every letter by `shift` places, backwards for a negative shift."""
    return "".join(_rotate(character, _alphabet(character), shift) for character in text)
