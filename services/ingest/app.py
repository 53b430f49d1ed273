"""The HTTP application of ingest."""

from importlib.metadata import version

from fastapi import FastAPI

from services.ingest.api import BATCHES
from services.ingest.service import IngestService
from shared.platform.http.app import create_app
from shared.platform.http.settings import HttpSettings

_DESCRIPTION = """
Border agencies report crossings and seizures here, one by one or in batches. A `202` is sent once all in-sync replicas of the
broker have the event. The same id and revision may be sent any number of times: nothing is doubled behind it. After a `503` the
outcome is unknown; send the same again. The agency and nation of an event are those of the key, whatever the body says. Fields
that are not known are kept aside with the event; `?strict=true` refuses them by name. What can be understood is never refused
for a wrong check digit: it is flagged.
"""


def ingest_app(service: IngestService, settings: HttpSettings) -> FastAPI:
    """The application that serves an opened ingest."""
    return create_app(
        "Atalaya ingest",
        service.routers,
        settings=settings,
        readiness=service.readiness,
        access=service.access,
        streaming=[BATCHES],
        description=_DESCRIPTION,
        version=version("atalaya"),
    )
