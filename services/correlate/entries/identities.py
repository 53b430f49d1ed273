"""By what an agency's entry is known again, whichever door it comes through.

An actor goes by its source and the source's id, a route by its name (letters, case and spaces as a person reads them), an actor without
an id of a source by what it is. What counts is what an active entry says now: one that was given another name or id has left its old one free.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from services.correlate.entries.bodies import AnyEntry, Body, readable
from shared.contracts.codec import encode
from shared.contracts.identity import entry_id as id_of_source
from shared.contracts.watchlist import RouteBody

Identity: TypeAlias = tuple[str, str]
"""A source, and an id in it."""

ROUTES: Final = "\0route"
CONTENTS: Final = "\0content"
"""No source can be called as these two: a body holds no NUL."""


def identity(body: Body) -> Identity:
    """What a body is known by."""
    if isinstance(body, RouteBody):
        return ROUTES, readable(body.name)
    if body.source_id:
        return body.source, body.source_id
    return CONTENTS, sha256(encode(body)).hexdigest()


def lasting_id(agency: str, known_by: Identity) -> UUID:
    """The id that an entry gets when it is first listed."""
    return id_of_source(agency, *known_by)


def resolved(
    agency: str, wanted: Sequence[Identity], active: Mapping[Identity, UUID], held: Mapping[UUID, AnyEntry]
) -> dict[Identity, UUID]:
    """The entry of each identity: the active one that goes by it, else its lasting id, else (an active entry that goes by another now holds that) a new one.

    `active` has the active entries of the agency by identity, `held` what is listed under the lasting ids.
    """
    found: dict[Identity, UUID] = {}
    for one in wanted:
        lasting = lasting_id(agency, one)
        holder = held.get(lasting)
        free = holder is None or holder.ended_at is not None or one[0] == CONTENTS
        found[one] = active.get(one) or (lasting if free else uuid4())
    return found
