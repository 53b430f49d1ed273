"""Who holds a key: nearly always one, so that one is held without a tuple around it."""

from collections.abc import KeysView

from services.correlate.domain.screen.listed import Listed


class Holders:
    """The actors of each key."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[str | int, Listed | tuple[Listed, ...]] = {}

    def __len__(self) -> int:
        """How many keys are held."""
        return len(self._held)

    @property
    def known(self) -> KeysView[str | int]:
        """Every key that somebody holds."""
        return self._held.keys()

    def of(self, key: str | int) -> tuple[Listed, ...]:
        """Those that hold a key."""
        held = self._held.get(key, ())
        return held if isinstance(held, tuple) else (held,)

    def add(self, key: str | int, actor: Listed) -> None:
        """Let an actor hold a key too."""
        held = self._held.get(key)
        if held is None:
            self._held[key] = actor
        else:
            self._held[key] = (*held, actor) if isinstance(held, tuple) else (held, actor)

    def remove(self, key: str | int, actor: Listed) -> None:
        """Let an actor hold a key no more."""
        left = tuple(other for other in self.of(key) if other is not actor)
        if not left:
            del self._held[key]
        else:
            self._held[key] = left if len(left) > 1 else left[0]

    def content(self) -> dict[str, list[str]]:
        """Who holds what, in one order."""
        return {str(key): sorted(str(actor.entry_id) for actor in self.of(key)) for key in sorted(self._held, key=str)}
