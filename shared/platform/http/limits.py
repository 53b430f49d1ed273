"""How much one API key may send, in this process, told on every answer (`RateLimit-Policy`, `RateLimit`)."""

from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request

from shared.platform.clock import Clock, SystemClock
from shared.platform.http.admission import admit
from shared.platform.http.exchange import Exchange, exchange_of
from shared.platform.http.problems import TooManyRequestsError
from shared.platform.http.settings import HttpSettings


@dataclass(slots=True)
class _Lease:
    """A part of a key's quota, taken from the window at once and used up request by request."""

    left: int
    remaining: int
    resets_at: float
    ends_at: float


class RateLimiter:
    """A sliding window for each API key: constant memory for a key, however much it sends.

    Half a percent of the quota is taken from the window at a time, as asking it costs more than many requests do; what is
    left of that when the window has passed is forgone.
    """

    def __init__(self, settings: HttpSettings, clock: Clock | None = None) -> None:
        self._window = settings.rate_window_seconds
        self._quota = max(1, round(settings.rate_per_second * self._window))
        self._part = max(1, self._quota // 200)
        self._item = RateLimitItemPerSecond(self._quota, self._window)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clock = clock or SystemClock()
        self._policy = (b"ratelimit-policy", f'"key";q={self._quota};w={self._window}'.encode())
        self._leases: dict[str, _Lease] = {}

    async def charge(self, exchange: Exchange, key_id: str, cost: int = 1) -> None:
        """Take `cost` from the key's quota; raises TooManyRequestsError when it is used up, and takes nothing then.

        What costs more than a whole quota costs a whole quota: it could never be paid otherwise.
        """
        cost = min(cost, self._quota)
        now = self._clock.now().timestamp()
        lease = self._leases.get(key_id)
        if lease is None or lease.left < cost or lease.ends_at <= now:
            lease = await self._extend(lease, key_id, cost, now)
        allowed = lease.left >= cost
        if allowed:
            lease.left -= cost
        wait = max(1, round(lease.resets_at - now))
        self._show(exchange, lease.remaining + lease.left, wait)
        if not allowed:
            raise TooManyRequestsError(
                f"This key may send {self._quota} in {self._window} seconds.", retry_after_seconds=wait, quota=self._quota
            )

    async def _extend(self, lease: _Lease | None, key_id: str, cost: int, now: float) -> _Lease:
        """A lease with room for `cost`, as far as the window gives it."""
        left = lease.left if lease is not None and lease.ends_at > now else 0
        for wanted in (cost - left + self._part - 1, cost - left):
            if await self._limiter.hit(self._item, key_id, cost=wanted):
                left += wanted
                break
        stats = await self._limiter.get_window_stats(self._item, key_id)
        made = self._leases[key_id] = _Lease(left, stats.remaining, stats.reset_time, now + self._window)
        return made

    def _show(self, exchange: Exchange, remaining: int, reset: int) -> None:
        exchange.rate = (self._policy, (b"ratelimit", b'"key";r=%d;t=%d' % (remaining, reset)))


async def charge(request: Request, items: int) -> None:
    """Charge the request's key for the items of a batch, beyond the one that every request costs."""
    limiter: RateLimiter | None = getattr(request.app.state, "limiter", None)
    principal = await admit(request)
    if limiter is not None and principal is not None and items > 0:
        await limiter.charge(exchange_of(request), principal.key_id, items)
