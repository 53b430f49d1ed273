"""What tests of ingest share: a sender, the rules of a made-up register, submissions, and the table of bad ones."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.domain.normalise import Canonical, Rules, Sender, canonical_event
from services.ingest.domain.refusal import RefusedError
from shared.contracts.events import EventKind, Place
from shared.contracts.examples import example

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SAT = Sender("GT-SAT", "GT")
CROSSING, SEIZURE = EventKind.BORDER_CROSSING, EventKind.SEIZURE

_POST = Place(code="MX-GT-01", lat=14.68, lon=-92.14, name="Ciudad Hidalgo", nations=("GT", "MX"))


class Posts:
    """A register of one border post."""

    def coded(self, code: str) -> Place | None:
        return _POST if code == _POST.code else None

    def around(self, lat: float, lon: float) -> Place | None:
        return _POST if (round(lat, 1), round(lon, 1)) == (14.7, -92.1) else None


def rules(**changes: Any) -> Rules:
    given = {"register": Posts(), "earliest": datetime(1970, 1, 1, tzinfo=UTC), "clock_skew": timedelta(minutes=5)}
    return Rules(**{**given, **changes})


def crossing(**changes: Any) -> dict[str, Any]:
    """The published example, changed."""
    return {**copy.deepcopy(example("border-crossing")), **changes}


def seizure(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(example("seizure")), **changes}


def least(**changes: Any) -> dict[str, Any]:
    """A crossing with only what is needed."""
    return {"id": "1", "occurred_at": "2026-11-24T05:41:07-06:00", "place": {"code": "MX-GT-01"}, **changes}


def canonical(tree: Any, kind: EventKind = CROSSING, sender: Sender = SAT, *, strict: bool = False, **changes: Any) -> Canonical:
    return canonical_event(kind, tree, sender, rules(**changes), received_at=NOW, strict=strict)


def pointers(refuse: Callable[[], object]) -> set[str]:
    """The pointers of the faults with which something is refused; none where it is taken."""
    try:
        refuse()
    except RefusedError as error:
        return {fault.pointer for fault in error.faults}
    return set()


BAD_CROSSINGS: dict[str, tuple[bytes, set[str]]] = {
    "no JSON": (b"{", {""}),
    "an array": (b"[]", {""}),
    "a text": (b'"x"', {""}),
    "nothing": (b"null", {""}),
    "a byte order mark": (b'\xef\xbb\xbf{"id":"1"}', {""}),
    "a repeated name": (b'{"id":"1","id":"2"}', {"/id"}),
    "a repeated name in a part": (b'{"id":"1","place":{"lat":1,"lat":2,"lon":3}}', {"/place/lat"}),
    "NaN": (b'{"id":"1","place":{"lat":NaN,"lon":1}}', {"/place/lat"}),
    "1e400": (b'{"id":"1","place":{"lat":1e400,"lon":1}}', {"/place/lat"}),
    "an integer beyond 2^53": (b'{"id":"1","x":9007199254740993}', {"/x"}),
    "nesting without end": (b'{"id":"1","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", {""}),
    "half a surrogate pair": (b'{"id":"\\ud800"}', {"/id"}),
    "U+0000": (b'{"id":"a\\u0000b"}', {"/id"}),
    "no UTF-8": (b'{"id":"\xff"}', {""}),
    "all that is needed is missing": (b"{}", {"/id", "/occurred_at", "/place"}),
    "an empty id": (b'{"id":" ","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"}}', {"/id"}),
    "a control sign in the id": (b'{"id":"a\\u0007","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"}}', {"/id"}),
    "a time without offset": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07","place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "a time as a number": (b'{"id":"1","occurred_at":1764000000,"place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "the 31st of November": (b'{"id":"1","occurred_at":"2026-11-31T05:41:07Z","place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "the year 2099": (b'{"id":"1","occurred_at":"2099-01-01T00:00:00Z","place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "the year 1900": (b'{"id":"1","occurred_at":"1900-01-01T00:00:00Z","place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "the edge of time": (b'{"id":"1","occurred_at":"9999-12-31T23:59:59-23:59","place":{"code":"GTCTU"}}', {"/occurred_at"}),
    "a day in 2099": (b'{"id":"1","occurred_on":"2099-01-01","place":{"code":"GTCTU"}}', {"/occurred_on"}),
    "no day": (b'{"id":"1","occurred_on":"yesterday","place":{"code":"GTCTU"}}', {"/occurred_on"}),
    "half a position": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"lat":14.6}}', {"/place"}),
    "a pole too far": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"lat":91,"lon":0}}', {"/place/lat"}),
    "a malformed place code": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"the bridge"}}', {"/place/code"}),
    "an unknown mode": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"mode":"balloon"}', {"/mode"}),
    "an unknown direction": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"direction":"up"}',
        {"/direction"},
    ),
    "an impossible birth date": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"persons":[{"birth_date":"1984-02-30"}]}',
        {"/persons/0/birth_date"},
    ),
    "a country in words": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"persons":[{"nationalities":["Guatemala"]}]}',
        {"/persons/0/nationalities/0"},
    ),
    "a document without a number": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"persons":[{"documents":[{"type":"passport"}]}]}',
        {"/persons/0/documents/0"},
    ),
    "a conveyance without a kind": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"conveyances":[{"plate":"C1"}]}',
        {"/conveyances/0/kind"},
    ),
    "a negative weight": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"cargo":[{"weight_kg":-1}]}',
        {"/cargo/0/weight_kg"},
    ),
    "no amount": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"declared":{"money":[{"amount":"much","currency":"USD"}]}}',
        {"/declared/money/0/amount"},
    ),
    "revision 0": (b'{"id":"1","revision":0,"occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"}}', {"/revision"}),
    "a withdrawal without a reason": (b'{"id":"1","revision":2,"withdrawn":true}', {"/reason"}),
    "a withdrawal of nothing": (b'{"id":"1","withdrawn":true,"reason":"x"}', {"/revision"}),
    "another agency's name": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"agency":"HN-ADU"}',
        {"/agency"},
    ),
    "another nation": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"nation":"HN"}', {"/nation"}),
    "the other kind": (b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"type":"seizure"}', {"/type"}),
    "a label that does not exist": (
        b'{"id":"1","occurred_at":"2026-11-24T05:41:07Z","place":{"code":"GTCTU"},"handling":{"tlp":"PURPLE"}}',
        {"/handling/tlp"},
    ),
}
"""Bad crossings, by what is wrong with them, and the pointers of their faults: the same at every door."""
