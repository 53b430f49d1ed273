"""Lines of text out of a binary stream, each bounded before it is held."""

import codecs
from collections.abc import Iterator

from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError

_OTHER_CHARSETS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_ZIPPED = {b"PK\x03\x04": "a zip archive or a workbook", b"\x1f\x8b": "gzip", b"%PDF": "a PDF"}
_END_OF_FILE = b"\x1a"
"""How OFAC's files end: the end-of-file mark of CP/M and DOS."""


def lines(source: Source, limits: Limits) -> Iterator[tuple[int, str | RowFault]]:
    """Each line with its number, without its end, or what is wrong with it; empty lines are left out.

    No more than one line is held, and of that no more than the limit: a longer one raises UnreadableError, as does what is no text.
    """
    number = 0
    while line := source.stream.readline(limits.line_bytes + 1):
        number += 1
        if number == 1:
            line = _without_mark(source, line)
        if len(line) > limits.line_bytes:
            raise UnreadableError(_too_long(source, number, limits))
        line = line.rstrip(b"\r\n")
        if line.strip(_END_OF_FILE + b" \t"):
            yield number, _decoded(source, number, line)


def _without_mark(source: Source, first: bytes) -> bytes:
    for mark, charset in _OTHER_CHARSETS.items():
        if first.startswith(mark):
            raise UnreadableError(RowFault(source.name, 1, "charset", f"The file is {charset}.", "Save it as UTF-8."))
    for magic, what in _ZIPPED.items():
        if first.startswith(magic):
            advice = "Unpack it, or save the sheet as CSV, UTF-8."
            raise UnreadableError(RowFault(source.name, 1, "not_text", f"The file is {what}, no text.", advice))
    return first.removeprefix(codecs.BOM_UTF8)


def _too_long(source: Source, number: int, limits: Limits) -> RowFault:
    what = f"The line is longer than {limits.line_bytes} bytes."
    return RowFault(source.name, number, "line_too_long", what, "Nothing after it was read; see whether its line ends are lost.")


def _decoded(source: Source, number: int, line: bytes) -> str | RowFault:
    if b"\0" in line:
        at = f"byte {line.index(0) + 1}"
        return RowFault(source.name, number, "nul", "There is a NUL in the line.", "Save the file as UTF-8 text.", at)
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        what = f"This is not UTF-8: byte 0x{line[error.start]:02x}."
        return RowFault(source.name, number, "charset", what, "Save the file as UTF-8.", f"byte {error.start + 1}")
