"""What is wrong with an input, by JSON pointer: all faults at once, none of them repeating the value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `pointer` (RFC 6901) leads into the body; a fault outside the body names its `parameter` instead."""

    pointer: str
    code: str
    detail: str
    parameter: str | None = None

    def as_dict(self) -> dict[str, str]:
        """As it stands in a problem or a dead letter."""
        place = {"pointer": self.pointer} if self.parameter is None else {"parameter": self.parameter}
        return {**place, "code": self.code, "detail": self.detail}


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer of a path; the empty path is the whole document, the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def faults_of(error: ValidationError) -> list[Fault]:
    """Every fault pydantic found, by pointer."""
    return [fault_of(found) for found in error.errors(include_url=False, include_input=False, include_context=False)]


def fault_of(found: Any) -> Fault:
    """One of pydantic's error details (`loc`, `type`, `msg`) as a fault."""
    return Fault(pointer=pointer(found["loc"]), code=str(found["type"]), detail=str(found["msg"]))
