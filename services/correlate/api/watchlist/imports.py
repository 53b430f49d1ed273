"""`/v1/watchlist/imports`: a whole list in, compared before it is done, done in one transaction, and undone."""

import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.bulk import NDJSON
from services.correlate.api.watchlist.guards import expected_version, translated
from services.correlate.api.watchlist.kinds import Reader, Writer
from services.correlate.api.watchlist.view import author, body_schema, json_answer
from services.correlate.store.imports import Import
from services.correlate.watchlist.committing import Committing, Consent, against, removals_percent
from services.correlate.watchlist.import_errors import (
    ImportEndedError,
    ImportOpenError,
    ImportUnknownError,
    ListChangedError,
    NotAgreedError,
    RowsMissingError,
)
from services.correlate.watchlist.importing import SHOWN, Imports, Step, Wanted
from services.correlate.watchlist.undoing import Undoing
from shared.contracts.watchlist import ActorBody
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import (
    PROBLEM_RESPONSES,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
)
from shared.platform.http.routing import api_router, require_json

_PATH: Final = "/v1/watchlist/imports"
_FAULTS_TOLD: Final = 500
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ImportRequest(BaseModel):
    """What an import is opened for."""

    model_config = ConfigDict(extra="forbid")

    source: Word = Field(description="whose list: ofac-sdn, un-sc, a name of your own")
    list_date: date | None = None
    why: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="kept in the history of each entry"
    )
    digest: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="of the files and all that is said of them: the same again finds the import that is open"
    )


class ShownImport(BaseModel):
    """An import as it stands."""

    import_id: UUID
    agency: str
    source: str
    state: Literal["open", "done", "dropped"]
    opened_at: datetime
    opened_by: str
    list_date: date | None = None
    why: str | None = None
    rows: int = Field(description="how many came; the next one has this number")
    seen_version: int | None = Field(default=None, description="the list's version that its difference was made against")
    counts: dict[str, int] | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    from_version: int | None = Field(default=None, description="the first version of the list that it made")
    to_version: int | None = Field(default=None, description="the last one")
    undoes: UUID | None = Field(default=None, description="the import that this one undid")


class UndoRequest(BaseModel):
    """Why an import is undone."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] = Field(
        description="kept in the history of each entry"
    )


class DifferenceFilter(BaseModel):
    """Which part of a difference."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["changed", "removed", "doubled", "again", "added"] | None = None
    limit: int = Field(default=200, ge=1, le=500)
    cursor: str | None = None


class CommitQuery(BaseModel):
    """What whoever commits agrees to."""

    model_config = ConfigDict(extra="forbid")

    accept_removals: bool = Field(default=False, description="end entries however many are gone; by a second person")
    accept_faults: bool = Field(default=False, description="leave out the rows that are no entries")
    accept_doubled: bool = Field(default=False, description="of rows with one number take the first")
    rows: int | None = Field(default=None, ge=0, description="how many rows were sent; refused where others are there")
    list_date: date | None = Field(default=None, description="the list's date, where it was not known when the import was opened")


def imports_router(imports: Imports, committing: Committing, undoing: Undoing, cursors: Cursors) -> APIRouter:
    """The routes."""
    router = api_router(prefix=_PATH, tags=["watchlist"], responses=PROBLEM_RESPONSES)
    _add_filling(router, imports)
    _add_reading(router, imports, cursors)
    _add_ending(router, imports, committing)
    _add_undoing(router, undoing)
    return router


def _add_filling(router: APIRouter, imports: Imports) -> None:
    @router.post("", status_code=201, response_model=ShownImport, summary="Open an import; one is open of an agency and a source")
    async def begin(wanted: ImportRequest, who: Writer) -> Response:
        with problems():
            row, new = await imports.open(Wanted(**wanted.model_dump()), author(who))
        return _answer(row, 201 if new else 200, Location=f"{_PATH}/{row.import_id}")

    @router.post(
        "/{import_id}/drafts",
        openapi_extra=body_schema(ActorBody, NDJSON),
        summary="Send rows, one entry a line; `first` is the number of the first. The same again changes nothing",
    )
    async def put(
        import_id: UUID, request: Request, who: Writer, first: Annotated[int, Query(ge=0, description="from 0 on")]
    ) -> Response:
        require_json(request, accepted=(NDJSON, "application/jsonl", "application/json-lines"))
        lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
        with problems():
            rows, faults = await imports.put(import_id, author(who), first, lines)
        told = [{"number": number, "errors": [fault.as_dict() for fault in found]} for number, found in faults.items()]
        return json_answer({"rows": rows, "taken": len(lines) - len(faults), "faults": told})


def _add_reading(router: APIRouter, imports: Imports, cursors: Cursors) -> None:
    @router.get("", summary="Imports and undoings, the latest first")
    async def page(who: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 50, cursor: str | None = None) -> Response:
        before = datetime.fromisoformat(cursors.open(cursor, purpose=_PATH)["before"]) if cursor else None
        rows = await imports.page(author(who), before, limit + 1)
        more = len(rows) > limit
        follows = cursors.seal({"before": rows[limit - 1].opened_at}, purpose=_PATH) if more else None
        return json_answer({"items": [_shown(row) for row in rows[:limit]], "next_cursor": follows})

    @router.get("/{import_id}", response_model=ShownImport, summary="How many rows are there, and those that are no entries")
    async def read(import_id: UUID, who: Reader) -> Response:
        with problems():
            row, faulty, faults = await imports.find(import_id, author(who))
        return json_answer({**_shown(row), "faulty": faulty, "faults": faults})

    @router.get(
        "/{import_id}/difference",
        summary="What it would do to the list as it is: counts, and each step; its ETag is for the commit's If-Match",
    )
    async def difference(import_id: UUID, who: Reader, wanted: Annotated[DifferenceFilter, Query()]) -> Response:
        purpose = f"difference:{import_id}:{wanted.what}"
        place = cursors.open(wanted.cursor, purpose=purpose) if wanted.cursor else {"what": wanted.what or SHOWN[0], "after": 0}
        with problems():
            row = await imports.compare(import_id, author(who))
            if place.get("seen", row.seen_version) != row.seen_version:
                raise ListChangedError(row.seen_version)
            found, follows = await _page(imports, row, place, wanted)
        counts = orjson.loads(row.counts)
        told = {
            "import_id": row.import_id, "list_version": row.seen_version, "counts": counts,
            "removals_percent": round(removals_percent(counts), 2), "against": _against(imports, counts), "items": [_step(one) for one in found],
            "next_cursor": cursors.seal(follows, purpose=purpose) if follows else None,
        }  # fmt: skip
        return json_answer(told, ETag=f'"{row.seen_version}"')


