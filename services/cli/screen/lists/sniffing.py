"""What a file is, by what is in it: its name only adds a date."""

import csv
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from services.correlate.lists.own_columns import BY_NAME

_HEAD_BYTES: Final = 1_048_576
"""Of a file so much is looked at: the longest line of a published list has some 300 KB."""
_LONGEST_CELL: Final = 131_072
"""Characters in one cell of a table. The standard library's own limit is the same, but any library may raise that one."""

_GZIP: Final = 16 + zlib.MAX_WBITS
DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?!\d)")
_UN_DATE: Final = re.compile(rb'dateGenerated="(\d{4}-\d\d-\d\d)')
_OFAC_DATE: Final = re.compile(rb"<DateOfIssue[^>]*>\s*<Year>(\d{4})</Year>\s*<Month>(\d\d?)</Month>\s*<Day>(\d\d?)</Day>")
_ROOT: Final = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_EXPLAINED: Final = ("#", '"#')
_OPENSANCTIONS: Final = frozenset({"id", "schema", "name"})
_OWN: Final = frozenset({"kind", "source_id"})
_ALIASES: Final = frozenset({"aka", "fka", "nka"})
_OFAC_PARTS: Final = {12: "main", 6: "addresses", 5: "aliases", 2: "comments"}
"""The files of OFAC's CSV set by how many cells their rows have."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file of a list: its format, which part of the list it is, and the day that it is of, as far as that is known (`2025-12-24`, `2025-12`)."""

    path: Path
    form: str
    part: str = "main"
    date: str = ""
    dated_by: str = ""
    source: str = ""
    """Of our own JSON Lines: the source that its first entry names."""


@dataclass(frozen=True, slots=True)
class NoList:
    """A file that is no list that is known, and why."""

    path: Path
    why: str


def sniffed(path: Path) -> Sniffed | NoList:
    """What a file is. Raises OSError where it cannot be read."""
    try:
        head = _head(path)
    except zlib.error:
        return NoList(path, "the gzip is broken")
    found = _known(head)
    if isinstance(found, str):
        return NoList(path, found)
    return Sniffed(path, found.form, found.part, *_dated(path, found.date), source=found.source)


def _head(path: Path) -> bytes:
    """The beginning of what a file holds, unpacked; of a packed one that breaks off what there is. Raises zlib.error where it is none."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.startswith(b"\x1f\x8b"):
        return head
    unpacked = zlib.decompressobj(_GZIP)
    held = unpacked.decompress(head, _HEAD_BYTES)
    if not (held or unpacked.eof):
        raise zlib.error("it breaks off at once")
    return held


@dataclass(frozen=True, slots=True)
class _Form:
    form: str
    part: str = "main"
    date: str = ""
    source: str = ""


def _known(head: bytes) -> _Form | str:
    """What it is, or why it is none."""
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith(b"PK\x03\x04"):
        return _Form("own-xlsx") if b"[Content_Types].xml" in head else "a zip archive: unpack it"
    if b"\0" in body:
        return "it is no text"
    return _xml(body) if body.startswith(b"<") else _lines(body)


def _lines(body: bytes) -> _Form | str:
    lines = [line for line in body.decode(errors="replace").splitlines() if line.strip() and not line.startswith(_EXPLAINED)]
    first = lines[0].lstrip() if lines else ""
    if first.startswith("{"):
        return _json_lines(first)
    if first.startswith("["):
        return "a JSON array; lists come as one object a line"
    return _csv(lines) if first else "it is empty"


def _xml(body: bytes) -> _Form | str:
    root = _ROOT.search(body)
    name = root[1].decode() if root else ""
    if name == "CONSOLIDATED_LIST":
        found = _UN_DATE.search(body)
        return _Form("un-xml", date=found[1].decode() if found else "")
    if name == "Sanctions":
        issued = _OFAC_DATE.search(body)
        return _Form("ofac-xml", date="-".join(part.decode().zfill(2) for part in issued.groups()) if issued else "")
    if name == "sdnList":
        return "OFAC's simple XML: take SDN_ADVANCED.XML or the CSV files"
    return f"XML whose outermost element is <{name[:40]}>"


def _json_lines(first: str) -> _Form | str:
    try:
        value: Any = orjson.loads(first)
    except orjson.JSONDecodeError:
        return "its first line is no JSON object"
    if "schema" in value and ("properties" in value or "caption" in value):
        return _Form("ftm-jsonl")
    if "kind" in value and value.keys() & {"names", "identifiers", "documents", "parts"}:
        return _Form("own-jsonl", source=str(value.get("source") or "own"))
    return "JSON lines that are neither FollowTheMoney nor our own"


def _csv(lines: Iterable[str]) -> _Form | str:
    try:
        rows = list(islice(filter(None, csv.reader(lines)), 20))
    except csv.Error:
        return "it is no table"
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        return "it is no table"
    first = rows[0] if rows else []
    for delimiter in ",;\t":
        columns = {cell.strip().strip('"').casefold() for cell in ",".join(first).split(delimiter)}
        if columns >= _OPENSANCTIONS:
            return _Form("opensanctions-csv")
        if columns >= _OWN and columns <= BY_NAME.keys():
            return _Form("own-csv")
    widths = {len(row) for row in rows[:-1] or rows}
    part = _OFAC_PARTS.get(len(first))
    numbered = all(row[0].strip().isdecimal() for row in rows[:-1] or rows)
    if part and numbered and len(widths) == 1 and (part != "aliases" or first[2].strip() in _ALIASES):
        return _Form("ofac-csv", part)
    return "a table with other columns than the lists that are known"


def _dated(path: Path, said: str) -> tuple[str, str]:
    """The day by what the file says, else by its name or its folder's, else by when it was written."""
    if said:
        return said, "by what it says"
    for name in (path.name, path.parent.name):
        if found := DATE.search(name):
            return "-".join(filter(None, (found[1], found[3], found[4]))), "by its name"
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat(), "by when it was written"
