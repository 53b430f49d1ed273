"""Who tries keys that are none is told to wait; who has one never is."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.contracts.topics import KEYS
from shared.platform.auth.attempts import FailedAttempts
from shared.platform.auth.keys import KeyRequest, Token
from shared.platform.auth.open import open_keys
from shared.platform.auth.settings import KeysSettings
from shared.platform.http.app import create_app
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.messages import Message
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings

SETTINGS = KeysSettings(unknown_wait_seconds=0, failed_attempts_per_minute=6, failed_addresses=3)
HERE, THERE = "198.51.100.7", "203.0.113.9"


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class Nowhere:
    async def send(self, message: Message) -> None:
        """Only this process's own ring matters here."""


class House:
    """A service's `/v1/keys`, asked from any address."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.keys = open_keys(KafkaSettings(), Nowhere(), SETTINGS, KEYS, clock=self.clock)
        self.app = create_app("T", [self.keys.router], settings=HttpSettings(), readiness=Readiness(), access=self.keys.access)

    async def token(self, expires: str = "90d") -> str:
        wanted = KeyRequest(agency="GT-SAT", nation="GT", scopes=frozenset({"admin"}), expires=expires)
        return (await self.keys.store.create(wanted, by="test")).token

    @contextlib.asynccontextmanager
    async def client(self, address: str = HERE) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, client=(address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client

    async def ask(self, token: str, address: str = HERE) -> httpx.Response:
        async with self.client(address) as client:
            return await client.get("/v1/keys", headers={"Authorization": f"Bearer {token}"})

    async def guess(self, count: int, address: str = HERE) -> list[int]:
        return [(await self.ask(Token.make().text(), address)).status_code for _ in range(count)]


async def test_an_address_that_tries_many_unknown_keys_is_told_to_wait_and_no_other_is() -> None:
    house = House()
    assert await house.guess(8) == [401] * 6 + [429] * 2
    answer = await house.ask(Token.make().text())
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "10"
    assert await house.guess(1, THERE) == [401]
    house.clock.time += timedelta(seconds=10)
    assert await house.guess(2) == [401, 429]


async def test_a_known_key_passes_from_an_address_that_was_told_to_wait() -> None:
    house = House()
    good, ended = await house.token(), await house.token(expires="1h")
    await house.guess(20)
    house.clock.time += timedelta(hours=2)
    await house.guess(20)
    assert (await house.ask(good)).status_code == 200
    assert (await house.ask(ended)).status_code == 401, "a key that ended is no guess"
    assert await house.guess(1) == [429]


async def test_a_wrong_secret_and_a_token_of_no_form_are_tries_too() -> None:
    house = House()
    known = await house.token()
    for _ in range(3):
        assert (await house.ask(known[:21] + Token.make().text()[21:])).status_code == 401
        assert (await house.ask("atk_x")).status_code == 401
    assert await house.guess(1) == [429]


async def test_no_key_at_all_and_good_ones_are_no_tries() -> None:
    house = House()
    good = await house.token()
    async with house.client() as client:
        assert {(await client.get("/v1/keys")).status_code for _ in range(20)} == {401}
    assert {(await house.ask(good)).status_code for _ in range(20)} == {200}
    assert await house.guess(1) == [401]


async def test_of_many_addresses_the_least_recent_are_forgotten() -> None:
    house = House()
    await house.guess(7)
    for last in range(5):
        await house.guess(1, f"203.0.113.{last}")
    assert len(house.keys.access._attempts._buckets) == SETTINGS.failed_addresses
    assert await house.guess(1) == [401]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_an_ipv6_host_is_its_network(one: str, other: str, *, same: bool) -> None:
    attempts = FailedAttempts(SETTINGS, Clock())
    for _ in range(6):
        attempts.count(one)
    assert (attempts.wait_seconds(other) > 0) is same


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = Clock()
    attempts = FailedAttempts(SETTINGS, clock)
    for _ in range(6):
        attempts.count(HERE)
    clock.time -= timedelta(days=1)
    assert attempts.wait_seconds(HERE) == 10
