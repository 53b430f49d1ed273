"""What an issuer writes, checked and completed. Nothing here waits or reads."""

import unicodedata
from datetime import date, datetime, timedelta
from typing import TypeAlias

import orjson

from services.correlate.domain.life.clock import review_on
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.quality import missing_required
from services.correlate.domain.screen.parts import part_keys
from shared.contracts.codec import encode
from shared.contracts.places import checkpoint, locate
from shared.contracts.topics import TOPICS, WATCHLIST
from shared.contracts.vocabulary import ActorKind, WarningMarker
from shared.contracts.watchlist import ActorBody, ActorEntry, LegWindow, RouteBody, RouteEntry, Waypoint
from shared.platform.faults import Fault

Body: TypeAlias = ActorBody | RouteBody
AnyEntry: TypeAlias = ActorEntry | RouteEntry

LONGEST_LEG = timedelta(days=60)
"""Longer than any journey between two posts; far longer ones leave the calendar when an arrival is predicted from them."""

_LONGEST_WORD = 64
"""Characters of a searched word: more are cut, in what is kept and in what is asked alike."""

LARGEST_BODY = next(topic.max_message_bytes for topic in TOPICS if topic.name == WATCHLIST) - 65_536
"""Bytes of JSON; the rest of the topic's largest message is for what the list adds and for the headers."""


def completed(body: Body, policy: LifePolicy, now: datetime, before: Body | None = None) -> Body:
    """The body with what the list adds: the register's coordinates and nations at a route's checkpoints, and the day of its review.

    Who does not say the day keeps the one of the body before, so that the same body again changes nothing; at first it is the latest allowed.
    """
    review = body.review_on or (before.review_on if before else None) or review_on(body, now, policy)
    whole = _located(body)
    return whole if review == body.review_on else whole.model_copy(update={"review_on": review})


def _located(body: Body) -> Body:
    if isinstance(body, ActorBody):
        return body
    waypoints = tuple(
        point.model_copy(update={"place": locate(point.place)}) if point.place else point for point in body.waypoints
    )
    return body.model_copy(update={"waypoints": waypoints})


def emptied(body: Body) -> Body:
    """What stays of a body when its entry is deleted: nothing of anybody."""
    if isinstance(body, RouteBody):
        return RouteBody(name="–", waypoints=(Waypoint(), Waypoint()))
    return ActorBody(kind=body.kind, source=body.source, source_id=body.source_id)


def faults_of_life(body: Body, policy: LifePolicy, now: datetime) -> list[Fault]:
    """What is wrong with a body that is written at a moment: its dates, and what this installation requires of own entries."""
    found = [Fault(f"/{name}", "required", f"It is missing: {means}.") for name, means in missing_required(body, policy).items()]
    if body.valid_to and body.valid_to <= now:
        found.append(Fault("/valid_to", "over", "The validity is over already."))
    latest = review_on(body, now, policy)
    if body.review_on and body.review_on <= now.date():
        found.append(Fault("/review_on", "over", "The day of the review is past."))
    if latest and body.review_on and body.review_on > latest:
        found.append(Fault("/review_on", "too_late", f"An entry of this category is reviewed by {latest} at the latest."))
    return found


def faults_in(body: Body) -> list[Fault]:
    """What is wrong with a body beyond its shape."""
    found = _faults_in_actor(body) if isinstance(body, ActorBody) else _faults_in_route(body)
    if body.valid_from and body.valid_to and body.valid_to <= body.valid_from:
        found.append(Fault("/valid_to", "before_start", "The validity ends before it begins."))
    return found or _faults_in_size(_located(body))


def readable(text: str) -> str:
    """A text as it is searched and compared: compatibility forms joined (NFKC), no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def label(body: Body) -> str:
    """The words by which an entry is shown and a route known; of a route its name alone."""
    if isinstance(body, RouteBody):
        return readable(body.name)
    return "\n".join(map(readable, _told(body)))


def search_words(body: Body) -> list[str]:
    """What an entry is found by: each word of a name, each number with and without what separates its parts; no accents, each once."""
    found: dict[str, None] = {}
    for text in [body.name] if isinstance(body, RouteBody) else _told(body):
        found |= dict.fromkeys(query_words(text))
        joined = "".join(char for char in plain(text) if char.isalnum())
        if any(char.isdigit() for char in joined) and len(joined) <= _LONGEST_WORD:
            found[joined] = None
    return list(found)


def query_words(text: str) -> list[str]:
    """The words of a text as they are searched: letters and digits of any script, no case, no accents, no longer than is kept."""
    spaced = "".join(char if char.isalnum() else " " for char in plain(text))
    return [word[:_LONGEST_WORD] for word in spaced.split()]


def plain(text: str) -> str:
    """A text without case and without what stands above and below its letters."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in parts if not unicodedata.combining(char))


