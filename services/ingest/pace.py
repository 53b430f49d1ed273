"""What a batch costs its key: refused at the start when the rate is used up, slowed down afterwards."""

import asyncio

from starlette.requests import Request

from shared.platform.http.limits import charge
from shared.platform.http.problems import TooManyRequestsError


class Pace:
    """Charges one unit for so many items. Once an answer has begun a 429 can no longer be said: then the batch waits its turn."""

    def __init__(self, request: Request, *, items_per_charge: int) -> None:
        self._request = request
        self._per_charge = items_per_charge
        self._uncharged = 0
        self._begun = False

    async def charge(self, items: int) -> None:
        """Take the cost of these items from the key's rate."""
        self._uncharged += items
        cost, self._uncharged = divmod(self._uncharged, self._per_charge)
        while True:
            try:
                await charge(self._request, cost)
            except TooManyRequestsError as error:
                if not self._begun:
                    raise
                await asyncio.sleep(_seconds(error))
            else:
                self._begun = True
                return


def _seconds(error: TooManyRequestsError) -> float:
    return float((error.headers or {}).get("Retry-After", "1"))
