"""What every client of ours is told about the cluster."""

import ssl
from typing import Any

from shared.platform.settings import KafkaSettings

RETRY_BACKOFF_MS = 100
METADATA_MAX_AGE_MS = 30_000
"""Half a minute, not five: how soon a moved leader or a new partition is noticed without an error."""


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments that producers, consumers and admin clients share."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "client_id": settings.client_id,
        "request_timeout_ms": milliseconds(settings.request_timeout_seconds),
        "retry_backoff_ms": RETRY_BACKOFF_MS,
        "metadata_max_age_ms": METADATA_MAX_AGE_MS,
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = _tls(settings)
    if settings.security_protocol.startswith("SASL") and settings.sasl_password is not None:
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    return options


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, as the client wants them."""
    return round(seconds * 1000)


def _tls(settings: KafkaSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ssl_cafile)
    if settings.ssl_certfile is not None:
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
    return context
