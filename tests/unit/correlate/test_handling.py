"""Who may see what rests on several sources: exactly those who may see each of them."""

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.track.handling import combine, of_route, of_sighting
from shared.contracts.base import Handling, Tlp
from tests.support.correlate import route, seen_at

NATIONS = ("CR", "GT", "HN", "MX", "NI", "PA", "SV")
MARKED = st.tuples(st.sampled_from(list(Tlp)), st.frozensets(st.sampled_from(NATIONS)))


@given(st.lists(MARKED, min_size=1, max_size=8))
def test_a_nation_sees_an_alert_only_if_it_may_see_every_piece_of_it(every: list[tuple[Tlp, frozenset[str]]]) -> None:
    seen = combine(every)
    for nation in NATIONS:
        refused = any(nation not in nations for _, nations in every)
        assert (nation in seen.releasable_to) is not refused
    strictness = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    assert strictness.index(seen.tlp) == max(strictness.index(label) for label, _ in every)


@given(st.lists(MARKED, min_size=1, max_size=8), MARKED)
def test_more_evidence_never_shows_an_alert_to_more(
    every: list[tuple[Tlp, frozenset[str]]], more: tuple[Tlp, frozenset[str]]
) -> None:
    one, other = combine(every), combine([*every, more])
    assert set(other.releasable_to) <= set(one.releasable_to)
    assert other.tlp.rank >= one.tlp.rank


def test_nothing_to_combine_is_released_to_nobody() -> None:
    assert combine([]) == Handling(tlp=Tlp.RED, releasable_to=())


def test_what_carries_no_marking_is_for_the_nation_it_came_from() -> None:
    unmarked = seen_at("MX-GT-01", 0, handling=Handling(), nation="SV")
    assert of_sighting(unmarked) == (Tlp.AMBER, frozenset({"SV"}))
    entry = route(["CR-PA-01", "NI-CR-01"], [None]).model_copy(update={"releasable_to": ()})
    assert of_route(entry) == (Tlp.AMBER, frozenset({"CR"}))
