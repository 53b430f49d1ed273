"""Logging: one JSON object a line, from our own events and from the libraries' alike.

Events are constants in the form `noun.past_tense`; what varies goes into fields. Fields whose names promise content or
secrets are dropped here, as a last guard behind the rule not to log them.
"""

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.typing import Processor

from shared.platform.metrics import LOG_LINES_LOST

FORBIDDEN = frozenset({
    "authorization", "body", "document", "headers", "key", "name", "names", "password", "payload", "record", "secret",
    "signature", "token", "url", "value",
})  # fmt: skip

_FRAMES = 20
_QUIET = {"aiokafka": logging.ERROR, "uvicorn.access": logging.ERROR, "httpx": logging.WARNING, "alembic": logging.WARNING}


def configure_logging(*, service: str, level: str = "info", form: str = "json") -> None:
    """Send everything logged in this process to standard error, in one form, with the service's name bound."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_forbidden,
        _frames_only,
    ]
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)  # the pretty one shows all values
    renderer: Processor = structlog.processors.JSONRenderer() if form == "json" else console
    wrapper = structlog.make_filtering_bound_logger(logging.getLevelName(level.upper()))
    if form == "json":
        # Past the standard library, which takes most of the time a line takes.
        to_bytes = structlog.processors.JSONRenderer(serializer=_serialized)
        structlog.configure(
            processors=[*shared, to_bytes],
            logger_factory=structlog.BytesLoggerFactory(_Unfailing(sys.stderr.buffer)),  # type: ignore[arg-type] # it has what is used
            wrapper_class=wrapper,
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=wrapper,
            cache_logger_on_first_use=True,
        )
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


class _Unfailing:
    """A stream that loses a line rather than the work that it tells of: the log's disk may be full, its reader may be gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, line: bytes) -> None:
        try:
            self._stream.write(line)
        except OSError:
            LOG_LINES_LOST.inc()

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def _drop_forbidden(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field in FORBIDDEN & event.keys():
        event[field] = "(withheld)"
    return event


def _serialized(event: Any, default: Any = repr, **_options: Any) -> bytes:
    return orjson.dumps(event, default=default)


def _frames_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an exception came from and of what kind it is; never its message, which may quote what was being handled."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    elif isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["exception"] = _told(raised)
    return event


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told: dict[str, Any] = {
        "type": type(error).__qualname__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, BaseExceptionGroup):
        told["of"] = [_told(part) for part in error.exceptions]
    if error.__cause__ is not None:
        told["from"] = _told(error.__cause__)
    return told
