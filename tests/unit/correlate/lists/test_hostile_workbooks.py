"""Workbooks that were made to hurt: refused in little memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterable

import pytest

from services.correlate.lists.own_xlsx import OwnXlsxReader
from services.correlate.lists.reading import Limits, Source, UnreadableError

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = '<Relationships xmlns="{0}/relationships"><Relationship Id="r1" Type="{1}/{2}" Target="{3}"/></Relationships>'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": RELATED.format(PACKAGE, OFFICE, "officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": RELATED.format(PACKAGE, OFFICE, "worksheet", "worksheets/sheet1.xml"),
}
HEAD = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
TEXT = b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
MOST_BYTES = 16 * 2**20


def workbook(sheet: Iterable[bytes], parts: int = 0) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for piece in sheet:
                file.write(piece)
        for number in range(parts):
            archive.writestr(f"x/{number}", b"")
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("sheet", "parts", "said"),
    [
        ([HEAD, TEXT, *[b"x" * 2**20] * 600], 0, "The record is larger than"),
        ([b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', HEAD, TEXT, b"&b;"], 0, "The file has a document type"),
        ([HEAD, b"</sheetData></worksheet>"], 5000, "The archive has more than"),
    ],
)
def test_a_bomb_is_refused_in_little_memory(sheet: list[bytes], parts: int, said: str) -> None:
    file = workbook(sheet, parts)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match=said):
            list(OwnXlsxReader({"main": Source("own.xlsx", file)}, Limits(), "own").records())
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
