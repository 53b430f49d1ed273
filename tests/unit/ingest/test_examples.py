"""The published examples are what the contracts read, whole: no field of theirs is unknown to us."""

import pytest
from pydantic import BaseModel

from services.ingest.domain.submitted import SubmittedCrossing, SubmittedSeizure
from shared.contracts.alerts import Alert
from shared.contracts.examples import example
from shared.contracts.watchlist import ActorBody, RouteBody


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("border-crossing", SubmittedCrossing),
        ("withdrawal", SubmittedCrossing),
        ("seizure", SubmittedSeizure),
        ("watchlist-actor", ActorBody),
        ("watchlist-vehicle", ActorBody),
        ("watchlist-route", RouteBody),
        ("alert", Alert),
    ],
)
def test_an_example_is_read_whole(name: str, model: type[BaseModel]) -> None:
    read = model.model_validate(example(name))
    assert not read.model_extra
    assert set(example(name)) <= set(model.model_fields)
    assert read == model.model_validate_json(read.model_dump_json(by_alias=True))
