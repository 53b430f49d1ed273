"""How much one key may send."""

import re

import pytest

from shared.platform.http.exchange import Exchange
from shared.platform.http.limits import RateLimiter
from shared.platform.http.problems import TooManyRequestsError
from shared.platform.http.settings import HttpSettings
from tests.support.crates import World, assert_problem


async def test_rate_limits_are_told_on_success_and_hold_for_one_key_alone() -> None:
    world = World(rate_per_second=1 / 60, rate_window_seconds=3600)
    flooding, quiet = await world.key("alerts:read"), await world.key("alerts:read")
    async with world.client() as client:
        first = await client.get("/v1/crates", headers=flooding)
        assert first.headers["ratelimit-policy"] == '"key";q=60;w=3600'
        assert re.fullmatch(r'"key";r=59;t=\d+', first.headers["ratelimit"])
        statuses = [(await client.get("/v1/crates", headers=flooding)).status_code for _ in range(60)]
        assert statuses == [200] * 59 + [429]
        refused = await client.get("/v1/crates", headers=flooding)
        assert_problem(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["ratelimit"].startswith('"key";r=0;')
        assert (await client.get("/v1/crates", headers=quiet)).status_code == 200


async def test_a_batch_is_charged_for_its_items() -> None:
    world = World(rate_per_second=1 / 60, rate_window_seconds=3600)
    key = await world.key("events:write")
    async with world.client() as client:
        answers = [await client.post("/v1/charged", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_what_costs_more_than_a_quota_can_be_paid_with_a_whole_one() -> None:
    limiter = RateLimiter(HttpSettings(rate_per_second=1, rate_window_seconds=10))
    await limiter.charge(Exchange(""), "key", 1000)
    with pytest.raises(TooManyRequestsError):
        await limiter.charge(Exchange(""), "key", 1)
