"""An import from the files to the last entry: read and sent, compared, shown, and done in one transaction where nothing speaks against it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from services.cli.watchlist.api import IMPORTS, ListApi, RefusedError
from services.cli.watchlist.errors import FAILED, INTERRUPTED, OK, USAGE, ImportFailedError
from services.cli.watchlist.faults import plain, show_faults
from services.cli.watchlist.lists import List, opened_list
from services.cli.watchlist.reach import Reach
from services.cli.watchlist.settings import ImportSettings, WatchlistSettings
from services.cli.watchlist.shown import list_as_json, show_counts, show_difference
from services.cli.watchlist.staging import fingerprint, opened, send
from shared.contracts.watchlist import ActorBody
from shared.platform.faults import faults_of
from shared.platform.settings import load_settings

_SECOND: Final = "second_person"
_OF_ROWS: Final = frozenset({"faulty_rows", "doubled_rows"})
_DONE: Final = {"created": ("added", "again"), "revised": ("changed",), "ended": ("removed",), "waiting": ("waiting",)}
"""What became of how many, in words, from the counts of a committed import."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list, and what is said of its entries beside it."""

    source: str
    paths: tuple[Path, ...]
    form: str | None
    list_date: date | None
    said: dict[str, str | None]
    reach: Reach


@dataclass(frozen=True, slots=True)
class Consent:
    """What whoever imports has agreed to beforehand."""

    dry_run: bool
    removals: bool
    faults: bool


@dataclass(slots=True)
class _Import:
    wanted: Wanted
    consent: Consent
    settings: ImportSettings
    console: Console
    quiet: bool
    every: bool
    told: dict[str, Any] = field(default_factory=dict)

    async def run(self, why: str | None) -> int:
        """The exit code. Raises ImportFailedError."""
        wanted, said = self.wanted, _said(self.wanted.said)
        files = opened_list(
            wanted.source, wanted.paths, form=wanted.form, limits=self.settings.limits, list_date=wanted.list_date, said=said
        )
        if wanted.reach.address is None and self.consent.dry_run:
            with files as read:
                for _ in read.records:
                    pass
                typer.echo(f"Nothing runs under {wanted.reach.var}: only the files were read.", err=True)
                return self._refused(self._show(read))
        async with wanted.reach.api(self.settings) as api:
            with files as read:
                digest = fingerprint(read.files, said, why)
                row, dropped = await opened(api, self._opening(why, digest))
                if dropped:
                    typer.echo("An earlier import of this source, of other files and not done, was dropped.", err=True)
                rows = await send(api, row, read, self.settings, quiet=self.quiet)
                against = self._show(read)
            return await self._compared(api, str(row["import_id"]), rows, against)

    def _opening(self, why: str | None, digest: str) -> dict[str, Any]:
        day = self.wanted.list_date.isoformat() if self.wanted.list_date else None
        return {"source": self.wanted.source, "why": why, "digest": digest, "list_date": day}

    def _show(self, read: List) -> list[str]:
        """Tell what was read; what speaks against taking it."""
        self.told |= list_as_json(read)
        if not self.quiet:
            show_counts(self.console, read)
            show_faults(self.console, read.faults)
        return list(_against(read, self.consent))

    async def _compared(self, api: ListApi, import_id: str, rows: int, against: list[str]) -> int:
        most = None if self.every else self.settings.shown
        pages = [page async for page in api.pages(f"{IMPORTS}/{import_id}/difference", most)]
        found, items = pages[0], [item for page in pages for item in page["items"]][:most]
        self.told |= {"import_id": import_id, "difference": _difference(found, items)}
        if not self.quiet:
            show_difference(self.console, found, items, whole=pages[-1]["next_cursor"] is None, numbers=self.every)
        against = against + list(self._judged(found))
        if against or self.consent.dry_run:
            await api.drop(import_id)
            return self._refused(against)
        return await self._committed(api, import_id, rows, int(found["list_version"]))

    def _judged(self, found: dict[str, Any]) -> Iterator[str]:
        for one in found["against"]:
            of_rows = one["code"] in _OF_ROWS
            if not (self.consent.faults if of_rows else self.consent.removals):
                yield f"{one['detail']} {'Or say --accept-faults.' if of_rows else 'Then say --accept-removals, and have it approved.'}"

    def _refused(self, against: list[str]) -> int:
        self.told["refused"] = against
        for reason in against:
            typer.echo(f"{'Would be refused' if self.consent.dry_run else 'Refused'}: {reason}", err=True)
        return FAILED if against else OK

    async def _committed(self, api: ListApi, import_id: str, rows: int, seen: int) -> int:
        agreed = {"accept_removals": self.consent.removals, "accept_faults": self.consent.faults}
        try:
            done = await api.post(
                f"{IMPORTS}/{import_id}/commit", headers={"If-Match": f'"{seen}"'}, rows=rows,
                list_date=self.told["list_date"], accept_doubled=self.consent.faults, **agreed,
            )  # fmt: skip
        except RefusedError as error:
            return self._not_committed(import_id, error)
        self.told["done"] = {word: sum(done["counts"].get(one, 0) for one in ones) for word, ones in _DONE.items()}
        self.told["done"] = {word: count for word, count in self.told["done"].items() if count}
        self.told["versions"] = [done["from_version"], done["to_version"]]
        if not self.quiet:
            typer.echo(", ".join(f"{count} {word}" for word, count in self.told["done"].items()) or "Nothing to do.")
            if self.told["done"]:
                typer.echo(f"Undone by: atalaya watchlist undo {import_id}", err=True)
        return OK

    def _not_committed(self, import_id: str, error: RefusedError) -> int:
        if error.problem.get("code") == _SECOND:
            self.told["waits_for_second_person"] = import_id
            typer.echo(f"{error} With their key: atalaya watchlist approve import {import_id}", err=True)
            return FAILED
        if error.status == HTTPStatus.PRECONDITION_FAILED:
            self.told["changed_meanwhile"] = True
            typer.echo("Somebody changed entries of this source meanwhile: nothing was done. Run it again.", err=True)
            return FAILED
        raise error


