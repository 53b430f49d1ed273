"""The newest edition of every list in a folder, read entry by entry; nothing of a file is passed over in silence."""

import gzip
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from services.cli.screen.lists.editions import Edition, editions, opened
from services.cli.screen.lists.sniffing import NoList, Sniffed, sniffed
from services.correlate.lists.formats import FORMATS, sound
from services.correlate.lists.reading import Draft, Limits, RowFault, Source, UnreadableError
from shared.contracts.codec import encode
from shared.contracts.identity import entry_id
from shared.contracts.watchlist import ActorBody, ActorEntry

_NATION: Final = "ZZ"
"""ISO 3166-1 reserves it for users: a list file is of no nation's agency."""
_BROKEN: Final = (EOFError, gzip.BadGzipFile, zlib.error)


Take: TypeAlias = Callable[[ActorEntry], None]


class Bar(Protocol):
    """Who is told how far it is."""

    def add(self, size: int) -> None:
        """So many bytes more are to be read."""

    def at(self, done: int) -> None:
        """So many of all are read."""


@dataclass(slots=True)
class ReadList:
    """A list as it was read: how many entries can be met, and how many rows were told of as faults, by code."""

    edition: Edition
    entries: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    first_fault: RowFault | None = None
    broken: str | None = None
    date: str = ""


@dataclass(slots=True)
class Loaded:
    """What a folder holds: each list, and the files that are none."""

    lists: list[ReadList] = field(default_factory=list)
    no_lists: list[NoList] = field(default_factory=list)
    alone: list[Sniffed] = field(default_factory=list)
    digest: str = ""
    """The same for the same files: by it an answer says which lists it was judged by."""

    @property
    def dates(self) -> dict[str, str]:
        """The day of each source's list: of several lists of a source the latest."""
        return {one.edition.source: one.date for one in sorted(self.lists, key=lambda one: one.date)}


def found_in(folder: Path) -> tuple[list[Sniffed], list[NoList]]:
    """Every file of a folder and of those in it, by what it is. Hidden ones are passed over; a link is followed to a file only."""
    lists: list[Sniffed] = []
    others: list[NoList] = []
    for path in _files(folder):
        try:
            one = sniffed(path)
        except OSError as error:
            one = NoList(path, error.strerror or str(error))
        if isinstance(one, NoList):
            others.append(one)
        else:
            lists.append(one)
    return lists, others


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (path for name in sorted(names) if not name.startswith(".") and (path := Path(root, name)).is_file())


def loaded(folder: Path, limits: Limits, now: datetime, bar: Bar, take: Take) -> Loaded:
    """Hands out the entries of all lists of a folder, or of the one that it is the file of."""
    known, others = found_in(folder)
    newest, alone = editions(known)
    held = Loaded(no_lists=others, alone=alone)
    bar.add(sum(path.stat().st_size for one in newest for path in one.files.values()))
    done = 0
    for edition in newest:
        read = ReadList(edition, date=edition.main.date)
        held.lists.append(read)
        _read(read, str(edition.main.path.relative_to(folder)), take, limits, now, bar, done)
        done += sum(path.stat().st_size for path in edition.files.values())
        bar.at(done)
    held.digest = _digest(newest)
    return held


def _digest(newest: Sequence[Edition]) -> str:
    whole = sha256()
    for edition in newest:
        for part, path in sorted(edition.files.items()):
            whole.update(f"{edition.source} {part} ".encode())
            with path.open("rb") as file:
                whole.update(file_digest(file, "sha256").digest())
    return whole.hexdigest()[:16]


def _read(read: ReadList, name: str, take: Take, limits: Limits, now: datetime, bar: Bar, done: int) -> None:
    """One list, entry by entry; what of it cannot be read is told, and the rest is taken."""
    edition, main = read.edition, read.edition.main.path
    size, taken = main.stat().st_size, Counter[str]()
    with ExitStack() as stack:
        try:
            files = {part: Source(path.name, stack.enter_context(opened(path))) for part, path in edition.files.items()}
            reader = FORMATS[edition.main.form].make(files, limits, edition.source, _day(edition.main.date))
            for number, record in enumerate(sound(reader.records())):
                if isinstance(record, Draft):
                    take(_entry(record.body, name, taken, now))
                    read.entries += 1
                elif not record.warning:
                    read.faults[record.code] += 1
                    read.first_fault = read.first_fault or record
                if number % 1000 == 0:
                    bar.at(done + min(size, _position(files["main"])))
        except UnreadableError as error:
            read.broken = str(error)
        except _BROKEN as error:
            read.broken = f"{main.name}: the gzip breaks off ({error})."
        except OSError as error:
            read.broken = f"{error.filename or main.name}: {error.strerror or error}."


def _position(source: Source) -> int:
    """How many bytes of the file itself are read."""
    packed = getattr(source.stream, "fileobj", None)
    return int((packed or source.stream).tell())


def _entry(body: ActorBody, file: str, taken: Counter[str], now: datetime) -> ActorEntry:
    """The entry of a record. A number that comes twice in a file makes two entries: neither may hide the other."""
    number = body.source_id or sha256(encode(body)).hexdigest()
    taken[number] += 1
    known_by = number if taken[number] == 1 else f"{number}#{taken[number]}"
    return ActorEntry(
        entry_id=entry_id(file, body.source, known_by),
        version=1,
        list_version=1,
        originator=file,
        nation=_NATION,
        changed_at=now,
        changed_by="list file",
        releasable_to=(),
        body=body,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
