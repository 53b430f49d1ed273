"""What operators see of deliveries. Labels come from closed lists."""

from typing import Final

from prometheus_client import Counter, Histogram

ATTEMPTS: Final = Counter("atalaya_webhook_attempts_total", "Requests sent to endpoints, by what came back.", ("answer",))
ATTEMPT_SECONDS: Final = Histogram(
    "atalaya_webhook_attempt_seconds",
    "Seconds of one request, name and connection included.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0),
)
SETTLED: Final = Counter("atalaya_deliveries_settled_total", "Deliveries settled, by state.", ("state",))
LEASES_LOST: Final = Counter("atalaya_delivery_leases_lost_total", "Results whose lease somebody else had taken meanwhile.")
CLAIMED: Final = Counter("atalaya_deliveries_claimed_total", "Deliveries claimed, each time.")

_ANSWERS: Final = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}


def answer_label(status: int | None) -> str:
    """The class of an answer; `none` without one."""
    return "none" if status is None else _ANSWERS.get(status // 100, "other")
