"""Answers on their way out: JSON Lines, or sentences for whoever reads along."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import orjson
from rich.console import Console
from rich.text import Text

from services.cli.screen.answering import NOTHING, Answers
from services.cli.screen.errors import NOT_FOUND, USAGE, ScreenFailedError
from services.cli.screen.lines import Batch
from services.cli.watchlist.faults import plain

Language: TypeAlias = Literal["es", "en"]

_PARTS: Final = (
    "full",
    "given",
    "paternal",
    "maternal",
    "plate",
    "vin",
    "imo",
    "mmsi",
    "registration",
    "number",
    "serial",
    "name",
)
_THINGS: Final = ("organisation", "conveyances", "containers", "identifiers", "documents")
_WORDS: Final = {
    "en": {True: "ALERT", False: "possible", "line": "line", "not": "not screened", "somebody": "without a name"},
    "es": {True: "ALERTA", False: "posible", "line": "línea", "not": "no se cotejó", "somebody": "sin nombre"},
}


def language_of(locale: str) -> Language:
    """Spanish where the locale says so (`es_GT.UTF-8`), else English."""
    return "es" if locale.casefold().startswith("es") else "en"


class JsonLines:
    """Writes the answers as they are, a batch at once. A file that can hold no more is cut to its last whole batch."""

    def __init__(self, out: io.FileIO) -> None:
        self._out = out
        self._whole = 0

    def write(self, batch: Batch, answers: Answers) -> None:  # noqa: ARG002 - a sink is told both
        """See Sink."""
        text = memoryview(b"\n".join(answers.lines) + b"\n")
        size = len(text)
        try:
            while text:
                text = text[self._out.write(text) :]
        except OSError:
            with contextlib.suppress(OSError):
                self._out.truncate(self._whole)
            raise
        self._whole += size


class Sentences:
    """Shows whoever has a hit and whatever was not screened, each with its sentence; of all others nothing."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._words = _WORDS[language]

    def write(self, batch: Batch, answers: Answers) -> None:
        """See Sink."""
        for (number, line), answer, mark in zip(batch.lines, answers.lines, answers.marks, strict=False):
            if mark != NOTHING[0]:
                self._show(number, line, orjson.loads(answer))

    def _show(self, number: int, line: bytes | None, answer: dict[str, Any]) -> None:
        if "error" in answer:
            head = Text(f"{self._words['line']} {number}: {self._words['not']}", style="yellow")
            self._console.print(head, soft_wrap=True)
            for fault in answer["error"]:
                where = f"{plain(fault['pointer'].strip('/'))}: " if fault["pointer"] else ""
                self._console.print(Text(f"  {where}{plain(fault['detail'], None)}"), soft_wrap=True)
            return
        known = "" if answer["id"] is None else f" ({plain(answer['id'])})"
        self._console.print(
            Text(f"{self._words['line']} {number}: {plain(self._name(line))}{known}", style="bold"), soft_wrap=True
        )
        for hit in answer["hits"]:
            self._hit(hit)

    def _hit(self, hit: dict[str, Any]) -> None:
        day = f", {hit['list_date']}" if hit.get("list_date") else ""
        listed = f"{hit['score']:.2f}  {plain(hit['source'])} {plain(hit['source_id'])}{day}"
        word = Text(f"  {self._words[hit['alert']]:8}  ", style="bold red" if hit["alert"] else "cyan")
        self._console.print(word + Text(listed), soft_wrap=True)
        self._console.print(Text(f"            {plain(hit['sentence'][self._language], None)}"), soft_wrap=True)

    def _name(self, line: bytes | None) -> str:
        """Who or what was asked about, by the first word that is told of it."""
        asked: dict[str, Any] = orjson.loads(line or b"{}")
        names = asked.get("name") or asked.get("names") or asked
        return _first(names) or next((told for field in _THINGS if (told := _first(asked.get(field)))), self._words["somebody"])


def _first(value: Any) -> str:
    """A name, the parts of one, or what identifies a thing."""
    one = value[0] if isinstance(value, list) and value else value
    if isinstance(one, dict):
        return " ".join(str(told) for part in _PARTS if (told := one.get(part)) and isinstance(told, str | int))
    return str(one) if isinstance(one, str | int) else ""


@contextlib.contextmanager
def written_to(out: Path | None) -> Iterator[io.FileIO]:
    """Where answers are written: a new file, or standard output. Raises ScreenFailedError."""
    try:
        file = io.FileIO(1, "w", closefd=False) if out is None else io.FileIO(out, "x")
    except FileExistsError:
        raise ScreenFailedError(f"{out} is there already.", USAGE) from None
    except OSError as error:
        raise ScreenFailedError(f"{out or 'standard output'}: {error.strerror or error}.", NOT_FOUND) from None
    with file:
        yield file


@contextlib.contextmanager
def shown_on(out: io.FileIO, *, terminal: bool) -> Iterator[Console]:
    """A console that writes there; the terminal's own where that is one."""
    if terminal:
        yield Console()
        return
    buffered = io.BufferedWriter(out)
    text = io.TextIOWrapper(buffered, "utf-8", write_through=True)
    try:
        yield Console(file=text)
    finally:
        with contextlib.suppress(OSError, ValueError):  # told already by what could not be printed
            text.detach()
            buffered.detach()
