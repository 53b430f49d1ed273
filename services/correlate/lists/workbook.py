"""A workbook (.xlsx) as an archive: opened, its parts handed out, and nothing in it able to fill memory or time.

What the archive claims of itself is believed only where it refuses; all else is counted as it comes out. No part is opened but those that
hold cells: macros are refused, and links to other files, DDE, queries, pictures and the like are never looked at.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import IO, BinaryIO, Final, NoReturn, cast

from services.correlate.lists.elements import Element, elements
from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError

_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_END_BYTES: Final = 22
_END_64_BYTES: Final = 20
_LONGEST_COMMENT: Final = 65_535
_DIRECTORY_BYTES: Final = 1_048_576
"""Of the archive's table of contents, which is read whole: some 100 bytes a part."""

_PIECE: Final = 1_048_576

_OLD: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = 0x1
_SAVE: Final = "Save it as an Excel workbook (.xlsx), without a password and without macros."
_NAME_CHARS: Final = 31
"""As long as the name of a sheet may be."""
_ROOT: Final = "_rels/.rels"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of cells: its name, the part that holds it, and whether whoever opens the workbook sees it."""

    name: str
    part: str
    hidden: bool


class Workbook:
    """An opened workbook. Raises UnreadableError, as do all who read parts of it, where it is none or goes beyond a limit."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._unpacked = 0
        _refuse_others(source, limits)
        try:
            self._zip = zipfile.ZipFile(source.stream)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeDecodeError) as error:
            _refuse(source, "not_a_workbook", f"This is no workbook, or it breaks off ({error}).")
        self._parts = self._checked()
        self._main = self._target(_ROOT, "", "/officeDocument")
        self.since_1904 = False
        self.sheets = tuple(self._sheets())

    def elements(self, part: str, names: tuple[str, ...], most: int | None = None) -> Iterator[Element]:
        """Each element of one of these names in a part, which has no more than so many of them."""
        with self._open(part) as stream:
            source = Source(f"{self._source.name}, {part}", cast("BinaryIO", _Counted(stream, self)))
            try:
                for number, element in enumerate(elements(source, self._limits, names)):
                    if most is not None and number > most:
                        self.refuse("workbook_too_large", f"{part} has far more in it than a workbook.")
                    yield element
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
                self.refuse("not_a_workbook", f"{part} cannot be unpacked ({error}).")

    def pieces(self, part: str) -> Iterator[bytes]:
        """A part as it is unpacked, a piece at a time."""
        with self._open(part) as stream:
            yield from iter(lambda: _Counted(stream, self).read(_PIECE), b"")

    def part_of(self, kind: str) -> str | None:
        """The part that belongs to the workbook and is of a kind: sharedStrings, styles."""
        return next((target for _, target in self._related(self._main, kind)), None)

    def refuse(self, code: str, what: str, advice: str = _SAVE) -> NoReturn:
        """Raises UnreadableError."""
        _refuse(self._source, code, what, advice)

    def taken(self, size: int) -> None:
        """Count what was unpacked."""
        self._unpacked += size
        if self._unpacked > self._limits.unpacked_bytes:
            what = f"More than {self._limits.unpacked_bytes} bytes come out of this workbook."
            self.refuse("workbook_too_large", what, "Split it, or save the sheet as CSV, UTF-8.")

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """The parts by their names, none of them twice, encrypted, or packed in a way that could unpack at once to any size."""
        found: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename
            if name.casefold() in found:
                self.refuse("not_a_workbook", f"The part {name[:80]!r} is there twice.")
            if info.flag_bits & _ENCRYPTED or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                self.refuse("not_a_workbook", f"The part {name[:80]!r} is packed as in no workbook.")
            if name.casefold().endswith("vbaproject.bin"):
                self.refuse("macros", "The workbook holds macros.")
            found[name.casefold()] = info
        if len(found) > self._limits.parts:
            self.refuse("workbook_too_large", f"The archive has more than {self._limits.parts} parts.")
        return found

    def _open(self, part: str) -> IO[bytes]:
        info = self._parts.get(part.casefold())
        if info is None:
            self.refuse("not_a_workbook", f"The archive has no part {part[:80]!r}: it is no workbook, or damaged.")
        try:
            return self._zip.open(info)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
            self.refuse("not_a_workbook", f"{part} cannot be unpacked ({error}).")

    def _sheets(self) -> Iterator[Sheet]:
        parts = dict(self._related(self._main, "/worksheet"))
        for element in self.elements(self._main, ("workbookPr", "sheet"), self._limits.parts):
            told = element.attributes
            if element.name == "workbookPr":
                self.since_1904 = told.get("date1904") in {"1", "true"}
            elif element.name == "sheet" and told.get("id") in parts:
                yield Sheet(told.get("name", "")[:_NAME_CHARS], parts[told["id"]], told.get("state", "visible") != "visible")

    def _target(self, rels: str, base: str, kind: str) -> str:
        found = next((target for _, target in self._relations(rels, base, kind)), None)
        if found is None:
            self.refuse("not_a_workbook", "The archive holds no workbook.")
        return found

    def _related(self, part: str, kind: str) -> Iterator[tuple[str, str]]:
        rels = join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels")
        return self._relations(rels, dirname(part), kind) if rels.casefold() in self._parts else iter(())

    def _relations(self, rels: str, base: str, kind: str) -> Iterator[tuple[str, str]]:
        """What a part refers to within the archive, by id; what lies outside of it is not there for us."""
        for element in self.elements(rels, ("Relationship",), self._limits.parts):
            told = element.attributes
            if told.get("Type", "").endswith(kind) and told.get("TargetMode") != "External":
                target = normpath(join("/", base, told.get("Target", ""))).lstrip("/")
                if target.casefold() not in self._parts:
                    self.refuse("not_a_workbook", f"The archive has no part {target[:80]!r}, which it refers to.")
                yield told.get("Id", ""), target


