"""Identities are UUIDv5, whoever computes them."""

from uuid import RFC_4122, uuid5

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.identity import NAMESPACE, event_id, lineage_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT, TEXT, st.integers(min_value=1, max_value=2**31))
def test_an_identity_is_the_uuid_of_its_parts_in_our_namespace(agency: str, kind: str, own: str, revision: int) -> None:
    event, lineage = event_id(agency, kind, own, revision), lineage_id(agency, kind, own)
    assert event == uuid5(NAMESPACE, f"event\x1f{agency}\x1f{kind}\x1f{own}\x1f{revision}")
    assert lineage == uuid5(NAMESPACE, f"lineage\x1f{agency}\x1f{kind}\x1f{own}")
    assert (event.version, event.variant) == (5, RFC_4122)
