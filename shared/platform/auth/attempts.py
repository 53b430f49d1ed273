"""How many keys that are none one address may try: guessing 256 bits is hopeless, but each try costs us a wait, a log line and an answer."""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from shared.platform.auth.settings import KeysSettings
from shared.platform.clock import Clock

_WINDOW_SECONDS = 60.0
_HOST_BITS = 64
"""An IPv6 host has a whole /64 to itself, so that is what is counted."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class FailedAttempts:
    """A bucket of failed attempts for each client address, refilled evenly; a bounded number of addresses is remembered, the least recent
    go first.

    It is asked only about keys that turned out to be none, so whoever has a good key never meets it, whatever others behind the same
    proxy or address translation do.
    """

    def __init__(self, settings: KeysSettings, clock: Clock) -> None:
        self._burst = float(settings.failed_attempts_per_minute)
        self._addresses = settings.failed_addresses
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_seconds(self, address: str) -> int:
        """Whole seconds until this address may fail once more; 0 when it may now."""
        bucket = self._buckets.get(_counted(address))
        left = self._burst if bucket is None else self._left(bucket)
        return 0 if left >= 1 else math.ceil((1 - left) * _WINDOW_SECONDS / self._burst)

    def count(self, address: str) -> None:
        """One more attempt failed."""
        name = _counted(address)
        bucket = self._buckets.pop(name, None)
        left = self._burst if bucket is None else self._left(bucket)
        self._buckets[name] = _Bucket(max(0.0, left - 1), self._now())
        while len(self._buckets) > self._addresses:
            self._buckets.popitem(last=False)

    def _left(self, bucket: _Bucket) -> float:
        passed = max(0.0, self._now() - bucket.at)
        return min(self._burst, bucket.left + passed * self._burst / _WINDOW_SECONDS)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _counted(address: str) -> str:
    """The address as it is counted."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed) >> _HOST_BITS << _HOST_BITS, _HOST_BITS)))
