"""What is known while it runs: counted by those who do it, read by the view and the summary."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from services.cli.demo.nations import PARTNERS
from services.cli.demo.receivers import Receipt

LATEST = 9


@dataclass
class Board:
    """Counts, what came in last, and every verified webhook."""

    stage: str = "starting"
    entries: int = 0
    posted: int = 0
    to_post: int = 0
    produced: int = 0
    to_produce: int = 0
    repeated: int = 0
    events: int = 0
    sightings: int = 0
    revisions: int = 0
    accepted: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    verified: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(PARTNERS, 0)))
    latest: deque[Receipt] = field(default_factory=lambda: deque(maxlen=LATEST))
    vehicle: dict[str, Any] | None = None
    arrivals: int = 0

    def keep(self, receipt: Receipt) -> None:
        """A verified webhook came in."""
        self.receipts.append(receipt)
        self.verified[receipt.partner] += 1
        self.arrivals += 1
        if receipt.alert.get("cause") == "seizure_link" and any(self._same(receipt, other) for other in self.latest):
            return  # revised with every seizure: one line of it is enough
        self.latest.append(receipt)
        if receipt.alert.get("cause") == "route" and self._is_later(receipt.alert):
            self.vehicle = receipt.alert

    @staticmethod
    def _same(one: Receipt, other: Receipt) -> bool:
        return (one.partner, one.alert.get("id")) == (other.partner, other.alert.get("id"))

    def _is_later(self, alert: dict[str, Any]) -> bool:
        return self.vehicle is None or int(alert.get("revision", 0)) > int(self.vehicle.get("revision", 0))

    @property
    def alerts(self) -> int:
        """Different alerts that any partner received."""
        return len({receipt.alert.get("id") for receipt in self.receipts if not receipt.is_summary})
