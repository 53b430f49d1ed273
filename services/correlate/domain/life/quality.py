"""What an officer will miss in an entry: told to its issuer, refused only where the installation says so.

Regulation (EU) 2018/1862, Articles 20(3) and 22: who it is, why, what to do, on what decision, whom to call.
"""

from collections.abc import Mapping
from typing import Final

from services.correlate.domain.life.policy import LifePolicy
from shared.contracts.vocabulary import Category, RequestedAction
from shared.contracts.watchlist import ActorBody, RouteBody

EXPECTED: Final[Mapping[str, str]] = {
    "category": "why it is listed: its review period follows from it",
    "reason": "the reason in a sentence",
    "legal_basis": "the decision or law that it rests on",
    "contact": "whom the officer calls",
    "handling": "who may see it: without it nobody but the issuer's nation",
}
"""What is expected of every own entry, and what each is for."""

_ACTIONS: Final[Mapping[Category, frozenset[RequestedAction]]] = {
    Category.ARREST: frozenset({RequestedAction.ARREST}),
    Category.MISSING: frozenset({RequestedAction.PROTECT, RequestedAction.LOCATE}),
    Category.VULNERABLE: frozenset({RequestedAction.PROTECT}),
    Category.JUDICIAL_PROCEDURE: frozenset({RequestedAction.LOCATE}),
    Category.DISCREET_CHECK: frozenset({RequestedAction.DISCREET_CHECK}),
    Category.INQUIRY_CHECK: frozenset({RequestedAction.INQUIRY_CHECK}),
    Category.SPECIFIC_CHECK: frozenset({RequestedAction.SPECIFIC_CHECK}),
    Category.OBJECT_FOR_SEIZURE: frozenset({RequestedAction.SEIZE}),
    Category.REFUSAL_OF_ENTRY: frozenset({RequestedAction.REFUSE_ENTRY}),
    Category.UNKNOWN_WANTED_PERSON: frozenset({RequestedAction.ARREST, RequestedAction.LOCATE}),
}
"""What each category asks of the officer in the Regulation's own chapters; a weaker action is an issuer's choice, and said."""


def lacks(body: ActorBody | RouteBody, policy: LifePolicy) -> dict[str, str]:
    """What is expected of an own entry and missing, by field; empty for what a public list says."""
    if policy.is_public(body):
        return {}
    expected = EXPECTED if isinstance(body, ActorBody) else {name: EXPECTED[name] for name in ("reason", "handling")}
    found = {name: means for name, means in expected.items() if not getattr(body, name)}
    if isinstance(body, ActorBody) and body.category is not None:
        usual = _ACTIONS[body.category]
        if body.requested_action not in usual:
            words = " or ".join(sorted(usual))
            found["requested_action"] = f"an entry of this category asks for {words}"
    return found


def missing_required(body: ActorBody | RouteBody, policy: LifePolicy) -> dict[str, str]:
    """Those of them without which this installation takes no own entry."""
    return {name: means for name, means in lacks(body, policy).items() if name in policy.required}
