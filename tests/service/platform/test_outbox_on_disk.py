"""What leaves the outbox can no longer be forgotten by a server that crashes."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr
from sqlalchemy import MetaData

from shared.platform.database.engine import Database
from shared.platform.database.outbox import OutboxMessage, outbox_table, post_through
from shared.platform.database.relay import OutboxRelay
from shared.platform.database.settings import DatabaseSettings
from shared.platform.kafka.messages import Message

metadata = MetaData()
outbox = outbox_table(metadata)


class Witness:
    """Looks, for each message it is to send, whether the server's log has got to the disk as far as the message says."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.on_disk: list[bool] = []

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        for message in messages:
            place = (message.value or b"").decode()
            [(flushed,)] = await self._database.fetch("SELECT pg_current_wal_flush_lsn() >= %(at)s::pg_lsn", {"at": place})
            self.on_disk.append(flushed)
        return [None for _ in messages]


async def test_a_message_leaves_only_when_what_it_tells_of_is_on_the_disk(database_url: str, eventually: Any) -> None:
    settings = DatabaseSettings(url=SecretStr(database_url))
    async with Database(settings) as database:
        async with database.transaction() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.exec_driver_sql("CREATE TABLE effect (n integer)")
        witness = Witness(database)
        relay = OutboxRelay(database, outbox, witness, settings, name="r")

        async def told(count: int) -> bool:
            return len(witness.on_disk) >= count

        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(relay.run(stop))
            for number in range(1, 31):
                async with database.pipeline() as pipe:
                    await pipe.send("INSERT INTO effect SELECT generate_series(1, 100)")
                    [(place,)] = await (await pipe.send("SELECT pg_current_wal_insert_lsn()::text")).rows()
                    await post_through(pipe, outbox, [OutboxMessage("t", place.encode(), b"k", [], None)])
                relay.wake()
                await eventually(lambda number=number: told(number))
            stop.set()
            relay.wake()
    assert witness.on_disk == [True] * 30
