"""The files of a list, opened and read: the entries, what was wrong, and the counts beside the files' own."""

import contextlib
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from services.cli.watchlist.errors import FAILED, NOT_FOUND, USAGE, ImportFailedError
from services.correlate.lists.counting import counted
from services.correlate.lists.formats import Format, FormatUnknownError, format_of, parts_of, sound
from services.correlate.lists.reading import Draft, Files, Limits, ListReader, RowFault, Source, Tally, UnreadableError

_KIND: Final = "kind:"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something the files have by their own account, how many were read, and how many were told of as faults."""

    what: str
    own: int | None
    read: int
    left: int

    @property
    def lost(self) -> int:
        """What nobody knows of."""
        return 0 if self.own is None else self.own - self.read - self.left


@dataclass(slots=True)
class List:
    """A list while it is read: `records` hands out each entry once with its place, and what is said of all of them beside; the rest is whole when they are."""

    form: Format
    files: Mapping[str, str]
    size: int | None
    """Bytes of the main file; None where it is packed."""
    at: Callable[[], int]
    """How many of them have been read."""
    faults: list[RowFault] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    list_date: date | None = None
    records: Iterator[Draft] = field(default_factory=lambda: iter(()))

    @property
    def faulty(self) -> int:
        """How many rows have a fault that is more than a warning."""
        return len({fault.row for fault in self.faults if not fault.warning})


@contextlib.contextmanager
def opened_list(
    source: str, paths: Sequence[Path], *, form: str | None, limits: Limits, list_date: date | None, said: Mapping[str, Any]
) -> Iterator[List]:
    """The list of these files, to be read once, never held whole; `said` is what the import says of every entry beside the list.

    Raises ImportFailedError, also while it is read.
    """
    names = [str(path) for path in paths]
    try:
        known = format_of(source, names, form)
        parts = parts_of(known, names)
        with _opened(parts) as files:
            main = Path(parts["main"])
            size = None if main.suffix == ".gz" else main.stat().st_size
            read = List(known, parts, size, files["main"].stream.tell)
            read.records = _records(read, files, known.make(files, limits, source, list_date), said)
            yield read
    except FormatUnknownError as error:
        raise ImportFailedError(str(error), USAGE) from None
    except UnreadableError as error:
        raise ImportFailedError(str(error), FAILED) from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise ImportFailedError(f"{', '.join(names)}: this is not gzip, or it breaks off ({error}).", FAILED) from None
    except OSError as error:
        raise ImportFailedError(f"{error.filename or names[0]}: {error.strerror or error}.", NOT_FOUND) from None


def _records(read: List, files: Files, reader: ListReader, said: Mapping[str, Any]) -> Iterator[Draft]:
    gone: set[tuple[str, str | None, int]] = set()
    for record in reader.records():
        (checked,) = sound(iter([record]))
        if isinstance(checked, Draft):
            yield replace(checked, body=checked.body.model_copy(update=said)) if said else checked
        else:
            read.faults.append(checked)
        if isinstance(record, RowFault) and record.file == files["main"].name and not (record.partly or record.warning):
            gone.add(record.row)
    reader.tally.left["entries"] = len(gone)
    read.list_date = reader.list_date
    read.counts = _counts(counted(read.form.name, files), reader.tally)


def _counts(own: Counter[str], tally: Tally) -> list[Count]:
    """What rows that are gone had beside is not told apart: with such, only the entries must come out even."""
    found = {"entries", *own, *tally.counts}
    order = sorted(found, key=lambda what: (what != "entries", not what.startswith(_KIND), what))
    uneven = bool(tally.left["entries"])
    return [
        Count(
            what.removeprefix(_KIND),
            None if uneven and what != "entries" else own.get(what),
            tally.counts[what],
            tally.left[what],
        )
        for what in order
    ]


@contextlib.contextmanager
def _opened(parts: Mapping[str, str]) -> Iterator[Files]:
    """The files, packed ones unpacked as they are read."""
    with contextlib.ExitStack() as stack:
        files = {}
        for part, name in parts.items():
            opened = gzip.open(name) if name.endswith(".gz") else Path(name).open("rb")  # noqa: SIM115 - the stack closes it
            files[part] = Source(Path(name).name, cast("BinaryIO", stack.enter_context(opened)))
        yield files
