"""The distance between two places on the globe."""

import math

EARTH_RADIUS_KM = 6371.0


def _squared_half_chord(lat1: float, lat2: float, delta_lon: float) -> float:
    """Everything in radians."""
    return (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(delta_lon / 2) ** 2
    )


def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the length of the shortest way over the surface; arguments in degrees."""
    chord = _squared_half_chord(
        math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))
