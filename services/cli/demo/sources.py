"""The data that comes with the demonstration; where it is from and under which licence is told in `data/README.md`."""

import csv
import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LIST_DATE = "2025-12-24"
"""The day of the OFAC list in the package."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Names with how often each occurs."""

    names: tuple[str, ...]
    counts: tuple[int, ...]


def _read(name: str) -> bytes:
    return files(__package__).joinpath("data", name).read_bytes()


@cache
def list_lines() -> tuple[str, ...]:
    """The entries of the list, one JSON object each, as the watchlist API takes them."""
    return tuple(gzip.decompress(_read("ofac_narcotics.jsonl.gz")).decode().splitlines())


def entries() -> list[dict[str, Any]]:
    """The entries of the list; the caller may change them."""
    return [json.loads(line) for line in list_lines()]


def seizure_rows() -> list[dict[str, str]]:
    """The seizures as they were reported to UNODC, 2011 to 2016."""
    return list(csv.DictReader(_read("unodc_seizures.csv").decode().splitlines()))


@cache
def common_names() -> dict[str, Pool]:
    """`given_m`, `given_f` and `surname` with their counts."""
    rows = list(csv.DictReader(_read("common_names.csv").decode().splitlines()))
    pools = {}
    for kind in ("given_m", "given_f", "surname"):
        found = [(row["name"].title(), int(row["count"])) for row in rows if row["kind"] == kind]
        pools[kind] = Pool(tuple(name for name, _ in found), tuple(count for _, count in found))
    return pools


def corridor() -> dict[str, Any]:
    """The route as far as it is our choice: its name and its posts."""
    loaded: dict[str, Any] = json.loads(_read("corridor.json"))
    return loaded
