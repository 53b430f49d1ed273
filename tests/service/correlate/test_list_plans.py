"""What a question to a large list reads: rows that it shows, and not the list. Counted by PostgreSQL itself, on fifty thousand entries."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.versions import Author
from services.correlate.entries.wanted import Wanted
from services.correlate.store import moments, search
from services.correlate.watchlist import past
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.settings import DatabaseSettings

ENTRIES = 50_000
MOST_READ = 6_000
"""Rows of tables and indexes together, for two pages of fifty: what an index gives is not always all wanted. Of an issuer that wrote every
fiftieth entry a page reads fifty times what it shows, however long the list is."""
GT, HN, MX = Author("gt-police", "GT", "key-0"), Author("hn-police", "HN", "key-hn"), Author("mx-police", "MX", "key-mx")
ADMIN = Author("op", "US", "key-op", admin=True)
ONE = UUID(int=777)

_ENTRIES = f"""
    INSERT INTO correlate.entry (entry_id, type, version, list_version, originator, nation, releasable_to, source, source_id, kind, severity,
        label, state, category, requested_action, written_by, review_at, confirm_by, flagged_by, search, ended_at, content)
    SELECT lpad(to_hex(n), 32, '0')::uuid, CASE WHEN n % 10000 = 5 THEN 'route' ELSE 'actor' END, 1, n,
        CASE WHEN n % 50 = 0 THEN 'hn-police' ELSE 'gt-police' END, CASE WHEN n % 50 = 0 THEN 'HN' ELSE 'GT' END,
        CASE WHEN n % 2000 = 1 THEN ARRAY['GT','MX'] ELSE ARRAY['GT','HN'] END,
        CASE WHEN n < 300 THEN 'own' ELSE 'opensanctions' END, 'Q' || n, CASE WHEN n % 5000 = 2 THEN 'aircraft' ELSE 'person' END,
        CASE WHEN n < 200 THEN 'critical' ELSE 'medium' END, 'name' || n, CASE WHEN n % 4000 = 3 THEN 'submitted' WHEN n % 3 = 0
        THEN 'revoked' ELSE 'active' END, CASE WHEN n % 1000 = 4 THEN 'arrest' END, CASE WHEN n < 100 THEN 'ARREST' ELSE 'INFORM_ONLY' END,
        'key-' || n % 500, CASE WHEN n % 100 = 7 THEN now() + n * interval '1 minute' END, CASE WHEN n % 9000 = 8 THEN now() END,
        CASE WHEN n % 6000 = 9 THEN ARRAY['HN'] END, array_to_tsvector(ARRAY['jose', 'name' || n, 'q' || n]),
        CASE WHEN n % 3 = 0 THEN now() END, CAST(:content AS text)
    FROM generate_series(1, {ENTRIES}) n
"""
_VERSIONS = "INSERT INTO correlate.entry_version SELECT entry_id, version, list_version, content FROM correlate.entry"
_CHANGES = f"""
    INSERT INTO correlate.list_change (to_version, from_version, at, by, agency, change)
    SELECT n, n, timestamptz '2026-01-01 00:00Z' + n * interval '1 second', 'key', CASE WHEN n % 100 = 0 THEN 'hn-police' ELSE 'gt-police' END, 'listed'
    FROM generate_series(1, {ENTRIES}) n
