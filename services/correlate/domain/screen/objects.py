"""Objects of an event against those of the list: any one identifier of any part is enough, whichever entry carries it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from services.correlate.domain.screen.corrections import corrected
from services.correlate.domain.screen.identifiers import normalise, sea_number
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.misreads import LISTED_MISREAD, MAY_BE_MISREAD, MISREAD, is_proved, is_slip, misread_object
from services.correlate.domain.screen.parts import Key, Part, parts_of
from services.correlate.domain.screen.plates import MAY_BE, READ, other_readings, read_by_format, readings_anywhere
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Container, Conveyance, Seized
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import ActorKind, ConveyanceKind
from shared.contracts.watchlist import ActorBody

SHORTEST_ALONE: Final = 6
"""Characters of a number that alerts without the country, maker or issuer that gave it out, and of a seal: shorter ones are shared by chance."""

Thing: TypeAlias = Conveyance | Container | Seized
"""What is seen and is nobody."""


@dataclass(frozen=True, slots=True)
class Met:
    """An identifier of an entry that was seen: how surely, and whether that alone is enough to act on; `part` None for a name."""

    field: str
    number: str
    bits: float
    alert: bool
    how: str
    part: Part | None = None
    seen: str | None = None
    """The number as it was seen, where that is another one."""

    def evidence(self, *, role: bool = False) -> Evidence:
        """The same as evidence; with the part's role where the entry has several."""
        of = {"part": self.part.role} if role and self.part else {}
        return Evidence(
            listed={self.field: self.number, **of}, seen={self.field: self.seen or self.number}, how=self.how, weight=self.bits
        )


def keys_seen(thing: Thing) -> tuple[Key, ...]:
    """What a thing can be met by, normalised."""
    if isinstance(thing, Container):
        keys = [("container", normalise(thing.number)), *(("seal", normalise(seal)) for seal in thing.seals)]
    elif isinstance(thing, Seized):
        keys = [("serial", normalise(thing.serial or ""))]
    else:
        plate = normalise(thing.plate or "")
        keys = [
            ("plate", plate),
            ("plate", read_by_format(plate, thing.country)),
            ("vin", normalise(thing.vin or "")),
            ("imo", sea_number(thing.imo or "")),
            ("mmsi", sea_number(thing.mmsi or "")),
            ("registration", normalise(thing.registration or "")),
        ]
    return tuple(dict.fromkeys(key for key in keys if key[1]))


def met_parts(body: ActorBody, parts: tuple[Part, ...], thing: Thing, weights: Weights) -> list[Met]:
    """The identifiers of an entry that a thing carries, part by part; none where country, maker or kind speaks against it."""
    keys = keys_seen(thing)
    found = (_met(body, part, thing, key, weights) for part in parts for key in keys if key in part.keys)
    return [met for met in found if met]


def object_matches(thing: Thing, index: WatchlistIndex, weights: Weights) -> Iterator[tuple[Listed, list[Met]]]:
    """Every entry that a thing meets, with all that it is met by; a vessel's name alone never alerts, nor does a number that was misread."""
    found: dict[Listed, list[Met]] = {}
    for actor in dict.fromkeys(actor for key in keys_seen(thing) for actor in index.identified(*key)):
        body = actor.entry.body
        if met := met_parts(body, parts_of(body), thing, weights):
            found[actor] = met
    for actor, one in _nearly(thing, index, weights):
        if all(one.field != met.field for met in found.get(actor, ())):
            found.setdefault(actor, []).append(one)
    if isinstance(thing, Conveyance) and thing.kind is ConveyanceKind.VESSEL:
        nearly = frozenset(actor for actor, met in found.items() if not any(one.alert for one in met))
        for actor, named in _named(thing, index, weights, nearly):
            if actor in nearly:
                found[actor].append(named)
            else:
                yield actor, [named]
    yield from found.items()


def _nearly(thing: Thing, index: WatchlistIndex, weights: Weights) -> Iterator[tuple[Listed, Met]]:
    """Entries that a thing meets by a number that was misread, here or before it was listed, or a plate that may be read otherwise."""
    for field, number in keys_seen(thing):
        for meant in misread_object(field, number, partial(_is_listed, index, field)):
            proved = is_proved(field, meant)
            how, bits = (MISREAD, weights.misread_of(field)) if proved else (MAY_BE_MISREAD, weights.may_be_misread)
            yield from _as_meant(field, number, meant, how, bits, index)
        for actor in index.identified(corrected(field), number):
            for part in parts_of(actor.entry.body):
                wrong = next((listed for of, listed in part.keys if of == field and is_slip(listed, number)), None)
                if wrong is not None:
                    yield (
                        actor,
                        Met(field, wrong, weights.misread_of(field), alert=False, how=LISTED_MISREAD, part=part, seen=number),
                    )
    if isinstance(thing, Conveyance) and thing.plate:
        plate = normalise(thing.plate)
        elsewhere = () if thing.country else readings_anywhere(plate)
        for meant in dict.fromkeys((*other_readings(plate, thing.country), *elsewhere)):
            for actor, met in _as_meant("plate", plate, meant, MAY_BE, weights.may_be_read, index):
                if met.part is not None and (thing.country is None or met.part.own.country in {None, thing.country}):
                    yield actor, met


