"""The limit of the road: three Kafka hops and two commits by the bare clients, nothing judged, nothing signed.

Between the door and the partner lie three topics (events, sightings, alerts), a commit in tracking and one in fan-out.
"""

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from psycopg import AsyncConnection

HOPS = 3
COMMIT_AFTER_HOPS = frozenset({1, 2})
PAYLOAD = b"x" * 700


async def _made(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    await admin.create_topics([NewTopic(name=name, num_partitions=1, replication_factor=1) for name in names])


async def _hop(
    index: int, topics: list[str], bootstrap: str, database: str, table: str, arrived: dict[int, asyncio.Future[float]]
) -> None:
    """Takes a message from its topic, commits where the road would, and passes it on; the last one tells that it arrived."""
    async with AsyncExitStack() as stack:
        consumer = AIOKafkaConsumer(
            topics[index], bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=100
        )
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        await producer.start()
        stack.push_async_callback(producer.stop)
        connection = await stack.enter_async_context(await AsyncConnection.connect(database))
        async for message in consumer:
            if index in COMMIT_AFTER_HOPS:
                await connection.execute(f"insert into {table} values (%s, %s)", (int(message.key), index))  # noqa: S608 - a name made here
                await connection.commit()
            if index + 1 < HOPS:
                await producer.send_and_wait(topics[index + 1], message.value, key=message.key)
            else:
                arrived[int(message.key)].set_result(perf_counter())


async def bare_latencies(bootstrap: str, database: str, *, rate: int, seconds: float) -> tuple[float, ...]:
    """Milliseconds from handing a message to the first producer until the last hop has it, at a steady rate."""
    run = uuid4().hex[:8]
    topics = [f"bench.bare.{run}.{hop}" for hop in range(HOPS)]
    table = f"bench_bare_{run}"
    count = int(rate * seconds)
    loop = asyncio.get_running_loop()
    arrived: dict[int, asyncio.Future[float]] = {number: loop.create_future() for number in range(count)}
    sent: dict[int, float] = {}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await _made(admin, topics)
        async with await AsyncConnection.connect(database, autocommit=True) as setup:
            await setup.execute(f"create table {table} (id bigint, hop int)")  # a name made here
            async with asyncio.TaskGroup() as group:
                hops = [group.create_task(_hop(hop, topics, bootstrap, database, table, arrived)) for hop in range(HOPS)]
                await _send(topics[0], bootstrap, rate, count, sent)
                async with asyncio.timeout(30):
                    for future in arrived.values():
                        await future
                for hop in hops:
                    hop.cancel()
            await setup.execute(f"drop table {table}")
    finally:
        await admin.delete_topics(topics)
        await admin.close()
    return tuple(1000 * (arrived[number].result() - sent[number]) for number in range(count))


async def _send(topic: str, bootstrap: str, rate: int, count: int, sent: dict[int, float]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    started = perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(0.0, started + number / rate - perf_counter()))
                sent[number] = perf_counter()
                group.create_task(producer.send_and_wait(topic, PAYLOAD, key=str(number).encode()))
    finally:
        await producer.stop()
