"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): the same request sent again gets the same answer.

Natural ids come first in our resources; this is for the rest. Answers are kept in memory, for one API key and route, within
bounds: a promise for retries of seconds and minutes at one copy of a service, not a ledger. Only answers of success are kept;
after a refusal the same key may be used again.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared.platform.clock import Clock, SystemClock
from shared.platform.faults import Fault
from shared.platform.http.admission import admit
from shared.platform.http.problems import BadRequestError, ConflictError, InvalidInputError
from shared.platform.http.settings import HttpSettings

HEADER = "idempotency-key"
_LONGEST_KEY = 255
_SUCCESS_BELOW = 300
Slot = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, or (status 0) the mark that one is being made."""

    fingerprint: bytes
    until: float
    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


class Idempotency:
    """The window of kept answers of one process."""

    def __init__(self, settings: HttpSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._kept: OrderedDict[Slot, _Kept] = OrderedDict()
        self._per_key: dict[str, int] = {}

    async def answer(self, request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        """The kept answer, or the handler's, then kept. The API key is checked in either case."""
        principal = await admit(request)
        slot = (getattr(principal, "key_id", ""), f"{request.method} {request.url.path}", _key_of(request))
        fingerprint = hashlib.sha256(await request.body()).digest()
        found = self._find(slot)
        if found is not None:
            return _replay(found, fingerprint)
        self._put(slot, _Kept(fingerprint, self._until()))
        try:
            response = await handle(request)
        except BaseException:
            self._drop(slot)
            raise
        self._keep(slot, fingerprint, response)
        return response

    def _until(self) -> float:
        return self._clock.now().timestamp() + self._settings.idempotency_seconds

    def _find(self, slot: Slot) -> _Kept | None:
        found = self._kept.get(slot)
        if found is not None and found.status and found.until <= self._clock.now().timestamp():
            self._drop(slot)
            return None
        return found

    def _keep(self, slot: Slot, fingerprint: bytes, response: Response) -> None:
        if isinstance(response, StreamingResponse) or response.status_code >= _SUCCESS_BELOW:
            self._drop(slot)
            return
        kept = _Kept(fingerprint, self._until(), response.status_code, tuple(response.raw_headers), bytes(response.body))
        self._put(slot, kept)

    def _put(self, slot: Slot, kept: _Kept) -> None:
        if slot not in self._kept:
            self._per_key[slot[0]] = self._per_key.get(slot[0], 0) + 1
        self._kept[slot] = kept
        self._kept.move_to_end(slot)
        if self._per_key[slot[0]] > self._settings.idempotency_entries_per_key:
            self._drop(next(other for other in self._kept if other[0] == slot[0]))
        while len(self._kept) > self._settings.idempotency_entries:
            self._drop(next(iter(self._kept)))

    def _drop(self, slot: Slot) -> None:
        if self._kept.pop(slot, None) is not None:
            self._per_key[slot[0]] -= 1
            if not self._per_key[slot[0]]:
                del self._per_key[slot[0]]


def _key_of(request: Request) -> str:
    """The key as sent, a structured-field string with or without its quotes."""
    key = request.headers[HEADER].strip().strip('"')
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise BadRequestError(f"Idempotency-Key must have 1 to {_LONGEST_KEY} printable characters.")
    return key


def _replay(found: _Kept, fingerprint: bytes) -> Response:
    if found.fingerprint != fingerprint:
        fault = Fault("", "idempotency_key_reused", "This key came with another body before.", parameter="Idempotency-Key")
        raise InvalidInputError([fault], "The Idempotency-Key was used for another request.")
    if not found.status:
        raise ConflictError("The first request with this Idempotency-Key is still in work.", headers={"Retry-After": "1"})
    response = Response(found.body, found.status)
    response.raw_headers = [*found.headers, (b"idempotency-replayed", b"true")]
    return response
