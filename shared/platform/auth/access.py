"""Who may do what: the bearer key of a request, and the scopes a route requires."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from shared.platform import metrics
from shared.platform.auth.attempts import FailedAttempts
from shared.platform.auth.keys import Key, Scope, parts
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.clock import Clock, SystemClock
from shared.platform.http.admission import GUARDS, admit
from shared.platform.http.exchange import exchange_of
from shared.platform.http.limits import RateLimiter
from shared.platform.http.problems import ForbiddenError, TooManyRequestsError, UnauthorizedError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="atalaya"'}
_INVALID = {"WWW-Authenticate": 'Bearer realm="atalaya", error="invalid_token"'}
_IN_URL = ("access_token", "api_key", "apikey", "key", "token")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request is from."""

    key_id: str
    agency: str
    nation: str
    scopes: frozenset[Scope]

    def allows(self, *scopes: Scope) -> bool:
        """Whether it has all of these scopes; `admin` has."""
        return "admin" in self.scopes or self.scopes.issuperset(scopes)


class Access:
    """Keeps the door: a request's key is looked up in the ring, checked, and charged for the request.

    An address that tries many keys that are none is told to wait (429); a good key passes from there all the same.
    """

    def __init__(self, ring: KeyRing, clock: Clock | None = None, settings: KeysSettings | None = None) -> None:
        self._ring = ring
        self._clock = clock or SystemClock()
        self._attempts = FailedAttempts(settings or KeysSettings(), self._clock)

    async def admit(self, request: Request) -> Principal:
        """The principal; raises UnauthorizedError, or TooManyRequestsError when its rate is used up."""
        key = await self._key_of(request)
        limiter: RateLimiter | None = getattr(request.app.state, "limiter", None)
        if limiter is not None:
            await limiter.charge(exchange_of(request), key.id)
        return Principal(key.id, key.agency, key.nation, key.scopes)

    def is_still_good(self, principal: Principal) -> bool:
        """Whether the key may still be used: an answer that goes on for long asks again."""
        key = self._ring.get(principal.key_id)
        return key is not None and key.is_good(self._clock.now())

    async def _key_of(self, request: Request) -> Key:
        if request.scope["query_string"] and any(name in request.query_params for name in _IN_URL):
            raise _refused("in_url", "A key never goes into the URL; send it in the header Authorization.")
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if not text or scheme.lower() != "bearer":
            raise _refused("absent", "Send a key: Authorization: Bearer …", _CHALLENGE)
        key = await self._known(text.strip(), request.client.host if request.client else "")
        if not key.is_good(self._clock.now()):
            raise _refused("ended", "The key is revoked or has expired.")
        return key

    async def _known(self, token: str, address: str) -> Key:
        """The key of a token. From an address that failed too often an unknown one is not waited for: others need the places."""
        key_id, secret = parts(token) or ("", "")
        wait = self._attempts.wait_seconds(address)
        key = self._ring.get(key_id) if wait or not key_id else await self._ring.find(key_id)
        if key is not None and key.matches(secret):
            return key
        if wait:
            metrics.REFUSED_KEYS.labels("too_many").inc()
            detail = "Too many keys that are not known came from this address. A known one passes."
            raise TooManyRequestsError(detail, retry_after_seconds=wait)
        self._attempts.count(address)
        raise _refused("unknown", "The key is not known.")


def _refused(reason: str, detail: str, headers: dict[str, str] = _INVALID) -> UnauthorizedError:
    metrics.REFUSED_KEYS.labels(reason).inc()
    return UnauthorizedError(detail, headers=headers)


def require(*scopes: Scope) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the principal, who has all of these scopes; 401 or 403 otherwise."""

    async def principal(request: Request) -> Principal:
        found: Principal | None = await admit(request)
        if found is None:
            raise _refused("absent", "Keys are not known here.", _CHALLENGE)
        if not found.allows(*scopes):
            metrics.REFUSED_KEYS.labels("scope").inc()
            raise ForbiddenError("The key lacks a scope that this needs.", required=list(scopes))
        return found

    setattr(principal, GUARDS, True)
    return principal
