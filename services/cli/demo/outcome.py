"""What came of a run."""

from dataclasses import asdict, dataclass, field
from typing import Any

from services.cli.demo import latency, verdict
from services.cli.demo.board import Board
from services.cli.demo.expected import pairs
from services.cli.demo.receivers import Receiver
from services.cli.demo.scenario import Scenario
from services.cli.demo.sources import LIST_DATE


@dataclass(frozen=True)
class Outcome:
    """Counts, latencies in milliseconds and every difference between what had to arrive and what did. None is success."""

    list_date: str
    entries: int
    crossings: int
    seizures: int
    sightings: int
    alerts: int
    revisions: int
    withheld: int
    due: int
    webhooks: dict[str, int]
    repeated_requests: int
    repeated_attempts: int
    event_to_alert_samples: int
    event_to_alert_p50_ms: float | None
    event_to_alert_p99_ms: float | None
    seconds: float
    differences: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """All is as it had to be."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def outcome(
    scenario: Scenario, board: Board, receivers: list[Receiver], route_id: str, unsettled: list[str], seconds: float
) -> Outcome:
    """The verdict over a whole run; `unsettled` are sentences about what did not come to its end."""
    found = verdict.differences(scenario.due, board.receipts, route_id)
    refused = [f"{one.partner} refused {one.refused} webhooks that did not verify" for one in receivers if one.refused]
    ordered = latency.samples(board.receipts, board.accepted)
    return Outcome(
        list_date=LIST_DATE,
        entries=board.entries,
        crossings=len(board.accepted),
        seizures=board.produced,
        sightings=board.sightings,
        alerts=board.alerts,
        revisions=board.revisions,
        withheld=sum(not partners for partners in scenario.due.values()),
        due=len(pairs(scenario.due)),
        webhooks=dict(board.verified),
        repeated_requests=board.repeated,
        repeated_attempts=verdict.repeated(board.receipts),
        event_to_alert_samples=len(ordered),
        event_to_alert_p50_ms=_ms(latency.quantile(ordered, 0.5)),
        event_to_alert_p99_ms=_ms(latency.quantile(ordered, 0.99)),
        seconds=round(seconds, 1),
        differences=[*unsettled, *board.refused, *refused, *found],
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)


def summary(result: Outcome) -> str:
    """A few lines for a person."""
    webhooks = ", ".join(f"{partner} {count}" for partner, count in result.webhooks.items())
    lines = [
        (
            f"{result.crossings:,} generated crossings and {result.seizures:,} reported seizures against {result.entries:,} entries "
            f"(list of {result.list_date}) in {result.seconds:g} s"
        ),
        f"{result.sightings:,} sightings, {result.alerts} alerts delivered in {result.revisions:,} revisions; verified webhooks: {webhooks}",
        f"due: {result.due} pairs of partner and alert; {result.withheld} alerts were to be kept from all three",
        (
            f"event accepted → alert received: p50 {result.event_to_alert_p50_ms} ms, p99 {result.event_to_alert_p99_ms} ms "
            f"({result.event_to_alert_samples} samples)"
        ),
        f"repeated: {result.repeated_requests} requests to the services, {result.repeated_attempts} attempts of a webhook",
    ]
    if result.good:
        lines.append("Every alert arrived, verified, once, at exactly the partners it was releasable to. No other did.")
    else:
        lines.append(f"{len(result.differences)} differences:")
        lines += [f"  - {one}" for one in result.differences]
    return "\n".join(lines)
