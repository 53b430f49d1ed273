"""Why a submission is refused: every fault at once, by JSON pointer, none of them repeating the value."""

from collections.abc import Sequence

from pydantic import ValidationError

from shared.contracts.events import Flag


class RefusedError(ValueError):
    """The submission cannot be taken as it is. `faults` lists all that is wrong with it."""

    def __init__(self, faults: Sequence[Flag]) -> None:
        super().__init__("; ".join(f"{fault.pointer or '(document)'}: {fault.code}" for fault in faults))
        self.faults = tuple(faults)


class ForeignAgencyError(RefusedError):
    """The submission claims to come from another agency or nation than the one that sent it."""


def pointer(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def faults_in(error: ValidationError) -> list[Flag]:
    """What the models found, as faults."""
    return [
        Flag(pointer=pointer(*found["loc"]), code=found["type"], detail=_sentence(found["msg"]))
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
