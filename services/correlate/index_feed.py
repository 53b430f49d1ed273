"""The index that screening judges by, kept equal to the list by the compacted topic."""

import asyncio
from uuid import UUID

import orjson
import structlog

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.screen.weights import Weights
from services.correlate.metrics import ENTRIES_LISTED, INDEX_DIGEST, LIST_VERSION
from services.correlate.store.messages import REACHED
from shared.contracts.codec import header
from shared.contracts.topics import WATCHLIST
from shared.contracts.watchlist import ENTRY
from shared.platform.errors import TransientError
from shared.platform.kafka.messages import Headers
from shared.platform.kafka.table import CompactedTable
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()


class ListBehindError(TransientError):
    """The index has not the list that is needed: not the version that a marker names, or not yet the whole of it. The same again."""


class IndexFeed:
    """Follows the list's topic into an index. `worker` must run; nothing may be judged before `ready`."""

    def __init__(self, kafka: KafkaSettings, readiness: Readiness, weights: Weights | None = None) -> None:
        self.weights = weights or Weights()
        self.worker = CompactedTable(kafka, WATCHLIST, apply=self.apply, reset=self.reset, readiness=readiness)
        self._grown = asyncio.Event()
        self.reset()

    @property
    def ready(self) -> asyncio.Event:
        """Set while the index holds everything that was on the topic at the start."""
        return self.worker.ready

    @property
    def list_version(self) -> int:
        """The version of the list up to which every entry was taken in or stepped over."""
        return max(self.index.list_version, self._stepped_over)

    def reset(self) -> None:
        """Begin again with an empty index."""
        self.index = WatchlistIndex(self.weights)
        self._stepped_over = 0
        self.screener = Screener(self.index, EvidenceMatcher(self.weights))

    def apply(self, key: bytes | None, value: bytes | None, headers: Headers, offset: int) -> None:
        """Take one record in. One that cannot be taken is logged and stepped over: the list and the events must not wait for it.

        Its version counts as reached, whatever is wrong with it: a marker would else stop screening until the process is replaced.
        """
        try:
            if key == REACHED:
                self._stepped_over = max(self._stepped_over, _version_of(value))
            elif value is not None:
                self.index.apply(ENTRY.validate_json(value))
            elif key is not None:
                self.index.forget(UUID(key.decode()), _deleting(headers))
        except Exception as error:  # noqa: BLE001 - one entry must not stop the screening of everything, whatever it breaks
            log.warning("entry.stepped_over", offset=offset, error=type(error).__name__)
            self._stepped_over = max(self._stepped_over, _version_of(value))
        LIST_VERSION.set(self.list_version)
        ENTRIES_LISTED.set(len(self.index))
        INDEX_DIGEST.set(self.index.digest_number)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def check(self) -> None:
        """Raises ListBehindError while the list is being read again from its start: half a list must judge nothing."""
        if not self.ready.is_set():
            raise ListBehindError("the list is being read again")

    async def reached(self, list_version: int) -> None:
        """Return once the index holds this version of the list; the caller sets the deadline."""
        await self.ready.wait()
        while self.list_version < list_version:
            await self._grown.wait()


def _deleting(headers: Headers) -> int | None:
    """The version of the entry that emptied its key, by the id of the message; None where it says none.

    A relay that sends a deletion twice must not take out what was listed since.
    """
    version = (header(((name, value) for name, value in headers if value is not None), "ce_id") or "").rpartition(":")[2]
    return int(version) if version.isdecimal() else None


def _version_of(value: bytes | None) -> int:
    """The version of the list that an entry says it made, read without its model; 0 where it says none."""
    try:
        found = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return 0
    version = found.get("list_version") if isinstance(found, dict) else None
    return version if isinstance(version, int) else 0
