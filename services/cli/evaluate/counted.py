"""The figures of an evaluation."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from services.cli.evaluate import figures
from services.cli.evaluate.figures import Share
from services.cli.evaluate.made import Travelling
from services.cli.evaluate.measuring import NOTHING, Measured
from services.cli.evaluate.running import Outcome
from services.cli.evaluate.slips import KINDS
from services.cli.evaluate.travellers import Traveller

_FOUR: Final = 4

Rows = Sequence[Measured]


def described(travelling: Travelling) -> dict[str, Any]:
    """What the set is made of."""
    groups: dict[str, int] = {}
    for one in travelling.travellers:
        groups[one.group] = groups.get(one.group, 0) + 1
    slipped = [one for one in travelling.travellers if one.group == "slipped"]
    told = sum(one.birth_date is not None or one.nationality is not None for one in slipped)
    return {
        "entries": len(travelling.entries),
        "narcotics_persons": travelling.sought,
        "travellers": groups,
        "slipped_with_birth_date_or_nationality": round(told / max(1, len(slipped)), 3),
        "strangers_kept_out_as_listed": travelling.kept_out,
    }


def counted(outcome: Outcome) -> dict[str, Any]:
    """The figures of one method."""
    at = outcome.threshold
    slipped, strangers = outcome.of("slipped"), outcome.of("stranger")

    def recall(rows: Rows) -> dict[str, Any]:
        return told(figures.share(rows, lambda row: row.is_recalled(at)))

    def alerted(group: str, is_so: Callable[[Traveller], bool] | None = None) -> dict[str, Any]:
        return told(figures.share(outcome.of(group, is_so), lambda row: row.is_alerted(at)))

    return {
        "method": outcome.name,
        "threshold": at,
        "recall": {
            "all": recall(slipped),
            "birth date known": recall(outcome.of("slipped", lambda one: one.birth_date is not None)),
            "birth date not known": recall(outcome.of("slipped", lambda one: one.birth_date is None)),
            "four names and more": recall(outcome.of("slipped", lambda one: one.words >= _FOUR)),
            "four names and more, birth date not known": recall(
                outcome.of("slipped", lambda one: one.words >= _FOUR and one.birth_date is None)
            ),
            "as listed, with birth date": recall(outcome.of("exact")),
            "as listed, with birth date and nationality": recall(outcome.of("exact", lambda one: one.nationality is not None)),
            "everybody on the lists, every strong name": recall(outcome.of("listed")),
        },
        "recall_by_kind": {kind: recall([row for row in slipped if row.traveller.kind == kind]) for kind in KINDS},
        "compared": told(figures.share(slipped, lambda row: row.compared)),
        "alerted": {
            "strangers": alerted("stranger"),
            "strangers of two words": alerted("stranger", lambda one: one.kind == "two words"),
            "strangers from elsewhere": alerted("stranger from elsewhere"),
            "near strangers": alerted("near stranger"),
            "near strangers who share both surnames": alerted("near stranger", lambda one: "both" in one.kind),
            "siblings": alerted("sibling"),
            "twins": alerted("twin"),
        },
        "trade_off": [
            {
                "alerts_per_10000": point.budget,
                "threshold": round(point.threshold, 3) if point.threshold > NOTHING else None,
                "recall": round(point.recall, 4),
            }
            for point in figures.trade_off(slipped, strangers)
        ],
    }


def told(share: Share) -> dict[str, Any]:
    """A share as JSON."""
    return {"of": share.of, "share": round(share.value, 5), "low": round(share.low, 5), "high": round(share.high, 5)}
