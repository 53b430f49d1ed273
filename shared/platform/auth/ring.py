"""The keys a process knows, in memory: filled from the compacted topic of keys, asked on every request."""

import asyncio
from collections.abc import Iterable

import structlog
from pydantic import ValidationError

from shared.platform import metrics
from shared.platform.auth.keys import Key
from shared.platform.auth.settings import KeysSettings
from shared.platform.kafka.messages import Headers

log = structlog.get_logger()


class KeyRing:
    """All keys by id. Lookups are O(1); a key that was just made elsewhere is waited for, briefly and by few at once."""

    def __init__(self, settings: KeysSettings) -> None:
        self._settings = settings
        self._keys: dict[str, Key] = {}
        self._of_agency: dict[str, dict[str, Key]] = {}
        self._grown = asyncio.Event()
        self._waiting = 0

    def apply(self, key: bytes | None, value: bytes | None, headers: Headers = (), offset: int = 0) -> None:  # noqa: ARG002 - a compacted table's form
        """Take one record of the topic; no value removes. A record that is no key is reported and passed over.

        A revoked key stays revoked: an older record of it that comes after (our own writes are applied at once, the topic's
        follow) changes nothing.
        """
        key_id = (key or b"").decode("utf-8", "replace")
        if value is None:
            self._put(key_id, None)
        else:
            record = _record(key_id, value)
            known = self._keys.get(key_id)
            if record is None or (known is not None and known.revoked_at is not None):
                return
            self._put(key_id, record)
        self._tell()

    def clear(self) -> None:
        """Forget all; the topic is read again from its start."""
        self._keys.clear()
        self._of_agency.clear()
        self._tell()

    def _put(self, key_id: str, record: Key | None) -> None:
        known = self._keys.pop(key_id, None)
        if known is not None:
            self._of_agency[known.agency].pop(key_id)
        if record is not None:
            self._keys[key_id] = record
            self._of_agency.setdefault(record.agency, {})[key_id] = record

    def _tell(self) -> None:
        metrics.KEYS_KNOWN.set(len(self._keys))
        self._grown.set()
        self._grown = asyncio.Event()

    def get(self, key_id: str) -> Key | None:
        """The key as it is known now."""
        return self._keys.get(key_id)

    def of_agency(self, agency: str) -> Iterable[Key]:
        """The keys of an agency, the ended ones too."""
        return self._of_agency.get(agency, {}).values()

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


def _record(key_id: str, value: bytes) -> Key | None:
    try:
        record = Key.model_validate_json(value)
    except ValidationError as error:
        log.warning("keys.record_refused", key_id=key_id, faults=error.error_count())
        return None
    if record.id != key_id:
        log.warning("keys.record_refused", key_id=key_id, faults=1)
        return None
    return record
