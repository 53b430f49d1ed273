"""The formats that lists come in: which reader reads each, and which file is which part of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from services.correlate.entries.bodies import faults_in
from services.correlate.lists.ftm import FtmReader
from services.correlate.lists.ofac import OfacCsvReader
from services.correlate.lists.ofac_advanced import OfacAdvancedReader
from services.correlate.lists.opensanctions import SimpleCsvReader
from services.correlate.lists.own import OwnCsvReader, OwnJsonReader
from services.correlate.lists.own_xlsx import OwnXlsxReader
from services.correlate.lists.reading import Draft, Files, Limits, ListReader, Read, RowFault
from services.correlate.lists.un import UnReader

MakeReader: TypeAlias = Callable[[Files, Limits, str, date | None], ListReader]


@dataclass(frozen=True, slots=True)
class Format:
    """A format, its reader, and how its files are called."""

    name: str
    make: MakeReader
    about: str


FORMATS: Final = {
    one.name: one
    for one in (
        Format(
            "ofac-csv",
            OfacCsvReader,
            "OFAC's CSV set: sdn.csv, alt.csv, add.csv, sdn_comments.csv; or cons_prim.csv, cons_alt.csv…",
        ),
        Format("ofac-xml", OfacAdvancedReader, "OFAC's SDN_ADVANCED.XML or CONS_ADVANCED.XML"),
        Format("un-xml", UnReader, "the UN Security Council's consolidated.xml"),
        Format("opensanctions-csv", SimpleCsvReader, "OpenSanctions' targets.simple.csv"),
        Format("ftm-jsonl", FtmReader, "FollowTheMoney JSON lines: entities.ftm.json, targets.nested.json"),
        Format(
            "own-xlsx", OwnXlsxReader, "our own list as a workbook (.xlsx); atalaya watchlist template --format xlsx writes one"
        ),
        Format("own-csv", OwnCsvReader, "our own CSV; atalaya watchlist template writes one"),
        Format("own-jsonl", OwnJsonReader, "our own JSON Lines, as POST /v1/watchlist/actors takes them"),
    )
}
_BY_ENDING: Final = {
    "ofac-sdn": {"csv": "ofac-csv", "xml": "ofac-xml"},
    "ofac-cons": {"csv": "ofac-csv", "xml": "ofac-xml"},
    "un-sc": {"xml": "un-xml"},
    "opensanctions": {"csv": "opensanctions-csv", "json": "ftm-jsonl", "jsonl": "ftm-jsonl"},
}
_WORKBOOKS: Final = ("xlsx", "xlsm", "xlsb", "xls", "ods")
"""What the endings of spreadsheets are: the reader says what to do with those that it does not take."""
_OWN: Final = dict.fromkeys(_WORKBOOKS, "own-xlsx") | {
    "csv": "own-csv",
    "tsv": "own-csv",
    "jsonl": "own-jsonl",
    "ndjson": "own-jsonl",
    "json": "own-jsonl",
}
_PARTS: Final = {"aliases": ("alt",), "addresses": ("add",), "comments": ("comments", "comment")}


class FormatUnknownError(Exception):
    """It cannot be told what a file is; the sentence says what to give."""


def format_of(source: str, names: Sequence[str], given: str | None = None) -> Format:
    """The format of a source's files: the one given, else by the source and the ending of the first file. Raises FormatUnknownError."""
    if given is not None:
        if given not in FORMATS:
            raise FormatUnknownError(f"There is no format {given}; known are {', '.join(FORMATS)}.")
        return FORMATS[given]
    ending = names[0].casefold().removesuffix(".gz").rpartition(".")[2]
    endings = _BY_ENDING.get(source, _OWN)
    if ending not in endings:
        raise FormatUnknownError(f"{names[0]}: what ends in .{ending} is no known format of {source}; say which by --format.")
    return FORMATS[endings[ending]]


def parts_of(form: Format, names: Sequence[str]) -> Mapping[str, str]:
    """Which file is which part of the list. Raises FormatUnknownError where two are the same part, or none is the main one."""
    found: dict[str, str] = {}
    for name in names:
        part = _part(name) if form.name == "ofac-csv" else "main"
        if part in found:
            raise FormatUnknownError(f"{found[part]} and {name} are the same part of the list ({part}).")
        found[part] = name
    if "main" not in found:
        raise FormatUnknownError("The list itself is missing: sdn.csv or cons_prim.csv.")
    return found


def _part(name: str) -> str:
    words = name.casefold().replace("\\", "/").rpartition("/")[2].replace("-", "_").replace(".", "_").split("_")
    return next((part for part, marks in _PARTS.items() if set(marks) & set(words)), "main")


def sound(records: Iterator[Read]) -> Iterator[Read]:
    """The records, those that the list would refuse as faults."""
    for read in records:
        faults = faults_in(read.body) if isinstance(read, Draft) else []
        if isinstance(read, Draft) and faults:
            first = faults[0]
            yield RowFault(read.file, read.line, first.code, first.detail, "Mend the row.", first.pointer.strip("/") or None)
        else:
            yield read
