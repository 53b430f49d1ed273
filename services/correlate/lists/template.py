"""Templates of our own lists as text: every column explained, and a row that shows how; both are passed over when the file is imported.

The workbook of the same is `template_xlsx`.
"""

import csv
import io
from collections.abc import Iterator

from services.correlate.lists.own_body import as_body
from services.correlate.lists.own_cells import Cells
from services.correlate.lists.own_columns import Column, columns_of
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody

BYTE_ORDER_MARK = "\ufeff"
"""By it a spreadsheet knows UTF-8; without it accents are lost on opening."""


def csv_template(kind: ActorKind) -> str:
    """Explanations in both languages, header, example."""
    columns = columns_of(kind)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([f"# {sentence}"] for sentence in introduction(kind))
    writer.writerows([f"# {column.name}: {' / '.join(explanation(column))}"] for column in columns)
    writer.writerow([column.name for column in columns])
    writer.writerow(example(kind))
    return BYTE_ORDER_MARK + out.getvalue()


def json_template(kind: ActorKind) -> str:
    """An example in the shape of the API, whose pages explain every field."""
    value = as_body(Cells({column.name: text for column in columns_of(kind) if (text := column.shown(kind))}))
    body = ActorBody.model_validate(value).model_dump_json(exclude_none=True, exclude_defaults=True, by_alias=True)
    told = f"# {kind.value}: one object a line, as POST /v1/watchlist/actors takes it; lines that begin with # are passed over."
    return f"{told}\n# {body}\n"


def introduction(kind: ActorKind) -> tuple[str, str]:
    """What is to be known of the file as a whole, in Spanish and English."""
    return (
        f"{kind.value}: las filas que empiezan con # se pasan por alto. Varios valores en una celda se separan con punto y coma.",
        f"{kind.value}: rows that begin with # are passed over. Several values of a cell are separated by semicolons.",
    )


def example(kind: ActorKind) -> list[str]:
    """The cells of a row as one may write it, marked as such."""
    shown = [column.shown(kind) for column in columns_of(kind)]
    return [f"# {shown[0]}", *shown[1:]]


def explanation(column: Column) -> Iterator[str]:
    """What a column holds, in Spanish and English."""
    words = f": {', '.join(column.words)}" if column.words else ""
    yield f"{column.es}{words}.{' Necesario.' if column.needed else ''}{' Varios.' if column.several else ''}"
    yield f"{column.en}{words}.{' Needed.' if column.needed else ''}{' Several.' if column.several else ''}"
