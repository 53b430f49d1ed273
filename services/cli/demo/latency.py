"""From an accepted crossing to the verified alert."""

from collections.abc import Iterable, Mapping
from math import ceil

from services.cli.demo.receivers import Receipt


def samples(receipts: Iterable[Receipt], accepted: Mapping[str, float]) -> list[float]:
    """Seconds from each event's 202 to the first webhook at each partner that rests on it, in order of size.

    A webhook may overtake the answer to the POST that caused it: that counts as 0.
    """
    first: dict[tuple[str, str, str], float] = {}
    for receipt in receipts:
        for evidence in receipt.alert.get("evidence") or ():
            event = str(evidence.get("event_id"))
            if event in accepted:
                key = (receipt.partner, str(receipt.alert.get("id")), event)
                first[key] = min(receipt.at, first.get(key, receipt.at))
    return sorted(max(0.0, at - accepted[event]) for (_, _, event), at in first.items())


def quantile(ordered: list[float], share: float) -> float | None:
    """The nearest-rank quantile; None of nothing."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
