"""The watchlist in memory, by what can be met: identifiers in hash maps, names in blocking keys."""

from collections.abc import Iterable
from datetime import datetime
from math import inf
from uuid import UUID

from services.correlate.domain.screen.blocking import NameIndex
from services.correlate.domain.screen.digest import MODULUS, token, written
from services.correlate.domain.screen.forms import NameForm
from services.correlate.domain.screen.holders import Holders
from services.correlate.domain.screen.listed import Listed, Near, identifiers, listed
from services.correlate.domain.screen.weights import Weights
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry, RouteEntry


class WatchlistIndex:
    """Every entry at the highest version applied. An entry changes between two calls, never within one; one thread uses it.

    Applying is idempotent and may come in any order of the versions of an entry: an older one is ignored.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._actors: dict[int, Listed] = {}
        self._gone: dict[int, int] = {}
        self._routes: dict[UUID, RouteEntry] = {}
        self._identifiers: dict[str, Holders] = {}
        self.weights = weights or Weights()
        self._names = {
            ActorKind.PERSON: NameIndex.of_persons(self.weights),
            ActorKind.ORGANISATION: NameIndex.of_organisations(self.weights),
        }
        self._noted: dict[UUID, ActorEntry] = {}
        self._list_version = 0
        self._total = 0

    @property
    def list_version(self) -> int:
        """The highest list version applied, 0 before the first."""
        return self._list_version

    def __len__(self) -> int:
        """How many entries can be met."""
        return len(self._actors) + len(self._routes)

    @property
    def persons(self) -> int:
        """How many persons can be met."""
        return len(self._names[ActorKind.PERSON])

    @property
    def digest(self) -> str:
        """The same for every index that holds the same versions of the same entries, however it came by them."""
        return written(self._total)

    @property
    def digest_number(self) -> int:
        """The digest as a number."""
        return self._total % MODULUS

    def apply(self, entry: ActorEntry | RouteEntry) -> None:
        """Takes an entry in, in place of its earlier version; one that does not alert is taken out."""
        if entry.version > self._version(entry.entry_id):
            self._drop(entry.entry_id)
            if entry.alerts:
                self._take(entry)
            else:
                self._gone[entry.entry_id.int] = entry.version
        self._list_version = max(self._list_version, entry.list_version)

    def forget(self, entry_id: UUID, version: int | None = None) -> None:
        """Takes an entry out whose key was emptied by a version of it: a later one stays, an earlier one does not come back."""
        if version is not None:
            if version <= self._version(entry_id):
                return
            self._drop(entry_id)
            self._gone[entry_id.int] = version
        elif held := self._version(entry_id):
            self._drop(entry_id)
            self._gone[entry_id.int] = held

    def routes(self) -> tuple[RouteEntry, ...]:
        """The routes that have not ended, by id."""
        return tuple(self._routes[key] for key in sorted(self._routes))

    def changed_at(self, entry_id: UUID) -> datetime | None:
        """When an entry that can be met was given the version that is held; None for one that cannot."""
        actor = self._actors.get(entry_id.int)
        entry = actor.entry if actor else self._routes.get(entry_id)
        return entry.changed_at if entry else None

    def actor(self, entry_id: UUID) -> ActorEntry | None:
        """An actor that can be met, or one noted for the sake of those that name it."""
        held = self._actors.get(entry_id.int)
        return held.entry if held else self._noted.get(entry_id)

    def note(self, entry: ActorEntry) -> None:
        """Hold an actor that is not to be met and may be named as tied to one that is: of an index of a few entries."""
        self._noted[entry.entry_id] = entry

    def identified(self, kind: str, number: str) -> tuple[Listed, ...]:
        """The actors that carry an identifier, given normalised."""
        holders = self._identifiers.get(kind)
        return holders.of(number) if holders and number else ()

    def named(self, kind: ActorKind, form: NameForm, birth_date: str | None = None, besides: float = inf) -> Iterable[Near]:
        """The persons or organisations whose names, or names and birth date, are near enough to be compared.

        `besides`: what is known beside these can say so many bits for an actor at most.
        """
        return self._names[kind].candidates(form, birth_date, besides)

    def content(self) -> dict[str, object]:
        """Everything that answers depend on, in one order: to compare indexes in depth. As large as the index."""
        return {
            "actors": {str(one.entry_id): (one.entry, one.names, one.readings) for _, one in sorted(self._actors.items())},
            "routes": self.routes(),
            "identifiers": {kind: held.content() for kind, held in sorted(self._identifiers.items())},
            "names": {kind.value: names.content() for kind, names in self._names.items()},
            "digest": self.digest,
        }

    def _version(self, entry_id: UUID) -> int:
        """The highest version of an entry that was applied, 0 of one that nobody knows."""
        actor, route = self._actors.get(entry_id.int), self._routes.get(entry_id)
        held = actor or route
        return held.version if held else self._gone.get(entry_id.int, 0)

    def _take(self, entry: ActorEntry | RouteEntry) -> None:
        self._gone.pop(entry.entry_id.int, None)
        self._total += token(entry.entry_id, entry.version, entry.list_version)
        if isinstance(entry, RouteEntry):
            self._routes[entry.entry_id] = entry
            return
        actor = listed(entry)
        self._actors[actor.number] = actor
        for kind, number in identifiers(entry):
            self._identifiers.setdefault(kind, Holders()).add(number, actor)
        if actor.kind in self._names:
            self._names[actor.kind].add(actor)

    def _drop(self, entry_id: UUID) -> None:
        route = self._routes.pop(entry_id, None)
        if route is not None:
            self._total -= token(entry_id, route.version, route.list_version)
        actor = self._actors.pop(entry_id.int, None)
        if actor is None:
            return
        entry = actor.entry
        self._total -= token(entry_id, entry.version, entry.list_version)
        for kind, number in identifiers(entry):
            holders = self._identifiers[kind]
            holders.remove(number, actor)
            if not holders:
                del self._identifiers[kind]
        if actor.kind in self._names:
            self._names[actor.kind].remove(actor)
