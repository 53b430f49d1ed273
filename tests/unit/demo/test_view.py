import io
from pathlib import Path
from typing import Any

from rich.console import Console

from services.cli.demo.board import Board
from services.cli.demo.receivers import Receipt
from services.cli.demo.shown import picture
from services.cli.demo.view import expected_next, line, progress, render

AHEAD = [
    {"place": {"code": "MX-GT-01"}, "nation": "MX", "window": {"from": "2026-11-24T22:10:00Z", "to": "2026-11-25T08:00:00Z"}},
]
VEHICLE = {
    "id": "v",
    "revision": 3,
    "cause": "route",
    "severity": "high",
    "subject": {"key": "vehicle:PA:GENC1"},
    "route": {"reached": 5, "of": 7},
    "next": AHEAD,
}
ACTOR = {
    "id": "a",
    "revision": 1,
    "cause": "actor",
    "score": 0.97,
    "entries": [{"source": "ofac-sdn", "source_id": "12171"}],
    "subject": {"key": "person:cedula:CO:10141319"},
}


def receipt(alert: dict[str, Any], partner: str = "GT") -> Receipt:
    return Receipt(partner, "w1", 1.0, "alert.opened", alert)


def shown(board: Board) -> str:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(render(board))
    return console.export_text()


def test_the_view_shows_how_far_the_vehicle_is_and_when_it_is_expected_where() -> None:
    board = Board()
    board.keep(receipt(VEHICLE))
    text = shown(board)
    assert "on the route 5 of 7 posts" in text
    assert "expected at Ciudad Hidalgo / Tecun Uman (MX-GT-01), held by MX, 24 Nov 22:10 to 25 Nov 08:00 UTC" in text
    assert text.count("●") == 5
    assert text.count("○") == 2


def test_an_older_revision_that_comes_late_does_not_move_the_vehicle_back() -> None:
    board = Board()
    board.keep(receipt(VEHICLE))
    board.keep(receipt({**VEHICLE, "revision": 2, "route": {"reached": 4, "of": 7}}, "MX"))
    assert "on the route 5 of 7 posts" in shown(board)


def test_the_view_says_of_which_day_the_list_is_that_crossings_are_generated_and_that_nobody_is_accused() -> None:
    text = " ".join(shown(Board()).replace("│", " ").split())
    assert "list of 2025-12-24" in text
    assert "no claim of guilt" in text
    assert "Every crossing is generated" in text


def test_no_name_and_no_document_number_is_shown() -> None:
    told = line(receipt(ACTOR))
    assert "possible ofac-sdn 12171, score 0.97" in told
    assert "10141319" not in told


def test_an_alert_without_a_prediction_has_no_next() -> None:
    assert expected_next(ACTOR) == ""
    assert line(receipt(VEHICLE)).endswith("24 Nov 22:10 to 25 Nov 08:00 UTC")


def test_counts_are_told_in_one_line() -> None:
    board = Board(stage="playing", posted=12, to_post=300)
    board.keep(receipt(ACTOR))
    board.keep(receipt(ACTOR, "HN"))
    assert progress(board).startswith("playing: 12/300 crossings")
    assert "1 alerts" in progress(board)
    assert progress(board).endswith("verified: GT 1, HN 1, MX 0")


def test_the_picture_fetches_nothing(tmp_path: Path) -> None:
    board = Board()
    board.keep(receipt(VEHICLE))
    picture(board, tmp_path / "view.svg")
    drawn = (tmp_path / "view.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "on\u00a0the\u00a0route" in drawn or "on&#160;the&#160;route" in drawn
    assert "url(http" not in drawn.replace('url("http', "url(http")
