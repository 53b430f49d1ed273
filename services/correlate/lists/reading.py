"""What every reader of a list has in common: what it is given, what it hands out, what it counts, where it stops."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.watchlist import ActorBody


class Limits(BaseModel):
    """How large a part of a list may be: what holds the memory of an import, whatever is sent to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_bytes: int = Field(
        default=1_048_576,
        ge=1024,
        description="Bytes of one line. The longest line of a published list, an entity of OpenSanctions with all its names, has some 300 KB.",
    )
    field_chars: int = Field(
        default=65_536,
        ge=256,
        le=131_072,
        description="Characters of one cell or text. The longest remark of OFAC, 400 digital currency addresses, has 7,812.",
    )
    record_bytes: int = Field(
        default=1_048_576,
        ge=1024,
        description="Bytes of one record with all that belongs to it: an element of XML, or a row and those that refer to it.",
    )
    depth: int = Field(default=64, ge=8, description="Elements of XML within one another. Published lists stay under 12.")
    side_records: int = Field(
        default=2_000_000,
        ge=1,
        description="Records kept aside until the one they belong to is read (addresses, documents). OFAC's advanced XML has some 120,000.",
    )
    workbook_bytes: int = Field(
        default=67_108_864,
        ge=1024,
        description="Bytes of a workbook as it is sent. One of 100,000 persons with twenty filled columns has some 12 MB.",
    )
    unpacked_bytes: int = Field(
        default=268_435_456,
        ge=1024,
        description="Bytes that may come out of a workbook, counted as they come out: what holds the time that a bomb takes. Those 100,000 persons are 90 MB.",
    )
    strings_bytes: int = Field(
        default=67_108_864,
        ge=1024,
        description="Bytes of memory for the texts that a workbook's cells share, with what Python keeps beside each.",
    )
    cells: int = Field(
        default=5_000_000, ge=1, description="Cells and rows of a workbook, empty ones too: the other half of the time."
    )
    parts: int = Field(default=1000, ge=1, description="Files within a workbook. One with three sheets has some 12.")


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with a row; a row may have several. It is not among the drafts unless it is only `partly` faulty; all others are.

    A `warning` is to be looked at, but the row is as good as any: it is taken, and speaks against nothing.
    """

    file: str
    line: int
    code: str
    what: str
    advice: str
    column: str | None = None
    partly: bool = False
    warning: bool = False
    value: str | None = None
    sheet: str | None = None
    cell: str | None = None

    @property
    def row(self) -> tuple[str, str | None, int]:
        """Which row it is a fault of."""
        return self.file, self.sheet, self.line

    @property
    def where(self) -> str:
        """Where to look in the file: the cell of a sheet, or the line and column."""
        sheet = f"sheet {self.sheet}, " if self.sheet else ""
        return f"{sheet}{self.cell or f'line {self.line}'}" + (f", {self.column}" if self.column else "")

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.file}, {self.where}"

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.advice}"


class UnreadableError(Exception):
    """The file cannot be read any further; the fault says where it stopped."""

    def __init__(self, fault: RowFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Draft:
    """One record of a list as an entry, and where it stands."""

    body: ActorBody
    file: str
    line: int
    sheet: str | None = None


Read: TypeAlias = Draft | RowFault


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file of a list: binary, from its start, and able to go back there."""

    name: str
    stream: BinaryIO


Files: TypeAlias = Mapping[str, Source]
"""The files of a list by their part in it: `main`, and what belongs to it."""


@dataclass(slots=True)
class Tally:
    """What a reader has handed out so far, by what it is, and what it could only tell of as a fault."""

    counts: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def add(self, body: ActorBody) -> None:
        """Count one draft."""
        self.counts["entries"] += 1
        self.counts[f"kind:{body.kind.value}"] += 1
        self.counts["aliases"] += sum(name.type.value != "primary" for name in body.names)
        self.counts["birth dates"] += len(body.births or ())
        self.counts["documents"] += len(body.documents)
        self.counts["addresses"] += len(body.addresses or ())


class ListReader(Protocol):
    """Reads one format in one go, in bounded memory; `tally` counts as it goes and is whole when the records are.

    Every record of the file comes out, as a draft or as a fault: what is not understood of it stays in its remarks.
    """

    tally: Tally
    list_date: date | None

    def records(self) -> Iterator[Read]:
        """The records in the order of the file. Raises UnreadableError when it cannot go on."""
        ...
