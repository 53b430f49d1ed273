"""Which files make one list, and which edition of it is the newest."""

import csv
import gzip
import io
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, cast

from services.cli.screen.lists.sniffing import DATE, Sniffed

_SAME: Final = 0.5
"""Two files are editions of one list when so large a part of the larger one's ids is in both: a part of a list is no edition of it."""

_OWN: Final = frozenset({"own-csv", "own-jsonl", "own-xlsx"})

_OFAC: Final = frozenset({"ofac-csv", "ofac-xml"})
_BETTER: Final = ("ofac-xml", "ftm-jsonl")
"""Formats that say more than another of the same list: taken where both are of one day."""

_IDS: Final = {
    "ofac-csv": re.compile(rb"^(\d+),"),
    "ofac-xml": re.compile(rb'<(?:\w+:)?DistinctParty[^>]* FixedRef="(\d+)"'),
    "ftm-jsonl": re.compile(rb'"id": ?"([^"]+)"'),
    "own-jsonl": re.compile(rb'"source_id": ?"([^"]+)"'),
}
_LONGEST_LINE: Final = 1_048_576


@dataclass(slots=True)
class Edition:
    """The files of one list of one day. `parts` has what stands beside the main file, `earlier` the editions that it takes the place of."""

    main: Sniffed
    source: str
    parts: dict[str, Sniffed] = field(default_factory=dict)
    earlier: list[Sniffed] = field(default_factory=list)

    @property
    def files(self) -> dict[str, Path]:
        """All files, by what part of the list they are."""
        return {"main": self.main.path} | {part: one.path for part, one in self.parts.items()}


def editions(found: Sequence[Sniffed]) -> tuple[list[Edition], list[Sniffed]]:
    """The newest edition of each list, in the order of the sources; and the files that belong to none of them."""
    families: dict[str, list[Sniffed]] = defaultdict(list)
    for one in found:
        if one.part == "main":
            families["ofac" if one.form in _OFAC else one.form].append(one)
    groups = [group for family in families.values() for group in _groups(family)]
    newest = [_newest(group) for group in groups]
    beside = [one for one in found if one.part != "main"]
    for edition in newest:
        if edition.main.form == "ofac-csv":
            edition.parts = _beside(edition, beside)
    taken = {part.path for edition in newest for part in edition.parts.values()}
    return sorted(newest, key=lambda one: (one.source, one.main.path)), [one for one in beside if one.path not in taken]


def _groups(family: Sequence[Sniffed]) -> Iterator[list[Sniffed]]:
    """The files of one kind of list by which of them are editions of the same."""
    groups: list[list[Sniffed]] = []
    for one in family:
        home = next((group for group in groups if len(family) > 1 and any(_is_same(one, other) for other in group)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    yield from groups


def _is_same(one: Sniffed, other: Sniffed) -> bool:
    """Whether one takes the place of the other. In doubt both are read: somebody found twice does less harm than somebody missed."""
    if one.form == "un-xml":
        return True
    if one.form in _OWN and _undated(one.path) != _undated(other.path):
        return False
    mine, others = ids_of(one), ids_of(other)
    return bool(mine and others) and len(mine & others) >= _SAME * max(len(mine), len(others))


def _undated(path: Path) -> str:
    """What a list of one's own is called without its day: two with the same numbers may be two agencies'."""
    return DATE.sub("", path.name.casefold().removesuffix(".gz")).rpartition(".")[0].strip("-_. ")


def _share(part: Collection[bytes], whole: frozenset[bytes]) -> float:
    return sum(one in whole for one in part) / len(part) if part else 0.0


def _newest(group: Sequence[Sniffed]) -> Edition:
    ordered = sorted(group, key=lambda one: (_padded(one.date), one.form in _BETTER, str(one.path)))
    main = ordered[-1]
    return Edition(main, _source(main), earlier=ordered[:-1])


def _padded(date: str) -> str:
    return date.ljust(len("2025-12-00"), "~") if not date else date + "-00" * (2 - date.count("-"))


def _source(main: Sniffed) -> str:
    if main.form in _OFAC:
        return "ofac-cons" if "cons" in main.path.name.casefold() else "ofac-sdn"
    return {"un-xml": "un-sc", "opensanctions-csv": "opensanctions", "ftm-jsonl": "opensanctions"}.get(
        main.form, main.source or "own"
    )


def _beside(edition: Edition, parts: Sequence[Sniffed]) -> dict[str, Sniffed]:
    """Of each other part the file in the same folder that tells of the same entities: the one of the same day, else the newest."""
    of_list = ids_of(edition.main)
    near = [one for one in parts if one.path.parent == edition.main.path.parent and _share(ids_of(one), of_list) >= _SAME]
    near.sort(key=lambda one: (one.date == edition.main.date, _padded(one.date), str(one.path)))
    return {one.part: one for one in near}


@lru_cache(maxsize=64)
def ids_of(one: Sniffed) -> frozenset[bytes]:
    """The ids in a file; none where it breaks off at once."""
    try:
        with opened(one.path) as file:
            return frozenset(_ids(one, file))
    except (EOFError, gzip.BadGzipFile, zlib.error, csv.Error):
        return frozenset()


def opened(path: Path) -> BinaryIO:
    """The file from its start, unpacked as it is read."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path) if packed else path.open("rb"))


def _ids(one: Sniffed, file: BinaryIO) -> Iterator[bytes]:
    pattern = _IDS.get(one.form)
    if pattern is None:
        yield from _of_column(one, file)
        return
    while line := file.readline(_LONGEST_LINE):
        yield from pattern.findall(line) if one.form == "ofac-xml" else (found[1] for found in [pattern.search(line)] if found)


def _of_column(one: Sniffed, file: BinaryIO) -> Iterator[bytes]:
    """Of a table with a header. A workbook has its ids out of reach: it is a list of its own."""
    wanted: Mapping[str, str] = {"opensanctions-csv": "id", "own-csv": "source_id"}
    if one.form not in wanted:
        return
    with io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="") as text:
        first = next((line for line in text if line.strip() and not line.startswith(("#", '"#'))), "")
        delimiter = max(",;\t", key=first.count)
        columns = [cell.strip().casefold() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        if wanted[one.form] in columns:
            at = columns.index(wanted[one.form])
            yield from (row[at].encode() for row in csv.reader(text, delimiter=delimiter) if len(row) > at)
