"""What a file holds by its own account: counted in its bytes, without the readers, so that what they lose shows.

Each count is a pattern over the text, a line or the piece up to the next tag at a time; where a format has no such plain mark for
something, nothing is said of it.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from services.correlate.lists.counting_xlsx import entries_of_workbook
from services.correlate.lists.ftm_aside import belongs_to_others
from services.correlate.lists.own_cells import explains
from services.correlate.lists.reading import Files, Source

_CHUNK: Final = 1 << 20
_HEADER: Final = 1
_WIDTH: Final = 12
_WHOLE: Final = 990
"""A remark of OFAC that is longer was cut off at 1,000 characters, and goes on in the comments."""
_UN: Final = {
    "entries": re.compile(rb"<(?:INDIVIDUAL|ENTITY)>"),
    "kind:person": re.compile(rb"<INDIVIDUAL>"),
    "kind:organisation": re.compile(rb"<ENTITY>"),
    "aliases": re.compile(rb"<(?:ALIAS_NAME|NAME_ORIGINAL_SCRIPT)>\s*[^<\s]"),
    "birth dates": re.compile(rb"<(?:DATE|YEAR|FROM_YEAR)>\s*[^<\s]"),
    "documents": re.compile(rb"<NUMBER>\s*[^<\s]"),
}
_ADVANCED: Final = {
    "entries": re.compile(rb"<(?:\w+:)?DistinctParty[ >]"),
    "documents": re.compile(rb"<(?:\w+:)?IDRegistrationNo>\s*[^<\s]"),
}
_KINDS: Final = {"individual": "kind:person", "-0-": "kind:organisation", "vessel": "kind:vessel", "aircraft": "kind:aircraft"}
_BORN: Final = re.compile(r"(?:^|; )(?:alt\. )?DOB ")
_QUOTED: Final = re.compile(r"(?:^|; )(?:alt\. )?[afn]\.k\.a\. '")
_NUMBERED: Final = re.compile(
    r"(?:^|; )(?:alt\. )?+(?!Vessel |Aircraft |Previous |Executive|Digital|Phone|Telephone|Fax|All |Linked|[DP]OB|U\.S\.A\. Passport issued|Additional|Secondary|Section"
    r"|Transactions|BIK|SWIFT|Effective|Listing|Purchase|Temporary|Trademark|Chinese Commercial|[Ff]or more|D-U-N-S)"
    r"(?:[A-Za-z.'-]+ ){0,5}?(?:\S*No\.?|[Nn]umbe?r|#|ID|Passport|Card|Code|License|FEIN|SSN|RTN|RFC|Document|Booklet|electoral|Nacional"
    r"|Identidad|[A-Z]\.[A-Z]\.[A-Z.]*|\([A-Z]+\)|\(Personal Numerical Code\)|Registration|VisaNumberID)[:#]? [^;]*?\d"
)
_DUNS: Final = re.compile(r"D-U-N-S Number [\d-]+")


def counted(form: str, files: Files) -> Counter[str]:
    """Counts by the words of `Tally`; of our own formats only the entries."""
    if form == "ofac-csv":
        return _ofac(files)
    if form == "un-xml":
        return _tags(files["main"], _UN)
    if form == "ofac-xml":
        return _tags(files["main"], _ADVANCED)
    if form == "own-xlsx":
        return Counter({"entries": entries_of_workbook(files["main"])})
    return _lines(files["main"], form)


def _ofac(files: Files) -> Counter[str]:
    found: Counter[str] = Counter()
    further = {cells[0]: cells[-1] for cells in _cells(files.get("comments"))}
    for row in _cells(files["main"]):
        found["entries"] += 1
        cells = [*row, *[""] * _WIDTH]
        found[_KINDS.get(cells[2].strip(), "kind:other")] += 1
        remark = cells[11].strip() + (further.get(cells[0], "") if len(cells[11]) > _WHOLE else "")
        found["birth dates"] += len(_BORN.findall(remark))
        found["aliases"] += len(_QUOTED.findall(remark))
        found["documents"] += len(_NUMBERED.findall(remark)) + len(_DUNS.findall(remark))
    found["aliases"] += sum(1 for _ in _cells(files.get("aliases")))
    found["addresses"] = sum(any(cell.strip() != "-0-" for cell in cells[2:6]) for cells in _cells(files.get("addresses")))
    return found


def _cells(source: Source | None, separator: str = ",") -> Iterator[list[str]]:
    if source is None:
        return
    source.stream.seek(0)
    text = io.TextIOWrapper(source.stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        yield from (cells for cells in csv.reader(text, delimiter=separator) if any(map(_says, cells)))
    finally:
        text.detach()


def _tags(source: Source, patterns: Mapping[str, re.Pattern[bytes]]) -> Counter[str]:
    """Count over pieces that end before a tag begins: no pattern reaches over two."""
    found: Counter[str] = Counter()
    source.stream.seek(0)
    rest = b""
    while chunk := source.stream.read(_CHUNK):
        whole, mark, begun = (rest + chunk).rpartition(b"<")
        for name, pattern in patterns.items():
            found[name] += len(pattern.findall(whole))
        rest = mark + begun
    return found


def _lines(source: Source, form: str) -> Counter[str]:
    source.stream.seek(0)
    if form.endswith("csv"):
        rows = (cells for cells in _cells(source, _separator(source)) if not explains(cells[0]) and any(map(str.strip, cells)))
        return Counter({"entries": max(sum(1 for _ in rows) - _HEADER, 0)})
    found: Counter[str] = Counter()
    for line in source.stream:
        if line.strip() and not line.startswith(b"#"):
            found["entries"] += not (form == "ftm-jsonl" and _aside(line))
    return found


def _says(cell: str) -> bool:
    """Whether there is anything but space and the mark of the file's end."""
    return bool(cell.strip("\x1a \t\r\n"))


def _separator(source: Source) -> str:
    """What the header has most of."""
    for line in source.stream:
        if not line.startswith((b"#", b'"#', b"\xef\xbb\xbf#")):
            return max(",;\t", key=lambda one: line.count(one.encode()))
    return ","


def _aside(line: bytes) -> bool:
    try:
        entity = json.loads(line)
        return entity.get("target") is False or belongs_to_others(str(entity.get("schema")))
    except (ValueError, AttributeError):
        return False
