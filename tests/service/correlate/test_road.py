from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance
from tests.support.correlate import event
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