class _Counted:
    """A part as it is unpacked."""

    def __init__(self, stream: IO[bytes], workbook: Workbook) -> None:
        self._stream, self._workbook = stream, workbook

    def read(self, size: int) -> bytes:
        """So many bytes at most."""
        data = self._stream.read(size)
        self._workbook.taken(len(data))
        return data


def _refuse(source: Source, code: str, what: str, advice: str = _SAVE) -> NoReturn:
    raise UnreadableError(RowFault(source.name, 1, code, what, advice))


def _refuse_others(source: Source, limits: Limits) -> None:
    """What is no archive, too large a one, or one whose table of contents alone would fill memory."""
    stream = source.stream
    if not stream.seekable() or stream.seek(0) != 0:
        _refuse(source, "not_a_workbook", "This file cannot be gone back in.", "Give the workbook itself, unpacked.")
    head = stream.read(len(_OLD))
    if head == _OLD:
        _refuse(source, "not_a_workbook", "This is an old workbook (.xls), or one with a password.")
    if not head.startswith(b"PK"):
        _refuse(source, "not_a_workbook", "This is no workbook.")
    size = _size(source, limits)
    _refuse_directory(source, size)
    stream.seek(0)


def _size(source: Source, limits: Limits) -> int:
    """Its bytes, counted no further than the limit: what is packed besides is unpacked by going on."""
    size = 0
    source.stream.seek(0)
    while data := source.stream.read(1_048_576):
        size += len(data)
        if size > limits.workbook_bytes:
            what = f"The workbook is larger than {limits.workbook_bytes} bytes."
            _refuse(source, "workbook_too_large", what, "Split it, or save the sheet as CSV, UTF-8.")
    return size


def _refuse_directory(source: Source, size: int) -> None:
    """The end of an archive says how long its table of contents is, which zipfile then reads whole; found here as zipfile finds it."""
    last = min(size, _END_BYTES + _LONGEST_COMMENT + _END_64_BYTES)
    source.stream.seek(size - last)
    tail = source.stream.read(last)
    at = len(tail) - _END_BYTES
    if not (tail[at : at + 4] == _END and tail[-2:] == b"\0\0"):
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        _refuse(source, "not_a_workbook", "This is no workbook, or it breaks off.")
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    if directory > _DIRECTORY_BYTES or tail[max(at - _END_64_BYTES, 0) :][:4] == _END_64:
        _refuse(source, "workbook_too_large", "The archive has far more parts than a workbook.")
