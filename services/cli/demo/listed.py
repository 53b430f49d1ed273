"""A few listed persons among the strangers: generated crossings that carry the name or document of an entry of the list.

No listed person made any of these crossings. Who is taken has a birth date and a document number of its own and a name that no
other entry comes near, so that each of them means exactly one entry.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from services.cli.demo.crossing import Crossing, crossing
from services.cli.demo.nations import CORRIDOR
from services.cli.demo.strangers import Namesakes, names_of
from shared.contracts.places import posts_of

TRAVELLING_UNDER = frozenset({"passport", "cedula", "curp", "national_id", "cui", "dni"})
FROM_THE_REGION = frozenset({"MX", "GT", "HN", "SV", "CO", "PA", "CR", "NI"})
LEAST_NUMBER = 7
FULL_DATE = len("1971-05-09")
ENTRIES_RELEASED = tuple(sorted({*CORRIDOR, "BZ", "CO"}))


@dataclass(frozen=True, slots=True)
class Handling:
    """To whom the entry and the crossing are releasable."""

    entry: tuple[str, ...]
    event: tuple[str, ...]


EVERYBODY = Handling(ENTRIES_RELEASED, CORRIDOR)
PATTERN = (
    EVERYBODY,
    Handling(("CR", "GT", "HN", "PA"), CORRIDOR),  # to Guatemala and Honduras
    EVERYBODY,
    Handling(("CR", "MX", "PA"), CORRIDOR),  # to Mexico alone
    Handling(ENTRIES_RELEASED, ("CR", "GT", "PA")),  # the crossing narrows it: to Guatemala alone
    EVERYBODY,
    Handling(("CR", "PA"), CORRIDOR),  # to none of the three
    Handling(("GT", "HN", "PA"), CORRIDOR),
)
"""What the listed persons are given in turn."""

REPORTED_BY = ("CR", "PA")
"""Listed persons are reported by nations that have no receiver here: what a nation reported itself may always go to it."""

NO_ROAD = frozenset({"CO"})
"""No road leads from Panama to Colombia."""

WITHOUT_DOCUMENT = 4
"""Every fourth crosses under name and birth date alone."""


def eligible(entries: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Persons of the region with a birth date, a document of their own and a name like no other's."""
    numbers = Counter(document["number"] for entry in entries for document in entry.get("documents", ()))
    for entry in entries:
        if entry["kind"] != "person" or not FROM_THE_REGION.intersection(entry.get("nationalities", ())):
            continue
        one_date = [len(born) for born in entry.get("birth_dates", ())] == [FULL_DATE]
        if one_date and _document(entry, numbers) and "maternal" in entry["names"][0]:
            yield entry


def _document(entry: dict[str, Any], numbers: Counter[str]) -> dict[str, Any] | None:
    for document in entry.get("documents", ()):
        number = document["number"]
        usable = number.isascii() and number.isalnum() and len(number) >= LEAST_NUMBER and numbers[number] == 1
        if usable and document["type"] in TRAVELLING_UNDER and "issuer" in document:
            return dict(document)
    return None


def choose(rng: Random, entries: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """So many entries; the same seed chooses the same."""
    candidates = list(eligible(entries))
    rng.shuffle(candidates)
    chosen: list[dict[str, Any]] = []
    for entry in candidates:
        if len(chosen) == count:
            break
        others = Namesakes(names_of(other for other in entries if other["source_id"] != entry["source_id"]))
        if not others.near(entry["names"][0]["full"]):
            chosen.append(entry)
    return chosen


def narrow(entry: dict[str, Any], number: int) -> dict[str, Any]:
    """The entry with the handling that its turn gives it."""
    return entry | {"handling": {"tlp": "AMBER", "releasable_to": list(PATTERN[number % len(PATTERN)].entry)}}


def crossings(rng: Random, chosen: Sequence[dict[str, Any]], now: datetime, run: str) -> Iterator[Crossing]:
    """One crossing of each, and a second one of the first: an alert that is revised, not opened again."""
    numbers = Counter(document["number"] for entry in chosen for document in entry["documents"])
    for number, entry in enumerate([*chosen, *chosen[:1]]):
        again = number == len(chosen)
        nation = REPORTED_BY[number % len(REPORTED_BY)]
        post = rng.choice([post for post in posts_of(nation) if not NO_ROAD.intersection(post.nations)])
        yield crossing(
            f"{run}-LISTED-{number:03d}",
            nation,
            post.code,
            _when(rng, now, first_of_two=number == 0),
            releasable_to=PATTERN[0 if again else number % len(PATTERN)].event,
            about=entry["source_id"],
            persons=[_traveller(entry, numbers, shows_document=bool((number + 1) % WITHOUT_DOCUMENT))],
            conveyances=[{"kind": "vehicle", "plate": f"GENL{run}{number:03d}", "country": nation}],
        )


def _when(rng: Random, now: datetime, *, first_of_two: bool) -> datetime:
    """Within the last two hours; the earlier of two crossings a day before, so that there is time for the way."""
    return now - timedelta(minutes=5) - timedelta(hours=2) * rng.random() - timedelta(days=first_of_two)


def _traveller(entry: dict[str, Any], numbers: Counter[str], *, shows_document: bool) -> dict[str, Any]:
    name = entry["names"][0]
    document = _document(entry, numbers) if shows_document else None
    return {
        "role": "driver",
        "name": {part: name[part].title() for part in ("given", "paternal", "maternal")},
        "birth_date": entry["birth_dates"][0],
        "sex": entry.get("sex"),
        "nationalities": entry["nationalities"][:1],
        "documents": [document] if document else [],
    }
