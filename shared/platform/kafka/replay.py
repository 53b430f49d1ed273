"""Sending dead letters back where they came from: the original bytes, marked as sent only after they were acknowledged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.platform.kafka.dead_letters import original
from shared.platform.kafka.errors import BrokerUnavailableError
from shared.platform.kafka.letter_box import BuriedLetter, mark_of
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import Producer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter; `fault` None: it is back on its topic, and marked so."""

    letter: BuriedLetter
    fault: str | None


class Replay:
    """Sends letters back, in order.

    A crash between a letter and its mark sends that letter once more at the next run; whoever reads it knows it by its
    deterministic id. A letter that fails again becomes a new one with a higher count of hops, until `max_hops`.
    """

    def __init__(self, producer: Producer, *, dead_letters: str, topics: Collection[str], max_hops: int) -> None:
        self._producer = producer
        self._dead_letters = dead_letters
        self._topics = topics
        self._max_hops = max_hops

    def refusal(self, letter: BuriedLetter) -> str | None:
        """Why this letter is not sent back, None when it may be."""
        if letter.kind == "gap":
            return "it only names records that an operator passed over"
        if letter.kind != "record":
            return "it is a whole batch that no client can read, not a record; its sound records were handled then"
        if letter.topic not in self._topics:
            return f"{letter.topic or 'its topic'} is none that takes letters back"
        if letter.hops >= self._max_hops:
            return f"it was a dead letter {letter.hops} times; mend what refuses it, or send it anew from its source"
        return None

    async def send(self, letters: Sequence[BuriedLetter]) -> list[Outcome]:
        """The outcome of each, in order."""
        faults = {letter.place: self.refusal(letter) for letter in letters}
        wanted = [letter for letter in letters if faults[letter.place] is None]
        sent = await self._producer.send_many([await self._message(letter) for letter in wanted])
        back = []
        for letter, error in zip(wanted, sent, strict=True):
            if error is None:
                back.append(letter)
            else:
                faults[letter.place] = f"not sent: {error}"
        marked = await self._producer.send_many([mark_of(letter, self._dead_letters) for letter in back])
        for letter, error in zip(back, marked, strict=True):
            if error is not None:
                faults[letter.place] = f"sent, but not marked as sent: {error}"
        return [Outcome(letter, faults[letter.place]) for letter in letters]

    async def _message(self, letter: BuriedLetter) -> Message:
        """To the partition it came from, so that it is in line with the others of its key, whatever partitioner its producer had."""
        try:
            there = letter.partition < await self._producer.partitions(letter.topic)
        except BrokerUnavailableError:
            there = False
        return Message(letter.topic, letter.value, letter.key, original(letter.headers), letter.partition if there else None)
