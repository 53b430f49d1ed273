"""The HTTP application of correlate."""

from importlib.metadata import version

from fastapi import FastAPI

from services.correlate.api.watchlist.bulk import PATHS
from services.correlate.service import CorrelateService
from shared.platform.http.app import create_app
from shared.platform.http.settings import HttpSettings

_DESCRIPTION = """
The watchlist: actors and routes, each change a new version with who, when and why; what is listed reaches every screener within
a second, and the stored past is judged against it. The alerts: what stands, its evidence, the explanation of each score and its
timeline. A key sees what is releasable to its nation; everything else does not exist for it (404).
"""


def correlate_app(service: CorrelateService, settings: HttpSettings) -> FastAPI:
    """The application that serves an opened correlate, in whatever roles."""
    return create_app(
        "Atalaya correlate",
        service.routers,
        settings=settings,
        readiness=service.readiness,
        access=service.access,
        streaming=PATHS,
        description=_DESCRIPTION,
        version=version("atalaya"),
    )