def _add_ending(router: APIRouter, imports: Imports, committing: Committing) -> None:
    @router.post(
        "/{import_id}/commit",
        response_model=ShownImport,
        summary="Do it, in one transaction. If-Match: the difference's ETag, 412 where the source's entries changed since",
    )
    async def commit(import_id: UUID, request: Request, who: Writer, wanted: Annotated[CommitQuery, Query()]) -> Response:
        seen, _ = expected_version(request, None)
        consent = Consent(
            wanted.accept_removals,
            wanted.accept_faults,
            wanted.accept_doubled,
            who.allows("watchlist:approve"),
            seen,
            wanted.rows,
            wanted.list_date,
        )
        with problems():
            row = await committing.commit(import_id, author(who), consent)
        return _answer(row)

    @router.delete("/{import_id}", response_model=ShownImport, summary="Forget an import that was not committed")
    async def drop(import_id: UUID, who: Writer) -> Response:
        with problems():
            row = await imports.drop(import_id, author(who))
        return _answer(row)


def _add_undoing(router: APIRouter, undoing: Undoing) -> None:
    @router.post(
        "/{import_id}/undo", summary="Undo an import, or an undoing, in one transaction; what changed since is left and named"
    )
    async def undo(
        import_id: UUID,
        wanted: UndoRequest,
        who: Writer,
        dry_run: Annotated[bool, Query(description="only say what it would do")] = False,  # noqa: FBT002 - a name in the address
    ) -> Response:
        with problems():
            done = await undoing.undo(import_id, author(who), wanted.why, dry_run=dry_run)
        left = [{"entry_id": one.entry_id, "source_id": one.source_id, "why": one.why} for one in done.left]
        row = _shown(done.row) if done.row is not None else {"undoes": import_id}
        return json_answer({**row, "counts": done.counts, "left": left})


async def _page(
    imports: Imports, row: Import, place: dict[str, Any], wanted: DifferenceFilter
) -> tuple[list[Step], dict[str, Any] | None]:
    """The next steps, kind after kind, and where what follows them begins."""
    what, after = str(place["what"]), int(place["after"])
    found: list[Step] = []
    while True:
        got = await imports.steps(row, what, after, wanted.limit - len(found))
        found += got
        if len(found) == wanted.limit:
            return found, {"what": what, "after": got[-1].place, "seen": row.seen_version}
        following = SHOWN.index(what) + 1
        if wanted.what is not None or following == len(SHOWN):
            return found, None
        what, after = SHOWN[following], 0


@contextlib.contextmanager
def problems() -> Iterator[None]:
    """Raise problems in place of the use cases' errors."""
    try:
        with translated():
            yield
    except ImportUnknownError:
        raise NotFoundError("No import has this id.") from None
    except ImportOpenError as error:
        detail = "An import of this source is open. Go on with it, commit it, or drop it."
        raise ConflictError(detail, code="import_open", import_id=str(error.import_id), opened_by=error.opened_by) from None
    except ImportEndedError as error:
        raise ConflictError(f"The import is {error.state}.", code="import_ended", state=error.state) from None
    except RowsMissingError as error:
        detail = f"{error.rows} rows are there; go on with that one."
        raise ConflictError(detail, code="rows_missing", rows=error.rows) from None
    except ListChangedError as error:
        detail = "Entries of this source changed after the difference was shown, or rows came. Look at it again."
        raise PreconditionFailedError(detail, seen_version=error.seen) from None
    except NotAgreedError as error:
        refused = ForbiddenError if error.code == "second_person" else ConflictError
        raise refused(str(error), code=error.code, counts=dict(error.counts)) from None


def _answer(row: Import, status: int = 200, **headers: str) -> Response:
    return json_answer(_shown(row), status, **headers)


def _shown(row: Import) -> dict[str, Any]:
    hidden = {"nation", "digest", "steps", "after_version", "cleared", "touched_at"}
    told = {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001 - SQLAlchemy's public name for it
    told["counts"] = orjson.loads(row.counts) if row.counts else None
    made = row.after_version is not None and row.to_version > row.after_version
    return told | {"from_version": row.after_version + 1 if made else None, "to_version": row.to_version if made else None}


def _against(imports: Imports, counts: dict[str, int]) -> list[dict[str, str]]:
    return [{"code": code, "detail": detail} for code, detail in against(counts, imports.settings.removals_percent)]


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"what": step.what, "source_id": step.source_id, "number": step.number, "entry_id": step.entry_id}
    if step.fields:
        fields = [{"field": one.field, "before": _plain(one.before), "after": _plain(one.after)} for one in step.fields]
        told |= {"version": step.version, "fields": fields, "needs_second": step.needs_second}
    return told


def _plain(value: Any) -> Any:
    """A field's value as the API writes it."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
