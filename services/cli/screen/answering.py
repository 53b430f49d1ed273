"""Lines in, answers out: what is judged here of a batch, and what is told of a line that cannot be."""

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from services.cli.screen.lines import Batch
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.weights import Weights
from services.correlate.queries.answer import shown
from services.correlate.queries.judging import judged
from services.correlate.queries.question import Question, faults_in, question
from shared.contracts.explanation import Hit
from shared.platform.faults import Fault
from shared.platform.strict_json import JsonError, read_json

ALERT, POSSIBLE, NOTHING, FAULTY = b"a", b"p", b"n", b"f"
"""What a line's answer says: an entry to act on, one too weak for that, none; or that the line was not screened."""

_LONGEST_POINTER: Final = 200
_NOT_OF_FILES: Final = ("entry_id", "version")
_YOUNG: Final = 50_000
"""Objects until Python looks for cycles among the youngest: nothing here makes any, and each look costs."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A line for each line of a batch, and beside it a mark of what it says."""

    lines: list[bytes]
    marks: bytes


@dataclass(slots=True)
class Read:
    """The questions of a batch by their place in it, and the answers of the lines that ask none."""

    questions: list[tuple[int, Question]] = field(default_factory=list)
    faulty: dict[int, bytes] = field(default_factory=dict)


def read(batch: Batch, *, line_bytes: int, faults_told: int) -> Read:
    """Every line as a question, or as what is told of it."""
    found = Read()
    for place, (number, line) in enumerate(batch.lines):
        if line is None:
            fault = Fault("", "line_too_long", f"The line is longer than {line_bytes} bytes.")
            found.faulty[place] = refusal(number, None, [fault], faults_told)
            continue
        value: Any = None
        try:
            value = read_json(line)
            found.questions.append((place, question(value)))
        except JsonError as error:
            found.faulty[place] = refusal(number, None, error.faults, faults_told)
        except ValidationError as error:
            found.faulty[place] = refusal(number, value, faults_in(error), faults_told)
    return found


def refusal(number: int, value: Any, faults: Sequence[Fault], most: int) -> bytes:
    """The answer of a line that is not screened: by its id where it has one, and its number in the file."""
    told = [fault.as_dict() | {"pointer": fault.pointer[:_LONGEST_POINTER]} for fault in faults[:most]]
    if len(faults) > most:
        told.append({"pointer": "", "code": "more", "detail": f"There are {len(faults) - most} more faults."})
    known = value.get("id") if isinstance(value, dict) else None
    identity = known if isinstance(known, str | int | float) and not isinstance(known, bool) else None
    return orjson.dumps({"id": identity, "line": number, "error": told})


class ByLists:
    """Screens by an index in memory. One process uses it at a time; a forked one has its own."""

    def __init__(
        self, index: WatchlistIndex, dates: dict[str, str], digest: str, at: datetime, *, line_bytes: int, faults_told: int
    ) -> None:
        weights = Weights.for_lists(index.persons)
        matcher = EvidenceMatcher(weights)
        self._index = index
        self._dates = dates
        self._at = at
        self._judge = Judge(matcher, weights)
        self._bounds = {"line_bytes": line_bytes, "faults_told": faults_told}
        by = {"matcher": matcher.version, "lists": digest}
        self._by = by
        self._none = b',"hits":[],' + orjson.dumps(by)[1:]

    def __call__(self, batch: Batch) -> Answers:
        """See Screening."""
        found = read(batch, **self._bounds)
        every = judged(self._judge, [one.asked for _, one in found.questions], self._at, self._index)
        lines: list[bytes] = [b""] * len(batch.lines)
        marks = bytearray(NOTHING * len(lines))
        for place, told in found.faulty.items():
            lines[place], marks[place] = told, FAULTY[0]
        for (place, one), hits in zip(found.questions, every, strict=True):
            if hits:
                lines[place], marks[place] = self._line(one, hits), (ALERT if any(hit.alert for hit in hits) else POSSIBLE)[0]
            else:
                lines[place] = b'{"id":' + orjson.dumps(one.id) + self._none
        return Answers(lines, bytes(marks))

    def _line(self, one: Question, hits: Iterable[Hit]) -> bytes:
        return orjson.dumps({"id": one.id, "hits": [self._shown(hit) for hit in hits], **self._by})

    def _shown(self, hit: Hit) -> dict[str, Any]:
        """A hit with the day of its list, without what only a running system knows it by."""
        told = shown(hit)
        for name in _NOT_OF_FILES:
            del told[name]
        return {**told, "list_date": self._dates.get(hit.source)}


def settle() -> None:
    """What is in memory stays there: Python need not look through it for cycles again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 100)
