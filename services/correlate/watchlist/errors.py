"""Why the list was not changed, by what the caller may do about it."""

from collections.abc import Sequence
from uuid import UUID

from services.correlate.entries.bodies import AnyEntry
from shared.contracts.vocabulary import EntryState
from shared.platform.faults import Fault


class EntryUnknownError(Exception):
    """No entry of this id that the author may know of."""


class NotIssuerError(Exception):
    """The entry is another agency's."""


class EntryEndedError(Exception):
    """The entry has ended; it is listed again by its source and id, not edited."""


class EntryDiffersError(Exception):
    """The entry is not as the author believes: it is at another version, or listed already with other content.

    `changed` names the fields that changed since the version that the author saw, where that is known.
    """

    def __init__(self, entry: AnyEntry, changed: Sequence[str] | None = None) -> None:
        super().__init__(f"the entry is at version {entry.version}")
        self.entry, self.changed = entry, changed


class IdentityTakenError(Exception):
    """Another active entry of the issuer has the name, or the source and id, that this one would get."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__("another entry goes by it")
        self.entry_id = entry_id


class NotInThisStateError(Exception):
    """What was asked cannot be done to an entry that is where this one is in its life."""

    def __init__(self, state: EntryState, detail: str) -> None:
        super().__init__(detail)
        self.state = state


class SecondPersonError(Exception):
    """It takes another person than the one who wrote it."""


class BodyFaultyError(Exception):
    """What is said of an entry, or of what is to become of it, cannot be; `faults` names all of it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the input has faults")
        self.faults = tuple(faults)


class NotForThemError(Exception):
    """It is open to others than this author; the sentence says to whom."""


class CaseUnknownError(Exception):
    """No case of this id that the author may know of."""


class CaseClosedError(Exception):
    """The case was answered already; `state` says how."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the case is {state}")
        self.state = state
