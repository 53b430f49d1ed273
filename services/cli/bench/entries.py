"""Generated entries for measurements: names drawn by how common their parts are, numbers that nobody has. None is about anybody."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import orjson
from stdnum import iso6346

from services.cli.reference import Kind, pools

SOURCE: Final = "generated-bench"
_NATIONS: Final = ("GT", "HN", "SV", "NI", "CR", "PA", "MX", "BZ")
_KINDS: Final = (("person", 0.85), ("vehicle", 0.93), ("organisation", 0.97), ("container", 0.99), ("vessel", 1.0))
"""Each with the share of the draws up to and with it: most of any list are persons."""


class Entries:
    """Draws entries of the shape of `POST /v1/watchlist/actors`; the same seed and number give the same entry, whatever was drawn before."""

    def __init__(self, seed: int = 20261125) -> None:
        self._seed = seed
        self._pools = pools()

    def entry(self, number: int, edition: int = 0) -> dict[str, Any]:
        """The entry of a number. Of another edition the same one with another remark."""
        random = Random(self._seed * 1_000_003 + number)
        share = random.random()
        kind = next(kind for kind, upto in _KINDS if share < upto)
        body = {"kind": kind, "source": SOURCE, "source_id": f"G{number:08d}", **getattr(self, f"_{kind}")(number, random)}
        if edition:
            body["remarks"] = f"edition {edition}"
        return {**body, "handling": {"tlp": "AMBER", "releasable_to": list(_NATIONS[: 1 + number % 4])}}

    def lines(self, count: int, *, every: int = 0, edition: int = 1) -> Iterator[bytes]:
        """So many entries as JSON lines; every so many in another edition."""
        for number in range(count):
            yield orjson.dumps(self.entry(number, edition if every and number % every == 0 else 0)) + b"\n"

    def _drawn(self, kind: Kind, random: Random) -> str:
        return self._pools[kind].draw(random).title()

    def _person(self, number: int, random: Random) -> dict[str, Any]:
        given = self._drawn(random.choice(("given_m", "given_f")), random)
        surnames = [self._drawn("surname", random) for _ in range(2)]
        nation = random.choice(_NATIONS)
        return {
            "names": [{"given": given, "paternal": surnames[0], "maternal": surnames[1], "type": "primary"}],
            "birth_dates": [f"{random.randrange(1950, 2008)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"],
            "nationalities": [nation],
            "documents": [{"type": "passport", "number": f"Z{number:09d}", "issuer": nation}],
        }

    def _organisation(self, number: int, random: Random) -> dict[str, Any]:
        name = f"Transportes {self._drawn('surname', random)} {number} S.A."
        return {"names": [{"full": name}], "documents": [{"type": "tax_id", "number": f"X{number:08d}", "issuer": "GT"}]}

    def _vehicle(self, number: int, random: Random) -> dict[str, Any]:
        return {"identifiers": {"kind": "vehicle", "plate": f"Z{number:07d}", "country": random.choice(_NATIONS)}}

    def _container(self, number: int, _random: Random) -> dict[str, Any]:
        serial = f"ZZZU{number % 1_000_000:06d}"
        return {"identifiers": {"number": serial + iso6346.calc_check_digit(serial)}}

    def _vessel(self, number: int, random: Random) -> dict[str, Any]:
        return {"identifiers": {"kind": "vessel", "mmsi": f"{970_000_000 + number}", "country": random.choice(_NATIONS)}}