def _is_listed(index: WatchlistIndex, field: str, number: str) -> bool:
    return bool(index.identified(field, number))


def _as_meant(field: str, seen: str, meant: str, how: str, bits: float, index: WatchlistIndex) -> Iterator[tuple[Listed, Met]]:
    for actor in index.identified(field, meant):
        for part in parts_of(actor.entry.body):
            if (field, meant) in part.keys:
                yield actor, Met(field, meant, bits, alert=False, how=how, part=part, seen=seen)


def _met(body: ActorBody, part: Part, thing: Thing, key: Key, weights: Weights) -> Met | None:
    field, number = key
    if isinstance(thing, Seized):
        return _firearm(part, thing, number, weights) if body.kind is ActorKind.FIREARM else None
    if field == "seal":
        alone = len(number) >= SHORTEST_ALONE
        return Met(field, number, weights.document_without_issuer if alone else weights.weak_number, alone, "exact", part)
    if field == "plate" and isinstance(thing, Conveyance):
        return _by_plate(number, part, thing, weights)
    return Met(field, number, weights.document, alert=True, how="exact", part=part)


def _by_plate(number: str, part: Part, thing: Conveyance, weights: Weights) -> Met | None:
    """A plate as it was written on both sides, or as the country's format has it."""
    met = _by_giver("plate", number, part, part.own.country, thing.country, "country", weights)
    seen, listed = normalise(thing.plate or ""), normalise(part.own.plate or "")
    if met is None or seen == listed:
        return met
    if not (part.own.country and thing.country):
        return replace(met, number=listed, bits=weights.may_be_read, alert=False, how=MAY_BE, seen=seen)
    return replace(met, number=listed, bits=min(met.bits, weights.read_by_format), how=READ, seen=seen)


def _by_giver(
    field: str, number: str, part: Part, listed: str | None, seen: str | None, giver: str, weights: Weights
) -> Met | None:
    """A number that says something only together with who gave it out."""
    if listed and seen:
        return Met(field, number, weights.document, alert=True, how="exact", part=part) if listed == seen else None
    alone = len(number) >= SHORTEST_ALONE
    return Met(field, number, weights.document_without_issuer, alone, f"exact, {giver} unknown", part)


def _firearm(part: Part, seen: Seized, number: str, weights: Weights) -> Met | None:
    """Makers give out serial numbers, and are written in many ways: two that share no word are two makers."""
    listed_by, seen_by = (frozenset((make or "").casefold().split()) for make in (part.own.make, seen.make))
    if listed_by and seen_by and not listed_by & seen_by:
        return Met("serial", number, weights.weak_number, alert=False, how="exact, other maker", part=part)
    same = "same" if listed_by and seen_by else None
    return _by_giver("serial", number, part, same, same, "maker", weights)


def _named(
    vessel: Conveyance, index: WatchlistIndex, weights: Weights, nearly: frozenset[Listed]
) -> Iterator[tuple[Listed, Met]]:
    """Entries of the vessel's name, but those of another IMO number; `nearly` are those whose number it may be misread from."""
    name = normalise(vessel.name or "")
    for actor in index.identified("vessel", name):
        own = actor.entry.body.identifiers
        other = own and own.imo and vessel.imo and sea_number(own.imo) != sea_number(vessel.imo)
        if actor.kind is ActorKind.VESSEL and (not other or actor in nearly):
            yield actor, Met("vessel", name, weights.weak_number, alert=False, how="name only")


def together_enough(met: list[Met], alert_at: float) -> bool:
    """Whether numbers that may be misread are enough together, at a threshold in bits: each identifier once, by its best, and at least two of them."""
    best: dict[str, float] = {}
    for one in met:
        best[one.field] = max(best.get(one.field, 0.0), one.bits)
    weaker = any(one.how in _WEAKER for one in met)
    return weaker and len(best) > 1 and sum(best.values()) >= alert_at


_WEAKER: Final = frozenset({MISREAD, LISTED_MISREAD, MAY_BE})
