"""Logging: one JSON object a line, from our own events and from the libraries' alike.

Events are constants in the form `noun.past_tense`; what varies goes into fields. Fields whose names promise content or
secrets are dropped here, as a last guard behind the rule not to log them.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

FORBIDDEN = frozenset({
    "authorization", "body", "document", "headers", "key", "name", "names", "password", "payload", "record", "secret",
    "signature", "token", "url", "value",
})  # fmt: skip

_QUIET = {"aiokafka": logging.ERROR, "uvicorn.access": logging.ERROR, "httpx": logging.WARNING, "alembic": logging.WARNING}


def configure_logging(*, service: str, level: str = "info", form: str = "json") -> None:
    """Send everything logged in this process to standard error, in one form, with the service's name bound."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_forbidden,
        structlog.processors.format_exc_info if form == "json" else _as_is,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)  # the pretty one shows all values
    renderer: Processor = structlog.processors.JSONRenderer() if form == "json" else console
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library, least in _QUIET.items():
        logging.getLogger(library).setLevel(least)
    structlog.contextvars.bind_contextvars(service=service)


def _drop_forbidden(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field in FORBIDDEN & event.keys():
        event[field] = "(withheld)"
    return event


def _as_is(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return event
