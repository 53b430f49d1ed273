"""What becomes of an entry that a list says something else of, and what an import may never do to it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.lists.difference import changes, merged, merged_again, narrowed
from shared.contracts.base import Handling, Severity, Tlp
from shared.contracts.vocabulary import RequestedAction
from shared.contracts.watchlist import ActorBody, ListedDocument, ListedName

NATIONS = st.sets(st.sampled_from(["BZ", "CR", "GT", "HN", "MX"]))
HANDLING = st.none() | st.builds(
    lambda tlp, nations: Handling(tlp=tlp, releasable_to=tuple(sorted(nations))), st.sampled_from(Tlp), NATIONS
)


def draft(name: str = "Ana", **fields: object) -> ActorBody:
    return ActorBody.model_validate({"kind": "person", "source": "x", "source_id": "1", "names": [{"full": name}], **fields})


def told(before: ActorBody, after: ActorBody) -> list[tuple[str, object, object]]:
    return [(one.field, one.before, one.after) for one in changes(before, merged(before, after))]


def test_a_change_is_told_field_by_field() -> None:
    new = draft("Anna", nationalities=["GT"], documents=[{"type": "passport", "number": "A1"}])
    assert told(draft(nationalities=["GT"]), new) == [
        ("names", (ListedName(full="Ana"),), (ListedName(full="Anna"),)),
        ("documents", (), (ListedDocument(type="passport", number="A1"),)),
    ]


def test_what_a_list_no_longer_says_is_no_longer_in_the_entry() -> None:
    assert merged(draft(birth_dates=["1971"]), draft()).birth_dates == ()


def test_what_its_issuer_wrote_stays_since_the_list_does_not_speak_of_it() -> None:
    written = {"requested_action": "ARREST", "severity": "critical", "reason": "decided here", "warning_markers": ["armed"]}
    own = draft(**written, review_on="2027-01-01")
    after = merged(own, draft("Anna"))
    assert (after.requested_action, after.severity) == (RequestedAction.ARREST, Severity.CRITICAL)
    assert (after.reason, after.warning_markers, after.review_on) == ("decided here", ("armed",), date(2027, 1, 1))
    assert [field for field, _, _ in told(own, draft("Anna"))] == ["names"]


def test_what_the_import_says_of_the_issuers_part_is_done() -> None:
    assert merged(draft(), draft(requested_action="INQUIRY_CHECK")).requested_action is RequestedAction.INQUIRY_CHECK


def test_another_date_of_the_list_alone_changes_nothing() -> None:
    before = draft(list_date="2026-01-01")
    assert told(before, draft(list_date="2026-02-01")) == []
    assert merged(before, draft("Anna", list_date="2026-02-01")).list_date == date(2026, 2, 1)
    assert merged(before, draft("Anna")).list_date == date(2026, 1, 1)


@given(HANDLING, HANDLING)
def test_no_import_lowers_a_marking(before: Handling | None, after: Handling | None) -> None:
    stands, wanted = narrowed(before, after), before or Handling()
    kept = stands or Handling()
    assert kept.tlp.rank >= wanted.tlp.rank
    assert set(kept.releasable_to) <= set(wanted.releasable_to)
    if before is not None and after is not None:
        assert kept.tlp.rank >= after.tlp.rank
        assert set(kept.releasable_to) <= set(after.releasable_to)
    assert merged(draft(handling=before), draft(handling=after)).handling == stands
    assert merged_again(draft(handling=before), draft(handling=after)).handling == stands
