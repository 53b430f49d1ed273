"""The live view: what went in, what was seen, what arrived where, and how far the vehicle has come."""

from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cli.demo import sources
from services.cli.demo.board import Board
from services.cli.demo.nations import PARTNERS
from services.cli.demo.receivers import Receipt
from shared.contracts.places import checkpoint

NOTE = (
    f"Persons and companies: the public OFAC narcotics list of {sources.LIST_DATE}; being listed is an administrative decision of its issuer, "
    "a match is possible, not proven, and no claim of guilt. Every crossing is generated and marked as an exercise. "
    "Seizures: UNODC, Individual Drug Seizures 2011-2016, with their days moved."
)


def render(board: Board) -> RenderableType:
    """The whole view as of now."""
    parts: list[RenderableType] = [Text(NOTE, style="dim"), _counts(board), _corridor(board), _latest(board), _partners(board)]
    return Panel(Group(*parts), title="Atalaya demo", subtitle=board.stage, border_style="cyan", padding=(0, 1))


def _counts(board: Board) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    for _ in range(5):
        table.add_column(justify="center", ratio=1)
    heads = ("entries watched", "crossings in (HTTP)", "seizures in (Kafka)", "sightings", "alerts · revisions")
    table.add_row(*(Text(head, style="dim") for head in heads))
    posted, produced = f"{board.posted:,} / {board.to_post:,}", f"{board.produced:,} / {board.to_produce:,}"
    values = (f"{board.entries:,}", posted, produced, f"{board.sightings:,}", f"{board.alerts} · {board.revisions:,}")
    table.add_row(*(Text(value, style="bold green") for value in values))
    return table


def _corridor(board: Board) -> Panel:
    posts = sources.corridor()["posts"]
    alert = board.vehicle
    reached = int(((alert or {}).get("route") or {}).get("reached", 0))
    way = Text(" ── ").join(
        [Text(f"● {post}", "bold yellow") if at < reached else Text(f"○ {post}", "dim") for at, post in enumerate(posts)]
    )
    lines: list[RenderableType] = [way]
    if alert is not None:
        lines.append(
            Text(f"on the route {reached} of {alert['route']['of']} posts; {expected_next(alert) or 'no arrival predicted'}")
        )
    return Panel(Group(*lines), title=f"one vehicle on the corridor {sources.corridor()['name']}", border_style="yellow")


def _latest(board: Board) -> Table:
    table = Table(title="alerts as they arrive", expand=True, title_style="dim", box=None, padding=(0, 1))
    for head in ("at", "what happened", "about", "severity", "next"):
        table.add_column(head, overflow="ellipsis", no_wrap=True)
    for receipt in board.latest:
        table.add_row(
            receipt.partner,
            receipt.type,
            told(receipt.alert),
            str(receipt.alert.get("severity")),
            expected_next(receipt.alert, short=True),
        )
    return table


def _partners(board: Board) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    for _ in PARTNERS:
        table.add_column(justify="center", ratio=1)
    table.add_row(*(Text(f"{partner}: {board.verified[partner]:,} webhooks verified", style="bold") for partner in PARTNERS))
    return table


def told(alert: dict[str, Any]) -> str:
    """What an alert is about, without naming anybody."""
    if "alerts" in alert:
        return f"{alert.get('count')} alerts that were not delivered in time"
    cause, route = alert.get("cause"), alert.get("route") or {}
    if cause == "actor":
        entry = (alert.get("entries") or [{}])[0]
        return f"possible {entry.get('source')} {entry.get('source_id')}, score {float(alert.get('score') or 0):.2f}"
    if cause == "route":
        return f"{(alert.get('subject') or {}).get('key')}, {route.get('reached')} of {route.get('of')}"
    if cause == "seizure_link":
        return f"seizures on the corridor, {len(alert.get('evidence') or ())} shown"
    return f"{cause} of {(alert.get('subject') or {}).get('key')}"


def expected_next(alert: dict[str, Any], *, short: bool = False) -> str:
    """Where it is expected next and when, empty where nothing is predicted."""
    ahead = alert.get("next") or []
    if not ahead:
        return ""
    place, window = ahead[0]["place"], ahead[0]["window"]
    code = str(place.get("code") or "")
    since, until = (datetime.fromisoformat(window[end]) for end in ("from", "to"))
    hours = f"{since:%d %b %H:%M} to {until:%d %b %H:%M} UTC"
    if short:
        return f"{code} from {since:%d %b %H:%M}"
    known = checkpoint(code)
    return f"expected at {known.name if known else code} ({code}), held by {ahead[0]['nation']}, {hours}"


def line(receipt: Receipt) -> str:
    """One webhook as a plain line."""
    ahead = expected_next(receipt.alert)
    return f"{receipt.partner} verified {receipt.type}: {told(receipt.alert)}" + (f"; {ahead}" if ahead else "")


def progress(board: Board) -> str:
    """The counts as a plain line."""
    verified = ", ".join(f"{partner} {board.verified[partner]}" for partner in PARTNERS)
    return (
        f"{board.stage}: {board.posted}/{board.to_post} crossings, {board.produced}/{board.to_produce} seizures, "
        f"{board.sightings} sightings, {board.alerts} alerts in {board.revisions} revisions; verified: {verified}"
    )
