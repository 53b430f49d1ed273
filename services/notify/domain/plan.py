"""What a revision of an alert, or a notice, sets in motion: which subscription gets it, or is told that it was withdrawn from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.notify.domain.filtering import wanted
from services.notify.domain.release import Release, release, release_notice
from services.notify.domain.subscription import Subscription
from shared.contracts.alerts import AlertMessage, AlertType
from shared.contracts.notices import Notice


class Form(StrEnum):
    """What a delivery says."""

    FULL = "full"
    """The whole alert."""
    FLAGGED = "flagged"
    """The alert as a report, to a nation that has flagged its entry."""
    NOTICE = "notice"
    """Only that the alert was withdrawn."""
    AGENCY = "agency"
    """What an agency is told of its own entries."""
    MISSED = "missed"
    """The summary of alerts that were not sent in time."""


class History(StrEnum):
    """What a subscription may hold of an alert from its earlier revisions."""

    NOTHING = "nothing"
    WAITING = "waiting"
    """An earlier revision is on its way and was never tried."""
    SEEN = "seen"
    """An earlier revision was delivered, or tried: the partner may have it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery to make."""

    subscription: UUID
    form: Form
    release: Release


@dataclass(frozen=True, slots=True)
class Plan:
    """The deliveries to make, and the subscriptions whose waiting earlier revisions must not go out any more."""

    deliveries: tuple[Planned, ...]
    withheld: frozenset[UUID]
    """None of them."""
    downgraded: frozenset[UUID] = frozenset()
    """None that asks for more than to be told of."""
    unseen: frozenset[UUID] = frozenset()
    """May not see the alert: a summary that waits for them may tell of it no more."""
    missed: tuple[Planned, ...] = ()
    """The alert ended before these were told of it: they are told nothing, unless something is in a sender's hand by now."""


def plan(message: AlertMessage, subscriptions: Iterable[Subscription], history: Mapping[UUID, History]) -> Plan:
    """The plan for one revision. `history` is by subscription; absent means nothing.

    Who has an earlier revision gets every later one, whatever its filter says by now: a stale alert is worse than one too
    many. An end (closed, withdrawn) is told only to those it was tried to tell before: who has nothing yet is told nothing of it.
    Who may see the alert no longer gets a notice without content if
    it may have seen an earlier revision; what still waits for it is withheld, and if it saw nothing, it is told nothing.
    A nation that has flagged the entry gets a report, and what still waits for it and asks for more is withheld.
    """
    ending = message.type in {AlertType.CLOSED, AlertType.WITHDRAWN}
    deliveries: list[Planned] = []
    withheld: set[UUID] = set()
    downgraded: set[UUID] = set()
    unseen: set[UUID] = set()
    missed: list[Planned] = []
    for subscription in subscriptions:
        past = history.get(subscription.id, History.NOTHING)
        decision = release(message.data, subscription.partner)
        if decision.allowed:
            told = Planned(subscription.id, Form.FLAGGED if decision.flagged else Form.FULL, decision)
            if ending and past is History.WAITING:
                missed.append(told)
            elif past is not History.NOTHING or (not ending and wanted(message.data, subscription.filter)):
                deliveries.append(told)
                if decision.flagged and past is not History.NOTHING:
                    downgraded.add(subscription.id)
            continue
        unseen.add(subscription.id)
        if past is not History.NOTHING:
            withheld.add(subscription.id)
            if past is History.SEEN:
                deliveries.append(Planned(subscription.id, Form.NOTICE, decision))
    return Plan(tuple(deliveries), frozenset(withheld), frozenset(downgraded), frozenset(unseen), tuple(missed))


def plan_notice(notice: Notice, subscriptions: Iterable[Subscription]) -> Plan:
    """The plan for a notice: a delivery to each subscription of its agency that asks for them."""
    decisions = [(one.id, release_notice(notice, one)) for one in subscriptions]
    return Plan(tuple(Planned(who, Form.AGENCY, decision) for who, decision in decisions if decision.allowed), frozenset())
