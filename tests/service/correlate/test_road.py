from datetime import timedelta

from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance, EventKind, Seized
from shared.contracts.vocabulary import Cause
from tests.support.correlate import NOON, event
from tests.support.correlate_station import Opened

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {
    "kind": "vehicle",
    "source": "own",
    "source_id": "V-1",
    "requested_action": "SPECIFIC_CHECK",
    "severity": "high",
    "identifiers": {"plate": "C-123 BCD", "country": "GT"},
    "handling": {"tlp": "AMBER", "releasable_to": ["GT", "MX"]},
}


async def test_a_listed_vehicle_that_crosses_becomes_one_alert_on_the_topic(opened: Opened) -> None:
    async with opened() as correlate:
        entry = await correlate.add_actor(await correlate.key("GT"), **LISTED)
        await correlate.emit(event("E1", conveyances=(LORRY,)))
        await correlate.settled(1)
        (message,) = await correlate.alert_messages()
    assert message.type is AlertType.OPENED
    assert str(message.data.entries[0].entry_id) == entry["entry_id"]
    assert message.data.subject.key == "vehicle:GT:C123BCD"
    assert message.data.handling.releasable_to == ("GT", "MX")


async def test_what_crossed_before_it_was_listed_becomes_an_alert_marked_as_past(opened: Opened) -> None:
    async with opened() as correlate:
        await correlate.emit(event("E1", conveyances=(LORRY,)))
        await correlate.settled(1)
        assert await correlate.alert_messages() == []
        await correlate.add_actor(await correlate.key("GT"), **LISTED)
        await correlate.looked_back()
        await correlate.settled(1)
        (message,) = await correlate.alert_messages()
    assert message.type is AlertType.OPENED
    assert message.data.retroactive


async def test_what_crossed_with_a_lorry_days_before_its_seizure_becomes_an_alert(opened: Opened) -> None:
    escort = Conveyance(kind="vehicle", plate="P987XYZ", country="GT")
    before = NOON - timedelta(days=2)
    async with opened() as correlate:
        await correlate.emit(event("E1", conveyances=(LORRY, escort), occurred_at=before))
        await correlate.settled(1)
        await correlate.emit(event("S1", kind=EventKind.SEIZURE, conveyances=(LORRY,), seized=(Seized(category="drug"),)))
        await correlate.settled(2)
        alerts = [message.data for message in await correlate.alert_messages()]
    assert [(alert.cause, alert.subject.key) for alert in alerts] == [(Cause.SEIZURE_LINK, "vehicle:GT:P987XYZ")]


async def test_metrics_say_how_much_was_screened_stored_and_alerted(opened: Opened) -> None:
    async with opened() as correlate:
        await correlate.add_actor(await correlate.key("GT"), **LISTED)
        await correlate.emit(event("E1", conveyances=(LORRY,)))
        await correlate.settled(1)
        text = (await correlate.client.get("/metrics")).text
    assert 'atalaya_alert_revisions_total{cause="actor",type="alert.opened"}' in text
    assert "atalaya_list_version 1.0" in text
    assert "C123BCD" not in text
