"""Cursors: opaque, signed, of one list."""

import re

import pytest

from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import (
    BadRequestError,
)


async def test_a_cursor_comes_back_as_it_was_and_a_forged_one_is_refused() -> None:
    cursors = Cursors()
    sealed = cursors.seal({"id": 7, "at": "2026"})
    assert cursors.open(sealed) == {"id": 7, "at": "2026"}
    assert re.fullmatch(r"[A-Za-z0-9_-]+", sealed)
    for forged in (sealed[:-2] + ("AA" if not sealed.endswith("AA") else "BB"), Cursors().seal({"id": 7}), "", "x", "é", "=" * 9):
        with pytest.raises(BadRequestError):
            cursors.open(forged)


async def test_a_cursor_of_one_list_is_refused_by_another() -> None:
    cursors = Cursors()
    sealed = cursors.seal({"id": 7}, purpose="alerts")
    assert cursors.open(sealed, purpose="alerts") == {"id": 7}
    for purpose in ("", "actors", "alert"):
        with pytest.raises(BadRequestError):
            cursors.open(sealed, purpose=purpose)
