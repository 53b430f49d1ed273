"""Whether what was claimed a while ago may still be sent: taken back, ended or taken over meanwhile, it may not."""

import asyncio
from dataclasses import replace
from uuid import UUID

import structlog

from services.notify.store.queue import Claimed, held
from shared.platform.database.engine import Database
from shared.platform.errors import TransientError

log = structlog.get_logger()

_AT_ONCE = 2000
"""Deliveries of one look, so that it stays short."""


class Freshness:
    """Knows of each delivery in hand when it was last seen in the database, and looks again for all that are stale at once."""

    def __init__(self, database: Database, stale_seconds: float) -> None:
        self._database = database
        self._stale_seconds = stale_seconds
        self._in_hand: dict[UUID, Claimed] = {}
        self._seen_at: dict[UUID, float] = {}
        self._turn = asyncio.Lock()

    def take(self, claimed: Claimed, at: float) -> None:
        """Keep one that was seen at `at` (loop time, before its transaction)."""
        self._in_hand[claimed.id] = claimed
        self._seen_at[claimed.id] = at

    def forget(self, claimed: Claimed) -> None:
        """Keep it no longer."""
        self._in_hand.pop(claimed.id, None)
        self._seen_at.pop(claimed.id, None)

    async def confirmed(self, claimed: Claimed) -> Claimed | None:
        """It as it stands, to be sent now; None if it is no longer ours, or nobody can say. It is forgotten with that.

        What the database was told longer than `stale_seconds` before this is in it, whichever process told it.
        """
        try:
            if self._is_stale(claimed.id):
                async with self._turn:
                    if self._is_stale(claimed.id):
                        await self._look(claimed.id)
            return self._in_hand.get(claimed.id)
        except TransientError as error:
            log.warning("deliveries.unconfirmed", error=type(error).__name__)
            return None
        finally:
            self.forget(claimed)

    def _is_stale(self, identity: UUID) -> bool:
        seen = self._seen_at.get(identity)
        return seen is not None and asyncio.get_running_loop().time() - seen > self._stale_seconds

    async def _look(self, first: UUID) -> None:
        now = asyncio.get_running_loop().time()
        stale = [first, *(one for one in self._in_hand if one != first and self._is_stale(one))][:_AT_ONCE]
        tokens = {one: self._in_hand[one].token for one in stale}
        async with self._database.pipeline() as pipe:
            standing = await held(pipe, tokens)
        for identity, token in tokens.items():
            mine = self._in_hand.get(identity)
            if mine is None or mine.token != token:
                continue
            if identity in standing:
                self.take(replace(mine, withheld=standing[identity]), now)
            else:
                del self._in_hand[identity]
                self._seen_at.pop(identity)
