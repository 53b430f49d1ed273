"""What the life of an entry does to its alert: all the way, on a real broker and a real database."""

from datetime import datetime, timedelta
from typing import Any

from shared.contracts.alerts import AlertType
from shared.contracts.events import Conveyance, Event
from shared.contracts.notices import Notice, NoticeType
from shared.contracts.topics import NOTICES
from shared.platform.clock import SystemClock
from tests.support.correlate import event, person
from tests.support.correlate_station import Opened, Station, eventually, topic_values

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
LISTED = {
    "kind": "vehicle",
    "source_id": "V-1",
    "requested_action": "SPECIFIC_CHECK",
    "identifiers": {"plate": "C123BCD", "country": "GT"},
    "handling": {"releasable_to": ["GT", "MX"]},
}
OPENED, REVISED, WITHDRAWN = AlertType.OPENED, AlertType.REVISED, AlertType.WITHDRAWN


class Shifted:
    """The system's clock, put forward."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.by


def crossing(number: int, at: datetime) -> Event:
    return event(f"E{number}", conveyances=(LORRY,), occurred_at=at, received_at=at)


async def kinds(correlate: Station) -> list[AlertType]:
    return [message.type for message in await correlate.alert_messages()]


async def until_told(correlate: Station, *wanted: AlertType) -> None:
    """Wait until these are all the alert messages, in order, and nothing else is on its way."""

    async def told() -> bool:
        await correlate.looked_back()
        return await kinds(correlate) == list(wanted)

    await eventually(told, seconds=60)


async def act(correlate: Station, entry: dict[str, Any], who: dict[str, str], action: str) -> None:
    path = f"/v1/watchlist/actors/{entry['entry_id']}/{action}"
    answer = await correlate.client.post(path, headers=who, json={"reason": "operation"})
    assert answer.status_code == 200, answer.text


async def test_an_entry_past_its_date_has_its_alert_withdrawn_and_raises_none_any_more(opened: Opened) -> None:
    clock = Shifted()
    async with opened(clock=clock) as correlate:
        gt = await correlate.key("GT")
        now = clock.now()
        entry = await correlate.add_actor(gt, **LISTED, valid_to=(now + timedelta(hours=1)).isoformat())
        await correlate.emit(crossing(1, now))
        await correlate.settled(1)
        assert await kinds(correlate) == [OPENED]
        clock.by = timedelta(hours=1)
        await until_told(correlate, OPENED, WITHDRAWN)
        await correlate.emit(crossing(2, now + timedelta(minutes=1)), crossing(3, clock.now()))
        await correlate.settled(3)
        assert await kinds(correlate) == [OPENED, WITHDRAWN]
        notices = [Notice.model_validate_json(value) for value in await topic_values(correlate.settings.kafka, NOTICES)]
    assert [(one.type, one.agency, str(one.entry_id)) for one in notices] == [
        (NoticeType.EXPIRED, "gt-police", entry["entry_id"])
    ]


async def test_a_suspended_entry_is_withdrawn_a_resumed_one_alerts_again_and_an_executed_one_is_over(opened: Opened) -> None:
    async with opened() as correlate:
        gt = await correlate.key("GT")
        now = SystemClock().now()
        entry = await correlate.add_actor(gt, **LISTED)
        await correlate.emit(crossing(1, now))
        await correlate.settled(1)
        await act(correlate, entry, gt, "suspend")
        await until_told(correlate, OPENED, WITHDRAWN)
        await correlate.emit(crossing(2, now + timedelta(minutes=1)))
        await correlate.settled(2)
        assert await kinds(correlate) == [OPENED, WITHDRAWN]
        await act(correlate, entry, gt, "resume")
        await correlate.looked_back()
        await correlate.settled(2)
        again = (await correlate.alert_messages())[2:]
        await act(correlate, entry, gt, "execute")
        await until_told(correlate, OPENED, WITHDRAWN, *(message.type for message in again), WITHDRAWN)
    assert len(again[-1].data.evidence) == 2
    assert again[-1].data.state.value == "open"


async def test_what_waits_for_a_second_person_raises_nothing_until_it_is_approved_and_then_for_the_past_too(
    opened: Opened,
) -> None:
    name = "Torcuato Quispetupac Ejemplo"
    listed = {"kind": "person", "names": [{"full": name}], "handling": {"releasable_to": ["GT", "MX"]}}
    async with opened() as correlate:
        gt = await correlate.key("GT")
        second = await correlate.key("GT", "watchlist:write", "watchlist:approve")
        entry = await correlate.add_actor(gt, **listed)
        now = SystemClock().now()
        await correlate.emit(event("E1", persons=(person(name),), occurred_at=now, received_at=now))
        await correlate.settled(1)
        assert (entry["state"], await kinds(correlate)) == ("submitted", [])
        await act(correlate, entry, second, "approve")
        await correlate.looked_back()
        await correlate.settled(1)
        (message,) = await correlate.alert_messages()
    assert (message.type, message.data.retroactive) == (OPENED, True)
