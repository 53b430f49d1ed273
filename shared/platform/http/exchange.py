"""What belongs to one request and its answer besides the two themselves: its id and trace, and headers that parts of us add."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

_KEY = "atalaya"


@dataclass(slots=True)
class Exchange:
    """One request on its way through us. `headers` and `rate` are added to the answer, whatever it turns out to be."""

    request_id: str
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    rate: tuple[tuple[bytes, bytes], ...] = ()
    principal: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    traceparent: str | None = None

    def add_header(self, name: str, value: str) -> None:
        """Add a header to the answer."""
        self.headers.append((name.lower().encode("ascii"), value.encode("latin-1")))


def place(scope: Any, exchange: Exchange) -> None:
    """Put it where `exchange_of` finds it."""
    scope.setdefault("state", {})[_KEY] = exchange


def exchange_of(connection: HTTPConnection) -> Exchange:
    """The exchange of a request; outside the application's middleware there is a fresh one without an id."""
    state = connection.scope.setdefault("state", {})
    if _KEY not in state:
        state[_KEY] = Exchange("")
    found: Exchange = state[_KEY]
    return found
