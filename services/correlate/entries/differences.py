"""What differs between two versions of an entry, field by field. Pure; what the list itself counts (versions, moments) is no difference."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import orjson
from pydantic import BaseModel, Field

from services.correlate.entries.bodies import AnyEntry, Body

_LIFE: Final = {"state", "approved_by", "renewed_at", "confirm_by", "resume_at", "keep_until", "flags", "cleared", "ended_at"}
"""What of an entry's head is its own, beside who changed it, when and why."""


class FieldChange(BaseModel):
    """One field before and after; of a list what went and what came.

    A list of which nothing went and nothing came has another order: it stands whole in `before` and `after`.
    """

    field: str = Field(description="its name; of a field in a field both, with a dot between: identifiers.plate")
    before: Any = None
    after: Any = None
    gone: list[Any] | None = Field(default=None, description="what is no longer in the list")
    come: list[Any] | None = Field(default=None, description="what is in the list now")


def entry_changes(before: AnyEntry, after: AnyEntry) -> list[FieldChange]:
    """What differs of two versions of an entry: first its life, then what its issuer wrote."""
    return [*_changes(_told(before, include=_LIFE), _told(after, include=_LIFE)), *body_changes(before.body, after.body)]


def body_changes(before: Body, after: Body) -> list[FieldChange]:
    """What differs of two bodies, in the order of their fields."""
    return list(_changes(_told(before), _told(after)))


def _told(model: BaseModel, include: set[str] | None = None) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, include=include)


def _changes(before: dict[str, Any], after: dict[str, Any], within: str = "") -> Iterator[FieldChange]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield from _of_field(f"{within}{name}", old, new)


def _of_field(name: str, old: Any, new: Any) -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _changes(old, new, f"{name}.")
    elif isinstance(old, list | None) and isinstance(new, list | None):
        yield from _of_list(name, old or [], new or [])
    else:
        yield FieldChange(field=name, before=old, after=new)


def _of_list(name: str, old: list[Any], new: list[Any]) -> Iterator[FieldChange]:
    gone, come = _less(old, new), _less(new, old)
    if gone or come:
        yield FieldChange(field=name, gone=gone, come=come)
    elif old != new:
        yield FieldChange(field=name, before=old, after=new)


def _less(one: list[Any], other: list[Any]) -> list[Any]:
    """What stands in one and not in the other; of what stands twice in one and once in the other, one is left."""
    rest = Counter(map(_key, other))
    found = []
    for item in one:
        key = _key(item)
        if rest[key]:
            rest[key] -= 1
        else:
            found.append(item)
    return found


def _key(item: Any) -> bytes:
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
