"""Workbooks as the tests give them to the reader: written by openpyxl, or put together part by part."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.correlate.lists.own_xlsx import OwnXlsxReader
from services.correlate.lists.reading import Limits, RowFault, Source
from shared.contracts.watchlist import ActorBody
from tests.support.lists import read, written

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
ROOT_RELS: Final = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
RELS: Final = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
BOOK: Final = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets><sheet name="persons" sheetId="1" r:id="r1"/></sheets></workbook>'
)
SHARED: Final = f'<sst xmlns="{MAIN}"><si><t>source_id</t></si><si><t>kind</t></si><si><t>name</t></si></sst>'
HEAD: Final = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>person</t></is></c><c r="C2" t="inlineStr"><is><t>Nadie</t></is></c></row>'
)


def sheet(rows: str, after: str = "") -> str:
    """A sheet with a header, an entry, and these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{HEAD}{rows}</sheetData>{after}</worksheet>'


def parts(rows: str = "", **others: str) -> dict[str, str]:
    """The parts of the smallest workbook, some in other words: `book`, `rels`, `shared`, `sheet`, `root`."""
    return {
        "_rels/.rels": others.get("root", ROOT_RELS),
        "xl/workbook.xml": others.get("book", BOOK),
        "xl/_rels/workbook.xml.rels": others.get("rels", RELS),
        "xl/sharedStrings.xml": others.get("shared", SHARED),
        "xl/worksheets/sheet1.xml": others.get("sheet", sheet(rows)),
    }


def packed(told: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in told.items():
            archive.writestr(name, data)
    return out.getvalue()


def saved(fill: Callable[[Worksheet], Any], *, title: str = "persons") -> bytes:
    """A workbook of one sheet, as openpyxl saves it."""
    book = Workbook()
    (first,) = book.worksheets
    first.title = title
    fill(first)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(header: Sequence[str], *rows: Iterable[Any]) -> bytes:
    """A workbook with these cells."""

    def fill(first: Worksheet) -> None:
        first.append(list(header))
        for row in rows:
            first.append(list(row))

    return saved(fill)


def taken(data: bytes | Source, limits: Limits | None = None) -> tuple[dict[str, ActorBody], list[RowFault]]:
    """The entries by their ids, and the faults."""
    source = data if isinstance(data, Source) else written(data, "own.xlsx")
    return read(OwnXlsxReader({"main": source}, limits or Limits(), "own"))
