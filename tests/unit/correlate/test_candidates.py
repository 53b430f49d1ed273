"""The index leaves out nobody whom the matcher would alert for: against a scan of the whole list."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.screen.forms import person_form
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.listed import listed as made_ready
from services.correlate.domain.screen.matcher import EvidenceMatcher
from shared.contracts.vocabulary import ActorKind
from tests.support.correlate import index_of, listed, person

GIVEN = ("Hugo", "Eusebio", "Nazario", "Rigoberta", "José", "Gerardo", "Wilmer", "Quirino")
SURNAMES = ("Tzoc", "Xicay", "Ixcot", "Ramírez", "González", "Chávez", "Guerra", "Llerena", "Ajú", "Quiej", "Hernández")
NAMES = st.tuples(
    st.lists(st.sampled_from(GIVEN), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from(SURNAMES), min_size=1, max_size=2),
)
LETTERS = "abcdefghijlmnoprstuvxyz"


@st.composite
def slipped(draw: st.DrawFn, name: str) -> str:
    """A name with a letter more, less, other, or two swapped, somewhere in it."""
    words = name.split()
    at = draw(st.integers(0, len(words) - 1))
    word, letter = words[at], draw(st.sampled_from(LETTERS))
    where = draw(st.integers(0, len(word) - 1))
    made = (
        word[:where] + letter + word[where:],
        word[:where] + word[where + 1 :],
        word[:where] + letter + word[where + 1 :],
        word[: max(0, where - 1)] + word[where] + word[max(0, where - 1) : where] + word[where + 1 :],
    )
    words[at] = draw(st.sampled_from(made))
    return " ".join(words)


@given(st.data())
def test_a_name_with_a_slip_is_found_wherever_a_scan_would_find_it(data: st.DataObject) -> None:
    people = data.draw(st.lists(NAMES, min_size=1, max_size=5))
    entries = [
        listed(f"{' '.join(surnames)}, {' '.join(given_names)}", number, birth_dates=("1984-03-09",))
        for number, (given_names, surnames) in enumerate(people, start=1)
    ]
    given_names, surnames = data.draw(st.sampled_from(people))
    seen = person(
        data.draw(slipped(" ".join([*given_names, *surnames]))), birth_date=data.draw(st.sampled_from([None, "1984-03-09"]))
    )
    form, matcher, index = person_form(seen.name), EvidenceMatcher(), index_of(*entries)
    scanned = {
        entry.entry_id
        for entry in entries
        if (judged := matcher.person(made_ready(entry), form, seen)) is not None and judged.alert
    }
    assert scanned <= _found(index, form, seen.birth_date)


def _found(index: WatchlistIndex, form: object, birth_date: str | None = None) -> set[object]:
    return {near.actor.entry_id for near in index.named(ActorKind.PERSON, form, birth_date)}


def test_of_many_born_on_a_day_the_same_are_found_as_of_few() -> None:
    born = "1975-03-09"
    crowd = [listed(f"Persona{number:03d} Ejemplar", 100 + number, birth_dates=(born,)) for number in range(400)]
    sought = [
        listed("Maura Quispe Tzoc", 1, birth_dates=("1980-01-01", born)),
        listed("Maura Q'uispe", 2, birth_dates=(born,)),
        listed("Tzoc Ejemplar", 3, birth_dates=("1976-03-09",)),
        listed("Maura Tzok", 4, birth_dates=("1975-09-03",)),
    ]
    whole = person_form(person("Maura Quispe Tzoc").name)
    few, many = WatchlistIndex(), WatchlistIndex()
    for entry in sought:
        few.apply(entry)
        many.apply(entry)
    for entry in crowd:
        many.apply(entry)
    for name in ("Maura Quispe", "Quispe Tzoc", "M. Tzoc", "Maura Cuispe Tsoc", "Ejemplar Tzoc"):
        expected = _found(few, person_form(person(name).name), born)
        assert expected <= _found(many, person_form(person(name).name), born)
        assert _found(many, person_form(person(name).name), born) - expected <= {entry.entry_id for entry in crowd}
    assert _found(few, whole, born) == {entry.entry_id for entry in sought}
    for entry in sought[:2]:
        many.forget(entry.entry_id)
    assert _found(many, whole, born) == {entry.entry_id for entry in sought[2:]}


def test_asking_leaves_nothing_behind_that_only_the_collector_of_cycles_takes_away() -> None:
    index, form = (
        index_of(listed("Rigoberta Tzoc Xicay", birth_dates=("1984-03-09",))),
        person_form(person("Rigoberta Tzok Xicay").name),
    )
    _found(index, form, "1984-03-09")
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            _found(index, form, "1984-03-09")
        assert gc.collect() == 0
    finally:
        gc.enable()
