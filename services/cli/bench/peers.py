"""The limits beside screening: comparing with every name (rapidfuzz), and nomenklatura's own index and matcher where it is installed."""

import importlib.util
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
import orjson
from rapidfuzz import fuzz, process, utils

from services.correlate.queries.question import question
from shared.contracts.watchlist import ActorBody

CUTOFF: Final = 85
"""Of 100: below it plain rapidfuzz alerts on most strangers."""
_MOST: Final = 75
"""Candidates of one person that nomenklatura compares: its own default."""
_WARMING: Final = 20
"""Pairs until it has read its tables of names."""
_DATASET: Final = "bench"


def matrix(names: Sequence[str]) -> Callable[[Sequence[str]], int]:
    """Compares each person with every name, all persons at once (`process.cdist`); how many pairs were like enough."""
    every = [utils.default_process(name) for name in names]

    def compare(persons: Sequence[str]) -> int:
        asked = [utils.default_process(name) for name in persons]
        scores = process.cdist(asked, every, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, dtype=np.uint8, workers=1)
        return int((scores > 0).sum())

    return compare


def one_by_one(names: Sequence[str]) -> Callable[[Sequence[str]], int]:
    """The same for one person after the other (`process.extract`)."""
    every = [utils.default_process(name) for name in names]

    def compare(persons: Sequence[str]) -> int:
        return sum(
            len(process.extract(utils.default_process(name), every, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, limit=5))
            for name in persons
        )

    return compare


def is_there() -> bool:
    """Whether nomenklatura is installed."""
    return importlib.util.find_spec("nomenklatura") is not None


def nomenklatura(persons: Sequence[ActorBody], asked: Sequence[bytes]) -> dict[str, Any]:
    """Persons a second by its index and logic-v2 on one thread, and how long building took. Lines are as `atalaya screen` takes them."""
    from followthemoney import Dataset, StatementEntity  # noqa: PLC0415 - an extra
    from nomenklatura.blocker.index import Index  # noqa: PLC0415
    from nomenklatura.matching import LogicV2  # noqa: PLC0415
    from nomenklatura.resolver import Linker  # noqa: PLC0415
    from nomenklatura.store import MemoryStore  # noqa: PLC0415

    dataset = Dataset.make({"name": _DATASET, "title": _DATASET})
    store: Any = MemoryStore(dataset, Linker({}))
    began = perf_counter()
    entities = {
        str(told["id"]): StatementEntity.from_data(dataset, told, cleaned=False)
        for told in (_listed(number, body) for number, body in enumerate(persons))
    }
    with store.writer() as writer:
        for entity in entities.values():
            writer.add_entity(entity)
    view = store.default_view()
    with tempfile.TemporaryDirectory() as folder:
        index = Index(view, Path(folder), {"max_candidates": _MOST})
        index.con.execute("SET threads = 1")
        index.build()
        built = perf_counter() - began
        queries = {
            str(one.id): one for one in (StatementEntity.from_data(dataset, each, cleaned=False) for each in _asked(asked))
        }
        config, compared = LogicV2.default_config(), 0
        for query in list(queries.values())[:_WARMING]:
            LogicV2.compare(query, next(iter(entities.values())), config)
        began = perf_counter()
        for known_by, found in index.match_entities(queries.values()):
            query = queries[str(known_by)]
            for candidate, _ in found:
                LogicV2.compare(query, entities[str(candidate)], config)
                compared += 1
        seconds = perf_counter() - began
        index.close()
    return {
        "built_seconds": round(built, 2),
        "persons_per_second": round(len(queries) / seconds, 1),
        "pairs_per_second": round(compared / seconds, 1),
        "candidates_per_person": round(compared / max(1, len(queries)), 1),
    }


def _listed(number: int, body: ActorBody) -> dict[str, Any]:
    told = {
        "name": [body.names[0].text],
        "alias": [name.text for name in body.names[1:]],
        "birthDate": list(body.birth_dates),
        "nationality": [nation.casefold() for nation in body.nationalities],
        "idNumber": [document.number for document in body.documents],
    }
    return {"id": f"listed-{number}", "schema": "Person", "properties": {name: values for name, values in told.items() if values}}


def _asked(lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:

    for number, line in enumerate(lines):
        person = question(orjson.loads(line)).asked[0].seen.person
        if person is not None and person.name is not None:
            told = {
                "name": [person.name.text],
                "birthDate": [person.birth_date] if person.birth_date else [],
                "nationality": [nation.casefold() for nation in person.nationalities],
                "idNumber": [document.number for document in person.documents],
            }
            properties = {name: values for name, values in told.items() if values}
            yield {"id": f"asked-{number}", "schema": "Person", "properties": properties}
