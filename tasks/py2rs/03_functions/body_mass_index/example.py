"""The body mass index."""


def body_mass_index(weight: float, height: float) -> float:
    """Return the index for a weight in kilograms and a height in metres."""
    square = height * height
    index = weight / square
    return index
