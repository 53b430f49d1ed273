"""Answers wait for a slow reader in little memory, and come out as they went in."""

import asyncio

from services.ingest.spool import Spool


async def read(spool: Spool) -> bytes:
    return b"".join([piece async for piece in spool.pieces()])


async def test_what_nobody_reads_yet_waits_and_comes_out_in_order() -> None:
    lines = [f"{number}\n".encode() * 50 for number in range(2000)]
    with Spool(memory_bytes=1024, disk_bytes=10**9) as spool:
        for line in lines:
            await spool.write(line)
        spool.end()
        assert await read(spool) == b"".join(lines)


async def test_reader_and_writer_take_turns() -> None:
    lines = [f"{number}\n".encode() for number in range(3000)]
    with Spool(memory_bytes=64, disk_bytes=10**6) as spool:

        async def write() -> None:
            for number, line in enumerate(lines):
                await spool.write(line)
                if number % 7 == 0:
                    await asyncio.sleep(0)
            spool.end()

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            got = group.create_task(read(spool))
    assert got.result() == b"".join(lines)


async def test_at_its_limit_the_writer_waits_for_the_reader() -> None:
    with Spool(memory_bytes=64, disk_bytes=100) as spool:
        await spool.write(b"x" * 90)
        async with asyncio.TaskGroup() as group:
            late = group.create_task(spool.write(b"y" * 90))
            await asyncio.sleep(0)
            assert not late.done()
            pieces = spool.pieces()
            assert await anext(pieces) == b"x" * 90
        assert await anext(pieces) == b"y" * 90
