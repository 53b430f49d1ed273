import contextlib

import pytest

from shared.contracts.events import Conveyance
from tests.support.correlate import event
from tests.support.correlate_station import Opened

LORRY = Conveyance(kind="vehicle", plate="C123BCD", country="GT")


@pytest.mark.parametrize("roles", ["api", "screen", "track", "api,track"])
async def test_each_role_is_ready_on_its_own_and_serves_only_what_is_its(opened: Opened, roles: str) -> None:
    async with opened(roles=roles) as correlate:
        key = await correlate.key("GT", "admin")
        served = (await correlate.get("/v1/alerts", key)).status_code
        keys = (await correlate.get("/v1/keys", key)).status_code
        ready = (await correlate.client.get("/readyz")).json()
    assert served == (200 if "api" in roles else 404)
    assert keys == 200
    assert ready["ready"]


async def test_the_roles_work_together_when_each_is_a_process_of_its_own(opened: Opened) -> None:
    async with contextlib.AsyncExitStack() as stack:
        api, _, _ = [await stack.enter_async_context(opened(roles=role)) for role in ("api", "screen", "track")]
        gt = await api.key("GT")
        await api.add_actor(
            gt, kind="vehicle", identifiers={"plate": "C123BCD", "country": "GT"}, handling={"releasable_to": ["GT"]}
        )
        await api.emit(event("E1", conveyances=(LORRY,)))
        await api.settled(1)
        assert [one.data.subject.key for one in await api.alert_messages()] == ["vehicle:GT:C123BCD"]
        assert len((await api.get("/v1/alerts", gt)).json()["items"]) == 1
