"""The watchlist in memory, by what can be met: identifiers in hash maps, names in blocking keys."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.correlate.domain.screen.blocking import NameIndex
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.listed import Listed, listed
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry, RouteEntry


class WatchlistIndex:
    """Every entry at the highest version applied. An entry changes between two calls, never within one; one thread uses it.

    Applying is idempotent and may come in any order of the versions of an entry: an older one is ignored.
    """

    def __init__(self) -> None:
        self._versions: dict[UUID, int] = {}
        self._actors: dict[UUID, Listed] = {}
        self._routes: dict[UUID, RouteEntry] = {}
        self._identifiers: dict[tuple[str, str], tuple[Listed, ...]] = {}
        self._names = {ActorKind.PERSON: NameIndex(), ActorKind.ORGANISATION: NameIndex()}
        self._noted: dict[UUID, ActorEntry] = {}
        self._list_version = 0

    @property
    def list_version(self) -> int:
        """The highest list version applied, 0 before the first."""
        return self._list_version

    def __len__(self) -> int:
        """How many entries can be met."""
        return len(self._actors) + len(self._routes)

    def apply(self, entry: ActorEntry | RouteEntry) -> None:
        """Takes an entry in, in place of its earlier version; one that does not alert is taken out."""
        self._list_version = max(self._list_version, entry.list_version)
        if entry.version <= self._versions.get(entry.entry_id, 0):
            return
        self._versions[entry.entry_id] = entry.version
        self._drop(entry.entry_id)
        if not entry.alerts:
            return
        if isinstance(entry, RouteEntry):
            self._routes[entry.entry_id] = entry
        else:
            self._add(listed(entry))

    def forget(self, entry_id: UUID) -> None:
        """Takes an entry out whose key was emptied."""
        self._drop(entry_id)

    def routes(self) -> tuple[RouteEntry, ...]:
        """The routes that have not ended, by id."""
        return tuple(self._routes[key] for key in sorted(self._routes))

    def changed_at(self, entry_id: UUID) -> datetime | None:
        """When an entry that can be met was given the version that is held; None for one that cannot."""
        actor = self._actors.get(entry_id)
        entry = actor.entry if actor else self._routes.get(entry_id)
        return entry.changed_at if entry else None

    def actor(self, entry_id: UUID) -> ActorEntry | None:
        """An actor that can be met, or one noted for the sake of those that name it."""
        held = self._actors.get(entry_id)
        return held.entry if held else self._noted.get(entry_id)

    def note(self, entry: ActorEntry) -> None:
        """Hold an actor that is not to be met and may be named as tied to one that is: of an index of a few entries."""
        self._noted[entry.entry_id] = entry

    def identified(self, kind: str, number: str) -> tuple[Listed, ...]:
        """The actors that carry an identifier, given normalised."""
        return self._identifiers.get((kind, number), ()) if number else ()

    def named(self, kind: ActorKind, form: NameForm) -> Iterable[Listed]:
        """The persons or organisations whose names are near enough to be compared."""
        return self._names[kind].candidates(form)

    def _add(self, actor: Listed) -> None:
        self._actors[actor.entry.entry_id] = actor
        for key in actor.identifiers:
            self._identifiers[key] = (*self._identifiers.get(key, ()), actor)
        if actor.entry.body.kind in self._names:
            self._names[actor.entry.body.kind].add(actor)

    def _drop(self, entry_id: UUID) -> None:
        self._routes.pop(entry_id, None)
        actor = self._actors.pop(entry_id, None)
        if actor is None:
            return
        for key in actor.identifiers:
            left = tuple(other for other in self._identifiers[key] if other is not actor)
            if left:
                self._identifiers[key] = left
            else:
                del self._identifiers[key]
        if actor.entry.body.kind in self._names:
            self._names[actor.entry.body.kind].remove(actor)
