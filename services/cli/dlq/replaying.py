"""Sending the selected dead letters back, a part at a time, with a bar for whoever watches."""

import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from rich.console import Console
from rich.progress import Progress

from services.cli.dlq.selection import Selection
from shared.contracts.topics import DEAD_LETTERS, TOPICS
from shared.platform.kafka.letter_box import BuriedLetter, LetterBox, open_letters
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.replay import Replay
from shared.platform.settings import KafkaSettings

_AT_ONCE = 200
TAKE_BACK = frozenset(topic.name for topic in TOPICS if not topic.compacted and topic.name != DEAD_LETTERS)
"""Compacted topics hold keys and the watchlist: nothing of theirs is ever a dead letter, and a forged one must not become a key."""


async def replay_all(kafka: KafkaSettings, wanted: Selection, *, dry_run: bool, quiet: bool) -> Counter[str]:
    """How many letters were sent, and how many not, by the reason."""
    async with open_letters(kafka, DEAD_LETTERS, since=wanted.since) as box, KafkaProducer(kafka) as producer:
        wanted = replace(wanted, replayed=await box.replayed())
        sending = Replay(producer, dead_letters=DEAD_LETTERS, topics=TAKE_BACK, max_hops=kafka.max_hops)
        selected = [letter async for letter in _light(box, wanted)]
        if dry_run:
            return Counter(sending.refusal(letter) or "would be sent" for letter in selected)
        with Progress(console=Console(stderr=True), disable=quiet or not sys.stderr.isatty()) as progress:
            bar = progress.add_task("sending back", total=len(selected))
            return await _send(box, wanted, sending, lambda count: progress.advance(bar, count))


async def _light(box: LetterBox, wanted: Selection) -> AsyncIterator[BuriedLetter]:
    """The selected letters without what they hold: there may be many."""
    async for letter in box.letters():
        if wanted.takes(letter):
            yield replace(letter, value=None, key=None)


async def _send(box: LetterBox, wanted: Selection, sending: Replay, advance: Callable[[int], None]) -> Counter[str]:
    counts: Counter[str] = Counter()
    part: list[BuriedLetter] = []

    async def send() -> None:
        counts.update(outcome.fault or "sent" for outcome in await sending.send(part))
        advance(len(part))
        part.clear()

    async for letter in box.letters():
        if wanted.takes(letter):
            part.append(letter)
        if len(part) >= _AT_ONCE:
            await send()
    await send()
    return counts


def told(counts: Counter[str], *, dry_run: bool) -> str:
    """The counts in words."""
    if not counts:
        return "No dead letter matches; nothing was sent back."
    verb = "would be sent back" if dry_run else "sent back"
    good = counts["sent"] + counts["would be sent"]
    bad = [f"{count} not: {reason}." for reason, count in counts.items() if reason not in {"sent", "would be sent"}]
    return "\n".join([f"{good} {verb}.", *bad])