"""
CONTENT = ActorEntry(
    entry_id=ONE,
    version=1,
    list_version=1,
    originator="gt-police",
    nation="GT",
    changed_at=SystemClock().now(),
    changed_by="key",
    releasable_to=("GT", "HN"),
    body=ActorBody(kind="person", reason="long enough to fill a page of the table with few rows " * 4),
).model_dump_json()


class Plans:
    """The plans of the statements that were executed, with what each step of them read."""

    def __init__(self) -> None:
        self.read = 0
        self.steps: list[dict[str, Any]] = []

    def explain(self, _connection: Any, cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        """Before a statement is executed, execute it to be explained."""
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values)
            for step in _steps(cursor.fetchall()[0][0][0]["Plan"]):
                self.steps.append(step)
                self.read += _read(step)


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps(below)


def _read(step: dict[str, Any]) -> int:
    """Rows that a scan gave or threw away. What an index gathers for a bitmap are places of rows, a thousand to a page."""
    if "Scan" not in step["Node Type"] or step["Node Type"] == "Bitmap Index Scan":
        return 0
    dropped = step.get("Rows Removed by Filter", 0) + step.get("Rows Removed by Index Recheck", 0)
    return int((step["Actual Rows"] + dropped) * step["Actual Loops"])


@pytest.fixture
async def large(migrated_url: str) -> AsyncIterator[Database]:
    async with Database(DatabaseSettings(url=SecretStr(migrated_url)), application_name="plans") as database:
        async with database.transaction() as connection:
            await connection.execute(text(_ENTRIES), {"content": CONTENT})
            await connection.execute(text(_VERSIONS))
            await connection.execute(text(_CHANGES))
            await connection.execute(text("ANALYZE correlate.entry, correlate.entry_version, correlate.list_change"))
        yield database


async def plans_of(database: Database, ask: Callable[[AsyncConnection], Awaitable[Any]]) -> Plans:
    plans = Plans()
    engine = database.engine().sync_engine
    event.listen(engine, "before_cursor_execute", plans.explain)
    try:
        async with database.transaction() as connection:
            await ask(connection)
    finally:
        event.remove(engine, "before_cursor_execute", plans.explain)
    assert plans.steps
    return plans


def of(**equal: str) -> Wanted:
    return Wanted(states=None, equal={name: [value] for name, value in equal.items()})


LIVING = frozenset(state for state in EntryState if not state.ended)
QUESTIONS: dict[str, tuple[Wanted, Author]] = {
    "the list": (Wanted(states=LIVING), GT),
    "all of it": (Wanted(), ADMIN),
    "what has ended": (Wanted(states=frozenset(EntryState) - LIVING), GT),
    "the few that wait": (Wanted(states=frozenset({EntryState.SUBMITTED})), GT),
    "a state that none is in": (Wanted(states=frozenset({EntryState.DRAFT})), GT),
    "two states": (Wanted(states=frozenset({EntryState.DRAFT, EntryState.SUBMITTED})), GT),
    "a rare kind": (of(kind="aircraft"), GT),
    "a kind that is not there": (of(kind="vessel"), GT),
    "the usual kind": (of(kind="person"), GT),
    "a rare category": (of(category="arrest"), GT),
    "an action of the oldest alone": (of(requested_action="ARREST"), GT),
    "a severity of the oldest alone": (of(severity="critical"), GT),
    "a source of the oldest alone": (of(source="own"), GT),
    "a large source": (of(source="opensanctions"), GT),
    "no such source": (of(source="nobody"), ADMIN),
    "one id": (of(source_id="Q4711", source="opensanctions"), GT),
    "a small issuer": (of(originator="hn-police"), HN),
    "its nation": (of(nation="HN"), GT),
    "no such nation": (of(nation="PA"), GT),
    "a flag": (Wanted(flagged_by="HN"), GT),
    "what awaits me": (Wanted(awaiting_me=True), GT),
    "what I wrote": (Wanted(written_by_me=True), GT),
    "what changed last": (Wanted(changed_since=SystemClock().now().replace(year=2025)), GT),
    "the review of today": (Wanted(review_before=SystemClock().now().date()), GT),
    "a name": (Wanted(words=search.searched("name4711 jose")), GT),
    "a number in parts": (Wanted(words=search.searched("Q-47 11")), GT),
    "a name of everybody": (Wanted(words=search.searched("jose")), GT),
    "a name of nobody": (Wanted(words=search.searched("nobody")), GT),
    "a partner that sees little": (Wanted(), MX),
    "a partner that sees most": (Wanted(), HN),
    "a name, for a partner": (Wanted(words=search.searched("name4711")), MX),
}


async def test_each_question_reads_what_it_shows_and_not_the_list(large: Database) -> None:
    read: dict[str, int] = {}
    for name, (wanted, who) in QUESTIONS.items():

        async def ask(connection: AsyncConnection, wanted: Wanted = wanted, who: Author = who) -> None:
            for below in (None, ENTRIES // 2):
                await search.page(connection, "actor", wanted, who, below, 51)

        plans = await plans_of(large, ask)
        assert not [step for step in plans.steps if step["Node Type"] == "Seq Scan" and step["Relation Name"] == "entry"], name
        read[name] = plans.read
    assert {name: count for name, count in read.items() if count > MOST_READ} == {}


async def test_a_count_stops_at_its_bound_and_the_few_routes_are_found_among_the_actors(large: Database) -> None:
    counted = await plans_of(large, lambda connection: search.count(connection, "actor", Wanted(), GT, 1000))
    routes = await plans_of(large, lambda connection: search.page(connection, "route", Wanted(), GT, None, 51))
    assert counted.read <= MOST_READ
    assert routes.read <= MOST_READ


async def test_a_question_about_the_past_reads_as_many_rows_as_it_is_bounded_to(large: Database) -> None:
    half = ENTRIES // 2
    asked: dict[str, Callable[[AsyncConnection], Awaitable[Any]]] = {
        "one entry": lambda line: moments.entry_at(line, ONE, half),
        "versions": lambda line: moments.versions_of(line, [(ONE, 1), (UUID(int=778), 1)]),
        "the version of a moment": lambda line: moments.version_at(line, SystemClock().now()),
        "the moment of a version": lambda line: moments.moment_of(line, half),
        "the list of a version": lambda line: past.listed(line, "actor", half, Wanted(), GT, None, 50, 501),
        "the routes of a version": lambda line: past.listed(line, "route", half, Wanted(), GT, None, 50, 501),
        "a small part of it": lambda line: past.listed(line, "actor", half, of(source="nobody"), GT, None, 50, 501),
        "what differs": lambda line: past.differing(line, half, ENTRIES, GT, half, 50, 501),
        "what differs for a partner": lambda line: past.differing(line, 0, ENTRIES, MX, half, 50, 501),
        "the log": lambda line: past.transactions(line, ADMIN, None, 50),
        "the log of a small agency": lambda line: past.transactions(line, HN, half, 50),
    }
    read = {name: (await plans_of(large, ask)).read for name, ask in asked.items()}
    assert {name: count for name, count in read.items() if count > MOST_READ} == {}


def test_the_content_that_fills_the_list_is_an_entry() -> None:
    assert orjson.loads(CONTENT)["entry_id"] == str(ONE)
