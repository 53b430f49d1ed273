"""Generated travellers for measurements: strangers whose names are drawn by how many people bear them, and a few who are listed."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

import orjson

from services.cli.reference import Kind, pools
from shared.contracts.watchlist import ActorBody

_TWO_WORDS: Final = 0.2
"""Who travels with one given name and one surname only."""
_DOCUMENTED: Final = 0.4
"""Of whom birth date, nationality and a document are known."""
_LISTED: Final = 0.01
_NATIONS: Final = ("GT", "HN", "SV", "NI", "CR", "PA", "MX", "BZ", "CO", "US")


class Travellers:
    """Draws lines as `atalaya screen` takes them; the same seed gives the same lines."""

    def __init__(self, listed: Sequence[ActorBody], seed: int = 20261125) -> None:
        self._pools = pools()
        self._listed = [body for body in listed if body.names]
        self._random = Random(seed)

    def lines(self, count: int, *, first: int = 0) -> Iterator[bytes]:
        """So many lines, their ids counted from the first."""
        for number in range(first, first + count):
            told = self._one_listed() if self._listed and self._random.random() < _LISTED else self._stranger(number)
            yield orjson.dumps({"id": number, **told})

    def _drawn(self, kind: Kind) -> str:
        return self._pools[kind].draw(self._random).title()

    def _stranger(self, number: int) -> dict[str, Any]:
        random = self._random
        two = random.random() < _TWO_WORDS
        sexes: tuple[Kind, ...] = ("given_m", "given_f")
        given = self._drawn(random.choice(sexes)).split()
        surnames = [self._drawn("surname") for _ in range(1 if two else 2)]
        given = given[:1] if two else given
        told: dict[str, Any] = {"name": " ".join((*given, *surnames))}
        if random.random() < _DOCUMENTED:
            nation = random.choice(_NATIONS)
            told["birth_date"] = f"{random.randrange(1945, 2010)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
            told["nationality"] = nation
            told["documents"] = [{"type": "passport", "number": f"X{number:09}", "issuer": nation}]
        return told

    def _one_listed(self) -> dict[str, Any]:
        body = self._random.choice(self._listed)
        told: dict[str, Any] = {"name": self._random.choice(body.names).text}
        if body.birth_dates:
            told["birth_date"] = body.birth_dates[0]
        if body.nationalities:
            told["nationality"] = body.nationalities[0]
        return told
