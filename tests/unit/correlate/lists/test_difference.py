"""What an import would do: added, changed, removed, unchanged; and what it may never do."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.lists.difference import (
    Policy,
    TooManyRemovalsError,
    difference,
    guard,
    merged,
    narrowed,
)
from shared.contracts.base import Handling, Severity, Tlp
from shared.contracts.vocabulary import RequestedAction
from shared.contracts.watchlist import ActorBody, ListedDocument, ListedName
from tests.support.lists import applied, held

IDS = st.integers(min_value=0, max_value=30).map(str)
NATIONS = st.sets(st.sampled_from(["BZ", "CR", "GT", "HN", "MX"]))
HANDLING = st.none() | st.builds(
    lambda tlp, nations: Handling(tlp=tlp, releasable_to=tuple(sorted(nations))), st.sampled_from(Tlp), NATIONS
)
LISTS = st.dictionaries(IDS, st.sampled_from(["Ana", "Eva", "Luz"]))


def draft(number: str, name: str = "Ana", **fields: object) -> ActorBody:
    return ActorBody.model_validate({"kind": "person", "source": "x", "source_id": number, "names": [{"full": name}], **fields})


@given(LISTS, LISTS)
def test_what_is_done_makes_the_old_list_the_new_one_and_a_second_time_nothing(old: dict[str, str], new: dict[str, str]) -> None:
    before = held(draft(number, name) for number, name in old.items())
    drafts = [draft(number, name) for number, name in new.items()]
    found = difference(before, drafts)
    assert len(found.added) + len(found.changed) + found.unchanged == len(new)
    assert found.listed == len(old)
    after = applied(before, found)
    assert {key: one.body.names[0].text for key, one in after.items() if not one.ended} == new
    assert set(after) == {*old, *new}, "what is gone has ended, it is not deleted"
    assert difference(after, drafts).empty


@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_a_list_does_not_matter(new: dict[str, str], random: object) -> None:
    drafts = [draft(number, name) for number, name in new.items()]
    shuffled = sorted(drafts, key=lambda _: random.random())  # type: ignore[attr-defined]
    before = held([draft("1"), draft("2", "Luz")])
    one, other = difference(before, drafts), difference(before, shuffled)
    assert {body.source_id for body in one.added} == {body.source_id for body in other.added}
    assert (one.removed, one.unchanged) == (other.removed, other.unchanged)


def test_a_change_is_told_field_by_field() -> None:
    before = held([draft("1", "Ana", nationalities=["GT"])])
    new = draft("1", "Anna", nationalities=["GT"], documents=[{"type": "passport", "number": "A1"}])
    (change,) = difference(before, [new]).changed
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        ("names", (ListedName(full="Ana"),), (ListedName(full="Anna"),)),
        ("documents", (), (ListedDocument(type="passport", number="A1"),)),
    ]


def test_what_a_list_no_longer_says_is_no_longer_in_the_entry() -> None:
    before = held([draft("1", birth_dates=["1971"])])
    (change,) = difference(before, [draft("1")]).changed
    assert change.body.birth_dates == ()


def test_what_its_issuer_wrote_stays_since_the_list_does_not_speak_of_it() -> None:
    own = draft(
        "1",
        requested_action="ARREST",
        severity="critical",
        reason="decided here",
        warning_markers=["armed"],
        review_on="2027-01-01",
    )
    found = difference(held([own]), [draft("1", "Anna")])
    (change,) = found.changed
    assert (change.body.requested_action, change.body.severity) == (RequestedAction.ARREST, Severity.CRITICAL)
    assert (change.body.reason, change.body.warning_markers, change.body.review_on) == (
        "decided here",
        ("armed",),
        date(2027, 1, 1),
    )
    assert [one.field for one in change.fields] == ["names"]


def test_what_the_import_says_of_the_issuers_part_is_done() -> None:
    (change,) = difference(held([draft("1")]), [draft("1", requested_action="INQUIRY_CHECK")]).changed
    assert change.body.requested_action is RequestedAction.INQUIRY_CHECK


def test_another_date_of_the_list_alone_changes_nothing() -> None:
    before = held([draft("1", list_date="2026-01-01")])
    assert difference(before, [draft("1", list_date="2026-02-01")]).empty
    (change,) = difference(before, [draft("1", "Anna", list_date="2026-02-01")]).changed
    assert change.body.list_date == date(2026, 2, 1)
    (undated,) = difference(before, [draft("1", "Anna")]).changed
    assert undated.body.list_date == date(2026, 1, 1)


@given(HANDLING, HANDLING)
def test_no_import_lowers_a_marking(before: Handling | None, after: Handling | None) -> None:
    stands, wanted = narrowed(before, after), before or Handling()
    kept = stands or Handling()
    assert kept.tlp.rank >= wanted.tlp.rank
    assert set(kept.releasable_to) <= set(wanted.releasable_to)
    if before is not None and after is not None:
        assert kept.tlp.rank >= after.tlp.rank
        assert set(kept.releasable_to) <= set(after.releasable_to)
    assert merged(draft("1", handling=before), draft("1", handling=after)).handling == stands


def test_an_entry_listed_again_keeps_the_marking_it_had_when_it_ended() -> None:
    strict = Handling(tlp=Tlp.RED, releasable_to=("GT",))
    before = held([draft("1", handling=strict)], ended=True)
    found = difference(before, [draft("1", handling=Handling(tlp=Tlp.CLEAR, releasable_to=("GT", "HN")))])
    assert [body.handling for body in found.added] == [strict]
    assert (found.listed, found.removed) == (0, ())


def test_an_id_that_stands_twice_counts_once_and_is_told_of() -> None:
    found = difference({}, [draft("1", "Ana"), draft("1", "Eva"), draft("2")])
    assert [body.names[0].text for body in found.added] == ["Ana", "Ana"]
    assert [body.names[0].text for body in found.doubled] == ["Eva"]


def test_a_third_of_a_list_missing_is_refused_and_said() -> None:
    before = held(draft(str(number)) for number in range(300))
    found = difference(before, [draft(str(number)) for number in range(200)])
    with pytest.raises(TooManyRemovalsError, match=r"would end 100 of 300 entries, 33\.3%; 10% are let pass"):
        guard(found, Policy())
    guard(found, Policy(removals_percent=34))


def test_a_tenth_missing_is_let_pass_and_an_empty_file_is_not() -> None:
    before = held(draft(str(number)) for number in range(100))
    guard(difference(before, [draft(str(number)) for number in range(90)]), Policy())
    with pytest.raises(TooManyRemovalsError):
        guard(difference(before, []), Policy())
