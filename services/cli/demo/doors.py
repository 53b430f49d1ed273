"""The two doors: crossings one by one over HTTP, seizures through Kafka with a producer that knows nothing of us but the topic."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.cli.demo.api import Api, DemoError
from services.cli.demo.board import Board
from services.cli.demo.crossing import Crossing
from services.cli.demo.scenario import Seizure

POSTERS = 8
TOGETHER = 100
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 60.0


async def post(crossings: Sequence[Crossing], doors: Mapping[str, Api], board: Board, seconds: float) -> None:
    """Post every crossing under its agency's key until it is accepted, spread evenly over so many seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    queue = iter(enumerate(crossings))

    async def work() -> None:
        for number, one in queue:
            await asyncio.sleep(began + seconds * number / len(crossings) - loop.time())
            await _post(one, doors[one.nation], board)

    async with asyncio.TaskGroup() as group:
        for _ in range(POSTERS):
            group.create_task(work())


async def _post(one: Crossing, door: Api, board: Board) -> None:
    answer = await door.request("POST", "/v1/border-crossings", json=one.body)
    board.posted += 1
    if answer.status == HTTPStatus.ACCEPTED:
        board.accepted[str(answer.body["event_id"])] = asyncio.get_running_loop().time()
    else:
        board.refused.append(f"{one.own_id} was answered {answer.status}: {answer.body}")


async def produce(seizures: Sequence[Seizure], brokers: str, topic: str, board: Board, seconds: float) -> None:
    """Produce every seizure until the broker has acknowledged it, the same bytes again where that is unknown.

    Raises:
        DemoError: the broker did not take them in time.
    """
    loop = asyncio.get_running_loop()
    began, parts = loop.time(), list(_parts(seizures))
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all", request_timeout_ms=5000)
    async with producer:
        for number, part in enumerate(parts):
            await asyncio.sleep(began + seconds * number / len(parts) - loop.time())
            await _acknowledged(producer, topic, part)
            board.produced += len(part)


def _parts(seizures: Sequence[Seizure]) -> Iterator[Sequence[Seizure]]:
    return (seizures[start : start + TOGETHER] for start in range(0, len(seizures), TOGETHER))


async def _acknowledged(producer: AIOKafkaProducer, topic: str, part: Sequence[Seizure]) -> None:
    waiting = list(part)
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while waiting:
        waiting = await _send(producer, topic, waiting)
        if waiting:
            if asyncio.get_running_loop().time() > deadline:
                raise DemoError(f"Kafka did not acknowledge {len(waiting)} seizures in {PATIENCE_SECONDS:g} s")
            await asyncio.sleep(PAUSE_SECONDS)


async def _send(producer: AIOKafkaProducer, topic: str, part: Sequence[Seizure]) -> list[Seizure]:
    """Those that were not acknowledged."""
    sent = []
    for one in part:
        value = json.dumps(one.body, ensure_ascii=False).encode()
        sent.append((one, await producer.send(topic, value, headers=[("agency", one.agency.encode())])))
    failed = []
    for one, future in sent:
        try:
            await future
        except KafkaError:
            failed.append(one)
    return failed
