"""A listed thing as the parts by which it can be met: one of most, several of a set, each with its own identifiers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.correlate.domain.screen.identifiers import normalise, sea_number
from services.correlate.domain.screen.plates import read_by_format, readings_anywhere
from shared.contracts.vocabulary import ActorKind, SetRole
from shared.contracts.watchlist import ActorBody, Identifiers

Key = tuple[str, str]
"""The kind of an identifier and its normalised form."""

_TRAILERS: Final = frozenset({"TRAILER", "SEMITRAILER", "REMOLQUE", "SEMIRREMOLQUE", "SEMIREMOLQUE", "CHASSIS", "CHASIS"})
"""What agencies call what is pulled."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `role` is a `SetRole`, or the entry's own kind where the entry is about the thing as such."""

    role: str
    own: Identifiers
    keys: tuple[Key, ...]

    @property
    def name(self) -> Key:
        """The identifier by which it is told."""
        return self.keys[0]


def is_trailer(role: str | None) -> bool:
    """Whether the word for a conveyance's role says that it is pulled by another."""
    return normalise(role or "") in _TRAILERS


def parts_of(body: ActorBody) -> tuple[Part, ...]:
    """Every part that can be met; seals are a part of their own beside the container that they close."""
    found = [*_split(_role(body), body.identifiers, body.kind)] if body.identifiers else []
    for part in body.parts or ():
        found += _split(part.role.value, part.identifiers, body.kind)
    return tuple(found)


def part_keys(own: Identifiers, kind: ActorKind) -> tuple[Key, ...]:
    """What an object's identifiers are met by, normalised; a number is a document's where the entry is about a document."""
    plate = normalise(own.plate or "")
    keys = [
        ("plate", plate),
        ("plate", read_by_format(plate, own.country)),
        *(("plate", one) for one in (() if own.country else readings_anywhere(plate))),
        ("vin", normalise(own.vin or "")),
        ("imo", sea_number(own.imo or "")),
        ("mmsi", sea_number(own.mmsi or "")),
        ("registration", normalise(own.registration or "")),
        ("document" if kind is ActorKind.DOCUMENT else "container", normalise(own.container or "")),
        ("serial", normalise(own.serial or "")),
        *(("seal", normalise(seal)) for seal in own.seals),
    ]
    return tuple(dict.fromkeys(key for key in keys if key[1]))


def _split(role: str, own: Identifiers, kind: ActorKind) -> Iterator[Part]:
    keys = part_keys(own, kind)
    thing = tuple(key for key in keys if key[0] != "seal")
    if thing:
        yield Part(role, own, thing)
    if len(thing) < len(keys):
        yield Part(SetRole.SEAL.value, own, keys[len(thing) :])


def _role(body: ActorBody) -> str:
    """What the entry's own identifiers are of."""
    pulled = body.kind is ActorKind.VEHICLE and body.identifiers is not None and is_trailer(body.identifiers.role)
    return SetRole.TRAILER.value if pulled else body.kind.value
