"""Who is told of on the command line: JSON, a file of it or standard input, and a clear word where it is none."""

import io
from pathlib import Path

import pytest
import typer

from services.cli.watchlist.acting import person_told


def test_a_person_is_told_in_place_in_a_file_or_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"name": "Ana García"}'
    file = tmp_path / "who.json"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert [person_told(said) for said in (text, str(file), "-")] == [{"name": "Ana García"}] * 3
    assert person_told(None) is None


@pytest.mark.parametrize(
    ("said", "why"), [("{", "no JSON"), ("nowhere.json", "cannot be read"), ("list.json", "one JSON object")]
)
def test_what_tells_of_nobody_is_refused_with_why(said: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.json").write_text("[]", encoding="utf-8")
    with pytest.raises(typer.BadParameter, match=why):
        person_told(said)
