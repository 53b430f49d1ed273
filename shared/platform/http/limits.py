"""How much one API key may send, in this process, told on every answer (`RateLimit-Policy`, `RateLimit`)."""

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request

from shared.platform.clock import Clock, SystemClock
from shared.platform.http.admission import admit
from shared.platform.http.exchange import Exchange, exchange_of
from shared.platform.http.problems import TooManyRequestsError
from shared.platform.http.settings import HttpSettings


class RateLimiter:
    """A sliding window for each API key: constant memory for a key, however much it sends."""

    def __init__(self, settings: HttpSettings, clock: Clock | None = None) -> None:
        self._window = settings.rate_window_seconds
        self._quota = max(1, round(settings.rate_per_second * self._window))
        self._item = RateLimitItemPerSecond(self._quota, self._window)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clock = clock or SystemClock()

    async def charge(self, exchange: Exchange, key_id: str, cost: int = 1) -> None:
        """Take `cost` from the key's quota; raises TooManyRequestsError when it is used up, and takes nothing then."""
        allowed = await self._limiter.hit(self._item, key_id, cost=cost)
        stats = await self._limiter.get_window_stats(self._item, key_id)
        wait = max(1, round(stats.reset_time - self._clock.now().timestamp())) if stats.remaining < self._quota else 0
        self._show(exchange, stats.remaining, wait)
        if not allowed:
            raise TooManyRequestsError(
                f"This key may send {self._quota} in {self._window} seconds.", retry_after_seconds=wait, quota=self._quota
            )

    def _show(self, exchange: Exchange, remaining: int, reset: int) -> None:
        exchange.headers[:] = [pair for pair in exchange.headers if not pair[0].startswith(b"ratelimit")]
        exchange.add_header("RateLimit-Policy", f'"key";q={self._quota};w={self._window}')
        exchange.add_header("RateLimit", f'"key";r={remaining};t={reset}')


async def charge(request: Request, items: int) -> None:
    """Charge the request's key for the items of a batch, beyond the one that every request costs."""
    limiter: RateLimiter | None = getattr(request.app.state, "limiter", None)
    principal = await admit(request)
    if limiter is not None and principal is not None and items > 0:
        await limiter.charge(exchange_of(request), principal.key_id, items)
