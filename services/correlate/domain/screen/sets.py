"""The parts of a listed set beside the one that was met: which were seen in the same event, which were others, which were missing.

Another trailer on a listed tractor, or another seal on a listed container, is worth saying and proves nothing: it weighs nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from services.correlate.domain.screen.identifiers import normalise
from services.correlate.domain.screen.objects import Met, Thing, met_parts
from services.correlate.domain.screen.parts import Key, Part, is_trailer
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Container, Conveyance
from shared.contracts.explanation import Evidence
from shared.contracts.sightings import Beside
from shared.contracts.vocabulary import ConveyanceKind, SetRole
from shared.contracts.watchlist import ActorBody

TOGETHER: Final = "part of the set, seen too"
REPLACED: Final = "part of the set, another in its place"
MISSING: Final = "part of the set, not seen"
MORE: Final = "further parts of the set"

_MOST_TOLD: Final = 12
"""Parts that an explanation tells of; how many more there are is told beside them. A lorry with two trailers and their seals has eight."""

_UNSEEN: Final = frozenset({SetRole.ENGINE.value})
"""No post reports these: that one was not seen says nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The objects of an event, the one that was met first; `whole` where all of them are here."""

    things: tuple[Thing, ...]
    whole: bool

    @classmethod
    def of(cls, seen: Thing, beside: Beside | None) -> "Scene":
        """What is known of the event around an object."""
        others: list[Thing] = [*beside.conveyances, *beside.containers] if beside else []
        return cls((seen, *others), beside is not None)

    @property
    def seals(self) -> tuple[Key, ...]:
        """Every seal, in the order noted."""
        return tuple(("seal", normalise(seal)) for thing in self.things if isinstance(thing, Container) for seal in thing.seals)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of the other parts. `replaced` has what was in the part's place."""

    together: list[Met] = field(default_factory=list)
    replaced: list[tuple[Part, Key]] = field(default_factory=list)
    missing: list[Part] = field(default_factory=list)

    def evidence(self) -> Iterator[Evidence]:
        """The same as evidence, bounded."""
        found: list[Met | tuple[Part, Key] | Part] = [*self.together, *self.replaced, *self.missing]
        every = [_evidence(one) for one in found]
        yield from every[:_MOST_TOLD]
        if len(every) > _MOST_TOLD:
            yield Evidence(listed={"parts": len(every) - _MOST_TOLD}, seen={}, how=MORE, weight=0.0)


def other_parts(body: ActorBody, parts: tuple[Part, ...], met: Iterable[Met], scene: Scene, weights: Weights) -> Told:
    """What the event says of the parts that were not met by the object itself."""
    told = Told()
    taken = [(thing, met_parts(body, parts, thing, weights)) for thing in scene.things]
    free = [thing for thing, found in taken if not found]
    own = [one.part for one in met]
    for part in parts:
        if part in own or part.role in _UNSEEN:
            continue
        found = [one for _, every in taken for one in every if one.part is part]
        if found:
            told.together.append(max(found, key=lambda one: one.bits))
        elif part.role == SetRole.SEAL.value and scene.seals:
            told.replaced.append((part, scene.seals[0]))
        elif scene.whole:
            place = next(filter(None, (_in_place(part, thing) for thing in free)), None)
            told.missing.append(part) if place is None else told.replaced.append((part, place))
    return told


def _in_place(part: Part, thing: Thing) -> Key | None:
    """The identifier of a thing that has the place of a part: of the same sort, told by the same kind of number."""
    if isinstance(thing, Container):
        return ("container", normalise(thing.number)) if part.role == SetRole.CONTAINER.value else None
    if not isinstance(thing, Conveyance) or part.role not in _sort(thing):
        return None
    told = {"plate": thing.plate, "vin": thing.vin, "imo": thing.imo, "mmsi": thing.mmsi, "registration": thing.registration}
    return next(((name, normalise(told[name] or "")) for name, _ in part.keys if told.get(name)), None)


def _sort(thing: Conveyance) -> tuple[str, ...]:
    if thing.kind is not ConveyanceKind.VEHICLE:
        return (thing.kind.value,)
    return (SetRole.TRAILER.value,) if is_trailer(thing.role) else ("vehicle", SetRole.TRACTOR.value)


def _evidence(one: Met | tuple[Part, Key] | Part) -> Evidence:
    if isinstance(one, Met):
        role = one.part.role if one.part else ""
        return Evidence(listed={one.field: one.number, "part": role}, seen={one.field: one.number}, how=TOGETHER, weight=one.bits)
    if isinstance(one, Part):
        return Evidence(listed={one.name[0]: one.name[1], "part": one.role}, seen={}, how=MISSING, weight=0.0)
    part, (name, number) = one
    listed = next((key for key in part.keys if key[0] == name), part.name)
    return Evidence(listed={listed[0]: listed[1], "part": part.role}, seen={name: number}, how=REPLACED, weight=0.0)
