"""The entries that an entry says it is tied to: which they are, and which of them may be told to whoever may see it."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from shared.contracts.base import Handling
from shared.contracts.explanation import Evidence
from shared.contracts.identity import entry_id
from shared.contracts.watchlist import ActorEntry, ListedLink

_MOST_TOLD: Final = 5
"""Linked entries that an explanation names; how many more there are is told beside them."""


def link_target(entry: ActorEntry, link: ListedLink) -> UUID | None:
    """The entry that a link names: by its id here, or by its id in the same source of the same agency; None where it tells neither."""
    if link.entry_id is not None:
        return link.entry_id
    return entry_id(entry.originator, entry.body.source, link.source_id) if link.source_id else None


def link_targets(entry: ActorEntry) -> tuple[UUID, ...]:
    """Every entry that an entry's links name, each once, not itself."""
    named = (link_target(entry, link) for link in entry.body.linked or ())
    return tuple(dict.fromkeys(one for one in named if one is not None and one != entry.entry_id))


def resolved(entry: ActorEntry, find: Callable[[UUID], ActorEntry | None]) -> Iterator[tuple[ListedLink, ActorEntry]]:
    """The links whose other entry exists, each entry once."""
    seen = {entry.entry_id}
    for link in entry.body.linked or ():
        target = link_target(entry, link)
        other = find(target) if target is not None and target not in seen else None
        if other is not None and (link.entry_id or other.body.source_id == link.source_id):
            seen.add(other.entry_id)
            yield link, other


def as_open(other: ActorEntry, entry: ActorEntry) -> bool:
    """Whether whoever may see an entry may see the other too: then nothing is given away by naming it."""
    marks = [(one.body.handling or Handling()).tlp.rank for one in (other, entry)]
    return other.alerts and marks[0] <= marks[1] and set(entry.releasable_to) <= set(other.releasable_to)


def link_evidence(entry: ActorEntry, find: Callable[[UUID], ActorEntry | None]) -> tuple[Evidence, ...]:
    """The linked entries as evidence of no weight, bounded; those of a stricter marking are passed over without a word."""
    told = [_told(link, other) for link, other in resolved(entry, find) if as_open(other, entry)]
    if not told:
        return ()
    more = {"more": len(told) - _MOST_TOLD} if len(told) > _MOST_TOLD else {}
    return (Evidence(listed={"linked": told[:_MOST_TOLD], **more}, seen={}, how="linked entries", weight=0.0),)


def _told(link: ListedLink, other: ActorEntry) -> dict[str, Any]:
    said = {
        "relation": link.kind.value if link.kind else link.relation,
        "source": other.body.source,
        "source_id": other.body.source_id,
        "entry_id": str(other.entry_id),
    }
    return {name: value for name, value in said.items() if value is not None}
