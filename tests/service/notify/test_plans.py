"""How the hot statements find their rows: planned once, for whatever size the tables come to."""

import re

import pytest

from services.notify.store.alerts import _ADD, _ADD_REVISIONS, _HISTORY, _IN_HAND, _REPLACE, _SETTLE_WITHHELD, _WITHHOLD
from services.notify.store.queue import _CLAIM, _HELD, _RECORD
from shared.platform.database.engine import open_line
from shared.platform.database.settings import DatabaseSettings
from tests.support.notify import Station, alert_message

STATEMENTS = (_ADD, _ADD_REVISIONS, _HISTORY, _IN_HAND, _REPLACE, _SETTLE_WITHHELD, _WITHHOLD, _CLAIM, _HELD, _RECORD)


async def plan_of(url: str, statement: str) -> str:
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    numbered = re.sub(r"%\((\w+)\)[sb]", number, statement)
    line = await open_line(DatabaseSettings(url=url), "plans")
    async with line:
        answer = await line.execute(f"EXPLAIN (GENERIC_PLAN) {numbered}".encode())
        return "\n".join(row[0] for row in await answer.fetchall())


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: " ".join(statement.split()[:6]))
async def test_no_hot_statement_compares_each_with_each_or_gathers_all_before_it_takes_some(
    migrated_url: str, statement: str
) -> None:
    plan = await plan_of(migrated_url, statement)
    assert "Join Filter" not in plan
    assert "Bitmap" not in plan
    assert "Sort Key: q.due_at" not in plan


async def test_a_full_batch_for_fifty_endpoints_is_spread_in_one_transaction(notify: Station) -> None:
    for _ in range(50):
        await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(*(alert_message() for _ in range(500)))
    assert await notify.states() == {"waiting": 25_000}
    assert await notify.rows("SELECT count(*) FROM notify.queue") == [(25_000,)]
