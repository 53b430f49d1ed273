"""What waits for an agency: reviews, approvals, cases, notices."""

from datetime import timedelta
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from services.cli.watchlist.desk import Desk
from services.cli.watchlist.faults import plain
from services.cli.watchlist.showing import KINDS, cases_table, entries_table
from shared.platform.clock import SystemClock

_NOTICES: Final = 20
_A_PAGE: Final = 500


async def reviewed(desk: Desk, within: int) -> dict[str, Any]:
    """All of it, the most pressing first."""
    before = (SystemClock().now() + timedelta(days=within)).date().isoformat()
    told = {
        "reviews": await _entries(desk, mine=True, review_before=before),
        "approvals": await _entries(desk, awaiting_me=True),
        "cases": await _all(desk, "/v1/watchlist/cases", state="open"),
        "notices": (await desk.api.get("/v1/watchlist/notices", limit=_NOTICES))["items"],
    }
    told["reviews"].sort(key=lambda one: one.get("review_on") or "")
    told["cases"].sort(key=lambda one: one.get("due_at") or "9999")
    if not desk.quiet:
        _show(desk, told, within)
    return told


async def _entries(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    found = []
    for kind in KINDS:
        found += await _all(desk, f"/v1/watchlist/{kind}", **query)
    return found


async def _all(desk: Desk, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every item of every page: what waits unseen is what is missed."""
    found: list[dict[str, Any]] = []
    while True:
        page = await desk.api.get(path, limit=_A_PAGE, **query)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def _show(desk: Desk, told: dict[str, Any], within: int) -> None:
    headings = {
        "reviews": f"reviews due within {within} days: `atalaya watchlist act extend ID --why …`, else they end",
        "approvals": "waiting for a second person: `atalaya watchlist approve ID`",
        "cases": "open cases, the first due first",
        "notices": "latest notices",
    }
    tables = {
        "reviews": entries_table,
        "approvals": entries_table,
        "cases": cases_table,
        "notices": _notices,
    }
    for name, heading in headings.items():
        if told[name]:
            table = tables[name](told[name])
            table.title, table.title_justify = Text(heading), "left"
            desk.console.print(table)
        else:
            desk.console.print(f"{heading.partition(':')[0]}: none")


def _notices(notices: list[dict[str, Any]]) -> Table:
    table = Table("when", "what", "entry", "due", "says")
    for one in notices:
        cells = (one["at"][:16], one["type"], one["entry_id"], (one.get("due_at") or "")[:16], one["text"]["en"])
        table.add_row(*(Text(plain(cell, 100)) for cell in cells))
    return table
