"""What an import would do: a list as it was published against the entries that are there. Pure; the order of either does not matter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

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


class Policy(BaseModel):
    """What a difference may be before it is thought a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    removals_percent: float = Field(
        default=10.0,
        ge=0,
        le=100,
        description="Share of the listed entries that an import may end. Of 340 versions of OFAC's list in three years the one that removed"
        " most removed 1.6 percent: more than ten is half a file, or the wrong one.",
    )


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as it is listed now, or was until it ended."""

    entry_id: UUID
    version: int
    body: ActorBody
    ended: bool = False


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry to be replaced, and what differs in it."""

    held: Held
    body: ActorBody
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All of a list's entries, each in one place. `added` holds those listed again after they had ended, too."""

    added: tuple[ActorBody, ...]
    changed: tuple[Changed, ...]
    removed: tuple[Held, ...]
    unchanged: int
    doubled: tuple[ActorBody, ...]

    @property
    def listed(self) -> int:
        """How many entries there were before."""
        return len(self.changed) + len(self.removed) + self.unchanged

    @property
    def removals_percent(self) -> float:
        """The share of them that would end."""
        return 100 * len(self.removed) / self.listed if self.listed else 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.added or self.changed or self.removed)


class TooManyRemovalsError(Exception):
    """The import would end more entries than the policy lets it."""

    def __init__(self, difference: Difference, policy: Policy) -> None:
        super().__init__(
            f"The import would end {len(difference.removed)} of {difference.listed} entries, {difference.removals_percent:.1f}%; "
            f"{policy.removals_percent:g}% are let pass. Is it the whole list, and the right one?"
        )


def difference(held: Mapping[str, Held], drafts: Iterable[ActorBody]) -> Difference:
    """What makes the entries of one source, by the source's id, into what the drafts say.

    Of two drafts with one id the first counts; the other is in `doubled`, for whoever decides whether such a list is taken.
    """
    added, changed, doubled, unchanged = [], [], [], 0
    met: set[str] = set()
    for draft in drafts:
        key = draft.source_id or ""
        if key in met:
            doubled.append(draft)
            continue
        met.add(key)
        before = held.get(key)
        if before is None:
            added.append(draft)
            continue
        body = merged(before.body, draft)
        if before.ended:
            added.append(body)
        elif fields := tuple(changes(before.body, body)):
            changed.append(Changed(before, body, fields))
        else:
            unchanged += 1
    removed = tuple(one for key, one in held.items() if key not in met and not one.ended)
    return Difference(tuple(added), tuple(changed), removed, unchanged, tuple(doubled))


def guard(found: Difference, policy: Policy) -> None:
    """Raises TooManyRemovalsError."""
    if found.removals_percent > policy.removals_percent:
        raise TooManyRemovalsError(found, policy)


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
