"""Road distances between border posts."""

from functools import cache

from shared.contracts.places.register import checkpoint, table


@cache
def _roads() -> dict[tuple[str, str], float]:
    return {(row["from"], row["to"]): float(row["km"]) for row in table("roads.csv")}


def road_km(a: str, b: str) -> float | None:
    """The shortest way over highways between two border posts (or one of them and a capital or main port), in km.

    The same both ways. None where the table has no such pair. How it was measured is told in `data/README.md`.
    """
    start, end = checkpoint(a), checkpoint(b)
    if start is None or end is None:
        return None
    if start == end:
        return 0.0
    return _roads().get((min(start.code, end.code), max(start.code, end.code)))
