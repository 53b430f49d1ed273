"""The register of checkpoints, as the domain asks it."""

from functools import lru_cache

from shared.contracts.events import Place
from shared.contracts.places import checkpoint, locate


class Checkpoints:
    """`Register` over the checkpoints of the package."""

    def coded(self, code: str) -> Place | None:
        """See `Register`."""
        return _coded(code)

    def around(self, lat: float, lon: float) -> Place | None:
        """See `Register`."""
        found = locate(Place(lat=lat, lon=lon))
        return found if found.code else None


@lru_cache(maxsize=4096)
def _coded(code: str) -> Place | None:
    found = checkpoint(code)
    if found is None:
        return None
    return Place(code=found.code, lat=found.lat, lon=found.lon, name=found.name, nations=found.nations)
