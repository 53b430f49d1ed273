from datetime import UTC, datetime
from typing import Any

import pytest

from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.quality import lacks
from services.correlate.domain.life.strength import is_weak, needs_second
from services.correlate.entries.bodies import faults_of_life
from shared.contracts.watchlist import ActorBody, RouteBody, Waypoint

NOW = datetime(2026, 11, 25, tzinfo=UTC)
WHOLE = {"category": "arrest", "requested_action": "ARREST", "reason": "…", "legal_basis": "…", "contact": "…", "handling": {}}


def person(**body: Any) -> ActorBody:
    return ActorBody.model_validate({"kind": "person", **body})


@pytest.mark.parametrize(
    ("body", "weak"),
    [
        ({"names": [{"full": "Nadie Ejemplo"}]}, True),
        ({"names": [{"full": "Nadie Ejemplo"}, {"full": "EJEMPLO, Nadie"}]}, True),
        ({"names": [{"full": "Nadie Ejemplo"}, {"full": "El Otro", "strength": "weak"}]}, True),
        ({"names": [{"full": "Nadie Ejemplo"}, {"full": "Nadie Prueba"}]}, False),
        ({"names": [{"full": "Nadie Ejemplo"}], "birth_dates": ["1971"]}, False),
        ({"names": [{"full": "Nadie Ejemplo"}], "documents": [{"number": "1"}]}, False),
        ({"kind": "organisation", "names": [{"full": "Nada"}]}, True),
        ({"kind": "vehicle", "identifiers": {"plate": "P1"}}, False),
        ({"kind": "vessel", "identifiers": {"name": "La Nada"}}, True),
        ({"kind": "vessel", "identifiers": {"name": "La Nada", "mmsi": "332000000"}}, False),
        ({"kind": "vehicle", "parts": [{"role": "trailer", "identifiers": {"plate": "P1"}}]}, False),
    ],
)
def test_an_entry_is_weak_where_nothing_but_one_name_speaks_for_it(body: dict[str, Any], weak: bool) -> None:
    assert is_weak(person(**body)) is weak


def test_what_a_public_list_says_needs_no_approval_and_lacks_nothing() -> None:
    public = person(names=[{"full": "Nadie"}], source="ofac-sdn", source_id="1")
    assert not needs_second(public, LifePolicy())
    assert lacks(public, LifePolicy()) == {}
    assert needs_second(person(names=[{"full": "Nadie"}]), LifePolicy())


def test_an_issuer_is_told_what_an_officer_will_miss() -> None:
    assert set(lacks(person(), LifePolicy())) == {"category", "reason", "legal_basis", "contact", "handling"}
    assert lacks(person(**WHOLE), LifePolicy()) == {}
    weaker = lacks(person(**WHOLE | {"requested_action": "INFORM_ONLY"}), LifePolicy())
    assert weaker == {"requested_action": "an entry of this category asks for ARREST"}
    route = RouteBody(name="Corredor", waypoints=(Waypoint(), Waypoint()))
    assert set(lacks(route, LifePolicy())) == {"reason", "handling"}


def test_an_installation_can_require_what_others_only_miss() -> None:
    strict = LifePolicy(required=frozenset({"contact", "reason"}))
    assert [(one.pointer, one.code) for one in faults_of_life(person(reason="…"), strict, NOW)] == [("/contact", "required")]
    assert faults_of_life(person(), LifePolicy(), NOW) == []
    assert faults_of_life(person(source="un-sc", source_id="1"), strict, NOW) == []
