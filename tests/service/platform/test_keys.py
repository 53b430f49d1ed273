import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest
import structlog

from shared.contracts.topics import KEYS
from shared.platform.auth.keys import Key, KeyRequest, Token, life
from shared.platform.auth.open import Keys, open_keys
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.auth.store import KeyStore
from shared.platform.http.app import create_app
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.support.forked import atalaya


class Topic:
    """A compacted topic that lives here; every ring that follows gets each record."""

    def __init__(self) -> None:
        self.followers: list[KeyRing] = []
        self.values: list[bytes | None] = []

    async def send(self, message: Message) -> None:
        self.values.append(message.value)
        for ring in self.followers:
            ring.apply(message.key, message.value)


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class World:
    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.topic = Topic()
        self.settings = KeysSettings(**{"unknown_wait_seconds": 0.05, **settings})
        self.keys = self._process()

    def _process(self) -> Keys:
        kafka = KafkaSettings()
        return open_keys(kafka, self.topic, self.settings, KEYS, clock=self.clock)

    @contextlib.asynccontextmanager
    async def client(self, keys: Keys | None = None) -> AsyncIterator[httpx.AsyncClient]:
        keys = keys or self.keys
        app = create_app("T", [keys.router], settings=HttpSettings(), readiness=Readiness(), access=keys.access)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            yield client

    async def token(self, *scopes: str, expires: str = "90d") -> str:
        wanted = KeyRequest.model_validate(
            {"agency": "GT-SAT", "nation": "GT", "scopes": scopes or ["admin"], "expires": expires}
        )
        return (await self.keys.store.create(wanted, by="test")).token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


WANTED = {"agency": "HN-ANA", "nation": "HN", "scopes": ["events:write"], "expires": "12h"}


async def test_a_key_is_shown_once_and_only_its_digest_is_stored() -> None:
    world = World()
    async with world.client() as client:
        made = (await client.post("/v1/keys", headers=bearer(await world.token()), json=WANTED)).json()
        shown = (await client.get("/v1/keys", headers=bearer(await world.token()))).text
    secret = Token.parse(made["token"]).secret.get_secret_value()
    assert all(secret not in (value or b"").decode() for value in world.topic.values)
    assert secret not in shown
    assert "hash" not in shown
    assert made["expires_at"].startswith("2026-01-01T12:00:00")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer atk_x_y", f"Bearer atk_{'0' * 16}_{'A' * 43}"])
async def test_no_key_or_an_unknown_one_is_refused_with_a_challenge(header: str) -> None:
    async with World().client() as client:
        answer = await client.get("/v1/keys", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_right_id_with_a_wrong_secret_is_refused() -> None:
    world = World()
    token = await world.token()
    other = token[:21] + Token.make().text()[21:]
    async with world.client() as client:
        assert (await client.get("/v1/keys", headers=bearer(other))).status_code == 401
        assert (await client.get("/v1/keys", headers=bearer(token))).status_code == 200


async def test_a_key_in_the_url_is_refused_even_beside_a_good_one_and_is_not_logged() -> None:
    world = World()
    token = await world.token()
    with structlog.testing.capture_logs() as logs:
        async with world.client() as client:
            answer = await client.get(f"/v1/keys?access_token={token}", headers=bearer(token))
    assert answer.status_code == 401
    assert token not in str(logs) + answer.text


async def test_a_scope_that_is_lacking_is_named() -> None:
    world = World()
    async with world.client() as client:
        answer = await client.get("/v1/keys", headers=bearer(await world.token("events:write")))
    assert (answer.status_code, answer.json()["required"]) == (403, ["admin"])


async def test_any_key_may_ask_whose_it_is_and_is_told_no_secret() -> None:
    world = World()
    async with world.client() as client:
        token = await world.token("events:write")
        answer = await client.get("/v1/keys/self", headers=bearer(token))
        nobody = await client.get("/v1/keys/self")
    assert answer.json() == {"id": token.split("_")[1], "agency": "GT-SAT", "nation": "GT", "scopes": ["events:write"]}
    assert nobody.status_code == 401


async def test_an_expired_key_is_refused_from_its_moment_on() -> None:
    world = World()
    token = await world.token(expires="1h")
    async with world.client() as client:
        world.clock.time += timedelta(minutes=59)
        assert (await client.get("/v1/keys", headers=bearer(token))).status_code == 200
        world.clock.time += timedelta(minutes=1)
        assert (await client.get("/v1/keys", headers=bearer(token))).status_code == 401


async def test_a_revoked_key_is_refused_and_stays_revoked_whatever_older_record_comes() -> None:
    world = World()
    admin, token = await world.token(), await world.token("admin")
    made = world.topic.values[-1]
    async with world.client() as client:
        key_id = Token.parse(token).id
        ended = (await client.delete(f"/v1/keys/{key_id}", headers=bearer(admin))).json()
        assert ended["revoked_at"]
        world.keys.ring.apply(key_id.encode(), made)
        assert (await client.get("/v1/keys", headers=bearer(token))).status_code == 401
        again = (await client.delete(f"/v1/keys/{key_id}", headers=bearer(admin))).json()
        assert again == ended
        assert (await client.delete("/v1/keys/0000000000000000", headers=bearer(admin))).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"nation": "gt"}, "/nation"),
        ({"expires": "forever"}, "/expires"),
        ({"expires": "0d"}, "/expires"),
        ({"expires": "9y"}, "/expires"),
        ({"hash": "00"}, "/hash"),
        ({"agency": ""}, "/agency"),
    ],
)
async def test_a_wrong_request_for_a_key_is_refused_by_pointer(change: dict[str, Any], pointer: str) -> None:
    world = World()
    async with world.client() as client:
        answer = await client.post("/v1/keys", headers=bearer(await world.token()), json={**WANTED, **change})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_key_that_was_just_made_elsewhere_is_waited_for() -> None:
    world = World(unknown_wait_seconds=5)
    other = world._process()
    token = await world.token()
    async with world.client(other) as client, asyncio.TaskGroup() as group:
        asked = group.create_task(client.get("/v1/keys", headers=bearer(token)))
        while not other.ring._waiting:  # noqa: ASYNC110 - one turn of the loop at a time, until the request waits
            await asyncio.sleep(0)
        other.ring.apply(Token.parse(token).id.encode(), world.topic.values[-1])
    assert asked.result().status_code == 200


