"""A list on its way to the service: read, sent part by part as it is read, gone on with where an earlier try was stopped."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.watchlist.api import IMPORTS, ListApi, RefusedError
from services.cli.watchlist.lists import List
from services.cli.watchlist.settings import ImportSettings
from services.correlate.lists.reading import Draft, RowFault

_OPEN: Final = "import_open"


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry, and the line that it is sent as: what the list says of it, and nothing else."""

    draft: Draft
    line: bytes


def fingerprint(paths: Mapping[str, str], said: Mapping[str, Any], why: str | None) -> str:
    """Of the files and all that is said of them: the same again goes on where it was stopped."""
    whole = sha256(orjson.dumps([sorted(paths), {name: repr(value) for name, value in sorted(said.items())}, why]))
    for _, name in sorted(paths.items()):
        with Path(name).open("rb") as file:
            whole.update(file_digest(file, "sha256").digest())
    return whole.hexdigest()


async def opened(api: ListApi, wanted: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The import to fill, and whether an earlier one of the same key was dropped for it: of other files, and never done."""
    try:
        return await api.post(IMPORTS, wanted), False
    except RefusedError as error:
        other = str(error.problem.get("import_id", ""))
        if error.problem.get("code") != _OPEN or error.problem.get("opened_by") != (await api.own_key())["id"]:
            raise
        await api.drop(other)
    return await api.post(IMPORTS, wanted), True


async def send(api: ListApi, row: dict[str, Any], read: List, settings: ImportSettings, *, quiet: bool) -> int:
    """Read the list to its end and send what is not there yet; how many rows there are. What the service refuses joins the list's faults."""
    there, number = int(row["rows"]), 0
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]} rows"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty()) as progress:
        bar = progress.add_task("reading and sending", total=read.size, rows=0)
        for part in _parts(read.records, settings):
            fresh = part[max(0, there - number) :]
            if fresh:
                await _send(api, str(row["import_id"]), number + len(part) - len(fresh), fresh, read.faults)
            number += len(part)
            progress.update(bar, completed=read.at(), rows=f"{number:,}")
    if there and number:
        await _told_before(api, row, read.faults, there)
    return number


async def _send(api: ListApi, import_id: str, first: int, rows: list[_Row], faults: list[RowFault]) -> None:
    answer = await api.send(import_id, first, [row.line for row in rows])
    for told in answer["faults"]:
        draft = rows[told["number"] - first].draft
        faults += [_fault(draft.file, draft.line, error) for error in told["errors"]]


async def _told_before(api: ListApi, row: dict[str, Any], faults: list[RowFault], there: int) -> None:
    """The faults of rows that an earlier try had sent."""
    found = await api.get(f"{IMPORTS}/{row['import_id']}")
    for told in found["faults"]:
        if told["number"] < there:
            faults += [_fault("sent before", told["number"] + 1, error) for error in told["errors"]]


def _fault(file: str, line: int, error: dict[str, Any]) -> RowFault:
    column = str(error.get("pointer", "")).strip("/").replace("/", ".") or None
    return RowFault(file, line, str(error.get("code", "refused")), str(error["detail"]), "Mend the row.", column)


def _parts(records: Iterator[Draft], settings: ImportSettings) -> Iterator[list[_Row]]:
    """So many rows, and so many bytes, at most; a row that is longer goes alone."""
    part: list[_Row] = []
    size = 0
    for record in records:
        row = _Row(record, record.body.model_dump_json(by_alias=True, exclude_unset=True).encode())
        if part and (len(part) == settings.chunk or size + len(row.line) > settings.chunk_bytes):
            yield part
            part, size = [], 0
        part.append(row)
        size += len(row.line)
    if part:
        yield part
