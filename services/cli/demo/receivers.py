"""The partners' side: an endpoint of each nation that keeps what its webhooks said."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.cli.endpoint import Arrival, Endpoint


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified webhook. `at` is the loop's clock when it was in."""

    partner: str
    webhook_id: str
    at: float
    type: str
    alert: dict[str, Any]

    @property
    def is_summary(self) -> bool:
        """It is no alert, but tells which ones its partner was not sent in time."""
        return self.type == "alerts.missed"


class Receiver(Endpoint):
    """One partner's endpoint."""

    def __init__(self, partner: str, keep: Callable[[Receipt], None]) -> None:
        super().__init__(self._keep)
        self.partner = partner
        self._kept = keep

    def _keep(self, arrival: Arrival) -> None:
        message, at = json.loads(arrival.body), asyncio.get_running_loop().time()
        self._kept(Receipt(self.partner, arrival.webhook_id, at, str(message.get("type")), message.get("data") or {}))