async def test_only_so_many_requests_wait_for_unknown_keys_at_once() -> None:
    ring = KeyRing(KeysSettings(unknown_wait_seconds=5, unknown_waits=2))
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(ring.find(f"{number}")) for number in range(2)]
        await asyncio.sleep(0)
        assert await ring.find("third") is None
        for task in waiting:
            task.cancel()
    assert ring._waiting == 0


async def test_a_record_that_is_no_key_is_passed_over() -> None:
    ring = KeyRing(KeysSettings())
    with structlog.testing.capture_logs() as logs:
        ring.apply(b"x", b"{}")
        ring.apply(b"\xff", b"nonsense")
        ring.apply(None, None)
    assert ring.all() == []
    assert [entry["event"] for entry in logs] == ["keys.record_refused"] * 2


def test_a_token_is_long_enough_not_to_be_guessed_and_parses_back() -> None:
    token = Token.make()
    assert Token.parse(token.text()) == token
    assert len(token.secret.get_secret_value()) == 43
    assert token.secret.get_secret_value() not in repr(token)
    for wrong in ("", "atk_", token.text() + "x", token.text()[:-1], "ATK" + token.text()[3:], token.text() + "\n"):
        assert Token.parse(wrong) is None


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("48h", 2), ("2w", 14), ("1y", 365)])
def test_an_expiry_is_a_number_and_a_unit(text: str, days: int) -> None:
    assert life(text) == timedelta(days=days)


@pytest.fixture
async def kafka_settings(kafka: str, topic_prefix: str) -> KafkaSettings:
    settings = KafkaSettings(bootstrap_servers=kafka, topic_prefix=topic_prefix)
    topic = TopicSpec(
        KEYS,
        partitions=1,
        retention=None,
        compacted=True,
        tombstones_kept=timedelta(days=7),
        max_message_bytes=1_048_576,
        log_append_time=True,
    )
    await apply_topics(settings, [topic])
    return settings


async def test_a_revocation_reaches_every_process_within_seconds(kafka_settings: KafkaSettings, eventually: Any) -> None:
    stop = asyncio.Event()
    async with KafkaProducer(kafka_settings) as producer, asyncio.TaskGroup() as group:
        here, there = (open_keys(kafka_settings, producer, KeysSettings(), KEYS) for _ in range(2))
        for keys in (here, there):
            group.create_task(keys.worker.run(stop))
        try:
            await here.worker.ready.wait()
            await there.worker.ready.wait()
            wanted = KeyRequest.model_validate(WANTED)
            made = await here.store.create(wanted, by="test")

            async def known(good: bool) -> bool:
                key: Key | None = there.ring.get(made.id)
                return key is not None and key.is_good(datetime(2026, 1, 1, tzinfo=UTC)) is good

            async with asyncio.timeout(5):
                await eventually(lambda: known(good=True))
                await here.store.revoke(made.id, by="test")
                await eventually(lambda: known(good=False))
        finally:
            stop.set()


def test_the_command_line_makes_lists_and_ends_keys_on_the_topic(
    kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATALAYA_KAFKA__TOPIC_PREFIX", kafka_settings.topic_prefix)
    on_topic = ["--bootstrap", kafka_settings.bootstrap_servers]

    def run(*arguments: str) -> CompletedProcess[str]:
        return atalaya("keys", *arguments, *on_topic)

    made = json.loads(
        run("create", "--agency", "GT-SAT", "--nation", "GT", "--scope", "events:write", "--expires", "90d", "--json").stdout
    )
    assert Token.parse(made["token"]).id == made["id"]
    assert [key["id"] for key in json.loads(run("list", "--json").stdout)] == [made["id"]]
    assert json.loads(run("revoke", made["id"], "--json").stdout)["revoked_at"]
    assert json.loads(run("list", "--json").stdout)[0]["revoked_at"]
    assert run("revoke", "0000000000000000").returncode == 3
    assert run("create", "--agency", "GT-SAT", "--nation", "Guatemala", "--scope", "everything").returncode == 2


def test_the_command_line_says_what_to_do_when_nothing_runs(tmp_path: Any) -> None:
    answer = atalaya("keys", "list", "--var", str(tmp_path))
    assert answer.returncode == 2
    assert "--service" in answer.stderr
    assert atalaya("keys", "list", "--service", "http://127.0.0.1:9", "--admin-key", "atk_x").returncode == 5


def test_a_store_writes_under_the_key_s_id() -> None:
    topic = Topic()
    ring = KeyRing(KeysSettings())
    made = asyncio.run(KeyStore(ring, topic, "keys", KeysSettings()).create(KeyRequest.model_validate(WANTED), by="x"))
    assert Key.model_validate_json(topic.values[0]).id == made.id
