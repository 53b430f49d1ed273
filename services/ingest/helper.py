"""`python -m services.ingest.helper`: judges slices of batches for an ingest that started it, on another processor.

It reads requests from standard input and writes answers to standard output, in their order, until its input ends.
"""

import pickle
import struct
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from services.ingest.judging import ItemReader, Judgement, Refusal, judge_items
from services.ingest.rules import rules_of
from shared.platform.supervisor import spare_the_collector

LENGTH: Final = struct.Struct(">I")
Asked = tuple[ItemReader, Sequence[bytes | Refusal], datetime]


def frame(value: Any) -> bytes:
    """A value on its way to the other process of ours."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def opened(data: bytes) -> Any:
    """The value of a frame."""
    return pickle.loads(data)  # noqa: S301 - the other end is our own process, on a pipe that nobody else has


def _frames(stream: BinaryIO) -> Any:
    while len(head := stream.read(LENGTH.size)) == LENGTH.size:
        yield opened(stream.read(*LENGTH.unpack(head)))


def main() -> None:
    """Serve until the input ends: when ingest ends, however it ends."""
    asked, answers = _frames(sys.stdin.buffer), sys.stdout.buffer
    rules = rules_of(next(asked))
    spare_the_collector()
    answers.write(frame("ready"))
    answers.flush()
    reader: ItemReader
    for reader, items, received_at in asked:
        judged: list[Judgement] = list(judge_items(items, reader, rules, received_at))
        answers.write(frame(judged))
        answers.flush()


if __name__ == "__main__":
    main()
