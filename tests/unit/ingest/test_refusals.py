"""Every fault at once, by pointer, and none of them repeats what was sent."""

from functools import partial

import pytest

from services.ingest.domain.normalise import canonical_event
from services.ingest.domain.refusal import ForeignAgencyError, RefusedError
from services.ingest.envelopes import read_strictly
from tests.support.ingest import BAD_CROSSINGS, CROSSING, NOW, SAT, SEIZURE, canonical, crossing, least, pointers, rules, seizure


@pytest.mark.parametrize("name", BAD_CROSSINGS)
def test_a_bad_crossing_is_refused_by_the_pointers_of_its_faults(name: str) -> None:
    body, expected = BAD_CROSSINGS[name]
    assert pointers(lambda: canonical(read_strictly(body))) == expected


def test_the_examples_that_are_published_are_taken() -> None:
    assert pointers(lambda: canonical(crossing())) == set()
    assert pointers(lambda: canonical(seizure(), SEIZURE)) == set()


def test_faults_of_fields_and_between_fields_are_told_together() -> None:
    tree = {"revision": "x", "persons": [{"birth_date": "1984-13"}, {"name": 7}], "cargo": [{"weight_kg": "many"}]}
    assert pointers(lambda: canonical(tree)) == {
        "/id", "/revision", "/occurred_at", "/place", "/persons/0/birth_date", "/persons/1/name", "/cargo/0/weight_kg",
    }  # fmt: skip


def test_no_fault_repeats_what_was_sent() -> None:
    secret = "Ramírez-123456785"
    tree = least(
        occurred_at=secret, mode=secret, persons=[{"birth_date": secret, "name": secret, "documents": [{"issuer": secret}]}],
        cargo=[{"weight_kg": secret}], place={"code": secret, "lat": secret},
    )  # fmt: skip
    with pytest.raises(RefusedError) as refused:
        canonical(tree)
    assert secret not in str(refused.value) + "".join(fault.detail for fault in refused.value.faults)


@pytest.mark.parametrize("claim", [{"agency": "HN-ADU"}, {"nation": "HN"}])
def test_a_claim_to_come_from_someone_else_is_told_apart_from_a_fault(claim: dict[str, str]) -> None:
    with pytest.raises(ForeignAgencyError):
        canonical(least(**claim))


def test_the_senders_own_name_in_the_body_does_no_harm() -> None:
    assert canonical(least(agency="GT-SAT", nation="GT")).event().agency == "GT-SAT"


def test_a_seizure_says_what_was_seized() -> None:
    assert pointers(lambda: canonical(seizure(seized=[]), SEIZURE)) == {"/seized"}


def test_unknown_fields_are_kept_aside_by_default_and_named_when_strict() -> None:
    tree = least(badge=7, persons=[{"hair": "grey"}], place={"code": "MX-GT-01", "gate": "b"})
    event = canonical(tree).event()
    assert event.extra == {"badge": 7, "/persons/0/hair": "grey", "/place/gate": "b"}
    for set_by in ("the request", "the settings"):
        by_request, by_settings = set_by == "the request", {"strict": set_by == "the settings"}
        named = pointers(partial(canonical_event, CROSSING, tree, SAT, rules(**by_settings), received_at=NOW, strict=by_request))
        assert named == {"/badge", "/persons/0/hair", "/place/gate"}, set_by


def test_a_client_cannot_set_what_is_ours() -> None:
    event = canonical(
        least(event_id="00000000-0000-0000-0000-000000000000", received_at="1999-01-01T00:00:00Z", flags=[1])
    ).event()
    assert str(event.event_id) != "00000000-0000-0000-0000-000000000000"
    assert event.received_at.year == 2026
    assert event.flags == ()
    assert set(event.extra) == {"event_id", "received_at", "flags"}
