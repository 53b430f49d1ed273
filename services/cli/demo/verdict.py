"""Was it right? What arrived, beside what had to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.cli.demo.expected import ROUTE, About, Due, pairs
from services.cli.demo.nations import PARTNERS
from services.cli.demo.receivers import Receipt


def about(alert: Mapping[str, Any], route_id: str) -> About:
    """What a received alert is about, in the words of the expectation."""
    cause, key = str(alert.get("cause")), str((alert.get("subject") or {}).get("key"))
    if cause == "actor":
        return About(cause, ",".join(str(entry.get("source_id")) for entry in alert.get("entries") or ()))
    if cause == ROUTE.cause and key == f"route:{route_id}":
        return ROUTE
    return About(cause, key)


def arrived(receipts: Iterable[Receipt], route_id: str) -> dict[Due, list[Receipt]]:
    """What was received, by partner and alert; a summary of alerts that were missed is none of them."""
    found: dict[Due, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        if receipt.is_summary:
            continue
        found[Due(receipt.partner, about(receipt.alert, route_id))].append(receipt)
    return found


def is_complete(due: Mapping[About, frozenset[str]], receipts: Iterable[Receipt], route_id: str) -> bool:
    """Everything that had to arrive has; more may have."""
    return pairs(due) <= arrived(receipts, route_id).keys()


def differences(due: Mapping[About, frozenset[str]], receipts: Sequence[Receipt], route_id: str) -> list[str]:
    """A sentence for each thing that is not as it had to be; none means that all is right. Repeated attempts are allowed."""
    wanted, found = pairs(due), arrived(receipts, route_id)
    lines = [f"{one.partner} did not receive {_told(one.about)}" for one in sorted(wanted - found.keys())]
    for one in sorted(found.keys() - wanted):
        why = "was not released to it" if one.about in due else "was not expected at all"
        lines.append(f"{one.partner} received {_told(one.about)}, which {why}")
    lines += _raised_twice(found)
    lines += _identities(receipts)
    lines += sorted(
        {
            f"{one.partner} received alert {one.alert.get('id')} that says it is not for {one.partner}"
            for one in receipts
            if not one.is_summary and not _named(one)
        }
    )
    return lines + _never_told(receipts)


def not_raised(due: Mapping[About, frozenset[str]], alerts: Iterable[Mapping[str, Any]], route_id: str) -> list[str]:
    """A sentence for each alert that was to be kept from all partners and was not even raised, or marked for one of them."""
    raised = {about(alert, route_id): frozenset(alert["handling"]["releasable_to"]) for alert in alerts}
    kept = [what for what, partners in sorted(due.items()) if not partners]
    lines = [f"{_told(what)}, to be kept from all three, was not raised" for what in kept if what not in raised]
    return lines + [
        f"{_told(what)}, to be kept from all three, is marked for one"
        for what in kept
        if raised.get(what, frozenset()) & {*PARTNERS}
    ]


def repeated(receipts: Iterable[Receipt]) -> int:
    """Attempts beyond the first of the same webhook."""
    return sum(count - 1 for count in Counter((one.partner, one.webhook_id) for one in receipts).values())


def _told(what: About) -> str:
    return f"the alert {what.cause} of {what.what}"


def _named(receipt: Receipt) -> bool:
    return receipt.partner in ((receipt.alert.get("handling") or {}).get("releasable_to") or ())


def _raised_twice(found: Mapping[Due, Sequence[Receipt]]) -> Iterator[str]:
    """One subject and cause is one alert, and the same one everywhere."""
    ids: dict[About, set[str]] = defaultdict(set)
    for one, receipts in found.items():
        ids[one.about].update(str(receipt.alert.get("id")) for receipt in receipts)
    for what, several in sorted(ids.items()):
        if len(several) > 1:
            yield f"{_told(what)} came as {len(several)} alerts: {', '.join(sorted(several))}"


def _never_told(receipts: Sequence[Receipt]) -> list[str]:
    """Of alerts that a partner is told it missed, those of which no other revision came either."""
    had = {(one.partner, str(one.alert.get("id"))) for one in receipts if not one.is_summary}
    told = {
        (one.partner, str(missed.get("id"))) for one in receipts if one.is_summary for missed in one.alert.get("alerts") or ()
    }
    return [f"{partner} was told no more of alert {alert} than that it missed it" for partner, alert in sorted(told - had)]


def _identities(receipts: Sequence[Receipt]) -> Iterator[str]:
    """At a partner, a revision of an alert has one `webhook-id`, and a `webhook-id` one revision."""
    by_webhook: dict[tuple[str, str], set[tuple[str, str, str]]] = defaultdict(set)
    by_revision: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in receipts:
        message = (str(one.alert.get("id")), str(one.alert.get("revision")), one.type)
        by_webhook[one.partner, one.webhook_id].add(message)
        by_revision[one.partner, *message].add(one.webhook_id)
    for (partner, webhook), revisions in sorted(by_webhook.items()):
        if len(revisions) > 1:
            yield f"{partner} received {len(revisions)} messages under the one webhook-id {webhook}"
    for (reader, alert, revision, _), webhooks in sorted(by_revision.items()):
        if len(webhooks) > 1:
            yield f"{reader} received revision {revision} of alert {alert} under {len(webhooks)} webhook-ids"
