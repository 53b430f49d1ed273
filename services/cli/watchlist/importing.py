"""An import from the files to the last entry: read, compare, show, and do it where nothing speaks against it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console

from services.cli.reach import left_by_up
from services.cli.watchlist.api import ListApi
from services.cli.watchlist.applying import Done, apply
from services.cli.watchlist.errors import DENIED, FAILED, INTERRUPTED, OK, PARTIAL, USAGE, ImportFailedError
from services.cli.watchlist.faults import plain, show_faults
from services.cli.watchlist.lists import List, read_list
from services.cli.watchlist.settings import ImportSettings, WatchlistSettings
from services.cli.watchlist.shown import CHANGES_SHOWN, FAULTS_SHOWN, as_json, show_counts, show_difference
from services.correlate.lists.difference import Difference, TooManyRemovalsError, difference, guard
from shared.contracts.watchlist import ActorBody
from shared.platform.faults import faults_of
from shared.platform.settings import load_settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list, what is said of its entries beside it, and whose they are."""

    source: str
    paths: tuple[Path, ...]
    form: str | None
    list_date: date | None
    said: dict[str, str | None]
    service: str | None
    key: str | None
    agency: str | None
    var: Path


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
    done: Done = field(default_factory=Done)

    async def run(self, why: str | None) -> int:
        """The exit code. Raises ImportFailedError."""
        read = self._read()
        against = list(_against(read, self.consent))
        found = await self._compared(read)
        if found is not None:
            against += self._judged(found)
        self.told["refused"] = against
        for reason in against:
            typer.echo(f"{'Would be refused' if self.consent.dry_run else 'Refused'}: {reason}", err=True)
        if against:
            return FAILED
        if self.consent.dry_run or found is None:
            return OK
        return await self._apply(found, why or _reason(self.wanted.source, read))

    def _read(self) -> List:
        wanted, said = self.wanted, _said(self.wanted.said)
        read = read_list(
            wanted.source, wanted.paths, form=wanted.form, limits=self.settings.limits, list_date=wanted.list_date, said=said
        )
        self.told |= as_json(read, None)
        if not self.quiet:
            show_counts(self.console, read)
            show_faults(self.console, read.faults)
        return read

    async def _compared(self, read: List) -> Difference | None:
        """What would change; None where only the files are looked at, since nothing runs to compare them with."""
        left = left_by_up(self.wanted.var)
        service = self.wanted.service or left.get("correlate")
        if service is None:
            if self.consent.dry_run:
                typer.echo(f"Nothing runs under {self.wanted.var}: only the files were read.", err=True)
                return None
            raise ImportFailedError(f"Nothing runs under {self.wanted.var}. Say where: --service http://…", USAGE)
        async with self._api(service) as api:
            agency = await self._agency(api)
            held = await api.entries(self.wanted.source, agency)
        found = difference(held, read.bodies)
        self.told |= {"agency": agency, "difference": as_json(read, found)["difference"]}
        if not self.quiet:
            show_difference(self.console, found, shown=None if self.every else CHANGES_SHOWN)
        return found

    def _judged(self, found: Difference) -> Iterator[str]:
        if found.doubled and not self.consent.faults:
            numbers = ", ".join(plain(one.source_id) for one in found.doubled[:FAULTS_SHOWN])
            yield f"{len(found.doubled)} ids stand twice in the list ({numbers}). Mend it, or take the first of each by --accept-faults."
        if not self.consent.removals:
            try:
                guard(found, self.settings.policy)
            except TooManyRemovalsError as error:
                yield f"{error} If so, say --accept-removals."

    async def _apply(self, found: Difference, why: str) -> int:
        async with self._api(self.wanted.service or left_by_up(self.wanted.var)["correlate"]) as api:
            await apply(api, found, why, chunk=self.settings.chunk, quiet=self.quiet, done=self.done)
        self.told["done"] = dict(self.done.counts)
        self.told["not_done"] = [{"source_id": number, "why": reason} for number, reason in self.done.faults]
        if not self.quiet:
            typer.echo(", ".join(f"{count} {verdict}" for verdict, count in self.done.counts.items()) or "Nothing to do.")
        for number, reason in self.done.faults[:FAULTS_SHOWN]:
            typer.echo(f"{plain(number)}: {plain(reason, 300)}", err=True)
        return PARTIAL if self.done.faults else OK

    def _api(self, service: str) -> ListApi:
        return ListApi(service, self._key(), patience_seconds=self.settings.patience_seconds, page=self.settings.page)

    def _key(self) -> str:
        key = self.wanted.key or left_by_up(self.wanted.var).get("admin_key")
        if key is None:
            raise ImportFailedError("A key with watchlist:read and watchlist:write is needed: --key, or ATALAYA_KEY.", DENIED)
        return str(key)

    async def _agency(self, api: ListApi) -> str:
        """Whose entries are compared: others' of the same source are theirs to edit."""
        found = self.wanted.agency or await api.agency_of(_key_id(self._key()))
        if found is None:
            raise ImportFailedError(
                "Say whose entries: --agency, or ATALAYA_AGENCY, is the agency that the key was given.", USAGE
            )
        return found


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
        typer.echo(f"Interrupted after {importing.done.counts.total()} entries. Run it again: what is done is done.", err=True)
    if as_json:
        typer.echo(json.dumps({"source": wanted.source, **importing.told, "exit": code}))
    return code


def _against(read: List, consent: Consent) -> Iterator[str]:
    """What speaks against taking the list as it was read."""
    lost = [count for count in read.counts if count.lost]
    if lost:
        yield f"{', '.join(f'{count.lost} {count.what}' for count in lost)} in the files were neither read nor told of."
    if read.faulty and not consent.faults:
        yield f"{read.faulty} rows are faulty. Mend them, or import without them by --accept-faults."


def _key_id(token: str) -> str:
    """The middle part of a token, `atk_…_…`."""
    return token.removeprefix("atk_").partition("_")[0]


def _reason(source: str, read: List) -> str:
    return f"{source} of {read.list_date}" if read.list_date else source


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
