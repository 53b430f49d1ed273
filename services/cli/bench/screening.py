"""One list in memory, measured: how fast it screens and is changed, and the limits beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from time import perf_counter
from typing import Any, Final

from services.cli.bench import peers
from services.cli.bench.figures import Comparison, Latency, Rate, quantile
from services.cli.bench.screened import Screened, built
from services.cli.screen.answering import ByLists, settle
from services.cli.screen.lines import Batch
from services.correlate.domain.screen.forms import person_form
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.persons import most_besides
from services.correlate.queries.judging import judged
from services.correlate.queries.question import Question, question
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody, ActorEntry
from shared.platform.strict_json import read_json

ALONE: Final = 2000
"""Persons asked about one by one."""
TOGETHER: Final = 1000
"""Persons judged at once, as `atalaya screen` does."""
EACH: Final = 20
"""Persons for each entry that changes while they are screened."""
BESIDE: Final = 8_000_000
"""Pairs that rapidfuzz compares in a round: a second or two."""
FEW: Final = 300
"""Persons that nomenklatura is asked about: some seconds."""
LARGEST_OF_PEERS: Final = 50_000
"""Entries up to which nomenklatura is measured: its store takes minutes for more."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much is measured with: travellers of a round, rounds, and whether nomenklatura is measured too."""

    persons: int
    rounds: int
    nomenklatura: bool


def measure(name: str, entries: Iterable[ActorEntry], at: datetime, load: Load, *, size: int, goal: float) -> dict[str, Any]:
    """Everything about one list of about so many entries; `goal` is in persons a second."""
    held = built(entries, at, every=size <= LARGEST_OF_PEERS, size=size)
    settle()
    found = {"list": name, **held.measured, "goal_persons_per_second": goal}
    found["candidates"], found["latency"] = _one_by_one(held, min(load.persons, ALONE))
    found |= _rates(held, load.persons, load.rounds)
    found["nomenklatura"] = _nomenklatura(held) if load.nomenklatura else {"missing": "left out"}
    found["updates"] = _updates(held, load.persons)
    return found


