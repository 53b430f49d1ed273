"""Whether an entry says enough to stop somebody by it."""

import unicodedata

from services.correlate.domain.life.policy import Approval, LifePolicy
from shared.contracts.vocabulary import Strength
from shared.contracts.watchlist import ActorBody, RouteBody


def is_weak(body: ActorBody | RouteBody) -> bool:
    """Whether nothing but one name speaks for an actor: no birth date, no document, no identifier and no second name.

    A second name is another strong one that is not made of the words of the first. A vessel or aircraft known by its name alone is as weak.
    """
    if isinstance(body, RouteBody):
        return False
    if body.birth_dates or body.documents or _identified(body):
        return False
    names = [_words(name.text) for name in body.names if name.strength is Strength.STRONG]
    return not any(second - names[0] for second in names[1:])


def needs_second(body: ActorBody | RouteBody, policy: LifePolicy) -> bool:
    """Whether a second person has to approve it before it alerts."""
    if policy.is_public(body):
        return False
    return policy.approval is Approval.ALL or is_weak(body)


def _identified(body: ActorBody) -> bool:
    """Whether a number identifies it: a name in its place does not."""
    every = [part.identifiers for part in body.parts or ()] + ([body.identifiers] if body.identifiers else [])
    return any(one.model_copy(update={"name": None}).identifies for one in every)


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return frozenset("".join(char for char in plain if char.isalnum() or char.isspace()).split())