def _told(body: ActorBody) -> list[str]:
    """Every name and number of an actor, and its id in its source."""
    words = [name.text for name in body.names]
    words += [document.number for document in body.documents]
    for own in [body.identifiers, *(part.identifiers for part in body.parts or ())]:
        if own:
            told = own.model_dump(exclude_none=True, exclude={"seals", "mrz", "state"})
            words += [*(str(value) for value in told.values()), *own.seals]
    return words + ([body.source_id] if body.source_id else [])


def _faults_in_size(body: Body) -> list[Fault]:
    """An entry that the topic would refuse: no screener could ever have the list that holds it."""
    if len(encode(body)) <= LARGEST_BODY:
        return []
    sizes = {name: len(orjson.dumps(item)) for name, item in body.model_dump(mode="json", by_alias=True).items()}
    largest = max(sizes, key=lambda name: sizes[name])
    return [Fault(f"/{largest}", "entry_too_large", f"An entry takes {LARGEST_BODY} bytes at most, completed by the register.")]


def is_date(text: str) -> bool:
    """Whether a date, known to the day, the month or the year, is one of the calendar."""
    try:
        date.fromisoformat(f"{text}{'-01' * (2 - text.count('-'))}")
    except ValueError:
        return False
    return text.isascii()


def _is_said(text: str) -> bool:
    """Whether there is anything to read: a letter or a digit of any script."""
    return any(char.isalnum() for char in text)


def _faults_in_actor(body: ActorBody) -> list[Fault]:
    found = [
        Fault(f"/names/{index}", "name_empty", "A name is given in full or in parts.")
        for index, name in enumerate(body.names)
        if not _is_said(name.text)
    ]
    found += [
        Fault(f"/birth_dates/{index}", "no_date", "The calendar has no such date.")
        for index, born in enumerate(body.birth_dates)
        if not is_date(born)
    ]
    found += [
        Fault(f"/parts/{index}/identifiers", "nothing_to_match", "A part needs a number by which it can be met.")
        for index, part in enumerate(body.parts or ())
        if not part_keys(part.identifiers, body.kind)
    ]
    found += [
        Fault(f"/warning_markers/{index}", "marker_unknown", f"A marker is one of {', '.join(WarningMarker)}.")
        for index, marker in enumerate(body.warning_markers)
        if marker not in set(WarningMarker)
    ]
    identified = bool((body.identifiers and body.identifiers.identifies) or body.parts)
    if body.kind in {ActorKind.PERSON, ActorKind.ORGANISATION}:
        if not (body.names or body.documents or identified):
            found.append(Fault("/names", "nothing_to_match", "A name, a document or an identifier is needed."))
    elif not (identified or body.documents):
        found.append(Fault("/identifiers", "nothing_to_match", "An object needs an identifier."))
    return found


def _faults_in_route(body: RouteBody) -> list[Fault]:
    found: list[Fault] = [] if _is_said(body.name) else [Fault("/name", "name_empty", "A route is known by its name.")]
    if body.least_waypoints > len(body.waypoints):
        found.append(Fault("/least_waypoints", "more_than_waypoints", "More than the route has waypoints."))
    for index, point in enumerate(body.waypoints):
        found += _faults_in_waypoint(point, f"/waypoints/{index}")
    return found


def _faults_in_waypoint(point: Waypoint, at: str) -> list[Fault]:
    found: list[Fault] = []
    place = point.place
    located = place is not None and place.lat is not None and place.lon is not None
    if point.geofence is None and not located:
        if place is None or place.code is None:
            found.append(Fault(f"{at}/place", "place_missing", "A checkpoint code, coordinates or a geofence is needed."))
        elif checkpoint(place.code) is None:
            found.append(Fault(f"{at}/place/code", "checkpoint_unknown", "No checkpoint has this code; give its coordinates."))
    if point.window:
        found += _faults_in_window(point.window, f"{at}/window")
    return found


def _faults_in_window(window: LegWindow, at: str) -> list[Fault]:
    if window.min < timedelta(0):
        return [Fault(f"{at}/min", "window_negative", "No leg takes less than no time.")]
    if window.min > window.max:
        return [Fault(at, "window_reversed", "The least time is longer than the most.")]
    if window.max > LONGEST_LEG:
        return [Fault(f"{at}/max", "window_too_long", f"A leg takes {LONGEST_LEG.days} days at most.")]
    return []
