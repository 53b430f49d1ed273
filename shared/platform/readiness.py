"""Whether a process can do its work now, as the parts of it say."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

Check = Callable[[], str | Awaitable[str | None] | None]
"""Says in a few words what is missing, or None when all is well. It may wait; it holds no personal data."""


class Readiness:
    """The register of a process's checks; `/readyz` asks it."""

    def __init__(self, *, deadline_seconds: float = 2.0) -> None:
        self._checks: dict[str, Check] = {}
        self._notes: dict[str, Callable[[], str | None]] = {}
        self._deadline = deadline_seconds

    def register(self, name: str, check: Check) -> None:
        """Add a check under a name that is shown to operators; a second one of that name is a bug."""
        if name in self._checks:
            raise ValueError(f"two readiness checks are named {name}")
        self._checks[name] = check

    def register_note(self, name: str, note: Callable[[], str | None]) -> None:
        """Add what operators should know of a process that is ready nevertheless; None when there is nothing to say."""
        if name in self._notes:
            raise ValueError(f"two readiness notes are named {name}")
        self._notes[name] = note

    def notes(self) -> dict[str, str]:
        """What there is to say, by the note's name."""
        return {name: said for name, note in self._notes.items() if (said := note()) is not None}

    async def faults(self) -> dict[str, str]:
        """What is not ready, by the check's name; empty when the process is. Each check has the deadline at most."""
        found: dict[str, str] = {}

        async def ask(name: str, check: Check) -> None:
            fault = await self._answer(check)
            if fault is not None:
                found[name] = fault

        async with asyncio.TaskGroup() as group:
            for name, check in self._checks.items():
                group.create_task(ask(name, check))
        return found

    async def _answer(self, check: Check) -> str | None:
        try:
            async with asyncio.timeout(self._deadline):
                answer = check()
                return await answer if inspect.isawaitable(answer) else answer
        except TimeoutError:
            return "no answer in time"
        except Exception as error:  # noqa: BLE001 - a check that breaks is a check that fails
            return f"the check itself failed: {type(error).__name__}"
