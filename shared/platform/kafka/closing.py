"""Calls into the client that may never return, however they are cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()

_LAST_WORD_SECONDS = 0.5
_abandoned: set[asyncio.Future[Any]] = set()
"""Calls that did not even end when cancelled; held so that they are not collected while they run."""


async def ended_within(call: Coroutine[Any, Any, Any], seconds: float) -> bool:
    """Whether the call ended, in whatever way, within so many seconds; cancelled then, and left behind if that is ignored.

    The client swallows cancellation in places, so a timeout around the call itself could wait for ever.
    """
    task = asyncio.ensure_future(call)
    try:
        await asyncio.wait((task,), timeout=seconds)
    finally:
        ended = task.done()
        if not ended:
            task.cancel()
    if not ended:
        await asyncio.wait((task,), timeout=_LAST_WORD_SECONDS)
    if task.done():
        if not task.cancelled():
            task.exception()
    else:
        log.warning("closing.abandoned")
        _abandoned.add(task)
        task.add_done_callback(_abandoned.discard)
    return ended
