"""The evaluation set: real people, generated travellers, the same from the same seed, in two halves that share nobody."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest

from services.cli.evaluate.made import Travelling, made
from services.cli.evaluate.people import Half, names_in, parts, sought
from services.cli.evaluate.slips import KINDS
from services.cli.evaluate.travellers import Traveller
from shared.contracts.vocabulary import Strength
from shared.contracts.watchlist import ActorEntry
from tests.support.correlate import listed


@pytest.fixture(scope="module")
def tune(entries: list[ActorEntry]) -> Travelling:
    return made(entries, Half.TUNE, strangers=2000, near=600)


@pytest.fixture(scope="module")
def report(entries: list[ActorEntry]) -> Travelling:
    return made(entries, Half.REPORT, strangers=2000, near=600)


def of(travelling: Travelling, group: str) -> Sequence[Traveller]:
    return [one for one in travelling.travellers if one.group == group]


def shared(one: Traveller) -> set[str]:
    """The words of a traveller that the listed person that it is like bears."""
    assert one.like is not None
    return set(parts(one.name)) & one.like.words


def test_every_narcotics_designation_is_there_with_every_kind_of_slip_in_the_half_of_its_id(
    tune: Travelling, report: Travelling
) -> None:
    people = {
        half: {one.truth.entry.entry_id for one in of(made, "slipped") if one.truth} for half, made in enumerate((tune, report))
    }
    assert not people[0] & people[1]
    assert len(people[0] | people[1]) == tune.sought == report.sought
    assert tune.sought >= 1130
    for travelling in (tune, report):
        kinds = Counter(one.kind for one in of(travelling, "slipped"))
        assert kinds.keys() == KINDS.keys()
        assert len(of(travelling, "slipped")) >= 5000
        assert min(kinds.values()) > 150


def test_half_of_the_slipped_tell_a_birth_date_or_a_nationality_that_is_listed(tune: Travelling) -> None:
    slipped = of(tune, "slipped")
    told = [one for one in slipped if one.birth_date or one.nationality]
    assert 0.5 <= len(told) / len(slipped) < 0.55
    for one in told:
        assert one.truth is not None
        assert one.birth_date is None or one.birth_date in one.truth.entry.body.birth_dates
        assert one.nationality is None or one.nationality in one.truth.entry.body.nationalities


def test_everybody_listed_comes_as_listed_under_every_strong_name(tune: Travelling, report: Travelling) -> None:
    exact = of(tune, "exact")
    assert {one.truth.entry.entry_id for one in exact if one.truth} <= {
        one.truth.entry.entry_id for one in of(tune, "slipped") if one.truth
    }
    assert len(exact) > 500
    every = [*of(tune, "listed"), *of(report, "listed")]
    assert len(every) > 13_000
    assert len({one.truth.entry.entry_id for one in every if one.truth}) > 5_000
    for one in every:
        assert one.truth is not None
        body = one.truth.entry.body
        assert (one.birth_date, one.nationality) == (body.birth_dates[0], body.nationalities[0])
        assert one.name in {name.text.upper() for name in body.names if name.strength is Strength.STRONG}


def test_one_stranger_in_five_has_two_words_and_none_the_name_and_birth_date_of_anybody_listed(tune: Travelling) -> None:
    strangers = of(tune, "stranger")
    assert len(strangers) == 1000
    assert len(of(tune, "stranger from elsewhere")) == 200
    assert sum(one.kind == "two words" for one in strangers) == 200
    assert all(len(parts(one.name)) <= 3 for one in strangers if one.kind == "two words")
    named = {
        (frozenset(parts(name.text)), day)
        for entry in tune.entries
        for name in entry.body.names
        for day in entry.body.birth_dates
    }
    assert not any((frozenset(parts(one.name)), one.birth_date) in named for one in strangers)
    assert 0.25 < sum(one.birth_date is not None for one in strangers) / len(strangers) < 0.45
    assert all(date.fromisoformat(one.birth_date) < date(2007, 1, 1) for one in strangers if one.birth_date)
    assert tune.kept_out >= 0


def test_near_strangers_share_two_parts_of_a_listed_name_and_siblings_both_surnames(tune: Travelling) -> None:
    near = of(tune, "near stranger")
    assert 250 <= len(near) <= 350
    assert {len(shared(one)) for one in near} == {2}
    for group in ("sibling", "twin"):
        for one in of(tune, group):
            assert one.like is not None
            assert shared(one) == set(parts(" ".join(one.like.surnames)))
            assert (one.birth_date in one.like.days) is (group == "twin")


def test_the_same_seed_makes_the_same_set_and_another_another(tune: Travelling) -> None:
    assert made(tune.entries, Half.TUNE, strangers=2000, near=600).travellers == tune.travellers
    other = made(tune.entries, Half.TUNE, strangers=2000, near=600, seed=1).travellers
    assert [one.name for one in other] != [one.name for one in tune.travellers]


def test_particles_go_with_their_name_and_surnames_left_together_are_told_by_their_capitals() -> None:
    assert names_in("José de Jesús") == ("jose", "de jesus")
    assert names_in("DE LA CRUZ Peña") == ("de la cruz", "pena")
    assert names_in("Juan de") == ("juan", "de")
    [person] = sought([listed("Fredy de Jesus ALVAREZ DEL RIO JR.", programmes=("SDNTK",))])
    assert (person.given, person.surnames) == (("fredy", "de jesus"), ("alvarez", "del rio"))
    assert person.full == "fredy de jesus alvarez del rio"
    assert not list(sought([listed("Nadie", programmes=("SDNTK",)), listed("Juan PEREZ", programmes=("SDGT",))]))
