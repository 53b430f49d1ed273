"""What differs between two versions of an entry, as an officer and a second person read it."""

from typing import Any

from services.correlate.entries.differences import FieldChange, body_changes, entry_changes
from shared.contracts.base import Handling
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import Flag, Identifiers, ListedDocument, ListedName
from tests.support.correlate import NOON, actor, route

ANA, EVA, IDA = ListedName(full="Ana"), ListedName(full="Eva"), ListedName(full="Ida")


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    return body_changes(actor(**before).body, actor(**after).body)


def test_a_field_stands_with_what_it_was_and_what_it_is() -> None:
    assert differing({"severity": "low"}, {"severity": "high"}) == [FieldChange(field="severity", before="low", after="high")]
    assert differing({"reason": None}, {"reason": "armed"}) == [FieldChange(field="reason", before=None, after="armed")]


def test_of_a_list_stands_what_went_and_what_came_and_nothing_that_stayed() -> None:
    (change,) = differing({"names": (ANA, EVA)}, {"names": (EVA, IDA)})
    assert (change.field, change.before, change.after) == ("names", None, None)
    assert ([one["full"] for one in change.gone or ()], [one["full"] for one in change.come or ()]) == (["Ana"], ["Ida"])


def test_what_stood_twice_and_stands_once_has_gone_once() -> None:
    (change,) = differing({"birth_dates": ("1971", "1971")}, {"birth_dates": ("1971",)})
    assert (change.gone, change.come) == (["1971"], [])


def test_a_list_in_another_order_stands_whole() -> None:
    (change,) = body_changes(route(["A", "B"], [None]).body, route(["B", "A"], [None]).body)
    assert (change.gone, change.come) == (None, None)
    assert [[point["place"]["code"] for point in one] for one in (change.before, change.after)] == [["A", "B"], ["B", "A"]]


def test_a_field_in_a_field_is_named_by_both() -> None:
    before = {"identifiers": Identifiers(plate="C1", country="GT"), "handling": Handling(releasable_to=("GT",))}
    after = {"identifiers": Identifiers(plate="C2", country="GT"), "handling": Handling(releasable_to=("GT", "HN"))}
    found = {change.field: change for change in differing(before, after)}
    assert found.keys() == {"identifiers.plate", "handling.releasable_to"}
    assert (found["identifiers.plate"].before, found["identifiers.plate"].after) == ("C1", "C2")
    assert (found["handling.releasable_to"].gone, found["handling.releasable_to"].come) == ([], ["HN"])


def test_what_was_absent_and_is_empty_does_not_differ() -> None:
    assert differing({"parts": None}, {"parts": ()}) == []


def test_the_life_of_an_entry_comes_first_and_what_the_list_counts_is_no_difference() -> None:
    flag = Flag(nation="MX", agency="mx-police", since=NOON, reason="law")
    before = actor(severity="low")
    head = {"state": EntryState.SUSPENDED, "flags": (flag,), "version": 7, "list_version": 9, "changed_by": "other", "why": "x"}
    after = actor(severity="high").model_copy(update=head)
    changes = entry_changes(before, after)
    assert [change.field for change in changes] == ["state", "flags", "severity"]
    assert (changes[0].before, changes[0].after) == ("active", "suspended")
    assert [one["nation"] for one in changes[1].come or ()] == ["MX"]


def test_lists_of_ten_thousand_are_compared_one_by_one_and_not_each_with_each() -> None:
    many = tuple(ListedDocument(number=str(number)) for number in range(10_000))
    (change,) = differing({"documents": many}, {"documents": (*reversed(many[1:]), ListedDocument(number="new"))})
    assert ([one["number"] for one in change.gone or ()], [one["number"] for one in change.come or ()]) == (["0"], ["new"])
