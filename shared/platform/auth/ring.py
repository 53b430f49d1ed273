"""The keys a process knows, in memory: filled from the compacted topic of keys, asked on every request."""

import asyncio

import structlog
from pydantic import ValidationError

from shared.platform import metrics
from shared.platform.auth.keys import Key
from shared.platform.auth.settings import KeysSettings

log = structlog.get_logger()


class KeyRing:
    """All keys by id. Lookups are O(1); a key that was just made elsewhere is waited for, briefly and by few at once."""

    def __init__(self, settings: KeysSettings) -> None:
        self._settings = settings
        self._keys: dict[str, Key] = {}
        self._grown = asyncio.Event()
        self._waiting = 0

    def apply(self, key: bytes, value: bytes | None) -> None:
        """Take one record of the topic; None removes. A record that is no key is reported and passed over."""
        key_id = key.decode("utf-8", "replace")
        if value is None:
            self._keys.pop(key_id, None)
        else:
            try:
                record = Key.model_validate_json(value)
            except ValidationError as error:
                log.warning("keys.record_refused", key_id=key_id, faults=error.error_count())
                return
            self._keys[key_id] = record
        metrics.KEYS_KNOWN.set(len(self._keys))
        self._grown.set()
        self._grown = asyncio.Event()

    def get(self, key_id: str) -> Key | None:
        """The key as it is known now."""
        return self._keys.get(key_id)

    def all(self) -> list[Key]:
        """Every key, the newest first."""
        return sorted(self._keys.values(), key=lambda key: key.created_at, reverse=True)

    async def find(self, key_id: str) -> Key | None:
        """The key; an unknown one is waited for as the settings allow."""
        found = self._keys.get(key_id)
        if found is not None or self._waiting >= self._settings.unknown_waits:
            return found
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.unknown_wait_seconds):
                while key_id not in self._keys:
                    await self._grown.wait()
        except TimeoutError:
            return None
        finally:
            self._waiting -= 1
        return self._keys.get(key_id)
