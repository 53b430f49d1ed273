"""Metrics of every process. Labels come from closed lists: routes, methods, topics, states; never from an input."""

import functools
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
FAST_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS: Final = Counter("atalaya_http_requests_total", "Requests answered.", ("method", "route", "status"))
REQUEST_SECONDS: Final = Histogram(
    "atalaya_http_request_seconds",
    "Seconds from a request's headers to the end of its answer.",
    ("method", "route"),
    buckets=FAST_BUCKETS,
)
KEYS_KNOWN: Final = Gauge("atalaya_keys_known", "API keys this process knows, revoked ones too.")
REFUSED_KEYS: Final = Counter("atalaya_http_keys_refused_total", "Requests refused for their key.", ("reason",))
LOG_LINES_LOST: Final = Counter(
    "atalaya_log_lines_lost_total", "Lines that could not be written: the log's disk is full, or its reader gone."
)
OUTBOX_SENT: Final = Counter("atalaya_outbox_sent_total", "Messages that left through an outbox.", ("relay",))
OUTBOX_OLDEST_SECONDS: Final = Gauge("atalaya_outbox_oldest_seconds", "Age of the oldest message not yet sent.", ("relay",))


@functools.cache
def _request_metrics(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), REQUEST_SECONDS.labels(method, route)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request. Finding a labelled metric takes longer than counting, hence found once."""
    count, histogram = _request_metrics(method, route, status)
    count.inc()
    histogram.observe(seconds)


def exposition(registry: CollectorRegistry = REGISTRY) -> tuple[bytes, str]:
    """The text of all metrics and its media type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
