"""Other ways of screening answer for each traveller, and about each for itself."""

import pytest

from services.cli.evaluate.measuring import Answer
from services.cli.evaluate.peers import ALGORITHMS, Likeness, Nomenklatura
from services.cli.evaluate.people import Half, Sought
from services.cli.evaluate.travellers import Traveller
from shared.contracts.vocabulary import ActorKind
from tests.support.correlate import actor, listed

BARAHONA = listed("Wenceslao BARAHONA QUINTEROS", 1, birth_dates=("1971-05-09",), nationalities=("HN",))
OTHER = listed("Anselmo TZOC CHAVAJAY", 2)
COMPANY = actor(3, kind=ActorKind.ORGANISATION, names=({"full": "Wenceslao Barahona S.A."},))
ENTRIES = (BARAHONA, OTHER, COMPANY)


def traveller(name: str, born: str | None = None, truth: Sought | None = None) -> Traveller:
    return Traveller("slipped" if truth else "stranger", "any", name, born, None, Half.TUNE, truth)


ASKED = (
    traveller("QUINTEROS BARAHONA WENCESLAO"),
    traveller("ANSELMO TZOC CHAVAJAI", truth=Sought(OTHER, ("anselmo",), ("tzoc", "chavajay"))),
    traveller("JUANA LOPEZ"),
    traveller("WENCESLAO BARAHONA QUINTEROS", "1950-12-24"),
)


def found(answers: list[Answer], at: float) -> list[set[int]]:
    return [{entry.int for entry, worth in answer.worth.items() if worth >= at} for answer in answers]


def test_rapidfuzz_compares_every_person_by_name_alone() -> None:
    likeness = Likeness(ENTRIES)
    answers = likeness.answers(ASKED)
    assert found(answers, likeness.threshold) == [{1}, {2}, set(), {1}]
    assert all(BARAHONA.entry_id in answer.compared for answer in answers)
    assert likeness.answers(ASKED) == answers


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nomenklatura_is_asked_about_each_traveller_for_itself_and_compares_the_right_entry_in_any_case(algorithm: str) -> None:
    method = Nomenklatura(algorithm, ENTRIES, Likeness(ENTRIES))
    answers = method.answers(ASKED)
    assert found(answers[:3], method.threshold) == [{1}, {2}, set()]
    assert answers[3].worth[BARAHONA.entry_id] < answers[0].worth[BARAHONA.entry_id]
    lost = traveller("XX", truth=Sought(OTHER, ("anselmo",), ("tzoc", "chavajay")))
    [answer] = method.answers([lost])
    assert OTHER.entry_id in answer.compared


def test_a_matcher_that_nomenklatura_does_not_have_is_named() -> None:
    with pytest.raises(LookupError, match="logic-v9"):
        Nomenklatura("logic-v9", ENTRIES, Likeness(ENTRIES))
