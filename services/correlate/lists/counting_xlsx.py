"""How many entries a workbook has by its own account: counted in the bytes of its sheets, without the reader of its cells."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from services.correlate.lists.own_cells import explains
from services.correlate.lists.reading import Limits, Source
from services.correlate.lists.workbook import Workbook

_SAYS: Final = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^>]*)?>(?=[^<]*[^<\s])|<(?:\w+:)?f[ >/]")
_FIRST: Final = re.compile(
    rb'[^>]*>\s*<(?:\w+:)?c [^>]*r="A\d+"[^>]*>\s*<(?:\w+:)?(?:v|is)>(?:\s*<(?:\w+:)?(?:r>\s*<(?:\w+:)?)?t[^>]*>)?([^<]*)'
)
_ROW: Final = re.compile(rb"<(?:\w+:)?row(?=[ >/])")
_TEXT: Final = re.compile(rb"<(?:\w+:)?si(?=[ >/])")
_INNER: Final = re.compile(rb"<(?:\w+:)?t(?: [^>]*)?>([^<]*)")
_HEADER: Final = 1


def entries_of_workbook(source: Source) -> int:
    """Rows that say something, without those that explain and the header of each sheet. Of a workbook that was read whole."""
    workbook = Workbook(source, Limits())
    shared = workbook.part_of("/sharedStrings")
    texts = _pieces(workbook, shared, _TEXT) if shared else ()
    explained = {str(number) for number, piece in enumerate(texts) if explains(b"".join(_INNER.findall(piece)).decode())}
    counts = [
        sum(_lists(piece, explained) for piece in _pieces(workbook, sheet.part, _ROW))
        for sheet in workbook.sheets
        if not sheet.name.startswith("#")
    ]
    return sum(max(count - _HEADER, 0) for count in counts)


def _pieces(workbook: Workbook, part: str, begins: re.Pattern[bytes]) -> Iterator[bytes]:
    """What stands from each mark to the next; a mark that two chunks share is found when both are there."""
    rest, inside = b"", False
    for chunk in workbook.pieces(part):
        *whole, rest = begins.split(rest + chunk)
        yield from whole if inside else whole[1:]
        inside = inside or bool(whole)
    if inside:
        yield rest


def _lists(piece: bytes, explained: Collection[str]) -> bool:
    """Whether a row says something, and does not explain."""
    first = _FIRST.match(piece)
    if first is not None:
        told = first[1].decode()
        if told in explained if b't="s"' in first[0] else explains(told):
            return False
    return bool(_SAYS.search(piece))