def run(wanted: Wanted, consent: Consent, *, why: str | None, as_json: bool, every: bool) -> int:
    """Do it, say it, and return the exit code."""
    settings = load_settings(WatchlistSettings).watchlist
    importing = _Import(wanted, consent, settings, Console(width=None), quiet=as_json, every=every)
    try:
        code = asyncio.run(importing.run(why))
    except ImportFailedError as error:
        typer.echo(plain(error, None), err=True)
        code, importing.told["error"] = error.code, str(error)
    except KeyboardInterrupt:
        code = INTERRUPTED
        typer.echo("Interrupted. The list is as it was, or as the import makes it: run it again, and it goes on.", err=True)
    if as_json:
        typer.echo(json.dumps({"source": wanted.source, **importing.told, "exit": code}))
    return code


def _difference(found: dict[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = ("changed", "removed", "doubled", "again", "added")
    listed = {kind: [item for item in items if item["what"] == kind] for kind in kinds}
    return {"counts": found["counts"], "removals_percent": found["removals_percent"], **listed}


def _against(read: List, consent: Consent) -> Iterator[str]:
    """What speaks against taking the list as it was read."""
    lost = [count for count in read.counts if count.lost]
    if lost:
        yield f"{', '.join(f'{count.lost} {count.what}' for count in lost)} in the files were neither read nor told of."
    if read.faulty and not consent.faults:
        yield f"{read.faulty} rows are faulty. Mend them, or import without them by --accept-faults."


def _said(options: dict[str, str | None]) -> dict[str, Any]:
    """What the options say of every entry, checked. Raises ImportFailedError."""
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    tlp, nations = given.pop("tlp", None), given.pop("releasable_to", None)
    if tlp is not None or nations is not None:
        told = {"tlp": tlp} if tlp else {}
        given["handling"] = {**told, "releasable_to": [one.strip() for one in (nations or "").split(",") if one.strip()]}
    try:
        body = ActorBody.model_validate({"kind": "person", **given})
    except ValidationError as error:
        faults = "; ".join(f"{fault.pointer.strip('/').replace('_', '-')}: {fault.detail}" for fault in faults_of(error))
        raise ImportFailedError(f"An option is wrong: {faults}", USAGE) from None
    return {name: getattr(body, name) for name in given}
