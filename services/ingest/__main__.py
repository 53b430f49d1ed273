"""`python -m services.ingest`: the intake as a process."""

import sys

from services.ingest.app import ingest_app
from services.ingest.service import IngestService, open_ingest
from services.ingest.settings import Settings
from shared.platform.http.server import HttpServer
from shared.platform.logs import configure_logging
from shared.platform.settings import load_settings
from shared.platform.supervisor import Service, Worker, run_process, run_service


def main() -> int:
    """Run ingest until it is told to stop; the exit code."""
    settings = load_settings(Settings)
    configure_logging(service="ingest", level=settings.log_level, form=settings.log_format)

    def http(service: Service) -> Worker:
        if not isinstance(service, IngestService):
            raise TypeError("ingest serves an IngestService")
        return HttpServer(ingest_app(service, settings.http), settings.http)

    return run_process(lambda: run_service(open_ingest(settings), settings, http=http))


if __name__ == "__main__":
    sys.exit(main())
