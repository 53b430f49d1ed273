"""What waits is told whole, however many pages it has."""

from typing import Any

from services.cli.watchlist.reviewing import reviewed


class Api:
    """Answers three pages of two for every list."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        self.asked.append({"path": path, **query})
        page = int(query.get("cursor", 0))
        items = [{"path": path, "number": 2 * page + number} for number in range(2)]
        return {"items": items, "next_cursor": str(page + 1) if page < 2 else None}


class Desk:
    """A desk that shows nothing."""

    quiet = True

    def __init__(self) -> None:
        self.api = Api()


async def test_every_page_of_what_waits_is_read() -> None:
    desk = Desk()
    told = await reviewed(desk, 30)  # type: ignore[arg-type]
    assert {name: len(told[name]) for name in ("reviews", "approvals", "cases")} == {"reviews": 12, "approvals": 12, "cases": 6}
    assert [one["number"] for one in told["cases"]] == list(range(6))
    assert all("review_before" in one for one in desk.api.asked[:6]), "the question stays the same from page to page"
