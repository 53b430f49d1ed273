"""What turns up while a submission is made canonical: flags, fields we do not know, values that follow from others."""

from collections.abc import Mapping
from typing import Any

from services.ingest.domain.refusal import pointer
from services.ingest.domain.submitted_parts import Submitted

Path = tuple[str | int, ...]


class Findings:
    """Collects for one submission. Derived values come after the digest: it covers what the agency said, not what we made of it."""

    __slots__ = ("_derived", "extra", "flags")

    def __init__(self) -> None:
        self.flags: list[dict[str, str]] = []
        self.extra: dict[str, Any] = {}
        self._derived: list[tuple[dict[str, Any], Mapping[str, Any]]] = []

    def flag(self, path: Path, code: str, detail: str) -> None:
        """Note something about a field that does not refuse the event."""
        self.flags.append({"pointer": pointer(*path), "code": code, "detail": detail})

    def put_aside(self, part: Submitted, path: Path) -> None:
        """Keep the fields of a part that we do not know: those of the event by name, deeper ones by JSON pointer."""
        for name, value in (part.__pydantic_extra__ or {}).items():
            self.extra[pointer(*path, name) if path else name] = value

    def derive(self, made: dict[str, Any], **values: Any) -> None:
        """Add values to a part once its digest has been taken."""
        self._derived.append((made, values))

    def complete(self) -> None:
        """Put the derived values in their places."""
        for made, values in self._derived:
            made.update(values)
