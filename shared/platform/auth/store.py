"""Making and ending keys: records written to the compacted topic, from which every process takes them."""

from datetime import timedelta
from typing import Protocol

from shared.platform.auth.keys import Key, KeyRequest, NewKey, ShownKey, Token, life
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.clock import Clock, SystemClock
from shared.platform.faults import Fault
from shared.platform.kafka.messages import Message


class RecordSink(Protocol):
    """Where records go."""

    async def send(self, message: Message) -> None:
        """Return once the broker acknowledged; raises TransientError when it did not in time."""
        ...


class KeyRefusedError(Exception):
    """The request for a key is wrong; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class KeyStore:
    """Makes, ends and lists keys. What it returns is acknowledged by the broker; other processes follow within a second."""

    def __init__(self, ring: KeyRing, sink: RecordSink, topic: str, settings: KeysSettings, clock: Clock | None = None) -> None:
        self._ring = ring
        self._sink = sink
        self._topic = topic
        self._settings = settings
        self._clock = clock or SystemClock()

    async def create(self, wanted: KeyRequest, *, by: str) -> NewKey:
        """A new key; its token is in the answer and nowhere else. Raises KeyRefusedError."""
        now = self._clock.now()
        token = Token.make()
        key = Key(
            **wanted.model_dump(exclude={"expires"}),
            id=token.id, hash=token.hash(), created_at=now, created_by=by, expires_at=now + self._life(wanted.expires),
        )  # fmt: skip
        await self._write(key)
        return NewKey(**ShownKey.of(key).model_dump(), token=token.text())

    async def revoke(self, key_id: str, *, by: str) -> ShownKey | None:
        """End a key for ever; None if there is none. Ending it again changes nothing."""
        key = await self._ring.find(key_id)
        if key is None:
            return None
        if key.revoked_at is None:
            key = key.model_copy(update={"revoked_at": self._clock.now(), "revoked_by": by})
            await self._write(key)
        return ShownKey.of(key)

    def list(self) -> list[ShownKey]:
        """All keys this process knows, the newest first."""
        return [ShownKey.of(key) for key in self._ring.all()]

    def _life(self, expires: str | None) -> timedelta:
        longest = timedelta(days=self._settings.longest_expiry_days)
        try:
            wanted = life(expires) if expires else timedelta(days=self._settings.default_expiry_days)
        except ValueError as error:
            raise KeyRefusedError(Fault("/expires", "expiry_invalid", str(error))) from None
        if wanted > longest:
            raise KeyRefusedError(Fault("/expires", "expiry_too_long", f"At most {longest.days} days."))
        return wanted

    async def _write(self, key: Key) -> None:
        value = key.model_dump_json().encode()
        await self._sink.send(Message(self._topic, value, key.id.encode()))
        self._ring.apply(key.id.encode(), value)