def _one_by_one(held: Screened, count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """How many entries are compared with a person, and how long one waits who is asked about alone."""
    judge = Judge(EvidenceMatcher(held.index.weights), held.index.weights)
    candidates: list[int] = []
    waits: list[float] = []
    for one in _questions(held.travellers(1).lines(count)):
        person = one.asked[0].seen.person
        if person is not None and person.name is not None:
            besides = most_besides(person, held.index.weights)
            near = held.index.named(ActorKind.PERSON, person_form(person.name), person.birth_date, besides)
            candidates.append(sum(1 for _ in near))
        began = perf_counter()
        judged(judge, [one.asked], held.at, held.index)
        waits.append(1000 * (perf_counter() - began))
    told = {
        "mean": round(fmean(candidates), 1),
        "p50": quantile(candidates, 0.5),
        "p99": quantile(candidates, 0.99),
        "max": max(candidates),
        "persons": len(candidates),
    }
    return told, Latency("one person", tuple(waits)).as_dict()


def _rates(held: Screened, persons: int, rounds: int) -> dict[str, Any]:
    """Persons a second on one core: judged, from line to line, and by comparing with every name; rounds alternate."""
    judge, by_lists = (
        Judge(EvidenceMatcher(held.index.weights), held.index.weights),
        ByLists(held.index, {}, "", held.at, line_bytes=1_048_576, faults_told=100),
    )
    few = max(4, min(persons, BESIDE // max(1, len(held.kept.names))))
    ways = {
        "rapidfuzz, cdist over all names": peers.matrix(held.kept.names),
        "rapidfuzz, extract over all names": peers.one_by_one(held.kept.names),
    }
    rates: dict[str, list[float]] = {}
    hits = alerts = 0
    for number in range(rounds + 1):
        asked = list(_questions(held.travellers(100 + number).lines(persons)))
        found, per_second = _judged(judge, asked, held)
        line_rate = _lines(by_lists, list(held.travellers(200 + number).lines(persons)))
        beside = {
            name: _timed(len(names := _names(asked[:few])), lambda names=names, way=way: way(names)) for name, way in ways.items()
        }
        if number:  # the first round warms
            hits, alerts = hits + found[0], alerts + found[1]
            for name, rate in {"judged": per_second, "from line to line": line_rate, **beside}.items():
                rates.setdefault(name, []).append(rate)
    ours = Rate("judged", tuple(rates["judged"]))
    return {
        "rates": [{"name": name, "rounds": [round(rate, 1) for rate in found]} for name, found in rates.items()],
        "comparisons": [Comparison("persons judged", ours, Rate(name, tuple(rates[name])), 1.0).as_dict() for name in ways],
        "persons_with_hits": hits, "persons_with_alerts": alerts, "persons": persons * rounds,
    }  # fmt: skip


def _judged(judge: Judge, asked: Sequence[Question], held: Screened) -> tuple[tuple[int, int], float]:
    hits = alerts = 0
    began = perf_counter()
    for first in range(0, len(asked), TOGETHER):
        for found in judged(judge, [one.asked for one in asked[first : first + TOGETHER]], held.at, held.index):
            hits += bool(found)
            alerts += any(hit.alert for hit in found)
    return (hits, alerts), len(asked) / (perf_counter() - began)


def _lines(screening: ByLists, lines: Sequence[bytes]) -> float:
    numbered: list[tuple[int, bytes | None]] = list(enumerate(lines, 1))
    batches = [Batch(numbered[first : first + TOGETHER], 0) for first in range(0, len(numbered), TOGETHER)]
    return _timed(len(lines), lambda: [screening(batch) for batch in batches])


def _updates(held: Screened, persons: int) -> dict[str, Any]:
    """New versions of entries of all kinds into the warm index, one by one, as the topic brings them; and screening between them and after."""
    changed = [
        entry.model_copy(
            update={
                "version": entry.version + 1,
                "list_version": entry.list_version + 1,
                "body": entry.body.model_copy(update={"remarks": "changed"}),
            }
        )
        for entry in held.kept.sample()
    ]
    between, rest = changed[: len(changed) // 10], changed[len(changed) // 10 :]

    def apply() -> None:
        for entry in rest:
            held.index.apply(entry)

    judge = Judge(EvidenceMatcher(held.index.weights), held.index.weights)
    asked = list(_questions(held.travellers(2).lines(min(persons, EACH * len(between)))))
    while_changing = _timed(len(asked), lambda: _between(judge, asked, between, held))
    rate = _timed(len(rest), apply)
    after = _judged(judge, list(_questions(held.travellers(3).lines(min(persons, ALONE)))), held)[1]
    return {
        "entries": len(changed),
        "entries_per_second": round(rate, 1),
        "persons_per_second_while_changing": round(while_changing, 1),
        "persons_per_second_after": round(after, 1),
    }


def _between(judge: Judge, asked: Sequence[Question], changed: Sequence[ActorEntry], held: Screened) -> None:
    """One entry changes before every so many persons."""
    for number, first in enumerate(range(0, len(asked), EACH)):
        held.index.apply(changed[number])
        judged(judge, [one.asked for one in asked[first : first + EACH]], held.at, held.index)


def _nomenklatura(held: Screened) -> dict[str, Any]:
    if not peers.is_there():
        return {"missing": "not installed: pip install 'atalaya[peers]'"}
    if not held.kept.persons:
        return {"missing": f"not measured over more than {LARGEST_OF_PEERS:,} entries"}
    persons = [ActorBody.model_validate_json(text) for text in held.kept.persons]
    found = peers.nomenklatura(persons, list(held.travellers(1000).lines(FEW)))
    ours = held.travellers(1000).lines(FEW)
    asked = list(_questions(ours))
    rate = _judged(Judge(EvidenceMatcher(held.index.weights), held.index.weights), asked, held)[1]
    return {**found, "ratio": round(rate / found["persons_per_second"], 1)}


def _questions(lines: Iterable[bytes]) -> Iterator[Question]:
    return (question(read_json(line)) for line in lines)


def _names(asked: Sequence[Question]) -> list[str]:
    persons = (one.asked[0].seen.person for one in asked)
    return [person.name.text for person in persons if person is not None and person.name is not None]


def _timed(count: int, do: Any) -> float:
    """So many a second."""
    began = perf_counter()
    do()
    return count / (perf_counter() - began)
