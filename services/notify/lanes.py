"""What this process has claimed, by subscription: what waits for a slot, what is under way, what waits to be written."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.notify.domain.pace import Pace
from services.notify.settings import NotifySettings
from services.notify.store.queue import Claimed, Result


@dataclass(slots=True)
class _Lane:
    pace: Pace
    waiting: deque[tuple[Claimed, float]] = field(default_factory=deque)
    urgent: deque[tuple[Claimed, float]] = field(default_factory=deque)
    """What goes before them."""
    running: int = 0
    unwritten: int = 0
    reserved: int = 0
    more: bool = False
    """The last claim left deliveries that there was no room for."""
    blocked: bool = False
    """It may have left some that wait for what is in hand here."""

    @property
    def held(self) -> int:
        return len(self.waiting) + len(self.urgent) + self.running + self.unwritten + self.reserved


class Lanes:
    """Bounds: slots of each subscription, slots of the process, and how much is claimed ahead of them."""

    def __init__(self, settings: NotifySettings) -> None:
        self._most = settings.slots_per_subscription
        self._ahead = settings.claim_ahead
        self._slots = settings.slots
        self._lanes: dict[UUID, _Lane] = {}
        self._running = 0
        self._held = 0
        self._late: list[Claimed] = []

    @property
    def first_room(self) -> int:
        """What may be claimed for a subscription that is not known yet."""
        return Pace(self._most).slots

    @property
    def room(self) -> int:
        """What may be claimed in all."""
        return self._slots * self._ahead - self._held

    def rooms(self) -> Mapping[UUID, int]:
        """What may be claimed for each known subscription: nothing where it has its fill."""
        return {subscription: max(0, self._fill(lane.pace) - lane.held) for subscription, lane in self._lanes.items()}

    def _fill(self, pace: Pace) -> int:
        return pace.slots * self._ahead if pace.is_full else pace.slots

    def reserve(self, subscription: UUID, *, urgent: bool = False) -> bool:
        """Keep a place for a new delivery, if there is one and nothing older waits in the database that is known of.

        An urgent one does not wait for what is older, and has as many places again.
        """
        lane = self._lanes.setdefault(subscription, _Lane(Pace(self._most)))
        if urgent:
            if len(lane.urgent) >= self._most * self._ahead:
                return False
        elif lane.more or self.room <= 0 or lane.held >= self._fill(lane.pace):
            return False
        lane.reserved += 1
        self._held += 1
        return True

    def release(self, subscription: UUID) -> None:
        """Give a kept place back."""
        self._lanes[subscription].reserved -= 1
        self._held -= 1

    def add(self, claimed: Claimed, lease_until: float) -> None:
        """Take in a claimed delivery."""
        lane = self._lanes.setdefault(claimed.subscription, _Lane(Pace(self._most)))
        (lane.urgent if claimed.urgent else lane.waiting).append((claimed, lease_until))
        self._held += 1

    def ready(self, least_lease: float, only: UUID | None = None) -> Iterator[Claimed]:
        """Deliveries that may start now; each counts as running. One whose lease would not outlast its attempt is not among
        them; `late` has it.

        `only` looks at that subscription alone, where nothing but one of its slots has come free.
        """
        was_full = self._running >= self._slots - 1
        lanes = self._lanes.values() if only is None or was_full else (self._lanes[only],)
        for lane in lanes:
            while (lane.urgent or lane.waiting) and lane.running < lane.pace.slots and self._running < self._slots:
                claimed, lease_until = (lane.urgent or lane.waiting).popleft()
                if lease_until < least_lease:
                    lane.unwritten += 1
                    lane.blocked = True
                    self._late.append(claimed)
                    continue
                lane.running += 1
                self._running += 1
                yield claimed

    def late(self) -> list[Claimed]:
        """What came too late to be started under its lease since this was last asked: to be given back, which is a result, too."""
        late, self._late = self._late, []
        return late

    def finished(self, claimed: Claimed, *, answered: bool | None) -> None:
        """It is over; its slot is free, its result not yet written. `answered` None: nothing was sent, and nothing learnt of the endpoint."""
        lane = self._lanes[claimed.subscription]
        lane.running -= 1
        self._running -= 1
        lane.unwritten += 1
        if answered:
            lane.pace.answered()
        elif answered is False:
            lane.pace.failed()

    def written(self, results: Sequence[Result]) -> set[UUID]:
        """Results are in the database: there is room for as many more. The subscriptions that may have something due now.

        One that still has half its fill in hand is not named: claims come in batches.
        """
        due: set[UUID] = set()
        for result in results:
            lane = self._lanes.get(result.subscription)
            if lane is None or not lane.unwritten:
                continue
            lane.unwritten -= 1
            self._held -= 1
            if lane.blocked or (lane.more and (lane.held * 2 <= self._fill(lane.pace) or not lane.running)):
                due.add(result.subscription)
        return due

    def looked(self, only: Iterable[UUID] | None, taken: Sequence[Claimed], rooms: Mapping[UUID, int]) -> None:
        """Remember where a claim may have left something: it took all it had room for, or an earlier revision was in hand."""
        counts = Counter(claimed.subscription for claimed in taken)
        for subscription in self._lanes if only is None else only:
            lane = self._lanes.get(subscription)
            if lane is not None:
                lane.more = counts[subscription] >= rooms.get(subscription, self.first_room)
                lane.blocked = only is not None and lane.held > counts[subscription]

    def drain(self) -> list[Claimed]:
        """Give up what was not started."""
        given_up = [claimed for lane in self._lanes.values() for claimed, _ in (*lane.urgent, *lane.waiting)]
        for lane in self._lanes.values():
            lane.urgent.clear()
            lane.waiting.clear()
        return given_up
