"""Templates of our own lists as workbooks: a header that stays, drop-down lists, every cell a text, and explanations in Spanish and English.

Every cell is formatted as text, so that a spreadsheet rounds no number, drops no leading zero and makes no date of a plate.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from rigour.territories import get_territories
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.correlate.lists.own_columns import Column, columns_of
from services.correlate.lists.sheets import ROWS
from services.correlate.lists.template import example, explanation, introduction
from shared.contracts.vocabulary import ActorKind

EXPLAINED: Final = "#explicación - explanation"
_LISTS: Final = "#lists"
_NATIONS: Final = frozenset({"nationalities", "country", "document_issuer", "releasable_to"})
_WIDTH, _WIDE, _NARROW = 18, 70, 24
_TITLE_CHARS, _MESSAGE_CHARS = 32, 255
"""As long as what is shown beside a chosen cell may be."""
_CODE: Final = 2


def xlsx_template(kind: ActorKind) -> bytes:
    """The workbook: a sheet to fill in, one of explanations, and a hidden one with the words of the drop-down lists."""
    out = BytesIO()
    with Workbook(out, OPTIONS) as book:
        _sheet(book, kind)
        _explanations(book, kind)
        _lists(book, columns_of(kind))
    return out.getvalue()


OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""What is written is a text, whatever it looks like."""


def head(book: Workbook, sheet: Worksheet, columns: Sequence[Column]) -> None:
    """The header, which stays when one scrolls, over columns of text."""
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#DDE6F0"})
    needed = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#F6D9B8"})
    sheet.set_column(0, len(columns) - 1, _WIDTH, book.add_format({"num_format": "@"}))
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column.name, needed if column.needed else bold)
    sheet.freeze_panes(1, 1)


def _sheet(book: Workbook, kind: ActorKind) -> None:
    columns = columns_of(kind)
    sheet = book.add_worksheet(kind.value)
    head(book, sheet, columns)
    shown = book.add_format({"italic": True, "font_color": "#777777", "num_format": "@"})
    for number, text in enumerate(example(kind)):
        sheet.write_string(1, number, text, shown)
    for number, column in enumerate(columns):
        sheet.data_validation(1, number, ROWS - 1, number, _validation(column, _words(columns).get(column.name)))


def _validation(column: Column, place: str | None) -> dict[str, Any]:
    """What is shown beside a chosen cell and, of a closed list, what may be chosen; where several may, others are let pass."""
    es, en = explanation(column)
    told = {
        "input_title": column.name[:_TITLE_CHARS],
        "input_message": f"{es}\n{en}" if len(f"{es}\n{en}") <= _MESSAGE_CHARS else es[:_MESSAGE_CHARS],
    }
    if place is None:
        return {"validate": "any", **told}
    choice = {"validate": "list", "source": place, "show_error": not column.several}
    return (
        choice | told | {"error_title": column.name[:_TITLE_CHARS], "error_message": "Elija de la lista. / Choose from the list."}
    )


def _explanations(book: Workbook, kind: ActorKind) -> None:
    sheet = book.add_worksheet(EXPLAINED)
    bold, fold = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, _NARROW)
    sheet.set_column(1, 2, _WIDE)
    for row, sentence in enumerate(introduction(kind)):
        sheet.write_string(row, 0, f"# {sentence}", bold)
    for number, heading in enumerate(("columna / column", "español", "English")):
        sheet.write_string(3, number, heading, bold)
    for row, column in enumerate(columns_of(kind), start=4):
        sheet.write_string(row, 0, column.name, bold)
        for number, sentence in enumerate(explanation(column), start=1):
            sheet.write_string(row, number, sentence, fold)
    sheet.freeze_panes(4, 1)


def _lists(book: Workbook, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(_LISTS)
    sheet.hide()
    for number, column in enumerate(_closed(columns)):
        for row, word in enumerate([f"# {column.name}", *_choice(column)]):
            sheet.write_string(row, number, word)


def _closed(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if _choice(column)]


def _choice(column: Column) -> tuple[str, ...]:
    return nations() if column.name in _NATIONS else column.words


def _words(columns: Sequence[Column]) -> dict[str, str]:
    """Where the words of each drop-down list stand."""
    return {
        column.name: f"='{_LISTS}'!${(at := _letter(number))}$2:${at}${1 + len(_choice(column))}"
        for number, column in enumerate(_closed(columns))
    }


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def nations() -> tuple[str, ...]:
    """Every country's two letters."""
    return tuple(sorted(one.code.upper() for one in get_territories() if len(one.code) == _CODE))
