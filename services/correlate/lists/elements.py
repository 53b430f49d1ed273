"""Elements of an XML file, one record at a time, in bounded memory and without anything that XML can be made to do.

A document type is refused before it is read, and with it every entity, internal or external, and every DTD to be fetched; XInclude is an
element like any other. The parsers of defusedxml refuse the same but hold a text or a tag of any length; here both are bounded, so it is
the standard library's expat itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError

_CHUNK_BYTES: Final = 65_536
_SPACE: Final = "}"


@dataclass(slots=True)
class Element:
    """An element with what is inside it; names without their namespace. `within` is what a record stands in."""

    name: str
    line: int
    within: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, *path: str) -> Iterator["Element"]:
        """Every element at a path below this one."""
        name, *rest = path
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(*rest)
                else:
                    yield child

    def texts(self, *path: str) -> list[str]:
        """What the elements at a path say, each with single spaces; empty ones are left out."""
        return [said for one in self.all(*path) if (said := " ".join(one.text.split()))]

    def said(self, *path: str) -> str:
        """What the first element at a path says, or nothing."""
        return next(iter(self.texts(*path)), "")


def elements(source: Source, limits: Limits, records: Collection[str]) -> Iterator[Element]:
    """Each element of one of these names, whole. The outermost element comes first, empty but for its attributes.

    Raises UnreadableError for what is no XML, for a document type, and at a limit.
    """
    builder = _Builder(source, limits, frozenset(records))
    while chunk := source.stream.read(_CHUNK_BYTES):
        builder.feed(chunk)
        yield from builder.taken()
    builder.feed(b"", last=True)
    yield from builder.taken()


class _Builder:
    def __init__(self, source: Source, limits: Limits, records: frozenset[str]) -> None:
        self._source = source
        self._limits = limits
        self._records = records
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._path: list[str] = []
        self._size = 0
        self._fed = 0
        self._parser = expat.ParserCreate(namespace_separator=_SPACE)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Read on."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            what = f"This is not XML: {expat.ErrorString(error.code)}."
            advice = "Fetch the file again; nothing after this was read."
            raise self._stop("not_xml", what, advice, f"column {error.offset + 1}") from None
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > self._limits.record_bytes and not last:
            raise self._stop("tag_too_long", f"A tag is longer than {self._limits.record_bytes} bytes.", "See where it ends.")

    def taken(self) -> Iterator[Element]:
        """What was finished since."""
        done, self._done = self._done, []
        yield from done

    def _refuse(self, *_: Any) -> None:
        what = "The file has a document type, which can make a reader fetch files or fill its memory."
        raise self._stop(
            "document_type", what, "No published list has one: do not trust this file; take the <!DOCTYPE …> out if you do."
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= self._limits.depth:
            raise self._stop(
                "too_deep", f"More than {self._limits.depth} elements are within one another.", "No published list does."
            )
        made = Element(name.rpartition(_SPACE)[2], self._parser.CurrentLineNumber, self._path[-1] if self._path else "")
        self._path.append(made.name)
        if len(self._path) == 1:
            self._done.append(Element(made.name, made.line, attributes=_plain(attributes)))
        if self._open or made.name in self._records:
            made.attributes = _plain(attributes)
            self._grow(64 + sum(map(len, attributes.values())))
            if self._open:
                self._open[-1].children.append(made)
            self._open.append(made)

    def _text(self, text: str) -> None:
        if self._open:
            self._grow(len(text))
            self._open[-1].text += text

    def _end(self, _: str) -> None:
        self._path.pop()
        if self._open:
            closed = self._open.pop()
            if not self._open:
                self._done.append(closed)
                self._size = 0

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limits.record_bytes:
            what = f"The record is larger than {self._limits.record_bytes} bytes."
            raise self._stop("record_too_large", what, "See which of its elements it is.")

    def _stop(self, code: str, what: str, advice: str, column: str | None = None) -> UnreadableError:
        return UnreadableError(RowFault(self._source.name, self._parser.CurrentLineNumber, code, what, advice, column))


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(_SPACE)[2]: value for name, value in attributes.items()}
