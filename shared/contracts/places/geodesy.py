"""Distances on the sphere."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

DEGREE_KM = EARTH_KM * radians(1)


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great circle between two positions (haversine), in km."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    a = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(a)))
