"""Other ways of screening, on the same travellers: nomenklatura's logic-v1 and logic-v2 (extra `peers`), and plain rapidfuzz."""

import importlib.util
from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz, process, utils

from services.cli.evaluate.measuring import Answer
from services.cli.evaluate.travellers import Traveller
from shared.contracts.vocabulary import ActorKind, Strength
from shared.contracts.watchlist import ActorEntry

ALGORITHMS: Final = ("logic-v1", "logic-v2")
_CANDIDATES: Final = 25
"""Listed persons that nomenklatura compares with a traveller: the likest by rapidfuzz, many more than its own index would give it as a rule."""
_ALIKE: Final = 55.0
"""Of 100, by rapidfuzz: less alike names are compared with nothing."""


class Likeness:
    """Every name of every listed person by rapidfuzz's `token_sort_ratio`, by brute force; birth date and nationality say nothing."""

    name = "rapidfuzz"
    threshold = 90.0

    def __init__(self, entries: Sequence[ActorEntry]) -> None:
        named = [(one.entry_id, name.text) for one in entries if one.body.kind is ActorKind.PERSON for name in one.body.names]
        self._ids = [entry_id for entry_id, _ in named]
        self._known: dict[tuple[str, float, int], dict[UUID, float]] = {}
        self._names = [utils.default_process(name) for _, name in named]

    def answers(self, travellers: Sequence[Traveller]) -> list[Answer]:
        """How alike each listed person is, of 100; every one is compared."""
        every = frozenset(self._ids)
        return [Answer(self.alike(one.name, _ALIKE, _CANDIDATES), every) for one in travellers]

    def alike(self, name: str, cutoff: float, most: int) -> dict[UUID, float]:
        """The likest listed persons. Remembered: other methods take them as candidates of the same travellers."""
        key = (name, cutoff, most)
        if key not in self._known:
            self._known[key] = self._alike(*key)
        return self._known[key]

    def _alike(self, name: str, cutoff: float, most: int) -> dict[UUID, float]:
        found = process.extract(
            utils.default_process(name),
            self._names,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=cutoff,
            limit=most,
            processor=None,
        )
        best: dict[UUID, float] = {}
        for _, alike, at in found:
            best[self._ids[at]] = max(alike, best.get(self._ids[at], 0.0))
        return best


def is_there() -> bool:
    """Whether nomenklatura is installed."""
    return importlib.util.find_spec("nomenklatura") is not None


class Nomenklatura:
    """One of nomenklatura's matchers, given the listed persons that rapidfuzz finds likest and the right one besides."""

    threshold = 0.7

    def __init__(self, name: str, entries: Sequence[ActorEntry], likeness: Likeness) -> None:
        from followthemoney import ValueEntity  # noqa: PLC0415 - an extra
        from nomenklatura.matching import get_algorithm  # noqa: PLC0415

        algorithm = get_algorithm(name)
        if algorithm is None:
            raise LookupError(f"nomenklatura has no {name}")
        self.name = name
        self._algorithm = algorithm
        self._config = algorithm.default_config()
        self._likeness = likeness
        self._entity = ValueEntity.from_dict
        self._number = count()
        persons = [one for one in entries if one.body.kind is ActorKind.PERSON]
        self._listed = {one.entry_id: self._entity(_listed(one)) for one in persons}

    def answers(self, travellers: Sequence[Traveller]) -> list[Answer]:
        """The score of each listed person compared, from 0 to 1."""
        found = [self._scores(one) for one in travellers]
        return [Answer(scores, frozenset(scores)) for scores in found]

    def _scores(self, traveller: Traveller) -> dict[UUID, float]:
        asked = self._entity(_asked(f"asked-{next(self._number)}", traveller))
        candidates = dict.fromkeys(self._likeness.alike(traveller.name, _ALIKE, _CANDIDATES))
        if traveller.truth is not None:
            candidates[traveller.truth.entry.entry_id] = None
        return {one: self._algorithm.compare(asked, self._listed[one], self._config).score for one in candidates}


def _listed(entry: ActorEntry) -> dict[str, Any]:
    """Given names and surnames apart, where the list tells them apart, and weak aliases as such: more than a plain name says."""
    body = entry.body
    told = {
        "name": [name.text for name in body.names if name.strength is Strength.STRONG],
        "weakAlias": [name.text for name in body.names if name.strength is Strength.WEAK],
        "firstName": [name.given for name in body.names[:1] if name.given],
        "lastName": [surnames for name in body.names[:1] if (surnames := " ".join(filter(None, (name.paternal, name.maternal))))],
        "birthDate": list(body.birth_dates),
        "nationality": [nation.casefold() for nation in body.nationalities],
    }
    return _person(str(entry.entry_id), told)


def _asked(known_by: str, traveller: Traveller) -> dict[str, Any]:
    """Each under an id of its own: nomenklatura remembers the names of an id."""
    told = {
        "name": [traveller.name],
        "birthDate": [traveller.birth_date] if traveller.birth_date else [],
        "nationality": [traveller.nationality.casefold()] if traveller.nationality else [],
    }
    return _person(known_by, told)


def _person(known_by: str, told: dict[str, list[str]]) -> dict[str, Any]:
    properties = {name: values for name, values in told.items() if values}
    return {"id": known_by, "schema": "Person", "properties": properties}
