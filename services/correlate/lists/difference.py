"""What becomes of an entry when a list says something else of it, and what differs then. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shared.contracts.base import Handling
from shared.contracts.watchlist import ActorBody

OF_THE_LIST: Final = frozenset({
    "kind", "names", "birth_dates", "births", "birth_places", "sex", "nationalities", "documents", "identifiers", "programmes", "addresses",
    "linked", "remarks", "list_date",
})  # fmt: skip
"""What a list speaks of, also by its silence: a birth date that it no longer has is no longer in the entry. All else of an entry (what to do,
who may see it, until when) is its issuer's and stays, unless the import says it too."""

_NO_CHANGE_ALONE: Final = "list_date"
"""A list that says the same on another day has changed nothing."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry before and after."""

    field: str
    before: Any
    after: Any


def merged(before: ActorBody, draft: ActorBody) -> ActorBody:
    """The entry that comes of a draft: the list's part as the list says it, the issuer's as it was unless the draft says it, no marking lowered."""
    said = OF_THE_LIST | draft.model_fields_set
    fields = {name: getattr(draft if name in said else before, name) for name in ActorBody.model_fields}
    if draft.list_date is None:
        fields["list_date"] = before.list_date
    return ActorBody.model_construct(**fields | {"handling": narrowed(before.handling, draft.handling)})


def narrowed(before: Handling | None, after: Handling | None) -> Handling | None:
    """The stricter of the two in each respect. An entry without handling is its originator's alone, and stays that."""
    if before is None or after is None:
        return before
    tlp = max(before.tlp, after.tlp, key=lambda one: one.rank)
    kept = tuple(nation for nation in before.releasable_to if nation in set(after.releasable_to))
    return Handling(tlp=tlp, releasable_to=kept)


def merged_again(before: ActorBody, draft: ActorBody) -> ActorBody:
    """The same of an entry that had ended: it begins anew, so how long it is valid is the draft's alone."""
    anew = {name: getattr(draft, name) for name in ("valid_from", "valid_to", "review_on")}
    return merged(before, draft).model_copy(update=anew)


def changes(before: ActorBody, after: ActorBody) -> Iterator[FieldChange]:
    """What differs, field by field; nothing where only the list's date does."""
    found = [
        FieldChange(name, old, new)
        for name in ActorBody.model_fields
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]
    if any(one.field != _NO_CHANGE_ALONE for one in found):
        yield from found
