"""How many requests an endpoint may have under way: few when it fails, more as it answers."""

from dataclasses import dataclass

START = 4


@dataclass(slots=True)
class Pace:
    """Doubles with every answer up to `most`, halves with every request that got none, never below one.

    An endpoint that hangs is soon down to one request at a time, so that any number of such endpoints leave the process's
    slots to the others; a first answer brings it back within a few requests.
    """

    most: int
    slots: int = START

    def __post_init__(self) -> None:
        self.slots = min(self.slots, self.most)

    def answered(self) -> None:
        """A whole answer came in time, whatever it said."""
        self.slots = min(self.most, self.slots * 2)

    def failed(self) -> None:
        """No answer came."""
        self.slots = max(1, self.slots // 2)

    @property
    def is_full(self) -> bool:
        """Whether it may be given work ahead of its free slots."""
        return self.slots == self.most
