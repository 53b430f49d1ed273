"""What a reader is told of the entries that an entry says it is tied to.

An issuer may tie an entry that many see to one that few see. Whoever may not see the other one must not learn of it by the tie: neither its
number, nor its name, nor that it exists.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.screen.linked import link_target, link_targets, resolved
from services.correlate.entries.bodies import AnyEntry, Body
from services.correlate.entries.versions import Author
from services.correlate.store.entries import find_entries
from shared.contracts.watchlist import ActorBody, ActorEntry, ListedLink

Find = Callable[[UUID], AnyEntry | None]


@dataclass(frozen=True, slots=True)
class Tied:
    """An entry that another one names, and the link by which it does."""

    link: ListedLink
    entry: ActorEntry


async def as_read(connection: AsyncConnection, entries: Sequence[AnyEntry], who: Author) -> list[AnyEntry]:
    """The entries as a reader may have them: its agency's own as they were written, of others those links alone that it may follow."""
    others = [entry for entry in entries if _withholds(entry, who)]
    if not others:
        return list(entries)
    find = await _found(connection, others)
    return [pruned(entry, find, who) for entry in entries]


async def as_read_one(connection: AsyncConnection, entry: AnyEntry, who: Author) -> AnyEntry:
    """One entry as a reader may have it."""
    (read,) = await as_read(connection, [entry], who)
    return read


async def ties(connection: AsyncConnection, entry: AnyEntry, who: Author) -> list[Tied]:
    """The entries that an entry names and the reader may see, each once, as they stand."""
    if not isinstance(entry, ActorEntry) or not entry.body.linked:
        return []
    find = await _found(connection, [entry])
    return [Tied(link, other) for link, other in resolved(entry, _actors(find)) if who.may_see(other)]


def pruned(entry: AnyEntry, find: Find, who: Author) -> AnyEntry:
    """An entry without its good guys and the links that its reader may not follow; its issuer's is whole.

    A link that names another entry by its id, here or in its list, stays where the reader may see that one, and goes whole where not, or
    where there is none yet: it may come. A link by name alone is text of the entry, under the entry's own marking, and stays.
    """
    if who.may_edit(entry):
        return entry
    if entry.cleared:
        entry = entry.model_copy(update={"cleared": ()})
    if not isinstance(entry, ActorEntry) or not entry.body.linked:
        return entry
    kept = tuple(link for link in entry.body.linked if _may_follow(entry, link, find, who))
    if len(kept) == len(entry.body.linked):
        return entry
    return entry.model_copy(update={"body": entry.body.model_copy(update={"linked": kept or None})})


def with_withheld(body: Body, entry: AnyEntry, shown: AnyEntry) -> Body:
    """What somebody proposes that was shown an entry without some links, with these where they were: nobody takes out what they cannot see."""
    if not isinstance(body, ActorBody) or not isinstance(entry, ActorEntry) or not isinstance(shown, ActorEntry):
        return body
    seen = shown.body.linked or ()
    withheld = [link for link in entry.body.linked or () if link not in seen]
    told = body.linked or ()
    return body.model_copy(update={"linked": (*told, *(link for link in withheld if link not in told))}) if withheld else body


def _withholds(entry: AnyEntry, who: Author) -> bool:
    return isinstance(entry, ActorEntry) and bool(entry.body.linked or entry.cleared) and not who.may_edit(entry)


def _may_follow(entry: ActorEntry, link: ListedLink, find: Find, who: Author) -> bool:
    target = link_target(entry, link)
    if target is None or target == entry.entry_id:
        return True
    other = find(target)
    return other is not None and who.may_see(other)


async def _found(connection: AsyncConnection, entries: Iterable[AnyEntry]) -> Find:
    targets = {target for entry in entries if isinstance(entry, ActorEntry) for target in link_targets(entry)}
    return (await find_entries(connection, targets)).get if targets else _nothing


def _actors(find: Find) -> Callable[[UUID], ActorEntry | None]:
    def actor(entry_id: UUID) -> ActorEntry | None:
        found = find(entry_id)
        return found if isinstance(found, ActorEntry) else None

    return actor


def _nothing(_entry_id: UUID) -> None:
    return None
