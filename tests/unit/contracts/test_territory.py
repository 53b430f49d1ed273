"""An alert as each nation reads it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.alerts import Alert
from shared.contracts.base import Text
from shared.contracts.territory import read_by
from shared.contracts.vocabulary import RequestedAction
from tests.support.notify import alert_message

NATIONS = ("GT", "SV", "HN", "MX")
nation = st.sampled_from(NATIONS)


def alert(flagged_by: tuple[str, ...] = (), **more: Any) -> Alert:
    return alert_message(requested_action="ARREST", flagged_by=flagged_by, **more).data


@given(st.sets(nation), nation)
def test_only_a_nation_that_flagged_reads_another_action_and_all_else_stays(flagging: set[str], reader: str) -> None:
    whole = alert(tuple(sorted(flagging)))
    read = read_by(whole, reader)
    wanted = RequestedAction.INFORM_ONLY if reader in flagging else RequestedAction.ARREST
    assert read.executed_action is wanted
    kept = {"executed_action", "headline"}
    assert read.model_dump(exclude=kept) == whole.model_dump(exclude=kept)
    assert (read.headline == whole.headline) == (reader not in flagging)


def test_a_headline_that_does_not_begin_with_the_action_is_not_shown_to_a_flagging_nation() -> None:
    read = read_by(alert(("GT",), headline=Text(es="Hay que DETENER", en="Please ARREST")), "GT")
    assert read.headline == Text(
        es="INFORMAR, no se ejecuta en este territorio: coincidencia con una entrada de la lista",
        en="INFORM, not executed on this territory: a match with an entry of the list",
    )


@given(nation)
def test_reading_it_twice_is_reading_it_once(reader: str) -> None:
    once = read_by(alert(("GT", "SV"), headline=Text(es="DETENER: posible persona", en="ARREST: possible person")), reader)
    assert read_by(once, reader) == once
