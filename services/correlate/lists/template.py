"""Templates of our own lists: every column explained, and a row that shows how; both are passed over when the file is imported."""

import csv
import io

from services.correlate.lists.own import as_body
from services.correlate.lists.own_columns import columns_of
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody


def csv_template(kind: ActorKind) -> str:
    """Explanations, header, example."""
    columns = columns_of(kind)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [f"# {kind.value}: rows that begin with # are passed over. Several values of a cell are separated by semicolons."]
    )
    for column in columns:
        writer.writerow([f"# {column.name}: {column.means}{' Several.' if column.several else ''}"])
    writer.writerow([column.name for column in columns])
    writer.writerow(
        [f"# {column.example(kind)}" if number == 0 else column.example(kind) for number, column in enumerate(columns)]
    )
    return out.getvalue()


def json_template(kind: ActorKind) -> str:
    """An example in the shape of the API, whose pages explain every field."""
    example = as_body({column.name: text for column in columns_of(kind) if (text := column.example(kind))})
    body = ActorBody.model_validate(example).model_dump_json(exclude_none=True, exclude_defaults=True, by_alias=True)
    told = f"# {kind.value}: one object a line, as POST /v1/watchlist/actors takes it; lines that begin with # are passed over."
    return f"{told}\n# {body}\n"
