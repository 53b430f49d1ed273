"""A generated crossing, and the label that says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cli.demo.nations import agency_of

LABEL = "GENERATED"


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is posted for an agency. `about` is the source id of the listed person in it, the corridor's vehicle, or None."""

    nation: str
    body: dict[str, Any]
    about: str | None = None

    @property
    def agency(self) -> str:
        """Who reports it."""
        return agency_of(self.nation)

    @property
    def own_id(self) -> str:
        """The agency's id of it."""
        return str(self.body["id"])


def crossing(
    own_id: str,
    nation: str,
    post: str,
    at: datetime,
    *,
    releasable_to: tuple[str, ...],
    about: str | None = None,
    **content: Any,
) -> Crossing:
    """A crossing that says that it is generated in its id, its lane, a field of its own and as an exercise."""
    body = {
        "id": f"{LABEL}-{own_id}",
        "revision": 1,
        "occurred_at": at.isoformat(),
        "place": {"code": post},
        "direction": "entry",
        "mode": "road",
        "lane": LABEL,
        "exercise": True,
        "generated": True,
        "handling": {"tlp": "AMBER", "releasable_to": list(releasable_to)},
    }
    return Crossing(nation, body | content, about)
