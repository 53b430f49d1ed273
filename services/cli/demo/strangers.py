"""Travellers who are on no list: generated from common names, never with the name of a listed person."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from rapidfuzz.fuzz import token_sort_ratio

from services.cli.demo.crossing import Crossing, crossing
from services.cli.demo.nations import CORRIDOR
from services.cli.demo.sources import common_names
from shared.contracts.places import Checkpoint, posts_of

TOO_MANY_SHARED_WORDS = 3
TOO_ALIKE = 78.0
SPAN = timedelta(days=2)
"""Over how long a time before now they cross."""

FOOT_SHARE = 0.3
NATIONALITIES = {"GT": 30, "HN": 22, "SV": 20, "NI": 12, "MX": 10, "CR": 8, "PA": 8}


def words(name: str) -> frozenset[str]:
    """The words of a name without accents, in small letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return frozenset("".join(letter if letter.isalnum() else " " for letter in plain).split())


class Namesakes:
    """Knows when a name comes near a listed one. It shares no code with the screener, which it is there to check."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._names = [(words(name), " ".join(sorted(words(name)))) for name in listed]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for index, (parts, _) in enumerate(self._names):
            for part in parts:
                self._by_word[part].append(index)

    def near(self, name: str) -> bool:
        """Three words in common, all words of a listed name, or much the same letters."""
        own = words(name)
        letters = " ".join(sorted(own))
        shared = Counter(index for part in own for index in self._by_word.get(part, ()))
        return any(
            count >= min(TOO_MANY_SHARED_WORDS, len(self._names[index][0]))
            or (count > 1 and token_sort_ratio(letters, self._names[index][1]) >= TOO_ALIKE)
            for index, count in shared.items()
        )


def names_of(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Every name of every entry."""
    return (name["full"] for entry in entries for name in entry["names"])


class Strangers:
    """Draws travellers; the same seed draws the same."""

    def __init__(self, rng: Random, namesakes: Namesakes, run: str) -> None:
        self._rng = rng
        self._namesakes = namesakes
        self._run = run
        self._posts = sorted({post for nation in CORRIDOR for post in posts_of(nation)}, key=lambda post: post.code)

    def crossings(self, count: int, now: datetime) -> Iterator[Crossing]:
        """So many crossings of the days before `now`, each by another person in another vehicle or on foot."""
        for number in range(count):
            post = self._rng.choice(self._posts)
            nation = self._rng.choice(post.nations)
            on_foot = "CO" in post.nations or self._rng.random() < FOOT_SHARE
            yield crossing(
                f"{self._run}-{number:06d}",
                nation,
                post.code,
                now - SPAN * self._rng.random(),
                releasable_to=CORRIDOR,
                persons=[self.person(number, "pedestrian" if on_foot else "driver")],
                **self._conveyance(number, post, on_foot=on_foot),
            )

    def person(self, number: int, role: str) -> dict[str, Any]:
        """Someone with a name that no listed person bears and a passport number that only generated persons have."""
        sex = self._rng.choice("MF")
        born = date(1950, 1, 1) + timedelta(days=self._rng.randrange(20_000))
        nationality = self._rng.choices(list(NATIONALITIES), weights=list(NATIONALITIES.values()))[0]
        passport = {"type": "passport", "number": f"ZQ{number:07d}{self._run}", "issuer": nationality}
        return {
            "role": role,
            "name": self._name(sex),
            "birth_date": born.isoformat(),
            "sex": sex,
            "nationalities": [nationality],
            "documents": [passport],
        }

    def _name(self, sex: str) -> dict[str, str]:
        while True:
            given, paternal, maternal = (self._pick(kind) for kind in (f"given_{sex.lower()}", "surname", "surname"))
            if not self._namesakes.near(f"{given} {paternal} {maternal}"):
                return {"given": given, "paternal": paternal, "maternal": maternal}

    def _pick(self, kind: str) -> str:
        pool = common_names()[kind]
        return self._rng.choices(pool.names, weights=pool.counts)[0]

    def _conveyance(self, number: int, post: Checkpoint, *, on_foot: bool) -> dict[str, Any]:
        if on_foot:
            return {"mode": "foot"}
        country = self._rng.choice(post.nations)
        return {"conveyances": [{"kind": "vehicle", "plate": f"GEN{self._run}{number:05d}", "country": country}]}
