"""Whether an entry as it once was is one that a reader wants: the same that `store.search` asks of the list as it is. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.wanted import Wanted

_READ: Final[Mapping[str, Callable[[AnyEntry], Any]]] = {
    "originator": lambda entry: entry.originator,
    "nation": lambda entry: entry.nation,
}
"""What of an entry's head has a column; all else that is compared is its issuer's."""


def matches(entry: AnyEntry, wanted: Wanted) -> bool:
    """Whether all that is compared by value holds."""
    if wanted.states is not None and entry.state not in wanted.states:
        return False
    if wanted.flagged_by is not None and wanted.flagged_by not in {flag.nation for flag in entry.flags}:
        return False
    return all(_value(entry, name) in values for name, values in wanted.equal.items() if values)


def _value(entry: AnyEntry, name: str) -> str | None:
    read = _READ.get(name)
    value = read(entry) if read else getattr(entry.body, name, "own" if name == "source" else None)
    return None if value is None else str(value)
