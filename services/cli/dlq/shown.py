"""Dead letters as they are shown. What a record holds may be about a person: only sizes and plumbing, unless it is asked for."""

import base64
import hashlib
from datetime import datetime
from typing import Any, Final

from shared.platform.kafka.dead_letters import PREFIX
from shared.platform.kafka.letter_box import BuriedLetter

_PLUMBING: Final = frozenset({"agency", "content-type", "traceparent", "ce_specversion", "ce_type", "ce_time"})
"""Headers whose values say nothing of a person."""


def summary(letter: BuriedLetter, replayed_at: datetime | None) -> dict[str, Any]:
    """What `list` tells of a letter."""
    return {
        "place": letter.place,
        "buried_at": _stamp(letter.buried_at),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "service": letter.service,
        "agency": letter.own("agency"),
        "kind": letter.kind,
        "hops": letter.hops,
        "value_bytes": None if letter.value is None else len(letter.value),
        "reason": letter.reason,
        "replayed_at": None if replayed_at is None else _stamp(replayed_at),
    }


def line(found: dict[str, Any]) -> str:
    """A summary in one line."""
    size = "no value" if found["value_bytes"] is None else f"{found['value_bytes']} B"
    sent = "" if found["replayed_at"] is None else f"  replayed {found['replayed_at']}"
    where = f"{found['topic']}/{found['partition']}@{found['offset']}"
    return f"{found['place']}  {found['buried_at']}  {where}  {found['agency'] or '-'}  {size}  hops {found['hops']}{sent}  {found['reason']}"


def whole(letter: BuriedLetter, replayed_at: datetime | None, *, payload: bool) -> dict[str, Any]:
    """What `show` tells of a letter; with `payload` its key, value and headers as they are, in base64 where they are no text."""
    headers = [
        {"name": name, **_content(value, shown=payload or name in _PLUMBING or name.startswith(PREFIX))}
        for name, value in letter.headers
    ]
    return {
        **summary(letter, replayed_at),
        "key": _content(letter.key, shown=payload),
        "value": _content(letter.value, shown=payload),
        "headers": headers,
    }


def lines(found: dict[str, Any]) -> list[str]:
    """All of a letter, a line each."""
    plain = [f"{name}: {value}" for name, value in found.items() if not isinstance(value, dict | list)]
    parts = [f"{name}: {_told(found[name])}" for name in ("key", "value")]
    return [*plain, *parts, *(f"header {header['name']}: {_told(header)}" for header in found["headers"])]


def _content(content: bytes | None, *, shown: bool) -> dict[str, Any]:
    if content is None:
        return {"bytes": None}
    told: dict[str, Any] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if not shown:
        return told
    try:
        return {**told, "text": content.decode()}
    except UnicodeDecodeError:
        return {**told, "base64": base64.b64encode(content).decode()}


def _told(content: dict[str, Any]) -> str:
    if content["bytes"] is None:
        return "none"
    if "text" in content:
        # One line, whatever it holds: a terminal obeys what a foreign producer wrote.
        return str(content["text"]).encode("unicode_escape").decode() if not content["text"].isprintable() else content["text"]
    if "base64" in content:
        return f"base64 {content['base64']}"
    return f"{content['bytes']} bytes, sha256 {content['sha256'][:16]} (--payload shows them)"


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
