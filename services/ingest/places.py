"""The register of checkpoints, as the domain asks it."""

from functools import lru_cache

from shared.contracts.events import Place
from shared.contracts.places import checkpoint


@lru_cache(maxsize=4096)
def find_checkpoint(code: str) -> Place | None:
    """The checkpoint of a code; None where the register has none."""
    found = checkpoint(code)
    if found is None:
        return None
    return Place(code=found.code, lat=found.lat, lon=found.lon, name=found.name, nations=found.nations)
